"""What follows when two are found to be one, or a child is taught elsewhere: whom to tell of what came lately is asked again.

Whoever was told before is not told again: a place has one row for each incident and child, a worker one message of a kind for
each record. History is followed by nobody, whoever it is found to be about.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from sightline.agencies.queries import partnership
from sightline.chronology.rules import history_before
from sightline.chronology.tracing import recent_about
from sightline.front_door.telling import incidents_about
from sightline.identity.queries import ids_of
from sightline.jobs.due import owe
from sightline.jobs.telling import VERB
from sightline.timescales.moment import now
from sightline.timescales.spans import parse_span

LATEST = timedelta(days=90)  # what happened longer before it became known is not looked for: an index holds when it happened


def follow(people: Collection[UUID], joined: Collection[UUID] = (), *, at_once: bool = True) -> None:
    """Owes what follows for these people, in the caller's transaction, with one question or two: nothing where nothing is
    recent. `people`: who is somebody else now, or taught elsewhere. `joined`: who are one person now and were several:
    whoever works with them is told too of what came before."""
    theirs = ids_of({*people, *joined})
    if not theirs:
        return
    definition, moment = partnership(), now()
    tellings = definition.telling.values()
    records = {record for one in tellings for record in one.after}
    fresh = history_before(definition, moment)
    since = min([fresh, *(parse_span(one.told_within).before(moment) for one in tellings)])
    recent = recent_about(theirs, since, since - LATEST)
    incidents = dict.fromkeys(incidents_about(theirs))
    for one in recent:
        if one.child and one.record in records and one.known_at >= history_before(definition, one.recorded_at):
            incidents[one.first] = None
    for incident in incidents:
        owe(VERB, {"incident": str(incident)}, at_once=at_once)
    own = set(ids_of(joined)) if joined else set()
    news = dict.fromkeys(str(one.id) for one in recent if one.identity in own and one.id == one.first and one.known_at >= fresh)
    if news:
        owe("tell-new", {"entries": list(news)}, at_once=at_once)
