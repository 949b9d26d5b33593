"""Lists of records, whoever they are about: what is newest, queues of work, and by ids for stages above."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from sightline.chronology.models import Entry, Part
from sightline.chronology.passing import Line, newest
from sightline.chronology.placing import ON_ENTRIES
from sightline.chronology.queries import entries_of, handled_on, is_sealed, label_of, latest_of, opened_for_each, view
from sightline.chronology.types import EntryView
from sightline.chronology.veiled import learn
from sightline.definition.outcomes import Missing
from sightline.identity.queries import persons_of, same_people
from sightline.sharing.paging import Page, mark, place
from sightline.sharing.reading import Reading
from sightline.sharing.types import Label, Level, Sight
from sightline.vault.actions import CannotOpen
from sightline.vault.asking import Question

AT_ONCE = 100
TIES_OF_NEWS = frozenset({"allocated", "network", "attends", "on-duty"})  # whoever has one of these is told what is new
MOST_PARTS = 4  # of a list that are looked through for one page of it


@dataclass(frozen=True, slots=True)
class Listed:
    """A standing record of a queue, as its reader may see it: whom it is about, who wrote it, and what it answers."""

    view: EntryView
    persons: tuple[UUID, ...]
    author: str
    on: tuple[UUID, ...]  # the first versions of the records that it answers


@dataclass(frozen=True, slots=True)
class Shown:
    """A line of a list that passed the gate: an entry as it stands, and the child in whose chronology it is listed."""

    entry: Entry
    person: UUID
    role: str
    sight: Sight
    earlier: int  # versions that it replaced


_FIRSTS = Question(lambda ids: Entry.objects.filter(id__among=ids), "id", "first")
_AUTHORS = Question(lambda ids: Entry.objects.filter(id__among=ids), "id", "author")


def recent(reading: Reading, *, limit: int = 20) -> list[tuple[UUID, EntryView]]:
    """What is newest about children to whom this reader has a tie: (person, entry), the last to become known first. Whose
    mother is whose is no news: a system that was loaded once tells it of everybody."""
    known = {record.id for record in reading.definition.record.values() if record.who_is_who}
    chosen = _lines(reading, Level.HEADLINE, limit, TIES_OF_NEWS, known)
    reading.keyring.fetch_for([bytes(one.entry.body) for one in chosen])
    learn(reading, [one.entry.id for one in chosen])
    found: list[tuple[UUID, EntryView]] = []
    for one in chosen:
        shown = view(reading, one.entry, one.sight, (one.role,), one.earlier, reading.agencies)
        if not shown.closed:
            found.append((one.person, shown))
    return found


def lines(reading: Reading, level: Level, *, limit: int, ties: Collection[str] | None = None) -> list[Shown]:
    """The newest records of which this reader may see at least so much, each once; `ties`: only about children to whom the
    reader has one of these. Noted on the reading."""
    found = _lines(reading, level, limit, ties)
    for one in found:
        reading.note(one.entry.id, one.sight)
    return found


def _lines(
    reading: Reading, level: Level, limit: int, ties: Collection[str] | None, without: Collection[str] = ()
) -> list[Shown]:
    """The same, not yet noted. Seven queries, and five for each further part, where many were corrected or hidden since."""
    found: dict[UUID, Shown] = {}
    below: Line | None = None
    for _ in range(MOST_PARTS):
        some = newest(reading, level, limit=limit * 3 // 2, ties=ties, below=below, but=without)
        chosen = _decided(reading, level, some, but=found)[: limit - len(found)]
        entries = entries_of([line.entry for line, *_ in chosen])  # on PostgreSQL the second wall may keep one back
        for line, person, sight, earlier in chosen:
            if line.entry in entries:
                found[line.first] = Shown(entries[line.entry], person, line.role, sight, earlier)
        if len(found) == limit or len(some) < limit * 3 // 2:
            break
        below = some[-1]
    return list(found.values())


def _decided(
    reading: Reading, level: Level, some: Sequence[Line], *, but: Collection[UUID]
) -> list[tuple[Line, UUID, Sight, int]]:
    """Those that pass the gate, as the page of the child would show them: with the person, and how often each was corrected."""
    same, persons = same_people(line.identity for line in some)  # what keeps one of somebody's keeps them all
    reading.learn_ties([*(i for ids in same.values() for i in ids), *(line.first for line in some)])
    standing, earlier = latest_of(some, None)
    own = {person: tuple(ids) for person, ids in same.items()}
    done, known, found = set(but), reading.agencies, []
    for line in some:
        if line.first in done or standing[line.first] != line.entry:
            continue
        kind = known[line.agency].kind if line.agency in known else ""
        handling = handled_on(reading.definition, line, (line.role,))
        person = persons[line.identity]
        sight = reading.see(line.label(kind, own[person], handling))
        if sight.level >= level:
            done.add(line.first)
            found.append((line, person, sight, earlier[line.first]))
    return found


@dataclass(frozen=True, slots=True)
class Header:
    """Of an entry: who sent it, who took it in, and when it was known."""

    id: UUID
    agency: str
    author: str
    known_at: datetime
    record: str = ""


def firsts_of(entries: Iterable[UUID]) -> dict[UUID, UUID]:
    """The first version of each of these records, by any version's id. What is no entry is left out."""
    return dict(_FIRSTS(list(entries)))  # type: ignore[arg-type]


def headers_of(entries: Iterable[UUID]) -> list[Header]:
    """Of these entries, what stands outside their sealed words. Ids, codes and times only, for stages above."""
    rows = Entry.objects.filter(id__among=list(entries))
    return [Header(*row) for row in rows.values_list("id", "agency", "author", "known_at", "record")]


def labels_of(entries: Iterable[UUID], kinds: Mapping[str, str]) -> list[tuple[Entry, Label]]:
    """Standing entries that are open to somebody, with what the gate asks of each: for stages above, which decide whom
    to tell. `kinds`: of agencies. Nothing routine that is still sealed is among them."""
    found = []
    rows = entries_of(list(entries)).values()
    subjects: dict[UUID, dict[UUID, None]] = defaultdict(dict)
    for entry_id, identity, _, _ in ON_ENTRIES([row.id for row in rows]):
        subjects[entry_id][identity] = None
    for row in rows:
        if not row.routine:
            found.append((row, label_of(row, kinds.get(row.agency, ""), subjects[row.id], sealed=False)))
    return found


def authors_of(entries: Iterable[UUID]) -> dict[UUID, str]:
    """Who wrote each of these entries, as the id of a worker. Ids only, for stages above."""
    return dict(_AUTHORS(list(entries)))  # type: ignore[arg-type]


def agencies_holding(identities: Iterable[UUID]) -> list[str]:
    """The agencies that hold a record about somebody: whom an emergency opening is told. Ids only, for stages above."""
    entries = Part.objects.filter(identity_id__among=list(identities), child=True).values_list("entry_id", flat=True)
    found: set[str] = set()
    wanted = list(dict.fromkeys(entries))
    for start in range(0, len(wanted), 800):
        found |= set(Entry.objects.filter(id__among=wanted[start : start + 800]).values_list("agency", flat=True))
    return sorted(found)


def of_records(reading: Reading, records: Collection[str], *, after: str = "", limit: int = 50) -> Page[Listed]:
    """Standing records of these types of which this reader may see at least the headline, the last known first, each with
    the people whom it is about. What the gate hides is not counted.
    """
    found: list[Listed] = []
    last: tuple[datetime, UUID] | None = None
    for entry in _newest(records, place(after) if after else None):
        if len(found) == limit and last is not None:
            return Page(tuple(found), mark(*last))
        if (one := _seen(reading, entry)) is not None:
            found.append(one)
            last = entry.known_at, entry.id
    return Page(tuple(found), "")


def listed(reading: Reading, entry: UUID) -> Listed:
    """One record of such a queue, by any version's id. Raises Missing where this reader may not see its headline."""
    row = Entry.objects.filter(id=entry).first()
    found = _seen(reading, row) if row is not None else None
    if found is None:
        raise Missing
    return found


def _newest(records: Collection[str], start: tuple[datetime, UUID] | None) -> Iterator[Entry]:
    """Entries of these types, the last known first, from a place on; read in parts."""
    while True:
        rows = Entry.objects.filter(record__in=list(records), routine=False).order_by("-known_at", "-id")
        if start is not None:
            rows = rows.filter(Q(known_at__lt=start[0]) | Q(known_at=start[0], id__lt=start[1]))
        some = list(rows[:AT_ONCE])
        yield from some
        if len(some) < AT_ONCE:
            return
        start = some[-1].known_at, some[-1].id


def _seen(reading: Reading, entry: Entry) -> Listed | None:
    standing, earlier = latest_of([entry], None)
    if standing[entry.first] != entry.id:
        return None
    parts = Part.objects.filter(entry=entry, child=True).order_by("id").values_list("identity_id", "role")
    roles: dict[UUID, list[str]] = defaultdict(list)
    for identity, role in parts:
        roles[identity].append(role)
    known = reading.agencies
    opened = opened_for_each(list(roles), None)
    sealed = any(is_sealed(entry, opened.get(identity, {})) for identity in roles)
    kind = known[entry.agency].kind if entry.agency in known else ""
    sight = reading.see(label_of(entry, kind, list(roles), sealed=sealed))
    if sight.level < Level.HEADLINE:
        return None
    reading.keyring.fetch_for([bytes(entry.body)])
    shown = view(
        reading,
        entry,
        sight,
        tuple(dict.fromkeys(r for some in roles.values() for r in some)),
        earlier[entry.first],
        known,
    )
    try:
        body = reading.keyring.open(bytes(entry.body), f"entry|{entry.id}") if not shown.closed else {}
    except CannotOpen:
        body = {}
    on = tuple(UUID(one) for one in body.get("on", ()))
    return Listed(shown, tuple(dict.fromkeys(persons_of(roles).values())), entry.author, on)
