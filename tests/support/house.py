"""A small house to test in: agencies and workers, notifications in one line, and reading as somebody."""

from __future__ import annotations

from contextlib import contextmanager, nullcontext
from datetime import datetime, timedelta
from itertools import count
from uuid import UUID

from sightline.agencies.actions import add_worker, take_from_definition
from sightline.agencies.queries import actor_for, machine, worker
from sightline.chronology.queries import of_person
from sightline.identity.models import SourceIdentity
from sightline.intake.types import Counts, Details, Named, Notification, Unread
from sightline.jobs.receive import close_delivery, open_delivery, receive
from sightline.sharing.reading import reading
from sightline.timescales.london import local, parse_moment
from sightline.timescales.moment import allow_pretending, now, pretend
from sightline.vault.actions import digest

POLICE, SCHOOL, OTHER_SCHOOL, HOSPITAL = (
    "west-yorkshire-police",
    "elmfield-academy",
    "airebridge-sixth-form-college",
    "leeds-teaching-hospitals",
)
CARE = "childrens-social-work"
JAY = Details(
    given="Jay",
    family="Marsh",
    born="2010-03-04",
    sex="male",
    nhs_number="9990000018",
    postcode="LS14 6AA",
    local_id="J1",
)
MIA = Details(
    given="Mia",
    family="Marsh",
    born="2013-06-19",
    sex="female",
    nhs_number="9990000026",
    postcode="LS14 6AA",
    local_id="M1",
)
WORKERS = (  # username, agency, role, team
    ("amir", CARE, "duty-social-worker", "front-door"),
    ("sam", CARE, "social-worker", "east-area-team"),
    ("ruth", SCHOOL, "designated-safeguarding-lead", ""),
    ("omar", POLICE, "police-hub-officer", "police-hub"),
    ("dee", "business-unit", "data-officer", ""),
    ("gwen", "general-practice", "gp", ""),
    ("paul", CARE, "front-door-manager", "front-door"),
    ("bob", "leeds-housing", "housing-officer", ""),
)
_numbers = count(1)


def open_house(*more: tuple[str, str, str, str]) -> None:
    """Agencies and workers, on an empty database. `more`: others besides: user name, agency, role, team."""
    allow_pretending()
    take_from_definition(by=machine("feed-machine"))
    for username, agency, role, team in (*WORKERS, *more):
        add_worker(
            username=username,
            name=username.capitalize(),
            agency=agency,
            role=role,
            team=team,
            by=machine("set-up-machine"),
        )


def told(
    record: str = "police-incident",
    role: str = "suspect",
    who: Details | tuple[Details, ...] = JAY,
    *,
    agency: str = POLICE,
    at: str = "",
    sent: str = "",
    message: str = "",
    version: str = "",
    says: str = "Found near the bus station.",
    also: tuple[Named, ...] = (),
    relations: tuple[tuple[str, str, str], ...] = (),
    until: str = "",
    **fields: str,
) -> Notification:
    """One notification, by default of ten days ago. `_from=…` is the field `from`, `child_at_risk` is `child-at-risk`."""
    at = at or f"{recent_day(10)} 21:40"
    people = who if isinstance(who, tuple) else (who,)
    named = {name.replace("_", "-").strip("-"): value for name, value in fields.items()}
    return Notification(
        agency=agency,
        record=record,
        message_id=message or f"m{next(_numbers)}",
        happened=at,
        sent=sent or at,
        says=says,
        fields=named,
        until=until,
        people=(*(Named(f"p{n}", (role,), one) for n, one in enumerate(people, 1)), *also),
        version=version,
        relations=relations,
        position="line 2",
        raw=f"as received: {says}".encode(),
    )


def send(*things: Notification | Unread, agency: str = "", at: str = "") -> Counts:
    """A delivery of these, received now, or at a moment (then that is when they become known at the latest)."""
    by = machine("feed-machine")
    with pretend(parse_moment(at)) if at else nullcontext():
        delivery = open_delivery(
            feed="leeds-police-csv", agency=agency or things[0].agency, kind="file", name="file.csv", by=by
        )
        counts = receive(things, delivery=delivery, by=by)
        close_delivery(delivery, counts, by=by)
    return counts


def live(*things: Notification) -> Counts:
    """Each at the moment at which it was sent, in that order: as they would have arrived."""
    total = Counts()
    for one in sorted(things, key=lambda n: n.sent):
        total.add(send(one, at=one.sent))
    return total


def identity(agency: str, local: str) -> SourceIdentity:
    return SourceIdentity.objects.get(agency=agency, local=digest("local", f"{agency}|{local}"))


def person(agency: str = POLICE, local: str = "J1") -> UUID:
    return identity(agency, local).person


def actor(username: str):
    return actor_for(worker(username))


@contextmanager
def as_(username: str, purpose: str = "safeguarding"):
    """A reading as this worker."""
    with reading(actor(username), purpose) as opened:
        yield opened


def entries(username: str, whom: UUID, known_on: str = ""):
    """What this worker sees on somebody's chronology, oldest first. Raises Missing."""
    with as_(username) as opened:
        return list(reversed(of_person(opened, whom, known_on=_end(known_on)).entries))


def _end(day: str) -> datetime | None:
    return parse_moment(f"{day} 23:59") if day else None


def an_hour_ago() -> str:
    """Recent enough to be witnessed, whatever the time of the day is: what is a day old when it comes is history."""
    return f"{local(now() - timedelta(hours=1)):%Y-%m-%d %H:%M}"


def recent_day(days: int) -> str:
    """The day so many days ago."""
    return (now() - timedelta(days=days)).date().isoformat()
