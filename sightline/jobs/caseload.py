"""The children whom a team has, and which of its workers has each: for whoever manages it.

A team has a child who was handed over to it, whom a record says that it works with, or who is allocated to a worker of it.
What its manager gives and ends here is written into the child's chronology too, so that others see whom to ring. Whoever manages
a team gives its own children to its own workers, and nobody else's: a manager who could name any child would read any child.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from sightline.agencies.queries import workers
from sightline.agencies.rules import may
from sightline.agencies.types import Actor, WorkerInfo
from sightline.chronology.actions import write_here
from sightline.chronology.at_once import notices
from sightline.chronology.listing import firsts_of, headers_of
from sightline.chronology.rules import INVOLVEMENT
from sightline.chronology.tracing import pointed_to
from sightline.chronology.types import EntryView
from sightline.clocks.queries import next_of
from sightline.clocks.views import ClockView
from sightline.definition.outcomes import Conflict, Decision, Invalid, Missing, Refused
from sightline.definition.types import Fault, Partnership, Team
from sightline.identity import queries as identity
from sightline.identity.types import Profile
from sightline.jobs.allocating import IN_TEAM, TIE, WORKER, given, handed_on, taken_back
from sightline.jobs.due import owe
from sightline.jobs.stepping import follows
from sightline.ledger.actions import write
from sightline.messages.actions import send
from sightline.sharing.paging import Page, mark, place
from sightline.sharing.queries import Held, held_between, held_by
from sightline.sharing.reading import Reading
from sightline.sharing.standing import trusted
from sightline.sharing.types import Level
from sightline.timescales.london import local_day
from sightline.timescales.moment import now

SEE, ALLOCATE, MESSAGE = "see-allocations", "allocate", "allocated-to-you"
REASONS = "worker-change-reason"
MOST, LINES = 1000, 25  # ties of a team that are looked at; children on one page
NOBODY, LEFT, ALL = "nobody", "left", ""  # which children are listed, besides those of one worker


@dataclass(frozen=True, slots=True)
class Having:
    """Somebody who has a child, since when."""

    worker: WorkerInfo
    since: datetime
    because: UUID | None  # the entry that says so


@dataclass(frozen=True, slots=True)
class Child:
    """A child whom a team has. `identity`: by which it has them longest."""

    person: UUID
    identity: UUID
    since: datetime
    having: tuple[Having, ...]
    told: tuple[UUID, ...] = ()  # the records of who works with the child by which the team has them

    @property
    def nobody(self) -> bool:
        """Whether nobody has the child: no worker here, and no record of the agency says who."""
        return not self.having and not self.told

    @property
    def at_work(self) -> tuple[Having, ...]:
        return tuple(one for one in self.having if one.worker.active)

    @property
    def left(self) -> bool:
        """Whether everybody who has the child is no longer at work."""
        return bool(self.having) and not self.at_work


@dataclass(frozen=True, slots=True)
class Line:
    """A child on the page: by name, with what falls due next."""

    child: Child
    profile: Profile
    due: ClockView | None
    recorded: tuple[EntryView, ...]  # who works with the child by the agency's own records


@dataclass(frozen=True, slots=True)
class Caseload:
    """A team: its workers with how many children each has, and the children, who nobody has first."""

    team: Team
    workers: tuple[tuple[WorkerInfo, int], ...]
    children: tuple[Child, ...]
    capped: bool  # the team has more than are looked at

    @property
    def nobody(self) -> int:
        return sum(one.nobody for one in self.children)

    @property
    def left(self) -> int:
        return sum(one.left for one in self.children)


def managed(by: Actor, definition: Partnership) -> Team | None:
    """The team that this worker manages, where there is one."""
    team = definition.team.get(by.team)
    return team if team is not None and team.agency == by.agency and by.role in team.managed_by else None


def caseload(reading: Reading) -> Caseload | None:
    """The team that this reader manages; None for whoever manages none. Only children whom the gate lets them know.

    Raises Refused without the right.
    """
    _require(reading.actor, SEE, reading.definition)
    team = managed(reading.actor, reading.definition)
    if team is None:
        return None
    with trusted("who-has-whom"):
        people = {one.id: one for one in workers()}
        own = [one for one in people.values() if one.team == team.id and one.agency == team.agency]
        ties = held_by([f"team:{team.id}", *(f"{WORKER}{one.id}" for one in own)], (TIE, IN_TEAM), most=MOST + 1)
        children = _children(ties[:MOST], people)
    known = _known(reading, [one.person for one in children])
    there = tuple(sorted((one for one in children if one.person in known), key=_order))
    numbers = {one.id: sum(any(h.worker.id == one.id for h in child.having) for child in there) for one in own}
    listed = tuple((one, numbers[one.id]) for one in own if one.active or numbers[one.id])
    return Caseload(team, listed, there, len(ties) > MOST)


def _children(ties: Sequence[Held], people: dict[str, WorkerInfo]) -> list[Child]:
    moment, first = now(), dict[UUID, Held]()
    same, persons = identity.same_people(tie.subject for tie in ties)
    for tie in ties:  # the oldest first
        first.setdefault(persons[tie.subject], tie)
    having: dict[UUID, dict[str, Having]] = {person: {} for person in first}
    told: dict[UUID, list[UUID]] = {person: [] for person in first}
    said = {tie.because for tie in ties if tie.because and not tie.holder.startswith(WORKER)}
    records = {one.id: one.record for one in headers_of(said)} if said else {}
    for tie in ties:
        if tie.because and records.get(tie.because) == INVOLVEMENT and not tie.holder.startswith(WORKER):
            told[persons[tie.subject]].append(tie.because)
    every = [one for ids in same.values() for one in ids]
    for tie in sorted(held_between(every, moment, moment), key=lambda tie: tie.since) if every else ():
        who = people.get(tie.holder.removeprefix(WORKER)) if tie.kind == TIE and tie.at(moment) else None
        person = persons.get(tie.subject)
        if who is not None and person in having:
            having[person].setdefault(who.id, Having(who, tie.since, tie.because))
    return [Child(p, tie.subject, tie.since, tuple(having[p].values()), tuple(told[p])) for p, tie in first.items()]


def _known(reading: Reading, persons: Sequence[UUID]) -> set[UUID]:
    """Those of these people whose name this reader may know."""
    rows = identity.rows_of(persons) if persons else []
    sights = identity.seen(reading, rows)
    return {row.person for row in rows if row.id in sights and sights[row.id].level >= Level.HEADLINE}


def _order(one: Child) -> tuple[int, datetime, UUID]:
    return 0 if one.nobody else 1 if one.left else 2, one.since, one.person


def lines(reading: Reading, team: Caseload, *, who: str = ALL, after: str = "") -> Page[Line]:
    """A page of a team's children: whom nobody has, then whose worker has left, then everybody, the longest with the team first.

    `who`: `nobody`, `left`, or a worker's id, for those alone.
    """
    wanted = [one for one in team.children if _listed(one, who)]
    start = place(after) if after else None
    ids = [one.person for one in wanted]
    begin = ids.index(start[1]) + 1 if start is not None and start[1] in ids else 0
    some = wanted[begin : begin + LINES]
    more = mark(some[-1].since, some[-1].person) if len(wanted) > begin + LINES else ""
    return Page(tuple(_lines(reading, some)), more)


def _lines(reading: Reading, some: Sequence[Child]) -> list[Line]:
    persons = [one.person for one in some]
    if not persons:
        return []
    named = identity.names(reading, persons)
    due = next_of(reading, identity.ids_of(persons))
    with trusted("who-has-whom"):
        first = firsts_of(entry for one in some for entry in one.told)
    stands = notices(reading, first.values()) if first else {}
    found = []
    for one in some:
        records = [stands[first[entry]].view for entry in one.told if first.get(entry) in stands]
        if one.person in named:
            found.append(Line(one, named[one.person], due.get(one.person), tuple(records)))
    return found


def _listed(one: Child, who: str) -> bool:
    if who == NOBODY:
        return one.nobody
    if who == LEFT:
        return one.left
    return not who or any(having.worker.id == who for having in one.having)


def one_child(reading: Reading, person: UUID) -> tuple[Caseload, Line]:
    """One child of the team that this reader manages. Raises Missing for anybody else's, and for a child who is not known."""
    team = caseload(reading)
    found = next((one for one in team.children if one.person == person), None) if team else None
    if team is None or found is None:
        raise Missing
    lines = _lines(reading, [found])
    if not lines:
        raise Missing
    return team, lines[0]


# --- giving and ending ------------------------------------------------------------------------------------------------


def give(reading: Reading, *, person: UUID, worker: str, passes: bool = False, reason: str = "") -> None:
    """Gives a child of this reader's team to one of its workers, who is told. `passes`: whoever of the team has them has them no
    longer, for this reason (of `worker-change-reason`).

    Raises Refused, Missing, Invalid without a reason where it passes, Conflict where they have the child already.
    """
    by, definition = reading.actor, reading.definition
    _require(by, ALLOCATE, definition)
    team, line = one_child(reading, person)
    chosen = next((one for one, _ in team.workers if one.id == worker and one.active), None)
    if chosen is None:
        raise Invalid([Fault(path="worker", found="", expected="a worker of the team who is at work", code="unknown")])
    theirs = [one for one in line.child.having if one.worker.team == team.team.id]
    if passes and theirs:
        _reason(definition, reason)
    with trusted("allocate-in-team"), transaction.atomic():
        if any(one.worker.id == worker for one in _now(line.child)):
            raise Conflict(f"{chosen.name} has this child already.")
        moment = now()
        made = _say(definition, line.child.identity, chosen, team.team, moment, by)
        given(line.child.identity, worker, team.team.id, moment, made)
        entries = [made]
        if passes:
            entries += [_end(definition, line.child, one, reason, by) for one in theirs if one.worker.id != worker]
        send(MESSAGE, to=f"{WORKER}{worker}", about=[made], says={"agency": by.agency}, by=by, because=person)
        _kept("allocate", by, definition, [line.child.identity, made])
        follows(*(one for one in entries if one is not None))
        handed_on([line.child.identity])


def end(reading: Reading, *, person: UUID, worker: str, reason: str) -> None:
    """Ends it that a worker of this reader's team has a child. Raises Refused, Missing, Invalid without a reason."""
    by, definition = reading.actor, reading.definition
    _require(by, ALLOCATE, definition)
    team, line = one_child(reading, person)
    _reason(definition, reason)
    with trusted("allocate-in-team"), transaction.atomic():
        held = next((one for one in _now(line.child) if one.worker.id == worker), None)
        if held is None:
            raise Conflict("They do not have this child any more.")
        if held.worker.team != team.team.id or held.worker.agency != team.team.agency:
            raise Refused(
                Decision(False, "not-permitted", f"{held.worker.name} is not of your team: ring their manager.")
            )
        made = _end(definition, line.child, held, reason, by)
        _kept("end-allocation", by, definition, [line.child.identity, *([made] if made else [])])
        if made:
            follows(made)
        else:  # what was recorded elsewhere goes on: the notices about the child say who has them all the same
            owe("clocks", {"persons": [str(person)]})
        handed_on([line.child.identity])


def _now(child: Child) -> tuple[Having, ...]:
    """Who has the child at this moment, asked inside the transaction: somebody else may have been first."""
    people = {one.id: one for one in workers()}
    found = _children([Held("", child.identity, child.since, None)], people)
    return found[0].having if found else ()


def _say(definition: Partnership, child: UUID, worker: WorkerInfo, team: Team, moment: datetime, by: Actor) -> UUID:
    """The record of who works with the child, which everybody who may see it reads: whom to ring."""
    row = identity.rows_by_id([child])[child]
    return write_here(
        record=INVOLVEMENT,
        fields=_involved(worker, team, moment),
        identities=[child],
        keys=[row.key],
        by=by,
        definition=definition,
    )


def _involved(worker: WorkerInfo, team: Team | None, since: datetime) -> dict[str, str]:
    phone = worker.phone or (team.phone if team else "")
    said = {
        "worker-role": worker.role,
        "team": worker.team,
        "from": local_day(since).isoformat(),
        "worker": worker.name,
    }
    return said | ({"phone": phone} if phone else {})


def _end(definition: Partnership, child: Child, held: Having, reason: str, by: Actor) -> UUID | None:
    """Ends the ties; and the record that said so, where one did."""
    moment = now()
    taken_back([row.id for row in identity.rows_of([child.person])], held.worker.id)
    said = pointed_to(held.because) if held.because else None
    if said is None or said.record != INVOLVEMENT or held.because is None:
        return None
    row = identity.rows_by_id([child.identity])[child.identity]
    ended = {"to": local_day(moment).isoformat(), "change-reason": reason}
    return write_here(
        record=INVOLVEMENT,
        fields=_involved(held.worker, definition.team.get(held.worker.team), held.since) | ended,
        identities=[child.identity],
        keys=[row.key],
        by=by,
        definition=definition,
        first=held.because,
    )


def _reason(definition: Partnership, reason: str) -> None:
    if reason not in definition.codes[REASONS].codes:
        raise Invalid([Fault(path="reason", found=reason, expected="why the worker changes", code="needed")])


def _require(by: Actor, permission: str, definition: Partnership) -> None:
    allowed = may(by, permission, definition)
    if not allowed:
        raise Refused(allowed)


def _kept(verb: str, by: Actor, definition: Partnership, ids: list[UUID]) -> None:
    write(
        kind="change",
        verb=verb,
        actor=by.id,
        acting_for=by.agency,
        purpose="safeguarding",
        policy=definition.hash,
        ids=ids,
    )
