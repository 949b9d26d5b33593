"""Whose record has had its time is brought up each night, for two people; what is kept, held or still needed is not."""

from datetime import date

import pytest

from sightline.agencies.actions import add_worker
from sightline.agencies.queries import actor_by_id, machine
from sightline.chronology.models import Entry
from sightline.definition.outcomes import Conflict, Invalid, Missing, Refused
from sightline.identity.queries import identities_of
from sightline.jobs import erasing
from sightline.jobs.models import Due
from sightline.jobs.retaining import bring_up_due, expire_agreed
from sightline.ledger.models import Record
from sightline.retention import actions, queries
from sightline.retention.models import Disposal
from sightline.timescales.london import parse_moment
from sightline.timescales.moment import pretend
from sightline.vault.actions import Erased, Keyring
from tests.support.partnership import CARE, SCHOOL, child, person_on, send, settle_in

WHY = "Nobody is worked with any more, and nobody asked for it."
THEN = "2045-03-01 09:00"


@pytest.fixture(scope="module")
def town(shared_database):
    there = settle_in()
    for name in ("ines", "igor"):
        made = add_worker(
            username=name, name=name, agency="business-unit", role="information-governance", by=machine("story-runner")
        )
        there[name] = actor_by_id(made.id)
    there["told"] = send("police-incident", ("victim", child("Kim", born="2012-05-01")), happened="2025-01-10 21:40")
    there["helped"] = send("referral", ("child", child("Lee", born="2012-05-01")), agency=CARE, happened="2025-01-10")
    there["cared"] = send(
        "looked-after-episode", ("child", child("Noor", born="2012-05-01")), agency=CARE, happened="2025-01-10"
    )
    there["undated"] = send("school-concern", ("child", child("Ash", born="")), agency=SCHOOL, happened="2025-01-10")
    there["routine"] = send(
        "attendance-summary", ("pupil", child("Rae", born="2015-01-01")), agency=SCHOOL, happened="2025-01-10",
        period_from="2024-11-01", period_to="2024-12-01", possible="60", attended="50",
    )  # fmt: skip
    return there


def brought_up(moment):
    """What waits on a day, by its first source identity."""
    with pretend(parse_moment(moment)):
        bring_up_due()
        return {row.subjects[0]: row for row in Disposal.objects.filter(state="due").exclude(subjects=[])}


def of(first):
    return str(identities_of(person_on(first))[0].id)


def body(first):
    entry, keyring = Entry.objects.get(id=first), Keyring()
    keyring.fetch_for([bytes(entry.body)])
    return keyring.open(bytes(entry.body), f"entry|{entry.id}")


def test_each_comes_up_on_its_day_with_the_schedule_that_kept_it(town):
    assert brought_up("2030-12-01 03:10") == {}
    there = brought_up("2031-02-01 03:10")
    assert set(there) == {of(town["told"]), of(town["routine"])}
    row = there[of(town["told"])]
    assert (row.schedule, row.due_on, row.kind) == ("any-record", date(2031, 1, 10), "retention")
    assert row.counts == {"records": 1, "types": {"police-incident": 1}}
    there = brought_up("2037-06-01 03:10")
    assert there[of(town["helped"])].due_on == date(2037, 5, 1)
    assert of(town["undated"]) not in there  # born on the day of the first record, so long as nobody says when
    there = brought_up(THEN)
    assert of(town["cared"]) not in there
    before = Disposal.objects.count()
    assert brought_up(THEN).keys() == there.keys() and Disposal.objects.count() == before  # once


def test_two_people_agree_and_until_then_nothing_is_gone(town):
    row = brought_up(THEN)[of(town["told"])]
    with pretend(parse_moment(THEN)):
        with pytest.raises(Conflict, match="needs a first person"):
            erasing.confirm(disposal=row.id, by=town["igor"])
        with pytest.raises(Missing):  # who may not see the child is not told that anything is due
            queries.disposal(town["ruth"], row.id)
        with pytest.raises(Refused):
            actions.ask_due(disposal=row.id, because="", by=town["ines"])
        actions.ask_due(disposal=row.id, because=WHY, by=town["ines"])
        assert body(town["told"])
        with pytest.raises(Refused) as caught:
            erasing.confirm(disposal=row.id, by=town["ines"])
        assert caught.value.decision.reason_code == "second-person-needed"
        assert actions.reject(disposal=row.id, because="Not yet.", by=town["igor"]) == "due"  # it comes up again
        actions.ask_due(disposal=row.id, because=WHY, by=town["ines"])
        tombstone = erasing.confirm(disposal=row.id, by=town["igor"])
    with pytest.raises(Erased):
        body(town["told"])
    assert Record.objects.get(id=tombstone).detail["schedule"] == "any-record"
    assert of(town["told"]) not in brought_up("2046-03-01 09:00")  # who is erased comes up no more


def test_what_is_kept_longer_comes_up_again_and_a_hold_shows(town):
    row = brought_up(THEN)[of(town["helped"])]
    with pretend(parse_moment(THEN)):
        with pytest.raises(Invalid):
            actions.keep(disposal=row.id, until=date(2055, 1, 1), because=WHY, by=town["ines"])
        actions.keep(disposal=row.id, until=date(2046, 1, 1), because="A sister is still worked with.", by=town["ines"])
    assert of(town["helped"]) not in brought_up("2045-06-01 09:00")
    again = brought_up("2046-02-01 09:00")[of(town["helped"])]
    assert again.id != row.id
    with pretend(parse_moment("2046-02-01 09:00")):
        held = actions.hold(
            kind="moratorium", because="Nothing of this kind, by order.", by=town["ines"], record="referral"
        )
        assert [one.kind for one in queries.disposal(town["ines"], again.id).holds] == ["moratorium"]
        with pytest.raises(Refused) as caught:
            actions.ask_due(disposal=again.id, because=WHY, by=town["ines"])
        assert caught.value.decision.reason_code == "on-hold"
        actions.lift(hold=held, because="The order was taken back.", by=town["ines"])
        actions.ask_due(disposal=again.id, because=WHY, by=town["ines"])


def test_routine_records_wait_for_two_people_too_and_a_hold_stops_them(town):
    with pretend(parse_moment(THEN)):
        bring_up_due()
        row = Disposal.objects.get(kind="routine", schedule="attendance-summary")
        assert row.counts["records"] == 1 and row.subjects == []
        assert body(town["routine"])
        actions.ask_due(disposal=row.id, because=WHY, by=town["ines"])
        erasing.confirm(disposal=row.id, by=town["igor"])
        held = actions.hold(
            kind="inquiry", because="The inquiry has written.", by=town["ines"], record="attendance-summary"
        )
        [due] = Due.objects.filter(verb="expire-routine")
        expire_agreed(due.payload)  # held between the second person and the worker
        assert body(town["routine"])
        actions.lift(hold=held, because="It has ended meanwhile.", by=town["ines"])
        expire_agreed({"record": "attendance-summary"})  # as an older version owed it, without two people
        assert body(town["routine"])
        expire_agreed(due.payload)
    with pytest.raises(Erased):
        body(town["routine"])
    [told] = Record.objects.filter(verb="expire-routine")
    assert told.detail["agreed"] == str(row.id)
