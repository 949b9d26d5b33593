"""Who each source identity is, made to follow the pairs that stand. In the caller's transaction.

Joining and separating change a pair; `relink` then computes afresh who is one person with whom, among everybody whom it
may concern, and writes a link for whoever is somebody else now. Nothing moves: entries, ties and keys hang on source
identities. What one decision did, taking it back undoes, in whatever order.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db import connection
from django.db.models import Max, Q

from sightline.identity.clusters import Edge, components, ordered
from sightline.identity.judging import AGAINST, HELD_APART, against, holds, sides
from sightline.identity.models import Link, Possible, SourceIdentity
from sightline.vault.adding import add_objects, change, change_objects

MOST_LOOKS = 20  # rounds in which a circle may still grow under our hands; each waits for another's decision
TICK = timedelta(microseconds=1)
NUMBER = "another-number"  # of what may speak against two, what somebody decided in spite of


@dataclass
class Circle:
    """Everybody whom a change of pairs may concern, and all pairs among and around them."""

    rows: dict[UUID, SourceIdentity] = field(default_factory=dict)
    pairs: dict[UUID, Possible] = field(default_factory=dict)

    def among(self) -> list[Possible]:
        return [pair for pair in self.pairs.values() if pair.one_id in self.rows and pair.other_id in self.rows]


def circle(identities: Iterable[UUID]) -> Circle:
    """Everybody reachable from these over pairs that hold, with those who are the same person now."""
    found = Circle()
    wanted = set(identities)
    while wanted:
        rows = SourceIdentity.objects.filter(id__among=wanted)
        fresh = {row.id: row for row in rows}
        persons = {row.person for row in fresh.values()}
        for row in SourceIdentity.objects.filter(person__among=persons):
            fresh.setdefault(row.id, row)
        fresh = {id_: row for id_, row in fresh.items() if id_ not in found.rows}
        found.rows |= fresh
        wanted = set()
        if fresh:
            around = Q(one_id__among=list(fresh)) | Q(other_id__among=list(fresh))
            for pair in Possible.objects.filter(around).defer("because", "parts"):
                found.pairs[pair.id] = pair
                if holds(pair):
                    wanted |= {pair.one_id, pair.other_id} - found.rows.keys()
    return found


def locked(identities: Iterable[UUID]) -> Circle:
    """The circle, with nobody else changing it until the transaction ends."""
    wanted = list(identities)
    found = circle(wanted)
    if connection.vendor == "sqlite":  # where a transaction that writes is alone from its beginning
        return found
    held: set[UUID] = set()
    for _ in range(MOST_LOOKS):
        if found.rows.keys() <= held:  # what we locked is all there is: nobody decided while we waited for the locks
            break
        held |= found.rows.keys()
        list(SourceIdentity.objects.select_for_update().filter(id__among=list(held)).order_by("id").values_list("id"))
        found = circle(wanted)
    return found


def thought(found: Circle) -> dict[UUID, UUID]:
    """The person of each in the circle, as follows from the pairs that stand and nothing else."""
    edges: list[Edge] = []
    apart, wary = [], []
    for pair in found.among():
        if holds(pair):
            ends = found.rows[pair.one_id], found.rows[pair.other_id]
            rank = sorted((row.agency, row.local or row.details) for row in ends)
            edges.append(Edge(pair.one_id, pair.other_id, pair.state == "same", pair.bits or 0.0, tuple(rank)))
        elif pair.state in ("different", "sealed", "half"):
            apart.append((pair.one_id, pair.other_id))
        elif against(pair):
            wary.append(pair)
    wary = _not_decided_over(wary, edges)
    groups: dict[UUID, list[SourceIdentity]] = defaultdict(list)
    for identity, root in components(found.rows, edges, apart, wary).items():
        groups[root].append(found.rows[identity])
    person = {}
    for members in groups.values():
        first = min(members, key=lambda row: (row.made_at, str(row.id)))
        person |= {row.id: first.origin for row in members}
    return person


def _not_decided_over(wary: Iterable[Possible], edges: Iterable[Edge]) -> list[tuple[UUID, UUID]]:
    """Of the pairs that speak against being one, those of which a decision has not disposed.

    Somebody decided that a child has two numbers (registered anew; a sister's number typed on the ward). Whoever comes next
    under either, and is joined by it, has another number than the other half of what was decided, and that alone: else every
    record of such a child would wait, for ever.
    """
    alone: dict[UUID, set[UUID]] = defaultdict(set)  # with whom somebody is one by number, name and birth
    said = set()
    for edge in edges:
        if edge.decided:
            said.add(edge.pair)
        else:
            alone[edge.one].add(edge.other)
            alone[edge.other].add(edge.one)

    def decided(one: UUID, other: UUID) -> bool:
        some, others = {one} | alone[one], {other} | alone[other]
        return any(ordered(a, b) in said for a in some for b in others if a != b)

    return [
        sides(pair)
        for pair in wary
        if pair.state != "waiting" or AGAINST & set(pair.why) != {NUMBER} or not decided(*sides(pair))
    ]


def relink(
    identities: Iterable[UUID],
    *,
    by: str,
    at: datetime,
    reason: str,
    evidence: Sequence[str] = (),
    within: Circle | None = None,
) -> dict[UUID, tuple[UUID, UUID]]:
    """Makes persons follow the pairs that stand, for everybody whom a change about these may concern.

    `by`: id of the actor; `reason`: a short code (`decided`, `separated`, `identifiers-agree`, `no-longer-agrees`);
    `within`: the circle, where the caller has locked it and keeps its pairs up to date. Returns whoever is somebody else
    now: {identity: (person before, person now)}. Pairs that hold without a person and that a decision keeps apart wait
    for one, and hold again when it is taken back.
    """
    found = locked(identities) if within is None else within
    person = thought(found)
    changed = {row.id: (row.person, person[row.id]) for row in found.rows.values() if row.person != person[row.id]}
    _hold_or_wait(found, person)
    if changed:
        change(SourceIdentity, "person", [(identity, now_) for identity, (_, now_) in changed.items()])
        for identity, (_, now_) in changed.items():
            found.rows[identity].person = now_
        _write_links(changed, by=by, at=at, reason=reason, evidence=evidence)
    return changed


def _hold_or_wait(found: Circle, person: Mapping[UUID, UUID]) -> None:
    """Pairs that were joined by themselves wait where a decision keeps them apart, and the other way round."""
    turned = []
    for pair in found.among():
        if pair.state == "same" or not holds(pair):
            continue
        together = person[pair.one_id] == person[pair.other_id]
        if together and pair.state != "joined":
            pair.state, pair.why = "joined", [code for code in pair.why if code != HELD_APART]
            turned.append(pair)
        elif not together and pair.state == "joined":
            pair.state, pair.why = "waiting", [*(code for code in pair.why if code != HELD_APART), HELD_APART]
            turned.append(pair)
    change_objects(turned, ("state", "why"))


def _write_links(
    changed: Mapping[UUID, tuple[UUID, UUID]], *, by: str, at: datetime, reason: str, evidence: Sequence[str]
) -> None:
    """A link for each, later than every one before it: history is in the order in which it was thought."""
    last = dict(
        Link.objects.filter(identity_id__among=list(changed)).values_list("identity_id").annotate(last=Max("at"))
    )
    add_objects(
        [
            Link(
                id=uuid4(),
                identity_id=identity,
                person=now_,
                at=max(at, last[identity] + TICK) if identity in last else at,
                by=by,
                reason=reason,
                evidence=list(evidence),
            )
            for identity, (_, now_) in changed.items()
        ]
    )
