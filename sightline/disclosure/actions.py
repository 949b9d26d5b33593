"""Preparing a pack, taking out by hand, and a second person's release through the gate."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from datetime import time as clock_time
from typing import Any
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction

from sightline.agencies.one_person import same_person
from sightline.agencies.queries import partnership
from sightline.agencies.rules import may
from sightline.agencies.types import Actor
from sightline.chronology.actions import versions_of, write_here
from sightline.definition.nearest import nearest
from sightline.definition.outcomes import Conflict, Decision, Invalid, Missing, Refused
from sightline.definition.types import Fault, Partnership, Recipient
from sightline.disclosure import documents, rules
from sightline.disclosure.gathering import Gathered, gather, outside
from sightline.disclosure.models import Pack as PackRow
from sightline.disclosure.models import PackFile, PackStep
from sightline.disclosure.queries import newest
from sightline.disclosure.queries import pack as _pack
from sightline.disclosure.sharing_decisions import decide_sharing
from sightline.disclosure.types import Left, Line, Marked, Pack, To
from sightline.identity.queries import identities_of, rows_by_id
from sightline.identity.release import gate
from sightline.ledger.actions import write
from sightline.sharing.reading import reading
from sightline.sharing.release import Artefact
from sightline.sharing.standing import trusted
from sightline.timescales.london import at, local_day
from sightline.timescales.moment import now
from sightline.timescales.spans import parse_span
from sightline.vault.actions import Keyring

__all__ = ["decide_sharing", "mark", "prepare_pack", "reject_pack", "release_pack", "unmark", "withdraw_pack"]

PREPARE, RELEASE, CONFIRM = "prepare-pack", "release-pack", "confirm"
REQUEST, RELEASED = "subject-access-request", "disclosure-pack"
BEGINS = clock_time(0, 0)  # a day without an hour: as entries keep it


def _permitted(by: Actor, *either: str) -> None:
    answers = [may(by, one, partnership()) for one in either]
    if not any(answers):
        raise Refused(answers[0])


def _checked(
    definition: Partnership, kind: str, to: To, purpose: str, checks: Iterable[str], asked_on: str
) -> Recipient:
    """The declared recipient, where kind, purpose and checks fit it. Raises Invalid with every fault."""
    recipient, faults = definition.recipient.get(to.kind), []
    if recipient is None:
        known = definition.recipient
        raise Invalid(
            [Fault(path="recipient", found=to.kind, expected="a kind of recipient", nearest=nearest(to.kind, known))]
        )
    if kind not in recipient.kinds:
        faults.append(
            Fault(path="kind", found=kind, expected=f"one of {', '.join(recipient.kinds)} for {recipient.title}")
        )
    if purpose not in recipient.for_:
        near = nearest(purpose, recipient.for_)
        faults.append(
            Fault(path="purpose", found=purpose, expected=f"one of {', '.join(recipient.for_)}", nearest=near)
        )
    if not to.name.strip():
        faults.append(Fault(path="name", expected="who it is for, as it stands on every page", code="needed"))
    for check in checks:
        if check not in recipient.checks:
            faults.append(Fault(path="checks", found=check, expected=f"of {', '.join(recipient.checks) or 'none'}"))
    if asked_on:
        try:
            if date.fromisoformat(asked_on) > local_day(now()):
                faults.append(Fault(path="asked-on", found=asked_on, expected="a day that is not still to come"))
        except ValueError:
            faults.append(Fault(path="asked-on", found=asked_on, expected="a day such as 2026-11-03"))
    if faults:
        raise Invalid(faults)
    return recipient


@transaction.atomic
def prepare_pack(
    *,
    kind: str,
    about: UUID,
    to: To,
    purpose: str,
    by: Actor,
    checks: Iterable[str] = (),
    asked_on: str = "",
    beside: Mapping[str, str] | None = None,
) -> UUID:
    """Puts a pack together about a person, of what its preparer may see, for a recipient. Nothing leaves by it.

    `checks`: codes of `pack-check` that the preparer answers for; all of the recipient's before it is released. `asked_on`:
    the day of a request for what is held, from which the month runs. `beside`: agreement, family told and why, as fields
    of a sharing decision. Returns the pack's id. Raises Refused, Invalid, Missing.
    """
    definition = partnership()
    _permitted(by, PREPARE, RELEASE)
    checks, given = tuple(dict.fromkeys(checks)), {k: v for k, v in (beside or {}).items() if v}
    recipient = _checked(definition, kind, to, purpose, checks, asked_on)
    answer, flagged = rules.judge(
        rules.share_for(definition, purpose), {"decision": "share", "basis": "; ".join(recipient.basis), **given}
    )
    if not answer and answer.reason_code != "rationale-missing":  # why is said by the purpose, and by whoever asks
        raise Refused(answer)
    first = uuid4()
    with reading(by, "safeguarding", about="prepare-pack") as opened:
        opened.detail |= {"pack": str(first), "recipient": to.kind, "for": purpose}
        gathered = gather(opened, about, to, recipient)
        asked = asked_on or (local_day(now()).isoformat() if kind == "subject-access" else "")
        held = {
            "to": to.as_dict(),
            "checks": list(checks),
            "asked_on": asked,
            "due": _due(recipient, asked),
            "beside": given,
            "flagged": [code for code in flagged if code != "rationale-missing"],
            "marks": [],
            "request": str(_request(definition, about, to, asked, checks, by=by)) if kind == "subject-access" else "",
        }
        _write_version(first, 1, kind, about, to, purpose, gathered, held, by=by, keyring=opened.keyring)
    return first


def _due(recipient: Recipient, asked: str) -> str:
    if not recipient.within or not asked:
        return ""
    return local_day(parse_span(recipient.within).due(at(date.fromisoformat(asked), BEGINS))).isoformat()


def _write_version(
    first: UUID,
    version: int,
    kind: str,
    person: UUID,
    to: To,
    purpose: str,
    gathered: Gathered,
    held: dict[str, Any],
    *,
    by: Actor,
    keyring: Keyring,
) -> None:
    definition, moment = partnership(), now()
    keys = _keys(gathered.identities, keyring)
    digest = rules.digest(gathered.lines, to.kind, to.name, purpose, gathered.about)
    row = PackRow(
        id=first if version == 1 else uuid4(),
        first=first,
        version=version,
        kind=kind,
        recipient=to.kind,
        purpose=purpose,
        person=person,
        identities=[str(i) for i in gathered.identities],
        agency=by.agency,
        by=by.id,
        at=moment,
        as_of=moment,
        handling=gathered.handling[:120],
        definition=definition.hash,
        digest=digest,
    )
    body = {
        **held,
        "about": gathered.about,
        "lines": [line.as_dict() for line in gathered.lines],
        "everybody": [str(p) for p in gathered.everybody],
    }
    row.body = keyring.seal(body, keys, f"pack|{row.id}")
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict("Somebody changed this pack meanwhile. Look at it as it stands now.") from error
    states = [line.state for line in gathered.lines]
    write(
        kind="change",
        verb="prepare-pack" if version == 1 else "change-pack",
        actor=by.id,
        acting_for=by.agency,
        purpose=purpose,
        policy=definition.hash,
        ids=[first],
        detail={
            "kind": kind,
            "recipient": to.kind,
            "version": version,
            "digest": digest,
            "lines": {state: states.count(state) for state in dict.fromkeys(states)},
        },
    )


def _keys(identities: Sequence[UUID], keyring: Keyring) -> list[UUID]:
    """The keys of the person whom it is about; who was erased has none. Raises Missing where nothing is left."""
    rows = rows_by_id(identities).values()
    keyring.fetch(row.key for row in rows)
    keys = list(dict.fromkeys(row.key for row in rows if keyring.has(row.key)))
    if not keys:
        raise Missing
    return keys


def _entry(
    definition: Partnership,
    record: str,
    identities: Sequence[UUID],
    fields: dict[str, str],
    day: str = "",
    *,
    by: Actor,
    agency: str = "",
) -> UUID:
    """Writes that something was asked for, or left, on the chronology of whom it is about."""
    rows = list(rows_by_id(identities).values())
    return write_here(
        record=record,
        fields={name: value for name, value in fields.items() if value},
        identities=[row.id for row in rows],
        keys=[row.key for row in rows],
        by=by,
        definition=definition,
        role="subject",
        agency=agency,
        happened=at(date.fromisoformat(day), BEGINS) if day else None,
        precision="day" if day else "minute",
    )


def _request(definition: Partnership, about: UUID, to: To, asked: str, checks: Sequence[str], *, by: Actor) -> UUID:
    fields = {
        "asked-by": to.name,
        "recipient-kind": to.kind,
        "identity-checked": "yes" if "identity" in checks else "no",
    }
    made = _entry(definition, REQUEST, [row.id for row in identities_of(about)], fields, asked, by=by)
    write(kind="change", verb="subject-access-request", actor=by.id, acting_for=by.agency, purpose="subject-access",
          policy=definition.hash, ids=[made])  # fmt: skip
    return made


# --- taking out by hand -----------------------------------------------------------------------------------------------


@trusted("change-pack")
def mark(
    *, pack: UUID, entry: UUID, because: str, by: Actor, words: str = "", why: str = "", at_version: int = 0
) -> None:
    """Takes out a whole line (no `words`), or words of it, for a reason of `withheld`: a new version of the pack. What the
    rules have taken out nobody puts back. Raises Refused, Invalid, Missing, Conflict."""
    definition = partnership()
    codes = definition.codes["withheld"].codes
    if because not in codes:
        raise Invalid(
            [Fault(path="because", found=because, expected="a code of withheld", nearest=nearest(because, codes))]
        )

    def changed(held: list[Marked], lines: Sequence[Line]) -> list[Marked]:
        line = next((line for line in lines if line.first == entry), None)
        if line is None:
            raise Missing
        said = " ".join(" ".join(part.words.split()).casefold() for part in line.parts)
        if words and " ".join(words.split()).casefold() not in said:
            raise Invalid([Fault(path="words", expected="words that stand in this line as you see it")])
        return [*held, Marked(entry, because, words.strip(), why.strip(), by.id)]

    _change(pack, changed, at_version, by=by)


@trusted("change-pack")
def unmark(*, pack: UUID, entry: UUID, by: Actor, at_version: int = 0) -> None:
    """Takes back what was taken out of a line by hand."""
    _change(pack, lambda held, _: [m for m in held if m.entry != entry], at_version, by=by)


@transaction.atomic
def _change(first: UUID, how: Any, at_version: int, *, by: Actor) -> None:
    _permitted(by, PREPARE, RELEASE)
    with reading(by, "safeguarding", about="change-pack") as opened:
        stands = _pack(opened, first)
        if stands.by != by.id:
            raise Refused(
                Decision(False, "not-permitted", "Whoever prepared the pack changes it; ring them, or turn it down.")
            )
        _open_to_change(stands)
        if at_version and at_version != stands.version:
            raise Conflict("This pack was changed since you opened it. Look at it as it stands now.")
        marks = how(list(stands.marks), stands.lines)
        recipient = partnership().recipient[stands.to.kind]
        gathered = gather(opened, stands.person, stands.to, recipient, marks)
        held = {
            "to": stands.to.as_dict(),
            "checks": list(stands.checks),
            "asked_on": stands.asked_on,
            "due": stands.due,
            "beside": stands.beside,
            "flagged": list(stands.flagged),
            "request": stands.request,
            "marks": [
                {"entry": str(m.entry), "because": m.because, "words": m.words, "why": m.why, "by": m.by} for m in marks
            ],
        }
        _write_version(
            first, stands.version + 1, stands.kind, stands.person, stands.to, stands.purpose, gathered, held,
            by=by, keyring=opened.keyring,
        )  # fmt: skip


def _open_to_change(stands: Pack) -> None:
    if stands.state in ("released", "withdrawn", "erased"):
        raise Refused(Decision(False, "already-decided", f"This pack is {stands.state}. Prepare another."))


# --- releasing --------------------------------------------------------------------------------------------------------


def release_pack(*, pack: UUID, by: Actor, seen: str = "") -> Left:
    """A second person lets a pack go. `seen`: the digest of what they read.

    It is looked at once more: that nothing in it was corrected meanwhile, that every check is answered for, and, by the
    release gate, that no protected value stands in the very files. A hit stops it, and a person is told. Raises Refused
    (`second-person-needed`, `protected`, `out-of-date`, `checks-outstanding`, `already-decided`), Missing, Conflict.

    Not one transaction: what the gate stops stays on the record.
    """
    first = pack
    _permitted(by, RELEASE, CONFIRM)
    with reading(by, "safeguarding", about="release-pack") as opened:
        stands = _pack(opened, first)
        _second(stands, by)
        _open_to_change(stands)
        if seen and seen != stands.digest:
            raise Conflict("This pack was changed since you read it. Read it as it stands now.")
        _still_true(stands)
        recipient = partnership().recipient[stands.to.kind]
        lacking = [check for check in recipient.checks if check not in stands.checks]
        if lacking:
            raise Refused(Decision(False, "checks-outstanding", "Not everything is checked that this recipient needs."))
        files = documents.files(partnership(), stands, released_by=by.name, at=now())
    released = gate(
        recipient=outside(stands.to, stands.everybody),
        artefacts=[*(Artefact(content, name=name, kind=kind) for kind, (name, content) in files.items()),
                   *documents.texts(stands)],
        by=by,
        what="pack",
        purpose=stands.purpose,
    )  # fmt: skip
    if not released:
        with transaction.atomic():
            _step(stands, "stopped", by=by, code="protected")
        raise Refused(
            Decision(False, "protected", "A protected detail stands in this pack. It was stopped; take it out first.")
        )
    return _leave(stands, files, by=by)


def _second(stands: Pack, by: Actor) -> None:
    """Whoever had a hand in it does not release it."""
    hands = set(PackRow.objects.filter(first=stands.first).values_list("by", flat=True))
    if same_person(by.id, *hands):
        raise Refused(
            Decision(False, "second-person-needed", "You prepared this pack. A second person reads it and lets it go.")
        )


def _still_true(stands: Pack) -> None:
    """Raises Refused where a record in it was corrected, or whom it is about is now somebody else."""
    row = newest(stands.first)
    moved = {str(one.id) for one in identities_of(stands.person)} != set(row.identities)
    corrected = any(versions_of(line.first)[-1:] != [line.entry] for line in stands.lines)
    if moved or corrected:
        what = "who this is about has changed" if moved else "a record in it was corrected"
        raise Refused(Decision(False, "out-of-date", f"Since it was prepared, {what}. Prepare it again."))


@transaction.atomic
def _leave(stands: Pack, files: Mapping[str, tuple[str, bytes]], *, by: Actor) -> Left:
    definition, keyring = partnership(), Keyring()
    identities = [UUID(one) for one in newest(stands.first).identities]
    keys = _keys(identities, keyring)
    digests = {format: documents.sha256(content) for format, (_, content) in files.items()}
    try:
        with transaction.atomic():
            _step(stands, "released", by=by, digest=stands.digest)
    except IntegrityError as error:
        raise Conflict("Somebody has let this pack go already. Nothing was changed.") from error
    for format, (_, content) in files.items():
        row = PackFile(
            id=uuid4(), pack=stands.first, format=format, digest=digests[format], size=len(content), at=now()
        )
        row.body = keyring.seal(content, keys, f"pack-file|{row.id}")
        row.save(force_insert=True)
    fields = {
        "kind": stands.kind,
        "recipient": stands.to.name,
        "recipient-kind": stands.to.kind,
        "purpose": stands.purpose,
        **{state: str(n) for state, n in stands.counts.items()},
        "digest": digests.get("pdf") or digests["csv"],
        "released-by": by.name,
        "pack": str(stands.first),
    }
    made = _entry(definition, RELEASED, identities, fields, by=by, agency=stands.agency)
    write(
        kind="change",
        verb="release-pack",
        actor=by.id,
        acting_for=by.agency,
        purpose=stands.purpose,
        basis=",".join(definition.recipient[stands.to.kind].basis)[:120],
        policy=definition.hash,
        ids=[stands.first, made],
        detail={"recipient": stands.to.kind, "files": digests, "digest": stands.digest, "lines": stands.counts,
                "prepared-by": stands.by},
    )  # fmt: skip
    return Left(digests, made)


@trusted("reject-pack")
@transaction.atomic
def reject_pack(*, pack: UUID, because: str, by: Actor) -> None:
    """A second person does not let it go, and says why. Raises Refused, Missing, Invalid."""
    first = pack
    _permitted(by, RELEASE, CONFIRM)
    if len(because.strip()) < rules.SHORTEST:
        raise Invalid([Fault(path="because", expected="why, in a sentence")])
    with reading(by, "safeguarding", about="reject-pack") as opened:
        stands = _pack(opened, first)
    _second(stands, by)
    _open_to_change(stands)
    _step(stands, "rejected", by=by, says=because.strip())
    _told(stands, "reject-pack", by)


@trusted("withdraw-pack")
@transaction.atomic
def withdraw_pack(*, pack: UUID, by: Actor) -> None:
    """Whoever prepared it takes it back. Raises Refused, Missing."""
    with reading(by, "safeguarding", about="withdraw-pack") as opened:
        stands = _pack(opened, pack)
    if stands.by != by.id:
        raise Refused(Decision(False, "not-permitted", "Whoever prepared the pack takes it back."))
    _open_to_change(stands)
    _step(stands, "withdrawn", by=by)
    _told(stands, "withdraw-pack", by)


def _told(stands: Pack, verb: str, by: Actor) -> None:
    write(kind="change", verb=verb, actor=by.id, acting_for=by.agency, purpose=stands.purpose, ids=[stands.first],
          policy=partnership().hash, detail={"version": stands.version})  # fmt: skip


def _step(stands: Pack, step: str, *, by: Actor, code: str = "", digest: str = "", says: str = "") -> None:
    row = PackStep(
        id=uuid4(), pack=stands.first, version=stands.version, step=step, at=now(), by=by.id, code=code, digest=digest
    )
    if says:
        keyring = Keyring()
        keys = _keys([UUID(one) for one in newest(stands.first).identities], keyring)
        row.says = keyring.seal(says, keys, f"pack-step|{row.id}")
    row.save(force_insert=True)
