"""What was produced, counted from what was written, beside what was published."""

from __future__ import annotations

import csv
import io
from collections import Counter as Count
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sightline.definition.types import Figure, Partnership
from sightline.simulation.events import Case, Event
from sightline.simulation.people import Family
from sightline.simulation.targets import Targets
from sightline.simulation.when import Period

OF_CASES = frozenset(
    "referral section-47 conference child-in-need-plan child-protection-plan looked-after-episode".split()
)
TWELVE_HOURS = timedelta(hours=12)


class Counter:
    """Counts one shard; `add` puts shards together. Children are told apart within a shard: none lives in two."""

    def __init__(self, partnership: Partnership, period: Period) -> None:
        self.until, self.segments = period.until, period.segments
        self.records: Count[tuple[str, int]] = Count()
        self.children: Count[tuple[str, int]] = Count()
        self.on_the_day: Count[str] = Count()
        self.hits: Count[str] = Count()
        self.asked: Count[str] = Count()
        self._seen: set[tuple[str, int, int]] = set()
        self._of: dict[str, list[tuple[str, Figure]]] = {}
        for name, figure in partnership.figure.items():
            if figure.counts:
                self._of.setdefault(figure.counts.record, []).append((name, figure))

    def event(self, event: Event) -> None:
        if event.record in self._of and event.record not in OF_CASES:
            self._count(event.record, _facts(event), event.at, [(p.n, role) for p, role in event.about if p.is_child])

    def _count(self, record: str, facts: Mapping[str, Any], at: date, children: Sequence[tuple[int, str]]) -> None:
        segment = self._segment(at)
        if segment is None:
            return
        for name, figure in self._of[record]:
            counts = figure.counts
            assert counts is not None
            if counts.where is not None and not counts.where.holds(dict(facts)):
                continue
            self.records[name, segment] += 1
            if figure.unit == "children":
                for number, role in children:
                    if (not counts.role or role == counts.role) and (name, segment, number) not in self._seen:
                        self._seen.add((name, segment, number))
                        self.children[name, segment] += 1

    def _segment(self, at: date) -> int | None:
        day = at.date() if isinstance(at, datetime) else at
        return next((n for n, (first, last, _) in enumerate(self.segments) if first <= day <= last), None)

    def share(self, name: str, hit: bool) -> None:
        """One more of those of whom a percentage is told."""
        self.asked[name] += 1
        self.hits[name] += hit

    def family(self, family: Family) -> None:
        self.on_the_day["children"] += sum(
            c.born is not None and c.born <= self.until and not c.died and not c.until for c in family.children
        )

    def case(self, case: Case) -> None:
        child = [(case.child.n, "child")]
        self._case_record("referral", case.referred, {}, child)
        if case.enquiry:
            started, target, held, _ = case.enquiry
            self._case_record("section-47", started, {}, child)
            if held and self._segment(held) is not None:
                self._case_record("conference", held, {}, child)
                self.share("conferences-on-time", held <= target)
        if case.plan:
            self._case_record("child-in-need-plan", case.plan[0], {}, child)
        year_before = self.until - timedelta(days=365)
        if case.protection:
            started, ended = case.protection[:2]
            self._case_record("child-protection-plan", started, {}, child)
            if started <= self.until and (ended is None or ended > self.until):
                self._day("child-protection-plan", {})
                self.share("protection-plans-over-two-years", (self.until - started).days > 730)
            self.on_the_day["protection-plans-year-before"] += started <= year_before and (
                ended is None or ended > year_before
            )
        if case.care:
            began, over = case.care
            facts = {"first": "yes", "unaccompanied": "yes" if case.child.nationality else "no"}
            self._case_record("looked-after-episode", began, facts, child)
            if began <= self.until and (over is None or over > self.until):
                self._day("looked-after-episode", facts)
            self.on_the_day["looked-after-year-before"] += began <= year_before and (over is None or over > year_before)

    def _case_record(
        self, record: str, at: date, facts: Mapping[str, str], children: Sequence[tuple[int, str]]
    ) -> None:
        if record in self._of:
            self._count(record, facts, at, children)

    def _day(self, record: str, facts: Mapping[str, str]) -> None:
        for name, figure in self._of.get(record, ()):
            counts = figure.counts
            if (
                figure.unit == "children-on-the-day"
                and counts
                and (counts.where is None or counts.where.holds(dict(facts)))
            ):
                self.on_the_day[name] += 1

    def add(self, other: Counter) -> None:
        for name in ("records", "children", "on_the_day", "hits", "asked"):
            getattr(self, name).update(getattr(other, name))

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name not in ("_seen", "_of")}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state, _seen=set(), _of={})


def _facts(event: Event) -> dict[str, Any]:
    facts: dict[str, Any] = {name: value for name, value in event.fields.items() if isinstance(value, str)}
    if event.record == "custody":
        began, over = event.fields.get("arrested-at"), event.fields.get("released-at")
        if isinstance(began, datetime) and isinstance(over, datetime):
            facts["held"] = "within-12-hours" if over - began <= TWELVE_HOURS else "longer"
    if event.record == "ae-attendance":
        injury = str(facts.get("injury", ""))
        facts["injury"] = {"Assault": "violence", "Self-inflicted": "self-harm"}.get(injury, injury)
    return facts


@dataclass(frozen=True)
class Compared:
    """A figure: what was published (or assumed) at this size, and what was produced in a year or on the day."""

    figure: Figure
    published: float
    wanted: float
    produced: float
    base: int = 0  # of a percentage: how many it is of

    @property
    def difference(self) -> float:
        """How much more was produced than wanted, per cent of what was wanted."""
        return 100 * (self.produced - self.wanted) / self.wanted if self.wanted else 0.0

    @property
    def holds(self) -> bool:
        """Within the tolerance, or within what whole numbers allow where few are wanted: two, or a family of four in a share."""
        least = 400.0 / self.base if self.base else 2.0
        return abs(self.produced - self.wanted) <= max(self.wanted * self.figure.tolerance / 100, least)

    def as_dict(self) -> dict[str, Any]:
        return {
            "figure": self.figure.id,
            "title": self.figure.title,
            "unit": self.figure.unit,
            "source": self.figure.source,
            "period": self.figure.period,
            "assumed": "yes" if self.figure.assumed else "no",
            "published": _round(self.published),
            "wanted": _round(self.wanted),
            "produced": _round(self.produced),
            "difference-percent": round(self.difference, 2),
            "within-tolerance": "yes" if self.holds else "no",
        }


def compared(partnership: Partnership, targets: Targets, counter: Counter) -> list[Compared]:
    """Every figure that is counted, published ones first."""
    years = sum(fraction for _, _, fraction in counter.segments)
    found = list(_compared(partnership, targets, counter, years))
    return sorted(found, key=lambda one: (one.figure.assumed, one.figure.id))


def _compared(partnership: Partnership, targets: Targets, counter: Counter, years: float) -> Iterator[Compared]:
    def records(name: str) -> int:
        return sum(count for (figure, _), count in counter.records.items() if figure == name)

    for name, figure in partnership.figure.items():
        wanted = targets.of(name)
        published = figure.value * (
            1 if figure.unit == "percent" or not figure.rate else targets.children / targets.scale / 10_000
        )
        if figure.unit == "percent":
            base = records(figure.of) if figure.counts and figure.of else counter.asked[name]
            hits = records(name) if figure.counts and figure.of else counter.hits[name]
            if base:
                yield Compared(figure, published, wanted, 100 * hits / base, base)
        elif figure.unit == "children-on-the-day":
            if figure.counts or name in (
                "children",
                "protection-plans-year-before",
                "looked-after-year-before",
                "care-leavers",
            ):
                yield Compared(figure, published, wanted, float(counter.on_the_day[name]))
        elif figure.counts:
            total = records(name)
            if figure.unit == "children":
                total = sum(count for (one, _), count in counter.children.items() if one == name)
            yield Compared(figure, published, wanted, total / years if years else 0.0)


def table(rows: Sequence[Compared]) -> str:
    """The comparison as a CSV file, for `truth/figures.csv`."""
    out = io.StringIO(newline="")
    if rows:
        writer = csv.DictWriter(out, list(rows[0].as_dict()), lineterminator="\n")
        writer.writeheader()
        writer.writerows(row.as_dict() for row in rows)
    return out.getvalue()


def _round(value: float) -> float | int:
    return int(value) if float(value).is_integer() else round(value, 2)
