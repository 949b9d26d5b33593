"""Opening very many bodies, of which each is sealed for the one key that was read beside it: a run over everybody.

What `Keyring` answers, without what it remembers: a third of its time. Whatever is not as simple as that goes to a keyring.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from sightline.vault import keeping
from sightline.vault.actions import CannotOpen, Keyring
from sightline.vault.rules import NONCE_BYTES, VERSION, WRAPPED_BYTES

_NAME = keeping.NAME_BYTES
_KEY = _NAME + NONCE_BYTES  # where the wrapped key stands behind its name and nonce
_HEAD = bytes((VERSION, 1))  # of a body that is sealed for one key
_WRAP = 2 + 16  # where the wrap of its record key begins
_RECORD = _WRAP + NONCE_BYTES
_BODY = _WRAP + WRAPPED_BYTES
_TEXT = _BODY + NONCE_BYTES
_VERSION = bytes((VERSION,))


def open_each(rows: Iterable[tuple[bytes, bytes, bytes, str]]) -> list[bytes | None]:
    """Of each (key's id, wrapped key, sealed body, what it is bound to) the body; None where nothing opens it: erased,
    altered or moved. Raises NotInHand where the key-encryption key is not there.
    """
    hands = {name: AESGCM(key) for name, key in keeping.ring().keys.items()}
    found: list[bytes | None] = []
    for key_id, wrapped, body, bound_to in rows:
        hand = hands.get(wrapped[:_NAME])
        if hand is None or len(wrapped) != keeping.NAMED_BYTES or body[:2] != _HEAD or body[2:_WRAP] != key_id:
            found.append(_with_a_keyring(key_id, wrapped, body, bound_to))
            continue
        try:
            key = hand.decrypt(wrapped[_NAME:_KEY], wrapped[_KEY:], key_id)
            record = AESGCM(key).decrypt(body[_WRAP:_RECORD], body[_RECORD:_BODY], key_id)
            found.append(AESGCM(record).decrypt(body[_BODY:_TEXT], body[_TEXT:], bound_to.encode() + _VERSION))
        except (InvalidTag, ValueError):  # a keyring says, and logs, what of it was altered
            found.append(_with_a_keyring(key_id, wrapped, body, bound_to))
    return found


def _with_a_keyring(key_id: bytes, wrapped: bytes, body: bytes, bound_to: str) -> bytes | None:
    keyring = Keyring()
    keyring.take([(UUID(bytes=key_id), wrapped)])
    try:
        return keyring.open_bytes(body, bound_to)
    except CannotOpen:
        return None
