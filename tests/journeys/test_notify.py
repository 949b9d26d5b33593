"""Sending a concern in a browser: as it is typed, with a script and without, by a worker and by anybody."""

from __future__ import annotations

import pytest

from sightline.web.notify import public
from sightline.web.notify.limits import Limits
from tests.journeys.walker import DESKTOP, PHONE


@pytest.fixture(autouse=True)
def nobody_wrote_before(monkeypatch):
    monkeypatch.setattr(public, "LIMITS", Limits())


def sound(walker, name):
    assert walker.axe() == []
    walker.picture(f"{name}-desktop", whole=True)
    walker.page.set_viewport_size(PHONE)
    assert walker.sideways() <= 0, "the page is wider than a phone"
    walker.picture(f"{name}-phone", whole=True)
    walker.page.set_viewport_size(DESKTOP)


def test_hints_come_while_it_is_typed_and_nothing_is_lost(as_):
    ruth = as_("ruth")
    ruth.go("/concern/")
    sound(ruth, "concern-kinds")
    ruth.page.get_by_role("button", name="School concern").click()
    ruth.page.get_by_label("First name").fill("Wren")
    ruth.page.get_by_label("Date of birth, or age").fill("1")
    ruth.page.get_by_label("What happened, in your words").fill("Mum is hard to reach and failed to attend.")
    ruth.page.locator(".sl-hint").first.wait_for()
    assert "services are not yet accessible" in ruth.page.locator("#beside").inner_text()
    assert ruth.page.get_by_text("What did you see of the baby?").count() >= 1  # asked anew, by age
    sound(ruth, "send-a-concern")
    where = ruth.page.url
    ruth.go("/concern/")
    ruth.page.get_by_role("link", name="Wren").click()
    assert ruth.page.get_by_label("What happened, in your words").input_value().startswith("Mum is hard")
    ruth.go(where)
    ruth.page.get_by_role("button", name="Send to the front door").click()
    ruth.page.get_by_role("heading", name="It is with the front door").wait_for()
    sound(ruth, "concern-sent")
    ruth.go("/concern/quality/")
    sound(ruth, "concern-quality")
    assert ruth.faults == []


def test_anybody_tells_without_a_script(stranger):
    """No script, no sign-in, no cookie: from the first page to the receipt by links and buttons."""
    walker = stranger(java_script_enabled=False)
    walker.go("/tell-us/")
    assert walker.page.locator("h1").inner_text() == "Tell us about a child you are worried about"
    walker.page.get_by_label("What worries you?").fill("The boy at number nine is out in the cold every night.")
    walker.page.get_by_label("First name").fill("Kit")
    walker.page.get_by_role("button", name="Add another child").click()
    walker.page.get_by_label("First name").nth(1).fill("Kit’s sister")
    assert walker.page.get_by_label("What worries you?").input_value().startswith("The boy")
    walker.page.get_by_role("button", name="Send it").click()
    walker.page.get_by_role("heading", name="Thank you. We have it").wait_for()
    assert walker.context.cookies() == []


def test_the_page_for_the_public_is_sound(stranger):
    walker = stranger()
    walker.go("/tell-us/")
    sound(walker, "tell-us")
    walker.page.get_by_role("button", name="Send it").click()
    walker.page.locator("[data-errors]").wait_for()
    sound(walker, "tell-us-empty")
    walker.page.get_by_label("What worries you?").fill("She has had the same bruises for three weeks now.")
    walker.page.get_by_role("button", name="Send it").click()
    walker.page.get_by_role("heading", name="Thank you. We have it").wait_for()
    sound(walker, "tell-us-told")
    assert [fault for fault in walker.faults if "422" not in fault] == []


def test_a_worker_sends_by_the_keyboard_alone_without_a_script(as_, stranger):
    """Without a script the buttons do it all: keep, add a child, send."""
    from tests.journeys.town import PASSWORD

    walker = stranger(java_script_enabled=False)
    walker.go("/")
    walker.page.get_by_label("User name").fill("omar")
    walker.page.get_by_label("Password").fill(PASSWORD)
    walker.page.keyboard.press("Enter")
    walker.page.get_by_role("heading", name="My work").wait_for()
    walker.go("/concern/")
    walker.page.get_by_role("button", name="Public protection notice").press("Enter")
    walker.page.get_by_label("First name").fill("Nell")
    walker.page.get_by_role("button", name="Add another child").press("Enter")
    walker.page.get_by_label("First name").nth(1).fill("Abe")
    walker.page.get_by_role("button", name="Save and come back later").press("Enter")
    assert "Nell" in walker.page.locator("#beside").inner_text()  # what would help, when it is kept
    walker.page.get_by_role("button", name="Send to the front door").press("Enter")
    walker.page.get_by_role("heading", name="It is with the front door").wait_for()
    assert "about 2 children" in walker.page.locator("main").inner_text()


def test_what_waits_from_the_public_is_sound(as_, stranger):
    walker = stranger()
    for n in range(12):
        walker.go("/tell-us/")
        walker.page.get_by_label("What worries you?").fill(f"Number {n}: everything must go, and all of it for nothing")
        walker.page.get_by_role("button", name="Send it").click()
    paul = as_("paul")
    paul.go("/concern/public/")
    assert paul.page.get_by_role("button", name="Pass it on to the queue").count() >= 1
    sound(paul, "from-the-public")
    assert paul.faults == []
