"""How a body is sealed. Pure: keys in, bytes out.

A body is encrypted under a fresh record key (AES-256-GCM). The record key is wrapped once for each subject whom
the body is about, and the wraps stand in front of the ciphertext. Whoever holds one subject's key can open the
body; when the last subject's key has been destroyed, nobody can (crypto-shredding). The additional data binds a
body to its row: a ciphertext that is moved to another row does not open.

A key is wrapped with AES-256-GCM too, bound to the id of the key that wraps it, under a random nonce: NIST SP
800-38F allows it as it allows AES-KW, of which no fast implementation exists in Python (28 µs against 2 µs, and a
record needs six). A wrapping key is used far less than the 2^32 times that random nonces allow.

Layout: version (1) | number of wraps (1) | wraps: key id (16) + wrapped record key (60) each | nonce (12) | ciphertext
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from sightline.vault.ids import uuid_of

VERSION = 1
KEY_BYTES = 32
NONCE_BYTES = 12
WRAPPED_BYTES = NONCE_BYTES + KEY_BYTES + 16
_DRAWN = KEY_BYTES + NONCE_BYTES
_VERSION_BYTE = bytes((VERSION,))


class CannotOpen(Exception):
    """A sealed body that does not open: it was altered or moved. Says nothing about the content."""


class Erased(CannotOpen):
    """No key that opens this body is left: its content was erased, for ever."""


def new_key() -> bytes:
    return os.urandom(KEY_BYTES)


def wrap(key: bytes, under: bytes, bound_to: bytes) -> bytes:
    """A key wrapped under another; it unwraps only with the same `bound_to`."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(under).encrypt(nonce, key, bound_to)


def unwrap(wrapped: bytes, under: bytes, bound_to: bytes) -> bytes:
    """The key again. Raises InvalidTag."""
    return AESGCM(under).decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], bound_to)


def seal(plain: bytes, keys: Mapping[UUID, bytes], bound_to: bytes) -> bytes:
    """Seals `plain` so that any one of `keys` (at least one) opens it, at the row named by `bound_to` only."""
    return seal_with(plain, [(key_id.bytes, AESGCM(key)) for key_id, key in keys.items()], bound_to)


def seal_with(plain: bytes, ciphers: Sequence[tuple[bytes, AESGCM]], bound_to: bytes) -> bytes:
    """As `seal`, with keys that are set up already (by the bytes of their ids): a load seals two or three bodies for each
    key in hand. Whatever is random comes in one call of the kernel.
    """
    if not 1 <= len(ciphers) <= 255:
        raise ValueError("a body is sealed for one to 255 keys")
    drawn = os.urandom(KEY_BYTES + NONCE_BYTES * (1 + len(ciphers)))
    record_key, nonce, at = drawn[:KEY_BYTES], drawn[KEY_BYTES:_DRAWN], _DRAWN
    parts = [bytes((VERSION, len(ciphers)))]
    for key_id, cipher in ciphers:
        own = drawn[at : at + NONCE_BYTES]
        at += NONCE_BYTES
        parts += key_id, own, cipher.encrypt(own, record_key, key_id)
    parts += nonce, AESGCM(record_key).encrypt(nonce, plain, bound_to + _VERSION_BYTE)
    return b"".join(parts)


def key_ids(sealed: bytes) -> list[UUID]:
    """The keys of which any one opens the body."""
    step = 16 + WRAPPED_BYTES
    whole = len(sealed) > 2 and len(sealed) >= 2 + sealed[1] * step  # else it was cut, and nothing opens it
    return (
        [uuid_of(int.from_bytes(sealed[2 + i * step : 18 + i * step], "big")) for i in range(sealed[1])]
        if whole
        else []
    )


def open_(sealed: bytes, keys: Mapping[UUID, bytes], bound_to: bytes) -> bytes:
    """Opens a sealed body with whichever of `keys` fits. Raises CannotOpen; Erased, where no key is left."""
    sealed = bytes(sealed)
    if len(sealed) < 2 or sealed[0] != VERSION:
        raise CannotOpen("unknown version")
    step, count = 16 + WRAPPED_BYTES, sealed[1]
    body = 2 + count * step
    if len(sealed) < body + NONCE_BYTES:
        raise CannotOpen("cut short")
    for i in range(count):
        key_id = sealed[2 + i * step : 18 + i * step]
        key = keys.get(uuid_of(int.from_bytes(key_id, "big")))
        if key is None:
            continue
        try:
            record_key = unwrap(sealed[18 + i * step : 2 + (i + 1) * step], key, key_id)
            nonce = sealed[body : body + NONCE_BYTES]
            return AESGCM(record_key).decrypt(nonce, sealed[body + NONCE_BYTES :], bound_to + _VERSION_BYTE)
        except InvalidTag as error:
            raise CannotOpen("altered or moved") from error
    raise Erased("no key is left")


def keyed_digest(key: bytes, value: str) -> str:
    """HMAC-SHA256 of a normalised value, cut to 128 bits, in hex: equal values meet, a stolen table says nothing."""
    return hmac.digest(key, value.encode(), "sha256").hex()[:32]


def short_digests(key: bytes, values: Iterable[str]) -> list[int]:
    """Keyed BLAKE2b (RFC 7693) of each value, cut to 64 bits, as a signed number: for tables of millions of rows, in which
    two values that meet by chance cost a look and no more. A third of the time of HMAC."""
    begun = hashlib.blake2b(digest_size=8, key=key)
    found = []
    for value in values:
        one = begun.copy()
        one.update(value.encode())
        found.append(int.from_bytes(one.digest(), "big", signed=True))
    return found


def derive(master: bytes, label: str) -> bytes:
    """A key for one purpose from a master key: one a purpose, so that digests of two kinds never compare."""
    return hmac.digest(master, b"sightline:" + label.encode(), "sha256")
