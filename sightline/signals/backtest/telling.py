"""Who would have been told, by the rules and by who works with the child at that moment. Pure.

Nobody's name is known to the replay: a child's allocated worker is a place in a team (`("social-worker", "east/3")`). A team
has as many as its open children need at the declared caseload; brothers and sisters go to the same one.
"""

from __future__ import annotations

import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sightline.definition.kinds.signals import Told
from sightline.definition.types import Partnership
from sightline.signals.backtest.types import Arrival, City
from sightline.signals.types import Occurrence
from sightline.timescales.london import at, local_day
from sightline.timescales.working import WorkingDays

# Children of a social worker: Department for Education, Children's social work workforce 2024 (30 September 2024), England: 15.4.
# Many say that they hold more (Community Care, poll, March 2025): `--caseload` asks it of another number.
CASELOAD = 15.4
INVOLVEMENT, LEADS = "involvement", "lead-professional"
SOCIAL_CARE = "social-care"
SOCIAL_WORKER = "social-worker"
WEEK = timedelta(days=7)
MORNING = time(7)


@dataclass(frozen=True, slots=True)
class Involved:
    """A worker's involvement with a child, as far as it was known: from when until when, whose, which team, leading or not."""

    since: datetime
    until: datetime | None
    kind: str
    team: str
    leads: bool


def involvements(definition: Partnership, arrivals: Iterable[Arrival]) -> list[Involved]:
    """What ties a child to a worker: involvements that name a team of the agency that tells of them."""
    newest: dict[str, Occurrence] = {}
    for arrival in arrivals:
        if arrival.seen.facts.get("record") == INVOLVEMENT:
            newest[arrival.seen.first] = arrival.seen
    found = []
    for seen in newest.values():
        team = str(seen.facts.get("team", ""))
        there = definition.team.get(team)
        leads = LEADS in _texts(seen.facts.get("worker-role"))
        if leads or (there is not None and there.agency == seen.facts.get("agency")):
            kind = str(seen.facts.get("agency-kind", ""))
            found.append(
                Involved(
                    seen.since or seen.happened, seen.until, kind, team or str(seen.facts.get("agency", "")), leads
                )
            )
    return found


def _texts(value: object) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value) if isinstance(value, frozenset) else ()


class Staff:
    """How many workers each team has, and which of them works with whom."""

    def __init__(self, city: City, caseload: float = CASELOAD) -> None:
        self.city = city
        self.of: dict[str, list[Involved]] = {}
        weeks: dict[str, Counter[int]] = defaultdict(Counter)
        span = max(1, (city.last - city.first) // WEEK)
        for child, arrivals in city.histories.items():
            if found := involvements(city.definition, arrivals):
                self.of[child] = found
            for one in found:
                if one.kind == SOCIAL_CARE and not one.leads:
                    first = max(0, (one.since - city.first) // WEEK)
                    last = min(span, ((one.until or city.last) - city.first) // WEEK)
                    weeks[one.team].update(range(first, last + 1))
        self.open = {team: sum(counts.values()) / span for team, counts in weeks.items()}
        self.workers = {
            team: max(1, -(-int(children) // max(1, round(caseload)))) for team, children in self.open.items()
        }

    def worker(self, child: str, at: datetime, *, leads: bool) -> list[tuple[str, str]]:
        """Whoever is allocated to (or leads for) a child at a moment: (what they are, which of them)."""
        found: dict[tuple[str, str], None] = {}
        for one in self.of.get(child, ()):
            if one.leads is leads and one.since <= at and (one.until is None or at < one.until):
                family = self.city.people[child].family if child in self.city.people else child
                place = zlib.crc32(family.encode()) % self.workers.get(one.team, 1)
                what = SOCIAL_WORKER if one.kind == SOCIAL_CARE else f"worker, {one.kind}"
                found[what, f"{one.team}/{place + 1}"] = None
        return list(found)

    def whom(self, way: Told, child: str, at: datetime) -> tuple[tuple[str, str], ...]:
        """The recipients of one way of telling. Nobody whom the child trusts is known to the records: `else` stands in."""
        found: dict[tuple[str, str], None] = {}
        for who in way.whom:
            if who == "allocated-worker":
                found |= dict.fromkeys(self.worker(child, at, leads=False))
            elif who == LEADS:
                found |= dict.fromkeys(self.worker(child, at, leads=True))
            elif who != "trusted-person":
                found["desk", who] = None
        if not found:
            found = dict.fromkeys(("desk", role) for role in way.else_ if role not in ("allocated-worker", LEADS))
        return tuple(found)


def next_morning(moment: datetime, days: WorkingDays) -> datetime:
    """When the next working morning's run begins."""
    day = local_day(moment)
    today = at(day, MORNING)
    return today if days.is_working(day) and today > moment else at(days.add(day, 1), MORNING)


def weeks_of(city: City, warm: timedelta) -> int:
    return max(1, (city.last - city.first - warm) // WEEK)


def per_worker(
    staff: Staff, told: Mapping[tuple[str, str], Iterable[datetime]], weeks: int, first: datetime
) -> list[int]:
    """How many alerts each social worker had in each week: one number for each worker and week, nought among them."""
    counts = Counter[tuple[str, int]]()
    for (what, key), moments in told.items():
        if what == SOCIAL_WORKER:
            counts.update((key, (moment - first) // WEEK) for moment in moments if moment >= first)
    busy = sorted(count for (_, week), count in counts.items() if week < weeks)
    return [0] * max(0, sum(staff.workers.values()) * weeks - len(busy)) + busy
