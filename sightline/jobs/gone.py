"""What is open here and was left out of a newer whole extract: told to a person in the feed's health. Nothing is closed by it.

A set of tables restates everything that its sender holds. A plan that is in it no more may have ended, have been taken
out of the system, stand under another number, or have been left out by mistake: which of these it is only the sender
can say. So it stays open, and whoever looks after the feed is told which row it was.

A row that is restated bears the day of the newest extract that did so (`intake.inbox`); what is open and bears an older
day than that extract was left out. Only kinds of record whose tables came are asked about, each by its own newest day:
a folder of three tables says nothing about the others, and one that comes late says nothing new.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import UUID

from sightline.chronology.still_open import newest, open_of
from sightline.definition.types import Feed, Partnership
from sightline.intake import restated
from sightline.intake.inbox import newer
from sightline.timescales.london import local_day

AT_ONCE = 2000  # open records looked at in one question
SHOWN = 20


@dataclass(frozen=True, slots=True)
class Found:
    """`told`: of each kind of record the newest day on which it was told of. `gone`: what was left out, for the delivery."""

    told: dict[str, str]
    gone: dict[str, Any]

    @property
    def sentence(self) -> str:
        """What the load says of it; empty where nothing was left out."""
        if not (count := self.gone.get("count", 0)):
            return ""
        are = "record that is open here is" if count == 1 else "records that are open here are"
        return f"{count:,} {are} not in this extract. Nothing was closed: the feed's health says which"


def look(feed: Feed, kinds: Collection[str], version: str, definition: Partnership) -> Found | None:
    """What is open here and was left out, now that a delivery has been taken in. `kinds`: of which records its tables
    tell; `version`: the day of its extract. Neither, where the same file came again. None where the feed restates nothing.
    """
    if feed.format != "tables" or not feed.whole_state or not feed.agency:
        return None
    own = dict.fromkeys(kinds, version) if version else {}
    told = _newest_of([own, *restated.told_before(feed)])
    rows = sorted(_left_out(feed, told, definition), key=lambda one: one[:3])
    if not rows:
        return Found(own, {})
    mark = sha256("\0".join(f"{first} {version}" for *_, version, first in rows).encode()).hexdigest()[:40]
    return Found(own, {"count": len(rows), "mark": mark, "rows": [row[:4] for row in rows[:SHOWN]]})


def keep(delivery: UUID, found: Found) -> None:
    """Remembers it with the delivery, once that is closed."""
    restated.keep(delivery, found.told, found.gone)


def _newest_of(those: Iterable[Mapping[str, str]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for one in those:
        for kind, version in one.items():
            if newer(version, found.get(kind, "")):
                found[kind] = version
    return found


def _left_out(
    feed: Feed, told: Mapping[str, str], definition: Partnership
) -> Iterator[tuple[str, str, str, str, UUID]]:
    """Of each: its kind, where it stood (table and line), the day of that file, when it was told last; the record."""
    kinds = sorted(kind for kind in told if kind in definition.record and definition.record[kind].opens)
    entries = open_of(feed.agency, kinds)
    for start in range(0, len(entries), AT_ONCE):
        some = {item: (id, first, record) for id, first, record, item in entries[start : start + AT_ONCE]}
        out = {}
        for item, version, position, at in restated.last_told(feed.agency, feed.id, list(some)):
            id, first, record = some[item]
            if newer(told[record], version):
                out[id] = record, position, local_day(at).isoformat(), version, first
        standing = newest([one[-1] for one in out.values()])
        yield from (one for id, one in out.items() if standing.get(one[-1]) == id)
