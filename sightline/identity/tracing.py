"""How source identities stand to each other, by ids alone: for stages above, which pass the gate themselves."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from contextlib import suppress
from uuid import UUID

from django.db.models import Q

from sightline.identity.linking import circle
from sightline.identity.models import Possible, SourceIdentity, Version
from sightline.identity.types import Resolved
from sightline.intake.types import Details
from sightline.vault.actions import Erased, Keyring


def waiting_between(one: Collection[UUID], other: Collection[UUID]) -> list[tuple[UUID, UUID, UUID]]:
    """Matches that wait for a person between these source identities and those: (match, identity, identity)."""
    rows = Possible.objects.filter(
        Q(one__in=one, other__in=other) | Q(one__in=other, other__in=one), state__in=("waiting", "unsure", "half")
    )
    return list(rows.order_by("at", "id").values_list("id", "one", "other"))


def ends_of(possible: UUID) -> tuple[UUID, ...]:
    """The two source identities of a pair; empty where there is no such pair."""
    return tuple(Possible.objects.filter(id=possible).values_list("one_id", "other_id").first() or ())


def circle_of(identities: Iterable[UUID]) -> set[UUID]:
    """Everybody whom a decision about these may make somebody else: all who hang together with them by pairs that hold."""
    return set(circle(identities).rows)


def as_resolved(identities: Iterable[UUID]) -> dict[UUID, Resolved]:
    """Source identities that are there already, as resolving them would answer."""
    return {
        row.id: Resolved(row.id, row.key, row.person, False, False, False)
        for row in SourceIdentity.objects.filter(id__in=list(identities))
    }


def details_of(identities: Iterable[UUID], keyring: Keyring) -> dict[UUID, Details]:
    """What each sender holds now, opened with the caller's keys: for matching and for the next version of a record,
    never for showing.
    """
    rows = {row.id: row for row in SourceIdentity.objects.filter(id__in=list(identities))}
    keyring.fetch(row.key for row in rows.values())
    found = {}
    for version in Version.objects.filter(identity__in=rows).order_by("known_at", "recorded_at"):
        with suppress(Erased):
            found[version.identity_id] = Details.from_dict(keyring.open(version.body, f"identity|{version.id}"))
    return found
