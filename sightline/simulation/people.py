"""Who lives in the city: families with brothers and sisters, twins, parents here and elsewhere, moves."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, timedelta

from sightline.definition.types import Partnership
from sightline.simulation import names, numbers
from sightline.simulation.numbers import Numbers
from sightline.simulation.when import Period, age_on, years_before

ETHNICITY = {
    "WBRI": 600,
    "WIRI": 6,
    "WIRT": 2,
    "WROM": 5,
    "WOTH": 55,
    "MWBC": 25,
    "MWBA": 14,
    "MWAS": 24,
    "MOTH": 16,
    "AIND": 28,
    "APKN": 78,
    "ABAN": 14,
    "AOTH": 22,
    "BCRB": 10,
    "BAFR": 60,
    "BOTH": 10,
    "CHNE": 9,
    "OOTH": 22,
}
LANGUAGES = {
    "south-asian": ("Urdu", "Punjabi", "Bengali"),
    "east-european": ("Polish", "Romanian", "Slovak"),
    "east-asian": ("Cantonese", "Vietnamese"),
    "middle-eastern": ("Arabic", "Kurdish", "Farsi"),
    "african-caribbean": ("Tigrinya", "French", "Yoruba"),
}
STREETS = tuple(
    "Alder Barley Cinder Damson Elver Fennel Garth Hazel Ivory Juniper Kestrel Linnet Marl Nettle Otter Pippin Rowan "
    "Saddler Teasel Weaver".split()
)
WAYS = "Ings Fold Nook Ginnel Bank Hurst Wynd Garth Steps Lea".split()
ELSEWHERE = (
    "Westholme Primary School, Harrowgarth",
    "Saltmarsh Academy, Harrowgarth",
)  # over the boundary: they send us nothing
SIBLINGS = (1,) * 35 + (2,) * 35 + (3,) * 18 + (4,) * 8 + (5,) * 4
MOST_A_FAMILY = 16  # numbers of people kept for each family


@dataclass(slots=True)
class Home:
    since: date
    lines: tuple[str, ...]
    postcode: str


@dataclass(slots=True, eq=False)
class Person:
    """The truth about somebody."""

    n: int
    given: str
    family: str
    born: date | None
    sex: str
    ethnicity: str = ""
    expected: date | None = None
    nhs: str = ""
    upn: str = ""
    school: str = ""
    language: str = ""
    phone: str = ""
    role: str = "child"  # child | mother | father | father-elsewhere | partner
    homes: list[Home] = field(default_factory=list)
    burden: float = 0.0  # records of concern a year, on average
    storylines: list[str] = field(default_factory=list)
    ids: dict[str, list[str]] = field(default_factory=dict)  # the agencies' own numbers

    @property
    def id(self) -> str:
        return f"P{self.n:08}"

    @property
    def is_child(self) -> bool:
        return self.role == "child"

    def age(self, day: date) -> int:
        return age_on(self.born, day) if self.born and self.born <= day else -1

    def home(self, day: date) -> Home | None:
        """Where they lived on that day."""
        found = self.homes[0] if self.homes else None
        for home in self.homes[1:]:
            found = home if home.since <= day else found
        return found


@dataclass(slots=True, eq=False)
class Family:
    """A home's children and the adults who belong to them. `strain` multiplies what happens to all of them."""

    n: int
    children: list[Person]
    adults: list[Person]
    strain: float
    locality: str

    @property
    def mother(self) -> Person | None:
        return next((a for a in self.adults if a.role == "mother"), None)

    @property
    def people(self) -> list[Person]:
        return [*self.children, *self.adults]


class Schools:
    """Which of the partnership's schools take which age."""

    def __init__(self, partnership: Partnership) -> None:
        schools = [a for a in partnership.agency.values() if a.kind in ("school", "college", "alternative-provision")]
        young = ("primary", "infant", "junior")
        self.primary = [a.id for a in schools if a.kind == "school" and any(word in a.id for word in young)]
        self.secondary = [a.id for a in schools if a.kind == "school" and a.id not in self.primary] or self.primary
        self.alternative = [a.id for a in schools if a.kind == "alternative-provision"]
        self.college = [a.id for a in schools if a.kind == "college"] or self.secondary

    def draw(self, rng: random.Random, starts: int) -> str:
        """`starts`: the age that the child has on the first day of the school year."""
        if starts < 4 or not self.primary:
            return ""
        chance = rng.random()
        if starts < 16 and chance < 0.08:
            return ELSEWHERE[starts > 10]
        if 11 <= starts < 16 and chance > 0.985 and self.alternative:
            return rng.choice(self.alternative)
        return rng.choice(self.primary if starts < 11 else self.secondary if starts < 16 else self.college)


class Families:
    """Makes families, one after another. Each is drawn from the seed and its own number alone."""

    def __init__(self, seed: int, partnership: Partnership, period: Period) -> None:
        self.seed, self.period = seed, period
        self.numbers = Numbers(seed, partnership.info.authority)
        self.schools = Schools(partnership)
        places = [
            (district, locality.id) for locality in partnership.locality.values() for district in locality.postcodes
        ]
        self.places = places or [("ZZ99", "")]
        self.september = date(period.until.year - (period.until.month < 9), 9, 1)

    def make(self, n: int, most: int) -> tuple[Family, random.Random]:
        """The nth family, with at most that many children, and the generator from which its life is drawn."""
        rng = random.Random(f"{self.seed}/{n}")
        until, first = self.period.until, n * MOST_A_FAMILY
        ethnicity = rng.choices(tuple(ETHNICITY), tuple(ETHNICITY.values()))[0]
        pool, group = names.pool_for(ethnicity), names.GROUP_OF.get(ethnicity, "british")
        surname = rng.choice(pool.family)
        district, locality = rng.choice(self.places)
        homes = [self._home(rng, date(2000, 1, 1), district)]
        if rng.random() < 0.15:  # moved while we watched
            district, locality = rng.choice(self.places)
            homes.append(self._home(rng, rng.choice(self.period.days), district))
        language = rng.choice(LANGUAGES[group]) if group in LANGUAGES and rng.random() < 0.35 else "English"
        count = min(rng.choice(SIBLINGS), most)
        births = self._births(rng, count, until)
        strain = rng.lognormvariate(-2.15, 1.45)
        children: list[Person] = []
        for born in births:
            sex = rng.choice(("female", "male"))
            starts = age_on(born, self.september)
            children.append(
                Person(
                    first + len(children),
                    rng.choice(pool.female if sex == "female" else pool.male),
                    surname,
                    born,
                    sex,
                    ethnicity,
                    nhs=self.numbers.nhs(),
                    upn=self.numbers.upn(born.year + 4) if starts >= 4 else "",
                    school=self.schools.draw(rng, starts),
                    language=language,
                    homes=homes,
                    burden=min(14.0, strain * rng.lognormvariate(0, 0.8) * (1.7 if starts >= 11 else 0.8)),
                )
            )
        adults = self._adults(rng, first + 8, pool, surname, births, homes)
        family = Family(n, children, adults, min(strain, 6.0), locality)
        if count < most and strain > 0.3 and rng.random() < 0.05:
            self._unborn(rng, family, first + 7, until)
        return family, rng

    def _home(self, rng: random.Random, since: date, district: str) -> Home:
        line = f"{rng.randrange(1, 120)} {rng.choice(STREETS)} {rng.choice(WAYS)}"
        return Home(since, (line,), numbers.postcode(rng, district))

    def _births(self, rng: random.Random, count: int, until: date) -> list[date]:
        """Dates of birth, youngest first; one in thirty is a twin's. All are under 18."""
        born, found = until - timedelta(days=rng.randrange(max(365, 18 * 365 - (count - 1) * 900))), []
        for _ in range(count):
            found.append(born)
            twin = rng.random() < 0.033
            born = born if twin else born - timedelta(days=rng.randrange(420, 1500))
            born = max(born, years_before(until, 18) + timedelta(days=1 + rng.randrange(300)))
        return found

    def _adults(
        self, rng: random.Random, n: int, pool: names.Pool, surname: str, births: list[date], homes: list[Home]
    ) -> list[Person]:
        eldest, adults = min(births), []
        mother_name = surname if rng.random() < 0.7 else rng.choice(pool.family)
        if rng.random() < 0.97:
            born = eldest - timedelta(days=rng.randrange(18 * 365, 38 * 365))
            adults.append(
                Person(
                    n,
                    rng.choice(pool.female),
                    mother_name,
                    born,
                    "female",
                    nhs=self.numbers.nhs(),
                    role="mother",
                    homes=homes,
                    phone=numbers.mobile(rng),
                )
            )
        born = eldest - timedelta(days=rng.randrange(19 * 365, 44 * 365))
        father = Person(
            n + 1,
            rng.choice(pool.male),
            surname,
            born,
            "male",
            nhs=self.numbers.nhs(),
            role="father",
            homes=homes,
            phone=numbers.mobile(rng),
        )
        chance = rng.random()
        if chance < 0.6 or not adults:
            adults.append(father)
        elif chance < 0.88:  # separated: his own home, still their father
            father.role, father.homes = (
                "father-elsewhere",
                [self._home(rng, date(2000, 1, 1), rng.choice(self.places)[0])],
            )
            adults.append(father)
            if rng.random() < 0.3:
                born = eldest - timedelta(days=rng.randrange(16 * 365, 40 * 365))
                adults.append(
                    Person(
                        n + 2,
                        rng.choice(pool.male),
                        rng.choice(pool.family),
                        born,
                        "male",
                        nhs=self.numbers.nhs(),
                        role="partner",
                        homes=homes,
                    )
                )
        return adults

    def _unborn(self, rng: random.Random, family: Family, n: int, until: date) -> None:
        """A baby who is expected: a person with records and no birth date yet."""
        some = family.children[0]
        family.children.append(
            Person(
                n,
                "Baby",
                some.family,
                None,
                "unknown",
                some.ethnicity,
                expected=until + timedelta(days=rng.randrange(20, 170)),
                homes=some.homes,
            )
        )
