"""Every page, looked at: axe finds nothing wrong, nothing is wider than a phone, the browser complains of nothing."""

from __future__ import annotations

import pytest

from tests.journeys.test_changes import POLICE_WAITS
from tests.journeys.walker import DESKTOP, PHONE

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
    "protected": ("amir", lambda w: (w.child(), w.page.get_by_role("link", name="Protected, and safe contact").click())),
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
