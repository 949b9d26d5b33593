"""The tree over the ledger's records: RFC 6962, section 2.1. Pure; knows neither database nor Django.

A leaf is the fingerprint of a record (`rules.leaf`), 32 bytes. A subtree is named by its level (0: a leaf) and its place
among those of its level, from the left: (4, 2) covers the leaves 32 to 47. Only whole subtrees have a name; what lies
at the right edge is put together from them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256

Subtree = tuple[int, int]  # level, place in its level
Span = tuple[int, int]  # leaves from (with) to (without)

EMPTY = sha256(b"").digest()  # the root over nothing


def parent(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def subtrees(span: Span) -> list[Subtree]:
    """The whole subtrees of which a span consists, from the left, each as large as can be."""
    low, high = span
    found = []
    while low < high:
        level = (high - low).bit_length() - 1
        if low:
            level = min(level, (low & -low).bit_length() - 1)
        found.append((level, low >> level))
        low += 1 << level
    return found


def folded(hashes: Sequence[bytes]) -> bytes:
    """The root over the whole subtrees of a span that begins at 0 or is itself a side of a subtree."""
    if not hashes:
        return EMPTY
    root = hashes[-1]
    for left in reversed(hashes[:-1]):
        root = parent(left, root)
    return root


def inclusion(leaf: int, size: int) -> list[Span]:
    """The spans whose roots prove that a leaf stands at its place in a tree of this size, from the leaf upwards."""
    if not 0 <= leaf < size:
        raise ValueError(f"there is no leaf {leaf} in a tree of {size}")
    found: list[Span] = []
    low, high = 0, size
    while high - low > 1:
        middle = low + _split(high - low)
        if leaf < middle:
            found.append((middle, high))
            high = middle
        else:
            found.append((low, middle))
            low = middle
    return found[::-1]


def consistency(old: int, size: int) -> list[Span]:
    """The spans whose roots prove that a tree of this size begins with all that a tree of `old` held, in its order."""
    if not 0 < old <= size:
        raise ValueError(f"a tree of {size} cannot be held against one of {old}")
    if old == size:
        return []
    found: list[Span] = []
    low, high, whole = 0, size, True
    while old - low != high - low:
        middle = low + _split(high - low)
        if old <= middle:
            found.append((middle, high))
            high = middle
        else:
            found.append((low, middle))
            low, whole = middle, False
    if not whole:
        found.append((low, high))
    return found[::-1]


def _split(count: int) -> int:
    """The largest power of two below a count."""
    return 1 << ((count - 1).bit_length() - 1)


def root_by_inclusion(leaf_hash: bytes, leaf: int, size: int, path: Sequence[bytes]) -> bytes:
    """The root to which an inclusion proof leads (RFC 9162, 2.1.3.2). Raises ValueError where the proof has no such form."""
    if not 0 <= leaf < size:
        raise ValueError(f"there is no leaf {leaf} in a tree of {size}")
    at, last, root = leaf, size - 1, leaf_hash
    for other in path:
        if last == 0:
            raise ValueError("the proof is too long")
        if at & 1 or at == last:
            root = parent(other, root)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            root = parent(root, other)
        at, last = at >> 1, last >> 1
    if last:
        raise ValueError("the proof is too short")
    return root


def is_consistent(old: int, old_root: bytes, size: int, root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether the tree of `size` continues the tree of `old` (RFC 9162, 2.1.4.2)."""
    if old == 0:
        return not proof and old_root == EMPTY
    if old == size:
        return not proof and old_root == root
    if old > size or not proof:
        return False
    path = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    at, last = old - 1, size - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    first = second = path[0]
    for other in path[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            first, second = parent(other, first), parent(other, second)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            second = parent(second, other)
        at, last = at >> 1, last >> 1
    return last == 0 and first == old_root and second == root


class Growing:
    """A tree that grows at its right end. It keeps its frontier alone: the roots of the whole subtrees of which it
    consists, the largest first; at most one a level."""

    def __init__(self, size: int = 0, frontier: Iterable[bytes] = ()) -> None:
        self.size, self.frontier = size, list(frontier)
        if len(self.frontier) != size.bit_count():
            raise ValueError(f"{len(self.frontier)} subtrees are not a tree of {size}")

    @property
    def root(self) -> bytes:
        return folded(self.frontier)

    def add(self, leaf: bytes) -> list[tuple[int, int, bytes]]:
        """Adds a leaf. Returns the subtrees that it completed, as (level, place, root), from level 1 upwards."""
        done: list[tuple[int, int, bytes]] = []
        level, at, here = 0, self.size, leaf
        while at & 1:
            here = parent(self.frontier.pop(), here)
            level, at = level + 1, at >> 1
            done.append((level, at, here))
        self.frontier.append(here)
        self.size += 1
        return done
