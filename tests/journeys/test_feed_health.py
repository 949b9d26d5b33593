"""A feed has fallen silent and its last file was thin: seen on My work, understood on its page, answered by keyboard."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sightline.agencies.actions import add_worker
from sightline.agencies.queries import machine, partnership, workers
from sightline.intake import alarms
from sightline.intake.actions import close_delivery, keep_filled, open_delivery
from sightline.intake.models import FeedAlarm
from sightline.intake.types import Counts
from sightline.timescales.moment import now, pretend
from tests.journeys.test_feeds import looked_at, press
from tests.journeys.town import PASSWORD

FEED, SENDER = "hospital-csv", "leeds-teaching-hospitals"
TITLE = "Far more or fewer records than usual"


@pytest.fixture(scope="module", autouse=True)
def silent(address):
    """Nine files, one a day; the last, five days ago, was thin, and nobody on it had a birth date."""
    by, there = machine("feed-machine"), {one.username for one in workers()}
    if "hal" not in there:
        who = {"username": "hal", "name": "Hal Moss", "agency": SENDER, "role": "data-officer", "team": ""}
        add_worker(**who, password=PASSWORD, by=machine("story-runner"))
    for back in range(13, 4, -1):
        rows = 412 if back == 5 else 1000 + 17 * back % 90
        with pretend(now() - timedelta(days=back)):
            delivery = open_delivery(feed=FEED, agency=SENDER, kind="file", name=f"{back}.csv", by=by, mark=f"m{back}")
            born = {} if back == 5 else {"p.patient.born": rows - 9}
            filled = {"": rows, "f.complaint": rows - 40, "p.patient": rows, "p.patient.family": rows, **born}
            keep_filled(delivery, {"ae-attendance": filled})
            close_delivery(delivery, Counts(read=rows, new=rows), by=by)
    alarms.watch(definition=partnership(), by=machine("clock-machine"))


def test_silence_is_seen_on_my_work_and_answered_by_keyboard(as_):
    hal = as_("hal")
    hal.go("/")
    hal.page.get_by_role("heading", name="Feeds that need an answer").wait_for()
    looked_at(hal, "work-with-a-silent-feed")
    before = hal.page.locator("#feeds tbody tr").count()
    assert before == 3
    hal.page.locator("#feeds tr", has_text=TITLE).get_by_role("link", name="Answer").focus()
    hal.press("Enter")
    hal.page.get_by_role("heading", name=TITLE).wait_for()
    assert "412 records; usually" in hal.page.locator("main").inner_text()
    press(hal, "Answer")
    hal.page.get_by_text("Say in a few words what is done about it").first.wait_for()
    looked_at(hal, "feed-alarm")
    hal.tab_to("What is done about it?")
    hal.type("Rang the data team: the ward list was cut off. They send it again.")
    press(hal, "Answer")
    hal.page.get_by_role("heading", name="What was told").wait_for()
    said = hal.page.locator("main").inner_text()
    assert "the ward list was cut off" in said and "Hal Moss" in said
    hal.go("/")
    assert hal.page.locator("#feeds tbody tr").count() == before - 1
    assert FeedAlarm.objects.filter(feed=FEED, of="silent").count() == 1


def test_the_pages_say_it_in_words_without_colour_and_the_business_unit_sees_every_feed(as_):
    mel = as_("mel")
    mel.go("/")
    press(mel, "Feed health")
    mel.page.get_by_role("heading", name="Feed health").wait_for()
    looked_at(mel, "feed-health")
    row = mel.page.locator("tr", has_text="hospital").first
    assert "silent since" in row.inner_text() and "412 records; usually" in row.inner_text()
    row.get_by_role("link").click()
    mel.page.get_by_role("heading", name="How full its fields are").wait_for()
    said = mel.page.locator("main").inner_text()
    assert "birth date" in said and "points fewer" in said and "Hal Moss" in said
    assert mel.page.get_by_role("img", name="Records in the last 9 files").count() == 1
    looked_at(mel, "feed-health-one")
    assert mel.faults == []


def test_another_agencys_feed_is_not_there_and_a_practitioner_is_told_no(as_):
    hal, amir = as_("hal"), as_("amir")
    hal.go("/feeds/health/")
    assert "police" not in hal.page.locator("main").inner_text().lower()
    assert hal.page.request.get(f"{hal.address}/feeds/health/leeds-police-csv/").status == 404
    assert hal.page.request.get(f"{hal.address}/feeds/health/no-such-feed/").status == 404
    assert amir.page.request.get(f"{amir.address}/feeds/health/{FEED}/").status == 403


def test_all_of_it_works_without_java_script(stranger):
    hal = stranger(java_script_enabled=False)
    hal.sign_in("hal")
    hal.page.locator("#feeds").get_by_role("link", name="Answer").first.click()
    hal.page.get_by_label("What is done about it?").fill("Asked the sender; they look today.")
    hal.page.get_by_role("button", name="Answer").click()
    hal.page.get_by_text("It has left everybody’s work").wait_for()
