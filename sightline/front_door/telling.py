"""Telling whoever must know before a child's day begins: each child once at each place, whatever happens on the way.

A row is one child of one incident at one place. Planning adds rows and never a second one; a step takes what is due, in one
transaction with the message, the entry and the row's own state. So a step that is killed has not happened, and one that is
done again finds nothing to do.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

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
from sightline.front_door.telling_rules import Route
from sightline.front_door.told_models import Telling
from sightline.identity.queries import rows_by_id
from sightline.ledger.actions import write
from sightline.messages.actions import send
from sightline.messages.queries import acknowledged
from sightline.sharing.actions import tie
from sightline.sharing.reading import reading
from sightline.timescales.moment import now
from sightline.timescales.spans import parse_span

MACHINE = "telling-machine"
PURPOSE = "operation-encompass"
PERSON = "person"  # the recipient of what a person must find out
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
            before = parse_span(declared.told_within).before(now())
            if found.happened < before:
                continue
            made += _plan(declared, found.first, found.children(declared.of), opened, by)
    return made


def _plan(declared: Plan, incident: UUID, children: Sequence[UUID], opened: object, by: Actor) -> int:
    moment, days = now(), working_days(partnership())
    there = defaultdict(dict)
    for row in Telling.objects.select_for_update().filter(plan=declared.id, incident=incident):
        there[row.identity][row.recipient] = row
    for identity, rows in there.items():
        if identity not in children:
            _close([row for row in rows.values() if row.state == "planned"], "taken-off")
    taught, readers = taught_of(opened, declared, children), Readers(declared)
    rows = []
    for identity in children:
        own, known = there[identity], taught[identity]
        wrong = {row.recipient.removeprefix("agency:") for row in own.values() if row.state == "wrong"}
        reachable = {one: reads for one, reads in readers.known.items() if one not in wrong}
        found, route = rules.places(known, reachable)
        to: list[str] = [f"agency:{one}" for one in found]
        if route is Route.NO_READER:
            to = [PERSON]
        elif not to:
            if route is Route.NO_PLACE and not rules.of_age(declared, known):
                continue
            if wrong and route is Route.NO_PLACE:
                route = Route.WRONG
            to = [PERSON]
        for one in to:
            if one in own:
                continue
            school = readers.days(one.removeprefix("agency:") if one != PERSON else found[0] if found else "")
            told = rules.when(
                declared, moment, school, days, next_morning=readers.next_morning(one.removeprefix("agency:"))
            )
            at_once = one == PERSON and route is not Route.AT_HOME
            rows.append(
                Telling(
                    plan=declared.id,
                    incident=incident,
                    identity=identity,
                    recipient=one,
                    route=route.value,
                    run_at=moment if at_once else told.told,
                    due_at=told.due,
                )
            )
        if to != [PERSON] and PERSON in own and own[PERSON].state != "done":
            _close([own[PERSON]], "place-found")
    Telling.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def _close(rows: Iterable[Telling], because: str) -> None:
    for row in rows:
        if row.closed_at is None:
            row.state, row.closed_at, row.closed_because = "over", now(), because
            row.save(update_fields=["state", "closed_at", "closed_because"])


# --- doing what is due ------------------------------------------------------------------------------------------------


@transaction.atomic
def step(*, incident: UUID, by: Actor) -> tuple[datetime | None, list[UUID]]:
    """Does what is due about an incident: tells, tells the deputies, chases, asks. Safe in several processes at once.

    Returns when it is to be done again (None: never), and the source identities whose chronologies have a new entry.
    """
    definition, moment = partnership(), now()
    rows = list(Telling.objects.select_for_update().filter(incident=incident, closed_at=None).order_by("id"))
    if not rows:
        return None, []
    written: list[UUID] = []
    answers = acknowledged([one for row in rows for one in (row.message, row.deputies_message) if one])
    next_: list[datetime] = []
    groups: dict[tuple[str, str, str], list[Telling]] = defaultdict(list)
    for row in rows:
        answer = answers.get(row.message) or answers.get(row.deputies_message)  # type: ignore[arg-type]
        if row.state == "told" and answer is not None:
            row.state, row.read_by, row.read_at = "read", *answer
            row.save(update_fields=["state", "read_by", "read_at"])
        if row.told_at is not None and row.told_at + LONGEST < moment:
            _close([row], "nobody-answered")
            continue
        groups[row.plan, row.recipient, row.route].append(row)
    for (name, recipient, route), some in groups.items():
        declared = definition.telling.get(name)
        if declared is None:
            continue
        due = [row for row in some if row.state == "planned" and row.run_at <= moment]
        if due:
            written += _tell(declared, incident, recipient, Route(route), due, by)
        if recipient != PERSON:
            _follow_up(declared, incident, recipient, some, by)
        next_ += _next(declared, recipient, some)
    later = [one for one in next_ if one > moment]
    return (min(later) if later else None), written


def _tell(declared: Plan, incident: UUID, recipient: str, route: Route, rows: list[Telling], by: Actor) -> list[UUID]:
    """Tells one recipient of these children, in one message. Returns on whose chronologies it now stands."""
    definition, moment = partnership(), now()
    versions = versions_of(incident)
    happened = incident_of_version(versions[-1]) if versions else moment
    identities = [row.identity for row in rows]
    says: dict[str, object] = {"on": happened.isoformat(), "count": len(rows)}
    readers = Readers(declared)
    if recipient != PERSON:
        agency = recipient.removeprefix("agency:")
        to, message = (
            readers.inboxes(agency, declared.told) or readers.inboxes(agency, declared.deputies.told),
            declared.message,
        )
    elif route is Route.AT_HOME:
        to, message = readers.officers(declared.at_home.told), declared.at_home.message or declared.message
    else:
        to, message = readers.officers(declared.nobody.told), declared.nobody.message
        says = {"count": len(rows), "by": min(row.due_at for row in rows).isoformat()}
    if recipient == PERSON:
        _open_to(readers.people(to), identities, incident)
    again = Telling.objects.filter(incident=incident, recipient=recipient, message__isnull=False).exists()
    cause = rows[0].id if again else incident  # what came later is a message of its own, and not lost behind the first
    (sent, *_) = send(message, to=to, about=identities, says=_parts(definition, message, says), by=by, because=cause)
    written = []
    for row in rows:
        row.state, row.told_at, row.message, row.told_to = "told", moment, sent, list(to)
        if recipient != PERSON:
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
    definition, moment, agency = partnership(), now(), recipient.removeprefix("agency:")
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
        _open_to(readers.people(officers), [row.identity for row in chased], incident)
        message = declared.unread.message or declared.message
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
    school = Readers(declared).days(recipient.removeprefix("agency:"))
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


def incidents_about(identities: Iterable[UUID]) -> list[UUID]:
    """The incidents with something open about these source identities: to be planned again when who is who has changed."""
    rows = Telling.objects.filter(identity__in=list(identities), closed_at=None)
    return list(dict.fromkeys(rows.values_list("incident", flat=True)))


def overdue(moment: datetime) -> list[UUID]:
    """Incidents of which something should have been told a while ago and was not, whatever is owed: the longest due first."""
    rows = Telling.objects.filter(state="planned", closed_at=None, run_at__lt=moment - LATE).order_by("run_at", "id")
    return list(dict.fromkeys(rows.values_list("incident", flat=True)))
