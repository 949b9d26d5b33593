"""One shard of the city: some hundred families, sketched first, and made and told once the plan is known.

A shard knows nothing of others but its orders, so that shards are made in any process and put together in their order:
the same bytes come out whatever the number of processes.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np

from sightline.definition.loader import load
from sightline.simulation.bias import Bias, Unfair
from sightline.simulation.casting import Appointment, assemble, prepare
from sightline.simulation.census import child_of
from sightline.simulation.events import Agencies, Case, Event
from sightline.simulation.figures import Counter as FigureCounter
from sightline.simulation.held import Holders
from sightline.simulation.jay import ACADEMY, Marsh
from sightline.simulation.life import Life
from sightline.simulation.numbers import Numbers
from sightline.simulation.people import ETHNICITY, Families, Family, Person
from sightline.simulation.plan import LONGER, Orders, Sketch
from sightline.simulation.schools import Schools
from sightline.simulation.ssd import Standard
from sightline.simulation.storylines import Planting, Storyline, plant
from sightline.simulation.targets import Targets
from sightline.simulation.truth import Truth
from sightline.simulation.when import Period
from sightline.simulation.writing import FeedWriter, feeds_of

SIZE = 1000  # children of a shard
BLOCK = 1000  # numbers of families kept for each shard
COUPLES = 0.085  # homes without children that police come to know, for each child of the city
FIRST_ALONE, FIRST_LEAVER, FIRST_ADOPTIVE = 880, 920, 970  # places in the block
SPARE = 160  # national numbers kept for those who come after the families
INCIDENTS = 20_000  # police numbers of a shard

# What files are called, and the beginning of the ids in them, by kind of agency that sends them.
NAMES = {
    "police": ("police-extract", "WYP"),
    "acute-hospital": ("hospital-ed-extract", "ED"),
    "community-health": ("community-health", "LCH"),
    "youth-justice": ("youth-justice-extract", "YJ"),
    "social-care": ("social-care", "SC"),
}
COLUMN_NAMES = {
    "schools-jsonl": ("schools", "SCH"),
    "case-management-jsonl": ("case-management", "CM"),
    "partner-form-jsonl": ("partner-form", "PF"),
}


@dataclass(frozen=True)
class City:
    """What every shard must know. Small: it is sent to each process once."""

    partnership: str
    children: int
    seed: int
    period: Period
    errors: Mapping[str, Mapping[str, float]]
    unfair: tuple[Unfair, ...] = ()
    storylines: tuple[Storyline, ...] = ()
    ssd: bool = True
    census: bool = False

    @property
    def shards(self) -> int:
        return -(-self.children // SIZE)

    def size(self, shard: int) -> int:
        return min(SIZE, self.children - shard * SIZE)


@dataclass
class Share:
    """What one shard is to make: its orders, and where its national numbers begin."""

    orders: Orders
    nhs_from: int
    upn_from: int
    appointments: list[Appointment] = field(default_factory=list)
    released: float | None = None  # share of arrested children released early, storylines' apart
    more_force: float = 1.0  # of the same, with storylines' arrests left out
    elsewhere: dict[int, tuple[int, int, int]] = field(
        default_factory=dict
    )  # household: children at most, NHS, UPN from


@dataclass
class Told:
    """What came of a shard: text by file, and counts."""

    files: dict[str, str] = field(default_factory=dict)
    records: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    planted: Counter[str] = field(default_factory=Counter)
    children: int = 0
    people: int = 0
    unrecorded: int = 0
    figures: FigureCounter | None = None


class Workshop:
    """One process's means of making shards."""

    def __init__(self, city: City) -> None:
        self.city, self.definition = city, load(city.partnership)
        self.period, self.targets = city.period, Targets(self.definition, city.children)
        districts = [d for locality in self.definition.locality.values() for d in locality.postcodes] or ["ZZ99"]
        self.schools = Schools(self.definition, city.children, len(districts))
        self.agencies = Agencies(self.definition, self.schools.ids)
        self.districts = districts
        self.bias = Bias(city.unfair, tuple(ETHNICITY), districts)
        self.lines = {line.id: replace(line, schools=self.schools.ids) for line in city.storylines}
        self.authority = self.definition.info.authority

    def families(self, nhs_from: int = 0, upn_from: int = 0) -> Families:
        numbers = Numbers(self.city.seed, self.authority, nhs_from, upn_from)
        return Families(self.city.seed, self.definition, self.period, self.schools, numbers)

    # --- sketch -----------------------------------------------------------------------------------------

    def sketch(self, shard: int) -> tuple[Sketch, list[tuple[int, int, int, int]]]:
        """The families in outline; and of each its number, how many children at most, and where its numbers begin."""
        families, until = self.families(), self.period.until
        strain, born, couple, f_numbers = [], [], [], []
        c: list[tuple[int, int, int, float, bool, int]] = []
        left, n, later = self.city.size(shard) - self._planted(shard), shard * BLOCK, until.toordinal() + 1
        while left > 0:
            n += 1
            f_numbers.append((n, left, families.numbers.nhs_given, families.numbers.upn_given))
            family, _ = families.make(n, left)
            for slot, child in enumerate(family.children):
                group = self.bias.group(child.ethnicity, child.sex, family.place)
                day = child.born.toordinal() if child.born else later
                c.append((len(strain), slot, day, child.burden, child.school in self.schools.ids, group))
            strain.append(family.strain)
            born.append(sum(child.born is not None for child in family.children))
            couple.append(False)
            left -= len(family.children)
        for _ in range(round(self.city.size(shard) * COUPLES)):
            n += 1
            f_numbers.append((n, 0, families.numbers.nhs_given, families.numbers.upn_given))
            strain.append(families.couple(n)[0].strain)
            born.append(0)
            couple.append(True)
        columns = list(zip(*c, strict=True)) if c else [()] * 6
        sketch = Sketch(
            np.array(strain, dtype=np.float64), np.array(born, dtype=np.int64), np.array(couple, dtype=np.bool_),
            np.array(columns[0], dtype=np.int64), np.array(columns[1], dtype=np.int64), np.array(columns[2],
            dtype=np.int64),
            np.array(columns[3], dtype=np.float64), np.array(columns[4], dtype=np.bool_), np.array(columns[5],
            dtype=np.int64),
            families.numbers.nhs_given + SPARE, families.numbers.upn_given + SPARE,
        )  # fmt: skip
        return sketch, f_numbers

    def household(self, n: int, most: int, nhs_from: int = 0, upn_from: int = 0) -> Family:
        """A family made anew, by its number alone."""
        families = self.families(nhs_from, upn_from)
        return families.make(n, most)[0] if most else families.couple(n)[0]

    def planted(self, one: Appointment, household: Callable[[int], Family]) -> Planting:
        """What comes of an appointment, as far as it was told by the last day. Its people are changed as it says."""
        line = self.lines[one.storyline]
        casting = assemble(line, one, household)
        prepare(line, casting, one.start)
        draw = random.Random(f"{self.city.seed}/{one.storyline}/{one.number}/told")
        return plant(line, casting, one.start, self.agencies, draw).until(self.period.now)

    def _planted(self, shard: int) -> int:
        """Children of the story that is planted in every city of this partnership that has room for it."""
        return 3 if shard == 0 and ACADEMY in self.definition.agency and self.city.children >= 3 else 0

    # --- make -------------------------------------------------------------------------------------------

    def make(self, shard: int, share: Share) -> Told:
        return _Making(self, shard, share).told()


class _Making:
    """One shard, being made."""

    def __init__(self, workshop: Workshop, shard: int, share: Share) -> None:
        self.w, self.shard, self.share, self.result = workshop, shard, share, Told()
        city, definition = workshop.city, workshop.definition
        self.families = workshop.families(share.nhs_from, share.upn_from)
        self.holders = Holders(city.seed, definition, city.errors, workshop.schools.titles)
        self.rng = random.Random(f"writing/{city.seed}/{shard}")
        self.life = Life(workshop.period, workshop.agencies, workshop.targets, self.families, shard * INCIDENTS)
        self.life.front_door.ssd = city.ssd
        if share.released is not None:
            self.life.incidents.released = share.released
        self.life.incidents.force_before *= share.more_force
        self.life.incidents.force_after *= share.more_force
        self.writers = writers_of(workshop, self._held)
        for writer in self.writers:
            writer.count = shard * 10_000
        self.writer_of: dict[tuple[str, str], FeedWriter | None] = {}
        self.standard = (
            Standard(definition, workshop.period, workshop.targets, shard, self._council) if city.ssd else None
        )
        self.figures = self.result.figures = FigureCounter(definition, workshop.period)
        self.truth = Truth(workshop.agencies, workshop.period)
        self.census: list[str] = []
        self.adopted = 0
        self.mistake, self.own = "", False

    def told(self) -> Told:
        city, orders = self.w.city, self.share.orders
        if self.w._planted(self.shard):
            marsh = Marsh(self.w.period, self.w.agencies, self.holders, self.w.authority)
            events, cases = marsh.told()
            self._tell(marsh.family, events, cases)
            self.truth.planted(STORY, marsh.family, events)
        appointed: dict[int, list[Appointment]] = {}
        for one in self.share.appointments:
            for n in one.households:
                appointed.setdefault(n, []).append(one)
        left, n, place = city.size(self.shard) - self.w._planted(self.shard), self.shard * BLOCK, 0
        while left > 0:
            n += 1
            family, rng = self.families.make(n, left)
            left -= len(family.children)
            self._family(family, rng, place, appointed.get(n, []))
            place += 1
        for _ in range(round(city.size(self.shard) * COUPLES)):
            n += 1
            family, rng = self.families.couple(n)
            self._family(family, rng, place, appointed.get(n, []))
            place += 1
        for at in range(orders.unaccompanied):
            family, rng = self.families.unaccompanied(self.shard * BLOCK + FIRST_ALONE + at)
            care = self._alone(family.children[0], rng)
            self._tell(family, self.life.of(family, rng)[0], care)
        for at in range(orders.leavers):
            family, rng = self.families.care_leaver(self.shard * BLOCK + FIRST_LEAVER + at)
            if self.standard:
                self.standard.leaver(family.adults[0], rng)
            self.figures.on_the_day["care-leavers"] += 1
            self.truth.family(family)
        return self._close()

    def _family(self, family: Family, rng: random.Random, place: int, appointed: Sequence[Appointment]) -> None:
        orders, events, holds = self.share.orders, [], []
        for one in appointed:
            planting = self.w.planted(one, self._household(family))
            if one.host == family.n:
                holds += planting.holds
                events += planting.events
                self.truth.storyline(planting.truth)
                self.result.planted[one.storyline] += 1
        for hold in holds:
            if hold.agency:
                self.holders.fix(hold.agency, hold.person, **hold.details)
        of = orders.care.get(place, [])
        told, cases = self.life.of(family, rng, orders.children.get(place, []), orders.families.get(place, []), of)
        adopted = [found for case in cases if (found := self._adoption(case, rng))]
        told = sorted([e for e in (*told, *events) if _still(e)], key=lambda event: event.sent)
        self._tell(family, told, cases)
        for other, day in adopted:
            routine = [e for e in self.life.of(other, rng)[0] if e.sent.date() > day]
            self._tell(other, routine, [])

    def _household(self, family: Family) -> Callable[[int], Family]:
        def household(n: int) -> Family:
            return family if n == family.n else self.w.household(n, *self.share.elsewhere[n])

        return household

    def _adoption(self, case: Case, rng: random.Random) -> tuple[Family, date] | None:
        """Some who leave care young are adopted: from then on another child, on paper, whom nobody may join to this one."""
        child = case.child
        if not (case.care and case.care[1] and child.born) or child.becomes or child.storylines or self.adopted >= 25:
            return None
        over = case.care[1]
        if not self.w.period.start <= over <= self.w.period.until or child.age(over) > 6 or rng.random() < 0.35:
            return None
        family = self.families.adoptive(self.shard * BLOCK + FIRST_ADOPTIVE + self.adopted, child, over, rng)
        self.adopted += 1
        case.adopted = True
        return family, over

    def _alone(self, child: Person, rng: random.Random) -> list[Case]:
        """An unaccompanied child is looked after from the day of arrival."""
        period = self.w.period
        most = max(60, (period.until - (child.born or period.until)).days - 13 * 365)
        began = period.until - timedelta(
            days=rng.randrange(370, max(371, min(760, most))) if rng.random() < LONGER else rng.randrange(20, 360)
        )
        case = Case(child, began, "7", "N8", part=rng.random(), care=(began, None), before=began < period.start)
        case.assessed = (began, period.school.working.add(began, 30), "9A")
        return [case]

    # --- tell -------------------------------------------------------------------------------------------

    def _tell(self, family: Family, events: Sequence[Event], cases: Sequence[Case]) -> None:
        for event in events:
            self._event(event, family)
        for case in cases:
            self.figures.case(case)
        self.figures.family(family)
        if self.standard:
            self.standard.family(family, [case for case in cases if not case.storyline], self.rng)
        if self.w.city.census and self.w.agencies.social_care:
            first, last = self.w.period.census_year
            for child in family.children:
                theirs = [c for c in cases if c.child is child and first <= c.referred <= last and not c.storyline]
                if theirs:
                    text, count = child_of(self._council(child), sorted(theirs, key=lambda c: c.referred), last)
                    self.census.append(text)
                    self.result.records["census"] += count
        self.truth.family(family)
        self.result.people += len(family.people)
        self.result.children += len(family.children)

    def _held(self, agency: str, person: Person, day: date) -> Mapping[str, Any]:
        if self.own:
            return self.holders.held(agency, person, day, self.rng)
        other, mistake = self.holders.mistaken(agency, person, day, self.rng)
        self.mistake = mistake or self.mistake
        return self.holders.held(agency, other, day, self.rng)

    def _council(self, child: Person) -> dict[str, Any]:
        """How social care holds somebody first of all: under the number that its system gave."""
        held = dict(self.holders.held(self.w.agencies.social_care, child, self.w.period.until, random.Random(0)))
        return held | {"local_id": child.ids[self.w.agencies.social_care][0]}

    def _event(self, event: Event, family: Family) -> None:
        if event.system == "ssd" and self.standard:
            self.standard.contact(event)
            self.result.kinds[event.record] += 1
            self.truth.event(event, "ssd", "")
            return
        key = (event.agency, event.record)
        if key not in self.writer_of:
            self.writer_of[key] = next((writer for writer in self.writers if writer.takes(event)), None)
        writer = self.writer_of[key]
        if writer is None:
            return  # this partnership has no feed for it
        if self.w.bias.unfair and event.about and self._nobody_wrote(event, family):
            self.truth.event(event, "", "nobody recorded it")
            self.result.unrecorded += 1
            return
        if "{id}" in event.message:
            event.message = event.message.replace("{id}", self._council(event.about[0][0])["local_id"])
        self.own = bool(event.storyline or event.message)  # planted, or known by its id: nothing goes wrong with it
        self._write(writer, event, "")
        if not self.own and self.holders.repeats(event.agency, self.rng):
            again = replace(
                event, message="", sent=min(event.sent + timedelta(days=self.rng.randrange(1, 9)), self.w.period.now)
            )
            self._write(writer, again, event.message)
        self.figures.event(event)

    def _write(self, writer: FeedWriter, event: Event, again: str) -> None:
        self.mistake = ""
        writer.write(event)
        self.result.records[writer.name] += 1
        self.result.kinds[event.record] += 1
        self.truth.event(event, writer.name, f"again: {again}" if again else self.mistake)

    def _nobody_wrote(self, event: Event, family: Family) -> bool:
        person = next((p for p, _ in event.about if p.is_child), event.about[0][0])
        chance = self.w.bias.unrecorded(event.record, person.ethnicity, person.sex, self.w.districts[family.place])
        return chance > 0 and self.rng.random() < chance

    def _close(self) -> Told:
        files = {f"feeds/{writer.name}": writer.taken() for writer in self.writers}
        if self.standard:
            for name, text in self.standard.taken().items():
                files[f"feeds/ssd/{name}"] = text
            self.result.records.update(self.standard.counts)
            for name, hit in self.standard.shares:
                self.figures.share(name, hit)
        if self.census:
            files["feeds/census"] = "".join(self.census)
        files |= {f"truth/{name}": text for name, text in self.truth.taken(self.holders).items()}
        self.result.files = files
        return self.result


def _still(event: Event) -> bool:
    """Whether anybody is on the record; those who were adopted before it are taken off."""
    day = event.at.date() if isinstance(event.at, datetime) else event.at
    event.about = [(person, role) for person, role in event.about if not (person.until and person.until < day)]
    return bool(event.about)


STORY = "answered-one-by-one"


def writers_of(workshop: Workshop, held: Callable[[str, Person, date], Mapping[str, Any]]) -> list[FeedWriter]:
    """One for each feed that can be written from its mapping."""
    found = []
    definition = workshop.definition
    for feed in feeds_of(definition):
        kind = definition.agency[feed.agency].kind if feed.agency else ""
        name, prefix = NAMES.get(kind, (feed.id.removesuffix(f"-{feed.format}"), feed.id.upper()[:3]))
        if feed.agency_column:
            name, prefix = COLUMN_NAMES.get(feed.id, (feed.id.removesuffix(f"-{feed.format}"), feed.id.upper()[:3]))
        found.append(FeedWriter(feed, definition, held, f"{name}.{feed.format}", prefix, workshop.schools.ids))
    return sorted(found, key=lambda writer: writer.general)  # a form that takes anything takes what nobody else does
