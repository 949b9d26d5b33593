"""Answering a signal in a story, and what a story may ask of signals: as kept in the wake of each record, and as computed."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sightline.agencies.queries import partnership
from sightline.definition.outcomes import Missing
from sightline.identity.queries import identities_of
from sightline.jobs import signalling
from sightline.sharing.reading import reading
from sightline.signals import queries
from sightline.signals.states import Kept, kept_about, kept_citing
from sightline.stories.asking_people import Answered
from sightline.stories.contract import NOT_BUILT_YET
from sightline.stories.model import Act, Expectation
from sightline.stories.reading_events import target
from sightline.timescales.london import local, say
from sightline.timescales.moment import now

if TYPE_CHECKING:
    from sightline.stories.living import Life

Flags = tuple[str, ...]
PURPOSE = "safeguarding"


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
    """`{kind: signal, signal: repeat-missing, about: kez, citing: [m1, m2, m3], by: …}`: it was raised by then, and not
    withdrawn; with `at`, it stands at that moment. `level`, `answered`: and so; `stands: over | withdrawn`: it was raised, and
    stands no more for that reason. A pattern of a place is asked of the children whose records it rests on; without `about` a
    signal is asked of everybody in the story.

    What is kept must be what would be computed of the same moment: where it is not, that is said, and it does not hold.
    """
    named, definition = expected.given["signal"], partnership()
    if named not in definition.signal:
        return None, NOT_BUILT_YET
    about = str(expected.given.get("about") or "")
    whose = [about] if about else list(life.story.people)
    kept = list({one.id: one for name in whose for one in _kept(life, named, name)}.values())
    if definition.signal[named].about != "place" and (differs := _differs(life, named, whose, kept)):
        return None, differs
    by: datetime | None = expected.by
    stands, level, answer = (str(expected.given.get(key) or "") for key in ("stands", "level", "answered"))
    wanted = set(expected.given.get("citing") or ())
    found = [
        one
        for one in kept
        if (
            one.ended == stands if stands else one.live and one.ended != "withdrawn" and not (one.ended and expected.at)
        )
        and level in ("", one.level)
        and answer in ("", one.answered)
        and (by is None or one.since <= by)
        and wanted <= _events(life, one)
    ]
    return bool(found), "; ".join(_words(life, one) for one in kept) or "it is not raised"


def _kept(life: Life, named: str, about: str) -> list[Kept]:
    """The signals of a rule about one of the story's people; of a place, those that rest on a record about them."""
    if partnership().signal[named].about == "place":
        firsts = [life.records[event] for name, event in life.identities if name == about and event in life.records]
        return kept_citing(named, firsts)
    return [one for person in life.persons_of(about) for one in kept_about(named, _held(person))]


def raised_as(life: Life, named: str, about: str | None) -> set[UUID | None]:
    """The signals of a rule, what is over or was withdrawn too: about one of the story's people, or any of them."""
    return {one.id for name in ([about] if about else life.story.people) for one in _kept(life, named, name)}


def _differs(life: Life, named: str, whose: list[str], kept: list[Kept]) -> str:
    """What is wrong where what is kept is not what follows from what is known."""
    persons = list(dict.fromkeys(person for name in whose for person in life.persons_of(name)))
    computed = [one.episode.citing for person in persons for one in queries.computed(person, now()) if one.rule.id == named]
    standing = [one.cited for one in kept if not one.ended]
    if sorted(computed) == sorted(standing):
        return ""
    return f"a fault of ours: {len(standing)} are kept, citing {standing}; computed are {computed}"


def _events(life: Life, one: Kept) -> set[str]:
    return {event for first in one.cited if (event := life.event_of(UUID(str(first))))}


def _words(life: Life, one: Kept) -> str:
    cited = ", ".join(life.event_of(UUID(str(first))) or "a record" for first in one.cited)
    became = f", {one.ended} since" if one.ended else ""
    return f"raised since {say(local(one.since))}, citing {cited or 'nothing'}{became}"


def on_list(life: Life, expected: Expectation) -> Answered:
    """`{kind: signs, who: noor, signal: unseen-child, about: ike}`: it stands on that worker's own list of signs."""
    persons = set(life.persons_of(expected.given["about"]))
    with reading(life.actor(expected.given["who"]), PURPOSE, recorded=False) as opened:
        every = queries.mine(opened)
    found = [one.rule for one in every if one.person in persons]
    return expected.given["signal"] in found, ", ".join(found) or "nothing of theirs is on the list"


VERBS = {"answer-signal": _answer, "take-to-manager": _to_manager}
KINDS = {"signal": raised, "signs": on_list}
