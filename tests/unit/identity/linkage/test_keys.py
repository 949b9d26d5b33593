"""Keys reach the true person in spite of what slips, and few people share each."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from itertools import combinations

import pytest

from sightline.identity.linkage.keys import BLOCKING, FINDING, keys_asked, keys_of
from sightline.identity.linkage.likeness import kin_of, likeness_of
from sightline.identity.linkage.types import Likeness
from sightline.intake.types import Details
from tests.unit.identity.linkage.corrupting import ERRORS, County, corrupted

DATES = {"day and month", "one digit", "year only", "no birth date"}
PLACES = {"no postcode", "moved"}
FAMILY = {"family misspelt", "another family name", "half a double barrel", "one field"}
SINGLES = [error for error in ERRORS if error not in ("nothing", "middle name")]
DOUBLES = [
    pair for pair in combinations(SINGLES, 2) if not any(set(pair) <= group for group in (DATES, PLACES, FAMILY))
]
A_MILLION = 1_000_000


def _meets(held: Likeness, asked: Likeness) -> bool:
    return not {key for key in keys_of(held) if key.kind in BLOCKING}.isdisjoint(keys_asked(asked))


def _found(
    errors: tuple[str, ...], people: list[Details], rng: random.Random
) -> tuple[int, list[tuple[Details, Details]]]:
    missed = []
    for told in people:
        slipped = corrupted(told, errors, rng)
        if not _meets(likeness_of(told), likeness_of(slipped)):
            missed.append((told, slipped))
    return len(missed), missed[:3]


@pytest.fixture(scope="module")
def people() -> list[Details]:
    county = County(21)
    return [replace(county.person(), phone="") for _ in range(2_000)]


@pytest.mark.parametrize("error", SINGLES)
def test_one_slip_hides_nobody(people, error):
    rng = random.Random(error)
    missed, some = _found((error,), rng.sample(people, 300), rng)
    assert missed == 0, some


def test_of_those_with_two_slips_hardly_anybody_is_missed(people):
    """Neither a phone number nor an identifier is told: what is left are names, dates and places."""
    rng = random.Random(7)
    tried, missed, worst = 0, 0, Counter()
    for errors in DOUBLES:
        some = rng.sample(people, 60)
        lost, _ = _found(errors, some, rng)
        tried, missed = tried + len(some), missed + lost
        worst[errors] = lost
    assert missed / tried <= 0.005, worst.most_common(5)


def test_two_people_who_share_nothing_do_not_meet(people):
    """Else the tests above would hold of any keys."""
    likenesses = [likeness_of(one) for one in people]
    met = sum(_meets(one, other) for one, other in zip(likenesses, likenesses[1:], strict=False))
    assert met < len(people) / 100


def test_few_people_share_a_key_among_a_million(people):
    """Estimated from 10,000: the others on a list, as somebody finds it who is on it, a hundred times as many."""
    county, size = County(22, postcodes=25_000), 10_000
    held: Counter = Counter(
        key for _ in range(size) for key in keys_of(likeness_of(county.person())) if key.kind != "tel"
    )
    for kind in sorted(BLOCKING - {"nhs", "upn", "tel", "kin", "fx"}):
        shared = sorted(others for key, count in held.items() if key.kind == kind for others in [count - 1] * count)
        mean = sum(shared) / len(shared) * A_MILLION / size
        assert mean <= 120, (kind, mean)


def test_few_keys_are_written(people):
    counts = [len(keys_of(likeness_of(one))) for one in people]
    assert sum(counts) / len(counts) <= 20
    assert max(counts) <= 34  # two given names, and a double barrel
    assert {key.kind for one in people for key in keys_of(likeness_of(one))} <= BLOCKING | FINDING


def test_keys_asked_to_match_are_of_matching_kinds_alone(people):
    assert {key.kind for one in people for key in keys_asked(likeness_of(one))} <= BLOCKING


JAYE = Details(given="Jaye", family="Robinson", born="2010-03-02")
ABOUT_JAY = Details(given="Jay", family="Robinsom", born="about 14 on 2024-06-01")


@pytest.mark.parametrize(
    "held, asked",
    [
        (JAYE, ABOUT_JAY),
        (ABOUT_JAY, JAYE),
        (
            Details(given="Jaye", family="Robinson", born="2010-03-02"),
            Details(given="Jay", family="Robinsom", born="about 14 on 2024-06-01"),
        ),
        (
            Details(given="Jay", family="Robinsom", born="about 14 on 2024-06-01"),
            Details(given="Jaye", family="Robinson", born="2010-03-02"),
        ),
        (
            Details(given="Baby", family="Okafor", expected="2025-03-10"),
            Details(given="Ada", family="Okafor", born="2025-02-27"),
        ),
        (
            Details(given="Baby", family="Okafor", expected="2025-03-28"),
            Details(given="Baby", family="Okafor", born="2025-04-02"),
        ),
        (Details(family="Marsh", nhs_number="9990000018"), Details(given="Jo", nhs_number="999 000 0018")),
        (Details(given="Jo", phone="07700 900123"), Details(family="Marsh", phone="+44 7700 900123")),
        (
            Details(given="Robinson", family="Jaye", born="2010-03-02"),
            Details(given="Jaye", family="Robinson", born="2010"),
        ),
    ],
)
def test_little_is_enough(held, asked):
    assert _meets(likeness_of(held), likeness_of(asked))


def test_an_earlier_name_finds_whoever_bears_it_now_and_the_other_way_round():
    told = Details(given="Jaye", family="Robinson", born="2010-03-02")
    before, renamed = (
        likeness_of(told),
        likeness_of(replace(told, given="Ellie", family="Marsh"), before=likeness_of(told)),
    )
    assert _meets(before, renamed) and _meets(renamed, before)


def test_family_finds_somebody_whose_birth_date_nobody_knows():
    kin = (kin_of(Details(given="Kelly", family="Robinson", born="1985-04-01")),)
    assert _meets(
        likeness_of(Details(given="Jay"), kin=kin), likeness_of(Details(family="Marsh", born="2010"), kin=kin)
    )


def test_nothing_told_has_no_keys():
    assert keys_of(Likeness()) == keys_asked(Likeness()) == ()
    assert keys_of(likeness_of(Details(given="Baby", family="Unknown", postcode="ZZ99 3VZ", born="1900-02-30"))) == ()


def test_the_same_people_have_the_same_keys_in_every_run():
    one = likeness_of(Details(given="Alex", family="Smith-Jones", born="2011-04-05", postcode="LS14 6AA"))
    assert [f"{key.kind} {key.value}" for key in keys_of(one) if key.kind in BLOCKING] == [
        "nb ALKSNTR|20110405", "nb ALSNTR|20110405", "nb SMT|20110405", "nb JNS|20110405",
        "nd ALKSNTR|SMT|0405", "nd ALKSNTR|JNS|0405", "nd ALSNTR|SMT|0405", "nd ALSNTR|JNS|0405",
        "gy ALKSNTR|s|2011", "gy ALSNTR|s|2011", "fy SMT|a|2011", "fy JNS|a|2011",
        "nn ALKSNTR|SMT|", "nn ALKSNTR|JNS|", "nn ALSNTR|SMT|", "nn ALSNTR|JNS|",
        "py LS146AA|2011", "pi LS146AA|a",
    ]  # fmt: skip
