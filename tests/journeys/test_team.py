"""A team's manager gives a child to a worker: by keyboard alone, and looked at."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from sightline.agencies.actions import add_worker
from sightline.agencies.queries import actor_by_id, machine, worker
from sightline.chronology.actions import versions_of
from sightline.chronology.tracing import people_of
from sightline.jobs.allocating import allocate
from tests.journeys.test_feeds import looked_at
from tests.journeys.town import PASSWORD
from tests.journeys.walker import Walker
from tests.support.partnership import child, send

TEAM = "south-area-team"


@pytest.fixture(scope="module")
def team(address):
    """A team with two social workers and their manager; one of them has a child."""
    for username, name, role in (
        ("tamsin", "Tamsin Boyle", "team-manager"),
        ("saul", "Saul Weir", "social-worker"),
        ("una", "Una Marr", "social-worker"),
    ):
        add_worker(
            username=username,
            name=name,
            agency="childrens-social-work",
            role=role,
            team=TEAM,
            phone="07700 900144",
            password=PASSWORD,
            by=machine("story-runner"),
        )
    first = send("ppn", ("child", child("Rowan")), grade="amber", says="He was upstairs.")
    identity = people_of(versions_of(first)[-1])[0][0]
    allocate(identity=identity, worker=str(worker("saul").id), by=actor_by_id(str(worker("tamsin").id)))


def test_a_manager_passes_a_child_on_and_the_worker_is_told(team, address, browser):
    tamsin, una = Walker(address, browser), Walker(address, browser)
    tamsin.sign_in("tamsin")
    tamsin.tab_to("Your team")
    tamsin.press("Enter")
    expect(tamsin.page.get_by_role("heading", name="South area team: who has which child")).to_be_visible()
    looked_at(tamsin, "team")
    tamsin.tab_to("Change: Rowan")
    tamsin.press("Enter")
    expect(tamsin.page.get_by_role("heading", name="Who has Rowan")).to_be_visible()
    looked_at(tamsin, "allocate")
    tamsin.tab_to("Tamsin Boyle")
    tamsin.press("ArrowDown")  # to Una
    tamsin.tab_to("They work with the child together")
    tamsin.press("ArrowDown")  # it passes
    tamsin.tab_to("Give")
    tamsin.press("Enter")
    tamsin.page.locator("[data-errors]").wait_for()
    looked_at(tamsin, "allocate-errors")
    expect(tamsin.page.get_by_label("Una Marr")).to_be_checked()
    tamsin.page.get_by_label("If it passes: why?").select_option("ABSENC")
    tamsin.page.get_by_role("button", name="Give", exact=True).click()
    expect(tamsin.page.get_by_text("Una Marr is told")).to_be_visible()
    row = tamsin.page.locator("#list tbody tr", has_text="Rowan")
    expect(row).to_contain_text("Una Marr")
    expect(row).not_to_contain_text("Saul Weir")
    una.sign_in("una")
    una.go("/messages/")
    una.page.get_by_role("link", name="Read what is held").click()
    expect(una.page.get_by_role("heading", name="Rowan")).to_be_visible()
    assert tamsin.faults + una.faults == [
        fault
        for fault in tamsin.faults
        if "422" in fault  # the form that came back
    ]
    for walker in (tamsin, una):
        walker.context.close()
