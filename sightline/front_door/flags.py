"""What is missing of a step that stands: somebody answers for it by name, is chased, and gives it afterwards.

Protection never waits for paper. So what lacks is flagged, told to a named manager, told again each working day, and closed
by what they write. The step itself is not changed: what was missing then was missing then.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction

from sightline.agencies.queries import partnership
from sightline.agencies.rules import inboxes
from sightline.agencies.types import Actor
from sightline.chronology.actions import write_here
from sightline.definition.outcomes import Decision, Missing, Refused
from sightline.front_door import rules, steps
from sightline.front_door.claiming import touch
from sightline.front_door.models import Step
from sightline.front_door.step_types import Made, StepView
from sightline.messages.actions import send

RECORD, MESSAGE = "made-whole", "step-flagged"
WITHIN = "1 working day"
SHORTEST = 10  # characters of what is given afterwards


def flag(*, notice: UUID, entry: UUID, flagged: Sequence[str], by: Actor) -> list[UUID]:
    """Says that something is missing of what was just written, in the caller's transaction: a manager answers for it."""
    definition = partnership()
    if not flagged:
        return []
    to, due = steps.answers_for(by, *_answer()), steps.due_in(definition, WITHIN)
    made = []
    for code in dict.fromkeys(flagged):
        step = steps.begin(steps.FLAG, notice=notice, entry=entry, to=to, due_at=due, by=by, code=code)
        made.append(step.id)
        send(MESSAGE, to=to, about=[entry], says={"lacking": code, "due": due.isoformat()}, by=by, because=step.id)
    touch([notice])
    return made


def _answer() -> Sequence[str]:
    """The roles that answer for what is missing, as the message says."""
    return partnership().message[MESSAGE].to


def answered_by(by: Actor) -> list[StepView]:
    """What this worker answers for and has not seen to, soonest due first."""
    return steps.waiting_for(inboxes(by), steps.FLAG)


@transaction.atomic
def make_whole(*, step: UUID, words: str, by: Actor) -> Made:
    """Gives what was missing. Whoever answers for it does, or whoever took the step; another manager may, too.

    Raises Refused without the words, or for anybody else; Conflict where somebody has given it.
    """
    definition = partnership()
    row = steps.locked(step, steps.FLAG)
    if row.to not in inboxes(by) and row.by != by.id and by.role not in _answer():
        raise Refused(
            Decision(False, "not-permitted", "Somebody else answers for this. Ring them if you know what is missing.")
        )
    lacks = rules.reason(words, SHORTEST, "Write down what was missing.")
    if lacks is not None:
        raise Refused(lacks)
    given = steps.keys_of(row.entry)
    if given is None:
        raise Missing
    made = write_here(
        record=RECORD,
        fields={"lacked": row.code, "words": words.strip()},
        identities=given.children,
        keys=given.keys,
        by=by,
        definition=definition,
        on=[row.entry, row.notice],
    )
    steps.end(row, by, entry=made, said="gave this")
    steps.kept("make-whole", by, [made, row.entry], lacked=row.code)
    touch([row.notice])
    return Made(made, (), row.id)


def satisfy(*, notice: UUID, codes: Sequence[str], by: Actor, entry: UUID) -> int:
    """Closes what was flagged about a notice, because a later step brought it (others took part, somebody was asked)."""
    rows = Step.objects.filter(notice=notice, kind=steps.FLAG, code__in=list(codes), state=steps.OPEN)
    done = 0
    for row in rows:
        steps.end(row, by, entry=entry)
        done += 1
    return done


def late(step: StepView, by: Actor) -> None:
    """Tells whoever answers for it once more, and the managers besides: it is chased until it is done."""
    due = steps.due_in(partnership(), WITHIN).isoformat()
    to = [step.to, *(f"role:{role}@{step.agency}" for role in _answer())]
    send(
        MESSAGE,
        to=list(dict.fromkeys(to)),
        about=[step.entry],
        says={"lacking": step.code, "due": due},
        by=by,
        because=step.id,
    )
