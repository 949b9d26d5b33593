"""People as agencies hold them, and who they truly are: an invented city's files, read by the readers that take real ones.

    city = made(children, years=2)      -> City: arrivals, and the truth beside them

Nothing is taken from the truth but who is who: what is compared is what the files say, with the mistakes that each
agency makes (`sightline/simulation/errors.yaml`).
"""

from __future__ import annotations

import json
import tempfile
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sightline.definition.loader import load
from sightline.definition.types import Partnership
from sightline.identity.linkage.likeness import kin_of, likeness_of
from sightline.identity.linkage.types import Likeness
from sightline.intake.readers import detect, read
from sightline.intake.types import Details, Named, Notification, Unread
from sightline.simulation import Wanted, simulate

HARD_CASES = Path(__file__).with_name("hard_cases")  # planted besides what chance brings
# What two people are to each other where joining them would do harm. An earlier one is named where several hold.
KINDS = {
    "twins": "twins",
    "siblings": "brothers and sisters",
    "parent": "a parent and a child of one name",
    "namesakes": "two people of one name, born on one day",
    "adopted": "a child before and after adoption",
}


@dataclass(slots=True)
class Held:
    """Somebody as one sender knows them: what matching compares, and who it truly is."""

    agency: str
    local: str
    person: str  # in truth
    likeness: Likeness = field(default_factory=Likeness)


@dataclass(slots=True)
class City:
    held: list[Held]  # in the order in which they were first told of
    people: dict[str, dict[str, Any]]  # truth/people.jsonl, by person
    apart: dict[tuple[str, str], str]  # two people who are easily taken for one: what they are (KINDS)
    records: int = 0
    unread: int = 0


def made(children: int, *, years: float = 2.0, seed: int = 1, partnership: str = "leeds") -> City:
    """A city of so many children, made in a folder that is deleted again."""
    with tempfile.TemporaryDirectory(prefix="sightline-city-") as folder:
        wanted = Wanted(
            out=Path(folder), partnership=partnership, children=children, years=years, seed=seed, storylines=HARD_CASES
        )
        simulate(wanted)
        return read_city(Path(folder), load(partnership))


def read_city(folder: Path, definition: Partnership) -> City:
    """What `simulate` wrote into a folder: the feeds as senders' people, and `truth/` as who they are."""
    truth = {(r["agency"], r["id"]): r["person"] for r in _lines(folder / "truth" / "identities.jsonl")}
    people = {r["person"]: r for r in _lines(folder / "truth" / "people.jsonl")}
    city = City([], people, apart(people, _lines(folder / "truth" / "relations.jsonl")))
    there: dict[tuple[str, str], Held] = {}
    for one in _notifications(folder / "feeds", definition, city, {agency for agency, _ in truth}):
        settled = {p.key: p.details for p in one.people}
        for person in one.people:
            details = settled[person.key]
            person_of = truth.get((one.agency, details.local_id))
            if person_of is None:
                city.unread += 1
                continue
            key = (one.agency, details.local_id)
            held = there.get(key)
            if held is None:
                held = there[key] = Held(one.agency, details.local_id, person_of)
                city.held.append(held)
                before = None
            else:
                before = held.likeness
            held.likeness = likeness_of(details, kin=_kin(one, person, settled), before=before)
    return city


def _kin(one: Notification, person: Named, settled: dict[str, Details]) -> list[str]:
    """The family that the record names beside somebody."""
    related = {o for s, _, o in one.relations if s == person.key} | {s for s, _, o in one.relations if o == person.key}
    return [kin for key in related if (kin := kin_of(settled[key]))]


def _notifications(
    feeds: Path, definition: Partnership, city: City, agencies: Collection[str]
) -> Iterator[Notification]:
    """Every record of every file, in the order in which they were sent. `agencies`: also the schools that a register names."""
    found: list[Notification] = []
    for path in sorted(feeds.iterdir()):
        if path.name == "schools-register.csv":
            continue
        feed = detect(path, definition)
        for thing in read(path, feed, definition, agencies={*agencies, *definition.agency}):
            if isinstance(thing, Unread):
                city.unread += 1
            else:
                found.append(thing)
    city.records = len(found)
    yield from sorted(found, key=lambda one: one.sent or one.happened)


def apart(people: dict[str, dict[str, Any]], relations: Iterable[dict[str, str]]) -> dict[tuple[str, str], str]:
    """Pairs of people who must never be joined by a machine, and what each pair is."""
    found: dict[tuple[str, str], str] = {}

    def add(one: str, other: str, kind: str) -> None:
        if one != other:
            found.setdefault((min(one, other), max(one, other)), kind)

    homes: dict[str, list[dict[str, Any]]] = defaultdict(list)
    named: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for person in people.values():
        homes[person["family_id"]].append(person)
        if person.get("born"):
            named[(person["given"], person["family"], person["born"])].append(person["person"])
    for relation in relations:
        if relation["relation"] == "same-child-never-to-be-joined":
            add(relation["person"], relation["to"], "adopted")
        elif relation["relation"] == "twin":
            add(relation["person"], relation["to"], "twins")
    for home in homes.values():
        children = [p for p in home if p["role"] == "child"]
        for at, one in enumerate(children):
            for other in children[at + 1 :]:
                same_day = one.get("born") and one.get("born") == other.get("born")
                add(one["person"], other["person"], "twins" if same_day else "siblings")
            for adult in home:
                if adult["role"] != "child" and adult["given"] == one["given"] and adult["family"] == one["family"]:
                    add(one["person"], adult["person"], "parent")
    for same in named.values():
        for at, first in enumerate(same):
            for second in same[at + 1 :]:
                add(first, second, "namesakes")
    return found


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as stream:
        yield from map(json.loads, stream)
