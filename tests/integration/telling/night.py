"""A night of domestic abuse, generated: children, where they are taught, and who must know before which minute.

Who must know is said when a child is made up, and by which minute by the almanac: nothing here asks the product.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from sightline.intake.types import Details, Named, Notification
from tests.support import almanac

POLICE, AUTHORITY = "west-yorkshire-police", "education-safeguarding"
NIGHTS = (  # known, in London's time; what it is
    (datetime(2025, 1, 14, 23, 10), "a Tuesday"),
    (datetime(2025, 1, 17, 22, 40), "a Friday"),
    (datetime(2025, 1, 19, 23, 30), "Sunday to Monday"),
    (datetime(2025, 3, 2, 21, 0), "before a training day"),
    (datetime(2025, 3, 30, 0, 40), "the clocks go forward"),
    (datetime(2025, 7, 29, 20, 0), "in the holidays"),
    (datetime(2025, 10, 26, 0, 30), "the clocks go back"),
    (datetime(2025, 12, 24, 20, 0), "Christmas Eve"),
    (datetime(2026, 1, 6, 3, 0), "in the night before a school day"),
)
INSET = date(2025, 3, 3)
KINDS = (
    "one",
    "one",
    "one",
    "next-morning",
    "two",
    "twins",
    "at-home",
    "elsewhere",
    "nobody-reads",
    "none",
    "moved",
    "baby",
    "not-there",
)


@dataclass(frozen=True)
class School:
    id: str
    kind: str
    next_morning: bool = False
    reads: bool = True
    inset: bool = False


SCHOOLS = (
    School("night-primary", "school"),
    School("night-academy", "school", inset=True),
    School("night-early-bird", "school", next_morning=True),
    School("night-college", "college"),
    School("night-centre", "alternative-provision"),
    School("night-independent", "school", reads=False),
)
BY_ID = {one.id: one for one in SCHOOLS}


@dataclass
class Child:
    """A child on an incident. `to`: the places that must know, or `officer`, `person`, or nobody."""

    local: str
    kind: str
    details: Details
    to: tuple[str, ...]
    due: dict[str, datetime] = field(default_factory=dict)
    at_once: bool = False


@dataclass
class Incident:
    message: str
    known: datetime  # UTC
    children: list[Child]
    before: list[Notification]  # what was told of these children earlier
    notification: Notification | None = None


def incidents(children: int, seed: int) -> list[Incident]:
    """So many children on incidents of these nights, in the order in which they became known."""
    draw, found, made = random.Random(seed), [], 0
    while made < children:
        local, name = NIGHTS[len(found) % len(NIGHTS)]
        known = _utc(local) + timedelta(minutes=len(found) // len(NIGHTS))
        kind = KINDS[draw.randrange(len(KINDS))] if len(found) >= len(KINDS) else KINDS[len(found)]
        one = _incident(len(found), known, kind, draw)
        found.append(one)
        made += len(one.children)
    return sorted(found, key=lambda one: (one.known, one.message))


def _utc(local: datetime) -> datetime:
    return almanac.greenwich(almanac.julian(local.date()), local.hour, local.minute)


def _incident(n: int, known: datetime, kind: str, draw: random.Random) -> Incident:
    pool = [one for one in SCHOOLS if one.reads and not one.next_morning and one.kind == "school"]
    made = Incident(f"night-{n}", known, [], [])
    school = draw.choice(pool).id
    if kind == "next-morning":
        _add(made, n, kind, school="night-early-bird", to=("night-early-bird",))
    elif kind == "two":
        child = _add(made, n, kind, school=school, to=(school, "night-centre"))
        made.before.append(
            _earlier(child, "night-centre", "school-concern", known, school="night-centre", category="other")
        )
    elif kind == "twins":
        _add(made, n, "twin", school="night-primary", to=("night-primary",), twin=1)
        _add(made, n, "twin", school="night-academy", to=("night-academy",), twin=2)
    elif kind == "at-home":
        child = _add(made, n, kind, school="", to=("officer",))
        made.before.append(
            _earlier(child, AUTHORITY, "elective-home-education", known, school="", **{"from": "2024-09-02"})
        )
    elif kind == "elsewhere":
        _add(made, n, kind, school="Harefield House, a school in another county", to=("person",), at_once=True)
    elif kind == "nobody-reads":
        _add(made, n, kind, school="night-independent", to=("person",), at_once=True)
    elif kind == "none":
        _add(made, n, kind, school="", to=("person",), at_once=True)
    elif kind == "moved":  # the authority's own list had last year's school until last week
        child = _add(made, n, kind, school="", to=("night-college",), born="2008-02-11")
        made.before.append(
            _earlier(
                child,
                AUTHORITY,
                "child-missing-education",
                known,
                days=300,
                school="night-primary",
                **{"from": "2024-01-02"},
            )
        )
        made.before.append(
            _earlier(
                child,
                AUTHORITY,
                "child-missing-education",
                known,
                days=7,
                school="night-college",
                **{"from": "2024-01-02"},
            )
        )
    elif kind == "baby":
        _add(made, n, kind, school="", to=(), born=f"{known.year - 1}-06-01")
    else:
        _add(made, n, kind, school=school, to=(school,))
    for child in made.children:
        child.due = {place: _due(known, place) for place in child.to}
    people = [
        Named("victim", ("victim",), Details(given="Vera", family=f"Night{n}", born="1988-01-01", local_id=f"V{n}"))
    ]
    people += [Named(child.local, ("child",), child.details) for child in made.children]
    present = "no" if kind == "not-there" else "yes"
    here = almanac.london(known)
    made.notification = Notification(
        agency=POLICE,
        record="domestic-abuse-incident",
        message_id=made.message,
        happened=f"{here - timedelta(minutes=30):%Y-%m-%d %H:%M}",
        people=tuple(people),
        fields={"professional-judgement": "medium", "children-present": present},
        sent="",
        position=str(n),
        raw=made.message.encode(),
    )
    return made


def _add(
    made: Incident,
    n: int,
    kind: str,
    *,
    school: str,
    to: tuple[str, ...],
    at_once: bool = False,
    born: str = "",
    twin: int = 0,
) -> Child:
    number = 9990000000 + 10 * (len(made.children) + 3 * n)
    child = Child(
        f"C{n}-{len(made.children)}",
        kind,
        Details(
            given=f"Kim{n}" if not twin else ("Ada", "Bo")[twin - 1] + str(n),
            family=f"Night{n}",
            born=born or "2013-05-17",
            sex="female",
            nhs_number=_nhs(number),
            school=school,
            local_id=f"C{n}-{len(made.children)}",
        ),
        to,
        at_once=at_once,
    )
    made.children.append(child)
    return child


def _nhs(start: int) -> str:
    """The next valid number of the range kept for testing, from a start on."""
    number = start
    while True:
        digits = f"{number:010d}"[:9]
        check = 11 - sum(int(digit) * weight for digit, weight in zip(digits, range(10, 1, -1), strict=True)) % 11
        if check != 10:
            return digits + str(check % 11 if check == 11 else check)
        number += 10


def _earlier(
    child: Child, agency: str, record: str, known: datetime, *, school: str, days: int = 90, **fields: str
) -> Notification:
    at = almanac.london(known - timedelta(days=days))
    details = child.details
    return Notification(
        agency=agency,
        record=record,
        message_id=f"{child.local}-{record}-{days}",
        happened=f"{at:%Y-%m-%d} 09:00",
        people=(
            Named(
                child.local,
                ("child",),
                Details(
                    given=details.given,
                    family=details.family,
                    born=details.born,
                    sex=details.sex,
                    nhs_number=details.nhs_number,
                    school=school,
                    local_id=f"{agency}-{child.local}",
                ),
            ),
        ),
        fields=fields,
        sent=f"{at:%Y-%m-%d} 09:00",
        position="",
        raw=b"x",
    )


_WORKED = almanac.working()


def _due(known: datetime, place: str) -> datetime:
    """The minute before which a place must know: half past eight on the next day that is worked, or on the very next where
    its lead has chosen so."""
    day = almanac.julian(almanac.london(known).date())
    every = place in BY_ID and BY_ID[place].next_morning
    while not ((every or _WORKED.on(day)) and almanac.greenwich(day, 8, 30) > known):
        day += 1
    return almanac.greenwich(day, 8, 30)


def utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)
