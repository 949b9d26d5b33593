"""Routine records that no concern opened do not stay: past the time that their type declares (`kept-for`) their content is
destroyed, and what was received with it. That something was held, of which kind, when and by whom, is all that is left,
and that stays sealed as it was.

What a concern has opened is part of the child's record, and is kept as that is. A concern that comes while this runs looks
back no further than `opened-for`, which is never longer than `kept-for`: it does not want what is being erased.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from sightline.agencies.types import Actor
from sightline.chronology.models import Entry, Part
from sightline.chronology.queries import is_sealed, opened_for_each
from sightline.definition.types import Partnership
from sightline.identity.queries import persons_of, rows_of
from sightline.ledger.actions import write
from sightline.timescales.moment import now
from sightline.timescales.spans import parse_span
from sightline.vault.expiring import destroy_of, still_there

TOGETHER = 200  # entries in one transaction, and in one ledger record that names them all


def cut_offs(definition: Partnership, today: datetime) -> dict[str, datetime]:
    """Before which moment each routine record type's sealed records have had their time."""
    return {
        record.id: parse_span(record.kept_for).before(today)
        for record in definition.record.values()
        if record.routine and record.kept_for
    }


def expire(*, definition: Partnership, by: Actor, most: int = 20_000) -> dict[str, int]:
    """Erases the content of sealed routine records whose time is over: how many of each type. One ledger record for each
    transaction, with the ids of what it erased. Run by scheduled work; safe to run again, and beside everything else.

    At most about `most` of each type a run, so that it comes to an end; the next run takes up the rest.
    """
    erased: dict[str, int] = {}
    for record, before in cut_offs(definition, now()).items():
        for some in _past(record, before, most):
            done = _expire(record, some, definition, by)
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


def _expire(record: str, some: Sequence[Entry], definition: Partnership, by: Actor) -> int:
    with transaction.atomic():
        over = _sealed(some)
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
                detail={"record": record, "kept-for": definition.record[record].kept_for},
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
    """The routine entries about these source identities that can still be read: whoever is erased takes these keys along."""
    of_them = Part.objects.filter(identity_id__among=list(identities), entry__routine=True)
    ids = of_them.values_list("entry_id", flat=True).distinct()
    return list(Entry.objects.filter(still_there(), id__in=ids).values_list("id", flat=True))
