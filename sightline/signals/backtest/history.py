"""The partnership's own history, as the replay reads it: through the gate, by a declared machine, with a purpose.

What was known when is by `known_at`; of a record that was corrected, the version that stands. Nobody planted anything here: what
a signal should come before is the first record that the partnership's oversight calls a turning point.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count

from sightline.chronology.events import of_people
from sightline.definition.types import Partnership
from sightline.identity import births
from sightline.identity.queries import all_persons, rows_of
from sightline.sharing.reading import Reading
from sightline.signals.backtest import intervals
from sightline.signals.backtest.groups import OVERSIGHT
from sightline.signals.backtest.telling import INVOLVEMENT
from sightline.signals.backtest.types import Alert, Arrival, City, Somebody
from sightline.signals.knowing import NEVER_RESTS_ON, relevant, seen
from sightline.signals.models import Standing
from sightline.timescales.moment import now

TOGETHER = 200  # people read at once
BEFORE = timedelta(days=180)  # of a turning point: what was told earlier had nothing to do with it
DAY = timedelta(days=1)


class NoHistory(ValueError):
    """There is nothing to replay."""


def city(opened: Reading, progress: Callable[[str, int, int], None] | None = None) -> City:
    """Everybody's open entries on which a rule may rest. What stands beside a child, and places, are left out."""
    definition = opened.definition
    records = {*relevant(definition), *turning(definition), INVOLVEMENT}
    persons, people, histories, count = list(all_persons()), {}, {}, 0
    for start in range(0, len(persons), TOGETHER):
        some = persons[start : start + TOGETHER]
        entries = of_people(opened, some, records=records)
        born = births.born(opened, rows_of(entries))
        for person, theirs in entries.items():
            said = born.get(person)
            told = [seen(definition, e, said) for e in theirs if e.handling not in NEVER_RESTS_ON]
            count += len(told)
            if told:
                people[str(person)] = Somebody(str(person), str(person), said.born if said else None, True)
                histories[str(person)] = sorted((Arrival(one.known, one) for one in told), key=lambda one: one.known)
        if progress:
            progress("reading", min(start + TOGETHER, len(persons)), len(persons))
    if not histories:
        raise NoHistory("the database holds nothing on which a rule may rest")
    first = min(arrivals[0].known for arrivals in histories.values())
    made = City(definition, first, now(), people, histories, children=len(histories), records=count)
    if "children" in definition.figure:
        made.share = min(1.0, made.children / definition.figure["children"].value)
    return made


def turning(definition: Partnership) -> frozenset[str]:
    """Records that tell of a turning point, as the partnership's oversight says."""
    oversight = definition.oversight.get(OVERSIGHT)
    return frozenset(oversight.turning) if oversight is not None else frozenset()


def turned(where: City, alerts: Sequence[Alert]) -> dict[str, Any]:
    """Of the children for whom something grave was first recorded: of how many somebody had been told before, and since when."""
    wanted, first = turning(where.definition), dict[str, datetime]()
    for child, arrivals in where.histories.items():
        moments = [a.seen.happened for a in arrivals if a.seen.facts.get("record") in wanted]
        if moments and min(moments) > where.first + BEFORE:
            first[child] = min(moments)
    told: dict[str, datetime] = {}
    for alert in alerts:
        turns = first.get(alert.about)
        if turns is not None and alert.told and turns - BEFORE <= alert.at < turns:
            told.setdefault(alert.about, alert.at)
    leads = [(first[child] - at) / DAY for child, at in told.items()]
    return {
        "children": len(first),
        "told-before": len(told),
        "share": len(told) / len(first) if first else None,
        "interval": intervals.share(len(told), len(first)),
        "lead-median": intervals.middle(leads) if leads else None,
        "lead-interval": intervals.resampled(leads, intervals.middle),
    }


def answered(rules: Iterable[str]) -> dict[str, Mapping[str, int]]:
    """What people answered, by rule: of signals that were told."""
    found: dict[str, dict[str, int]] = {rule: {} for rule in rules}
    rows = Standing.objects.filter(rule__in=list(found)).exclude(told_at=None).order_by()
    for rule, answer, count in rows.values_list("rule", "answered").annotate(Count("id")):
        found[rule][answer or "not answered"] = count
    return {rule: answers for rule, answers in found.items() if answers}
