"""No word is lost: who is signed out in the middle of a sentence finds it again; and nothing is sent twice by two clicks."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from sightline.agencies.actions import add_worker
from sightline.agencies.queries import machine
from sightline.front_door.models import Note
from sightline.intake.models import Draft
from tests.journeys.town import PASSWORD
from tests.journeys.walker import Walker

SHIFT, SAID = "/queue/shift/", "Two beds are free at the refuge tonight, and nobody answers at the hospital."
MORE = " The consultant comes at nine."


@pytest.fixture
def night(address, browser):
    """Somebody of the front door, with a browser of their own: they are signed out in it."""
    name = "nasreen"
    try:
        add_worker(
            username=name, name="Nasreen Ali", agency="childrens-social-work", role="duty-social-worker",
            team="front-door", password=PASSWORD, by=machine("story-runner"),
        )  # fmt: skip
    except Exception:
        pass
    Draft.objects.filter(form__startswith="typed-").delete()
    walker = Walker(address, browser)
    walker.sign_in(name)
    yield walker
    walker.context.close()


def box(walker):
    return walker.page.locator("main textarea").first


def saved(walker):
    expect(walker.page.locator("main form [role=status]")).to_contain_text(re.compile(r"Saved at \d\d:\d\d"))


def signed_out(walker):
    """In another tab, as by the end of the session."""
    other = walker.context.new_page()
    other.goto(walker.address + "/")
    other.get_by_role("button", name="Sign out").click()
    other.get_by_label("User name").wait_for()
    return other


def in_again(page, name="nasreen"):
    page.get_by_label("User name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def test_what_was_typed_and_not_sent_stands_there_again(night):
    night.go(SHIFT)
    box(night).fill(SAID)
    saved(night)
    night.go("/queue/")
    night.go(SHIFT)
    expect(box(night)).to_have_value(SAID)
    expect(night.page.get_by_text("did not send stands here again")).to_be_visible()
    assert night.axe() == []
    night.picture("words-kept-desktop")
    night.page.get_by_role("button", name="Empty it").click()
    expect(box(night)).to_have_value("")
    night.page.wait_for_timeout(1500)
    night.go(SHIFT)
    night.page.wait_for_timeout(1500)
    expect(box(night)).to_have_value("")
    assert night.faults == []


def test_who_is_signed_out_before_they_send_is_told_and_sends_it_afterwards(night):
    night.go(SHIFT)
    box(night).fill(SAID)
    saved(night)
    signed_out(night).close()
    night.page.get_by_role("button", name="Leave it for them").click()
    expect(night.page.get_by_text("You were signed out before that was sent")).to_be_visible()
    assert night.axe() == []
    in_again(night.page)
    expect(box(night)).to_have_value(SAID)
    night.page.get_by_role("button", name="Leave it for them").click()
    night.page.wait_for_url(re.compile("/queue/$"))
    assert not Draft.objects.filter(form__startswith="typed-").exists(), "what was sent is let go of"


def test_who_types_on_after_they_were_signed_out_loses_nothing_and_sends_it_from_where_they_are(night):
    night.go(SHIFT)
    other = signed_out(night)
    box(night).fill(SAID)
    expect(night.page.locator("main form [role=status]")).to_contain_text("you were signed out")
    night.page.get_by_role("button", name="Leave it for them").click()
    expect(night.page.locator("main form [role=status]")).to_contain_text("Not sent: you were signed out")
    expect(box(night)).to_have_value(SAID)
    assert night.axe() == []
    in_again(other)
    other.get_by_role("heading", name="My work").wait_for()
    night.page.get_by_role("button", name="Leave it for them").click()
    night.page.wait_for_url(re.compile("/queue/$"))


def test_two_clicks_send_once(night):
    before = Note.objects.count()
    night.go(SHIFT)
    box(night).fill(SAID + MORE)
    night.page.get_by_role("button", name="Leave it for them").dblclick()
    night.page.wait_for_url(re.compile("/queue/$"))
    assert Note.objects.count() == before + 1
