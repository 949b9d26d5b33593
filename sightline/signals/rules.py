"""When a pattern is complete. Pure."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sightline.definition.types import Partnership, Signal
from sightline.signals.types import Occurrence, RaisedSignal
from sightline.timescales.london import local_day
from sightline.timescales.spans import parse_span


def raised(signal: Signal, occurrences: Iterable[Occurrence]) -> RaisedSignal | None:
    """The signal as the latest complete window makes it, or None.

    Entries of one day are reports of one event and count once. Replayed in the order in which they became known, so
    that `since` is the first moment at which anybody could have seen the pattern.
    """
    counted = [o for o in occurrences if signal.when.count.holds(dict(o.facts))]
    within, starts = parse_span(signal.when.within), dict[datetime, datetime]()
    known: list[Occurrence] = []
    placed: list[tuple[datetime, int]] = []  # when each happened, and its place in `known`: in the order of happening
    found: RaisedSignal | None = None
    for occurrence in sorted(counted, key=lambda o: (o.known, o.happened, o.first)):
        insort(placed, (occurrence.happened, len(known)))
        known.append(occurrence)
        starts.setdefault(occurrence.happened, within.before(occurrence.happened))
        window = [known[place] for _, place in _window(placed, starts, occurrence.happened)]
        days = {local_day(o.happened) for o in window}
        if len(days) < signal.when.at_least:
            continue
        cited = tuple(o.first for o in sorted(window, key=lambda o: (o.happened, o.first)))
        span = (max(days) - min(days)).days + 1
        words = signal.says.replace("{count}", str(len(days))).replace("{days}", str(span))
        since = found.since if found and set(found.citing) & set(cited) else occurrence.known
        found = RaisedSignal(
            signal.id, signal.title, words, signal.may_mean, signal.does_not_mean, since, cited, signal.source
        )
    return found


def _window(
    placed: list[tuple[datetime, int]], starts: Mapping[datetime, datetime], newest: datetime
) -> list[tuple[datetime, int]]:
    """The fullest window of the declared length that holds the newest entry; of several, the one whose last entry was
    known first. `starts`: where a window begins that ends then."""
    best, chosen = (0, 0), (0, 0)
    for happened, place in placed[bisect_left(placed, (newest, -1)) :]:
        if starts[happened] <= newest:
            low, high = bisect_left(placed, (starts[happened], -1)), bisect_right(placed, (happened, len(placed)))
            if (high - low, -place) > best:
                best, chosen = (high - low, -place), (low, high)
    return placed[slice(*chosen)]


def run_example(partnership: Partnership, signal: Signal, example: dict[str, Any]) -> str | None:
    """`{given: [suspect on police-incident on day 1, …], fires-on: day 88}` or `{given: […], never: true}`."""
    begin = datetime(2025, 1, 1, 12, tzinfo=UTC)
    occurrences = []
    for n, text in enumerate(example.get("given", [])):
        what, _, day = str(text).rpartition(" on day ")
        role, _, record = what.rpartition(" on ")
        declared = partnership.record.get(record)
        if declared is None or role not in declared.people:
            return f"{text!r} is not a ROLE on RECORD on day N"
        moment = begin + timedelta(days=int(day))
        facts = {"record": record, "role": (role,), "counts-as": (declared.people[role].counts_as,)}
        occurrences.append(Occurrence(f"given {n + 1}", moment, moment, facts))
    found = raised(signal, occurrences)
    if str(example.get("never", "no")).lower() in ("yes", "true"):
        return None if found is None else f"fires: {found.says}"
    wanted = begin + timedelta(days=int(str(example.get("fires-on", "")).removeprefix("day ")))
    if found is None:
        return "does not fire"
    return None if found.since == wanted else f"fires on day {(found.since - begin).days}"
