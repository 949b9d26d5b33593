"""Links, not merges: what hangs on somebody follows, in whatever order; and history says who was thought to be whom."""

from itertools import count

import pytest

from sightline.chronology.queries import of_person
from sightline.clocks.queries import of_identities
from sightline.definition.outcomes import Missing
from sightline.identity.models import Link, Possible, SourceIdentity
from sightline.identity.queries import identities_of
from sightline.intake.types import Details
from sightline.jobs.linking import decide_match, join, separate
from sightline.sharing.actions import tie
from sightline.sharing.reading import reading
from sightline.timescales.london import parse_moment
from sightline.timescales.moment import now, pretend
from tests.support.house import (
    HOSPITAL,
    OTHER_SCHOOL,
    POLICE,
    SCHOOL,
    actor,
    an_hour_ago,
    identity,
    open_house,
    send,
    told,
)
from tests.support.senders import nhs_number

_serial = count(60_000)


@pytest.fixture(scope="module")
def house(shared_database):
    open_house()
    return {name: actor(name) for name in ("amir", "paul", "sam")}


def somebody(**known):
    n = next(_serial)
    family = "".join("bcdfghklmn"[int(digit)] + "aeiou"[n % 5] for digit in str(n))
    given = {"given": "Robin", "family": family.capitalize(), "born": f"2012-0{n % 9 + 1}-{n % 27 + 1:02d}", "sex": "F"}
    return Details(**{**given, "local_id": f"K{n}", **known}), nhs_number(n), nhs_number(n + 20_000)


def like(one, **change):
    return Details(**{k: getattr(one, k) for k in ("given", "family", "born", "sex", "local_id")} | change)


def tell(details, agency):
    record, role, fields = {
        POLICE: ("ppn", "child", {"grade": "amber"}),
        HOSPITAL: ("midwifery-concern", "child", {}),
    }.get(agency, ("school-concern", "child", {}))
    send(told(record, role, details, agency=agency, says=f"As {agency} told.", at=an_hour_ago(), **fields))
    return identity(agency, details.local_id)


def people(*rows):
    """The person of each, as letters in order: `aab` is two who are one, and a third."""
    person = dict(SourceIdentity.objects.filter(id__in=[row.id for row in rows]).values_list("id", "person"))
    letters = {}
    return "".join(letters.setdefault(person[row.id], "abcdef"[len(letters)]) for row in rows)


def state(one, other):
    first, second = sorted((one.id, other.id), key=str)
    row = Possible.objects.get(one=first, other=second)
    return row.state, "held-apart" in row.why


def says(who, row):
    try:
        with reading(who, "safeguarding") as opened:
            return sorted(e.says for e in of_person(opened, SourceIdentity.objects.get(id=row.id).person).entries)
    except Missing:
        return None


def test_ties_follow_and_clocks_do_and_both_come_apart_again(house):
    one, *_ = somebody()
    police, school = tell(one, POLICE), tell(like(one, given="Wren"), SCHOOL)
    tie([(f"worker:{house['sam'].id}", "allocated", police.id, now(), None, None)])
    running = _clocks(house, police), _clocks(house, school)
    assert all(running)
    assert says(house["sam"], police) == [f"As {POLICE} told."] and says(house["sam"], school) is None
    person = join(one=police.id, other=school.id, by=house["amir"])
    both = [f"As {SCHOOL} told.", f"As {POLICE} told."]
    assert says(house["sam"], police) == says(house["sam"], school) == both
    assert _clocks(house, police) == _clocks(house, school) != running[0]
    assert SourceIdentity.objects.get(id=school.id).person == person
    separate(one=police.id, other=school.id, by=house["amir"])
    assert says(house["sam"], police) == [f"As {POLICE} told."] and says(house["sam"], school) is None
    assert (_clocks(house, police), _clocks(house, school)) == running


def _clocks(house, row):
    with reading(house["amir"], "safeguarding") as opened:
        rows = identities_of(SourceIdentity.objects.get(id=row.id).person)
        return [(c.clock, c.started_at, c.due_at) for c in of_identities(opened, [one.id for one in rows])]


def test_history_says_who_was_thought_to_be_whom_on_any_day(house):
    one, *_ = somebody()
    police, school = tell(one, POLICE), tell(like(one, given="Wren"), SCHOOL)
    before = SourceIdentity.objects.get(id=school.id).person
    for verb, day in ((join, "2027-03-01"), (separate, "2027-03-05"), (join, "2027-03-09")):
        with pretend(parse_moment(f"{day} 12:00")):
            verb(one=police.id, other=school.id, by=house["amir"])

    def thought(day):
        return {row.id for row in identities_of(police.person, parse_moment(f"{day} 18:00"))}

    alone, two = {police.id}, {police.id, school.id}
    days = ("2027-02-28", "2027-03-01", "2027-03-04", "2027-03-05", "2027-03-09")
    assert [thought(day) for day in days] == [alone, two, two, alone, two]
    assert {row.id for row in identities_of(before, parse_moment("2027-03-06"))} == {school.id}
    reasons = Link.objects.filter(identity=school).order_by("at").values_list("reason", flat=True)
    assert list(reasons) == ["first-seen", "decided", "separated", "decided"]


def test_what_a_decision_holds_apart_waits_and_holds_again_when_it_is_taken_back(house):
    one, number, _ = somebody()
    police, school = tell(like(one, nhs_number=number), POLICE), tell(like(one, nhs_number=number), SCHOOL)
    assert people(police, school) == "aa" and state(police, school) == ("joined", False)
    separate(one=police.id, other=school.id, by=house["amir"])
    hospital = tell(like(one, nhs_number=number), HOSPITAL)
    assert people(police, school) == "ab" and people(police, school, hospital) in ("aba", "abb")
    with_police = people(police, hospital) == "aa"
    held = (school, hospital) if with_police else (police, hospital)
    assert state(*held) == ("waiting", True)
    join(one=police.id, other=school.id, by=house["amir"])
    assert people(police, school, hospital) == "aaa"
    separate(one=police.id, other=school.id, by=house["amir"])
    assert people(police, school, hospital) == ("aba" if with_police else "abb")


def test_whoever_leaves_takes_those_who_hang_on_them_alone_and_the_rest_stay(house):
    one, *_ = somebody()
    a, b, c, d = (
        tell(like(one, given=name), agency)
        for name, agency in (("Wren", POLICE), ("Lark", SCHOOL), ("Rook", HOSPITAL), ("Finch", OTHER_SCHOOL))
    )
    for x, y in ((a, b), (b, c), (c, d)):
        join(one=x.id, other=y.id, by=house["amir"])
    assert people(a, b, c, d) == "aaaa"
    separate(one=a.id, other=c.id, by=house["paul"])  # of whom nobody ever said anything together
    assert people(a, b, c, d) == "aabb"
    assert state(b, c) == ("different", False)  # and nobody is asked about those two again
    join(one=d.id, other=a.id, by=house["amir"])
    assert people(a, b, c, d) == "aaaa"
    separate(one=d.id, other=a.id, by=house["paul"])
    assert people(a, b, c, d) == "aabb"


def test_details_that_no_longer_bear_out_a_join_leave_it_to_a_person_and_never_undo_a_decision(house):
    one, number, other = somebody()
    police, school = tell(like(one, nhs_number=number), POLICE), tell(like(one, nhs_number=number), SCHOOL)
    tell(like(one, nhs_number=other), SCHOOL)  # it was somebody else's number
    assert people(police, school) == "ab" and state(police, school)[0] == "waiting"
    pair = Possible.objects.get(one__in=[police.id, school.id], other__in=[police.id, school.id])
    assert "no-longer-agrees" in pair.why
    decide_match(possible=pair.id, decision="same", by=house["amir"])
    tell(like(one, nhs_number=other, postcode="LS9 7TF"), SCHOOL)
    assert people(police, school) == "aa" and state(police, school)[0] == "same"
