"""How somebody may safely be reached: per channel, dated, by whose word. Nobody having said so means no."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction

from sightline.agencies.queries import partnership
from sightline.agencies.rules import may
from sightline.agencies.types import Actor
from sightline.definition.outcomes import Invalid, Missing, Refused
from sightline.definition.types import Fault
from sightline.identity.locations import veiling
from sightline.identity.locations.near import circle
from sightline.identity.models import SafeContact, SourceIdentity, Version
from sightline.identity.queries import seen
from sightline.intake.types import Details
from sightline.ledger.actions import write
from sightline.sharing.reading import Reading
from sightline.sharing.release.folding import folded
from sightline.sharing.release.values import national
from sightline.sharing.types import Level
from sightline.timescales.moment import now
from sightline.vault.actions import CannotOpen, Keyring
from sightline.vault.asking import Question

CHANNELS = {
    "phone": "Telephone",
    "voicemail": "Voicemail",
    "text": "Text message",
    "letter": "Letter",
    "e-mail": "E-mail",
}
REACHES = {"phone": "phone", "voicemail": "phone", "text": "phone", "letter": "address", "e-mail": "email"}
NOBODY = "Nobody has said that this is safe. Do not use it."
_SAID = Question(lambda identities: SafeContact.objects.filter(identity_id__among=identities).order_by("at", "id"))
CHANGED = "It was said of another number or address than is held now. Do not use it until somebody has asked again."


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether a channel may be used for somebody. Truthiness is the answer."""

    safe: bool
    channel: str
    code: str  # said | said-no | nobody-said | changed
    sentence: str
    at: datetime | None = None
    said_by: str = ""  # whose word it is: the person, a worker
    note: str = ""  # when and how: "weekdays before three; who answers; the code word"
    of: str = ""  # the number or address of which it was said

    def __bool__(self) -> bool:
        return self.safe


@transaction.atomic
def say_safe(
    *,
    person: UUID,
    channel: str,
    safe: bool,
    said_by: str,
    by: Actor,
    note: str = "",
    of: str = "",
    identity: UUID | None = None,
) -> UUID:
    """Puts on record that somebody may, or may not, be reached by a channel: by whose word, and of which number or
    address. Raises Refused without the right to record, Missing, Invalid."""
    decision = may(by, "record-entry", partnership())
    if not decision:
        raise Refused(decision)
    rows = list(SourceIdentity.objects.filter(person=person).order_by("made_at"))
    chosen = next((row for row in rows if identity in (None, row.id)), None)
    if chosen is None or not _may_know(by, person):
        raise Missing
    faults = []
    if channel not in CHANNELS:
        faults.append(Fault(path="channel", found=channel, expected=", ".join(CHANNELS)))
    if not said_by.strip():
        faults.append(Fault(path="said_by", expected="who said so", code="needed"))
    if safe and not of.strip():
        faults.append(Fault(path="of", expected="the number or address that is safe", code="needed"))
    if faults:
        raise Invalid(faults)
    keyring = Keyring()
    keyring.fetch([chosen.key])
    row = SafeContact(id=uuid4(), identity=chosen, channel=channel, safe=safe, at=now(), by=by.id)
    told = {"said_by": said_by.strip(), "note": note.strip(), "of": of.strip()}
    row.body = keyring.seal(told, [chosen.key], f"safe-contact|{row.id}")
    row.save(force_insert=True)
    write(
        kind="change",
        verb="say-safe-contact",
        actor=by.id,
        acting_for=by.agency,
        purpose="safeguarding",
        policy=partnership().hash,
        ids=[row.id, chosen.id],
        detail={"channel": channel, "safe": safe},
    )
    return row.id


def _may_know(by: Actor, person: UUID) -> bool:
    """Whether somebody sees this person, or a child of the family: a child's worker says how the mother is reached."""
    rows = list(SourceIdentity.objects.filter(person__among=circle({person})))
    sights = {} if by.machine else seen(Reading(by, "safeguarding"), rows)
    return by.machine or any(sight.level >= Level.HEADLINE for sight in sights.values())


def safe_to_contact(person: UUID, channel: str) -> Answer:
    """Whether somebody may be reached by a channel now. Default no.

    Each sender's latest word counts, and one no is a no. A yes holds only for the number or address of which it was said,
    and only while that is what is held: a letter with the new address that goes to the old one is how people are found.
    For verbs that send; a page shows `answers`.
    """
    rows = list(SourceIdentity.objects.filter(person=person))
    return _answer(rows, channel, _said(rows), Keyring())


def answers(reading: Reading, rows: list[SourceIdentity]) -> list[Answer]:
    """The answer for every channel, for whoever sees these source identities in full."""
    sights = seen(reading, rows)
    visible = [row for row in rows if row.id in sights and sights[row.id].level is Level.FULL]
    veil = veiling.of(reading, {row.person for row in visible})
    said = _said(visible)
    found = [_answer(visible, channel, said, reading.keyring) for channel in CHANNELS] if visible else []
    return [replace(one, of=veil.words(one.of), note=veil.words(one.note)) for one in found]


def _said(rows: list[SourceIdentity]) -> list[SafeContact]:
    """What anybody said of any channel of theirs, the oldest first. One query."""
    return _SAID.rows([row.id for row in rows])


def _answer(rows: list[SourceIdentity], channel: str, said: list[SafeContact], keyring: Keyring) -> Answer:
    no = Answer(False, channel, "nobody-said", NOBODY)
    latest = {one.identity_id: one for one in said if one.channel == channel}
    if not latest:
        return no
    keyring.fetch(row.key for row in rows)
    found = []
    for one in sorted(latest.values(), key=lambda one: one.at):
        try:
            told = keyring.open(bytes(one.body), f"safe-contact|{one.id}")
        except CannotOpen:
            continue
        found.append((one, told))
    refusals = [(one, told) for one, told in found if not one.safe]
    if refusals:
        one, told = refusals[-1]
        return Answer(
            False,
            channel,
            "said-no",
            f"Not safe: {told['said_by']} said so. Do not use it.",
            one.at,
            told["said_by"],
            told["note"],
        )
    if not found:
        return no
    one, told = found[-1]
    if not _still_held(rows, channel, told["of"], keyring):
        return Answer(False, channel, "changed", CHANGED, one.at, told["said_by"], told["note"])
    return Answer(
        True, channel, "said", f"Safe: {told['said_by']} said so.", one.at, told["said_by"], told["note"], told["of"]
    )


def _still_held(rows: list[SourceIdentity], channel: str, of: str, keyring: Keyring) -> bool:
    """Whether the number or address of which it was said is still the last that each sender who gives one holds. Where
    nobody holds any, it stands as said."""
    latest: dict[UUID, Version] = {}
    versions = Version.objects.filter(identity_id__among=[row.id for row in rows]).order_by("known_at", "recorded_at")
    for version in versions:
        latest[version.identity_id] = version
    held = []
    for version in latest.values():
        try:
            details = Details.from_dict(keyring.open(bytes(version.body), f"identity|{version.id}"))
        except CannotOpen:
            continue
        if value := _held(details, REACHES[channel]):
            held.append((version.known_at, value))
    if not held:
        return True
    return _alike(of, max(held)[1], REACHES[channel])


def _held(details: Details, what: str) -> str:
    if what == "address":
        return ", ".join((*details.lines, details.postcode) if details.postcode else details.lines)
    return details.phone if what == "phone" else details.email


def _alike(one: str, other: str, what: str) -> bool:
    if what == "phone":
        return national(one) == national(other)
    a, b = folded(one).canon, folded(other).canon
    return a == b or bool(a and b) and (a in b or b in a)
