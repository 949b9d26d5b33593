"""Ids for rows that are added together: random, and side by side in an index.

An id that nobody can guess must be random; an index of random keys must change one page for each row, wherever it happens
to fall, and a load of a whole city then writes a hundred pages where it could write one. The ids of one `Ids` begin with
the same 32 random bits, so that rows of one transaction lie together, at a place that says nothing of when; the 90 bits
after them are each id's own, drawn from the system's source. They are UUIDs of version 4 like any other.
"""

from __future__ import annotations

import os
from uuid import UUID, SafeUUID

_KEPT = (1 << 96) - 1
_VERSION_MASK, _VERSION = 0xF << 76, 4 << 76
_VARIANT_MASK, _VARIANT = 0x3 << 62, 0x2 << 62


_OWN = _KEPT & ~_VERSION_MASK & ~_VARIANT_MASK
_MARKS = _VERSION | _VARIANT
AT_ONCE = 64  # ids drawn from the system's source together: each asking is a call of the kernel
_new, _set, _unknown = UUID.__new__, object.__setattr__, SafeUUID.unknown


def uuid_of(number: int) -> UUID:
    """A UUID of its 128 bits, without the checks of the constructor: a load makes two dozen a record. Only of what is one."""
    made = _new(UUID)
    _set(made, "int", number)
    _set(made, "is_safe", _unknown)
    return made


class Ids:
    """Call it for the next id. Make one a transaction; never keep one for longer."""

    def __init__(self) -> None:
        self._front = int.from_bytes(os.urandom(4), "big") << 96 | _MARKS
        self._drawn: list[int] = []

    def __call__(self) -> UUID:
        if not self._drawn:
            drawn = os.urandom(12 * AT_ONCE)
            self._drawn = [int.from_bytes(drawn[at : at + 12], "big") for at in range(0, 12 * AT_ONCE, 12)]
        return uuid_of(self._front | self._drawn.pop() & _OWN)
