"""Keeping a record, or all that is held about somebody, to named people; and the originator's yes to intelligence.

Each change needs the right and a reason, and is in the ledger in its own transaction. It holds from the next request on.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Q, QuerySet

from sightline.agencies.queries import partnership
from sightline.agencies.rules import may
from sightline.agencies.types import Actor
from sightline.definition.outcomes import Decision, Invalid, Refused
from sightline.definition.types import Fault
from sightline.ledger.actions import write
from sightline.sharing.actions import tie
from sightline.sharing.models import Restriction, Tie
from sightline.sharing.rules import NAMED, holders
from sightline.timescales.moment import now
from sightline.vault.actions import CannotOpen, Keyring
from sightline.vault.rules import key_ids

HOLDER = re.compile(r"(worker|team|agency):[A-Za-z0-9][A-Za-z0-9-]{0,70}")
AGREED = "originator-agreed"
SCOPE = "restriction"  # of the key under which the reason is sealed
SHORTEST_REASON = 20
KEEP = "restrict-record"  # the permission
AGREE = "grade-intelligence"


def _open(subjects: Collection[UUID]) -> QuerySet[Restriction]:
    moment = now()
    rows = Restriction.objects.filter(subject__among=list(subjects), from_at__lte=moment)
    return rows.filter(Q(until=None) | Q(until__gt=moment))


def _permitted(by: Actor, permission: str, because: str) -> None:
    allowed = may(by, permission, partnership())
    if not allowed:
        raise Refused(allowed)
    if len(because.strip()) < SHORTEST_REASON:
        raise Refused(
            Decision(
                False, "reason-too-short", f"Say why, in at least {SHORTEST_REASON} characters: others will read it."
            )
        )


def _holders(named: Iterable[str]) -> list[str]:
    found = list(dict.fromkeys(named))
    wrong = [h for h in found if not HOLDER.fullmatch(h)]
    if wrong or not found:
        expected = "at least one of `worker:ID`, `team:ID`, `agency:ID`; the first is whom others ring"
        raise Invalid([Fault(path="named", found=", ".join(wrong), expected=expected)])
    return found


def _named_by(by: Actor, subjects: Collection[UUID]) -> set[UUID]:
    moment = now()
    rows = Tie.objects.filter(
        Q(until=None) | Q(until__gt=moment),
        subject__among=list(subjects),
        kind=NAMED,
        holder__in=holders(by),
        from_at__lte=moment,
    )
    return set(rows.values_list("subject", flat=True))


def _only_who_is_named(by: Actor, restricted: Collection[UUID]) -> None:
    """Else whoever may keep a record to others could let themselves in."""
    if set(restricted) - _named_by(by, restricted):
        raise Refused(
            Decision(
                False, "not-named", "It is kept to named people. Only one of them can change that: ring its holder."
            )
        )


@transaction.atomic
def restrict(
    subjects: Iterable[UUID], *, named: Iterable[str], by: Actor, because: str, until: datetime | None = None
) -> int:
    """Keeps these to named people: records by the id of their first version, people by their source identities (all of
    a person's). The first of `named` (`worker:ID`, `team:ID`, `agency:ID`) is whom others ring, day and night.

    Where something is kept already, the names are added; only somebody named on it can do that. Returns how many
    became restricted. Raises Refused (`not-permitted`, `reason-too-short`, `not-named`) and Invalid.
    """
    _permitted(by, KEEP, because)
    wanted, holders_ = list(dict.fromkeys(subjects)), _holders(named)
    there = set(_open(wanted).select_for_update().values_list("subject", flat=True))
    if there:
        _only_who_is_named(by, there)
    fresh = [subject for subject in wanted if subject not in there]
    keyring, moment = Keyring(), now()
    for subject in fresh:
        key = keyring.make(SCOPE)
        id_ = uuid4()
        sealed = keyring.seal({"because": because.strip()}, [key], f"restriction|{id_}")
        keyring.save()
        Restriction.objects.create(
            id=id_, subject=subject, holder=holders_[0], from_at=moment, until=until, by=by.id, because=sealed
        )
    tie([(holder, NAMED, subject, moment, until, None) for subject in wanted for holder in holders_])
    _write("restrict-record", by, wanted, {"named": len(holders_), "new": len(fresh)})
    return len(fresh)


@transaction.atomic
def lift(subjects: Iterable[UUID], *, by: Actor, because: str) -> int:
    """Ends the restriction and the ties of whoever was named: the other rules hold again. Only somebody named on it can.
    Returns how many were lifted. Raises Refused (`not-permitted`, `reason-too-short`, `not-named`).
    """
    _permitted(by, KEEP, because)
    wanted = list(dict.fromkeys(subjects))
    rows = list(_open(wanted).select_for_update())
    if not rows:
        return 0
    there, moment = {row.subject for row in rows}, now()
    _only_who_is_named(by, there)
    keyring = Keyring()
    keyring.fetch_for(bytes(row.because) for row in rows)
    for row in rows:
        row.until, row.lifted_by = moment, by.id
        row.because = _with_the_end(keyring, row, because.strip())
        row.save(update_fields=["until", "lifted_by", "because"])
    ties = Tie.objects.filter(Q(until=None) | Q(until__gt=moment), subject__among=list(there), kind=NAMED)
    ties.update(until=moment)
    _write("lift-restriction", by, there, {})
    return len(rows)


def _with_the_end(keyring: Keyring, row: Restriction, because: str) -> bytes:
    """The reason as it stands with why it ended, under a key of its own (the old one may be gone: it was erased)."""
    try:
        said = keyring.open(bytes(row.because), f"restriction|{row.id}")
    except CannotOpen:
        said = {}
    fresh = Keyring()
    key = fresh.make(SCOPE)
    sealed = fresh.seal({**said, "lifted": because}, [key], f"restriction|{row.id}")
    fresh.save()
    return sealed


@transaction.atomic
def agree(
    record: UUID, *, agency: str, to: Iterable[str], by: Actor, because: str, until: datetime | None = None
) -> int:
    """The originator's yes: these holders may be told that intelligence with conditions (3x5x2, handling code C) is held.

    `record`: the id of its first version; `agency`: who sent it. Returns how many agreements are new. Raises Refused
    (`not-permitted`, `reason-too-short`, `not-the-originator`) and Invalid.
    """
    _permitted(by, AGREE, because)
    if by.agency != agency:
        raise Refused(
            Decision(False, "not-the-originator", "Only whoever sent intelligence can agree to its being known of.")
        )
    holders_ = _holders(to)
    made = tie([(holder, AGREED, record, now(), until, None) for holder in holders_])
    _write("agree-intelligence", by, [record], {"to": holders_})
    return made


def holders_of(subjects: Iterable[UUID]) -> dict[UUID, tuple[str, ...]]:
    """Whom to ring for what is kept to named people, by what it is: for those to whom a pointer names them."""
    found: dict[UUID, tuple[str, ...]] = {}
    for subject, holder in _open(list(subjects)).order_by("from_at", "id").values_list("subject", "holder"):
        found[subject] = tuple(dict.fromkeys((*found.get(subject, ()), holder)))
    return found


def named_on(subjects: Iterable[UUID]) -> dict[UUID, tuple[str, ...]]:
    """Who is named on each, for whoever is named themselves (the caller sees to that)."""
    moment = now()
    rows = Tie.objects.filter(
        Q(until=None) | Q(until__gt=moment), subject__among=list(subjects), kind=NAMED, from_at__lte=moment
    )
    found: dict[UUID, tuple[str, ...]] = {}
    for subject, holder in rows.order_by("from_at", "id").values_list("subject", "holder"):
        found[subject] = tuple(dict.fromkeys((*found.get(subject, ()), holder)))
    return found


@dataclass(frozen=True, slots=True)
class Kept:
    """Something that is kept to named people, by ids alone."""

    id: UUID
    subject: UUID
    holder: str
    since: datetime


def open_after(last: Kept | None, most: int) -> list[Kept]:
    """What is kept to named people now, the longest first, after one of them: at most so many. For the stage above."""
    moment = now()
    rows = Restriction.objects.filter(Q(until=None) | Q(until__gt=moment), from_at__lte=moment)
    if last is not None:
        rows = rows.filter(Q(from_at__gt=last.since) | Q(from_at=last.since, id__gt=last.id))
    return [Kept(*row) for row in rows.order_by("from_at", "id").values_list("id", "subject", "holder", "from_at")[:most]]


def open_of(subjects: Collection[UUID]) -> list[Kept]:
    """What of these is kept to named people now."""
    rows = _open(subjects).order_by("from_at", "id")
    return [Kept(*row) for row in rows.values_list("id", "subject", "holder", "from_at")]


def open_one(id: UUID) -> Kept | None:
    """One of them by its own id; None where it is kept no longer."""
    subject = Restriction.objects.filter(id=id).values_list("subject", flat=True).first()
    return next((one for one in open_of([subject]) if one.id == id), None) if subject else None


def name_anew(subjects: Iterable[UUID], *, holder: str) -> None:
    """Names somebody for what is kept, in the caller's transaction, and makes them whom others ring. For the stage above, where
    two have agreed that nobody named is left."""
    moment, rows = now(), list(_open(list(subjects)).select_for_update())
    tie([(holder, NAMED, row.subject, moment, row.until, None) for row in rows])
    Restriction.objects.filter(id__in=[row.id for row in rows]).update(holder=holder)


def forget(subjects: Iterable[UUID]) -> list[UUID]:
    """The keys of the reasons for which these were ever kept, for whoever erases them: destroyed, the reasons are gone."""
    rows = Restriction.objects.filter(subject__among=list(subjects)).values_list("because", flat=True)
    return [key for because in rows for key in key_ids(bytes(because))]


def reason(keyring: Keyring, subject: UUID) -> str:
    """Why it is kept to named people, for one of them; empty where nothing is kept, or the reason was erased."""
    row = _open([subject]).order_by("-from_at").first()
    if row is None:
        return ""
    keyring.fetch_for([bytes(row.because)])
    try:
        return str(keyring.open(bytes(row.because), f"restriction|{row.id}").get("because", ""))
    except CannotOpen:
        return ""


def _write(verb: str, by: Actor, ids: Iterable[UUID], detail: dict[str, object]) -> None:
    write(
        kind="change",
        verb=verb,
        actor=by.id,
        acting_for=by.agency,
        purpose="safeguarding",
        ids=ids,
        detail=detail,
        policy=partnership().hash,
    )
