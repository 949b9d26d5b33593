"""Roots and proofs out of what is stored: a few rows each, however long the ledger is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import connection

from sightline.ledger import tree
from sightline.ledger.models import Place
from sightline.ledger.rules import STORED
from sightline.ledger.tree import Span, Subtree

WIDTH = 1 << STORED


class Gap(Exception):
    """A place, record or subtree that should be there is not. The message is a sentence: `sightline verify` says more."""

    def __init__(self) -> None:
        super().__init__("The ledger has a gap: run `sightline verify`.")


def size() -> int:
    """How many records have their place, by what lies in the tables."""
    last = Place.objects.order_by("-n").values_list("n", flat=True).first()
    return 0 if last is None else last + 1


def roots(spans: Sequence[Span]) -> list[bytes]:
    """The root over each span, in one query. Raises Gap."""
    parts = [tree.subtrees(span) for span in spans]
    known = _known({part for each in parts for part in each})
    return [tree.folded([known[part] for part in each]) for each in parts]


def root_at(count: int) -> bytes:
    """The root of the tree as it was when it had so many records. Raises Gap."""
    return roots([(0, count)])[0]


def inclusion(leaf: int, count: int) -> list[bytes]:
    """The proof that a record stands at its place in the tree of so many records. Raises Gap, ValueError."""
    return roots(tree.inclusion(leaf, count))


def consistency(old: int, count: int) -> list[bytes]:
    """The proof that the tree of so many records continues the older one. Raises Gap, ValueError."""
    return roots(tree.consistency(old, count))


def growing() -> tree.Growing:
    """The tree as the tables have it, to be grown: only for where the sealed head cannot be trusted."""
    count = size()
    parts = tree.subtrees((0, count))
    known = _known(set(parts), lenient=True)
    return tree.Growing(count, [known[part] for part in parts])


def _known(wanted: set[Subtree], *, lenient: bool = False) -> dict[Subtree, bytes]:
    """The roots of whole subtrees: stored ones as they are, lower ones from their leaves."""
    lower = {part for part in wanted if part[0] < STORED}
    found, leaves = _fetched(wanted - lower, {at << level >> STORED for level, at in lower})
    for level, at in lower:
        low = at << level
        grown = tree.Growing()
        if all(n in leaves for n in range(low, low + (1 << level))):
            for n in range(low, low + (1 << level)):
                grown.add(leaves[n])
            found[level, at] = grown.root
    missing = wanted - set(found)
    if missing and not lenient:
        raise Gap
    return {**dict.fromkeys(missing, bytes(32)), **found}


def _fetched(nodes: Iterable[Subtree], blocks: Iterable[int]) -> tuple[dict[Subtree, bytes], dict[int, bytes]]:
    """Stored subtrees, and the leaves of blocks of sixteen by their place, in one query: each row by its key."""
    asked, values = [], []
    if parts := sorted(nodes):
        # one by one: for a list of pairs SQLite would go through the whole table
        either = " OR ".join(['("level" = %s AND "at" = %s)'] * len(parts))
        asked.append(f"""SELECT "level", "at", "root", '' FROM "ledger_node" WHERE {either}""")
        values += [number for part in parts for number in part]
    for block in sorted(blocks):
        asked.append(
            'SELECT -1, p."n", NULL, r."leaf" FROM "ledger_place" p JOIN "ledger_record" r ON r."id" = p."record_id" '
            'WHERE p."n" >= %s AND p."n" < %s'
        )
        values += [block * WIDTH, (block + 1) * WIDTH]
    if not asked:
        return {}, {}
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(asked), values)
        rows = cursor.fetchall()
    return (
        {(level, at): bytes(root) for level, at, root, _ in rows if level >= 0},
        {n: bytes.fromhex(leaf) for level, n, _, leaf in rows if level < 0},
    )
