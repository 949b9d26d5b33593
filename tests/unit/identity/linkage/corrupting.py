"""People of an invented county, and what slips of ear, eye and hand make of their details.

The names are mimesis's, drawn unevenly (a few are common, most are rare), with others that England's families bear; who
is told how is drawn from `Random(seed)` alone, so that each run sees the same people.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from functools import lru_cache
from itertools import accumulate

from mimesis import Gender, Locale, Person

from sightline.identity.linkage.names import folded, in_use
from sightline.intake.types import Details

MORE = {
    "F": "Aisha Fatima Zainab Maryam Amina Hafsa Iqra Simran Kasia Zuzanna Andreea Ioana Adaeze Folasade Abena Thi Mei Leila",
    "M": "Muhammad Mohammed Yusuf Ibrahim Hamza Bilal Usman Arjun Jakub Wojciech Andrei Babatunde Kwame Emeka Wei Minh Reza Tesfay",
    "family": "Khan Hussain Ahmed Begum Akhtar Malik Singh Kaur Patel Miah Rahman Chowdhury Kowalski Nowak Popescu Okafor Mensah "
    "Boateng Nguyen Wong Karimi Hassan Ali Tesfay O'Brien McDonagh Connors Lakatos",
}
NEIGHBOURS = {
    "a": "sq", "b": "vn", "c": "xv", "d": "sf", "e": "wr", "f": "dg", "g": "fh", "h": "gj", "i": "uo", "j": "hk", "k": "jl",
    "l": "k", "m": "n", "n": "bm", "o": "ip", "p": "o", "q": "wa", "r": "et", "s": "ad", "t": "ry", "u": "yi", "v": "cb",
    "w": "qe", "x": "zc", "y": "tu", "z": "x",
}  # fmt: skip
HEARD = (
    ("ph", "f"), ("ck", "k"), ("ee", "i"), ("y", "i"), ("ou", "u"), ("th", "t"), ("ai", "ay"), ("ie", "y"), ("s", "z"), ("c", "k"),
)  # fmt: skip
LETTERS = "ABDEFGHJLNPQRSTUWXYZ"


class County:
    """Draws people, one after the other."""

    def __init__(self, seed: int, postcodes: int = 2_000) -> None:
        self.rng = random.Random(seed)
        person = Person(Locale.EN_GB, seed=seed)
        self.given = {
            sex: _uneven([*MORE[sex].split(), *dict.fromkeys(person.first_name(gender) for _ in range(900))])
            for sex, gender in (("F", Gender.FEMALE), ("M", Gender.MALE))
        }
        self.family = _uneven([*MORE["family"].split(), *dict.fromkeys(person.last_name() for _ in range(2_000))])
        self.postcodes = postcodes

    def person(self) -> Details:
        rng = self.rng
        sex = rng.choice("FM")
        given, family = self._drawn(self.given[sex]), self._drawn(self.family)
        if rng.random() < 0.3:
            given += f" {self._drawn(self.given[sex])}"
        if rng.random() < 0.06:
            family += f"-{self._drawn(self.family)}"
        born = date(2007, 1, 1) + timedelta(days=rng.randrange(18 * 365))
        place = rng.randrange(self.postcodes)
        return Details(
            given=given,
            family=family,
            born=born.isoformat(),
            sex=sex,
            postcode=self.postcode(place),
            phone=f"07700900{place % 1000:03}" if rng.random() < 0.3 else "",
            lines=(f"{rng.randrange(1, 90)} Elm Street",),
        )

    def postcode(self, place: int) -> str:
        return f"LS{place // 1600 + 1} {place // 400 % 9 + 1}{LETTERS[place // 20 % 20]}{LETTERS[place % 20]}"

    def _drawn(self, names: tuple[list[str], list[float]]) -> str:
        return self.rng.choices(names[0], cum_weights=names[1])[0]


def _uneven(names: list[str]) -> tuple[list[str], list[float]]:
    """The nth name is borne by a share of 1/(n + 8): as uneven as England's names are."""
    return names, list(accumulate(1 / (n + 8) for n in range(len(names))))


# --- slips --------------------------------------------------------------------------------------------


def misspelt(word: str, rng: random.Random) -> str:
    """A letter left out, doubled, beside the one that was meant, or changed over; or as it was heard."""
    if len(word) < 3:
        return word + word[-1:]
    at = rng.randrange(1 if rng.random() < 0.9 else 0, len(word))
    kind = rng.randrange(5)
    if kind == 0:
        return word[:at] + word[at + 1 :]
    if kind == 1:
        return word[:at] + word[at] + word[at:]
    if kind == 2:
        return word[:at] + rng.choice(NEIGHBOURS.get(word[at].lower(), "e")) + word[at + 1 :]
    if kind == 3 and at + 1 < len(word):
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    found = [(a, b) for a, b in HEARD if a in word[1:]]
    if not found:
        return word + "e"
    a, b = rng.choice(found)
    return word[0] + word[1:].replace(a, b, 1)


@lru_cache(maxsize=10_000)
def nickname(given: str) -> str:
    """Another form of the first name, where one is declared."""
    first, _, rest = given.partition(" ")
    names = in_use()
    mine = names.groups.get(folded(first), frozenset())
    forms = sorted(w for w, g in names.groups.items() if g & mine and w != folded(first)) if mine else []
    return " ".join((random.Random(given).choice(forms).capitalize(), rest)).strip() if forms else given


def _born(d: Details, rng: random.Random, how: str) -> Details:
    if len(d.born) != 10:
        return d
    day = date.fromisoformat(d.born)
    if how == "turned":
        return replace(d, born=f"{day.year}-{day.day:02}-{day.month:02}") if day.day <= 12 else _born(d, rng, "digit")
    for _ in range(20):
        at = rng.choice((2, 3, 5, 6, 8, 9))
        text = d.born[:at] + rng.choice("0123456789") + d.born[at + 1 :]
        try:
            if text != d.born and 1990 < date.fromisoformat(text).year < 2030:
                return replace(d, born=text)
        except ValueError:
            continue
    return replace(d, born=(day + timedelta(days=1)).isoformat())


def _half(d: Details, rng: random.Random) -> Details:
    halves = d.family.split("-")
    return replace(d, family=rng.choice(halves) if len(halves) > 1 else f"{d.family}-Hartley")


def _first(change: Callable[[str, random.Random], str]) -> Callable[[Details, random.Random], Details]:
    def changed(d: Details, rng: random.Random) -> Details:
        first, _, rest = d.given.partition(" ")
        return replace(d, given=f"{change(first, rng)} {rest}".strip())

    return changed


ERRORS: dict[str, Callable[[Details, random.Random], Details]] = {
    "given misspelt": _first(misspelt),
    "family misspelt": lambda d, rng: replace(d, family=misspelt(d.family, rng)),
    "nickname": lambda d, rng: replace(d, given=nickname(d.given)),
    "names swapped": lambda d, rng: replace(d, given=d.family, family=d.given),
    "half a double barrel": _half,
    "another family name": lambda d, rng: replace(d, family=rng.choice(("Hartley", "Winterbourne", "Marsh", "Asante"))),
    "middle name": lambda d, rng: replace(d, given=d.given.split()[0] if " " in d.given else f"{d.given} Rowan"),
    "one field": lambda d, rng: replace(d, given=f"{d.given} {d.family}", family=""),
    "day and month": lambda d, rng: _born(d, rng, "turned"),
    "one digit": lambda d, rng: _born(d, rng, "digit"),
    "year only": lambda d, rng: replace(d, born=d.born[:4]),
    "no birth date": lambda d, rng: replace(d, born=""),
    "no postcode": lambda d, rng: replace(d, postcode="", lines=(), phone=""),
    "moved": lambda d, rng: replace(
        d, postcode=f"BD{rng.randrange(1, 20)} {rng.randrange(1, 9)}QX", lines=("1 New Road",)
    ),
    "nothing": lambda d, rng: d,
}


def corrupted(d: Details, errors: tuple[str, ...], rng: random.Random) -> Details:
    for error in errors:
        d = ERRORS[error](d, rng)
    return replace(d, phone="", nhs_number="", upn="", local_id="")  # any of which alone would find them
