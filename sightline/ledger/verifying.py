"""Checking the whole ledger: every record, every place, every subtree, and how they end.

A million records are looked at in less than ten seconds, by as many processes as there are processors, in small memory.
"""

from __future__ import annotations

import hmac
import multiprocessing
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import reduce
from operator import or_
from typing import Any
from uuid import UUID

from django.db import DatabaseError, connection
from django.db.models import Q

from sightline.ledger import proofs, rules, tree
from sightline.ledger.models import Head, Node, Place, Record
from sightline.ledger.queries import is_whole, record_seal
from sightline.vault.actions import check_key

WIDE = 16  # the level of the subtree that is looked at by one process at a time
PAGE = 4096  # records that are read together
SEVERAL_FROM = 150_000  # records from which on several processes are worth their start
_ID, _AT = rules.TEXTS.index("id"), rules.TEXTS.index("at")


@dataclass(frozen=True)
class Verified:
    """What a check of the whole ledger found. `faults` are sentences; none means that it is as it was written.
    `records`: all that were looked at; `placed`: those in the tree, whose root is `root` (hex)."""

    records: int
    placed: int
    root: str
    faults: tuple[str, ...]


@dataclass
class _Part:
    """A stretch of the tree: the whole subtrees of which it consists, largest first, and what does not fit in it."""

    records: int = 0
    tops: list[tuple[int, int, bytes]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


def verify(progress: Callable[[int], None] | None = None) -> Verified:
    """Recomputes every record's fingerprint, every subtree and the root, and compares them with what is stored and with
    the sealed head; names each record that does not fit. Of what has no place, the seals too. Records that come
    meanwhile are not looked at.

    Not found here: the whole ledger put back to an older copy of itself (that is what `anchors` and witnesses are for),
    and whatever somebody does who holds the keys (that is what witnesses are for).
    """
    check_key()
    count = proofs.size()  # before the head: what comes between the two has its place and is in the head
    head = Head.objects.filter(id=Head.ONE).first()
    whole = head is not None and is_whole(head)
    size, root = head.streams.get(rules.TREE, (0, "")) if head and whole else (count, "")
    if count < size:  # others wrote in between; or the end was cut off
        count = min(proofs.size(), size)
    faults: list[str] = []
    records, tops = 0, []
    for part in _parts(count):
        records += part.records
        tops += part.tops
        faults += part.faults
        if progress:
            progress(records)
    frontier = _upper([top for top in tops if top[0] == WIDE], faults) + [top for top in tops if top[0] < WIDE]
    found = tree.folded([each for _, _, each in frontier]).hex()
    faults += _nodes_beyond(count, size)
    strays, unplaced = _without_a_place()
    faults += unplaced
    if head is None:
        faults += ["the head is gone: how far the ledger had got cannot be said"] if count else []
    elif not whole:
        faults.append("the head is not as it was written")
    else:
        faults += _how_it_ends(count, size, root, found, faults)
        faults += _chains_of_before(head)
    return Verified(records + strays, count, found, tuple(faults))


def _how_it_ends(count: int, size: int, root: str, found: str, faults: list[str]) -> list[str]:
    if count < size:
        return [f"the ledger is cut off: it had {size:,} records in their places, and {count:,} are there"]
    if count > size and not Head.objects.filter(id=Head.ONE, streams__has_key=rules.TREE).exists():
        return [f"{count:,} records have a place, and the head knows of none"]
    if count > size:
        return [f"{count - size:,} records were put behind the {size:,} that have their places"]
    if root and found != root and not faults:
        return ["the ledger does not end as it was written: somebody changed it and computed the whole tree afresh"]
    return []


def _parts(size: int) -> Iterator[_Part]:
    spans = [(low, min(low + (1 << WIDE), size)) for low in range(0, size, 1 << WIDE)]
    processes = min(os.cpu_count() or 1, len(spans), 8)
    alone = processes < 2 or size < SEVERAL_FROM or connection.in_atomic_block
    if alone or "fork" not in multiprocessing.get_all_start_methods():
        yield from (_part(*span) for span in spans)
        return
    connection.close()  # each process opens its own
    with ProcessPoolExecutor(processes, multiprocessing.get_context("fork"), initializer=_only_reading) as pool:
        lows, highs = zip(*spans, strict=True)
        yield from pool.map(_part, lows, highs)


def _only_reading() -> None:
    """In a process of its own: its connection refuses to write."""
    sqlite = connection.vendor == "sqlite"
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA query_only = ON" if sqlite else "SET default_transaction_read_only = on")


def _part(low: int, high: int) -> _Part:
    """The records from one place up to another (without it), and the subtrees over them."""
    part, look = _Part(), _Looking()
    leaves: list[bytes] = []
    doubtful: set[int] = set()
    fits, escaped, fromhex = rules.is_leaf_of_pieces, look.escaped, bytes.fromhex

    def fault(n: int, sentence: str) -> None:
        part.faults.append(sentence)
        doubtful.add(n)

    def missing_until(n: int) -> None:
        here = low + len(leaves)
        if here < n:
            fault(here, f"places {here} to {n - 1} are missing" if here < n - 1 else f"place {here} is missing")
            doubtful.update(range(here, n))
            leaves.extend([bytes(32)] * (n - here))

    for n, leaf, begins, detail, then, ids, ends in look.between(low, high):
        if n != low + len(leaves):
            missing_until(n)
        if leaf is None:
            fault(n, f"the record at place {n} is gone")
            leaves.append(bytes(32))
            continue
        part.records += 1
        # a value that is null makes its piece null
        whole = begins and then and ends and type(detail) is type(ids) is str
        if whole and fits(leaf, begins, detail, then, ids, ends, escaped=escaped):
            leaves.append(fromhex(leaf))
            continue
        if sentence := look.closely(n):
            fault(n, sentence)
        leaves.append(_raw(leaf))
    missing_until(high)
    part.tops, wrong = _climb(0, low, leaves, _stored(low, high, WIDE), doubtful)
    part.faults += wrong
    return part


def _raw(leaf: str) -> bytes:
    try:
        return bytes.fromhex(leaf)
    except ValueError:
        return bytes(32)


class _Looking:
    """Rows are read plain, and mostly as the text that their fingerprint covers: the database joins it faster than we do,
    and a model a record would take ten times as long. Where that text does not fit, the record is looked at closely.
    `escaped`: whether the database escapes values as JSON does."""

    def __init__(self) -> None:
        self._sqlite = self.escaped = connection.vendor == "sqlite"
        if self._sqlite:  # records are met at random by their ids: reading each page by a call costs a third more
            _rows("PRAGMA mmap_size = 17179869184", [])
        how = {"at": """r."at" || '+00:00'"""} if self._sqlite else {}  # which keeps a moment as text, without its zone
        if not self._sqlite:
            how = {name: f'r."{name}"::text' for name in ("id", "ids", "detail")}
        named = (*rules.TEXTS, "count", "ids", "detail", "leaf", "seal")
        self.columns = ", ".join(how.get(name, f'r."{name}"') for name in named)

    def between(self, low: int, high: int) -> Iterator[tuple[Any, ...]]:
        """Place, fingerprint, and the pieces of what it covers (None where they cannot be made)."""
        statement = (
            'SELECT p."n", r."leaf", {} FROM "ledger_place" p '
            'LEFT JOIN "ledger_record" r ON r."id" = p."record_id" WHERE p."n" >= %s AND p."n" < %s ORDER BY p."n"'
        )
        whole, bare = statement.format(self._pieces()), statement.format("NULL, NULL, NULL, NULL, NULL")
        for start in range(low, high, PAGE):
            bounds = [start, min(high, start + PAGE)]
            try:
                yield from _rows(whole, bounds)
            except DatabaseError:  # somebody put in what is no text: then each of these records is looked at closely
                yield from _rows(bare, bounds)

    def _pieces(self) -> str:
        """The five pieces of `rules.is_leaf_of_pieces`, as the database joins them."""
        return self._objects() if self.escaped else self._joined()

    def _objects(self) -> str:
        """SQLite writes an object as `leaf` does, values escaped, in one go: a third faster than joining it."""
        bounds = ((1, 8), (9, 4), (13, 4), (17, 4))
        own = {
            "id": " || '-' || ".join(f'substr(r."id",{start},{length})' for start, length in bounds)
            + """ || '-' || substr(r."id",21)""",
            "at": """r."at" || '+00:00'""",
        }
        groups: list[list[str]] = [[]]
        for name in sorted(rules.COVERED):
            if name in ("detail", "ids"):
                groups.append([])
            else:
                groups[-1].append(f"""'{name}', {own.get(name, f'r."{name}"')}""")
        begins, then, ends = (f"json_object({', '.join(each)})" for each in groups)
        return (
            f"""rtrim({begins}, '}}') || ',"detail":', r."detail", ',' || trim({then}, '{{}}') || ',"ids":', r."ids", """
            f"""',' || ltrim({ends}, '{{')"""
        )

    def _joined(self) -> str:
        """Between quotation marks, as it is: `is_leaf_of_pieces` sees where that would not do."""
        values = {
            "id": """r."id"::text""",
            "at": """to_char(r."at" AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US+00:00')""",
        }
        parts, here = [], "'{"  # the text that is open ends what is joined so far
        for n, name in enumerate(sorted(rules.COVERED)):
            here += f'{"," if n else ""}"{name}":'
            if name in ("detail", "ids"):
                parts += [f"{here}'", f'r."{name}"::text']
                here = "'"
            elif name == "count":
                here += """' || r."count"::text || '"""
            else:
                value = values.get(name, f'r."{name}"')
                here += f""""' || {value} || '\""""
        return ", ".join([*parts, here + "}'"])

    def closely(self, n: int) -> str:
        """What does not fit of the record at a place; empty where all does."""
        statement = f'SELECT {self.columns} FROM "ledger_place" p JOIN "ledger_record" r ON r."id" = p."record_id" WHERE p."n" = %s'
        try:
            for *values, leaf, _ in _rows(statement, [n]):
                return self.at(values, leaf)
        except DatabaseError:  # somebody put in bytes that are no text
            return f"the record at place {n} was altered after it was written: it cannot be read any more"
        return f"the record at place {n} is gone"

    def at(self, values: Any, leaf: str, seal: str | None = None) -> str:
        """What does not fit of a record; empty where all does. Its seal is looked at where it is given."""
        *texts, count, ids, detail = values
        if self._sqlite:  # which keeps an id without its dashes
            id_ = texts[_ID]
            texts[_ID] = f"{id_[:8]}-{id_[8:12]}-{id_[12:16]}-{id_[16:20]}-{id_[20:]}"
        else:
            texts[_AT] = str(texts[_AT])
        try:
            fits = rules.leaf_of_row(texts, count, ids, detail) == leaf
        except (ValueError, TypeError):  # no longer JSON, or no longer a text
            fits = False
        if not fits:
            return f"record {texts[_ID]} was altered after it was written"
        if seal is not None and not hmac.compare_digest(seal, record_seal(leaf)):
            return f"record {texts[_ID]} was not written by Sightline, or altered since: its seal does not fit"
        return ""


def _climb(
    level: int, first: int, roots: list[bytes], stored: dict[tuple[int, int], bytes], doubtful: set[int]
) -> tuple[list[tuple[int, int, bytes]], list[str]]:
    """From subtrees side by side (of this level, from `first` on) upwards: those left over at the right edge, largest
    first, and where what is stored is another. Over the `doubtful` ones a fault was told already: no second is."""
    left, faults, doubtful = [], [], set(doubtful)
    while roots:
        for at, root in enumerate(roots, first) if level >= rules.STORED else ():
            there = stored.get((level, at))
            if there == root:
                continue
            if at not in doubtful:
                low, high = at << level, (at + 1 << level) - 1
                if there is None:
                    faults.append(f"the tree's row over the places {low} to {high} is gone")
                else:
                    faults.append(
                        f"places {low} to {high} do not fit the tree: the records there are not those that were written, not "
                        "in that order, or its row was altered"
                    )
            doubtful.add(at)
        if len(roots) & 1:
            left.append((level, first + len(roots) - 1, roots.pop()))
        pair = iter(roots)
        roots = [tree.parent(a, b) for a, b in zip(pair, pair, strict=True)]
        level, first, doubtful = level + 1, first >> 1, {at >> 1 for at in doubtful}
    return left[::-1], faults


def _upper(wide: list[tuple[int, int, bytes]], faults: list[str]) -> list[tuple[int, int, bytes]]:
    """The subtrees above those that one process looks at."""
    stored = {
        (level, at): bytes(root)
        for level, at, root in _rows('SELECT "level", "at", "root" FROM "ledger_node" WHERE "level" >= %s', [WIDE])
    }
    told = {at for _, at, root in wide if stored.get((WIDE, at)) != root}
    tops, wrong = _climb(WIDE, 0, [root for _, _, root in wide], stored, told)
    faults += wrong
    return tops


def _stored(low: int, high: int, below: int) -> dict[tuple[int, int], bytes]:
    found = {}
    for level in range(rules.STORED, below + 1):
        statement = 'SELECT "at", "root" FROM "ledger_node" WHERE "level" = %s AND "at" >= %s AND "at" < %s'
        for at, root in _rows(statement, [level, low >> level, high >> level]):
            found[level, at] = bytes(root)
    return found


def _nodes_beyond(count: int, size: int) -> list[str]:
    """Rows of the tree over places that there are not, nor were by what the head says."""
    over = (Q(level=level, at__gte=max(count, size) >> level) for level in range(rules.STORED, 48))
    more = Node.objects.filter(reduce(or_, over)).count()
    return [f"the tree has {more:,} rows over places that there are not"] if more else []


def _without_a_place() -> tuple[int, list[str]]:
    """Records that have no place yet: how many, and what does not fit of them."""
    if Record.objects.count() == Place.objects.count():
        return 0, []
    look, faults, seen, last = _Looking(), [], 0, UUID(int=0)
    statement = (
        f'SELECT {look.columns} FROM "ledger_record" r WHERE r."id" > %s '
        'AND NOT EXISTS (SELECT 1 FROM "ledger_place" p WHERE p."record_id" = r."id") ORDER BY r."id" LIMIT %s'
    )
    while True:
        rows = _rows(statement, [last.hex if connection.vendor == "sqlite" else last, PAGE])
        for *values, leaf, seal in rows:
            sentence = look.at(values, leaf, seal)
            faults += [sentence] if sentence else []
        seen += len(rows)
        if len(rows) < PAGE:
            return seen, faults
        last = UUID(str(rows[-1][_ID]))


def _chains_of_before(head: Head) -> list[str]:
    """The chains that an earlier version kept, one an agency: whole, and ending as the head says."""
    there: dict[str, tuple[int, str]] = {}
    faults: list[str] = []
    statement = (
        'SELECT l."id", l."stream", l."n", l."chain", r."leaf", r."stream" FROM "ledger_link" l LEFT JOIN "ledger_record" r '
        'ON r."id" = l."record_id" WHERE l."id" > %s ORDER BY l."id" LIMIT %s'
    )
    last = 0
    while rows := _rows(statement, [last, PAGE]):
        for id_, stream, n, chain, leaf, of in rows:
            last = id_
            place, before = there.get(stream, (0, rules.START))
            if n != place + 1 or leaf is None or of != stream or rules.chained(before, leaf) != chain:
                faults.append(f"stream {stream}: the chain of before the tree breaks at place {n}")
            there[stream] = (n, chain)
    for stream, end in head.streams.items():
        if stream != rules.TREE and there.get(stream, (0, rules.START)) != tuple(end):
            faults.append(f"stream {stream}: the chain of before the tree does not end as it was written")
    return faults


def _rows(statement: str, values: list[Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()
