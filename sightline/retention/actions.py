"""Asking that somebody be erased, agreeing or not, keeping for longer, holding and lifting. Two people, always.

The first asks with a reason; a second, another worker, agrees. Before either, the legal holds are looked at, and once more
in the transaction that erases. What erases is `jobs.erasing`: here is only who may, and what became of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction

from sightline.agencies.one_person import same_person
from sightline.agencies.queries import partnership
from sightline.agencies.rules import may
from sightline.agencies.types import Actor
from sightline.chronology.expiry import about
from sightline.definition.nearest import nearest, one_of
from sightline.definition.outcomes import Conflict, Decision, Invalid, Missing, Refused
from sightline.definition.types import Fault
from sightline.identity.queries import identities_of, persons_of, rows_of
from sightline.ledger.actions import write
from sightline.retention.models import Disposal, Hold, Lifting
from sightline.retention.queries import holds_on, knows, may_know
from sightline.retention.types import (
    ASKED,
    DONE,
    DUE,
    ERASE,
    KEPT,
    OPEN,
    REJECTED,
    ROUTINE,
    SCHEDULED,
    WITHDRAWN,
    HoldView,
)
from sightline.sharing.standing import trusted
from sightline.timescales.london import local_day, say
from sightline.timescales.moment import now
from sightline.vault.actions import Keyring
from sightline.vault.expiring import gone

LEAST, MOST_WORDS = 20, 2000
REACHES = ("child", "record", "everything")
LONGEST_KEPT = timedelta(days=5 * 366)
ALREADY = "Somebody has already decided this. Nothing was changed."
SAME = Decision(False, "second-person-needed", "You asked for this yourself: a second worker must agree.")


def _require(by: Actor, permission: str) -> None:
    decision = may(by, permission, partnership())
    if not decision:
        raise Refused(decision)


def _reason(text: str) -> str:
    words = text.strip()
    if not words:
        raise Refused(Decision(False, "rationale-missing", "Say why, in a sentence: it is kept with the decision."))
    if len(words) < LEAST:
        sentence = f"Say why in at least {LEAST} characters: whoever agrees, and whoever asks later, reads it."
        raise Refused(Decision(False, "rationale-too-short", sentence))
    return words[:MOST_WORDS]


def _on_hold(found: Sequence[HoldView]) -> None:
    if found:
        kinds = partnership().codes["hold-kind"].codes
        first = found[0]
        title = kinds[first.kind].title if first.kind in kinds else first.kind
        sentence = f"It may not be erased: {title.lower()} (held since {say(local_day(first.at))}). Ask whoever keeps legal holds."
        raise Refused(Decision(False, "on-hold", sentence))


def _record(verb: str, by: Actor, ids: Sequence[object], **detail: object) -> UUID:
    made = write(
        kind="change",
        verb=verb,
        actor=by.id,
        acting_for=by.agency,
        purpose="administration",
        basis="UK GDPR, articles 5(1)(e) and 17",
        policy=partnership().hash,
        ids=ids,
        detail=detail,
    )
    return made.id


def _sealed(row_id: UUID, what: str, words: str, key: UUID, keyring: Keyring) -> bytes:
    return keyring.seal(words.encode(), [key], f"{what}|{row_id}" if what == "hold" else f"disposal|{row_id}|{what}")


# --- erasing: the first person ----------------------------------------------------------------------------------------


@trusted("ask-erasure")
@transaction.atomic
def ask(*, person: UUID, because: str, by: Actor) -> UUID:
    """The first of two people asks that somebody be erased. Returns the request's id.

    Raises Missing, Conflict where it is asked already, and Refused: `not-permitted`, `rationale-missing`,
    `rationale-too-short`, `on-hold`, `already-decided` for whoever is erased.
    """
    _require(by, "erase")
    words, rows = _reason(because), identities_of(person)
    if not rows or not knows(by, rows):
        raise Missing
    identities = sorted((row.id for row in rows), key=str)
    if len(gone([row.key for row in rows])) == len(rows):
        raise Refused(Decision(False, "already-decided", "Whoever this was is erased already."))
    types = Counter(record for record, _ in about(identities).values())
    _on_hold(holds_on(identities, types))
    row = _open_for(identities)
    if row is not None and row.state == ASKED:
        raise Conflict("That is asked already, and waits for a second person.")
    if row is None:
        row = Disposal(kind=ERASE, made_at=now(), definition=partnership().hash)
    row.subjects = [str(one) for one in identities]
    row.counts = {"records": types.total(), "types": dict(types)}
    _asked(row, words, by)
    return row.id


@trusted("ask-erasure")
@transaction.atomic
def ask_due(*, disposal: UUID, because: str, by: Actor) -> None:
    """The first of two people says that what its schedule has brought up is to be erased. Raises as `ask`."""
    _require(by, "erase")
    words, row = _reason(because), _locked(disposal, by)
    if row.state != DUE:
        raise Conflict(ALREADY)
    _on_hold(holds_on([UUID(one) for one in row.subjects], _types(row)))
    _asked(row, words, by)


def _asked(row: Disposal, words: str, by: Actor) -> None:
    keyring = Keyring()
    row.key = keyring.make("disposal")
    keyring.save()
    row.state, row.asked_by, row.asked_at = ASKED, by.id, now()
    row.because = _sealed(row.id, "because", words, row.key, keyring)
    row.save()
    _record("ask-erasure", by, [row.id, *row.subjects], kind=row.kind, schedule=row.schedule)


def _open_for(identities: Collection[UUID]) -> Disposal | None:
    wanted = {str(one) for one in identities}
    rows = Disposal.objects.select_for_update().filter(state__in=OPEN).exclude(kind=ROUTINE)
    return next((row for row in rows if not wanted.isdisjoint(row.subjects)), None)


def _locked(disposal: UUID, by: Actor) -> Disposal:
    row = Disposal.objects.select_for_update().filter(id=disposal).first()
    if row is None or not may_know(by, row):
        raise Missing
    return row


def _types(row: Disposal) -> list[str]:
    return [row.schedule] if row.kind == ROUTINE else list(row.counts.get("types", {}))


@trusted("ask-erasure")
def open_request(person: UUID) -> UUID | None:
    """The request about somebody that waits. For stages above, which pass the gate themselves."""
    row = _open_for([one.id for one in identities_of(person)])
    return row.id if row is not None and row.state == ASKED else None


# --- the second person ------------------------------------------------------------------------------------------------


def agree(*, disposal: UUID, by: Actor, records: Collection[str]) -> Disposal:
    """Whether this worker may be the second to agree, now: the request, locked. In the caller's transaction, which erases.

    `records`: the types of record that would go. Raises Missing, Conflict, and Refused: `not-permitted`,
    `second-person-needed` for whoever asked, `on-hold`, `out-of-date` where they have become somebody else's since.
    """
    _require(by, "confirm")
    row = _locked(disposal, by)
    if row.state != ASKED:
        raise Conflict(ALREADY if row.state != DUE else "Nobody has asked for this yet: it needs a first person.")
    if same_person(by.id, row.asked_by):
        raise Refused(SAME)
    subjects = [UUID(one) for one in row.subjects]
    _on_hold(holds_on(subjects, {*records, *_types(row)}))
    if row.kind != ROUTINE:
        now_they_are = {one.id for one in rows_of(set(persons_of(subjects).values()))}
        if now_they_are != set(subjects):
            sentence = "Since this was asked, somebody else was joined with them, or was taken apart. Ask again."
            raise Refused(Decision(False, "out-of-date", sentence))
    return row


def agreed(row: Disposal, *, by: Actor, because: str, counts: Mapping[str, Any], first: str) -> UUID:
    """Closes what was erased in this transaction, with its tombstone in the ledger. Returns the ledger record's id."""
    row.counts = {**row.counts, **counts}
    row.state, row.decided_by, row.decided_at = DONE, by.id, now()
    if because.strip() and row.key is not None:
        keyring = Keyring()
        keyring.fetch([row.key])
        row.answer = _sealed(row.id, "answer", because.strip()[:MOST_WORDS], row.key, keyring)
    row.record = _record(
        "erase",
        by,
        [row.id, *row.subjects],
        first=first,
        second=by.id,
        kind=row.kind,
        schedule=row.schedule,
        holds="none",
        **{name: value for name, value in counts.items() if isinstance(value, int)},
    )
    row.save()
    return row.record


@trusted("reject-erasure")
@transaction.atomic
def reject(*, disposal: UUID, because: str = "", by: Actor) -> str:
    """The second person does not agree, or the first takes it back. What its schedule brought up is due again. Returns the
    state then. Raises Missing, Conflict, Refused."""
    row = _locked(disposal, by)
    if row.state != ASKED:
        raise Conflict(ALREADY)
    if row.asked_by != by.id:
        _require(by, "confirm")
    row.state = DUE if row.kind in (SCHEDULED, ROUTINE) else (WITHDRAWN if row.asked_by == by.id else REJECTED)
    row.decided_by, row.decided_at = by.id, now()
    if because.strip() and row.key is not None:
        keyring = Keyring()
        keyring.fetch([row.key])
        row.answer = _sealed(row.id, "answer", because.strip()[:MOST_WORDS], row.key, keyring)
    row.save()
    _record("reject-erasure", by, [row.id, *row.subjects], first=row.asked_by, state=row.state)
    return row.state


@trusted("keep-longer")
@transaction.atomic
def keep(*, disposal: UUID, until: date, because: str, by: Actor) -> None:
    """Keeps what is due for longer, until a day, with a reason: then it comes up again. One person is enough: nothing is
    lost by it. Raises Missing, Conflict, Refused, Invalid."""
    _require(by, "erase")
    words, row = _reason(because), _locked(disposal, by)
    if row.state not in OPEN or row.kind == ERASE:
        raise Conflict(ALREADY)
    today = local_day(now())
    if not today < until <= today + LONGEST_KEPT:
        raise Invalid(
            [Fault(path="until", found=str(until), expected="a day in the next five years", code="not-a-date")]
        )
    keyring = Keyring()
    row.key = keyring.make("disposal")
    keyring.save()
    row.because = _sealed(row.id, "because", words, row.key, keyring)
    row.state, row.kept_until, row.decided_by, row.decided_at = KEPT, until, by.id, now()
    row.save()
    _record("keep-longer", by, [row.id, *row.subjects], until=str(until), schedule=row.schedule)


# --- what schedules bring up -------------------------------------------------------------------------------------------


@trusted("bring-up-due")
@transaction.atomic
def bring_up(rows: Sequence[tuple[str, Sequence[UUID], str, date, Mapping[str, Any]]], *, by: Actor) -> int:
    """Adds what has had its time: (kind, source identities, schedule, due on, counts). What waits already, or is kept until
    a later day, is left alone. Returns how many are new. One ledger record."""
    today = local_day(now())
    standing = Disposal.objects.filter(state__in=OPEN) | Disposal.objects.filter(state=KEPT, kept_until__gt=today)
    known = {one for row in standing for one in (row.subjects or [f"routine:{row.schedule}"])}
    made = []
    for kind, subjects, schedule, due_on, counts in rows:
        names = [str(one) for one in subjects] or [f"routine:{schedule}"]
        if known.isdisjoint(names):
            known.update(names)
            made.append(
                Disposal(
                    id=uuid4(),
                    kind=kind,
                    state=DUE,
                    subjects=[str(one) for one in subjects],
                    schedule=schedule,
                    due_on=due_on,
                    made_at=now(),
                    counts=dict(counts),
                    definition=partnership().hash,
                )
            )
    if made:
        Disposal.objects.bulk_create(made)
        write(
            kind="run",
            verb="bring-up-due",
            actor=by.id,
            acting_for=by.agency,
            purpose="scheduled-work",
            policy=partnership().hash,
            ids=[row.id for row in made],
            detail={"due": len(made)},
        )
    return len(made)


# --- holds ------------------------------------------------------------------------------------------------------------


@trusted("hold")
@transaction.atomic
def hold(*, kind: str, because: str, by: Actor, person: UUID | None = None, record: str = "") -> UUID:
    """Forbids that a person, every record of a type, or (with neither) anything at all is erased. At once. Raises Missing,
    Refused and Invalid."""
    _require(by, "keep-holds")
    definition, words = partnership(), _reason(because)
    faults = []
    kinds = definition.codes["hold-kind"].codes
    if kind not in kinds:
        faults.append(Fault(path="kind", found=kind, expected=one_of(kinds), nearest=nearest(kind, kinds)))
    if record and record not in definition.record:
        expected, near = "a record type of this partnership", nearest(record, definition.record)
        faults.append(Fault(path="record", found=record, expected=expected, nearest=near))
    if faults:
        raise Invalid(faults)
    rows = identities_of(person) if person is not None else []
    if person is not None and (not rows or not knows(by, rows)):
        raise Missing
    keyring, made = Keyring(), uuid4()
    key = keyring.make("hold")
    keyring.save()
    subjects = sorted(str(row.id) for row in rows)
    Hold.objects.create(
        id=made,
        kind=kind,
        reach="child" if rows else ("record" if record else "everything"),
        record="" if rows else record,
        subjects=subjects,
        at=now(),
        by=by.id,
        agency=by.agency,
        key=key,
        because=_sealed(made, "hold", words, key, keyring),
    )
    _record("hold", by, [made, *subjects], hold=kind, record=record)
    return made


@trusted("lift-hold")
@transaction.atomic
def lift(*, hold: UUID, because: str, by: Actor) -> None:
    """Ends a hold. Nothing is erased by it: that still takes two people. Raises Missing, Conflict, Refused."""
    _require(by, "keep-holds")
    words, row = _reason(because), Hold.objects.select_for_update().filter(id=hold).first()
    if row is None:
        raise Missing
    if Lifting.objects.filter(hold=row).exists():
        raise Conflict("Somebody has lifted it already.")
    keyring = Keyring()
    keyring.fetch([row.key])
    made = uuid4()
    Lifting.objects.create(
        id=made, hold=row, at=now(), by=by.id, because=keyring.seal(words.encode(), [row.key], f"lifting|{made}")
    )
    _record("lift-hold", by, [row.id, *row.subjects], hold=row.kind)
