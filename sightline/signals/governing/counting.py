"""A finished period's figures, counted by the machine and kept as they may be shown.

Whom it counts: children (under 18 in the period, or unborn) of whom something open happened in it or in the year before.
A child is counted once a rule, by what became of what it told. What is opened for this is who they are and what stands open
about them; it is grouped, counted and forgotten, and one ledger record says that it was read.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db import transaction

from sightline.agencies.queries import partnership
from sightline.agencies.types import Actor
from sightline.chronology.events import MachineEntry, of_people
from sightline.chronology.queries import children_with
from sightline.definition.kinds.oversight import Oversight
from sightline.definition.types import Partnership
from sightline.identity.queries import names, persons_of
from sightline.ledger.actions import write
from sightline.sharing.reading import Reading, reading
from sightline.signals.governing import fairness
from sightline.signals.governing.groups import Known, age_in_months, born_on, group_of
from sightline.signals.governing.models import Fairness
from sightline.signals.models import Standing
from sightline.signals.seeing import occurrence
from sightline.timescales.london import at, local_day
from sightline.timescales.moment import now
from sightline.timescales.spans import add_months

AT_ONCE = 200  # children whose records are open at the same time
BEFORE_MONTHS = 12
OF_AGE_MONTHS = 18 * 12
TURNS_WITHIN = timedelta(days=365)
MOST_PERIODS = 4  # finished ones that are counted where none has been yet: a history that was loaded
Progress = Callable[[str, int, int], None]


class Period(NamedTuple):
    """From a day up to, and without, another."""

    begins: date
    ends: date

    @property
    def moments(self) -> tuple[datetime, datetime]:
        return at(self.begins, time(0)), at(self.ends, time(0))


def periods(oversight: Oversight, today: date, most: int = MOST_PERIODS) -> list[Period]:
    """The finished ones that are settled on this day, oldest first. They follow one another from 1 January on, and never
    overlap."""
    step = int(oversight.every.split()[0])
    begins, found = date(today.year - most, 1, 1), []
    while (ends := add_months(begins, step)) + timedelta(days=oversight.settles) <= today:
        found.append(Period(begins, ends))
        begins = ends
    return found[-most:]


@dataclass(slots=True)
class Counted:
    """Of one period: each child's group by each grouping, and of each rule what became of the children it told of."""

    groups: dict[str, dict[UUID, str]] = field(default_factory=lambda: defaultdict(dict))
    fired: dict[str, dict[UUID, str]] = field(default_factory=lambda: defaultdict(dict))
    leads: dict[str, dict[UUID, int]] = field(default_factory=lambda: defaultdict(dict))
    children: set[UUID] = field(default_factory=set)


def settle(*, by: Actor, progress: Progress = lambda *_: None) -> list[Fairness]:
    """Counts each finished period that was not counted yet, and keeps what may be shown. Returns what was kept."""
    definition, kept = partnership(), []
    for oversight in definition.oversight.values():
        for period in periods(oversight, local_day(now())):
            wanted = _wanted(definition, oversight, period)
            if wanted:
                counted = count(definition, oversight, period, by=by, progress=progress)
                kept += _keep(definition, oversight, period, counted, wanted, by)
    return kept


def _wanted(definition: Partnership, oversight: Oversight, period: Period) -> list[tuple[str, str]]:
    """Rule and grouping of which nothing is kept for any part of the period: what overlaps could be subtracted."""
    kept = Fairness.objects.filter(begins__lt=period.ends, ends__gt=period.begins)
    have = set(kept.values_list("rule", "breakdown"))
    rules = [rule for rule in definition.signal.values() if rule.about == "child"]
    asked = [(rule.id, by) for rule in rules for by in ("", *(by for by in oversight.by if by in rule.watch))]
    return [one for one in asked if one not in have]


def count(
    definition: Partnership, oversight: Oversight, period: Period, *, by: Actor, progress: Progress = lambda *_: None
) -> Counted:
    """What there was in a period, child by child. Held in memory for as long as it is counted."""
    found = Counted()
    since: dict[str, dict[UUID, datetime]] = defaultdict(dict)
    begins, ends = period.moments
    answers: dict[tuple[str, UUID], list[str]] = defaultdict(list)
    for rule, person, moment, answered in _raised(begins, ends):
        answers[rule, person].append(answered)
        since[rule][person] = min(moment, since[rule].get(person, moment))
    for (rule, person), those in answers.items():
        found.fired[rule][person] = fairness.outcome(those)
    early = at(add_months(period.begins, -BEFORE_MONTHS), time(0))
    everybody = sorted(_people(children_with(early, ends)) | {person for _, person in answers}, key=str)
    rests = {record for g in oversight.by.values() for one in g.groups.values() for record in one.records}
    states = {state for g in oversight.by.values() for one in g.groups.values() for state in one.open}
    rests |= {id for id, record in definition.record.items() if record.opens and record.opens.state in states}
    for start in range(0, len(everybody), AT_ONCE):
        some = everybody[start : start + AT_ONCE]
        with reading(by, "scheduled-work", about="count-fairness") as opened:
            entries = of_people(opened, some, records={*rests, *oversight.turning})
            for person, profile in names(opened, some).items():
                born = born_on(profile.born or profile.expected)
                if born is not None and age_in_months(born, period.begins) >= OF_AGE_MONTHS:
                    continue
                known = _known(opened, entries.get(person, ()), begins, ends, profile.ethnicity, profile.sex, born)
                found.children.add(person)
                for name, grouping in oversight.by.items():
                    found.groups[name][person] = group_of(grouping, known, period.ends - timedelta(days=1))
            for rule, those in since.items():
                for person in some:
                    if (
                        person in those
                        and (lead := _lead(entries.get(person, ()), oversight, those[person])) is not None
                    ):
                        found.leads[rule][person] = lead
        progress("counting", min(start + AT_ONCE, len(everybody)), len(everybody))
    for rule in found.fired:  # whoever is a child in none of it is in no figure
        found.fired[rule] = {p: became for p, became in found.fired[rule].items() if p in found.children}
        found.leads[rule] = {p: lead for p, lead in found.leads[rule].items() if p in found.children}
    return found


def _raised(begins: datetime, ends: datetime) -> Iterator[tuple[str, UUID, datetime, str]]:
    """Rule, person, since when, answer: of signals about children that could be seen first in a period and still follow
    from what is known."""
    rows = Standing.objects.filter(since__gte=begins, since__lt=ends, identity__isnull=False)
    rows = rows.exclude(ended_because="withdrawn").values_list("rule", "identity__person", "since", "answered")
    found: Iterator[tuple[str, UUID, datetime, str]] = rows.iterator()
    return found


def _people(identities: Sequence[UUID]) -> set[UUID]:
    found: set[UUID] = set()
    for start in range(0, len(identities), 5000):
        found.update(persons_of(identities[start : start + 5000]).values())
    return found


def _known(
    opened: Reading,
    entries: Iterable[MachineEntry],
    begins: datetime,
    ends: datetime,
    ethnicity: str,
    sex: str,
    born: date | None,
) -> Known:
    """What was held of a child by the end of the period; states that were open at some time in it."""
    records, states = set(), set()
    for entry in entries:
        if entry.known_at >= ends or entry.happened >= ends:
            continue
        records.add(entry.record)
        declared = opened.definition.record[entry.record]
        if declared.opens is None:
            continue
        seen = occurrence(
            declared,
            entry.facts,
            first=str(entry.first),
            happened=entry.happened,
            known=entry.known_at,
            until=entry.until,
        )
        if seen.since is not None and seen.since < ends and (seen.until is None or seen.until > begins):
            states.add(seen.state)
    return Known(ethnicity, sex, born, frozenset(records), frozenset(states))


def _lead(entries: Iterable[MachineEntry], oversight: Oversight, since: datetime) -> int | None:
    """Days from when a signal could be seen to the first turning point after it, within a year; None where there was none."""
    turned = [
        e.happened for e in entries if e.record in oversight.turning and since <= e.happened <= since + TURNS_WITHIN
    ]
    return (min(turned) - since).days if turned else None


# --- keeping ----------------------------------------------------------------------------------------------------------


@transaction.atomic
def _keep(
    definition: Partnership,
    oversight: Oversight,
    period: Period,
    counted: Counted,
    wanted: Iterable[tuple[str, str]],
    by: Actor,
) -> list[Fairness]:
    kept = []
    if counted.children:
        for rule, name in wanted:
            figures = _whole(counted, rule) if not name else _table(counted, oversight, rule, name)
            row = Fairness(rule=rule, version=definition.signal[rule].version, breakdown=name, figures=figures)
            row.begins, row.ends, row.made_at, row.by, row.definition = *period, now(), by.id, definition.hash
            kept.append(row)
    Fairness.objects.bulk_create(kept)
    write(
        kind="run",
        verb="count-fairness",
        actor=by.id,
        acting_for=by.agency,
        purpose="scheduled-work",
        policy=definition.hash,
        ids=[row.id for row in kept],
        detail={"begins": period.begins.isoformat(), "ends": period.ends.isoformat(), "kept": len(kept)},
    )
    return kept


def _whole(counted: Counted, rule: str) -> dict[str, Any]:
    """Of all children together, by no group."""
    became = Counter(counted.fired.get(rule, {}).values())
    row = fairness.whole(len(counted.children), became, list(counted.leads.get(rule, {}).values()))
    return {"children": row.children, "fired": row.fired, "became": dict(row.became), "lead": row.lead}


def _table(counted: Counted, oversight: Oversight, rule: str, name: str) -> dict[str, Any]:
    groups = counted.groups[name]
    leads: dict[str, list[int]] = defaultdict(list)
    for person, lead in counted.leads.get(rule, {}).items():
        leads[groups[person]].append(lead)
    tallies = fairness.count(groups, counted.fired.get(rule, {}))
    table = fairness.published(tallies, oversight.by[name], oversight.fewest, leads)
    return table.as_dict() if table is not None else {}
