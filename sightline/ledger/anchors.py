"""How far the ledger had got, kept outside the database: an older copy put in its place is noticed.

The worker writes a line every few seconds while the ledger grows: how many records have their place, and the root of the
tree over them (`SIGHTLINE_ANCHOR/ledger.jsonl`, see `vault.outside`; lines of before there was the tree say it of each
agency's chain). A database whose tree ends before that, or has another root there, is not the one that was here. It is
never anchored again until somebody says that it is right, and why (`accept`), which is itself a ledger record.

A line is written after the places are committed, so that the anchor is never ahead of a database that lost nothing.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sightline.ledger import checkpoints
from sightline.ledger.actions import sequence, write
from sightline.ledger.models import Head, Link
from sightline.ledger.proofs import Gap, root_at
from sightline.ledger.queries import Places, ends, is_whole, placed, places
from sightline.ledger.rules import TREE
from sightline.timescales.london import local
from sightline.vault import outside

log = logging.getLogger(__name__)

NAME, KIND = "ledger.jsonl", "anchor"
EVERY_SECONDS = 3.0
LONGEST = 1_000_000  # bytes; then a new file begins, and the old one is kept
KEPT = 20  # old files


@dataclass(frozen=True, slots=True)
class Anchored:
    """What the anchor says: when, and how far the ledger had got. `seal` is the newest line's."""

    at: str
    places: Places
    seal: str

    @property
    def records(self) -> int:
        return placed(self.places)


@dataclass(frozen=True, slots=True)
class Compared:
    """The database beside the anchor. `state`: off (no anchor is kept) | none (nothing was anchored yet) | fits |
    behind | different | unreadable. `sentence` is what a person is told."""

    state: str
    sentence: str
    anchored: int = 0
    here: int = 0
    at: str = ""

    @property
    def right(self) -> bool:
        return self.state in ("off", "none", "fits")

    def as_dict(self) -> dict[str, Any]:
        return {**asdict(self), "missing": max(0, self.anchored - self.here)}


def anchored() -> Anchored | None:
    """What was anchored last; None where nothing was. Raises outside.Altered."""
    place = outside.folder()
    found: Anchored | None = None
    for line in outside.lines(place / NAME, KIND) if place else ():
        moved = {stream: (int(n), chain) for stream, (n, chain) in line["places"].items()}
        whole = line["what"] != "more"  # `begin` and `accepted` say it all afresh
        found = Anchored(line["at"], moved if whole or found is None else {**found.places, **moved}, line["seal"])
    return found


def compare(*, deep: bool = True) -> Compared:
    """The database's ledger beside the anchor. `deep` computes the root that was anchored; without, the head is believed
    (one row: cheap enough for a health check)."""
    if outside.folder() is None:
        return Compared(
            "off", "No anchor is kept (SIGHTLINE_ANCHOR is empty): an old copy put in place would not be noticed."
        )
    try:
        there = anchored()
    except outside.Altered as error:
        return Compared("unreadable", str(error))
    if there is None:
        return Compared("none", "Nothing has been anchored yet: the worker does it.", here=placed(ends()))
    return compare_to(there, deep=deep)


def compare_to(there: Anchored, *, deep: bool = True) -> Compared:
    """The same, beside what somebody else noted."""
    head = Head.objects.filter(id=Head.ONE).first()
    if head is not None and not is_whole(head):
        return Compared("different", "The ledger's head is not as it was written: run `sightline verify`.")
    here = places(head)
    counts = {"anchored": there.records, "here": placed(here), "at": there.at}
    when = f"{local(datetime.fromisoformat(there.at)):%H:%M on %-d %B %Y}"
    lost = there.records - placed(here)
    if lost > 0 or any(here.get(stream, (0, ""))[0] < n for stream, (n, _) in there.places.items()):
        return Compared(
            "behind",
            f"This is an older copy of the database. The ledger had {there.records:,} records in their places at {when}; this "
            f"database has {placed(here):,}. At least {max(lost, 1):,} are missing.",
            **counts,
        )
    if any(
        (here[stream][1] if here[stream][0] == n else _value_at(stream, n) if deep else value) != value
        for stream, (n, value) in there.places.items()
    ):
        return Compared(
            "different",
            f"This is not the database that was here at {when}: its ledger goes another way. "
            "Somebody put another copy in its place, or wrote the past afresh.",
            **counts,
        )
    return Compared("fits", f"The ledger holds all {there.records:,} records that it had at {when}.", **counts)


_next = 0.0  # when this process may write again, by its own clock


def keep(*, at_once: bool = False) -> bool:
    """Anchors how far the ledger has got, at most every few seconds. Returns whether a line was written. A database
    that is behind the anchor or another is not anchored: that is logged, and the anchor stays.
    """
    global _next
    if outside.folder() is None or (not at_once and time.monotonic() < _next):
        return False
    _next = time.monotonic() + EVERY_SECONDS
    with outside.locked() as place:
        head = Head.objects.filter(id=Head.ONE).first()  # read under the lock: never older than what is anchored
        if head is None or not is_whole(head):
            return False
        here = places(head)
        try:
            there = anchored()
        except outside.Altered:
            log.error("the anchor was altered; nothing is anchored")
            return False
        if there is None:
            _line(place, "begin", here, outside.START)
            return True
        moved = {stream: at for stream, at in here.items() if there.places.get(stream) != at}
        before = {stream: there.places[stream] for stream in moved if stream in there.places}
        if not set(there.places) <= set(here) or any(
            here[stream][0] <= n or _value_at(stream, n) != chain for stream, (n, chain) in before.items()
        ):
            log.error("the ledger is not the one that was anchored: an older copy, or another database")
            return False
        if moved:
            if (place / NAME).stat().st_size > LONGEST:
                _begin_anew(place)
                _line(place, "begin", here, outside.START)
            else:
                _line(place, "more", moved, there.seal)
        return bool(moved)


def accept(*, reason: str, by: str) -> Compared:
    """Somebody answers for an older copy (or another) being the database from now on: a ledger record says who missed
    what, and the anchor and the signed checkpoints begin from here. Returns what it was compared to. `reason` names no person.
    """
    found = compare()
    detail = {name: value for name, value in found.as_dict().items() if name != "sentence"}
    write(
        kind="change",
        verb="accept-restored",
        actor=by,
        acting_for="",
        purpose="administration",
        detail={**detail, "reason": reason[:200]},
    )
    while sequence():
        pass
    head = Head.objects.filter(id=Head.ONE).first()
    with outside.locked() as place:
        try:
            before = there.seal if (there := anchored()) else outside.START
        except outside.Altered:
            _begin_anew(place)
            before = outside.START
        _line(place, "accepted", places(head), before)
        checkpoints.begin_anew()
    return found


def _line(place: Path, what: str, places: Mapping[str, tuple[int, str]], before: str) -> None:
    at = datetime.now(UTC).isoformat(timespec="seconds")
    outside.append(
        place / NAME, KIND, {"at": at, "what": what, "places": {s: list(p) for s, p in places.items()}}, before
    )


def _begin_anew(place: Path) -> None:
    """Sets the file aside under the moment at which it ended; the oldest go."""
    (place / NAME).rename(place / f"ledger-{datetime.now(UTC):%Y%m%dT%H%M%S%f}.jsonl")
    for old in sorted(place.glob("ledger-*.jsonl"))[:-KEPT]:
        old.unlink()


def _value_at(stream: str, n: int) -> str:
    """What the root was after so many records; or the value of a chain of before at a place."""
    if stream == TREE:
        try:
            return root_at(n).hex()
        except Gap:
            return ""
    return Link.objects.filter(stream=stream, n=n).values_list("chain", flat=True).first() or ""
