"""What follows from a finished period's figures: a group's rate that nobody has explained stops the rule, and asks its owner.

An explanation is written by one person and agreed to by another; it holds until the end of the next period, for a rate that
is not much higher. A rule that has stopped goes on once every rate that stopped it is explained.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction

from sightline.agencies.one_person import same_person
from sightline.agencies.queries import partnership
from sightline.agencies.two_people import record, require
from sightline.agencies.types import Actor
from sightline.definition.kinds.oversight import Grouping, Oversight
from sightline.definition.outcomes import Conflict, Decision, Invalid, Missing, Refused
from sightline.definition.types import Fault, Partnership
from sightline.signals.governing import fairness
from sightline.signals.governing.force import switched_off
from sightline.signals.governing.models import Explained, Fairness
from sightline.signals.governing.switching import set_switch, stopped_for_rate
from sightline.timescales.london import local_day
from sightline.timescales.moment import now
from sightline.timescales.spans import add_months

EXPLAIN, AGREE = "draft-signal-rules", "approve-signal-rules"
SHORTEST, LONGEST = 40, 1000
MUCH = 1.2  # a rate so many times the one that was explained asks to be explained anew
OVER, UNDER = "over", "under"


@dataclass(frozen=True, slots=True)
class Finding:
    """A group of whom a rule tells so much more often, or more seldom, than of all other children. `explained`: the words
    that were agreed to; `waiting`: an explanation that a second person has not decided on."""

    rule: str
    breakdown: str
    groups: tuple[str, ...]
    rate: fairness.Relative
    kind: str
    stops: bool
    explained: str = ""
    waiting: UUID | None = None

    @property
    def group(self) -> str:
        return "+".join(self.groups)


def findings(definition: Partnership, rule: str, *, begins: date | None = None) -> list[Finding]:
    """What the figures of one period (default: each grouping's newest) say of a rule. Groups of whom it isn't known who they
    are, and those too small, are judged in nothing."""
    rows = Fairness.objects.filter(rule=rule).exclude(breakdown="").order_by("begins")
    newest = {row.breakdown: row for row in (rows.filter(begins=begins) if begins else rows)}
    words = _words(rule)
    found = []
    for name, row in newest.items():
        oversight, grouping = _declared(definition, name)
        if oversight is None or grouping is None or not row.figures:
            continue
        for rate in fairness.relative(fairness.Table.from_dict(row.figures), oversight.rate.least):
            if rate is None or not any(g in grouping.groups and grouping.groups[g].asks for g in rate.groups):
                continue
            over, under = rate.over(oversight.rate.times), rate.under(oversight.rate.times)
            if over or under:
                said = words.get((name, "+".join(rate.groups)), [])
                agreed = next((e for e in said if e.agreed_by and rate.times <= e.times * MUCH), None)
                open_ = next((e for e in said if not e.agreed_by), None) if agreed is None else None
                found.append(
                    Finding(
                        rule,
                        name,
                        rate.groups,
                        rate,
                        OVER if over else UNDER,
                        over and grouping.stops,
                        agreed.because if agreed else "",
                        open_.id if open_ else None,
                    )
                )
    return found


def _words(rule: str) -> dict[tuple[str, str], list[Explained]]:
    """Explanations that still hold, newest first. One that was agreed to stands in a second row beside its first."""
    found: dict[tuple[str, str], list[Explained]] = {}
    for one in Explained.objects.filter(rule=rule, until__gte=local_day(now())).order_by("-at", "-id"):
        found.setdefault((one.breakdown, one.group), []).append(one)
    return found


def _declared(definition: Partnership, name: str) -> tuple[Oversight | None, Grouping | None]:
    for oversight in definition.oversight.values():
        if name in oversight.by:
            return oversight, oversight.by[name]
    return None, None


# --- stopping ---------------------------------------------------------------------------------------------------------


@transaction.atomic
def judge(kept: list[Fairness], *, by: Actor) -> list[Finding]:
    """Stops every rule of which newly kept figures hold a rate that stops it and that nobody has explained. Returns what
    stopped them; nothing for a rule that is off already."""
    definition, off, stopped = partnership(), switched_off(), []
    for rule, begins in sorted({(row.rule, row.begins) for row in kept}):
        newest = Fairness.objects.filter(rule=rule).order_by("-begins").values_list("begins", flat=True).first()
        if rule in off or begins != newest or rule not in definition.signal:
            continue  # a period of long ago, which was counted late, stops nothing
        against = [one for one in findings(definition, rule, begins=begins) if one.stops and not one.explained]
        if against:
            set_switch(rule, True, in_words(definition, against), by)
            stopped += against
    return stopped


def in_words(definition: Partnership, found: list[Finding]) -> str:
    """`Ethnicity: Black, 1.9 times as often as all other children.` No figure that could be undone."""
    said = []
    for one in found:
        _, grouping = _declared(definition, one.breakdown)
        assert grouping is not None
        titles = "; ".join(grouping.groups[group].title for group in one.groups)
        said.append(f"{grouping.title}: {titles}, {one.rate.times:.1f} times as often as all other children")
    return ("It stopped by itself, and nobody had explained: " + "; ".join(said) + ".")[:500]


# --- explaining -------------------------------------------------------------------------------------------------------


@transaction.atomic
def explain(*, rule: str, breakdown: str, group: str, because: str, by: Actor) -> UUID:
    """Why this group's rate is what it is. It holds once a second person has agreed. Returns its id."""
    definition = require(by, EXPLAIN)
    one = _finding(definition, rule, breakdown, group)
    words = " ".join(because.split())[:LONGEST]
    if len(words) < SHORTEST:
        raise Invalid([Fault(path="because", expected=f"why, in at least {SHORTEST} characters", code="needed")])
    row = Explained.objects.create(
        rule=rule,
        breakdown=breakdown,
        group=group,
        times=one.rate.times,
        because=words,
        at=now(),
        by=by.id,
        until=_until(definition, breakdown),
    )
    _written("explain-rate", row, by)
    return row.id


@transaction.atomic
def agree(*, explanation: UUID, by: Actor) -> None:
    """A second person agrees with it. Where it was the last that was wanting, a rule that had stopped goes on."""
    definition = require(by, AGREE)
    first = Explained.objects.filter(id=explanation, agreed_by="").first()
    if first is None:
        raise Missing
    if by.machine or same_person(by.id, first.by):
        raise Refused(Decision(False, "second-person-needed", "You wrote this yourself: somebody else agrees with it."))
    one = _finding(definition, first.rule, first.breakdown, first.group)
    if one.explained:
        raise Conflict("Somebody has agreed with it already. Nothing was changed.")
    row = Explained.objects.create(
        rule=first.rule,
        breakdown=first.breakdown,
        group=first.group,
        times=first.times,
        because=first.because,
        at=now(),
        by=first.by,
        agreed_by=by.id,
        until=first.until,
    )
    _written("agree-to-rate", row, by)
    left = [one for one in findings(definition, first.rule) if one.stops and not one.explained]
    if not left and stopped_for_rate(first.rule):
        set_switch(first.rule, False, "Every rate that had stopped it is explained, and agreed to.", by)


def _finding(definition: Partnership, rule: str, breakdown: str, group: str) -> Finding:
    for one in findings(definition, rule):
        if (one.breakdown, one.group) == (breakdown, group):
            return one
    raise Missing


def _until(definition: Partnership, breakdown: str) -> date:
    """The end of the period after the running one, and until that is counted."""
    oversight, _ = _declared(definition, breakdown)
    return add_months(local_day(now()), 2 * int(oversight.every.split()[0]) if oversight else 12)


def _written(verb: str, row: Explained, by: Actor) -> None:
    record(verb, by, [row.id], rule=row.rule, breakdown=row.breakdown, group=row.group)
