"""What was told, and what became of it: to whoever told it, to the police who grade it, and as counts of use."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any
from uuid import UUID

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery

from sightline.agencies.rules import may
from sightline.agencies.types import AgencyInfo
from sightline.chronology.opened import for_duty
from sightline.chronology.queries import subjects_of
from sightline.definition.outcomes import Decision, Missing, Refused
from sightline.front_door.portal.actions import GRADE, POLICE, PRESSING, SUBMIT
from sightline.front_door.portal_models import PortalMembership, Submitted, SubmittedAnswer
from sightline.sharing.paging import Page, mark, place
from sightline.sharing.reading import Reading
from sightline.timescales.moment import now

YEAR = timedelta(days=365)
FIGURES = "see-figures"


@dataclass(frozen=True, slots=True)
class SubmittedLine:
    """Something that was told, without its words."""

    id: UUID
    agency: str  # title
    at: datetime
    about_kind: str
    urgency: str
    presses: bool
    outcomes: tuple[tuple[str, datetime], ...]  # codes, the first first

    @property
    def waits(self) -> bool:
        return not self.outcomes


@dataclass(frozen=True, slots=True)
class SubmittedWhole:
    """Something that was told, for whoever grades it."""

    line: SubmittedLine
    says: str
    fields: dict[str, str]
    place: dict[str, str]
    identities: tuple[UUID, ...]
    erased: bool


@dataclass(frozen=True, slots=True)
class Use:
    """How one kind of agency uses the portal: counts of organisations and of what they told."""

    kind: str
    organisations: int
    joined: int
    told: int  # in twelve months
    answered: int
    median_hours: float | None


def own(reading: Reading, *, after: str = "", limit: int = 50) -> Page[SubmittedLine]:
    """What this worker's agency told, newest first, with what may be told back. No words: not even their own, which might
    name who told them. Raises Refused without the right."""
    _require(reading, SUBMIT)
    reading.about = reading.about or "view-intelligence-told"
    return _page(reading, Submitted.objects.filter(agency=reading.actor.agency), after, limit)


def to_grade(reading: Reading, *, answered: bool = False, after: str = "", limit: int = 50) -> Page[SubmittedLine]:
    """What waits for the police, what cannot wait first (`answered`: what they have answered). Raises Refused."""
    _require_police(reading)
    reading.about = reading.about or "view-intelligence-told"
    rows = Submitted.objects.annotate(n=Count("answers")).filter(**({"n__gt": 0} if answered else {"n": 0}))
    if answered or after:
        return _page(reading, rows, after, limit)
    pressing = [
        _line(row, reading.agencies)
        for row in rows.filter(urgency__in=PRESSING).prefetch_related("answers").order_by("at", "id")[:limit]
    ]
    rest = _page(reading, rows.exclude(urgency__in=PRESSING), after, limit)
    return Page((*pressing, *rest.items), rest.next)


def one(reading: Reading, told: UUID) -> SubmittedWhole:
    """What was told, in words, for whoever grades it: on the record. Raises Refused without the right and where it
    is kept to named people, Missing."""
    _require_police(reading)
    row = Submitted.objects.filter(id=told).first()
    if row is None:
        raise Missing
    reading.about = "grade-intelligence"
    try:
        body: dict[str, Any] = for_duty(reading, row.entry, GRADE)
    except Missing as hidden:  # that it was told is known to whoever grades; it must not wait for ever
        raise Refused(Decision(False, "protected", _kept(reading, row.agency))) from hidden
    fields = {k: str(v) for k, v in body.get("fields", {}).items() if k not in ("about-kind", "urgency")}
    identities = tuple(identity for identity, child, _ in subjects_of(row.entry) if child)
    return SubmittedWhole(
        _line(row, reading.agencies), body.get("says", ""), fields, body.get("place", {}), identities, not body
    )


def waiting_count(reading: Reading) -> int:
    """How much waits for the police, at most 1,000; 0 for everybody else."""
    if reading.actor.agency_kind != POLICE or not may(reading.actor, GRADE, reading.definition):
        return 0
    return Submitted.objects.annotate(n=Count("answers")).filter(n=0)[:1000].count()


def has_joined(agency: str) -> bool:
    """Whether an organisation has joined the portal and not left it."""
    row = PortalMembership.objects.filter(agency=agency).order_by("-at", "-id").first()
    return bool(row and row.joined)


def use(reading: Reading) -> list[Use]:
    """How the portal is used, by kind of agency: counts alone. Four queries. Raises Refused
    without the right."""
    _require(reading, FIGURES)
    since = now() - YEAR
    kinds = {id: one.kind for id, one in reading.agencies.items()}
    joined = dict(PortalMembership.objects.order_by("at", "id").values_list("agency", "joined"))
    first = SubmittedAnswer.objects.filter(told=OuterRef("pk"), place=0).values("at")[:1]
    told: Counter[str] = Counter()
    waits: dict[str, list[float]] = defaultdict(list)
    for agency, at, answered in (
        Submitted.objects.filter(at__gte=since).annotate(a=Subquery(first)).values_list("agency", "at", "a")
    ):
        kind = kinds.get(agency, "")
        told[kind] += 1
        if answered:
            waits[kind].append((answered - at).total_seconds() / 3600)
    organisations = Counter(kinds.values())
    reading.about = reading.about or "view-portal-use"
    return [
        Use(
            kind,
            organisations[kind],
            sum(yes for agency, yes in joined.items() if kinds.get(agency) == kind),
            told[kind],
            len(waits[kind]),
            round(median(waits[kind]), 1) if waits[kind] else None,
        )
        for kind in sorted(organisations)
    ]


def _page(reading: Reading, rows: QuerySet[Submitted], after: str, limit: int) -> Page[SubmittedLine]:
    start = place(after) if after else None
    if start is not None:
        rows = rows.filter(Q(at__lt=start[0]) | Q(at=start[0], id__lt=start[1]))
    found = list(rows.prefetch_related("answers").order_by("-at", "-id")[: limit + 1])
    more = mark(found[limit - 1].at, found[limit - 1].id) if len(found) > limit else ""
    return Page(tuple(_line(row, reading.agencies) for row in found[:limit]), more)


def _line(row: Submitted, known: Mapping[str, AgencyInfo]) -> SubmittedLine:
    answers = sorted(row.answers.all(), key=lambda a: a.place)
    title = known[row.agency].title if row.agency in known else row.agency
    outcomes = tuple((a.outcome, a.at) for a in answers)
    return SubmittedLine(row.id, title, row.at, row.about_kind, row.urgency, row.urgency in PRESSING, outcomes)


def _kept(reading: Reading, agency: str) -> str:
    told = reading.agencies.get(agency)
    ring = f"{told.title}, {told.phone}" if told and told.phone else told.title if told else "whoever told it"
    return (
        f"What was told is about somebody whose record is kept to named people. Ring {ring}: once you are named on it, it "
        "opens here and can be graded."
    )


def _require(reading: Reading, permission: str) -> None:
    decision = may(reading.actor, permission, reading.definition)
    if not decision:
        raise Refused(decision)


def _require_police(reading: Reading) -> None:
    _require(reading, GRADE)
    if reading.actor.agency_kind != POLICE:
        raise Refused(Decision(False, "not-permitted", "Only the police read and grade what was told to them."))
