"""What stands on a child's page, made from what the gate let through. Pure: values in, values for the templates out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from urllib.parse import urlencode
from uuid import UUID

from sightline.agencies.types import AgencyInfo
from sightline.chronology import rules
from sightline.chronology.types import EntryView, State, Voice
from sightline.clocks.views import ClockView
from sightline.definition.types import Partnership
from sightline.identity.types import Profile
from sightline.sharing.types import Level
from sightline.web.picture import Band, Drawn, Mark, draw, mark_words
from sightline.web.words import (
    DAYS,
    age_words,
    counted,
    day_short,
    day_words,
    due_words,
    iso_words,
    known_words,
    london,
    moment_words,
    span_words,
)

PAGE = 50
NEW = timedelta(hours=72)
SPANS = (("12", "12 months"), ("36", "3 years"), ("", "everything"))
COUNTS_AS = {"harmed": "harmed", "missing": "missing", "accused": "accused", "context": "context only"}


@dataclass(frozen=True, slots=True)
class Filters:
    """What the reader narrowed the chronology to. Ids and dates; `words` came by POST and is kept under an opaque id."""

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


@dataclass(frozen=True, slots=True)
class Ring:
    """Whom to ring about what cannot be opened."""

    agency: AgencyInfo
    kinds: str
    count: int


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


@dataclass(frozen=True, slots=True)
class Due:
    """A clock in words."""

    tag: str
    colour: str  # late | soon | kept | paused | plain
    title: str
    why: str
    href: str


@dataclass(slots=True)
class Who:
    """The identity bar."""

    name: str
    age: str
    first: str  # what to call the child in a sentence
    facts: list[tuple[str, str]] = field(default_factory=list)


def who(profile: Profile, today: date, codes: Callable[[str, str], str]) -> Who:
    """`codes(list, code)` gives a code's title."""
    bar = Who(profile.name, age_words(profile.born, today), profile.given or profile.name)
    if profile.born:
        bar.facts.append(("Born", iso_words(profile.born)))
    elif profile.expected:
        bar.facts.append(("Unborn, expected", iso_words(profile.expected)))
    for label, value in (
        ("Sex", codes("sex", profile.sex)),
        ("Ethnicity", codes("ethnicity", profile.ethnicity)),
        ("Language", profile.language),
        ("School", profile.school),
        ("Lives", profile.address),
    ):
        if value:
            bar.facts.append((label, value))
    return bar


def entry_words(entry: EntryView) -> str:
    """What an entry says in one line, at this reader's level; what its lane says already is left out."""
    if entry.level is Level.POINTER:
        return f"{entry.title}: held by {entry.agency.title}; you cannot open it"
    return (entry.headline or entry.title).removeprefix(f"{entry.lane_title}: ")


def row(entry: EntryView, *, href: str, basis: Callable[[Iterable[str]], str], new_since: datetime | None) -> Row:
    at = london(entry.happened)
    pointer = entry.level is Level.POINTER
    small = {"minute": f"{DAYS[at.weekday()]} {at:%H:%M}", "day": DAYS[at.weekday()]}.get(entry.precision, "about")
    day = day_short(at) if entry.precision in ("minute", "day") else moment_words(entry.happened, entry.precision)
    meta = [f"from {entry.agency.title}"]
    known = known_words(entry.happened, entry.known_at)
    meta.append(f"stated later, not witnessed: known to us {known}" if entry.stated else f"known to us {known}")
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
) -> Listing:
    """The chronology's page: at most fifty entries from `filters.start`. `prefix` is the address of an entry without its id."""
    chosen = [entry for entry in entries if matches(entry, filters)]
    start = next((n for n, entry in enumerate(chosen) if str(entry.id) == filters.start), 0) if filters.start else 0
    part = chosen[start : start + PAGE]
    new_since = None if filters.known_on else now - NEW
    rows = tuple(row(e, href=f"{prefix}{e.id}/", basis=basis, new_since=new_since) for e in part)
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


def picture(
    entries: Sequence[EntryView],
    states: Sequence[State],
    partnership: Partnership,
    filters: Filters,
    *,
    on_page: set[UUID],
    prefix: str,
    today: date,
) -> Drawn:
    """Every entry as a mark. A mark leads to its entry in the list below: on this page, or on the page where it stands."""
    lanes = [(lane.id, lane.title) for lane in sorted(partnership.lane.values(), key=lambda x: (x.order, x.id))]
    named = {lane for lane, _ in lanes}
    lanes += list({e.lane: (e.lane, e.lane_title) for e in entries if e.lane not in named}.values())
    alone = Filters(known_on=filters.known_on, span=filters.span)
    elsewhere = alone.query(**{"from": "0"}).removesuffix("0")
    since = span_start(filters, today)
    marks = []
    for entry in entries:
        if since and london(entry.happened).date() < since:
            continue
        anchor = f"#e-{entry.id}"
        href = anchor if entry.id in on_page else f"{elsewhere}{entry.id}{anchor}"
        shape = "pointer" if entry.level is Level.POINTER else entry.mark
        words = entry.title if shape == "pointer" else entry_words(entry)
        marks.append(Mark(entry.lane, shape, entry.happened, mark_words(entry.lane_title, words, entry.happened), href))
    lane_of = {entry.id: entry.lane for entry in entries}
    bands = [Band(lane_of[s.entry], s.since, s.until, s.says) for s in states if s.entry in lane_of]
    return draw(marks, lanes, today=filters.known_on or today, bands=bands, known_on=filters.known_on is not None)


def voices(entries: Sequence[EntryView]) -> list[tuple[Voice, str, str]]:
    """The child's own words, newest first (not what a grown-up says is working), with when, and to whom."""
    by_id = {entry.id: entry for entry in entries if entry.mark != "strength"}
    return [
        (
            voice,
            day_words(london(voice.happened)),
            f"{by_id[voice.entry].agency.title}, {lowered(by_id[voice.entry].title)}",
        )
        for voice in rules.voices(by_id.values())
    ]


def lowered(text: str) -> str:
    """A title within a sentence: `school concern`, but `A&E attendance`."""
    return text[:1].lower() + text[1:] if text[1:2].islower() else text


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


def rings(entries: Iterable[EntryView]) -> list[Ring]:
    """What is held that this reader cannot open, by agency: whom to ring."""
    by_agency: dict[str, list[EntryView]] = {}
    for entry in entries:
        if entry.level is Level.POINTER:
            by_agency.setdefault(entry.agency.id, []).append(entry)
    return [
        Ring(held[0].agency, ", ".join(dict.fromkeys(entry.title for entry in held)), len(held))
        for held in by_agency.values()
    ]


def reasons(entries: Iterable[EntryView], most: int = 2) -> list[str]:
    """Why the reader sees this child: the sentences of the rules that opened most."""
    counts: dict[str, int] = {}
    for entry in entries:
        if entry.level > Level.POINTER:
            counts[entry.sight.decision.sentence] = counts.get(entry.sight.decision.sentence, 0) + 1
    return sorted(counts, key=lambda sentence: -counts[sentence])[:most]


def due(clock: ClockView, now: datetime, href: str = "") -> Due:
    why = clock.why.removeprefix(f"{clock.title}: ")
    if clock.state == "met":
        return Due(
            "kept", "kept", clock.title, f"{moment_words(clock.stopped_at)}. {why}" if clock.stopped_at else why, href
        )
    if clock.state == "paused":
        return Due("paused", "plain", clock.title, why, href)
    if clock.stopped_at:
        late = span_words(clock.stopped_at - clock.due_at)
        return Due(f"done {late} late", "plain", clock.title, why, href)
    colour = "late" if clock.due_at <= now else "soon" if clock.due_at - now < timedelta(days=2) else "plain"
    return Due(due_words(clock.due_at, now), colour, clock.title, why, href)


def promised(clocks: Sequence[ClockView], now: datetime, prefix: str) -> list[Due]:
    """Late first, then what is due soonest, then what is paused, then what was kept, newest first."""

    def order(clock: ClockView) -> tuple[int, float]:
        if clock.stopped_at:
            return 3, -clock.stopped_at.timestamp()
        return (2 if clock.state == "paused" else 1), clock.due_at.timestamp()

    return [due(clock, now, f"{prefix}{clock.entry}/") for clock in sorted(clocks, key=order)]


DETAILS = {
    "given": "Given name",
    "family": "Family name",
    "born": "Born",
    "expected": "Expected",
    "sex": "Sex",
    "ethnicity": "Ethnicity",
    "nhs_number": "NHS number",
    "upn": "UPN",
    "school": "School",
    "postcode": "Postcode",
    "address": "Address",
    "lines": "Address",
    "language": "Language",
    "phone": "Phone",
}


def variants(profile: Profile, titles: dict[str, str], codes: Callable[[str, str], str]) -> list[tuple[str, str, str]]:
    """Other spellings and details, with who says so: (detail, value, agencies)."""
    found = []
    for detail, value, agencies in profile.variants:
        words = codes(detail, value) if detail in ("sex", "ethnicity") else titles.get(value, iso_words(value))
        found.append((DETAILS.get(detail, detail.capitalize()), words, ", ".join(agencies)))
    return found


def held_table(
    profile: Profile, titles: dict[str, str], codes: Callable[[str, str], str]
) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """Each agency's own version of who this is: agency, since when, (detail, value)."""
    found = []
    for held in profile.held:
        d = held.details
        values = [
            ("Name", f"{d.given} {d.family}".strip()),
            ("Born", iso_words(d.born)),
            ("Expected", iso_words(d.expected)),
            ("Sex", codes("sex", d.sex)),
            ("Ethnicity", codes("ethnicity", d.ethnicity)),
            ("NHS number", d.nhs_number),
            ("UPN", d.upn),
            ("Address", ", ".join(part for part in (*d.lines, d.postcode) if part)),
            ("Phone", d.phone),
            ("School", titles.get(d.school, d.school)),
            ("Language", d.language),
            ("Their own number", d.local_id),
        ]
        found.append(
            (titles.get(held.agency, held.agency), day_words(london(held.known_at)), [(k, v) for k, v in values if v])
        )
    return found
