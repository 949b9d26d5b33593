"""What verbs of administration have in common: who may, why, by whom a second time, and the record of it.

A change that two people make (a supplier's mapping, a rule of signs) goes through named states; each step asks that it still
stands where it was read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet

from sightline.agencies.one_person import same_person
from sightline.agencies.queries import partnership
from sightline.agencies.rules import may
from sightline.agencies.types import Actor
from sightline.definition.outcomes import Conflict, Decision, Missing, Refused
from sightline.definition.types import Partnership
from sightline.ledger.actions import write

SHORTEST, LONGEST = 10, 2000  # characters of a reason
Row = TypeVar("Row", bound=Model)


def require(by: Actor, permission: str) -> Partnership:
    """The definition in force. Raises Refused without the right."""
    definition = partnership()
    decision = may(by, permission, definition)
    if not decision:
        raise Refused(decision)
    return definition


def reason(because: str, most: int = LONGEST) -> str:
    """The reason, without spaces around it. Raises Refused where there is hardly one."""
    text = " ".join(because.split())[:most]
    if len(text) < SHORTEST:
        raise Refused(Decision(False, "rationale-too-short", "Say why, in a sentence."))
    return text


def record(verb: str, by: Actor, ids: Iterable[object] = (), **detail: object) -> None:
    """Puts an act of administration into the ledger, in the caller's transaction. `detail`: ids, codes and counts."""
    write(
        kind="run" if by.machine else "change",
        verb=verb,
        actor=by.id,
        acting_for=by.agency,
        purpose="administration",
        policy=partnership().hash,
        ids=ids,
        detail=dict(detail),
    )


@dataclass(frozen=True, slots=True)
class Steps(Generic[Row]):
    """The states through which something goes that two people decide. `called`: `draft`, `mapping`; `states`: each in words;
    `lock`: the field that counts its changes."""

    called: str
    states: Mapping[str, str]
    lock: str

    def at(self, rows: QuerySet[Row], id: UUID, state: str, lock: int | None) -> Row:
        """The row, locked. Raises Missing, or Conflict when it is not in this state or has changed since."""
        row = rows.select_for_update().filter(id=id).first()
        if row is None:
            raise Missing
        here = getattr(row, "state")  # noqa: B009  (of every such row, and of no model in general)
        if here != state:
            step = f"This {self.called} is not at that step any more: it is {self.states[here]}."
            raise Conflict(f"{step} Nothing was changed.")
        if lock is not None and getattr(row, self.lock) != lock:
            changed = f"The {self.called} has changed since you read it."
            raise Conflict(f"{changed} Read it again, then decide. Nothing was changed.")
        return row

    def own(self, by: Actor, made_by: str) -> None:
        """Raises Refused where somebody else is making it."""
        if made_by != by.id:
            sentence = f"Somebody else is making this {self.called}: only they change it."
            raise Refused(Decision(False, "not-permitted", sentence))

    def somebody_else(self, by: Actor, *others: str) -> None:
        """Raises Refused for a machine, and for whoever made it or asked."""
        if by.machine or same_person(by.id, *others):
            sentence = (
                f"You made this {self.called} or asked for this yourself: a second, different person decides on it."
            )
            raise Refused(Decision(False, "second-person-needed", sentence))
