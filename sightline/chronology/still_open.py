"""Which records are open: ids alone, for whoever holds a sender's newest delivery against them (`jobs.gone`)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from sightline.chronology.models import Entry
from sightline.vault.asking import Question

_OPEN = Question(
    lambda agency, records: Entry.objects.filter(
        record__among=records, agency=agency, until__isnull=True, item__isnull=False
    ).order_by("id"),
    *("id", "first", "record", "item"),
)
_VERSIONS = Question(
    lambda firsts: Entry.objects.filter(first__among=firsts), "id", "first", "known_at", "recorded_at"
)


def open_of(agency: str, records: Collection[str]) -> list[tuple[UUID, UUID, str, UUID]]:
    """What a sender told without an end, of these kinds: version, record, kind, and what was received. A later version may
    have ended it: see `newest`."""
    return [(id, first, record, item) for id, first, record, item in _OPEN(agency, list(records))] if records else []


def newest(firsts: Sequence[UUID]) -> dict[UUID, UUID]:
    """The newest version of each record: a person may have ended or withdrawn it since."""
    if not firsts:
        return {}
    rows = sorted(_VERSIONS(list(firsts)), key=lambda row: (row[2], row[3], row[0] != row[1]))
    return {first: id for id, first, *_ in rows}
