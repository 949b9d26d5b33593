"""Matching serves one community worse: it has stopped joining by itself, is seen on My work, and let go on by keyboard."""

from __future__ import annotations

import random
from uuid import uuid4

import pytest

from sightline.agencies.queries import machine
from sightline.identity import quality
from sightline.identity.linkage.publishing import current_model
from sightline.identity.measuring import SHARES, Counted, Gap, Tally, gaps
from sightline.identity.models import Halting, Measured
from sightline.timescales.moment import now
from tests.journeys.test_feeds import looked_at, press

GROUPS = {"WBRI": 6100, "APKN": 820, "BAFR": 610, "WOTH": 540, "CHNE": 96, "WROM": 58, "AIND": 290, "WIRT": 7}
ORIGINS = {"other": 7200, "south-asian": 1100, "east-european": 560, "african": 580, "horn-of-africa": 140}


def tally(rng, of, found):
    shares = {"right": (of, of), "joined": (round(of * rng.uniform(0.7, 0.8)), of), "worth": (round(of * 0.2), of // 4)}
    shares["found"] = (round(of * found), of)
    return Tally({s: min(shares[s]) for s in SHARES}, {s: shares[s][1] for s in SHARES})


@pytest.fixture(scope="module", autouse=True)
def measured(address):
    """A measurement by which Polish, Slovak and Romanian names are found less often than others."""
    rng = random.Random(1)
    groups = {("ethnicity", g): tally(rng, of, rng.uniform(0.985, 1.0)) for g, of in GROUPS.items()}
    groups |= {("name-origin", g): tally(rng, of, 0.957 if g == "east-european" else 0.994) for g, of in ORIGINS.items()}
    found = Counted(tally(rng, 9580, 0.993), groups, 4200, 9800)
    wide, by, model = gaps(found, 2, 100), machine("matching-machine").id, current_model().id
    Measured.objects.create(
        at=now(), by=by, model=model, against="truth", counts=found.as_dict(), gaps=[list(gap) for gap in wide]
    )
    stopped = [list(gap) for gap in wide]
    Halting.objects.create(id=uuid4(), at=now(), by=by, step=quality.STOPPED, model=model, gaps=stopped)
    assert wide == [Gap("name-origin", "east-european", "found", wide[0].points, 560)]


def test_a_gap_is_seen_on_my_work_and_joining_goes_on_by_keyboard(as_):
    mel = as_("mel")
    mel.go("/")
    mel.page.get_by_role("heading", name="Joining by itself is stopped").wait_for()
    looked_at(mel, "work-with-joining-stopped")
    press(mel, "See what was measured, and decide")
    mel.page.get_by_role("heading", name="How well matching does").wait_for()
    looked_at(mel, "match-quality")
    assert mel.page.locator("svg.pic-groups").count() == 4
    assert mel.page.get_by_text("too few to show").count()
    press(mel, "Let it go on")
    mel.page.locator("[data-errors]").wait_for()
    assert mel.axe() == []
    mel.page.get_by_label("Why may it go on?").fill("One feed left out birth dates; it is mended from today.")
    press(mel, "Let it go on")
    mel.page.get_by_text("Joining by itself goes on").wait_for()
    assert quality.automatic_joining()
    press(mel, "The model in force")
    mel.page.get_by_role("heading", name="What each level is worth").wait_for()
    looked_at(mel, "match-model")
    assert all("422" in fault for fault in mel.faults)  # the form that was sent without a reason


def test_it_opens_for_those_with_the_right_alone(as_):
    amir = as_("amir")
    assert amir.page.request.get(f"{amir.address}/matches/quality/").status == 403
    assert amir.page.request.get(f"{amir.address}/matches/model/").status == 403


def test_it_is_stopped_without_java_script(stranger):
    mel = stranger(java_script_enabled=False)
    mel.sign_in("mel")
    mel.go("/matches/quality/")
    mel.page.locator("summary", has_text="Stop it").click()
    mel.page.get_by_label("Why should it stop?").fill("Two children were joined wrongly this morning.")
    mel.page.get_by_role("button", name="Stop joining by itself").click()
    mel.page.get_by_text("Joining by itself is stopped").wait_for()
    assert not quality.automatic_joining()
