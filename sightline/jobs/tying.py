"""Ties that follow from what a record says: who is involved from when until when, and who came to a school or left it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sightline.chronology.actions import versions_of
from sightline.chronology.rules import INVOLVEMENT
from sightline.chronology.tracing import on_others
from sightline.definition.types import Partnership, RecordType
from sightline.identity.queries import rows_by_id, rows_of, same_people
from sightline.sharing.actions import Row, again, end_ties, end_ties_to, give_way, given_way, over_by, untie
from sightline.sharing.queries import OpenTie, open_now
from sightline.timescales.london import parse_moment

ATTENDS = "attends"
LEADS = "lead-professional"  # a worker's role on an involvement, and the tie that it makes


def begins(fields: dict[str, str], known: datetime) -> datetime:
    """When an involvement opens the child to whoever is involved: on the day on which it starts and never before it; where it has
    started already, once it is known."""
    return max(parse_moment(fields["from"]), known) if fields.get("from") else known


def of_involvement(
    definition: Partnership, agency: str, fields: dict[str, str], children: Sequence[UUID], known: datetime, entry: UUID
) -> list[Row]:
    """The agency is on the child's network; a team of its own that is named has the child allocated; somebody may lead."""
    until = parse_moment(fields["to"]) if fields.get("to") else None
    since, team = begins(fields, known), fields.get("team", "")
    there = definition.team.get(team)
    own = there is not None and there.agency == agency  # nobody allocates a child to another agency's team
    rows: list[Row] = []
    for child in children:
        rows.append((f"agency:{agency}", "network", child, since, until, entry))
        if own:
            rows.append((f"team:{team}", "allocated", child, since, until, entry))
        if fields.get("worker-role") == LEADS:
            rows.append((f"team:{team}" if own else f"agency:{agency}", LEADS, child, since, until, entry))
    return rows


def over_since(record: RecordType, fields: dict[str, str], known: datetime) -> datetime | None:
    """From when what earlier versions of an involvement opened is over, as this version puts it; None where it goes on."""
    if record.id != INVOLVEMENT:
        return None
    if fields.get("to"):
        return parse_moment(fields["to"])
    return known if begins(fields, known) > known else None  # it has not begun yet


class TakenOff(NamedTuple):
    """Who stands no more on a record (by its first version), as what was told on a day puts it right."""

    first: UUID
    record: str
    identities: frozenset[UUID]
    known: datetime


def let_go(those: Sequence[TakenOff]) -> None:
    """Ends what a record opened of somebody who was put on it by mistake: whoever works with another child works with this one
    no more. Where the record was all that its sender ever told of them, nobody says any longer that they go to a school.
    """
    for off in those:
        if off.record == INVOLVEMENT:
            end_ties(because=versions_of(off.first), until=off.known, subjects=off.identities)
        unnumbered = [one for one, row in rows_by_id(off.identities).items() if row.local is None]
        if alone := set(unnumbered) - on_others(unnumbered, off.first):
            untie(kind=ATTENDS, subjects=alone)


class Attending(NamedTuple):
    """That somebody is at a school, as the details of one record tell, and when that was."""

    holder: str
    identity: UUID
    known: datetime
    item: UUID
    day: datetime
    again: bool = False  # it begins only what was over: the details are none that were new
    dated: bool = False  # the record says from which day


class _Left(NamedTuple):
    holder: str
    identity: UUID
    known: datetime
    item: UUID
    day: datetime


class Rolls:
    """Who is on whose roll, in the records of one bite: by the details of people, and by records that declare it (`ties`).

    Once a school has said that a child left, a record of the time before that it sends late opens nothing anew, under whatever
    source identity. One of a time after does, and so do new details on a record that names no day: somebody says now that
    the child is there.
    """

    def __init__(self) -> None:
        self._told: dict[UUID, Attending] = {}
        self._left: list[_Left] = []

    def tells(self, one: Attending) -> None:
        """By details that are new: the last that is told of a source identity counts, whatever the order in which it comes."""
        before = self._told.get(one.identity)
        if before is None or (before.known <= one.known and before.holder != one.holder):  # who has them has them since then
            self._told.pop(one.identity, None)
            self._told[one.identity] = one

    def say(
        self, record: RecordType, fields: dict[str, str], agency: str, children: Sequence[UUID], known: datetime, item: UUID
    ) -> None:
        """By a record that declares it."""
        if record.ties is None or record.ties.kind != ATTENDS:
            return
        holder = f"agency:{agency}"
        if left := fields.get(record.ties.until):
            self._left += [_Left(holder, child, known, item, parse_moment(left)) for child in children]
        if back := fields.get(record.ties.from_):
            day = parse_moment(back)
            for child in children:
                told = self._told.get(child)
                if told is None:
                    self._told[child] = Attending(holder, child, known, item, day, again=True, dated=True)
                elif told.item == item:
                    self._told[child] = told._replace(day=day, dated=True)

    def save(self) -> list[Row]:
        """Ends what is over. Returns the ties to be written."""
        if not (self._told or self._left):
            return []
        same, persons = same_people({*self._told, *(one.identity for one in self._left)})
        over: dict[tuple[str, UUID], datetime] = {}
        for one in self._left:
            end_ties_to(
                kind=ATTENDS,
                holder=one.holder,
                subjects=same[persons[one.identity]],
                said_by=one.day,
                until=max(one.day, one.known),  # until then they were seen, and history says why
            )
            _later(over, (one.holder, persons[one.identity]), one.day)
        every = [identity for told in self._told for identity in same[persons[told]]]
        for (holder, identity), until in over_by(ATTENDS, {one.holder for one in self._told.values()}, every).items():
            _later(over, (holder, persons[identity]), until)
        ends = {(one.item, one.holder): max(one.day, one.known) for one in self._left}
        rows: list[Row] = []
        for told in self._told.values():
            leaves = ends.get((told.item, told.holder))  # the very record that says so
            if leaves is None and told.dated:
                ended = over.get((told.holder, persons[told.identity]))
                if (ended is None and told.again) or (ended is not None and ended > told.day):
                    continue
            rows.append((told.holder, ATTENDS, told.identity, told.known, leaves, told.item))
        return rows


def one_school_each(persons: Iterable[UUID]) -> None:
    """Whoever tells that somebody goes to another school says by it that they no longer go where the same sender had said before,
    under whichever of its own names for them: that ends now, and not before. What one sender says ends nothing that another
    said. Two queries, and one for each that ends."""
    of = {row.id: (row.person, row.agency) for row in rows_of(persons)}
    ties: dict[tuple[UUID, str], list[OpenTie]] = defaultdict(list)
    for one in open_now(ATTENDS, of) if of else ():
        ties[of[one.subject]].append(one)
    for theirs in ties.values():
        newest = theirs[-1]
        if over := [one.id for one in theirs if one.holder != newest.holder]:
            give_way(over, newest.because)


def part(persons_after: Mapping[UUID, UUID]) -> set[UUID]:
    """Of these source identities, with who they are now: whoever is somebody else than they whose school ended theirs goes to
    the school that was told of them. Returns who goes somewhere again."""
    came_apart = {
        (tie, subject)
        for tie, subject, other in given_way(ATTENDS, persons_after)
        if persons_after.get(subject) != persons_after.get(other)
    }
    again(tie for tie, _ in came_apart)
    return {subject for _, subject in came_apart}


def _later(over: dict[tuple[str, UUID], datetime], key: tuple[str, UUID], until: datetime) -> None:
    over[key] = max(until, over.get(key, until))
