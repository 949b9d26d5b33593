"""What follows from entries, in the wake of whatever changed them: clocks and signals, read once; and who is told.

A signal is told in the transaction in which it is found, by a message that says why (`because`: the signal) and what it is about.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from functools import partial
from itertools import chain
from typing import NamedTuple
from uuid import UUID

from django.db import transaction

from sightline.agencies.queries import machine, partnership, workers
from sightline.agencies.types import Actor
from sightline.chronology.events import MachineEntry
from sightline.chronology.queries import identities_on
from sightline.clocks import actions as clocks
from sightline.contexts import places
from sightline.definition.types import Partnership, Signal
from sightline.front_door import away
from sightline.identity.queries import ids_of, persons_of, rows_of
from sightline.messages.actions import acknowledge, send
from sightline.messages.queries import unread_because
from sightline.sharing.queries import Held, held_between
from sightline.sharing.reading import Reading, reading
from sightline.sharing.standing import trusted
from sightline.signals import actions, answers, at_places, looking, opening, telling, whom
from sightline.signals.actions import Kept
from sightline.signals.knowing import relevant, rules_in_force
from sightline.timescales.moment import now

log = logging.getLogger(__name__)
MACHINE, LIST, DOUBTED = "clock-machine", "list", "rule-doubted"


def bring_up_to_date(persons: Sequence[UUID], moved: Collection[UUID] = ()) -> list[UUID]:
    """Clocks and signals of these people, and who of them is away, anew; places where something is told to have happened to them
    are looked at soon. Their entries are read once for all. `moved`: of whom it may be another family or age now, so that all
    their places are asked.

    Signals never take clocks with them: what fails of them leaves everything as it stood, and is told by type alone. Returns
    whose signals are to be tried again.
    """
    again: list[UUID] = []
    then = partial(_then, frozenset(moved), again)
    clocks.recompute(persons, besides=relevant(partnership()) | away.RECORDS, then=then)
    return again


def _then(
    moved: Collection[UUID],
    again: list[UUID],
    opened: Reading,
    persons: list[UUID],
    entries: Mapping[UUID, list[MachineEntry]],
) -> None:
    away.follow(persons, entries)
    _signals(moved, again, opened, persons, entries)


def _signals(
    moved: Collection[UUID],
    again: list[UUID],
    opened: Reading,
    persons: list[UUID],
    entries: Mapping[UUID, list[MachineEntry]],
) -> None:
    try:
        with transaction.atomic():
            found = actions.recompute(opened, persons, entries)
            tell_all(found, found.moved)
            again += found.failed
    except Exception as error:
        log.warning("signals failed", extra={"error": type(error).__name__}, exc_info=True)
        again += persons
    try:
        with transaction.atomic():
            touched = places.follow(opened.definition, chain.from_iterable(entries.values()))
            family = [person for person in persons if person in moved]
            looking.soon(touched | places.of_people(opened.definition, family, entries))
    except Exception as error:
        log.warning("signals of places failed", extra={"error": type(error).__name__}, exc_info=True)
        again += [person for person in persons if person not in again]


class NotAll(Exception):
    """A rule could not be asked of everybody: what else there is stands, and this is tried again."""


def try_again(persons: Sequence[UUID]) -> None:
    """Signals alone, of people at whom something failed. Raises NotAll where it fails again."""
    if bring_up_to_date(persons, frozenset(persons)):
        raise NotAll


def look_at_places(limit: int) -> int:
    """Looks at places of which something new is told, or at which time alone may have changed something, the longest due
    first, as many together as few records name. Returns how many were looked at.

    A city's bus station is named by hundreds of records: it is looked at once, however many children were told of.
    """
    done = 0
    for some in places.portions(looking.places(limit)):
        try:
            with transaction.atomic(), reading(machine(MACHINE), "safeguarding", about="look-at-places") as opened:
                tell_all(at_places.recompute(opened, some))
            done += len(some)
        except Exception as error:
            log.warning("looking at places failed", extra={"error": type(error).__name__}, exc_info=True)
            looking.postpone_places(some)
    return done


def tell_all(found: Sequence[telling.ToTell], moved: Collection[UUID] = ()) -> None:
    """Tells whoever is to be told, in the caller's transaction. `moved`: signals that rest on other records now than those of
    which somebody was told."""
    if not (found or moved):
        return
    definition, by = partnership(), machine(MACHINE)
    rules, staff, known = rules_in_force(definition), whom.staff(definition), _known(found, moved)
    for one in found:
        if one.rule in rules:
            _tell(one, definition, rules[one.rule], staff, known, by)
    for row in (known.rows[signal] for signal in moved):
        opens = row.told.get("opens", ()) if row.ended_because != actions.WITHDRAWN else ()
        about = _about(row, known.own_of(row), known.on, row.cited)
        opening.open_to(row.id, opens, about, staff.by_role, anew=True)


class _Known(NamedTuple):
    """What telling of several signals asks, read at once: the signals, whose they are, who works with each child, and on whose
    chronologies the entries stand on which they rest."""

    rows: Mapping[UUID, Kept]
    own: Mapping[UUID, Sequence[UUID]]
    ties: Mapping[UUID, Sequence[Held]]
    on: Mapping[UUID, set[UUID]]
    person: Mapping[UUID, UUID]  # by source identity

    def own_of(self, row: Kept) -> Sequence[UUID]:
        """All the source identities of whom a signal is about."""
        return self.own.get(self.person[row.identity_id], ()) if row.identity_id in self.person else ()


def _known(found: Sequence[telling.ToTell], moved: Collection[UUID] = ()) -> _Known:
    rows = actions.kept_of([*(one.signal for one in found), *moved])
    persons = {one.person for one in found if one.person is not None}
    if moved:
        persons |= set(persons_of(rows[one].identity_id for one in moved if rows[one].identity_id).values())
    own: dict[UUID, list[UUID]] = defaultdict(list)
    person: dict[UUID, UUID] = {}
    for identity in rows_of(persons):
        own[identity.person].append(identity.id)
        person[identity.id] = identity.person
    ties: dict[UUID, list[Held]] = defaultdict(list)
    moment = now()
    for tie in held_between(chain.from_iterable(own.values()), moment, moment):
        ties[tie.subject].append(tie)
    firsts = {UUID(first) for row in rows.values() if row.identity_id is not None for first in row.cited}
    return _Known(rows, own, ties, identities_on(firsts), person)


def _tell(
    one: telling.ToTell, definition: Partnership, rule: Signal, staff: whom.Staff, known: _Known, by: Actor
) -> None:
    """Tells whoever the rule names. What is for a list alone is told by a message only where one is declared for that."""
    row = known.rows[one.signal]
    own = known.own.get(one.person, ()) if one.person is not None else ()
    ties = [tie for identity in own for tie in known.ties.get(identity, ())]
    to = whom.whom(rule, one.way, whom.around(staff, ties, one.agencies, one.trusted))
    how = rule.tell[one.way].how
    kind = _message(definition, rule, LIST if how == LIST else row.level)
    about = _about(row, own, known.on)
    if how != LIST or kind != rule.message:
        says = {"signal": rule.id} if "signal" in definition.message[kind].parts else {}
        send(kind, to=to, about=about, says=says, by=by, because=row.id)
    opens = _without_own_sight(to, ties)
    opening.open_to(row.id, opens, _about(row, own, known.on, row.cited), staff.by_role)
    telling.mark_told(row, to=to, way=one.way, how=how, why=one.why, rule=rule, opens=opens)


def _without_own_sight(to: Sequence[str], ties: Sequence[Held]) -> list[str]:
    """Those who do not work with the child: whoever does sees by that, for as long as they do."""
    own = {tie.holder for tie in ties if tie.kind in whom.WORKS_WITH}
    return [one for one in to if one not in own]


def hand_on(persons: Collection[UUID]) -> None:
    """Whoever works with these people now is told of what nobody has answered and their rules tell whoever does; where nobody
    does any more, those who are told in that case. What fails takes no allocation with it."""
    try:
        with transaction.atomic():
            definition, by = partnership(), machine(MACHINE)
            rules = rules_in_force(definition)
            waiting = {row.id: row for row in actions.unanswered(persons) if row.rule in rules}
            if not waiting:
                return
            staff, known = whom.staff(definition), _known((), waiting)
            for row in waiting.values():
                _hand_on(row, definition, rules[row.rule], staff, known, by)
    except Exception as error:
        log.warning("handing signals on failed", extra={"error": type(error).__name__}, exc_info=True)


def _hand_on(row: Kept, definition: Partnership, rule: Signal, staff: whom.Staff, known: _Known, by: Actor) -> None:
    own = known.own_of(row)
    ties = [tie for identity in own for tie in known.ties.get(identity, ())]
    before = row.told.get("to", ())
    to = whom.handed_to(rule, row.told.get("way", 0), whom.around(staff, ties, (), None))
    if not set(to) - set(before):
        return
    new = [one for one in to if one not in before]
    kind = _message(definition, rule, LIST if row.told.get("how") == LIST else row.level)
    if row.told.get("how") != LIST or kind != rule.message:
        says = {"signal": rule.id} if "signal" in definition.message[kind].parts else {}
        send(kind, to=new, about=_about(row, own, known.on), says=says, by=by, because=row.id)
    opens = _without_own_sight(new, ties)
    opening.open_to(row.id, opens, _about(row, own, known.on, row.cited), staff.by_role)
    telling.mark_handed_on(row, to=new, opens=opens)


def _message(definition: Partnership, rule: Signal, form: str) -> str:
    """The rule's message; where one is declared for what cannot wait (`now`), or for what is on a list, that one."""
    other = f"{rule.message}-{form}"
    return other if other in definition.message else rule.message


def _about(
    row: Kept, own: Collection[UUID], on: Mapping[UUID, set[UUID]], firsts: Sequence[str] | None = None
) -> list[UUID]:
    """What a message about a signal is about: the child (`own`: all their source identities), and what it rests on (or these
    of it) of the child's own (never the record of a friend or a brother alone; `on`: who stands on each). About a place, no
    record of any child."""
    if row.identity_id is None:
        return []
    cited = [UUID(first) for first in firsts or row.window or row.cited]
    return [row.identity_id, *(first for first in cited if not on.get(first, set()).isdisjoint(own))]


# --- what people say --------------------------------------------------------------------------------------------------


@trusted("answer-signal")
@transaction.atomic
def answer(*, signal: UUID, answer: str, because: str = "", done: Sequence[UUID] = (), by: Actor) -> UUID:
    """As `signals.answers.answer`; what was told of it to this worker is read with it, and chased no more. That the rule is
    wrong is told to whoever answers for the rule: that somebody said so, and nothing about the child."""
    made = answers.answer(signal=signal, answer=answer, because=because, done=done, by=by)
    _read(signal, by)
    definition = partnership()
    rule = rules_in_force(definition).get(actions.kept(signal).rule)
    if answer == answers.WRONG and rule is not None and rule.owner and DOUBTED in definition.message:
        send(DOUBTED, to=f"role:{rule.owner}", says={"signal": rule.id}, by=by, because=made)
    return made


@trusted("take-to-manager")
@transaction.atomic
def take_to_manager(*, signal: UUID, because: str, by: Actor) -> UUID:
    """As `signals.answers.take_to_manager`; the managers of the worker's agency are told."""
    made, row, rule = answers.take_to_manager(signal=signal, because=because, by=by)
    definition = partnership()
    declared = definition.message[rule.message]
    managers = _managers(by, declared.acknowledge.then)
    says = {"signal": rule.id} if "signal" in declared.parts else {}
    to = [f"role:{role}@{by.agency}" for role in managers]
    own = ids_of(persons_of([row.identity_id]).values()) if row.identity_id is not None else []
    on = identities_on(UUID(first) for first in row.cited) if own else {}
    about = _about(row, own, on)
    send(rule.message, to=to, about=about, says=says, by=by, because=row.id)
    opening.open_to(row.id, to, _about(row, own, on, row.cited), whom.staff(definition).by_role)
    telling.told_besides(row, to)
    telling.opens_besides(row, to)
    _read(signal, by)
    return made


def _managers(by: Actor, then: Sequence[str]) -> Sequence[str]:
    """The roles of those who manage a worker, as their team is declared; where nobody of them is there, whoever is told where
    nobody answers."""
    team = partnership().team.get(by.team)
    there = {one.role for one in workers() if one.active and one.agency == by.agency}
    wanted = team.managed_by if team is not None else ()
    return [role for role in wanted if role in there] or [role for role in then if role in there] or then


def _read(signal: UUID, by: Actor) -> None:
    for message in unread_because(signal, by):
        acknowledge(message=message, by=by)
        break  # what came for the same reason to this worker's other inboxes is read with it
