"""Answering a signal in a story, and what a story may ask of signals: as kept in the wake of each record, and as computed."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sightline.agencies.queries import machine, partnership
from sightline.definition.outcomes import Missing
from sightline.identity.queries import identities_of
from sightline.jobs import signalling
from sightline.sharing.reading import Reading, reading
from sightline.signals import queries
from sightline.signals.types import SignalView
from sightline.stories.asking_people import Answered
from sightline.stories.contract import NOT_BUILT_YET
from sightline.stories.model import Act, Expectation
from sightline.stories.reading_events import target
from sightline.timescales.london import local, say
from sightline.timescales.moment import now

if TYPE_CHECKING:
    from sightline.stories.living import Life

Flags = tuple[str, ...]
PURPOSE, MACHINE = "safeguarding", "clock-machine"


def _answer(life: Life, act: Act) -> Flags:
    """`on`: a record that the signal cites, or the child. `done`: events that became records of what was done."""
    done = act.given.get("done") or ()
    events = [str(one) for one in ([done] if isinstance(done, str) else done)]
    signalling.answer(
        signal=_meant(life, act),
        answer=_given(act, "answer"),
        because=_given(act, "because"),
        done=[life.records[event] for event in events if event in life.records],
        by=life.actor(act.by),
    )
    return ()


def _to_manager(life: Life, act: Act) -> Flags:
    signalling.take_to_manager(signal=_meant(life, act), because=_given(act, "because"), by=life.actor(act.by))
    return ()


def _given(act: Act, name: str) -> str:
    return str(act.given.get(name) or "")


def _meant(life: Life, act: Act) -> UUID:
    """The signal of that rule, as this worker is shown it. Raises Missing where they are shown none."""
    by, named = life.actor(act.by), _given(act, "signal")
    who, event = target(act.on)
    first = life.records.get(event) if event else None
    with reading(by, PURPOSE, about="answer-signal") as opened:
        found = [
            one
            for person in _persons(life, who, event)
            for one in queries.of_person(opened, person, _held(person))
            if one.rule == named and (first is None or str(first) in one.cited)
        ]
    if not found or found[0].id is None:
        raise Missing
    return found[0].id


def _persons(life: Life, who: str | None, event: str | None) -> list[UUID]:
    """The people meant: `jay`, `jay@e1`, or everybody on the record `e1`."""
    names = [who] if who else [name for name, on in life.identities if on == event]
    return list(dict.fromkeys(person for name in names for person in life.persons_of(name)))


def _held(person: UUID) -> list[UUID]:
    return [row.id for row in identities_of(person)]


def raised(life: Life, expected: Expectation) -> Answered:
    """`{kind: signal, signal: repeat-missing, about: kez, citing: [m1, m2, m3], by: …}`: it stands at that moment. `level`,
    `answered`: and so; `stands: over | withdrawn`: it was raised and stands no more.

    What is kept must be what would be computed of the same moment: where it is not, that is said, and it does not hold.
    """
    named, definition = expected.given["signal"], partnership()
    if named not in definition.signal:
        return None, NOT_BUILT_YET
    by: datetime | None = expected.by
    stands, level, answer = (str(expected.given.get(key) or "") for key in ("stands", "level", "answered"))
    kept: list[SignalView] = []
    with reading(machine(MACHINE), PURPOSE, recorded=False) as opened:
        for person in life.persons_of(expected.given["about"]):
            every = [one for one in queries.of_person(opened, person, _held(person), past=True) if one.rule == named]
            differs = _differs(opened, person, [one for one in every if not one.ended], named)
            if differs:
                return None, differs
            kept += every
    wanted = set(expected.given.get("citing") or ())
    found = [
        one
        for one in kept
        if one.ended == stands.replace("now", "")
        and level in ("", one.level)
        and answer in ("", one.answered)
        and (by is None or one.since <= by)
        and wanted <= _events(life, one)
    ]
    return bool(found), "; ".join(_words(life, one) for one in kept) or "it is not raised"


def raised_as(life: Life, named: str, about: str | None) -> set[UUID | None]:
    """The signals of a rule, what is over or was withdrawn too: about one of the story's people, or any of them."""
    with reading(machine(MACHINE), PURPOSE, recorded=False) as opened:
        return {
            one.id
            for name in ([about] if about else life.story.people)
            for person in life.persons_of(name)
            for one in queries.of_person(opened, person, _held(person), past=True)
            if one.rule == named
        }


def _differs(opened: Reading, person: UUID, kept: list[SignalView], named: str) -> str:
    """What is wrong where what is kept is not what follows from what is known."""
    computed = [tuple(episode.citing) for rule, episode in queries.computed(person, now()) if rule.id == named]
    standing = [tuple(one.cited) for one in kept]
    if sorted(computed) == sorted(standing):
        return ""
    return f"a fault of ours: {len(standing)} are kept, citing {standing}; computed are {computed}"


def _events(life: Life, one: SignalView) -> set[str]:
    return {event for first in one.cited if (event := life.event_of(UUID(str(first))))}


def _words(life: Life, one: SignalView) -> str:
    cited = ", ".join(life.event_of(UUID(str(first))) or "a record" for first in one.cited)
    return f"raised since {say(local(one.since))}, citing {cited or 'nothing'}" + (
        f", {one.ended} since" if one.ended else ""
    )


VERBS = {"answer-signal": _answer, "take-to-manager": _to_manager}
KINDS = {"signal": raised}
