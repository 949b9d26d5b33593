"""What the entries add up to: each sign in words, with the entries on which it rests, who was told, what was answered. Pure.

A sign prompts a person to look. It decides nothing, and no answer to it weighs more than another.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sightline.chronology.types import EntryView
from sightline.definition.signal_words import when_words
from sightline.definition.types import Partnership
from sightline.sharing.types import Level
from sightline.signals.types import SignalView
from sightline.web.child.beside import lowered
from sightline.web.child.page import entry_words
from sightline.web.words import counted, day_short, day_words, listed, london, moment_words

LEVELS = {"now": ("Look at once", "black"), "pressing": ("Look today", "soon"), "look": ("Look in your day", "plain")}
RANK = {"now": 0, "pressing": 1, "look": 2}
ANSWERS = {
    "acted": "Acted on",
    "covered": "Covered already",
    "not-relevant": "Not relevant here",
    "wrong": "The rule was wrong here",
}
OFFER_ANSWERS = ANSWERS | {"acted": "Help was offered", "covered": "Somebody was with them already"}
ENDED = {"over": "It is over", "withdrawn": "The records do not say so any more"}
DO = {  # what one does about a sign, each as prominent as the other: what its button says
    "ring": "Ring the worker",
    "discussion": "Call a strategy discussion",
    "manager": "Take to the manager",
    "done": "Something was done…",
    "covered": "Plan covers it, because…",
    "not-so": "Not so, because…",
}
DO_OFFER = {
    "ring": "Ring whom the child trusts",
    "done": "Help was offered…",
    "covered": "Somebody is with them…",
    "not-so": "Not now, because…",
}


@dataclass(frozen=True, slots=True)
class Cited:
    """One entry on which a sign rests, as far as this reader may see it."""

    id: UUID
    day: str
    lane: str
    text: str
    href: str
    newest: bool = False  # it stands in the window that completed the pattern
    pointer: bool = False
    ring: str = ""  # whom to ring about what does not open


@dataclass(frozen=True, slots=True)
class Sign:
    """A sign as a page says it."""

    id: UUID | None  # None of one that is computed as known then: nobody answers the past
    anchor: str
    rule_id: str
    says: str
    title: str
    may_mean: str
    does_not_mean: str  # within a sentence
    asks: str
    rule: str
    source: str
    owner: str
    version: int
    level: str
    sort: str
    seen_from: str  # the day from which anybody could have seen it
    told: tuple[str, ...]
    answered: str  # in words; empty while nobody has
    ended: str  # in words; empty while it stands
    entries: tuple[Cited, ...]
    firsts: frozenset[str]
    window: frozenset[str]
    since: datetime
    others: int = 0  # how many records about somebody else it rests on besides: they stand on the sign's own page

    @property
    def number(self) -> str:
        return counted(len(self.entries) + self.others, "entry", "entries")

    @property
    def open(self) -> bool:
        """Whether somebody still has to look."""
        return not (self.answered or self.ended)

    @property
    def shut(self) -> bool:
        """Whether some of it is there and does not open."""
        return any(entry.pointer for entry in self.entries)

    @property
    def offer(self) -> bool:
        return self.sort == "offer"

    @property
    def level_words(self) -> str:
        return "Within the hour" if self.offer else LEVELS[self.level][0]

    @property
    def level_tag(self) -> str:
        return "offer" if self.offer else LEVELS[self.level][1]

    @property
    def does(self) -> list[tuple[str, str]]:
        """What one may do about it: (code, what the button says)."""
        return list((DO_OFFER if self.offer else DO).items())


def signs(
    views: Iterable[SignalView],
    entries: Sequence[EntryView],
    partnership: Partnership,
    leads_to: Callable[[EntryView], str],
) -> list[Sign]:
    """The gravest first, then what rests on most; each with its entries, newest first, and where each leads.

    `entries`: what this reader may see, newest first. A gap in what is recorded (`data`) is on nobody's page.
    """
    found = []
    places: dict[str, list[int]] = defaultdict(list)  # of each record among the entries
    for place, entry in enumerate(entries):
        places[str(entry.first)].append(place)
    for n, one in enumerate(view for view in views if view.sort != "data"):
        firsts, window = frozenset(one.cited), frozenset(one.window)
        cited = [entries[place] for place in sorted(place for first in firsts for place in places.get(first, ()))]
        found.append(
            Sign(
                one.id,
                f"sign-{n + 1}",
                one.rule,
                one.says,
                one.title,
                one.may_mean,
                lowered(one.does_not_mean),
                one.asks,
                rule_words(partnership, one.rule),
                one.source,
                role_words(partnership, one.owner),
                one.version,
                one.level,
                one.sort,
                day_words(london(one.since)),
                told_words(one),
                answered_words(one),
                ended_words(one),
                tuple(_cited(entry, leads_to(entry), str(entry.first) in window) for entry in cited),
                firsts,
                window,
                one.since,
                len(firsts) - len({entry.first for entry in cited}),
            )
        )
    return sorted(found, key=lambda s: (not s.open, RANK[s.level], -len(s.firsts), -s.since.timestamp()))


def placed(told: list[Sign]) -> dict[str, list[Sign]]:
    """Where each sign stands: the gravest and the first offer of help whole; what else is pressing in a line each; what can be
    looked at in one's day, and what was answered or is over, folded away."""
    standing = [sign for sign in told if sign.open]
    warnings, offers = [s for s in standing if not s.offer], [s for s in standing if s.offer]
    first = [*warnings[:1], *offers[:1]]
    return {
        "signs_first": first,
        "signs_more": [s for s in standing if s not in first and s.level != "look"],
        "signs_later": [s for s in standing if s not in first and s.level == "look"],
        "signs_over": [s for s in told if not s.open],
    }


def _cited(entry: EntryView, href: str, newest: bool) -> Cited:
    pointer = entry.level is Level.POINTER
    agency = entry.agency
    ring = f"{agency.title}, {agency.phone}" if agency.phone else agency.title
    return Cited(
        entry.id,
        day_short(london(entry.happened)),
        entry.lane_title,
        entry.title if pointer else entry_words(entry),
        href,
        newest,
        pointer,
        ring if pointer else "",
    )


_WORDS: dict[tuple[str, str], str] = {}  # by the definition's hash and the rule


def rule_words(partnership: Partnership, rule: str) -> str:
    """The rule in plain English; empty where it stands no longer. Put into words once a definition."""
    at = partnership.hash, rule
    if at not in _WORDS:
        declared = partnership.signal.get(rule)
        _WORDS[at] = when_words(partnership, declared) if declared else ""
    return _WORDS[at]


def role_words(partnership: Partnership, role: str) -> str:
    declared = partnership.role.get(role)
    return declared.title if declared else role.replace("-", " ")


def told_words(one: SignalView) -> tuple[str, ...]:
    """Who was told, together where it was at one moment: `Allocated worker and duty desk, 11 March 2025 at 07:00`."""
    at_once: dict[str, list[str]] = {}
    for words, at in one.told:
        at_once.setdefault(moment_words(at), []).append(words)
    return tuple(f"{listed(list(dict.fromkeys(who)))}, {at}" for at, who in at_once.items())


def answered_words(one: SignalView) -> str:
    """`Acted on, by Lena Fox on 12 March 2025 at 09:10`; empty while nobody has answered."""
    if not one.answered:
        return ""
    words = (OFFER_ANSWERS if one.sort == "offer" else ANSWERS).get(one.answered, one.answered_words)
    by = f", by {one.answered_by}" if one.answered_by else ""
    return f"{words}{by} on {moment_words(one.answered_at)}" if one.answered_at else f"{words}{by}"


def ended_words(one: SignalView) -> str:
    """`It is over since 3 June 2025`; empty while it stands."""
    if not one.ended:
        return ""
    words = ENDED.get(one.ended, "It is over")
    at = one.until if one.ended == "over" else one.ended_at
    return f"{words}, since {day_words(london(at))}" if at else words
