"""Who lives in the city: families with brothers and sisters, twins, step-parents, fathers elsewhere, moves, new names.

Each family is drawn from the seed and its own number alone, so that families can be made anywhere and in any order.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import accumulate

from sightline.definition.types import Partnership
from sightline.simulation import names, numbers
from sightline.simulation.numbers import Numbers
from sightline.simulation.schools import Schools
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
LONG_AGO = date(2000, 1, 1)
HOME, REFUGE, PLACEMENT = "home", "refuge", "placement"
# Where unaccompanied children say that they come from; names go with it, and nothing else.
FROM_AFAR = {
    "sudanese": "BAFR",
    "eritrean": "BAFR",
    "afghan": "OOTH",
    "iranian": "OOTH",
    "kurdish-iraqi": "OOTH",
    "vietnamese": "AOTH",
}
POOL_OF = {
    "sudanese": "middle-eastern",
    "eritrean": "horn",
    "afghan": "middle-eastern",
    "iranian": "middle-eastern",
    "kurdish-iraqi": "middle-eastern",
    "vietnamese": "east-asian",
}
SPEAKS = {
    "sudanese": "Arabic",
    "eritrean": "Tigrinya",
    "afghan": "Pashto",
    "iranian": "Farsi",
    "kurdish-iraqi": "Kurdish",
    "vietnamese": "Vietnamese",
}


@dataclass(slots=True)
class Home:
    """Where somebody lives from a day on. A refuge's address is known to few, and sent by nobody who knows better."""

    since: date
    lines: tuple[str, ...]
    postcode: str
    kind: str = HOME


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
    role: str = "child"  # child | mother | father | father-elsewhere | partner | person (of a home without children)
    homes: list[Home] = field(default_factory=list)
    burden: float = 0.0  # records of concern a year, on average
    storylines: list[str] = field(default_factory=list)
    ids: dict[str, list[str]] = field(default_factory=dict)  # the agencies' own numbers
    slips: dict[str, list[str]] = field(default_factory=dict)  # what agencies hold wrongly of them
    renamed: tuple[date, str] | None = None  # from that day another family name
    died: date | None = None
    father: int = 0  # number of the man whose child this is, where he is in the family
    mother: int = 0
    twin: int = -1  # number of the twin
    nationality: str = ""
    becomes: str = ""  # adopted: who the child is from then on, whom nobody may join to this one
    until: date | None = None  # the day on which this identity ended
    disabled: str = ""
    siblings: tuple[Person, ...] = ()

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

    def family_on(self, day: date) -> str:
        return self.renamed[1] if self.renamed and self.renamed[0] <= day else self.family

    def there(self, day: date) -> bool:
        """Born, alive, and still known by this name."""
        return bool(
            self.born
            and self.born <= day
            and not (self.died and self.died <= day)
            and not (self.until and self.until <= day)
        )


@dataclass(slots=True, eq=False)
class Family:
    """A home's children and the adults who belong to them. `strain` multiplies what happens to all of them."""

    n: int
    children: list[Person]
    adults: list[Person]
    strain: float
    locality: str
    kind: str = "home"  # home | couple | unaccompanied | adoptive | care-leaver
    place: int = 0  # which of the partnership's places, by its place in their list

    @property
    def mother(self) -> Person | None:
        return next((a for a in self.adults if a.role == "mother"), None)

    @property
    def people(self) -> list[Person]:
        return [*self.children, *self.adults]


class Families:
    """Makes families. Each is drawn from the seed and its own number; national numbers come from `numbers`, in order."""

    def __init__(self, seed: int, partnership: Partnership, period: Period, schools: Schools, numbers: Numbers) -> None:
        self.seed, self.period, self.schools, self.numbers = seed, period, schools, numbers
        places = [
            (district, locality.id) for locality in partnership.locality.values() for district in locality.postcodes
        ]
        self.places = places or [("ZZ99", "")]
        self.september = date(period.until.year - (period.until.month < 9), 9, 1)

    def make(self, n: int, most: int) -> tuple[Family, random.Random]:
        """The nth family, with at most that many children, and the generator from which its life is drawn."""
        rng = random.Random(f"{self.seed}/{n}")
        until, first = self.period.until, n * MOST_A_FAMILY
        ethnicity = rng.choices(_CODES, cum_weights=_CUMULATED)[0]
        pool, group = names.pool_for(ethnicity), names.GROUP_OF.get(ethnicity, "british")
        surname = rng.choice(pool.family)
        place = rng.randrange(len(self.places))
        homes = [self.home(rng, LONG_AGO, place)]
        for _ in range(rng.choices((0, 1, 2), (84, 13, 3))[0]):  # moved while we watched
            place = rng.randrange(len(self.places))
            homes.append(self.home(rng, rng.choice(self.period.days), place))
        homes.sort(key=lambda home: home.since)
        language = rng.choice(LANGUAGES[group]) if group in LANGUAGES and rng.random() < 0.35 else "English"
        count = min(rng.choice(SIBLINGS), most)
        births = self._births(rng, count, until)
        strain = rng.lognormvariate(-2.15, 1.45)
        children: list[Person] = []
        for born in births:
            sex = rng.choice(("female", "male"))
            starts = age_on(born, self.september)
            twin = bool(children) and children[-1].born == born
            if twin and rng.random() < 0.4:
                sex = children[-1].sex
            given = rng.choice(pool.female if sex == "female" else pool.male)
            if twin:  # names that begin alike, as parents like them and clerks do not
                alike = [
                    name for name in (pool.female if sex == "female" else pool.male) if name[0] == children[-1].given[0]
                ]
                given = rng.choice(alike) if alike and rng.random() < 0.5 else given
            while any(given == other.given for other in children):
                given = rng.choice(pool.female if sex == "female" else pool.male)
            child = Person(
                first + len(children),
                given,
                surname,
                born,
                sex,
                ethnicity,
                nhs=self.numbers.nhs(),
                upn=self.numbers.upn(born.year + 4) if starts >= 4 else "",
                school=self.schools.draw(rng, starts, place),
                language=language,
                homes=homes,
                burden=min(14.0, strain * rng.lognormvariate(0, 0.8) * (1.7 if starts >= 11 else 0.8)),
            )
            if twin:
                child.twin, children[-1].twin = children[-1].n, child.n
            if rng.random() < 0.045:
                child.disabled = rng.choice(("AUT", "AUT", "LD", "BEH", "MOB", "HEAR", "COMM", "CON", "VIS"))
            if rng.random() < 0.0004:
                child.died = rng.choice(self.period.days)
            children.append(child)
        adults = self._adults(rng, first + 8, pool, surname, children, homes)
        family = Family(n, children, adults, min(strain, 6.0), self.places[place][1], place=place)
        self._parents(rng, family)
        if count < most and count < 7 and rng.random() < 0.012 + 0.03 * min(strain, 1.0):
            self._unborn(rng, family, first + 7, until)
        for child in children:
            child.siblings = tuple(other for other in children if other is not child)
        return family, rng

    def couple(self, n: int) -> tuple[Family, random.Random]:
        """Two adults without children in their home."""
        rng = random.Random(f"{self.seed}/{n}")
        pool, place = names.pool_for(rng.choices(_CODES, cum_weights=_CUMULATED)[0]), rng.randrange(len(self.places))
        homes, adults = [self.home(rng, LONG_AGO, place)], []
        for at, sex in enumerate(("female", rng.choices(("male", "female"), (9, 1))[0])):
            born = self.period.until - timedelta(days=rng.randrange(18 * 365, 70 * 365))
            given = rng.choice(pool.female if sex == "female" else pool.male)
            adults.append(Person(n * MOST_A_FAMILY + 8 + at, given, rng.choice(pool.family), born, sex,
                                 nhs=self.numbers.nhs(), role="person", homes=homes, phone=numbers.mobile(rng)))  # fmt: skip
        return Family(
            n, [], adults, min(6.0, rng.lognormvariate(-1.6, 1.3)), self.places[place][1], "couple", place
        ), rng

    def unaccompanied(self, n: int) -> tuple[Family, random.Random]:
        """A child who came alone: a birth date that somebody judged, a name that everybody spells in their own way."""
        rng = random.Random(f"{self.seed}/{n}")
        origin, place = rng.choice(tuple(FROM_AFAR)), rng.randrange(len(self.places))
        pool, sex = names.pools()[POOL_OF[origin]], rng.choices(("male", "female"), (9, 1))[0]
        age = rng.choices((14, 15, 16, 17), (1, 3, 5, 8))[0]
        born = date(self.period.until.year - age - (1 if age < 17 else 0), 1, 1)
        if age_on(born, self.period.until) > 17:
            born = self.period.until - timedelta(days=17 * 365 + rng.randrange(300))
        child = Person(n * MOST_A_FAMILY, rng.choice(pool.female if sex == "female" else pool.male),
                       rng.choice(pool.family),
                       born, sex, FROM_AFAR[origin], nhs=self.numbers.nhs() if rng.random() < 0.7 else "",
                       school=self.schools.draw(rng, age, place), language=SPEAKS[origin], nationality=origin,
                       homes=[self.home(rng, LONG_AGO, place, PLACEMENT)], burden=rng.lognormvariate(-1.2, 0.9))  # fmt: skip
        if child.school:
            child.upn = self.numbers.upn(self.period.until.year)
        return Family(n, [child], [], 0.3, self.places[place][1], "unaccompanied", place), rng

    def care_leaver(self, n: int) -> tuple[Family, random.Random]:
        """Somebody of 18 to 21 who was looked after."""
        rng = random.Random(f"{self.seed}/{n}")
        ethnicity, place = rng.choices(_CODES, cum_weights=_CUMULATED)[0], rng.randrange(len(self.places))
        pool, sex = names.pool_for(ethnicity), rng.choice(("female", "male"))
        born = self.period.until - timedelta(days=rng.randrange(18 * 365 + 5, 21 * 365))
        young = Person(n * MOST_A_FAMILY, rng.choice(pool.female if sex == "female" else pool.male),
                       rng.choice(pool.family),
                       born, sex, ethnicity, nhs=self.numbers.nhs(), upn=self.numbers.upn(born.year + 4),
                       role="young-adult",
                       homes=[self.home(rng, LONG_AGO, place)], phone=numbers.mobile(rng))  # fmt: skip
        return Family(n, [], [young], 0.3, self.places[place][1], "care-leaver", place), rng

    def adoptive(self, n: int, child: Person, on: date, rng: random.Random) -> Family:
        """The home into which a child is adopted on that day, with another name, NHS number and pupil number."""
        ethnicity, place = child.ethnicity, rng.randrange(len(self.places))
        pool, first = names.pool_for(ethnicity), n * MOST_A_FAMILY
        surname, homes = rng.choice(pool.family), [self.home(rng, LONG_AGO, place)]
        keeps = rng.random() < 0.7
        given = child.given if keeps else rng.choice(pool.female if child.sex == "female" else pool.male)
        again = Person(first, given, surname, child.born, child.sex, ethnicity, nhs=self.numbers.nhs(),
                       upn=self.numbers.upn(on.year) if child.upn else "", school=child.school, language="English",
                       homes=homes, burden=0.02)  # fmt: skip
        child.becomes, child.until = again.id, on
        adults = [
            Person(first + 8 + at, rng.choice(pool.female if sex == "female" else pool.male), surname,
                   on - timedelta(days=rng.randrange(28 * 365, 48 * 365)), sex, nhs=self.numbers.nhs(),
                   role=role, homes=homes, phone=numbers.mobile(rng))
            for at, (sex, role) in enumerate((("female", "mother"), ("male", "father")))
        ]  # fmt: skip
        again.mother, again.father = adults[0].n, adults[1].n
        return Family(n, [again], adults, 0.02, self.places[place][1], "adoptive", place)

    def home(self, rng: random.Random, since: date, place: int, kind: str = HOME) -> Home:
        line = f"{rng.randrange(1, 120)} {rng.choice(STREETS)} {rng.choice(WAYS)}"
        return Home(since, (line,), numbers.postcode(rng, self.places[place][0]), kind)

    def _births(self, rng: random.Random, count: int, until: date) -> list[date]:
        """Dates of birth, youngest first; one in thirty is a twin's. All are under 18; some were born while we watched."""
        born, found = until - timedelta(days=rng.randrange(max(365, 18 * 365 - (count - 1) * 900))), []
        for _ in range(count):
            found.append(born)
            twin = rng.random() < 0.033 and found.count(born) < 2
            born = born if twin else born - timedelta(days=rng.randrange(420, 1500))
            born = max(born, years_before(until, 18) + timedelta(days=1 + rng.randrange(300)))
        return sorted(found, reverse=True)

    def _adults(
        self, rng: random.Random, n: int, pool: names.Pool, surname: str, children: list[Person], homes: list[Home]
    ) -> list[Person]:
        eldest, adults = min(child.born for child in children if child.born), []

        def adult(at: int, role: str, least: int, most: int, family: str, where: list[Home]) -> Person:
            born, female = eldest - timedelta(days=rng.randrange(least * 365, most * 365)), role == "mother"
            return Person(n + at, rng.choice(pool.female if female else pool.male), family, born,
                          "female" if female else "male",
                          nhs=self.numbers.nhs(), role=role, homes=where, phone=numbers.mobile(rng))  # fmt: skip

        if rng.random() < 0.97:
            adults.append(adult(0, "mother", 18, 38, surname if rng.random() < 0.7 else rng.choice(pool.family), homes))
        chance = rng.random()
        if chance < 0.6 or not adults:
            adults.append(adult(1, "father", 19, 44, surname, homes))
        elif chance < 0.88:  # separated: his own home, still their father
            place = rng.randrange(len(self.places))
            adults.append(adult(1, "father-elsewhere", 19, 44, surname, [self.home(rng, LONG_AGO, place)]))
            if rng.random() < 0.45:
                adults.append(adult(2, "partner", 16, 40, rng.choice(pool.family), homes))
        return adults

    def _parents(self, rng: random.Random, family: Family) -> None:
        """Whose child is whose; half-brothers and half-sisters; children who come to bear another name."""
        mother = family.mother
        father = next((a for a in family.adults if a.role in ("father", "father-elsewhere")), None)
        partner = next((a for a in family.adults if a.role == "partner"), None)
        for child in family.children:
            child.mother, child.father = mother.n if mother else 0, father.n if father else 0
        if not partner:
            return
        if len(family.children) > 1 and rng.random() < 0.5:
            young = family.children[0]
            if young.twin < 0:
                young.father, young.family = partner.n, partner.family
        if rng.random() < 0.3:  # a wedding: the children take the name
            on = rng.choice(self.period.days)
            for person in (*family.children, *([mother] if mother else ())):
                if person.family != partner.family:
                    person.renamed = (on, partner.family)

    def _unborn(self, rng: random.Random, family: Family, n: int, until: date) -> None:
        """A baby who is expected: a person with records and no birth date yet."""
        some = family.children[0]
        family.children.append(
            Person(n, "Baby", some.family, None, "unknown", some.ethnicity,
                   expected=until + timedelta(days=rng.randrange(20, 170)), homes=some.homes, mother=some.mother)
        )  # fmt: skip


_CODES = tuple(ETHNICITY)
_CUMULATED = tuple(accumulate(ETHNICITY.values()))
