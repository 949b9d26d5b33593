"""Whether the rules tell of some groups of children more than of others, counted as the governance page counts it.

Beside each group's relative rate stands that of what was truly planted: what is planted looks at nobody's ethnicity, so a rate that
is not matched by it has another reason, such as who is recorded how often. Only the simulation knows that second figure.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from typing import Any

from sightline.definition.kinds.oversight import Grouping, Oversight
from sightline.signals.backtest.types import Arm, City
from sightline.signals.governing.fairness import NONE, Relative, Table, published, relative
from sightline.signals.governing.groups import Known, group_of
from sightline.timescales.london import local_day

OVERSIGHT = "signals"
EVERY = "all rules"


def fairness(city: City, arm: Arm, rules: Collection[str]) -> list[dict[str, Any]]:
    """Each grouping: all rules together, and every rule whose rate in some group is higher than may go unexplained."""
    oversight = city.definition.oversight.get(OVERSIGHT)
    if oversight is None:
        return []
    children = known(city)
    told: dict[str, set[str]] = defaultdict(set)
    for alert in arm.alerts:
        if alert.disturbs and alert.sort == "sign" and alert.about in children:
            told[EVERY].add(alert.about)
            told[alert.rule].add(alert.about)
    real = {one for p in city.plantings if not p.look_alike for one in p.about} & children.keys()
    day = local_day(city.last)
    found = []
    for name, grouping in oversight.by.items():
        groups = {child: group_of(grouping, one, day) for child, one in children.items()}
        truth = _rates(groups, real, grouping, oversight)
        rows = [_row(city, EVERY, groups, told[EVERY], grouping, oversight, truth)]
        for rule in sorted(rules):
            row = _row(city, rule, groups, told[rule], grouping, oversight, truth)
            if any(one["over"] or one["under"] for one in row["groups"]):
                rows.append(row)
        found.append({"by": name, "title": grouping.title, "stops": bool(grouping.stops), "rules": rows})
    return found


def known(city: City) -> dict[str, Known]:
    """What grouping asks of each child of whom anything was sent: as in truth, and what stood open at the end."""
    found = {}
    for child, arrivals in city.histories.items():
        person = city.people.get(child)
        if person is None or not person.child:
            continue
        newest = {arrival.seen.first: arrival.seen for arrival in arrivals}
        states = frozenset(one.state for one in newest.values() if one.state and one.since and one.until is None)
        records = frozenset(str(one.facts.get("record", "")) for one in newest.values())
        found[child] = Known(person.ethnicity, person.sex, person.born, records, states)
    return found


def _rates(
    groups: dict[str, str], some: Iterable[str], grouping: Grouping, oversight: Oversight
) -> tuple[Table | None, list[Relative | None]]:
    tallies: dict[str, Counter[str]] = defaultdict(Counter)
    fired = set(some)
    for child, group in groups.items():
        tallies[group]["waiting" if child in fired else NONE] += 1
    table = published(tallies, grouping, oversight.fewest)
    return table, relative(table, oversight.rate.least) if table is not None else []


def _row(
    city: City,
    rule: str,
    groups: dict[str, str],
    told: set[str],
    grouping: Grouping,
    oversight: Oversight,
    truth: tuple[Table | None, list[Relative | None]],
) -> dict[str, Any]:
    table, rates = _rates(groups, told, grouping, oversight)
    planted = {some: rate for rate in truth[1] if rate is not None for some in rate.groups}
    out: dict[str, Any] = {"rule": rule, "children": len(told), "groups": []}
    for row, rate in zip(table.rows, rates, strict=True) if table is not None else ():
        real = planted.get(row.groups[0])
        out["groups"].append(
            {
                "group": ", ".join(grouping.groups[one].title for one in row.groups),
                "children": row.children,
                "told-of": row.fired,
                "rate": row.rate,
                "times": rate.times if rate else None,
                "interval": (rate.low, rate.high) if rate else None,
                "times-in-truth": real.times if real else None,
                "over": bool(rate and grouping.stops and rate.over(oversight.rate.times)),
                "under": bool(rate and grouping.stops and rate.under(oversight.rate.times)),
            }
        )
    return out
