"""A storyline's worked examples, run: given these people on that day and this seed, so many records of each kind come.

    {given: {child: 14, mother: 39}, seed: 1, comes: {missing-episode: 3 to 5}}
    {given: {child: 9}, suits: no}

`given` has each person's age on the first day, in years or as `4 months`; people of other homes and several are given as
a list. `start` is the first day (default 16 September 2024).
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sightline.definition.kinds.storylines import CHILDREN, ELSEWHERE, CastMember, read_age, read_range
from sightline.definition.types import Partnership
from sightline.simulation.casting import Casting, join, prepare, suits
from sightline.simulation.events import Agencies
from sightline.simulation.people import Home, Person
from sightline.simulation.storylines import Planting, Storyline, of, plant

START = date(2024, 9, 16)
ROLE = {"step-parent": "partner", "parent": "mother", "unrelated-adult": "father"}


def run_example(partnership: Partnership, declared: Any, example: Mapping[str, Any]) -> str | None:
    """None where the example holds, else what came instead. Raises ValueError where it cannot be understood."""
    unknown = set(example) - {"given", "seed", "start", "comes", "suits"}
    if unknown:
        raise ValueError(f"`{sorted(unknown)[0]}` is no part of an example: given, seed, start, comes, suits")
    line = of(declared, partnership)
    if not line.schools and any(member.school for member in declared.cast.values()):
        return None  # a partnership without schools: it is planted nowhere, and nothing can be tried
    start = date.fromisoformat(str(example.get("start", START)))
    casting = cast(line, example.get("given") or {}, start, int(example.get("seed", 1)))
    if str(example.get("suits", "yes")) in ("no", "False"):
        return None if casting is None else "it suits"
    if casting is None:
        return "it does not suit"
    planting = play(line, casting, start, partnership, int(example.get("seed", 1)))
    return _compared(planting, example.get("comes") or {})


def play(line: Storyline, casting: Casting, start: date, partnership: Partnership, seed: int) -> Planting:
    """The planting of a cast that is already chosen."""
    prepare(line, casting, start)
    return plant(line, casting, start, Agencies(partnership), random.Random(f"{line.id}/{seed}"))


def cast(line: Storyline, given: Mapping[str, Any], start: date, seed: int) -> Casting | None:
    """A household, and others where the storyline asks for them, with people of these ages; None where it does not suit."""
    rng = random.Random(f"{line.id}/{seed}/people")
    for role in given:
        if role not in line.declared.cast:
            raise ValueError(f"`{role}` is nobody of the cast, {', '.join(line.declared.cast)}")
    home = Given(1, line.declared.household.kind)
    others: list[tuple[str, Given]] = []
    place = [Home(date(2000, 1, 1), ("3 Weaver Fold",), "ZZ99 3VZ")]
    first: Person | None = None
    for role, member in line.declared.cast.items():
        ages = given.get(role, ())
        for n, age in enumerate(ages if isinstance(ages, list | tuple) else [ages]):
            number = 100 + len(home.people) + 10 * len(others)
            apart = "father-elsewhere" if "father-elsewhere" in line.declared.household.has else ""
            person = _person(number, role, member, str(age), start, rng, apart)
            if person.role == "child":
                person.school = _school(line, person.age(start), rng, member.school, first)
            first = first or person
            if member.is_ in ELSEWHERE:
                elsewhere = Given(2 + len(others), "home", [person])
                person.homes = [Home(date(2000, 1, 1), (f"{4 + number + n} Otter Bank",), "ZZ99 4VZ")]
                others.append((role, elsewhere))
            else:
                home.people.append(person)
                person.homes = place
    casting = suits(line, home, start, rng, number=seed)
    if casting is None:
        return None
    for role, elsewhere in others:
        join(line, casting, role, elsewhere, start, rng)
    for role, member in line.declared.cast.items():
        least, _ = read_range(member.many or "1")
        if member.needed and len(casting.people.get(role, ())) < least:
            return None
    return casting


@dataclass
class Given:
    """A household of an example."""

    n: int
    kind: str
    people: list[Person] = field(default_factory=list)


def _person(n: int, role: str, member: CastMember, age: str, start: date, rng: random.Random, apart: str) -> Person:
    is_, of_role = member.is_, {"mother": "female", "father": "male"}
    sex = member.sex or of_role.get(member.is_) or rng.choice(("female", "male"))
    given = role.capitalize()
    kind = apart if is_ == "father" and apart else "child" if is_ in CHILDREN else ROLE.get(is_, is_)
    if is_ == "unborn":
        return Person(
            n, given, "Weaver", None, "unknown", expected=start + timedelta(days=read_range(age)[0]), role=kind
        )
    months, _ = read_age(age)
    born = date(start.year - months // 12 - 1, start.month, 1) + timedelta(days=370 - 31 * (months % 12))
    return Person(n, given, "Weaver", born, sex, "WBRI", nhs=f"9990{n:06}", upn=f"X{n:012}", role=kind)


def _school(line: Storyline, age: int, rng: random.Random, wanted: str, child: Person | None) -> str:
    if child is not None and wanted == "the same":
        return child.school
    every = sorted(line.schools)
    known = [school for school in every if child is None or school != child.school] or every  # where there is but one
    return rng.choice(known) if known and age >= 4 else ""


def _compared(planting: Planting, comes: Mapping[str, Any]) -> str | None:
    found = Counter(event.record for event in planting.events)
    nobody = {left["record"] for left in planting.truth["left_out"]}  # no agency here sends these
    for record, wanted in comes.items():
        least, most = read_range(str(wanted))
        if record in nobody:
            continue
        if not least <= found[record] <= most:
            return f"{found[record]} of {record}; in all {', '.join(f'{n} {r}' for r, n in sorted(found.items()))}"
    return None
