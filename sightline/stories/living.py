"""Living a story: each event at its moment, through the doors of agencies and workers; questions in between."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sightline.agencies.actions import add_worker, declare_agency
from sightline.agencies.queries import actor_by_id, agencies, machine, partnership
from sightline.agencies.types import Actor
from sightline.chronology.actions import versions_of
from sightline.chronology.tracing import first_of, people_of
from sightline.definition.outcomes import Conflict, Invalid, Missing, Refused
from sightline.definition.types import Partnership
from sightline.disclosure import documents
from sightline.identity.queries import persons_of
from sightline.intake.readers import Notes, Unreadable, read
from sightline.intake.tracing import became
from sightline.intake.types import Counts, Details, Named, Notification
from sightline.jobs import due
from sightline.jobs.receive import close_delivery, open_delivery, receive, receive_one
from sightline.stories import acting, asking, watching
from sightline.stories.acting_matches import NotBuilt, WaitsForSecond
from sightline.stories.contract import NOT_BUILT_YET
from sightline.stories.model import Act, Answer, Delivered, Event, Expectation, Sent, Staff, Story, Told
from sightline.stories.scratch import Scratch
from sightline.timescales.moment import pretend

log = logging.getLogger(__name__)
STILL_OWED = timedelta(minutes=1)


@dataclass
class Outcome:
    """What became of an event. `because`: the code of a refusal, or why something was kept for a person."""

    state: str  # done | waits | refused | kept | not-built | fault
    because: str = ""
    sentence: str = ""
    flagged: tuple[str, ...] = ()
    counts: Counts | None = None

    def __str__(self) -> str:
        words = {
            "done": "it stood",
            "refused": f"refused: {self.because}",
            "waits": f"waits: {self.because}",
            "kept": f"kept for a person: {self.because}",
            "not-built": NOT_BUILT_YET,
            "fault": f"a fault of ours: {self.because}",
        }
        return words[self.state] + (f" ({self.sentence})" if self.sentence else "")


@dataclass
class Life:
    """A story as far as it has been lived: which record each event became, whom each person on it is."""

    story: Story
    records: dict[str, UUID] = field(default_factory=dict)  # event: the record's first id
    identities: dict[tuple[str, str], UUID] = field(default_factory=dict)  # (person, event): source identity
    held: dict[tuple[str, str], Details] = field(default_factory=dict)  # as the sender of that event holds them
    known: dict[tuple[str, str], datetime] = field(default_factory=dict)
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    actors: dict[str, UUID] = field(default_factory=dict)
    packs: dict[str, UUID] = field(default_factory=dict)  # the act that prepared it: the pack
    asked: dict[str, UUID] = field(default_factory=dict)  # act: what it asks a second person to agree to

    def actor(self, worker: str) -> Actor:
        return actor_by_id(self.actors[worker])

    def event_of(self, first: UUID) -> str:
        """The event that became this record; empty for what no event of the story brought."""
        return next((event for event, known in self.records.items() if known == first), "")

    def identities_of(self, person: str) -> list[UUID]:
        return [identity for (who, _), identity in self.identities.items() if who == person]

    def persons_of(self, person: str) -> dict[UUID, list[tuple[str, str]]]:
        """Whom the system takes somebody for: each person with the (person, event) pairs that led there."""
        mine = {key: identity for key, identity in self.identities.items() if key[0] == person}
        now = persons_of(mine.values())
        found: dict[UUID, list[tuple[str, str]]] = {}
        for key, identity in mine.items():
            if identity in now:
                found.setdefault(now[identity], []).append(key)
        return found


def live(story: Story, scratch: Scratch) -> Told:
    """Lives one story in a database of its own and answers what it expects."""
    if any(isinstance(event, Act) and event.does == "release-pack" for event in story.events):
        documents.ready()  # once a process: no story's own time
    with scratch.database(story.partnership):
        started = time.perf_counter()
        life = Life(story)
        answers: dict[int, Answer] = {}
        first = min([e.taken for e in story.events])
        with pretend(first):
            _prepare(life)
        steps = [(event.taken, 0, _event(life, event)) for event in story.events]
        steps += [(_asked_at(story, x), 1, _question(life, x, n, answers)) for n, x in enumerate(story.expect)]
        before = first
        for moment, _, step in sorted(steps, key=lambda s: s[:2]):
            _mornings(before, moment)
            with pretend(moment):
                step()
                due.sweep()
            before = max(before, moment)
    notes = tuple(f"{id}: {outcome}" for id, outcome in life.outcomes.items() if outcome.state != "done")
    return Told(story, tuple(answers[n] for n in range(len(story.expect))), time.perf_counter() - started, notes)


def _asked_at(story: Story, expected: Expectation) -> datetime:
    """The moment that it names; something that must be there by a moment is asked then; else the end."""
    return (
        expected.at
        or (expected.by if expected.kind in ("signal", "message") and not expected.never else None)
        or story.end
    )


def _prepare(life: Life) -> None:
    """The story's own agencies and workers."""
    runner, definition = machine("story-runner"), partnership()
    for agency in life.story.agencies:
        declare_agency(
            id=agency.id,
            kind=agency.kind,
            title=agency.name,
            phone=agency.phone,
            calendar=dict(agency.calendar),
            by=runner,
        )
    for worker in life.story.workers:
        made = add_worker(
            username=worker.id,
            name=worker.name,
            agency=worker.agency,
            role=worker.role,
            phone=worker.phone,
            team=team_of(worker, definition),
            settings=watching.plain_settings(worker.settings),
            by=runner,
        )
        life.actors[worker.id] = made.id
    watching.settle(life)


def team_of(worker: Staff, definition: Partnership) -> str:
    """The declared team that a worker of a story is in: the one that the story names, of the worker's own agency.

    Stories name teams in their own words, or none. Whoever decides at the front door and names no team of theirs that is
    declared is in the one that their agency has there: else only somebody who has read the definition could tell a story.
    """
    named = definition.team.get(worker.team)
    if named is not None and named.agency == worker.agency:
        return named.id
    on_duty = {one for r in definition.rule.values() if tuple(r.who.tie) == ("on-duty",) for one in r.who.role}
    if worker.role in on_duty and "decide-contact" in definition.role[worker.role].may:
        there = [t.id for t in definition.team.values() if t.agency == worker.agency and t.on_duty_for]
        if len(there) == 1:
            return there[0]
    return named.id if named is not None else ""


def _mornings(after: datetime, until: datetime) -> None:
    """What is owed between two moments, each at its own: the morning run at 07:00, limits that fall due."""
    moment, pause = after, STILL_OWED
    while True:
        with pretend(until):
            lag = due.lag_seconds()
        if lag <= 0:
            return
        moment = max(moment, until - timedelta(seconds=lag))
        with pretend(moment):
            if due.sweep():
                pause = STILL_OWED
            else:  # what failed is tried again later, or waits for a person
                moment, pause = moment + pause, pause * 2
        if moment > until:
            return


def _event(life: Life, event: Event) -> Callable[[], None]:
    def happen() -> None:
        try:
            if isinstance(event, Sent):
                life.outcomes[event.id] = _send(life, event)
            elif isinstance(event, Delivered):
                life.outcomes[event.id] = _deliver(life, event)
            else:
                life.outcomes[event.id] = _act(life, event)
                watching.look_at_all()  # what was read is looked at within seconds
        except Exception as error:
            log.exception("a story's event failed", extra={"event": event.id})
            life.outcomes[event.id] = Outcome("fault", f"{type(error).__name__}: {error}")

    return happen


def _question(life: Life, expectation: Expectation, n: int, answers: dict[int, Answer]) -> Callable[[], None]:
    def ask() -> None:
        try:
            held, got = asking.ask(life, expectation)
        except Exception as error:
            log.exception("a story's question failed", extra={"kind": expectation.kind})
            held, got = False, f"a fault of ours: {type(error).__name__}: {error}"
        answers[n] = Answer(expectation.kind, expectation.text, held, got, expectation.line)

    return ask


# --- what agencies send -----------------------------------------------------------------------------------------------


def _send(life: Life, event: Sent) -> Outcome:
    on_it = {person for person, _, _ in event.people}
    relations = tuple(r for r in life.story.relations if r[0] in on_it and r[2] in on_it)
    notification = Notification(
        agency=event.agency,
        record=event.record,
        message_id=event.message or event.id,
        happened=event.happened,
        until=event.until,
        people=tuple(Named(person, roles, details) for person, roles, details in event.people),
        fields={
            k: "; ".join(map(str, v)) if isinstance(v, list) else v for k, v in event.fields.items() if v is not None
        },
        says=event.says,
        place=dict(event.place),
        sent=event.told,
        version=event.version,
        relations=relations,
        position=event.id,
        raw=event.id.encode(),
    )
    receipt = receive_one(notification, feed="", kind="story", by=machine("feed-machine"))
    if receipt.state == "kept-for-a-person":
        return Outcome(
            "kept", receipt.faults[0].code if receipt.faults else "", "; ".join(str(f) for f in receipt.faults)
        )
    first = first_of(UUID(receipt.id)) if receipt.id else None
    if first is None:
        return Outcome("kept", receipt.state)
    _brought(life, event.id, first, [(person, details) for person, _, details in event.people], event.moment)
    return Outcome("done")


def _brought(life: Life, event: str, first: UUID, people: list[tuple[str, Details]], known: datetime) -> None:
    """Remembers which record an event became, and which source identity each person on it is."""
    life.records.setdefault(event, first)
    found = [identity for identity, _ in people_of(versions_of(first)[-1])]
    own: dict[str, UUID] = {}
    for person, details in people:  # in the order in which they were sent; one local id is one identity
        identity = own.get(details.local_id) if details.local_id else None
        if identity is None and found:
            identity = found.pop(0)
        if identity is not None:
            own[details.local_id] = identity
            life.identities[person, event] = identity
            life.held[person, event] = details
            life.known[person, event] = known


# --- files ------------------------------------------------------------------------------------------------------------


def _deliver(life: Life, event: Delivered) -> Outcome:
    definition, by, notes = partnership(), machine("feed-machine"), Notes()
    delivery = open_delivery(feed=event.feed, agency=event.agency, kind="file", name=event.name, by=by)
    brought: list[tuple[str, Notification]] = []
    names = {message: name for name, message in event.holds.items()}

    def things() -> object:
        for thing in read(
            event.text.encode(),
            definition.feed[event.feed],
            definition,
            notes,
            agencies=list(agencies()),
            name=event.name,
        ):
            if isinstance(thing, Notification) and thing.message_id in names:
                brought.append((names[thing.message_id], thing))
            yield thing

    counts = Counts()
    try:
        counts = receive(things(), delivery=delivery, by=by, notes=notes)  # type: ignore[arg-type]
    except Unreadable as error:
        close_delivery(delivery, counts, notes.sentences(), by=by, state="stopped")
        return Outcome("kept", "unreadable", error.sentence, counts=counts)
    close_delivery(delivery, counts, notes.sentences(), by=by)
    for name, thing in brought:
        _held_in_file(life, event, name, thing)
    return Outcome("done", counts=counts)


def _held_in_file(life: Life, event: Delivered, name: str, thing: Notification) -> None:
    """A named record of a file: found by sending nothing, only by asking what its message became."""
    first = became(thing.agency, thing.message_id)
    if first is None:
        return
    people = []
    for named in thing.people:
        who = next((p for p, truth in life.story.people.items() if _same_name(truth, named.details)), named.key)
        people.append((who, named.details))
    _brought(life, name, first, people, event.taken)


def _same_name(truth: Details, sent: Details) -> bool:
    return (truth.given.casefold(), truth.family.casefold()) == (sent.given.casefold(), sent.family.casefold())


# --- what workers do --------------------------------------------------------------------------------------------------


def _act(life: Life, event: Act) -> Outcome:
    verb = acting.VERBS.get(event.does)
    if verb is None:
        return Outcome("not-built")
    try:
        flagged = verb(life, event)
        return Outcome("done", flagged=flagged)
    except NotBuilt:
        return Outcome("not-built")
    except WaitsForSecond as error:
        return Outcome("waits", error.because, error.sentence)
    except Refused as error:
        return Outcome("refused", error.decision.reason_code, error.decision.sentence)
    except Missing:
        return Outcome("refused", "not-permitted", "not there, or not to be seen by this worker")
    except Conflict as error:
        return Outcome("refused", "already-decided", error.sentence)
    except Invalid as error:
        return Outcome("refused", _code(event, error), "; ".join(str(fault) for fault in error.faults))


def _code(event: Act, error: Invalid) -> str:
    """What a form says beside its field, stories call by the reason that everybody else has for it."""
    if [fault.path for fault in error.faults] == ["because"] and error.faults[0].code == "needed":
        return "rationale-too-short" if str(event.given.get("because") or "").strip() else "rationale-missing"
    return "invalid"
