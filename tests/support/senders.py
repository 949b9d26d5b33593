"""Invented notifications, as many as wanted: a police-like and a school-like sender, the same for the same seed.

About one person in four is new; the others come again under the sender's own id. Some are known to both senders by
the same NHS number, some records are routine, some wait in the queue, and some start clocks.
"""

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sightline.intake.types import Details, Named, Notification

POLICE, SCHOOL = "west-yorkshire-police", "elmfield-academy"
GIVEN = (
    "Aisha Amelia Archie Ava Callum Chloe Daniel Dylan Ella Emily Ethan Evie Farah Finley Freya George Grace Hamza Hannah Harry "
    "Holly Ibrahim Imogen Isaac Isla Jack Jacob Jasmine Jay Kaya Keira Kian Layla Leo Liam Lily Logan Lucas Lucy Maisie Maryam "
    "Mason Max Mia Millie Mohammed Molly Nadia Nathan Niamh Noah Nell Oliver Olivia Oscar Poppy Rayan Reece Riley Rosie Ruby Ryan "
    "Saba Samuel Sofia Sophie Tariq Theo Thomas Tyler Umar William Yasmin Yusuf Zachary Zainab Zara"
).split()
FAMILY_START = (
    "Ack Ash Bar Beck Birch Brad Bram Brook Bur Carl Clay Cleg Col Crow Dal Den East Elm Fair Farn Fer Gar Gled Green Hal Hard "
    "Hart "
    "Hay Holl Hud Ing Kil Kirk Lang Lin Lock Mar Mel Mid Nor Oak Oul Pem Pud Raw Red Rod Ros Rush Sand Shad Shel Stan Sut Thorn "
    "Tod "
    "Wad Wal War Wet Whit Wil Wood Yead"
).split()
FAMILY_END = (
    "bank bourne bridge bury by combe croft dale den field ford gate ham hill house hurst land ley low "
    "man more ridge side son ton well wick wood worth "
).split()
OFFENCES = ("theft", "possession-of-weapon", "criminal-damage", "non-fatal-strangulation")
WORRIES = ("neglect", "unexplained-injury")
START = datetime(2024, 1, 8, 8, 30)
EVERY = timedelta(minutes=7)


def nhs_number(serial: int) -> str:
    """An NHS number with a right check digit, from the range kept for tests."""
    for tries in range(20):
        digits = f"999{(serial * 11 + tries) % 1_000_000:06d}"
        check = 11 - sum(int(d) * w for d, w in zip(digits, range(10, 1, -1), strict=True)) % 11
        if check != 10:
            return digits + str(check % 11)
    raise AssertionError


@dataclass
class Child:
    """Somebody in the town, as they truly are."""

    number: int
    given: str
    family: str
    born: date
    nhs: str
    postcode: str
    sex: str
    known_to: set[str] = field(default_factory=set)

    def details(self, agency: str) -> Details:
        """As one sender holds them: the police often without the NHS number."""
        own = f"{'P' if agency == POLICE else 'S'}{self.number}"
        nhs = self.nhs if agency == SCHOOL or self.number % 3 == 0 else ""
        return Details(
            given=self.given,
            family=self.family,
            born=self.born.isoformat(),
            sex=self.sex,
            nhs_number=nhs,
            local_id=own,
            postcode=self.postcode,
            lines=(f"{self.number % 180 + 1} Quarry Rise",),
            school=SCHOOL if agency == SCHOOL else "",
        )


class Town:
    """Whoever has been told of so far. `some` draws one: new for the sender in about one of four cases."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.children: list[Child] = []
        self.known: dict[str, list[Child]] = {POLICE: [], SCHOOL: []}

    def some(self, agency: str) -> Child:
        rng, known = self.rng, self.known[agency]
        if known and rng.random() < 0.75:
            return known[int(len(known) * rng.random() ** 1.5)]
        other = self.known[SCHOOL if agency == POLICE else POLICE]
        if other and rng.random() < 0.3:
            child = other[rng.randrange(len(other))]
            if agency not in child.known_to:
                return self._tell(child, agency)
        n = len(self.children)
        family = rng.choice(FAMILY_START) + rng.choice(FAMILY_END)
        born = date(2007, 1, 1) + timedelta(days=rng.randrange(365 * 16))
        postcode = f"LS{rng.randrange(1, 29)} {rng.randrange(1, 10)}{rng.choice('ABDEFG')}{rng.choice('HJLNPQ')}"
        child = Child(n, rng.choice(GIVEN), family, born, nhs_number(n), postcode, rng.choice(("male", "female")))
        self.children.append(child)
        return self._tell(child, agency)

    def _tell(self, child: Child, agency: str) -> Child:
        child.known_to.add(agency)
        self.known[agency].append(child)
        return child


def notifications(count: int, *, seed: int = 1, ending: datetime | None = None) -> Iterator[Notification]:
    """`count` notifications, police-like and school-like in turn, in the order in which they were sent: one in seven
    minutes, from the beginning of 2024 or, with `ending`, up to that moment."""
    town = Town(seed)
    start = ending - EVERY * (count + 20) if ending else START
    for n in range(count):
        yield (_police if n % 2 else _school)(town, n, start + EVERY * n)


def _police(town: Town, n: int, at: datetime) -> Notification:
    rng = town.rng
    people = [Named("p1", (rng.choice(("suspect", "victim")),), town.some(POLICE).details(POLICE))]
    if rng.random() < 0.35:
        other = town.some(POLICE).details(POLICE)
        if other != people[0].details:
            people.append(Named("p2", ("witness",), other))
    if rng.random() < 0.04:
        role, record, fields = (
            "missing-child",
            "missing-episode",
            {
                "missing-from": f"{at:%Y-%m-%d %H:%M}",
                "risk": "medium",
                **({"returned-at": f"{at + timedelta(hours=5):%Y-%m-%d %H:%M}"} if n % 4 else {}),
            },
        )
        people = [Named("p1", (role,), people[0].details)]
    else:
        record, fields = (
            "police-incident",
            {
                "reference": f"1325{n:08d}",
                "offence": rng.choice(OFFENCES),
                "child-at-risk": "yes" if rng.random() < 0.2 else "no",
            },
        )
    return _made(
        POLICE,
        record,
        n,
        at,
        people,
        fields,
        f"Officers attended. Incident {n} was recorded; everybody was spoken to and taken home.",
    )


def _school(town: Town, n: int, at: datetime) -> Notification:
    rng = town.rng
    child = town.some(SCHOOL).details(SCHOOL)
    if rng.random() < 0.7:
        start = at.date()
        fields = {
            "period-from": f"{start - timedelta(days=42)}",
            "period-to": f"{start}",
            "possible": "60",
            "attended": str(rng.randrange(20, 60)),
        }
        return _made(SCHOOL, "attendance-summary", n, at, [Named("p1", ("pupil",), child)], fields, "")
    fields = {"category": rng.choice(WORRIES), "voice-of-child": f"I do not want to go home on day {n}."}
    return _made(
        SCHOOL,
        "school-concern",
        n,
        at,
        [Named("p1", ("child",), child)],
        fields,
        "Came in without a coat again, tired and hungry.",
    )


def _made(
    agency: str, record: str, n: int, at: datetime, people: list[Named], fields: dict[str, str], says: str
) -> Notification:
    raw = json.dumps(
        {
            "id": f"m{n}",
            "record": record,
            "at": at.isoformat(),
            "people": [p.details.as_dict() for p in people],
            "fields": fields,
            "says": says,
        }
    )
    return Notification(
        agency=agency,
        record=record,
        message_id=f"m{n}",
        happened=f"{at:%Y-%m-%d %H:%M}",
        sent=f"{at + timedelta(hours=2):%Y-%m-%d %H:%M}",
        people=tuple(people),
        fields=fields,
        says=says,
        position=f"line {n + 2}",
        raw=raw.encode(),
        place={"name": "Bus station", "postcode": "LS2 7HU"} if record == "police-incident" else {},
    )
