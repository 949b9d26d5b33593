"""Figures of a replay: storylines seen and with how much warning, look-alikes left alone, load, and what came of it.

A storyline is **seen** when somebody is told of a signal about whom it should be about, resting on at least one of its own
records, before its turning point. `promised`: only by a signal that its author said ought to arise, and what stands on a
worker's own list counts; `any`: by whatever rule, as a message.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sightline.signals.backtest import intervals
from sightline.signals.backtest.telling import SOCIAL_WORKER, WEEK, Staff, per_worker, weeks_of
from sightline.signals.backtest.types import Alert, Arm, City, Planting

DAY = timedelta(days=1)
WARM = timedelta(days=90)  # at the beginning nothing lies behind: alerts of these days are not counted as load
WITHIN = timedelta(days=90)  # in which a step of social care counts as having followed an alert
# What social care and its partners open when they find that a child needs more than advice.
OPENED = frozenset(
    "assessment section-47 child-in-need-plan child-protection-plan looked-after joint-plan vrmp weapon-risk-plan police-protection"
    " early-help".split()
)
COVERED = OPENED - {"assessment"}


@dataclass(frozen=True, slots=True)
class Seen:
    """How one planting fared: days of warning by each alert before its turning point, the longest first. `later`: of its
    records, how many were still to come when it was first seen."""

    planting: Planting
    promised: tuple[float, ...]
    any: tuple[float, ...]
    rules: tuple[str, ...]
    later: float | None

    def lead(self, *, promised: bool) -> float | None:
        found = self.promised if promised else self.any
        return found[0] if found else None


def of_plantings(alerts: Iterable[Alert]) -> dict[str, list[Alert]]:
    """The alerts that rest on records of each planting, by its id."""
    found: dict[str, list[Alert]] = defaultdict(list)
    for alert in alerts:
        for planting in dict.fromkeys(story.partition("#")[0] for story in alert.stories):
            found[planting].append(alert)
    return found


def seen(planting: Planting, alerts: Iterable[Alert]) -> Seen:
    assert planting.turns is not None
    whom, ought = planting.about, set(planting.ought)
    early = [a for a in alerts if a.told and a.about in whom and a.at < planting.turns]
    early.sort(key=lambda a: a.at)
    leads = [(planting.turns - a.at) / DAY for a in early]
    promised = tuple(lead for lead, a in zip(leads, early, strict=True) if (a.rule, a.about) in ought)
    as_message = tuple(lead for lead, a in zip(leads, early, strict=True) if a.disturbs)
    later = None
    if early:
        moments = [moment for _, moment in planting.events]
        later = sum(moment > early[0].at for moment in moments) / len(moments)
    return Seen(planting, promised, as_message, tuple(dict.fromkeys(a.rule for a in early)), later)


def every(city: City, arm: Arm) -> list[Seen]:
    """How each storyline fared whose turning point lies in the time that was watched, and of which something was promised."""
    by = of_plantings(arm.alerts)
    able = [p for p in city.plantings if not p.look_alike and p.whole and p.ought]
    return [seen(p, by.get(p.id, ())) for p in able]


def storylines(found: Sequence[Seen], *, seed: str = "") -> dict[str, Any]:
    """Figures of storylines: whole, and each kind's mean given the same weight."""
    if not found:
        return {"planted": 0}
    hit = [one for one in found if one.promised]
    leads = [one.promised[0] for one in hit]
    kinds = defaultdict(list)
    for one in found:
        kinds[one.planting.storyline].append(bool(one.promised))
    later = [one.later for one in found if one.later is not None]
    return {
        "planted": len(found),
        "seen": len(hit),
        "share": len(hit) / len(found),
        "interval": intervals.share(len(hit), len(found)),
        "share-each-kind-equal": intervals.mean([sum(k) / len(k) for k in kinds.values()]),
        "seen-by-any-rule": sum(bool(one.any) for one in found) / len(found),
        "lead-median": intervals.middle(leads),
        "lead-interval": intervals.resampled(leads, intervals.middle, seed=seed),
        "lead-quarter": intervals.percentile(leads, 0.25),
        "lead-21-days": sum(lead >= 21 for lead in leads) / len(found),
        "records-still-to-come": intervals.mean(later),
        "turning-points-declared": sum(one.planting.declared for one in found),
    }


def by_kind(found: Sequence[Seen]) -> list[dict[str, Any]]:
    kinds: dict[str, list[Seen]] = defaultdict(list)
    for one in found:
        kinds[one.planting.storyline].append(one)
    return [
        {"storyline": kind}
        | storylines(those, seed=kind)
        | {"rules": dict(Counter(rule for one in those for rule in one.rules).most_common())}
        for kind, those in sorted(kinds.items())
    ]


# --- look-alikes --------------------------------------------------------------------------------------------------------


def look_alikes(city: City, arm: Arm) -> dict[str, Any]:
    """A look-alike is silent when nobody is told anything that rests on its records alone. `never`: what its author said
    must not arise, told or only listed; that is asked of storylines too."""
    by = of_plantings(arm.alerts)
    kinds: dict[str, list[bool]] = defaultdict(list)
    loud: dict[str, Counter[str]] = defaultdict(Counter)
    broken: Counter[str] = Counter()
    asked = 0
    for planting in city.plantings:
        alone = [a for a in by.get(planting.id, ()) if not a.beside and _only(a, planting)]
        wrong = {(a.rule, a.about) for a in alone} & planting.never
        asked += 1
        broken.update({f"{rule} in {planting.storyline}" for rule, _ in wrong})
        if planting.look_alike and planting.events:
            noisy = {a.rule for a in alone if a.disturbs and a.sort == "sign"}
            kinds[planting.storyline].append(not noisy)
            loud[planting.storyline].update(noisy)
    silent = [one for those in kinds.values() for one in those]
    return {
        "planted": len(silent),
        "silent": sum(silent),
        "share": sum(silent) / len(silent) if silent else None,
        "interval": intervals.share(sum(silent), len(silent)),
        "kinds": [
            {"look-alike": kind, "planted": len(those), "silent": sum(those), "interval": intervals.share(sum(those), len(those)),
             "rules": dict(loud[kind].most_common())}
            for kind, those in sorted(kinds.items())
        ],
        "never": {"plantings": asked, "broken": sum(broken.values()), "where": dict(broken.most_common())},
    }  # fmt: skip


def _only(alert: Alert, planting: Planting) -> bool:
    return all(story.partition("#")[0] == planting.id for story in alert.stories)


# --- load ---------------------------------------------------------------------------------------------------------------


def load(city: City, staff: Staff, alerts: Sequence[Alert]) -> dict[str, Any]:
    """Who is told how often, once the first three months are over."""
    first, weeks = city.first + WARM, weeks_of(city, WARM)
    told = [a for a in alerts if a.disturbs and first <= a.at < first + weeks * WEEK]
    of: dict[tuple[str, str], list[datetime]] = defaultdict(list)
    for alert in told:
        for recipient in alert.whom:
            of[recipient].append(alert.at)
    worker = per_worker(staff, of, weeks, first)
    others: Counter[str] = Counter()
    for (what, key), moments in of.items():
        others[key if what == "desk" else "" if what == SOCIAL_WORKER else what] += len(moments)
    others.pop("", None)
    days = weeks * 7
    return {
        "weeks": weeks,
        "told": len(told),
        "per-1000-children-a-week": 1000 * len(told) / max(1, city.children) / weeks,
        "social-workers": {
            "workers": sum(staff.workers.values()),
            "children-open": round(sum(staff.open.values())),
            "per-worker-a-week": intervals.mean(worker),
            "per-worker-a-day": intervals.mean(worker) / 5,
            "week-90th-percentile": intervals.percentile(worker, 0.9),
            "week-99th-percentile": intervals.percentile(worker, 0.99),
            "week-most": max(worker, default=0),
            "weeks-with-more-than-2": sum(count > 2 for count in worker) / len(worker) if worker else 0,
        },
        "others": [
            {"who": who, "per-day": count / days, "per-day-whole-partnership": count / days / city.share}
            for who, count in others.most_common()
        ],
    }


def told_of(city: City, alerts: Iterable[Alert]) -> int:
    """How many alerts told somebody, in the time that counts as load."""
    first = city.first + WARM
    return sum(a.disturbs and a.at >= first for a in alerts)


# --- what came of it ----------------------------------------------------------------------------------------------------


class Outcomes:
    """What the truth says about each alert: `storyline` (it rests on something that was planted and really went on) · `step`
    (within 90 days somebody opened something for that child) · `covered` (something was open already: the worker who knows is
    asked) · `look-alike` (it rests on one alone) · `nothing` known."""

    def __init__(self, city: City) -> None:
        self.real = {p.id for p in city.plantings if not p.look_alike}
        self.opened: dict[str, list[tuple[datetime, datetime, datetime | None, str]]] = {}
        for child, arrivals in city.histories.items():
            found: dict[tuple[str, datetime], tuple[datetime, datetime, datetime | None, str]] = {}
            for arrival in arrivals:
                seen = arrival.seen
                if seen.state in OPENED and seen.since is not None and seen.whose == "child":
                    found[seen.state, seen.since] = arrival.known, seen.since, seen.until, seen.state
            if found:
                self.opened[child] = list(found.values())

    def of(self, alert: Alert) -> str:
        plantings = {story.partition("#")[0] for story in alert.stories}
        if plantings & self.real:
            return "storyline"
        opened = self.opened.get(alert.about, ())
        if any(alert.at < since <= alert.at + WITHIN for _, since, _, _ in opened):
            return "step"
        if any(
            since <= alert.at and (until is None or alert.at < until)
            for _, since, until, what in opened
            if what in COVERED
        ):
            return "covered"
        return "look-alike" if plantings and not alert.beside else "nothing"


def outcomes(city: City, alerts: Iterable[Alert], known: Outcomes | None = None) -> dict[str, Any]:
    """The yield: of all that somebody was told, how much was worth acting on by the truth."""
    known = known or Outcomes(city)
    counts = Counter(known.of(a) for a in alerts if a.disturbs and a.sort == "sign")
    total, acted = sum(counts.values()), counts["storyline"] + counts["step"]
    return {
        "told": total,
        "acted-on": acted,
        "share": acted / total if total else None,
        "interval": intervals.share(acted, total),
        "why": {name: counts[name] for name in ("storyline", "step", "covered", "look-alike", "nothing")},
    }


def by_rule(
    city: City, arm: Arm, found: Sequence[Seen], rules: Collection[str], known: Outcomes
) -> list[dict[str, Any]]:
    """Each rule: how often it told, what of it was worth acting on, which look-alikes it disturbed, what it saw."""
    of: dict[str, list[Alert]] = defaultdict(list)
    for alert in arm.alerts:
        of[alert.rule].append(alert)
    weeks = weeks_of(city, WARM)
    saw = Counter(rule for one in found for rule in one.rules)
    promised: Mapping[str, int] = Counter(s for one in found for s in {s for s, _ in one.planting.ought})
    kept: Mapping[str, int] = Counter(
        rule for one in found for rule in one.rules if rule in {s for s, _ in one.planting.ought}
    )
    alike = {p.id for p in city.plantings if p.look_alike}
    out = []
    for rule in sorted(rules):
        alerts = of[rule]
        told = [a for a in alerts if a.disturbs]
        came = outcomes(city, alerts, known)
        disturbed = {s.partition("#")[0] for a in told for s in a.stories if not a.beside} & alike
        out.append(
            {
                "rule": rule,
                "raised": sum(a.why == "raised" for a in alerts),
                "told": len(told),
                "listed": sum(not a.disturbs for a in alerts),
                "children": len({a.about for a in alerts}),
                "per-1000-children-a-week": 1000 * told_of(city, alerts) / max(1, city.children) / weeks,
                "yield": came["share"],
                "yield-interval": came["interval"],
                "why": came["why"],
                "look-alikes": len(disturbed),
                "storylines": saw[rule],
                "promised": promised.get(rule, 0),
                "promised-seen": kept.get(rule, 0),
            }
        )
    return out
