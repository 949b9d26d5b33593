"""Where an entry comes from, in words."""

from sightline.definition.loader import load
from sightline.web.entry.views import delivered

FEEDS = load("leeds").feed


def test_how_an_entry_was_delivered_reads_as_a_sentence():
    police = "“West Yorkshire Police, daily extract”"
    assert delivered(FEEDS, "leeds-police-csv", "line 14") == f"Line 14 of {police}"
    assert delivered(FEEDS, "leeds-police-csv", "") == police
    assert delivered(FEEDS, "api", "notification 2") == "Notification 2 of a message from its system"
    assert delivered(FEEDS, "api", "") == "A message from its system"
    assert delivered(FEEDS, "no-longer-declared", "line 3") == "Line 3 of “no-longer-declared”"


def test_of_what_was_written_by_hand_nothing_is_said():
    assert delivered(FEEDS, "", "correction") == ""
