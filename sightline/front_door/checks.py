"""Asking other agencies what they know, all at once, and their answers.

Each is asked for its own purpose, on its own basis, with its own question and a limit before the decision's own. An agency
that is asked sees who the child is, and the question; nothing of what others said.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from sightline.agencies.queries import agencies, partnership, workers
from sightline.agencies.rules import may
from sightline.agencies.types import Actor, AgencyInfo
from sightline.chronology.actions import write_here
from sightline.chronology.queries import entry as entry_history
from sightline.chronology.queries import subjects_of
from sightline.definition.nearest import nearest
from sightline.definition.outcomes import Decision, Invalid, Missing, Refused
from sightline.definition.records import clean
from sightline.definition.types import Check, Fault, Partnership
from sightline.front_door import rules, steps
from sightline.front_door.claiming import touch
from sightline.front_door.models import Item, Step
from sightline.front_door.step_types import Made, StepView
from sightline.identity.bands import SEALED
from sightline.identity.queries import persons_of, rows_of
from sightline.messages.actions import send
from sightline.sharing.actions import tie
from sightline.sharing.holding import ties_to
from sightline.sharing.reading import reading
from sightline.timescales.moment import now
from sightline.timescales.spans import parse_span

ASK, ANSWER = "request-check", "answer-check"
RECORD, ANSWERED = "agency-check", "agency-check-answer"
REQUEST, REMINDER, LATE = "agency-check-request", "agency-check-reminder", "agency-check-late"
CLOCK = "agency-check"
SEEN_AFTER = timedelta(days=7)  # so long after an answer was due its agency still sees about whom it was asked
BEFORE_THE_DECISION = timedelta(minutes=15)
AT_LEAST = timedelta(minutes=30)
AGAIN_AFTER = timedelta(minutes=5)  # so soon after a reminder another tells nobody anything
HANDLINGS = ("ordinary", "health-sensitive", "restricted", "police-only")
UNAVAILABLE = "not-available"


@dataclass(frozen=True, slots=True)
class Ask:
    """One agency that is asked. `check`: the declaration by which; without one, or a question, the agency's own kind says."""

    agency: str
    question: str = ""
    check: str = ""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Whom one might ask by one declaration, and whether it is suggested for these children."""

    check: Check
    agency: AgencyInfo
    why: str
    suggested: bool
    children: tuple[UUID, ...]


# --- whom to ask --------------------------------------------------------------------------------------


def suggestions(definition: Partnership, children: Sequence[UUID], ages: Iterable[int]) -> list[Suggestion]:
    """Whom the front door may ask about these children, as declared: for each check, the agency that knows them best."""
    whole = _of_the_same(children)
    known, held, years = agencies(), ties_to(one for some in whole.values() for one in some), list(ages)
    attends = {child: _attended(whole[child]) for child in children}
    found: list[Suggestion] = []
    for check in sorted(definition.check.values(), key=lambda c: (not c.core, c.id)):
        of_school: dict[str, list[UUID]] = {}
        if check.attended:
            for child, schools in attends.items():
                for school in schools:
                    if school in known and known[school].kind in check.asks:
                        of_school.setdefault(school, []).append(child)
        wanted = rules.suggested(check, years)
        for school, theirs in of_school.items():
            found.append(Suggestion(check, known[school], "The child goes there", wanted, tuple(theirs)))
        if not of_school and (one := _best(definition, check, known, held)):
            found.append(Suggestion(check, one[0], one[1], wanted, tuple(children)))
    return found


def _of_the_same(children: Sequence[UUID]) -> dict[UUID, list[UUID]]:
    """Of each child on a notice, every source identity of theirs: the police know no roll, and the school that sent one does.
    What is sealed is left out, but for the notice's own: whom one might ask must not tell where a hidden child is."""
    rows, of = rows_of(persons_of(children).values()), persons_of(children)
    return {
        child: [
            child,
            *(row.id for row in rows if row.person == of.get(child) and row.id != child and row.guard != SEALED),
        ]
        for child in children
    }


def _attended(children: Sequence[UUID]) -> list[str]:
    return [who.removeprefix("agency:") for who, kinds in ties_to(children).items() if "attends" in kinds]


def _best(
    definition: Partnership, check: Check, known: dict[str, AgencyInfo], held: dict[str, frozenset[str]]
) -> tuple[AgencyInfo, str] | None:
    """The agency of the kinds that works with the child now; else the one that sits at the front door; else the first."""
    network = {who.removeprefix("agency:") for who, kinds in held.items() if "network" in kinds}
    at_door = {team.agency for team in definition.team.values() if team.on_duty_for}
    kinds = [kind for kind in check.asks if not (check.attended and kind in ("school", "college"))]
    some = [a for kind in kinds for a in sorted(known.values(), key=lambda a: a.id) if a.kind == kind]
    for one in some:
        if one.id in network:
            return one, "Works with the child"
    for one in some:
        if one.id in at_door:
            return one, "Sits at the front door"
    return (some[0], "Looks after the area") if some else None


def check_for(definition: Partnership, agency: AgencyInfo) -> Check | None:
    """The declaration by which an agency of this kind is asked."""
    return next((c for c in definition.check.values() if agency.kind in c.asks), None)


# --- asking -------------------------------------------------------------------------------------------


@transaction.atomic
def request_checks(
    *,
    entry: UUID,
    asks: Sequence[Ask],
    by: Actor,
    at_the_line: bool = False,
    agreement: str = "",
    because: str = "",
    cannot_wait: bool = False,
) -> list[Made]:
    """Asks these agencies about the children on a notice, all at once. Returns what was written, one an agency; what an
    agency has been asked about it and has not answered is not asked again (`already`, with the step that waits).

    `agreement`, `because`: the family's, and why they are asked without it; else as the notice says. Raises Refused
    (`agreement-missing`), Missing where the notice is not to be seen, Invalid for an agency that cannot be asked.
    """
    definition, known = partnership(), agencies()
    given = steps.given(entry, by, ASK)
    assert given.seen is not None
    _agencies(asks, known, by)
    said = given.seen.values
    agreement = agreement or said.get("agreement", "")
    because = because or said.get("not-sought-because", "")
    line = at_the_line or _at_the_line(given.seen.first)
    answer, flagged = rules.judge_asking(at_the_line=line, agreement=agreement, because=because)
    if not answer:
        raise Refused(answer)
    urgent = cannot_wait or given.seen.urgent
    due = _due(definition, given.seen.first, urgent)
    Item.objects.select_for_update().filter(entry=given.seen.first).first()  # two who ask at one moment ask once
    waiting = _waiting(given.seen.first, by)
    made = []
    for ask in asks:
        check = definition.check.get(ask.check) or check_for(definition, known[ask.agency])
        fields = {
            "agency": known[ask.agency].title,
            "question": ask.question.strip() or (check.question if check else "What do you know about this child?"),
            "purpose": check.purpose if check else "Deciding what this child needs",
            "basis": "; ".join(rules.basis_of(check, at_the_line=line)) if check else "uk-gdpr-6-1-e",
            "at-the-line": "yes" if line else "no",
            "agreement": agreement,
            "because": because,
            "due": steps.stamp(due),
            "cannot-wait": "yes" if urgent else "no",
        }
        children = [c for c in given.children if ask.agency in _attended([c])] if check and check.attended else []
        children = children or list(given.children)
        same = (ask.agency, check.id if check else "", _plain(fields["question"]), fields["at-the-line"])
        if before := next((one for one in waiting if one.is_for(same, children, urgent)), None):
            made.append(Made(before.step.entry, (), before.step.id, already=True))
            continue
        written, faults = clean(definition, definition.record[RECORD], {k: v for k, v in fields.items() if v})
        if faults:
            raise Invalid(faults)
        one = write_here(
            record=RECORD,
            fields=written,
            identities=children,
            keys=given.keys,
            by=by,
            definition=definition,
            on=[given.seen.first],
            flagged=flagged,
            urgent=urgent,
        )
        made.append(_asked(definition, given.seen.first, one, ask.agency, check, children, due, urgent, flagged, by))
    return made


@dataclass(frozen=True, slots=True)
class _Waiting:
    """What an agency was asked about a notice and has not answered: the question, on what footing, and about whom."""

    step: Step
    same: tuple[str, str, str, str]
    children: frozenset[UUID]

    def is_for(self, same: tuple[str, str, str, str], children: Sequence[UUID], urgent: bool) -> bool:
        """Whether asking this now asks nothing new: about no other child, on no graver footing, and no more pressing."""
        return self.same == same and self.children >= set(children) and (self.step.urgent or not urgent)


def _waiting(notice: UUID, by: Actor) -> list[_Waiting]:
    """What was asked about a notice and waits, as far as whoever asks may read it."""
    found = []
    with reading(by, "safeguarding", about=ASK) as opened:
        for row in Step.objects.filter(notice=notice, kind=steps.CHECK, state=steps.OPEN).order_by("at", "id"):
            try:
                said = entry_history(opened, row.entry).now.values
            except Missing:
                continue
            if "question" in said:
                same = (row.to.removeprefix("agency:"), row.code, _plain(said["question"]), said.get("at-the-line", "no"))
                found.append(_Waiting(row, same, frozenset(one for one, _, _ in subjects_of(row.entry))))
    return found


def _plain(question: str) -> str:
    """A question by its words: spaces, capitals and the last mark make no other question of it."""
    return " ".join(question.split()).casefold().rstrip(".?! ")


def _agencies(asks: Sequence[Ask], known: dict[str, AgencyInfo], by: Actor) -> None:
    """Raises Invalid for agencies that cannot be asked, and where nobody is."""
    faults = [
        Fault(path="agency", found=ask.agency, expected="an agency", nearest=nearest(ask.agency, known), code="unknown")
        for ask in asks
        if ask.agency not in known
    ]
    faults += [
        Fault(path="agency", found=ask.agency, expected="another agency than your own", code="own")
        for ask in asks
        if ask.agency == by.agency
    ]
    if faults or not asks:
        raise Invalid(faults or [Fault(path="agency", expected="an agency to ask", code="needed")])


def _asked(
    definition: Partnership,
    notice: UUID,
    entry: UUID,
    agency: str,
    check: Check | None,
    children: Sequence[UUID],
    due: datetime,
    urgent: bool,
    flagged: tuple[str, ...],
    by: Actor,
) -> Made:
    """What follows from asking: the agency is told, sees whom it is asked about, and has a step to do."""
    holder, moment = f"agency:{agency}", now()
    step = steps.begin(
        steps.CHECK,
        notice=notice,
        entry=entry,
        to=holder,
        due_at=due,
        by=by,
        code=check.id if check else "",
        urgent=urgent,
    )
    tie([(holder, "asked", child, moment, due + SEEN_AFTER, entry) for child in children])
    tie([(holder, "named", entry, moment, None, entry)])
    send(
        REQUEST,
        to=readers(agency, check),
        about=[entry],
        says={"agency": agency, "due": due.isoformat()},
        by=by,
        because=step.id,
    )
    steps.kept(ASK, by, [entry, notice], agency=agency, flagged=list(flagged))
    touch([notice])
    return Made(entry, flagged, step.id)


def readers(agency: str, check: Check | None) -> list[str]:
    """Who is told at an agency: those who answer such a check there, else everybody who may."""
    there = {one.role for one in workers() if one.active and one.agency == agency}
    roles = [role for role in (check.answered_by if check else ()) if role in there]
    return [f"role:{role}@{agency}" for role in roles] or [f"agency:{agency}"]


def _at_the_line(notice: UUID) -> bool:
    """Whether a discussion was called about it: from then on nobody asks for agreement."""
    return Step.objects.filter(notice=notice, kind=steps.DISCUSSION).exists()


def _due(definition: Partnership, notice: UUID, urgent: bool) -> datetime:
    """By when they answer: as the clock says, and always before the decision's own limit where there is time."""
    due = steps.due(definition, CLOCK, urgent=urgent)
    item = Item.objects.filter(entry=notice, closed_at=None).values_list("due_at", flat=True).first()
    if item is None:
        return due
    return min(due, max(item - BEFORE_THE_DECISION, now() + AT_LEAST))


# --- answering ----------------------------------------------------------------------------------------


def asked_of(agency: str) -> list[StepView]:
    """What an agency has been asked and has not answered, soonest due first."""
    return steps.waiting_for([f"agency:{agency}"], steps.CHECK)


def answered_by(agency: str, limit: int = 20) -> list[StepView]:
    """What an agency has answered, the last first."""
    rows = Step.objects.filter(to=f"agency:{agency}", kind=steps.CHECK).exclude(state=steps.OPEN)
    return [steps.view(row) for row in rows.order_by("-done_at", "id")[:limit]]


def check_on(notice: UUID, agency: str) -> UUID:
    """The check that an agency was asked about a notice: one that waits, else the last. Raises Missing."""
    rows = Step.objects.filter(notice=notice, to=f"agency:{agency}", kind=steps.CHECK)
    found = rows.filter(state=steps.OPEN).order_by("at").first() or rows.order_by("-at").first()
    if found is None:
        raise Missing
    return found.id


@transaction.atomic
def answer_check(
    *,
    step: UUID,
    by: Actor,
    answer: str,
    headline: str = "",
    detail: str = "",
    because: str = "",
    onward: str = "",
    handling: str = "",
) -> Made:
    """Answers what an agency was asked: nothing known, known, or not available. What it learns later is added: an answer
    is never refused for coming second.

    Raises Refused without the right or the words, Missing for what another agency was asked.
    """
    definition = partnership()
    allowed = may(by, ANSWER, definition)
    if not allowed:
        raise Refused(allowed)
    row = steps.locked(step, steps.CHECK)
    if row.to != f"agency:{by.agency}":
        raise Missing
    if row.state == steps.ENDED:
        raise Refused(
            Decision(False, "wrong-state", "The front door does not ask this any more. Ring it with what you know.")
        )
    whole = rules.judge_answer(answer=answer, detail=detail or headline, because=because)
    if not whole:
        raise Refused(whole)
    given = steps.keys_of(row.entry)
    if given is None:
        raise Missing
    fields = {"answer": answer, "headline": headline, "detail": detail, "because": because, "onward": onward}
    written, faults = clean(definition, definition.record[ANSWERED], {k: v.strip() for k, v in fields.items() if v})
    if faults or (handling and handling not in HANDLINGS):
        raise Invalid(faults or [Fault(path="handling", found=handling, expected=" or ".join(HANDLINGS))])
    made = write_here(
        record=ANSWERED,
        fields=written,
        identities=given.children,
        keys=given.keys,
        by=by,
        definition=definition,
        handling=handling,
        on=[row.entry, row.notice],
    )
    moment = now()
    asked_in = [f"worker:{row.by}", *([f"team:{row.team}"] if row.team else [])]
    tie([(holder, "named", made, moment, None, made) for holder in asked_in])
    state = steps.COULD_NOT if answer == UNAVAILABLE else steps.DONE
    Step.objects.filter(id=row.id, state=steps.OPEN).update(state=state, done_at=moment, done_by=by.id, done_entry=made)
    steps.kept(ANSWER, by, [made, row.entry], answer=answer, added=row.state != steps.OPEN)
    touch([row.notice])
    return Made(made, (), row.id)


# --- reminding ----------------------------------------------------------------------------------------


def remind_at(definition: Partnership, step: StepView) -> datetime:
    """When an agency is reminded that its answer is awaited."""
    check = definition.check.get(step.code)
    span = parse_span(check.remind if check else "30 minutes")
    if span.unit in ("minute", "hour"):
        return max(step.at, step.due_at - (span.due(step.at) - step.at))
    return step.due_at


@transaction.atomic
def remind_now(*, step: UUID, by: Actor) -> bool:
    """Reminds an agency now, because whoever asks wants the answer sooner. Returns whether it was sent: once in five minutes.

    Raises Refused without the right, Missing for what this worker cannot see, or nobody waits for any more.
    """
    row = steps.locked(step, steps.CHECK)
    given = steps.given(row.entry, by, ASK)
    if given.seen is None or row.state != steps.OPEN:
        raise Missing
    if row.told_at is not None and row.told_at > now() - AGAIN_AFTER:
        return False
    remind(steps.view(row), by)
    steps.told_late(row.id)
    steps.kept("remind-check", by, [row.entry, row.notice], agency=row.to.removeprefix("agency:"))
    return True


def remind(step: StepView, by: Actor) -> None:
    """Tells the agency that it is still waited for."""
    agency = step.to.removeprefix("agency:")
    says = {"agency": agency, "due": step.due_at.isoformat()}
    to = readers(agency, partnership().check.get(step.code))
    send(REMINDER, to=to, about=[step.entry], says=says, by=by, because=step.id)


def late(step: StepView, by: Actor) -> None:
    """Tells whoever asked that no answer came, so that they ring, or decide without."""
    says = {"agency": step.to.removeprefix("agency:"), "due": step.due_at.isoformat()}
    send(LATE, to=[f"worker:{step.by}"], about=[step.entry], says=says, by=by, because=step.notice)
