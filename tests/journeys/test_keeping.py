"""Keeping and erasing: two people, a hold in between; looked at, and by keyboard."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from sightline.agencies.actions import add_worker
from sightline.agencies.queries import machine
from sightline.chronology.actions import versions_of
from sightline.chronology.tracing import people_of
from sightline.identity.queries import persons_of
from tests.journeys.test_feeds import looked_at
from tests.journeys.town import PASSWORD
from tests.journeys.walker import Walker
from tests.support.partnership import child, send

WHY = "She is grown up and asked us in writing; legal advice of 3 March."


@pytest.fixture(scope="module")
def person(address):
    """Somebody of whom the police told once, with a sister; and two who look after erasing."""
    for username, name in (("ines", "Ines Arden"), ("igor", "Igor Pell")):
        add_worker(
            username=username,
            name=name,
            agency="business-unit",
            role="information-governance",
            phone="07700 900123",
            password=PASSWORD,
            by=machine("story-runner"),
        )
    first = send("ppn", ("child", child("Wren")), ("child", child("Lark")), grade="amber", says="Both were upstairs.")
    send("ppn", ("child", child("Lark")), grade="green")
    identity = people_of(versions_of(first)[-1])[0][0]
    return persons_of([identity])[identity]


def test_two_people_erase_and_a_hold_stands_between_them(person, address, browser):
    ines, igor = Walker(address, browser), Walker(address, browser)
    for walker, name in ((ines, "ines"), (igor, "igor")):
        walker.sign_in(name)
    ines.go("/retention/")
    ines.tab_to("Address of the child’s page")
    ines.type(f"{address}/child/{person}/")
    ines.tab_to("Go on")
    ines.press("Enter")
    expect(ines.page.get_by_role("heading", name="Ask that this child’s record be erased")).to_be_visible()
    looked_at(ines, "erase")
    ines.page.get_by_role("button", name="Ask that it be erased").click()
    ines.page.locator("[data-errors]").wait_for()
    looked_at(ines, "erase-errors")
    ines.page.get_by_label("Why is it to be erased?").fill(WHY)
    ines.page.get_by_role("button", name="Ask that it be erased").click()
    expect(ines.page.get_by_text("Asked. A second person must agree")).to_be_visible()
    asked = ines.page.url
    looked_at(ines, "erase-asked")

    igor.go("/emergencies/")
    looked_at(igor, "emergencies")
    igor.go("/retention/holds/")
    looked_at(igor, "holds")
    igor.page.get_by_label("A public inquiry").check()
    igor.page.get_by_label("One child").check()
    igor.page.get_by_label("Address of the child’s page").fill(f"{address}/child/{person}/")
    igor.page.get_by_label("Who asked for it, and when?").fill(
        "The inquiry wrote on 4 March that nothing be destroyed."
    )
    igor.page.get_by_role("button", name="Hold it").click()
    expect(igor.page.get_by_text("Held. From now on")).to_be_visible()
    igor.go("/retention/")
    looked_at(igor, "keep-and-erase")
    igor.go(asked)
    expect(igor.page.get_by_text("It may not be erased now.")).to_be_visible()
    assert igor.page.get_by_role("button", name="Agree, and erase it").count() == 0
    igor.go("/retention/holds/")
    igor.page.get_by_role("link", name="Lift").click()
    looked_at(igor, "hold-lift")
    igor.page.get_by_label("Why is it over?").fill("The inquiry has reported, and released everybody.")
    igor.page.get_by_role("button", name="Lift the hold").click()
    expect(igor.page.get_by_text("Nothing is held.")).to_be_visible()

    igor.go(asked)
    looked_at(igor, "erase-second")
    igor.tab_to("Agree, and erase it")
    igor.press("Enter")
    expect(igor.page.get_by_text("Erased, for ever.")).to_be_visible()
    looked_at(igor, "erased")
    assert "Wren" not in igor.page.locator("main").inner_text()
    for walker in (ines, igor):
        assert not [fault for fault in walker.faults if "422" not in fault], walker.faults
        walker.context.close()
