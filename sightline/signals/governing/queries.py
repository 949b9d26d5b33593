"""Reading how the rules do: counts and codes; nobody is opened. What a trial would have raised passes the gate, card by card."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from statistics import median
from typing import Any
from uuid import UUID

from django.db.models import Count
from django.db.models.functions import TruncWeek

from sightline.agencies.queries import declared
from sightline.agencies.rules import may
from sightline.chronology.queries import entries_of
from sightline.chronology.standing import sights
from sightline.definition.loader import load
from sightline.definition.outcomes import Missing, Refused
from sightline.definition.types import Partnership, Signal
from sightline.sharing.reading import Reading
from sightline.sharing.types import Level
from sightline.signals import rules as engine
from sightline.signals.governing import fairness
from sightline.signals.governing.drift import WEEKS, Drift, drift
from sightline.signals.governing.force import EVERY, switched_off
from sightline.signals.governing.judging import Finding, findings
from sightline.signals.governing.models import Draft, Explained, Fairness
from sightline.signals.models import Standing, Switch
from sightline.timescales.london import LONDON, local_day
from sightline.timescales.moment import now

SEE = "see-signal-rules"


@dataclass(frozen=True, slots=True)
class Done:
    """What became of the signals that a rule raised in the newest weeks: of all children, by no group."""

    fired: int = 0
    acted: int = 0
    covered: int = 0
    dismissed: int = 0
    waiting: int = 0
    ended: int = 0  # over before anybody answered
    withdrawn: int = 0  # no longer follow from what is known: not among `fired`
    days: int | None = None  # the median from telling to an answer, in days

    @property
    def yielded(self) -> float | None:
        """Of those that were answered, the share that was acted on."""
        answered = self.acted + self.covered + self.dismissed
        return self.acted / answered if answered else None


@dataclass(frozen=True, slots=True)
class RuleView:
    """A rule, how it stands and how it does. `off`: the act by which it, or all, was switched off."""

    rule: Signal
    declared: bool  # agreed to on a page; else in the definition's files
    off: Step | None
    done: Done
    drift: Drift
    findings: tuple[Finding, ...] = ()
    lead: int | None = (
        None  # days, the median of the last finished period: from when it could be seen to a turning point
    )
    in_force: bool = True


@dataclass(frozen=True, slots=True)
class Step:
    """Something that was done about a rule: what, when, by whom, who agreed, in whose words."""

    what: str  # files | drafted | approved | ended | switched-off | switched-on | explained
    at: datetime | None
    by: str = ""
    agreed_by: str = ""
    because: str = ""
    version: int | None = None
    draft: UUID | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """A rule's figures of one finished period, as they were kept. `tables`: by grouping; None where there were too few."""

    begins: date
    ends: date
    whole: Mapping[str, Any]
    version: int
    tables: dict[str, fairness.Table | None] = field(default_factory=dict)


def _see(reading: Reading) -> Partnership:
    decision = may(reading.actor, SEE, reading.definition)
    if not decision:
        raise Refused(decision)
    return reading.definition


def rules(reading: Reading) -> list[RuleView]:
    """Every rule of the definition, those that ask for somebody first: stopped, then with findings, then by name."""
    definition = _see(reading)
    off, done, weeks = switches(), _done(), _weeks()
    in_force = engine.in_force(definition, now())
    judged = _judged(definition)
    leads = {
        row.rule: row.figures.get("lead") for row in Fairness.objects.filter(breakdown="").order_by("begins")
    }  # the newest stands
    found = [
        RuleView(
            rule,
            definition.origins.get(f"signal/{id}", "").startswith("declared/"),
            off.get(id) or off.get(EVERY),
            done.get(id, Done()),
            drift(weeks.get(id, ())),
            judged.get(id, ()),
            leads.get(id),
            id in in_force,
        )
        for id, rule in definition.signal.items()
    ]
    return sorted(found, key=lambda one: (one.off is None, not one.findings, one.rule.title))


def rule(reading: Reading, id: str) -> RuleView:
    """One rule. Raises Missing."""
    for one in rules(reading):
        if one.rule.id == id:
            return one
    raise Missing


def switches() -> dict[str, Step]:
    """What is switched off now, by rule (`*`: all), and by which act. Two queries."""
    off = switched_off()
    rows = Switch.objects.filter(rule__in=off, off=True).order_by("at", "id") if off else ()
    return {row.rule: Step("switched-off", row.at, row.by, "", row.because) for row in rows}


def _judged(definition: Partnership) -> dict[str, tuple[Finding, ...]]:
    have = Fairness.objects.exclude(breakdown="").values_list("rule", flat=True).distinct()
    return {id: tuple(findings(definition, id)) for id in have if id in definition.signal}


def _since() -> datetime:
    today = local_day(now())
    monday = today - timedelta(days=today.weekday())
    return datetime.combine(monday - timedelta(weeks=WEEKS), datetime.min.time(), LONDON)


def _done() -> dict[str, Done]:
    """What became of the newest weeks' signals, by rule. Two queries."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    rows = Standing.objects.filter(since__gte=_since()).order_by()
    asked = rows.values_list("rule", "answered", "ended_because").annotate(many=Count("id"))
    for id, answered, ended, many in asked:
        what = "withdrawn" if ended == "withdrawn" else answered or ("ended" if ended else "waiting")
        counts[id][what] += many
    days: dict[str, list[int]] = defaultdict(list)
    answered = rows.exclude(answered="").filter(told_at__isnull=False, answered_at__isnull=False)
    for id, told, at in answered.values_list("rule", "told_at", "answered_at").iterator():
        days[id].append(max(0, (at - told).days))
    return {
        id: Done(
            n.total() - n["withdrawn"],
            n["acted"],
            n["covered"],
            n["not-relevant"] + n["wrong"],
            n["waiting"],
            n["ended"],
            n["withdrawn"],
            round(median(days[id])) if days[id] else None,
        )
        for id, n in counts.items()
    }


def _weeks() -> dict[str, tuple[int, ...]]:
    """Signals in each whole week, oldest first, from the first in which there was one of any rule. One query."""
    start = _since()
    rows = Standing.objects.filter(since__gte=start).exclude(ended_because="withdrawn").order_by()
    counted: dict[str, dict[int, int]] = defaultdict(dict)
    grouped = (
        rows.annotate(week=TruncWeek("since", tzinfo=LONDON)).values_list("rule", "week").annotate(many=Count("id"))
    )
    for id, week, many in grouped:
        counted[id][round((week - start).days / 7)] = many
    first = min((place for weeks in counted.values() for place in weeks), default=WEEKS)
    return {id: tuple(weeks.get(place, 0) for place in range(first, WEEKS)) for id, weeks in counted.items()}


# --- one rule ---------------------------------------------------------------------------------------------------------


def figures(reading: Reading, id: str) -> list[Figures]:
    """Its finished periods, newest first."""
    _see(reading)
    found: dict[tuple[date, date], Figures] = {}
    for row in Fairness.objects.filter(rule=id).order_by("-begins", "breakdown"):
        at = row.begins, row.ends
        if at not in found:
            found[at] = Figures(row.begins, row.ends, row.figures if not row.breakdown else {}, row.version)
        if row.breakdown:
            found[at].tables[row.breakdown] = fairness.Table.from_dict(row.figures) if row.figures else None
    return list(found.values())


def rule_of(reading: Reading, figures: UUID) -> str:
    """The rule that these figures are of. Raises Missing."""
    _see(reading)
    row = Fairness.objects.filter(id=figures).first()
    if row is None:
        raise Missing
    return row.rule


def history(reading: Reading, id: str) -> list[Step]:
    """Everything that was done about a rule, newest first: versions, who agreed to each, switches, explanations."""
    definition = _see(reading)
    steps = [
        Step("switched-off" if row.off else "switched-on", row.at, row.by, "", row.because)
        for row in Switch.objects.filter(rule__in=(id, EVERY))
    ]
    drafts = {row.declared: row for row in Draft.objects.filter(rule=id).exclude(declared=None)}
    for one in declared("signal"):
        if one.name != id:
            continue
        row = drafts.get(UUID(one.id))
        version = int(one.body.get("version", 1))
        because = row.why if row else ""
        steps.append(Step("approved", one.at, one.by, one.approved_by, because, version, row.id if row else None))
        if one.ended_at is not None:
            steps.append(Step("ended", one.ended_at, version=version))
    for said in Explained.objects.filter(rule=id).exclude(agreed_by=""):
        steps.append(Step("explained", said.at, said.by, said.agreed_by, said.because))
    steps.sort(key=lambda step: step.at or now(), reverse=True)
    in_files = load(definition.id).signal.get(id)
    if in_files is not None:
        steps.append(Step("files", None, version=in_files.version))
    return steps


def explanation(id: UUID) -> Explained | None:
    """What somebody wrote of a rate, for the second person."""
    return Explained.objects.filter(id=id).first()


# --- drafts -----------------------------------------------------------------------------------------------------------


def drafts(reading: Reading, rule: str = "") -> list[Draft]:
    """Drafts that are being made or wait for a second person, oldest first; of one rule, all of them."""
    _see(reading)
    rows = Draft.objects.order_by("made_at", "id")
    return list(rows.filter(rule=rule) if rule else rows.filter(state__in=("drafted", "submitted", "ending")))


def draft(reading: Reading, id: UUID) -> Draft:
    """Raises Missing."""
    _see(reading)
    row = Draft.objects.filter(id=id).first()
    if row is None:
        raise Missing
    return row


@dataclass(frozen=True, slots=True)
class Card:
    """One signal that a trial would have added or removed, to somebody who may read all that it rests on."""

    what: str
    says: str
    since: datetime
    level: str
    person: UUID
    entries: tuple[
        tuple[UUID, datetime, str, str], ...
    ]  # first version, when, record, agency: in the order of happening


def cards(reading: Reading, row: Draft) -> list[Card]:
    """The samples of a trial of which this reader may read all that they rest on; the others are not there."""
    _see(reading)
    samples = row.tried.get("samples", ())
    if not samples or not may(reading.actor, "view-child", reading.definition):
        return []
    there = sights(reading, {UUID(first) for sample in samples for first in sample["cited"]})
    found = []
    for sample in samples:
        cited = [UUID(first) for first in sample["cited"]]
        if not cited or not all(first in there and there[first].sight.level is Level.FULL for first in cited):
            continue
        for first in cited:
            reading.note(there[first].entry, there[first].sight)
        rows = entries_of([there[first].entry for first in cited]).values()
        lines = sorted(rows, key=lambda entry: (entry.happened, entry.first.int))
        found.append(
            Card(
                sample["what"],
                sample["says"],
                datetime.fromisoformat(sample["since"]),
                sample["level"],
                UUID(sample["person"]),
                tuple((entry.first, entry.happened, entry.record, entry.agency) for entry in lines),
            )
        )
    return found
