"""Erasing somebody, with everything that follows: what the second of two people does.

In one transaction: keys of identities, of routine records about them alone and of whatever else is theirs; their place in
the index; ties; then what is computed from it, and the tombstone. A record that is about a brother too keeps its words: it
opens with his key, from his page, and no longer from theirs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction

from sightline.agencies.queries import agencies, partnership
from sightline.agencies.types import Actor
from sightline.chronology import expiry
from sightline.definition.outcomes import Missing
from sightline.identity import erasing
from sightline.identity.queries import identities_of, persons_of, rows_by_id
from sightline.intake.actions import drop_drafts_about
from sightline.jobs import beside
from sightline.jobs.due import owe
from sightline.messages import asking
from sightline.retention import actions, queries
from sightline.retention.types import ROUTINE, DisposalView, HoldView
from sightline.sharing import restricting
from sightline.sharing.actions import untie
from sightline.sharing.standing import trusted
from sightline.vault.expiring import openable
from sightline.vault.rules import key_ids
from sightline.watching import actions as watching

# What else is kept about somebody: each takes their source identities, clears what stands in the clear, and returns the keys
# (vault ids) that are to be destroyed with theirs. Called inside the transaction.
Forget = Callable[[Sequence[UUID]], Iterable[UUID]]
ALSO: tuple[Forget, ...] = (restricting.forget, watching.forget, asking.forget)


@dataclass(frozen=True, slots=True)
class Weighed:
    """What erasing somebody would take: counts and agencies, no content."""

    records: int  # versions of records
    alone: int  # of which nobody else has a key: gone for ever
    shared: int
    agencies: tuple[str, ...]
    holds: tuple[HoldView, ...]


@trusted("weigh-erasure")
def weighed(*, person: UUID, by: Actor) -> Weighed:
    """What would go and what would stay, before anybody asks for it. Raises Missing."""
    rows = identities_of(person)
    if not rows or not queries.knows(by, rows):
        raise Missing
    return _weigh(rows)


@trusted("weigh-erasure")
def weighed_of(one: DisposalView) -> Weighed:
    """As `weighed`, of whom a request is about: for whoever is to agree."""
    return _weigh(list(rows_by_id(one.subjects).values()))


def _weigh(rows: Sequence[Any]) -> Weighed:
    own = {row.key for row in rows}
    entries = expiry.about([row.id for row in rows])
    alone = sum(set(key_ids(body)) <= own for _, body in entries.values())
    held = queries.holds_on([row.id for row in rows], {record for record, _ in entries.values()})
    titles = agencies()
    told = sorted({titles[row.agency].title if row.agency in titles else row.agency for row in rows})
    return Weighed(len(entries), alone, len(entries) - alone, tuple(told), tuple(held))


@trusted("erase")
@transaction.atomic
def confirm(*, disposal: UUID, because: str = "", by: Actor) -> UUID:
    """The second person agrees, and what was asked for is erased. Returns the tombstone: the id of its ledger record.

    Raises Missing, Conflict, and Refused (`not-permitted`, `second-person-needed`, `on-hold`, `out-of-date`).
    """
    asked = queries.disposal(by, disposal)
    entries = {} if asked.kind == ROUTINE else expiry.about(asked.subjects)
    row = actions.agree(disposal=disposal, by=by, records={record for record, _ in entries.values()})
    subjects, first = [UUID(one) for one in row.subjects], row.asked_by
    counts: dict[str, Any] = {}
    if row.kind == ROUTINE:
        owe("expire-routine", {"record": row.schedule, "agreed": str(row.id)}, at_once=False)  # the worker's: thousands
    else:
        counts = _erase(subjects, entries)
    return actions.agreed(row, by=by, because=because, counts=counts, first=first)


def _erase(subjects: Sequence[UUID], entries: Mapping[UUID, tuple[str, bytes]]) -> dict[str, Any]:
    """Erases these source identities. Returns counts: keys destroyed, records that are gone, records that stay others'."""
    persons = set(persons_of(subjects).values())
    alone = expiry.with_keys_of_their_own(subjects)
    others = [key for forget in ALSO for key in forget(subjects)]
    others += drop_drafts_about([*subjects, *persons, *entries])
    keys = erasing.erase(subjects, also=[*alone, *others])
    for kind in partnership().codes["tie"].codes:
        untie(kind=kind, subjects=subjects)
    stay = openable(body for _, body in entries.values())
    owe("clocks", beside.payload(persons, persons))
    types = Counter(record for record, _ in entries.values())
    return {"keys": keys, "erased": len(entries) - stay, "shared": stay, "types": dict(types)}
