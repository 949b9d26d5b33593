"""A sign's own page in words: its timeline, what became of it, whom to ring, what was done since. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sightline.chronology.types import EntryView, Professional, State
from sightline.definition.types import Partnership
from sightline.sharing.types import Level
from sightline.signals.types import SignalEvent, SignalView
from sightline.web.child.page import entry_words
from sightline.web.picture import Band, Drawn, Frame, Mark, draw, mark_words
from sightline.web.words import counted, day_short, day_words, london, moment_words

HAPPENED = {
    "raised": "Found",
    "grew": "More came",
    "graver": "It became graver",
    "told": "Told",
    "rose-again": "It rose again, and was told again",
    "answered": "Answered",
    "escalated": "Nobody had answered: told",
    "taken": "Taken to the manager",
    "ended": "It was over",
    "withdrawn": "The records did not say so any more",
    "moved": "The records were put with another child",
}
MOST_RECORDS = 12


@dataclass(frozen=True, slots=True)
class Event:
    """Something that became of a sign, in words."""

    at: str
    what: str
    who: str
    says: str


@dataclass(frozen=True, slots=True)
class Record:
    """A record that may tell what was done since."""

    first: str
    day: str
    text: str
    chosen: bool


def timeline(
    one: SignalView, entries: Sequence[EntryView], states: Sequence[State], partnership: Partnership, today: date
) -> Drawn:
    """What the sign rests on, one lane an agency, with the window that completed it; and what was open meanwhile.

    `entries`: those cited that this reader may see, in any order. Each mark leads to its line below.
    """
    lanes = [(lane.id, lane.title) for lane in sorted(partnership.lane.values(), key=lambda x: (x.order, x.id))]
    named = {lane for lane, _ in lanes}
    lanes += list({e.lane: (e.lane, e.lane_title) for e in entries if e.lane not in named}.values())
    marks = []
    for entry in entries:
        shape = "pointer" if entry.level is Level.POINTER else entry.mark
        words = entry.title if shape == "pointer" else entry_words(entry)
        marks.append(
            Mark(
                entry.lane, shape, entry.happened, mark_words(entry.lane_title, words, entry.happened), f"#e-{entry.id}"
            )
        )
    return draw(
        marks,
        lanes,
        today=max(today, *(london(e.happened).date() for e in entries)) if entries else today,
        bands=bands(states, entries, {lane for lane, _ in lanes}),
        frames=frames(one, entries),
    )


def bands(states: Sequence[State], entries: Sequence[EntryView], lanes: Collection[str]) -> list[Band]:
    """What was open while it happened, in the lane of whoever says so, where that lane is drawn."""
    lane_of = {entry.id: entry.lane for entry in entries}
    return [Band(lane_of[s.entry], s.since, s.until, s.says) for s in states if lane_of.get(s.entry) in lanes]


def frames(one: SignalView, entries: Sequence[EntryView]) -> list[Frame]:
    """The window that completed the pattern; and all on which it rests, where that is more."""
    window = [e.happened for e in entries if str(e.first) in one.window]
    whole = [e.happened for e in entries]
    if not whole:
        return []
    found = [Frame(min(window), max(window), one.says)] if window else []
    if not window or (min(whole), max(whole)) != (min(window), max(window)):
        says = f"{counted(len(whole), 'entry', 'entries')} in all" if window else one.says
        found.append(Frame(min(whole), max(whole), says))
    return found


def window_words(one: SignalView, entries: Sequence[EntryView]) -> str:
    """The window in words: from when to when what completed the pattern happened."""
    window = sorted(e.happened for e in entries if str(e.first) in one.window)
    if not window:
        return ""
    first, last = day_words(london(window[0])), day_words(london(window[-1]))
    return f"on {first}" if first == last else f"from {first} to {last}"


def events(history: Iterable[SignalEvent], since: datetime) -> list[Event]:
    """What became of it, oldest first. Where it was found later than it could have been seen, that is said."""
    found = []
    for one in history:
        says = one.says
        if one.what == "raised" and one.at - since > timedelta(days=1):
            says = f"it could have been seen from {day_words(london(since))}, by whoever knew all that was known then"
        what = HAPPENED.get(one.what, one.what.replace("-", " ").capitalize())
        found.append(Event(moment_words(one.at), what, one.who, says))
    return found


def nearest_first(professionals: Iterable[Professional], one: SignalView) -> list[Professional]:
    """Who works with the child, those first who were told, in the order in which the rule names them."""
    told = [words for words, _ in one.told]

    def place(who: Professional) -> int:
        return next((n for n, words in enumerate(told) if who.team and who.team in words), len(told))

    return sorted(professionals, key=place)


def records(
    entries: Sequence[EntryView], since: datetime, besides: Collection[str], chosen: Collection[str]
) -> list[Record]:
    """What came in after it could be seen, newest first: records that may tell what was done."""
    found = [
        Record(
            str(e.first), day_short(london(e.happened)), f"{e.lane_title} · {entry_words(e)}", str(e.first) in chosen
        )
        for e in entries
        if e.known_at >= since and e.level >= Level.HEADLINE and str(e.first) not in besides and not e.closed
    ]
    kept = [record for record in found if record.chosen]
    return found[:MOST_RECORDS] + [record for record in kept if record not in found[:MOST_RECORDS]]


def done(one: SignalView, entries: Sequence[EntryView], prefix: str) -> list[tuple[str, str, str]]:
    """The records that the answer names, as far as they show: (day, words, address)."""
    named = {str(first) for first in one.done}
    return [
        (day_short(london(e.happened)), f"{e.lane_title} · {entry_words(e)}", f"{prefix}{e.id}/")
        for e in entries
        if str(e.first) in named
    ]


def trusted(entries: Sequence[EntryView]) -> str:
    """Whom the child trusts, as the newest record says that shows in full."""
    return next((said for e in entries if (said := e.values.get("trusted-person", "").strip())), "")


def newest_open(entries: Sequence[EntryView], cited: Collection[str]) -> UUID | None:
    """The newest of what it rests on that shows at all in words: from there a strategy discussion is called."""
    return next((e.id for e in entries if str(e.first) in cited and e.level >= Level.HEADLINE), None)
