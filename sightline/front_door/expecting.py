"""What should have come and did not: an incident with a child at risk and no notice, a check that nobody looked at again.

The clock says whether it came. A row is kept for what is waited for, so that it is listed and told of; it can be thrown
away, and is made again from the record.
"""

from __future__ import annotations

import logging
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q

from sightline.agencies.queries import agencies, partnership, workers
from sightline.agencies.rules import may
from sightline.agencies.types import Actor
from sightline.chronology.actions import versions_of, write_here
from sightline.chronology.events import MachineEntry, of_people
from sightline.chronology.queries import at_least_headline, persons_on, subjects_of
from sightline.chronology.queries import entry as entry_history
from sightline.chronology.tracing import pointed_to
from sightline.chronology.types import EntryView
from sightline.clocks.actions import relevant, states_of
from sightline.clocks.rules import working_days
from sightline.clocks.types import ClockState
from sightline.definition.kinds.telling import Expected
from sightline.definition.outcomes import Conflict, Decision, Missing, Refused
from sightline.definition.types import Partnership
from sightline.front_door.telling_rules import again_at, comes_with, further, missing_at
from sightline.front_door.told_models import Awaited
from sightline.identity.queries import names
from sightline.ledger.actions import write
from sightline.messages.actions import send
from sightline.sharing.paging import Page, seen
from sightline.sharing.reading import Reading, reading
from sightline.sharing.standing import trusted
from sightline.timescales.london import parse_moment
from sightline.timescales.moment import now

MACHINE, PURPOSE, SEE = "clock-machine", "safeguarding", "see-expected"
FEWEST_WORDS, MOST = 20, 200
PUT_OFF = timedelta(hours=1)  # what cannot be looked for
log = logging.getLogger(__name__)


@transaction.atomic
def await_(*, first: UUID, by: Actor) -> tuple[list[datetime], list[datetime]]:
    """Waits for what must follow a record (its first version), where something must. Returns when to look next, and when to
    ask again, because a clock that the record names has not begun."""
    found: list[datetime] = []
    again: list[Awaited] = []
    with reading(by, PURPOSE, about="expect") as opened:
        there = _there(opened, first)
        later = _begins_later(opened, first, there)
        for declared, state, agency, known in _runs(opened, first, there):
            row = Awaited(
                expected=declared.id,
                first=first,
                agency=agency,
                started_at=state.started_at,
                due_at=state.due_at,
                run_at=missing_at(declared, state.due_at, known),
            )
            Awaited.objects.bulk_create([row], ignore_conflicts=True)
            # a corrected record may have begun later, or ended already
            kept = Awaited.objects.select_for_update().get(expected=declared.id, first=first)
            if _awaited_again(kept, state):
                again.append(kept)
            if kept.closed_at is None:
                kept.started_at, kept.due_at = state.started_at, state.due_at
                kept.run_at = max(row.run_at, kept.told_at or row.run_at)
                kept.save(update_fields=["started_at", "due_at", "run_at", "state", "closed_at"])
                found.append(kept.run_at)
    _note("await-again", again, by)
    return found, later


Entries = Mapping[UUID, Sequence[MachineEntry]]  # by person


def _there(opened: Reading, first: UUID) -> Entries:
    """What clocks rest on of those whom a record is about, and what clocks begin after."""
    records = relevant(opened.definition) | {one.after for one in opened.definition.expected.values()}
    return of_people(opened, persons_on(versions_of(first)[-1]), records=records)


def _begins_later(opened: Reading, first: UUID, there: Entries) -> list[datetime]:
    """When the clocks begin that this record starts on a day that it names, where that lies ahead."""
    definition, found = opened.definition, []
    for theirs in there.values():
        for entry in theirs:
            if entry.first != first:
                continue
            wanted = [one for one in definition.expected.values() if one.after == entry.record]
            for field in {definition.clock[one.clock].starts.at for one in wanted if one.clock in definition.clock}:
                text = str(entry.facts.get(field) or "")
                with suppress(ValueError):
                    moment = parse_moment(text[:10] if len(text) == 10 else text) if text else None
                    if moment is not None and moment > now():
                        found.append(moment)
    return sorted(set(found))


def _runs(opened: Reading, first: UUID, there: Entries) -> list[tuple[Expected, ClockState, str, datetime]]:
    """The clocks that this record started, for which something is expected: one for each, whoever it is about."""
    definition = opened.definition
    rest_on = relevant(definition)
    found: dict[str, tuple[Expected, ClockState, str, datetime]] = {}
    for person, theirs in there.items():
        counted = [entry for entry in theirs if entry.record in rest_on or (entry.queued and "queued" in rest_on)]
        for state, started in states_of(definition, person, counted):
            for declared in definition.expected.values():
                if started.first != first or declared.clock != state.clock or declared.after != started.record:
                    continue
                if declared.where is not None and not declared.where.holds(started.facts):
                    continue
                before = found.get(declared.id)
                if before is None or (before[1].stopped_at is not None and state.stopped_at is None):
                    found[declared.id] = declared, state, started.agency, started.known_at
    return list(found.values())


@transaction.atomic
def look(*, by: Actor, only: UUID | None = None) -> tuple[datetime | None, list[UUID]]:
    """Tells of everything that should have come by now and did not: one message an agency and kind, with how many. What has
    come meanwhile is closed. Returns when to look next (None where nothing is awaited), and what it failed at: that is put
    off, so that it mutes nothing else, and is to be looked at by itself (`only`: then a failure is raised)."""
    definition, moment = partnership(), now()
    came_soon = Q(state="came", closed_at__lt=F("run_at"))  # what came in time, and may have been put right since
    due = Awaited.objects.select_for_update().filter(run_at__lte=moment).order_by("run_at", "id")
    if only is not None:
        due = Awaited.objects.select_for_update().filter(id=only, run_at__lte=moment + PUT_OFF)  # and not told meanwhile
    rows = [row for which in (Q(closed_at=None), came_soon) for row in due.filter(which)[:MOST]]  # each by its own index
    missing: dict[tuple[str, str, bool], list[Awaited]] = defaultdict(list)
    closed: list[Awaited] = []
    again: list[Awaited] = []
    failed: list[Awaited] = []
    with reading(by, PURPOSE, about="look-for-expected") as opened:
        for row in sorted(rows, key=lambda row: (row.run_at, row.id))[:MOST]:
            with _by_itself([row], failed, raised=only is not None):
                state = _state(opened, row)
                if state is not None and state.stopped_at is None:
                    if _awaited_again(row, state):
                        again.append(row)
                    missing[row.expected, row.agency, further(definition.expected[row.expected], row.times)].append(row)
                elif _close(opened, row):
                    closed.append(row)
    _note("close-expected", closed, by)
    for (name, agency, _), some in missing.items():
        with _by_itself(some, failed, raised=only is not None):
            _tell(definition, definition.expected[name], agency, some, by)
    _note("await-again", [row for row in again if row not in failed], by)
    Awaited.objects.filter(id__in=[row.id for row in failed]).update(run_at=moment + PUT_OFF)
    later = Awaited.objects.filter(closed_at=None).order_by("run_at").values_list("run_at", flat=True).first()
    return later, [row.id for row in failed]


@contextmanager
def _by_itself(rows: Sequence[Awaited], failed: list[Awaited], *, raised: bool) -> Iterator[None]:
    """What fails of these leaves the rest as it stands."""
    try:
        with transaction.atomic():
            yield
    except Exception as error:
        if raised:
            raise
        log.warning("what did not come could not be looked for", extra={"error": type(error).__name__})
        failed += rows


@transaction.atomic
def came(*, first: UUID, by: Actor) -> list[datetime]:
    """Closes what was awaited about these people and comes with this record (its first version); opens it again where a
    correction takes it back, off this child say. Returns when to look for that."""
    pointed = pointed_to(first)
    wanted = [one for one in partnership().expected.values() if pointed and pointed.record in comes_with(one, partnership())]
    awaited = Awaited.objects.filter(Q(closed_at=None) | Q(state="came"), expected__in=[one.id for one in wanted])
    looks: list[datetime] = []
    if not wanted or not awaited.exists():
        return looks
    closed: list[Awaited] = []
    again: list[Awaited] = []
    with reading(by, PURPOSE, about="expect") as opened:
        ever = {person for version in versions_of(first) for person in persons_on(version)}
        found = of_people(opened, ever, records={one.after for one in wanted})
        firsts = {entry.first for theirs in found.values() for entry in theirs}
        for row in awaited.select_for_update().filter(first__in=firsts):
            state = _state(opened, row)
            if state is None:
                continue  # its clock does not run now: a day that lies ahead, say
            if state.stopped_at is not None:
                if row.closed_at is None:
                    _close(opened, row)
                    closed.append(row)
            elif _awaited_again(row, state):
                row.run_at = max(row.run_at, now())
                row.save(update_fields=["state", "closed_at", "run_at"])
                again.append(row)
                looks.append(row.run_at)
    _note("close-expected", closed, by)
    _note("await-again", again, by)
    return looks


def _state(opened: Reading, row: Awaited) -> ClockState | None:
    """The clock that says whether it has come; None where none runs, or it is awaited no longer."""
    if row.expected not in opened.definition.expected:
        return None
    runs = _runs(opened, row.first, _there(opened, row.first))
    return next((state for one, state, _, _ in runs if one.id == row.expected), None)


def _awaited_again(row: Awaited, state: ClockState) -> bool:
    """Opens, unsaved, what had come and has not come any more."""
    if row.closed_at is None or row.state != "came" or state.stopped_at is not None:
        return False
    row.state, row.closed_at = ("missing" if row.times else "waiting"), None
    return True


def _close(opened: Reading, row: Awaited) -> bool:
    """Closes what has come, was explained, or is awaited no longer. What closed in time is looked at once more when its time
    is over, and then no more. Returns whether it was open."""
    declared = opened.definition.expected.get(row.expected)
    explained = declared is not None and _explained(opened, declared, row.first)
    moment, open_ = now(), row.closed_at is None
    row.state, row.closed_at = ("explained" if explained else "came"), row.closed_at or moment
    if row.run_at <= moment:
        row.run_at = row.closed_at
    row.save(update_fields=["state", "closed_at", "run_at"])
    return open_


def _note(verb: str, rows: Sequence[Awaited], by: Actor) -> None:
    """On the record: what is awaited no longer, or again; as what it stands now (came, explained, waiting, missing)."""
    if rows:
        write(
            kind="run",
            verb=verb,
            actor=by.id,
            acting_for=by.agency,
            purpose="scheduled-work",
            policy=partnership().hash,
            ids=[row.id for row in rows],
            detail={"states": dict(Counter(row.state for row in rows))},
        )


def _explained(opened: Reading, declared: Expected, first: UUID) -> bool:
    if not declared.explained_by:
        return False
    entries = of_people(opened, persons_on(versions_of(first)[-1]), records={declared.explained_by})
    return any(str(first) in one.on for theirs in entries.values() for one in theirs)


def _tell(definition: Partnership, declared: Expected, agency: str, rows: Sequence[Awaited], by: Actor) -> None:
    """Tells whoever answers for it at the agency that sent the first; where nobody does, wherever they are. Once it was told
    as often as declared, the next of them too."""
    days, moment = working_days(definition), now()
    there = {one.role for one in workers() if one.active and one.agency == agency}
    roles = [f"role:{role}@{agency}" for role in declared.tells if role in there]
    many = 2 if further(declared, rows[0].times) else 1
    to = roles[:many] or [f"role:{role}" for role in declared.tells[:many]]
    identities = list(
        dict.fromkeys(i for row in rows for i, child, _ in subjects_of(versions_of(row.first)[-1]) if child)
    )
    send(declared.message, to=to, about=identities, says={"count": len(rows)}, by=by, because=rows[0].id)
    for row in rows:
        row.state, row.times, row.told_at = "missing", row.times + 1, moment
        row.run_at = again_at(declared, row.times, moment, days)
        row.save(update_fields=["state", "times", "told_at", "run_at", "closed_at"])
    write(
        kind="run",
        verb="tell-missing",
        actor=by.id,
        acting_for=by.agency,
        purpose="scheduled-work",
        policy=definition.hash,
        ids=[row.id for row in rows],
        detail={"expected": declared.id, "agency": agency},
    )


# --- listing it, and saying why ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    """Something that has not come, as its reader may see it."""

    id: UUID
    expected: str
    first: UUID
    agency: str
    view: EntryView
    children: tuple[str, ...]
    started_at: datetime
    due_at: datetime
    late: bool
    times: int
    state: str


def missing(reading: Reading, *, closed: bool = False, after: str = "") -> Page[Line]:
    """What has not come yet of what this reader may see, the longest due first, a page at a time. Raises Refused without the
    right."""
    _require(reading.actor)

    def see(some: Sequence[Awaited]) -> list[tuple[Awaited, Line]]:
        with trusted("which-versions-stand"):
            newest = {row.id: versions_of(row.first)[-1] for row in some}
        open_to = at_least_headline(reading, newest.values())
        return [(row, _line(reading, row)) for row in some if newest[row.id] in open_to]

    rows = Awaited.objects.exclude(closed_at=None) if closed else Awaited.objects.filter(closed_at=None)
    reading.about = reading.about or "view-expected"
    return seen(rows, "closed_at" if closed else "due_at", see, after=after, limit=MOST, last_first=closed)


def missing_because(reading: Reading, first: UUID) -> Line | None:
    """What has not come after one record (its first version), as far as this reader may see it: the longest due."""
    rows = Awaited.objects.filter(first=first, closed_at=None).order_by("due_at", "id")
    with trusted("which-versions-stand"):
        newest = versions_of(first)[-1]
    _require(reading.actor)
    return _line(reading, rows[0]) if rows and newest in at_least_headline(reading, [newest]) else None


def one_missing(reading: Reading, awaited: UUID) -> Line:
    """One of these. Raises Missing where the record is not open to this reader."""
    _require(reading.actor)
    row = Awaited.objects.filter(id=awaited).first()
    if row is None:
        raise Missing
    return _line(reading, row)


def _line(reading: Reading, row: Awaited) -> Line:
    history = entry_history(reading, row.first)
    named = names(reading, history.persons) if history.persons else {}
    late = row.closed_at is None and row.due_at < now()
    children = tuple(profile.name for profile in named.values())
    return Line(
        row.id,
        row.expected,
        row.first,
        row.agency,
        history.now,
        children,
        row.started_at,
        row.due_at,
        late,
        row.times,
        row.state,
    )


@transaction.atomic
def explain(*, awaited: UUID, because: str, by: Actor) -> UUID:
    """Says why there is none: an entry that somebody answers for, and that stops the clock. Only the agency that sent the
    first may. Returns the entry."""
    _require(by)
    row = Awaited.objects.select_for_update().filter(id=awaited).first()
    declared = partnership().expected.get(row.expected) if row else None
    if row is None or declared is None or not declared.explained_by:
        raise Missing
    if row.agency != by.agency:
        where = agencies()[row.agency].title if row.agency in agencies() else row.agency
        raise Refused(Decision(False, "not-permitted", f"Only {where} can say why there is none. Ring them."))
    if row.closed_at is not None:
        raise Conflict("It has come, or somebody has said why not. Nothing was changed.")
    if len(because.strip()) < FEWEST_WORDS:
        raise Refused(
            Decision(False, "reason-too-short", "Say in a sentence why there is none, and what was done instead.")
        )
    with reading(by, PURPOSE, about="explain-missing") as opened:
        entry_history(opened, row.first)
    with trusted("explain-missing"):
        subjects = subjects_of(versions_of(row.first)[-1])
        made = write_here(
            record=declared.explained_by,
            fields={"because": because.strip()},
            identities=[identity for identity, child, _ in subjects if child],
            keys=[key for _, _, key in subjects],
            by=by,
            definition=partnership(),
            on=[row.first],
        )
    row.state, row.closed_at = "explained", now()
    row.save(update_fields=["state", "closed_at"])
    write(
        kind="change",
        verb="explain-missing",
        actor=by.id,
        acting_for=by.agency,
        purpose=PURPOSE,
        policy=partnership().hash,
        ids=[row.id, made],
        detail={"expected": row.expected},
    )
    return made


def _require(by: Actor) -> None:
    if not (decision := may(by, SEE, partnership())):
        raise Refused(decision)
