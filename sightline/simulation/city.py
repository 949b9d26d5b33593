"""A whole city, family by family: what each agency would send, and the truth beside it."""

from __future__ import annotations

import json
import random
from collections import Counter, deque
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any, TextIO

from sightline.definition.loader import load
from sightline.simulation.census import CensusWriter
from sightline.simulation.events import Agencies, Case, Event
from sightline.simulation.held import Holders, read_errors
from sightline.simulation.jay import ACADEMY, Marsh
from sightline.simulation.life import Life
from sightline.simulation.people import Families, Family, Person
from sightline.simulation.when import STORY_ENDS, Period, school_days_of, shifted
from sightline.simulation.writing import FeedWriter, feeds_of

# What files are called, and the beginning of the ids in them, by kind of agency that sends them.
NAMES = {
    "police": ("police-extract.csv", "WYP"),
    "acute-hospital": ("hospital-ed-extract.csv", "ED"),
    "community-health": ("community-health.jsonl", "LCH"),
    "youth-justice": ("youth-justice-extract.csv", "YJ"),
    "social-care": ("social-care.jsonl", "SC"),
}


@dataclass(frozen=True)
class Wanted:
    """What city is wanted. `shift_to`: the last day is moved by whole weeks to just before that one."""

    out: Path
    partnership: str = "leeds"
    children: int = 3000
    seed: int = 1
    years: float = 1.0
    until: date = STORY_ENDS
    shift_to: date | None = None
    errors: Path | None = None


@dataclass
class Made:
    """What was made. `files` in the order of their names, in which they may be loaded."""

    files: list[Path] = field(default_factory=list)
    truth: list[Path] = field(default_factory=list)
    start: date = date.min
    until: date = date.min
    children: int = 0
    people: int = 0
    records: Counter[str] = field(default_factory=Counter)  # by file name
    kinds: Counter[str] = field(default_factory=Counter)  # by record type

    @property
    def total(self) -> int:
        return sum(self.records.values())

    def as_dict(self) -> dict[str, Any]:
        return {
            "start": self.start.isoformat(),
            "until": self.until.isoformat(),
            "children": self.children,
            "people": self.people,
            "records": dict(sorted(self.records.items())),
            "kinds": dict(sorted(self.kinds.items())),
            "total": self.total,
            "files": [str(path) for path in self.files],
            "truth": [str(path) for path in self.truth],
        }


def simulate(wanted: Wanted) -> Made:
    """Writes the city. Raises ValueError where what is wanted cannot be, and Unsound where the definition is not."""
    if wanted.children < 1 or wanted.years <= 0:
        raise ValueError("at least one child, and a time longer than none")
    return _City(wanted).write()


def period_of(wanted: Wanted) -> Period:
    until = shifted(wanted.until, wanted.shift_to) if wanted.shift_to else wanted.until
    school = school_days_of(load(wanted.partnership))
    return Period(until - timedelta(days=max(1, round(wanted.years * 365.25))), until, school)


class _City:
    def __init__(self, wanted: Wanted) -> None:
        self.wanted, self.definition = wanted, load(wanted.partnership)
        self.period, self.agencies = period_of(wanted), Agencies(self.definition)
        self.holders = Holders(wanted.seed, self.definition, read_errors(wanted.errors))
        self.families = Families(wanted.seed, self.definition, self.period)
        self.life = Life(self.period, self.agencies)
        self.waiting: deque[Family] = deque()
        self.made = Made(start=self.period.start, until=self.period.until)
        feeds, truth = wanted.out / "feeds", wanted.out / "truth"
        for folder in (feeds, truth):
            folder.mkdir(parents=True, exist_ok=True)
        for old in feeds.glob("cin-census-*.xml"):
            old.unlink()  # of another year: the name would not be written again
        self.rng = random.Random(f"writing/{wanted.seed}")

        def held(agency: str, person: Person, day: date) -> Mapping[str, Any]:
            return self.holders.held(agency, person, day, self.rng)

        self.writers: list[FeedWriter] = []
        for feed in feeds_of(self.definition):
            kind = self.definition.agency[feed.agency].kind if feed.agency else ""
            ending = feed.format
            name, prefix = NAMES.get(kind, (f"{feed.id}.{ending}", feed.id.upper()[:3]))
            if feed.agency_column:
                name, prefix = (
                    (f"schools.{ending}", "SCH") if "school" in feed.id else (f"case-management.{ending}", "CM")
                )
            self.writers.append(FeedWriter(feed, self.definition, held, feeds, Path(name).stem + f".{ending}", prefix))
        self.census = None
        if any(feed.format == "cin-census" for feed in self.definition.feed.values()) and self.agencies.social_care:
            year, authority = self.period.census_year, self.definition.info.authority
            self.census = CensusWriter(feeds / f"cin-census-{year[1].year}.xml", authority, year, self.period.now)
        self.writer_of: dict[tuple[str, str], FeedWriter | None] = {}
        self.truth_people: TextIO = (truth / "people.jsonl").open("w", encoding="utf-8", newline="\n")
        self.truth_events: TextIO = (truth / "events.jsonl").open("w", encoding="utf-8", newline="\n")
        self.made.truth = [truth / "events.jsonl", truth / "people.jsonl"]

    def write(self) -> Made:
        left, n = self.wanted.children, 0
        if ACADEMY in self.definition.agency and left >= 3:
            marsh = Marsh(self.period, self.agencies, self.holders, self.definition.info.authority)
            events, cases = marsh.told()
            self._family(marsh.family, events, cases)
            left -= len(marsh.family.children)
        while left > 0:
            n += 1
            family, rng = self.families.make(n, left)
            events, cases = self.life.of(family, rng)
            self._family(family, events, cases)
            left -= len(family.children)
        self._tell_people(())
        writers: list[FeedWriter | CensusWriter] = [*self.writers, *([self.census] if self.census else [])]
        for writer in writers:
            writer.close()
            if isinstance(writer, CensusWriter):
                self.made.records[writer.path.name] = writer.count
            if self.made.records[writer.path.name]:
                self.made.files.append(writer.path)
            else:
                writer.path.unlink()  # nothing was sent
        self.made.files.sort()
        self.truth_people.close()
        self.truth_events.close()
        return self.made

    def _family(self, family: Family, events: list[Event], cases: list[Case]) -> None:
        for event in events:
            self._event(event)
        if self.census:
            told = [case for case in cases if self.census.holds(case) and not case.storyline]
            for child in family.children:
                theirs = sorted((case for case in told if case.child is child), key=lambda case: case.referred)
                if theirs:
                    self.census.write(self._council(child), theirs)
        self.waiting.append(family)
        self._tell_people(self.life.friends)
        self.holders.forget()

    def _tell_people(self, friends: Collection[Person]) -> None:
        """The truth about people waits while their children may still stand on another family's records."""
        while self.waiting and not any(child in friends for child in self.waiting[0].children):
            family = self.waiting.popleft()
            for person in family.people:
                self._person(family, person)

    def _council(self, child: Person) -> dict[str, Any]:
        """How social care holds a child first of all: under the number of the census."""
        held = dict(self.holders.held(self.agencies.social_care, child, self.period.start, random.Random(0)))
        return held | {"local_id": child.ids[self.agencies.social_care][0]}

    def _event(self, event: Event) -> None:
        key = (event.agency, event.record)
        if key not in self.writer_of:
            self.writer_of[key] = next((writer for writer in self.writers if writer.takes(event)), None)
        writer = self.writer_of[key]
        if writer is None:
            return  # this partnership has no feed for it
        if "{id}" in event.message:
            event.message = event.message.replace("{id}", self._council(event.about[0][0])["local_id"])
        writer.write(event)
        self.made.records[writer.path.name] += 1
        self.made.kinds[event.record] += 1
        told: dict[str, Any] = {
            "file": writer.path.name,
            "message": event.message,
            "agency": event.agency,
            "record": event.record,
            "at": event.at.isoformat(),
            "sent": event.sent.isoformat(),
            "people": [[person.id, role] for person, role in event.about],
        }
        told |= {name: value for name, value in (("version", event.version), ("storyline", event.storyline)) if value}
        self.truth_events.write(json.dumps(told, ensure_ascii=False) + "\n")

    def _person(self, family: Family, person: Person) -> None:
        self.made.people += 1
        self.made.children += person.is_child
        told: dict[str, Any] = {
            "person": person.id,
            "family_id": f"F{family.n:07}",
            "role": person.role,
            "given": person.given,
            "family": person.family,
            "born": person.born.isoformat() if person.born else "",
            "expected": person.expected.isoformat() if person.expected else "",
            "sex": person.sex,
            "ethnicity": person.ethnicity,
            "nhs_number": person.nhs,
            "upn": person.upn,
            "school": person.school,
            "storylines": person.storylines,
        }
        told = {name: value for name, value in told.items() if value} | {
            "homes": [[home.since.isoformat(), *home.lines, home.postcode] for home in person.homes],
            "ids": person.ids,
        }
        self.truth_people.write(json.dumps(told, ensure_ascii=False) + "\n")
