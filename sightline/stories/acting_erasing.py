"""Erasing somebody in a story: asked by one, agreed or not by another; and holding, so that nobody may."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING
from uuid import UUID

from sightline.definition.outcomes import Decision, Missing, Refused
from sightline.identity.queries import persons_of
from sightline.jobs import erasing
from sightline.retention import actions, queries
from sightline.stories.acting_matches import WaitsForSecond
from sightline.stories.model import Act

if TYPE_CHECKING:
    from sightline.stories.living import Life

Flags = tuple[str, ...]
NOTHING_WAITS = Decision(False, "already-decided", "Nothing that was asked for waits for a second person.")


def _because(act: Act) -> str:
    return str(act.given.get("reason") or act.given.get("because") or act.given.get("comment") or "")


def _erase(life: Life, act: Act) -> Flags:
    """What is asked for waits for a second person."""
    actions.ask(person=_whom(life, act.on), because=_because(act), by=life.actor(act.by))
    raise WaitsForSecond


def _waiting(life: Life, about: Act) -> UUID:
    found = actions.open_request(_whom(life, about.on))
    if found is None:
        raise Refused(NOTHING_WAITS)
    return found


def confirm(life: Life, act: Act, about: Act) -> Flags:
    """A second worker agrees to what `about` asked for: it is erased."""
    erasing.confirm(disposal=_waiting(life, about), because=_because(act), by=life.actor(act.by))
    return ()


def reject(life: Life, act: Act, about: Act) -> Flags:
    """A second worker does not agree, or the first takes it back."""
    actions.reject(disposal=_waiting(life, about), because=_because(act), by=life.actor(act.by))
    return ()


def _hold(life: Life, act: Act) -> Flags:
    kind, by = str(act.given.get("kind") or "other"), life.actor(act.by)
    actions.hold(kind=kind, because=_because(act), by=by, person=_whom(life, act.on))
    return ()


def _lift(life: Life, act: Act) -> Flags:
    """Lifts the holds on whomever it is about."""
    by, person = life.actor(act.by), _whom(life, act.on)
    there = [one for one in queries.holds() if person in persons_of(one.subjects).values()]
    if not there:
        raise Missing
    for one in there:
        actions.lift(hold=one.id, because=_because(act), by=by)
    return ()


def _whom(life: Life, on: str) -> UUID:
    from sightline.stories.acting import person_meant  # which knows this module

    return person_meant(life, on)


VERBS: dict[str, Callable[[Life, Act], Flags]] = {"erase": _erase, "hold": _hold, "lift-hold": _lift}
