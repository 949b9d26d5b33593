"""What waited for a person longer than what is history is followed all the same: it came in time, and it was we who kept it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sightline.agencies.queries import machine, partnership
from sightline.chronology.models import Entry
from sightline.clocks.models import Running
from sightline.front_door.models import Item
from sightline.intake import bodies
from sightline.intake.models import Quarantined
from sightline.jobs import quarantine
from sightline.jobs.due import sweep
from sightline.jobs.receive import receive_many
from sightline.timescales.london import parse_moment
from sightline.timescales.moment import pretend
from tests.support.house import actor, open_house

AMBULANCE = "yorkshire-ambulance"


def body(**more: Any) -> bytes:
    child = {"key": "p1", "roles": ["child"], "given": "Una", "family": "Petty", "born": "2013-05-15"}
    told = {
        "message_id": "m1",
        "record": "ambulance-concern",
        "happened": "2025-12-24 14:00",
        "sent": "2025-12-24 14:30",
        "says": "Bruises round the neck.",
        "people": [child],
        "fields": {"reason": "Bruises", "voice-of-child": "I hid."},
    }
    return json.dumps({**told, **more}).encode()


@pytest.mark.parametrize("released", ["2025-12-30 09:00", "2026-01-02 09:00", "2026-01-20 09:00"])
def test_what_is_put_right_after_the_holidays_reaches_the_front_door(sqlite_database, released):
    open_house()
    with pretend(parse_moment("2025-12-24 14:31")):
        thing = bodies.read(body(happened="Christmas Eve"), agency=AMBULANCE, partnership=partnership())
        receive_many([thing], feed="api", kind="api", agency=AMBULANCE, by=machine("feed-machine"))
    with pretend(parse_moment(released)):
        quarantine.release(quarantined=Quarantined.objects.get().id, repaired=body().decode(), by=actor("dee"))
        while sweep():
            pass
        item, entry = Item.objects.get(), Entry.objects.get()
    assert item.state == "open" and item.entry == entry.first
    assert not entry.stated  # it was here, if nobody could read it
    assert "contact-screening" in Running.objects.values_list("clock", flat=True)
