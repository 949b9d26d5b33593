"""What a tired, careful duty social worker does: with the keyboard alone, without JavaScript, and going back."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.journeys.town import PASSWORD
from tests.journeys.walker import PHONE


def test_sign_in_find_read_and_ask_why_with_the_keyboard_alone(stranger):
    walker = stranger()
    walker.go("/")
    walker.tab_to("User name")
    walker.type("amir")
    walker.tab_to("Password")
    walker.type(PASSWORD)
    walker.press("Enter")
    walker.page.get_by_role("heading", name="My work").wait_for()

    walker.tab_to("Find a child")
    walker.press("Enter")
    walker.page.get_by_role("heading", name="Find a child").wait_for()
    walker.tab_to("Name")
    walker.type("marsh")
    walker.tab_to("Born")
    walker.type("4 March 2010")
    walker.tab_to("School")
    walker.type("Elmfield")
    walker.press("Enter")
    walker.tab_to("Find", most=4)
    walker.press("Enter")
    walker.page.locator("#found-title").wait_for()

    walker.tab_to("Jay Marsh")
    walker.press("Enter")
    walker.page.get_by_role("heading", name="Jay Marsh").wait_for()
    walker.tab_to("Skip the picture")
    walker.press("Enter")
    walker.tab_to("from ", most=12)  # the line under the newest entry, which ends: why do I see this?
    walker.press("Enter")
    walker.page.get_by_text("You see this because you are on front-door duty").nth(1).wait_for()
    walker.press("Shift+Tab")
    walker.press("Enter")
    walker.page.get_by_role("heading", name="Why do I see this?").wait_for()
    walker.page.get_by_text("Children Act 1989, section 47").first.wait_for()
    walker.tab_to("Jay Marsh")
    walker.press("Enter")
    walker.page.get_by_role("heading", name="The picture").wait_for()
    assert walker.faults == []


def test_the_picture_is_walked_in_order_of_time_by_the_arrow_keys(as_):
    walker = as_("amir")
    walker.child()
    marks = walker.page.locator("a.m")
    names = [mark.text_content() for mark in marks.all()]
    focus = "() => document.activeElement.querySelector('title').textContent"
    marks.last.focus()
    walker.press("Home")
    walked = [walker.page.evaluate(focus)]
    for _ in range(len(names) - 1):
        walker.press("ArrowRight")
        walked.append(walker.page.evaluate(focus))
    assert walked == names
    assert walker.page.locator("a.m[tabindex='0']").count() == 1, "the picture is one stop for the Tab key"
    walker.press("Enter")
    walker.page.wait_for_url(re.compile("#e-"))
    assert walker.page.evaluate("document.activeElement.matches('li.sl-day')"), (
        "a mark leads to its entry, and so does the focus"
    )


def test_a_mark_of_an_older_entry_leads_to_the_page_where_it_stands(as_):
    walker = as_("amir")
    walker.child("nell crowther")
    assert walker.page.locator("a.m").count() == 500
    assert walker.page.locator(".sl-day").count() == 50
    first = walker.page.locator("a.m").first
    name = first.text_content()
    first.focus()
    walker.press("Enter")
    walker.page.wait_for_url(re.compile("from="))
    assert walker.page.locator("a.m").first.text_content() == name
    assert walker.page.locator(".sl-day").first.evaluate("e => e === document.activeElement")


def test_find_read_narrow_and_open_without_javascript(stranger):
    walker = stranger(java_script_enabled=False)
    walker.sign_in("amir")
    walker.child()
    walker.page.get_by_label("Words", exact=True).fill("bradford")
    walker.page.locator("form[aria-label='Words in the chronology'] button").click()
    expect(walker.page.locator(".sl-day")).to_have_count(1)
    assert "bradford" not in walker.page.url.lower()
    walker.page.locator(".sl-day a").click()
    walker.page.get_by_role("heading", name="What has changed").wait_for()
    walker.page.go_back()
    expect(walker.page.locator(".sl-day")).to_have_count(1)
    walker.page.get_by_role("link", name="Show all entries").first.click()
    walker.page.get_by_label("Agency").select_option("police")
    walker.page.get_by_role("button", name="Show").click()
    walker.page.wait_for_url(re.compile("lane=police"))
    assert {text for text in walker.page.locator(".sl-day p:first-child > b").all_inner_texts()} == {"Police"}


def test_words_narrow_the_chronology_in_place_and_the_way_back_works(as_):
    walker = as_("amir")
    walker.child()
    whole = walker.page.locator(".sl-day").count()
    walker.page.get_by_label("Words", exact=True).fill("boxing")
    walker.press("Enter")
    walker.page.get_by_text(f"1 of {whole} entries").wait_for()
    assert walker.page.get_by_label("Words", exact=True).input_value() == "boxing"
    walker.page.reload()
    expect(walker.page.locator(".sl-day")).to_have_count(1)  # the address carries the search, by an opaque id
    walker.page.go_back()
    walker.page.get_by_text(f"{whole} entries").first.wait_for()


def test_what_was_known_then_is_not_what_is_known_now(as_):
    walker = as_("amir")
    walker.child()
    corrected = walker.page.locator(".sl-day", has_text="corrected 1 time")
    assert "three older males" in corrected.inner_text()
    entry = corrected.locator("p a").first.get_attribute("href")
    child = walker.page.url
    walker.go(entry)
    then = walker.page.locator("table.sl-versions thead th").last.inner_text()
    day = re.search(r"(\d+) (\w+) (\d{4})", then)
    walker.go(child)
    walker.page.get_by_label("As known on").fill(day.group(0))
    walker.page.get_by_role("button", name="Show").click()
    banner = walker.page.get_by_role("region", name="As known then")
    assert day.group(0) in banner.inner_text()
    walker.page.get_by_text("Found out of area with older males.").wait_for()
    assert not walker.page.get_by_text("three older males").is_visible()
    banner.get_by_role("link").click()
    walker.page.get_by_text("three older males").wait_for()


def test_what_cannot_be_opened_says_whom_to_ring(as_):
    walker = as_("amir")
    walker.child()
    held = walker.page.locator(".sl-closed", has_text="Police intelligence")
    assert "Ring West Yorkshire Police" in held.inner_text()
    assert held.locator("p a:not([href^='tel:'])").count() == 0, "nothing leads to the record: a number rings, no more"
    walker.page.get_by_role("link", name="Records are held that you cannot open").click()
    walker.page.locator("#ring-closed").wait_for()


def test_nothing_personal_stands_in_any_address(as_):
    """Runs over every address that the walkers asked for so far: names, numbers and postcodes never stand in one."""
    walker = as_("amir")
    walker.find("marsh")
    walker.find("9990000018")
    walker.child()
    addresses = " ".join(walker.asked).lower()
    for personal in ("marsh", "jay", "9990000018", "ls14", "boxing", "bradford", "crowther"):
        assert personal not in addresses


def test_on_a_phone_the_menu_is_folded_to_what_waits_and_opens_by_the_keyboard(as_):
    amir = as_("amir")
    amir.page.set_viewport_size(PHONE)
    amir.go("/")
    links = amir.page.locator(".sl-nav a")
    folded = [link.inner_text() for link in links.all() if link.is_visible()]
    assert 1 <= len(folded) < links.count() / 2, folded  # where one is, and what waits
    amir.tab_to("Menu")
    button = amir.page.get_by_role("button", name="Menu")
    assert button.get_attribute("aria-expanded") == "false"
    amir.press("Enter")
    assert button.get_attribute("aria-expanded") == "true"
    assert all(link.is_visible() for link in links.all())
    assert amir.axe() == []
    assert amir.sideways() <= 0
    amir.press("Enter")
    assert len([link for link in links.all() if link.is_visible()]) == len(folded)


def test_without_javascript_the_menu_is_whole_on_a_phone(stranger):
    amir = stranger(java_script_enabled=False)
    amir.page.set_viewport_size(PHONE)
    amir.sign_in("amir")
    assert not amir.page.get_by_role("button", name="Menu").is_visible()
    links = amir.page.get_by_role("navigation", name="Main").get_by_role("link").all()
    assert len(links) > 3 and all(link.is_visible() for link in links)
