"""What is added to a notice after it has taken its place: what went before, what is open already, which others tell of the
same event. A projection of the chronology, made anew whenever a child's entries (or who is who) change.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from django.db import transaction

from sightline.agencies.queries import machine, partnership
from sightline.agencies.types import Actor
from sightline.chronology.events import MachineEntry, of_people
from sightline.definition.kinds.danger import Queue
from sightline.definition.records import counted
from sightline.definition.types import Partnership
from sightline.front_door import danger, working
from sightline.front_door.arriving import due, queue_of, safe_until
from sightline.front_door.models import Item, ItemChild
from sightline.identity.queries import persons_of, rows_of
from sightline.messages.actions import send
from sightline.sharing.reading import Reading, reading
from sightline.timescales.london import local_day, parse_moment
from sightline.timescales.moment import now
from sightline.timescales.spans import parse_span
from sightline.vault.adding import change_objects
from sightline.vault.asking import Question

TOGETHER = 50  # items in one transaction
OWN = ("danger", "why", "before", "repeats", "due_at", "safe_until", "open_to", "happened", "urgent")


_ABOUT = Question(
    lambda persons: ItemChild.objects.filter(identity__person__among=persons, item__closed_at=None), "item_id"
)
_STILL_SAFE = Question(
    lambda items, moment: Item.objects.filter(id__among=items, closed_at=None, safe_until__gt=moment),
    *("id", "safe_until"),
)
_OPEN = Question(
    lambda items: Item.objects.select_for_update().filter(id__among=items, closed_at=None).order_by("id")
)
_CHILDREN = Question(lambda items: ItemChild.objects.filter(item_id__among=items), "item_id", "identity_id")
_PAIRS = Question(
    lambda identities: ItemChild.objects.filter(identity_id__among=identities, item__closed_at=None),
    *("item_id", "identity_id"),
)
_BY_TIME = Question(lambda items: Item.objects.filter(id__among=items).order_by("happened", "id"))
_EVENTS = Question(lambda events: Item.objects.filter(event__among=events, closed_at=None))


def about(persons: Iterable[UUID]) -> list[UUID]:
    """The open items about these people."""
    wanted = list(dict.fromkeys(persons))
    return list(dict.fromkeys(item for (item,) in _ABOUT(wanted))) if wanted else []


def bring_up_to_date(items: Iterable[UUID]) -> int:
    """Judges these items by all that is known now, gathers them by event, and tells whoever has the child open."""
    wanted = list(dict.fromkeys(items))
    by = machine("front-door-machine") if wanted else None
    for start in range(0, len(wanted), TOGETHER):
        assert by is not None
        with transaction.atomic(), reading(by, "safeguarding", about="keep-queue") as opened:
            _some(opened, wanted[start : start + TOGETHER], by)
    return len(wanted)


def looks_again(items: Collection[UUID]) -> list[tuple[UUID, datetime]]:
    """Those of these items that are open and whose safe time is still to end, and from when its end is a danger: then they
    are judged again."""
    kept = queue_of(partnership())
    if kept is None or not items:
        return []
    soon, moment = parse_span(kept.safe_soon), now()
    return [(id_, at) for id_, until in _STILL_SAFE(items, moment) if (at := soon.before(until)) > moment]


def _some(opened: Reading, items: Sequence[UUID], by: Actor) -> None:
    definition = opened.definition
    kept = queue_of(definition)
    if kept is None:
        return
    rows = _OPEN.rows(items)
    if not rows:
        return
    on: dict[UUID, list[UUID]] = defaultdict(list)
    for item, identity in _CHILDREN([row.id for row in rows]):
        on[item].append(identity)
    person_of = persons_of(identity for ids in on.values() for identity in ids)
    everybody = list(dict.fromkeys(person_of.values()))
    entries = of_people(opened, everybody, records=read_for(definition, kept))
    at_work = working.here(definition, everybody, place=len(kept.open_to))
    moment = now()
    changed = []

    @cache
    def history(person: UUID) -> _History:
        """Made once for all their notices."""
        theirs, of = entries.get(person, []), defaultdict(list)
        for one in theirs:
            of[one.first].append(one)
        earlier = [danger.Earlier(str(e.first), local_day(e.happened), _earlier_facts(definition, e)) for e in theirs]
        return _History(theirs, earlier, of, at_work.get(person, ()))

    for row in rows:
        persons = list(dict.fromkeys(person_of[i] for i in on[row.id] if i in person_of))
        before = {name: getattr(row, name) for name in OWN}
        histories = [history(p) for p in persons]
        _judge(definition, kept, row, histories, len(on[row.id]), moment)
        _tell(definition, row, by)
        if any(getattr(row, name) != value for name, value in before.items()):
            row.changed_at = moment
            changed.append(row)
    if changed:
        change_objects(changed, [*OWN, "changed_at"])
    gather(kept, everybody, moment)


def read_for(definition: Partnership, kept: Queue) -> frozenset[str]:
    """The record types on which a notice's place may rest: whatever is queued, counted by a rule, or opens a state."""
    found = {"queued"} | {one.record for one in kept.open_to}
    found |= {record.id for record in definition.record.values() if record.opens is not None}
    for rule in definition.danger.values():
        if rule.before is None:
            continue
        named = rule.before.count.terms.get("record")
        if named:
            found |= set(named)
            continue
        counts = set(rule.before.count.terms.get("counts-as", ()))
        found |= {
            record.id
            for record in definition.record.values()
            if not counts or counts & {role.counts_as for role in record.people.values()}
        }
    return frozenset(found)


class _History(NamedTuple):
    """One child's entries, and what each is to a notice that came after it."""

    entries: Sequence[MachineEntry]
    earlier: Sequence[danger.Earlier]
    of: Mapping[UUID, Sequence[MachineEntry]]  # by first version: once for each name under which they stand on it
    at_work: Sequence[dict[str, Any]] = ()  # to whom they are open by what was done here


def _judge(
    definition: Partnership,
    kept: Queue,
    row: Item,
    histories: Sequence[_History],
    children: int,
    moment: datetime,
) -> None:
    """Puts a notice where its own words and all that went before put it. A child's history counts for that child: two
    who were each told of once are not one who was told of twice."""
    own = [e for history in histories for e in history.of.get(row.entry, ())]
    told: dict[str, Any] = {}
    for entry in own:
        told |= {k: v for k, v in entry.facts.items() if k != "role"}
        told["role"] = frozenset(told.get("role", ())) | frozenset(entry.facts.get("role", ()))
        row.happened, row.urgent = entry.happened, entry.urgent
    record = definition.record.get(row.record)
    if not own or record is None:  # it opens no more, or is about nobody any longer: it stays where it stands
        return
    row.safe_until = safe_until(told)
    safe = danger.safety(row.safe_until, moment, parse_span(kept.safe_soon).due(moment) - moment)
    open_now = [_open(definition, kept, history.entries, row, moment) for history in histories]
    states = {state for states, _ in open_now for state in states}
    facts = danger.notice_facts(told, record, ages=row.ages, children=children, safe=safe, open_=states)
    best = danger.Judged()
    why: dict[str, int] = {}
    before: dict[str, int] = {}
    itself = str(row.entry)
    for history in histories or [_History((), (), {})]:
        earlier = [one for one in history.earlier if one.first != itself]
        judged = danger.judge(definition, facts, earlier, happened=row.happened)
        best = judged if judged.rank < best.rank else best
        for id in judged.why:
            why[id] = definition.danger[id].rank
        for id, count in (judged.before or {}).items():
            before[id] = max(count, before.get(id, 0))
    row.danger, row.why, row.before = best.rank, sorted(why, key=lambda id: why[id]), before
    if row.generation == 1:  # one that was opened again has the time that whoever reopened it has given it
        row.due_at = due(definition, kept, row.known_at, row.urgent, row.safe_until)
    since = parse_span(kept.repeats).before(row.happened)
    row.repeats = max((len(_contacts(history.entries, row, since)) for history in histories), default=0)
    at_work = [dict(one) for history in histories for one in history.at_work]
    row.open_to = _open_to(row, [*(one for _, found in open_now for one in found), *_still(row, at_work)])


def _earlier_facts(definition: Partnership, entry: MachineEntry) -> dict[str, Any]:
    counts = counted(definition.record[entry.record], entry.facts, entry.roles)
    return {**entry.facts, "counts-as": counts, "queued": "yes" if entry.queued else "no"}


def _contacts(history: Iterable[MachineEntry], row: Item, since: datetime) -> set[object]:
    """The days before the notice's own on which the front door was told of the child."""
    own = local_day(row.happened)
    return {
        local_day(e.happened)
        for e in history
        if e.queued and e.first != row.entry and since <= e.happened and local_day(e.happened) < own
    }


def _open(
    definition: Partnership, kept: Queue, history: Iterable[MachineEntry], row: Item, moment: datetime
) -> tuple[set[str], list[dict[str, Any]]]:
    """What is open about one child now: states, and to whom."""
    states: set[str] = set()
    to: list[dict[str, Any]] = []
    for entry in history:
        record = definition.record[entry.record]
        if record.opens is None or entry.first == row.entry or not _goes_on(entry, record.opens.until, moment):
            continue
        states.add(record.opens.state)
        for place, one in enumerate(kept.open_to):
            if one.record == entry.record and (one.where is None or one.where.holds(dict(entry.facts))):
                team = str(entry.facts.get(one.team, "")) if one.team else ""
                holder = f"team:{team}" if team in definition.team else f"agency:{entry.agency}"
                since = str(entry.facts.get(record.opens.from_, "")) or entry.happened.isoformat()
                told = {"state": record.opens.state, "holder": holder, "since": since[:10], "entry": str(entry.first)}
                to.append({**told, "place": place, "agency": entry.agency})
                break
    return states, to


def _goes_on(entry: MachineEntry, until: str, moment: datetime) -> bool:
    text = str(entry.facts.get(until, "")) if until else ""
    if not text:
        return True
    try:
        return parse_moment(text) > moment
    except ValueError:
        return True


def _still(row: Item, at_work: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Who works with the child by what was done here. Once a notice is decided, whoever came to work with the child since
    then does so because of it, and need not be told of it again."""
    at_work = [one for one in at_work if one.get("notice") != str(row.entry)]  # what was called about it follows from it
    if row.state == "open":
        return at_work
    told = {one["holder"] for one in row.open_to}
    return [one for one in at_work if one["holder"] in told]


def _open_to(row: Item, found: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """To whom the child is open, each once, by what matters most as declared; whoever was told stays told."""
    told = {one["holder"]: one["told"] for one in row.open_to if one.get("told")}
    found = list(found)
    teams = [one for one in found if one["holder"].startswith("team:")]
    named = {f"agency:{one['agency']}" for one in teams if "of" not in one}
    found = [one for one in found if one["holder"] not in named]  # a team of theirs is named: it is with them
    there = {f"agency:{one['agency']}" for one in teams}  # so too by what was done here, for whoever may see that
    found = [{**one, "has_team": True} if one["holder"] in there else one for one in found]
    by_holder: dict[str, dict[str, Any]] = {}
    for one in sorted(found, key=lambda one: (one["place"], one["since"], one["entry"])):
        by_holder.setdefault(one["holder"], {**one, "told": told.get(one["holder"], "")})
    return list(by_holder.values())


def _tell(definition: Partnership, row: Item, by: Actor) -> None:
    """Sends what arrived to whoever works with the child already: each once.

    The front door itself has it already. A plan of its own agency that names no team goes to nobody (it would go to
    everybody there): the page says that somebody must be found.
    """
    here = {f"team:{t.id}" for t in definition.team.values() if t.on_duty_for} | {
        f"agency:{t.agency}" for t in definition.team.values() if t.on_duty_for
    }
    wanted = [o for o in row.open_to if not o["told"] and o["holder"] not in here and not o.get("has_team")]
    for one in wanted:
        send("already-open", to=one["holder"], about=[row.entry], says={"agency": row.agency}, by=by, because=row.entry)
        one["told"] = now().isoformat()


# --- several notices about one event ----------------------------------------------------------------------------------


def gather(kept: Queue, persons: Sequence[UUID], moment: datetime) -> None:
    """Puts together the open notices about these people that tell of one event, and lets the gravest stand for all.

    Notices are gathered when they are about one child and happened within the declared time of each other. What
    somebody put apart stays apart; what somebody put together stays together.
    """
    person_of = {row.id: row.person for row in rows_of(persons)}
    about: dict[UUID, set[UUID]] = defaultdict(set)
    for item, identity in _PAIRS(list(person_of)):
        about[item].add(person_of[identity])
    rows = {row.id: row for row in _BY_TIME.rows(about)}
    order, kept_in = list(rows.values()), {row.id: row.event for row in rows.values()}
    for place, one in enumerate(order):
        for other in order[place + 1 :]:
            limit = parse_span(kept.gathers).due(one.happened)
            if other.happened > limit:
                break
            if one.event != other.event and not (one.alone or other.alone) and about[one.id] & about[other.id]:
                joined = {r.event for r in (one, other)}
                for row in order:
                    if row.event in joined:
                        row.event = one.event
    moved = [row for row in order if row.event != kept_in[row.id]]
    if moved:
        Item.objects.bulk_update(moved, ["event"])
    head({row.event for row in order}, moment)


def head(events: Iterable[UUID], moment: datetime) -> None:
    """Lets the gravest notice of each event that nobody has decided stand in the list for all of it; and beside it the
    gravest that was decided and that nobody has accepted yet, so that neither hides the other."""
    wanted = list(dict.fromkeys(events))
    by_event: dict[tuple[UUID, bool], list[Item]] = defaultdict(list)
    for row in _EVENTS.rows(wanted):
        by_event[row.event, row.state == "open"].append(row)
    for rows in by_event.values():
        first = min(rows, key=lambda r: (r.danger, r.due_at, str(r.id)))
        for row in rows:
            if row.heads != (row.id == first.id):
                Item.objects.filter(id=row.id).update(heads=row.id == first.id, changed_at=moment)
