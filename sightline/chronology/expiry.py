"""Routine records that no concern opened do not stay: past the time that their type declares (`kept-for`) their content is
destroyed, and what was received with it. That something was held, of which kind, when and by whom, is all that is left,
and that stays sealed as it was.

What a concern has opened is part of the child's record, and is kept as that is. A concern that comes while this runs looks
back no further than `opened-for`, which is never longer than `kept-for`: it does not want what is being erased.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from django.db import transaction
from django.db.models import Max, Min, Q

from sightline.agencies.types import Actor
from sightline.chronology.models import Entry, Part
from sightline.chronology.queries import is_sealed, opened_for_each
from sightline.definition.types import Partnership
from sightline.identity.queries import persons_of, rows_of
from sightline.ledger.actions import write
from sightline.timescales.london import at, local_day
from sightline.timescales.moment import now
from sightline.timescales.spans import parse_span
from sightline.vault.expiring import destroy_of, still_there


@dataclass(frozen=True, slots=True)
class Spared:
    """What may not be erased now, because of a legal hold: everything, record types, or whatever is about some children."""

    everything: bool = False
    records: frozenset[str] = frozenset()
    identities: frozenset[UUID] = frozenset()


NOTHING = Spared()
TOGETHER = 200  # entries in one transaction, and in one ledger record that names them all


def cut_offs(definition: Partnership, today: datetime) -> dict[str, datetime]:
    """Before which moment each routine record type's sealed records have had their time."""
    return {
        record.id: parse_span(record.kept_for).before(today)
        for record in definition.record.values()
        if record.routine and record.kept_for
    }


def expire(
    *,
    definition: Partnership,
    by: Actor,
    most: int = 20_000,
    records: Collection[str] | None = None,
    spared: Spared = NOTHING,
    agreed: str = "",
) -> dict[str, int]:
    """Erases the content of sealed routine records whose time is over: how many of each type. One ledger record for each
    transaction, with the ids of what it erased. Safe to run again, and beside everything else.

    `records`: of these types alone; `spared`: what a hold forbids; `agreed`: the request to which two people agreed. At
    most about `most` of each type a run, so that it comes to an end; the next run takes up the rest.
    """
    erased: dict[str, int] = {}
    if spared.everything:
        return erased
    for record, before in cut_offs(definition, now()).items():
        if record in spared.records or (records is not None and record not in records):
            continue
        for some in _past(record, before, most):
            done = _expire(record, some, definition, by, spared.identities, agreed)
            if done:
                erased[record] = erased.get(record, 0) + done
    return erased


def due(definition: Partnership) -> dict[str, int]:
    """How many sealed routine records of each type have had their time and are still there: for those who run it."""
    return {
        record: sum(len(_sealed(some)) for some in _past(record, before, None))
        for record, before in cut_offs(definition, now()).items()
    }


def _past(record: str, before: datetime, most: int | None) -> Iterator[Sequence[Entry]]:
    """Routine entries of a type from before a moment that can still be read, oldest first, some at a time."""
    rows = Entry.objects.filter(still_there(), record=record, routine=True, happened__lt=before).defer("body")
    last: Entry | None = None
    taken = 0
    while most is None or taken < most:
        after = Q() if last is None else Q(happened__gt=last.happened) | Q(happened=last.happened, id__gt=last.id)
        some = list(rows.filter(after).order_by("happened", "id")[:TOGETHER])
        if not some:
            return
        yield some
        taken, last = taken + len(some), some[-1]


def _expire(
    record: str, some: Sequence[Entry], definition: Partnership, by: Actor, spared: frozenset[UUID], agreed: str
) -> int:
    with transaction.atomic():
        over = _sealed(some)
        if spared:
            held = Part.objects.filter(entry_id__among=over, identity_id__among=list(spared))
            kept = set(held.values_list("entry_id", flat=True))
            over = [entry for entry in over if entry not in kept]
        done = destroy_of(over)
        if done:
            write(
                kind="run",
                verb="expire-routine",
                actor=by.id,
                acting_for=by.agency,
                purpose="scheduled-work",
                rule=record,
                policy=definition.hash,
                ids=over,
                detail={
                    "record": record,
                    "kept-for": definition.record[record].kept_for,
                    **({"agreed": agreed} if agreed else {}),
                },
            )
    return done


def _sealed(entries: Sequence[Entry]) -> list[UUID]:
    """Those that are sealed for everybody on them: nobody's concern has opened them, whichever agency knows that person."""
    parts = list(Part.objects.filter(entry__in=[e.id for e in entries]).values_list("entry_id", "identity_id"))
    persons = persons_of(identity for _, identity in parts)
    same: dict[UUID, list[UUID]] = {}
    for row in rows_of(set(persons.values())):
        same.setdefault(row.person, []).append(row.id)
    opened = opened_for_each([i for identities in same.values() for i in identities], None)
    since: dict[UUID, list[dict[str, datetime]]] = {}
    for entry, identity in parts:
        since.setdefault(entry, []).extend(opened[i] for i in same[persons[identity]] if i in opened)
    return [e.id for e in entries if all(is_sealed(e, one) for one in since.get(e.id, ()))]


def with_keys_of_their_own(identities: Iterable[UUID]) -> list[UUID]:
    """The routine entries about these source identities alone that can still be read: whoever is erased takes these keys
    along. What is about somebody else too stays theirs."""
    erased = list(identities)
    of_them = Part.objects.filter(identity_id__among=erased, entry__routine=True)
    ids = set(of_them.values_list("entry_id", flat=True))
    others = Part.objects.filter(entry_id__among=ids).exclude(identity_id__among=erased)
    alone = ids - set(others.values_list("entry_id", flat=True))
    return list(Entry.objects.filter(still_there(), id__among=alone).values_list("id", flat=True))


@dataclass(frozen=True, slots=True)
class Days:
    """The first and the last day on which somebody is on a record as a child."""

    person: UUID
    first: date
    last: date


def quiet_since(day: date, *, most: int) -> list[Days]:
    """Everybody who is on a record as a child, and on none since this day; the longest quiet first. By ids and days alone:
    nothing is opened. One pass over the parts (a million: about a second), for scheduled work."""
    rows = (
        Part.objects.filter(child=True)
        .values("identity__person")
        .annotate(first=Min("happened"), last=Max("happened"))
        .filter(last__lt=at(day, time(0)))
        .order_by("last")
    )
    return [Days(row["identity__person"], local_day(row["first"]), local_day(row["last"])) for row in rows[:most]]


def about(identities: Collection[UUID]) -> dict[UUID, tuple[str, bytes]]:
    """Every version of every record about these source identities: its type, and its sealed body."""
    ids = Part.objects.filter(identity_id__among=list(identities)).values_list("entry_id", flat=True)
    rows = Entry.objects.filter(id__among=set(ids)).values_list("id", "record", "body")
    return {entry: (record, bytes(body)) for entry, record, body in rows}
