"""What somebody needs a second person for: who asks, of what, why (sealed), and what the second person said."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction

from sightline.agencies.types import Actor
from sightline.definition.outcomes import Conflict, Missing
from sightline.messages.models import Ask, AskAnswer
from sightline.timescales.moment import now
from sightline.vault.actions import CannotOpen, Keyring

SCOPE = "second-person"  # of the keys under which the words are sealed
RECORD, LOCATION, TAKE_OVER = "record", "location", "take-over"


@dataclass(frozen=True, slots=True)
class Asked:
    """Something that a second person was asked to agree to, and what they said."""

    id: UUID
    what: str  # record | location | take-over
    subject: UUID
    person: UUID  # a source identity of the child
    by: str
    agency: str
    at: datetime
    until: datetime
    words: str
    agreed: bool | None = None  # None: nobody has answered
    answered_by: str = ""
    answered_at: datetime | None = None
    answer: str = ""

    def open(self, moment: datetime) -> bool:
        """Whether it can still be agreed to."""
        return self.agreed is None and moment < self.until


def ask(*, what: str, subject: UUID, person: UUID, words: str, until: datetime, by: Actor) -> UUID:
    """Keeps what is asked, in the caller's transaction, with its reason sealed. Returns its id."""
    made, keyring = uuid4(), Keyring()
    key = keyring.make(SCOPE)
    sealed = keyring.seal(words, [key], f"ask|{made}")
    keyring.save()
    Ask.objects.create(
        id=made,
        what=what,
        subject=subject,
        person=person,
        by=by.id,
        agency=by.agency,
        at=now(),
        until=until,
        key=key,
        words=sealed,
    )
    return made


def answer(*, ask: UUID, agreed: bool, words: str, by: Actor) -> None:
    """Keeps what the second person said, in the caller's transaction. Raises Conflict where somebody has answered."""
    made, keyring = uuid4(), Keyring()
    key = keyring.make(SCOPE)
    sealed = keyring.seal(words, [key], f"answer|{made}")
    keyring.save()
    try:
        with transaction.atomic():
            AskAnswer.objects.create(
                id=made, ask_id=ask, agreed=agreed, by=by.id, agency=by.agency, at=now(), key=key, words=sealed
            )
    except IntegrityError as error:  # a second person has answered already
        raise Conflict("Somebody has answered already. Nothing was changed.") from error


def asked(id: UUID) -> Asked:
    """What was asked, before anybody's right to see it: for the stage above, which decides. Raises Missing."""
    row = Ask.objects.filter(id=id).first()
    if row is None:
        raise Missing
    return _asked(row)


def asked_by(worker: str, since: datetime) -> list[Asked]:
    """What one worker has asked since a moment, the last first."""
    return [_asked(row) for row in Ask.objects.filter(by=worker, at__gte=since).order_by("-at", "id")]


def waiting(moment: datetime) -> list[Asked]:
    """What can still be agreed to, the oldest first."""
    return [_asked(row) for row in Ask.objects.filter(until__gt=moment, answer=None).order_by("at", "id")]


def forget(identities: Iterable[UUID]) -> list[UUID]:
    """The keys of everything that was asked and answered about these source identities: destroyed, their words are gone."""
    rows = Ask.objects.filter(person__in=list(identities))
    answers = AskAnswer.objects.filter(ask__in=rows).values_list("key", flat=True)
    return [*rows.values_list("key", flat=True), *answers]


def _asked(row: Ask) -> Asked:
    said = AskAnswer.objects.filter(ask=row).first()
    keyring = Keyring()
    keyring.fetch([row.key, *([said.key] if said else [])])
    return Asked(
        row.id,
        row.what,
        row.subject,
        row.person,
        row.by,
        row.agency,
        row.at,
        row.until,
        _words(keyring, bytes(row.words), f"ask|{row.id}"),
        *((said.agreed, said.by, said.at, _words(keyring, bytes(said.words), f"answer|{said.id}")) if said else ()),
    )


def _words(keyring: Keyring, sealed: bytes, bound_to: str) -> str:
    try:
        return str(keyring.open(sealed, bound_to))
    except CannotOpen:
        return ""
