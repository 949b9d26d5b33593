"""What tests of signals in the database live through: absences, moments, and what became of a sign."""

from sightline.identity.queries import ids_of
from sightline.jobs import due
from sightline.sharing.reading import reading
from sightline.signals import queries
from sightline.signals.models import Happened
from sightline.signals.showing import ORDER
from sightline.timescales.london import parse_moment
from sightline.timescales.moment import pretend
from tests.support.partnership import child as invented
from tests.support.partnership import person_on, send

NUMBERS = ("9990000018", "9990000026", "9990000034", "9990000042")
BECAUSE = "She was seen today, and told us about the flat."


def child(number=0, **more):
    """Somebody whom every agency knows by one number, and each by an id of its own."""
    return invented(**{"nhs_number": NUMBERS[number], "local_id": f"L{number}", **more})


def missing(who, day, **more):
    """Missing in the evening of that day, told at 22:00."""
    at = f"{day} 22:00"
    return send("missing-episode", ("missing-child", who), happened=f"{day} 21:00", sent=at, on=at, **more)


def three(who):
    return [missing(who, day) for day in ("2025-01-06", "2025-01-20", "2025-02-03")]


def at(moment):
    """As the worker leaves things at that moment."""
    with pretend(parse_moment(moment)):
        while due.sweep():
            pass


def what(row):
    every = Happened.objects.filter(signal=row.id)
    return [one.what for one in sorted(every, key=lambda one: (one.at, ORDER.index(one.what)))]


def seen(worker, first, moment="2025-02-04 09:00", **more):
    with pretend(parse_moment(moment)), reading(worker, "safeguarding") as opened:
        person = person_on(first)
        return queries.of_person(opened, person, ids_of([person]), **more)
