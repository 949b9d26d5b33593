"""What a database holds after a load, said so that two can be compared. In a process of its own:

    python -m benchmarks.held OUT whole|counted

First the worker takes its turns, so that nothing is owed and every ledger record has its place; then the ledger is verified.

`whole` is everything, as the crash tests compare it (`tests/crash/content.py`); it holds a database in memory. `counted`
reads each table row by row: how many there are of each kind, and an order-free digest over what the rows say, without ids
and without our own clock. Sealed bodies are not opened then: the keyed digest of each content stands for them.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

Held = dict[str, Counter[str]]


def main() -> int:
    import django

    django.setup()
    from sightline.jobs.worker import turn
    from sightline.ledger.verifying import verify
    from tests.crash.content import content

    while turn():
        pass
    out, how = sys.argv[1:]
    held = content() if how == "whole" else counted()
    held["ledger"] = Counter({f"fault: {fault}": 1 for fault in verify().faults} or {"whole": 1})
    Path(out).write_text(json.dumps(held))
    return 0


def read(file: Path) -> Held:
    return {part: Counter(counts) for part, counts in json.loads(file.read_text()).items()}


def counted() -> Held:
    from sightline.chronology.models import Entry, Opening, Part
    from sightline.clocks.models import Running
    from sightline.identity.models import Key as Found
    from sightline.identity.models import Link, Possible, Relation, SourceIdentity, Version
    from sightline.intake.models import Item, Message, Quarantined
    from sightline.jobs.models import Due
    from sightline.ledger.models import Record
    from sightline.vault.models import Key

    def rows(of: Any, *names: str) -> Iterable[tuple[Any, ...]]:
        return of.objects.values_list(*names).iterator(chunk_size=5000)

    taken = ("message", "content", "version", "position", "sent_at")
    waiting = ("item__message", "item__content", "faults", "state")
    entry = (
        *("record", "agency", "handling", "pointer_only", "routine", "queued", "urgent", "happened", "until"),
        *("precision", "known_at", "stated", "author", "definition"),
    )
    part = ("role", "child", "entry__record", "entry__agency", "entry__known_at", "happened", "identity__local")
    clock = ("clock", "agency", "identity__local", "started_at", "due_at", "paused_at", "stopped_at", "history", "why")
    identities = list(rows(SourceIdentity, "person", "agency", "local"))
    return {
        "received": _of(rows(Item, "agency", *taken)),
        "messages": _of(rows(Message, "agency", "message", "content", "version")),
        "waiting": _of(rows(Quarantined, "reason", *waiting)),
        "entries": _of(rows(Entry, *entry)),
        "parts": _of(rows(Part, *part)),
        "identities": _of(rows(SourceIdentity, "agency", "local", "unborn", "details")),
        "versions": _of(rows(Version, "identity__agency", "identity__local", "known_at")),
        "found by": _of(rows(Found, "alike__identity__agency", "key", "alike__identity__local")),
        "links": _of(rows(Link, "reason", "evidence", "at", "by", "identity__agency", "identity__local")),
        "people": _people(identities),
        "possible": _of(_unordered(rows(Possible, "state", "agree", "differ", "one__local", "other__local"))),
        "relations": _of(rows(Relation, "relation", "agency", "subject__local", "object__local", "known_at")),
        "openings": _of(rows(Opening, "record", "identity__agency", "identity__local", "since", "until", "opened_at")),
        "clocks": _of(rows(Running, *clock)),
        "keys": Counter({"of subjects": Key.objects.filter(scope="subject").count()}),
        "recorded": Counter(
            {"as received": sum(Record.objects.filter(verb="receive").values_list("count", flat=True))}
        ),
        "owed": Counter(verb for (verb,) in Due.objects.filter(done_at=None).values_list("verb")),
    }


def _of(rows: Iterable[tuple[Any, ...]]) -> Counter[str]:
    """How many there are of each first value, and a digest of them all: the sum of each row's own, so order is nothing."""
    count: Counter[str] = Counter()
    total: dict[str, int] = defaultdict(int)
    for row in rows:
        said = json.dumps(row, sort_keys=True, default=str).encode()
        count[str(row[0])] += 1
        total[str(row[0])] += int.from_bytes(hashlib.blake2b(said, digest_size=16).digest())
    return Counter({f"{kind} {total[kind] % 2**64:016x}": number for kind, number in count.items()})


def _unordered(rows: Iterable[tuple[Any, ...]]) -> Iterable[tuple[Any, ...]]:
    """Two identities are possibly one person: which of them is named first says nothing."""
    for state, agree, differ, one, other in rows:
        yield state, agree, differ, sorted((one or "", other or ""))


def _people(identities: list[tuple[Any, str, str | None]]) -> Counter[str]:
    """Groups of joined identities, by how many are in them. One without the sender's own id goes by its sender alone."""
    joined: dict[Any, list[str]] = defaultdict(list)
    for person, agency, local in identities:
        joined[person].append(f"{agency}:{local or ''}")
    return _of((f"of {len(names)}", sorted(names)) for names in joined.values())


if __name__ == "__main__":
    sys.exit(main())
