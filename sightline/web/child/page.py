"""The chronology on a child's page: its filters, its rows, its pages. Pure: values in, values for the templates out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from urllib.parse import urlencode
from uuid import UUID

from sightline.agencies.types import AgencyInfo
from sightline.chronology.types import EntryView
from sightline.jobs.revealing import Ring, ring
from sightline.sharing.types import Level
from sightline.web.words import (
    DAYS,
    counted,
    day_short,
    known_words,
    london,
    moment_words,
)

PAGE = 50
NEW = timedelta(hours=72)
CLOSED = {"erased": "its content was erased", "altered": "it does not open, because it is not as it was written"}
COUNTS_AS = {"harmed": "harmed", "missing": "missing", "accused": "accused", "context": "context only"}


@dataclass(frozen=True, slots=True)
class Filters:
    """What the reader narrowed the chronology to. Ids and dates; `words` came by POST, kept under an opaque id."""

    lane: str = ""
    kind: str = ""
    words: str = ""
    words_id: str = ""
    known_on: date | None = None
    start: str = ""  # the entry with which this page begins
    span: str = ""  # months that the picture shows; empty: everything

    def query(self, **change: str) -> str:
        """The address's query for these filters, with changes."""
        values = {
            "lane": self.lane,
            "kind": self.kind,
            "words": self.words_id,
            "known-on": self.known_on.isoformat() if self.known_on else "",
            "span": self.span,
            **change,
        }
        asked = urlencode({name: value for name, value in values.items() if value})
        return f"?{asked}" if asked else ""

    @property
    def any(self) -> bool:
        return bool(self.lane or self.kind or self.words)


NOBODY: Mapping[tuple[str, ...], tuple[Ring, ...]] = {}


@dataclass(frozen=True, slots=True)
class Row:
    """One entry in the chronology, in words."""

    id: UUID
    day: str
    small: str
    lane: str
    text: str
    tags: tuple[str, ...]
    meta: str
    why: str
    source: str
    basis: str
    href: str
    pointer: bool
    agency: AgencyInfo
    new: bool
    says: str = ""
    quotes: tuple[str, ...] = ()
    stated: bool = False  # told to us long after it was known: history, nobody's watch
    cited: bool = False  # a warning sign rests on it
    closed: str = ""  # why its content is not there for anybody
    ring: tuple[Ring, ...] = ()  # whom to ring where it is kept to named people
    missing: str = ""  # what would show more


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    words: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of the chronology, and its filters."""

    rows: tuple[Row, ...]
    total: int
    shown: int
    older: str  # query of the next page, or empty
    newest: str  # query of the first page, when this is not it
    lanes: tuple[Choice, ...]
    kinds: tuple[Choice, ...]
    hidden_new: int = 0


def entry_words(entry: EntryView) -> str:
    """What an entry says in one line, at this reader's level; what its lane says already is left out."""
    if entry.closed:
        return f"{entry.title}: {CLOSED[entry.closed]}"
    if entry.level is Level.POINTER:
        return f"{entry.title}: held by {entry.agency.title}; you cannot open it"
    return (entry.headline or entry.title).removeprefix(f"{entry.lane_title}: ")


def leads_to(entry: EntryView, filters: Filters, on_page: Collection[UUID]) -> str:
    """Where an entry stands in the list: on this page, or on the page that begins with it."""
    if entry.id in on_page:
        return f"#e-{entry.id}"
    return f"{_page_from(filters.known_on, filters.span)}{entry.id}#e-{entry.id}"


@lru_cache(maxsize=100)
def _page_from(known_on: date | None, span: str) -> str:
    """The query of a page that begins with an entry, but for which: a picture asks for hundreds."""
    return Filters(known_on=known_on, span=span).query(**{"from": "-"}).removesuffix("-")


def row(
    entry: EntryView,
    *,
    href: str,
    basis: Callable[[Iterable[str]], str],
    new_since: datetime | None,
    cited: Collection[str] = (),
    kept: Mapping[tuple[str, ...], tuple[Ring, ...]] = NOBODY,
) -> Row:
    at = london(entry.happened)
    pointer = entry.level is Level.POINTER
    small = {"minute": f"{DAYS[at.weekday()]} {at:%H:%M}", "day": DAYS[at.weekday()]}.get(entry.precision, "about")
    day = day_short(at) if entry.precision in ("minute", "day") else moment_words(entry.happened, entry.precision)
    meta = [f"from {entry.agency.title}"]
    known = known_words(entry.happened, entry.known_at)
    meta.append(f"known to us {known}")
    if entry.corrected:
        meta.append(f"corrected {counted(entry.corrected, 'time')}")
    tags = tuple(COUNTS_AS[c] for c in entry.counts_as if c in COUNTS_AS)
    text = entry.title if pointer else entry_words(entry)
    plain = text.casefold()
    return Row(
        entry.id,
        day,
        small,
        entry.lane_title,
        text,
        tags,
        " · ".join(meta),
        entry.sight.decision.sentence,
        entry.sight.source,
        basis(entry.sight.basis),
        href,
        pointer,
        entry.agency,
        new_since is not None and entry.known_at >= new_since,
        "" if pointer else shortened(entry.says),
        () if pointer else tuple(words for _, words in entry.words if words.casefold().rstrip(".") not in plain),
        entry.stated,
        not pointer and str(entry.first) in cited,
        CLOSED.get(entry.closed, ""),
        kept.get(entry.sight.holders, ()),
        entry.sight.missing,
    )


def shortened(text: str, most: int = 180) -> str:
    """The beginning of a long text; the rest stands on the entry's own page."""
    text = " ".join(text.split())
    return text if len(text) <= most else text[:most].rsplit(" ", 1)[0].rstrip(" ,;:.") + "…"


def matches(entry: EntryView, filters: Filters) -> bool:
    if filters.lane and entry.lane != filters.lane:
        return False
    if filters.kind and entry.record != filters.kind:
        return False
    if filters.words:
        text = " ".join(
            (
                entry.title,
                entry.headline,
                entry.says,
                entry.place,
                entry.agency.title,
                *(value for _, value in entry.fields),
                *(value for _, value in entry.words),
            )
        ).casefold()
        return all(word in text for word in filters.words.casefold().split())
    return True


def listing(
    entries: Sequence[EntryView],
    filters: Filters,
    *,
    prefix: str,
    basis: Callable[[Iterable[str]], str],
    now: datetime,
    cited: Collection[str] = (),
) -> Listing:
    """At most fifty entries, from `filters.start` on. `prefix` is an entry's address without its id."""
    chosen = [entry for entry in entries if matches(entry, filters)]
    start = next((n for n, entry in enumerate(chosen) if str(entry.id) == filters.start), 0) if filters.start else 0
    part = chosen[start : start + PAGE]
    new_since = None if filters.known_on else now - NEW
    kept = {held: tuple(ring(held)) for held in {e.sight.holders for e in part if e.sight.holders}}
    rows = tuple(
        row(e, href=f"{prefix}{e.id}/", basis=basis, new_since=new_since, cited=cited, kept=kept) for e in part
    )
    older = filters.query(**{"from": str(chosen[start + PAGE].id)}) if len(chosen) > start + PAGE else ""
    return Listing(
        rows,
        len(entries),
        len(chosen),
        older,
        filters.query() or "?" if start else "",
        _choices(((e.lane, e.lane_title) for e in entries), filters.lane),
        _choices(((e.record, e.title) for e in entries), filters.kind),
        sum(r.new for r in rows),
    )


def _choices(pairs: Iterable[tuple[str, str]], chosen: str) -> tuple[Choice, ...]:
    seen: dict[str, list[object]] = {}
    for value, words in pairs:
        seen.setdefault(value, [words, 0])[1] += 1
    ordered = sorted(seen.items(), key=lambda item: str(item[1][0]))
    return tuple(Choice(value, f"{words} ({count})", value == chosen) for value, (words, count) in ordered)
