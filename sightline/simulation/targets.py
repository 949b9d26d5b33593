"""How much of everything there should be: the figures of a partnership, at the size that is wanted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sightline.definition.types import Figure, Partnership

RATE = 10_000  # a rate is for so many children


class Targets:
    """What the figures ask of a city of so many children. A figure that nobody declared asks for nothing."""

    def __init__(self, partnership: Partnership, children: int) -> None:
        self.figures: Mapping[str, Figure] = partnership.figure
        whole = self.figures["children"].value if "children" in self.figures else 0
        self.children = children
        self.scale = children / whole if whole else 1.0

    @staticmethod
    def children_at(partnership: Partnership, scale: float) -> int:
        """How many children a city of that scale has. Raises ValueError where nobody said how many there are."""
        if "children" not in partnership.figure:
            raise ValueError(f"{partnership.id} declares no figure `children`: say --children instead of --scale")
        return max(1, round(partnership.figure["children"].value * scale))

    def of(self, name: str) -> float:
        """The value at this size: records a year, children, or a percentage."""
        figure = self.figures.get(name)
        if figure is None:
            return 0.0
        if figure.unit == "percent":
            return figure.value
        return figure.value * (self.children / RATE if figure.rate else self.scale)

    def share(self, name: str) -> float:
        return self.of(name) / 100

    def spread(self, a_year: float, fractions: Sequence[float]) -> list[int]:
        """Whole numbers for each year (or part of one) that together are as near as can be to what is asked."""
        found, asked, given = [], 0.0, 0
        for fraction in fractions:
            asked += a_year * fraction
            found.append(round(asked) - given)
            given = round(asked)
        return found
