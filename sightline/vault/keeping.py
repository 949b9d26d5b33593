"""The key-encryption keys in hand: one wraps what is new, any of them opens what it wrapped. Never in the database.

A wrapped key says under which of them it is: four bytes of a fingerprint of that key stand in front. So several can be in
use at once, and a rotation can go through a full table while it is read and written: whoever meets a fingerprint that they
do not know asks the file or the key service again (`config.sealing`) before they say that the key is lost.
"""

from __future__ import annotations

import base64
import os
import time
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from cryptography.exceptions import InvalidTag
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from config import sealing
from sightline.vault import rules

NAME_BYTES = 4
NAMED_BYTES = NAME_BYTES + rules.WRAPPED_BYTES
ASK_AGAIN_SECONDS = 5.0  # a key service is not asked more often than this


class Altered(Exception):
    """A wrapped key that is not as it was written, or stands in another's place."""


class NotInHand(ImproperlyConfigured):
    """The key-encryption key that this was wrapped under is not among those given."""


@dataclass(frozen=True)
class Ring:
    """`current` is the name of the key that wraps; `keys` are all that open, by name."""

    current: bytes
    keys: dict[bytes, bytes]

    def wrap(self, key: bytes, key_id: UUID) -> bytes:
        return self.current + rules.wrap(key, self.keys[self.current], key_id.bytes)

    def unwrap(self, wrapped: bytes, key_id: UUID) -> bytes:
        """The key again. Raises Altered, and KeyError where no key in hand can be the one."""
        if len(wrapped) == NAMED_BYTES:
            under = self.keys[wrapped[:NAME_BYTES]]
            try:
                return rules.unwrap(wrapped[NAME_BYTES:], under, key_id.bytes)
            except InvalidTag as error:
                raise Altered from error
        if len(wrapped) != rules.WRAPPED_BYTES:
            raise Altered
        for under in self.keys.values():  # wrapped before keys had names
            try:
                return rules.unwrap(wrapped, under, key_id.bytes)
            except InvalidTag:
                continue
        raise KeyError(b"")


def name_of(key: bytes) -> bytes:
    """The fingerprint by which a key-encryption key is told from others: says nothing about the key."""
    return rules.derive(key, "name")[:NAME_BYTES]


@lru_cache(maxsize=16)
def made_of(key: str, others: tuple[str, ...]) -> Ring:
    """A ring of keys in base64, the first of which wraps."""
    raw = [base64.b64decode(text) for text in (key, *others)]
    return Ring(name_of(raw[0]), {name_of(one): one for one in reversed(raw)})


_afresh: tuple[tuple[str, tuple[str, ...]], tuple[str, tuple[str, ...]]] | None = None  # as at start: as they are now
_stamp: tuple[int, int, int] | None = None  # of the file, when it was last read
_asked = -ASK_AGAIN_SECONDS


def ring() -> Ring:
    """The keys as they are now. Where they lie in a file, one look at whether it has changed (a microsecond)."""
    if settings.SIGHTLINE_KEYS_FROM == sealing.FILE:
        _look_at_file()
    given = _given()
    return made_of(*(_afresh[1] if _afresh is not None and _afresh[0] == given else given))


def ring_asked_again() -> Ring:
    """As `ring`, after asking whoever keeps the keys: for a name that is not known."""
    global _asked
    if settings.SIGHTLINE_KEYS_FROM == sealing.SERVICE and time.monotonic() - _asked > ASK_AGAIN_SECONDS:
        _asked = time.monotonic()
        sealing.told_by(os.environ[sealing.COMMAND], afresh=True)
        _read()
    return ring()


def unwrap(wrapped: bytes, key_id: UUID, hand: Ring) -> bytes:
    """The key again, from this ring or from whoever keeps the keys now. Raises Altered and NotInHand."""
    try:
        return hand.unwrap(wrapped, key_id)
    except KeyError:
        pass
    try:
        return ring_asked_again().unwrap(wrapped, key_id)
    except KeyError as error:
        raise NotInHand(not_in_hand(wrapped)) from error


def not_in_hand(wrapped: bytes) -> str:
    """The sentence for a key-encryption key that nobody gave us."""
    sentence = "SIGHTLINE_KEY is not the key with which this database was sealed"
    if len(wrapped) != NAMED_BYTES:
        return f"{sentence}."
    wanted, there = wrapped[:NAME_BYTES].hex(), ", ".join(name.hex() for name in ring().keys)
    return (
        f"{sentence}: that was key {wanted}, and there is only {there}. Give that key too, in SIGHTLINE_KEY_OTHERS; "
        "without it nothing that it wraps can be opened."
    )


def _given() -> tuple[str, tuple[str, ...]]:
    return settings.SIGHTLINE_KEY, tuple(settings.SIGHTLINE_KEY_OTHERS)


def _look_at_file() -> None:
    global _stamp
    try:
        there = os.stat(settings.KEYS_FILE)
    except OSError:
        return  # what was read at the start still holds
    stamp = (there.st_ino, there.st_mtime_ns, there.st_size)
    if stamp != _stamp:
        _stamp = stamp
        _read()


def _read() -> None:
    global _afresh
    found = sealing.sealing_keys(os.environ, settings.KEYS_FILE)
    if found.key:
        _afresh = _given(), (found.key, found.others)
