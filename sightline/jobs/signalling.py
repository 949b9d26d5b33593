"""What follows from entries, in the wake of whatever changed them: clocks and signals, read once; and who is told.

A signal is told in the transaction in which it is found, by a message that says why (`because`: the signal) and what it is about.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from itertools import chain
from uuid import UUID

from django.db import transaction
from django.db.models import F

from sightline.agencies.queries import machine, partnership
from sightline.agencies.types import Actor
from sightline.chronology.events import MachineEntry
from sightline.clocks import actions as clocks
from sightline.contexts import places
from sightline.identity.queries import identities_of, persons_of
from sightline.messages.actions import acknowledge, send
from sightline.messages.queries import unread_because
from sightline.sharing.reading import Reading, reading
from sightline.sharing.standing import trusted
from sightline.signals import actions, answers, at_places, whom
from sightline.signals.knowing import relevant, rules_in_force
from sightline.signals.models import Look, Standing
from sightline.timescales.moment import now

log = logging.getLogger(__name__)
MACHINE = "clock-machine"
MOST_TRIES, PAUSE = 5, timedelta(minutes=10)


def bring_up_to_date(persons: Sequence[UUID], moved: Collection[UUID] = ()) -> None:
    """Clocks and signals of these people, anew, and those of places where something is told to have happened to them. Their
    entries are read once for all. `moved`: of whom it may be another family or age now, so that all their places are asked.
    """
    clocks.recompute(persons, besides=relevant(partnership()), then=partial(_signals, frozenset(moved)))


def _signals(
    moved: Collection[UUID], opened: Reading, persons: list[UUID], entries: Mapping[UUID, list[MachineEntry]]
) -> None:
    touched = places.follow(opened.definition, chain.from_iterable(entries.values()))
    touched |= places.of_people([person for person in persons if person in moved], entries)
    tell_all([*actions.recompute(opened, persons, entries), *at_places.recompute(opened, touched)])


def look_at_places(limit: int) -> int:
    """Looks at places at which time alone may have changed something, the longest due first. Returns how many."""
    rows = Look.objects.filter(at__lte=now(), tries__lt=MOST_TRIES, identity=None).order_by("at")
    wanted = list(rows.values_list("place", flat=True)[:limit])
    if wanted:
        with transaction.atomic(), reading(machine(MACHINE), "safeguarding", about="look-at-places") as opened:
            tell_all(at_places.recompute(opened, wanted))
    return len(wanted)


def postpone_places(limit: int) -> None:
    """What failed at these places is tried again later, and after five times waits for a person."""
    rows = Look.objects.filter(at__lte=now(), tries__lt=MOST_TRIES, identity=None).order_by("at")
    Look.objects.filter(id__in=list(rows.values_list("id", flat=True)[:limit])).update(tries=F("tries") + 1, at=now() + PAUSE)


def tell_all(found: Sequence[actions.ToTell]) -> None:
    """Tells whoever is to be told, in the caller's transaction."""
    if found:
        by = machine(MACHINE)
        for one in found:
            _tell(one, by)


def _tell(one: actions.ToTell, by: Actor) -> None:
    """Tells whoever the rule names. What stands on a list alone is told to nobody."""
    definition = partnership()
    rule = rules_in_force(definition).get(one.rule)
    row = Standing.objects.get(id=one.signal)
    if rule is None:
        return
    own = [identity.id for identity in identities_of(one.person)] if one.person is not None else []
    there = whom.around(definition, own, one.agencies, one.trusted)
    to = whom.whom(rule, one.way, there)
    how = rule.tell[one.way].how
    if how != "list":
        declared = definition.message[rule.message]
        says = {"signal": rule.id} if "signal" in declared.parts else {}
        send(rule.message, to=to, about=_about(row), says=says, by=by, because=row.id)
    actions.mark_told(row, to=to, way=one.way, how=how, why=one.why, rule=rule)


def _about(row: Standing) -> list[UUID]:
    """What a message about a signal is about: what it rests on. About a place, no record of any child."""
    if row.identity_id is None:
        return []
    return [UUID(first) for first in row.window or row.cited] or [row.identity_id]


# --- what time alone changes ------------------------------------------------------------------------------------------


def due(limit: int) -> list[UUID]:
    """The people at whom it is time to look again, the longest due first."""
    rows = Look.objects.filter(at__lte=now(), tries__lt=MOST_TRIES, identity__isnull=False).order_by("at")
    return list(dict.fromkeys(persons_of(rows.values_list("identity_id", flat=True)[:limit]).values()))


def postpone(persons: Collection[UUID]) -> None:
    """What failed at these people is tried again later, and after five times waits for a person."""
    identities = [row.id for person in persons for row in identities_of(person)]
    rows = Look.objects.filter(identity_id__among=identities, at__lte=now())
    rows.update(tries=F("tries") + 1, at=now() + PAUSE)


def oldest_due() -> datetime | None:
    """Since when the longest due look has waited; None where none is due."""
    rows = Look.objects.filter(at__lte=now(), tries__lt=MOST_TRIES).order_by("at")
    return rows.values_list("at", flat=True).first()


# --- what people say --------------------------------------------------------------------------------------------------


@trusted("answer-signal")
@transaction.atomic
def answer(*, signal: UUID, answer: str, because: str = "", done: Sequence[UUID] = (), by: Actor) -> UUID:
    """As `signals.answers.answer`; what was told of it to this worker is read with it, and chased no more."""
    made = answers.answer(signal=signal, answer=answer, because=because, done=done, by=by)
    _read(signal, by)
    return made


@trusted("take-to-manager")
@transaction.atomic
def take_to_manager(*, signal: UUID, because: str, by: Actor) -> UUID:
    """As `signals.answers.take_to_manager`; the managers of the worker's agency are told."""
    made, row, rule = answers.take_to_manager(signal=signal, because=because, by=by)
    definition = partnership()
    declared = definition.message[rule.message]
    managers = declared.acknowledge.then or ("team-manager",)
    says = {"signal": rule.id} if "signal" in declared.parts else {}
    to = [f"role:{role}@{by.agency}" for role in managers]
    send(rule.message, to=to, about=_about(row), says=says, by=by, because=row.id)
    actions.told_besides(row, to)
    _read(signal, by)
    return made


def _read(signal: UUID, by: Actor) -> None:
    for message in unread_because(signal, by):
        acknowledge(message=message, by=by)
        break  # what came for the same reason to this worker's other inboxes is read with it
