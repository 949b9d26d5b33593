"""What is owed once a night, or every so often, whoever runs the worker: due rows with the next moment, so that each is
done once."""

from __future__ import annotations

import time as clock
from datetime import datetime, time, timedelta

from sightline.jobs.due import owe_once
from sightline.timescales.london import at, local_day
from sightline.timescales.moment import now

NIGHTLY = {  # London's time: when few are at work
    "bring-up-due": time(3, 10),
    "measure-matching": time(3, 40),
    "count-fairness": time(4, 10),
}
OFTEN = {"watch-feeds": timedelta(minutes=15), "look-untold": timedelta(minutes=5)}
LOOK_EVERY_SECONDS = 300.0
_looked = -LOOK_EVERY_SECONDS  # when this process last looked, by its own clock


def plan() -> int:
    """Owes each nightly verb for its next hour, unless it is owed by then: one that fails is tried each hour, so that the next
    night's waits for nothing; one that a clock set far ahead has put off is brought forward. What is owed often is tried as
    often while it fails. Returns how many were added."""
    added = 0
    for verb, hour in NIGHTLY.items():
        added += owe_once(verb, {}, run_at=next_at(hour, now()))
    for verb, pause in OFTEN.items():
        added += owe_once(verb, {}, run_at=now() + pause)
    return added


def plan_sometimes() -> int:
    """As `plan`, but looks no more than once in five minutes: for a worker that takes a turn each second."""
    global _looked
    if clock.monotonic() - _looked < LOOK_EVERY_SECONDS:
        return 0
    _looked = clock.monotonic()
    return plan()


def next_at(hour: time, after: datetime) -> datetime:
    """The next time that London's clocks show this hour, after a moment."""
    today = local_day(after)
    soon = at(today, hour)
    return soon if soon > after else at(today + timedelta(days=1), hour)
