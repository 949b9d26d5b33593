"""What is compared of two people, level by level, in SQL and in Python: the same pair is at the same level in both. Pure.

`prepared(likeness)` gives the columns (COLUMNS says what each means); a level's `sql` is a condition over two rows of
them, `x_l` and `x_r`, in DuckDB's dialect (`spark` in Spark's); `levels_of` answers the same in Python. The first
level of a comparison is *null* (nothing to compare), the last is *else*, and of those between the first that holds counts.

Home, contacts and family are one comparison: a brother shares all of them, and each counted by itself would outweigh that
he has another name and another birth date.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import DamerauLevenshtein, JaroWinkler

from sightline.identity.linkage.preparing import COLUMNS, Prepared, prepared
from sightline.identity.linkage.types import Likeness

__all__ = [
    "BY_ID",
    "COLUMNS",
    "COMPARISONS",
    "Comparison",
    "Level",
    "Prepared",
    "levels_between",
    "levels_of",
    "levels_prepared",
    "prepared",
]

# Jaro-Winkler similarities, each between two that words can have, so that no rounding decides.
NEAR = 0.9199999  # robinson and robinsom 0.95, mohamed and mohammed 0.97
SOUNDS = 0.7999999  # for words that sound alike: aisha and ayesha 0.84; ava and eva 0.78
LOOSE = 0.7999999
ABOUT_DUE = 42  # days between when a child was expected and when it was born
A_YEAR = 366  # days


@dataclass(frozen=True, slots=True)
class Level:
    """One answer of a comparison. `tf`: how much the value's own frequency counts (0: not at all).

    `analytic`: too rare to be learnt from random pairs; its `u` is set from what the identifier is.
    """

    id: str
    says: str
    sql: str
    tf: float = 0.0
    analytic: bool = False

    @property
    def spark(self) -> str:
        """The condition in Spark's dialect (with the similarity functions that come with Splink)."""
        sql = self.sql.replace("list_has_any(", "arrays_overlap(").replace("list_contains(", "array_contains(")
        return sql.replace("jaro_winkler_similarity(", "jaro_winkler(").replace("len(", "size(")


@dataclass(frozen=True, slots=True)
class Comparison:
    """One thing that is compared. `tf_column`: the column whose values' frequencies adjust its weight."""

    id: str
    title: str
    levels: tuple[Level, ...]
    tf_column: str = ""
    identifier: bool = False

    def index(self, level: str) -> int:
        return next(i for i, one in enumerate(self.levels) if one.id == level)

    def gamma(self, index: int) -> int:
        """The number by which Splink knows the level: -1 null, 0 else, and the more alike the higher."""
        return -1 if index == 0 else len(self.levels) - 1 - index


def _spelt(name: str) -> str:
    """Sounds alike and is spelt somewhat so, or is spelt nearly alike."""
    like = f"jaro_winkler_similarity({name}_spelt_l, {name}_spelt_r)"
    return f"({like} >= {NEAR} or ({name}_sound_l = {name}_sound_r and {like} >= {SOUNDS}))"


def _loose(name: str) -> str:
    return f"({name}_sound_l = {name}_sound_r or jaro_winkler_similarity({name}_spelt_l, {name}_spelt_r) >= {LOOSE})"


NULL, ELSE = "null", "else"
COMPARISONS: tuple[Comparison, ...] = (
    Comparison(
        "given-name",
        "Given name",
        (
            Level(NULL, "One of them has no given name here", "given_l is null or given_r is null"),
            Level("same", "The same given name", "given_l = given_r", tf=1.0),
            Level(
                "part",
                "One of several given names is the same",
                "(list_contains(given_words_r, given_l) or list_contains(given_words_l, given_r)"
                " or list_has_any(given_words_l, given_lead_r) or list_has_any(given_words_r, given_lead_l))",
            ),
            Level(
                "variant",
                "A short form or another spelling of one name",
                "list_has_any(given_roots_l, given_roots_r)",
                tf=0.5,
            ),
            Level(
                "near",
                "Spelt nearly alike, and not two names that are both known",  # Hassan and Hussain, Paul and Paula
                f"(given_known_l + given_known_r < 2 and {_spelt('given')})",
                tf=0.5,
            ),
            Level(
                "earlier",
                "A name that the other had before",
                "(list_contains(earlier_r, given_l) or list_contains(earlier_l, given_r))",
            ),
            Level(
                "elsewhere",
                "Stands as the other's family name",
                "(list_contains(family_words_r, given_l) or list_contains(family_words_l, given_r))",
            ),
            Level("loose", "Somewhat alike in sound or spelling", _loose("given")),
            Level(
                "initial",
                "Only an initial, and it is the same letter",
                "given_initial_l = given_initial_r and (length(given_l) = 1 or length(given_r) = 1)",
            ),
            Level(ELSE, "A different given name", "ELSE"),
        ),
        tf_column="given",
    ),
    Comparison(
        "family-name",
        "Family name",
        (
            Level(NULL, "One of them has no family name here", "family_l is null or family_r is null"),
            Level("same", "The same family name", "family_l = family_r", tf=1.0),
            Level("part", "A part of the family name is the same", "list_has_any(family_words_l, family_words_r)"),
            Level(
                "variant",
                "Another spelling of one family name",
                "list_has_any(family_roots_l, family_roots_r)",
                tf=0.5,
            ),
            Level("near", "Spelt nearly alike", _spelt("family"), tf=0.5),
            Level(
                "earlier",
                "A name that the other had before",
                "(list_has_any(family_words_l, earlier_r) or list_has_any(family_words_r, earlier_l))",
            ),
            Level(
                "elsewhere",
                "Stands among the other's given names",
                "(list_has_any(family_words_l, given_words_r) or list_has_any(family_words_r, given_words_l))",
            ),
            Level("loose", "Somewhat alike in sound or spelling", _loose("family")),
            Level(ELSE, "A different family name", "ELSE"),
        ),
        tf_column="family",
    ),
    Comparison(
        "birth-date",
        "Birth date",
        (
            Level(
                NULL,
                "One of them has no birth date here",
                "(born_from_l is null and due_l is null) or (born_from_r is null and due_r is null)",
            ),
            Level(
                "first-of-january",
                "Both 1 January of one year, which is often a guess",
                "(born_l = born_r and born_digits_l like '%0101')",
            ),
            Level("same", "The same birth date, or expected on the same day", "(born_l = born_r or due_l = due_r)"),
            Level(
                "turned",
                "Day and month change places",
                "(substr(born_digits_l, 1, 4) = substr(born_digits_r, 1, 4)"
                " and substr(born_digits_l, 5, 2) = substr(born_digits_r, 7, 2)"
                " and substr(born_digits_l, 7, 2) = substr(born_digits_r, 5, 2))",
            ),
            Level(
                "digit",
                "One digit differs, or two neighbours change places",
                "damerau_levenshtein(born_digits_l, born_digits_r) = 1",
            ),
            Level(
                "fits",
                "One is known only in part, and fits the other",
                "((born_l is null or born_r is null) and born_from_l <= born_to_r and born_from_r <= born_to_l)",
            ),
            Level(
                "due",
                "Born about when a child was expected, or expected at about the same time",
                f"((born_l is not null and abs(born_from_l - due_r) <= {ABOUT_DUE})"
                f" or (born_r is not null and abs(born_from_r - due_l) <= {ABOUT_DUE}) or abs(due_l - due_r) <= {ABOUT_DUE})",
            ),
            Level(
                "month",
                "The same year and month, another day",
                "(substr(born_digits_l, 1, 6) = substr(born_digits_r, 1, 6))",
            ),
            Level(
                "day-of-year",
                "The same day and month, another year",
                "(substr(born_digits_l, 5, 4) = substr(born_digits_r, 5, 4))",
            ),
            Level(
                "year",
                "Less than a year apart",
                f"(born_from_l <= born_to_r + {A_YEAR} and born_from_r <= born_to_l + {A_YEAR})",
            ),
            Level(ELSE, "A different birth date", "ELSE"),
        ),
    ),
    Comparison(
        "sex",
        "Sex",
        (
            Level(NULL, "Not known of one of them", "sex_l is null or sex_r is null"),
            Level("same", "The same", "sex_l = sex_r"),
            Level(ELSE, "Different", "ELSE"),
        ),
    ),
    Comparison(
        "household",
        "Home and family",
        (
            Level(
                NULL,
                "Nothing that both tell",
                "(len(districts_l) = 0 or len(districts_r) = 0 or ((len(postcodes_l) = 0 or len(postcodes_r) = 0)"
                " and list_has_any(districts_l, districts_r) and not list_has_any(sectors_l, sectors_r)))"
                " and (len(contacts_l) = 0 or len(contacts_r) = 0)"
                " and (len(kin_l) = 0 or len(kin_r) = 0)"
                " and not list_contains(kin_r, coalesce(self_kin_l, '-')) and not list_contains(kin_l, coalesce(self_kin_r, '-'))",
            ),
            Level(
                "of-family",
                "One of them is named as the other's family, so they are two people",
                "(list_contains(kin_r, self_kin_l) or list_contains(kin_l, self_kin_r))",
                analytic=True,
            ),
            Level(
                "family-and-home",
                "A member of the family is the same, and a phone number, e-mail address or postcode",
                "(list_has_any(kin_l, kin_r) and (list_has_any(contacts_l, contacts_r) or list_has_any(postcodes_l, postcodes_r)))",
            ),
            Level("contact", "The same phone number or e-mail address", "list_has_any(contacts_l, contacts_r)"),
            Level("family", "A member of the family is the same", "list_has_any(kin_l, kin_r)"),
            Level(
                "house",
                "The same address",
                "(list_has_any(postcodes_l, postcodes_r) and line_l = line_r)",
            ),
            Level("postcode", "The same postcode", "list_has_any(postcodes_l, postcodes_r)"),
            Level("sector", "Postcodes next to each other", "list_has_any(sectors_l, sectors_r)"),
            Level(  # of two whole postcodes; a district told alone that fits speaks neither for nor against
                "district",
                "The same part of town",
                "(list_has_any(districts_l, districts_r) and len(postcodes_l) > 0 and len(postcodes_r) > 0)",
            ),
            Level(
                "other-family",
                "Both have family here, and nobody is the same",
                "(len(kin_l) > 0 and len(kin_r) > 0)",
            ),
            Level(ELSE, "Nothing of home is the same", "ELSE"),
        ),
    ),
    Comparison(
        "school",
        "School",
        (
            Level(NULL, "Not told of one of them", "len(schools_l) = 0 or len(schools_r) = 0"),
            Level("same", "The same school", "list_has_any(schools_l, schools_r)"),
            Level(ELSE, "Different schools", "ELSE"),
        ),
    ),
    *(
        Comparison(
            id,
            title,
            (
                Level(NULL, "Not told of one of them", f"{column}_l is null or {column}_r is null"),
                Level("same", f"The same {title}", f"{column}_l = {column}_r", analytic=True),
                Level(
                    "digit",
                    "One character differs, or two neighbours change places",
                    f"damerau_levenshtein({column}_l, {column}_r) = 1",
                    analytic=True,
                ),
                Level(ELSE, f"Another {title}", "ELSE"),
            ),
            identifier=True,
        )
        for id, title, column in (("nhs-number", "NHS number", "nhs"), ("upn", "pupil number", "upn"))
    ),
    Comparison(
        "number",
        "Other number",
        (
            Level(NULL, "Not told of one of them", "len(numbers_l) = 0 or len(numbers_r) = 0"),
            Level("same", "Another number is the same", "list_has_any(numbers_l, numbers_r)", analytic=True),
            Level(ELSE, "No other number is the same", "ELSE"),
        ),
    ),
)
BY_ID = {one.id: one for one in COMPARISONS}


# --- the same in Python -------------------------------------------------------------------------------
# One function a comparison, each answering with the index of the level that holds.


def _meet(one: Sequence[str], other: Sequence[str]) -> bool:
    if one and other:
        for value in one:
            if value in other:
                return True
    return False


def _spelling(sound: str | None, spelt: str | None, other_sound: str | None, other_spelt: str | None) -> int:
    """2 nearly alike, 1 somewhat alike, 0 neither."""
    sounds = sound is not None and sound == other_sound
    if spelt is None or other_spelt is None:
        return 1 if sounds else 0
    like = JaroWinkler.similarity(spelt, other_spelt)
    if like >= NEAR or (sounds and like >= SOUNDS):
        return 2
    return 1 if sounds or like >= LOOSE else 0


def _given_level(a: Prepared, b: Prepared) -> int:
    one, other = a.given, b.given
    if one is None or other is None:
        return 0
    if one == other:
        return 1
    if (
        one in b.given_words
        or other in a.given_words
        or _meet(a.given_words, b.given_lead)
        or _meet(b.given_words, a.given_lead)
    ):
        return 2
    if _meet(a.given_roots, b.given_roots):
        return 3
    alike = _spelling(a.given_sound, a.given_spelt, b.given_sound, b.given_spelt)
    if alike == 2 and not (a.given_known and b.given_known):
        return 4
    if one in b.earlier or other in a.earlier:
        return 5
    if one in b.family_words or other in a.family_words:
        return 6
    if alike:
        return 7
    if a.given_initial == b.given_initial and (len(one) == 1 or len(other) == 1):
        return 8
    return 9


def _family_level(a: Prepared, b: Prepared) -> int:
    if a.family is None or b.family is None:
        return 0
    if a.family == b.family:
        return 1
    if _meet(a.family_words, b.family_words):
        return 2
    if _meet(a.family_roots, b.family_roots):
        return 3
    alike = _spelling(a.family_sound, a.family_spelt, b.family_sound, b.family_spelt)
    if alike == 2:
        return 4
    if _meet(a.family_words, b.earlier) or _meet(b.family_words, a.earlier):
        return 5
    if _meet(a.family_words, b.given_words) or _meet(b.family_words, a.given_words):
        return 6
    return 7 if alike else 8


def _due_about(one: int | None, other: int | None) -> bool:
    return one is not None and other is not None and abs(one - other) <= ABOUT_DUE


def _born_level(a: Prepared, b: Prepared) -> int:
    if (a.born_from is None and a.due is None) or (b.born_from is None and b.due is None):
        return 0
    x, y = a.born_digits, b.born_digits
    if x is not None and y is not None:
        if x == y:
            return 1 if x[4:] == "0101" else 2
        if x[:4] == y[:4] and x[4:6] == y[6:] and x[6:] == y[4:6]:
            return 3
        if DamerauLevenshtein.distance(x, y, score_cutoff=1) == 1:
            return 4
        if x[:6] == y[:6]:
            return 7
        if x[4:] == y[4:]:
            return 8
    elif a.born_from is not None and b.born_from is not None:
        if a.born_from <= _last(b) and b.born_from <= _last(a):
            return 5
    elif a.due is not None and a.due == b.due:
        return 2
    elif (
        _due_about(a.born_from if x is not None else None, b.due)
        or _due_about(b.born_from if y is not None else None, a.due)
        or _due_about(a.due, b.due)
    ):
        return 6
    if a.born_from is None or b.born_from is None:
        return 10
    return 9 if a.born_from <= _last(b) + A_YEAR and b.born_from <= _last(a) + A_YEAR else 10


def _last(one: Prepared) -> int:
    return one.born_to if one.born_to is not None else 0


def _sex_level(a: Prepared, b: Prepared) -> int:
    return 0 if a.sex is None or b.sex is None else 1 if a.sex == b.sex else 2


def _household_level(a: Prepared, b: Prepared) -> int:
    if a.kin or b.kin:
        if a.self_kin in b.kin or b.self_kin in a.kin:
            return 1
        if _meet(a.kin, b.kin):
            return 2 if _meet(a.contacts, b.contacts) or _meet(a.postcodes, b.postcodes) else 4
    if _meet(a.contacts, b.contacts):
        return 3
    if a.districts and b.districts:
        if _meet(a.postcodes, b.postcodes):
            return 5 if a.line is not None and a.line == b.line else 6
        if _meet(a.districts, b.districts):
            if _meet(a.sectors, b.sectors):
                return 7
            if a.postcodes and b.postcodes:
                return 8
            return 9 if a.kin and b.kin else 10 if a.contacts and b.contacts else 0
        return 9 if a.kin and b.kin else 10
    return 9 if a.kin and b.kin else 10 if a.contacts and b.contacts else 0


def _school_level(a: Prepared, b: Prepared) -> int:
    return 0 if not a.schools or not b.schools else 1 if _meet(a.schools, b.schools) else 2


def _number_level(one: str | None, other: str | None) -> int:
    if one is None or other is None:
        return 0
    return 1 if one == other else 2 if DamerauLevenshtein.distance(one, other, score_cutoff=1) == 1 else 3


def _numbers_level(a: Prepared, b: Prepared) -> int:
    return 0 if not a.numbers or not b.numbers else 1 if _meet(a.numbers, b.numbers) else 2


def levels_between(a: Prepared, b: Prepared) -> tuple[int, ...]:
    """The index of the level that holds, comparison by comparison, in the order of COMPARISONS."""
    return (
        _given_level(a, b),
        _family_level(a, b),
        _born_level(a, b),
        _sex_level(a, b),
        _household_level(a, b),
        _school_level(a, b),
        _number_level(a.nhs, b.nhs),
        _number_level(a.upn, b.upn),
        _numbers_level(a, b),
    )


def levels_of(one: Likeness, others: Sequence[Likeness]) -> NDArray[np.int8]:
    """Per other and comparison, the index of the level that holds; shape (others, comparisons)."""
    return levels_prepared(prepared(one), [prepared(other) for other in others])


def levels_prepared(a: Prepared, others: Sequence[Prepared]) -> NDArray[np.int8]:
    """See `levels_of`."""
    found = [levels_between(a, b) for b in others]
    return np.array(found, dtype=np.int8).reshape(len(others), len(COMPARISONS))
