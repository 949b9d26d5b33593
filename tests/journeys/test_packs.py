"""A pack is prepared, read, changed and let go, and a decision to share is made: looked at, on a desk and on a phone."""

from __future__ import annotations

from tests.journeys.walker import DESKTOP, PHONE


def look(walker, name):
    """axe finds nothing, one heading, nothing wider than a phone."""
    walker.page.set_viewport_size(DESKTOP)
    walker.page.locator("h1").wait_for()
    assert walker.axe() == []
    assert walker.page.locator("h1").count() == 1
    walker.picture(f"{name}-desktop", whole=True)
    walker.page.set_viewport_size(PHONE)
    assert walker.sideways() <= 0, "the page is wider than a phone"
    walker.picture(f"{name}-phone", whole=True)
    walker.page.set_viewport_size(DESKTOP)
    assert walker.faults == []


def test_a_pack_from_the_childs_page_to_the_file(as_):
    amir, paul = as_("amir"), as_("paul")
    amir.child()
    amir.page.get_by_role("link", name="Prepare a pack").click()
    look(amir, "pack-recipient")
    amir.page.get_by_label("A solicitor who acts for an adult").check()
    amir.page.get_by_role("button", name="Continue").click()
    look(amir, "pack-prepare")
    amir.page.get_by_role("button", name="Prepare").click()
    amir.page.locator("[data-errors]").wait_for()
    assert amir.axe() == []
    amir.faults.clear()  # the browser says of the answer that it was 422
    amir.page.get_by_label("Who is it for?").fill("Quill and Co, for her father")
    amir.page.get_by_label("What for?").select_option("court")
    for box in amir.page.get_by_role("checkbox").all():
        box.check()
    amir.page.get_by_role("button", name="Prepare").click()
    amir.page.get_by_role("heading", name="As they get it").wait_for()
    look(amir, "packs")
    where = amir.page.url
    amir.page.get_by_role("link", name="Take something out").first.click()
    look(amir, "pack-line")
    amir.page.get_by_label("Why?").select_option("third-party")
    amir.page.get_by_role("button", name="Take it out").click()
    amir.page.get_by_text("(by hand)").first.wait_for()
    amir.child()
    amir.page.get_by_role("link", name="Prepare a pack").click()
    amir.page.get_by_label("A court").check()
    amir.page.get_by_role("button", name="Continue").click()
    amir.page.get_by_label("Who is it for?").fill("The Family Court at Leeds")
    amir.page.get_by_role("button", name="Prepare").click()
    amir.page.get_by_role("link", name="Beside the one for Quill").click()
    look(amir, "pack-beside")
    paul.page.goto(where)
    look(paul, "pack-second-person")
    paul.page.get_by_role("button", name="let it go").click()
    paul.page.get_by_role("heading", name="What left").wait_for()
    look(paul, "pack-released")
    paul.go("/packs/")
    look(paul, "packs")


def test_a_decision_not_to_share_stands_on_the_record(as_):
    amir = as_("amir")
    amir.child()
    amir.page.get_by_role("link", name="Missing: High risk").last.click()
    amir.page.get_by_role("link", name="Decide to share this").click()
    look(amir, "share")
    amir.page.get_by_label("Do not share").check()
    amir.page.get_by_label("With whom, or with whom not?").fill("A football club")
    amir.page.get_by_label("What for?").select_option("safeguarding")
    amir.page.get_by_label("Why?", exact=True).fill("The club has no part in keeping him safe.")
    amir.page.get_by_role("button", name="Put it on the record").click()
    amir.page.get_by_role("heading", name="Do not share").wait_for()
    look(amir, "sharing-decision")
