"""The picture of a child: which entries become which marks, and where each leads. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from sightline.chronology.types import EntryView, State
from sightline.definition.types import Partnership
from sightline.sharing.types import Level
from sightline.web.child.page import Choice, Filters, entry_words, leads_to
from sightline.web.child.signs import Sign
from sightline.web.picture import Band, Drawn, Frame, Mark, draw, mark_words
from sightline.web.words import london

SPANS = (("12", "12 months"), ("36", "3 years"), ("", "everything"))


def picture(
    entries: Sequence[EntryView],
    states: Sequence[State],
    partnership: Partnership,
    filters: Filters,
    *,
    on_page: set[UUID],
    today: date,
    signs: Sequence[Sign] = (),
) -> Drawn:
    """Every entry as a mark, which leads to its entry in the list: on this page, or on the page where it stands. What
    a warning sign rests on stands in a frame."""
    lanes = [(lane.id, lane.title) for lane in sorted(partnership.lane.values(), key=lambda x: (x.order, x.id))]
    named = {lane for lane, _ in lanes}
    lanes += list({e.lane: (e.lane, e.lane_title) for e in entries if e.lane not in named}.values())
    since = span_start(filters, today)
    cited = {first for sign in signs for first in sign.firsts}
    marks, shown = [], []
    for entry in entries:
        if since and london(entry.happened).date() < since:
            continue
        shown.append(entry)
        shape = "pointer" if entry.level is Level.POINTER else entry.mark
        words = entry.title if shape == "pointer" else entry_words(entry)
        says = mark_words(entry.lane_title, words, entry.happened)
        if str(entry.first) in cited:
            says += ", in the sign"
        marks.append(Mark(entry.lane, shape, entry.happened, says, leads_to(entry, filters, on_page)))
    lane_of = {entry.id: entry.lane for entry in entries}
    bands = [Band(lane_of[s.entry], s.since, s.until, s.says) for s in states if s.entry in lane_of]
    return draw(
        marks,
        lanes,
        today=filters.known_on or today,
        bands=bands,
        frames=[frame for sign in signs if (frame := framed(sign, shown))],
        known_on=filters.known_on is not None,
    )


def framed(sign: Sign, shown: Sequence[EntryView]) -> Frame | None:
    """From the first to the last of the marks that a sign rests on, of those that the picture shows."""
    at = [entry.happened for entry in shown if str(entry.first) in sign.firsts]
    return Frame(min(at), max(at), sign.says) if at else None


def span_start(filters: Filters, today: date) -> date | None:
    """From when the picture shows, when it does not show everything."""
    return (filters.known_on or today) - timedelta(days=int(filters.span) * 30.44) if filters.span else None


def spans(entries: Sequence[EntryView], filters: Filters, today: date) -> list[Choice]:
    """How far back the picture may go: only those that make a difference."""
    if not entries:
        return []
    days = (today - london(entries[-1].happened).date()).days
    offered = [(months, words) for months, words in SPANS if not months or int(months) * 30.44 < days]
    return (
        [Choice(filters.query(span=months) or "?", words, months == filters.span) for months, words in offered]
        if offered[1:]
        else []
    )
