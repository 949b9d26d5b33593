"""Police information about missing and exploited children: allocated, looked at by a worker and a manager, given an outcome.

An item is a row for each child on a record that a review takes. What was decided is an entry; what the police hold stays
with them: of intelligence there is a pointer and whom to ring.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from sightline.agencies.one_person import same_person
from sightline.agencies.queries import actor_by_id, agencies, partnership, workers
from sightline.agencies.rules import may
from sightline.agencies.types import Actor
from sightline.chronology.actions import write_here
from sightline.chronology.events import of_people
from sightline.chronology.queries import entry as entry_history
from sightline.chronology.queries import subjects_of
from sightline.chronology.tracing import pointed_to
from sightline.chronology.types import EntryView
from sightline.clocks.rules import working_days
from sightline.definition.kinds.day_lists import ItemReview
from sightline.definition.outcomes import Conflict, Decision, Invalid, Missing, Refused
from sightline.definition.types import Fault, Partnership
from sightline.front_door import reviewing_rules as rules
from sightline.front_door.told_models import Review
from sightline.identity.queries import ids_of, names, persons_of, rows_by_id, rows_of
from sightline.ledger.actions import write
from sightline.messages.actions import send
from sightline.sharing.actions import tie
from sightline.sharing.paging import Page, seen
from sightline.sharing.queries import held_between, ties_of
from sightline.sharing.reading import Reading, reading
from sightline.sharing.rules import holders
from sightline.sharing.standing import trusted
from sightline.timescales.moment import now
from sightline.timescales.spans import parse_span

MACHINE, PURPOSE, PERMISSION = "clock-machine", "missing", "review-police-information"
RECORD = "police-information-review"
MOST = 200
SENT, SENT_FOR = (
    "sent",
    timedelta(days=180),
)  # whoever answers for missing children there reads what is learnt afterwards


def _require(by: Actor) -> None:
    if not (decision := may(by, PERMISSION, partnership())):
        raise Refused(decision)


@transaction.atomic
def take(*, first: UUID, by: Actor) -> list[UUID]:
    """Takes a record for review, where one asks for it: one item a child, once, allocated to whoever works with the child,
    who is told; else to whoever allocates. Returns the new items."""
    definition, made = partnership(), []
    with reading(by, "safeguarding", about="take-for-review") as opened:
        for declared in definition.itemreview.values():
            made += _take(opened, declared, first, by)
    return made


def _take(opened: Reading, declared: ItemReview, first: UUID, by: Actor) -> list[UUID]:
    found = pointed_to(first)
    if found is None or all(found.record not in takes.record for takes in declared.takes):
        return []
    kind = opened.agencies[found.agency].kind if found.agency in opened.agencies else ""
    if kind not in declared.sent_by:
        return []
    subjects = [identity for identity, child, _ in subjects_of(found.id) if child]
    person_of = persons_of(subjects)
    entries = of_people(opened, set(person_of.values()), records={found.record})
    moment, days, made = now(), working_days(opened.definition), []
    for identity in subjects:
        facts = next((e.facts for e in entries.get(person_of[identity], []) if e.first == first), {})
        if rules.taken(declared, found.record, facts) is None:
            continue
        row = Review(
            review=declared.id,
            first=first,
            identity=identity,
            agency=found.agency,
            known_at=found.known_at,
            worker=_works_with([one.id for one in rows_of([person_of[identity]])]),
            worker_due=parse_span(declared.worker.within).due(moment, days),
            manager_due=parse_span(declared.manager.within).due(moment, days),
        )
        row.allocated_at = moment if row.worker else None
        if Review.objects.filter(review=declared.id, first=first, identity=identity).exists():
            continue
        row.save()
        made.append(row.id)
        if not declared.takes[rules.taken(declared, found.record, facts) or 0].pointer:
            tie([(f"agency:{found.agency}", SENT, identity, moment, moment + SENT_FOR, first)])
        to = row.worker or [f"role:{role}" for role in declared.unallocated]
        send(declared.message, to=to, about=[identity], says={"count": 1}, by=by, because=row.id)
    return made


def _works_with(identities: Sequence[UUID]) -> str:
    """Who has the child: their worker, else their team; empty where nobody has."""
    moment = now()
    ties = sorted(held_between(identities, moment, moment), key=lambda tie: tie.since)
    held = [one.holder for one in ties if one.kind == "allocated"]
    own = [one for one in held if one.startswith("worker:")]
    return (own or [one for one in held if one.startswith("team:")] or [""])[-1]


# --- what people do ---------------------------------------------------------------------------------------------------


def _item(item: UUID, by: Actor) -> tuple[Review, ItemReview]:
    _require(by)
    row = Review.objects.select_for_update().filter(id=item).first()
    declared = partnership().itemreview.get(row.review) if row else None
    if row is None or declared is None or not _concerns(row, declared, by):
        raise Missing
    if row.closed_at is not None:
        raise Conflict("This was looked at already, and closed. Nothing was changed.")
    return row, declared


def _concerns(row: Review, declared: ItemReview, by: Actor) -> bool:
    """Whether it is with this worker or their team, theirs to allocate, or about a child whom they have."""
    if row.worker and row.worker in holders(by):
        return True
    if by.role in (*declared.unallocated, *declared.manager.roles) and (not row.worker or _same_agency(row, by)):
        return True
    with trusted("who-has-the-child"):
        person = persons_of([row.identity]).get(row.identity)
        identities = {one.id for one in rows_of([person])} if person else {row.identity}
    return bool(identities & ties_of(holders(by), "allocated"))


def _same_agency(row: Review, by: Actor) -> bool:
    what, _, who = row.worker.partition(":")
    if what == "team":
        return who in partnership().team and partnership().team[who].agency == by.agency
    try:
        return actor_by_id(who).agency == by.agency
    except Missing:
        return True  # they have left: somebody else allocates it


@transaction.atomic
def allocate(*, item: UUID, worker: str, by: Actor) -> None:
    """Gives an item to a worker (by id), who is told. Only whoever allocates may."""
    row, declared = _item(item, by)
    if by.role not in (*declared.unallocated, *declared.manager.roles):
        raise Refused(Decision(False, "not-permitted", "Only a manager gives this to somebody."))
    known = {one.id: one for one in workers() if one.active and one.role in declared.worker.roles}
    if worker not in known:
        raise Invalid([Fault(path="worker", expected="a worker who may review this")])
    row.worker, row.allocated_at, row.version = f"worker:{worker}", now(), row.version + 1
    row.save(update_fields=["worker", "allocated_at", "version"])
    send(declared.message, to=f"worker:{worker}", about=[row.identity], says={"count": 1}, by=by, because=row.id)
    _note(by, "allocate-item", row)


@transaction.atomic
def review(*, item: UUID, harm: str, outcome: str, because: str, referral: UUID | None = None, by: Actor) -> UUID:
    """What the worker makes of it: whether significant harm is known or suspected, and what is done. Known or suspected harm
    takes a referral. Returns the entry; a manager looks at it next."""
    row, declared = _item(item, by)
    if row.worker_at is not None:
        raise Conflict("Somebody has reviewed this already. Their manager looks at it next.")
    if by.role not in declared.worker.roles:
        raise Refused(Decision(False, "not-permitted", "This is looked at by whoever works with the child."))
    if not (answer := rules.judge(declared, harm=harm, outcome=outcome, because=because)):
        raise Refused(answer)
    made = _write(row, {"outcome": outcome, "significant-harm": harm, "because": because.strip()}, by)
    row.worker_at, row.worker_by, row.harm, row.outcome = now(), by.id, harm, outcome
    row.entry, row.referral, row.version = made, referral, row.version + 1
    row.save(update_fields=["worker_at", "worker_by", "harm", "outcome", "entry", "referral", "version"])
    _note(by, "review-item", row)
    return made


@transaction.atomic
def sign_off(*, item: UUID, words: str, agrees: bool = True, by: Actor) -> UUID | None:
    """What the manager says. Where they do not agree, it goes back to the worker. Returns the entry that closes it."""
    row, declared = _item(item, by)
    if by.role not in declared.manager.roles:
        raise Refused(Decision(False, "not-permitted", "A manager looks at this second."))
    if row.worker_at is None:
        raise Refused(Decision(False, "wrong-state", "The worker looks at it first."))
    if same_person(by.id, row.worker_by):
        raise Refused(
            Decision(False, "second-person-needed", "You reviewed this yourself: another manager looks at it.")
        )
    if len(words.strip()) < 5:
        raise Refused(Decision(False, "reason-too-short", "Say in a few words what you think of it."))
    if not agrees:
        row.worker_at, row.worker_by, row.outcome, row.version = None, "", "", row.version + 1
        row.save(update_fields=["worker_at", "worker_by", "outcome", "version"])
        _note(by, "send-item-back", row)
        return None
    made = _write(row, {"outcome": row.outcome, "significant-harm": row.harm, "manager": words.strip()}, by)
    row.manager_at, row.manager_by, row.closed_at, row.version = now(), by.id, now(), row.version + 1
    row.save(update_fields=["manager_at", "manager_by", "closed_at", "version"])
    _note(by, "close-item", row)
    return made


def _write(row: Review, fields: dict[str, str], by: Actor) -> UUID:
    return write_here(
        record=RECORD,
        fields=fields,
        identities=[row.identity],
        keys=[one.key for one in rows_by_id([row.identity]).values()],
        by=by,
        definition=partnership(),
        on=[row.first],
    )


def _note(by: Actor, verb: str, row: Review) -> None:
    write(
        kind="change",
        verb=verb,
        actor=by.id,
        acting_for=by.agency,
        purpose=PURPOSE,
        policy=partnership().hash,
        ids=[row.id],
        detail={"review": row.review},
    )


# --- reading it -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Item:
    """An item as somebody who reviews it sees it."""

    id: UUID
    review: str
    first: UUID
    name: str
    born: str
    person: UUID
    why: str
    agency: str
    phone: str
    known_at: datetime
    worker: str  # whose it is, in words; empty: nobody's
    stage: str  # allocate | worker | manager | closed
    due_at: datetime
    late: bool
    outcome: str
    harm: str
    view: EntryView | None


def items(reading: Reading, *, closed: bool = False, after: str = "") -> Page[Item]:
    """What waits for this worker, their team or, for a manager, their agency; what is due first stands first, a page at a
    time."""
    _require(reading.actor)
    definition, by = reading.definition, reading.actor

    def see(some: Sequence[Review]) -> list[tuple[Review, Item]]:
        mine = [row for row in some if _concerns(row, definition.itemreview[row.review], by)]
        rows = {row.id: row for row in mine}
        return [(rows[one.id], one) for one in _items(reading, mine)]

    rows = _mine(by, definition)
    rows = rows.exclude(closed_at=None) if closed else rows.filter(closed_at=None)
    reading.about = reading.about or "view-police-information"
    return seen(rows, "closed_at" if closed else "worker_due", see, after=after, limit=MOST, last_first=closed)


def _mine(by: Actor, definition: Partnership) -> QuerySet[Review]:
    """The items among which this worker's are (`_concerns` says which), so that nobody looks through everybody's."""
    declared = definition.itemreview.values()
    answers = [one.id for one in declared if by.role in (*one.unallocated, *one.manager.roles)]
    with trusted("who-has-the-child"):
        theirs = ids_of(persons_of(ties_of(holders(by), "allocated")).values())
    which = Q(worker__in=holders(by)) | Q(identity__among=theirs) | Q(review__in=answers)
    return Review.objects.filter(which, review__in=[one.id for one in declared])


def item(reading: Reading, id: UUID) -> Item:
    """One of these. Raises Missing for anybody else's."""
    _require(reading.actor)
    row = Review.objects.filter(id=id).first()
    declared = reading.definition.itemreview.get(row.review) if row else None
    if row is None or declared is None or not _concerns(row, declared, reading.actor):
        raise Missing
    found = _items(reading, [row], whole=True)
    if not found:
        raise Missing
    return found[0]


def _items(reading: Reading, rows: Sequence[Review], *, whole: bool = False) -> list[Item]:
    with trusted("whom-items-are-about"):  # ids and kinds alone: who they are passes the gate
        person_of = persons_of(row.identity for row in rows)
        what = {row.first: pointed_to(row.first) for row in rows}
    named = names(reading, person_of.values()) if person_of else {}
    people = {one.id: one.name for one in workers()}
    known, moment, found = agencies(), now(), []
    for row in rows:
        person, declared = person_of.get(row.identity), reading.definition.itemreview[row.review]
        record = what[row.first]
        if person not in named or record is None:
            continue
        stage = "closed" if row.closed_at else "manager" if row.worker_at else "worker" if row.worker else "allocate"
        due = row.manager_due if stage == "manager" else row.worker_due
        kind, _, who = row.worker.partition(":")
        team = reading.definition.team.get(who)
        agency = known.get(row.agency)
        view = None
        if whole:
            try:
                view = entry_history(reading, row.first).now
            except Missing:
                view = None
        takes = next((t for t in declared.takes if record.record in t.record), declared.takes[0])
        found.append(
            Item(
                row.id,
                row.review,
                row.first,
                named[person].name,
                named[person].born,
                person,
                takes.says,
                agency.title if agency else row.agency,
                (agency.phone or agency.out_of_hours) if agency else "",
                row.known_at,
                (people.get(who, "somebody who has left") if kind == "worker" else team.title if team else "")
                if who
                else "",
                stage,
                due,
                stage != "closed" and due < moment,
                row.outcome,
                row.harm,
                view,
            )
        )
    return found


def summary(review: str, since: datetime, until: datetime) -> dict[str, int]:
    """What the first tier of exploitation meetings is told: numbers alone, of what became known in a stretch of time."""
    rows = Review.objects.filter(review=review, known_at__gte=since, known_at__lt=until)
    counted = Counter(rows.exclude(outcome="").values_list("outcome", flat=True))
    return {
        "items": rows.count(),
        "open": rows.filter(closed_at=None).count(),
        "late": rows.filter(closed_at=None, worker_due__lt=until).count(),
        "harm": rows.filter(harm="yes").count(),
        "referred": rows.filter(harm="yes", outcome="referral").count(),
        **{f"outcome-{outcome}": n for outcome, n in sorted(counted.items())},
    }
