"""Places: what happened where, from entries. A place is a keyed digest; its words stand in entries alone.

`follow` keeps the table of places in step; whoever asks reads the entries themselves again, through the gate. Homes,
schools and hospitals are places too: which kind a place is of is told with it, and rules say of which kinds they ask.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import Count

from sightline.chronology.events import MachineEntry, of_records
from sightline.contexts import linking, rules
from sightline.contexts.models import Spot
from sightline.contexts.types import AtPlace
from sightline.definition.types import Partnership
from sightline.identity import births
from sightline.identity.queries import held, rows_of
from sightline.sharing.reading import Reading
from sightline.vault.actions import digest
from sightline.vault.adding import add, remove
from sightline.vault.asking import Question
from sightline.vault.ids import Ids
from sightline.vault.taking import taken

PURPOSE = "place"  # whose digests compare with each other
HOME = "home"
MOST = 1000  # records
JOINED = " "


class _Wanted(NamedTuple):
    place: str
    first: UUID
    happened: datetime
    record: str
    kinds: str


def digest_of(definition: Partnership, name: str, code: str) -> str:
    """The digest by which a place is known; empty where no one place is said."""
    key = rules.key_of_place(definition, name, code)
    return digest(PURPOSE, key) if key else ""


def kinds_of(definition: Partnership, entry: MachineEntry) -> frozenset[str]:
    said = entry.facts.get("location-type", "")
    return rules.kinds_of_place(definition, entry.place[0], *([said] if isinstance(said, str) else said))


_SPOTS = Question(lambda firsts: Spot.objects.filter(first__among=firsts).order_by(), "id", *_Wanted._fields)


def follow(definition: Partnership, entries: Iterable[MachineEntry]) -> set[str]:
    """Keeps what these records say of places. Returns the places that this changes, before and after. In the caller's
    transaction; what is the same already costs one query."""
    wanted: dict[tuple[UUID, str], _Wanted] = {}
    firsts = set()
    known: dict[tuple[str, str], str] = {}  # a child's records name the same few places again and again
    for entry in entries:
        firsts.add(entry.first)
        if entry.place not in known:
            known[entry.place] = digest_of(definition, *entry.place)
        if place := known[entry.place]:
            kinds = JOINED.join(sorted(kinds_of(definition, entry)))
            wanted[entry.first, place] = _Wanted(place, entry.first, entry.happened, entry.record, kinds)
    if not firsts:
        return set()
    there = {(row[2], row[1]): (row[0], _Wanted(*row[1:])) for row in _SPOTS(firsts)}
    gone = [id for key, (id, kept) in there.items() if wanted.get(key) != kept]
    new = [one for key, one in wanted.items() if key not in there or there[key][1] != one]
    if gone:
        remove(Spot, "id", gone)
    ids = Ids()
    add(Spot, ("id", *_Wanted._fields), [(ids(), *one) for one in new])
    return {kept.place for key, (_, kept) in there.items() if wanted.get(key) != kept} | {one.place for one in new}


def of_people(
    definition: Partnership, persons: Iterable[UUID], entries: Mapping[UUID, Collection[MachineEntry]]
) -> set[str]:
    """Places at which these people's entries are: for when people are joined or separated."""
    named = {entry.place for person in persons for entry in entries.get(person, ())}
    return {digest_of(definition, *place) for place in named} - {""}


def several(places: Iterable[str] | None = None, *, at_least: int = 2, most: int = MOST) -> list[str]:
    """Those of these places (of all) that so many records name. A place that more than `most` name is none that a pattern
    could say anything of: a city's police station, a hospital."""
    asked = Spot.objects.all() if places is None else Spot.objects.filter(place__in=list(places))
    counted = asked.values("place").annotate(records=Count("id")).filter(records__gte=at_least, records__lte=most)
    return sorted(counted.values_list("place", flat=True))


def portions(places: Collection[str], most: int = MOST // 4) -> Iterator[list[str]]:
    """These places, as many together as `most` records name; one that more name stands alone. So that no transaction is long."""
    if not places:
        return
    asked = Spot.objects.filter(place__in=list(places)).values("place").annotate(records=Count("id"))
    counted = dict(asked.values_list("place", "records"))
    some: list[str] = []
    many = 0
    for place in places:
        there = counted.get(place, 0) if counted.get(place, 0) <= MOST else 0  # of what too many name, none is read
        if some and many + there > most:
            yield some
            some, many = [], 0
        some, many = [*some, place], many + there
    if some:
        yield some


def worlds(
    reading: Reading, places: Collection[str], *, since: datetime | None = None, known_on: datetime | None = None
) -> dict[str, list[AtPlace]]:
    """What happened at each of these places, oldest first, as far as this reader (a machine) may read it in full."""
    asked = Spot.objects.filter(place__in=list(places))
    if since is not None:
        asked = asked.filter(happened__gte=since)
    spots: dict[UUID, set[str]] = defaultdict(set)
    kinds: dict[str, set[str]] = defaultdict(set)
    for place, first, words in taken(asked.order_by(), "place", "first", "kinds"):
        spots[first].add(place)
        kinds[place] |= set(words.split(JOINED)) if words else set()
    read = of_records(reading, spots.keys(), known_on=known_on)
    if not read:
        return {}
    rows = rows_of(read)
    born = births.born(reading, rows, known_on=known_on)
    family = _families(reading, read, known_on)
    homes = _homes(reading, rows, known_on)
    found: dict[str, list[AtPlace]] = defaultdict(list)
    for person, entries in read.items():
        for entry in entries:
            for place in spots[entry.first]:
                if digest_of(reading.definition, *entry.place) == place:
                    kind = kinds[place] | ({HOME} if place in homes else set())
                    one = born.get(person)
                    found[place].append(
                        AtPlace(entry, str(family[person]), one.born if one is not None else None, frozenset(kind))
                    )
    return {
        place: sorted(every, key=lambda one: (one.entry.happened, one.entry.first.int, one.who))
        for place, every in found.items()
    }


def _families(reading: Reading, persons: Collection[UUID], known_on: datetime | None) -> dict[UUID, UUID]:
    """Which of them are of one family, each named by its least member."""
    ties = linking.linked(reading.definition, persons, known_on=known_on)
    pairs = [(one, tie.person) for one, theirs in ties.items() for tie in theirs if tie.whose != linking.PEER]
    everybody = {*persons, *(other for _, other in pairs)}
    return {one: named for one, named in rules.families(everybody, pairs).items() if one in set(persons)}


def _homes(reading: Reading, rows: Collection[object], known_on: datetime | None) -> set[str]:
    """Places that are where one of them lives, by postcode."""
    codes = {rules.postcode(one.details.postcode) for one in held(reading, list(rows), known_on)}  # type: ignore[arg-type]
    return {digest_of(reading.definition, "", code) for code in codes if code}
