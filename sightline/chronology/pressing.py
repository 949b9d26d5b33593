"""Whether what started something cannot wait: a condition for stages above, which hold the table that it is put on."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q

from sightline.chronology.models import Entry


def by_urgent_entry(column: str) -> Q:
    """Q: the entry that this column names is urgent."""
    return Q(Exists(Entry.objects.filter(id=OuterRef(column), urgent=True)))
