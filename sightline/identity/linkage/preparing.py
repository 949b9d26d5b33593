"""A likeness made ready to be compared: one row of columns, in which everything that takes time is worked out once. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from sightline.identity.linkage.names import called_of, family_roots, in_use, remembered, roots, sound
from sightline.identity.linkage.types import Likeness
from sightline.timescales.partial import parse_partial

LEAST_NUMBER = 5  # characters: shorter ones of two senders are the same by chance
WHOLE = re.compile(r"(([A-Z]{1,2}\d[A-Z\d]?)\d)[A-Z]{2}")  # a postcode: its sector, its district
PART = re.compile(r"([A-Z]{1,2}\d[A-Z\d]?)(\d)?")  # a district, or a sector


class Prepared(NamedTuple):
    """One likeness as it is compared. Names of fields are the names of columns."""

    given: str | None
    given_words: tuple[str, ...]
    given_lead: tuple[str, ...]
    given_roots: tuple[str, ...]
    given_sound: str | None
    given_spelt: str | None
    given_initial: str | None
    given_known: int
    family: str | None
    family_words: tuple[str, ...]
    family_roots: tuple[str, ...]
    family_sound: str | None
    family_spelt: str | None
    earlier: tuple[str, ...]
    born: str | None
    born_digits: str | None
    born_from: int | None
    born_to: int | None
    due: int | None
    sex: str | None
    postcodes: tuple[str, ...]
    sectors: tuple[str, ...]
    districts: tuple[str, ...]
    line: str | None
    contacts: tuple[str, ...]
    kin: tuple[str, ...]
    self_kin: str | None
    schools: tuple[str, ...]
    nhs: str | None
    upn: str | None
    numbers: tuple[str, ...]


COLUMNS: dict[str, str] = {
    "given": "VARCHAR: the given name by which somebody is called: the first that does not merely go before it",
    "given_words": "VARCHAR[]: all given names but those that go before; those where there is nothing else",
    "given_lead": "VARCHAR[]: given names that go before the one by which somebody is called (`muhammad` ali)",
    "given_roots": "VARCHAR[]: the called name and marks of names that it may stand for; where two meet, they are one name",
    "given_sound": "VARCHAR: how the called name sounds",
    "given_spelt": "VARCHAR: the called name where it is in plain Latin letters and longer than one",
    "given_initial": "VARCHAR: its first letter",
    "given_known": "INTEGER: 1 where the called name is declared as a name or a form of one",
    "family": "VARCHAR: the words of the family name without particles, in order",
    "family_words": "VARCHAR[]: the same, apart",
    "family_roots": "VARCHAR[]: the words and every name of which they are a spelling",
    "family_sound": "VARCHAR: how the family name sounds, its words together",
    "family_spelt": "VARCHAR: the family name, its words together, where it is in plain Latin letters",
    "earlier": "VARCHAR[]: names that this sender used before",
    "born": "VARCHAR: ISO date, only where it is whole",
    "born_digits": "VARCHAR: the same, eight digits",
    "born_from": "INTEGER: first day on which they may be born (proleptic ordinal; also for a year, a month, an age)",
    "born_to": "INTEGER: the last",
    "due": "INTEGER: the day on which a child is expected that is not born as far as is told",
    "sex": "VARCHAR: F, M or null",
    "postcodes": "VARCHAR[]: every whole postcode told",
    "sectors": "VARCHAR[]: the same without their last two letters, and parts of postcodes as long as that",
    "districts": "VARCHAR[]: the same without their last three, and parts of postcodes",
    "line": "VARCHAR: first line of the latest address, letters and digits",
    "contacts": "VARCHAR[]: every phone number and e-mail address",
    "kin": "VARCHAR[]: family told with them, `given|family|born`, only where the birth date is whole",
    "self_kin": "VARCHAR: how they would stand in another's `kin`; null where somebody of their own family does",
    "schools": "VARCHAR[]: every school told",
    "nhs": "VARCHAR",
    "upn": "VARCHAR",
    "numbers": "VARCHAR[]: other numbers of five characters or more, the sender's own among them",
}


def _days(text: str) -> tuple[int, int]:
    """First and last day (ordinals) of a date as far as it is known."""
    found = parse_partial(text)
    return found.earliest.toordinal(), found.latest.toordinal()


class _Given(NamedTuple):
    called: str | None
    words: tuple[str, ...]
    lead: tuple[str, ...]
    roots: tuple[str, ...]
    sound: str | None
    spelt: str | None
    initial: str | None
    known: int


class _Family(NamedTuple):
    whole: str | None
    words: tuple[str, ...]
    roots: tuple[str, ...]
    sound: str | None
    spelt: str | None


@remembered
def _given(given: tuple[str, ...]) -> _Given:
    if not given:
        return _Given(None, (), (), (), None, None, None, 0)
    words = called_of(given, in_use())
    lead = () if words == given else tuple(w for w in given if w not in words)
    called = words[0]
    if len(called) == 1 and called.isascii():  # an initial sounds as nothing, and stands for nothing
        return _Given(called, words, lead, (called,), None, None, called, 0)
    spelt, known = called if called.isascii() else None, int(called in in_use().groups)
    return _Given(called, words, lead, roots(called), sound(called), spelt, called[0], known)


@remembered
def _family(family: tuple[str, ...]) -> _Family:
    if not family:
        return _Family(None, (), (), None, None)
    particles = in_use().particles
    words = tuple(dict.fromkeys(w for w in family if w not in particles)) or family
    together = "".join(words)
    meant = tuple(sorted({root for word in words for root in family_roots(word)}))
    return _Family(" ".join(words), words, meant, sound(together), together if together.isascii() else None)


@remembered
def _born(born: str) -> tuple[str | None, str | None, int | None, int | None]:
    if not born:
        return None, None, None, None
    try:
        first, last = _days(born)
    except ValueError:
        return None, None, None, None
    whole = born if len(born) == 10 and born[4] == "-" else None
    return whole, whole.replace("-", "") if whole else None, first, last


def _due(expected: str) -> int | None:
    """The day on which a child is expected; the middle of the month where only that is known."""
    try:
        return (
            date.fromisoformat(expected if len(expected) == 10 else f"{expected}-15").toordinal() if expected else None
        )
    except ValueError:
        return None


class _Places(NamedTuple):
    whole: tuple[str, ...]
    sectors: tuple[str, ...]
    districts: tuple[str, ...]


def _each(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))


@remembered
def _places(told: tuple[str, ...]) -> _Places:
    whole, sectors, districts = [], [], []
    for postcode in told:
        if found := WHOLE.fullmatch(postcode):
            whole.append(postcode)
            sectors.append(found[1])
            districts.append(found[2])
        elif found := PART.fullmatch(postcode):
            districts.append(found[1])
            if found[2]:
                sectors.append(postcode)
    return _Places(_each(whole), _each(sectors), _each(districts))


def _self_kin(given: tuple[str, ...], family: tuple[str, ...], born: str | None) -> str | None:
    return f"{called_of(given, in_use())[0]}|{' '.join(family)}|{born}" if given and family and born else None


def prepared(one: Likeness) -> Prepared:
    """The columns of a likeness. What is no date, or no number, is left out; nothing raises."""
    born = _born(one.born or one.about_age)
    kin = tuple(told for told in one.kin if len(told.rpartition("|")[2]) == 10) if one.kin else ()
    self_kin = _self_kin(one.given, one.family, born[0])
    return Prepared._make(
        (
            *_given(one.given),
            *_family(one.family),
            one.other_names,
            *born,
            _due(one.expected) if born[2] is None else None,
            one.sex or None,
            *_places(one.postcodes),
            one.lines or None,
            (*one.phones, *one.emails),
            kin,
            None if self_kin in kin else self_kin,
            one.schools,
            one.nhs or None,
            one.upn or None,
            tuple(n for n in one.numbers if len(n) >= LEAST_NUMBER) if one.numbers else (),
        )
    )
