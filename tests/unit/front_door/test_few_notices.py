"""What is told of teams says nothing by subtraction of the few notices that nothing is told of."""

from itertools import combinations, product

from sightline.front_door.quality import FEWEST, _kept_back

ASKED = ("elmfield-academy", "ppn", "voice-of-child")


def cells(sizes, without_a_team):
    agency, record, part = ASKED
    asked = {(agency, f"team-{n}", record, part): of for n, of in enumerate(sizes) if of}
    return asked | {(agency, "", record, part): sum(sizes) + without_a_team}


def test_what_is_left_when_told_teams_are_taken_off_is_nobody_or_enough():
    for sizes, without in product(product((0, 1, 4, 5, 6, 9), repeat=3), (0, 2, 7)):
        asked, whole = cells(sizes, without), sum(sizes) + without
        back = _kept_back(asked)
        told = [of for cell, of in asked.items() if cell[1] and of >= FEWEST and cell not in back]
        for some in range(len(told) + 1):
            for taken_off in combinations(told, some):
                left = whole - sum(taken_off)
                assert left == 0 or left >= FEWEST or whole < FEWEST, (sizes, without)


def test_a_team_is_told_of_where_nothing_follows_from_it():
    assert _kept_back(cells((9, 6), 0)) == set()
    assert _kept_back(cells((9, 6, 2), 0)) == {(ASKED[0], "team-1", *ASKED[1:])}
    assert _kept_back(cells((9, 4, 4), 0)) == set()
