"""Telling the police something, from a page: through the same door as everybody's notifications."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID, uuid4

from sightline.agencies.types import Actor
from sightline.definition.outcomes import Invalid
from sightline.definition.types import Fault
from sightline.front_door.portal import actions as portal
from sightline.intake.types import Details, Named, Notification, Receipt
from sightline.jobs.due import owe
from sightline.jobs.receive import receive_one
from sightline.sharing.standing import trusted
from sightline.timescales.london import local
from sightline.timescales.moment import now

FEED = "portal"


def submit(
    *,
    says: str,
    fields: Mapping[str, str],
    child: Details | None = None,
    place: Mapping[str, str] | None = None,
    by: Actor,
) -> Receipt:
    """Takes what somebody tells the police. When it returns, it is kept, and the police are told.

    `fields`: of the record type `intelligence-submission`; `child`: whom it names, as far as the teller knows. Raises Refused
    without the right, Invalid where nothing is said.
    """
    portal.require(by, portal.SUBMIT)
    if not says.strip():
        raise Invalid([Fault(path="says", expected="what you saw or heard", code="needed")])
    moment = f"{local(now()):%Y-%m-%d %H:%M}"
    people = (Named("p1", ("subject",), child),) if child is not None else ()
    notification = Notification(
        agency=by.agency,
        record=portal.SUBMISSION,
        message_id=str(uuid4()),
        happened=moment,
        sent=moment,
        says=says.strip(),
        fields={name: value for name, value in fields.items() if value},
        people=people,
        place={name: value for name, value in (place or {}).items() if value},
        position="page",
        raw=b"",
    )
    return receive_one(notification, feed=FEED, kind="form", by=by)


@trusted("answer-intelligence")
def answer(*, told: UUID, by: Actor, **given: object) -> UUID | None:
    """As `portal.actions.answer`; those who work with the child are told after it that there is something, if they may know."""
    made = portal.answer(told=told, by=by, **given)  # type: ignore[arg-type]
    if made is not None:
        owe("tell-new", {"entries": [str(made)]})
    return made
