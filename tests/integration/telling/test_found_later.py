"""Who is found to be one only when everybody is compared, at night: the school is told then, and the child's worker too."""

from __future__ import annotations

from dataclasses import replace

from sightline.agencies.queries import partnership
from sightline.clocks.models import Running
from sightline.front_door.told_models import Telling
from sightline.identity import bands
from sightline.identity.linkage.engine import opened
from sightline.identity.linkage.publishing import shipped_model
from sightline.identity.models import Possible, SourceIdentity
from sightline.intake.types import Details
from sightline.jobs.due import sweep
from sightline.jobs.linking_all import link_everybody
from sightline.jobs.models import Due
from sightline.messages.models import Outgoing
from sightline.sharing.actions import tie
from sightline.timescales.london import local_day, parse_moment
from sightline.timescales.moment import now, pretend
from tests.support.house import POLICE, SCHOOL, open_house, send, told

HERE = Details(given="Una", family="Petty", born="2012-05-15", nhs_number="9990000018", local_id="S", school=SCHOOL)
THERE = Details(given="Una", family="Petty", born="2012-05-15", nhs_number="9990000018", local_id="P")
WORDS = {"professional_judgement": "high", "children_present": "yes", "voice_of_child": "I hid."}


def turn() -> None:
    while sweep():
        pass


def link() -> int:
    rules = bands.in_force(partnership().matching, local_day(now()))
    with opened(threads=1) as engine:
        found = link_everybody(engine, shipped_model(), same=rules.same, possible=rules.possible, keep=True, jobs=1)
    return found.proposed.moved


def taken_for_two() -> None:
    """As after a load without matching: nobody is joined."""
    Possible.objects.all().delete()
    for row in SourceIdentity.objects.all():
        SourceIdentity.objects.filter(id=row.id).update(person=row.origin)


def test_found_at_night_to_be_one(database):
    open_house(("eda", "education-safeguarding", "education-officer", ""))
    send(told("school-concern", "child", HERE, agency=SCHOOL, at="2024-12-02 09:00", category="other"), at="2024-12-02 09:01")
    send(told("domestic-abuse-incident", "child", THERE, at="2024-11-03 22:00", **WORDS), at="2024-11-03 22:01")
    long_ago = Telling.objects.get().incident
    taken_for_two()
    at_school = SourceIdentity.objects.get(agency=SCHOOL)
    with pretend(parse_moment("2024-12-03 09:00")):
        tie([("team:east-area-team", "allocated", at_school.id, now(), None, None)])
    with pretend(parse_moment("2025-01-14 22:01")):
        theirs = SourceIdentity.objects.get(agency=POLICE)
        send(told("domestic-abuse-incident", "child", THERE, at="2025-01-14 22:00", **WORDS))
        incident = Telling.objects.exclude(incident=long_ago).get(recipient="person").incident
        assert Telling.objects.filter(identity=theirs.id).count() == 2
        turn()
        taken_for_two()
        Telling.objects.filter(recipient=f"agency:{SCHOOL}").delete()
    with pretend(parse_moment("2025-01-15 03:00")):
        assert link() == 1
        turn()
    (row,) = Telling.objects.filter(recipient=f"agency:{SCHOOL}")
    assert row.incident == incident and row.due_at == parse_moment("2025-01-15 08:30")  # last autumn's is told to nobody
    news = Outgoing.objects.filter(kind="new-on-your-child", to="team:east-area-team")
    assert [one.because for one in news] == [incident]
    with pretend(parse_moment("2025-01-15 03:30")):
        count = Due.objects.count()
        assert link() == 0
        assert Due.objects.count() == count  # nobody moved: nothing follows


def test_a_birth_date_put_right_tells_the_school_and_starts_the_clock(database):
    open_house()
    grown = replace(HERE, born="2002-05-15", nhs_number="", local_id="P")
    with pretend(parse_moment("2025-01-14 22:01")):
        send(told("domestic-abuse-incident", "child", grown, at="2025-01-14 22:00", **WORDS))
        turn()
        assert not Telling.objects.exists()
        assert not Running.objects.filter(clock="encompass-notice").exists()
    with pretend(parse_moment("2025-01-14 23:00")):
        send(told("stop-search", "subject", replace(grown, born="2012-05-15"), at="2025-01-14 22:40", reason="Drugs"))
        turn()
    assert Telling.objects.get().recipient == f"agency:{SCHOOL}"
    assert Running.objects.get(clock="encompass-notice").due_at == parse_moment("2025-01-15 08:30")
