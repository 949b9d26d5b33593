"""Signals of everybody, computed anew: by the same function that follows each entry, narrowed to nobody.

For a new version of the rules, and as proof: what follows from everything must be what stands already (`check`).
"""

from __future__ import annotations

import multiprocessing
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from itertools import chain
from uuid import UUID

from django.db import connection, connections, transaction

from sightline.agencies.queries import machine, partnership
from sightline.chronology.events import of_people
from sightline.contexts import places
from sightline.identity.queries import all_persons
from sightline.jobs.signalling import MACHINE, tell_all
from sightline.sharing.reading import Reading, reading
from sightline.signals import actions, at_places
from sightline.signals.kept import stands_about, stands_at
from sightline.signals.knowing import relevant

TOGETHER = 100  # people in one transaction
PLACES = 20
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Recomputed:
    """How many people and places were looked at, how many signals stand or stood, and about how many of them it was not so
    before: `changed` (people), `places_changed`."""

    people: int = 0
    places: int = 0
    signals: int = 0
    changed: int = 0
    places_changed: int = 0

    def __add__(self, other: Recomputed) -> Recomputed:
        return Recomputed(
            self.people + other.people,
            self.places + other.places,
            self.signals + other.signals,
            self.changed + other.changed,
            self.places_changed + other.places_changed,
        )


class _TakeBack(Exception):
    """What was computed is only compared."""


def everybody(
    *, check: bool = False, jobs: int = 1, persons: Sequence[UUID] | None = None, progress: Progress = lambda *_: None
) -> Recomputed:
    """Computes the signals of everybody (or of these people) and of all places anew. `check`: nothing is kept.

    `jobs`: processes beside each other, on PostgreSQL. `progress` is told how many people are done, of how many.
    """
    wanted = list(persons if persons is not None else all_persons())
    batches = [wanted[start : start + TOGETHER] for start in range(0, len(wanted), TOGETHER)]
    done = Recomputed()
    for found in _each(batches, check, jobs):
        done += found
        progress(done.people, len(wanted))
    if persons is None:
        named = sorted({*places.several(at_least=1), *at_places.known()})
        for start in range(0, len(named), PLACES):
            done += of_places(named[start : start + PLACES], check=check)
    return done


def _each(batches: Sequence[list[UUID]], check: bool, jobs: int) -> Iterator[Recomputed]:
    if jobs < 2 or connection.vendor != "postgresql" or len(batches) < 2:
        for some in batches:
            yield of_people_now(some, check=check)
        return
    connections.close_all()  # a connection is nobody's to share
    context = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(jobs, mp_context=context) as pool:
        waiting = [pool.submit(of_people_now, some, check=check) for some in batches]
        for one in as_completed(waiting):
            yield one.result()


def processes() -> int:
    """How many processes are worth having here."""
    return len(os.sched_getaffinity(0)) if connection.vendor == "postgresql" else 1


def of_people_now(persons: Sequence[UUID], *, check: bool = False) -> Recomputed:
    """The signals of these people, anew, in one transaction."""

    def anew(opened: Reading) -> actions.Found:
        entries = of_people(opened, persons, records=relevant(partnership()))
        places.follow(opened.definition, chain.from_iterable(entries.values()))
        return actions.recompute(opened, persons, entries)

    signals, changed = _anew(lambda: stands_about(persons), anew, check)
    return Recomputed(people=len(persons), signals=signals, changed=changed)


def of_places(named: Sequence[str], *, check: bool = False) -> Recomputed:
    """The signals about these places, anew, in one transaction."""
    signals, changed = _anew(lambda: stands_at(named), lambda opened: at_places.recompute(opened, named), check)
    return Recomputed(places=len(named), signals=signals, places_changed=changed)


def _anew(
    stand: Callable[[], dict[object, Counter[object]]], anew: Callable[[Reading], actions.Found], check: bool
) -> tuple[int, int]:
    """How many stand afterwards, and of how many it is another than before. `check`: all of it is taken back, nobody told."""
    before = stand()
    after: dict[object, Counter[object]] = {}
    try:
        with transaction.atomic(), reading(machine(MACHINE), "safeguarding", about="recompute-signals") as opened:
            found = anew(opened)
            after = stand()
            if check:
                raise _TakeBack
            tell_all(found, found.moved)
    except _TakeBack:
        pass
    return _count(after), _different(before, after)


def _count(found: dict[object, Counter[object]]) -> int:
    return sum(sum(every.values()) for every in found.values())


def _different(before: dict[object, Counter[object]], after: dict[object, Counter[object]]) -> int:
    return sum(before.get(one) != after.get(one) for one in _keys(before, after))


def _keys(*found: dict[object, Counter[object]]) -> Iterable[object]:
    return set().union(*found)
