"""Telling whoever must know before a child's day begins: each child once at each place, whatever happens on the way.

A row is one child of one incident at one place. Planning adds rows and never a second one; a step takes what is due, in one
transaction with the message, the entry and the row's own state. So a step that is killed has not happened, and one that is
done again finds nothing to do.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db import OperationalError, transaction
from django.db.models import Q

from sightline.agencies.queries import partnership
from sightline.agencies.rules import may
from sightline.agencies.types import Actor
from sightline.chronology.actions import versions_of, write_here
from sightline.chronology.queries import originator_of
from sightline.chronology.tracing import happened_of
from sightline.clocks.rules import working_days
from sightline.definition.kinds.telling import Telling as Plan
from sightline.definition.outcomes import Refused
from sightline.definition.types import Partnership
from sightline.front_door import telling_rules as rules
from sightline.front_door.teaching import Readers, incident_of, taught_of
from sightline.front_door.telling_rules import Route, Taught
from sightline.front_door.told_models import Telling
from sightline.identity.queries import rows_by_id
from sightline.ledger.actions import write
from sightline.messages.actions import send
from sightline.messages.queries import acknowledged
from sightline.sharing.actions import tie
from sightline.sharing.reading import Reading, reading
from sightline.timescales.london import local_day
from sightline.timescales.moment import now
from sightline.timescales.spans import parse_span
from sightline.vault.asking import Question

log = logging.getLogger(__name__)

MACHINE = "telling-machine"
PURPOSE = "operation-encompass"
PERSON = "person"  # the recipient of what a person must find out
AGENCY = "agency:"  # and of what a place is told
# Why a row was closed that may be needed again
TAKEN_OFF, PLACE_FOUND, NOT_THERE = "taken-off", "place-found", "not-there"
TOLD_OF = "told-of"
OPEN_FOR = timedelta(days=28)  # how long whoever must ring sees whom it is about
LATE = timedelta(minutes=5)  # after which somebody looks why it was not told
ASKED_AFTER = timedelta(days=3)  # how long it is looked for a receipt, once somebody rings
LONGEST = timedelta(days=28)  # after which nobody is rung any more about what was never read


def plans(definition: Partnership, record: str) -> list[Plan]:
    """What must be told because of such a record."""
    return [plan for plan in definition.telling.values() if record in plan.after]


@transaction.atomic
def plan(*, incident: UUID, by: Actor) -> int:
    """Says for each child on an incident (its first version) who is told, and when. Adds what is missing, and nothing twice;
    a child who was taken off the record is told of no more. Returns how many rows are new."""
    if not (allowed := may(by, "tell-schools", partnership())):
        raise Refused(allowed)
    made = 0
    with reading(by, PURPOSE, about="plan-telling") as opened:
        found = incident_of(opened, incident)
        if found is None:
            return 0
        for declared in plans(opened.definition, found.record):
            if found.known < parse_span(declared.told_within).before(now()):
                continue  # by when it became known: what the police tell of weeks later is told at once, not to nobody
            made += _plan(declared, found.first, found.children(declared.of), local_day(found.known), opened, by)
    return made


def _plan(declared: Plan, incident: UUID, children: Sequence[UUID], on: date, opened: Reading, by: Actor) -> int:
    """`on`: the day on which it became known. Their age is counted on that day, however often it is planned again: who is of age
    on the morning after is told of as they were in the night."""
    moment, days = now(), working_days(partnership())
    there = defaultdict(dict)
    for row in Telling.objects.select_for_update().filter(plan=declared.id, incident=incident):
        there[row.identity][row.recipient] = row
    for identity, rows in there.items():
        if identity not in children:
            _close([row for row in rows.values() if row.state == "planned"], TAKEN_OFF)
    taught, readers = taught_of(opened, declared, children, on), Readers(declared)
    new, again = [], 0
    for identity in children:
        own = there[identity]
        to = _whom(declared, taught[identity], own, readers)
        for one, (route, place) in to.items():
            row = own.get(one)
            if row is not None and not _needed_again(row, own):
                continue
            school = readers.days(place)
            told = rules.when(declared, moment, school, days, next_morning=readers.next_morning(place))
            run_at = moment if one == PERSON and route is not Route.AT_HOME else told.told
            if row is not None:
                _open_again(row, route, run_at, told.due)
                again += 1
                continue
            new.append(
                Telling(
                    plan=declared.id,
                    incident=incident,
                    identity=identity,
                    recipient=one,
                    route=route.value,
                    run_at=run_at,
                    due_at=told.due,
                )
            )
        gone = [row for one, row in own.items() if one not in to]
        _close([row for row in gone if row.recipient == PERSON and row.state != "done"], PLACE_FOUND if to else NOT_THERE)
        _close([row for row in gone if row.recipient != PERSON and row.state == "planned"], NOT_THERE)
    Telling.objects.bulk_create(new, ignore_conflicts=True)
    return len(new) + again


def _whom(
    declared: Plan, taught: Taught, own: Mapping[str, Telling], readers: Readers
) -> dict[str, tuple[Route, str]]:
    """Who is told of a child, why, and by which place's days: the places where somebody reads, and a person where any has
    nobody (a school whose only reader has left is rung), or where there is none."""
    wrong = {row.recipient.removeprefix(AGENCY) for row in own.values() if row.state == "wrong"}
    found, route = rules.places(taught, {one: reads for one, reads in readers.known.items() if one not in wrong})
    if not rules.may_attend(declared, taught):
        return {}
    to = {AGENCY + one: (Route.PLACE, one) for one in found if readers.known[one]}
    unread = [one for one in found if not readers.known[one]]
    for one in unread:
        row = own.get(AGENCY + one)
        if row is None or row.state in ("planned", "over"):  # what was sent there while somebody read stays sent
            to[PERSON] = Route.NO_READER, one
    if found or (route is Route.NO_PLACE and not rules.of_age(declared, taught)):
        return to
    return {PERSON: (Route.WRONG if wrong and route is Route.NO_PLACE else route, "")}


def _needed_again(row: Telling, own: Mapping[str, Telling]) -> bool:
    """Whether a row that was closed because nobody had to be told there any more must be told all the same: the child was
    put back on the record, or the place that was found says that the child is not theirs."""
    if row.closed_because not in (TAKEN_OFF, PLACE_FOUND, NOT_THERE):
        return False
    return row.state == "over" or all(one.state in ("wrong", "over") for one in own.values() if one is not row)


def _open_again(row: Telling, route: Route, run_at: datetime, due_at: datetime) -> None:
    """As planned for the first time; the message that it had stays, so that the next is not taken for the same."""
    row.state, row.route, row.run_at, row.due_at = "planned", route.value, run_at, due_at
    row.told_at = row.deputies_at = row.deputies_message = row.chased_at = row.read_at = row.asked_at = None
    row.read_by, row.entry, row.closed_at, row.closed_because = "", None, None, ""
    row.save()


def _close(rows: Iterable[Telling], because: str) -> None:
    for row in rows:
        if row.closed_at is None:
            row.state, row.closed_at, row.closed_because = "over", now(), because
            row.save(update_fields=["state", "closed_at", "closed_because"])


# --- doing what is due ------------------------------------------------------------------------------------------------


class Stepped(NamedTuple):
    """When it is to be done again (None: never), the source identities whose chronologies have a new entry, and the
    recipients for whom it failed."""

    again: datetime | None
    written: list[UUID]
    failed: list[str]


@transaction.atomic
def step(*, incident: UUID, by: Actor, alone: str = "") -> Stepped:
    """Does what is due about an incident: tells, tells the deputies, chases, asks. Safe in several processes at once.

    `alone`: for this recipient only, and a fault is raised; else whoever cannot be told stops nobody else, and is returned.
    """
    definition, moment = partnership(), now()
    wanted = Telling.objects.select_for_update().filter(incident=incident, closed_at=None).order_by("id")
    rows = list(wanted.filter(recipient=alone) if alone else wanted)
    if not rows:
        return Stepped(None, [], [])
    written: list[UUID] = []
    failed: list[str] = []
    answers = acknowledged([one for row in rows for one in (row.message, row.deputies_message) if one])
    next_: list[datetime] = []
    groups: dict[tuple[str, str, str], list[Telling]] = defaultdict(list)
    for row in rows:
        answer = answers.get(row.message) or answers.get(row.deputies_message)  # type: ignore[arg-type]
        if row.state == "told" and answer is not None:
            was_read([row], *answer)
            if row.closed_at is not None:
                continue
        if row.told_at is not None and row.told_at + LONGEST < moment:
            _close([row], "nobody-answered")
            continue
        groups[row.plan, row.recipient, row.route].append(row)
    for (name, recipient, route), some in groups.items():
        declared = definition.telling.get(name)
        if declared is None:
            continue
        try:
            with transaction.atomic():
                due = [row for row in some if row.state == "planned" and row.run_at <= moment]
                told = _tell(declared, incident, recipient, Route(route), due, by) if due else []
                if recipient != PERSON:
                    _follow_up(declared, incident, recipient, some, by)
        except OperationalError:  # the database is away or busy: it is all done again
            raise
        except Exception as error:
            if alone:
                raise
            log.warning("one recipient could not be told", extra={"error": type(error).__name__})
            failed.append(recipient)
            continue
        written += told
        next_ += _next(declared, recipient, some)
    later = [one for one in next_ if one > moment]
    return Stepped(min(later) if later else None, written, failed)


def was_read(rows: Iterable[Telling], by: str, at: datetime) -> None:
    """Somebody has read it. Where they were told in place of a school, nothing more is waited for."""
    for row in rows:
        row.state, row.read_by, row.read_at = "read", by, at
        if row.recipient == PERSON and row.route == Route.AT_HOME:
            row.state, row.closed_at, row.closed_because = "done", at, "read"
        row.save(update_fields=["state", "read_by", "read_at", "closed_at", "closed_because"])


def _tell(declared: Plan, incident: UUID, recipient: str, route: Route, rows: list[Telling], by: Actor) -> list[UUID]:
    """Tells one recipient of these children, in one message. Returns on whose chronologies it now stands."""
    definition, moment = partnership(), now()
    versions = versions_of(incident)
    happened = incident_of_version(versions[-1]) if versions else moment
    identities = [row.identity for row in rows]
    says: dict[str, object] = {"on": happened.isoformat(), "count": len(rows)}
    readers = Readers(declared)
    # educated at home: who is told in place of a school, where anybody has that role; else a person finds out
    officer = route is Route.AT_HOME and bool(readers.people(readers.officers(declared.at_home.told)))
    if recipient != PERSON:
        agency = recipient.removeprefix(AGENCY)
        to, message = (
            readers.inboxes(agency, declared.told) or readers.inboxes(agency, declared.deputies.told),
            declared.message,
        )
    elif officer:
        to, message = readers.officers(declared.at_home.told), declared.at_home.message or declared.message
    else:
        to, message = readers.officers(declared.nobody.told), declared.nobody.message
        says = {"count": len(rows), "by": min(row.due_at for row in rows).isoformat()}
    if recipient == PERSON:
        _open_to(_who_answers(definition, readers, to, message), identities, incident)
    again = Telling.objects.filter(incident=incident, recipient=recipient, message__isnull=False).exists()
    cause = rows[0].id if again else incident  # what came later is a message of its own, and not lost behind the first
    (sent, *_) = send(message, to=to, about=identities, says=_parts(definition, message, says), by=by, because=cause)
    written = []
    for row in rows:
        row.state, row.told_at, row.message, row.told_to = "told", moment, sent, list(to)
        if recipient != PERSON or officer:
            row.entry = _write_notice(declared, row, readers.words(to), by)
            written.append(row.identity)
        row.save(update_fields=["state", "told_at", "message", "told_to", "entry"])
    write(
        kind="run",
        verb="tell-school",
        actor=by.id,
        acting_for=by.agency,
        purpose=PURPOSE,
        policy=definition.hash,
        ids=[row.id for row in rows],
        detail={"telling": declared.id, "route": route.value, "to": list(to)[:20]},
    )
    return written


def _parts(definition: Partnership, message: str, says: dict[str, object]) -> dict[str, object]:
    return {name: says[name] for name in definition.message[message].parts if name in says}


def incident_of_version(entry: UUID) -> datetime:
    """When it happened, as its standing version says."""
    return happened_of(entry)


def _who_answers(definition: Partnership, readers: Readers, to: Collection[str], message: str) -> list[str]:
    """Whoever is told, and whoever is told instead where nobody of them reads it: they must know whom it is about, to ring."""
    return readers.people([*to, *readers.officers(definition.message[message].acknowledge.then)])


def _open_to(people: Iterable[str], identities: Collection[UUID], incident: UUID) -> None:
    moment = now()
    tie(
        [
            (f"worker:{one}", TOLD_OF, identity, moment, moment + OPEN_FOR, incident)
            for one in people
            for identity in identities
        ]
    )


def _write_notice(declared: Plan, row: Telling, whom: str, by: Actor) -> UUID:
    keys = [one.key for one in rows_by_id([row.identity]).values()]
    return write_here(
        record=declared.record,
        fields={"told-at": now().isoformat(), "told-whom": whom},
        identities=[row.identity],
        keys=keys,
        by=by,
        agency=originator_of(row.incident),
        definition=partnership(),
        on=[row.incident],
    )


def _follow_up(declared: Plan, incident: UUID, recipient: str, rows: list[Telling], by: Actor) -> None:
    """Tells the deputies and whoever chases, and asks what was done, where it is time."""
    definition, moment, agency = partnership(), now(), recipient.removeprefix(AGENCY)
    readers = Readers(declared)
    school = readers.days(agency)
    unread = [row for row in rows if row.state == "told" and row.told_at is not None]
    for row in unread:
        deputies, _ = rules.unread_at(declared, row.told_at or moment, school)
        to = readers.inboxes(agency, declared.deputies.told)
        if row.deputies_at is None and moment >= deputies:
            same = [other for other in unread if other.deputies_at is None and other.message == row.message]
            sent: UUID | None = None
            if to and not set(to) <= set(row.told_to):
                says = {"on": incident_of_version(versions_of(incident)[-1]).isoformat(), "count": len(same)}
                message = declared.deputies.message or declared.message
                (sent, *_) = send(
                    message,
                    to=to,
                    about=[one.identity for one in same],
                    says=_parts(definition, message, says),
                    by=by,
                    because=incident if row.message and _first(incident, row) else row.id,
                )
            for one in same:
                one.deputies_at, one.deputies_message = moment, sent
                one.told_to = list(dict.fromkeys([*one.told_to, *to]))
                one.save(update_fields=["deputies_at", "deputies_message", "told_to"])
    chased = [
        row
        for row in unread
        if row.chased_at is None and moment >= rules.unread_at(declared, row.told_at or moment, school)[1]
    ]
    if chased:
        officers = readers.officers(declared.unread.told)
        message = declared.unread.message or declared.message
        everybody = _who_answers(definition, readers, officers, message)
        _open_to(everybody, [row.identity for row in chased], incident)
        send(
            message,
            to=officers,
            about=[row.identity for row in chased],
            says={"agency": agency},
            by=by,
            because=chased[0].id,
        )
        for row in chased:
            row.chased_at = moment
            row.save(update_fields=["chased_at"])
    days = working_days(definition)
    asked = [
        row
        for row in rows
        if row.state == "read"
        and row.asked_at is None
        and row.support is None
        and moment >= rules.asked_at(declared, row.read_at or moment, school, days)
    ]
    if asked:
        says = {"on": incident_of_version(versions_of(incident)[-1]).isoformat()}
        to = readers.inboxes(agency, (*declared.told, *declared.deputies.told))
        if to:
            send(
                declared.asks.message, to=to, about=[row.identity for row in asked], says=says, by=by, because=incident
            )
        for row in asked:
            row.asked_at = moment
            row.save(update_fields=["asked_at"])


def _first(incident: UUID, row: Telling) -> bool:
    """Whether this row's message was the first of its place about this incident, and so stands under the incident's id."""
    first = (
        Telling.objects.filter(incident=incident, recipient=row.recipient, message__isnull=False)
        .order_by("told_at", "id")
        .first()
    )
    return first is not None and first.message == row.message


def _next(declared: Plan, recipient: str, rows: Iterable[Telling]) -> list[datetime]:
    """When something is due about these next."""
    found: list[datetime] = []
    days = working_days(partnership())
    school = Readers(declared).days(recipient.removeprefix(AGENCY))
    for row in rows:
        if row.state == "planned":
            found.append(row.run_at)
        elif recipient == PERSON:
            continue
        elif row.state == "told" and row.told_at is not None:
            deputies, unread = rules.unread_at(declared, row.told_at, school)
            found += [deputies] if row.deputies_at is None else []
            found += [unread] if row.chased_at is None else []
            if row.chased_at is not None and now() < row.chased_at + ASKED_AFTER:
                found.append(now() + timedelta(days=1))  # somebody may have read it in their inbox
        elif row.state == "read" and row.asked_at is None and row.support is None and row.read_at is not None:
            found.append(rules.asked_at(declared, row.read_at, school, days))
    return found


_OPEN = Question(lambda some: Telling.objects.filter(identity__among=some, closed_at=None).order_by("run_at"), "incident")


def incidents_about(identities: Iterable[UUID]) -> list[UUID]:
    """The incidents with something open about these source identities: to be planned again when who is who has changed."""
    return list(dict.fromkeys(incident for (incident,) in _OPEN(list(identities))))


def overdue(moment: datetime) -> list[UUID]:
    """Incidents of which something should have been told a while ago and was not, whatever is owed: the longest due first."""
    rows = Telling.objects.filter(state="planned", closed_at=None, run_at__lt=moment - LATE).order_by("run_at", "id")
    return list(dict.fromkeys(rows.values_list("incident", flat=True)))


def told_by(message: UUID) -> list[UUID]:
    """The incidents with something open that this message told of."""
    rows = Telling.objects.filter(Q(message=message) | Q(deputies_message=message), closed_at=None)
    return list(dict.fromkeys(rows.values_list("incident", flat=True)))
