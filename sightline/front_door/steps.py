"""What somebody still has to do about a notice: begun, done once, late, and who answers for it.

A step is begun in the transaction of what makes it necessary, and ended in that of what answers it; two people who
answer at once are told who was first. When it falls due and nobody has done it, `late` is what the worker calls.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sightline.agencies.queries import actor_by_id, partnership, workers
from sightline.agencies.rules import may
from sightline.agencies.types import Actor, WorkerInfo
from sightline.chronology.queries import at_least_headline, subjects_of
from sightline.chronology.queries import entry as entry_history
from sightline.chronology.types import EntryView
from sightline.clocks.matching import limit_in_force
from sightline.clocks.rules import working_days
from sightline.definition.outcomes import Conflict, Decision, Missing, Refused
from sightline.definition.types import Partnership
from sightline.front_door.models import Step
from sightline.front_door.step_types import Given, StepView
from sightline.identity.queries import rows_by_id
from sightline.ledger.actions import write
from sightline.sharing.reading import Reading, reading
from sightline.sharing.types import Level
from sightline.timescales.london import local, say
from sightline.timescales.moment import now
from sightline.timescales.spans import parse_span
from sightline.vault.asking import Question

OPEN, DONE, COULD_NOT, ENDED = "open", "done", "could-not", "ended"
CHECK, HAND_OVER, DISCUSSION, PART = "check", "hand-over", "discussion", "part"
FLAG, DISAGREEMENT, FEEDBACK = "flag", "disagreement", "feedback"

WRITTEN_HERE = frozenset(  # what the front door writes by itself, beside what somebody does
    {
        "decision",
        "hand-over",
        "hand-over-accepted",
        "referrer-feedback",
        "strategy-called",
        "section-47",
        "agency-check",
    }
)


# --- beginning and ending ------------------------------------------------------------------------------


def begin(
    kind: str,
    *,
    notice: UUID,
    entry: UUID,
    to: str,
    due_at: datetime,
    by: Actor,
    code: str = "",
    level: int = 0,
    urgent: bool = False,
) -> Step:
    """Somebody has to act from now on. In the caller's transaction; the same step is not begun twice."""
    made, _ = Step.objects.get_or_create(
        kind=kind,
        entry=entry,
        to=to,
        code=code,
        defaults={
            "notice": notice,
            "level": level,
            "by": by.id,
            "team": by.team,
            "agency": by.agency,
            "urgent": urgent,
            "at": now(),
            "due_at": due_at,
        },
    )
    return made


def locked(step: UUID, *kinds: str) -> Step:
    """A step of these kinds, for whoever changes it now. Raises Missing."""
    row = Step.objects.select_for_update().filter(id=step, kind__in=kinds).first()
    if row is None:
        raise Missing
    return row


def end(row: Step, by: Actor, *, entry: UUID | None = None, state: str = DONE, said: str = "has done this") -> None:
    """Ends a step, once: whoever comes second is told who was first (Conflict)."""
    done = Step.objects.filter(id=row.id, state=OPEN).update(
        state=state, done_at=now(), done_by=by.id, done_entry=entry
    )
    if not done:
        row.refresh_from_db()
        raise Conflict(f"{name(row.done_by)} {said} at {local(row.done_at or now()):%H:%M}. Nothing was changed.")


def end_all(*, notice: UUID, kinds: Iterable[str], by: Actor, entry: UUID | None = None, state: str = ENDED) -> int:
    """Ends what is open of these kinds about a notice, because what it was for is over. Returns how many."""
    rows = Step.objects.filter(notice=notice, kind__in=list(kinds), state=OPEN)
    return rows.update(state=state, done_at=now(), done_by=by.id, done_entry=entry)


def unscheduled() -> list[StepView]:
    """Open steps at which nobody has yet arranged to look when they fall due; from now on somebody has. In the caller's
    transaction: a step is arranged for in the one that begins it."""
    rows = list(Step.objects.filter(scheduled=False).order_by("at"))
    Step.objects.filter(id__in=[row.id for row in rows]).update(scheduled=True)
    return [view(row) for row in rows if row.state == OPEN]


def told_late(step: UUID) -> None:
    """Keeps when somebody was last told that a step is late."""
    Step.objects.filter(id=step).update(told_at=now())


# --- what stands ---------------------------------------------------------------------------------------


def of_notices(reading: Reading, notices: Iterable[UUID]) -> dict[UUID, list[StepView]]:
    """The steps of these notices that this reader may see, in the order in which they were begun. One query, and the gate."""
    rows = _OF_NOTICES.rows(notices)
    shown = at_least_headline(reading, {row.entry for row in rows})
    found: dict[UUID, list[StepView]] = {}
    for row in rows:
        if row.entry in shown:
            found.setdefault(row.notice, []).append(view(row))
    return found


_OF_NOTICES = Question(lambda notices: Step.objects.filter(notice__among=notices).order_by("at", "id"))


def of_notice(reading: Reading, notice: UUID) -> list[StepView]:
    """As `of_notices`, of one."""
    return of_notices(reading, [notice]).get(notice, [])


def waiting_for(holders: Iterable[str], *kinds: str) -> list[StepView]:
    """What waits for whoever goes by these names, soonest due first: ids, times and codes, nothing of whom it is about."""
    rows = Step.objects.filter(to__in=list(holders), kind__in=kinds, state=OPEN)
    return [view(row) for row in rows.order_by("due_at", "id")[:500]]


def one(step: UUID, *kinds: str) -> StepView:
    """A step by its id, before anybody's right to see it. Raises Missing."""
    row = Step.objects.filter(id=step, kind__in=kinds).first() if kinds else Step.objects.filter(id=step).first()
    if row is None:
        raise Missing
    return view(row)


def begun_by(entry: UUID, *kinds: str) -> list[StepView]:
    """The steps that an entry made necessary."""
    return [view(row) for row in Step.objects.filter(entry=entry, kind__in=kinds).order_by("at", "id")]


def view(row: Step) -> StepView:
    return StepView(
        row.id,
        row.kind,
        row.notice,
        row.entry,
        row.to,
        row.code,
        row.level,
        row.by,
        row.team,
        row.agency,
        row.urgent,
        row.at,
        row.due_at,
        row.state,
        row.done_at,
        row.done_by,
        row.done_entry,
        late=(row.done_at or now()) > row.due_at and row.state != ENDED,
    )


# --- whom and what it is about ------------------------------------------------------------------------


def given(entry: UUID, by: Actor, permission: str, *, level: Level = Level.HEADLINE) -> Given:
    """A record about which somebody wants to do something, as they may see it, with the children on it.

    Raises Refused without the right, Missing where they may not see as much of it.
    """
    allowed = may(by, permission, partnership())
    if not allowed:
        raise Refused(allowed)
    with reading(by, "safeguarding", about=permission) as opened:
        found = entry_history(opened, entry)
        if found.now.level < level:
            raise Missing
    if found.replaced:
        raise Refused(
            Decision(False, "out-of-date", "This record was put right since. Open it again, and decide on what stands.")
        )
    return about(found.now)


def about(seen: EntryView) -> Given:
    """The children on a record, and for whom what is written about it is sealed."""
    return _about(seen, seen.id)


def _about(seen: EntryView | None, entry: UUID) -> Given:
    subjects = subjects_of(entry)
    return Given(
        seen,
        tuple(identity for identity, child, _ in subjects if child),
        tuple(key for _, _, key in subjects),
        tuple(identity for identity, child, _ in subjects if not child),
    )


def keys_of(notice: UUID) -> Given | None:
    """As `about`, for what follows by itself: whom a notice (its first version) is about, without what it says."""
    found = _about(None, notice)
    return found if found.keys else None


def with_keys(identities: Iterable[UUID]) -> Given:
    """More children, by source identities: brothers and sisters on whose records something stands too."""
    rows = rows_by_id(identities)
    return Given(None, tuple(rows), tuple(row.key for row in rows.values()))


# --- when, and who answers ----------------------------------------------------------------------------


def due(definition: Partnership, clock: str, *, urgent: bool = False, **facts: str) -> datetime:
    """By when something is done that begins now, as the clock's limit in force says."""
    moment = now()
    declared = definition.clock[clock]
    limit = limit_in_force(declared, moment, {"urgent": "yes" if urgent else "no", **facts})
    return parse_span(limit.is_ if limit else "1 working day").due(moment, working_days(definition))


def due_in(definition: Partnership, span: str) -> datetime:
    """The end of a span that begins now."""
    return parse_span(span).due(now(), working_days(definition))


def answers_for(by: Actor, *roles: str) -> str:
    """A named person who answers for something at the agency of whoever did it: first in the same team, then anywhere at
    the agency, then wherever they are; the role where nobody is there yet."""
    people = [one for one in workers() if one.active and one.role in roles and one.id != by.id]

    def nearest(one: WorkerInfo) -> tuple[int, int, str, str]:
        far = 0 if by.team and one.team == by.team else 1 if one.agency == by.agency else 2
        return far, roles.index(one.role), one.name, one.id

    here = [one for one in people if one.agency == by.agency] or people
    return f"worker:{min(here, key=nearest).id}" if here else f"role:{roles[0]}"


def kept(verb: str, by: Actor, ids: Iterable[UUID], **detail: object) -> None:
    """The ledger record of a verb, in its transaction."""
    write(
        kind="change",
        verb=verb,
        actor=by.id,
        acting_for=by.agency,
        purpose="safeguarding",
        policy=partnership().hash,
        ids=list(ids),
        detail=detail,
    )


def worker(id: str) -> Actor | None:
    """A worker by their id; None for a machine, or somebody who has left."""
    try:
        UUID(id)
        return actor_by_id(id)
    except (Missing, ValueError):
        return None


def name(id: str) -> str:
    """A worker's name, for colleagues."""
    found = worker(id)
    return found.name if found else "Somebody who has left"


def said_when(moment: datetime | None) -> str:
    """`10 Jan 2025, 09:12`."""
    return say(local(moment)) if moment else ""


def stamp(moment: datetime) -> str:
    """A moment as a record's field holds it: `2025-01-10 09:12`, London's time."""
    return f"{local(moment):%Y-%m-%d %H:%M}"


def begun_by_notice(notice: UUID, *kinds: str) -> list[UUID]:
    """The ids of the steps of these kinds about a notice, before anybody's right to see them."""
    return list(Step.objects.filter(notice=notice, kind__in=kinds).order_by("at").values_list("id", flat=True))


def of_agency(notice: UUID, kind: str, agency: str) -> list[StepView]:
    """What an agency itself has begun about a notice (its disagreements), the first first."""
    return [view(row) for row in Step.objects.filter(notice=notice, kind=kind, agency=agency).order_by("at")]
