"""What stands around the chronology: who this is, what is promised, whom to ring, who says so. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from sightline.agencies.types import AgencyInfo
from sightline.chronology import rules
from sightline.chronology.types import EntryView, Voice
from sightline.clocks.views import ClockView
from sightline.identity.telling import Told, told
from sightline.identity.types import Profile
from sightline.sharing.types import Level
from sightline.web.words import (
    age_words,
    day_words,
    due_words,
    iso_words,
    london,
    moment_words,
    span_words,
)


@dataclass(slots=True)
class Who:
    """The identity bar."""

    name: str
    age: str
    first: str  # what to call the child in a sentence
    facts: list[tuple[str, str]] = field(default_factory=list)

    @property
    def initials(self) -> str:
        """For the window's title, which a browser keeps in its history: enough to tell two windows apart."""
        return "".join(word[0] for word in self.name.split())


@dataclass(frozen=True, slots=True)
class Ring:
    """Whom to ring about what cannot be opened."""

    agency: AgencyInfo
    kinds: str
    count: int


@dataclass(frozen=True, slots=True)
class Due:
    """A clock in words."""

    tag: str
    colour: str  # late | soon | kept | paused | plain
    title: str
    why: str
    href: str


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


def reasons(entries: Iterable[EntryView], most: int = 2) -> list[str]:
    """Why the reader sees this child: the sentences of the rules that opened most."""
    counts: dict[str, int] = {}
    for entry in entries:
        if entry.level > Level.POINTER:
            counts[entry.sight.decision.sentence] = counts.get(entry.sight.decision.sentence, 0) + 1
    return sorted(counts, key=lambda sentence: -counts[sentence])[:most]


def rings(entries: Iterable[EntryView]) -> list[Ring]:
    """What is held that this reader cannot open, by agency: whom to ring."""
    by_agency: dict[str, list[EntryView]] = {}
    for entry in entries:
        if entry.level is Level.POINTER and not entry.closed:
            by_agency.setdefault(entry.agency.id, []).append(entry)
    return [
        Ring(held[0].agency, ", ".join(dict.fromkeys(entry.title for entry in held)), len(held))
        for held in by_agency.values()
    ]


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
) -> list[tuple[UUID, str, str, list[tuple[str, str]]]]:
    """Each agency's own version of who this is: its id, agency, since when, (detail, value); and what of it could not be
    used as it came."""
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
            (
                held.identity,
                titles.get(held.agency, held.agency),
                day_words(london(held.known_at)),
                [(k, v) for k, v in values if v] + [in_words(one) for one in told(d)],
            )
        )
    return found


def in_words(one: Told) -> tuple[str, str]:
    """A detail that could not be used as it came: (label, as it was received and what was made of it)."""
    if one.stands:
        return f"Note on the {lowered(one.title)}", one.sentence
    return f"{one.title}, as received", f"“{one.received}”. {one.sentence}"
