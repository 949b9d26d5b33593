"""Answering what a story expects, as the system stands now. A question leaves no trace: its readings are not recorded.

Each answer is (whether it held, what was there instead and why).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sightline.agencies.queries import machine, partnership
from sightline.agencies.types import Actor
from sightline.chronology.actions import versions_of
from sightline.chronology.events import of_people
from sightline.chronology.listing import authors_of
from sightline.chronology.queries import entry as entry_history
from sightline.chronology.queries import of_person
from sightline.chronology.rules import professionals, states, voices
from sightline.chronology.tracing import is_stated, said_of
from sightline.chronology.types import Chronology, EntryView
from sightline.clocks.actions import NOBODY, states_of
from sightline.clocks.people import people_of
from sightline.definition.outcomes import Missing
from sightline.front_door.steps import WRITTEN_HERE
from sightline.identity.queries import persons_of, profile
from sightline.sharing.reading import Reading, reading
from sightline.sharing.types import Level
from sightline.stories import (
    acting_emergencies,
    acting_signals,
    acting_told,
    asking_matches,
    asking_queue,
    asking_sharing,
    disclosing,
    protecting,
    registry,
    watching,
)
from sightline.stories.acting import best_person
from sightline.stories.asking_people import Answered, all_are, possible_match, why
from sightline.stories.contract import NOT_BUILT, NOT_BUILT_YET
from sightline.stories.model import Act, Expectation
from sightline.timescales.london import local, say
from sightline.timescales.moment import now

if TYPE_CHECKING:
    from sightline.stories.living import Life

PURPOSE = "safeguarding"


def ask(life: Life, expected: Expectation) -> tuple[bool, str]:
    """Whether it holds; where it does not, what was there instead."""
    if expected.kind in NOT_BUILT:
        return False, NOT_BUILT_YET
    held, got = KINDS[expected.kind](life, expected)
    if held is None:
        return False, got
    return held is not expected.never, got


def _person(life: Life, expected: Expectation) -> UUID:
    found = best_person(life, expected.given["about"])
    if found is None:
        raise Missing
    return found


def _reader(life: Life, expected: Expectation) -> Actor:
    who = expected.given.get("who")
    return life.actor(who) if who else machine("clock-machine")


# --- whom the system takes somebody for -------------------------------------------------------------------------------


def _known_as(life: Life, expected: Expectation) -> Answered:
    with reading(
        _reader_of_names(life, expected), "identity" if not expected.given.get("who") else PURPOSE, recorded=False
    ) as opened:
        try:
            shown = profile(opened, _person(life, expected))
        except Missing:
            return False, "not there, or not to be seen"
    wanted = {k: str(v) for k, v in expected.given.items() if k not in ("about", "who")}
    found = {k: str(getattr(shown, k)) for k in wanted}
    return wanted == found, ", ".join(f"{k} {v or 'not known'}" for k, v in found.items())


def _reader_of_names(life: Life, expected: Expectation) -> Actor:
    who = expected.given.get("who")
    return life.actor(who) if who else machine("matching-machine")


# --- records ----------------------------------------------------------------------------------------------------------


def _said(life: Life, record: str, *what: str) -> tuple[dict[str, Any] | None, str]:
    first = life.records.get(record)
    if first is None:
        return None, f"{record} is not there{why(life, record)}"
    with reading(machine("clock-machine"), PURPOSE, recorded=False) as opened:
        said = said_of(opened, first, what)
    return (
        said,
        "" if said is not None else f"{record} is not to be read, even by the machine that counts what is missing",
    )


def _quality(life: Life, expected: Expectation) -> Answered:
    said, why = _said(life, expected.given["record"], "absent")
    if said is None:
        return None, why
    absent, wanted = said["absent"], expected.given["missing"]
    got = f"missing: {', '.join(absent) or 'nothing'}"
    return (any(part in absent for part in wanted) if expected.never else all(part in absent for part in wanted)), got


def _corrected(life: Life, expected: Expectation) -> Answered:
    first = life.records.get(expected.given["record"])
    if first is None:
        return None, f"{expected.given['record']} is not there"
    times, wanted = len(versions_of(first)) - 1, str(expected.given.get("times") or "")
    return (times == int(wanted) if wanted.isdigit() else times > 0), f"corrected {times} times"


def _stated(life: Life, expected: Expectation) -> Answered:
    first = life.records.get(expected.given["record"])
    if first is None:
        return None, f"{expected.given['record']} is not there"
    return is_stated(first), "stated, not witnessed" if is_stated(first) else "taken as it was told"


def _loaded(life: Life, expected: Expectation) -> Answered:
    outcome = life.outcomes.get(expected.given["event"])
    if outcome is None or outcome.counts is None:
        return None, f"no file has been read: {outcome or 'it has not arrived'}"
    counted = {key.replace("_", "-"): value for key, value in outcome.counts.as_dict().items() if key != "seconds"}
    wanted = {k: str(v) for k, v in expected.given.items() if k in counted}
    return all(str(counted[k]) == v for k, v in wanted.items()), ", ".join(f"{k} {v}" for k, v in counted.items())


def _kept(life: Life, expected: Expectation) -> Answered:
    return _outcome(life, expected, "kept")


def _refused(life: Life, expected: Expectation) -> Answered:
    return _outcome(life, expected, "refused")


def _outcome(life: Life, expected: Expectation, state: str) -> Answered:
    outcome = life.outcomes.get(expected.given["event"])
    if outcome is None:
        return None, "it has not happened by then"
    if outcome.state == "not-built":
        return None, NOT_BUILT_YET
    because = expected.given.get("because")
    if outcome.state == "waits":  # for a second person: it does not stand yet
        return state == "refused" and because == outcome.because, str(outcome)
    return outcome.state == state and because in (None, "", outcome.because), str(outcome)


def _flagged(life: Life, expected: Expectation) -> Answered:
    outcome = life.outcomes.get(expected.given["event"])
    if outcome is None or outcome.state == "not-built":
        return None, NOT_BUILT_YET if outcome else "it has not happened by then"
    because = expected.given.get("because")
    if outcome.state == "waits":
        return because in (None, "", outcome.because), str(outcome)
    held = outcome.state == "done" and (because in outcome.flagged if because else bool(outcome.flagged))
    return held, f"{outcome}; flagged: {', '.join(outcome.flagged) or 'nothing'}"


# --- who sees what ----------------------------------------------------------------------------------------------------


def _sees(life: Life, expected: Expectation) -> Answered:
    first = life.records.get(expected.given["record"])
    if first is None:
        return None, f"{expected.given['record']} is not there{why(life, expected.given['record'])}"
    level, because = "hidden", "nothing allows more"
    with reading(life.actor(expected.given["who"]), PURPOSE, recorded=False) as opened:
        try:
            found = entry_history(opened, first).now
            level, because = found.level.word, found.sight.decision.sentence
        except Missing:
            pass
    return level == expected.given["as"].replace("shown", "full"), f"{level}: {because}"


def _chronology(life: Life, expected: Expectation, opened: Reading) -> Chronology:
    return of_person(opened, _person(life, expected))


def _knew(life: Life, expected: Expectation) -> Answered:
    wanted = set(expected.given["records"])
    with reading(life.actor(expected.given["who"]), PURPOSE, recorded=False) as opened:
        try:
            shown = [view for view in _chronology(life, expected, opened).entries if view.level >= Level.HEADLINE]
        except Missing:
            shown = []
    events = [(view, life.event_of(view.first)) for view in shown]
    acts = {event.id for event in life.story.events if isinstance(event, Act)}
    written = _by_itself(view.id for view, event in events if not event)
    # what workers decided stands on the chronology too: it counts where the story asks for it
    seen = {event for _, event in events if event and (event not in acts or event in wanted)}
    # what the front door writes by itself beside them (a hand-over, a call, what the referrer was told) is nobody's event
    others = [_told(v) for v, event in events if not event and v.record not in WRITTEN_HERE and v.id not in written]
    got = ", ".join(sorted(seen)) or "nothing"
    return seen == wanted and not others, got + (f"; and {', '.join(others)}" if others else "") + _difference(
        life, expected, seen, wanted
    )


def _by_itself(entries: Iterable[UUID]) -> set[UUID]:
    """Those that the system wrote by itself, because of what others told: that a school was told. No event brought them."""
    roles = partnership().role
    machines = {id for id, role in roles.items() if role.machine and "receive-feeds" not in role.may}
    return {entry for entry, author in authors_of(entries).items() if author in machines}


def _told(view: EntryView) -> str:
    return f"{view.title.lower()} of {say(local(view.happened))}"


def _difference(life: Life, expected: Expectation, seen: set[str], wanted: set[str]) -> str:
    """Why a record that was expected does not show: it hangs on somebody who is not joined, or is held back."""
    if expected.never or not wanted - seen:
        return ""
    best, reasons = best_person(life, expected.given["about"]), []
    for event in sorted(wanted - seen):
        first = life.records.get(event)
        mine = life.identities.get((expected.given["about"], event))
        if first is None:
            reasons.append(f"{event} is not there by then{why(life, event)}")
        elif mine is not None and persons_of([mine])[mine] != best:
            reasons.append(f"{event} belongs to somebody who is not joined with them")
        else:
            reasons.append(f"{event} does not show to {expected.given['who']}")
    return " — " + "; ".join(reasons)


# --- what follows from records ----------------------------------------------------------------------------------------


def _clock(life: Life, expected: Expectation) -> Answered:
    definition, named = partnership(), expected.given["clock"]
    if named not in definition.clock:
        return None, NOT_BUILT_YET
    persons = list(life.persons_of(expected.given["about"]))
    with reading(machine("clock-machine"), PURPOSE, recorded=False) as opened:
        entries = of_people(opened, persons)
        people = people_of(opened, entries)
        runs = [
            (state, started)
            for person, theirs in entries.items()
            for state, started in states_of(definition, person, theirs, people.get(person, NOBODY))
        ]
    asked = life.records.get(expected.given.get("record") or "")
    found = [
        (state, started)
        for state, started in runs
        if state.clock == named and (asked is None or started.first == asked)
    ]
    got = "; ".join(
        f"{state.state.value}, started by {life.event_of(started.first) or started.record}, "
        f"due {say(local(state.due_at))}"
        for state, started in found
    )
    return any(state.state.value == expected.given["state"] for state, _ in found), got or "no such clock has started"


def _entries(life: Life, expected: Expectation) -> tuple[EntryView, ...]:
    with reading(_reader(life, expected), PURPOSE, recorded=False) as opened:
        try:
            return _chronology(life, expected, opened).entries
        except Missing:
            return ()


def _professional(life: Life, expected: Expectation) -> Answered:
    definition = partnership()
    role, agency, team = (str(expected.given.get(k) or "") for k in ("role", "agency", "team"))
    titles = {role.casefold(), definition.role[role].title.casefold() if role in definition.role else ""}
    teams = {"", team, definition.team[team].title if team in definition.team else team}
    found = professionals(_entries(life, expected), now(), definition)
    held = any(
        p.title.casefold() in titles and agency in ("", p.agency.id) and (not team or p.team in teams) for p in found
    )
    return held, ", ".join(f"{p.title} ({p.agency.title})" for p in found) or "nobody"


def _voice(life: Life, expected: Expectation) -> Answered:
    found = [voice.words for voice in voices(_entries(life, expected))]
    return expected.given["words"] in found, "; ".join(f"“{words}”" for words in found) or "no words of the child"


def _open_state(life: Life, expected: Expectation) -> Answered:
    found = states(_entries(life, expected), now(), partnership())
    return any(expected.given["open"] == one.state for one in found), ", ".join(
        one.state for one in found
    ) or "nothing is open"


KINDS: dict[str, Callable[[Life, Expectation], Answered]] = {
    "same-person": all_are("joined"),
    "different-person": all_are("apart"),
    "possible-match": possible_match,
    "quality": _quality,
    "refused": _refused,
    "flagged": _flagged,
    "clock": _clock,
    "sees": _sees,
    "knew": _knew,
    "loaded": _loaded,
    "kept-for-a-person": _kept,
    "corrected": _corrected,
    "stated": _stated,
    "professional": _professional,
    "known-as": _known_as,
    "voice": _voice,
    "open-state": _open_state,
    "registry": registry.shown,
    "seen-because": asking_matches.seen_because_of,
    "finds": asking_matches.finds,
    "sees-match": asking_matches.sees_match,
    "matches-waiting": asking_matches.matches_waiting,
    "in-queue": asking_matches.in_queue,
    "queue": asking_queue.in_line,
    "detail": asking_matches.detail,
    "message": acting_emergencies.message,
    "has-seen": watching.has_seen,
    "pack": disclosing.of_pack,
    "reads": asking_sharing.reads,
    "would-see": asking_sharing.would_see,
} | protecting.KINDS | acting_told.KINDS | acting_signals.KINDS
