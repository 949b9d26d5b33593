"""A connection that is lost on a visit: what was typed is on the device, sealed, and comes back. Handbook scenario 25."""

from __future__ import annotations

import re

from tests.journeys.walker import DESKTOP, PHONE

KEPT = "Object.entries(localStorage).filter(([name]) => name.startsWith('sealed:'))"
WORDS = "She showed me the bed she makes for her brother"


def typing(walker, record="School concern"):
    walker.go("/concern/")
    walker.page.get_by_role("button", name=record).click()
    walker.page.get_by_label("First name").fill("Wren")
    walker.page.locator("#saved", has_text="Saved at").wait_for()
    return walker.page.url


def words(walker):
    return walker.page.get_by_label("What happened, in your words")


def test_what_was_typed_before_the_scripts_came_is_saved_too(as_):
    ruth = as_("ruth")
    where = typing(ruth)
    ruth.go("/concern/")
    ruth.page.route("**/static/**/*.js", lambda route: (ruth.page.wait_for_timeout(1500), route.continue_()))
    ruth.page.goto(where, wait_until="commit")
    words(ruth).fill(WORDS)
    assert ruth.page.evaluate("typeof window.htmx") == "undefined"  # or this shows nothing
    ruth.page.locator("#saved", has_text=re.compile(r"Saved at \d\d:\d\d$")).wait_for()
    ruth.page.unroute("**/static/**/*.js")
    ruth.go("/concern/")
    ruth.go(where)
    assert words(ruth).input_value() == WORDS
    ruth.page.get_by_text("Throw this away").click()
    ruth.page.get_by_role("button", name="Yes, throw it away").click()


def test_what_was_typed_without_a_connection_is_saved_when_it_is_back(as_):
    ruth = as_("ruth")
    where = typing(ruth)
    ruth.context.set_offline(True)
    words(ruth).fill(WORDS)
    ruth.page.locator("[role=status]", has_text="kept on this device, sealed").wait_for()
    ruth.page.get_by_role("button", name="Send to the front door").click()  # it is not lost by trying
    ruth.page.locator("[role=status]", has_text="it was not sent").wait_for()
    assert words(ruth).input_value() == WORDS
    [[_, kept]] = ruth.page.evaluate(KEPT)
    assert "Wren" not in kept
    assert "brother" not in kept
    ruth.context.set_offline(False)
    ruth.page.locator("[role=status]", has_text="All that you typed is saved").wait_for()
    assert ruth.page.evaluate(KEPT) == []
    ruth.go(where)
    assert words(ruth).input_value() == WORDS
    ruth.page.get_by_text("Throw this away").click()
    ruth.page.get_by_role("button", name="Yes, throw it away").click()
    ruth.faults.clear()  # the browser says of each request that there was no connection


def test_a_page_that_was_closed_without_a_connection_offers_the_words_again(as_, stranger):
    ruth = as_("ruth")
    where = typing(ruth)
    ruth.go("/concern/")
    tab = ruth.context.new_page()
    tab.goto(where)
    ruth.context.set_offline(True)
    tab.get_by_label("What happened, in your words").fill(WORDS)
    tab.locator("[role=status]", has_text="kept on this device, sealed").wait_for()
    before = "undefined"
    while before != (before := tab.evaluate(KEPT)) or not before:  # the last stroke is sealed shortly after it is typed
        tab.wait_for_timeout(600)
    tab.close()  # the page is gone, and with it the key
    ruth.context.set_offline(False)
    ruth.go("/concern/")
    [[name, kept]] = ruth.page.evaluate(KEPT)
    ruth.go(where)
    offer = ruth.page.get_by_text("What you typed without a connection is on this device")
    offer.wait_for()
    assert words(ruth).input_value() == ""  # offered, not put in by itself
    assert ruth.axe() == []
    ruth.picture("kept-on-this-device-desktop", whole=True)
    ruth.page.set_viewport_size(PHONE)
    assert ruth.sideways() <= 0
    ruth.page.set_viewport_size(DESKTOP)
    ruth.page.get_by_role("button", name="Put it back").click()
    ruth.page.wait_for_function("w => document.getElementById('i-says')?.value === w", arg=WORDS)
    assert ruth.page.evaluate(KEPT) == []

    omar = as_("omar")  # the same device in other hands: no page gives him the key, and nothing of it is thrown away
    omar.go("/concern/")
    omar.page.evaluate("([name, kept]) => localStorage.setItem(name, kept)", [name, kept])
    typing(omar, "Public protection notice")
    assert omar.page.get_by_text("What you typed without a connection is on this device").is_hidden()
    omar.page.evaluate("([name, kept]) => localStorage.setItem('sealed:' + location.pathname, kept)", [name, kept])
    omar.page.reload()
    omar.page.wait_for_load_state("networkidle")
    assert omar.page.get_by_text("What you typed without a connection is on this device").is_hidden()
    assert len(omar.page.evaluate(KEPT)) == 2
    omar.page.evaluate("localStorage.clear()")
    ruth.page.get_by_text("Throw this away").click()
    ruth.page.get_by_role("button", name="Yes, throw it away").click()
    ruth.faults.clear()
    omar.faults.clear()
