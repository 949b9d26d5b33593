"""Every page, looked at: axe finds nothing wrong, nothing is wider than a phone, the browser complains of nothing."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from playwright.sync_api import expect

from sightline.agencies.actions import add_worker
from sightline.agencies.models import Worker
from sightline.agencies.queries import actor_for, machine, worker
from sightline.chronology.actions import versions_of
from sightline.jobs import taking_over
from sightline.jobs.checking import Ask, request_checks
from sightline.sharing.restricting import restrict
from tests.journeys.test_changes import POLICE_WAITS
from tests.journeys.test_feeds import looked_at
from tests.journeys.walker import DESKTOP, PHONE
from tests.support.partnership import child, send

PAGES = {  # name: (who, how to get there)
    "my-work": ("amir", lambda w: w.go("/")),
    "find-form": ("amir", lambda w: w.go("/find/")),
    "find": ("amir", lambda w: w.find("jay marsh")),
    "nobody-found": ("amir", lambda w: w.find("zzyzx")),
    "child": ("amir", lambda w: w.child()),
    "child-as-known-then": ("amir", lambda w: (w.child(), w.go(w.page.url + "?known-on=2026-01-15"))),
    "child-with-500-entries": ("amir", lambda w: w.child("nell crowther")),
    "child-for-a-school": ("ruth", lambda w: w.child()),
    "entry": ("amir", lambda w: (w.child(), w.page.get_by_role("link", name="Missing: High risk").last.click())),
    "sign": ("amir", lambda w: (w.child(), w.page.get_by_role("link", name="Its page: the timeline").first.click())),
    "sign-answer": ("amir", lambda w: (w.child(), w.page.get_by_role("link", name="Ring the worker").first.click())),
    "signs": ("amir", lambda w: w.go("/signs/")),
    "gaps-in-records": ("paul", lambda w: w.go("/signs/gaps/")),
    "protected": (
        "amir",
        lambda w: (w.child(), w.page.get_by_role("link", name="Protected, and safe contact").click()),
    ),
    "protect": (
        "amir",
        lambda w: (
            w.child(),
            w.page.get_by_role("link", name="Protected, and safe contact").click(),
            w.page.get_by_role("link", name="Protect a location").click(),
        ),
    ),
    "safe-contact": (
        "amir",
        lambda w: (
            w.child(),
            w.page.get_by_role("link", name="Protected, and safe contact").click(),
            w.page.get_by_role("link", name="Record what somebody said").click(),
        ),
    ),
    "stopped": ("paul", lambda w: w.go("/stopped/")),
    "queue": ("amir", lambda w: w.go("/queue/")),
    "queue-item": ("amir", lambda w: (w.go("/queue/"), w.page.locator("#queue-rows th a").first.click())),
    "queue-shift": ("amir", lambda w: w.go("/queue/shift/")),
    "matches": ("amir", lambda w: w.go("/matches/")),
    "why-no-other-sign": (
        "amir",
        lambda w: (w.child(), w.page.get_by_role("link", name="Why is there no other sign?").click()),
    ),
    "separate": (
        "amir",
        lambda w: (
            w.child(),
            w.page.get_by_text("Details as each agency holds them").click(),
            w.page.get_by_role("link", name="This is somebody else").first.click(),
        ),
    ),
    "messages": ("amir", lambda w: w.go("/messages/")),
    "messages-settings": ("amir", lambda w: w.go("/messages/settings/")),
    "messages-read": ("amir", lambda w: w.go("/messages/?show=read")),
    "emergency": ("amir", lambda w: (w.child(), w.page.get_by_role("link", name="This is an emergency").first.click())),
    "ring": ("amir", lambda w: (w.child(), w.page.get_by_role("link", name="Whom to ring, day and night").click())),
    "emergency-lookup": ("amir", lambda w: w.go("/emergency/")),
    "missing": ("amir", lambda w: w.go("/missing/")),
    "what-did-not-come": ("paul", lambda w: w.go("/expected/")),
    "the-days-lists": ("paul", lambda w: w.go("/lists/")),
    "police-information": ("paul", lambda w: w.go("/police-information/")),
    "schools-to-tell": ("paul", lambda w: w.go("/to-tell/")),
    "told-to-a-school": ("ruth", lambda w: w.go("/told/")),
    "tell-the-police": ("amir", lambda w: w.go("/intelligence/new/")),
    "from-the-public": ("paul", lambda w: w.go("/concern/public/")),
    "asked": ("ruth", lambda w: w.go("/asked/")),
    "handed-over": ("amir", lambda w: w.go("/handed-over/")),
    "answers-for": ("paul", lambda w: w.go("/answers-for/")),
    "stopped-nothing": ("ruth", lambda w: w.go("/stopped/")),
    "notices-say": ("mel", lambda w: w.go("/concern/quality/agencies/")),
    "how-much-is-told": ("mel", lambda w: w.go("/messages/measured/")),
    "use-of-the-portal": ("mel", lambda w: w.go("/intelligence/use/")),
    "own-details": ("amir", lambda w: w.go("/reading/own/")),
    "work-of-a-school": ("ruth", lambda w: w.go("/")),
    "work-of-a-business-manager": ("mel", lambda w: w.go("/")),
    "help": ("amir", lambda w: w.go("/help/")),
    "words": ("amir", lambda w: w.go("/words/")),
    "accessibility": ("amir", lambda w: w.go("/accessibility/")),
    "second-factor": ("paul", lambda w: w.go("/sign-in/second-factor/set-up/")),
    "password": ("paul", lambda w: w.go("/sign-in/password/")),
    "work-of-a-data-officer": ("dee", lambda w: w.go("/")),
    "loads": ("dee", lambda w: w.go("/loads/")),
    "load": ("dee", lambda w: (w.go("/loads/"), w.page.locator("tr", has_text=POLICE_WAITS).locator("a").click())),
    "quarantined": (
        "dee",
        lambda w: (
            w.go("/loads/"),
            w.page.locator("tr", has_text=POLICE_WAITS).locator("a").click(),
            w.page.locator("tbody a").first.click(),
        ),
    ),
}
ERRORS = {  # name: (who, where, what the browser says of it)
    "nothing-here": ("amir", "/child/00000000-0000-4000-8000-000000000000/", 404),
    "not-open-to-your-role": ("gwen", "/loads/", 403),
}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_sound(as_, name):
    who, arrive = PAGES[name]
    walker = as_(who)
    walker.page.set_viewport_size(DESKTOP)
    arrive(walker)
    walker.page.locator("h1").wait_for()
    assert walker.axe() == []
    assert walker.page.locator("h1").count() == 1
    assert walker.page.title().endswith("– Sightline")
    walker.picture(f"{name}-desktop", whole=True)

    walker.page.set_viewport_size(PHONE)
    assert walker.sideways() <= 0, "the page is wider than a phone"
    walker.picture(f"{name}-phone", whole=True)
    assert walker.faults == []


def test_the_sign_in_page_is_sound(stranger):
    walker = stranger()
    walker.go("/sign-in/")
    assert walker.axe() == []
    walker.picture("sign-in-desktop")
    walker.page.set_viewport_size(PHONE)
    assert walker.sideways() <= 0
    walker.picture("sign-in-phone")
    walker.page.get_by_role("button", name="Sign in").click()
    walker.page.locator("[data-errors]").wait_for()
    assert walker.axe() == []
    walker.page.set_viewport_size(PHONE)
    assert walker.sideways() <= 0
    assert walker.faults == []


@pytest.mark.parametrize("name", ERRORS)
def test_a_page_that_says_no_is_sound(as_, name):
    who, where, status = ERRORS[name]
    walker = as_(who)
    walker.go(where)
    assert walker.axe() == []
    walker.picture(name)
    walker.page.set_viewport_size(PHONE)
    assert walker.sideways() <= 0
    assert [fault for fault in walker.faults if str(status) not in fault] == []


# --- pages that stand there only once something has happened ----------------------------------------------


@pytest.fixture(scope="module")
def happened(address):
    """A notice about which the school was asked; and another, kept to somebody who has left since."""
    asked, kept = (
        send("ppn", ("child", child(name)), grade="amber", says="Both were upstairs.") for name in ("Wynn", "Isolde")
    )
    request_checks(
        entry=versions_of(asked)[-1],
        asks=[Ask("elmfield-academy", "Was she at school today?")],
        by=actor_for(worker("amir")),
        agreement="yes",
        because="",
        at_the_line=False,
        cannot_wait=False,
    )
    team = {"agency": "childrens-social-work", "role": "team-manager", "team": "east-area-team"}
    add_worker(username="tam", name="Tam Vance", phone="07700 900124", by=machine("story-runner"), **team)
    by = actor_for(worker("tam"))
    restrict([kept], named=[f"worker:{by.id}"], by=by, because="His uncle works in the east area team.")
    Worker.objects.filter(username="tam").update(is_active=False)
    [alone] = taking_over.alone(actor_for(worker("iona")))
    return SimpleNamespace(asked=asked, kept=alone.kept)


def test_somebody_who_was_asked_is_reminded_by_keyboard(happened, as_):
    amir = as_("amir")
    amir.go(f"/decide/{happened.asked}/ask/")
    looked_at(amir, "ask-again")
    amir.tab_to("Remind Elmfield Academy")
    amir.press("Enter")
    expect(amir.page.get_by_text("Elmfield Academy was reminded")).to_be_visible()
    looked_at(amir, "ask-reminded")
    amir.tab_to("Remind Elmfield Academy")
    amir.press("Enter")
    expect(amir.page.get_by_text("was reminded a moment ago: ring them")).to_be_visible()
    assert amir.faults == []


def test_whom_to_ring_names_who_works_with_the_child(as_):
    amir = as_("amir")
    amir.child()
    card = amir.page.get_by_role("heading", name="Ring", exact=True).locator("xpath=..")
    working = [line.split("·")[0].strip() for line in card.locator("ul").first.locator("> li").all_inner_texts()]
    amir.page.get_by_role("link", name="Whom to ring, day and night").click()
    amir.page.get_by_role("heading", name="Who works with Jay Marsh now").wait_for()
    listed = [line.split("·")[0].strip() for line in amir.page.locator(".sl-rings li").all_inner_texts()]
    assert listed == working and listed
    assert amir.page.locator('.sl-rings a[href^="tel:"]').count()


def test_what_is_kept_to_people_who_have_left_is_named_anew_by_keyboard(happened, as_):
    iona = as_("iona")
    iona.go("/kept/")
    looked_at(iona, "kept-and-nobody-left")
    main = iona.page.locator("main")
    expect(main).to_contain_text("Tam Vance")
    assert "Isolde" not in main.inner_text(), "whom it is about is no business of whoever names others"
    iona.press("Tab")
    iona.tab_to(main.locator("tbody a").inner_text())
    iona.press("Enter")
    iona.page.get_by_label("Who should be named?").wait_for()
    looked_at(iona, "kept-one")
    iona.page.get_by_role("button", name="Ask a second person").click()
    expect(iona.page.locator("[data-errors]")).to_be_focused()
    assert iona.page.title().startswith("Error: ")
    looked_at(iona, "kept-one-errors")
    iona.tab_to("Choose who should be named")
    iona.press("Enter")
    iona.type("Amir")
    iona.tab_to("Why, and why them?")
    iona.type("Tam left in October, and whoever is on duty needs to read it before the conference.")
    iona.tab_to("Ask a second person")
    iona.press("Enter")
    expect(iona.page.get_by_text("Asked. It holds once a second person has agreed")).to_be_visible()
    looked_at(iona, "kept-one-asked")
    assert "Isolde" not in main.inner_text()
    iona.go("/kept/")
    expect(main.get_by_text("waits for a second person")).to_be_visible()
    assert [fault for fault in iona.faults if "422" not in fault] == []
