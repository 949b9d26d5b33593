"""Disagreeing with a decision, looking at it again, and deciding anew. What was decided before stays where it stands.

A disagreement goes up the declared ladder: each level has people and a clock, and where nobody answers in time it climbs by
itself. Whoever decided does not answer it alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction

from sightline.agencies.one_person import same_person
from sightline.agencies.queries import agencies, partnership, workers
from sightline.agencies.rules import may
from sightline.agencies.types import Actor
from sightline.chronology.actions import write_here
from sightline.chronology.listing import authors_of
from sightline.chronology.queries import originator_of
from sightline.clocks.rules import working_days
from sightline.definition.outcomes import Decision, Missing, Refused
from sightline.definition.types import Ladder, Partnership
from sightline.front_door import rules, steps
from sightline.front_door.claiming import move, touch
from sightline.front_door.models import Decided, Item, Step
from sightline.front_door.step_types import Made, StepView
from sightline.messages.actions import send
from sightline.sharing.actions import tie
from sightline.timescales.moment import now

ESCALATE, RECONSIDER = "escalate", "reconsider"
RECORD, AGAIN = "disagreement", "reconsideration"
MESSAGE, ANSWERED = "disagreement", "decision-stands"
SHORTEST = 20  # characters of a reason to decide anew


def ladder_of(definition: Partnership, record: str = "decision") -> Ladder | None:
    """The ladder for disagreements with records of this type."""
    return next((one for one in definition.ladder.values() if record in one.about), None)


def latest(notice: UUID) -> tuple[UUID, str] | None:
    """The decision that stands about a notice, and who made it; None where none does (or it is being decided anew)."""
    item = Item.objects.filter(entry=notice).first()
    if item is None:
        return None
    found = Decided.objects.filter(item=item.id, generation=item.generation).first()
    return (found.entry, found.by) if found else None


def history(notice: UUID) -> list[tuple[int, UUID, str]]:
    """Every decision about a notice: (generation, the entry, who), the first first."""
    item = Item.objects.filter(entry=notice).values_list("id", flat=True).first()
    rows = Decided.objects.filter(item=item).order_by("generation") if item else ()
    return [(row.generation, row.entry, row.by) for row in rows]


def notice_of(decision: UUID) -> UUID:
    """The notice that a decision was about. Raises Missing."""
    item = Decided.objects.filter(entry=decision).values_list("item", flat=True).first()
    found = Item.objects.filter(id=item).values_list("entry", flat=True).first() if item else None
    if found is None:
        raise Missing
    return found


# --- disagreeing --------------------------------------------------------------------------------------


@transaction.atomic
def escalate(*, decision: UUID, reason: str, by: Actor) -> Made:
    """Says that a decision is wrong, and asks for it to be looked at again. Whoever told us, whoever was asked, and
    whoever sees the decision may: others do not know of it.

    Raises Refused (`not-permitted`, `rationale-missing`, `rationale-too-short`, `wrong-state`), Missing.
    """
    definition = partnership()
    allowed = may(by, ESCALATE, definition)
    if not allowed:
        raise Refused(allowed)
    ladder = ladder_of(definition)
    notice = notice_of(decision)
    if not _concerned(notice, by):
        steps.given(decision, by, ESCALATE)  # whoever sees the decision may; anybody else is told nothing of it
    if ladder is None:
        raise Refused(Decision(False, "wrong-state", "No way to escalate is declared here. Ring the front door."))
    standing = latest(notice)
    if standing is None or standing[0] != decision:
        raise Refused(Decision(False, "wrong-state", "This was looked at again already. Read what stands now."))
    whole = rules.judge_disagreement(ladder, reason)
    if not whole:
        raise Refused(whole)
    return _raise(definition, ladder, notice, decision, reason, by)


def dissent(*, decision: UUID, notice: UUID, agency: str, reason: str, by: Actor) -> Made | None:
    """What an agency said against a decision when it was made goes on the ladder at once, in the caller's transaction.
    `agency`: its id or its name, as whoever decided wrote it; None where it is nobody here, or no ladder is declared."""
    definition, known = partnership(), agencies()
    ladder = ladder_of(definition)
    meant = agency if agency in known else next((a.id for a in known.values() if a.title == agency), "")
    if ladder is None or not meant:
        return None
    return _raise(definition, ladder, notice, decision, reason, by, meant)


def _concerned(notice: UUID, by: Actor) -> bool:
    """Whether this worker's agency told us of it, or was asked about it."""
    asked = Step.objects.filter(notice=notice, kind__in=[steps.CHECK, steps.PART], to=f"agency:{by.agency}")
    return originator_of(notice) == by.agency or asked.exists()


def _raise(
    definition: Partnership, ladder: Ladder, notice: UUID, decision: UUID, reason: str, by: Actor, whose: str = ""
) -> Made:
    """`whose`: the agency that disagrees, where somebody else writes it down for them."""
    whose = whose or by.agency
    given = steps.keys_of(decision)
    if given is None:
        raise Missing
    before = Step.objects.filter(notice=notice, kind=steps.DISAGREEMENT, state=steps.DONE, agency=whose)
    level = _first_level(ladder, decision, 1 + before.count(), _agency_of(decision, by))
    known = agencies()
    entry = write_here(
        record=RECORD,
        fields={"agency": known[whose].title, "reason": reason.strip(), "level": str(level)},
        identities=given.children,
        keys=given.keys,
        by=by,
        definition=definition,
        on=[decision, notice],
    )
    at_door = _agency_of(decision, by)
    moment = now()
    tie([(f"agency:{at_door}", "named", entry, moment, None, entry)])
    if whose != by.agency:
        tie([(f"agency:{whose}", "named", entry, moment, None, entry)])
    step = _at_level(definition, ladder, notice, decision, entry, level, at_door, whose, by)
    steps.kept(ESCALATE, by, [entry, decision], level=level)
    touch([notice])
    return Made(entry, (), step.id)


def _first_level(ladder: Ladder, decision: UUID, from_: int, at_door: str) -> int:
    """Where a disagreement begins: whoever disagrees again after an answer begins one higher, and so does everybody where
    the only one who could answer is whoever decided."""
    decided = authors_of([decision]).get(decision, "")
    there = {one.role for one in workers() if one.active and one.agency == at_door and one.id != decided}
    lowest = min(from_, len(ladder.levels))
    manned = [n for n, rung in enumerate(ladder.levels, 1) if n >= lowest and there & set(rung.whom)]
    return manned[0] if manned else lowest


def _agency_of(decision: UUID, by: Actor) -> str:
    try:
        return originator_of(decision)
    except Missing:
        return by.agency


def _at_level(
    definition: Partnership,
    ladder: Ladder,
    notice: UUID,
    decision: UUID,
    entry: UUID,
    level: int,
    at_door: str,
    whose: str,
    by: Actor,
) -> Step:
    """Begins a level: those who answer there are told, and their clock runs."""
    rung = ladder.levels[level - 1]
    due = rules.due_at_level(ladder, level, now(), working_days(definition))
    decided = authors_of([decision]).get(decision, "")
    there = {one.role for one in workers() if one.active and one.agency == at_door and one.id != decided}
    whom = [role for role in rung.whom if role in there] or list(rung.whom)
    to = [f"role:{role}@{at_door}" if role in there else f"role:{role}" for role in whom]
    other = [f"role:{role}@{whose}" for role in rung.also if whose != at_door and role in _roles_at(whose)]
    step = steps.begin(
        steps.DISAGREEMENT,
        notice=notice,
        entry=entry,
        to=to[0],
        due_at=due,
        by=by,
        code=str(decision),
        level=level,
    )
    Step.objects.filter(id=step.id).update(agency=whose)
    _let_see(decision, entry, notice, to)
    says = {"agency": whose, "level": level, "due": due.isoformat()}
    send(MESSAGE, to=list(dict.fromkeys([*to, *other])), about=[entry], says=says, by=by, because=step.id)
    return step


def _let_see(decision: UUID, entry: UUID, notice: UUID, to: Iterable[str]) -> None:
    """Those who answer at a level see what they answer: the disagreement, the decision, the notice, and who the child is."""
    given, moment = steps.keys_of(notice), now()
    until = steps.due_in(partnership(), "10 working days")
    places = set(to)
    people = [one for one in workers() if one.active and {f"role:{one.role}", f"role:{one.role}@{one.agency}"} & places]
    for one in people:
        holder = f"worker:{one.id}"
        tie([(holder, "named", record, moment, until, entry) for record in (entry, decision, notice)])
        tie([(holder, "asked", child, moment, until, entry) for child in (given.whom if given else ())])


def _roles_at(agency: str) -> set[str]:
    return {one.role for one in workers() if one.active and one.agency == agency}


def climb(step: StepView, by: Actor) -> None:
    """Nobody answered in time: the disagreement goes one level up; at the top it is told there again."""
    definition = partnership()
    ladder = ladder_of(definition)
    if ladder is None:
        return
    decision, level = UUID(step.code), min(step.level + 1, len(ladder.levels))
    row = Step.objects.select_for_update().get(id=step.id)
    for_whom = Actor(row.by, "", row.agency, "", row.team, "", machine=False)
    rung = ladder.levels[level - 1]
    due = rules.due_at_level(ladder, level, now(), working_days(definition))
    at_door = _agency_of(decision, for_whom)
    there = _roles_at(at_door)
    to = [f"role:{role}@{at_door}" if role in there else f"role:{role}" for role in rung.whom]
    Step.objects.filter(id=row.id).update(level=level, due_at=due, to=to[0], told_at=now(), scheduled=False)
    _let_see(decision, step.entry, step.notice, to)
    also = [f"role:{role}@{row.agency}" for role in rung.also if role in _roles_at(row.agency)]
    says = {"agency": row.agency, "level": level, "due": due.isoformat()}
    send(MESSAGE, to=list(dict.fromkeys([*to, *also])), about=[step.entry], says=says, by=by, because=step.id)


# --- looking at it again ------------------------------------------------------------------------------


@transaction.atomic
def reconsider(*, decision: UUID, reason: str, by: Actor, stands: bool = False) -> Made:
    """Looks at a decision again: it stands, and it is said why; or it is opened, to be decided anew, with its history.

    Raises Refused (`not-permitted`, `rationale-missing`, `rationale-too-short`, `second-person-needed` for whoever
    decided, `wrong-state` where it was looked at already), Missing.
    """
    definition = partnership()
    given = steps.given(decision, by, RECONSIDER)
    if given.seen is None or given.seen.record != "decision":
        raise Refused(Decision(False, "wrong-state", "Only a decision is reconsidered. Open the decision itself."))
    notice = notice_of(given.seen.first)
    standing = latest(notice)
    if standing is None or standing[0] != given.seen.first:
        raise Refused(Decision(False, "wrong-state", "This was looked at again already. Read what stands now."))
    if same_person(by.id, standing[1]):
        says = "You decided this yourself. Somebody else looks at it again: ask another manager."
        raise Refused(Decision(False, "second-person-needed", says))
    lacks = rules.reason(reason, SHORTEST, "Say why it is looked at again, and what is new.")
    if lacks is not None:
        raise Refused(lacks)
    made = write_here(
        record=AGAIN,
        fields={"stands": "yes" if stands else "no", "reason": reason.strip()},
        identities=given.children,
        keys=given.keys,
        by=by,
        definition=definition,
        on=[given.seen.first, notice],
    )
    _answer(notice, made, by, "stands" if stands else "anew")
    if not stands:
        steps.end_all(notice=notice, kinds=[steps.HAND_OVER, steps.FEEDBACK], by=by, entry=made)
        reopen(notice, by)
    steps.kept(RECONSIDER, by, [made, given.seen.first], stands=stands)
    return Made(made)


def reopen(notice: UUID, by: Actor) -> None:
    """Opens a decided notice to be decided once more: a new generation, with a limit of its own."""
    move(entry=notice, state="open", by=by, reopened=True)
    due = steps.due(partnership(), "contact-screening")
    Item.objects.filter(entry=notice).update(due_at=due)


def _answer(notice: UUID, entry: UUID, by: Actor, answer: str) -> None:
    """Whoever disagreed is told what came of it, and may read why."""
    moment = now()
    for row in Step.objects.select_for_update().filter(notice=notice, kind=steps.DISAGREEMENT, state=steps.OPEN):
        steps.end(row, by, entry=entry, said="answered this")
        tie(
            [
                (f"agency:{row.agency}", "named", entry, moment, None, entry),
                (f"worker:{row.by}", "named", entry, moment, None, entry),
            ]
        )
        send(ANSWERED, to=f"worker:{row.by}", about=[entry], says={"answer": answer}, by=by, because=row.id)
