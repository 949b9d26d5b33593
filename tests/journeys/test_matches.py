"""The match queue, as a tired duty worker goes through it: twenty decisions by keyboard alone, a slip undone, two workers."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from sightline.identity.models import Possible, SourceIdentity
from tests.journeys.alike import plant_alike, plant_family, plant_knot, protect
from tests.journeys.conftest import served
from tests.journeys.town import plant
from tests.journeys.walker import DESKTOP, PHONE, Walker
from tests.support.databases import connected

DECISIONS = 20


@pytest.fixture(scope="module")
def queue(database_templates, django_db_blocker) -> Iterator[str]:
    """A town of its own: what is decided here is decided."""
    with django_db_blocker.unblock(), database_templates.copy("sqlite") as copy, connected(copy):
        plant()
        plant_family()
        plant_knot()
        plant_alike()
        protect("Violet")
        with served() as where:
            yield where


@pytest.fixture(scope="module")
def people(queue, browser):
    """Whoever is signed in already, by user name."""
    inside: dict[str, Walker] = {}

    def come(username: str, **options: object) -> Walker:
        if username not in inside:
            inside[username] = Walker(queue, browser, **options)
            inside[username].sign_in(username)
        inside[username].stand_still()
        return inside[username]

    yield come
    for walker in inside.values():
        walker.context.close()


def open_first(walker, words):
    walker.go("/matches/")
    walker.page.get_by_role("link", name=re.compile(words)).first.click()
    walker.page.get_by_role("heading", name="Are these one person?").wait_for()


def look(walker, name):
    """Sound for axe, no wider than a phone, and a picture of both."""
    walker.page.set_viewport_size(DESKTOP)
    assert walker.axe() == []
    walker.picture(f"{name}-desktop", whole=True)
    walker.page.set_viewport_size(PHONE)
    assert walker.sideways() <= 0, "the page is wider than a phone"
    assert walker.axe() == []
    walker.picture(f"{name}-phone", whole=True)
    walker.page.set_viewport_size(DESKTOP)
    assert walker.faults == []


def test_the_queue_and_a_pair_are_sound_on_any_screen(people):
    amir = people("amir")
    amir.go("/matches/")
    look(amir, "matches-queue")
    open_first(amir, "Edith")
    look(amir, "match")
    amir.page.get_by_text("What these numbers mean").click()
    assert amir.axe() == []


def test_every_number_on_the_page_is_said_in_words(people):
    amir = people("amir")
    open_first(amir, "Ada")
    weighed = amir.page.locator("table.sl-weighed tbody tr:not(.sl-sum)")
    for line in weighed.all():
        text = line.inner_text()
        if re.search(r"[+−]\d", text):
            assert re.search(r"hardly counts|for (one person|two people)", text), text
            assert re.search(r"likely (if they are|either way)", text), text
    for line in amir.page.locator("tr.sl-sum").all():
        assert re.search(r"one is one person|such pairs (are|is) one person", line.inner_text())
    bars = amir.page.locator("svg.sl-bar")
    assert bars.count() == amir.page.locator("svg.sl-bar[aria-hidden=true]").count() > 3
    kinds = {shape.get_attribute("class") for shape in amir.page.locator("svg.sl-bar rect, svg.sl-bar circle").all()}
    assert kinds >= {"sl-bar-one", "sl-bar-two"}, "for one and for two differ in shape, not in colour alone"


def test_keys_are_announced_never_meddle_with_typing_and_can_be_switched_off(people):
    amir = people("amir")
    open_first(amir, "Ada")
    amir.page.get_by_text("decide, also from within the reason").wait_for()
    amir.press("1")
    assert amir.page.get_by_label("One person", exact=True).is_checked()
    assert amir.page.get_by_label("Why?").evaluate("e => e === document.activeElement")
    amir.type("1 nurse, 2 schools, no number")
    assert amir.page.get_by_label("Why?").input_value() == "1 nurse, 2 schools, no number"
    assert amir.page.get_by_label("One person", exact=True).is_checked(), "what is typed chooses nothing"
    where = amir.page.url
    amir.page.get_by_role("button", name="Switch keys off").click()
    amir.page.get_by_text("Single keys are switched off").wait_for()
    assert amir.page.url == where
    amir.page.locator("h1").click()
    amir.press("2")
    amir.press("n")
    amir.page.wait_for_timeout(200)
    assert amir.page.url == where
    assert not amir.page.get_by_label("Two people", exact=True).is_checked()
    amir.page.get_by_role("button", name="Switch keys on").click()
    amir.page.get_by_text("decide, also from within the reason").wait_for()


def test_twenty_decisions_by_keyboard_alone(people):
    """From my work, without touching the mouse: to the queue, into the first match, and on and on."""
    amir = people("amir")
    amir.go("/")
    amir.tab_to("Matches")
    amir.press("Enter")
    amir.page.get_by_role("heading", name="Who may be one person").wait_for()
    amir.press("j")
    amir.press("Enter")
    before, seen = Possible.objects.filter(decided_at__isnull=False).count(), set()
    for n in range(DECISIONS):
        amir.page.get_by_role("heading", name="Are these one person?").wait_for()
        seen.add(amir.page.url.split("?")[0])
        amir.press("2" if n % 2 else "1")
        amir.type("Rang the school and the nurse: both know.")
        with amir.page.expect_navigation():
            amir.press("Control+Enter")
        assert amir.page.get_by_role("alert").inner_text().startswith("Done")
        if n == 4:
            assert amir.axe() == []
            amir.picture("match-decided-desktop", whole=True)
    assert len(seen) == DECISIONS, "each leads to the next"
    assert Possible.objects.filter(decided_at__isnull=False).count() >= before + DECISIONS - 2  # two were halves
    assert amir.faults == []


def test_a_slip_is_undone_with_one_key(people):
    amir = people("amir")
    amir.go("/matches/")
    amir.press("j")
    amir.press("Enter")
    amir.page.get_by_role("heading", name="Are these one person?").wait_for()
    slip = amir.page.url.split("?")[0]
    amir.press("2")
    amir.type("A slip of the finger.")
    with amir.page.expect_navigation():
        amir.press("Control+Enter")
    with amir.page.expect_navigation():
        amir.press("u")
    amir.page.get_by_text("Taken back").wait_for()
    assert amir.page.url.split("?")[0] == slip
    assert amir.page.get_by_role("heading", name="Decide", exact=True).is_visible()


def test_what_is_typed_is_kept_while_one_rings(people):
    amir = people("amir")
    amir.go("/matches/")
    amir.press("j")
    amir.press("Enter")
    amir.page.get_by_label("I can’t tell yet").check()
    with amir.page.expect_response(re.compile("/draft/match/")):
        amir.page.get_by_label("Why?").press_sequentially("Rang; she calls back at two.", delay=5)
    amir.page.get_by_text(re.compile(r"Saved at \d\d:\d\d")).wait_for()
    amir.page.reload()
    assert amir.page.get_by_label("Why?").input_value() == "Rang; she calls back at two."
    assert amir.page.get_by_label("I can’t tell yet").is_checked()


def test_two_workers_agree_about_a_protected_child(people):
    pair = Possible.objects.filter(guard="protected").exclude(state="joined").first()
    amir, paul = people("amir"), people("paula")
    if pair.state != "half":
        amir.go(f"/matches/{pair.id}/")
        amir.press("1")
        amir.type("Her worker knows both addresses.")
        with amir.page.expect_navigation():
            amir.press("Control+Enter")
    paul.go(f"/matches/{pair.id}/")
    paul.page.get_by_role("heading", name="The second of two").wait_for()
    assert "Amir Khan" in paul.page.locator("#decide").inner_text()
    look(paul, "match-second")
    paul.press("1")
    paul.press("Enter")
    paul.page.wait_for_url(re.compile("done="))
    assert (
        len(set(SourceIdentity.objects.filter(id__in=[pair.one_id, pair.other_id]).values_list("person", flat=True)))
        == 1
    )


def test_without_javascript_everything_is_there(queue, browser):
    walker = Walker(queue, browser, java_script_enabled=False)
    walker.sign_in("amir")
    walker.go("/matches/")
    walker.page.get_by_label("Show").select_option("open")
    walker.page.get_by_role("button", name="Show").click()
    walker.page.wait_for_url(re.compile("show=open"))
    walker.page.locator("tbody th a").first.click()
    walker.page.get_by_label("Ask an agency first").check()
    walker.page.get_by_label("Whom do you ask?").select_option(index=1)
    walker.page.get_by_role("button", name="Decide").click()
    expect(walker.page.get_by_text("was asked on").first).to_be_visible()
    walker.page.get_by_label("Two people", exact=True).check()
    walker.page.get_by_label("Why?").fill("Two girls of one name; the nurse knows both.")
    walker.page.get_by_role("button", name="Decide").click()
    walker.page.get_by_role("button", name="Undo this").click()
    expect(walker.page.get_by_text("Taken back")).to_be_visible()
    walker.context.close()


def test_history_joining_and_who_saw_what_are_sound(people):
    amir = people("amir")
    joined = Possible.objects.filter(state="same").select_related("one").first()
    amir.go(f"/child/{joined.one.person}/")
    amir.page.get_by_role("link", name="Join with another page").wait_for(state="attached")
    amir.go(f"/child/{joined.one.person}/who/")
    look(amir, "who-was-who")
    amir.page.get_by_role("link", name="This is somebody else").first.click()
    amir.page.get_by_label("Why is this somebody else?").fill("Two children after all.")
    amir.page.get_by_role("button", name="Separate them").click()
    amir.page.get_by_role("heading", name="Who saw what because they were joined").wait_for()
    assert "Amir Khan" in amir.page.locator("tbody").inner_text()
    look(amir, "seen-because")
    amir.page.get_by_role("link", name="Who was thought to be whom").click()
    amir.page.get_by_role("link", name="Join this page with another").click()
    amir.page.get_by_label("Name", exact=True).fill(
        "nell crowther" if not amir.page.get_by_text("Nell").count() else "jay marsh"
    )
    amir.page.get_by_role("button", name="Find").click()
    amir.page.locator("#found-title").wait_for()
    look(amir, "join")
