"""Who plays in a storyline: which household suits, who in it, and who from other homes.

    suits(storyline, household, on, rng)       a cast from one home, or None where it does not suit
    appoint(storylines, …)                     which planting goes where, decided before any family's life is drawn
    assemble(storyline, appointment, household)  the cast of one appointment, its people and what is changed about them

Nothing is shared between families while they are made. An appointment follows from (seed, storyline, number) alone and
names households and people by their numbers, so that every family's stream, in whatever process, knows its part: the
household of the child (`host`) tells the records; the others only change what `assemble` says about their people.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Protocol

from sightline.definition.kinds.storylines import (
    CHILDREN,
    ELSEWHERE,
    CastMember,
    read_age,
    read_day,
    read_range,
    read_span,
)
from sightline.simulation.people import Home, Person

if TYPE_CHECKING:
    from sightline.simulation.storylines import Storyline

EXPECTING = timedelta(days=280)  # before it is due; nobody tells of a baby earlier
TRIES = 900  # households asked before a planting is given up
HOME_ROLES: Mapping[str, tuple[str, ...]] = {
    "mother": ("mother",),
    "father": ("father", "father-elsewhere"),
    "parent": ("mother", "father", "father-elsewhere"),
    "step-parent": ("partner", "step-father", "step-mother", "step-parent"),
}
HAS: Mapping[str, tuple[str, ...]] = {**HOME_ROLES, "father": ("father",), "father-elsewhere": ("father-elsewhere",)}


class Household(Protocol):
    """As much of a family as casting looks at."""

    @property
    def n(self) -> int: ...
    @property
    def people(self) -> list[Person]: ...


@dataclass(slots=True)
class Casting:
    """Who plays what. `people` by member of the cast; `wanting`: members from other homes who are still to be found."""

    number: int
    people: dict[str, list[Person]] = field(default_factory=dict)
    households: list[int] = field(default_factory=list)  # the host's first
    wanting: list[str] = field(default_factory=list)

    @property
    def everybody(self) -> list[Person]:
        return [person for people in self.people.values() for person in people]


@dataclass(frozen=True, slots=True)
class Appointment:
    """One planting: where and when. `members`: (member of the cast, household's number, person's number)."""

    storyline: str
    number: int
    start: date
    host: int
    members: tuple[tuple[str, int, int], ...]

    @property
    def households(self) -> tuple[int, ...]:
        return tuple(dict.fromkeys((self.host, *(n for _, n, _ in self.members))))


def suits(storyline: Storyline, household: Household, on: date, rng: random.Random, number: int = 0) -> Casting | None:
    """Who of this household would play what, were it to begin on that day; None where somebody needed is not there.

    Members from other homes are left in `wanting`: see `join`.
    """
    wanted = storyline.declared.household
    if getattr(household, "kind", "home") != wanted.kind:
        return None
    children = [p for p in household.people if _is_child(p)]
    if wanted.children:
        least, most = read_range(wanted.children)
        if not least <= sum(bool(c.born and c.born <= on) for c in children) <= most:
            return None
    roles = {p.role for p in household.people}
    if any(roles.isdisjoint(HAS.get(who, (who,))) for who in wanted.has):
        return None
    if any(not roles.isdisjoint(HAS.get(who, (who,))) for who in wanted.without):
        return None
    casting = Casting(number, households=[household.n])
    for role, member in _in_order(storyline.declared.cast):
        if member.is_ in ELSEWHERE:
            casting.wanting.append(role)
            continue
        found = _drawn(storyline, role, member, household, on, casting, rng)
        if found:
            casting.people[role] = found
        elif member.needed:
            return None
    return casting


def join(storyline: Storyline, casting: Casting, role: str, household: Household, on: date, rng: random.Random) -> bool:
    """Whether somebody of this other household plays `role`; if so they are now in the cast."""
    member = storyline.declared.cast[role]
    if household.n in casting.households or getattr(household, "kind", "home") not in ("home", "couple"):
        return False
    found = _drawn(storyline, role, member, household, on, casting, rng, one=True)
    if not found:
        return False
    casting.people.setdefault(role, []).extend(found)
    casting.households.append(household.n)
    return True


def appoint(
    storylines: Iterable[Storyline],
    quotas: Mapping[str, int],
    *,
    seed: int,
    numbers: Sequence[int],
    household: Callable[[int], Household],
    first: date,
    last: date,
    taken: Collection[int] = (),
) -> list[Appointment]:
    """Every planting of the city: which households, which people, from which day.

    `quotas`: how many of each, by id; `numbers`: the households that there are; `household` makes one from its number
    alone; `taken`: those that have a part already. A household has one part at most. The same arguments give the same
    answer; those that need several homes choose first. Where nobody is found for one, there is no more of that storyline.
    """
    busy, made = set(taken), []
    if not numbers:
        return []
    for storyline in sorted(storylines, key=lambda s: (-len(_elsewhere(s)), s.id)):
        for number in range(1, quotas.get(storyline.id, 0) + 1):
            rng = random.Random(f"{seed}/{storyline.id}/{number}")
            found = _appointed(storyline, number, rng, numbers, household, first, last, busy)
            if found is None:
                break  # so many homes were asked that the next number would ask in vain
            busy.update(found.households)
            made.append(found)
    return made


def assemble(storyline: Storyline, appointment: Appointment, household: Callable[[int], Household]) -> Casting:
    """The cast of an appointment. `household` gives the family that is being made now as it is, and others anew.

    Afterwards `storyline.prepare` changes what must be changed about its people (a name shared by chance, a move), on
    whichever of these families it is called, always alike.
    """
    homes = {n: {p.n: p for p in household(n).people} for n in appointment.households}
    casting = Casting(appointment.number, households=list(appointment.households))
    for role, n, person in appointment.members:
        casting.people.setdefault(role, []).append(homes[n][person])
    return casting


def prepare(storyline: Storyline, casting: Casting, start: date) -> None:
    """Changes the people of the cast as the storyline says, and marks them: done before their lives are drawn."""
    declared, mark = storyline.declared, f"{storyline.id}/{casting.number}"
    rng = random.Random(f"{mark}/{start}")
    for role, member in declared.cast.items():
        gap = rng.randrange(10_000)
        for person in casting.people.get(role, ()):
            if mark not in person.storylines:
                person.storylines.append(mark)
            if member.named_as and (other := next(iter(casting.people.get(member.named_as, ())), None)):
                person.given, person.family, person.sex = other.given, other.family, other.sex
                if member.born_near and other.born:
                    least, most = (minutes // 1440 for minutes in read_span(member.born_near))
                    person.born = other.born + timedelta(days=least + gap % (most - least + 1))
            if member.moves_in and casting.people.get("child"):
                day = start + timedelta(days=read_day(member.moves_in))
                there = casting.people["child"][0].home(day)
                if there and not any(home.since == day for home in person.homes):
                    person.homes = [*person.homes, Home(day, there.lines, there.postcode)]


# --- choosing -------------------------------------------------------------------------------------------


def _appointed(
    storyline: Storyline,
    number: int,
    rng: random.Random,
    numbers: Sequence[int],
    household: Callable[[int], Household],
    first: date,
    last: date,
    busy: Collection[int],
) -> Appointment | None:
    room = max(0, (last - first).days - storyline.length)
    expecting = any(member.is_ == "unborn" for member in storyline.declared.cast.values())
    for _ in range(TRIES):
        start = first + timedelta(days=rng.randrange(room + 1))
        n = rng.choice(numbers)
        if n in busy:
            continue
        if expecting:
            start = _while_expected(household(n), start, rng)
            if not 0 <= (start - first).days <= room:
                continue
        casting = suits(storyline, household(n), start, rng, number)
        if casting is None:
            continue
        members = [(role, n, p.n) for role, people in casting.people.items() for p in people]
        for role, count in _elsewhere(storyline, rng):
            members += _found_elsewhere(storyline, casting, role, count, start, rng, numbers, household, busy)
        needed = [role for role, member in storyline.declared.cast.items() if member.needed]
        if all(casting.people.get(role) for role in needed):
            return Appointment(storyline.id, number, start, n, tuple(members))
    return None


def _while_expected(household: Household, start: date, rng: random.Random) -> date:
    """A day on which this household expects a baby; where it never does, the day as it was drawn."""
    due = [person.expected for person in household.people if person.expected and not person.born]
    return rng.choice(due) - timedelta(days=rng.randrange(1, EXPECTING.days)) if due else start


def _found_elsewhere(
    storyline: Storyline,
    casting: Casting,
    role: str,
    count: int,
    start: date,
    rng: random.Random,
    numbers: Sequence[int],
    household: Callable[[int], Household],
    busy: Collection[int],
) -> list[tuple[str, int, int]]:
    found: list[tuple[str, int, int]] = []
    for _ in range(TRIES):
        if len(found) == count:
            return found
        n = rng.choice(numbers)
        if n not in busy and join(storyline, casting, role, household(n), start, rng):
            found.append((role, n, casting.people[role][-1].n))
    casting.people.pop(role, None)  # not all were found: the planting goes without, or is given up
    return []


def _elsewhere(storyline: Storyline, rng: random.Random | None = None) -> list[tuple[str, int]]:
    """The members from other homes, and how many of each."""
    found = []
    for role, member in storyline.declared.cast.items():
        if member.is_ in ELSEWHERE:
            least, most = read_range(member.many or "1")
            found.append((role, rng.randrange(least, most + 1) if rng else least))
    return found


def _in_order(cast: Mapping[str, CastMember]) -> list[tuple[str, CastMember]]:
    """The child first: the others are chosen beside them."""
    return sorted(cast.items(), key=lambda item: item[0] != "child")


def _drawn(
    storyline: Storyline,
    role: str,
    member: CastMember,
    household: Household,
    on: date,
    casting: Casting,
    rng: random.Random,
    one: bool = False,
) -> list[Person]:
    child = next(iter(casting.people.get("child", ())), None)
    fit = [
        person
        for person in household.people
        if person not in casting.everybody and _fits(storyline, member, person, child, on)
    ]
    if not fit:
        return []
    if member.many and not one:
        least, most = read_range(member.many)
        return rng.sample(fit, min(len(fit), most)) if len(fit) >= least else []
    return [rng.choice(fit)]


def _fits(storyline: Storyline, member: CastMember, person: Person, child: Person | None, on: date) -> bool:
    if member.is_ in CHILDREN:
        if not _is_child(person):
            return False
        if member.is_ == "unborn":
            if person.born or not person.expected or not person.expected - EXPECTING < on < person.expected:
                return False
        elif not person.born or person.born > on or not 0 <= months_on(person.born, on) < 216:
            return False
    elif member.is_ in HOME_ROLES:
        if person.role not in HOME_ROLES[member.is_]:
            return False
    elif _is_child(person):  # an unrelated adult
        return False
    if member.age and person.born:
        least, most = read_age(member.age)
        if not least <= months_on(person.born, on) <= most:
            return False
    if member.sex and person.sex != member.sex and not member.named_as:
        return False
    if member.is_ == "twin" and child is not None and person.born != child.born:
        return False
    if member.named_as and child is not None and child.born and person.born:
        return abs((person.born - child.born).days) < 330  # of one school year, or nearly
    if member.school:
        if person.school not in storyline.schools:
            return False
        if (
            member.school != "any"
            and child is not None
            and (person.school == child.school) != (member.school == "the same")
        ):
            return False
    return True


def _is_child(person: Person) -> bool:
    return person.role == "child"


def months_on(born: date, day: date) -> int:
    """Whole months of age."""
    return (day.year - born.year) * 12 + day.month - born.month - (day.day < born.day)
