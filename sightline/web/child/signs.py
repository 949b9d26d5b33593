"""What the entries add up to: each warning sign in words, with the entries on which it rests. Pure.

A sign prompts a person to look. It decides nothing, and its box has no button until there is something to answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sightline.chronology.types import EntryView
from sightline.definition.signal_words import when_words
from sightline.definition.types import Partnership
from sightline.signals.types import RaisedSignal
from sightline.web.child.beside import lowered
from sightline.web.child.page import entry_words
from sightline.web.words import counted, day_short, day_words, london


@dataclass(frozen=True, slots=True)
class Cited:
    """One entry on which a sign rests."""

    day: str
    lane: str
    text: str
    href: str


@dataclass(frozen=True, slots=True)
class Sign:
    """A warning sign as the page says it."""

    id: str
    says: str
    title: str
    may_mean: str
    does_not_mean: str
    rule: str
    source: str
    seen_from: str  # the day from which anybody could have seen it
    entries: tuple[Cited, ...]
    firsts: frozenset[str]
    since: datetime
    until: datetime

    @property
    def number(self) -> str:
        return counted(len(self.entries), "entry", "entries")


def signs(
    raised: Iterable[RaisedSignal],
    entries: Sequence[EntryView],
    partnership: Partnership,
    leads_to: Callable[[EntryView], str],
) -> list[Sign]:
    """Each with its entries, newest first, and where each leads."""
    found = []
    for one in raised:
        cited = [entry for entry in entries if str(entry.first) in one.citing]
        if not cited:
            continue
        found.append(
            Sign(
                one.signal,
                one.says,
                one.title,
                one.may_mean,
                lowered(one.does_not_mean),
                when_words(partnership, partnership.signal[one.signal]),
                one.source,
                day_words(london(one.since)),
                tuple(Cited(day_short(london(e.happened)), e.lane_title, entry_words(e), leads_to(e)) for e in cited),
                frozenset(one.citing),
                min(e.happened for e in cited),
                max(e.happened for e in cited),
            )
        )
    return found
