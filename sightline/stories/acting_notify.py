"""What a worker sends by a form in a story: the same form, from the same record type, as on the page."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from sightline.agencies.queries import partnership
from sightline.chronology.actions import versions_of
from sightline.chronology.tracing import people_of
from sightline.definition.outcomes import Invalid
from sightline.definition.types import Fault
from sightline.front_door.concerns import Concern, Person
from sightline.front_door.good_enough import VOICE
from sightline.jobs.notifying import send_concern
from sightline.stories.model import Act
from sightline.timescales.london import local
from sightline.timescales.moment import now

if TYPE_CHECKING:
    from sightline.stories.living import Life

DETAILS = ("given", "family", "born", "expected", "sex", "ethnicity", "nhs_number", "upn")


def _send_concern(life: Life, act: Act) -> tuple[str, ...]:
    """`with: {record, children, says, voice, fields}`; `leave-out`: details of the children that the sender does not give.

    What it lacks is flagged, part by part; nothing is refused for it.
    """
    given = act.given
    children = [str(one) for one in given.get("children") or ()]
    if strange := [one for one in children if one not in life.story.people]:
        raise Invalid([Fault(path="children", found=strange[0], expected="people of the story", code="unknown")])
    left_out = {str(one).replace("-", "_") for one in given.get("leave-out") or ()}
    told = [_child(life, one, left_out, str(given.get("voice") or "")) for one in children]
    fields = {str(name): str(value) for name, value in (given.get("fields") or {}).items()}
    record = str(given.get("record") or "")
    sent = send_concern(
        concern=Concern(
            record=record,
            children=tuple(told),
            says=str(given.get("says") or ""),
            happened=f"{local(now()):%Y-%m-%d %H:%M}",
            fields={name: value for name, value in fields.items() if name != VOICE},
        ),
        id=uuid4(),
        by=life.actor(act.by),
    )
    if sent.first is None:
        return ("kept-for-a-person",)
    life.records[act.id] = sent.first
    found = [identity for identity, _ in people_of(versions_of(sent.first)[-1])]
    for person, identity in zip(children, found, strict=False):
        life.identities[person, act.id] = identity
        life.held[person, act.id] = life.story.people[person]
        life.known[person, act.id] = now()
    assert record in partnership().record
    return ()


def _child(life: Life, person: str, left_out: set[str], voice: str) -> Person:
    held = life.story.people[person]
    details = {name: value for name in DETAILS if name not in left_out and (value := str(getattr(held, name)))}
    return Person("child", details, voice=voice)


VERBS = {"send-concern": _send_concern}
