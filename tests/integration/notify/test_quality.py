"""What notices lack: counted by agency and team and never by person, told once to whoever wrote it."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.test import Client

from sightline.agencies.queries import worker
from sightline.definition.outcomes import Refused
from sightline.front_door.concerns import Concern, Person
from sightline.front_door.models import Quality
from sightline.front_door.quality import tell, totals
from sightline.jobs.due import sweep
from sightline.jobs.notifying import send_concern
from sightline.messages.models import Outgoing
from sightline.sharing.reading import reading
from sightline.timescales.london import parse_moment
from sightline.timescales.moment import pretend
from tests.support.house import actor, open_house


@pytest.fixture
def house(database):
    open_house()


def ppn(by="omar", *, voice="", at="2025-01-10 22:40", id=None, version=1, **fields):
    child = Person("child", {"given": "Ola", "family": "Bright", "ethnicity": "ABAN"}, voice=voice)
    told = Concern("ppn", (child,), fields=fields)
    with pretend(parse_moment(at)):
        return send_concern(concern=told, id=id or uuid4(), version=version, by=actor(by))


def morning(moment):
    with pretend(parse_moment(moment)):
        sweep()


def told():
    return list(Outgoing.objects.filter(kind="ppn-quality").values_list("to", "says"))


def test_the_officer_is_told_once_on_the_next_working_day(house):
    sent = ppn()  # Friday night
    assert Quality.objects.get(entry=sent.first).lacks == ["voice-of-child", "reason"]
    morning("2025-01-13 07:30")
    assert told() == []
    morning("2025-01-13 08:01")
    assert told() == [(f"worker:{worker('omar').id}", {"count": 2})]
    with pretend(parse_moment("2025-01-13 09:00")):
        assert tell({"entries": {str(sent.first): "ppn-quality"}}) == 0  # not twice
    assert len(told()) == 1


def test_what_is_added_before_the_morning_is_not_asked_for(house):
    id = uuid4()
    ppn(id=id)
    sent = ppn(id=id, version=2, at="2025-01-13 06:00", voice="I made toast", reason="Alone since noon")
    assert Quality.objects.get(entry=sent.first).lacks == []
    morning("2025-01-13 08:01")
    morning("2025-01-14 08:01")
    assert told() == []


def test_a_message_holds_a_number_and_nothing_of_the_child(house):
    ppn(voice="n/a", reason="He hit her")
    morning("2025-01-13 08:01")
    (_, says), *_ = told()
    assert says == {"count": 1}


def test_totals_are_of_agencies_and_teams_and_small_ones_have_no_share(house):
    for n in range(6):
        ppn(voice="I made toast" if n % 2 else "", at=f"2025-01-10 20:{n:02}", reason="Alone")
    with pretend(parse_moment("2025-01-11 09:00")), reading(actor("omar"), "administration") as opened:
        found = totals(opened)
    agency = next(one for one in found if not one.team)
    voice = next(share for share in agency.shares if share.part == "voice-of-child")
    assert (agency.notices, voice.of, voice.say, voice.percent, voice.told) == (6, 6, 3, 50, True)
    assert {one.team for one in found} == {"", "Police in the hub"} or len({one.team for one in found}) == 2
    with pretend(parse_moment("2025-01-11 09:00")), reading(actor("ruth"), "administration") as opened:
        assert totals(opened) == []  # another agency's are not hers
        with pytest.raises(Refused):
            totals(opened, whole=True)
    assert "omar" not in str(found).lower() and str(worker("omar").id) not in str(found)


def test_the_pages_of_totals_name_nobody(house):
    for n in range(2):
        ppn(at=f"2025-01-10 20:{n:02}")
    client = Client()
    client.force_login(worker("omar"))
    with pretend(parse_moment("2025-01-11 09:00")):
        page = client.get("/concern/quality/").content.decode()
    assert "too few to say" in page and "Omar" not in page.split("<main")[1].split("</main")[0]


def test_history_is_not_counted(house):
    """What a load tells of months ago nobody can write better now."""
    from tests.support.house import live, send
    from tests.support.house import told as one

    send(one("ppn", "child", at="2024-01-10 20:00"))
    assert not Quality.objects.exists()
    live(one("ppn", "child", at="2024-03-10 20:00"))
    assert Quality.objects.count() == 1
