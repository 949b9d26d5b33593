"""The structure, drawn: a box a group, lines from the group of which it is part. A pure function from groups to SVG.

Boxes stand in columns by depth and in rows by order; a box is a link. What is flagged has a dashed frame and a mark, so
nothing is told by colour alone. The table on the same page says all of it in words. No inline style: the content security
policy forbids it. At a narrow window the drawing scrolls within itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDE, HIGH, ACROSS, DOWN = 196, 46, 30, 56
MARGIN = 6
LETTERS, LINES = 26, 2


@dataclass(frozen=True, slots=True)
class Box:
    """A group as it is drawn."""

    id: str
    title: str
    part_of: str
    href: str
    says: str  # for those who hear it: title, chair, flags
    flagged: bool = False


@dataclass(frozen=True, slots=True)
class Drawn:
    """The SVG, what it says in words, and the boxes that stand by themselves (which are not drawn)."""

    svg: str
    summary: str
    alone: tuple[Box, ...]


def draw(boxes: Sequence[Box]) -> Drawn:
    """Draws the groups that hang together. A group whose `part_of` is not among them is a root."""
    there = {box.id: box for box in boxes}
    below: dict[str, list[Box]] = defaultdict(list)
    roots: list[Box] = []
    for box in boxes:
        (below[box.part_of] if box.part_of in there else roots).append(box)
    trees = sorted((root for root in roots if below[root.id]), key=lambda root: -_size(root, below))
    alone = tuple(root for root in roots if not below[root.id])
    parts: list[str] = []
    row, deepest = 0.0, 0
    for root in trees:
        row, deepest = _tree(root, below, 0, row, parts, deepest)[1:]
    width = MARGIN * 2 + (deepest + 1) * (WIDE + ACROSS) - ACROSS
    height = MARGIN * 2 + row * DOWN
    drawn = sum(_size(root, below) for root in trees)
    summary = (
        f"{drawn} groups, each with a line from the group of which it is part. The table below says the same in words."
    )
    svg = (
        f'<svg class="reg" width="{width:g}" height="{height:g}" viewBox="0 0 {width:g} {height:g}" role="group" '
        f'aria-labelledby="structure-summary">{"".join(parts)}</svg>'
    )
    return Drawn(svg if trees else "", summary, alone)


def _size(root: Box, below: dict[str, list[Box]]) -> int:
    return 1 + sum(_size(child, below) for child in below[root.id])


def _tree(
    box: Box, below: dict[str, list[Box]], depth: int, row: float, parts: list[str], deepest: int
) -> tuple[float, float, int]:
    """Draws a group and what is below it from a row on. Returns the row of its own box, the next free row, the depth."""
    place = len(parts)
    children = below[box.id]
    rows = []
    for child in children:
        own, row, deepest = _tree(child, below, depth + 1, row, parts, deepest)
        rows.append(own)
    own = (rows[0] + rows[-1]) / 2 if rows else row
    if not rows:
        row += 1
    x, y = MARGIN + depth * (WIDE + ACROSS), MARGIN + own * DOWN
    for child_row in rows:
        middle, child_middle = y + HIGH / 2, MARGIN + child_row * DOWN + HIGH / 2
        bend = x + WIDE + ACROSS / 2
        parts.append(
            f'<path class="reg-line" d="M{x + WIDE:g} {middle:g}H{bend:g}V{child_middle:g}H{x + WIDE + ACROSS:g}"/>'
        )
    parts.insert(place, _box(box, x, y))  # its own box before those below it: a keyboard walks from above
    return own, row, max(deepest, depth)


def _box(box: Box, x: float, y: float) -> str:
    lines = wrapped(box.title, LETTERS - 3 if box.flagged else LETTERS)
    top = y + HIGH / 2 + (4.5 if len(lines) == 1 else -4)
    text = "".join(f'<tspan x="{x + 10:g}" y="{top + 16 * n:g}">{escape(line)}</tspan>' for n, line in enumerate(lines))
    mark = ""
    if box.flagged:
        mx = x + WIDE - 16
        mark = f'<path class="reg-mark" d="M{mx:g} {y + 5:g}l8 14h-16z"/>'
        mark += f'<path class="reg-bang" d="M{mx:g} {y + 9.5:g}v5m0 1.4v1.4"/>'
    return (
        f'<a class="reg-box{" reg-flagged" if box.flagged else ""}" href="{escape(box.href)}"><title>{escape(box.says)}</title>'
        f'<rect x="{x:g}" y="{y:g}" width="{WIDE}" height="{HIGH}"/><text>{text}</text>{mark}</a>'
    )


def wrapped(title: str, letters: int = LETTERS) -> list[str]:
    """The title in at most two lines; what does not fit is cut with an ellipsis (the link's own name has all of it)."""
    lines = [""]
    for word in title.split():
        if not lines[-1] or len(lines[-1]) + 1 + len(word) <= letters:
            lines[-1] = f"{lines[-1]} {word}".strip()
        else:
            lines.append(word)
    if len(lines) > LINES:
        last = lines[LINES - 1]
        lines = [*lines[: LINES - 1], (last if len(last) < letters else last[: letters - 1]) + "…"]
    return lines
