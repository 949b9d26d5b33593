"""A feed's files over time: a bar a file, as high as it had records. A pure function from counts to SVG.

Bars out of the usual range are hatched and carry a sign, so that colour is not needed; the table below says the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from sightline.intake.health import Arrival
from sightline.web.words import day_short, london

WIDTH, HEIGHT, LEFT, TOP, FOOT = 720, 180, 64, 16, 26


def draw(arrivals: Sequence[Arrival], low: int | None = None, high: int | None = None) -> str:
    """Newest on the right. `low` and `high`: the usual range, drawn as a band."""
    shown = list(reversed(arrivals))
    if not shown:
        return ""
    most = max(max(one.rows for one in shown), high or 0, 1)
    room, step = HEIGHT - TOP - FOOT, (WIDTH - LEFT - 8) / max(len(shown), 8)

    def y(rows: float) -> float:
        return TOP + room * (1 - rows / most)

    parts = []
    if low is not None and high is not None:
        parts.append(
            f'<rect class="pic-band" x="{LEFT}" y="{y(high):.1f}" width="{WIDTH - LEFT - 8}" '
            f'height="{max(y(low) - y(high), 1):.1f}"><title>Usually {low:,} to {high:,}</title></rect>'
        )
    for value in dict.fromkeys((0, most)):
        parts.append(f'<path class="pic-grid" d="M{LEFT} {y(value):.1f}H{WIDTH - 8}"/>')
        parts.append(f'<text class="pic-when" x="{LEFT - 8}" y="{y(value) + 5:.1f}" text-anchor="end">{value:,}</text>')
    wide = min(step * 0.6, 30)
    for n, one in enumerate(shown):
        x = LEFT + step * (n + 0.5)
        odd = n == len(shown) - 1 and low is not None and high is not None and not low <= one.rows <= high
        says = f"{day_short(london(one.at))}: {one.rows:,} records"
        parts.append(
            f'<rect class="pic-bar{" pic-odd" if odd else ""}" x="{x - wide / 2:.1f}" y="{y(one.rows):.1f}" '
            f'width="{wide:.1f}" height="{max(TOP + room - y(one.rows), 1):.1f}"><title>{escape(says)}</title></rect>'
        )
        if odd:
            parts.append(f'<text class="pic-says" x="{x:.1f}" y="{y(one.rows) - 4:.1f}" text-anchor="middle">!</text>')
    for place, anchor in ((0, "start"), (len(shown) - 1, "end"))[: 1 if len(shown) < 3 else 2]:
        x = LEFT + step * (place + (0 if anchor == "start" else 1))
        when = day_short(london(shown[place].at))
        parts.append(f'<text class="pic-when" x="{x:.1f}" y="{HEIGHT - 6}" text-anchor="{anchor}">{when}</text>')
    label = f"Records in the last {len(shown)} files; the table below says the same"
    return (
        f'<svg class="pic-files" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{label}">{"".join(parts)}</svg>'
    )
