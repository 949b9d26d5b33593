"""Whether somebody who would be told would see anything of what a message is about. Nothing is read and nothing handed out, so
there is no record of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from sightline.agencies.queries import actor_by_id, agencies
from sightline.agencies.types import WorkerInfo
from sightline.chronology.listing import labels_of
from sightline.identity.queries import ids_of, persons_of
from sightline.sharing.reading import Reading
from sightline.sharing.standing import trusted
from sightline.sharing.types import Label, Level


def whole(label: Label) -> list[UUID]:
    """Every source identity of the people on an entry: a tie to one of them is a tie to the child."""
    return list({*label.subjects, *ids_of(persons_of(label.subjects).values())})


def would_see(one: WorkerInfo, label: Label, also: Iterable[UUID]) -> bool:
    """Whether the gate would show at least a pointer."""
    return Reading(actor_by_id(one.id), "safeguarding").see(label, also=tuple(also)).level >= Level.POINTER


@trusted("deliver-messages")
def open_to(
    places: Sequence[str], about: Iterable[Sequence[str]], people: Mapping[str, Sequence[WorkerInfo]]
) -> list[str]:
    """Those of these inboxes in which somebody would see something of the records that a message is `about`; all of them where
    nobody of any would, or where it is about no record: somebody must look.

    `people`: by the name of an inbox, who reads there. Asked wherever messages are delivered, also after a page's own commit:
    nothing of it changes as whom that page reads.
    """
    if len(places) < 2 or not any(people.get(place) for place in places):
        return list(places)  # nobody to choose between
    entries = [UUID(id) for what, id in about if what == "entry"]
    labels = labels_of(entries, {one.id: one.kind for one in agencies().values()})
    asked = [(label, whole(label)) for _, label in labels]
    found = [
        place
        for place in places
        if any(would_see(one, label, same) for one in people.get(place, ()) for label, same in asked)
    ]
    return found or list(places)
