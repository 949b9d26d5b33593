"""Following a thing through the stages, by ids: for stages above, which say what became of what was sent."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Q

from sightline.agencies.queries import agencies
from sightline.chronology.actions import versions_of
from sightline.chronology.models import Entry, Part
from sightline.chronology.queries import label_of
from sightline.chronology.rules import is_history
from sightline.definition.types import Partnership
from sightline.sharing.reading import Reading
from sightline.sharing.types import Level
from sightline.vault.actions import CannotOpen, Keyring
from sightline.vault.asking import Question


@dataclass(frozen=True, slots=True)
class Standing:
    """The version of a record that stands, for whoever writes the next one."""

    id: UUID
    first: UUID
    record: str
    agency: str
    happened: datetime
    until: datetime | None
    precision: str
    body: dict[str, Any]
    people: tuple[tuple[UUID, tuple[str, ...]], ...]  # source identities with their roles, in the order of the record


_FIRST_OF = Question(lambda item: Entry.objects.filter(item=item).order_by("id")[:1], "first")
_PEOPLE = Question(lambda entry: Part.objects.filter(entry_id=entry).order_by("id"), "identity_id", "role")


def first_of(item: UUID) -> UUID | None:
    """The record (its first version) that an arrived item became, or is a version of."""
    return next((first for (first,) in _FIRST_OF(item)), None)


def people_of(entry: UUID) -> tuple[tuple[UUID, tuple[str, ...]], ...]:
    """The source identities on a version with their roles, in the order in which they were sent."""
    found: dict[UUID, list[str]] = {}
    for identity, role in _PEOPLE(entry):
        found.setdefault(identity, []).append(role)
    return tuple((identity, tuple(roles)) for identity, roles in found.items())


def on_others(identities: Collection[UUID], first: UUID) -> set[UUID]:
    """Which of these source identities stand, or once stood, on another record than this."""
    rows = Part.objects.filter(identity_id__among=list(identities)).exclude(entry__first=first)
    return set(rows.values_list("identity_id", flat=True))


def standing(first: UUID, keyring: Keyring) -> Standing | None:
    """What stands, opened with the caller's keys: nothing of it is shown to anybody, the next version is made of it.
    None where nothing stands, or its content was erased.
    """
    versions = versions_of(first)
    if not versions:
        return None
    entry = Entry.objects.get(id=versions[-1])
    keyring.fetch_for([bytes(entry.body)])
    try:
        body = keyring.open(bytes(entry.body), f"entry|{entry.id}")
    except CannotOpen:
        return None
    return Standing(
        entry.id,
        entry.first,
        entry.record,
        entry.agency,
        entry.happened,
        entry.until,
        entry.precision,
        body,
        people_of(entry.id),
    )


@dataclass(frozen=True, slots=True)
class Stood:
    """A record as it stands, without its words: who is on it, and when it happened."""

    record: str
    agency: str
    happened: datetime
    known_at: datetime
    stated: bool
    people: tuple[tuple[UUID, tuple[str, ...]], ...]


def stood(reading: Reading, first: UUID) -> Stood | None:
    """What stands of a record, for a machine that may read it in full: no words. None where it is not there for it."""
    entry = Entry.objects.filter(first=first).order_by("known_at", "recorded_at").defer("body").last()
    if entry is None:
        return None
    people = people_of(entry.id)
    known = reading.agencies
    kind = known[entry.agency].kind if entry.agency in known else ""
    sight = reading.see(label_of(entry, kind, [identity for identity, _ in people], sealed=False))
    if sight.level is not Level.FULL:
        return None
    reading.note(entry.id, sight)
    return Stood(entry.record, entry.agency, entry.happened, entry.known_at, entry.stated, people)


LONGEST_WAIT = timedelta(days=90)  # for a person, in quarantine


def arrived_between(
    records: Collection[str], since: datetime, until: datetime, known_after: datetime
) -> list[tuple[UUID, UUID, str, str]]:
    """What of these record types was taken here after `since` and up to `until`, however late, but for what came as history:
    with a day's delay at least, and known before `known_after`. (first version, the version, record, agency), the first known
    first. Ids and codes alone, for stages above."""
    rows = Entry.objects.filter(
        Q(known_at__gt=known_after) | Q(stated=False),  # what waited for a person here came in time
        record__in=list(records),
        recorded_at__gt=since,
        recorded_at__lte=until,
        known_at__gt=until - LONGEST_WAIT,
        routine=False,
    )
    found: dict[UUID, tuple[UUID, UUID, str, str]] = {}
    for id, first, record, agency in rows.order_by("known_at", "id").values_list("id", "first", "record", "agency"):
        found[first] = first, id, record, agency
    return list(found.values())


class Before(NamedTuple):
    """What earlier versions of a record were: whether one reached the front door, could not wait, and came as no history."""

    queued: bool = False
    urgent: bool = False
    current: bool = False


def stood_before(versions: Mapping[UUID, UUID], partnership: Partnership) -> dict[UUID, Before]:
    """What these records ({first version: the version that is no longer counted}) were before. One query. For stages above."""
    rows = Entry.objects.filter(first__in=list(versions)).exclude(id__in=list(versions.values())).order_by().defer("body")
    found: dict[UUID, Before] = {}
    for row in rows:
        was, current = found.get(row.first, Before()), not _is_history(row, partnership)
        found[row.first] = Before(was.queued or row.queued, was.urgent or row.urgent, was.current or current)
    return found


@dataclass(frozen=True, slots=True)
class Pointed:
    """That a record is held: its kind, whose, and since when. No words, no people."""

    id: UUID
    record: str
    agency: str
    known_at: datetime


_POINTED = Question(
    lambda first: Entry.objects.filter(first=first).order_by("-known_at", "-recorded_at")[:1],
    *("id", "record", "agency", "known_at"),
)


def pointed_to(first: UUID) -> Pointed | None:
    """What kind of record this is, by its first version. Ids and codes alone, for stages above."""
    return next((Pointed(*row) for row in _POINTED(first)), None)


def happened_of(entry: UUID) -> datetime:
    """When a version of a record says that it happened. For stages above."""
    return Entry.objects.values_list("happened", flat=True).get(id=entry)


def known_of(first: UUID, partnership: Partnership) -> datetime:
    """When a record became known as what it is: its first version, or the first that is no history, where it happened lately
    and was told of as history at first (a wrong year was written). For stages above."""
    rows = list(Entry.objects.filter(first=first).order_by("known_at", "recorded_at").defer("body"))
    lately = rows and not _is_history(rows[-1], partnership)
    return next((row.known_at for row in rows if not (lately and _is_history(row, partnership))), rows[0].known_at)


def _is_history(row: Entry, partnership: Partnership) -> bool:
    return is_history(
        partnership, first=row.id == row.first, happened=row.happened, known=row.known_at, recorded=row.recorded_at
    )


class Recent(NamedTuple):
    """A version of a record that became known lately, and one source identity on it. No words."""

    id: UUID
    first: UUID
    record: str
    known_at: datetime
    recorded_at: datetime
    identity: UUID
    child: bool


_RECENT = Question(
    lambda identities, known_since, happened_since: Part.objects.filter(
        identity_id__among=identities,
        happened__gte=happened_since,
        entry__known_at__gte=known_since,
        entry__routine=False,
    ).order_by("id"),
    *("entry_id", "entry__first", "entry__record", "entry__known_at", "entry__recorded_at", "identity_id", "child"),
)


def recent_about(identities: Collection[UUID], known_since: datetime, happened_since: datetime) -> list[Recent]:
    """What became known of these since a moment, and happened since another: ids and codes alone, for stages above."""
    return [Recent(*row) for row in _RECENT(identities, known_since, happened_since)] if identities else []


def said_of(reading: Reading, first: UUID, what: Sequence[str]) -> dict[str, Any] | None:
    """Parts of the body of what stands (`absent`, `flagged`, `notes`: codes, never words), for an actor that may read
    it in full. None where it is not there or not to be seen.
    """
    found = standing(first, reading.keyring)
    if found is None:
        return None
    entry = Entry.objects.get(id=found.id)
    known = agencies()
    kind = known[entry.agency].kind if entry.agency in known else ""
    sight = reading.see(label_of(entry, kind, [identity for identity, _ in found.people], sealed=False))
    if sight.level is not Level.FULL:
        return None
    reading.note(entry.id, sight)
    return {key: found.body.get(key, []) for key in what}


def is_stated(first: UUID) -> bool:
    """Whether a record was told as history (stated, not witnessed)."""
    return Entry.objects.filter(id=first, stated=True).exists()
