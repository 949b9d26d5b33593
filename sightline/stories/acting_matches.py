"""Saying in a story who is one person and who is not, and what needs two workers for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING
from uuid import UUID

from sightline.definition.outcomes import Decision, Missing, Refused
from sightline.identity.actions import guard
from sightline.identity.queries import identities_of, persons_of
from sightline.identity.tracing import decided_between, waiting_between
from sightline.jobs import linking
from sightline.stories.model import Act, Sent
from sightline.stories.reading_events import target

if TYPE_CHECKING:
    from sightline.stories.living import Life

Flags = tuple[str, ...]
SECOND = "second-person-needed"
NONE_WAITS = "No match of these two waits for a decision."
HARMING = frozenset(("person-causing-harm", "suspect"))


class NotBuilt(Exception):
    """What the act would need is not built yet."""


class WaitsForSecond(Exception):
    """The first of two workers has said it; it stands when a second agrees."""

    because = SECOND
    sentence = "it stands when a second worker agrees"


def _identity(life: Life, one: str) -> UUID:
    found = life.identities.get(target(one))
    if found is None:
        raise Missing
    return found


def _pair(life: Life, act: Act) -> tuple[UUID, UUID]:
    one, other = act.given.get("people", ("", ""))
    return _identity(life, one), _identity(life, other)


def _because(act: Act) -> str:
    return str(act.given.get("because") or act.given.get("comment") or "")


def _waiting(one: UUID, other: UUID) -> UUID | None:
    """The match of these two that waits; it may stand between two others of the same people."""
    if found := waiting_between([one], [other]):
        return found[0][0]
    persons = persons_of([one, other])
    if persons[one] == persons[other]:
        return None
    first, second = ([row.id for row in identities_of(persons[i])] for i in (one, other))
    waiting = waiting_between(first, second)
    return waiting[0][0] if waiting else None


def _needs_second(one: UUID, other: UUID) -> None:
    """Raises WaitsForSecond where what was just said does not stand yet. Whoever is sealed is joined with nobody: there it
    stands once nothing of the two waits."""
    persons = persons_of([one, other])
    if persons[one] != persons[other] and _waiting(one, other) is not None:
        raise WaitsForSecond


def _join(life: Life, act: Act) -> Flags:
    one, other = _pair(life, act)
    linking.join(one=one, other=other, because=_because(act), by=life.actor(act.by))
    _needs_second(one, other)
    return ()


def _separate(life: Life, act: Act) -> Flags:
    one, other = _pair(life, act)
    linking.separate(one=one, other=other, because=_because(act), by=life.actor(act.by))
    _needs_second(one, other)  # what two holders sealed, two open
    return ()


def _decide_match(life: Life, act: Act) -> Flags:
    one, other = _pair(life, act)
    decision, by = str(act.given.get("decision", "")), life.actor(act.by)
    possible = _waiting(one, other)
    persons = persons_of([one, other])
    if possible is None and decision == "different" and persons[one] == persons[other]:
        linking.separate(one=one, other=other, because=_because(act), by=by)  # they were joined by themselves
        return ()
    if possible is None:
        decided = decided_between(one, other)
        code, says = ("already-decided", "Somebody has decided it.") if decided else ("wrong-state", NONE_WAITS)
        raise Refused(Decision(False, code, says))
    linking.decide_match(possible=possible, decision=decision, because=_because(act), by=by)
    if decision == "same":
        _needs_second(one, other)
    return ()


def _ask_agency(life: Life, act: Act) -> Flags:
    possible = _waiting(*_pair(life, act))
    if possible is None:
        raise Refused(Decision(False, "wrong-state", NONE_WAITS))
    linking.ask_agency(possible=possible, agency=str(act.given.get("agency") or ""), by=life.actor(act.by))
    return ()


def confirm(life: Life, act: Act, about: Act) -> Flags:
    """A second worker agrees to what `about` said of two people."""
    possible = _waiting(*_pair(life, about))
    if possible is None:
        raise Refused(Decision(False, "already-decided", "Nothing of these two waits for a second person."))
    linking.confirm(possible=possible, because=_because(act), by=life.actor(act.by))
    return ()


def reject(life: Life, act: Act, about: Act) -> Flags:
    """A second worker does not agree to what `about` said of two people."""
    possible = _waiting(*_pair(life, about))
    if possible is None:
        raise Refused(Decision(False, "already-decided", "Nothing of these two waits for a second person."))
    linking.reject(possible=possible, because=_because(act), by=life.actor(act.by))
    return ()


def protected_on(life: Life, act: Act) -> list[UUID]:
    """Whom a guard is put on: somebody as one event brought them, or whoever is on the event, but for who causes harm."""
    who, event = target(act.on)
    if who:
        return [_identity(life, act.on)]
    if event in life.story.people:
        return life.identities_of(event)
    sent = next((one for one in life.story.events if one.id == event and isinstance(one, Sent)), None)
    found = [
        life.identities[person, event]
        for person, roles, _ in (sent.people if sent is not None else ())
        if (person, event) in life.identities and not HARMING.intersection(roles)
    ]
    if not found:
        raise Missing
    return found


def _guard(life: Life, act: Act) -> Flags:
    kind = str(act.given.get("kind") or "protected")
    guard(identities=protected_on(life, act), kind=kind, because=_because(act), by=life.actor(act.by))
    return ()


VERBS: dict[str, Callable[[Life, Act], Flags]] = {
    "join": _join,
    "separate": _separate,
    "decide-match": _decide_match,
    "ask-agency": _ask_agency,
    "guard": _guard,
}
