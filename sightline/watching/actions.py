"""What people say and decide about reading: reviews, flags, what is their own family's, who reviews a child's records."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from sightline.agencies.one_person import same_person
from sightline.agencies.queries import actor_by_id, partnership
from sightline.agencies.rules import may
from sightline.agencies.two_people import record, require
from sightline.agencies.types import Actor
from sightline.definition.nearest import nearest
from sightline.definition.outcomes import Conflict, Decision, Invalid, Missing, Refused
from sightline.definition.types import Fault
from sightline.identity.queries import identities_of, named_after, persons_of
from sightline.sharing.actions import tie
from sightline.sharing.standing import trusted
from sightline.timescales.moment import now
from sightline.vault.actions import Keyring
from sightline.watching.models import Flag, Own, Reviewed, Unusual
from sightline.watching.noticing import own_digest
from sightline.watching.rules import detail
from sightline.watching.telling import REVIEW

SHORTEST, LONGEST = 10, 2000  # characters of a comment
LONGEST_FLAG, LONGEST_REVIEW = timedelta(days=366), timedelta(days=366)
MOST_OWN = 40  # details that one worker may name
KINDS = ("family-name", "postcode", "phone")  # and `address`: a line with its postcode


def theirs(row: Unusual, by: Actor) -> bool:
    """Whether this reading is for them to review: of somebody in their agency, or they are the partnership's. Never their
    own."""
    return row.actor != by.id and (by.agency == row.agency or by.agency_kind == "partnership")


@transaction.atomic
def review(*, unusual: UUID, outcome: str, comment: str, by: Actor) -> UUID:
    """Says what was made of unusual reading. Raises Refused without the right or the words, Missing for what is another
    agency's or one's own, Conflict where somebody has said already, Invalid for an outcome that is none."""
    require(by, REVIEW)
    row = Unusual.objects.filter(id=unusual).first()
    if row is None or not theirs(row, by):
        raise Missing
    codes = partnership().codes["reading-review"].codes
    if outcome not in codes:
        raise Invalid(
            [
                Fault(
                    path="outcome",
                    found=outcome,
                    expected="justified, training or breach",
                    nearest=nearest(outcome, codes),
                )
            ]
        )
    comment = comment.strip()
    if len(comment) < SHORTEST:
        raise Refused(Decision(False, "rationale-too-short", "Say in a sentence how you know"))
    if Reviewed.objects.filter(unusual=row).exists():
        raise Conflict("Somebody has reviewed this already. Nothing was changed.")
    keyring = Keyring()
    key = keyring.make("partnership")
    keyring.save()
    made = Reviewed(unusual=row, outcome=outcome, at=now(), by=by.id, key=key)
    made.comment = keyring.seal(comment[:LONGEST], [key], f"reviewed|{made.id}")
    made.save(force_insert=True)
    record("review-reading", by, [row.id], alert=row.alert, outcome=outcome)
    return made.id


@trusted("flag-child")
@transaction.atomic
def flag(*, person: UUID, because: str, until: datetime, by: Actor) -> list[UUID]:
    """Flags a child, for a time: whoever opens the page without a tie is asked why. Changes nothing of who may see.

    Raises Refused without the right, Missing for nobody, Invalid for a reason or an end that is none.
    """
    require(by, "flag-child")
    codes, moment = partnership().codes["flag-because"].codes, now()
    faults = []
    if because not in codes:
        faults.append(
            Fault(path="because", found=because, expected="a reason of the list", nearest=nearest(because, codes))
        )
    if not moment < until <= moment + LONGEST_FLAG:
        faults.append(Fault(path="until", expected="a day within the next year"))
    if faults:
        raise Invalid(faults)
    rows = identities_of(person)
    if not rows:
        raise Missing
    Flag.objects.filter(ended_at=None, identity__among=[row.id for row in rows]).update(ended_at=moment, ended_by=by.id)
    made = Flag.objects.bulk_create(
        [Flag(identity=row.id, because=because, from_at=moment, until=until, by=by.id) for row in rows]
    )
    record("flag-child", by, [row.id for row in rows], because=because, until=until.isoformat())
    return [one.id for one in made]


@trusted("unflag-child")
@transaction.atomic
def unflag(*, person: UUID, by: Actor) -> None:
    """Ends a flag before its time."""
    require(by, "flag-child")
    ids = [row.id for row in identities_of(person)]
    if not Flag.objects.filter(ended_at=None, identity__among=ids).update(ended_at=now(), ended_by=by.id):
        raise Missing
    record("unflag-child", by, ids)


@transaction.atomic
def name_own(
    *, worker: str, by: Actor, given: Iterable[tuple[str, str]] = (), addresses: Iterable[tuple[str, str]] = ()
) -> int:
    """Names details of a worker's own family, so that reading about them is noticed: (kind, text), (line, postcode).

    By the worker, or by who administers workers. Only keyed digests are kept: nobody can read them again, and so nobody
    can correct one: `forget_own` forgets them all. Returns how many are new. Raises Invalid for what cannot be compared.
    """
    if by.id != worker:
        require(by, "administer-workers")
    found, faults = set(), []
    for kind, text in given:
        if not text.strip():
            continue
        said = detail(kind, text) if kind in KINDS else ""
        if said:
            found.add((kind, own_digest(kind, said)))
        else:
            faults.append(Fault(path=kind, expected=EXPECTED.get(kind, f"one of {', '.join(KINDS)}")))
    for line, code in addresses:
        said = detail("address", line, code)
        if said:
            found.add(("address", own_digest("address", said)))
        elif line.strip():
            faults.append(Fault(path="address", expected="the first line of the address, and its postcode"))
    if faults:
        raise Invalid(faults)
    there = set(Own.objects.filter(worker=worker).values_list("kind", "digest"))
    new = found - there
    if len(there) + len(new) > MOST_OWN:
        raise Invalid([Fault(path="family-name", expected=f"no more than {MOST_OWN} details in all")])
    Own.objects.bulk_create([Own(worker=worker, kind=k, digest=d, at=now(), by=by.id) for k, d in sorted(new)])
    if new:
        record("name-own", by, [worker], count=len(new))
    return len(new)


EXPECTED = {
    "family-name": "a family name, such as Marsh",
    "postcode": "a whole postcode, such as LS14 6AA",
    "phone": "a whole telephone number, such as 07700 900123",
}


@transaction.atomic
def forget_own(*, worker: str, by: Actor) -> int:
    """Forgets every detail that was named for a worker. Returns how many."""
    if by.id != worker:
        require(by, "administer-workers")
    count, _ = Own.objects.filter(worker=worker).delete()
    if count:
        record("forget-own", by, [worker], count=count)
    return count


@trusted("commission-review")
@transaction.atomic
def commission(*, person: UUID, worker: str, kind: str, until: datetime, by: Actor) -> int:
    """Lets somebody review (`reviewer`) or audit (`auditor`) a child's records, for a time: a tie, effective at once.

    Never oneself, and only whoever may see hindsight. Raises Refused, Missing for nobody, Invalid for a kind or an end
    that is none.
    """
    require(by, "commission-review")
    faults, moment = [], now()
    if kind not in ("reviewer", "auditor"):
        faults.append(Fault(path="kind", found=kind, expected="reviewer or auditor"))
    if not moment < until <= moment + LONGEST_REVIEW:
        faults.append(Fault(path="until", expected="a day within the next year"))
    if faults:
        raise Invalid(faults)
    reader = actor_by_id(worker)
    if same_person(by.id, reader.id):
        raise Refused(Decision(False, "second-person-needed", "Nobody lets themselves review: somebody else decides."))
    allowed = may(reader, "see-hindsight", partnership())
    if not allowed:
        raise Refused(allowed)
    one = named_after(person)  # whoever is the same person shows by it, and nobody who turns out to be somebody else
    made = tie([(f"worker:{reader.id}", kind, one, moment, until, None)])
    record("commission-review", by, [one], kind=kind, worker=reader.id, until=until.isoformat())
    return made


def forget(identities: Sequence[UUID]) -> list[UUID]:
    """For an erasure, in its transaction: ends flags, and returns the keys of what was said in reviews of reading about
    these people. Who saw them stays, as ids: it is the ledger's, and says who answers for it.
    """
    Flag.objects.filter(ended_at=None, identity__among=list(identities)).update(ended_at=now())
    persons = set(persons_of(identities).values())
    return list(Reviewed.objects.filter(unusual__person__in=persons).values_list("key", flat=True))
