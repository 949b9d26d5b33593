"""Ids for rows that are added together: random, and side by side in an index.

An id that nobody can guess must be random; an index of random keys must change one page for each row, wherever it happens
to fall, and a load of a whole city then writes a hundred pages where it could write one. The ids of one `Ids` begin with
the same 32 random bits, so that rows of one transaction lie together, at a place that says nothing of when; the 90 bits
after them are each id's own, drawn from the system's source. They are UUIDs of version 4 like any other.
"""

from __future__ import annotations

import os
from uuid import UUID

_KEPT = (1 << 96) - 1
_VERSION_MASK, _VERSION = 0xF << 76, 4 << 76
_VARIANT_MASK, _VARIANT = 0x3 << 62, 0x2 << 62


class Ids:
    """Call it for the next id. Make one a transaction; never keep one for longer."""

    def __init__(self) -> None:
        self._front = int.from_bytes(os.urandom(4), "big") << 96

    def __call__(self) -> UUID:
        own = int.from_bytes(os.urandom(12), "big") & _KEPT & ~_VERSION_MASK & ~_VARIANT_MASK
        return UUID(int=self._front | own | _VERSION | _VARIANT)
