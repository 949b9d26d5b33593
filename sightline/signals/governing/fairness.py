"""Whether a rule is fair, counted; and what of it may be shown. Pure.

    tallies = count(children, fired)            of one rule, one period, one grouping -> by group: how many of each kind
    table = published(tallies, grouping, 5)     what may be shown of it, or None: too few
    relative(table, least=10)                   each group's rate against all other children's

**Nothing that is shown can be undone by subtraction**, because nothing is left out of a table: what is too small is put
together with others before anything is shown. A table parts all children into cells (its groups, by what became of the
signal), and every cell of it holds at least `fewest` children; so whatever is added or subtracted is made of whole cells.
The ways in which groups may be put together are declared, from fine to coarse, and the first that will do is taken: which
one it is depends on the figures, and tells no more than that some cell of a finer one was too small. A rule has one table a
grouping and period; periods never overlap, and none is counted anew.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import exp, log, sqrt
from statistics import median
from typing import Any, NamedTuple

from sightline.definition.kinds.oversight import Grouping

NONE, ACTED, COVERED, DISMISSED, WAITING = "none", "acted", "covered", "dismissed", "waiting"
OUTCOMES = (ACTED, COVERED, DISMISSED, WAITING)  # what became of a child of whom the rule told; of several, the first
FIRED, NOT_ACTED = "fired", "not-acted"
# How much is told of what became of it, from much to little: a name in the table, and what stands behind it.
COLUMNS: tuple[Mapping[str, tuple[str, ...]], ...] = (
    {one: (one,) for one in OUTCOMES},
    {ACTED: (ACTED,), NOT_ACTED: (COVERED, DISMISSED, WAITING)},
    {FIRED: OUTCOMES},
)
Z = 1.959964  # of 95 per cent
LEAST_MEDIAN = 10  # days of so many children before a median is told
Tallies = Mapping[str, Mapping[str, int]]  # by group, what became of it (`none`: not told of): children


@dataclass(frozen=True, slots=True)
class Row:
    """A group, or several put together: children with an open chronology, of how many the rule told, what became of it."""

    groups: tuple[str, ...]
    children: int
    fired: int
    became: Mapping[str, int]  # by column of the table; empty where only `fired` is told
    lead: int | None = None  # days, the median: from when it could be seen to a turning point

    @property
    def rate(self) -> float:
        return self.fired / self.children

    @property
    def yielded(self) -> float | None:
        """The share that somebody acted on."""
        return self.became[ACTED] / self.fired if ACTED in self.became else None


@dataclass(frozen=True, slots=True)
class Table:
    """What may be shown: every cell of it holds at least `fewest` children."""

    rows: tuple[Row, ...]
    columns: tuple[str, ...]
    coarser: int  # how many steps of putting together it took

    def as_dict(self) -> dict[str, Any]:
        rows = [[list(r.groups), r.children, r.fired, dict(r.became), r.lead] for r in self.rows]
        return {"rows": rows, "columns": list(self.columns), "coarser": self.coarser}

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> Table:
        rows = [
            Row(tuple(groups), children, fired, became, lead) for groups, children, fired, became, lead in kept["rows"]
        ]
        return cls(tuple(rows), tuple(kept["columns"]), kept["coarser"])


class Relative(NamedTuple):
    """A group's rate over that of all other children, and between what it may truly be (95 per cent)."""

    groups: tuple[str, ...]
    times: float
    low: float
    high: float

    def over(self, most: float) -> bool:
        """Whether it is higher than may go unexplained, and more than chance would make."""
        return self.times > most and self.low > 1

    def under(self, most: float) -> bool:
        """Whether the group is told of so much more seldom: it may be overlooked."""
        return self.times < 1 / most and self.high < 1


def outcome(answers: Iterable[str]) -> str:
    """What became of a child of whom a rule told several times: acted on, if it ever was."""
    found = set(answers)
    if "acted" in found:
        return ACTED
    if "covered" in found:
        return COVERED
    return DISMISSED if found & {"not-relevant", "wrong"} else WAITING


def count(groups: Mapping[Any, str], fired: Mapping[Any, str]) -> dict[str, Counter[str]]:
    """`groups`: the group of each child with an open chronology; `fired`: what became of it, for those of whom it told."""
    found: dict[str, Counter[str]] = {}
    for child, group in groups.items():
        found.setdefault(group, Counter())[fired.get(child, NONE)] += 1
    return found


def published(
    tallies: Tallies, grouping: Grouping, fewest: int, leads: Mapping[str, Iterable[int]] | None = None
) -> Table | None:
    """The finest table of which every cell holds at least so many; None where not even the coarsest of two groups does.

    `leads`: by group, days from when it could be seen to a turning point.
    """
    for coarser, step in enumerate(grouping.steps()):
        if len(step) < 2:
            continue
        cells = [_together(tallies, some) for some in step]
        for columns in COLUMNS:
            kinds = ((NONE,), *columns.values())
            if all(sum(cell[one] for one in kind) >= fewest for cell in cells for kind in kinds):
                rows = [_row(some, cell, columns, leads or {}) for some, cell in zip(step, cells, strict=True)]
                return Table(tuple(rows), tuple(columns), coarser)
    return None


def whole(children: int, became: Mapping[str, int], leads: Iterable[int]) -> Row:
    """All children together, by no group: what became of each of whom the rule told is shown as it is."""
    cell = Counter({one: became.get(one, 0) for one in OUTCOMES})
    cell[NONE] = children - cell.total()
    return _row((), cell, COLUMNS[0], {"": list(leads)})


def _together(tallies: Tallies, some: Iterable[str]) -> Counter[str]:
    found: Counter[str] = Counter()
    for group in some:
        found.update(tallies.get(group, {}))
    return found


def _row(
    some: tuple[str, ...],
    cell: Counter[str],
    columns: Mapping[str, tuple[str, ...]],
    leads: Mapping[str, Iterable[int]],
) -> Row:
    became = {} if FIRED in columns else {name: sum(cell[one] for one in kind) for name, kind in columns.items()}
    days = [day for group in (some or ("",)) for day in leads.get(group, ())]
    lead = round(median(days)) if len(days) >= LEAST_MEDIAN else None
    return Row(some, cell.total(), sum(cell[one] for one in OUTCOMES), became, lead)


def relative(table: Table, least: int) -> list[Relative | None]:
    """For each row: its rate against all other children's; None where fewer than `least` were told of on either side.

    The interval is that of a ratio of two shares: log ± 1.96 √(1/a - 1/A + 1/b - 1/B).
    """
    found: list[Relative | None] = []
    children, fired = sum(row.children for row in table.rows), sum(row.fired for row in table.rows)
    for row in table.rows:
        others, theirs = children - row.children, fired - row.fired
        if min(row.fired, theirs) < least:
            found.append(None)
            continue
        times = row.rate / (theirs / others)
        wide = Z * sqrt(1 / row.fired - 1 / row.children + 1 / theirs - 1 / others)
        found.append(Relative(row.groups, times, exp(log(times) - wide), exp(log(times) + wide)))
    return found
