"""When a pattern is complete. Pure."""

from __future__ import annotations

from collections.abc import Iterable
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
    known: list[Occurrence] = []
    found: RaisedSignal | None = None
    for occurrence in sorted(counted, key=lambda o: (o.known, o.happened, o.first)):
        known.append(occurrence)
        window = _window(signal, known, occurrence)
        days = {local_day(o.happened) for o in window}
        if len(days) < signal.when.at_least:
            continue
        cited = tuple(o.first for o in sorted(window, key=lambda o: (o.happened, o.first)))
        span = (max(days) - min(days)).days + 1
        words = signal.says.replace("{count}", str(len(days))).replace("{days}", str(span))
        since = found.since if found and set(found.citing) & set(cited) else occurrence.known
        found = RaisedSignal(signal.id, signal.title, words, signal.may_mean, signal.does_not_mean, since, cited, signal.source)
    return found


def _window(signal: Signal, known: list[Occurrence], newest: Occurrence) -> list[Occurrence]:
    """The fullest window of the declared length that holds the newest entry."""
    best: list[Occurrence] = []
    for last in known:
        start = parse_span(signal.when.within).before(last.happened)
        inside = [o for o in known if start <= o.happened <= last.happened]
        if newest in inside and len(inside) > len(best):
            best = inside
    return best


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
