"""A load that was stopped goes on where it was: how far a delivery had got, which one a file continues, and how the
stopped one is closed.

A delivery remembers, about once a second, how many things of its file were taken (they are taken in their order, so all
before are committed), and a digest of the newest. The same content, read under the same definition as the same feed, is
continued from there, where that thing stands at that place again; anything else begins at the start, which is slower
and no less right, for what is held already is nothing new. So a wrong place can never leave something out unseen.
"""

from __future__ import annotations

import hashlib
import os
import socket
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.db import transaction

from sightline.agencies.types import Actor
from sightline.intake.models import Delivery
from sightline.intake.types import Counts, Notification, Unread
from sightline.ledger.actions import write
from sightline.timescales.moment import now
from sightline.vault.actions import digest

WHOLE = "whole"  # in a delivery's counts: things in the file, where this delivery took only the rest of them
REACHED = "reached"  # in a delivery's counts: things taken, the digest of the newest, and by which process


@dataclass(frozen=True, slots=True)
class Stopped:
    """A delivery that did not come to its end: how many things of its file were taken, and the digest of the newest."""

    delivery: UUID
    taken: int
    newest: str


def mark(path: Path, *, feed: str, definition: str, member: str = "", named: bool = False) -> str:
    """What makes a file the same again: its whole content (of a folder, every file's), its feed and the definition.

    `named`: its name too, where that tells of which day it is. What was told in June and is told again in August takes
    the place of what was told otherwise in July, though not one letter of it is new.
    """
    files = sorted(each for each in path.rglob("*") if each.is_file()) if path.is_dir() else [path]
    hashed = hashlib.sha256("\0".join((feed, definition, member, path.name if named else "")).encode())
    for file in files:
        with file.open("rb") as opened:
            hashed.update(f"\0{file.relative_to(path) if file != path else ''}\0".encode())
            hashed.update(hashlib.file_digest(opened, "sha256").digest())
    return digest("delivery", hashed.hexdigest())


def stopped(marked: str) -> Stopped | None:
    """The newest delivery of the same content, where it did not come to its end and nobody is still at it."""
    row = Delivery.objects.filter(digest=marked).order_by("-received_at", "-id").first()
    if row is None or row.state == "done" or "continued" in row.counts:
        return None
    reached = row.counts.get(REACHED) or {}
    if row.state == "reading" and _alive(str(reached.get("process", ""))):
        return None
    return Stopped(row.id, int(reached.get("taken", 0)), str(reached.get("newest", "")))


def taken_before(marked: str) -> tuple[int, datetime] | None:
    """How many things the same content held, and when it was taken, where the newest delivery of it came to its end:
    nothing in the file can be new. None otherwise.
    """
    row = Delivery.objects.filter(digest=marked).order_by("-received_at", "-id").first()
    if row is None or row.state != "done":
        return None
    return int(row.counts.get(WHOLE, row.counts.get("read", 0))), row.received_at


def at_its_end(delivery: UUID, whole: int) -> None:
    """Remembers how many things a file held of which this delivery took the rest."""
    with transaction.atomic():
        row = Delivery.objects.get(id=delivery)
        row.counts = {**row.counts, WHOLE: whole}
        row.save(update_fields=["counts"])


def is_newest(stop: Stopped, thing: Notification | Unread) -> bool:
    """Whether the thing at that place of the file is the one that was taken last."""
    return _of(thing) == stop.newest


def reached(delivery: UUID, counts: Counts, taken: int, newest: Notification | Unread) -> None:
    """Remembers how far a delivery has got; in a transaction of its own, after what it speaks of is committed."""
    said = {"taken": taken, "newest": _of(newest), "process": _this_process()}
    with transaction.atomic():
        Delivery.objects.filter(id=delivery).update(counts={**counts.as_dict(), REACHED: said})


def begun(delivery: UUID, counts: Counts, stop: Stopped | None) -> None:
    """Remembers who is at it, so that nobody takes it for one that was stopped, and from where: nothing more was taken yet."""
    said = {"taken": stop.taken if stop else 0, "newest": stop.newest if stop else "", "process": _this_process()}
    with transaction.atomic():
        Delivery.objects.filter(id=delivery).update(counts={**counts.as_dict(), REACHED: said})


@transaction.atomic
def continue_as(stop: Stopped, delivery: UUID, *, by: Actor) -> None:
    """Closes the stopped delivery: it says where its rest is to be found, and the new one says where it began."""
    row, new = Delivery.objects.get(id=stop.delivery), Delivery.objects.get(id=delivery)
    row.state, row.finished_at = "stopped", row.finished_at or now()
    row.counts = {**row.counts, "continued": str(delivery)}
    row.notes = [
        *row.notes[:49],
        f"It was stopped after {stop.taken:,} records. The rest is in a later load of the same file.",
    ]
    row.save(update_fields=["state", "finished_at", "counts", "notes"])
    new.notes = [*new.notes[:49], from_where(stop)]
    new.save(update_fields=["notes"])
    write(
        kind="change",
        verb="continue-delivery",
        actor=by.id,
        acting_for=by.agency or row.agency,
        purpose="safeguarding",
        ids=[row.id, new.id],
        detail={"taken": stop.taken},
    )


def from_where(stop: Stopped) -> str:
    """What the new delivery says of itself."""
    return f"It goes on after the first {stop.taken:,} records of the file, which an earlier load took before it was stopped."


def _of(thing: Notification | Unread) -> str:
    return digest("reached", f"{thing.position}|{thing.message_id}|{hashlib.sha256(thing.raw).hexdigest()}")


def _this_process() -> str:
    return f"{socket.gethostname()}:{os.getpid()}:{_began(os.getpid())}"


def _alive(process: str) -> bool:
    """Whether that process still runs. Of another machine's we cannot know: its load is left alone, and this begins anew."""
    host, _, rest = process.partition(":")
    if not rest:
        return False
    pid, _, began = rest.partition(":")
    return host != socket.gethostname() or _began(int(pid)) == began


def _began(pid: int) -> str:
    """When the process began, in the kernel's own count: a process id is given again. Nothing where none runs."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except OSError:
        return ""
