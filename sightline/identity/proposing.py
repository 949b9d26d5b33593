"""What a run over everybody proposes: pairs that stand nowhere yet, in the same bands as those of arriving people.

Never undone: what a person decided, what waits, what was joined. A pair that is there is passed over, so a run may be
stopped and started again at any moment, and a second one right after the first adds nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from uuid import UUID, uuid4

from django.db import transaction

from sightline.agencies.queries import machine, partnership
from sightline.agencies.rules import may
from sightline.definition.outcomes import Refused
from sightline.identity import bands
from sightline.identity.clusters import ordered
from sightline.identity.everybody import ACTOR
from sightline.identity.linkage.model import Model
from sightline.identity.linkage.types import Score
from sightline.identity.linking import relink
from sightline.identity.matcher import Matcher, Other
from sightline.identity.models import Possible, SourceIdentity
from sightline.ledger.actions import write
from sightline.sharing.reading import Reading
from sightline.timescales.london import local_day
from sightline.timescales.moment import now
from sightline.vault.actions import Keyring

AT_ONCE = 500  # pairs of one transaction
Progress = Callable[[str, int, int], None]
Pair = tuple[UUID, UUID]
Moved = dict[UUID, tuple[UUID, UUID]]


@dataclass
class Proposed:
    """What came of it, in pairs; and how many source identities are somebody else now."""

    bands: Counter[str] = field(default_factory=Counter)  # same | possible | new
    why: Counter[str] = field(default_factory=Counter)
    there: int = 0  # that stood already
    written: int = 0
    moved: int = 0


def known_pairs() -> set[Pair]:
    """Every pair that stands anywhere, whatever was thought of it."""
    return set(Possible.objects.values_list("one_id", "other_id").iterator(5000))


def propose(
    pairs: Sequence[Pair],
    model: Model,
    *,
    keep: bool,
    automatic: bool = True,
    follow: Callable[[Moved], None] = lambda _: None,
    progress: Progress = lambda *_: None,
) -> Proposed:
    """Judges these pairs, and with `keep` writes what waits and what joins. Each transaction stands for itself.

    `follow` is told, inside the transaction, who is somebody else now: {identity: (person before, person now)}.
    """
    by = machine(ACTOR)
    decision = may(by, "run-matching", partnership())
    if not decision:
        raise Refused(decision)
    rules = bands.in_force(partnership().matching, local_day(now()))
    found, there = Proposed(), known_pairs()
    fresh = []
    for pair in pairs:
        if ordered(*pair) in there:
            found.there += 1
        else:
            fresh.append(ordered(*pair))
    for start in range(0, len(fresh), AT_ONCE):
        some = fresh[start : start + AT_ONCE]
        reading = Reading(by, "identity")
        with transaction.atomic():
            judged = list(_judged(some, model, rules, Matcher(Keyring(), model=model, reading=reading), automatic))
            for _, _, _, verdict, _ in judged:
                found.bands[verdict.band] += 1
                found.why.update(verdict.why)
            if keep:
                written, moved = _keep([one for one in judged if one[3].band != bands.NEW], model)
                found.written += written
                found.moved += len(moved)
                follow(moved)
            reading.about = "link-identities"
            reading.close()
        progress("judging", min(start + AT_ONCE, len(fresh)), len(fresh))
    return found


Judged = tuple[Other, Other, Score, bands.Verdict, str]  # the last is the guard


def _judged(
    pairs: Sequence[Pair], model: Model, rules: bands.Rules, matcher: Matcher, automatic: bool
) -> Iterator[Judged]:
    known = matcher.known(identity for pair in pairs for identity in pair)
    guards = _guards([other.identity for other in known.values()])
    for one, other in pairs:
        if one in known and other in known:  # else erased, or not to be opened
            a, b = known[one], known[other]
            score = matcher.scores(a.likeness, [b])[0]
            guard = bands.stricter(guards.get(one, ""), guards.get(other, ""))
            agencies = (a.agency, b.agency)
            verdict = bands.verdict(
                rules, a.likeness, b.likeness, score, agencies=agencies, guard=guard, automatic=automatic
            )
            yield a, b, score, verdict, guard


def _guards(identities: Sequence[UUID]) -> dict[UUID, str]:
    """The strictest guard of everybody who is one person with each of these."""
    persons = dict(SourceIdentity.objects.filter(id__among=identities).values_list("id", "person"))
    strictest: dict[UUID, str] = {}
    guarded = SourceIdentity.objects.filter(person__among=set(persons.values())).exclude(guard="")
    for person, guard in guarded.values_list("person", "guard"):
        strictest[person] = bands.stricter(strictest.get(person, ""), guard)
    return {identity: strictest[person] for identity, person in persons.items() if person in strictest}


def _keep(judged: Sequence[Judged], model: Model) -> tuple[int, Moved]:
    """Writes pairs that nobody wrote meanwhile; makes persons follow. In the caller's transaction."""
    rows = []
    for one, other, score, verdict, guard in judged:
        first, second = ordered(one.identity, other.identity)
        rows.append(
            Possible(
                id=uuid4(),
                one_id=first,
                other_id=second,
                state="joined" if verdict.band == bands.JOINS else "waiting",
                at=now(),
                bits=round(score.bits, 4),
                parts=[[p.comparison, p.level, round(p.bits, 4), round(p.tf_bits, 4)] for p in score.parts],
                model=model.id,
                why=list(verdict.why),
                guard=guard,
            )
        )
    if not rows:
        return 0, {}
    Possible.objects.bulk_create(rows, ignore_conflicts=True)
    joined = {identity for row in rows if row.state == "joined" for identity in (row.one_id, row.other_id)}
    moved = relink(joined, by=ACTOR, at=now(), reason="identifiers-agree", evidence=["bulk"]) if joined else {}
    write(
        kind="run",
        verb="propose-matches",
        actor=ACTOR,
        acting_for="",
        purpose="identity",
        policy=partnership().hash,
        ids=[row.id for row in rows],
        detail={"model": model.id, "joined": sum(r.state == "joined" for r in rows), "moved": len(moved)},
    )
    return len(rows), moved
