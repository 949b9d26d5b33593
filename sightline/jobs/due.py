"""What must follow: a row written in the transaction that causes it, tried at once after commit, swept by the worker."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import chain
from typing import Any
from uuid import UUID, uuid4

from django.db import connection, transaction
from django.db.models import QuerySet

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
FAILING = 5  # tries after which it is said of this server that something keeps failing
LONG = 6  # and after which a person is told: half an hour
TOGETHER = 2  # tries of several keys in one row, before they are taken apart
LONGEST = timedelta(hours=1)  # between two tries
FEW, MANY = 20, 100
SOME, EVERYTHING = 200, 100_000
AGAIN_SECONDS = timedelta(seconds=5)
TELL_FAILING, FAILING_MESSAGE = "tell-failing", "work-failing"
GATHERS = timedelta(minutes=5)  # where much fails at once, one message tells of it
PAUSE_SECONDS = 0.003  # between transactions, so that whoever waits for the database gets its turn

VERBS: dict[str, Callable[[dict[str, Any]], object]] = {
    "clocks": lambda payload: _follow(payload["persons"], payload.get("beside", ()), families=bool(payload.get("families"))),
    "signals": lambda payload: signalling.try_again([UUID(p) for p in payload["persons"]]),
    "queue": lambda payload: _queue([UUID(i) for i in payload["items"]]),
    "beside": lambda payload: _beside(payload["persons"], payload["beside"]),
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
    TELL_FAILING: lambda payload: tell_failing(payload),
    "watch-feeds": lambda payload: alarms.watch(definition=partnership(), by=machine("clock-machine")),
}


SPLITS: dict[str, Callable[[dict[str, Any]], list[dict[str, Any]]]] = {
    "clocks": lambda payload: _apart(payload),
    "signals": lambda payload: halves(payload, "persons"),
    "queue": lambda payload: halves(payload, "items"),
    "beside": lambda payload: _apart(payload),
    "tell-quality": lambda payload: halves(payload, "entries"),
    "tell-new": lambda payload: halves(payload, "entries"),
    "note-submissions": lambda payload: halves(payload, "told"),
}


def _in_hand(id: UUID) -> QuerySet[Due]:
    left = connection.features.has_select_for_update_skip_locked  # what another process has in hand is left to it
    return Due.objects.select_for_update(skip_locked=left).filter(id=id, done_at=None)


_IN_HAND = Question(_in_hand)
_OWED = Question(
    lambda moment, limit: Due.objects.filter(done_at=None, run_at__lte=moment).order_by("run_at")[:limit],
    *("id", "verb", "payload"),
)
_LONGEST = Question(lambda moment: Due.objects.filter(done_at=None, run_at__lte=moment).order_by("run_at")[:1], "run_at")
_ALREADY = Question(lambda verb, moment: Due.objects.filter(verb=verb, run_at=moment, done_at=None), "payload")


def _follow(persons: Sequence[str], moved: Sequence[str], *, families: bool = False) -> None:
    """What follows for these people at once: clocks and signals. Then, each in a transaction of its own, so that nothing of it
    holds these up: where their notices stand in the queue, and those beside whoever is `moved`. `families`: it may be another
    family of all of these."""
    own, whom = [UUID(p) for p in persons], frozenset(map(UUID, moved))
    _signals(own, frozenset(own) if families else whom)
    if items := queue.about(own):
        owe("queue", {"items": [str(item) for item in items]})
    if whom:
        owe("beside", beside.payload(own, whom))


def _beside(persons: Sequence[str], moved: Sequence[str]) -> None:
    if also := beside.others([UUID(p) for p in persons], frozenset(map(UUID, moved))):
        owe("clocks", {**beside.payload(also), "families": True})


def _recompute(persons: list[UUID], moved: frozenset[UUID] = frozenset()) -> None:
    """What is computed from these people's entries, made anew: clocks, signals, and where their notices stand in the queue."""
    _signals(persons, moved)
    _queue(queue.about(persons))


def _signals(persons: list[UUID], moved: frozenset[UUID]) -> None:
    if again := signalling.bring_up_to_date(persons, moved):
        looking.postpone(again)
        _owe_signals(again)


def _queue(items: Sequence[UUID]) -> None:
    """Where these notices stand, and when time alone changes that."""
    queue.bring_up_to_date(items)
    for item, moment in queue.looks_again(items):
        wanted = {"items": [str(item)]}
        if wanted not in [payload for (payload,) in _ALREADY("queue", moment)]:
            owe("queue", wanted, run_at=moment)


def _owe_signals(persons: Sequence[UUID]) -> None:
    """Owes the signals of those at whom something failed, once for each: clocks and queue stand."""
    for person in persons:
        owe_once("signals", {"persons": [str(person)]}, run_at=now() + AGAIN_SECONDS)


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


@transaction.atomic
def owe_once(verb: str, payload: dict[str, Any], *, run_at: datetime) -> bool:
    """Owes a verb by a moment, unless it is owed by then. What is owed later is tried then: a row that fails and waits for its
    next try holds up nothing that is new. What another process is doing just now may have begun before this: it is owed anew.
    Returns whether a row was added."""
    left = connection.features.has_select_for_update_skip_locked
    rows = Due.objects.select_for_update(skip_locked=left).filter(verb=verb, payload=payload, done_at=None)
    if (row := rows.order_by("run_at").first()) is None:
        owe(verb, payload, run_at=run_at)
        return True
    if row.run_at > run_at:
        Due.objects.filter(id=row.id).update(run_at=run_at)
    return False


@trusted("settle")
def settle(due: UUID) -> bool:
    """Does what is owed, unless another process has it in hand. A failure is counted and tried again, with pauses that grow to an
    hour, for ever: what is owed is given up by nobody. What carries several is taken apart, so that one mutes no other."""
    row = None
    try:
        with transaction.atomic():
            row = next(iter(_IN_HAND.rows(due)), None)
            if row is None:
                return False
            VERBS[row.verb](row.payload)
            return bool(Due.objects.filter(id=due, done_at=None).update(done_at=now(), failed=""))
    except Exception as error:
        if row is None:
            raise  # the database itself
        log.warning("due work failed", extra={"verb": row.verb, "error": type(error).__name__})
        _failed(row, type(error).__name__)
        return False


@transaction.atomic
def _failed(row: Due, error: str) -> None:
    """Counts a failure: it is tried again later, in parts where it carries several, and in the end a person is told, once."""
    parts = SPLITS[row.verb](row.payload) if row.verb in SPLITS and row.tries >= TOGETHER else []
    if parts:
        if Due.objects.filter(id=row.id, done_at=None).update(done_at=now(), failed=error):
            add_objects([new(Due, id=uuid4(), verb=row.verb, payload=p, run_at=now(), tries=row.tries) for p in parts])
        return
    pause = min(LONGEST, timedelta(seconds=5 * 4 ** min(row.tries, LONG)))
    counted = Due.objects.filter(id=row.id, done_at=None, tries=row.tries)
    if counted.update(tries=row.tries + 1, failed=error, run_at=now() + pause) and row.tries + 1 == LONG:
        owe_once(TELL_FAILING, {}, run_at=now() + GATHERS)


def halves(payload: dict[str, Any], key: str) -> list[dict[str, Any]]:
    """A payload of several as two of about half as many each; none where it is of one alone."""
    several = payload[key]
    if len(several) < 2:
        return []
    items = list(several.items() if isinstance(several, Mapping) else several)
    middle = len(items) // 2
    return [{**payload, key: type(several)(some)} for some in (items[:middle], items[middle:])]


def _apart(payload: dict[str, Any]) -> list[dict[str, Any]]:
    """The same of clocks: each half asks for those beside its own; whoever else was named stays with the first."""
    parts = halves(payload, "persons")
    if parts and (whom := payload.get("beside")):
        second = set(parts[1]["persons"])
        parts[0]["beside"] = [one for one in whom if one not in second]
        parts[1]["beside"] = [one for one in whom if one in second]
    return parts


def tell_failing(payload: dict[str, Any]) -> None:
    """What is owed: whoever looks after the system is told how much has failed for long."""
    count = failing(LONG)
    if count and FAILING_MESSAGE in partnership().message:
        messages.send(FAILING_MESSAGE, to=messages.goes_to(FAILING_MESSAGE), says={"count": count}, by=machine("clock-machine"))


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
    families: set[UUID] = set()
    together: list[UUID] = []
    others: list[UUID] = []
    for id, verb, payload in _OWED(now(), limit):
        if verb == "clocks":
            together.append(id)
            persons.update(dict.fromkeys(payload["persons"]))
            moved.update(map(UUID, payload.get("beside", ())))
            families.update(map(UUID, payload["persons"] if payload.get("families") else ()))
        else:
            others.append(id)
    done = 0
    if together:  # one child's clocks are recomputed once, however many records asked for it
        try:
            own = [UUID(p) for p in persons]
            also = beside.others(own, moved)
            wanted, families = [*own, *also], families.union(moved, also)
            for start in range(0, len(wanted), at_once):
                some = wanted[start : start + at_once]
                _recompute(some, frozenset(families.intersection(some)))
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
            if looking.postpone([person]) == LONG:
                owe_once(TELL_FAILING, {}, run_at=now() + GATHERS)
    return done


def lag_seconds() -> float:
    """How long the oldest owed work has waited."""
    since = [moment for moment in (*chain(*_LONGEST(now())), messages.waiting_since(), looking.oldest_due()) if moment]
    return (now() - min(since)).total_seconds() if since else 0.0


def failing(tries: int = FAILING) -> int:
    """How much owed work keeps failing: it is tried again, and somebody should look why."""
    return Due.objects.filter(done_at=None, tries__gte=tries).count() + looking.failing(tries)
