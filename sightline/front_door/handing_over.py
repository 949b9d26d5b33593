"""Handing a child over to a team: it is the front door's until a named person there accepts.

Which team: one that works with the child already; else the one that takes this route where the family lives; else any that
takes it; else the agency itself. The team sees the child from the moment at which it is asked, for it must read to accept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from sightline.agencies.queries import agencies, partnership
from sightline.agencies.rules import may
from sightline.agencies.types import Actor
from sightline.chronology.actions import write_here
from sightline.definition.outcomes import Decision, Invalid, Missing, Refused
from sightline.definition.types import Fault, Partnership, Route, Team
from sightline.front_door import steps
from sightline.front_door.claiming import ACCEPTED, move
from sightline.front_door.models import Decided, Item, Step
from sightline.front_door.step_types import Given, Made, StepView
from sightline.identity.queries import names, persons_of
from sightline.messages.actions import send
from sightline.sharing.actions import tie, untie
from sightline.sharing.holding import ties_to
from sightline.sharing.reading import reading
from sightline.timescales.moment import now

ACCEPT = "accept-hand-over"
RECORD, TAKEN = "hand-over", "hand-over-accepted"
MESSAGE, CLOCK, TIE = "hand-over", "hand-over", "allocated"
GUESSED = 1  # the level of a step whose team is a guess


@dataclass(frozen=True, slots=True)
class Choice:
    """Where a child may be handed over to. `to`: `team:<id>` or `agency:<id>`."""

    to: str
    title: str
    why: str = ""
    guessed: bool = False  # nothing says that it is this team


# --- which team ---------------------------------------------------------------------------------------


def choices(definition: Partnership, route: Route) -> list[Choice]:
    """Everybody who takes this route, teams first."""
    known = agencies()
    teams = [
        Choice(f"team:{team.id}", team.title)
        for team in sorted(definition.team.values(), key=lambda t: t.title)
        if _takes(definition, team, route)
    ]
    if teams:
        return teams
    return [
        Choice(f"agency:{a.id}", a.title)
        for a in sorted(known.values(), key=lambda a: a.title)
        if a.kind in route.hands_over_to and not _only_at_the_door(definition, a.id)
    ]


def _takes(definition: Partnership, team: Team, route: Route) -> bool:
    agency = definition.agency.get(team.agency)
    return route.id in team.receives and agency is not None and agency.kind in route.hands_over_to


def _only_at_the_door(definition: Partnership, agency: str) -> bool:
    """An agency all of whose teams stand at the front door receives nothing from it (the night team)."""
    teams = [team for team in definition.team.values() if team.agency == agency]
    return bool(teams) and all(team.on_duty_for for team in teams)


def best(definition: Partnership, route: Route, children: Sequence[UUID], by: Actor) -> Choice | None:
    """The team to which these children would be handed over, and why that one; None where the route ends here."""
    some = choices(definition, route)
    if not some:
        return None
    held = ties_to(children)
    for one in some:
        if TIE in held.get(one.to, ()):
            return Choice(one.to, one.title, "Works with the child already")
    districts = {words.split(" ")[0].upper() for words in _postcodes(children, by) if words}
    for one in some:
        team = definition.team.get(one.to.removeprefix("team:"))
        for locality in team.localities if team else ():
            if districts & set(definition.locality[locality].postcodes):
                return Choice(one.to, one.title, f"Works where the family lives: {definition.locality[locality].title}")
    says = "Nothing says where the family lives: check that it is the right one"
    return Choice(some[0].to, some[0].title, says, guessed=True)


def _postcodes(children: Sequence[UUID], by: Actor) -> list[str]:
    """The postcodes that agencies hold for these children, as far as whoever decides may see them."""
    with reading(by, "safeguarding", about="choose-team") as opened:
        found = names(opened, set(persons_of(children).values()))
        return [held.details.postcode for one in found.values() for held in one.held]


# --- handing over -------------------------------------------------------------------------------------


def hand_over(
    *, given: Given, notice: UUID, decision: UUID, route: Route, by: Actor, to: str = "", urgent: bool = False
) -> Made | None:
    """Hands children over after a decision, in the caller's transaction. None where the route ends at the front door.

    `to`: the team (or agency) that whoever decided has chosen. Raises Invalid for one that does not take this route.
    """
    definition = partnership()
    proposed = best(definition, route, given.children, by)
    if proposed is None:
        return None
    chosen = proposed
    if to and (to != proposed.to or proposed.guessed):
        there = {one.to: one for one in choices(definition, route)}
        if to not in there:
            raise Invalid([Fault(path="team", found=to, expected=f"a team that takes: {route.title}", code="unknown")])
        chosen = Choice(to, there[to].title, "Chosen by whoever decided")
    cannot_wait = route.cannot_wait or urgent
    entry = write_here(
        record=RECORD,
        fields={
            "team": chosen.title,
            "cannot-wait": "yes" if cannot_wait else "no",
            "route": route.id,
            "why-this-team": chosen.why,
        },
        identities=given.children,
        keys=given.keys,
        by=by,
        definition=definition,
        on=[decision, notice],
        urgent=cannot_wait,
    )
    moment = now()
    tie([(chosen.to, TIE, child, moment, None, entry) for child in given.whom])
    step = steps.begin(
        steps.HAND_OVER,
        notice=notice,
        entry=entry,
        to=chosen.to,
        due_at=steps.due(definition, CLOCK, urgent=cannot_wait),
        by=by,
        code=route.id,
        level=GUESSED if chosen.guessed else 0,
        urgent=cannot_wait,
    )
    send(MESSAGE, to=chosen.to, about=[entry], says={"agency": by.agency}, by=by, because=step.id)
    steps.kept("hand-over", by, [entry, decision], to=chosen.to, route=route.id)
    return Made(entry, (), step.id)


def waiting_for(by: Actor) -> list[StepView]:
    """What waits to be accepted by this worker's team, or their agency where no team is named. Soonest due first."""
    held = [f"agency:{by.agency}", *([f"team:{by.team}"] if by.team else _teams_of(by.agency))]
    return steps.waiting_for(held, steps.HAND_OVER)


def _teams_of(agency: str) -> list[str]:
    """Whoever is in no team sees what waits for any team of their agency."""
    return [f"team:{team.id}" for team in partnership().team.values() if team.agency == agency]


def after(first: UUID) -> UUID | None:
    """The hand-over that a decision, its notice, or the hand-over's own entry led to: what waits, else the last."""
    decided = Decided.objects.filter(entry=first).values_list("item", flat=True).first()
    notice = Item.objects.filter(id=decided).values_list("entry", flat=True).first() if decided else first
    rows = Step.objects.filter(Q(notice=notice) | Q(entry=first), kind=steps.HAND_OVER)
    found = rows.filter(state=steps.OPEN).order_by("at").first() or rows.order_by("-at").first()
    return found.id if found else None


@transaction.atomic
def accept(*, step: UUID, by: Actor, comment: str = "") -> Made:
    """Accepts a hand-over, by name: from now on it is this team's. Where nobody chose a team and nothing said which it is,
    any of the same agency that takes such work may accept, and it is theirs then.

    Raises Refused without the right, or for a team that does not take it; Conflict where somebody has accepted already.
    """
    definition = partnership()
    allowed = may(by, ACCEPT, definition)
    if not allowed:
        raise Refused(allowed)
    row = steps.locked(step, steps.HAND_OVER)
    team = _accepting(definition, row, by)
    if row.state == steps.ENDED:
        raise Refused(
            Decision(False, "wrong-state", "This was decided anew since, and does not wait for you any more.")
        )
    given = steps.keys_of(row.entry)
    if given is None:
        raise Missing
    fields = {"team": definition.team[team].title if team else agencies()[by.agency].title, "worker": by.name}
    if comment.strip():
        fields["comment"] = comment.strip()
    made = write_here(
        record=TAKEN,
        fields=fields,
        identities=given.children,
        keys=given.keys,
        by=by,
        definition=definition,
        on=[row.entry, row.notice],
    )
    steps.end(row, by, entry=made, said="accepted this")
    holder, moment = (f"team:{team}" if team else row.to), now()
    if holder != row.to:
        untie(kind=TIE, subjects=given.whom, holder=row.to)
        tie([(holder, TIE, child, moment, None, row.entry) for child in given.whom])
    tie([(f"worker:{by.id}", TIE, child, moment, None, made) for child in given.whom])
    move(entry=row.notice, state=ACCEPTED, by=by)
    steps.kept(ACCEPT, by, [made, row.entry], team=team)
    return Made(made, (), row.id)


def _accepting(definition: Partnership, row: Step, by: Actor) -> str:
    """For which team this worker accepts; empty for the agency as a whole. Raises Refused."""
    what, _, who = row.to.partition(":")
    route = definition.route.get(row.code)
    agency = who if what == "agency" else definition.team[who].agency if who in definition.team else ""
    mine = definition.team.get(by.team)
    if by.agency == agency:
        if what == "agency" or not by.team:
            return by.team or (who if what == "team" else "")
        guess = row.level == GUESSED and mine is not None and route is not None and _takes(definition, mine, route)
        if by.team == who or guess:
            return by.team
    title = definition.team[who].title if what == "team" and who in definition.team else who
    raise Refused(
        Decision(False, "not-permitted", f"This was handed over to {title}. Somebody of theirs accepts it, by name.")
    )
