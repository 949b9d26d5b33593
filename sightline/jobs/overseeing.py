"""What the schedule does about the rules of signals: counts how they do, stops one that is unfair and asks its owner, tries
drafts over the past, and lets everybody's signals follow a change of the rules."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from sightline.agencies.queries import machine, partnership
from sightline.chronology.queries import children_with
from sightline.identity.queries import persons_of
from sightline.jobs.models import Due
from sightline.messages.actions import send
from sightline.signals.governing import counting, judging, trying
from sightline.timescales.moment import now

MACHINE = "signal-machine"
TOGETHER = 200  # people whose signals are computed anew under one due row
BACK = timedelta(days=3 * 365)  # of whom something happened since; nobody else's signals can change


def count_fairness(payload: dict[str, Any]) -> int:
    """Counts each finished period once, and stops every rule of which a rate is too high that nobody has explained. Its owner
    is told. Returns how many rules were stopped."""
    by = machine(MACHINE)
    kept = counting.settle(by=by)
    stopped = judging.judge(kept, by=by)
    definition = partnership()
    figures = {(row.rule, row.breakdown): row.id for row in kept}  # the newest period's come last
    because = {one.rule: figures[one.rule, one.breakdown] for one in stopped}
    for rule in sorted(because):
        owner = definition.signal[rule].owner
        send("signal-rule-stopped", to=f"role:{owner}", says={"signal": rule}, by=by, because=because[rule])
    return len(because)


def try_rule(payload: dict[str, Any]) -> None:
    """Tries a draft as it stands."""
    trying.run(UUID(payload["draft"]), int(payload.get("share", 1)))


def follow_rules(payload: dict[str, Any]) -> int:
    """Owes it to everybody of whom something is known that their signals are computed by the rules that are now in force.
    What a rule would have said longer ago than a week is shown, and told to nobody. Returns how many people."""
    identities = children_with(now() - BACK, now())
    persons: set[UUID] = set()
    for start in range(0, len(identities), 5000):
        persons.update(persons_of(identities[start : start + 5000]).values())
    wanted = sorted(map(str, persons))
    moment = now()
    Due.objects.bulk_create(
        [
            Due(verb="clocks", payload={"persons": wanted[start : start + TOGETHER]}, run_at=moment)
            for start in range(0, len(wanted), TOGETHER)
        ]
    )
    return len(wanted)
