"""Journeys that change something: they come last, because the town is shared."""

from __future__ import annotations

import re

POLICE_WAITS = re.compile(r"daily extract.*wait", re.DOTALL)  # other journeys send what waits for a person, too


def _quarantined(walker, line: str) -> None:
    walker.go("/loads/")
    police = walker.page.locator("tr", has_text=POLICE_WAITS)
    while not police.count():  # other journeys load, too: it may stand on an older page
        walker.page.get_by_role("link", name="Older loads").click()
    police.last.locator("a").click()
    walker.page.get_by_role("link", name=line).click()


def test_what_is_typed_is_kept_and_stands_there_again(as_):
    walker = as_("dee")
    _quarantined(walker, "line 41")
    walker.page.get_by_label("Repair it here").press_sequentially("28/02/2025 ", delay=20)
    walker.page.get_by_text(re.compile(r"Saved at \d\d:\d\d")).wait_for()
    walker.page.get_by_label("Note").fill("Rang the police: 28 February.")
    with walker.page.expect_response(re.compile("/draft/")):
        pass
    walker.page.reload()
    assert "28/02/2025" in walker.page.get_by_label("Repair it here").input_value()
    assert walker.page.get_by_label("Note").input_value() == "Rang the police: 28 February."
    assert walker.faults == []


def test_when_keeping_fails_the_page_says_so_and_keeps_the_words(as_):
    walker = as_("dee")
    _quarantined(walker, "line 41")
    walker.page.route("**/draft/**", lambda route: route.abort())
    walker.page.get_by_label("Note").press("End")
    walker.page.get_by_label("Note").press_sequentially(" More.")
    walker.page.get_by_text("Not saved").wait_for()
    assert walker.page.get_by_label("Note").input_value().endswith("More.")
    walker.page.unroute("**/draft/**")


def test_setting_aside_needs_a_reason_and_shows_who_did_it(as_):
    walker = as_("dee")
    _quarantined(walker, "line 58")
    walker.page.get_by_role("button", name="Set aside").click()
    walker.page.get_by_role("link", name="Say why it is set aside").click()
    assert walker.page.get_by_label("Note").evaluate("e => e === document.activeElement")
    assert walker.axe() == []
    walker.type("A test row, the police say.")
    walker.page.get_by_role("button", name="Set aside").click()
    walker.page.get_by_text("Set aside, with your reason").wait_for()
    walker.page.get_by_role("link", name="line 58").click()
    walker.page.get_by_text("Set aside by Dee Ward").wait_for()


def test_a_match_is_decided_with_a_reason_and_the_two_are_one(as_):
    walker = as_("amir")
    walker.find("jay marsh")
    jays = walker.page.locator("tbody th", has_text=re.compile("Jaye? Marsh"))
    assert jays.count() == 2
    walker.go("/matches/")
    walker.page.get_by_role("link", name="Jay Marsh and Jay Marsh").click()
    walker.page.get_by_role("button", name="Decide").click()
    walker.page.get_by_role("link", name="Say why, in a sentence").wait_for()
    assert walker.axe() == []
    walker.page.get_by_label("One person", exact=True).check()
    walker.page.get_by_label("Why?").fill("The school and the police both know him by this address.")
    walker.page.get_by_role("button", name="Decide").click()
    walker.page.get_by_text("You decided that they are one person").wait_for()
    walker.find("jay marsh")
    assert jays.count() == 1


def test_what_one_agency_holds_is_separated_by_keyboard_and_what_is_typed_is_kept(as_):
    walker = as_("amir")
    walker.child()
    entries = walker.page.locator(".sl-day").count()
    walker.page.locator("#held-title").evaluate("e => { e.tabIndex = -1; e.focus() }")
    walker.tab_to("Details as each agency holds them", most=3)
    walker.press("Enter")
    walker.tab_to("This is somebody else: what West Yorkshire Police holds", most=12)
    walker.press("Enter")
    walker.page.get_by_role("heading", name="Is this somebody else?").wait_for()
    leave = walker.page.get_by_text(re.compile(r"\d+ entr(y|ies) leave")).inner_text()
    walker.tab_to("Why is this somebody else?")
    with walker.page.expect_response(re.compile("/draft/")):
        walker.type("The officer has met both boys.")
    walker.page.get_by_text(re.compile(r"Saved at \d\d:\d\d")).wait_for()
    walker.page.reload()
    assert walker.page.get_by_label("Why is this").input_value() == "The officer has met both boys."
    walker.tab_to("Separate them")
    walker.press("Enter")
    walker.page.get_by_text("stands on a page of its own now").wait_for()
    walker.page.get_by_role("heading", name="Who saw what because they were joined").wait_for()
    walker.page.get_by_role("link", name="Jay Marsh", exact=True).click()
    walker.page.get_by_role("heading", name="Jay Marsh").wait_for()
    assert walker.page.locator(".sl-day").count() == entries - int(leave.split()[0])
    walker.find("jay marsh")
    assert walker.page.locator("tbody th", has_text="Jaye Marsh").count() == 1  # whoever else is found by that name
    assert walker.faults == []


def test_signing_out_ends_it(stranger):
    walker = stranger()
    walker.sign_in("paul")
    walker.page.get_by_role("button", name="Sign out").click()
    walker.page.get_by_role("heading", name="Sign in").wait_for()
    walker.go("/find/")
    walker.page.get_by_role("heading", name="Sign in").wait_for()
