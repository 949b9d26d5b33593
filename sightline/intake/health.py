"""Whether a feed is well: it comes in its rhythm, as large as usual, as full as usual, and nothing of it waits too long.
Pure: times, counts and thresholds in; a state and findings out. Each feed is held against its own past alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from statistics import median
from typing import Any

from sightline.definition.kinds.feeds_watched import Usual
from sightline.definition.types import Notice, Partnership
from sightline.intake.filled import shares
from sightline.timescales.london import local_day, parse_moment
from sightline.timescales.spans import Span, parse_span
from sightline.timescales.working import WorkingDays

FEWEST = 3  # records: that many more or fewer is never news


@dataclass(frozen=True, slots=True)
class Arrival:
    """A file that came whole: when, how many rows, how many could not be read, what was filled."""

    id: str
    at: datetime
    rows: int
    quarantined: int = 0
    filled: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    gone: Mapping[str, Any] = field(default_factory=dict)  # what is open and was left out of it (`jobs.gone`)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to tell: of which kind, about what (so that it is told once), since when, and its figures."""

    of: str
    about: str
    since: datetime
    detail: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rhythm:
    """`state`: on-time | late | silent | never | not-expected. `due`: when the next is due, or was."""

    state: str
    due: datetime | None = None
    since: datetime | None = None  # late or silent since


@dataclass(frozen=True, slots=True)
class Volume:
    """Rows of a file against the last like it. `low` and `high` are None where there are too few to judge by."""

    rows: int
    low: int | None = None
    high: int | None = None
    state: str = "not-judged"  # usual | fewer | more | not-judged


@dataclass(frozen=True, slots=True)
class Share:
    """How often a field was filled in the newest file, and usually. Percentages; `usual` is None without a past."""

    name: str  # `record f.field`, `record p.role.detail`
    filled: int
    of: int
    usual: float | None
    fallen: bool

    @property
    def percent(self) -> float:
        return 100 * self.filled / self.of

    @property
    def change(self) -> float | None:
        return None if self.usual is None else self.percent - self.usual


@dataclass(frozen=True, slots=True)
class Limits:
    """The thresholds in force on a day. What a partnership has withdrawn is not in it, and is not noticed."""

    values: Mapping[str, str]
    against: Mapping[str, Usual]

    def span(self, of: str) -> Span | None:
        return parse_span(self.values[of]) if of in self.values else None

    def number(self, of: str) -> float | None:
        return float(self.values[of]) if of in self.values else None

    def usual(self, of: str) -> Usual:
        return self.against.get(of, Usual())


def limits(notices: Mapping[str, Notice], on: date) -> Limits:
    """The thresholds as they stand on a day."""
    values, against = {}, {}
    for notice in notices.values():
        begun = [dated for dated in notice.limit if dated.from_ <= on]
        if begun and (notice.from_ is None or notice.from_ <= on) and (notice.until is None or on <= notice.until):
            values[notice.of] = max(begun, key=lambda dated: dated.from_).is_
            against[notice.of] = notice.against
    return Limits(values, against)


def rhythm(
    every: str,
    last: datetime | None,
    moment: datetime,
    limit: Limits,
    days: WorkingDays,
    *,
    begun: datetime | None = None,
) -> Rhythm:
    """Where a feed stands in its rhythm. `begun`: since when it is expected where nothing has come yet."""
    start = last or begun
    if not every:
        return Rhythm("not-expected")
    if start is None:
        return Rhythm("never")
    span = parse_span(every)
    due = span.due(start, days)
    grace = limit.span("late")
    if grace is None:
        return Rhythm("on-time" if last else "never", due)
    times = limit.number("silent")
    if times is not None:
        silent = grace.due(replace(span, amount=max(int(span.amount * times), 1)).due(start, days), days)
        if moment > silent:
            return Rhythm("silent", due, _after(silent))
    late = grace.due(due, days)
    if moment > late:
        return Rhythm("late", due, _after(late))
    return Rhythm("on-time" if last else "never", due)


def _after(over: datetime) -> datetime:
    """A limit that ends with a day's last second is over at the next: 08:00, not 07:59:59."""
    return over + timedelta(seconds=1) if over.second == 59 else over


def usual_range(past: Sequence[float], times: float, floor: float) -> tuple[float, float]:
    """From and to: the median, and around it so many median absolute deviations, but at least `floor` per cent of it."""
    middle = median(past)
    spread = max(times * median(abs(value - middle) for value in past), middle * floor / 100, FEWEST)
    return max(middle - spread, 0), middle + spread


def volume(rows: int, past: Sequence[int], limit: Limits) -> Volume:
    """A file's size against the last like it, newest first."""
    usual, times = limit.usual("volume"), limit.number("volume")
    past = past[: usual.last]
    if times is None or len(past) < usual.least:
        return Volume(rows)
    low, high = usual_range(past, times, usual.floor)
    state = "fewer" if rows < low else "more" if rows > high else "usual"
    return Volume(rows, int(low), int(-(-high // 1)), state)


def quality(newest: Arrival, past: Sequence[Arrival], limit: Limits) -> list[Share]:
    """Each field's share in the newest file against the median of the last like it. Those that fell come first."""
    usual, points = limit.usual("filled"), limit.number("filled")
    past = past[: usual.last]
    before = [shares(one.filled, [newest.filled]) for one in past]
    found = []
    for name, (filled, of) in shares(newest.filled, [one.filled for one in past]).items():
        known = [100 * one[name][0] / one[name][1] for one in before if name in one and one[name][1] >= usual.rows]
        was = median(known) if len(known) >= usual.least else None
        fallen = was is not None and points is not None and of >= usual.rows and was - 100 * filled / of > points
        found.append(Share(name, filled, of, was, fallen))
    return sorted(found, key=lambda one: (not one.fallen, one.change if one.change is not None else 0.0))


def many_quarantined(newest: Arrival, limit: Limits) -> bool:
    most = limit.number("quarantined")
    enough = newest.rows >= limit.usual("quarantined").rows
    return most is not None and enough and 100 * newest.quarantined > most * newest.rows


def left_out(newest: Arrival, limit: Limits) -> bool:
    most = limit.number("gone")
    return most is not None and int(newest.gone.get("count", 0)) > most


def past_limit(of: str, since: datetime, moment: datetime, limit: Limits, days: WorkingDays) -> datetime | None:
    """Since when something has stood for too long (`waiting`, `stopped`); None where it has not."""
    span = limit.span(of)
    over = span.due(since, days) if span else None
    return over if over is not None and moment > over else None


def findings(
    standing: Rhythm,
    arrivals: Sequence[Arrival],
    oldest: tuple[str, datetime] | None,
    stopped: Sequence[tuple[str, datetime]],
    moment: datetime,
    limit: Limits,
    days: WorkingDays,
) -> list[Finding]:
    """All that is to be told of a feed. `arrivals`: whole files, newest first; `oldest`: the row that waits longest."""
    newest, past = (arrivals[0], arrivals[1:]) if arrivals else (None, ())
    found = []
    if standing.state in ("late", "silent") and standing.since:
        due = standing.due.isoformat() if standing.due else ""
        found.append(Finding(standing.state, f"due {due}", standing.since, {"due": due}))
    for id, at in stopped:
        if since := past_limit("stopped", at, moment, limit, days):
            found.append(Finding("stopped", id, since))
    if newest:
        size = volume(newest.rows, [one.rows for one in past], limit)
        if size.state in ("fewer", "more"):
            detail = {"rows": size.rows, "low": size.low, "high": size.high}
            found.append(Finding("volume", newest.id, newest.at, detail))
        if fallen := [one for one in quality(newest, past, limit) if one.fallen]:
            fields = [[one.name, round(one.usual or 0), round(one.percent)] for one in fallen[:20]]
            found.append(Finding("filled", newest.id, newest.at, {"fields": fields, "more": len(fallen) - len(fields)}))
        if many_quarantined(newest, limit):
            detail = {"rows": newest.rows, "quarantined": newest.quarantined}
            found.append(Finding("quarantined", newest.id, newest.at, detail))
        if left_out(newest, limit):
            detail = {"count": newest.gone["count"], "rows": newest.gone["rows"]}
            found.append(Finding("gone", newest.gone["mark"], newest.at, detail))
    if oldest and (since := past_limit("waiting", oldest[1], moment, limit, days)):
        found.append(Finding("waiting", oldest[0], since, {"oldest": oldest[1].isoformat()}))
    return found


def run_example(partnership: Partnership, notice: Notice, example: dict[str, Any]) -> str | None:
    """Runs an example of a notice: None when it holds, else what came."""
    given: dict[str, Any] = example["given"]
    moment = parse_moment(str(example.get("at", "2025-03-05 12:00")))
    limit, days = limits(partnership.notice, local_day(moment)), WorkingDays()
    past = [float(value) for value in given.get("past", ())]
    now_ = float(given.get("now", 0))
    came = "no"
    match notice.of:
        case "late" | "silent":
            came = rhythm(given["every"], parse_moment(given["last"]), moment, limit, days).state
        case "volume":
            came = (
                notice.of if volume(int(now_), [int(one) for one in past], limit).state in ("fewer", "more") else "no"
            )
        case "filled":
            files = [Arrival("", moment, 100, 0, {"r": {"": 100, "f.x": int(one)}}) for one in [now_, *past]]
            came = notice.of if any(one.fallen for one in quality(files[0], files[1:], limit)) else "no"
        case "quarantined":
            file = Arrival("", moment, int(given["rows"]), int(given["quarantined"]))
            came = notice.of if many_quarantined(file, limit) else "no"
        case "gone":
            file = Arrival("", moment, 1, gone={"count": int(given["count"])})
            came = notice.of if left_out(file, limit) else "no"
        case _:
            since = parse_moment(given["oldest" if notice.of == "waiting" else "stopped"])
            came = notice.of if past_limit(notice.of, since, moment, limit, days) else "no"
    noticed = str(example["noticed"])
    return None if (came if came == notice.of else "no") == noticed else f"noticed: {came}"
