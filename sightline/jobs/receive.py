"""Receiving: the one way in for files, messages, forms and stories.

Acknowledged means committed. A thing that arrives twice is nothing new; what cannot be used is kept, raw, for a
person; nothing holds up what comes after it.
"""

from __future__ import annotations

import gc
import logging
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import DatabaseError, IntegrityError, OperationalError, connection, transaction

from sightline.agencies.queries import agencies, partnership
from sightline.agencies.types import Actor
from sightline.definition.types import Fault
from sightline.intake import actions as inbox
from sightline.intake.notes import Notes
from sightline.intake.types import Counts, Notification, Receipt, Unread
from sightline.jobs import beside
from sightline.jobs.arriving import owe_what_follows
from sightline.jobs.bite import Bite, World
from sightline.jobs.due import EVERYTHING, MANY, owe, sweep
from sightline.jobs.unread import owe_unread
from sightline.sharing.standing import trusted

log = logging.getLogger(__name__)
KEEP_SECONDS = 2.0  # how often a load notes what was filled: a stopped one has most of it


@dataclass(frozen=True)
class Pace:
    """How much is taken in one transaction: as many as fit into `seconds`, from `first` at the start up to `most`."""

    seconds: float
    first: int
    least: int
    most: int
    pause: float  # between transactions, so that a page that waits for the database gets its turn


PACES = {
    # One writes at a time: at most 0.2 s of work stands between others and the database.
    "sqlite": Pace(seconds=0.13, first=20, least=5, most=400, pause=0.004),
    # Nobody waits for another's rows, and few large COPYs cost less than many small ones.
    "postgresql": Pace(seconds=1.0, first=200, least=20, most=1000, pause=0.0),
}

open_delivery = inbox.open_delivery
close_delivery = inbox.close_delivery


def _world(delivery: UUID, by: Actor) -> World:
    return World(partnership(), agencies(), by, inbox.delivery_for(delivery))


@contextmanager
def _few_collections() -> Iterator[None]:
    """A load makes hundreds of objects a record and drops them again; looking through all of them for circles, every 700
    of them, was a fifth of its time.
    """
    before = gc.get_threshold()
    gc.set_threshold(200_000, 20, 20)
    try:
        yield
    finally:
        gc.set_threshold(*before)


@trusted("receive")
@_few_collections()
def receive(
    things: Iterable[Notification | Unread],
    *,
    delivery: UUID,
    by: Actor,
    progress: Callable[[Counts], None] | None = None,
    settled: bool = True,
    notes: Notes | None = None,
) -> Counts:
    """Takes everything, in bites of one transaction each, then settles what is owed (clocks). Returns what became of it.

    `settled=False`: what is owed stays owed, for the caller to settle once after many files (`settle_all`). `notes`: to
    which it is added what details of people could not be used as they came.
    """
    world, counts, started = _world(delivery, by), Counts(), time.monotonic()
    world.notes = notes
    pace = PACES[connection.vendor]
    size, waiting, kept = pace.first, [], started

    def bite(some: Sequence[Notification | Unread]) -> None:
        nonlocal size, kept
        while some:
            began = time.monotonic()
            postponed, _ = _bite(world, some, counts)
            took, done = time.monotonic() - began, len(some) - len(postponed)
            if took > pace.seconds or 2 * done >= size:  # a few say little about how many fit into the time
                size = max(pace.least, min(pace.most, int(done * min(2.0, pace.seconds / max(took, 0.001)))))
            counts.seconds = time.monotonic() - started
            if progress:
                progress(counts)
            time.sleep(pace.pause)
            some = postponed
            if time.monotonic() - kept > KEEP_SECONDS:
                inbox.keep_filled(delivery, world.filled.kept(world.definition))
                kept = time.monotonic()

    try:
        for thing in things:
            waiting.append(thing)
            if len(waiting) >= size:
                some, waiting = waiting, []
                bite(some)
        if waiting:
            bite(waiting)
    finally:
        with suppress(DatabaseError):  # whatever stopped it is what is told
            inbox.keep_filled(delivery, world.filled.kept(world.definition))
    if settled:
        settle_all()
    counts.seconds = time.monotonic() - started
    return counts


@trusted("settle")
@_few_collections()
def settle_all(progress: Callable[[int, int], None] | None = None) -> None:
    """Settles everything that is owed now, each child once. `progress` is told how many children are done, of how many."""
    while sweep(limit=EVERYTHING, at_once=MANY, progress=progress):
        pass


def _bite(
    world: World,
    some: Sequence[Notification | Unread],
    counts: Counts,
    *,
    at_once: bool = False,
    decided: bool = False,
    received: datetime | None = None,
    tries: int = 3,
) -> tuple[Sequence[Notification | Unread], list[Receipt]]:
    """One transaction. If it fails, each thing alone; what fails alone is kept raw for a person."""
    try:
        with transaction.atomic():
            work = Bite(world, some, decided=decided, received=received)
            work.work()
            near = beside.of_bite(work)
            if work.clocked or near:
                owe("clocks", beside.payload(work.clocked, near), at_once=at_once)
            owe_what_follows(work, at_once=at_once)
        counts.add(work.counts)
        world.filled.add(work.filled)
        world.tell(work.poor)
        return work.inbox.postponed, work.inbox.receipts
    except IntegrityError:  # somebody else was taking the same thing at the same moment: look again
        if tries == 0:
            raise
        return _bite(world, some, counts, at_once=at_once, decided=decided, received=received, tries=tries - 1)
    except OperationalError:  # the database is away or busy: nothing was acknowledged, the sender tries again
        raise
    except Exception as error:
        log.exception("a bite failed", extra={"count": len(some), "error": type(error).__name__})
        if len(some) == 1 and isinstance(some[0], Unread):
            raise
    if len(some) == 1 and isinstance(n := some[0], Notification):
        fault = Fault(expected="what can be kept as a record: it is kept as it was sent", code="could-not-be-kept")
        unread = Unread(n.position, n.raw, fault.code, (fault,), "", n.agency)
        return _bite(world, [unread], counts, at_once=at_once)
    postponed, receipts = [], []
    for one in some:
        more, got = _bite(world, [one], counts, at_once=at_once, decided=decided, received=received)
        postponed += more
        receipts += got
    return postponed, receipts


def receive_one(notification: Notification, *, feed: str, kind: str, by: Actor) -> Receipt:
    """Takes one notification now: when it returns, it is kept. Its clocks run at once."""
    return _single(notification, notification.agency, feed=feed, kind=kind, by=by)


def keep(unread: Unread, *, feed: str, kind: str, by: Actor) -> Receipt:
    """Keeps raw what could not be understood, for a person."""
    return _single(unread, unread.agency or by.agency, feed=feed, kind=kind, by=by)


@trusted("receive")
def receive_many(
    things: Sequence[Notification | Unread], *, feed: str, kind: str, agency: str, by: Actor
) -> list[Receipt]:
    """Takes a batch now, as one delivery: all of it is kept when it returns. One receipt for each, in their order."""
    counts, receipts = Counts(), []
    with transaction.atomic():
        delivery = inbox.open_delivery(feed=feed, agency=agency, kind=kind, name=f"batch of {len(things)}", by=by)
        world = _world(delivery, by)
        for start, end in _without_repeats(things):
            receipts += _bite(world, things[start:end], counts, at_once=True)[1]
        inbox.keep_filled(delivery, world.filled.kept(world.definition))
        inbox.close_delivery(delivery, counts, by=by)
        owe_unread(receipts, kind)
    return receipts


def _without_repeats(things: Sequence[Notification | Unread]) -> Iterator[tuple[int, int]]:
    """Stretches in which no message id comes twice, so that a second version takes its turn after the first."""
    start, seen = 0, set()
    for place, thing in enumerate(things):
        key = (thing.agency, thing.message_id)
        if thing.message_id and key in seen:
            yield start, place
            start, seen = place, set()
        seen.add(key)
    if start < len(things):
        yield start, len(things)


def _single(thing: Notification | Unread, agency: str, *, feed: str, kind: str, by: Actor) -> Receipt:
    return receive_many([thing], feed=feed, kind=kind, agency=agency, by=by)[0]


@trusted("receive")
def take_again(notification: Notification, *, delivery: UUID, received: datetime, by: Actor) -> Receipt:
    """Takes a repaired notification as part of the delivery that brought it, in the caller's transaction. The person who
    repaired it has decided: content that differs from what was sent before under its id corrects it. `received`: when it
    came first, for that it waited here makes it no history.
    """
    _, receipts = _bite(
        _world(delivery, by), [notification], Counts(), at_once=True, decided=True, received=received
    )
    return receipts[-1]


@trusted("receive")
def keep_in(unread: Unread, *, delivery: UUID, by: Actor) -> Receipt:
    """Keeps raw, for a person, as part of a delivery that is open already."""
    return _bite(_world(delivery, by), [unread], Counts(), at_once=True)[1][-1]
