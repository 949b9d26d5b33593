"""Who has seen a child, unusual reading and its review, what is one's own, and hindsight: looked at, and by keyboard."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from sightline.agencies.actions import add_worker
from sightline.agencies.queries import actor_by_id, machine, worker, workers
from sightline.chronology.queries import of_person
from sightline.identity.models import SourceIdentity, Version
from sightline.jobs.watching import look_at_all
from sightline.sharing.actions import tie
from sightline.sharing.reading import reading
from sightline.timescales.moment import now
from sightline.vault.actions import Keyring
from sightline.watching.actions import name_own
from tests.journeys.test_feeds import looked_at
from tests.journeys.town import PASSWORD
from tests.journeys.walker import Walker

PEOPLE = (
    ("ivy", "Ivy Lund", "business-unit", "information-governance", ""),
    ("sana", "Sana Rahman", "childrens-social-work", "social-worker", "east-area-team"),
    ("quin", "Quin Abbott", "business-unit", "practice-reviewer", ""),
)


@pytest.fixture(scope="module")
def child(address):
    """Jay is allocated to Sana and under review by Quin; Omar, of the police, lives next door."""
    by = machine("story-runner")
    there = {one.username for one in workers()}  # the town is shared
    for username, name, agency, role, team in PEOPLE:
        if username in there:
            continue
        add_worker(
            username=username,
            name=name,
            agency=agency,
            role=role,
            team=team,
            phone="07700 900123",
            password=PASSWORD,
            by=by,
        )
    omar = actor_by_id(worker("omar").id)
    person, postcode = of_whom_most_is_held()
    rows = SourceIdentity.objects.filter(person=person)
    for username, kind in (("sana", "allocated"), ("quin", "reviewer")):
        tie([(f"worker:{worker(username).id}", kind, row.id, now(), None, None) for row in rows])
    name_own(worker=omar.id, by=omar, given=[("postcode", postcode)])
    for _ in range(2):
        with reading(omar, "safeguarding", about="view-child") as opened:
            of_person(opened, person)
    with reading(actor_by_id(worker("amir").id), "safeguarding", about="view-child") as opened:
        of_person(opened, person)
    look_at_all()
    return person


def of_whom_most_is_held():
    """The child whom most agencies know, and a postcode that one of them gives."""
    persons = list(SourceIdentity.objects.values_list("person", flat=True))
    person = max(set(persons), key=persons.count)
    keyring = Keyring()
    for row in SourceIdentity.objects.filter(person=person, agency="west-yorkshire-police"):
        keyring.fetch([row.key])
        version = Version.objects.filter(identity=row).latest("known_at")
        held = keyring.open(bytes(version.body), f"identity|{version.id}")
        if held.get("postcode"):
            return person, held["postcode"]
    raise AssertionError("the police give no postcode")


@pytest.fixture
def come(address, browser):
    inside = {}

    def as_(username, **options):
        if username not in inside:
            inside[username] = Walker(address, browser, **options)
            inside[username].sign_in(username)
        return inside[username]

    yield as_
    for walker in inside.values():
        walker.context.close()


def test_the_allocated_worker_sees_who_has_seen_the_child(child, come):
    sana = come("sana")
    sana.go(f"/child/{child}/")
    sana.page.get_by_role("link", name="Who has seen this child").click()
    expect(sana.page.locator("tbody").first).to_contain_text("Omar Hussain")
    sana.page.get_by_text("Why they saw it").first.click()
    looked_at(sana, "who-has-seen")
    sana.page.get_by_role("link", name="Only those with no tie of their own").click()
    expect(sana.page.get_by_text("Show all")).to_be_visible()
    with sana.page.expect_download() as file:
        sana.page.get_by_role("link", name="Everything as a file").click()
    assert file.value.suggested_filename.endswith(".csv")
    sana.go(f"/child/{child}/")
    sana.page.get_by_text("Why do I see what is on this page?").click()
    expect(sana.page.locator("#why-page")).to_contain_text("allocated to you")
    looked_at(sana, "why-page")


def test_unusual_reading_is_asked_about_and_reviewed_by_keyboard(child, come):
    ivy = come("ivy")
    ivy.go("/")
    expect(ivy.page.get_by_text("to ask about")).to_be_visible()
    ivy.go("/reading/")
    looked_at(ivy, "unusual-reading")
    ivy.page.get_by_role("link", name="A child at the reader").first.click()
    looked_at(ivy, "unusual-reading-one")
    assert "Marsh" not in ivy.page.locator("main").inner_text()
    ivy.page.get_by_role("button", name="Record").click()
    ivy.page.locator("[data-errors]").wait_for()
    looked_at(ivy, "unusual-reading-errors")
    ivy.page.get_by_label("Justified").focus()
    ivy.press("Space")
    ivy.press("ArrowDown")
    ivy.tab_to("How do you know?")
    ivy.type("Rang him: a call on the night desk, as its record says.")
    ivy.tab_to("Record")
    ivy.press("Enter")
    expect(ivy.page.get_by_role("alert")).to_contain_text("left the queue")
    looked_at(ivy, "unusual-reading-reviewed")


def test_what_is_ones_own_without_javascript(child, come):
    ruth = come("ruth", java_script_enabled=False)
    ruth.go("/reading/own/")
    ruth.page.get_by_role("button", name="Keep a fingerprint").click()
    expect(ruth.page.get_by_text("Enter a name, a postcode or a telephone number").first).to_be_visible()
    ruth.page.get_by_label("Postcode").fill("LS17 6AA")
    ruth.page.get_by_label("First line of an address").fill("2 Larch Rise")
    ruth.page.get_by_role("button", name="Keep a fingerprint").click()
    expect(ruth.page.get_by_text("1 address")).to_be_visible()
    assert "LS17" not in ruth.page.content()
    ruth.page.get_by_role("button", name="Forget all").click()
    expect(ruth.page.get_by_text("Forgotten: 2 details.")).to_be_visible()


def test_flag_own_and_hindsight_are_sound(child, come):
    paul, quin, ivy = come("paul"), come("quin"), come("ivy")
    paul.go(f"/child/{child}/flag/")
    looked_at(paul, "flag-child")
    paul.go("/reading/own/")
    looked_at(paul, "own-family")
    ivy.go(f"/child/{child}/review/")
    looked_at(ivy, "commission-review")
    quin.go(f"/child/{child}/hindsight/")
    expect(quin.page.get_by_text("Nobody saw this then.")).to_be_visible()
    looked_at(quin, "hindsight")
