"""Answering a sign: by the keyboard alone, and without JavaScript at all."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.walker import DESKTOP, PHONE, Walker

WHY = "Rang his allocated worker at five past nine: she sees him at school at two."


@pytest.fixture
def sign(as_):
    """The address of the sign that stands whole on Jay's page."""
    walker = as_("amir")
    walker.child()
    href = walker.page.locator(".sl-sign .sl-do a").first.get_attribute("href")
    return href.split("?")[0]


def test_what_one_may_do_weighs_the_same_on_a_wide_screen_and_on_a_phone(as_, sign):
    walker = as_("amir")
    for size in (DESKTOP, PHONE):
        walker.page.set_viewport_size(size)
        walker.go(sign)
        buttons = walker.page.locator(".sl-do a").all()
        looks = {
            button.evaluate(
                "e => { const s = getComputedStyle(e); return [s.fontSize, s.fontWeight, s.color, s.backgroundColor, "
                "e.offsetHeight].join() }"
            )
            for button in buttons
        }
        assert len(buttons) == 6 and len(looks) == 1, looks
        assert walker.sideways() <= 0


def test_a_sign_is_found_read_and_kept_by_the_keyboard_alone(as_, sign):
    walker = as_("amir")
    walker.go("/signs/")
    name = walker.page.locator("tbody th a").first.inner_text().splitlines()[0]
    walker.tab_to(name)
    walker.press("Enter")
    walker.page.locator("h1").wait_for()
    walker.tab_to("Plan covers it, because…")
    walker.press("Enter")
    expect(walker.page.locator("#do-title")).to_have_text("Plan covers it, because…")
    walker.tab_to("Which plan, and how does it answer this?")
    walker.type("The plan of 21 October names each of these days, and his worker sees him tomorrow.")
    walker.tab_to("Keep what I typed")
    walker.press("Enter")
    expect(walker.page.locator("textarea")).to_have_value(re.compile("names each of these days"))
    walker.tab_to("Which plan")
    walker.tab_to("Record that it is covered")
    walker.press("Enter")
    expect(walker.page.locator(".sl-tag--kept")).to_contain_text("Covered already, by Amir Khan")
    assert walker.axe() == []


def test_without_javascript_it_is_answered_the_same(address, browser, sign):
    walker = Walker(address, browser, java_script_enabled=False)
    walker.sign_in("amir")
    walker.child()
    walker.page.get_by_role("link", name="Not so, because…").first.click()
    walker.page.get_by_role("button", name="Record that it is not so").click()
    expect(walker.page.get_by_text("Choose what is not so").first).to_be_visible()
    walker.page.get_by_label("It is not relevant for this child").check()
    walker.page.get_by_label("Because", exact=True).fill(WHY)
    walker.page.get_by_role("button", name="Record that it is not so").click()
    expect(walker.page.get_by_text("Recorded under your name")).to_be_visible()
    expect(walker.page.locator(".sl-tag--kept")).to_contain_text("Not relevant here, by Amir Khan")
    walker.context.close()
