"""The release gate: nothing leaves with a protected value in it.

Whatever goes to another agency's system, into a message, an export or a pack, or to somebody outside, passes `gate`
first. A hit stops it, writes the ledger, and tells a person, who sees where it stood and the words around it, masked.
What the gate cannot look into (a document that is locked, a picture of text it does not know) is stopped too.

Not for: what a page shows to a worker. That is masked by `veiling`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction

from sightline.agencies.one_person import same_person
from sightline.agencies.queries import agencies, partnership
from sightline.agencies.rules import may
from sightline.agencies.types import Actor
from sightline.definition.outcomes import Conflict, Decision, Invalid, Missing, Refused
from sightline.definition.types import Fault
from sightline.identity.locations.near import all_protected, anything_protected, circle, protected_of
from sightline.identity.locations.values import open_values
from sightline.identity.models import LocationOf, ProtectedLocation, StopAnswered, StoppedRelease
from sightline.identity.protected import HOLDER
from sightline.ledger.actions import write
from sightline.sharing.queries import ties_of
from sightline.sharing.release import UNREADABLE, Artefact, Hit, Scanner, Value
from sightline.timescales.moment import now
from sightline.vault.actions import CannotOpen, Keyring, digest
from sightline.vault.rules import key_ids

KINDS = ("agency", "worker", "person", "outside")
ANSWERS = {
    "kept-back": "It stays here",
    "mended": "It was taken out, and sent again",
    "false-alarm": "It is no protected value",
}
PASSES_FOR = timedelta(hours=24)  # how long a bundle that was no leak may go as it is
EVERYBODYS = frozenset(
    {"address", "phone", "email", "number", "vehicle", "uprn", "point"}
)  # kinds of value that are one family's own
FEWEST_WORDS = 20


@dataclass(frozen=True, slots=True)
class Recipient:
    """To whom something goes. `kind`: agency, worker, person (somebody of the family, or for them: a solicitor), outside
    (anybody else). `id`: of the agency, the worker or the person. `agency`, `team`: a worker's own. `linked`: people whom
    it concerns: the recipient themself, the child it is about, whoever they stand on records with."""

    kind: str
    id: str = ""
    agency: str = ""
    team: str = ""
    linked: tuple[UUID, ...] = ()

    @property
    def name(self) -> str:
        return f"{self.kind}:{self.id}" if self.id else self.kind

    @property
    def holders(self) -> list[str]:
        """The names under which they may be a location's recipient. Nobody of a family and nobody outside ever is."""
        if self.kind == "agency":
            return [f"agency:{self.id}"]
        if self.kind != "worker":
            return []
        return [
            f"worker:{self.id}",
            *([f"team:{self.team}"] * bool(self.team)),
            *([f"agency:{self.agency}"] * bool(self.agency)),
        ]

    @classmethod
    def worker(cls, actor: Actor, linked: Iterable[UUID] = ()) -> Recipient:
        return cls("worker", actor.id, actor.agency, actor.team, tuple(linked))


@dataclass(frozen=True, slots=True)
class Released:
    """It may leave. `looked_for`: how many protected values were looked for."""

    looked_for: int

    def __bool__(self) -> bool:
        return True


@dataclass(frozen=True, slots=True)
class Stopped:
    """It may not leave. `id`: of the stop, whose page shows it to a person."""

    id: UUID
    hits: tuple[Hit, ...]
    about: tuple[UUID, ...]  # the people whose location it is

    def __bool__(self) -> bool:
        return False


TELL: list[Callable[[Stopped, Recipient, Actor], None]] = []  # who tells a person: a later module, when it is loaded


def when_stopped(told: Callable[[Stopped, Recipient, Actor], None]) -> None:
    """Asks to be told of every stop, in its transaction."""
    if told not in TELL:
        TELL.append(told)


def gate(
    *, recipient: Recipient, artefacts: Any, by: Actor, what: str = "export", purpose: str = "safeguarding"
) -> Released | Stopped:
    """Whether this may leave for this recipient. Call it where a stop is not undone with the caller's own transaction.

    `artefacts`: whatever leaves: texts, records, tables, files (`Artefact`), or several of them. Looked for are the values
    protected from this recipient: of everybody linked and their family also misspelt, of everybody else as written
    (or written otherwise). `what`: message, pack, export, api, page.
    """
    if recipient.kind not in KINDS:
        raise Invalid([Fault(path="recipient", found=recipient.kind, expected=", ".join(KINDS))])
    if not anything_protected():
        return Released(0)
    near_rows, other_rows = _from(recipient)
    keyring = Keyring()
    values = open_values([*near_rows, *other_rows], keyring)
    near = [values[row.id] for row in near_rows if row.id in values]
    others = [values[row.id] for row in other_rows if row.id in values and values[row.id].kind in EVERYBODYS]
    if not near and not others:
        return Released(0)
    scanner = Scanner(near, surely=others, but=_numbers())
    hits = scanner.scan(artefacts)
    if not near:  # nobody whom it concerns is protected: what cannot be looked into may go
        hits = [hit for hit in hits if hit.how != UNREADABLE]
    if not hits:
        return Released(len(values))
    rows = {str(row.id): row for row in (*near_rows, *other_rows)}
    bundle = _digest(recipient, artefacts)
    if _passed(bundle):
        return Released(len(values))
    return _stop(recipient, hits, rows, bundle, by=by, what=what, purpose=purpose, keyring=keyring)


def _numbers() -> list[str]:
    """Agencies' own numbers: one digit off a protected one, they are still theirs."""
    return [number for a in agencies().values() for number in (a.phone, a.out_of_hours) if number]


def _from(recipient: Recipient) -> tuple[list[ProtectedLocation], list[ProtectedLocation]]:
    """What is protected from them: of those near them, and of everybody else."""
    open_to = ties_of(recipient.holders, HOLDER)
    every = [row for row in all_protected() if row.id not in open_to]
    linked = {row.id for row in protected_of(circle(recipient.linked))} if recipient.linked and every else set()
    return [row for row in every if row.id in linked], [row for row in every if row.id not in linked]


def _digest(recipient: Recipient, artefacts: Any) -> str:
    return digest("bundle", f"{recipient.name}|{hashlib.sha256(_bytes(artefacts)).hexdigest()}")


def _bytes(thing: Any) -> bytes:
    if isinstance(thing, bytes | bytearray):
        return bytes(thing)
    if isinstance(thing, Artefact):
        return thing.name.encode() + b"\0" + _bytes(thing.content)
    if isinstance(thing, Mapping):
        return json.dumps(thing, sort_keys=True, default=str).encode()
    if hasattr(thing, "__iter__") and not isinstance(thing, str):
        return b"\0".join(_bytes(one) for one in thing)
    return str(thing).encode()


def _passed(bundle: str) -> bool:
    """Whether two people have said, not long ago, that this very bundle for this very recipient is no leak."""
    return StopAnswered.objects.filter(stopped__bundle=bundle, answer="false-alarm", at__gt=now() - PASSES_FOR).exists()


@transaction.atomic
def _stop(
    recipient: Recipient,
    hits: list[Hit],
    rows: Mapping[str, ProtectedLocation],
    bundle: str,
    *,
    by: Actor,
    what: str,
    purpose: str,
    keyring: Keyring,
) -> Stopped:
    concerned = [rows[one] for one in dict.fromkeys(hit.value for hit in hits) if one in rows]
    keys = [row.key for row in concerned] or [row.key for row in rows.values()][:1]
    row = StoppedRelease(
        id=uuid4(),
        at=now(),
        by=by.id,
        acting_for=by.agency,
        recipient=recipient.name,
        what=what,
        bundle=bundle,
        found=[[hit.kind, hit.how] for hit in hits],
        locations=[str(one.id) for one in concerned],
    )
    told = [{"kind": hit.kind, "how": hit.how, "where": hit.where, "excerpt": hit.excerpt} for hit in hits]
    row.body = keyring.seal(told, keys[:1], f"stopped|{row.id}")
    row.save(force_insert=True)
    about = LocationOf.objects.filter(location__in=[one.id for one in concerned])
    stopped = Stopped(row.id, tuple(hits), tuple(dict.fromkeys(about.values_list("identity__person", flat=True))))
    write(
        kind="change",
        verb="release-stopped",
        actor=by.id,
        acting_for=by.agency,
        purpose=purpose,
        policy=partnership().hash,
        outcome="refused",
        ids=[row.id, *row.locations],
        detail={"what": what, "recipient": recipient.kind, "found": row.found[:50]},
    )
    for tell in TELL:
        tell(stopped, recipient, by)
    return stopped


# --- the person who is told ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Stop:
    """A stopped release as somebody who decides about it sees it: masked words, never the value."""

    id: UUID
    at: datetime
    by: str
    acting_for: str
    recipient: str
    what: str
    found: tuple[tuple[str, str], ...]  # kind, how
    hits: tuple[Hit, ...]
    answers: tuple[tuple[str, datetime, str, str], ...]  # answer, when, by, why

    @property
    def answered(self) -> bool:
        return bool(self.answers)


def _may_answer(by: Actor) -> None:
    decision = may(by, "answer-stopped-release", partnership())
    if not decision:
        raise Refused(decision)


def _mine(by: Actor) -> Any:
    """The stops that somebody may look at: their agency's own; everybody's for who answers for the whole."""
    rows = StoppedRelease.objects.order_by("-at", "id")
    role = partnership().role.get(by.role)
    return rows if role and "review-ledger" in role.may else rows.filter(acting_for=by.agency)


def stops(by: Actor, *, waiting: bool = True, limit: int = 100) -> list[Stop]:
    """Stopped releases, newest first, without the words: those that wait for an answer, or all."""
    _may_answer(by)
    rows = _mine(by)
    if waiting:
        rows = rows.exclude(id__in=StopAnswered.objects.values("stopped_id"))
    return [_shown(row, (), ()) for row in rows[:limit]]


def stop(id: UUID, *, by: Actor) -> Stop:
    """One stopped release with where each hit stood; on the record. Raises Missing, Refused."""
    _may_answer(by)
    row = _mine(by).filter(id=id).first()
    if row is None:
        raise Missing
    keyring = Keyring()
    keyring.fetch_for([bytes(row.body)])
    try:
        told = keyring.open(bytes(row.body), f"stopped|{row.id}")
    except CannotOpen:
        told = []
    answers = []
    for one in StopAnswered.objects.filter(stopped=row).order_by("at"):
        keyring.fetch_for([bytes(one.because or b"")])
        try:
            why = keyring.open_bytes(bytes(one.because), f"answered|{one.id}").decode() if one.because else ""
        except CannotOpen:
            why = ""
        answers.append((one.answer, one.at, one.by, why))
    write(kind="read", verb="view-stopped-release", actor=by.id, acting_for=by.agency, purpose="safeguarding",
          policy=partnership().hash, outcome="allowed", ids=[row.id])  # fmt: skip
    return _shown(row, tuple(Hit(h["kind"], h["how"], h["where"], h["excerpt"]) for h in told), tuple(answers))


def _shown(row: StoppedRelease, hits: tuple[Hit, ...], answers: tuple[tuple[str, datetime, str, str], ...]) -> Stop:
    found = tuple((kind, how) for kind, how in row.found)
    return Stop(row.id, row.at, row.by, row.acting_for, row.recipient, row.what, found, hits, answers)


@transaction.atomic
def answer_stop(id: UUID, *, answer: str, because: str, by: Actor) -> None:
    """Says what becomes of a stopped release. `false-alarm` lets this very bundle go to this very recipient for a day, and
    takes somebody else than who sent it. Raises Refused, Missing, Invalid, Conflict."""
    _may_answer(by)
    row = _mine(by).filter(id=id).first()
    if row is None:
        raise Missing
    faults = []
    if answer not in ANSWERS:
        faults.append(Fault(path="answer", found=answer, expected=", ".join(ANSWERS)))
    if len(because.strip()) < FEWEST_WORDS:
        faults.append(Fault(path="because", expected=f"why, in at least {FEWEST_WORDS} characters"))
    if faults:
        raise Invalid(faults)
    if answer == "false-alarm" and same_person(by.id, row.by):
        sentence = "You were sending it: a second worker says whether it may go."
        raise Refused(Decision(False, "second-person-needed", sentence))
    if StopAnswered.objects.filter(stopped=row).exists():
        raise Conflict("Somebody has already answered this. Nothing was changed.")
    keyring = Keyring()
    keyring.fetch_for([bytes(row.body)])
    made = StopAnswered(id=uuid4(), stopped=row, at=now(), by=by.id, answer=answer)
    keys = [key for key in key_ids(bytes(row.body)) if keyring.has(key)]
    made.because = keyring.seal(because.strip().encode(), keys, f"answered|{made.id}") if keys else None
    made.save(force_insert=True)
    write(kind="change", verb="answer-stopped-release", actor=by.id, acting_for=by.agency, purpose="safeguarding",
          policy=partnership().hash, ids=[row.id], detail={"answer": answer})  # fmt: skip


def values_from(recipient: Recipient) -> list[Value]:
    """The values of those near a recipient that are protected from them: for whoever makes something for them and takes
    these out beforehand (`Scanner(values).redacted(text)`). They never leave."""
    if not anything_protected():
        return []
    near, _ = _from(recipient)
    return list(open_values(near, Keyring()).values())
