"""Reading in stories: what is a worker's own, who has seen a child, and what was made of unusual reading."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sightline.agencies.queries import actor_by_id, workers
from sightline.definition.outcomes import Missing
from sightline.jobs.watching import look_at_all
from sightline.sharing.reading import Reading, reading
from sightline.stories.model import Act, Expectation
from sightline.stories.reading_events import target
from sightline.watching import queries
from sightline.watching.actions import name_own, review
from sightline.watching.rules import detail
from sightline.watching.telling import REVIEW

if TYPE_CHECKING:
    from sightline.stories.living import Life

Answered = tuple[bool | None, str]
HOMES = ("home", "address", "own-address", "lives-at", "postcode", "own-postcode")
NAMES = ("family-name", "own-family-name")
PHONES = ("home-phone", "own-phone")
POSTCODE = re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b", re.IGNORECASE)


def settle(life: Life) -> None:
    """What workers of the story named as their own family's: in their `settings`, or as a person of the same name."""
    for worker in life.story.workers:
        settings = {key: _text(value) for key, value in worker.settings.items()}
        given = [("family-name", settings[key]) for key in NAMES if settings.get(key)]
        given += [("phone", settings[key]) for key in PHONES if settings.get(key)]
        addresses = []
        for key in HOMES:
            said = settings.get(key, "")
            if found := POSTCODE.search(said):
                given.append(("postcode", found[0]))
                if line := said[: found.start()].strip(" ,;"):
                    addresses.append((line, found[0]))
        if (person := life.story.people.get(worker.id)) is not None:
            given += [("family-name", person.family), ("phone", person.phone), ("postcode", person.postcode)]
            addresses += [(line, person.postcode) for line in person.lines[:1]]
        usable = [(kind, text) for kind, text in given if detail(kind, text)]
        if usable or addresses:
            id_ = str(life.actors[worker.id])
            name_own(worker=id_, by=actor_by_id(id_), given=usable, addresses=addresses)


def plain_settings(settings: Mapping[str, Any]) -> dict[str, Any]:
    """A worker's settings without what is their own family's, which is kept as digests alone."""
    return {key: value for key, value in settings.items() if key not in (*HOMES, *NAMES, *PHONES)}


def _text(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(_text(part) for part in value.values())
    return ", ".join(map(_text, value)) if isinstance(value, list | tuple) else str(value or "")


def review_reading(life: Life, act: Act) -> tuple[str, ...]:
    """`on`: the event in which somebody read. Raises Missing where nothing of theirs waits for this reviewer."""
    by, read = life.actor(act.by), target(act.on)[1]
    reader = next((event.by for event in life.story.events if isinstance(event, Act) and event.id == read), "")
    with reading(by, "administration", recorded=False) as opened:
        waiting = [one for one in queries.unusual(opened).items if one.who.id == str(life.actors.get(reader))]
    if not waiting:
        raise Missing
    for one in waiting:
        review(
            unusual=one.id,
            outcome=str(act.given.get("outcome") or ""),
            comment=str(act.given.get("comment") or ""),
            by=by,
        )
    return ()


def has_seen(life: Life, expected: Expectation) -> Answered:
    """Whether exactly these workers were shown something of a child, as information governance reads it."""
    from sightline.stories.acting import best_person

    person = best_person(life, expected.given["about"])
    if person is None:
        return None, "not there"
    wanted = expected.given["who"]
    ids = {str(life.actors[name]) for name in ([wanted] if isinstance(wanted, str) else wanted)}
    asker = next((str(i) for name, i in life.actors.items() if _reviews(life, name)), None)
    if asker is None:
        return None, "nobody in the story reviews reading (a worker with the role information-governance)"
    look_at_all()
    opened = Reading(actor_by_id(asker), "administration", recorded=False)
    found = {one.who.id for one in queries.viewers(opened, person)}
    names = {worker.id: worker.name for worker in workers()}
    held = ids.isdisjoint(found) is False if expected.never else ids <= found
    return held, ", ".join(sorted(names.get(one, one) for one in found)) or "nobody"


def _reviews(life: Life, name: str) -> bool:
    return REVIEW in life.actor(name).permissions
