"""Invented people, as many as wanted, and one of them told of anew by somebody who mishears: for measuring who finds whom.

The same number gives the same person in every process. Three in a family share its name and home; one family in thirty
has twins. Names are as unevenly spread as a city's: the commonest family name is borne by one in a hundred, and a third
by families of their own; one in four comes from another script, which clerks write as they hear it. Rates of error are
those of a busy agency, rather more than `sightline/simulation/errors.yaml` gives the police. Nobody here is real.
"""

from __future__ import annotations

import random
from bisect import bisect
from datetime import date, timedelta
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

from sightline.intake.types import Details

IN_A_FAMILY = 3
SOUNDS_IN = "b br c ch cl cr d f fl g gr h j k l m n p pr qu r s sh st t th tr v w wh".split()
SOUNDS_MID = "a ai ar au ay e ea ee el en er i il in ir o oa ol on oo or ou u ul un ur".split()
SOUNDS_OUT = (
    "bury by combe croft dale den field ford ham ke kin ley low man mer more nell ridge sey son ton vin well wick worth"
).split()
LETTERS = "abcdefghijklmnoprstuvwy"


class Told(NamedTuple):
    """Somebody told of: what was said, and whom it truly means (the number of `details_of`)."""

    details: Details
    number: int


@lru_cache(maxsize=1)
def _names() -> tuple[tuple[list[str], list[str], list[str]], tuple[list[float], list[float], list[float]]]:
    """Female, male and family names, each with cumulated weights: the n-th name is borne 1/(n+10) as often as the first."""
    from sightline.simulation.names import pools

    rng = random.Random(5)
    female, male, family = ([n for pool in pools().values() for n in pool[k]] for k in range(3))
    family += sorted(
        {(a + b + c).capitalize() for a in SOUNDS_IN for b in SOUNDS_MID for c in SOUNDS_OUT if rng.random() < 0.6}
    )
    lists = (sorted(set(female)), sorted(set(male)), sorted(set(family)))
    for names in lists:
        rng.shuffle(names)
    weights = tuple(list(accumulate(1 / (n + 10) for n in range(len(names)))) for names in lists)
    return lists, weights  # type: ignore[return-value]


def _one(rng: random.Random, which: int) -> str:
    lists, weights = _names()
    return lists[which][bisect(weights[which], rng.random() * weights[which][-1])]


@lru_cache(maxsize=4096)
def _family(n: int) -> tuple[str, str, str, date, bool]:
    """Family name, first line, postcode, the first child's birth date, whether the first two are twins."""
    rng = random.Random(n * 2_654_435_761 + 11)
    born = date(2005, 1, 1) + timedelta(days=rng.randrange(365 * 18))
    return _one(rng, 2), f"{rng.randrange(1, 220)} {_one(rng, 2)} Road", _postcode(rng), born, rng.random() < 1 / 30


def _postcode(rng: random.Random) -> str:
    return f"LS{rng.randrange(1, 29)} {rng.randrange(1, 10)}{rng.choice('ABDEFGHJLN')}{rng.choice('ABDEFGHJLN')}"


def details_of(n: int) -> Details:
    """Person number n, as they are."""
    from tests.support.senders import nhs_number

    family, line, postcode, born, twins = _family(n // IN_A_FAMILY)
    place = n % IN_A_FAMILY
    rng = random.Random(n * 40_503 + 7)
    if place and not (place == 1 and twins):
        born += timedelta(days=place * 400 + rng.randrange(700))
    sex = rng.random() < 0.5
    return Details(
        given=_one(rng, int(sex)),
        family=family,
        born=born.isoformat(),
        sex="male" if sex else "female",
        nhs_number=nhs_number(n) if n < 90_000 else "",
        postcode=postcode,
        lines=(line,),
        phone=f"07700 9{n % 90_000:05d}" if rng.random() < 0.3 else "",
        local_id=f"X{n}",
    )


def told_of(n: int, seed: int = 0) -> Told:
    """Person number n, as somebody tells of them who does not know them well: without numbers of any kind."""
    rng = random.Random(n * 7_919 + seed)
    true = details_of(n)
    given, family, born = true.given, true.family, true.born
    chance = rng.random()
    if chance < 0.10:
        given = _misspelt(rng, given)
    elif chance < 0.18:
        given = _another_form(rng, given)
    chance = rng.random()
    if chance < 0.10:
        family = _misspelt(rng, family)
    elif chance < 0.12:
        family = f"{family}-{_one(rng, 2)}"
    if rng.random() < 0.02:
        given, family = family, given
    chance = rng.random()
    if chance < 0.03:
        day = date.fromisoformat(born)
        born = f"{day.year}-{day.day:02d}-{day.month:02d}" if day.day <= 12 else born
    elif chance < 0.07:
        born = _one_digit(rng, born)
    elif chance < 0.11:
        born = born[:4]
    elif chance < 0.18:
        born = ""
    postcode, lines = true.postcode, true.lines
    if len(born) == 10 and rng.random() < 0.3:  # whoever knows neither birth date nor home means nobody in particular
        postcode, lines = (_postcode(rng), ()) if rng.random() < 0.7 else ("", ())
    sex = true.sex if rng.random() < 0.9 else ""
    return Told(Details(given=given, family=family, born=born, sex=sex, postcode=postcode, lines=lines), n)


def _misspelt(rng: random.Random, name: str) -> str:
    if len(name) < 3:
        return name
    at, how = rng.randrange(1, len(name)), rng.randrange(4)
    if how == 0:
        return name[:at] + name[at + 1 :]
    if how == 1:
        return name[:at] + name[at - 1].lower() + name[at:]
    if how == 2 and at < len(name) - 1:
        return name[:at] + name[at + 1] + name[at] + name[at + 2 :]
    return name[:at] + rng.choice(LETTERS) + name[at + 1 :]


def _another_form(rng: random.Random, name: str) -> str:
    from sightline.simulation.names import NICKNAMES, ROMANISED

    if name in ROMANISED:
        return rng.choice(ROMANISED[name])
    return NICKNAMES.get(name, name)


def _one_digit(rng: random.Random, born: str) -> str:
    day = date.fromisoformat(born)
    for _ in range(20):
        at = rng.choice((2, 3, 5, 6, 8, 9))
        text = born[:at] + rng.choice("0123456789") + born[at + 1 :]
        try:
            if date.fromisoformat(text) != day:
                return text
        except ValueError:
            continue
    return born
