"""Who was thought to be whom, when and why: the history of links and of what people decided, through the gate."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from django.db.models import Q

from sightline.definition.outcomes import Missing
from sightline.identity.match_queries import because_of, held_by, noted, require, shown_to, view_of
from sightline.identity.match_types import Belonging, PairView, Together
from sightline.identity.models import Link, Possible, SourceIdentity
from sightline.identity.queries import identities_of
from sightline.sharing.reading import Reading

FOREVER = datetime.max.replace(tzinfo=UTC)


def belongings(reading: Reading, person: UUID) -> list[Belonging]:
    """Every stretch of time during which a source identity was thought to be this person, and where those went that no
    longer are: oldest first. Raises Missing where nothing of the person may be seen."""
    ever = set(Link.objects.filter(person=person).values_list("identity", flat=True))
    ever |= {row.id for row in identities_of(person)}
    rows = {row.id: row for row in SourceIdentity.objects.filter(id__in=ever)}
    found = held_by(reading, rows.values())
    if not any(rows[i].person == person for i in found):
        raise Missing
    links: dict[UUID, list[Link]] = defaultdict(list)
    for link in Link.objects.filter(identity__in=found).order_by("at", "id"):
        links[link.identity_id].append(link)
    told: list[Belonging] = []
    for identity, stretch in links.items():
        held, sight = found[identity]
        reading.note(identity, sight)
        for link, after in zip(stretch, [*stretch[1:], None], strict=True):
            told.append(
                Belonging(
                    identity,
                    held,
                    link.person,
                    link.at,
                    after.at if after else None,
                    link.by,
                    link.reason,
                    tuple(link.evidence),
                    link.person == person,
                )
            )
    return sorted(told, key=lambda one: (one.since, str(one.identity)))


def decisions_about(reading: Reading, person: UUID, *, limit: int = 50) -> list[PairView]:
    """What people decided about pairs with this person on one side, newest first, with their reasons."""
    require(reading)
    identities = [row.id for row in identities_of(person)]
    rows = list(
        Possible.objects.filter(Q(one__in=identities) | Q(other__in=identities), shown_to(reading))
        .filter(decided_at__isnull=False)
        .select_related("one", "other")
        .order_by("-decided_at", "id")[:limit]
    )
    found = held_by(reading, [side for row in rows for side in (row.one, row.other)])
    views = [view for row in rows if (view := view_of(row, found, because=because_of(reading, row)))]
    return [noted(reading, view, found) for view in views]


def parted(reading: Reading, identity: UUID) -> list[Together]:
    """The source identities that were one person with this one and no longer are: from when until when, the latest
    parted first. Raises Missing where this one may not be seen."""
    row = SourceIdentity.objects.filter(id=identity).first()
    if row is None or not held_by(reading, [row]):
        raise Missing
    mine = _stretches([identity])[identity]
    ever = set(Link.objects.filter(person__in={person for person, _, _ in mine}).values_list("identity", flat=True))
    others = {
        other.id: other for other in SourceIdentity.objects.filter(id__in=ever - {identity}).exclude(person=row.person)
    }
    found, told = held_by(reading, others.values()), []
    for other, theirs in _stretches(list(found)).items():
        shared = [
            (max(since, since_), min(until or FOREVER, until_ or FOREVER))
            for person, since, until in mine
            for person_, since_, until_ in theirs
            if person == person_
        ]
        shared = [(since, until) for since, until in shared if since < until]
        if shared:
            held, sight = found[other]
            reading.note(other, sight)
            told.append(Together(other, held, min(s for s, _ in shared), max(u for _, u in shared)))
    return sorted(told, key=lambda one: (one.until or FOREVER, str(one.identity)), reverse=True)


def _stretches(identities: Sequence[UUID]) -> dict[UUID, list[tuple[UUID, datetime, datetime | None]]]:
    """Who each was thought to be, from when until when."""
    links: dict[UUID, list[Link]] = {identity: [] for identity in identities}
    for link in Link.objects.filter(identity__in=identities).order_by("at", "id"):
        links[link.identity_id].append(link)
    return {
        identity: [(a.person, a.at, b.at if b else None) for a, b in zip(told, [*told[1:], None], strict=True)]
        for identity, told in links.items()
    }
