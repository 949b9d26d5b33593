"""A draft tried over the past: what it would have added and removed beside the rule in force, before anybody is told by it.

The same engine, on what is known now, asked for both rules of the same children. Kept of it: counts, and by ids alone some
of what would have been added and removed, drawn by lot; whoever looks at those sees what they may read anyway.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from statistics import median
from typing import Any, NamedTuple
from uuid import UUID, uuid4

from django.db import transaction

from sightline.agencies.queries import machine, partnership
from sightline.agencies.types import Actor
from sightline.chronology.events import of_people
from sightline.chronology.queries import children_with
from sightline.clocks.rules import working_days
from sightline.definition.outcomes import Decision, Invalid, Refused
from sightline.definition.types import Partnership, Signal
from sightline.identity.queries import persons_of
from sightline.ledger.actions import write
from sightline.sharing.reading import reading
from sightline.signals import rules as engine
from sightline.signals.governing.drafting import mine
from sightline.signals.governing.force import in_force
from sightline.signals.governing.models import Draft
from sightline.signals.governing.writing import fingerprint, from_yaml
from sightline.signals.knowing import Known, known
from sightline.signals.models import Standing
from sightline.signals.needs import needs_of
from sightline.signals.same import Found, Kept, same
from sightline.signals.types import Episode
from sightline.timescales.moment import now
from sightline.timescales.working import WorkingDays

AT_ONCE = 100  # children whose records are open at the same time
BACK = timedelta(days=365)  # over how much of the past it is tried
EARLIER = timedelta(days=3 * 365)  # what a rule may rest on that stands at the window's beginning
SAMPLES = 12  # of what would have been added, and as many of what would have been removed
SHARES = (1, 10)  # of all children: each, one in ten
ADDED, REMOVED = "added", "removed"
Progress = Callable[[int, int], None]
_Those = list[tuple[UUID, Episode, str]]  # whom it tells of, what it rests on, whom it tells


class Sample(NamedTuple):
    """One signal that would have been added or removed: ids and figures, no content."""

    what: str
    cited: tuple[str, ...]
    since: str
    says: str  # the rule's own words, with its figures
    level: str
    person: str


@dataclass(slots=True)
class Side:
    """How one of the two rules did: how often it told, of how many children, whom by which of its ways of telling."""

    fired: int = 0
    children: int = 0
    ways: Counter[str] = field(default_factory=Counter)

    def as_dict(self) -> dict[str, Any]:
        return {"fired": self.fired, "children": self.children, "ways": dict(self.ways)}


@dataclass(slots=True)
class Trial:
    """What came of it. `acted`: of those that would have been removed, how many somebody had acted on. `shifts`: of those
    that both tell of, by how many days the draft would have told earlier (below nought: later)."""

    since: datetime
    until: datetime
    share: int
    children: int = 0
    before: Side = field(default_factory=Side)
    after: Side = field(default_factory=Side)
    added: int = 0
    removed: int = 0
    acted: int = 0
    shifts: list[int] = field(default_factory=list)
    samples: list[Sample] = field(default_factory=list)

    @property
    def weeks(self) -> float:
        return (self.until - self.since).days / 7

    def per_thousand(self, side: Side) -> float:
        """Signals a week for each thousand children with an open chronology."""
        return 1000 * side.fired / self.weeks / self.children if self.children else 0.0

    def as_dict(self) -> dict[str, Any]:
        earlier, later = [d for d in self.shifts if d > 0], [-d for d in self.shifts if d < 0]
        return {
            "since": self.since.isoformat(),
            "until": self.until.isoformat(),
            "share": self.share,
            "children": self.children,
            "before": self.before.as_dict(),
            "after": self.after.as_dict(),
            "per_thousand": [round(self.per_thousand(self.before), 2), round(self.per_thousand(self.after), 2)],
            "added": self.added,
            "removed": self.removed,
            "acted": self.acted,
            "same": len(self.shifts),
            "earlier": [len(earlier), round(median(earlier)) if earlier else 0],
            "later": [len(later), round(median(later)) if later else 0],
            "samples": [one._asdict() for one in self.samples],
        }


def ask(*, draft: UUID, share: int, lock: int, by: Actor) -> None:
    """Notes that a trial is asked for; `jobs` owes it. Raises Invalid where the draft has a fault."""
    row = mine(draft, by, lock)
    rule, faults = from_yaml(row.text, partnership())
    if rule is None:
        raise Invalid(faults)
    if rule.about != "child":
        sentence = (
            "A rule about places is tried with `sightline signals backtest`: here children are looked at, one by one."
        )
        raise Refused(Decision(False, "wrong-state", sentence))
    row.tried, row.tried_text, row.tried_at = {"asked": now().isoformat(), "share": share}, "", None
    row.save(update_fields=["tried", "tried_text", "tried_at"])


def run(draft: UUID, share: int = 1, progress: Progress = lambda *_: None) -> Trial | None:
    """Tries a draft as it stands, and keeps what came of it beside it. None where it is gone, or has a fault."""
    row = Draft.objects.filter(id=draft).first()
    if row is None or row.state not in ("drafted", "submitted"):
        return None
    text, definition, by = row.text, partnership(), machine("signal-machine")
    rule, _ = from_yaml(text, definition)
    if rule is None:
        return None
    trial = tried(definition, rule, by=by, share=share, progress=progress)
    with transaction.atomic():
        Draft.objects.filter(id=draft).update(tried=trial.as_dict(), tried_at=now(), tried_text=fingerprint(text))
        write(
            kind="run",
            verb="try-rule",
            actor=by.id,
            acting_for=by.agency,
            purpose="scheduled-work",
            policy=definition.hash,
            ids=[draft],
            detail={"rule": rule.id, "version": rule.version, "children": trial.children, "share": share},
        )
    return trial


def tried(
    definition: Partnership,
    rule: Signal,
    *,
    by: Actor,
    share: int = 1,
    back: timedelta = BACK,
    progress: Progress = lambda *_: None,
) -> Trial:
    """The draft beside the rule of its id that is in force (or nothing), over the past."""
    moment = now()
    trial = Trial(moment - back, moment, share)
    standing = in_force(definition, moment)
    after = {**standing, rule.id: rule}
    days = working_days(definition)
    records = needs_of(definition, standing).records | needs_of(definition, after).records
    everybody = _drawn(children_with(trial.since - EARLIER, moment), share)
    for start in range(0, len(everybody), AT_ONCE):
        some = everybody[start : start + AT_ONCE]
        with reading(by, "scheduled-work", about="try-rule") as opened:
            entries = of_people(opened, some, records=records)
            sides: list[_Those] = []
            for these in (standing, after):
                if rule.id not in these:
                    sides.append({})
                    continue
                about = known(opened, entries, {rule.id: these[rule.id], **_rests_on(these, rule.id)}, moment, days)
                sides.append(_episodes(trial, about, these, these[rule.id], moment, days))
        _compare(trial, standing.get(rule.id), rule, *sides)
        trial.children += len(some)
        progress(min(start + AT_ONCE, len(everybody)), len(everybody))
    trial.samples = _few(trial.samples)
    return trial


def _rests_on(rules: Mapping[str, Signal], id: str) -> dict[str, Signal]:
    """The rules on which this one rests, at any depth."""
    found: dict[str, Signal] = {}
    waiting = [p.rule for _, p in rules[id].patterns() if p.rule]
    while waiting:
        one = waiting.pop()
        if one in rules and one not in found:
            found[one] = rules[one]
            waiting += [p.rule for _, p in rules[one].patterns() if p.rule]
    return found


def _episodes(
    trial: Trial,
    about: Mapping[UUID, Known],
    rules: Mapping[str, Signal],
    rule: Signal,
    moment: datetime,
    days: WorkingDays,
) -> _Those:
    """Whom the rule tells of in the window, and when it could first have done so."""
    found: _Those = []
    for person, one in about.items():
        standing = engine.stands(rule, one.world, moment, rules=rules, days=days, asked=one.asked)
        for episode in standing.episodes:
            if trial.since <= episode.since < trial.until:
                way = engine.told(rule, one.world, episode.since, rules=rules, days=days)
                found.append((person, episode, _whom(rule, way)))
    return found


def _whom(rule: Signal, way: int | None) -> str:
    """Whom that way of telling names, as codes: the first found of `whom`, then roles."""
    return "+".join(rule.tell[way].whom) if way is not None else ""


def _compare(trial: Trial, old: Signal | None, new: Signal, before: _Those, after: _Those) -> None:
    id = new.id
    for side, those in ((trial.before, before), (trial.after, after)):
        side.fired += len(those)
        side.children += len({person for person, _, _ in those})
        side.ways.update(whom for _, _, whom in those)
    kept = [Kept(uuid4(), id, p, frozenset(e.citing), e.begins, False, 0) for p, e, _ in before]
    found = [Found(id, p, frozenset(e.citing), e.begins) for p, e, _ in after]
    chosen = same(kept, found)
    of = {one.key: place for place, one in enumerate(kept)}
    for place, (person, episode, _) in enumerate(after):
        if place in chosen:
            trial.shifts.append((before[of[chosen[place]]][1].since - episode.since).days)
        else:
            trial.added += 1
            trial.samples.append(_sample(ADDED, person, new, episode))
    there = set(chosen.values())
    gone = [before[place] for place, one in enumerate(kept) if one.key not in there]
    trial.removed += len(gone)
    trial.acted += _acted(id, [(person, episode) for person, episode, _ in gone])
    trial.samples += [_sample(REMOVED, person, old or new, episode) for person, episode, _ in gone]


def _acted(id: str, gone: Sequence[tuple[UUID, Episode]]) -> int:
    """How many of these somebody had acted on."""
    if not gone:
        return 0
    rows = Standing.objects.filter(rule=id, answered="acted", identity__person__in={person for person, _ in gone})
    cited = [frozenset(one) for one in rows.values_list("cited", flat=True)]
    return sum(any(one & set(episode.citing) for one in cited) for _, episode in gone)


def _sample(what: str, person: UUID, rule: Signal, one: Episode) -> Sample:
    return Sample(what, one.citing, one.since.isoformat(), engine.words(rule, one), one.level, str(person))


def _few(samples: Iterable[Sample]) -> list[Sample]:
    """So many of each, by lot: the lot is what they cite, so that nobody chooses, and it falls alike each time."""
    drawn = sorted(samples, key=lambda one: sha256("|".join(one.cited).encode()).digest())
    return [one for what in (ADDED, REMOVED) for one in [s for s in drawn if s.what == what][:SAMPLES]]


def _drawn(identities: Sequence[UUID], share: int) -> list[UUID]:
    """These people, or one in so many of them, by lot."""
    found: set[UUID] = set()
    for start in range(0, len(identities), 5000):
        found.update(persons_of(identities[start : start + 5000]).values())
    return sorted(p for p in found if share == 1 or int.from_bytes(sha256(p.bytes).digest()[:4], "big") % share == 0)
