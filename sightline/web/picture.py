"""The picture: one lane an agency, one mark a fact, time from left to right. A pure function from marks to SVG.

Marks differ in shape, never in colour alone. Each is a link, in order of time, so that a keyboard and a screen reader
walk it as the eye does. Where marks would cover one another they stand in rows within their lane; nothing is left out.
There is no text among the marks, so none can overlap: words are in the lanes' names, the axis, each link's name and
the list below. What a warning sign rests on stands in a dashed frame; its caption stands above the lanes, in rows, so
that captions do not cover one another.

The SVG is as wide as its drawing: at a narrow window it scrolls within itself, from the newest backwards (the style
sheet). No inline style, so that the strict content security policy holds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from html import escape

from sightline.web.words import MONTHS, SHORT, counted, day_short, london

WIDTH, LEFT, RIGHT = 990, 14, 22
TOP, AXIS = 20, 26
LANE, ROW = 40, 17  # height of a lane, and of each further row in it
APART = 17  # marks of one row are at least so far apart
MOST_ROWS = 6
CAPTION, MOST_CAPTIONS = 20, 4  # height of a row of captions; rows at most
LETTER = 7.3  # about as wide is a letter of a caption

SHAPES = {  # drawn around 0,0
    "event": '<path d="M0-9.5 9.5 0 0 9.5-9.5 0z"/>',
    "ordinary": '<circle r="6.5"/>',
    "context": '<circle r="4.5"/>',
    "strength": '<path d="M0-9.5 2.8-3.5 9.3-2.9 4.4 1.5 5.8 8 0 4.6-5.8 8-4.4 1.5-9.3-2.9-2.8-3.5z"/>',
    "pointer": '<circle r="7"/>',
}
LEGEND = (
    ("event", "somebody was harmed, missing or accused"),
    ("ordinary", "other records"),
    ("context", "context only"),
    ("strength", "what is working"),
    ("pointer", "held, but you cannot open it"),
)


@dataclass(frozen=True, slots=True)
class Mark:
    """One fact: where it stands, its shape, what it says, where it leads."""

    lane: str
    shape: str  # event | ordinary | context | strength | pointer
    at: datetime
    says: str
    href: str


@dataclass(frozen=True, slots=True)
class Band:
    """Something open for a while: a plan, a service."""

    lane: str
    since: datetime
    until: datetime | None
    says: str


@dataclass(frozen=True, slots=True)
class Frame:
    """The time in which the facts of a warning sign lie, and what it says."""

    since: datetime
    until: datetime
    says: str


@dataclass(frozen=True, slots=True)
class Drawn:
    """The lanes' names with their heights (as rows, 1 to 6), the SVG, what it says in words, and the shapes in use."""

    lanes: tuple[tuple[str, int], ...]
    svg: str
    summary: str
    legend: tuple[tuple[str, str, int, str], ...]  # shape, its SVG, how many, words
    bands: bool
    captions: int = 0  # rows of captions above the lanes, 0 to 4
    frames: tuple[str, ...] = ()  # what the frames say


def draw(
    marks: Sequence[Mark],
    lanes: Iterable[tuple[str, str]],
    *,
    today: date,
    bands: Sequence[Band] = (),
    frames: Sequence[Frame] = (),
    known_on: bool = False,
) -> Drawn:
    """Draws marks (any order) on the lanes that have any; `lanes` are (id, title) in their order."""
    marks = sorted(marks, key=lambda m: m.at)
    used = {mark.lane for mark in marks}
    lanes = [(lane, title) for lane, title in lanes if lane in used]
    first = min((london(mark.at).date() for mark in marks), default=today)
    last = max([today, *(london(mark.at).date() for mark in marks)])
    scale = _Scale(_month_start(first, last), last)

    rows, count = _rows(marks, scale)
    captioned = _captions(frames, scale, scale.today_x(today))
    captions = max((one.row + 1 for one in captioned), default=0)
    top = TOP + CAPTION * captions
    tops: dict[str, float] = {}
    y = float(top)
    for lane, _ in lanes:
        tops[lane] = y
        y += LANE + ROW * (count[lane] - 1)
    bottom = y

    parts = [one.rect(bottom) for one in captioned] + [_grid(scale, top, bottom)] + [one.text() for one in captioned]
    for lane, _ in lanes:
        middle = tops[lane] + LANE / 2
        for row in range(count[lane]):
            parts.append(f'<path class="pic-line{" pic-more" if row else ""}" d="M0 {middle + ROW * row:g}H{WIDTH}"/>')
    for band in bands:
        if band.lane in tops:
            x1 = scale(band.since)
            x2 = scale(band.until) if band.until else scale.today_x(today)
            if x2 > x1:
                parts.append(
                    f'<rect class="pic-band" x="{x1:.1f}" y="{tops[band.lane] + LANE / 2 - 5:g}" '
                    f'width="{max(x2 - x1, 2):.1f}" height="10"><title>{escape(band.says)}</title></rect>'
                )
    x = scale.today_x(today)
    parts.append(
        f'<path class="pic-today" d="M{x:.1f} {TOP - 4}V{bottom:g}"/>'
        f'<text class="pic-now" x="{x:.1f}" y="12" text-anchor="{"end" if x > WIDTH - 40 else "middle"}">'
        f"{'as known on' if known_on else 'today'}</text>"
    )
    for mark, row in zip(marks, rows, strict=True):
        parts.append(
            f'<a class="m {mark.shape}" href="{escape(mark.href)}" '
            f'transform="translate({scale(mark.at):.1f} {tops[mark.lane] + LANE / 2 + ROW * row:g})">'
            f'<title>{escape(mark.says)}</title><circle class="halo" r="12"/>{SHAPES[mark.shape]}</a>'
        )
    height = bottom + AXIS
    summary = says(marks, [title for _, title in lanes])
    svg = (
        f'<svg class="pic" width="{WIDTH}" height="{height:g}" viewBox="0 0 {WIDTH} {height:g}" role="group" '
        f'aria-labelledby="picture-summary">{"".join(parts)}</svg>'
    )
    numbers = Counter(mark.shape for mark in marks)
    legend = tuple((shape, SHAPES[shape], numbers[shape], words) for shape, words in LEGEND if numbers[shape])
    named = tuple((title, count[lane]) for lane, title in lanes)
    return Drawn(named, svg, summary, legend, bool(bands), captions, tuple(frame.says for frame in frames))


def says(marks: Sequence[Mark], lanes: Sequence[str]) -> str:
    """The picture in a sentence: how many, of how many senders' lanes, from when to when."""
    if not marks:
        return "Nothing to draw yet."
    ordered = sorted(marks, key=lambda m: m.at)
    first, last = london(ordered[0].at), london(ordered[-1].at)
    when = f"{MONTHS[first.month - 1]} {first.year}"
    if (first.year, first.month) != (last.year, last.month):
        when += f" to {MONTHS[last.month - 1]} {last.year}"
    return f"{counted(len(marks), 'entry', 'entries')} in {counted(len(lanes), 'lane')}, {when}."


class _Scale:
    """From moments to places, linear: a year is as long here as there."""

    def __init__(self, start: date, end: date) -> None:
        self.start, self.end = start, end
        self.days = max((end - start).days + 1, 28)

    def __call__(self, moment: datetime) -> float:
        at = london(moment)
        days = (at.date() - self.start).days + (at.hour * 60 + at.minute) / 1440
        return LEFT + min(max(days / self.days, 0), 1) * (WIDTH - LEFT - RIGHT)

    def of_day(self, day: date) -> float:
        return LEFT + (day - self.start).days / self.days * (WIDTH - LEFT - RIGHT)

    def today_x(self, today: date) -> float:
        return min(self.of_day(today + timedelta(days=1)), WIDTH - RIGHT + 8)


def _month_start(first: date, last: date) -> date:
    """The axis begins with a month; a short story gets at least two months of room."""
    first = min(first, last - timedelta(days=45))
    return first.replace(day=1)


def _rows(marks: Sequence[Mark], scale: _Scale) -> tuple[list[int], dict[str, int]]:
    """Each mark's row within its lane: the first where it touches no other; past six, the emptiest."""
    ends: dict[str, list[float]] = {}
    rows = []
    for mark in marks:
        x = scale(mark.at)
        lane = ends.setdefault(mark.lane, [])
        row = next((n for n, end in enumerate(lane) if x - end >= APART), None)
        if row is None and len(lane) < MOST_ROWS:
            row = len(lane)
            lane.append(x)
        elif row is None:
            row = min(range(MOST_ROWS), key=lambda n: lane[n])
        lane[row] = x
        rows.append(row)
    return rows, {lane: len(ends_) for lane, ends_ in ends.items()}


@dataclass(frozen=True, slots=True)
class _Caption:
    """A frame with the row of its caption, or -1 where there is no room for one (its words are in the list)."""

    frame: Frame
    row: int
    left: float
    right: float
    x: float
    anchor: str  # start | end
    words: str

    @property
    def baseline(self) -> float:
        return TOP + CAPTION * self.row + 12

    def rect(self, bottom: float) -> str:
        top = self.baseline + 5 if self.row >= 0 else TOP
        return (
            f'<rect class="pic-frame" x="{self.left:.1f}" y="{top:g}" width="{self.right - self.left:.1f}" '
            f'height="{bottom - 2 - top:g}"><title>{escape(self.frame.says)}</title></rect>'
        )

    def text(self) -> str:
        if self.row < 0:
            return ""
        return (
            f'<text class="pic-says" x="{self.x:.1f}" y="{self.baseline:g}" text-anchor="{self.anchor}">'
            f"{escape(self.words)}</text>"
        )


def _captions(frames: Sequence[Frame], scale: _Scale, today_x: float) -> list[_Caption]:
    """Each frame's caption begins or ends with it, in the first row where it covers no other."""
    taken: list[list[tuple[float, float]]] = []
    found = []
    for n, frame in enumerate(frames):
        inset = 3 * (n % MOST_CAPTIONS)  # two signs may rest on the same days
        left = max(scale(frame.since) - 17 + inset, 1)
        right = min(scale(frame.until) + 17 - inset, WIDTH - 1)
        at_end = left + right > WIDTH
        most = int((WIDTH - 30) / LETTER)
        words = frame.says if len(frame.says) <= most else frame.says[: most - 1].rsplit(" ", 1)[0] + "…"
        wide = len(words) * LETTER
        if at_end:
            x = right if right < today_x - 4 else min(right, today_x - 5)
            x = max(x, wide + 2)
            reach = (x - wide, x)
        else:
            x = min(left, WIDTH - 30 - wide)
            reach = (x, x + wide)
        row = next(
            (r for r, there in enumerate(taken) if all(reach[1] + 12 < a or reach[0] - 12 > b for a, b in there)),
            len(taken),
        )
        if row >= MOST_CAPTIONS:
            row = -1
        elif row == len(taken):
            taken.append([reach])
        else:
            taken[row].append(reach)
        found.append(_Caption(frame, row, left, right, x, "end" if at_end else "start", words))
    return found


def _grid(scale: _Scale, top: float, bottom: float) -> str:
    """Lines and words of the axis, as many as fit: months, quarters, half years, years or every few years."""
    months = scale.days / 30.44
    step = next((s for s in (1, 2, 3, 6, 12, 24, 60) if months / s <= 14), 120)
    at, parts = scale.start, []
    while (at.year * 12 + at.month - 1) % step:
        at = _next_month(at)
    while at <= scale.end:
        x = scale.of_day(at)
        parts.append(f'<path class="pic-grid" d="M{x:.1f} {top:g}V{bottom:g}"/>')
        if x < WIDTH - 60:
            parts.append(
                f'<text class="pic-when" x="{x + 3:.1f}" y="{bottom + 16:g}">{_label(at, step, not parts[1:])}</text>'
            )
        for _ in range(step):
            at = _next_month(at)
    return "".join(parts)


def _label(at: date, step: int, first: bool) -> str:
    if step >= 12:
        return str(at.year)
    return f"{SHORT[at.month - 1]} {at.year}" if first or at.month == 1 else SHORT[at.month - 1]


def _next_month(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def mark_words(lane: str, says_: str, at: datetime) -> str:
    """The name of a mark's link: `10 Mar 2025, Health: A&E attendance`."""
    return f"{day_short(london(at))}, {lane}: {says_}"
