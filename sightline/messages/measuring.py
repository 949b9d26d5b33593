"""How much people are told: messages a week by role, at the 90th percentile, against the plan's number. Counts alone."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sightline.agencies.queries import partnership, workers
from sightline.messages import pacing
from sightline.messages.models import Delivered
from sightline.messages.rules import inboxes_of
from sightline.timescales.london import at, local_day

FEWEST = 3  # people of a role: of fewer, a number would say how one of them works


@dataclass(frozen=True, slots=True)
class Told:
    """Of one role in one week: how many people, and how much the 90th percentile and the middle one were told."""

    role: str
    week: date  # its Monday
    people: int
    high: int | None  # 90th percentile, beyond their own asks; None where too few people
    middle: int | None
    pressing: int | None  # of the messages to all of them, those that could not wait
    digest: int | None  # those that came folded
    limit: int  # the plan's number a week; 0: none

    @property
    def over(self) -> bool:
        return bool(self.limit) and self.high is not None and self.high > self.limit


def by_role(moment: datetime, weeks: int = 4) -> list[Told]:
    """The last whole weeks (Monday to Sunday in London), newest first, roles by title. Three queries."""
    definition = partnership()
    monday = local_day(moment) - timedelta(days=local_day(moment).weekday())
    starts = [monday - timedelta(weeks=n) for n in range(weeks + 1)]  # this week so far, and those before
    people = defaultdict(list)
    for one in workers():
        if one.active and one.role in definition.role:
            people[one.role].append(one)
    since = at(starts[-1], datetime.min.time())
    there: dict[str, list[tuple[date, object, bool, str]]] = defaultdict(list)
    rows = Delivered.objects.filter(at__gte=since, at__lte=moment)
    for holder, message, kind, when, why in rows.values_list("holder", "message_id", "message__kind", "at", "why"):
        declared = definition.message.get(kind)
        if declared is not None and declared.answers:
            continue
        day = local_day(when)
        presses = bool(declared and declared.presses)
        there[holder].append((day - timedelta(days=day.weekday()), message, presses, why))
    found = []
    for role in sorted(people, key=lambda id: definition.role[id].title):
        plan = pacing.plan_for(definition, role)
        for start in starts:
            counts, pressing, digest = [], 0, 0
            for one in people[role]:
                got = {
                    m: (p, w) for place in inboxes_of(one) for week, m, p, w in there.get(place, ()) if week == start
                }
                kinds = Counter("pressing" if p else "digest" if w == "digest" else "other" for p, w in got.values())
                counts.append(kinds["digest"] + kinds["other"])
                pressing, digest = pressing + kinds["pressing"], digest + kinds["digest"]
            few = len(counts) < FEWEST
            found.append(
                Told(
                    role,
                    start,
                    len(counts),
                    None if few else percentile(counts, 0.9),
                    None if few else percentile(counts, 0.5),
                    None if few else pressing,
                    None if few else digest,
                    plan.week if plan else 0,
                )
            )
    return found


def percentile(counts: list[int], share: float) -> int:
    """The smallest count that at least this share of people do not exceed (nearest rank)."""
    ranked = sorted(counts)
    rank = max(1, -(-len(ranked) * round(share * 100) // 100))
    return ranked[rank - 1]
