"""A new supplier's file, unlike any other, becomes records: mapped on the page by keyboard, approved by somebody else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.db import connection

from sightline.agencies.actions import add_worker
from sightline.agencies.in_force import forget
from sightline.agencies.queries import machine, workers
from tests.journeys.town import PASSWORD
from tests.journeys.walker import DESKTOP, PHONE
from tests.support.databases import Database, run_sightline

WORKERS = (
    ("bea", "Bea Stone", "business-unit", "business-manager"),
    ("ivy", "Ivy Lund", "business-unit", "information-governance"),
)
HEAD, *ROWS = (Path(__file__).parent / "kite_loft.csv").read_text(encoding="utf-8").splitlines()


@pytest.fixture(scope="module", autouse=True)
def staff(address):
    there = {one.username for one in workers()}
    for username, name, agency, role in WORKERS:
        if username not in there:
            by = machine("story-runner")
            add_worker(username=username, name=name, agency=agency, role=role, team="", password=PASSWORD, by=by)


@pytest.fixture
def sample(tmp_path):
    path = tmp_path / "Abendzettel Sept.csv"
    path.write_text("\n".join((HEAD, *ROWS)) + "\n", encoding="windows-1252")
    return path


def choose(walker, label, words):
    """By keyboard: to the select of this name, then the first letters of the option."""
    walker.tab_to(label)
    walker.type(words)
    taken = walker.page.evaluate("document.activeElement.selectedOptions[0].textContent.trim()")
    assert taken.startswith(words), taken


def press(walker, name):
    walker.tab_to(name)
    walker.press("Enter")


def looked_at(walker, name):
    """Sound on a desk and on a phone."""
    assert walker.axe() == []
    walker.page.evaluate("scrollTo(0, 0)")
    walker.picture(f"{name}-desktop", whole=True)
    walker.page.set_viewport_size(PHONE)
    assert walker.sideways() <= 0, "the page is wider than a phone"
    walker.page.evaluate("scrollTo(0, 0)")
    walker.picture(f"{name}-phone", whole=True)
    walker.page.set_viewport_size(DESKTOP)


def test_a_new_suppliers_file_is_mapped_by_keyboard_approved_by_another_and_loads(as_, sample, tmp_path):
    bea = as_("bea")
    bea.go("/feeds/")
    looked_at(bea, "feeds")
    press(bea, "Map a new supplier’s file")
    bea.page.get_by_role("heading", name="Map a new supplier’s file").wait_for()
    press(bea, "Read the sample")
    bea.page.get_by_text("Choose the agency that sends the file").first.wait_for()
    looked_at(bea, "feed-new")
    bea.go("/feeds/new/")
    choose(bea, "Which agency sends it?", "Voluntary")
    bea.tab_to("A sample of the file")
    with bea.page.expect_file_chooser() as chooser:
        bea.press("Space")
    chooser.value.set_files(sample)
    press(bea, "Read the sample")

    bea.page.get_by_role("heading", name="What is one row?").wait_for()
    choose(bea, "What kind of record is it?", "Concern of a voluntary")
    looked_at(bea, "feed-row")
    press(bea, "Save and go on")

    bea.page.get_by_role("heading", name="Who stands on a row?").wait_for()
    bea.tab_to("The second person")
    bea.type("Parent")
    looked_at(bea, "feed-people")
    press(bea, "Save and go on")

    bea.page.get_by_role("heading", name="What does each column become?").wait_for()
    assert bea.page.get_by_label("Health no. becomes").input_value() == "p0.nhs_number"
    bea.page.get_by_text("Suggested, because all its check digits hold as NHS numbers").wait_for()
    choose(bea, "Young member becomes", "Child: First name")
    with bea.page.expect_response(re.compile("/result/")):
        choose(bea, "Grown-up becomes", "Parent or carer: First name")
    assert "a code that the mapping does not translate" in bea.page.locator("#result").inner_text()
    looked_at(bea, "map-a-file")
    press(bea, "Save and go on")

    bea.page.get_by_role("heading", name="How are dates and codes read?").wait_for()
    bea.page.get_by_text("“03.09.2026” is 3 September 2026").first.wait_for(state="attached")
    assert "4 would wait for a person" in bea.page.locator("#result").inner_text()
    choose(bea, "Cannot wait? “no hurry” means", "No")
    with bea.page.expect_response(re.compile("/result/")):
        choose(bea, "Cannot wait? “at once” means", "Yes")
    bea.page.locator("#result").get_by_text("none would wait for a person.", exact=False).last.wait_for()
    bea.page.locator("#result").get_by_text("Odi Reedham; born 2 February 2012").first.wait_for()
    looked_at(bea, "feed-values")
    press(bea, "Save and go on")

    bea.page.get_by_role("heading", name="Name it, and submit it").wait_for()
    press(bea, "Submit for approval")
    bea.page.get_by_role("link", name="Give it a name").wait_for()
    looked_at(bea, "feed-check")
    bea.tab_to("What is it called?")
    bea.type("Kite Loft, evening slips")
    choose(bea, "How often does it come?", "every week")
    press(bea, "Submit for approval")
    bea.page.get_by_text("a second, different person decides on it").wait_for()
    assert bea.page.get_by_role("button", name="Approve").count() == 0
    assert bea.faults == [fault for fault in bea.faults if "422" in fault]

    ivy = as_("ivy")
    ivy.go(bea.page.url)
    ivy.page.get_by_role("heading", name="Kite Loft, evening slips").wait_for()
    ivy.page.get_by_text("“at once” is Yes").wait_for()
    looked_at(ivy, "feed-approve")
    press(ivy, "Approve")
    ivy.page.get_by_text("Approved. Files of this supplier are recognised").wait_for()

    later = tmp_path / "slips-october.csv"
    later.write_text(f"{HEAD}\n{ROWS[0]}\n", encoding="utf-8")
    copy = Database("sqlite", f"sqlite:///{connection.settings_dict['NAME']}")
    loaded = run_sightline(copy, "load", str(later), "--json", timeout=60)
    assert loaded.returncode == 0, loaded.stderr
    assert '"new": 1' in loaded.stdout and "kite-loft-evening-slips" in loaded.stdout
    forget()

    amir = as_("amir")
    amir.child("odi reedham")
    amir.page.get_by_role("heading", name="Odi Reedham").wait_for()
    amir.page.locator(".sl-day").get_by_role("link", name="Concern of a voluntary organisation").first.click()
    amir.page.get_by_text("split lip").first.wait_for()
    assert ivy.faults == [] and amir.faults == []


def test_it_works_without_javascript_on_a_phone_and_what_is_sent_back_is_said(stranger, as_, sample):
    bea = stranger(java_script_enabled=False)
    bea.page.set_viewport_size(PHONE)
    bea.sign_in("bea")
    page = bea.page
    bea.go("/feeds/new/")
    page.get_by_label("Which agency sends it?").select_option(label="Voluntary sector")
    page.get_by_label("A sample of the file").set_input_files(sample)
    page.get_by_role("button", name="Read the sample").click()
    page.get_by_label("What kind of record is it?").select_option(label="Concern of a voluntary organisation")
    page.get_by_role("button", name="Save and go on").click()
    page.get_by_role("button", name="Save and go on").click()
    page.get_by_label("Young member becomes").select_option(label="Child: First name")
    page.get_by_role("button", name="Show me what it makes").click()
    assert "4 would wait for a person" in page.locator("#result").inner_text()
    assert bea.sideways() <= 0
    page.get_by_role("button", name="Save for later").click()
    page.get_by_role("link", name="Abendzettel Sept.csv").click()
    page.get_by_role("button", name="Carry on with it").click()
    page.get_by_label("Cannot wait? “no hurry” means").select_option(label="No")
    page.get_by_label("Cannot wait? “at once” means").select_option(label="Yes")
    page.get_by_role("button", name="Show me what it makes").click()
    assert "Odi Reedham" in page.locator("#result").inner_text()
    page.get_by_role("button", name="Save and go on").click()
    page.get_by_label("What is it called?").fill("Kite Loft, mornings")
    page.get_by_label("What are its files called?").fill("kite-*.csv")
    page.get_by_role("button", name="Submit for approval").click()
    page.get_by_text("a second, different person decides on it").wait_for()

    ivy = as_("ivy")
    ivy.go(page.url)
    ivy.page.get_by_role("button", name="Send back").click()
    ivy.page.get_by_role("link", name="Say why, in a sentence.").wait_for()
    ivy.page.get_by_label("What should change?").fill("The rota is who was on duty: it should be left out by name.")
    ivy.page.get_by_role("button", name="Send back").click()
    ivy.page.get_by_text("Sent back, with your reason").wait_for()
    bea.go(page.url)
    page.get_by_text("The rota is who was on duty").first.wait_for()
    page.get_by_role("button", name="Give it up, and destroy the sample").click()
    page.get_by_text("Given up").wait_for()
