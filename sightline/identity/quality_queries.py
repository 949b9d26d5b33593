"""Reading how well matching does: what was measured, how old the queue is, what people decided, how far the data drifted.

Counts of pairs and codes only: nobody is opened, and sealed pairs are counted for nobody.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from sightline.agencies.queries import workers
from sightline.agencies.rules import may
from sightline.definition.outcomes import Refused
from sightline.identity.held_back import joined_alone
from sightline.identity.linkage.comparing import COMPARISONS
from sightline.identity.linkage.model import Model
from sightline.identity.linkage.publishing import current_model
from sightline.identity.linkage.scoring import probability
from sightline.identity.measuring import Counted, Gap
from sightline.identity.models import Halting, Possible
from sightline.identity.quality import DECIDE, DECISIONS, STOPPED, TRUTH, latest
from sightline.sharing.reading import Reading
from sightline.timescales.moment import now

SEE = "see-match-quality"
WAITING = ("waiting", "unsure", "half")
OPEN_SEALED = ~Q(guard="sealed")
AGES = ((timedelta(days=1), "less than a day"), (timedelta(days=3), "1 to 3 days"), (timedelta(days=7), "3 to 7 days"))
OLDER = "more than 7 days"
MOST_PAIRS = 20_000  # the latest, of which drift is told
LEAST_PAIRS = 200  # of one person, with fewer of which nothing is said about drift


@dataclass(frozen=True, slots=True)
class Measurement:
    """What was measured on a day, against what."""

    at: datetime
    by: str
    model: str
    against: str
    counted: Counted
    gaps: tuple[Gap, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """Joining by itself was stopped, or let go on."""

    at: datetime
    by: str
    step: str
    gaps: tuple[Gap, ...]
    because: str


@dataclass(frozen=True, slots=True)
class Queue:
    """What waits for a person: how much, since when, and how old."""

    waiting: int
    unsure: int
    half: int
    oldest: datetime | None
    ages: tuple[tuple[str, int], ...]

    @property
    def all(self) -> int:
        return self.waiting + self.unsure + self.half


@dataclass(frozen=True, slots=True)
class Decisions:
    """What people said of pairs since a day (None: ever), and of joins by themselves how many were undone."""

    same: int
    different: int
    joined: int
    undone: int
    withdrawn: int  # joined by themselves, until what an agency told later no longer bore it out


@dataclass(frozen=True, slots=True)
class Drift:
    """How often a level agrees among pairs that are one person: as was learnt, and now. Shares of pairs that tell it."""

    comparison: str
    level: str
    learnt: float
    now: float
    of: int
    far: bool

    @property
    def points(self) -> float:
        return 100 * (self.now - self.learnt)


def require(reading: Reading) -> None:
    decision = may(reading.actor, SEE, reading.definition)
    if not decision:
        raise Refused(decision)


def measurements(reading: Reading) -> list[Measurement]:
    """The latest against truth and against decisions, where there are any."""
    require(reading)
    found = []
    for against in (TRUTH, DECISIONS):
        last = latest(against)
        if last is not None:
            row, counted = last
            gaps = tuple(Gap(*gap) for gap in row.gaps)
            found.append(Measurement(row.at, row.by, row.model, against, counted, gaps))
    return found


def steps(reading: Reading) -> list[Step]:
    """When joining by itself was stopped and let go on: newest first."""
    require(reading)
    rows = Halting.objects.order_by("-at", "-id")[:50]
    return [Step(row.at, row.by, row.step, tuple(Gap(*gap) for gap in row.gaps), row.because) for row in rows]


def stopped_for(reading: Reading) -> Step | None:
    """Why joining by itself is stopped, for whoever may decide that it goes on; None where it is not, or they may not."""
    if not may(reading.actor, DECIDE, reading.definition):
        return None
    row = Halting.objects.order_by("-at", "-id").first()
    if row is None or row.step != STOPPED:
        return None
    return Step(row.at, row.by, row.step, tuple(Gap(*gap) for gap in row.gaps), row.because)


def told(definition: object) -> list[str]:
    """The names of those who are told when joining by itself is stopped."""
    return [worker.name for worker in workers() if worker.active and DECIDE in _permissions(worker.role, definition)]


def _permissions(role: str, definition: object) -> tuple[str, ...]:
    declared = getattr(definition, "role", {}).get(role)
    return tuple(declared.may) if declared else ()


def queue(reading: Reading) -> Queue:
    require(reading)
    rows = Possible.objects.filter(OPEN_SEALED, state__in=WAITING).values_list("state", "at")
    states: Counter[str] = Counter()
    ages: Counter[str] = Counter()
    oldest, moment = None, now()
    for state, at in rows.iterator():
        states[state] += 1
        ages[next((says for limit, says in AGES if moment - at < limit), OLDER)] += 1
        oldest = at if oldest is None or at < oldest else oldest
    every = (*(says for _, says in AGES), OLDER)
    return Queue(
        states["waiting"], states["unsure"], states["half"], oldest, tuple((says, ages[says]) for says in every)
    )


def decisions(reading: Reading, since: datetime | None = None) -> Decisions:
    require(reading)
    decided = Possible.objects.filter(OPEN_SEALED, state__in=("same", "different"))
    joined = Possible.objects.filter(OPEN_SEALED, state="joined")
    if since is not None:
        decided, joined = decided.filter(decided_at__gte=since), joined.filter(at__gte=since)
    found: Counter[str] = Counter()
    for state, why, bits in decided.values_list("state", "why", "bits").iterator():
        if joined_alone(state, why):
            found["undone" if state == "different" else "joined"] += 1
        elif bits is not None:
            found[state] += 1
    waits = Possible.objects.filter(OPEN_SEALED, state__in=WAITING).values_list("why", flat=True)
    withdrawn = sum("no-longer-agrees" in why for why in waits.iterator())
    return Decisions(found["same"], found["different"], joined.count() + found["joined"], found["undone"], withdrawn)


def drift(reading: Reading, model: Model | None = None) -> list[Drift]:
    """Levels of pairs scored by the model in force, each pair counted by how likely it is one person (a person's word
    where there is one), against what the model learnt. Identifiers are left out: by them most pairs are found.
    """
    require(reading)
    model = model or current_model()
    limit = next(iter(reading.definition.matching.values())).fairness.drift
    rows = Possible.objects.filter(model=model.id, bits__isnull=False).exclude(guard="sealed").order_by("-at", "-id")
    seen: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for state, bits, parts in rows.values_list("state", "bits", "parts")[:MOST_PAIRS].iterator():
        weight = {"same": 1.0, "different": 0.0}.get(state, probability(bits))
        for comparison, level, *_ in parts:
            seen[comparison][level] += weight
    found = []
    for one in COMPARISONS:
        counted = {level.id: seen[one.id][level.id] for level in one.levels[1:]}
        total = sum(counted.values())
        if one.identifier or one.id == "number" or total < LEAST_PAIRS:
            continue
        for level in one.levels[1:]:
            share, learnt = counted[level.id] / total, model.m[one.id][level.id]
            found.append(Drift(one.title, level.says, learnt, share, round(total), abs(share - learnt) * 100 > limit))
    return found
