"""Whether matching serves everybody alike: measuring it, stopping it from joining by itself, and letting it go on.

A machine may stop; only a person lets it go on, with a reason. While it is stopped every pair that would have joined by
itself waits for a person (`bands.verdict(automatic=False)`), and nothing that was joined before is taken apart.

    automatic_joining()      asked once a bite by whoever judges pairs
    measure(by=…)            against what people decided; `truth=DIR`: against a simulation's truth/, read as files
    resume(because=…, by=…)  and stop(because=…, by=…)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

from django.db import transaction

from sightline.agencies.queries import partnership
from sightline.agencies.rules import may
from sightline.agencies.two_people import record
from sightline.agencies.types import Actor
from sightline.definition.outcomes import Conflict, Decision, Invalid, Refused
from sightline.definition.types import Fault, Partnership
from sightline.identity import bands, measuring
from sightline.identity.held_back import Pairs, decided_pairs, groups_of_identities, held_back
from sightline.identity.linkage.publishing import current_model
from sightline.identity.models import Halting, Measured
from sightline.sharing.reading import reading
from sightline.timescales.london import local_day
from sightline.timescales.moment import now

MEASURE, DECIDE = "run-matching", "decide-automatic-joining"
TRUTH, DECISIONS = "truth", "decisions"
STOPPED, RESUMED = "stopped", "resumed"
WORSE = 1.0  # points by which an accepted gap may grow before it stops again
SHORTEST, LONGEST = 10, 400  # characters of a reason


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a measurement came to. `stopped`: joining by itself was stopped because of it."""

    id: UUID
    against: str
    found: measuring.Counted
    gaps: tuple[measuring.Gap, ...]
    stopped: bool


def automatic_joining(definition: Partnership | None = None) -> bool:
    """Whether pairs may join by themselves now. One look at one row, so that a stop is in force at once, everywhere.

    `definition` is taken so that callers need not know what it rests on; what it declares itself (`automatic: no`) the
    bands know.
    """
    return Halting.objects.order_by("-at", "-id").values_list("step", flat=True).first() != STOPPED


def measure(*, by: Actor, truth: Path | None = None) -> Outcome:
    """Counts, keeps what came of it, and stops joining by itself where a group is worse off than is declared.

    `truth`: a simulation's folder `truth/`. Raises Refused, and Invalid where the folder is none or tells of nobody here.
    """
    definition = partnership()
    decision = may(by, MEASURE, definition)
    if not decision:
        raise Refused(decision)
    against = TRUTH if truth else DECISIONS
    if truth:
        pairs, groups = held_back(truth, definition)
        if not pairs.truth:
            expected = "the truth of people who are held here: nobody in it is known by any agency's number"
            raise Invalid([Fault(path="truth", expected=expected, code="nobody")])
        found = measuring.counted(pairs.truth, pairs.together, pairs.asked, groups)
    else:
        with reading(by, "identity", about="measure-matching") as opened:
            found = _of_decisions(decided_pairs(), lambda ids: groups_of_identities(ids, opened))
    return _kept(found, against, definition, by)


def _of_decisions(pairs: Iterator[Sequence[Pairs]], groups) -> measuring.Counted:  # type: ignore[no-untyped-def]
    """What people decided, as shares. Of joins by themselves: those that nobody took apart."""
    found = measuring.Counted()
    seen: set[UUID] = set()
    for some in pairs:
        of = groups({identity for pair in some for identity in (pair.one, pair.other)})
        for pair in some:
            seen |= {pair.one, pair.other}
            those = {*of.get(pair.one, ()), *of.get(pair.other, ())}
            for share, hit in pair.shares():
                found.all.add(share, hit)
                for group in those:
                    found.groups.setdefault(group, measuring.Tally()).add(share, hit)
    found.identities = found.people = len(seen)
    return found


def _kept(found: measuring.Counted, against: str, definition: Partnership, by: Actor) -> Outcome:
    rules = bands.in_force(definition.matching, local_day(now()))
    gaps = tuple(measuring.gaps(found, rules.gap, rules.least))
    model = current_model().id
    with transaction.atomic():
        row = Measured.objects.create(
            id=uuid4(),
            at=now(),
            by=by.id,
            model=model,
            against=against,
            counts=found.as_dict(),
            gaps=[list(g) for g in gaps],
        )
        record("measure-matching", by, [row.id], against=against, model=model, gaps=len(gaps))
        fresh = [gap for gap in gaps if not _accepted(gap, model)]
        stops = bool(fresh) and automatic_joining(definition)
        if stops:
            _step(STOPPED, by, model, fresh, "")
    return Outcome(row.id, against, found, gaps, stops)


def _accepted(gap: measuring.Gap, model: str) -> bool:
    """Whether a person let joining go on in spite of this gap, under this model, and it is not much wider since."""
    last = Halting.objects.order_by("-at", "-id").first()
    if last is None or last.step != RESUMED or last.model != model:
        return False
    return any(
        [by, group, share] == list(gap[:3]) and gap.points <= points + WORSE
        for by, group, share, points, _ in last.gaps
    )


@transaction.atomic
def resume(*, because: str, by: Actor) -> None:
    """Lets joining by itself go on, in spite of the gaps that stopped it. Raises Refused, Conflict, Invalid."""
    definition = partnership()
    _may_decide(by, definition)
    last = Halting.objects.select_for_update().order_by("-at", "-id").first()
    if last is None or last.step != STOPPED:
        raise Conflict("Joining by itself is not stopped. Nothing was changed.")
    _step(RESUMED, by, current_model().id, [measuring.Gap(*gap) for gap in last.gaps], _reason(because))


@transaction.atomic
def stop(*, because: str, by: Actor) -> None:
    """Stops joining by itself, whatever was measured. Raises Refused, Conflict, Invalid."""
    definition = partnership()
    _may_decide(by, definition)
    if not automatic_joining(definition):
        raise Conflict("Joining by itself is stopped already. Nothing was changed.")
    _step(STOPPED, by, current_model().id, [], _reason(because))


def _may_decide(by: Actor, definition: Partnership) -> None:
    decision = may(by, DECIDE, definition)
    if not decision:
        raise Refused(decision)
    if by.machine:
        raise Refused(Decision(False, "people-only", "Only a person decides whether matching may join by itself"))


def _reason(because: str) -> str:
    words = because.strip()
    if len(words) < SHORTEST:
        raise Invalid([Fault(path="because", expected=f"why, in at least {SHORTEST} characters", code="needed")])
    return words[:LONGEST]


def _step(step: str, by: Actor, model: str, gaps: Sequence[measuring.Gap], because: str) -> None:
    row = Halting.objects.create(
        id=uuid4(), at=now(), by=by.id, step=step, model=model, gaps=[list(gap) for gap in gaps], because=because
    )
    verb = "stop-automatic-joining" if step == STOPPED else "resume-automatic-joining"
    record(verb, by, [row.id], model=model, gaps=len(gaps))


def latest(against: str) -> tuple[Measured, measuring.Counted] | None:
    """The last measurement of its kind."""
    row = Measured.objects.filter(against=against).order_by("-at", "-id").first()
    return (row, measuring.Counted.from_dict(row.counts)) if row else None


__all__ = ["Outcome", "automatic_joining", "latest", "measure", "resume", "stop"]
