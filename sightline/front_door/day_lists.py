"""The day's lists: made each morning from what came in, with what each agency brings, what was decided, and who does what.

A list holds what arrived since the one before it was made, also what an agency had known for days and sent late. Whoever
sits on it sees headlines of those on it until the next is made: the tie says so, and nothing else does. What was decided is
an entry on the children's chronologies; what an agency brings and what somebody is to do are sealed for whoever the line is
about.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from django.db import transaction

from sightline.agencies.queries import agencies, partnership, workers
from sightline.agencies.rules import may
from sightline.agencies.types import Actor
from sightline.chronology.actions import versions_of, write_here
from sightline.chronology.events import MachineEntry, of_people
from sightline.chronology.queries import subjects_of
from sightline.chronology.tracing import arrived_between
from sightline.clocks.rules import working_days
from sightline.definition.kinds.day_lists import DayList, Sits
from sightline.definition.outcomes import Conflict, Decision, Invalid, Missing, Refused
from sightline.definition.types import Fault, Partnership
from sightline.front_door import day_list_rules as rules
from sightline.front_door.told_models import ListDay, ListLine, ListSeat, ListTask, ListWords
from sightline.identity.queries import persons_of, rows_by_id
from sightline.ledger.actions import write
from sightline.messages.actions import send
from sightline.sharing.actions import tie
from sightline.sharing.reading import Reading, reading
from sightline.timescales.london import local_day
from sightline.timescales.moment import now
from sightline.timescales.spans import parse_span
from sightline.vault.actions import CannotOpen, Keyring

MACHINE, SEE, KEEP, AGENDA = "clock-machine", "see-day-list", "keep-day-list", "agenda"
HEARD = "heard"  # of a line on a list that decides nothing
SETTLED = timedelta(minutes=1)  # what is younger may not be committed yet, and is on the next list


def _require(by: Actor, permission: str) -> None:
    if not (decision := may(by, permission, partnership())):
        raise Refused(decision)


def seats(definition: Partnership, declared: DayList) -> list[tuple[Sits, list[str]]]:
    """Who is expected, each with the agencies that are meant."""
    known = agencies()
    return [
        (one, [one.agency] if one.agency else sorted(a.id for a in known.values() if a.kind == one.kind))
        for one in declared.sits
    ]


def sitting(definition: Partnership, declared: DayList) -> list[str]:
    """The workers who sit, by id: those of the roles that are named at the agencies that are expected."""
    expected = [(set(places), set(one.roles)) for one, places in seats(definition, declared)]
    return [
        one.id
        for one in workers()
        if one.active and any(one.agency in places and (not roles or one.role in roles) for places, roles in expected)
    ]


# --- making it --------------------------------------------------------------------------------------------------------


@transaction.atomic
def build(*, day_list: str, day: date, by: Actor) -> int | None:
    """Makes the list of a day, once; None where it is there. Returns how many lines stand on it."""
    definition, moment = partnership(), now()
    declared = definition.daylist.get(day_list)
    if declared is None or not rules.sits(declared, day, working_days(definition)):
        return None
    before = (
        ListDay.objects.filter(day_list=day_list, day__lt=day).order_by("-day").values_list("until", flat=True).first()
    )
    since = rules.covers_from(declared, day, working_days(definition), before)
    until = max(since, moment - SETTLED)
    made, new = ListDay.objects.get_or_create(
        day_list=day_list,
        day=day,
        defaults={"since": since, "until": until, "built_at": moment, "definition": definition.hash},
    )
    if not new:
        return None
    with reading(by, "safeguarding", about="make-day-list") as opened:
        lines = _lines(opened, declared, made)
    ListLine.objects.bulk_create(lines)
    _open_to_those_who_sit(definition, declared, lines, day)
    to = [
        f"role:{role}@{place}"
        for one, places in seats(definition, declared)
        for place in places
        for role in one.roles[:1]
        if role in definition.role and any(w.agency == place and w.role == role and w.active for w in workers())
    ]
    if lines and to:
        send("day-list-ready", to=to, says={"count": len(lines)}, by=by, because=made.id)
    write(
        kind="run",
        verb="make-day-list",
        actor=by.id,
        acting_for=by.agency,
        purpose="scheduled-work",
        policy=definition.hash,
        ids=[made.id],
        detail={"list": day_list, "lines": len(lines)},
    )
    return len(lines)


def _lines(opened: Reading, declared: DayList, made: ListDay) -> list[ListLine]:
    records = {record for takes in declared.takes for record in takes.record}
    pointers = {record for takes in declared.takes if takes.pointer for record in takes.record}
    arrived = arrived_between(records, made.since, made.until, rules.known_after(made.until))
    on = {first: [(i, child) for i, child, _ in subjects_of(version)] for first, version, _, _ in arrived}
    person_of = persons_of(i for some in on.values() for i, _ in some)
    children = [person_of[i] for some in on.values() for i, child in some if child and i in person_of]
    counted = {record for takes in declared.takes if takes.again for record in takes.again.record}
    entries = of_people(opened, children, records=(records - pointers) | counted)
    found: dict[UUID, ListLine] = {}
    for first, _, record, _ in arrived:
        theirs = {i: entries.get(person_of[i], []) for i, child in on[first] if child and i in person_of}
        facts = next((e.facts for some in theirs.values() for e in some if e.first == first), None)
        if facts is None and record not in pointers:
            continue  # not for this machine, or erased
        why = rules.brings(declared, record, facts or {}, _counts(declared, theirs, made.until))
        if not why:
            continue
        identities = list(theirs)
        if declared.one_line == "record":
            _add(found, made, first, [first], identities, why)
            continue
        for identity in identities:
            same = next((one for one in found if persons_of([one]).get(one) == person_of[identity]), identity)
            _add(found, made, same, [first], [identity], why)
    return list(found.values())


def _add(
    found: dict[UUID, ListLine],
    made: ListDay,
    subject: UUID,
    entries: Sequence[UUID],
    identities: Sequence[UUID],
    why: Sequence[int],
) -> None:
    line = found.setdefault(subject, ListLine(day=made, subject=subject, added_at=now()))
    line.entries = list(dict.fromkeys([*line.entries, *map(str, entries)]))
    line.identities = list(dict.fromkeys([*line.identities, *map(str, identities)]))
    line.why = sorted({*line.why, *why})


def _counts(declared: DayList, theirs: Mapping[UUID, Sequence[MachineEntry]], until: datetime) -> dict[int, int]:
    """How often it happened to any one of these, by the place of a `takes` that asks."""
    found = {}
    for n, takes in enumerate(declared.takes):
        if takes.again:
            since = parse_span(takes.again.within).before(until)
            found[n] = max(
                (
                    len({e.first for e in some if e.record in takes.again.record and since < e.happened <= until})
                    for some in theirs.values()
                ),
                default=0,
            )
    return found


def _open_to_those_who_sit(definition: Partnership, declared: DayList, lines: Iterable[ListLine], day: date) -> None:
    """Those who sit see headlines of whom the list is about, until the next list is made."""
    moment, days = now(), working_days(definition)
    until = rules.built_at(
        declared, rules.next_sitting(declared, rules.built_at(declared, day).replace(microsecond=1), days)
    )
    who = sitting(definition, declared)
    tie(
        [
            (f"worker:{one}", AGENDA, UUID(identity), moment, until, line.id)
            for line in lines
            for identity in line.identities
            for one in who
        ]
    )


# --- at the meeting ---------------------------------------------------------------------------------------------------


def _line(line: UUID, by: Actor) -> tuple[ListLine, DayList]:
    """A line, locked, of a list that this worker sits on. Raises Missing."""
    row = ListLine.objects.select_for_update().select_related("day").filter(id=line).first()
    declared = partnership().daylist.get(row.day.day_list) if row else None
    if row is None or declared is None or not sits_on(declared, by):
        raise Missing
    return row, declared


def sits_on(declared: DayList, by: Actor) -> bool:
    """Whether this worker sits on the list, or keeps it."""
    return by.id in sitting(partnership(), declared) or by.role in declared.led_by


def _keeps(declared: DayList, by: Actor) -> None:
    _require(by, KEEP)
    if by.role not in declared.led_by:
        titles = [partnership().role[role].title.lower() for role in declared.led_by]
        raise Refused(Decision(False, "not-permitted", f"This list is kept by: {', '.join(titles)}."))


def _seal(row: ListLine, words: str, bound: str) -> bytes:
    keys = [one.key for one in rows_by_id(UUID(i) for i in row.identities).values()]
    keyring = Keyring()
    keyring.fetch(keys)
    return keyring.seal(words, tuple(key for key in keys if keyring.has(key)), bound)


@transaction.atomic
def bring(*, line: UUID, words: str, by: Actor) -> UUID:
    """What the worker's agency brings to a line, in their words. Returns its id."""
    _require(by, SEE)
    row, _ = _line(line, by)
    if len(words.strip()) < 3:
        raise Invalid([Fault(path="words", expected="what your agency knows; or “nothing known to us as of today”")])
    made = uuid4()
    ListWords.objects.create(
        id=made, line=row, agency=by.agency, by=by.id, at=now(), words=_seal(row, words.strip(), f"list|{made}")
    )
    _note(by, "bring-to-list", row)
    return made


@transaction.atomic
def seat(*, day: UUID, agency: str, here: bool, by: Actor) -> None:
    """Says whether an agency that is expected is there."""
    row = ListDay.objects.filter(id=day).first()
    declared = partnership().daylist.get(row.day_list) if row else None
    if row is None or declared is None or not sits_on(declared, by):
        raise Missing
    _keeps(declared, by)
    ListSeat.objects.update_or_create(day=row, agency=agency, defaults={"here": here, "by": by.id, "at": now()})
    write(
        kind="change",
        verb="note-seat",
        actor=by.id,
        acting_for=by.agency,
        purpose=declared.purpose,
        ids=[row.id],
        detail={"agency": agency, "here": here},
    )


@transaction.atomic
def add_task(*, line: UUID, words: str, owner: str, due: date, plan: bool = False, agency: str = "", by: Actor) -> UUID:
    """What somebody does, by a day: part of the plan for safety, or a tasking. Returns its id. `owner`: who, by name and
    role; `agency`: theirs."""
    row, declared = _line(line, by)
    _keeps(declared, by)
    faults = []
    if len(words.strip()) < 5:
        faults.append(Fault(path="words", expected="what is done, in a few words"))
    if len(owner.strip()) < 3:
        faults.append(Fault(path="owner", expected="who does it: a name and a role"))
    if due < local_day(now()):
        faults.append(Fault(path="due", expected="a day that has not been"))
    if faults:
        raise Invalid(faults)
    made = uuid4()
    ListTask.objects.create(
        id=made,
        line=row,
        agency=agency or by.agency,
        owner=owner.strip()[:120],
        due=due,
        plan=plan or declared.each == "decision",
        by=by.id,
        at=now(),
        words=_seal(row, words.strip(), f"list|{made}"),
    )
    _note(by, "add-task", row)
    return made


@transaction.atomic
def done_task(*, task: UUID, by: Actor) -> None:
    """Says that something was done: by the agency that does it, or whoever keeps the list."""
    _require(by, SEE)
    one = ListTask.objects.select_for_update().filter(id=task).first()
    if one is None:
        raise Missing
    row, declared = _line(one.line_id, by)
    if one.agency != by.agency and by.role not in declared.led_by:
        raise Missing
    if one.done_at is not None:
        raise Conflict("Somebody has said already that it was done.")
    one.done_at, one.done_by = now(), by.id
    one.save(update_fields=["done_at", "done_by"])
    _note(by, "done-task", row)


@transaction.atomic
def hear(*, line: UUID, decision: str = "", because: str = "", version: int | None = None, by: Actor) -> UUID | None:
    """Says that a line was heard, and what was decided where the list decides. Returns the entry that says so, where there
    is one. Raises Refused with a sentence for what is missing, Conflict where somebody was first."""
    row, declared = _line(line, by)
    _keeps(declared, by)
    if row.heard or (version is not None and version != row.version):
        raise Conflict("Somebody has recorded this line already. Look at what stands there now.")
    definition = partnership()
    codes = definition.codes[declared.decisions].codes if declared.decisions else {}
    tasks = list(ListTask.objects.filter(line=row).order_by("at", "id"))
    if lacking := rules.lacking(declared, decision=decision, tasks=len(tasks), because=because, codes=codes):
        raise Refused(Decision(False, "plan-missing", lacking))
    if declared.record:
        row.entry = _write(definition, declared, row, tasks, decision, because, by)
    row.heard, row.heard_at, row.heard_by, row.version = decision or HEARD, now(), by.id, row.version + 1
    row.save(update_fields=["heard", "heard_at", "heard_by", "entry", "version"])
    _note(by, "hear-line", row, decision=row.heard)
    return row.entry


def _write(
    definition: Partnership,
    declared: DayList,
    row: ListLine,
    tasks: Sequence[ListTask],
    decision: str,
    because: str,
    by: Actor,
) -> UUID:
    plan = "; ".join(f"{words} ({task.owner}, by {task.due:%-d %B %Y})" for task, words in opened_tasks(tasks))
    values = {"day": row.day.day.isoformat(), "plan": plan, "because": because.strip(), "decision": decision}
    fields = {}
    for name, what in declared.writes.items():
        value = (
            ("yes" if what.removeprefix("decision is ") == decision else "no")
            if what.startswith("decision is")
            else values[what]
        )
        if value:
            fields[name] = value
    identities = [UUID(one) for one in row.identities]
    keys = [one.key for one in rows_by_id(identities).values()]
    return write_here(
        record=declared.record,
        fields=fields,
        identities=identities,
        keys=keys,
        by=by,
        definition=definition,
        on=[UUID(one) for one in row.entries],
    )


def opened_tasks(tasks: Sequence[ListTask]) -> list[tuple[ListTask, str]]:
    """Tasks with their words; what was erased has none. For who has passed the gate."""
    return [(task, words) for task, words in zip(tasks, opened_words(tasks), strict=True)]


def opened_words(rows: Sequence[ListTask | ListWords]) -> list[str]:
    keyring = Keyring()
    keyring.fetch_for(bytes(row.words) for row in rows)
    return [_open(keyring, row) for row in rows]


def _open(keyring: Keyring, row: ListTask | ListWords) -> str:
    try:
        return str(keyring.open(bytes(row.words), f"list|{row.id}"))
    except CannotOpen:
        return ""


def _note(by: Actor, verb: str, row: ListLine, **detail: str) -> None:
    write(
        kind="change",
        verb=verb,
        actor=by.id,
        acting_for=by.agency,
        purpose="safeguarding",
        policy=partnership().hash,
        ids=[row.id],
        detail={"list": row.day.day_list, **detail},
    )


def standing_versions(entries: Iterable[str]) -> list[UUID]:
    """The versions that stand of these records."""
    return [versions[-1] for one in entries if (versions := versions_of(UUID(one)))]
