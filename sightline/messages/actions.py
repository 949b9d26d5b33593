"""Sending, delivering and acknowledging. A message is written in the transaction of what causes it, and never before."""

from __future__ import annotations

import logging
import threading
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet

from sightline.agencies import absence
from sightline.agencies.queries import agencies, partnership, settings_of, workers
from sightline.agencies.rules import inboxes, may
from sightline.agencies.types import Actor, WorkerInfo
from sightline.chronology.listing import firsts_of
from sightline.clocks.rules import working_days
from sightline.definition.kinds.messages import Message
from sightline.definition.nearest import nearest
from sightline.definition.outcomes import Conflict, Invalid, Missing, Refused
from sightline.definition.types import Fault, Partnership
from sightline.identity.queries import rows_by_id, rows_of
from sightline.ledger.actions import write
from sightline.messages import mailing, pacing, rules, seeing
from sightline.messages.models import Acknowledged, Delivered, Outgoing, Waiting
from sightline.sharing.standing import trusted
from sightline.timescales.london import local_day
from sightline.timescales.moment import now
from sightline.vault.adding import add, add_objects, new, remove
from sightline.vault.asking import Question
from sightline.vault.ids import Ids

log = logging.getLogger(__name__)
_delivering = threading.local()
ACKNOWLEDGE = "acknowledge-message"
TOLD, NOBODY_ANSWERED, NOBODY_THERE = "told", "nobody-answered", "nobody-there"
DELIVER, CHASE = "deliver", "chase"
TOGETHER = 50  # messages in one transaction
DEPUTY, DIGEST = "deputy", "digest"  # told for somebody who is away; over the week's number, so that it comes folded


@transaction.atomic
def send(
    kind: str,
    *,
    to: str | Iterable[str],
    about: Iterable[UUID] = (),
    says: Mapping[str, Any] | None = None,
    by: Actor,
    because: UUID | None = None,
) -> tuple[UUID, ...]:
    """Sends a declared message, in the caller's transaction: it is delivered when that commits. One message a recipient.

    `to`: `worker:<id>`, `team:<id>`, `agency:<id>`, `role:<role>@<agency>`, or `role:<role>` wherever they are.
    `about`: entries (any version), people or source identities, by id. `says`: the parts of its sentence: counts,
    moments (ISO 8601) and codes. `because`: the id of whatever caused it; it says what the reader may do next.

    Raises Invalid for a kind that is not declared, a recipient that is nobody, or a part that may not stand there.
    """
    definition, moment, known = partnership(), now(), agencies()
    declared = definition.message.get(kind)
    if declared is None:
        raise Invalid(
            [
                Fault(
                    path="kind",
                    found=kind,
                    expected="a message of the definition",
                    nearest=nearest(kind, definition.message),
                )
            ]
        )
    given = dict(says or {})
    wanted = list(dict.fromkeys([to] if isinstance(to, str) else to))
    wrong = rules.faults(definition, declared, given, known)
    wrong += [fault for one in wanted if (fault := _nobody(definition, one, known)) is not None]
    if wrong:
        raise Invalid(wrong)
    things, due = _things(about), rules.due(declared, moment, working_days(definition))
    ids = Ids()
    rows = [
        new(
            Outgoing,
            id=ids(),
            kind=kind,
            to=one,
            about=things,
            says=given,
            because=because,
            by=str(by.id),
            agency=by.agency,
            at=moment,
            due_at=due,
            definition=definition.hash,
        )
        for one in wanted
    ]
    add_objects(rows)
    add_objects([new(Waiting, id=ids(), message_id=row.id, step=DELIVER, run_at=moment) for row in rows])
    write(
        kind="change",
        verb="send-message",
        actor=by.id,
        acting_for=by.agency,
        purpose="safeguarding",
        policy=definition.hash,
        ids=[row.id for row in rows],
        detail={"kind": kind, "to": wanted[:50]},
    )
    transaction.on_commit(deliver, robust=True)
    return tuple(row.id for row in rows)


def goes_to(kind: str) -> list[str]:
    """The inboxes of the roles to which this kind of message goes, where nobody is named."""
    return [f"role:{role}" for role in partnership().message[kind].to]


def still_there(kind: str, named: Iterable[str]) -> list[str]:
    """Of the inboxes of whoever was named for something, those that are somebody's still: a team may be no more. Where none
    is, the roles that this kind goes to when nobody answers, so that somebody is told."""
    definition, known = partnership(), agencies()
    found = [one for one in dict.fromkeys(named) if _nobody(definition, one, known) is None]
    return found or [f"role:{role}" for role in definition.message[kind].acknowledge.then]


def _nobody(definition: Partnership, to: str, known: Mapping[str, object]) -> Fault | None:
    try:
        what, who, agency = rules.recipient(to)
    except ValueError:
        return Fault(path="to", found=to, expected="`worker:…`, `team:…`, `agency:…`, `role:…` or `role:…@…`")
    if agency and agency not in known:
        return Fault(path="to", found=to, expected="an agency", nearest=nearest(agency, known))
    if what == "role" and who not in definition.role:
        return Fault(path="to", found=to, expected="a role of the definition", nearest=nearest(who, definition.role))
    if what == "team" and who not in definition.team:
        return Fault(path="to", found=to, expected="a team of the definition", nearest=nearest(who, definition.team))
    return None


def _things(about: Iterable[UUID]) -> list[list[str]]:
    """What a message is about, as ids that last: records by their first version, people by their source identities."""
    asked = list(dict.fromkeys(about))
    with trusted("send-message"):
        firsts = firsts_of(asked)
        found = [["entry", str(firsts[one])] for one in asked if one in firsts]
        others = [one for one in asked if one not in firsts]
        identities = [row.id for row in rows_of(others)] + list(rows_by_id(others))
    return found + [["identity", str(one)] for one in dict.fromkeys(identities)]


# --- delivering -------------------------------------------------------------------------------------------------------


_DUE = Question(
    lambda moment, limit: Waiting.objects.filter(run_at__lte=moment).order_by("run_at", "id")[:limit], "id"
)
_LONGEST = Question(lambda moment: Waiting.objects.filter(run_at__lte=moment).order_by("run_at")[:1], "run_at")


def deliver(limit: int = 200) -> int:
    """Does what is due about messages: delivers them, and tells somebody else where nobody answered. Returns how many.

    Called after commit, and by the worker; safe in several processes at once. A message that fails is tried again later.
    What comes due while this thread delivers is taken by the same call: else each of many messages would look through all.
    """
    if getattr(_delivering, "busy", False):
        _delivering.again = True
        return 0
    done, _delivering.busy = 0, True
    try:
        while True:
            _delivering.again = False
            done += _deliver(limit)
            if not _delivering.again:
                return done
    finally:
        _delivering.busy = False


def _deliver(limit: int) -> int:
    done, people, ids = 0, None, [id for (id,) in _DUE(now(), limit)]
    for start in range(0, len(ids), TOGETHER):
        people = people if people is not None else workers_by_place(partnership())
        some = ids[start : start + TOGETHER]
        try:
            done += _steps(some, people)
        except Exception:  # one that fails holds up no other
            done += sum(_alone(id, people) for id in some)
    return done


def _alone(id: UUID, people: Places) -> int:
    """Does what is due about one message; where that fails, it is tried again later."""
    try:
        return _steps([id], people)
    except Exception as error:
        log.warning("a message could not be delivered", extra={"error": type(error).__name__})
        row = Waiting.objects.filter(id=id).first()
        if row is not None:
            later = now() + timedelta(seconds=5 * 4 ** min(row.tries, 5))
            Waiting.objects.filter(id=id).update(tries=row.tries + 1, run_at=later)
        return 0


def _in_hand(ids: Collection[UUID]) -> QuerySet[Waiting]:
    left = connection.features.has_select_for_update_skip_locked  # what others hold, where a database can say so
    return Waiting.objects.select_for_update(skip_locked=left).filter(id__among=ids).order_by("run_at", "id")


_IN_HAND = Question(_in_hand, "id", "message_id", "step")
_MESSAGES = Question(lambda ids: Outgoing.objects.filter(id__among=ids))
_ANSWERED = Question(lambda messages: Acknowledged.objects.filter(message_id__among=messages), "message_id")
_REACHED = Question(lambda messages: Delivered.objects.filter(message_id__among=messages), "message_id", "holder")


@transaction.atomic
def _steps(ids: Sequence[UUID], people: Places) -> int:
    """Does what is due about these messages, all of it or none. Returns how many there were: what another process has in hand
    is left to it. Nothing is waited for: whoever acknowledges several holds some of them."""
    rows = _IN_HAND(ids)
    remove(Waiting, "id", [id for id, _, _ in rows])
    chased = [message for _, message, step in rows if step != DELIVER]
    told: dict[UUID, set[str]] = {one: set() for one in chased}
    for (one,) in _ANSWERED(chased):
        told.pop(one, None)
    for one, holder in _REACHED(told):
        told[one].add(holder)
    messages = {row.id: row for row in _MESSAGES.rows([message for _, message, _ in rows])}
    for _, message, step in rows:
        if step == DELIVER:
            _first(messages[message], people)
        elif message in told:
            _chase(messages[message], people, told[message])
    return len(rows)


def _first(message: Outgoing, people: Places) -> None:
    """Delivers a message to those whom it was sent to; where nobody is there to read it, nobody is waited for."""
    declared = partnership().message.get(message.kind)
    holders, anybody = _holders(declared, message.to, people)
    whys = dict.fromkeys(holders, TOLD)
    whys |= _folded(declared, holders, people) | dict.fromkeys(_deputies(holders, people), DEPUTY)
    _put(message, declared, whys, people)
    if declared is not None and (declared.acknowledge.then or not anybody):
        run_at = message.due_at if anybody else now()
        add_objects([new(Waiting, id=uuid4(), message_id=message.id, step=CHASE, run_at=run_at)])
    if not anybody:
        transaction.on_commit(deliver, robust=True)


def _chase(message: Outgoing, people: Places, told: set[str]) -> None:
    """Tells those who are told next, because nobody has said yet that they read it."""
    declared = partnership().message.get(message.kind)
    holders = _others(declared, message, people, told)
    if not _stands_on_a_list(declared) and not any(map(people.get, (*told, *holders, *_others_told(message)))):
        holders += [place for place in _last(people) if place not in holders]
    why = NOBODY_ANSWERED if now() >= message.due_at else NOBODY_THERE
    _put(message, declared, dict.fromkeys(holders, why), people)
    if holders:
        _told_besides(message, holders, why)


def _put(message: Outgoing, declared: Message | None, whys: Mapping[str, str], people: Places) -> None:
    moment = now()
    rows = [(uuid4(), message.id, holder, moment, why) for holder, why in whys.items()]
    add(Delivered, ("id", "message_id", "holder", "at", "why"), rows, unless_there=True)
    mailing.note(message, declared, [one for holder in whys for one in people.get(holder, ())], moment)


def _folded(declared: Message | None, holders: list[str], people: Places) -> dict[str, str]:
    """Of inboxes of one person each, those whose week's number is reached: what can wait comes folded, with the digest."""
    if declared is None or declared.presses or declared.answers:
        return {}
    definition, alone = partnership(), {}
    for holder in holders:
        one = next(iter(people.get(holder, ())), None) if holder.startswith("worker:") else None
        plan = pacing.plan_for(definition, one.role) if one else None
        if one and plan and plan.week:
            alone[holder] = (one, plan)
    counted = mailing.this_week([one for one, _ in alone.values()], now()) if alone else {}
    return {holder: DIGEST for holder, (one, plan) in alone.items() if pacing.over(plan, counted[one.id])}


def _deputies(holders: list[str], people: Places) -> list[str]:
    """The inboxes of those who stand in for somebody who is told by name and is away."""
    away = [holder.removeprefix("worker:") for holder in holders if holder.startswith("worker:")]
    chosen = settings_of(away) if away else {}
    today = local_day(now())
    found = [str(one["deputy"]) for one in chosen.values() if absence.away(one, today)]
    return [place for one in found if (place := f"worker:{one}") in people and place not in holders]


def _told_besides(message: Outgoing, holders: list[str], why: str) -> None:
    write(
        kind="run",
        verb="chase-message",
        actor="clock-machine",
        acting_for="",
        purpose="scheduled-work",
        ids=[message.id],
        detail={"kind": message.kind, "to": holders[:50], "why": why},
    )


Places = dict[str, list[WorkerInfo]]  # by the name of an inbox: who finds a message there


def workers_by_place(definition: Partnership) -> Places:
    """Everybody who may acknowledge a message, by the inboxes that are theirs."""
    found: Places = {}
    for one in workers():
        role = definition.role.get(one.role)
        if not one.active or role is None or ACKNOWLEDGE not in role.may:
            continue
        actor = Actor(one.id, one.name, one.agency, "", one.team, one.role)
        for place in inboxes(actor):
            found.setdefault(place, []).append(one)
    return found


def _holders(declared: Message | None, to: str, people: Places) -> tuple[list[str], bool]:
    """The inboxes that a message reaches, and whether anybody reads them."""
    what, _, agency = rules.recipient(to)
    if what == "agency" and declared is not None:
        roles = [place for role in declared.read_by if (place := f"role:{role}@{agency}") in people]
        if roles:
            return roles, True
    if what == "role" and agency and to not in people and f"agency:{agency}" in people:
        return [f"agency:{agency}"], True  # nobody of that role there: their colleagues
    return [to], to in people


def _others(declared: Message | None, message: Outgoing, people: Places, told: set[str]) -> list[str]:
    """Whose inboxes it reaches besides: the roles that the message names, at the agency told, else wherever they are; of those,
    the ones who would see something of what it is about, where there are any."""
    agency = rules.recipient(message.to)[2]
    if message.to.startswith("worker:"):
        who = message.to.removeprefix("worker:")
        agency = next((one.agency for one in workers() if one.id == who), "")  # also of somebody who has left
    found = []
    for role in declared.acknowledge.then if declared is not None else ():
        there = f"role:{role}@{agency}"
        found.append(there if agency and there in people and there not in told else f"role:{role}")
    return seeing.open_to([place for place in dict.fromkeys(found) if place not in told], message.about, people)


def _stands_on_a_list(declared: Message | None) -> bool:
    """Whether it is a sign that can wait: whoever may see it has it on a list, and a bell elsewhere would be one too many."""
    if declared is None or declared.presses:
        return False
    return not {declared.id, declared.form_of}.isdisjoint(rule.message for rule in partnership().signal.values())


def _others_told(message: Outgoing) -> list[str]:
    """To whom the same was sent besides: for the same reason, or at the same moment where none is given."""
    same = {"because": message.because} if message.because else {"because": None, "at": message.at}
    return list(Outgoing.objects.filter(kind=message.kind, **same).values_list("to", flat=True))


def _last(people: Places) -> list[str]:
    """Where a message reaches nobody at all: the first of the roles that are declared for that of which somebody is there, at
    the agency of the front door or else wherever they are; where nobody is, that agency itself."""
    definition = partnership()
    plan, agency = pacing.plan_for(definition, ""), definition.info.front_door
    for role in plan.nobody_there if plan is not None else ():
        for place in (f"role:{role}@{agency}", f"role:{role}"):
            if people.get(place):
                return [place]
    return [place for place in (f"agency:{agency}",) if people.get(place)]


def waiting_since() -> datetime | None:
    """Since when the oldest message that is due waits for being delivered or chased; None where none does."""
    return next((at for (at,) in _LONGEST(now())), None)


# --- reading it -------------------------------------------------------------------------------------------------------


@transaction.atomic
def acknowledge(*, message: UUID, by: Actor) -> None:
    """Says that it was read and is with this worker; it leaves the inboxes of all who were told. What the same reason sent
    to this worker's other inboxes is read with it.

    Raises Refused without the right, Missing for a message that did not reach this worker, Conflict where somebody has
    said so already.
    """
    definition = partnership()
    decision = may(by, ACKNOWLEDGE, definition)
    if not decision:
        raise Refused(decision)
    row = Outgoing.objects.filter(id=message, deliveries__holder__in=inboxes(by)).first()
    if row is None:
        raise Missing
    try:
        with transaction.atomic():
            Acknowledged.objects.create(message=row, by=str(by.id), agency=by.agency, at=now())
    except IntegrityError as error:  # one of those who were told said so first
        raise Conflict("Somebody has said already that they read it. Nothing was changed.") from error
    read = [row.id, *_read_with(row, by)]
    Waiting.objects.filter(message__in=read, step=CHASE).delete()
    write(
        kind="change",
        verb="acknowledge-message",
        actor=by.id,
        acting_for=by.agency,
        purpose="safeguarding",
        policy=definition.hash,
        ids=read,
        detail={"kind": row.kind},
    )


def _read_with(row: Outgoing, by: Actor) -> list[UUID]:
    """Acknowledges the messages of the same kind and reason that reached this worker too. Returns their ids."""
    if row.because is None:
        return []
    same = Outgoing.objects.filter(kind=row.kind, because=row.because, deliveries__holder__in=inboxes(by))
    others = list(same.exclude(id=row.id).filter(acknowledged=None).distinct())
    rows = [Acknowledged(message=one, by=str(by.id), agency=by.agency, at=now()) for one in others]
    Acknowledged.objects.bulk_create(rows, ignore_conflicts=True)
    return [one.id for one in others]
