"""Wrapping every key anew, under the key-encryption key of now, while the database is read and written.

Nothing that a key opens is touched: a million keys are 60 MB, whatever they open. Each bite is a short transaction of its
own, so that a rotation that is stopped has done some of its work, and goes on where it was.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from uuid import UUID

from django.db import connection, transaction

from sightline.vault import keeping
from sightline.vault.adding import change
from sightline.vault.models import Key

AT_ONCE = 5000
PAUSE_SECONDS = 0.02  # between bites: on SQLite somebody else may be waiting to write
SETTLES_SECONDS = 2.0  # whoever began to write before the key changed has written by then
UNNAMED = ""  # wrapped before keys had names
Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Rotated:
    """How many keys were wrapped anew; how many were found altered and left; in how many seconds."""

    keys: int
    altered: int
    seconds: float


def counts() -> dict[str, int]:
    """How many keys are wrapped under which key-encryption key, by its name; `UNNAMED` for those from before."""
    table = Key._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT CASE WHEN length(wrapped) = %s THEN substr(wrapped, 1, %s) END AS name, count(*) FROM {table} GROUP BY 1",
            [keeping.NAMED_BYTES, keeping.NAME_BYTES],
        )
        return {bytes(name).hex() if name is not None else UNNAMED: count for name, count in cursor.fetchall()}


def rewrap(progress: Progress | None = None) -> Rotated:
    """Wraps every key under the current key-encryption key. Raises keeping.NotInHand where one was wrapped under a key that
    nobody gave us: everything before it is done and stays so.

    A second look takes those that were written meanwhile by whoever had not yet heard of the new key.
    """
    began = time.monotonic()
    done, altered = _pass(progress, 0)
    time.sleep(SETTLES_SECONDS)
    more, _ = _pass(progress, done)
    return Rotated(done + more, altered, time.monotonic() - began)


def _pass(progress: Progress | None, before: int) -> tuple[int, int]:
    ring, done, altered = keeping.ring_asked_again(), 0, 0
    for rows in _others(ring.current):
        anew = []
        for key_id, wrapped in rows:
            try:
                anew.append((key_id, ring.wrap(keeping.unwrap(wrapped, key_id, ring), key_id)))
            except keeping.Altered:
                altered += 1
        with transaction.atomic():  # a key that was destroyed meanwhile is not there, and stays so
            change(Key, "wrapped", anew)
        done += len(anew)
        if progress:
            progress(before + done)
        time.sleep(PAUSE_SECONDS)
    return done, altered


def _others(current: bytes) -> Iterator[list[tuple[UUID, bytes]]]:
    """Whatever is not wrapped under this key, in the order of ids."""
    table, last = Key._meta.db_table, None
    field = Key._meta.pk
    while True:
        after = "" if last is None else "AND id > %s"
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT id, wrapped FROM {table} WHERE NOT (length(wrapped) = %s AND substr(wrapped, 1, %s) = %s) {after} "
                "ORDER BY id LIMIT %s",
                [
                    keeping.NAMED_BYTES,
                    keeping.NAME_BYTES,
                    current,
                    *([] if last is None else [last]),
                    AT_ONCE,
                ],
            )
            rows = cursor.fetchall()
        if not rows:
            return
        last = rows[-1][0]
        yield [(field.to_python(key_id), bytes(wrapped)) for key_id, wrapped in rows]
