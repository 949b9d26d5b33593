"""What is put right after it arrived keeps its place in the queue, gets one, or is opened again: in the transaction that keeps
the newer version.

A notice that was no concern, or was history, and is a concern of today now arrives. One that was moved to another child, or has
one more, is about them from now on. And one that was decided, and is graver now than what was decided about, or about a child who
was not on it, is open again, and whoever decided is told: the decision was about other words, or another child.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sightline.agencies.queries import machine, partnership
from sightline.agencies.types import Actor
from sightline.chronology.rules import history_before
from sightline.chronology.tracing import Before, stood_before
from sightline.definition.kinds.danger import Queue
from sightline.definition.types import Partnership
from sightline.front_door import arriving, claiming, steps
from sightline.front_door.arriving import Arrived, queue_of
from sightline.front_door.following import head
from sightline.front_door.models import Decided, Item, ItemChild
from sightline.identity.queries import persons_of
from sightline.ledger.actions import write
from sightline.messages.actions import send
from sightline.timescales.moment import now
from sightline.vault.adding import add

MACHINE = "front-door-machine"
GRAVER, OTHERS = "decided-and-graver", "decided-about-others"


def take(corrected: Sequence[Arrived], *, received: datetime, by: Actor) -> None:
    """`corrected`: newer versions of records that were there, queued or not, in their order."""
    definition = partnership()
    kept = queue_of(definition)
    if kept is None or not corrected:
        return
    standing = {one.notice.first: one for one in corrected}
    rows = {row.entry: row for row in Item.objects.select_for_update().filter(entry__among=list(standing))}
    fresh = {first: one for first, one in standing.items() if first not in rows and one.notice.queued}
    if fresh:
        before = stood_before({first: one.notice.id for first, one in fresh.items()}, definition)
        since = history_before(definition, received)
        wanted = [one for first, one in fresh.items() if _arrives(one, before.get(first, Before()), since)]
        arriving.take(wanted, received=received)
    for first, row in rows.items():
        _put_right(definition, kept, row, standing[first], by)


def _arrives(one: Arrived, before: Before, since: datetime) -> bool:
    """Whether what has no item gets one now. What has been a concern all along was history when it came, and stays so for a
    word put right; not where it happened lately after all (a wrong year was written), nor where it cannot wait now."""
    return not before.queued or one.notice.happened >= since or (one.notice.urgent and not before.urgent)


def _put_right(definition: Partnership, kept: Queue, row: Item, one: Arrived, by: Actor) -> None:
    moment, notice = now(), one.notice
    ages, found = arriving.judged(definition, kept, one, moment)
    _, then = arriving.judged(definition, kept, one, row.known_at)  # that a safe time has ended since is nothing that was put right
    graver = notice.queued and (then.rank < row.danger or (notice.urgent and not row.urgent))
    row.handling, row.pointer_only, row.ages, row.changed_at = notice.handling, notice.pointer_only, list(ages), moment
    held = set(ItemChild.objects.filter(item=row).values_list("identity_id", flat=True))
    other = held != set(one.identities) and notice.queued and _another(held, one.identities)
    if held != set(one.identities):
        ItemChild.objects.filter(item=row).exclude(identity__in=one.identities).delete()
        add(ItemChild, ("item_id", "identity_id"), [(row.id, i) for i in one.identities if i not in held])
    if (graver or other) and row.state != claiming.OPEN:
        _open_again(definition, row, notice.id, by, GRAVER if graver else OTHERS)
        until = arriving.safe_until(one.facts)
        row.due_at, row.closed_at = arriving.due(definition, kept, moment, notice.urgent, until), None
        row.danger, row.why, row.urgent, row.safe_until = found.rank, list(found.why), notice.urgent, until
    row.save()
    head([row.event], moment)


def _another(held: set[UUID], identities: Sequence[UUID]) -> bool:
    """Whether it is about somebody who was not on it: nobody has decided about them."""
    person_of = persons_of({*held, *identities})
    return not {person_of[one] for one in identities} <= {person_of[one] for one in held if one in person_of}


def _open_again(definition: Partnership, row: Item, version: UUID, by: Actor, message: str) -> None:
    """A new generation, which may be decided once more; nobody holds it. What was handed over is the front door's again."""
    decided = Decided.objects.filter(item=row.id, generation=row.generation).first()
    row.state, row.holder, row.held_at, row.team = claiming.OPEN, "", None, ""
    row.generation, row.version = row.generation + 1, row.version + 1
    steps.end_all(notice=row.entry, kinds=[steps.HAND_OVER], by=by, entry=version)
    if decided is not None and message in definition.message:
        to, says = f"worker:{decided.by}", {"agency": row.agency}
        send(message, to=to, about=[row.entry], says=says, by=machine(MACHINE), because=version)
    write(
        kind="run",
        verb="open-again",
        actor=by.id,
        acting_for=by.agency,
        purpose="safeguarding",
        policy=definition.hash,
        ids=[row.entry, version],
    )
