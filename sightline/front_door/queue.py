"""Reading the queue: what waits, in the order of danger and then of the clock. Everything passes the gate.

A line shows as much of a notice as its reader may see; at a pointer that something waits, from whom, and why it stands
where it stands only where the notice itself shows. A page costs a bounded number of queries however many children are on
it. What is sealed is nobody's here but its holder's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core import signing
from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet

from sightline.agencies.queries import workers
from sightline.agencies.rules import may
from sightline.agencies.types import WorkerInfo
from sightline.chronology.at_once import Noticed, held_about, notices
from sightline.chronology.queries import at_least_headline
from sightline.chronology.types import EntryView
from sightline.definition.kinds.danger import NOW, level_of
from sightline.definition.outcomes import Missing, Refused
from sightline.front_door import claiming, danger
from sightline.front_door.arriving import queue_of
from sightline.front_door.models import Item, ItemChild, Note
from sightline.front_door.queue_types import (
    Beside,
    Counts,
    Glance,
    ItemView,
    Narrow,
    OpenElsewhere,
    QueueChild,
    QueueLine,
    Why,
)
from sightline.front_door.shifts import notes_of
from sightline.identity.match_waiting import not_safe_to_ring, waiting_about, waiting_sides
from sightline.identity.queries import names, persons_of, rows_by_id, rows_for, rows_of
from sightline.identity.queries import seen as seen_of
from sightline.identity.types import Profile
from sightline.sharing.filters import asks_whom, at_least
from sightline.sharing.paging import Page
from sightline.sharing.reading import Reading
from sightline.sharing.types import Level
from sightline.timescales.moment import now
from sightline.timescales.spans import parse_span
from sightline.vault.asking import Question

LINES, MOST = 40, 1000
SALT = "front-door-queue"
HIGHEST_NOW = 19
SHOWS = ("", "now", "mine", "free", "elsewhere", "match", "handed", "decided")
Cursor = tuple[int, datetime, UUID]


def require(reading: Reading) -> None:
    """Raises Refused for whoever may not see the queue."""
    decision = may(reading.actor, claiming.SEE, reading.definition)
    if not decision:
        raise Refused(decision)


def page(reading: Reading, *, narrow: Narrow | None = None, after: str = "", limit: int = LINES) -> Page[QueueLine]:
    """The queue, gravest first, then by whose clock ends soonest: one line an event. Raises Refused without the right."""
    require(reading)
    reading.about = reading.about or "view-queue"
    rows = _which(reading, narrow or Narrow()).order_by("danger", "due_at", "id")
    start = _place(after) if after else None
    if start is not None:
        rank, due, id_ = start
        rows = rows.filter(Q(danger__gt=rank) | Q(danger=rank, due_at__gt=due) | Q(danger=rank, due_at=due, id__gt=id_))
    some = list(rows[: limit + 1])
    more = _mark(some[limit - 1]) if len(some) > limit else ""
    return Page(tuple(_lines(reading, some[:limit])), more)


def lines_of(reading: Reading, items: Iterable[UUID], narrow: Narrow | None = None) -> list[QueueLine]:
    """These lines of the queue as they stand now; whatever stands in the list no longer, or not for this reader, is left
    out. For a page that is open already. Raises Refused without the right."""
    require(reading)
    reading.about = reading.about or "view-queue"
    if narrow is None or not narrow.any:
        return _lines(reading, _AMONG.rows(items))  # each notice passes the gate there: the list's condition would ask it twice
    return _lines(reading, list(_which(reading, narrow).filter(id__among=list(items)).order_by("danger", "due_at", "id")))


def one(reading: Reading, item: UUID) -> ItemView:
    """One item with every open notice of its event. Raises Refused without the right, Missing where nothing may be seen."""
    require(reading)
    reading.about = reading.about or "view-queue-item"
    row = _row(item)
    if row is None:
        raise Missing
    lines = _lines(reading, [row, *_OF_EVENT.rows(row.event, row.id)], words=True)
    if not lines or lines[0].item != row.id:
        raise Missing
    return ItemView(lines[0], tuple(lines[1:]), tuple(notes_of(reading, row.id)), row.generation)


def must_see(reading: Reading, item: UUID) -> None:
    """Raises Missing for an item of which this reader may not know that it is there: whoever may not see it does nothing to
    it. Refused without the right. Two queries; nothing is read, so nothing is noted."""
    require(reading)
    if not Item.objects.filter(_visible(reading), id=item).exists():
        raise Missing


def following(reading: Reading, item: UUID, narrow: Narrow | None = None) -> tuple[UUID | None, UUID | None]:
    """The lines before and after an item in the queue, by their ids: where `k` and `j` lead. Two queries."""
    require(reading)
    row = _row(item)
    if row is None:
        return None, None
    beside = Q(state=claiming.OPEN) if row.state == claiming.OPEN else ~Q(state=claiming.OPEN)
    which = _which(reading, narrow or Narrow()).exclude(Q(event=row.event) & beside)  # the line that stands for this one
    after = which.filter(
        Q(danger__gt=row.danger)
        | Q(danger=row.danger, due_at__gt=row.due_at)
        | Q(danger=row.danger, due_at=row.due_at, id__gt=row.id)
    ).order_by("danger", "due_at", "id")
    before = which.filter(
        Q(danger__lt=row.danger)
        | Q(danger=row.danger, due_at__lt=row.due_at)
        | Q(danger=row.danger, due_at=row.due_at, id__lt=row.id)
    ).order_by("-danger", "-due_at", "-id")
    return before.values_list("id", flat=True).first(), after.values_list("id", flat=True).first()


def about_same(reading: Reading, item: UUID) -> list[tuple[UUID, EntryView]]:
    """Other open notices about any of the children on an item that stand as another event, the newest first, at most ten:
    (item, the notice as this reader may see it). For whoever may say that they are one."""
    require(reading)
    row = _row(item)
    if row is None:
        return []
    rows = _ABOUT_SAME.rows([one.id for one in rows_of(people_on(item))], row.event)
    seen = notices(reading, [other.entry for other in rows]) if rows else {}
    return [(other.id, seen[other.entry].view) for other in rows if other.entry in seen]


def first_of_entry(reading: Reading, entry: UUID) -> UUID | None:
    """The item of a notice, by the first version of its entry; None where it has none, or the reader sees no queue."""
    if not may(reading.actor, claiming.SEE, reading.definition):
        return None
    return Item.objects.filter(entry=entry).values_list("id", flat=True).first()


def for_whoever_comes(reading: Reading) -> QuerySet[Item, UUID]:
    """The records, by their first versions, whose notices are no work of this reader's own: they wait in the queue, which shows
    them, and somebody else has them or nobody; or they left it for whoever works with the child, or as history. As a question for
    the database, to be asked within another."""
    require(reading)
    rows = Item.objects.filter(Q(closed_at=None, state=claiming.OPEN) | Q(state=claiming.ACCEPTED))
    rows = rows.exclude(closed_at=None, holder=reading.actor.id)
    return rows.order_by().values_list("entry", flat=True)


def glance(reading: Reading) -> Glance:
    """How the queue stands for whoever has other work beside it. One query."""
    require(reading)
    rows, moment = _which(reading, Narrow()).filter(state=claiming.OPEN).order_by(), now()
    ahead = Q(due_at__gt=moment)
    told = rows.aggregate(waiting=Count("pk"), late=Count("pk", filter=~ahead), next_due=Min("due_at", filter=ahead))
    return Glance(**told)


def counts(reading: Reading) -> Counts:
    """The numbers over the queue. Three queries, however many of them there are."""
    require(reading)
    rows = _which(reading, Narrow()).order_by()
    narrowed = {show: Count("pk", filter=_shown(reading, show)) for show in SHOWS if show not in ("", "match")}
    told = rows.aggregate(waiting=Count("pk"), **{f"show_{show}": count for show, count in narrowed.items()})
    match = _which(reading, Narrow("match")).order_by()[:MOST].count()
    agencies = rows.values_list("agency", flat=True).distinct()
    kinds = {reading.agencies[agency].kind for agency in agencies if agency in reading.agencies}
    found = {show: told[f"show_{show}"] for show in narrowed}
    return Counts(told["waiting"], match=match, kinds=tuple(sorted(kinds)), **found)


def waiting_count(reading: Reading) -> int:
    """How many notices of which this reader may know wait at the front door, at most as many as a page counts."""
    require(reading)
    return _which(reading, Narrow()).order_by()[:MOST].count()


_AMONG = Question(lambda items: Item.objects.filter(id__among=items, closed_at=None, heads=True).order_by("danger", "due_at", "id"))
_ROW = Question(lambda item: Item.objects.filter(id=item))
_OF_EVENT = Question(lambda event, but: Item.objects.filter(event=event).exclude(id=but).order_by("danger", "due_at", "id")[:20])
_BESIDE = Question(lambda events: Item.objects.filter(event__among=events, closed_at=None, heads=False), "id")
_ABOUT_SAME = Question(
    lambda identities, event: Item.objects.filter(
        id__in=ItemChild.objects.filter(identity_id__among=identities, item__closed_at=None).values("item_id"), closed_at=None
    )
    .exclude(event=event)
    .order_by("-known_at", "id")[:10]
)
_CHILDREN_ON = Question(lambda item: ItemChild.objects.filter(item=item), "identity_id")


# --- behind it ----------------------------------------------------------------------------------------------------------


def _row(item: UUID) -> Item | None:
    return next(iter(_ROW.rows(item)), None)


def _visible(reading: Reading) -> Q:
    """The items of which this reader may know that they are there: through the gate, as one condition of the database. Made
    once a response."""
    if "queue-visible" not in reading.once:
        alike = at_least(reading.policy, Level.POINTER, subject="", own=reading.own, first="entry")
        if asks_whom(alike):  # else what a floor gives of everybody need not be asked of each child on each notice
            whom = at_least(
                reading.policy, Level.POINTER, subject="identity_id", prefix="item__", own=reading.own, first="entry"
            )
            alike = Q(Exists(ItemChild.objects.filter(whom, item=OuterRef("pk"))))
        reading.once["queue-visible"] = alike
    found: Q = reading.once["queue-visible"]
    return found


def _shown(reading: Reading, show: str) -> Q:
    """What a list is narrowed to, as a condition on an item."""
    match show:
        case "now":
            return Q(danger__lte=HIGHEST_NOW, state=claiming.OPEN)
        case "mine":
            return Q(holder=reading.actor.id)
        case "free":
            return Q(holder="", state=claiming.OPEN)
        case "elsewhere":
            return ~Q(open_to=[])
        case "match":
            found = Q()
            for side in waiting_sides():  # from the few who wait to their notices, and not from each notice to them
                found |= Q(id__in=ItemChild.objects.filter(identity__in=side).values("item"))
            return found
        case "handed":
            return ~Q(team="") & Q(state=claiming.OPEN)
        case "decided":
            return ~Q(state=claiming.OPEN)
    return Q()


def _which(reading: Reading, narrow: Narrow) -> QuerySet[Item]:
    rows = Item.objects.filter(closed_at=None, heads=True)
    rows = rows.filter(_visible(reading))
    if narrow.kind:
        rows = rows.filter(agency__in=[a.id for a in reading.agencies.values() if a.kind == narrow.kind])
    return rows.filter(_shown(reading, narrow.show))


def _mark(row: Item) -> str:
    return signing.dumps([row.danger, row.due_at.isoformat(), str(row.id)], salt=SALT)


def _place(marked: str) -> Cursor | None:
    try:
        rank, due, id_ = signing.loads(marked, salt=SALT)
    except signing.BadSignature:
        return None
    return int(rank), datetime.fromisoformat(due), UUID(id_)


def _lines(reading: Reading, rows: Sequence[Item], *, words: bool = False) -> list[QueueLine]:
    """These items as lines, in their order; what the gate hides is left out. A bounded number of queries."""
    if not rows:
        return []
    seen = notices(reading, [row.entry for row in rows])
    rows = [row for row in rows if row.entry in seen]
    children = _children(reading, rows, seen, words)
    named = any(row.holder or any(one.get("worker") for one in row.open_to) for row in rows)
    people = {str(w.id): w for w in workers()} if named else {}
    beside = _beside(reading, rows) if not words else {}
    noted = set(Note.objects.filter(item__in=[row.id for row in rows]).values_list("item", flat=True))
    may_show = _may_show(reading, [one for row in rows for one in row.open_to])
    found = []
    for row in rows:
        notice = seen[row.entry].view
        shown = notice.level >= Level.HEADLINE
        why = danger.sentences(reading.definition, row.why, row.before) if shown else []
        team = reading.definition.team.get(row.team)
        found.append(
            QueueLine(
                item=row.id,
                entry=row.entry,
                version=row.version,
                rank=row.danger,
                level=level_of(row.danger),
                why=tuple(Why(*reason) for reason in why),
                due_at=row.due_at,
                safe_until=row.safe_until if shown else None,
                notice=notice,
                children=tuple(children.get(row.id, ())),
                state=row.state,
                holder=row.holder,
                holder_name=_name(people, row.holder) if row.holder else "",
                held_at=row.held_at,
                team=team.title if team else "",
                repeats=row.repeats if shown else 0,
                open_to=tuple(_elsewhere(reading, row, may_show, people)) if shown else (),
                beside=tuple(beside.get(row.event, ())),
                noted=row.id in noted,
                alone=row.alone,
            )
        )
    return found


def _name(people: dict[str, WorkerInfo], worker: str) -> str:
    return people[worker].name if worker in people else "Somebody who has left"


def _children(
    reading: Reading, rows: Sequence[Item], seen: dict[UUID, Noticed], words: bool
) -> dict[UUID, list[QueueChild]]:
    on = {row.id: list(seen[row.entry].children) for row in rows}
    persons = list(dict.fromkeys(person for pairs in on.values() for person, _ in pairs))
    profiles = names(reading, persons) if persons else {}
    every: dict[UUID, list[UUID]] = defaultdict(list)
    for identity in rows_for(reading, persons):
        every[identity.person].append(identity.id)
    holds = held_about(reading, persons, besides=[row.entry for row in rows], words=words)
    own = [i for ids in every.values() for i in ids]
    matches, unsafe = waiting_about(reading, own), not_safe_to_ring(own)
    found: dict[UUID, list[QueueChild]] = {}
    for row in rows:
        once: dict[UUID, QueueChild] = {}
        for person, identity in on[row.id]:
            waiting = [matches[i] for i in every[person] if i in matches]
            once.setdefault(
                person,
                replace(
                    _named(profiles.get(person), person, identity),
                    holds=tuple(holds.get(person, ())),
                    matches=sum(count for count, _ in waiting),
                    match=waiting[0][1] if waiting else None,
                    unsafe=not unsafe.isdisjoint(every[person]),
                ),
            )
        found[row.id] = list(once.values())
    return found


def _named(profile: Profile | None, person: UUID, identity: UUID) -> QueueChild:
    if profile is None:
        return QueueChild(person, identity, "", "", "", "")
    return QueueChild(person, identity, profile.name, profile.born, profile.expected, profile.language)


def _beside(reading: Reading, rows: Sequence[Item]) -> dict[UUID, list[Beside]]:
    """The other open notices of each line's event: what came, from whom, and when."""
    found: dict[UUID, list[Beside]] = defaultdict(list)
    others = {id_ for (id_,) in _BESIDE(row.event for row in rows)}.difference(row.id for row in rows)
    if not others:  # as of most: then nothing need be asked through the gate
        return found
    for row in Item.objects.filter(_visible(reading), id__among=list(others)).order_by("known_at", "id"):
        record = reading.definition.record.get(row.record)
        agency = reading.agencies.get(row.agency)
        title = record.pointer if record else row.record
        told = agency.title if agency else row.agency
        found[row.event].append(Beside(row.id, title, told, row.known_at, row.state))
    return found


def _may_show(reading: Reading, open_to: Sequence[dict[str, Any]]) -> set[UUID]:
    """What this reader may be told of what makes a child open: by the entry that says so; where none does, because the child
    was given to somebody by hand, by the child."""
    entries = {UUID(one["entry"]) for one in open_to if one["entry"]}
    found = at_least_headline(reading, entries) if entries else set()
    if given := {UUID(one["of"]) for one in open_to if not one["entry"]}:
        sights = seen_of(reading, list(rows_by_id(given).values()))
        found = found | {id_ for id_, sight in sights.items() if sight.level >= Level.HEADLINE}
    return found


def _elsewhere(reading: Reading, row: Item, may_show: set[UUID], people: dict[str, WorkerInfo]) -> list[OpenElsewhere]:
    found = []
    open_to = [one for one in row.open_to if UUID(one["entry"] or one["of"]) in may_show]
    teams = {one["agency"] for one in open_to if one["holder"].startswith("team:")}
    for one in open_to:
        what, _, id_ = one["holder"].partition(":")
        if one.get("has_team") and id_ in teams:
            continue
        worker = people.get(one.get("worker", ""))
        if what == "team" and id_ in reading.definition.team:
            team = reading.definition.team[id_]
            who, phone = team.title, team.phone
        elif what == "worker":
            agency = reading.agencies.get(one["agency"])
            who, phone = agency.title if agency else one["agency"], agency.phone if agency else ""
        else:
            agency = reading.agencies.get(id_)
            who, phone = (agency.title, agency.phone) if agency else (id_, "")
        name, phone = (worker.name, worker.phone or phone) if worker and worker.active else ("", phone)
        entry, told = UUID(one["entry"]) if one["entry"] else None, bool(one["told"])
        found.append(OpenElsewhere(one["state"], who, phone, one["since"], told, entry, name, what != "agency"))
    return found


def people_on(item: UUID) -> list[UUID]:
    """The children on an item, by id: for stages above, which pass the gate themselves."""
    return list(dict.fromkeys(persons_of(identity for (identity,) in _CHILDREN_ON(item)).values()))


def soon(reading: Reading) -> str:
    """How long before its end a safe time counts as ending, as declared."""
    kept = queue_of(reading.definition)
    return str(parse_span(kept.safe_soon)) if kept else ""


def cannot_wait(line: QueueLine) -> bool:
    return line.level == NOW
