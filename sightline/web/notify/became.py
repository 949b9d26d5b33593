"""Your concerns and what became of them: within what may be told, and never more than whoever sent them may see."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest

from sightline.chronology.standing import which_stand
from sightline.front_door import feedback
from sightline.identity import queries as identity
from sightline.intake.sent import sent_here
from sightline.jobs.notifying import FEED
from sightline.sharing.reading import Reading
from sightline.web.words import listed, moment_words

MOST = 30


@dataclass(frozen=True, slots=True)
class Yours:
    """A concern that was sent, in a line: whom it is about as far as that shows, and what was told of it since."""

    entry: UUID | None
    title: str
    whom: str
    at: str
    by: str
    became: str
    tells: str
    when: str
    waits: bool


def yours(request: HttpRequest) -> list[Yours]:
    """What was sent here as the worker's agency, newest first. Whether anybody was matched is not said; what was decided is
    said as soon as the front door has told it."""
    reading: Reading = request.reading
    definition, actor = reading.definition, reading.actor
    if not actor.agency:
        return []
    told = sent_here(actor.agency, FEED, limit=MOST)
    stand = which_stand(reading, [one.first for one in told if one.first])
    named = identity.names(reading, {person for one in stand.values() for person in one.persons}) if stand else {}
    answers = {step.notice: step for step in feedback.of_agency(actor.agency)}
    from sightline.front_door.steps import name  # asked for each worker once

    names: dict[str, str] = {}
    found = []
    for one in told:
        here = stand.get(one.first) if one.first else None
        if here is None and one.first is not None:
            continue  # somebody else's at the agency, and not for this reader
        if here is None and one.by != actor.id:
            continue
        step = answers.get(one.first) if one.first else None
        route = definition.route.get(step.code) if step is not None and step.done_at else None
        if one.by not in names:
            names[one.by] = "You" if one.by == actor.id else name(one.by)
        record = definition.record.get(here.record) if here else None
        found.append(
            Yours(
                here.entry if here else None,
                record.title if record else "A concern",
                listed([named[p].name for p in here.persons if p in named]) if here else "",
                moment_words(one.at),
                names[one.by],
                route.title if route else "",
                route.tells if route else "",
                moment_words(step.done_at) if route and step is not None and step.done_at else "",
                one.first is None,
            )
        )
    return found
