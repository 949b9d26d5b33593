"""What is compared of two people, level by level, in SQL and in Python: the same pair is at the same level in both. Pure.

`prepared(likeness)` gives the columns (COLUMNS says what each means); a level's `sql` is a condition over two rows of
them, `x_l` and `x_r`, in DuckDB's dialect (`spark` in Spark's); `levels_of` answers the same in Python. The first
level of a comparison is *null* (nothing to compare), the last is *else*.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import DamerauLevenshtein, JaroWinkler

from sightline.identity.linkage.names import in_use, roots, sound
from sightline.identity.linkage.types import Likeness

# Between two likenesses that words can have, so that no rounding decides: `robinson` and `robinsom` 0.95.
ALIKE = 0.8799999
ABOUT_DUE = 42  # days between when a child was expected and when it was born
OF_HALF = 5  # letters, of which half must agree for an address line to be the same


class Prepared(NamedTuple):
    """One likeness as it is compared. Names of fields are the names of columns."""

    given: str | None
    given_words: tuple[str, ...]
    given_lead: tuple[str, ...]
    given_roots: tuple[str, ...]
    given_sound: str | None
    given_spelt: str | None
    given_initial: str | None
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
    "given_roots": "VARCHAR[]: the called name and every name that it may stand for",
    "given_sound": "VARCHAR: how the called name sounds",
    "given_spelt": "VARCHAR: the called name where it is in plain Latin letters and longer than one",
    "given_initial": "VARCHAR: its first letter",
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
    "postcodes": "VARCHAR[]: every postcode told",
    "sectors": "VARCHAR[]: the same without their last two letters",
    "districts": "VARCHAR[]: the same without their last three",
    "line": "VARCHAR: first line of the latest address, letters and digits",
    "contacts": "VARCHAR[]: every phone number and e-mail address",
    "kin": "VARCHAR[]: family told with them, `given|family|born`, only where all three are known",
    "self_kin": "VARCHAR: how they would stand in another's `kin`",
    "schools": "VARCHAR[]: every school told",
    "nhs": "VARCHAR",
    "upn": "VARCHAR",
    "numbers": "VARCHAR[]: other numbers of five characters or more",
}


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
        return sql.replace("jaro_winkler_similarity(", "jaro_winkler(")


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


def _either(sql: str) -> str:
    """The condition one way round or the other."""
    return f"({sql} or {sql.replace('_l', '_#').replace('_r', '_l').replace('_#', '_r')})"


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
            Level("variant", "A short form or another spelling of one name", "list_has_any(given_roots_l, given_roots_r)", tf=0.5),
            Level(
                "near",
                "Sounds alike, or is spelt nearly alike",
                f"(given_sound_l = given_sound_r or jaro_winkler_similarity(given_spelt_l, given_spelt_r) >= {ALIKE})",
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
            Level(
                "initial",
                "Only an initial, and it is the same letter",
                "given_initial_l = given_initial_r and (given_spelt_l is null or given_spelt_r is null)",
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
            Level(
                "near",
                "Sounds alike, or is spelt nearly alike",
                f"(family_sound_l = family_sound_r or jaro_winkler_similarity(family_spelt_l, family_spelt_r) >= {ALIKE})",
                tf=0.5,
            ),
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
            Level("same", "The same birth date", "born_l = born_r"),
            Level(
                "turned",
                "Day and month change places",
                "(length(born_l) = length(born_r) and substr(born_digits_l, 1, 4) = substr(born_digits_r, 1, 4)"
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
                f"(abs(born_from_l - due_r) <= {ABOUT_DUE} or abs(born_from_r - due_l) <= {ABOUT_DUE}"
                f" or abs(due_l - due_r) <= {ABOUT_DUE})",
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
                "(born_from_l <= born_to_r + 366 and born_from_r <= born_to_l + 366)",
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
                "(len(postcodes_l) = 0 or len(postcodes_r) = 0) and (len(contacts_l) = 0 or len(contacts_r) = 0)"
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
            Level("district", "The same part of town", "list_has_any(districts_l, districts_r)"),
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


def _days(born: str, about: str) -> tuple[int | None, int | None]:
    """First and last day (ordinals) on which somebody may be born."""
    if not born:
        from sightline.timescales.partial import parse_partial

        if not about:
            return None, None
        try:
            found = parse_partial(about)
        except ValueError:
            return None, None
        return found.earliest.toordinal(), found.latest.toordinal()
    if len(born) == 10:
        day = date.fromisoformat(born).toordinal()
        return day, day
    if len(born) == 7:
        year, month = int(born[:4]), int(born[5:])
        first = date(year, month, 1).toordinal()
        after = date(year + month // 12, month % 12 + 1, 1).toordinal()
        return first, after - 1
    return date(int(born), 1, 1).toordinal(), date(int(born), 12, 31).toordinal()


_days_of = lru_cache(maxsize=50_000)(_days)


@lru_cache(maxsize=50_000)
def _given(given: tuple[str, ...]) -> tuple[Any, ...]:
    before = in_use().before
    lead = tuple(w for w in given if w in before)
    rest = tuple(w for w in given if w not in before)
    if not rest:
        lead, rest = (), lead
    if not rest:
        return None, (), (), (), None, None, None
    called = rest[0]
    spelt = called if called.isascii() and len(called) > 1 else None
    heard = sound(called) if len(called) > 1 else None
    return called, rest, lead, roots(called) if len(called) > 1 else (called,), heard, spelt, called[0]


@lru_cache(maxsize=50_000)
def _family(family: tuple[str, ...]) -> tuple[Any, ...]:
    particles = in_use().particles
    rest = tuple(w for w in family if w not in particles) or family
    if not rest:
        return None, (), (), None, None
    together = "".join(rest)
    meant = tuple(sorted({r for w in rest for r in roots(w)}))
    return " ".join(rest), rest, meant, sound(together), together if together.isascii() else None


def prepared(one: Likeness) -> Prepared:
    """The columns of a likeness."""
    given, family = _given(one.given), _family(one.family)
    born = one.born if len(one.born) == 10 else None
    first, last = _days_of(one.born, one.about_age)
    due = date.fromisoformat(one.expected).toordinal() if one.expected and not one.born else None
    return Prepared(
        *given,
        *family,
        one.other_names,
        born,
        born.replace("-", "") if born else None,
        first,
        last,
        due,
        one.sex or None,
        one.postcodes,
        tuple(dict.fromkeys(p[:-2] for p in one.postcodes if len(p) > 4)),
        tuple(dict.fromkeys(p[:-3] for p in one.postcodes if len(p) > 4)),
        one.lines or None,
        (*one.phones, *one.emails),
        tuple(k for k in one.kin if len(k.rpartition("|")[2]) == 10),
        f"{one.given[0]}|{' '.join(one.family)}|{born}" if one.given and one.family and born else None,
        one.schools,
        one.nhs or None,
        one.upn or None,
        tuple(n for n in one.numbers if len(n) > 4),
    )


def _meet(one: Sequence[str], other: Sequence[str]) -> bool:
    return any(x in other for x in one)


def _alike(one: str | None, other: str | None) -> bool:
    return one is not None and other is not None and JaroWinkler.similarity(one, other) >= ALIKE


def _given_level(a: Prepared, b: Prepared) -> int:
    if a.given is None or b.given is None:
        return 0
    if a.given == b.given:
        return 1
    if (
        a.given in b.given_words
        or b.given in a.given_words
        or _meet(a.given_words, b.given_lead)
        or _meet(b.given_words, a.given_lead)
    ):
        return 2
    if _meet(a.given_roots, b.given_roots):
        return 3
    if (a.given_sound is not None and a.given_sound == b.given_sound) or _alike(a.given_spelt, b.given_spelt):
        return 4
    if a.given in b.earlier or b.given in a.earlier:
        return 5
    if a.given in b.family_words or b.given in a.family_words:
        return 6
    if a.given_initial == b.given_initial and (a.given_spelt is None or b.given_spelt is None):
        return 7
    return 8


def _family_level(a: Prepared, b: Prepared) -> int:
    if a.family is None or b.family is None:
        return 0
    if a.family == b.family:
        return 1
    if _meet(a.family_words, b.family_words):
        return 2
    if _meet(a.family_roots, b.family_roots):
        return 3
    if a.family_sound == b.family_sound or _alike(a.family_spelt, b.family_spelt):
        return 4
    if _meet(a.family_words, b.earlier) or _meet(b.family_words, a.earlier):
        return 5
    if _meet(a.family_words, b.given_words) or _meet(b.family_words, a.given_words):
        return 6
    return 7


def _near(one: int | None, other: int | None) -> bool:
    return one is not None and other is not None and abs(one - other) <= ABOUT_DUE


def _born_level(a: Prepared, b: Prepared) -> int:
    if (a.born_from is None and a.due is None) or (b.born_from is None and b.due is None):
        return 0
    x, y = a.born_digits, b.born_digits
    if x is not None and y is not None:
        if x == y:
            return 1 if x.endswith("0101") else 2
        if x[:4] == y[:4] and x[4:6] == y[6:] and x[6:] == y[4:6]:
            return 3
        if DamerauLevenshtein.distance(x, y, score_cutoff=1) == 1:
            return 4
    span = a.born_from is not None and b.born_from is not None
    if span and (x is None or y is None) and a.born_from <= b.born_to and b.born_from <= a.born_to:  # type: ignore[operator]
        return 5
    if _near(a.born_from, b.due) or _near(b.born_from, a.due) or _near(a.due, b.due):
        return 6
    if x is not None and y is not None:
        if x[:6] == y[:6]:
            return 7
        if x[4:] == y[4:]:
            return 8
    if span and a.born_from <= b.born_to + 366 and b.born_from <= a.born_to + 366:  # type: ignore[operator]
        return 9
    return 10


def _sex_level(a: Prepared, b: Prepared) -> int:
    return 0 if a.sex is None or b.sex is None else 1 if a.sex == b.sex else 2


def _household_level(a: Prepared, b: Prepared) -> int:
    kin = _meet(a.kin, b.kin)
    if a.self_kin in b.kin or b.self_kin in a.kin:
        return 1
    contact, home = _meet(a.contacts, b.contacts), _meet(a.postcodes, b.postcodes)
    if kin:
        return 2 if contact or home else 4
    if contact:
        return 3
    if home:
        return 5 if a.line is not None and a.line == b.line else 6
    if _meet(a.sectors, b.sectors):
        return 7
    if _meet(a.districts, b.districts):
        return 8
    if a.kin and b.kin:
        return 9
    return 10 if (a.postcodes and b.postcodes) or (a.contacts and b.contacts) else 0


def _school_level(a: Prepared, b: Prepared) -> int:
    return 0 if not a.schools or not b.schools else 1 if _meet(a.schools, b.schools) else 2


def _number_level(one: str | None, other: str | None) -> int:
    if one is None or other is None:
        return 0
    return 1 if one == other else 2 if DamerauLevenshtein.distance(one, other, score_cutoff=1) == 1 else 3


def _numbers_level(a: Prepared, b: Prepared) -> int:
    return 0 if not a.numbers or not b.numbers else 1 if _meet(a.numbers, b.numbers) else 2


_LEVELS: tuple[Callable[[Prepared, Prepared], int], ...] = (
    _given_level,
    _family_level,
    _born_level,
    _sex_level,
    _household_level,
    _school_level,
    lambda a, b: _number_level(a.nhs, b.nhs),
    lambda a, b: _number_level(a.upn, b.upn),
    _numbers_level,
)


def levels_of(one: Likeness, others: Sequence[Likeness]) -> NDArray[np.int8]:
    """Per other and comparison, the index of the level that holds; shape (others, comparisons)."""
    return levels_prepared(prepared(one), [prepared(other) for other in others])


def levels_prepared(a: Prepared, others: Sequence[Prepared]) -> NDArray[np.int8]:
    """See `levels_of`."""
    found = [[level(a, b) for level in _LEVELS] for b in others]
    return np.array(found, dtype=np.int8).reshape(len(others), len(COMPARISONS))
