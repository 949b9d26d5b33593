"""From what a sender told to what is compared: folded, gathered over time, and never a reason to fail. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from functools import lru_cache

from sightline.identity.linkage.names import called_of, family_tokens, in_use, tokens
from sightline.identity.linkage.types import Likeness
from sightline.intake.identifiers import nhs_number, permanent_upn
from sightline.intake.types import Details
from sightline.intake.usable import no_fixed_address

MOST = 12  # values of one kind that are kept
SEXES = {"f": "F", "female": "F", "2": "F", "m": "M", "male": "M", "1": "M"}
NO_HOME = "ZZ99"  # pseudo postcodes: no fixed abode, abroad, not known (ONS Postcode Directory user guide)


def likeness_of(details: Details, *, kin: Sequence[str] = (), before: Likeness | None = None) -> Likeness:
    """What is compared of somebody. `before` is what the same sender's told earlier: names, postcodes, phones, e-mail
    addresses, schools and kin gather; of other values the latest that was told stands. Never raises."""
    before = before or Likeness()
    given, family = _names(details.given, details.family)
    given, family = given or before.given, family or before.family
    now = {*given, *family}
    nhs, upn, numbers = _numbers(details)
    born, about = _born(details.born)
    return Likeness(
        given=given,
        family=family,
        other_names=_gather(w for w in (*before.given, *before.family, *before.other_names) if w not in now),
        born=born or before.born,
        expected=_day(details.expected) or before.expected,
        about_age=about or before.about_age,
        sex=SEXES.get(details.sex.strip().lower(), "") or before.sex,
        postcodes=_gather(_postcode(details.postcode), before.postcodes),
        lines=_line(details.lines) or before.lines,
        phones=_gather(_phones(details.phone), before.phones),
        emails=_gather(_emails(details.email), before.emails),
        schools=_gather(_school(details.school), before.schools),
        nhs=nhs or before.nhs,
        upn=upn or before.upn,
        numbers=_gather(numbers, before.numbers),
        kin=tuple(sorted({*kin, *before.kin} - {""})[:MOST]),
    )


def kin_of(details: Details) -> str:
    """How somebody stands among another's family: `given|family|born`. Empty where there is too little to know them by."""
    given, family = _names(details.given, details.family)
    born, _ = _born(details.born)
    return f"{called_of(given, in_use())[0]}|{' '.join(family)}|{born}" if given and family else ""


def _names(given: str, family: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    one, other = tokens(given), family_tokens(family)
    if not other and len(one) > 1:
        return one[:-1], one[-1:]
    if not one and len(other) > 1 and "-" not in family:
        return other[:-1], other[-1:]
    return one, other


def _gather(new: Iterable[str], before: tuple[str, ...] = ()) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*new, *before)))[:MOST]


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat() if len(text) == 10 else ""
    except ValueError:
        return ""


@lru_cache(maxsize=50_000)
def _born(text: str) -> tuple[str, str]:
    """A birth date as far as it is one, and an age that somebody guessed."""
    text = text.strip()
    if text.startswith("about "):
        return "", text
    if len(text) == 10 and _day(text):
        return text, ""
    for length, rest in ((7, "-01"), (4, "-01-01")):
        if len(text) == length and _day(text + rest):
            return text, ""
    return "", ""


def _postcode(text: str) -> tuple[str, ...]:
    plain = "".join(c for c in text.upper() if c.isalnum())[:8]
    return (plain,) if plain and not plain.startswith(NO_HOME) else ()


def _line(lines: tuple[str, ...]) -> str:
    if not lines or no_fixed_address(lines):
        return ""
    return "".join(c for c in lines[0].lower() if c.isalnum())[:60]


def _phones(text: str) -> tuple[str, ...]:
    digits = "".join(c for c in text if c.isdigit())
    for abroad in ("0044", "44"):
        if digits.startswith(abroad):
            digits = "0" + digits.removeprefix(abroad).removeprefix("0")
            break
    return (digits[:15],) if len(digits) >= 9 else ()


def _emails(text: str) -> tuple[str, ...]:
    plain = text.strip().lower()[:120]
    return (plain,) if "@" in plain else ()


def _school(text: str) -> tuple[str, ...]:
    plain = " ".join("".join(c if c.isalnum() else " " for c in text.lower()).split())[:80]
    return (plain,) if plain else ()


def _numbers(details: Details) -> tuple[str, str, tuple[str, ...]]:
    nhs, nhs_holds = nhs_number(details.nhs_number)
    upn, upn_holds = permanent_upn(details.upn)
    rest = [text for text, holds in ((nhs, nhs_holds), (upn, upn_holds), (details.local_id, False)) if not holds]
    plain = ("".join(c for c in text.upper() if c.isalnum())[:40] for text in rest)
    return nhs if nhs_holds else "", upn if upn_holds else "", tuple(dict.fromkeys(n for n in plain if n))
