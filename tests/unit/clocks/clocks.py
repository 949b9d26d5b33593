"""Clocks and entries for the tests, written as a definition writes them."""

from sightline.clocks.rules import follow
from sightline.clocks.types import Event
from sightline.definition.types import Calendar, Clock, Partnership, PartnershipInfo
from sightline.timescales.london import local, parse_moment
from sightline.timescales.working import WorkingDays

DAYS = WorkingDays()


def clock(starts, stops=None, limit="1 working day", on="record", **more):
    """A clock; `limit` is one text, or the list that a definition gives."""
    limits = [{"from": "2010-04-01", "is": limit}] if isinstance(limit, str) else limit
    declared = {
        "id": "a-clock",
        "title": "A clock",
        "source": "A source, 2023",
        "starts": starts,
        "limit": limits,
        "on": on,
    }
    return Clock.model_validate(declared | ({"stops": stops} if stops else {}) | more)


def event(id, record, at, known=None, **more):
    """An entry; `on` names what it answers."""
    on = more.pop("on", ())
    happened = parse_moment(at)
    return Event(id, record, happened, parse_moment(known) if known else happened, on=frozenset(on), **more)


def stand(clock, events, now, **more):
    """How every run stands: (started by, state, due, stopped by), on London's clock."""
    runs = follow(clock, events, now=parse_moment(now), days=DAYS, **more)
    return [(run.started_by, str(run.state), f"{local(run.due_at):%Y-%m-%d %H:%M}", run.stopped_by) for run in runs]


def partnership(**calendars):
    declared = {
        id: Calendar.model_validate({"id": id, "title": id, "source": "local"} | value)
        for id, value in calendars.items()
    }
    return Partnership(
        id="test", hash="0", info=PartnershipInfo(id="test", title="Test", source="local"), calendar=declared
    )
