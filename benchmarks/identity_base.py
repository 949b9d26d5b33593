"""A base of source identities to match against, written fast: the rows that resolving would have left, truly sealed.

Kept between runs under `var/bench` (SQLite) and `/var/tmp` (PostgreSQL) while tables, keys and the people stay the same.
"""

from __future__ import annotations

import hashlib
import os
import random
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.databases import built, keys, migrate

BATCH = 20_000
AGENCIES = ("elmfield-academy", "leeds-teaching-hospitals", "childrens-social-work")
QUERIES = 1000
# PostgreSQL as it is set up for a server: its manual advises a quarter of the machine's memory, and its default of 128 MB
# holds little of what a million people take. Others that search in the same server have as much.
SETTINGS = ("shared_buffers=2GB",)


@contextmanager
def database(engine: str, size: int):
    with built(engine, f"identity-{size}", _version(), lambda url: _fill(url, size), SETTINGS) as environment:
        yield environment


def _version() -> str:
    linkage = Path("sightline/identity/linkage")
    files = [
        *sorted(Path("sightline/identity").glob("migrations/*.py")),
        *(linkage / f"{name}.py" for name in ("keys", "likeness", "names")),
        *sorted(Path("definitions/england/nicknames").rglob("*.yaml")),
        Path("sightline/vault/rules.py"),
        Path("sightline/identity/indexing.py"),
        Path("benchmarks/identity_base.py"),
        Path("benchmarks/namesakes.py"),
    ]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:12]


def _fill(url: str, size: int) -> None:
    migrate(url)
    environment = {**os.environ, **keys(), "DATABASE_URL": url}
    subprocess.run([sys.executable, "-m", "benchmarks.identity_base", str(size)], env=environment, check=True)


def numbers(size: int) -> list[int]:
    """Whom the queries tell of: the same people for everybody who is measured."""
    return random.Random(42).sample(range(size), min(QUERIES, size))


def fill(size: int) -> None:
    """In a process of its own, on an empty, migrated database."""
    import django

    django.setup()
    from django.db import connection, transaction

    from sightline.agencies.actions import take_from_definition
    from sightline.agencies.queries import machine
    from sightline.identity.models import Key

    take_from_definition(by=machine("feed-machine"))
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA synchronous=OFF")
            cursor.execute("PRAGMA cache_size=-1000000")
        else:
            cursor.execute("SET synchronous_commit = off")
    import numpy as np

    from sightline.vault.adding import add

    began, found = time.perf_counter(), []
    for start in range(0, size, BATCH):
        found.append(_write(start, min(size, start + BATCH)))
        took = time.perf_counter() - began
        print(f"\r  building: {min(size, start + BATCH):,} people, {took:,.0f} s", end="", flush=True)
    pairs = np.concatenate(found)
    pairs = pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]
    for start in range(0, len(pairs), 500_000):  # in the order of the table: nothing is moved afterwards
        with transaction.atomic():
            add(Key, ("key", "alike_id"), map(tuple, pairs[start : start + 500_000].tolist()))
    print(f"\r  built: {size:,} people, {len(pairs):,} keys, {time.perf_counter() - began:,.0f} s")
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")  # as autovacuum does in a database that has stood for a day


def _write(start: int, end: int) -> Any:
    """Source identities with likeness and vault key; returns their keys as (digest, number of the likeness) rows."""
    import numpy as np
    from django.db import transaction

    from benchmarks.namesakes import details_of
    from sightline.identity.indexing import digests_of
    from sightline.identity.linkage.likeness import likeness_of
    from sightline.identity.models import Alike, SourceIdentity
    from sightline.vault.actions import Keyring, digest
    from sightline.vault.adding import add

    moment = datetime(2025, 6, 3, 9, tzinfo=UTC)
    keyring = Keyring()
    identities, bodies, pairs = [], [], []
    for n in range(start, end):
        likeness = likeness_of(details_of(n))
        identity, key, person, agency = keyring.ids(), keyring.make("subject"), keyring.ids(), AGENCIES[n % 3]
        local = digest("local", f"{agency}|X{n}")
        identities.append((identity, agency, local, key, person, person, "", moment, False, ""))
        bodies.append((n + 1, identity, keyring.seal(likeness.as_dict(), [key], f"alike|{identity}")))
        pairs += [(found, n + 1) for found in digests_of(likeness)]
    with transaction.atomic():
        keyring.save()
        columns = ("id", "agency", "local", "key", "person", "origin", "details", "made_at", "unborn", "guard")
        add(SourceIdentity, columns, identities)
        add(Alike, ("id", "identity_id", "body"), bodies)
    return np.array(pairs, dtype=np.int64)


if __name__ == "__main__":
    fill(int(sys.argv[1]))
