"""What came about a child who is open already: somebody of those who work with the child accepts it, by name, and it leaves
the queue. Until then it is still the front door's, however often it was sent.
"""

from __future__ import annotations

from uuid import UUID

from sightline.agencies.queries import agencies, partnership
from sightline.agencies.rules import may
from sightline.agencies.types import Actor
from sightline.chronology.actions import write_here
from sightline.chronology.queries import entry as entry_history
from sightline.chronology.queries import subjects_of
from sightline.definition.outcomes import Decision, Missing, Refused
from sightline.front_door import claiming
from sightline.front_door.models import Item
from sightline.ledger.actions import write
from sightline.messages.queries import told
from sightline.sharing.reading import reading
from sightline.sharing.types import Level
from sightline.vault.asking import Question

RECORD, MESSAGE = "hand-over-accepted", "already-open"


def waits_for(entry: UUID, by: Actor) -> bool:
    """Whether a notice waits for somebody of this worker's team or agency to accept it, because the child is open to them."""
    return any(not _mine(by).isdisjoint(one["holder"] for one in open_to) for (open_to,) in _OPEN_TO(entry))


_OPEN_TO = Question(lambda entry: Item.objects.filter(entry=entry, closed_at=None, state=claiming.OPEN), "open_to")


def is_open_elsewhere(entry: UUID) -> bool:
    """Whether a notice waits at the front door for somebody who works with the child already."""
    return Item.objects.filter(entry=entry, closed_at=None, state=claiming.OPEN).exclude(open_to=[]).exists()


def _mine(by: Actor) -> set[str]:
    own = {f"worker:{by.id}", f"agency:{by.agency}"}
    return own | {f"team:{by.team}"} if by.team else own


def accept(*, entry: UUID, by: Actor, comment: str = "") -> UUID:
    """Accepts a notice about a child who is open to this worker's team: it is theirs now, and leaves the queue. In the
    caller's transaction. Returns the entry that says so.

    Raises Refused without the right, or where the child is open to others; Missing for whoever may not see the notice;
    Conflict, naming who was first, where it was accepted or decided already.
    """
    definition = partnership()
    allowed = may(by, claiming.ACCEPT, definition)
    if not allowed:
        raise Refused(allowed)
    with reading(by, "safeguarding", about="accept-open") as opened:
        seen = entry_history(opened, entry)
        if seen.now.level < Level.HEADLINE:
            raise Missing
    row = Item.objects.select_for_update().filter(entry=seen.now.first).first()
    if row is None:
        raise Missing
    if _mine(by).isdisjoint(one["holder"] for one in row.open_to):
        raise Refused(
            Decision(False, "not-permitted", "This child is not open to your team: whoever works with them accepts it.")
        )
    subjects = subjects_of(seen.now.id)
    team = definition.team.get(by.team)
    made = write_here(
        record=RECORD,
        fields={
            "team": team.title if team else agencies()[by.agency].title,
            "worker": by.name,
            **({"comment": comment.strip()} if comment.strip() else {}),
        },
        identities=[identity for identity, child, _ in subjects if child],
        keys=[key for _, _, key in subjects],
        by=by,
        definition=definition,
        on=[seen.now.first],
    )
    claiming.settle(entry=seen.now.first, decision=made, state=claiming.ACCEPTED, by=by)
    write(
        kind="change",
        verb="accept-open",
        actor=by.id,
        acting_for=by.agency,
        purpose="safeguarding",
        policy=definition.hash,
        ids=[made, seen.now.first],
        detail={"team": by.team},
    )
    return made


def messages_about(entry: UUID) -> list[UUID]:
    """The messages by which those who work with the child were told of a notice, and that nobody has answered."""
    return [one.id for one in told(MESSAGE) if entry in one.records and not one.answered]
