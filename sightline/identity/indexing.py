"""What matching and finding stand on: each source identity's likeness, sealed, and its keys as digests.

Both are a projection of the versions that senders told: written in the transaction that writes those, forgotten before a
key is destroyed, made anew by `rebuild`. The keys of a likeness are never asked for by identity: they follow from it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from django.db import connection, transaction

from sightline.identity.linkage.keys import keys_of
from sightline.identity.linkage.likeness import kin_of, likeness_of
from sightline.identity.linkage.types import Key as Said
from sightline.identity.linkage.types import Likeness
from sightline.identity.locations.knowing import known
from sightline.identity.models import Alike, Key, Relation, SourceIdentity, Version
from sightline.intake.types import Details
from sightline.vault.actions import CannotOpen, Erased, Keyring, short_digests
from sightline.vault.adding import add, change

PURPOSE = "alike"  # whose digests compare with each other: these, and no other table's
AT_ONCE = 1000  # identities in one transaction of a rebuild
SAMPLE = 40
Progress = Callable[[int, int], None]


class Place(NamedTuple):
    """Where a likeness is kept, and what it was when it was read."""

    alike: int
    likeness: Likeness


def digests(keys: Iterable[Said]) -> list[int]:
    """The digest of each key, in order."""
    return short_digests(PURPOSE, map("|".join, keys))


@lru_cache(maxsize=2000)
def digests_of(likeness: Likeness) -> tuple[int, ...]:
    """The digests under which a likeness is written."""
    return tuple(dict.fromkeys(digests(keys_of(likeness))))


def write(
    new: Mapping[UUID, tuple[UUID, Likeness]],
    changed: Mapping[UUID, tuple[UUID, Likeness, Place]],
    keyring: Keyring,
) -> dict[UUID, int]:
    """Keeps likenesses by source identity: new ones (vault key, likeness), and changed ones (vault key, likeness, what is
    there). Returns the number of each new one. In the caller's transaction, after whatever else it writes.
    """
    numbers = dict(zip(new, _next(len(new)), strict=True)) if new else {}
    bodies = [
        (number, identity, _sealed(keyring, key, identity, likeness))
        for (identity, (key, likeness)), number in zip(new.items(), numbers.values(), strict=True)
    ]
    add(Alike, ("id", "identity_id", "body"), bodies)
    rows = [(digest, numbers[identity]) for identity, (_, likeness) in new.items() for digest in digests_of(likeness)]
    rows.sort()  # neighbours go to one page
    add(Key, ("key", "alike_id"), rows)
    if changed:
        _rewrite(changed, keyring)
    return numbers


def _rewrite(changed: Mapping[UUID, tuple[UUID, Likeness, Place]], keyring: Keyring) -> None:
    bodies, gone, come = [], [], []
    for identity, (key, likeness, place) in changed.items():
        bodies.append((place.alike, _sealed(keyring, key, identity, likeness)))
        before, after = set(digests_of(place.likeness)), set(digests_of(likeness))
        gone += [(digest, place.alike) for digest in before - after]
        come += [(digest, place.alike) for digest in after - before]
    change(Alike, "body", bodies)
    _delete(gone)
    _insert(sorted(come))


def forget(identities: Sequence[UUID], keyring: Keyring) -> None:
    """Takes them out of the index, before their keys are destroyed: afterwards nobody could say what theirs was."""
    places = read(identities, keyring)
    _delete([(digest, place.alike) for place in places.values() for digest in digests_of(place.likeness)])
    Alike.objects.filter(identity_id__among=identities).delete()


def drop(identities: Sequence[UUID]) -> None:
    """Takes likenesses away that nobody can read any more; their keys lead nowhere."""
    Alike.objects.filter(identity_id__among=identities).delete()


def read(identities: Sequence[UUID], keyring: Keyring) -> dict[UUID, Place]:
    """What is kept of these source identities; whose key is gone, or is not indexed, is left out. Two queries."""
    rows = list(Alike.objects.filter(identity_id__among=identities).values_list("id", "identity_id", "body"))
    keyring.fetch_for(body for _, _, body in rows)
    found = {}
    for number, identity, body in rows:
        with suppress(Erased):
            found[identity] = Place(number, opened(keyring, identity, body))
    return found


def opened(keyring: Keyring, identity: UUID, body: bytes) -> Likeness:
    """A kept likeness. Raises CannotOpen."""
    return Likeness.from_dict(json.loads(keyring.open_bytes(body, f"alike|{identity}")))


def _sealed(keyring: Keyring, key: UUID, identity: UUID, likeness: Likeness) -> bytes:
    return keyring.seal(likeness.as_dict(), [key], f"alike|{identity}")


def _next(count: int) -> list[int]:
    """Numbers that nobody had: on SQLite whoever writes is alone."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence('identity_alike', 'id')) FROM generate_series(1, %s)", [count]
            )
            return [number for (number,) in cursor.fetchall()]
        cursor.execute("SELECT COALESCE((SELECT seq FROM sqlite_sequence WHERE name = 'identity_alike'), 0)")
        (last,) = cursor.fetchone()
        return list(range(last + 1, last + 1 + count))


def _delete(rows: Sequence[tuple[int, int]]) -> None:
    if not rows:
        return
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                'DELETE FROM "identity_key" USING unnest(%s::bigint[], %s::bigint[]) AS gone(key, alike) '
                'WHERE "identity_key".key = gone.key AND "identity_key".alike = gone.alike',
                [[key for key, _ in rows], [alike for _, alike in rows]],
            )
        else:
            cursor.executemany('DELETE FROM "identity_key" WHERE "key" = %s AND "alike" = %s', rows)


def _insert(rows: Sequence[tuple[int, int]]) -> None:
    """Adds keys of which some may be there."""
    if not rows:
        return
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                'INSERT INTO "identity_key" ("key", "alike") SELECT * FROM unnest(%s::bigint[], %s::bigint[]) '
                "ON CONFLICT DO NOTHING",
                [[key for key, _ in rows], [alike for _, alike in rows]],
            )
        else:
            cursor.executemany('INSERT OR IGNORE INTO "identity_key" ("key", "alike") VALUES (%s, %s)', rows)


# --- made anew -----------------------------------------------------------------------------------------


def missing(limit: int = 1000) -> int:
    """How many source identities are not in the index (capped): they are neither found nor matched. Whoever was erased
    counts for nothing."""
    if Alike.objects.count() >= SourceIdentity.objects.count():
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            'SELECT count(*) FROM (SELECT 1 FROM "identity_sourceidentity" AS s '
            'JOIN "vault_key" AS k ON k.id = s.key LEFT JOIN "identity_alike" AS a ON a.identity_id = s.id '
            "WHERE a.id IS NULL LIMIT %s) AS those",
            [limit],
        )
        return int(cursor.fetchone()[0])


def stale(sample: int = SAMPLE) -> int:
    """Of so many source identities, the latest, how many are not found by all of their keys: lists of names were changed
    since, or the index was tampered with."""
    keyring, count = Keyring(), 0
    latest = list(Alike.objects.order_by("-id").values_list("identity_id", flat=True)[:sample])
    for place in read(latest, keyring).values():
        wanted = digests_of(place.likeness)
        count += Key.objects.filter(key__in=wanted, alike=place.alike).count() < len(wanted)
    return count


def rebuild(progress: Progress | None = None, *, everything: bool = True) -> int:
    """Makes likenesses and keys from what senders told, in small transactions; `everything=False` only those that are
    missing. What arrives meanwhile is written as ever. Returns how many it made. Can be stopped and called again.
    """
    if everything:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute('DELETE FROM "identity_key"')
            cursor.execute('DELETE FROM "identity_alike"')
    of, done, after = SourceIdentity.objects.count(), 0, UUID(int=0)
    seen = 0
    while some := list(SourceIdentity.objects.filter(id__gt=after).order_by("id")[:AT_ONCE]):
        after = some[-1].id
        with transaction.atomic():
            done += _make([(row.id, row.key) for row in some])
        seen += len(some)
        if progress:
            progress(seen, of)
    return done


def _make(identities: Sequence[tuple[UUID, UUID]]) -> int:
    keyring = Keyring()
    there = set(
        Alike.objects.filter(identity_id__among=[i for i, _ in identities]).values_list("identity_id", flat=True)
    )
    keys = {identity: key for identity, key in identities if identity not in there}
    told = told_of(list(keys), keyring)
    made = {identity: (keys[identity], likeness) for identity, likeness in told.items()}
    write(made, {}, keyring)
    return len(made)


def told_of(identities: Sequence[UUID], keyring: Keyring) -> dict[UUID, Likeness]:
    """Likenesses as they follow from all versions and relations that were told; without whoever was erased."""
    relations = Relation.objects.filter(subject_id__among=identities).values_list("subject_id", "object_id", "agency")
    kin: dict[UUID, set[UUID]] = {}
    for subject, other, _ in relations:
        kin.setdefault(subject, set()).add(other)
    reverse = Relation.objects.filter(object_id__among=identities).values_list("subject_id", "object_id")
    for subject, other in reverse:
        kin.setdefault(other, set()).add(subject)
    family = {i for some in kin.values() for i in some}
    versions = _versions({*identities, *family}, keyring)
    if (protected := known()) is not None:
        versions = {i: [protected.without(one) for one in told] for i, told in versions.items()}
    found = {}
    for identity in identities:
        if not versions.get(identity):
            continue
        told = [kin_of(versions[k][-1]) for k in sorted(kin.get(identity, ()), key=str) if versions.get(k)]
        before: Likeness | None = None
        for details in versions[identity]:
            before = likeness_of(details, before=before)
        found[identity] = likeness_of(versions[identity][-1], kin=[k for k in told if k], before=before)
    return found


def _versions(identities: Iterable[UUID], keyring: Keyring) -> dict[UUID, list[Details]]:
    rows = list(
        Version.objects.filter(identity_id__among=identities)
        .order_by("known_at", "recorded_at")
        .values_list("identity_id", "id", "body")
    )
    keyring.fetch_for(body for _, _, body in rows)
    found: dict[UUID, list[Details]] = {}
    for identity, version, body in rows:
        with suppress(CannotOpen):
            found.setdefault(identity, []).append(Details.from_dict(keyring.open(body, f"identity|{version}")))
    return found
