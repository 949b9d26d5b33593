"""When two senders mean the same person. Pure.

For now there are three answers, none of them a score: *same* only where a national identifier agrees and is confirmed
by name or birth date and nothing contradicts it; *possible* where names and birth date alone agree, or an identifier
agrees and something contradicts it: that waits for a person; *different* otherwise.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import jellyfish
from rapidfuzz.distance import JaroWinkler

from sightline.intake.identifiers import nhs_number, permanent_upn
from sightline.intake.types import Details
from sightline.timescales.partial import parse_partial

ALIKE = 0.88  # Jaro-Winkler: Jaye and Jay 0.94, Aisha and Ayesha 0.84 (but they sound alike), Ava and Eva 0.78
CLEARLY_DIFFERENT = 0.70


@lru_cache(maxsize=50_000)
def tokens(name: str) -> tuple[str, ...]:
    """The words of a name, folded to plain lower-case letters: `O'Brien-Núñez` -> obrien, nunez."""
    plain = unicodedata.normalize("NFKD", name.replace("ß", "ss").replace("ø", "o").replace("ł", "l")).lower()
    kept = "".join(
        c if c.isalpha() and not unicodedata.combining(c) else (" " if c in "- \t.,/" else "") for c in plain
    )
    return tuple(kept.split())


@lru_cache(maxsize=50_000)
def sound(word: str) -> str:
    """How a word sounds (Metaphone, with y as i: Ayesha is Aisha); the word itself where it has no sound in Latin letters."""
    return jellyfish.metaphone(word.replace("y", "i")) or word


def _held(found: tuple[str, bool]) -> str:
    return found[0] if found[1] else ""


def postcode(text: str) -> str:
    """A postcode without spaces, upper case: `LS146AA`."""
    return "".join(text.split()).upper()


def outcode(text: str) -> str:
    """The district of a postcode: `LS14 6AA` -> `LS14`."""
    plain = postcode(text)
    return plain[:-3] if len(plain) > 4 else plain


def number(text: str) -> str:
    """Any identifier as it is compared: letters and digits only, upper case."""
    return "".join(c for c in text.upper() if c.isalnum())


AT_A_HEADLINE = (
    "given",
    "family",
    "born",
    "expected",
    "sex",
)  # who somebody is; never where they are or how to reach them


def at_a_headline(details: Details) -> Details:
    """What a headline shows of somebody: no address, school, number or language as another agency holds it."""
    return Details(**{name: getattr(details, name) for name in AT_A_HEADLINE})


@dataclass(frozen=True, slots=True)
class Compared:
    """How two sets of details compare: what agrees, what differs (codes), and what follows."""

    verdict: str  # same | possible | different
    agree: tuple[str, ...]
    differ: tuple[str, ...]


def names_alike(one: str, other: str) -> bool | None:
    """Whether two names may be one: a shared word, a likeness, or a sound in common. None when either is not given."""
    a, b = tokens(one), tokens(other)
    if not a or not b:
        return None
    if set(a) & set(b) or {sound(w) for w in a} & {sound(w) for w in b if len(w) > 2}:
        return True
    return max(JaroWinkler.similarity(x, y) for x in a for y in b) >= ALIKE


def _clearly_different(one: str, other: str) -> bool:
    a, b = tokens(one), tokens(other)
    if not a or not b or set(a) & set(b):
        return False
    return max(JaroWinkler.similarity(x, y) for x in a for y in b) < CLEARLY_DIFFERENT


def compare(one: Details, other: Details) -> Compared:
    """Compares two senders' details of somebody. Never says *same* on names and birth date alone."""
    agree: list[str] = []
    differ: list[str] = []
    for code, a, b in (
        ("nhs-number", _held(nhs_number(one.nhs_number)), _held(nhs_number(other.nhs_number))),
        ("upn", _held(permanent_upn(one.upn)), _held(permanent_upn(other.upn))),
        ("birth-date", one.born or one.expected, other.born or other.expected),
        ("postcode", postcode(one.postcode), postcode(other.postcode)),
        (
            "sex",
            one.sex if one.sex not in ("U", "unknown") else "",
            other.sex if other.sex not in ("U", "unknown") else "",
        ),
    ):
        if a and b:
            (agree if a == b else differ).append(code)
    given, family = names_alike(one.given, other.given), names_alike(one.family, other.family)
    for code, alike in (("given-name", given), ("family-name", family)):
        if alike is not None:
            (agree if alike else differ).append(code)
    identifiers = {"nhs-number", "upn"}
    contradicted = bool(identifiers & set(differ))
    born, name = "birth-date" in agree, bool(given and family)
    if identifiers & set(agree):
        confirmed = (born and not _clearly_different(one.given, other.given)) or name
        verdict = "same" if confirmed and not contradicted else "possible"
    elif "nhs-number" in differ:
        verdict = "different"
    else:
        verdict = "possible" if born and name else "different"
    return Compared(verdict, tuple(agree), tuple(differ))


def age_on(born: str, day: date) -> int | None:
    """Whole years on a day; where the birth date is known in part, as if born in the middle of what it may be."""
    try:
        known = parse_partial(born) if born else None
    except ValueError:
        return None
    if known is None:
        return None
    middle = known.earliest + (known.latest - known.earliest) / 2
    return day.year - middle.year - ((day.month, day.day) < (middle.month, middle.day))


WORDS = {
    "nhs-number": "NHS number",
    "upn": "pupil number",
    "birth-date": "birth date",
    "postcode": "postcode",
    "sex": "sex",
    "given-name": "given name",
    "family-name": "family name",
}


def full_name(details: Details) -> str:
    return " ".join(part for part in (details.given, details.family) if part)


def best(values: Sequence[tuple[str, int]]) -> str:
    """The best-supported of several senders' values: most senders first, then the latest (`rank` grows with time)."""
    support: dict[str, list[int]] = {}
    for value, rank in values:
        if value:
            support.setdefault(value, []).append(rank)
    return max(support, key=lambda v: (len(support[v]), max(support[v]))) if support else ""


def same_value(detail: str, value: str) -> str:
    """How a detail is compared when variants are listed."""
    if detail in ("given", "family"):
        return " ".join(tokens(value))
    return postcode(value) if detail == "postcode" else number(value)


def variants(held: Iterable[tuple[str, Details]], shown: Mapping[str, str]) -> list[tuple[str, str, tuple[str, ...]]]:
    """Details that some sender holds otherwise than what is shown: (detail, value, agencies)."""
    found: dict[tuple[str, str], dict[str, None]] = {}
    for agency, details in held:
        for detail, best_value in shown.items():
            value = str(getattr(details, detail))
            if value and same_value(detail, value) != same_value(detail, best_value):
                found.setdefault((detail, value), {})[agency] = None
    return [(detail, value, tuple(agencies)) for (detail, value), agencies in found.items()]
