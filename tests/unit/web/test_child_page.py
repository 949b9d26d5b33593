"""The child's page as values: filters, paging, who to ring, in words."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest

from sightline.agencies.types import AgencyInfo
from sightline.chronology.types import EntryView
from sightline.clocks.views import ClockView
from sightline.definition.outcomes import Decision
from sightline.sharing.types import Level, Sight
from sightline.web.child import beside, drawing, page
from sightline.web.child.page import Filters

NOW = datetime(2025, 3, 14, 9, tzinfo=UTC)
POLICE = AgencyInfo("west-yorkshire-police", "police", "West Yorkshire Police", "101", "999")
SCHOOL = AgencyInfo("elmfield-academy", "school", "Elmfield Academy")


def sight(level=Level.FULL, says="You see this because you are on duty."):
    return Sight(
        level, Decision(True, "front-door-duty", says), source="Children Act 1989, section 47", basis=("uk-gdpr-6-1-e",)
    )


def entry(days=0.0, *, lane="police", record="police-incident", agency=POLICE, level=Level.FULL, **more):
    given = dict(
        id=uuid4(),
        first=uuid4(),
        record=record,
        title=record.replace("-", " ").capitalize(),
        lane=lane,
        lane_title=lane.capitalize(),
        mark="event",
        agency=agency,
        happened=NOW - timedelta(days=days),
        until=None,
        precision="minute",
        known_at=NOW - timedelta(days=days),
        recorded_at=NOW,
        stated=False,
        corrected=0,
        roles=(),
        role_titles=(),
        counts_as=(),
        sight=sight(level),
        headline="" if level is Level.POINTER else f"{record}: something",
    )
    return EntryView(**{**given, **more})


def listing(entries, filters=Filters(), cited=()):  # noqa: B008 - frozen
    return page.listing(entries, filters, prefix="/entry/", basis=lambda codes: "; ".join(codes), now=NOW, cited=cited)


def test_fifty_entries_a_page_and_the_next_page_begins_with_the_next_entry():
    entries = [entry(n) for n in range(120)]
    first = listing(entries)
    assert [row.id for row in first.rows] == [e.id for e in entries[:50]]
    assert first.older == f"?from={entries[50].id}"
    second = listing(entries, Filters(start=str(entries[50].id)))
    assert [row.id for row in second.rows] == [e.id for e in entries[50:100]]
    assert second.newest
    assert listing(entries, Filters(start=str(entries[100].id))).older == ""


def test_filters_narrow_and_stay_in_the_address_of_the_next_page():
    entries = [entry(n, lane="school" if n % 2 else "police") for n in range(120)]
    found = listing(entries, Filters(lane="school", known_on=date(2025, 3, 1)))
    assert found.shown == 60
    assert found.total == 120
    assert {row.lane for row in found.rows} == {"School"}
    assert found.older.startswith("?lane=school&known-on=2025-03-01&from=")


@pytest.mark.parametrize("words", ["bradford", "BRADFORD flat", "elmfield"])
def test_words_are_found_in_what_was_said_where_and_by_whom(words):
    wanted = entry(1, says="A flat in Bradford", agency=SCHOOL) if "elmfield" not in words else entry(1, agency=SCHOOL)
    assert [row.id for row in listing([wanted, entry(2)], Filters(words=words)).rows] == [wanted.id]


def test_words_never_find_what_the_reader_may_not_read():
    hidden = entry(1, level=Level.POINTER)
    assert listing([hidden], Filters(words="something")).rows == ()


def test_a_row_says_when_it_was_known_and_why_it_is_seen():
    row = listing([entry(5, known_at=NOW - timedelta(days=2), corrected=1)]).rows[0]
    assert row.meta == "from West Yorkshire Police · known to us 3 days later · corrected 1 time"
    assert row.why == "You see this because you are on duty."
    assert row.source == "Children Act 1989, section 47"
    assert row.new


def test_that_it_was_told_late_is_said_among_the_reasons_and_not_on_every_line():
    row = listing([entry(5, stated=True)]).rows[0]
    assert row.stated
    assert "stated" not in row.meta


def test_nothing_is_new_on_a_page_of_the_past():
    assert not listing([entry(0)], Filters(known_on=date(2025, 3, 14))).rows[0].new


def test_a_pointer_says_its_kind_and_whom_to_ring_and_nothing_else():
    held = entry(
        3, record="police-intelligence", level=Level.POINTER, headline="", says="", words=(("Words", "secret"),)
    )
    row = listing([held]).rows[0]
    assert (row.pointer, row.text, row.quotes, row.says) == (True, "Police intelligence", (), "")
    ring = beside.rings([held, entry(1), replace(held, id=uuid4())])
    assert [(r.agency.title, r.kinds, r.count) for r in ring] == [("West Yorkshire Police", "Police intelligence", 2)]


def test_what_a_quote_says_already_is_not_said_twice():
    row = listing(
        [entry(1, headline="What is working: Sings", words=(("Words", "Sings."), ("More", "I like it.")))]
    ).rows[0]
    assert row.quotes == ("I like it.",)


def test_each_mark_leads_to_its_entry_on_the_page_where_it_stands():
    class Declared:
        lane = {}

    entries = [entry(n) for n in range(60)]
    shown = listing(entries)
    drawn = drawing.picture(entries, [], Declared(), Filters(), on_page={r.id for r in shown.rows}, today=NOW.date())
    assert f'href="#e-{entries[0].id}"' in drawn.svg
    assert f'href="?from={entries[59].id}#e-{entries[59].id}"' in drawn.svg


def clock(due, *, state="running", stopped=None):
    return ClockView(
        "assessment",
        "Assessment",
        state,
        NOW - timedelta(days=50),
        NOW + due,
        stopped,
        "Assessment: 45 working days.",
        "Working Together",
        uuid4(),
        uuid4(),
    )


def test_clocks_late_first_then_soonest_then_kept():
    clocks = [
        clock(timedelta(days=1)),
        clock(-timedelta(days=3), state="met", stopped=NOW - timedelta(days=5)),
        clock(-timedelta(days=2)),
        clock(timedelta(days=9)),
        clock(-timedelta(days=9), state="late", stopped=NOW - timedelta(days=7)),
    ]
    assert [d.tag for d in beside.promised(clocks, NOW, "/entry/")] == [
        "2 days over",
        "due tomorrow 09:00",
        "due 23 March",
        "kept",
        "done 2 days late",
    ]
    assert beside.due(clocks[0], NOW).why == "45 working days."


def test_why_the_reader_sees_the_child_is_said_most_telling_first():
    often, once = sight(says="You are on duty."), sight(says="You wrote it.")
    assert beside.reasons([entry(sight=once), entry(sight=often), entry(sight=often)]) == [
        "You are on duty.",
        "You wrote it.",
    ]
    assert beside.reasons([entry(level=Level.POINTER)]) == []


def test_the_childs_own_words_are_the_childs():
    said = entry(1, words=(("What did the child say?", "I fell."),), record="ae-attendance", title="A&E attendance")
    coach = entry(0, mark="strength", words=(("What is working", "He trusts his coach."),))
    ((voice, when, to),) = beside.voices([coach, said])
    assert (voice.words, when, to) == ("I fell.", "13 March 2025", "West Yorkshire Police, A&E attendance")
