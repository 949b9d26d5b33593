"""One back-test: the rules, the baselines, and every figure of them, as a plain structure (what `--json` prints)."""

# ruff: noqa: E501 (words, not code: a sentence stays on its line)

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from sightline.definition.types import Partnership, Signal
from sightline.signals.backtest import baselines, comparing, groups, measuring
from sightline.signals.backtest.replay import facts_of, replay
from sightline.signals.backtest.telling import CASELOAD, Staff
from sightline.signals.backtest.types import Arm, City
from sightline.timescales.working import WorkingDays

Progress = Callable[[str, int, int], None]
AIMS = {"seen": 0.9, "lead": 21.0, "worker": 2.0, "silent": 0.97, "acted": 1 / 3}
ALONE, COUNTED = "each agency alone", "three incidents in 90 days"
RESTS_ON = (
    "Everybody is invented: these figures say how the rules meet what was planted, not how they would meet a real city.",
    "Who is one person is taken from the truth. What linking misses or joins wrongly is measured apart (`sightline identity`).",
    "A turning point is where the storyline's author says that it turns; without that, the storyline's last record.",
    "A storyline is seen when somebody is told, before it turns, of a signal that its author said ought to arise.",
    "Acted on: the alert rests on something planted that really went on, or within 90 days an assessment, enquiry or plan was opened.",
    "Whoever is told is taken to answer before the rest is over: nothing is told twice for want of an answer.",
    "An allocated worker has as many children as the national average; brothers and sisters have the same one.",
)  # fmt: skip


REAL_RESTS_ON = (
    "What was known when is as recorded; of a corrected record, the version that stands now. Siblings, peers and places are left out.",
    "A turning point is the first record that the partnership's oversight calls one. Many never come to that because somebody helped.",
    "A rule that was in force changed what happened: this history is no experiment.",
)  # fmt: skip


def asked_of(partnership: Partnership) -> frozenset[str]:
    """The facts of entries that a back-test needs to keep."""
    return facts_of([*partnership.signal.values(), *baselines.settings()])


def backtest(
    city: City,
    rules: Mapping[str, Signal],
    days: WorkingDays,
    *,
    only: Collection[str] = (),
    caseload: float = CASELOAD,
    against: bool = True,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Every figure. `rules`: those in force; `only`: those that are judged (others may rest on them); `against`: the baselines
    too, which cost as much again several times over."""
    judged = {id: rule for id, rule in rules.items() if not only or id in only}
    staff = Staff(city, caseload)
    ours = replay(city, judged, staff, days, rules=rules, name="rules", title="the rules", progress=progress)
    found, known = measuring.every(city, ours), measuring.Outcomes(city)
    out: dict[str, Any] = {
        "city": about(city),
        "rests-on": list(RESTS_ON),
        "storylines": measuring.storylines(found, seed=city.seed),
        "kinds": measuring.by_kind(found),
        "look-alikes": measuring.look_alikes(city, ours),
        "load": measuring.load(city, staff, ours.alerts),
        "outcomes": measuring.outcomes(city, ours.alerts, known),
        "rules": measuring.by_rule(city, ours, found, judged, known),
        "fairness": groups.fairness(city, ours, judged),
        "asked": ours.asked,
        "processor-seconds": round(ours.seconds, 2),
    }
    if against:
        out["compared"] = comparing.compared(city, ours, _others(city, judged, rules, staff, days, progress))
    out["aims"] = aims(out)
    return out


def real(
    city: City,
    rules: Mapping[str, Signal],
    days: WorkingDays,
    *,
    only: Collection[str] = (),
    caseload: float = CASELOAD,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """The same of the partnership's own history, as far as nobody needs to know what is true: whom the rules would have told
    of before something grave was recorded, how often, and what people answered to what they were told."""
    from sightline.signals.backtest import history

    judged = {id: rule for id, rule in rules.items() if not only or id in only}
    staff = Staff(city, caseload)
    ours = replay(city, judged, staff, days, rules=rules, name="rules", title="the rules", progress=progress)
    return {
        "city": about(city),
        "rests-on": list(REAL_RESTS_ON),
        "turned": history.turned(city, ours.alerts),
        "answered": history.answered(judged),
        "load": measuring.load(city, staff, ours.alerts),
        "outcomes": measuring.outcomes(city, ours.alerts),
        "rules": measuring.by_rule(city, ours, [], judged, measuring.Outcomes(city)),
        "asked": ours.asked,
        "processor-seconds": round(ours.seconds, 2),
        "aims": [],
    }


def _others(
    city: City,
    judged: Mapping[str, Signal],
    rules: Mapping[str, Signal],
    staff: Staff,
    days: WorkingDays,
    progress: Progress | None,
) -> dict[str, list[Arm]]:
    counting = {rule.id: rule for rule in baselines.settings()}
    titles = {id: rule.title for id, rule in counting.items()}
    counted = replay(city, counting, staff, days, name="counted", title=COUNTED, progress=progress)
    alone = replay(
        city, {**judged, **counting}, staff, days, rules={**rules, **counting}, name="alone", title=ALONE, alone=True,
        progress=progress,
    )  # fmt: skip
    own = Arm("alone/rules", "the same rules", [a for a in alone.alerts if a.rule in judged])
    return {COUNTED: comparing.split(counted, titles), ALONE: [own, *comparing.split(alone, titles)]}


def about(city: City) -> dict[str, Any]:
    return {
        "partnership": city.definition.id,
        "version": city.definition.hash[:12],
        "from": city.first.date().isoformat(),
        "until": city.last.date().isoformat(),
        "children": city.children,
        "of-the-partnership": round(city.share, 4),
        "records": city.records,
        "not-understood": city.unread,
        "recorded-by-nobody": city.unrecorded,
        "planted": len(city.plantings),
        "not-yet-turned": sum(not p.whole for p in city.plantings if not p.look_alike),
    }


def aims(figures: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What is aimed at, and what came: met, missed, or (None) nothing to say it by."""
    lines, alike, load = figures["storylines"], figures["look-alikes"], figures["load"]
    worker = load["social-workers"]["week-90th-percentile"] if load["social-workers"]["workers"] else None
    found = [
        _aim("Storylines seen before they turn", AIMS["seen"], lines.get("share"), lines.get("interval"), "share"),
        _aim("Days of warning, median", AIMS["lead"], lines.get("lead-median") if lines.get("seen") else None, lines.get("lead-interval"), "days"),
        _aim("Look-alikes left alone", AIMS["silent"], alike["share"], alike["interval"], "share"),
        _aim("Alerts of a social worker in a week, 90th percentile", AIMS["worker"], worker, None, "most"),
        _aim("Alerts worth acting on", AIMS["acted"], figures["outcomes"]["share"], figures["outcomes"]["interval"], "share"),
    ]  # fmt: skip
    for one in figures.get("compared", {}).get("against", ()):
        title = f"More days of warning than {one['baseline']}, at equal load"
        found.append(_aim(title, 0.0, one["more-days"], one["more-days-interval"], "more"))
    return found


def _aim(what: str, aim: float, came: float | None, interval: Any, unit: str) -> dict[str, Any]:
    met = None if came is None else came <= aim if unit == "most" else came > aim if unit == "more" else came >= aim
    return {"what": what, "aim": aim, "came": came, "interval": interval, "unit": unit, "met": met}
