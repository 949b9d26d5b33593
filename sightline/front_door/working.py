"""Who works with a child by what was done here: given to a worker, accepted by a team, or in a discussion or an enquiry that
a team holds. Agencies' own records of it are read beside these (`following`).

A hand-over that nobody has accepted makes nobody's work of it: it is still the front door's. Working Together to Safeguard
Children 2023, chapter 3 (a child who is worked with already is told of to whoever works with them).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from sightline.agencies.queries import workers
from sightline.agencies.types import WorkerInfo
from sightline.definition.types import Partnership
from sightline.front_door.models import Step
from sightline.front_door.steps import DISCUSSION, DONE, HAND_OVER, OPEN
from sightline.identity.queries import rows_of
from sightline.sharing.queries import Held, held_between
from sightline.timescales.london import local_day
from sightline.timescales.moment import now
from sightline.vault.asking import Question

ALLOCATED, WORKER, ENQUIRY = "allocated", "worker:", "section-47"

_ENQUIRY = Step.objects.filter(notice=OuterRef("notice"), kind=ENQUIRY, state=OPEN)
_GOES_ON = Question(
    lambda entries: Step.objects.filter(
        Q(kind=HAND_OVER, state=DONE) | Q(kind=DISCUSSION, state=OPEN) | (Q(kind=DISCUSSION) & Exists(_ENQUIRY)),
        entry__among=entries,
    ),
    *("entry", "kind", "state", "notice"),
)


def here(definition: Partnership, persons: Iterable[UUID], *, place: int) -> dict[UUID, list[dict[str, Any]]]:
    """To whom each of these people is open by what was done here: as `Item.open_to` keeps it, told to nobody yet. `place`:
    where they stand among what makes a child open. Three queries, however many people."""
    moment = now()
    person_of = {row.id: row.person for row in rows_of(persons)}
    ties = [t for t in held_between(person_of, moment, moment) if t.kind == ALLOCATED and t.at(moment)] if person_of else []
    if not ties:
        return {}
    asked = {tie.because for tie in ties if tie.because and not tie.holder.startswith(WORKER)}
    steps = {entry: (_state(kind, state), str(notice)) for entry, kind, state, notice in _GOES_ON(asked)} if asked else {}
    people = {f"{WORKER}{one.id}": one for one in workers()}
    found: dict[UUID, list[dict[str, Any]]] = defaultdict(list)
    for tie in sorted(ties, key=lambda one: (one.since, one.holder)):
        if tie.holder.startswith(WORKER):
            one = _worker(definition, people, tie)
        else:
            one = _team(definition, steps, tie)
        if one:
            one |= {"since": local_day(tie.since).isoformat(), "entry": str(tie.because or "")}
            found[person_of[tie.subject]].append({**one, "of": str(tie.subject), "place": place})
    return found


def _state(kind: str, state: str) -> str:
    if kind == HAND_OVER:
        return ALLOCATED
    return "strategy-discussion" if state == OPEN else ENQUIRY


def _worker(definition: Partnership, people: Mapping[str, WorkerInfo], tie: Held) -> dict[str, Any] | None:
    """A worker's team stands for them: it is rung, and any of it accepts. Who is in none stands for themselves, while at work."""
    one = people.get(tie.holder)
    if one is None or not (one.active or one.team in definition.team):
        return None
    holder = f"team:{one.team}" if one.team in definition.team else tie.holder
    return {"state": ALLOCATED, "holder": holder, "agency": one.agency, "worker": one.id if one.active else ""}


def _team(definition: Partnership, steps: Mapping[UUID, tuple[str, str]], tie: Held) -> dict[str, Any] | None:
    """A team that was asked to take the child on, once it has, or while the discussion or the enquiry goes on."""
    what, _, id_ = tie.holder.partition(":")
    if tie.because not in steps:
        return None
    state, notice = steps[tie.because]
    agency = definition.team[id_].agency if what == "team" and id_ in definition.team else id_
    return {"state": state, "holder": tie.holder, "agency": agency, "notice": notice}
