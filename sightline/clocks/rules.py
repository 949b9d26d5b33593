"""How clocks follow from entries. Pure: the moment is an argument; nothing is stored, nothing looked up.

A clock's declaration says which entries start, pause, resume and stop it, and its limits by date. `follow` replays
one child's entries and says how each run of one clock stood at a moment, knowing what was known by then. A corrected
entry needs nothing special: the events are other ones, and so is the answer. `run_example` holds a declaration to the
worked examples that stand in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from sightline.clocks.matching import (
    DECISION,
    HAPPENED,
    KNOWN,
    QUEUED,
    facts_of,
    limit_in_force,
    measured_from_known,
    moment_of,
    named_moment,
    names,
)
from sightline.clocks.types import ClockState, Event, Pause, State
from sightline.definition.types import Clock, ClockEvent, Condition, Limit, Partnership
from sightline.timescales.london import at, is_day_only, local, local_day, parse_moment, say, utc
from sightline.timescales.school import SchoolDays, parse_days
from sightline.timescales.spans import END_OF_DAY, Span, parse_span
from sightline.timescales.working import WorkingDays

WHY_LENGTH = 300

# What an entry does to a clock, in the order in which entries of one moment are taken: a review that ends one
# period and begins the next stops first; what makes an end of it answers what has begun.
STOP, START, PAUSE, RESUME, END = range(5)


def follow(
    clock: Clock,
    events: Iterable[Event],
    *,
    now: datetime,
    days: WorkingDays,
    school: SchoolDays | None = None,
    child: str = "",
) -> list[ClockState]:
    """Every run of the clock on one child's entries, in the order in which they started, as it stood at `now`.

    Entries that were not known, or had not happened, by then play no part; their order does not matter.

    A clock `on: record` runs once for each entry that starts it; what stops, pauses or resumes it is an entry that
    answers that one (`on`), or one that answers none. A clock of the child runs once, whatever its entries answer: with
    `first`, entries that would start it while it runs do nothing; without, a later one takes the run's place, and only
    a run that is already late stays beside it until something stops it (where nothing can stop the clock, the later
    entry does).

    What `ends` a run answers the entry that started it, and the last that answers says whether it does: decided again
    otherwise, it runs on from its start. What would have started the clock while that run did then starts it.
    """
    runs: list[_Run] = []
    spent: list[_Step] = []  # stops that found nothing to stop: they may belong to a start later on the same day
    behind: list[_Step] = []  # starts that did nothing, for another of the child's runs was there
    for step in sorted(_standing(clock, events, now), key=lambda step: step.order):
        if step.does == START:
            if not _start(clock, runs, spent, step, days, school):
                behind.append(step)
            continue
        if step.does == END:
            behind = [one for one in behind if not _answered(one, step)]
            if ended := [run for run in runs if run.open and _answered(run.start, step)]:
                for run in ended:
                    run.take(step)
                while behind and _start(clock, runs, spent, behind[0], days, school):
                    behind.pop(0)
            continue
        touched = [run for run in runs if run.open and _touches(clock, step, run)]
        for run in touched:
            run.take(step)
        if step.does == STOP and not touched:
            spent.append(step)
    key = child if clock.on == "child" else ""
    return [run.state(clock, key or run.started_by, now) for run in runs]


def working_days(partnership: Partnership) -> WorkingDays:
    """The partnership's working days: England's, without what its calendars of that kind close."""
    return _without(tuple(text for one in partnership.calendar.values() if one.kind == "working" for text in one.closed))


@lru_cache(100)  # read once from their texts, and asked for with each message and each notice
def _without(closed: tuple[str, ...]) -> WorkingDays:
    return WorkingDays(parse_days(closed))


def school_days(partnership: Partnership, calendar: str = "") -> SchoolDays:
    """A school's days by its own calendar, over the partnership's usual school year (the first school calendar, by id,
    that gives years): a school that declares only its closures and training days keeps the usual terms."""
    declared = sorted(partnership.calendar.items())
    usual = next((known for _, known in declared if known.kind == "school" and known.years), None)
    own = partnership.calendar.get(calendar) or usual
    if own is None:
        return SchoolDays(working=working_days(partnership))
    years = own.years or (usual.years if usual else {})
    terms = [term for year in years.values() for term in year]
    return SchoolDays.read(terms, own.closed, own.inset, working_days(partnership))


# --- a clock while it is being followed -----------------------------------------------------------------


@dataclass(frozen=True)
class _Step:
    """One thing that one entry does to the clock."""

    does: int
    moment: datetime
    whole_day: bool
    event: Event

    @property
    def order(self) -> tuple[datetime, int, datetime, str]:
        """Of one day without a time: starts and stops are its first, pauses and what ends them its last."""
        last = self.whole_day and self.does in (PAUSE, RESUME)
        moment = at(local_day(self.moment), END_OF_DAY) if last else self.moment
        return moment, self.does, utc(self.event.known), self.event.id

    def may_follow(self, start: _Step) -> bool:
        """Whether this stop, taken before that start, may have come after it: it is of the same moment or day."""
        if self.whole_day:
            return local_day(self.moment) == local_day(start.moment)
        return self.moment == start.moment


@dataclass(eq=False)
class _Run:
    """A clock that an entry started."""

    start: _Step
    span: Span
    limit: Limit
    days: WorkingDays
    school: SchoolDays | None
    pauses: list[Pause] = field(default_factory=list)
    stop: _Step | None = None

    @property
    def open(self) -> bool:
        return self.stop is None

    @property
    def started_by(self) -> str:
        return self.start.event.id

    @property
    def paused(self) -> bool:
        return bool(self.pauses) and self.pauses[-1].until is None

    def due(self, now: datetime) -> datetime:
        """When it is due, as far as can be said at `now`: a pause that lasts has lasted until then."""
        spans = [(pause.since, pause.until or max(now, pause.since)) for pause in self.pauses]
        due = self.span.due(self.start.moment, self.days, self.school, spans)
        if self.limit.never_later:
            due = min(due, parse_span(self.limit.never_later).due(self.start.moment, self.days, self.school, spans))
        named = named_moment(self.limit.or_by, self.start.event)
        return due if named is None else min(due, named)

    def take(self, step: _Step) -> None:
        """Pause, resume or stop. A pause that comes when the limit has passed undoes nothing."""
        if step.does == PAUSE:
            if not self.paused and step.moment <= self.due(step.moment):
                self.pauses.append(Pause(max(step.moment, self.start.moment), None, step.event.id))
            return
        if self.paused:
            last = self.pauses[-1]
            self.pauses[-1] = Pause(last.since, max(step.moment, last.since), last.by)
        if step.does in (STOP, END):
            self.stop = step

    def state(self, clock: Clock, key: str, now: datetime) -> ClockState:
        now = utc(now)
        due = self.due(now)
        stopped = max(self.stop.moment, self.start.moment) if self.stop else None
        if self.paused:
            state = State.PAUSED
        elif (stopped or now) > due:
            state = State.LATE
        else:
            state = State.MET if stopped else State.RUNNING
        return ClockState(
            clock=clock.id,
            key=key,
            started_at=self.start.moment,
            started_by=self.started_by,
            due_at=due,
            state=state,
            limit=self.limit.is_,
            why=self._why(clock),
            paused=tuple(self.pauses),
            stopped_at=stopped,
            stopped_by=self.stop.event.id if self.stop else "",
            late_since=due if state == State.LATE else None,
        )

    def _why(self, clock: Clock) -> str:
        source = (self.limit.source or clock.source).rstrip(".")
        paused = ", longer by the time it was paused" if self.pauses else ""
        cap = f", and never later than {self.limit.never_later}" if self.limit.never_later else ""
        cap += ", or sooner where the record says so" if named_moment(self.limit.or_by, self.start.event) else ""
        said = (
            f"{clock.title}: {self.span} from {say(self.start.moment)}{paused}{cap} "
            f"(limit in force from {say(self.limit.from_)}). Source: {source}."
        )
        return said if len(said) <= WHY_LENGTH else f"{said[: WHY_LENGTH - 1].rstrip()}…"


def _steps(clock: Clock, events: Iterable[Event], now: datetime) -> Iterator[_Step]:
    """Everything that the entries known by `now` do to the clock up to `now`."""
    now = utc(now)
    specs = (
        (STOP, clock.stops), (START, clock.starts), (PAUSE, clock.pauses), (RESUME, clock.resumes), (END, clock.ends),
    )  # fmt: skip
    declared = [(does, spec) for does, spec in specs if spec]
    for event in events:
        if utc(event.known) > now:
            continue
        for does, spec in declared:
            if does == START and event.stated and measured_from_known(spec, event):
                continue
            found = moment_of(spec, event)
            if found and found[0] <= now:
                yield _Step(does, *found, event)


def _standing(clock: Clock, events: Iterable[Event], now: datetime) -> list[_Step]:
    """The steps, without the ends that a later answer to the same entry took back."""
    known = list(events)
    steps = list(_steps(clock, known, now))
    if clock.ends is None:
        return steps
    ends = {step.event.id: step.event for step in steps if step.does == END}
    otherwise = [e for e in known if e.id not in ends and names(clock.ends, e) and max(utc(e.known), utc(e.happened)) <= utc(now)]
    undone = {
        one.id for one in ends.values() if any(e.on & one.on and _comes_after(e, one) for e in otherwise)
    }  # fmt: skip
    return [step for step in steps if step.does != END or step.event.id not in undone]


def _comes_after(event: Event, other: Event) -> bool:
    return (utc(event.happened), utc(event.known)) > (utc(other.happened), utc(other.known))


def _answered(start: _Step, end: _Step) -> bool:
    """Whether it was about what started the clock, or about what that answers (a decision that is taken anew)."""
    return start.event.id in end.event.on or not start.event.on.isdisjoint(end.event.on)


def _start(
    clock: Clock, runs: list[_Run], spent: Sequence[_Step], step: _Step, days: WorkingDays, school: SchoolDays | None
) -> bool:
    """Begin a run, unless one of the child's is there already and stays. Returns whether it has nothing more to wait for."""
    limit = limit_in_force(clock, step.moment, facts_of(step.event))
    if limit is None:
        return True
    if clock.on == "child":
        running = [run for run in runs if run.open]
        if running and clock.starts.first:
            return False
        for run in running:
            if step.moment <= run.due(step.moment):
                runs.remove(run)
            elif clock.stops is None:
                run.stop = step
    run = _Run(step, parse_span(limit.is_), limit, days, school)
    runs.append(run)
    for stop in spent:
        if run.open and stop.may_follow(step) and _touches(clock, stop, run):
            run.take(stop)
    return True


def _touches(clock: Clock, step: _Step, run: _Run) -> bool:
    """Whether the step is for this run. An entry that starts a period and, in another of its fields, ends it (taken
    into custody, released) is for its own; one that does both at once (a review) never is."""
    entry = step.event
    ends_its_own = step.does == STOP and clock.stops is not None and clock.stops.at != clock.starts.at
    if entry.id == run.started_by:
        return ends_its_own or step.does != STOP
    if clock.on == "child":
        return True
    if entry.on:
        return run.started_by in entry.on
    return not (ends_its_own and moment_of(clock.starts, entry))


# --- worked examples --------------------------------------------------------------------------------------

EXAMPLE_EVENTS = ("starts", "pauses", "resumes", "stops", "ends")
EXAMPLE_KEYS = (*EXAMPLE_EVENTS, "record", "urgent", "fields", "where", "at", "due", "state", "because")


def run_example(partnership: Partnership, clock: Clock, example: dict[str, Any]) -> str | None:
    """None when the declaration does what its example says; else one sentence that says what it does instead.

    `starts`, `pauses`, `resumes`, `stops`, `ends`: when an entry that fits the declaration does so, a day or a moment ·
    `urgent`, `record`, `fields` (or `where`): what the starting entry is, where that matters · `due`: a day or a
    moment · `state`: running, met, late, paused, or `none` (it does not start), as it stands `at` that moment (default:
    the latest that an entry of the example happened) · `because`: for the reader.
    """
    unknown = [key for key in example if key not in EXAMPLE_KEYS]
    if unknown or "starts" not in example:
        wrong = f"unknown key {unknown[0]!r}" if unknown else "no `starts`"
        return f"{wrong}; an example has {', '.join(EXAMPLE_KEYS)}"
    try:
        events = [_example_event(clock, does, example) for does in EXAMPLE_EVENTS if does in example]
        now = parse_moment(_written(example["at"])) if "at" in example else max(event.happened for event in events)
        runs = follow(clock, events, now=now, days=working_days(partnership), school=school_days(partnership))
        return _differs(example, runs[0] if runs else None)
    except ValueError as fault:
        return str(fault)


def _differs(example: dict[str, Any], run: ClockState | None) -> str | None:
    state = _written(example["state"]) if "state" in example else ""
    if run is None or state == "none":
        if run is None and state == "none":
            return None
        return f"{'starts' if run else 'does not start'}; {_reason(run)}"
    if "due" in example:
        due = _written(example["due"])
        got = f"{local(run.due_at):%Y-%m-%d %H:%M}"
        wanted = due if is_day_only(due) else f"{local(parse_moment(due)):%Y-%m-%d %H:%M}"
        parse_moment(due)
        if not got.startswith(wanted):
            return f"due {got}, not {due}; {_reason(run)}"
    if state and run.state != state:
        return f"{run.state}, not {state} (due {local(run.due_at):%Y-%m-%d %H:%M}); {_reason(run)}"
    return None


def _reason(run: ClockState | None) -> str:
    return run.why if run else "the entry does not fit `starts`, or no limit was in force"


def _example_event(clock: Clock, does: str, example: dict[str, Any]) -> Event:
    """An entry that fits the declaration at the moment that the example gives."""
    spec: ClockEvent | None = getattr(clock, does)
    if spec is None:
        raise ValueError(f"the example says `{does}`, but the clock has no `{does}`")
    text = _written(example[does])
    moment = parse_moment(text)
    starting = does == "starts"
    fields: dict[str, Any] = _fitting(spec.where) if spec.where else {}
    if starting:
        fields |= (example.get("where") or {}) | (example.get("fields") or {})
    if spec.at and spec.at not in (KNOWN, HAPPENED):
        fields[spec.at] = text
    kind = spec.record[0] if spec.record else ""
    record = _written(example.get("record", kind)) if starting else kind
    return Event(
        id=does,
        record=record,
        happened=moment,
        known=moment,
        fields=fields,
        queued=QUEUED in spec.record or fields.pop(QUEUED, "") == "yes",
        urgent=starting and _written(example.get("urgent", fields.pop("urgent", "no"))) == "yes",
        decision=DECISION in spec.record,
        on=frozenset() if starting else frozenset({"starts"}),
        whole_day=is_day_only(text),
    )


def _fitting(condition: Condition) -> dict[str, str]:
    """Facts for which the condition holds, where simple ones do: the first value of each term, the first of `any`."""
    facts = {name: values[0] for name, values in condition.terms.items() if values}
    for part in (*condition.all, *condition.any[:1]):
        facts |= _fitting(part)
    return facts


def _written(value: object) -> str:
    """A scalar as it was written, also where a reader of YAML has made something of it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
