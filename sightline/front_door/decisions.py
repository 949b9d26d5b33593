"""Deciding on what reached the front door. The decision is a chronology entry, so that clocks and rules may rest on it.

Once a generation, whoever tries at the same moment; a decision that is looked at again begins a new one. What a decision
needs stands in its route (`definitions/…/routes`).
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from sightline.agencies.queries import agencies, partnership
from sightline.agencies.types import Actor
from sightline.chronology.actions import write_here
from sightline.chronology.listing import authors_of
from sightline.definition.outcomes import Decision, Invalid, Refused
from sightline.definition.records import clean
from sightline.definition.types import Fault, Partnership, Route
from sightline.front_door import escalation, feedback, flags, handing_over, rules, steps, strategy
from sightline.front_door.arriving import due, queue_of
from sightline.front_door.claiming import ACCEPTED, HANDED_OVER, OPEN, settle
from sightline.front_door.danger import IN_TURN
from sightline.front_door.models import Item, ItemChild, Step
from sightline.front_door.step_types import Given
from sightline.timescales.moment import now

RECORD = "decision"
DECIDE = {"referral": "decide-referral"}  # which right a record asks for; of any other, that to decide a contact
SECTION_47 = "section-47"


@dataclass(frozen=True, slots=True)
class Decided:
    """What was decided, and what follows: the hand-over that waits, and the discussion that was called."""

    entry: UUID
    flagged: tuple[str, ...]
    hand_over: UUID | None = None
    discussion: UUID | None = None
    told: UUID | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """How the checks of a notice stand: `none`, `outstanding`, `answered`; and who has not answered, in words."""

    state: str
    waiting: str = ""


def permission(record: str) -> str:
    """The right that deciding on a record of this type asks for."""
    return DECIDE.get(record, "decide-contact")


@transaction.atomic
def decide(
    *, entry: UUID, by: Actor, version: int | None = None, team: str = "", tell: str = "", **given: str
) -> Decided:
    """Decides on a notice (an entry's id). `given`: the fields of a decision (`decision`, `rationale`, …), with `_` or `-`.

    `version`: of the item, as the page showed it. `team`: to whom it is handed over, where not to the one that the
    definition finds. `tell`: words for whoever told us, beside those of the route.

    Raises Refused (with the reason's code), Missing when the worker may not see the notice, Conflict where somebody was
    first, Invalid for values that cannot be understood.
    """
    definition = partnership()
    notice, fields, route = _understood(definition, entry, by, given)
    item = _item(definition, notice)
    if _turned(item, route, version, by):
        version = None  # it is locked, and was opened again just now
    asked = checks_of(item.entry)
    author = authors_of([item.entry]).get(item.entry, "")
    answer, flagged = rules.judge(
        route,
        rationale=fields.get("rationale", ""),
        agreement=fields.get("agreement", ""),
        checks=asked.state,
        waiting=asked.waiting,
        without_checks=fields.get("without-checks", ""),
        own_contact=author == by.id,
    )
    if not answer:
        raise Refused(answer)
    if route.decided_by and by.role not in route.decided_by:
        titles = ", ".join(definition.role[r].title.lower() for r in route.decided_by if r in definition.role)
        raise Refused(Decision(False, "not-permitted", f"{route.title} is decided by: {titles}. Ask one of them."))
    before = escalation.history(item.entry)
    if before:
        fields["again"] = "yes"
    if route.id == SECTION_47:
        fields["section-47-from"] = steps.stamp(now())
    made = write_here(
        record=RECORD,
        fields=fields,
        identities=notice.children,
        keys=notice.keys,
        by=by,
        definition=definition,
        on=[item.entry, *strategy.again_on(item.entry)],
        flagged=flagged,
    )
    state = HANDED_OVER if route.hands_over_to else ACCEPTED
    settle(entry=item.entry, decision=made, state=state, by=by, version=version)
    steps.kept("decide", by, [made, item.entry], decision=route.id, flagged=list(flagged), again=len(before))
    return _follow(notice, item.entry, made, flagged, route, fields, by, team, tell)


def _understood(
    definition: Partnership, entry: UUID, by: Actor, given: dict[str, str]
) -> tuple[Given, dict[str, str], Route]:
    """The notice, the decision's values, and its route."""
    values = {k.replace("_", "-"): v for k, v in given.items() if v}
    fields, faults = clean(definition, definition.record[RECORD], values)
    if bad := [f for f in faults if f.code != "needed"]:
        raise Invalid(bad)
    notice = steps.given(entry, by, "decide-contact")
    assert notice.seen is not None
    if permission(notice.seen.record) != "decide-contact":
        notice = steps.given(entry, by, permission(notice.seen.record))
        assert notice.seen is not None
    if not notice.seen.queued:
        raise Refused(Decision(False, "wrong-state", "This record did not come to the front door for a decision."))
    route = definition.route.get(fields.get("decision", ""))
    if route is None:
        wanted = ", ".join(one.title for one in definition.route.values())
        raise Invalid(
            [Fault(path="decision", found=fields.get("decision", ""), expected=f"one of: {wanted}", code="needed")]
        )
    return notice, fields, route


def _item(definition: Partnership, notice: Given) -> Item:
    """The item of a notice, locked. What came as history has none until somebody decides on it all the same."""
    seen = notice.seen
    assert seen is not None
    found = Item.objects.select_for_update().filter(entry=seen.first).first()
    if found is not None:
        return found
    kept, moment = queue_of(definition), now()
    made, new = Item.objects.get_or_create(
        entry=seen.first,
        defaults={
            "record": seen.record,
            "agency": seen.agency.id,
            "handling": definition.record[seen.record].handling,
            "happened": seen.happened,
            "known_at": seen.known_at,
            "urgent": seen.urgent,
            "danger": IN_TURN,
            "due_at": due(definition, kept, seen.known_at, seen.urgent, None) if kept else moment,
            "event": seen.first,
            "changed_at": moment,
        },
    )
    if new:
        ItemChild.objects.bulk_create([ItemChild(item=made, identity_id=child) for child in notice.whom])
    return Item.objects.select_for_update().get(id=made.id)


def _turned(item: Item, route: Route, version: int | None, by: Actor) -> bool:
    """Protection that comes after a lesser decision stands: it opens the notice again, with its history. Whoever decides on
    an older page is told who was first (`settle`). Returns whether it was opened."""
    if item.state == OPEN or not route.protects or version not in (None, item.version):
        return False
    standing = escalation.latest(item.entry)
    routes = Step.objects.filter(notice=item.entry, kind=steps.DISCUSSION, state=steps.OPEN)
    if standing is not None and not routes.exists():
        escalation.reopen(item.entry, by)
        steps.end_all(notice=item.entry, kinds=[steps.HAND_OVER], by=by)
        item.refresh_from_db()
        return True
    return False


def checks_of(notice: UUID) -> Asked:
    """How the checks about a notice stand."""
    rows = list(Step.objects.filter(notice=notice, kind=steps.CHECK).values_list("to", "state"))
    if not rows:
        return Asked(rules.NONE)
    waiting = [to.removeprefix("agency:") for to, state in rows if state == steps.OPEN]
    if not waiting:
        return Asked(rules.ANSWERED)
    known = agencies()
    titles = list(dict.fromkeys(known[one].title if one in known else one for one in waiting))
    return Asked(rules.OUTSTANDING, ", ".join(titles[:-1]) + (" and " if titles[1:] else "") + titles[-1])


def _follow(
    notice: Given,
    first: UUID,
    made: UUID,
    flagged: tuple[str, ...],
    route: Route,
    fields: dict[str, str],
    by: Actor,
    team: str,
    tell: str,
) -> Decided:
    """What a decision leads to, in its transaction: a team that must accept, a discussion, the referrer told, a manager
    who answers for what is missing, a disagreement on its ladder."""
    urgent = notice.seen.urgent if notice.seen else False
    handed = handing_over.hand_over(
        given=notice, notice=first, decision=made, route=route, by=by, to=team, urgent=urgent and route.protects
    )
    called = None
    if route.protects:
        to = Step.objects.get(id=handed.step).to if handed else ""
        called = strategy.call_after(notice=notice, first=first, decision=made, route=route, to=to, by=by)
    told = feedback.tell(given=notice, notice=first, decision=made, route=route, by=by, also=tell)
    flags.flag(notice=first, entry=made, flagged=flagged, by=by)
    if fields.get("dissent") and fields.get("dissent-by"):
        escalation.dissent(decision=made, notice=first, agency=fields["dissent-by"], reason=fields["dissent"], by=by)
    return Decided(
        made, flagged, handed.step if handed else None, called.step if called else None, told.step if told else None
    )


@dataclass(frozen=True, slots=True)
class Standing:
    """How a notice stands, by ids: for the page on which somebody decides."""

    item: UUID | None
    version: int
    state: str  # open | decided | handed-over | accepted
    generation: int = 1
    decision: UUID | None = None
    by: str = ""


def standing(notice: UUID) -> Standing:
    """How a notice (its first version) stands now. What came as history stands open, with no item yet."""
    row = Item.objects.filter(entry=notice).first()
    if row is None:
        return Standing(None, 0, OPEN)
    last = escalation.latest(notice)
    return Standing(
        row.id, row.version, row.state, row.generation, last[0] if last else None, last[1] if last else ""
    )
