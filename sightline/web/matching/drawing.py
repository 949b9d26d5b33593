"""A share of each group as a dot with the range in which it may truly be. A pure function from counts to SVG.

The average is a line, and a group too far below it a square with a sign, so that colour is not needed; the table beside
it says the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import NamedTuple

WIDTH, LEFT, RIGHT, ROW, TOP, FOOT = 720, 250, 16, 26, 12, 34
MOST_LETTERS = 34


class Line(NamedTuple):
    """A group: its title, its share and the range of it (0 to 1), and whether it is too far below the average."""

    title: str
    value: float
    low: float
    high: float
    far: bool


def draw(lines: Sequence[Line], average: float, says: str, most: float = 1.0) -> str:
    """Groups from above to below in the order given. Empty without any. `most`: the share at the right end."""
    if not lines:
        return ""
    height, lowest = TOP + ROW * len(lines) + FOOT, min([average, *(line.low for line in lines)])
    start = max(0.0, int(lowest * 20) / 20 - (0.05 if lowest > 0.9 and lowest * 20 % 1 < 0.2 else 0.0))
    room = WIDTH - LEFT - RIGHT

    def x(value: float) -> float:
        return LEFT + room * (value - start) / (most - start or 1)

    bottom, parts = TOP + ROW * len(lines), []
    for tick in range(5):
        value = start + (most - start) * tick / 4
        parts.append(f'<path class="pic-grid" d="M{x(value):.1f} {TOP}V{bottom}"/>')
        anchor = "end" if tick == 4 else "middle"
        parts.append(
            f'<text class="pic-when" x="{x(value):.1f}" y="{bottom + 18}" text-anchor="{anchor}">{100 * value:.4g} %</text>'
        )
    parts.append(f'<path class="pic-average" d="M{x(average):.1f} {TOP - 4}V{bottom}"/>')
    for at, line in enumerate(lines):
        y = TOP + ROW * (at + 0.5)
        title = line.title if len(line.title) <= MOST_LETTERS else line.title[: MOST_LETTERS - 1] + "…"
        told = f"{line.title}: {100 * line.value:.1f} %, between {100 * line.low:.1f} and {100 * line.high:.1f} %"
        words = f'<text class="pic-says" x="{LEFT - 12}" y="{y + 5:.1f}" text-anchor="end">{escape(title)}</text>'
        parts.append(f"<g><title>{escape(told)}</title>{words}")
        parts.append(f'<path class="pic-range" d="M{x(line.low):.1f} {y:.1f}H{x(line.high):.1f}"/>')
        at_x = x(line.value)
        if line.far:
            parts.append(f'<rect class="pic-far" x="{at_x - 6:.1f}" y="{y - 6:.1f}" width="12" height="12"/>')
            parts.append(f'<text class="pic-says" x="{at_x - 12:.1f}" y="{y + 5:.1f}" text-anchor="end">!</text></g>')
        else:
            parts.append(f'<circle class="pic-dot" cx="{at_x:.1f}" cy="{y:.1f}" r="5"/></g>')
    return (
        f'<svg class="pic-groups" viewBox="0 0 {WIDTH} {height}" role="img" '
        f'aria-label="{escape(says)}; the table below says the same">{"".join(parts)}</svg>'
    )  # fmt: skip
