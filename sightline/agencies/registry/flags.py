"""What the registry flags: groups that do not keep meeting, that nobody chairs, that nobody has looked at again. Pure.

Thresholds are dated values of declared watches; a month counts as 30 days. Where a document tells that some meetings were
held within a time and not when, the last is taken to have been as late as it may: a flag is never raised by not knowing
the day, only by the time that has passed since.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from sightline.agencies.registry.types import Cite, Fact, Flag, GroupView, Met, Value
from sightline.definition.kinds.registry import VACANT, Watch
from sightline.definition.types import Partnership
from sightline.definition.versions import as_of
from sightline.timescales.spans import parse_span

DAYS = {"day": 1, "working day": 1, "week": 7, "month": 30, "hour": 1 / 24, "minute": 1 / 1440, "school day": 1}
YEAR = timedelta(days=365)


def flags_of(view: GroupView, facts: Sequence[Fact], watches: Iterable[Watch], on: date) -> tuple[Flag, ...]:
    """The flags of a group that should meet, in the order of the watches."""
    found = []
    for watch in watches:
        if view.kind in watch.applies_to:
            flag = CHECKS[watch.flag](view, facts, watch, on)
            if flag is not None:
                found.append(flag)
    return tuple(found)


def _flag(watch: Watch, code: str, because: str) -> Flag:
    return Flag(watch.flag, code, watch.title, because, watch.says, f"watch/{watch.id}", watch.source)


# --- R126: subgroups keep meeting -------------------------------------------------------------------------------------


def _inactive(view: GroupView, facts: Sequence[Fact], watch: Watch, on: date) -> Flag | None:
    if view.state == "paused":
        return _flag(watch, "told-not-meeting", f"It has stopped meeting ({view.status.since if view.status else ''}).")
    allowed, rhythm = allowance(view, watch, on)
    if allowed is None:
        return None
    seldom = _too_seldom(facts, on, allowed)
    if seldom is not None:
        return _flag(watch, "too-seldom", f"{_counted(seldom)}; expected {rhythm}.")
    missed = [f for f in facts if f.what == "meetings" and not f.held and f.first <= on]
    if view.met is None:
        since = min((f.first for f in facts if f.what == "status" and f.first <= on), default=on)
        if since + timedelta(days=allowed) > on:
            return None
        return _flag(watch, "no-meeting-known", f"No meeting is known; expected {rhythm}.")
    if view.met.day + timedelta(days=allowed) <= on:
        also = "; and one that was due did not take place" if any(f.first > view.met.day for f in missed) else ""
        told = f"The last that we know of: {view.met.says}"
        return _flag(watch, "no-meeting-since", f"{told}{also}; expected {rhythm}.")
    return None


def allowance(view: GroupView, watch: Watch, on: date) -> tuple[float | None, str]:
    """After how many days without a meeting a group is flagged, and its rhythm in words."""
    times = as_of(watch.times, on)
    stated = days_of(view.every.ids[0]) if view.every else None
    usual = as_of(watch.rhythm, on)
    if times is None or (stated is None and usual is None):
        return None, ""
    if stated is not None and view.every is not None:
        return stated * float(times.is_), view.every.says
    assert usual is not None
    days = days_of(usual.is_)
    return (None if days is None else days * float(times.is_)), f"every {usual.is_}, as no rhythm is stated"


def days_of(text: str) -> float | None:
    """A rhythm in days; None where it is said in words alone."""
    try:
        span = parse_span(text)
    except ValueError:
        return None
    return span.amount * DAYS[span.unit]


def _too_seldom(facts: Sequence[Fact], on: date, allowed: float) -> Fact | None:
    """The count of meetings that says so: of the last year, and not overtaken by a meeting since."""
    held = [f for f in facts if f.what == "meetings" and f.held and f.last is not None]
    counts = [f for f in held if f.count is not None and f.first < (f.last or f.first) and f.first <= on]
    ended = [f for f in counts if f.last is not None and f.last <= on <= f.last + YEAR]
    one = max(ended or [f for f in counts if f.last is not None and f.last > on], key=lambda f: f.first, default=None)
    if one is None or one.last is None or not one.count:
        return None
    later = [f for f in held if f.last is not None and f.last > one.last and f.first <= on]
    if any(f.count is None or (f.last is not None and f.last <= on) for f in later):
        return None
    return one if ((one.last - one.first).days + 1) / one.count >= allowed else None


def _counted(fact: Fact) -> str:
    often = {1: "once", 2: "twice"}.get(fact.count or 0, f"{fact.count} times")
    when = fact.said if fact.said == fact.until_said else f"{fact.said} to {fact.until_said}"
    return f"It met {often} in {when}"


# --- a chair is missing; R127: terms and members are looked at again --------------------------------------------------


def _chairless(view: GroupView, facts: Sequence[Fact], watch: Watch, on: date) -> Flag | None:
    if not view.vacant or view.chair is None:
        return None
    why = view.chair.cite.note or view.chair.since
    return _flag(watch, "vacant", f"Nobody chairs it{': ' + why if why else ''}.")


def _review_due(view: GroupView, facts: Sequence[Fact], watch: Watch, on: date) -> Flag | None:
    limit = as_of(watch.limit, on)
    days = days_of(limit.is_) if limit else None
    if limit is None or days is None or view.reviewed is None or view.reviewed + timedelta(days=days) > on:
        return None
    said = f"Terms of reference and membership were last reviewed by {view.reviewed:%B %Y}"
    return _flag(watch, "review-due", f"{said}; expected every {limit.is_}.")


CHECKS = {"inactive": _inactive, "chairless": _chairless, "review-due": _review_due}


# --- examples ---------------------------------------------------------------------------------------------------------


def run_example(partnership: Partnership, watch: Watch, example: dict[str, Any]) -> str | None:
    """An example of a watch: `given` (`every`, `met`, `count`, `within`, `chair`, `reviewed`, `status`), `on` a day, and
    `flagged`: a code, or `no`. None when it holds, else a sentence that says what came instead."""
    on, given = date.fromisoformat(example["on"]), dict(example.get("given", {}))
    none = Cite("", date.min)
    facts = [Fact("x", "status", (given.get("status", "active"),), date(2000, 1, 1), None, date.min, none)]
    met = None
    if "met" in given:
        day = date.fromisoformat(given["met"])
        met = Met(day, day.isoformat(), True, none)
    if "count" in given:
        first, last = (date.fromisoformat(part) for part in given["within"].split(" to "))
        facts.append(Fact("x", "meetings", (), first, last, date.min, none, count=int(given["count"])))
        met = Met(min(last, on), "", False, none)
    view = GroupView(
        id="x",
        title="x",
        kind=given.get("kind", watch.applies_to[0]),
        state="paused" if given.get("status") == "paused" else "active",
        status=None,
        every=Value((given["every"],), f"every {given['every']}", "", none) if "every" in given else None,
        met=met,
        reviewed=date.fromisoformat(given["reviewed"]) if "reviewed" in given else None,
    )
    if "chair" in given:
        vacant = given["chair"] == VACANT
        view = replace(view, chair=Value((given["chair"],), given["chair"], "", none), vacant=vacant)
    found = flags_of(view, facts, [watch], on)
    came = found[0].code if found else "no"
    return None if came == str(example["flagged"]) else f"flagged: {came}"
