"""What is shown of places: made by a machine from entries, and read through the gate as a kind of its own (`place`).

Whoever looks after places needs no right to any child's record, and gets none: what they see is counted here, once, and holds
no child and nobody's words.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from datetime import timedelta
from uuid import UUID

from sightline.contexts.models import Place
from sightline.contexts.types import AtPlace, Picture
from sightline.definition.types import Partnership
from sightline.sharing.reading import Reading
from sightline.sharing.types import Label, Level
from sightline.timescales.london import local
from sightline.timescales.moment import now
from sightline.vault.actions import CannotOpen, Keyring

SCOPE = "place"
LABEL = Label("place", "", "", "ordinary", ())
PARTS = ((6, "night"), (12, "morning"), (17, "afternoon"), (22, "evening"), (24, "night"))  # until which hour


def part_of_day(hour: int) -> str:
    return next(name for until, name in PARTS if hour < until)


def keep(definition: Partnership, there: Mapping[str, Collection[AtPlace]]) -> None:
    """Makes the pictures of these places anew. In the caller's transaction."""
    rows = {row.place: row for row in Place.objects.filter(place__in=list(there))}
    keyring = Keyring()
    keyring.fetch(row.key for row in rows.values())
    for place, found in there.items():
        row = rows.get(place)
        if not found:
            if row is not None:
                row.delete()
            continue
        if row is None:
            row = Place(place=place, key=keyring.make(SCOPE))
        row.changed_at = now()
        row.body = keyring.seal(_body(definition, found), [row.key], f"place|{row.id}")
        keyring.save()
        row.save()


def _body(definition: Partnership, found: Collection[AtPlace]) -> dict[str, object]:
    """Counts of what happened: each record once, however many children stand on it."""
    records = {one.entry.first: one for one in found}
    names = Counter(one.entry.place[0].strip() or one.entry.place[1].strip() for one in records.values())
    weeks: Counter[str] = Counter()
    when: Counter[tuple[int, str]] = Counter()
    for one in records.values():
        here = local(one.entry.happened)
        weeks[(here.date() - timedelta(days=here.weekday())).isoformat()] += 1
        if one.entry.precision == "minute":
            when[here.weekday(), part_of_day(here.hour)] += 1
    what = Counter((one.entry.record, counted) for one in found for counted in _counts(definition, one))
    return {
        "names": [name for name, _ in sorted(names.items(), key=lambda pair: (-pair[1], pair[0]))],
        "kinds": sorted({kind for one in found for kind in one.kinds}),
        "weeks": sorted(weeks.items()),
        "what": [[*pair, n] for pair, n in sorted(what.items(), key=lambda item: (-item[1], item[0]))],
        "when": [[*pair, n] for pair, n in sorted(when.items())],
        "agencies": sorted(Counter(one.entry.agency for one in records.values()).items()),
        "families": len({one.who for one in found}),
    }


def _counts(definition: Partnership, one: AtPlace) -> Iterable[str]:
    people = definition.record[one.entry.record].people
    return {people[role].counts_as for role in one.entry.roles if role in people}


def may_see(reading: Reading) -> bool:
    """Whether this reader may see places at all."""
    return reading.see(LABEL).level is Level.FULL


def of(reading: Reading, places: Iterable[str]) -> dict[str, Picture]:
    """These places, through the gate."""
    sight = reading.see(LABEL)
    if sight.level is not Level.FULL:
        return {}
    rows = list(Place.objects.filter(place__in=list(places)))
    reading.keyring.fetch(row.key for row in rows)
    found = {}
    for row in rows:
        try:
            body = reading.keyring.open(bytes(row.body), f"place|{row.id}")
        except CannotOpen:
            continue
        reading.note(row.id, sight)
        found[row.place] = _picture(row.id, row, body)
    return found


def _picture(id: UUID, row: Place, body: Mapping[str, list[list[object]]]) -> Picture:
    names = [str(name) for name in body["names"]]
    pairs = {key: tuple(tuple(one) for one in body[key]) for key in ("weeks", "what", "when", "agencies")}
    return Picture(
        id=id,
        place=row.place,
        name=names[0] if names else "",
        names=tuple(names[1:]),
        kinds=tuple(str(kind) for kind in body["kinds"]),
        families=int(str(body["families"])),
        changed_at=row.changed_at,
        **pairs,  # type: ignore[arg-type]
    )
