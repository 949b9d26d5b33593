"""When a join proves wrong, who saw what because of it is listed at once: from the ledger, and from nothing else."""

import argparse
import json
from itertools import count
from uuid import uuid4

import pytest

from sightline.chronology.joining import entries_about
from sightline.chronology.queries import entry, of_person
from sightline.commands import identity_seen
from sightline.definition.outcomes import Missing, Refused
from sightline.identity.queries import profile
from sightline.identity.tracing import together
from sightline.intake.types import Details
from sightline.jobs.linking import join, separate
from sightline.jobs.seen_because import seen_because
from sightline.ledger.models import Record
from sightline.sharing.actions import tie
from sightline.sharing.reading import reading
from sightline.timescales.london import parse_moment
from sightline.timescales.moment import now, pretend
from tests.support.house import POLICE, SCHOOL, actor, identity, open_house, send, told

_number = count(1)


@pytest.fixture(scope="module")
def house(shared_database):
    open_house()
    return shared_database


@pytest.fixture
def world(house):
    """Two boys, taken for one from ten until noon. Sam works with Lee, and nobody at all with Leo."""
    n = next(_number)
    family = f"Amber{'abcdefghijklmnopqrstuvwxyz'[n % 26] * 3}ley"
    lee = Details(given="Lee", family=family, born=f"2011-02-{n:02d}", local_id=f"A{n}", sex="male")
    leo = Details(given="Leo", family=family, born=f"2011-12-{n:02d}", local_id=f"O{n}", sex="male")
    by = {name: actor(name) for name in ("amir", "sam", "paul", "omar", "ruth", "dee")}
    with pretend(parse_moment("2026-03-02 08:00")):
        send(told("ppn", "child", lee, grade="amber", says="Lee was found at home alone."), at="2026-03-02 08:00")
        send(told("school-concern", "child", leo, agency=SCHOOL, says="Leo is sad."), at="2026-03-02 08:00")
        one, other = identity(POLICE, lee.local_id), identity(SCHOOL, leo.local_id)
        tie([(f"worker:{by['sam'].id}", "allocated", one.id, now(), None, None)])
    return by, one, other, house


def look(by, who, person, at):
    """Somebody opens somebody's page, as a page does; who may not see it sees nothing, and nothing is recorded."""
    with pretend(parse_moment(f"2026-03-02 {at}")):
        try:
            with reading(by[who], "safeguarding") as opened:
                profile(opened, person)
                of_person(opened, person)
        except Missing:
            return False
    return True


def listed(by, who, lee, leo, **how):
    with pretend(parse_moment("2026-03-02 13:00")), reading(by[who], "safeguarding") as opened:
        return seen_because(opened, [lee.id], [leo.id], **how)


def joined_until_noon(by, lee, leo, meanwhile):
    with pretend(parse_moment("2026-03-02 10:00")):
        person = join(one=lee.id, other=leo.id, by=by["amir"])
    meanwhile(person)
    with pretend(parse_moment("2026-03-02 12:00")):
        separate(one=lee.id, other=leo.id, because="Two boys.", by=by["paul"])


def test_whoever_read_both_while_they_were_one_is_listed_and_nobody_else(world):
    by, lee, leo, _ = world

    def meanwhile(person):
        assert look(by, "sam", person, "10:30") and look(by, "amir", person, "11:00")

    assert look(by, "amir", leo.person, "09:00") and not look(by, "sam", leo.person, "09:30")
    joined_until_noon(by, lee, leo, meanwhile)
    assert look(by, "amir", leo.person, "12:30") and look(by, "sam", lee.person, "12:40")
    page = listed(by, "paul", lee, leo)
    assert [(one.actor, one.both, one.verb) for one in page.items] == [
        (by["sam"].id, True, "view-child"),
        (by["amir"].id, True, "view-child"),
    ]
    about_leo = entries_about([leo.id]) | {leo.id}
    assert all(about_leo & set(one.ids) for one in page.items)
    ((since, until, person),) = together([lee.id], [leo.id])
    assert (since, until) == (parse_moment("2026-03-02 10:00"), parse_moment("2026-03-02 12:00"))
    assert person in (lee.person, leo.person)


def test_things_of_one_read_by_somebody_who_works_with_the_other_alone(world):
    """Sam opens an entry about Leo by itself: only the join let Sam in. Amir, at the front door, sees whom he asks for."""
    by, lee, leo, _ = world
    (first,) = entries_about([leo.id])

    def meanwhile(person):
        with pretend(parse_moment("2026-03-02 11:00")):
            for who in ("sam", "amir"):
                with reading(by[who], "safeguarding", about="view-entry") as opened:
                    entry(opened, first)

    joined_until_noon(by, lee, leo, meanwhile)
    page = listed(by, "paul", lee, leo)
    assert [(one.actor, one.both, one.ids) for one in page.items] == [(by["sam"].id, False, (first,))]


def test_a_page_with_too_much_to_name_counts_by_whose_page_it_was(world):
    by, lee, leo, _ = world

    def meanwhile(person):
        many = [uuid4() for _ in range(300)]
        with (
            pretend(parse_moment("2026-03-02 11:00")),
            reading(by["sam"], "safeguarding", about="view-child") as opened,
        ):
            opened.about_person(person)
            opened._shown.update(dict.fromkeys(map(str, many)))

    joined_until_noon(by, lee, leo, meanwhile)
    assert [(one.actor, one.both, one.ids) for one in listed(by, "paul", lee, leo).items] == [(by["sam"].id, True, ())]


def test_it_comes_a_page_at_a_time_and_asking_is_on_record(world):
    by, lee, leo, _ = world
    joined_until_noon(by, lee, leo, lambda person: [look(by, "sam", person, f"10:{n}") for n in range(10, 17)])
    found, after = [], ""
    while True:
        page = listed(by, "paul", lee, leo, after=after, limit=3)
        found += [one.record for one in page.items]
        assert len(page.items) <= 3
        after = page.next
        if not after:
            break
    assert len(found) == len(set(found)) == 7
    asked = [r for r in Record.objects.filter(verb="view-seen-because") if str(leo.id) in r.detail["about"]]
    assert asked and {record.actor for record in asked} == {by["paul"].id}
    only = listed(by, "paul", lee, leo, since=parse_moment("2026-03-02 10:15"))
    assert len(only.items) == 2


def test_only_whoever_may_part_people_and_see_them_may_ask(world):
    by, lee, leo, _ = world
    joined_until_noon(by, lee, leo, lambda person: look(by, "sam", person, "10:30"))
    for who in ("ruth", "dee", "omar"):
        with pytest.raises(Refused):
            listed(by, who, lee, leo)
    with pytest.raises(Missing):
        listed(by, "sam", lee, leo)  # who sees nothing of Leo any more
    with pytest.raises(Missing), reading(by["paul"], "safeguarding") as opened:
        seen_because(opened, [lee.id], [uuid4()])


def test_two_who_were_never_one_have_nobody(world):
    by, lee, leo, _ = world
    look(by, "amir", lee.person, "10:30")
    assert listed(by, "paul", lee, leo).items == ()


def test_the_command_tells_the_same(world, capsys):
    by, lee, leo, _ = world
    joined_until_noon(by, lee, leo, lambda person: look(by, "sam", person, "10:30"))
    parser = argparse.ArgumentParser()
    identity_seen.register(parser.add_subparsers())

    def command(*words):
        args = parser.parse_args(["seen-because", *words, "--by", "paul"])
        return args.work(args), capsys.readouterr()

    with pretend(parse_moment("2026-03-02 13:00")):
        code, said = command(str(lee.id), str(leo.person), "--json")
        assert code == 0 and [(one["worker"], one["showed"]) for one in json.loads(said.out)] == [("Sam", "both")]
        code, said = command(str(lee.id), str(leo.id))
        assert code == 0 and "1 response to 1 worker." in said.out and "Amber" not in said.out
        code, said = command(str(lee.id), str(uuid4()))
        assert code == 1 and "Not there" in said.err
