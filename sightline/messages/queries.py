"""Reading one's messages, through the gate: a line never says more than its reader may see of what it is about."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from sightline.agencies.queries import actor_by_id, partnership, workers
from sightline.agencies.rules import inboxes, may
from sightline.agencies.types import Actor
from sightline.chronology.queries import at_least_headline, persons_on
from sightline.chronology.queries import entry as entry_history
from sightline.definition.kinds.messages import Message
from sightline.definition.outcomes import Missing, Refused
from sightline.identity.queries import names, persons_of
from sightline.messages import rules
from sightline.messages.actions import ACKNOWLEDGE, TOLD
from sightline.messages.models import Acknowledged, Delivered, Outgoing
from sightline.messages.types import Child, Line, Told
from sightline.sharing.paging import Page, mark, place
from sightline.sharing.reading import Reading
from sightline.sharing.standing import trusted
from sightline.timescales.moment import now
from sightline.vault.asking import Question

MOST = 1000
RECEIVE = "receive-messages"  # for an agency's own system


def waiting_count(reading: Reading) -> int:
    """How many messages wait for this worker, at most 1,000: a number without content. 0 without the right."""
    return waiting_for(reading.actor)


_WAITING = Question(  # what came for one reason to several of one's inboxes is one
    lambda holders: Outgoing.objects.filter(deliveries__holder__among=holders)
    .filter(_open())
    .order_by()
    .annotate(one=Coalesce("because", "id"))
    .values_list("kind", "one")
    .distinct()[:MOST],
    "kind",
)


def waiting_for(actor: Actor) -> int:
    """As `waiting_count`, for what stands around every page, which reads nothing else. One query."""
    if not may(actor, ACKNOWLEDGE, partnership()):
        return 0
    return len(_WAITING(inboxes(actor)))


def inbox(reading: Reading, *, answered: bool = False, after: str = "", limit: int = 50) -> Page[Line]:
    """The messages that wait for this worker (`answered`: those that somebody has read), newest first; those that cannot
    wait stand before all others, on as many pages as they take. Raises Refused without the right.
    """
    _require(reading)
    rows = _mine(reading).filter(~_open() if answered else _open()).order_by("-at", "-id").distinct()
    pressing = [] if answered else [k for k, m in reading.definition.message.items() if m.presses]
    start, first = place(after) if after else None, []
    reading.about = reading.about or "view-messages"
    if start is None or Outgoing.objects.filter(id=start[1], kind__in=pressing).exists():
        first, more = _some(rows.filter(kind__in=pressing), start, limit)
        if more:
            return Page(_together(_lines(reading, first)), more)
        start = None
    others, more = _some(rows.exclude(kind__in=pressing), start, limit)
    return Page(_together(_lines(reading, [*first, *others])), more)


def _some(rows: QuerySet[Outgoing], start: tuple[datetime, UUID] | None, limit: int) -> tuple[list[Outgoing], str]:
    """Part of these, newest first, from a place on; and the mark of what follows."""
    if start is not None:
        rows = rows.filter(Q(at__lt=start[0]) | Q(at=start[0], id__lt=start[1]))
    some = list(rows[: limit + 1])
    more = mark(some[limit - 1].at, some[limit - 1].id) if len(some) > limit else ""
    return some[:limit], more


def one(reading: Reading, message: UUID) -> Line:
    """One message that reached this worker. Raises Refused without the right, Missing for anybody else's."""
    _require(reading)
    row = _mine(reading).filter(id=message).first()
    if row is None:
        raise Missing
    reading.about = reading.about or "view-messages"
    return _lines(reading, [row])[0]


def of_agency(reading: Reading, *, after: str = "", kinds: Collection[str] | None = None, limit: int = 100) -> Page[Line]:
    """The messages that wait at an agency (of these kinds), for its own system, newest first: whom they are about is never in
    it, and a sentence that asks for sight of a record is left out. Raises Refused without the right.
    """
    decision = may(reading.actor, RECEIVE, reading.definition)
    if not decision:
        raise Refused(decision)
    here = reading.actor.agency
    ids = [worker.id for worker in workers() if worker.agency == here]
    at_agency = Q(holder=f"agency:{here}") | Q(holder__endswith=f"@{here}") | Q(holder__in=[f"worker:{i}" for i in ids])
    rows = Outgoing.objects.filter(_open(), Exists(Delivered.objects.filter(at_agency, message=OuterRef("pk"))))
    if kinds is not None:  # before the page is cut: else one full of other kinds would look as if there were none
        rows = rows.filter(kind__in=list(kinds))
    start = place(after) if after else None
    if start is not None:
        rows = rows.filter(Q(at__lt=start[0]) | Q(at=start[0], id__lt=start[1]))
    some = list(rows.order_by("-at", "-id")[: limit + 1])
    more = mark(some[limit - 1].at, some[limit - 1].id) if len(some) > limit else ""
    definition, moment = reading.definition, now()
    titles = {a.id: a.title for a in reading.agencies.values()}
    found = []
    for row in some[:limit]:
        kind = definition.message.get(row.kind)
        says = rules.sentence(definition, kind, row.says, titles) if kind and kind.needs == "nothing" else ""
        title, does = (kind.title, kind.does) if kind else (row.kind, "")
        late, presses = row.due_at < moment, bool(kind and kind.presses)
        what, who, _ = rules.recipient(row.to)
        told_ = who if what == "role" else what
        found.append(Line(row.id, row.kind, title, says, does, row.at, row.due_at, late, presses, told_, TOLD))
    reading.about = reading.about or "view-messages"
    return Page(tuple(found), more)


_OF_KIND = Question(lambda kind: Outgoing.objects.filter(kind=kind).order_by("at", "id"), "id", "about", "because")
_ANSWERED = Question(lambda kind: Acknowledged.objects.filter(message__kind=kind), "message_id")
_DELIVERED = Question(lambda kind: Delivered.objects.filter(message__kind=kind), "message_id", "holder", "at")


def told(kind: str) -> list[Told]:
    """Who was told of a kind, by ids alone: for whoever asks whether somebody was told, oldest first."""
    rows = _OF_KIND(kind)
    answered = {message for (message,) in _ANSWERED(kind)}
    delivered: dict[UUID, list[tuple[str, datetime]]] = defaultdict(list)
    for message, holder, at in _DELIVERED(kind):
        delivered[message].append((holder, at))
    found = []
    for id, about, because in rows:
        if deliveries := delivered[id]:
            found.append(
                Told(
                    id,
                    kind,
                    tuple(holder for holder, _ in deliveries),
                    frozenset(UUID(one) for what, one in about if what == "identity"),
                    frozenset(UUID(one) for what, one in about if what == "entry"),
                    because,
                    min(at for _, at in deliveries),
                    id in answered,
                )
            )
    return found


def acknowledged(messages: Collection[UUID]) -> dict[UUID, tuple[str, datetime]]:
    """Which of these messages somebody has read: who (a worker's id), and when. By ids alone, for stages above."""
    rows = Acknowledged.objects.filter(message__in=list(messages)) if messages else []
    return {row.message_id: (row.by, row.at) for row in rows}


def unread_because(reason: UUID, actor: Actor) -> list[UUID]:
    """The messages that reached this worker for this reason and that nobody has read. By ids alone, for stages above."""
    rows = _of(actor).filter(because=reason, acknowledged=None)
    return list(dict.fromkeys(rows.order_by("id").values_list("id", flat=True)))


# --- behind it --------------------------------------------------------------------------------------------------------


def _require(reading: Reading) -> None:
    decision = may(reading.actor, ACKNOWLEDGE, reading.definition)
    if not decision:
        raise Refused(decision)


def _mine(reading: Reading) -> QuerySet[Outgoing]:
    return _of(reading.actor)


def _of(actor: Actor) -> QuerySet[Outgoing]:
    return Outgoing.objects.filter(deliveries__holder__in=inboxes(actor))


def _open() -> Q:
    return ~Q(Exists(Acknowledged.objects.filter(message=OuterRef("pk"))))


def _together(lines: Sequence[Line]) -> tuple[Line, ...]:
    """What one reason sent to several of a reader's inboxes is one line, which says who all was told."""
    found: dict[tuple[str, UUID], Line] = {}
    for line in lines:
        key = line.kind, line.because or line.id
        before = found.get(key)
        if before is None:
            found[key] = line
        elif line.told not in (before.told, *before.also):
            found[key] = replace(before, also=(*before.also, line.told))
    return tuple(found.values())


def _lines(reading: Reading, rows: Sequence[Outgoing]) -> list[Line]:
    definition, mine = reading.definition, inboxes(reading.actor)
    entries = {UUID(id) for row in rows for what, id in row.about if what == "entry"}
    identities = {UUID(id) for row in rows for what, id in row.about if what == "identity"}
    open_to = at_least_headline(reading, entries) if entries else set()
    with trusted("whom-messages-are-about"):  # ids alone: who they are passes the gate, how many they are shows
        person_of = persons_of(identities) if identities else {}
        people_on = {one: persons_on(one) for one in entries}
    whom = {row.id: _whom(row, person_of, people_on) for row in rows}
    everybody = {person for some in whom.values() for person in some}
    named = names(reading, everybody) if everybody else {}
    titles = {a.id: a.title for a in reading.agencies.values()}
    answers = {a.message_id: a for a in Acknowledged.objects.filter(message__in=[row.id for row in rows])}
    why: dict[UUID, str] = {}
    for delivery in Delivered.objects.filter(message__in=[row.id for row in rows], holder__in=mine).order_by("-at"):
        why[delivery.message_id] = delivery.why
    moment, found = now(), []
    for row in rows:
        kind = definition.message.get(row.kind)
        about = [UUID(id) for what, id in row.about if what == "entry"]
        children = tuple(Child(p, named[p].name, named[p].born) for p in whom[row.id] if p in named)
        answer = answers.get(row.id)
        found.append(
            Line(
                id=row.id,
                kind=row.kind,
                title=kind.title if kind else row.kind.replace("-", " ").capitalize(),
                says=_says(reading, kind, row, about, open_to, bool(children), titles) if kind else "",
                does=kind.does if kind else "",
                at=row.at,
                due_at=row.due_at,
                late=answer is None and row.due_at < moment,
                presses=bool(kind and kind.presses),
                told=_told(reading, row.to, titles),
                why=why.get(row.id, "told"),
                children=children,
                entries=tuple(one for one in about if one in open_to),
                others=len(whom[row.id]) - len(children),
                because=row.because,
                answered_by=_name(answer.by) if answer else "",
                answered_at=answer.at if answer else None,
            )
        )
    return found


def _whom(
    row: Outgoing, person_of: Mapping[UUID, UUID], people_on: Mapping[UUID, Collection[UUID]]
) -> list[UUID]:
    """Whom a message is about: who is named in it, each once. Where it names nobody, everybody on its records; where it does,
    the records are what it rests on, and whoever else stands on them is another matter."""
    known = (person_of.get(UUID(id)) for what, id in row.about if what == "identity")
    named = [person for person in known if person is not None]
    return list(dict.fromkeys(named or (p for what, id in row.about if what == "entry" for p in people_on[UUID(id)])))


def _says(
    reading: Reading,
    kind: Message,
    row: Outgoing,
    about: Sequence[UUID],
    open_to: set[UUID],
    somebody: bool,
    titles: dict[str, str],
) -> str:
    """Its sentence, where its reader may still see as much of what it is about as the message asks for."""
    if kind.needs != "nothing" and not open_to.intersection(about) and not (somebody and not about):
        if kind.needs == "headline" or not any(_pointed(reading, one) for one in about):
            return ""
    return rules.sentence(reading.definition, kind, row.says, titles)


def _pointed(reading: Reading, entry: UUID) -> bool:
    try:
        return bool(entry_history(reading, entry).now.sight)
    except Missing:
        return False


def _told(reading: Reading, to: str, titles: dict[str, str]) -> str:
    what, who, agency = rules.recipient(to)
    if what == "worker":
        return "You"
    if what == "team":
        return reading.definition.team[who].title if who in reading.definition.team else who
    if what == "agency":
        return titles.get(who, who)
    role = reading.definition.role[who].title if who in reading.definition.role else who
    return f"{role}, {titles.get(agency, agency)}" if agency else role


def _name(worker: str) -> str:
    try:
        return actor_by_id(worker).name
    except Missing:
        return "somebody who has left"
