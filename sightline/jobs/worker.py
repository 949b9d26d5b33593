"""The worker: settles what is owed, gives ledger records their place in the chain, and anchors how far it has got."""

from __future__ import annotations

import logging
import threading

from django.db import close_old_connections, connection

from sightline.jobs.due import sweep
from sightline.jobs.nightly import plan_sometimes
from sightline.jobs.watching import look
from sightline.ledger import anchors, checkpoints
from sightline.ledger.actions import sequence
from sightline.messages.mailing import mail
from sightline.messages.passing_on import pass_on

log = logging.getLogger(__name__)
EVERY_SECONDS = 1.0


def turn() -> int:
    """One turn: whatever is due now. Returns how much there was. Safe in several processes at once."""
    return sweep() + sequence() + look() + mail(failed=pass_on)


def work(stop: threading.Event | None = None) -> None:
    """Turns until told to stop. A failing turn is logged and the next one comes."""
    stop = stop or threading.Event()
    while not stop.is_set():
        try:
            close_old_connections()
            plan_sometimes()
            done = turn()
            anchors.keep()
            checkpoints.keep()
        except Exception as error:
            log.warning("a worker turn failed", extra={"error": type(error).__name__})
            connection.close()
            done = 0
        stop.wait(0.05 if done else EVERY_SECONDS)


def start_thread() -> threading.Thread:
    """The worker in a thread of this process."""
    thread = threading.Thread(target=work, name="worker", daemon=True)
    thread.start()
    return thread
