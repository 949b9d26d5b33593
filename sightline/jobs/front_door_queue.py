"""Open queue pages hear of a change while it happens: one look at the database for all of a process, and only while
somebody has a page open. What is told is which lines changed, by their random ids; each page asks for those itself.

Also what follows when somebody who works with a child already accepts what came about them.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction

from sightline.agencies.types import Actor
from sightline.chronology.queries import persons_on
from sightline.definition.outcomes import Conflict, Missing, Refused
from sightline.front_door import accepting
from sightline.front_door.changes import changed_since
from sightline.jobs.due import owe
from sightline.messages.actions import acknowledge
from sightline.sharing.standing import trusted
from sightline.timescales.moment import now

log = logging.getLogger(__name__)
EVERY_SECONDS = 0.15  # between looks
OVERLAP = timedelta(seconds=10)  # a change is stamped before it is committed: so far back it is looked for again
STAYS_SECONDS = 240.0  # then a page connects anew, so that nobody who was signed out goes on hearing
STILL_HERE_SECONDS = 15.0
MOST_OPEN = 32  # in one process, each with a thread of it (config/threads.py); who comes after them asks every few seconds instead
KEEPS = 500  # changes that are remembered for pages that were busy


class Bell:
    """Who listens in this process, and what changed since they last heard."""

    def __init__(self) -> None:
        self._told = threading.Condition()
        self._changes: deque[tuple[int, frozenset[UUID]]] = deque(maxlen=KEEPS)
        self._count = 0
        self._listeners = 0
        self.most = MOST_OPEN  # fewer where the process has fewer threads for them
        self._running = False

    @property
    def listeners(self) -> int:
        return self._listeners

    def enter(self) -> int | None:
        """Begins to listen: from which change on, or None where too many do already."""
        with self._told:
            if self._listeners >= self.most:
                return None
            self._listeners += 1
            if not self._running:
                self._running = True
                threading.Thread(target=self._watch, name="queue-bell", daemon=True).start()
            return self._count

    def leave(self) -> None:
        with self._told:
            self._listeners -= 1

    def wait(self, since: int, seconds: float) -> tuple[int, frozenset[UUID]]:
        """What changed after a change, waiting for it at most so long: (the last change's number, ids)."""
        with self._told:
            self._told.wait_for(lambda: self._count > since, seconds)
            ids = frozenset(id_ for number, some in self._changes if number > since for id_ in some)
            return self._count, ids

    def ring(self, ids: frozenset[UUID]) -> None:
        with self._told:
            self._count += 1
            self._changes.append((self._count, ids))
            self._told.notify_all()

    def _watch(self) -> None:
        """Looks for changes until nobody listens any more."""
        seen: dict[UUID, datetime] = {}
        first = True
        try:
            while True:
                with self._told:
                    if not self._listeners:
                        self._running = False
                        return
                try:
                    found = _look()
                except Exception as error:
                    log.warning("the queue could not be looked at", extra={"error": type(error).__name__})
                    connection.close()
                    time.sleep(1.0)
                    continue
                new = frozenset(id_ for id_, at in found.items() if seen.get(id_) != at)
                if new and not first:
                    self.ring(new)
                first, seen = False, found
                time.sleep(EVERY_SECONDS)
        finally:
            connection.close()


@trusted("watch-queue")
def _look() -> dict[UUID, datetime]:
    return changed_since(now() - OVERLAP)


BELL = Bell()


@trusted("accept-open")
@transaction.atomic
def accept(*, entry: UUID, by: Actor, comment: str = "") -> UUID:
    """As `front_door.accepting.accept`; the message that told of it is answered with it, and the clocks follow."""
    made = accepting.accept(entry=entry, by=by, comment=comment)
    for message in accepting.messages_about(entry):
        with suppress(Missing, Conflict, Refused):  # one that reached others stays with them until they answer
            acknowledge(message=message, by=by)
    owe("clocks", {"persons": [str(p) for p in persons_on(made)]})
    return made


def events() -> Iterator[str]:
    """Server-sent events for one open page: `change` with the ids of the lines that changed, and a sign of life between.
    Holds no connection to the database."""
    connection.close()
    since = BELL.enter()
    if since is None:
        yield "event: full\ndata: \n\n"
        return
    ends = time.monotonic() + STAYS_SECONDS
    try:
        yield "retry: 2000\nevent: here\ndata: \n\n"
        while time.monotonic() < ends:
            before, (since, ids) = since, BELL.wait(since, STILL_HERE_SECONDS)
            if since == before:
                yield ": still here\n\n"
            elif ids:
                yield f"event: change\ndata: {','.join(sorted(map(str, ids)))}\n\n"
    finally:
        BELL.leave()
