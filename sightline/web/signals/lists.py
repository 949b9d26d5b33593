"""Signs that wait for somebody's answer; and gaps in what is recorded, which are on nobody's alerts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from sightline.chronology.at_once import notices
from sightline.identity import queries as identity
from sightline.identity.types import Profile
from sightline.sharing.paging import mark, place
from sightline.sharing.types import Level
from sightline.signals import queries
from sightline.signals.types import SignalView
from sightline.timescales.moment import now
from sightline.web.child.beside import lowered
from sightline.web.child.page import entry_words
from sightline.web.child.signs import LEVELS, RANK
from sightline.web.words import age_words, counted, day_short, day_words, due_words, london, moment_words

MOST, AT_TOP = 100, 5
MOST_GAPS = 50
UNNAMED = "A child whose name is not open to you"


@dataclass(frozen=True, slots=True)
class Line:
    """A sign in one line."""

    id: UUID
    person: UUID | None
    name: str
    age: str
    says: str
    asks: str
    level: str
    level_words: str
    tag: str
    offer: bool
    told: str
    due: str
    late: bool
    href: str


def line(one: SignalView, known: Mapping[UUID, Profile], present: datetime) -> Line:
    profile = known.get(one.person) if one.person else None
    offer = one.sort == "offer"
    words, tag = ("Within the hour", "offer") if offer else LEVELS[one.level]
    told = max((at for _, at in one.told), default=None)
    return Line(
        one.id,  # type: ignore[arg-type]  # what waits is kept, and has one
        one.person,
        profile.name if profile and profile.name else (UNNAMED if one.person else one.place_words),
        age_words(profile.born, london(present).date()) if profile else "",
        one.says,
        one.asks,
        one.level,
        words,
        tag,
        offer,
        moment_words(told) if told else "",
        due_words(one.due_at, present) if one.due_at else "",
        bool(one.due_at and one.due_at <= present),
        reverse("signal", args=[one.id]),
    )


def order(one: SignalView) -> tuple[int, float, float]:
    """An offer and what cannot wait first; then by whose time ends soonest; then the newest."""
    return (
        0 if one.sort == "offer" else RANK[one.level],
        one.due_at.timestamp() if one.due_at else float("inf"),
        -one.since.timestamp(),
    )


def waiting(request: HttpRequest, limit: int) -> list[SignalView]:
    """What this worker was told and nobody has answered, the most pressing first; nothing for whoever does not answer."""
    if not request.shell.may_open("signals"):
        return []
    return sorted(queries.mine(request.reading, limit=limit), key=order)


def lines(views: Sequence[SignalView], known: Mapping[UUID, Profile], present: datetime) -> list[Line]:
    return [line(one, known, present) for one in views]


def standing(views: Iterable[SignalView]) -> list[Line]:
    """What stands open about one child, the most pressing first: for a page that says who the child is."""
    some = [one for one in views if one.open and one.id is not None and one.sort != "data"]
    return lines(sorted(some, key=order), {}, now())


def people(views: Iterable[SignalView]) -> set[UUID]:
    return {one.person for one in views if one.person is not None}


@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """Everything that one was told to look at, and that nobody has answered."""
    present = now()
    views = waiting(request, MOST)
    persons = people(views)
    known = identity.names(request.reading, persons) if persons else {}
    return render(
        request,
        "signals/signals.html",
        {"lines": lines(views, known, present), "capped": len(views) == MOST, "most": MOST},
    )


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that is missing, or that agencies tell differently, about one child."""

    person: UUID | None
    name: str
    age: str
    says: str
    since: str
    records: tuple[tuple[str, str, str], ...]  # (what, from whom and when, address)


@dataclass(frozen=True, slots=True)
class Gaps:
    """All gaps of one kind."""

    id: str
    title: str
    may_mean: str
    not_words: str  # what it does not mean, within a sentence
    asks: str
    source: str
    gaps: tuple[Gap, ...]

    @property
    def number(self) -> str:
        return counted(len({gap.person for gap in self.gaps}), "child", "children")


@require_safe
def data_quality(request: HttpRequest) -> HttpResponse:
    """What is missing in the records of children whom one may see, kind by kind. A list, and nobody's alert."""
    reading, present = request.reading, now()
    after = request.GET.get("from", "")[:300]
    views = queries.data_quality(reading, after=place(after) if after else None, limit=MOST_GAPS + 1)
    last = views[MOST_GAPS - 1] if len(views) > MOST_GAPS else None
    views = views[:MOST_GAPS]
    persons = people(views)
    known = identity.names(reading, persons) if persons else {}
    firsts = dict.fromkeys(UUID(first) for one in views for first in one.cited[-3:])
    seen = notices(reading, firsts) if firsts else {}

    def gap(one: SignalView) -> Gap:
        profile = known.get(one.person) if one.person else None
        records = []
        for first in reversed(one.cited[-3:]):
            if (noticed := seen.get(UUID(first))) and noticed.view.level >= Level.HEADLINE:
                view = noticed.view
                told = f"{view.agency.title}, {day_short(london(view.happened))}"
                records.append((entry_words(view), told, reverse("entry", args=[view.id])))
        return Gap(
            one.person,
            profile.name if profile and profile.name else UNNAMED,
            age_words(profile.born, london(present).date()) if profile else "",
            one.says,
            day_words(london(one.since)),
            tuple(records),
        )

    kinds: dict[str, list[SignalView]] = {}
    for one in views:
        kinds.setdefault(one.rule, []).append(one)
    return render(
        request,
        "signals/quality.html",
        {
            "kinds": [
                Gaps(
                    rule,
                    some[0].title,
                    some[0].may_mean,
                    lowered(some[0].does_not_mean),
                    some[0].asks,
                    some[0].source,
                    tuple(map(gap, some)),
                )
                for rule, some in sorted(kinds.items())
            ],
            "next": mark(last.since, last.id) if last is not None and last.id is not None else "",
            "first": not after,
        },
    )
