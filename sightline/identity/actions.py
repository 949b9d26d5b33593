"""Joining, separating, deciding a possible match. Nothing moves: only links are added, so each can be undone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction

from sightline.agencies.queries import partnership
from sightline.agencies.rules import may
from sightline.agencies.types import Actor
from sightline.definition.outcomes import Conflict, Decision, Missing, Refused
from sightline.identity.models import Link, Possible, Relation, SourceIdentity
from sightline.ledger.actions import write
from sightline.timescales.moment import now
from sightline.vault.actions import Keyring


def _require(by: Actor, permission: str) -> None:
    decision = may(by, permission, partnership())
    if not decision:
        raise Refused(decision)


def _relink(
    identities: Sequence[SourceIdentity], person: UUID, by: Actor, reason: str, evidence: Sequence[str]
) -> None:
    for identity in identities:
        identity.person = person
        Link.objects.create(
            id=uuid4(), identity=identity, person=person, at=now(), by=by.id, reason=reason, evidence=list(evidence)
        )
    SourceIdentity.objects.bulk_update(identities, ["person"])


def _sealed(text: str, possible: UUID, a: SourceIdentity, b: SourceIdentity) -> bytes | None:
    """Somebody's words about the two, sealed for both of them."""
    keyring = Keyring()
    keyring.fetch([a.key, b.key])
    keys = [key for key in (a.key, b.key) if keyring.has(key)]
    return keyring.seal(text[:400].encode(), keys, f"possible|{possible}") if text and keys else None


def _decided(a: SourceIdentity, b: SourceIdentity, state: str, because: str, by: Actor) -> None:
    """What somebody decided about two source identities, whether or not a match of theirs was waiting."""
    first, second = sorted((a.id, b.id), key=str)
    row = Possible.objects.filter(one_id=first, other_id=second).first() or Possible(
        one_id=first, other_id=second, at=now()
    )
    row.state, row.decided_at, row.decided_by, row.because = state, now(), by.id, _sealed(because, row.id, a, b)
    row.save()


def _pair(one: UUID, other: UUID) -> tuple[SourceIdentity, SourceIdentity]:
    found = {row.id: row for row in SourceIdentity.objects.select_for_update().filter(id__in=[one, other])}
    if one not in found or other not in found:
        raise Missing
    return found[one], found[other]


@transaction.atomic
def join(*, one: UUID, other: UUID, because: str = "", by: Actor) -> UUID:
    """Says that two source identities are one person. Returns the person. Reversible by `separate`."""
    _require(by, "join-identities")
    a, b = _pair(one, other)
    if a.person != b.person:
        moving = list(SourceIdentity.objects.select_for_update().filter(person=b.person))
        _relink(moving, a.person, by, "decided", ["a-person-decided"])
    _decided(a, b, "same", because, by)
    write(
        kind="change",
        verb="join-identities",
        actor=by.id,
        acting_for=by.agency,
        purpose="safeguarding",
        policy=partnership().hash,
        ids=[one, other, a.person],
    )
    return a.person


@transaction.atomic
def separate(*, one: UUID, other: UUID, because: str = "", by: Actor) -> UUID:
    """Says that a source identity is not this person after all: `other` becomes a person of its own."""
    _require(by, "separate-identities")
    a, b = _pair(one, other)
    if a.person == b.person:
        _relink([b], uuid4(), by, "separated", ["a-person-decided"])
    _decided(a, b, "different", because, by)
    write(
        kind="change",
        verb="separate-identities",
        actor=by.id,
        acting_for=by.agency,
        purpose="safeguarding",
        policy=partnership().hash,
        ids=[one, other, b.person],
    )
    return b.person


@transaction.atomic
def decide_match(*, possible: UUID, decision: str, because: str = "", by: Actor) -> None:
    """Decides a waiting match: same, different or unsure. Raises Conflict when somebody was first."""
    _require(by, "decide-match")
    if decision not in ("same", "different", "unsure"):
        raise Refused(Decision(False, "wrong-state", "Say same, different, or can’t tell."))
    try:
        row = Possible.objects.select_for_update().get(id=possible)
    except Possible.DoesNotExist as error:
        raise Missing from error
    if row.state in ("same", "different"):
        raise Conflict("Somebody has already decided this match. Nothing was changed.")
    if decision == "same":
        join(one=row.one_id, other=row.other_id, because=because, by=by)
        return
    row.state, row.decided_at, row.decided_by = decision, now(), by.id
    row.because = _sealed(because, row.id, *_pair(row.one_id, row.other_id))
    row.save(update_fields=["state", "decided_at", "decided_by", "because"])
    write(
        kind="change",
        verb="decide-match",
        actor=by.id,
        acting_for=by.agency,
        purpose="safeguarding",
        policy=partnership().hash,
        ids=[row.id],
        detail={"decision": decision},
    )


def relate(rows: Sequence[tuple[UUID, str, UUID, str, datetime]]) -> int:
    """Adds relations (subject, relation, object, agency, known at) that are not there yet. In the caller's transaction."""
    if not rows:
        return 0
    there = set(
        Relation.objects.filter(subject__in={r[0] for r in rows}).values_list(
            "subject_id", "relation", "object_id", "agency"
        )
    )
    new: dict[tuple[UUID, str, UUID, str], tuple[UUID, str, UUID, str, datetime]] = {}
    for row in rows:  # the first to say it stays, whether it came in this bite or in one before
        if row[:4] not in there:
            new.setdefault(row[:4], row)
    Relation.objects.bulk_create(
        Relation(subject_id=s, relation=r, object_id=o, agency=a, known_at=k) for s, r, o, a, k in new.values()
    )
    return len(new)
