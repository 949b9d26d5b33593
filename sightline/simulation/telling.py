"""A storyline told: each of its records with moment, sender, people and words, as one planting has them."""

from __future__ import annotations

import random
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sightline.definition.check_storylines import AUTO, PLACEHOLDER, SCHOOLS
from sightline.definition.kinds.storylines import (
    DETAILS,
    Storyline,
    Told,
    read_moment,
    read_percent,
    read_range,
    read_sent,
    read_span,
    read_times,
)
from sightline.definition.types import Partnership, RecordField
from sightline.simulation import names
from sightline.simulation.casting import Casting
from sightline.simulation.events import Agencies, Event, Value
from sightline.simulation.people import Person
from sightline.simulation.when import next_friday, next_morning, same_evening
from sightline.simulation.words import PRONOUNS
from sightline.timescales.school import SchoolDays

MINUTE = timedelta(minutes=1)
# Of several agencies of a kind the one that `Agencies` names; of others the first.
KNOWN = {
    "police": "police",
    "acute-hospital": "hospital",
    "community-health": "health",
    "youth-justice": "youth_justice",
    "social-care": "social_care",
    "early-help": "family_help",
    "youth-work": "youth_service",
}
# Places that nobody will find on a map.
COINED = ("Thrushel Hobbin Quernmoor Sallowby Fettlewick Brindle Tansley Crakehall Wexcombe Ottermere Lindle Pashley "
          "Skelder Marrick Dunwold Harpley Yarrow Cobblegate Fenwright Mossop").split()  # fmt: skip
COINED_TOO = "Low High Old New Nether Over East West Little Great Long Far Mid Upper Lower Back".split()


@dataclass(frozen=True, slots=True)
class Hold:
    """How one agency holds somebody: for `Holders.fix(agency, person, **details)`."""

    agency: str
    person: Person
    details: Mapping[str, Any]


@dataclass(slots=True)
class Occurrence:
    """One time that an event of the storyline came."""

    name: str
    key: str
    at: datetime
    event: Event
    subject: Person | None
    before: Occurrence | None  # the one that this follows
    one_event: str


class Teller:
    """Tells one planting. Events are told in the order in which they are declared."""

    def __init__(
        self,
        line: Storyline,
        partnership: Partnership,
        school: SchoolDays,
        casting: Casting,
        start: date,
        agencies: Agencies,
        rng: random.Random,
    ) -> None:
        self.line, self.partnership, self.school = line, partnership, school
        self.casting, self.start, self.agencies, self.rng = casting, start, agencies, rng
        self.planting = f"{line.id}/{casting.number}"
        self.occurrences: list[Occurrence] = []
        self.came: dict[str, list[Occurrence]] = {}
        self.left_out: list[dict[str, str]] = []  # what nobody here could send
        coined = f"{rng.choice(COINED_TOO)} {rng.choice(COINED)}"
        self.places = {key: rng.choice(place.named).replace("{coined}", coined) for key, place in line.places.items()}

    # --- one event -------------------------------------------------------------------------------------

    def tell(self, event: Told) -> list[Event]:
        """Every time that it comes; none where chance, or another event, says so."""
        told: list[Occurrence] = []
        befores: list[Occurrence | None] = list(self.came.get(event.follows, ())) if event.follows else [None]
        for before in befores:
            subjects: list[Person | None] = [before.subject if before else None]
            if event.for_each:
                subjects = list(self.casting.people.get(event.for_each, ()))
            for subject in subjects:
                if self._stopped(event, before) or self.rng.random() >= read_percent(event.chance):
                    continue
                for at in self._moments(event, before):
                    occurrence = self._occurrence(event, at, subject, before, len(told))
                    if occurrence:
                        told.append(occurrence)
        self.came[event.event] = told
        self.occurrences += told
        return [occurrence.event for occurrence in told]

    def _stopped(self, event: Told, before: Occurrence | None) -> bool:
        others = self.came.get(event.unless, []) if event.unless else []
        return any(before is None or other.before is None or other.before is before for other in others)

    def _moments(self, event: Told, before: Occurrence | None) -> list[datetime]:
        (first, last), days = read_times(event.time)
        if before is not None:
            since = before.event.fields.get(event.since)
            at = (since if isinstance(since, datetime) else before.at) + self._span(*read_span(event.after))
            at = self._on(at.date(), first, last, days) if event.time else at
        else:
            day = self.start + timedelta(days=self.rng.randint(*read_range(event.day)))
            at = self._on(day, first, last, days)
        found = [at]
        if event.repeat:
            for _ in range(self.rng.randint(*read_range(event.repeat.times)) - 1):
                at = at + self._span(*read_span(event.repeat.every))
                at = self._on(at.date(), first, last, days)
                found.append(at)
        return [_there(at) for at in found]

    def _on(self, day: date, first: int, last: int, days: str) -> datetime:
        """A moment of that day, or of the next that is a school day or working day."""
        is_one = {"school day": self.school.is_school_day, "working day": self.school.working.is_working}.get(days)
        ahead = 0
        while is_one and ahead < 70 and not is_one(day + timedelta(days=ahead)):
            ahead += 1
        minutes = self.rng.randrange(first, last + 1)
        return datetime.combine(day + timedelta(days=ahead), time()) + minutes * MINUTE

    def _span(self, least: int, most: int) -> timedelta:
        return self.rng.randint(least, most) * MINUTE

    def _occurrence(
        self, event: Told, at: datetime, subject: Person | None, before: Occurrence | None, n: int
    ) -> Occurrence | None:
        about = [
            (person, part)
            for role, part in event.about.items()
            for person in ([subject] if subject and role == event.for_each else self.casting.people.get(role, []))
        ]
        if subject and not event.for_each and before:  # what follows a record of one of several is about that one
            about = [(p, part) for p, part in about if p is subject or p not in self._several(subject)]
        record = self.partnership.record.get(event.record)
        needed = [part for part, declared in record.people.items() if declared.needed] if record else []
        sender = self._sender(event, about)
        key = f"{self.planting}#{event.event}" + (f".{n + 1}" if n else "")
        if (
            not sender
            or record is None
            or any(part not in [r for _, r in about] for part in needed if not event.changes)
        ):
            self.left_out.append({"key": key, "record": event.record})
            return None
        made = Event(at, at, sender, event.record, about, storyline=key)
        one = f"{self.planting}#{event.one_event}" if event.one_event else ""
        occurrence = Occurrence(event.event, key, at, made, subject, before, one)
        made.place = self.places.get(event.place) or self._words(event.place, occurrence)
        fields: dict[str, Value] = {}
        made.fields = fields
        for name, variants in event.fields.items():
            fields[name] = self._value(record.fields[name], self.rng.choice(variants), occurrence)
        made.says = self._words(self.rng.choice(event.says), occurrence) if event.says else ""
        made.sent = self._sent(event.sent or "next morning", at, fields)
        if event.changes and (first := self.came.get(event.changes)):
            of = first[-1].event
            of.message = of.message or f"{sender[:3].upper()}-{zlib.crc32(first[-1].key.encode()):010}"
            made.message, made.version = of.message, "2"
        return occurrence

    def _several(self, subject: Person) -> list[Person]:
        return next((people for people in self.casting.people.values() if subject in people and len(people) > 1), [])

    # --- its parts -------------------------------------------------------------------------------------

    def _sender(self, event: Told, about: list[tuple[Person, str]]) -> str:
        if event.from_ in SCHOOLS:
            who = self.casting.people.get(event.school_of, []) if event.school_of else []
            people = [*who, *(person for person, _ in about)]
            return next((p.school for p in people if p.school in self.agencies.schools), "")
        return self.agency(event.from_)

    def agency(self, kind: str) -> str:
        """Who sends for that kind of agency here, or nobody."""
        found = getattr(self.agencies, KNOWN.get(kind, ""), "")
        if found:
            return str(found)
        feeds = {feed.agency for feed in self.partnership.feed.values()}
        of_kind = [a.id for a in self.partnership.agency.values() if a.kind == kind]
        return next(iter(sorted(of_kind, key=lambda a: (a not in feeds, a))), "")

    def _sent(self, how: str, at: datetime, fields: Mapping[str, Value]) -> datetime:
        """A record is sent after the last thing that it tells of."""
        soon = at + timedelta(days=9)
        last = max([at, *(v for v in fields.values() if isinstance(v, datetime) and v <= soon)])
        span = read_sent(how)
        if isinstance(span, tuple):
            return _there(last + self._span(*span))
        if how == "at once":
            return _there(last + 4 * MINUTE)
        if how == "that evening":
            return same_evening(last)
        if how == "on Friday":
            return next_friday(last)
        if how == "next working day":
            day = self.school.working.add(last.date(), 1)
            return datetime.combine(day, time(9, 10))
        return next_morning(last)

    def _value(self, field: RecordField, text: str, on: Occurrence) -> Value:
        if text == AUTO:
            number = zlib.crc32(f"{self.start}/{on.key}/{self.rng.random()}".encode()) % 10_000_000
            return f"13{on.at.year % 100:02}9{number:07}"
        if raw := PLACEHOLDER.fullmatch(text):
            of = self._earlier(raw[1], on)
            if of is not None and raw[2] in of.event.fields:
                return of.event.fields[raw[2]]
        if field.kind in ("date", "datetime") and not PLACEHOLDER.search(text):
            return self._moment(text, on.at, field.kind == "date")
        if field.kind == "number" and re.fullmatch(r"\d+ to \d+", text):
            return str(self.rng.randint(*read_range(text)))
        return self._words(text, on)

    def _moment(self, text: str, at: datetime, whole: bool) -> Value:
        said = read_moment(text)
        moment = at if said.day is None else datetime.combine(self.start + timedelta(days=said.day), time(12))
        moment += self._span(said.least, said.most)
        if said.clock is not None:
            moment = datetime.combine(moment.date(), time()) + said.clock * MINUTE
        return moment.date() if whole else _there(moment)

    def _words(self, text: str, on: Occurrence) -> str:
        if "{" not in text:
            return text
        return PLACEHOLDER.sub(lambda match: self._filled(match[1], match[2] or "", on), text)

    def _filled(self, name: str, part: str, on: Occurrence) -> str:
        if name == "place":
            return on.event.place
        if name in self.places:
            return self.places[name]
        person = on.subject or next(iter(self.casting.people.get("child", ())), None)
        if name.lower() in ("he", "him", "his"):
            return _pronoun(person, name)
        if name in self.line.cast:
            member = self.line.cast[name]
            people = self.casting.people.get(name, [])
            person = on.subject if on.subject in people else next(iter(people), None)
            if person is None:
                return member.title or "somebody"
            if part in ("", "given", "family"):
                return person.family if part == "family" else person.given
            return _pronoun(person, part)
        of = self._earlier(name, on)
        if of is None:
            return ""
        value = of.at if part == "at" else of.at.date() if part == "day" else of.event.fields.get(part, "")
        return f"{value:%d/%m/%Y %H:%M}" if isinstance(value, datetime) else (
            f"{value:%d/%m/%Y}" if isinstance(value, date) else str(value)
        )  # fmt: skip

    def _earlier(self, name: str, on: Occurrence) -> Occurrence | None:
        """The event that is meant: the one that this follows, however far back; beside it; else the last that came."""
        before = on.before
        while before is not None:
            if before.name == name:
                return before
            before = before.before
        came = self.came.get(name, [])
        beside = [one for one in came if on.before is not None and one.before is on.before]
        of_subject = [one for one in came if on.subject is not None and one.subject is on.subject]
        return next(iter(reversed(beside or of_subject or came)), None)

    # --- how agencies hold the people ------------------------------------------------------------------

    def holds(self) -> list[Hold]:
        """What each agency has wrong, or has not, about somebody of the cast."""
        made: list[Hold] = []
        for held in self.line.held_as:
            for person in self.casting.people.get(held.who, ()):
                agency = person.school if held.by in SCHOOLS else self.agency(held.by)
                details: dict[str, Any] = {"no_address": True} if held.address == "none" else {}
                for detail in DETAILS[:-1]:
                    name = detail.replace("-", "_")
                    if said := getattr(held, name):
                        details[name] = self._held(person, name, said)
                if agency:
                    made.append(Hold(agency, person, details))
        return made

    def _held(self, person: Person, detail: str, said: str) -> Any:
        own = {"nhs_number": "nhs"}.get(detail, detail)
        value = getattr(person, own)
        if said == "none":
            return ""
        if said == "nickname":
            return names.NICKNAMES.get(value) or names.misspelt(self.rng, value)
        if said == "misspelt":
            return names.misspelt(self.rng, value)
        if said == "day and month swapped":
            return value.replace(day=value.month, month=value.day) if value and value.day <= 12 else value
        if said.startswith("that of "):
            other = next(iter(self.casting.people.get(said.removeprefix("that of "), ())), None)
            return getattr(other, own) if other else ""
        return said


def _pronoun(person: Person | None, word: str) -> str:
    he, him, his = PRONOUNS.get(person.sex if person else "", ("they", "them", "their"))
    found = {"he": he, "him": him, "his": his}[word.lower()]
    return found.capitalize() if word[0].isupper() else found


def _there(at: datetime) -> datetime:
    """No hour that the clocks skip or repeat."""
    return at.replace(hour=2) if at.hour == 1 else at
