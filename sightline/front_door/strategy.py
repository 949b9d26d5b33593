"""Strategy discussions: called at once, held by more than one agency, with the child protection medical, and followed on.

Calling one is never refused for want of paper. Held by one agency alone it stands, is flagged and stays open: only others who
took part, or sent what they know, close it. A follow-on discussion does not set back the clock of the conference.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from sightline.agencies.queries import agencies, partnership
from sightline.agencies.rules import may
from sightline.agencies.types import Actor, AgencyInfo
from sightline.chronology.actions import write_here
from sightline.definition.nearest import nearest
from sightline.definition.outcomes import Decision, Invalid, Missing, Refused
from sightline.definition.records import clean
from sightline.definition.types import Fault, Partnership, Route
from sightline.front_door import flags, handing_over, rules, steps
from sightline.front_door.checks import readers
from sightline.front_door.claiming import touch
from sightline.front_door.models import Decided, Item, Step
from sightline.front_door.step_types import Given, Made, StepView
from sightline.messages.actions import send
from sightline.sharing.actions import tie
from sightline.timescales.moment import now

CALL, MEDICAL = "call-strategy-discussion", "record-medical-decision"
CALLED, HELD, MEDICAL_RECORD, ENQUIRY = "strategy-called", "strategy-discussion", "medical-decision", "section-47"
MESSAGE, CLOCK, ROUTE = "strategy-discussion-called", "strategy-discussion-held", "strategy-discussion"
TOOK_PART, SENT, COULD_NOT = "took-part", "sent-information", "could-not"
PARTS = {TOOK_PART: "took part", SENT: "sent what they know", COULD_NOT: "could not"}
MEDICAL_STEP = "medical"
BEGINS = ("s47-single", "s47-joint")


def route_of(definition: Partnership) -> Route:
    """The route that says who must take part."""
    return definition.route[ROUTE]


# --- calling ------------------------------------------------------------------------------------------


def call_after(*, notice: Given, first: UUID, decision: UUID, route: Route, to: str, by: Actor) -> Made:
    """Calls the discussion that a decision asks for, with everybody whom the route names, in the caller's transaction."""
    definition, known = partnership(), agencies()
    at_door = [team.agency for team in definition.team.values() if team.on_duty_for]
    called = [by.agency]
    for kind in route.calls:
        of_kind = sorted((a.id for a in known.values() if a.kind == kind), key=lambda a: (a not in at_door, a))
        called += of_kind[:1] if kind != by.agency_kind else []
    return _call(definition, notice, first, called, by, on=[decision, first], to=to)


@transaction.atomic
def call_strategy_discussion(*, entry: UUID, agencies_called: Sequence[str], by: Actor, because: str = "") -> Made:
    """Calls a strategy discussion about the children on a notice (or on a discussion before it). It always stands; what is
    missing is flagged (`single-agency`, `core-agency-missing`).

    Raises Refused without the right, Missing, Invalid for an agency that is none.
    """
    definition, known = partnership(), agencies()
    given = steps.given(entry, by, CALL)
    assert given.seen is not None
    wrong = [one for one in agencies_called if one not in known]
    if wrong:
        raise Invalid(
            [
                Fault(path="agencies", found=w, expected="an agency", nearest=nearest(w, known), code="unknown")
                for w in wrong
            ]
        )
    first = notice_of(given.seen.first)
    called = list(dict.fromkeys([by.agency, *agencies_called]))
    to = Step.objects.filter(notice=first, kind=steps.HAND_OVER).order_by("-at").values_list("to", flat=True).first()
    if not to:  # nobody has decided yet: the team is called all the same
        team = handing_over.best(definition, route_of(definition), given.children, by)
        to = team.to if team else ""
    return _call(definition, given, first, called, by, on=[given.seen.first, first], to=to or "", because=because)


def notice_of(entry: UUID) -> UUID:
    """The notice behind a discussion (or another step); the entry itself where it is none's."""
    decided = Decided.objects.filter(entry=entry).values_list("item", flat=True).first()
    found = Item.objects.filter(id=decided).values_list("entry", flat=True).first() if decided else None
    found = found or Step.objects.filter(entry=entry).values_list("notice", flat=True).first()
    found = found or Step.objects.filter(done_entry=entry).values_list("notice", flat=True).first()
    return found or entry


def _call(
    definition: Partnership,
    given: Given,
    first: UUID,
    called: Sequence[str],
    by: Actor,
    *,
    on: Sequence[UUID],
    to: str,
    because: str = "",
) -> Made:
    known, route, moment = agencies(), route_of(definition), now()
    flagged = rules.flags_of_discussion(route, called, [known[one].kind for one in called])
    fields = {
        "called-at": steps.stamp(moment),
        "agencies": ", ".join(known[one].title for one in called),
        "because": because.strip(),
    }
    entry = write_here(
        record=CALLED,
        fields={k: v for k, v in fields.items() if v},
        identities=given.children,
        keys=given.keys,
        by=by,
        definition=definition,
        on=list(dict.fromkeys(on)),
        flagged=flagged,
        urgent=True,
    )
    due = steps.due(definition, CLOCK, urgent=True)
    whose = to or f"agency:{by.agency}"
    step = steps.begin(steps.DISCUSSION, notice=first, entry=entry, to=whose, due_at=due, by=by, urgent=True)
    for agency in called:
        steps.begin(
            steps.PART,
            notice=first,
            entry=entry,
            to=f"agency:{agency}",
            due_at=due,
            by=by,
            code=str(step.id),
            urgent=True,
        )
        _may_see(definition, given, entry, agency, by)
    if to:
        tie([(to, handing_over.TIE, child, moment, None, entry) for child in given.whom])
    to_tell = _whom_to_tell(definition, known, called, to, by)
    if to_tell:
        send(MESSAGE, to=to_tell, about=[entry], says={"agency": by.agency}, by=by, because=step.id)
    flags.flag(notice=first, entry=entry, flagged=flagged, by=by)
    steps.kept(CALL, by, [entry, *on], agencies=list(called), flagged=list(flagged))
    touch([first])
    return Made(entry, flagged, step.id)


def _may_see(definition: Partnership, given: Given, entry: UUID, agency: str, by: Actor) -> None:
    """Whoever is called sees who it is about while it is being held, and that it was called."""
    holder, moment = f"agency:{agency}", now()
    tie([(holder, "named", entry, moment, None, entry)])
    if agency != by.agency:
        until = steps.due_in(definition, "10 working days")
        tie([(holder, "asked", child, moment, until, entry) for child in given.whom])


def _whom_to_tell(
    definition: Partnership, known: Mapping[str, AgencyInfo], called: Iterable[str], to: str, by: Actor
) -> list[str]:
    """The area team by name and its managers, and whoever answers at the agencies called."""
    found = []
    if to:
        found.append(to)
        what, _, who = to.partition(":")
        agency = definition.team[who].agency if what == "team" and who in definition.team else who
        found.append(f"role:team-manager@{agency}")
    for agency in called:
        if agency != by.agency:
            check = next((c for c in definition.check.values() if known[agency].kind in c.asks), None)
            found += readers(agency, check)
    return list(dict.fromkeys(found))


def discussion_on(first: UUID) -> UUID:
    """The discussion that was called about a notice (or by its own call): what is open, else the last. Raises Missing."""
    notice = notice_of(first)
    rows = Step.objects.filter(Q(notice=notice) | Q(entry=first), kind=steps.DISCUSSION)
    found = rows.filter(entry=first).first()  # the call itself, where that is meant
    found = found or rows.filter(state=steps.OPEN).order_by("at").first() or rows.order_by("-at").first()
    if found is None:
        raise Missing
    return found.id


# --- taking part --------------------------------------------------------------------------------------


@transaction.atomic
def say_part(*, discussion: UUID, agency: str, part: str, by: Actor) -> None:
    """Says that an agency took part, sent what it knows, or could not. For itself, or for others by whoever holds it."""
    allowed = may(by, CALL, partnership())
    if not allowed and agency != by.agency:
        raise Refused(allowed)
    row = steps.locked(discussion, steps.DISCUSSION)
    if part not in PARTS:
        raise Invalid([Fault(path="part", found=part, expected=" or ".join(PARTS), code="unknown")])
    one = Step.objects.filter(entry=row.entry, kind=steps.PART, to=f"agency:{agency}").first()
    if one is None:
        raise Missing
    state = steps.COULD_NOT if part == COULD_NOT else steps.DONE
    moment = now()
    Step.objects.filter(id=one.id).update(state=state, done_at=moment, done_by=by.id, level=part == SENT)
    steps.kept("say-part", by, [row.entry], agency=agency, part=part)
    touch([row.notice])


def parts(discussion: UUID) -> list[StepView]:
    """Who was called to a discussion, and whether they took part. `level` 1: they sent what they know."""
    entry = Step.objects.filter(id=discussion, kind=steps.DISCUSSION).values_list("entry", flat=True).first()
    return steps.begun_by(entry, steps.PART) if entry else []


def part_words(part: StepView) -> str:
    """What came of it, in words."""
    if part.state == steps.DONE:
        return PARTS[SENT if part.level else TOOK_PART]
    return PARTS[COULD_NOT] if part.state == steps.COULD_NOT else "has not answered"


# --- holding it ---------------------------------------------------------------------------------------


@transaction.atomic
def record_discussion(
    *,
    discussion: UUID,
    by: Actor,
    took_part: Sequence[str],
    sent: Sequence[str] = (),
    also: Sequence[UUID] = (),
    **given: str,
) -> Made:
    """Writes down a discussion that was held: who took part, who sent what they know, what was decided.

    `also`: source identities of brothers and sisters on whose records it stands too. `given`: the fields of a
    strategy-discussion. One agency alone: it stands and is flagged where it protects; it is not closed by anything else
    (Refused, `single-agency`).
    """
    definition, known = partnership(), agencies()
    allowed = may(by, CALL, definition)
    if not allowed:
        raise Refused(allowed)
    row = steps.locked(discussion, steps.DISCUSSION)
    about = steps.keys_of(row.entry)
    if about is None:
        raise Missing
    here = list(dict.fromkeys([*took_part, *sent]))
    wrong = [one for one in here if one not in known]
    if wrong or not took_part:
        expected = "at least one agency that took part"
        raise Invalid([Fault(path="agencies", found=", ".join(wrong), expected=expected, code="unknown")])
    fields = {k.replace("_", "-"): v for k, v in given.items() if v}
    fields["agencies"] = ", ".join(known[one].title for one in took_part)
    if sent:
        fields["sent-information"] = ", ".join(known[one].title for one in sent)
    written, faults = clean(definition, definition.record[HELD], fields)
    if faults:
        raise Invalid(faults)
    outcome = written.get("outcome", "")
    answer, flagged = rules.judge_discussion(
        route_of(definition), outcome=outcome, agencies=here, kinds=[known[one].kind for one in here]
    )
    if not answer:
        raise Refused(answer)
    lacks = rules.reason(written.get("rationale", ""), route_of(definition).rationale_at_least)
    if outcome and lacks is not None:
        if outcome not in BEGINS:
            raise Refused(lacks)
        flagged = (*flagged, lacks.reason_code)
    siblings = steps.with_keys(also)
    same = _called_before(row)
    made = write_here(
        record=HELD,
        fields=written,
        identities=list(dict.fromkeys([*about.children, *siblings.children])),
        keys=list(dict.fromkeys([*about.keys, *siblings.keys])),
        by=by,
        definition=definition,
        on=[row.entry, *(one.entry for one in same), row.notice],
        flagged=flagged,
    )
    for agency in here:
        tie([(f"agency:{agency}", "named", made, now(), None, made)])
        _took_part(row, agency, agency in sent, by)
    if "single-agency" not in flagged:
        steps.end(row, by, entry=made, said="recorded this discussion")
        for one in same:  # called twice, and held once
            steps.end(one, by, entry=made)
        flags.satisfy(notice=row.notice, codes=["single-agency", "further-discussion-needed"], by=by, entry=made)
        if "core-agency-missing" not in flagged:
            flags.satisfy(notice=row.notice, codes=["core-agency-missing"], by=by, entry=made)
    flags.flag(notice=row.notice, entry=made, flagged=flagged, by=by)
    if outcome in BEGINS:
        begin_enquiry(about, made, row.notice, by)
    steps.kept("record-strategy-discussion", by, [made, row.entry], outcome=outcome, flagged=list(flagged))
    touch([row.notice])
    return Made(made, flagged, row.id)


def _called_before(row: Step) -> list[Step]:
    """Earlier calls about the same notice that nobody has held yet: this discussion is theirs too."""
    rows = Step.objects.filter(notice=row.notice, kind=steps.DISCUSSION, state=steps.OPEN, at__lte=row.at)
    return list(rows.exclude(id=row.id).order_by("at"))


def _took_part(row: Step, agency: str, sent: bool, by: Actor) -> None:
    mine = Step.objects.filter(entry=row.entry, kind=steps.PART, to=f"agency:{agency}")
    mine.update(state=steps.DONE, done_at=now(), done_by=by.id, level=1 if sent else 0)


# --- the enquiry --------------------------------------------------------------------------------------


def begin_enquiry(about: Given, because: UUID, notice: UUID, by: Actor) -> UUID | None:
    """A section 47 enquiry begins: it stands on the child's page as open. Once a notice."""
    definition = partnership()
    if Step.objects.filter(notice=notice, kind=ENQUIRY).exists():
        return None
    made = write_here(
        record=ENQUIRY,
        fields={"started": steps.stamp(now())[:10]},
        identities=about.children,
        keys=about.keys,
        by=by,
        definition=definition,
        on=[because, notice],
        precision="day",
    )
    steps.begin(
        ENQUIRY,
        notice=notice,
        entry=made,
        to=f"agency:{by.agency}",
        due_at=steps.due(definition, "section-47-to-conference"),
        by=by,
    )
    return made


@transaction.atomic
def end_enquiry(*, step: UUID, outcome: str, rationale: str, by: Actor) -> Made:
    """Writes down what a section 47 enquiry found (a to d). A manager decides; c needs no conference, d does.

    Raises Refused (`rationale-missing`, `rationale-too-short`, `not-permitted`), Invalid, Conflict.
    """
    definition = partnership()
    allowed = may(by, "decide-referral", definition)
    if not allowed:
        raise Refused(allowed)
    row = steps.locked(step, ENQUIRY)
    codes = definition.codes["section-47-outcome"].codes
    if outcome not in codes:
        expected = "; ".join(f"{code}: {one.title}" for code, one in codes.items())
        raise Invalid([Fault(path="outcome", found=outcome, expected=expected, code="unknown")])
    lacks = rules.reason(rationale, route_of(definition).rationale_at_least)
    if lacks is not None:
        raise Refused(lacks)
    about = steps.keys_of(row.entry)
    if about is None:
        raise Missing
    fields = {"started": steps.stamp(row.at)[:10], "outcome": outcome, "outcomes": rationale.strip()}
    if outcome != "d":
        fields |= {"ended": steps.stamp(now())[:10], "conference-not-needed": "yes"}
    made = write_here(
        record=ENQUIRY,
        fields=fields,
        identities=about.children,
        keys=about.keys,
        by=by,
        definition=definition,
        happened=row.at,
        on=[row.notice],
        precision="day",
        first=row.entry,
    )
    steps.end(row, by, entry=made, said="recorded what this enquiry found")
    steps.kept("end-enquiry", by, [made, row.entry], outcome=outcome)
    return Made(made, (), row.id)


# --- the medical --------------------------------------------------------------------------------------


@transaction.atomic
def record_medical_decision(*, entry: UUID, by: Actor, **given: str) -> tuple[Made, str]:
    """Writes down whether a child protection medical is needed, on a discussion (called or held; or on its notice).

    Never decided alone, and no medical never without a rationale and a named person who was asked. That one is needed
    always stands. Returns what was made, and what else to think of, in words (legal advice, a child who said no).
    """
    definition = partnership()
    about = steps.given(entry, by, MEDICAL)
    assert about.seen is not None
    first = notice_of(about.seen.first)
    alone, known_discussion = _alone(about, first)
    if not known_discussion and about.seen.record not in (CALLED, HELD):
        if not about.seen.queued:
            says = "A medical is decided in a strategy discussion. Open the discussion, and decide it there."
            raise Refused(Decision(False, "wrong-state", says))
    fields, faults = clean(
        definition, definition.record[MEDICAL_RECORD], {k.replace("_", "-"): v for k, v in given.items() if v}
    )
    if faults:
        raise Invalid(faults)
    answer, flagged = rules.judge_medical(fields, alone=alone, further=_further(first))
    if not answer:
        raise Refused(answer)
    made = write_here(
        record=MEDICAL_RECORD,
        fields=fields,
        identities=about.children,
        keys=about.keys,
        by=by,
        definition=definition,
        on=[about.seen.first, first],
        flagged=flagged,
    )
    step = steps.begin(MEDICAL_STEP, notice=first, entry=made, to=f"agency:{by.agency}", due_at=now(), by=by)
    Step.objects.filter(id=step.id).update(
        state=steps.DONE, scheduled=True, done_at=now(), done_by=by.id, done_entry=made
    )
    flags.flag(notice=first, entry=made, flagged=flagged, by=by)
    steps.kept(MEDICAL, by, [made, first], needed=fields["needed"], flagged=list(flagged))
    touch([first])
    return Made(made, flagged), rules.prompt_of_medical(fields)


def medicals_about(notice: UUID) -> list[UUID]:
    """The decisions on a medical about a notice, the first first. Ids only: each passes the gate where it is shown."""
    rows = Step.objects.filter(notice=notice, kind=MEDICAL_STEP).order_by("at")
    return list(rows.values_list("entry", flat=True))


def _alone(about: Given, first: UUID) -> tuple[bool, bool]:
    """Whether one service alone discusses it, with however many of its teams: (alone, whether a discussion is known at all)."""
    parts_ = Step.objects.filter(notice=first, kind=steps.PART).exclude(state=steps.COULD_NOT)
    asked = parts_.values_list("to", flat=True).distinct()
    if asked:
        return len(_voices(to.removeprefix("agency:") for to in asked)) < 2, True
    seen = about.seen
    if seen is not None and seen.record == HELD:
        named = [
            part
            for part in seen.values.get("agencies", "").replace(";", ",").replace(" and ", ",").split(",")
            if part.strip()
        ]
        sent = seen.values.get("sent-information", "")
        return bool(named) and len(_voices(named)) < 2 and not sent, True
    return True, False


def _voices(named: Iterable[str]) -> set[str]:
    """How many services speak, where agencies are named by id or by title: by kind, or as named where nobody knows it."""
    known = agencies()
    titles = {one.title.casefold(): one.kind for one in known.values()}
    ids = {one.id: one.kind for one in known.values()}
    return {ids.get(n.strip()) or titles.get(n.strip().casefold()) or n.strip().casefold() for n in named}


def _further(notice: UUID) -> bool:
    """Whether a discussion was called or held after somebody had not agreed to the medical."""
    flagged = (
        Step.objects.filter(notice=notice, kind=steps.FLAG, code="further-discussion-needed").order_by("at").first()
    )
    if flagged is None:
        return False
    later = Step.objects.filter(notice=notice, kind=steps.DISCUSSION, at__gt=flagged.at)
    return flagged.state == steps.DONE or later.exists()


def again_on(notice: UUID) -> list[UUID]:
    """The reconsiderations that a new decision about a notice answers."""
    rows = Step.objects.filter(notice=notice, kind=steps.DISAGREEMENT, state=steps.DONE).values_list(
        "done_entry", flat=True
    )
    return [one for one in dict.fromkeys(rows) if one is not None]


def late(step: StepView, by: Actor) -> None:
    """Tells the team and its managers once more that a discussion is still to be held."""
    what, _, who = step.to.partition(":")
    definition = partnership()
    agency = definition.team[who].agency if what == "team" and who in definition.team else who
    to = list(dict.fromkeys([step.to, f"role:team-manager@{agency}"]))
    send(MESSAGE, to=to, about=[step.entry], says={"agency": step.agency}, by=by, because=step.id)
