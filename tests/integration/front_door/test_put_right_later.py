"""What came as history because a wrong year was written, and is put right: from then on it is what it is."""

from __future__ import annotations

from sightline.chronology.models import Entry
from sightline.clocks.models import Running
from sightline.front_door.models import Item
from sightline.front_door.told_models import Telling
from sightline.identity.models import SourceIdentity
from sightline.intake.types import Details
from sightline.jobs.due import sweep
from sightline.messages.models import Outgoing
from sightline.sharing.actions import tie
from sightline.timescales.london import parse_moment
from sightline.timescales.moment import now, pretend
from tests.support.house import SCHOOL, open_house, send, told

UNA = Details(given="Una", family="Petty", born="2012-05-15", nhs_number="9990000018", local_id="P", school=SCHOOL)
WORDS = {"professional_judgement": "high", "children_present": "yes", "voice_of_child": "I hid."}


def night(at: str, version: str = "", says: str = "She hid behind the sofa.", **more: str):
    one = {"message": "night", "version": version, "says": says}
    return told("domestic-abuse-incident", "child", UNA, at=at, **one, **WORDS, **more)


def turn() -> None:
    while sweep():
        pass


def test_the_year_is_put_right(database):
    open_house()
    with pretend(parse_moment("2025-01-15 05:00")):
        send(night("2024-01-14 21:40"))
        tie([("team:east-area-team", "allocated", SourceIdentity.objects.get().id, now(), None, None)])
        turn()
        assert not Item.objects.exists() and not Telling.objects.exists()
    with pretend(parse_moment("2025-01-15 06:00")):
        send(night("2024-01-14 21:40", "2", says="She hid behind the settee.", sent="2025-01-15 06:00"))
        turn()
        assert not Item.objects.exists() and not Telling.objects.exists()  # a word that is put right wakes nothing
        assert not Running.objects.filter(clock="contact-screening").exists()
    with pretend(parse_moment("2025-01-15 06:30")):
        send(night("2025-01-14 21:40", "3", sent="2025-01-15 06:30"))
        turn()
    first = Entry.objects.filter(record="domestic-abuse-incident").first().first
    assert Item.objects.get().entry == first
    assert Telling.objects.get().recipient == f"agency:{SCHOOL}"
    assert Telling.objects.get().due_at == parse_moment("2025-01-15 08:30")
    clocks = dict(Running.objects.values_list("clock", "due_at"))
    assert clocks["encompass-notice"] == parse_moment("2025-01-15 08:30")
    assert clocks["contact-screening"] > parse_moment("2025-01-15 06:30")
    assert Outgoing.objects.filter(kind="new-on-your-child", to="team:east-area-team").count() == 1
    assert Outgoing.objects.filter(kind="new-on-your-child", to="team:east-area-team").count() == 1
    with pretend(parse_moment("2025-01-15 06:45")):
        send(night("2025-01-14 21:45", "4", sent="2025-01-15 06:45"))
        turn()
    assert Item.objects.count() == Telling.objects.count() == 1
    assert Outgoing.objects.filter(kind="new-on-your-child", to="team:east-area-team").count() == 1


def test_what_cannot_wait_any_more_arrives_however_old_it_is(database):
    open_house()
    with pretend(parse_moment("2025-01-15 05:00")):
        send(told("ppn", "child", UNA, at="2024-11-02 21:40", message="n", grade="green"))
        assert not Item.objects.exists()
    with pretend(parse_moment("2025-01-15 06:00")):
        again = told("ppn", "child", UNA, at="2024-11-02 21:40", sent="2025-01-15 06:00", message="n", version="2", grade="red")
        send(again)
        assert Item.objects.get().urgent
