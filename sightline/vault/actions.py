"""Making keys, sealing, opening, digests. The only place that holds keys in the clear, and only in memory."""

from __future__ import annotations

import base64
import json
import logging
from collections.abc import Callable, Collection, Iterable
from datetime import datetime
from functools import lru_cache, partial
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from pydantic_core import to_json

from sightline.timescales.moment import now
from sightline.vault import erasures, keeping, rules
from sightline.vault.adding import add
from sightline.vault.asking import Question
from sightline.vault.ids import Ids
from sightline.vault.models import Key

log = logging.getLogger(__name__)
CannotOpen, Erased = rules.CannotOpen, rules.Erased
_json = to_json  # of pydantic: a sixth of the time of the standard library's, for what only we read again


_KEYS = Question(lambda ids: Key.objects.filter(id__among=ids), "id", "wrapped")


@lru_cache(maxsize=4)
def _decoded(text: str) -> bytes:
    return base64.b64decode(text)


def digest_master() -> str:
    """What the digests are keyed from: a rotation of the key-encryption key leaves it as it is."""
    return str(settings.SIGHTLINE_DIGEST_KEY or settings.SIGHTLINE_KEY)


@lru_cache(maxsize=128)
def _digest_key(master: str, kind: str) -> bytes:
    return rules.derive(_decoded(master), f"digest:{kind}")


def digest(kind: str, value: str) -> str:
    """Keyed digest of a normalised value; one partnership key an identifier kind."""
    return rules.keyed_digest(_digest_key(digest_master(), kind), value)


def digester(kind: str) -> Callable[[str], str]:
    """`digest` of one kind, for many values: the settings are asked once."""
    return partial(rules.keyed_digest, _digest_key(digest_master(), kind))


def short_digests(kind: str, values: Iterable[str]) -> list[int]:
    """As `digest`, of 64 bits, for many values at once."""
    return rules.short_digests(_digest_key(digest_master(), kind), values)


class Keyring:
    """Keys in the clear for the length of one response or one bite of work.

    `make` creates keys (saved by `save`, in the caller's transaction); `fetch` reads those asked for in one query.
    """

    def __init__(self) -> None:
        self._keys: dict[UUID, bytes] = {}
        self._ciphers: dict[UUID, tuple[bytes, AESGCM]] = {}  # of those with which something was sealed
        self._altered: set[UUID] = set()
        self._hand: keeping.Ring | None = None
        self._new: list[tuple[UUID, str, bytes, datetime]] = []
        self.ids = Ids()  # for whatever is sealed with these keys and added with them

    def make(self, scope: str) -> UUID:
        key_id, key = self.ids(), rules.new_key()
        self._keys[key_id] = key
        self._hand = self._hand or keeping.ring()
        wrapped = self._hand.wrap(key, key_id)
        self._new.append((key_id, scope, wrapped, now()))
        return key_id

    def save(self) -> None:
        """Keeps the keys that were made, unless this database was sealed with another key-encryption key."""
        if self._new:
            check_key()
        add(Key, ("id", "scope", "wrapped", "made_at"), self._new)
        self._new = []

    def fetch(self, ids: Iterable[UUID]) -> None:
        wanted = [key_id for key_id in set(ids) if key_id not in self._keys]
        if not wanted:
            return
        self.take(_KEYS(wanted))

    def take(self, rows: Iterable[tuple[UUID, bytes]]) -> None:
        """Takes wrapped keys that the caller read together with what they open."""
        self._hand = self._hand or keeping.ring()
        for key_id, wrapped in rows:
            if key_id not in self._keys:
                try:
                    self._keys[key_id] = keeping.unwrap(bytes(wrapped), key_id, self._hand)
                except (
                    keeping.Altered
                ):  # nobody erased it: what it opens is told as altered, and everything else goes on
                    self._altered.add(key_id)
                    log.error("a key in the vault was altered, or stands in another's place, and does not unwrap")

    def has(self, key_id: UUID) -> bool:
        """Whether this key is in hand; after `fetch`, whether it still exists and is as it was written."""
        return key_id in self._keys

    def fetch_for(self, sealed: Iterable[bytes]) -> None:
        """Fetches whatever opens these bodies, in one query."""
        self.fetch(key_id for body in sealed if body for key_id in rules.key_ids(body))

    def opens_by(self, sealed: bytes, keys: Collection[UUID]) -> bool:
        """Whether one of these keys, in hand, is among those that open this. True too where it cannot be told which do."""
        named = rules.key_ids(bytes(sealed))
        return not named or any(key in self._keys for key in named if key in keys)

    def seal(self, value: Any, keys: Iterable[UUID], bound_to: str) -> bytes:
        """Seals a JSON value (or bytes as they are) for these keys."""
        plain = value if isinstance(value, bytes) else _json(value)
        return rules.seal_with(plain, [self._cipher(key_id) for key_id in dict.fromkeys(keys)], bound_to.encode())

    def _cipher(self, key_id: UUID) -> tuple[bytes, AESGCM]:
        if key_id not in self._ciphers:
            self._ciphers[key_id] = key_id.bytes, AESGCM(self._keys[key_id])
        return self._ciphers[key_id]

    def open_bytes(self, sealed: bytes, bound_to: str) -> bytes:
        try:
            return rules.open_(sealed, self._keys, bound_to.encode())
        except Erased as error:
            if self._altered and not self._altered.isdisjoint(rules.key_ids(bytes(sealed))):
                raise CannotOpen("its key was altered") from error
            raise

    def open(self, sealed: bytes, bound_to: str) -> Any:
        return json.loads(self.open_bytes(sealed, bound_to))


_FITTING: set[tuple[str, str]] = set()  # the keys that were seen to fit: looked at once a process
MARK = UUID("5161e0d1-6e57-4a11-9d16-e57000000001")  # of the row that says under which digest key the database was made


def check_key() -> None:
    """Raises ImproperlyConfigured where the database was sealed with another key: before anything new is sealed beside it."""
    given = settings.SIGHTLINE_KEY, digest_master()
    if given in _FITTING:
        return
    ring = keeping.ring()
    for key_id, wrapped in Key.objects.exclude(id=MARK).values_list("id", "wrapped")[:1]:
        _fits(bytes(wrapped), key_id, ring)
        _FITTING.add(given)
    for wrapped in Key.objects.filter(id=MARK).values_list("wrapped", flat=True):
        if _fits(bytes(wrapped), MARK, ring) != _mark():
            raise ImproperlyConfigured(
                "SIGHTLINE_DIGEST_KEY is not the one with which this database was made: nobody in it would be found or matched. "
                "Give the one that stands beside SIGHTLINE_KEY in your copy of keys.env."
            )


def _fits(wrapped: bytes, key_id: UUID, ring: keeping.Ring) -> bytes:
    try:
        return keeping.unwrap(wrapped, key_id, ring)
    except keeping.Altered:
        return b""  # one key that was altered says nothing of the others: whoever wants it is told


def _mark() -> bytes:
    return rules.derive(_decoded(digest_master()), "digest-mark")


def mark_digests() -> None:
    """Remembers in the database, wrapped, under which digest key it was made. Run by `sightline init`; safe to repeat.
    Raises ImproperlyConfigured where the database was sealed with another key.
    """
    check_key()
    row = Key(id=MARK, scope="partnership", wrapped=keeping.ring().wrap(_mark(), MARK), made_at=now())
    Key.objects.bulk_create([row], ignore_conflicts=True)


def destroy(key_ids: Iterable[UUID]) -> int:
    """Destroys keys for ever: what only they opened can never be read again. Returns how many were there.

    Which they were is written outside the database too, before and after: else an older copy would bring them back.
    """
    wanted = list(key_ids)
    with transaction.atomic():
        erasure = erasures.intend(wanted)
        count, _ = Key.objects.filter(id__in=wanted).delete()
        transaction.on_commit(lambda: erasures.confirm(erasure))
    return count


def destroy_again() -> tuple[int, int]:
    """After an older copy was put in place: destroys what was destroyed since it was made. Returns how many keys that
    were, and how many there are whose erasure was begun and never confirmed. Raises outside.Altered.
    """
    done, begun = erasures.known()
    count, _ = Key.objects.filter(id__in=done).delete()
    return count, Key.objects.filter(id__in=begun).count()
