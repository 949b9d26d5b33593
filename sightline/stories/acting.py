"""What workers do in a story: each action is one call of the verb that the page for it calls, as that worker.

An action that is not here answers `not built yet`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sightline.agencies.queries import partnership
from sightline.agencies.rules import may
from sightline.chronology.actions import versions_of
from sightline.chronology.queries import of_person, subjects_of
from sightline.chronology.tracing import people_of
from sightline.definition.outcomes import Missing, Refused
from sightline.identity.queries import named_after, persons_of
from sightline.intake.types import Named
from sightline.jobs import caseload
from sightline.jobs.allocating import allocate, end_allocation
from sightline.jobs.correct import correct_record
from sightline.jobs.decide import decide
from sightline.sharing.reading import reading
from sightline.stories import (
    acting_confirm,
    acting_emergencies,
    acting_erasing,
    acting_front_door,
    acting_matches,
    acting_notify,
    acting_signals,
    acting_told,
    asking_sharing,
    disclosing,
    protecting,
    registry,
    watching,
)
from sightline.stories.model import Act
from sightline.stories.reading_events import target
from sightline.timescales.moment import now

if TYPE_CHECKING:
    from sightline.stories.living import Life

Flags = tuple[str, ...]


# --- whom or what it is about -----------------------------------------------------------------------------------------


def identity_of(life: Life, one: str) -> UUID:
    """`jay@e1`. Raises Missing where the event has not brought anybody."""
    found = life.identities.get(target(one))
    if found is None:
        raise Missing
    return found


def _record(life: Life, on: str) -> UUID:
    """The newest version of the record that an event became. Raises Missing."""
    first = life.records.get(target(on)[1])
    if first is None:
        raise Missing
    return versions_of(first)[-1]


def identity_meant(life: Life, on: str) -> UUID:
    """The source identity by which an event (or `jay`, or `jay@e1`) means a child: of `jay` alone the one that their page is
    named after. Raises Missing."""
    who, event = target(on)
    if who:
        return identity_of(life, on)
    if event in life.story.people:
        found = best_person(life, event)
        if found is None:
            raise Missing
        return named_after(found)
    children = [identity for identity, child, _ in subjects_of(_record(life, on)) if child]
    if not children:
        raise Missing
    return children[0]


def person_meant(life: Life, on: str) -> UUID:
    """The child whom an event (or `jay`, or `jay@e1`) is about, as the system takes them now. Raises Missing."""
    identity = identity_meant(life, on)
    return persons_of([identity])[identity]


def best_person(life: Life, person: str) -> UUID | None:
    """Whom the system takes somebody for: of several, the person with an identity that agrees best with the truth (most
    national identifiers equal), then the one with most events, then the latest.
    """
    truth = life.story.people[person]

    def agreeing(key: tuple[str, str]) -> int:
        held = life.held[key]
        return sum(bool(getattr(truth, n)) and getattr(held, n) == getattr(truth, n) for n in ("nhs_number", "upn"))

    found = life.persons_of(person)
    ranked = sorted(
        found, key=lambda p: (max(agreeing(k) for k in found[p]), len(found[p]), max(life.known[k] for k in found[p]))
    )
    return ranked[-1] if ranked else None


# --- the actions ------------------------------------------------------------------------------------------------------


def _decide(life: Life, act: Act) -> Flags:
    given = {key.replace("-", "_"): str(value) for key, value in act.given.items() if value is not None}
    made, flagged = decide(entry=_record(life, act.on), by=life.actor(act.by), **given)
    life.records[act.id] = made
    return flagged


def _view_child(life: Life, act: Act) -> Flags:
    by = life.actor(act.by)
    allowed = may(by, "view-child", partnership())
    if not allowed:
        raise Refused(allowed)
    with reading(by, act.given.get("purpose") or "safeguarding", about="view-child") as opened:
        of_person(opened, person_meant(life, act.on))
    return ()


def _correct_record(life: Life, act: Act) -> Flags:
    first = life.records.get(target(act.on)[1])
    if first is None:
        raise Missing
    people = None
    if act.people is not None:
        people = [
            Named(str(life.identities.get((person, act.on), person)), roles, held) for person, roles, held in act.people
        ]
    made = correct_record(
        entry=first,
        by=life.actor(act.by),
        says=act.given.get("says"),
        fields=act.given.get("fields"),
        happened=act.given.get("at") or "",
        people=people,
    )
    kept = set(life.identities.values())
    new = [identity for identity, _ in people_of(made) if identity not in kept]
    for person, _, held in act.people or ():
        if (person, act.on) not in life.identities and new:
            identity = new.pop(0)
            for event in (act.on, act.id):
                life.identities[person, event], life.held[person, event], life.known[person, event] = (
                    identity,
                    held,
                    now(),
                )
    return ()


def _allocation(life: Life, act: Act) -> dict[str, Any]:
    worker, by = act.given.get("worker"), life.actor(act.by)
    return {"identity": identity_meant(life, act.on), "worker": str(life.actors[worker]) if worker else by.id, "by": by}


def _allocate(life: Life, act: Act) -> Flags:
    allocate(**_allocation(life, act))
    return ()


def _end_allocation(life: Life, act: Act) -> Flags:
    end_allocation(**_allocation(life, act))
    return ()


def _in_team(life: Life, act: Act) -> Flags:
    """As a team's manager does it on the page of the team."""
    person, who = person_meant(life, act.on), str(life.actors[act.given["worker"]])
    reason = str(act.given.get("because") or "")
    with reading(life.actor(act.by), "safeguarding", about=act.does) as opened:
        if act.does == "end-in-team":
            caseload.end(opened, person=person, worker=who, reason=reason)
        else:
            caseload.give(opened, person=person, worker=who, passes=act.given.get("passes") == "yes", reason=reason)
    return ()


VERBS: dict[str, Callable[[Life, Act], Flags]] = {
    "decide-contact": _decide,
    "decide-referral": _decide,
    "view-child": _view_child,
    "correct-record": _correct_record,
    "allocate": _allocate,
    "end-allocation": _end_allocation,
    "allocate-in-team": _in_team,
    "end-in-team": _in_team,
    "keep-registry": registry.keep,
    "review-reading": watching.review_reading,
} | acting_matches.VERBS
VERBS |= acting_confirm.VERBS
VERBS |= acting_emergencies.VERBS | acting_erasing.VERBS
VERBS |= disclosing.VERBS
VERBS |= asking_sharing.VERBS
VERBS |= protecting.VERBS | acting_front_door.VERBS
VERBS |= acting_told.VERBS
VERBS |= acting_notify.VERBS | acting_signals.VERBS
