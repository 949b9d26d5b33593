"""What must follow: a row written in the transaction that causes it, tried at once after commit, swept by the worker."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from itertools import chain
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction

from sightline.agencies.queries import machine, partnership
from sightline.front_door import following as queue
from sightline.front_door.portal import actions as portal
from sightline.front_door.quality import tell as tell_quality
from sightline.identity import quality
from sightline.intake import alarms
from sightline.jobs import beside, escalating, falling_due, overseeing, retaining, signalling
from sightline.jobs.models import Due
from sightline.ledger import actions as ledger
from sightline.messages import actions as messages
from sightline.messages import following
from sightline.sharing.standing import trusted
from sightline.signals import looking
from sightline.timescales.moment import now
from sightline.vault.adding import add_objects, new
from sightline.vault.asking import Question

log = logging.getLogger(__name__)
MOST_TRIES = 5
FEW, MANY = 20, 100
SOME, EVERYTHING = 200, 100_000
AGAIN_SECONDS = timedelta(seconds=5)
PAUSE_SECONDS = 0.003  # between transactions, so that whoever waits for the database gets its turn

VERBS: dict[str, Callable[[dict[str, Any]], object]] = {
    "clocks": lambda payload: _follow(payload["persons"], payload.get("beside", ())),
    "signals": lambda payload: signalling.try_again([UUID(p) for p in payload["persons"]]),
    "queue": lambda payload: queue.bring_up_to_date(UUID(i) for i in payload["items"]),
    "sequence-ledger": lambda payload: ledger.sequence(),
    "bring-up-due": lambda payload: retaining.bring_up_due(),
    "expire-routine": retaining.expire_agreed,
    "tell-quality": tell_quality,
    "measure-matching": lambda payload: quality.measure(by=machine("matching-machine")),
    "escalate-emergency": escalating.escalate,
    "tell-new": lambda payload: following.tell_new((UUID(e) for e in payload["entries"]), by=machine("clock-machine")),
    "note-submissions": lambda payload: portal.note(
        [(UUID(first), about, urgency) for first, about, urgency in payload["told"]], by=machine("clock-machine")
    ),
    falling_due.VERB: lambda payload: _look(UUID(payload["step"])),
    "count-fairness": overseeing.count_fairness,
    "try-rule": overseeing.try_rule,
    "follow-rules": overseeing.follow_rules,
    "watch-feeds": lambda payload: alarms.watch(definition=partnership(), by=machine("clock-machine")),
}


_ONE = Question(lambda id: Due.objects.filter(id=id, done_at=None))
_OWED = Question(
    lambda moment, limit: Due.objects.filter(done_at=None, run_at__lte=moment, tries__lt=MOST_TRIES).order_by("run_at")[
        :limit
    ],
    *("id", "verb", "payload"),
)
_LONGEST = Question(lambda moment: Due.objects.filter(done_at=None, run_at__lte=moment).order_by("run_at")[:1], "run_at")
_ALREADY = Question(lambda verb, moment: Due.objects.filter(verb=verb, run_at=moment, done_at=None), "payload")


def _follow(persons: Sequence[str], moved: Sequence[str]) -> None:
    """What follows for these people at once; then, in a transaction of its own, for those beside whoever is `moved`."""
    own, whom = [UUID(p) for p in persons], frozenset(map(UUID, moved))
    _recompute(own, whom)
    if also := beside.others(own, whom):
        owe("clocks", beside.payload(also))


def _recompute(persons: list[UUID], moved: frozenset[UUID] = frozenset()) -> None:
    """What is computed from these people's entries, made anew: clocks, signals, and where their notices stand in the queue."""
    if again := signalling.bring_up_to_date(persons, moved):
        looking.postpone(again)
        _owe_signals(again)
    queue.about_people(persons)
    for item, moment in queue.looks_again(persons):
        wanted = {"items": [str(item)]}
        if wanted not in [payload for (payload,) in _ALREADY("queue", moment)]:
            owe("queue", wanted, run_at=moment)


def _owe_signals(persons: Sequence[UUID]) -> None:
    """Owes the signals of those at whom something failed, once for each: clocks and queue stand."""
    for person in persons:
        wanted = {"persons": [str(person)]}
        if not Due.objects.filter(verb="signals", payload=wanted, done_at=None).exists():
            owe("signals", wanted, run_at=now() + AGAIN_SECONDS)


def _look(step: UUID) -> None:
    """Looks at a step of the front door that falls due, and owes the next look."""
    for one, moment in falling_due.look(step):
        owe(falling_due.VERB, {"step": str(one)}, run_at=moment)


def owe(verb: str, payload: dict[str, Any], *, at_once: bool = True, run_at: datetime | None = None) -> UUID:
    """Owes a verb, in the caller's transaction. `at_once`: tried right after commit, in this process. `run_at`: it is
    owed from then on only."""
    row = new(Due, id=uuid4(), verb=verb, payload=payload, run_at=run_at or now())
    add_objects([row])
    if at_once and run_at is None:
        transaction.on_commit(lambda: settle(row.id), robust=True)
    return row.id


@trusted("settle")
def settle(due: UUID) -> bool:
    """Does what is owed. A failure is counted and tried again later, with growing pauses; after five it waits for a person."""
    row = next(iter(_ONE.rows(due)), None)
    if row is None:
        return False
    try:
        with transaction.atomic():
            VERBS[row.verb](row.payload)
            done = Due.objects.filter(id=due, done_at=None).update(done_at=now(), failed="")
    except Exception as error:
        log.warning("due work failed", extra={"verb": row.verb, "error": type(error).__name__})
        Due.objects.filter(id=due).update(
            tries=row.tries + 1, failed=type(error).__name__, run_at=now() + timedelta(seconds=5 * 4**row.tries)
        )
        return False
    return bool(done)


@trusted("settle")
def sweep(limit: int = SOME, *, at_once: int = FEW, progress: Callable[[int, int], None] | None = None) -> int:
    """Settles what is due now, the oldest first. Returns how many. Run by the worker, and at the end of a load.

    `limit`: how much owed work is taken together. A load takes everything, so that each child's clocks are recomputed
    once however many files told of them; `progress` is told how many children are done, of how many.

    `at_once`: how many children's clocks are recomputed in one transaction. Few beside pages: the worker shares their
    processor, and while it waits for that, others wait for it.
    """
    persons: dict[str, None] = {}
    moved: set[UUID] = set()
    together: list[UUID] = []
    others: list[UUID] = []
    for id, verb, payload in _OWED(now(), limit):
        if verb == "clocks":
            together.append(id)
            persons.update(dict.fromkeys(payload["persons"]))
            moved.update(map(UUID, payload.get("beside", ())))
        else:
            others.append(id)
    done = 0
    if together:  # one child's clocks are recomputed once, however many records asked for it
        try:
            own = [UUID(p) for p in persons]
            wanted = [*own, *beside.others(own, moved)]
            for start in range(0, len(wanted), at_once):
                some = wanted[start : start + at_once]
                _recompute(some, frozenset(moved.intersection(some)))
                time.sleep(PAUSE_SECONDS)
                if progress:
                    progress(min(start + at_once, len(wanted)), len(wanted))
            done += Due.objects.filter(id__among=together, done_at=None).update(done_at=now())
        except Exception as error:
            log.warning("due work failed together", extra={"error": type(error).__name__}, exc_info=True)
            done += sum(settle(due) for due in together)
    return done + _look_again(at_once) + sum(settle(due) for due in others) + messages.deliver()


def _look_again(most: int) -> int:
    """Looks at those about whom time alone may have changed something. Returns how many."""
    done = signalling.look_at_places(most)
    persons = looking.people(most)
    if not persons:
        return done
    try:
        _recompute(persons)
        return done + len(persons)
    except Exception as error:
        log.warning("looking again failed", extra={"error": type(error).__name__}, exc_info=True)
    for person in persons:  # one alone holds up nobody
        try:
            _recompute([person])
            done += 1
        except Exception as error:
            log.warning("looking again failed", extra={"error": type(error).__name__})
            looking.postpone([person])
    return done


def lag_seconds() -> float:
    """How long the oldest owed work has waited."""
    since = [moment for moment in (*chain(*_LONGEST(now())), messages.waiting_since(), looking.oldest_due()) if moment]
    return (now() - min(since)).total_seconds() if since else 0.0


def given_up() -> int:
    """How much owed work was tried too often and waits for a person."""
    return Due.objects.filter(done_at=None, tries__gte=MOST_TRIES).count()
