"""Joining, separating, deciding a possible match. Nothing moves: pairs change, and persons follow, so each can be undone.

Where one of the people is protected, two workers must say that they are one: the first says so (`half`), the second
agrees (`confirm`, or the same decision) or not (`reject`). Any one of them may say that they are two. Whoever is sealed
is joined with nobody, and only the named holder sees or decides what touches them: for everybody else it is not there.
Where two holders say that somebody is one with whoever is sealed, they are sealed too, and still joined with nobody;
to `separate` them takes two holders as well, and opens them again (`sealing`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from sightline.agencies.one_person import same_person
from sightline.agencies.queries import agencies, partnership
from sightline.agencies.rules import may
from sightline.agencies.types import Actor
from sightline.definition.nearest import nearest, one_of
from sightline.definition.outcomes import Conflict, Decision, Invalid, Missing, Refused
from sightline.definition.types import Fault
from sightline.identity import sealing
from sightline.identity.bands import PROTECTED, SEALED, in_force
from sightline.identity.deciding import (
    DIFFERENT,
    HALF,
    SAME,
    Two,
    act,
    part,
    propose,
    undecided,
    unite,
    withdraw,
)
from sightline.identity.guards import mark
from sightline.identity.match_types import KEPT, OPEN
from sightline.identity.models import Possible, Relation, SourceIdentity
from sightline.identity.queries import seen
from sightline.ledger.actions import write
from sightline.sharing.reading import Reading
from sightline.sharing.types import Level
from sightline.timescales.london import local_day
from sightline.timescales.moment import now

DECISIONS = (SAME, DIFFERENT, "unsure")
ALREADY = "Somebody has already decided this match. Nothing was changed."
TWO_PEOPLE = Decision(
    False, "second-person-needed", "One of them is protected: a second worker must agree. You have said so already."
)
SEALED_AWAY = Decision(
    False,
    "protected",
    "Nobody who is sealed is joined with anybody. The holder of sealed records says, by day and by night, what may be known.",
)


def _require(by: Actor, permission: str) -> None:
    decision = may(by, permission, partnership())
    if not decision:
        raise Refused(decision)


def _two(one: UUID, other: UUID, by: Actor) -> Two:
    """The two, locked. Raises Missing where one is not there, or not for this worker to see: one answer for both."""
    two = Two(one, other)
    rows = [two.circle.rows[one], two.circle.rows[other]]
    if two.guard == SEALED and by.role != _holder():
        if any(row.guard == SEALED for row in rows):
            raise Missing
        raise Refused(SEALED_AWAY)
    if not _sees(by, rows):
        raise Missing
    return two


def _holder() -> str:
    return in_force(partnership().matching, local_day(now())).holder


def _sees(by: Actor, rows: Sequence[SourceIdentity]) -> bool:
    """Whether somebody may know of all of these at all: who may not see them may not decide about them either. Nothing
    is handed out, so that there is nothing to record."""
    if by.machine:
        return True
    sights = seen(Reading(by, "safeguarding"), rows)
    return all(row.id in sights and sights[row.id].level >= Level.HEADLINE for row in rows)


def _record(verb: str, by: Actor, ids: Sequence[object], **detail: object) -> None:
    write(
        kind="change",
        verb=verb,
        actor=by.id,
        acting_for=by.agency,
        purpose="safeguarding",
        policy=partnership().hash,
        ids=ids,
        detail=detail,
    )


def _one_person(two: Two, because: str, by: Actor, verb: str) -> UUID:
    """Decides that they are one; where one is protected, by two workers. Returns the person of `one` as it is then.
    Where one is sealed nobody is joined: two holders say so, and the other is sealed too."""
    if two.guard == SEALED:
        return _sealed_too(two, because, by)
    pair = two.pair()
    if two.guard == PROTECTED and not two.together:
        if pair.state != HALF:
            pair = propose(two, act(by, because))
            _record("propose-match", by, [two.one, two.other, pair.id])
            return two.persons[0]
        if same_person(by.id, pair.proposed_by):
            raise Refused(TWO_PEOPLE)
    first = pair.proposed_by
    changed = unite(two, act(by, because))
    person = changed[two.one][1] if two.one in changed else two.persons[0]
    _record(
        verb, by, [two.one, two.other, person, two.pair().id], moved=len(changed), **({"first": first} if first else {})
    )
    return person


def _sealed_too(two: Two, because: str, by: Actor) -> UUID:
    if by.role != _holder():
        raise Refused(SEALED_AWAY)
    pair, sealed, first = sealing.seal(two, act(by, because))
    if sealed:
        _record("seal-with", by, [two.one, two.other, pair.id, *sorted(sealed, key=str)], first=first)
    else:
        _record("propose-sealing", by, [two.one, two.other, pair.id])
    return two.persons[0]


def _opened(two: Two, pair: Possible, by: Actor, because: str = "") -> UUID:
    opened, first = sealing.reopen(pair, by, because)
    if opened:
        _record("open-sealed", by, [two.one, two.other, pair.id, *sorted(opened, key=str)], first=first)
    else:
        _record("propose-opening", by, [two.one, two.other, pair.id])
    return two.persons[1]


def _two_people(two: Two, because: str, by: Actor, verb: str) -> UUID:
    """Decides that they are two. Returns the person of `other` as it is then. What two holders sealed, two open."""
    if two.guard == SEALED and (pair := sealing.kept(two)) is not None:
        return _opened(two, pair, by, because)
    changed = part(two, act(by, because))
    person = changed[two.other][1] if two.other in changed else two.circle.rows[two.other].person
    _record(verb, by, [two.one, two.other, person, two.pair().id], moved=len(changed))
    return person


@transaction.atomic
def join(*, one: UUID, other: UUID, because: str = "", by: Actor) -> UUID:
    """Says that two source identities, and so the two people, are one. Returns the person of `one`.

    Where either is protected, this is the first of two decisions or the second: until a second worker agrees nothing is
    joined, and the pair is `half`. Reversible by `separate`. Raises Missing and Refused (`not-permitted`,
    `second-person-needed` for the same worker twice, `protected` for what is sealed).
    """
    _require(by, "join-identities")
    return _one_person(_two(one, other, by), because, by, "join-identities")


@transaction.atomic
def separate(*, one: UUID, other: UUID, because: str = "", by: Actor) -> UUID:
    """Says that `other` is not the person that `one` is. Returns the person that `other` is then.

    What one decision joined comes apart as it was before it. Where more holds them together, `other` leaves with whoever
    hangs on it alone, and the rest stay. Matches between the two people are not offered again. One worker is enough,
    whoever is protected: what was joined in error must come apart at once. Where `other` was sealed because of `one` (or the
    other way round) it takes a second holder, who confirms it: until then nothing is opened.
    """
    _require(by, "separate-identities")
    return _two_people(_two(one, other, by), because, by, "separate-identities")


def _waiting(possible: UUID, by: Actor, *states: str) -> tuple[Possible, Two]:
    """A pair that somebody may still decide, locked. Raises Missing, or Conflict where somebody was first."""
    ends = Possible.objects.filter(id=possible).values_list("one_id", "other_id").first()
    if ends is None:
        raise Missing
    two = _two(*ends, by)
    pair = two.pair()
    if pair.state not in states:
        raise Conflict(ALREADY)
    return pair, two


@transaction.atomic
def decide_match(*, possible: UUID, decision: str, because: str = "", by: Actor) -> str:
    """Decides a match: `same`, `different` or `unsure`, for both people with everything that is known between them.

    Returns the state of the pair then: `half` where it is the first of two decisions. Raises Missing, Refused, and
    Conflict when somebody has decided it already.
    """
    _require(by, "decide-match")
    if decision not in DECISIONS:
        raise Refused(Decision(False, "wrong-state", "Say same, different, or can’t tell."))
    _, two = _waiting(possible, by, "waiting", "unsure", HALF, "joined")
    if decision == SAME:
        _one_person(two, because, by, "join-identities")
    elif decision == DIFFERENT:
        _two_people(two, because, by, "decide-match")
    else:
        undecided(two, act(by, because))
        _record("decide-match", by, [two.one, two.other, possible], decision=decision)
    return Possible.objects.values_list("state", flat=True).get(id=possible)


@transaction.atomic
def confirm(*, possible: UUID, because: str = "", by: Actor) -> UUID:
    """The second worker agrees that two are one. Returns the person. Raises Refused (`second-person-needed`) for the
    worker who was first, and Conflict where nothing waits for a second."""
    _require(by, "decide-match")
    pair, two = _waiting(possible, by, HALF, KEPT)
    if pair.state != KEPT:
        return _one_person(two, because, by, "join-identities")
    if pair.proposed != OPEN:
        raise Conflict(ALREADY)
    return _opened(two, pair, by)


@transaction.atomic
def reject(*, possible: UUID, because: str = "", by: Actor) -> None:
    """A worker does not agree, or the first takes back what they said: the pair stands as it stood before."""
    _require(by, "decide-match")
    pair, two = _waiting(possible, by, HALF, KEPT)
    first = pair.proposed_by
    if pair.state == KEPT and pair.proposed != OPEN:
        raise Conflict(ALREADY)
    sealing.stays(pair) if pair.state == KEPT else withdraw(pair)
    _record("reject-match", by, [two.one, two.other, possible], first=first)


@transaction.atomic
def ask_agency(*, possible: UUID, agency: str, by: Actor) -> None:
    """Notes that an agency was asked about a match, by whom and when. It goes on waiting. Raises Invalid for an agency
    that is not of the partnership."""
    _require(by, "decide-match")
    pair, two = _waiting(possible, by, "waiting", "unsure", HALF)
    known = agencies()
    if agency not in known:
        expected = f"an agency of the partnership, {one_of(known)}"
        raise Invalid([Fault(path="agency", found=agency, expected=expected, nearest=nearest(agency, known))])
    pair.asked_at, pair.asked_of = now(), agency
    pair.save(update_fields=["asked_at", "asked_of"])
    _record("ask-agency", by, [two.one, two.other, possible], agency=agency)


@transaction.atomic
def guard(*, identities: Sequence[UUID], kind: str, by: Actor, because: str = "", entry: UUID | None = None) -> int:
    """Guards source identities: `protected` or `sealed`. Returns how many are guarded more strictly than before.

    Only the holder of sealed records seals (and the machine that takes a record which says so). A guard is never taken
    off here. Raises Missing, and Refused (`not-permitted`, `wrong-state`).
    """
    if kind not in (PROTECTED, SEALED):
        raise Refused(Decision(False, "wrong-state", "Say protected or sealed: a guard is not taken off here."))
    _require(by, "protect-location")
    if kind == SEALED and by.role != _holder():
        sentence = "Only the holder of sealed records seals an identity. Ring them: they are reached day and night."
        raise Refused(Decision(False, "not-permitted", sentence))
    rows = list(SourceIdentity.objects.filter(id__among=list(identities)))
    if not rows or len(rows) < len(set(identities)) or not _sees(by, rows):
        raise Missing
    changed = mark(
        dict.fromkeys(identities, kind),
        by=by.id,
        because=because,
        entries=dict.fromkeys(identities, entry) if entry else None,
    )
    _record("guard-identities", by, sorted(changed, key=str), guard=kind)
    return len(changed)


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
