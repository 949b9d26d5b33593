"""Who was thought to be whom, when and why; and, where two were taken for one, who saw what because of it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from sightline.agencies.queries import workers
from sightline.chronology.joining import entries_about
from sightline.identity import match_history as history
from sightline.identity import match_queries as identity
from sightline.identity import tracing
from sightline.identity.match_types import Belonging, PairView
from sightline.identity.queries import profile
from sightline.timescales.moment import now
from sightline.web.matches.pair import SAID, who
from sightline.web.matches.views import name
from sightline.web.words import counted, listed, london, moment_words, span_words

MOST = 500  # lines of who saw what
REASONS = {  # code of a link: why, in words
    "first-seen": "told to us for the first time",
    "identifiers-agree": "joined by itself: a national number agrees, and name and birth date confirm it",
    "no-longer-agrees": "no longer joined by itself: what an agency told since does not bear it out",
    "decided": "a person decided that they are one",
    "separated": "a person decided that they are not one",
    "taken-back": "a decision was taken back",
    "relinked": "followed from another decision",
}


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of time in words: whose details, who they were thought to be, why, and what can be done about it."""

    name: str
    agency: str
    since: str
    until: str
    here: bool
    says: str
    by: str
    identity: UUID
    person: UUID
    separate: bool
    join: bool
    parted: bool


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided about a pair, in words."""

    id: UUID
    names: str
    says: str
    by: str
    at: str
    because: str


@require_safe
def who_was_who(request: HttpRequest, person: UUID) -> HttpResponse:
    reading = request.reading
    told = profile(reading, person)
    stretches = history.belongings(reading, person)
    titles = {a.id: a.title for a in reading.agencies.values()}
    current = {held.identity for held in told.held}
    decisions = [decision(view, request) for view in history.decisions_about(reading, person)]
    waiting = identity.pairs_about(reading, person)
    return render(
        request,
        "matches/who.html",
        {
            "person": person,
            "name": told.name,
            "stretches": [stretch(one, request, titles, current) for one in stretches],
            "decisions": decisions,
            "waiting": [(view.id, f"{name(view.one)} and {name(view.other)}") for view in waiting],
            "may_join": request.shell.may_open("join"),
            "agencies": len({held.agency for held in told.held}),
        },
    )


def stretch(one: Belonging, request: HttpRequest, titles: dict[str, str], current: set[UUID]) -> Stretch:
    open_ = one.until is None
    gone = open_ and one.identity not in current
    may_separate, may_join = request.shell.may_open("separate"), request.shell.may_open("join")
    return Stretch(
        name(one.held),
        titles.get(one.held.agency, one.held.agency),
        moment_words(one.since),
        "" if open_ else moment_words(one.until),
        one.here,
        REASONS.get(one.reason, one.reason.replace("-", " ")),
        who(one.by, request),
        one.identity,
        one.person,
        separate=open_ and one.here and len(current) > 1 and may_separate,
        join=gone and may_join,
        parted=gone and may_separate,
    )


def decision(view: PairView, request: HttpRequest) -> Decision:
    return Decision(
        view.id,
        f"{name(view.one)} and {name(view.other)}",
        SAID.get(view.state, "it waits again"),
        who(view.decided_by, request),
        moment_words(view.decided_at) if view.decided_at else "",
        view.because,
    )


@require_safe
def seen(request: HttpRequest, person: UUID, held: UUID) -> HttpResponse:
    """Who saw what of both while they were taken for one: to be told, and asked what they did with it."""
    reading = request.reading
    told = profile(reading, person)
    apart = history.parted(reading, held)
    titles = {a.id: a.title for a in reading.agencies.values()}
    rows = []
    if apart:
        since, until = min(one.since for one in apart), max(one.until or now() for one in apart)
        others = [one.identity for one in apart]
        rows = tracing.seen_because(
            [held], others, since, until, of_one=entries_about([held]), of_other=entries_about(others), limit=MOST + 1
        )
    named = {one.id: one for one in workers()}
    shown = []
    for row in rows[:MOST]:
        worker = named.get(row.actor)
        role = reading.definition.role.get(worker.role if worker else row.actor)
        shown.append(
            {
                "who": worker.name if worker else role.title if role else "somebody who no longer works here",
                "role": role.title if worker and role else "",
                "agency": titles.get(row.agency, row.agency),
                "phone": worker.phone if worker else "",
                "at": moment_words(row.at),
                "purpose": purpose(request, row.purpose),
                "count": counted(len(row.ids), "record") if row.ids else "too many records to name",
                "both": "of both" if row.both else "of the one, because they work with the other",
            }
        )
    return render(
        request,
        "matches/seen.html",
        {
            "person": person,
            "name": told.name,
            "apart": [
                (
                    name(one.held),
                    titles.get(one.held.agency, one.held.agency),
                    moment_words(one.since),
                    moment_words(one.until) if one.until else "",
                    span_words((one.until or now()) - one.since),
                )
                for one in apart
            ],
            "rows": shown,
            "more": len(rows) > MOST,
            "people": len({row["who"] for row in shown}),
            "agencies": listed(sorted({row["agency"] for row in shown})),
            "today": london(now()),
        },
    )


def purpose(request: HttpRequest, code: str) -> str:
    codes = request.reading.definition.codes["purpose"].codes
    return codes[code].title if code in codes else code
