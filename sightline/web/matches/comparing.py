"""Two people side by side, line by line: what each agency holds, how it agrees in words, and what that weighs. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sightline.identity.linkage.comparing import COMPARISONS, NULL
from sightline.identity.match_types import Knot, PairView
from sightline.identity.types import Held
from sightline.intake.types import Details
from sightline.web.matches.weights import Line, lines
from sightline.web.words import iso_words, listed

Words = Callable[[str, str], str]  # code list, code -> words
NOT_OPEN = "held; not open to you"
NOT_GIVEN = "not given"


@dataclass(frozen=True, slots=True)
class Cell:
    """What one side says of one thing. `also`: what others who hold the same person say otherwise."""

    value: str
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Compared:
    """One line of the page."""

    title: str
    one: Cell
    other: Cell
    says: str  # how the two agree, in words
    differs: bool
    line: Line | None  # what it weighs; None where nothing of it is weighed


@dataclass(frozen=True, slots=True)
class Column:
    """One of several people, in a column."""

    name: str
    agencies: str
    person: object
    this: bool  # one of the two of this page
    values: tuple[str, ...]


def told(d: Details, titles: dict[str, str], words: Words) -> dict[str, tuple[str, ...]]:
    """What an agency holds of somebody, in words, by the comparison that reads it."""
    home = ", ".join((*d.lines, d.postcode) if d.postcode else d.lines)
    born = iso_words(d.born) or (f"expected {iso_words(d.expected)}" if d.expected else "")
    found = {
        "given-name": (d.given,),
        "family-name": (d.family,),
        "birth-date": (born,),
        "sex": (words("sex", d.sex),),
        "household": (home, d.phone, d.email),
        "school": (titles.get(d.school, d.school),),
        "nhs-number": (spaced(d.nhs_number),),
        "upn": (d.upn,),
        "number": (d.local_id,),
    }
    return {name: tuple(value for value in values if value) for name, values in found.items()}


def unweighed(d: Details, words: Words) -> dict[str, str]:
    """What is shown and never weighed."""
    return {"Ethnicity": words("ethnicity", d.ethnicity), "Language": d.language}


def spaced(number: str) -> str:
    """`999 000 0018`, where it is ten digits."""
    plain = "".join(number.split())
    return f"{plain[:3]} {plain[3:6]} {plain[6:]}" if len(plain) == 10 and plain.isdigit() else number


def side_by_side(view: PairView, titles: dict[str, str], words: Words) -> list[Compared]:
    """Every line of which either side says something, in the order of the model's comparisons."""
    weighed = lines(view.parts)
    levels = {part.comparison: part.level for part in view.parts}
    one, other = (told(side.details, titles, words) for side in (view.one, view.other))
    found = []
    for comparison in COMPARISONS:
        a, b = one.get(comparison.id, ()), other.get(comparison.id, ())
        line, level = weighed.get(comparison.id), levels.get(comparison.id, NULL)
        if not (a or b) and level == NULL:
            continue
        hidden = level != NULL
        first = _cell(a, hidden, comparison.id, view.with_one, titles, words)
        second = _cell(b, hidden, comparison.id, view.with_other, titles, words)
        if line is None or level == NULL:
            alone = not (a and b) and view.bits is not None
            says = line.says if line and alone else _plainly(a, b)
            found.append(Compared(comparison.title, first, second, says, says == "different", None))
        else:
            found.append(Compared(comparison.title, first, second, line.says, line.weight <= -1, line))
    return found


def beside(view: PairView, words: Words) -> list[Compared]:
    """What each says besides, which the model never reads."""
    one, other = (unweighed(side.details, words) for side in (view.one, view.other))
    return [
        Compared(title, Cell(one[title] or NOT_GIVEN), Cell(other[title] or NOT_GIVEN), "never weighed", False, None)
        for title in one
        if one[title] or other[title]
    ]


def _cell(
    values: Sequence[str], hidden: bool, comparison: str, others: Sequence[Held], titles: dict[str, str], words: Words
) -> Cell:
    mine = {value.casefold() for value in values}
    says: dict[str, list[str]] = {}
    for held in others:
        for value in told(held.details, titles, words).get(comparison, ()):
            if value.casefold() not in mine and comparison != "number":
                says.setdefault(value, []).append(titles.get(held.agency, held.agency))
    also = tuple(f"{value} ({listed(list(dict.fromkeys(agencies)))})" for value, agencies in says.items())
    return Cell("\n".join(values) or (NOT_OPEN if hidden else NOT_GIVEN), also)


def _plainly(a: Sequence[str], b: Sequence[str]) -> str:
    """How two compare that no model has weighed."""
    if not (a and b):
        return "only one says"
    return "the same" if {v.casefold() for v in a} & {v.casefold() for v in b} else "different"


def columns(knot: Knot, view: PairView, titles: dict[str, str], words: Words) -> tuple[list[str], list[Column]]:
    """Everybody who hangs together, each in a column: (titles of the lines, columns)."""
    shown = [one for one in COMPARISONS if one.id != "number"]
    every = []
    for member in knot.members:
        told_by = [told(held.details, titles, words) for held in member.held]
        values = []
        for comparison in shown:
            said = dict.fromkeys(value for one in told_by for value in one.get(comparison.id, ()))
            values.append("\n".join(said))
        names = [f"{held.details.given} {held.details.family}".strip() for held in member.held]
        every.append(
            Column(
                next((name for name in names if name), "Name not known"),
                listed(list(dict.fromkeys(titles.get(held.agency, held.agency) for held in member.held))),
                member.person,
                member.person in (view.person_one, view.person_other),
                tuple(values),
            )
        )
    every.sort(key=lambda column: not column.this)
    kept = [n for n in range(len(shown)) if any(column.values[n] for column in every)]
    for n, column in enumerate(every):
        every[n] = Column(
            column.name, column.agencies, column.person, column.this, tuple(column.values[k] or NOT_GIVEN for k in kept)
        )
    return [shown[n].title for n in kept], every
