"""A place at which several children were hurt: whoever looks after places sees when and how often, and answers; in a browser."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace

import pytest

from sightline.agencies.actions import add_worker
from sightline.agencies.queries import machine
from sightline.jobs import due
from sightline.signals.models import Standing
from sightline.timescales.moment import pretend
from tests.integration.test_place_signals import JAY, KIT, LEO, there
from tests.journeys.test_feeds import looked_at, press
from tests.journeys.town import PASSWORD
from tests.support.house import send

NAN = replace(
    JAY, given="Nan", family="Rudd", born="2012-02-02", nhs_number="9990000050", local_id="N1", postcode="LS11 3CC"
)


@pytest.fixture(scope="module", autouse=True)
def stairs(address):
    add_worker(
        username="lena",
        name="Lena Hart",
        agency="childrens-social-work",
        role="mace-coordinator",
        team="",
        password=PASSWORD,
        by=machine("set-up-machine"),
    )
    theft = {"offence": "theft", "child_at_risk": "no"}
    send(
        there(NAN, 20, message="stairs-1", **theft),
        there(KIT, 13, message="stairs-2", **theft),
        there(LEO, 12, role="suspect", message="stairs-3", **theft),
        there(KIT, 3, message="stairs-4", **theft),
    )
    row = Standing.objects.filter(place__isnull=False).exclude(place="").latest("since")  # the town has others
    with pretend(row.tells_at) if row.tells_at else nullcontext():
        due.sweep()
        due.sweep()
    return row


def test_a_place_is_found_looked_at_and_answered(as_, stairs):
    lena = as_("lena")
    lena.go("/places/")
    looked_at(lena, "all-places")
    press(lena, "The stairs at Carr Court")
    lena.page.get_by_role("heading", name="The stairs at Carr Court").wait_for()
    looked_at(lena, "places")
    lena.page.get_by_role("button", name="Record the answer").click()
    lena.page.get_by_role("heading", name="There is a problem").wait_for()
    assert lena.axe() == []
    lena.page.get_by_label("Acted on: say who does what, and by when").check()
    lena.page.get_by_label("In your words").fill(
        "The landlord puts in a light by Friday; youth workers sit there on Fridays."
    )
    press(lena, "Record the answer")
    lena.page.get_by_role("heading", name="What was answered").wait_for()
    stairs.refresh_from_db()
    assert stairs.answered == "acted"
    assert "Hale" not in lena.page.content(), "no child stands there"
