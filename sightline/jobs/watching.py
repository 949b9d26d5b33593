"""Following who reads what, in the worker's turn: unusual reading is told of within seconds of being on record."""

from __future__ import annotations

import logging

from django.db import DatabaseError

from sightline.ledger.actions import sequence
from sightline.watching.following import follow

log = logging.getLogger(__name__)


def look() -> int:
    """What has taken its place in the ledger since the last time. A failure is logged, stops nothing else, and is tried
    again in the next turn: nothing is lost by it, for the ledger stays. Returns how many responses were followed.
    """
    try:
        return follow()
    except (DatabaseError, LookupError, ValueError) as error:
        log.warning("the ledger could not be followed", extra={"error": type(error).__name__})
        return 0


def look_at_all() -> int:
    """As `look`, up to the newest record, its place given first: for stories and tests, where no worker turns."""
    done = 0
    while sequence():
        pass
    while more := follow():
        done += more
    return done
