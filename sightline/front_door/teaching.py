"""Where a child is taught, and who reads there: what the telling machine is shown, and ordinary knowledge of agencies."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from uuid import UUID

from sightline.agencies.queries import calendars, partnership, workers_with_settings
from sightline.agencies.types import WorkerInfo
from sightline.chronology.events import of_people
from sightline.chronology.tracing import Stood, known_of, stood
from sightline.clocks.rules import school_days
from sightline.definition.kinds.telling import Telling
from sightline.front_door.telling_rules import Attends, Taught, ages_of
from sightline.identity.queries import held, rows_by_id, rows_of
from sightline.sharing.queries import held_between
from sightline.sharing.reading import Reading
from sightline.timescales.london import local_day
from sightline.timescales.moment import now
from sightline.timescales.school import SchoolDays, parse_days

ATTENDS, AGENCY = "attends", "agency:"
AUTHORITY = "education-authority"
CHOSEN, NEXT_MORNING = "holiday-notices", "next-morning"  # a lead's own setting


@dataclass(frozen=True, slots=True)
class Incident:
    """A record that somebody must be told of, as it stands."""

    first: UUID
    record: str
    known: datetime  # when it became known as what it is: what is put right later is no newer by it
    people: tuple[tuple[UUID, tuple[str, ...]], ...]

    def children(self, role: str) -> list[UUID]:
        return [identity for identity, roles in self.people if role in roles]


def incident_of(reading: Reading, first: UUID) -> Incident | None:
    """The incident, where it is there and this machine may read it."""
    found: Stood | None = stood(reading, first)
    return Incident(first, found.record, known_of(first, reading.definition), found.people) if found else None


def taught_of(reading: Reading, declared: Telling, identities: Sequence[UUID], on: date) -> dict[UUID, Taught]:
    """What is known of where each of these is taught, by every identity of the same person; and how old they were on a day."""
    rows = rows_by_id(identities)
    person_of = {identity: row.person for identity, row in rows.items()}
    every = rows_of(person_of.values())
    same: dict[UUID, list[UUID]] = defaultdict(list)
    whose = {row.id: (row.person, row.agency) for row in every}
    for row in every:
        same[row.person].append(row.id)
    kinds, moment, today = reading.agencies, now(), local_day(now())
    attends: dict[UUID, list[Attends]] = defaultdict(list)
    for tie in held_between(list(whose), moment, moment):
        if tie.kind != ATTENDS or not tie.at(moment):
            continue
        person, teller = whose[tie.subject]
        place = tie.holder.removeprefix(AGENCY)
        authority = teller in kinds and kinds[teller].kind == AUTHORITY
        attends[person].append(Attends(place, tie.since, teller == place or authority))
    home, left = declared.at_home, declared.left
    records = {home.record, *([left.record] if left else [])}
    entries = of_people(reading, set(person_of.values()), records=records)
    details = {one.identity: one.details for one in held(reading, every)}
    found = {}
    for identity, person in person_of.items():
        theirs = entries.get(person, [])
        at_home = [
            day
            for one in theirs
            if one.record == home.record
            and (day := _day(one.facts.get(home.from_), local_day(one.happened))) <= today
            and not _over(one.facts.get(home.until), today)
        ]
        gone = [
            (one.agency, day)
            for one in theirs
            if left is not None
            and one.record == left.record
            and (day := _day(one.facts.get(left.at), local_day(one.happened))) <= today
        ]
        known = [details[one] for one in same[person] if one in details]
        schools = {AGENCY + one for one in kinds} | {one.title.casefold() for one in kinds.values()} | set(kinds)
        found[identity] = Taught(
            attends=tuple(attends[person]),
            left=tuple(sorted(gone, key=lambda pair: pair[1])),
            home_since=max(at_home, default=None),
            named=any(one.school and one.school.casefold() not in schools for one in known),
            ages=ages_of((one.born for one in known if one.born), on)
            or ages_of((one.expected for one in known if one.expected), on),
        )
    return found


def _day(value: object, otherwise: date) -> date:
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        return otherwise


def _over(value: object, today: date) -> bool:
    try:
        return date.fromisoformat(str(value)[:10]) < today
    except ValueError:
        return False


class Readers:
    """Who reads at the places where children are taught, and on which days those are open. One set of queries."""

    def __init__(self, declared: Telling) -> None:
        self.declared = declared

    @cached_property
    def _calendars(self) -> dict[str, tuple[str, dict[str, object]]]:
        return calendars(self.declared.places)

    @cached_property
    def _workers(self) -> list[tuple[WorkerInfo, dict[str, object]]]:
        return workers_with_settings((*self.declared.told, *self.declared.deputies.told, *self._officers))

    @property
    def _officers(self) -> tuple[str, ...]:
        """Those who are told where a school is not, and those who are told instead where none of them answers."""
        one, kinds = self.declared, partnership().message
        messages = (one.nobody.message, one.unread.message, one.at_home.message)
        instead = (role for kind in messages if kind in kinds for role in kinds[kind].acknowledge.then)
        return (*one.nobody.told, *one.unread.told, *one.at_home.told, *instead)

    @cached_property
    def known(self) -> dict[str, bool]:
        """Every place that a child may attend, and whether somebody there reads."""
        roles = {*self.declared.told, *self.declared.deputies.told}
        there = {one.agency for one, _ in self._workers if one.role in roles}
        return {place: place in there for place in self._calendars}

    def days(self, agency: str) -> SchoolDays:
        """The days of a place, by its own calendar over the usual year."""
        definition = partnership()
        declared, own = self._calendars.get(agency, ("", {}))
        usual = school_days(definition, declared)
        if not own:
            return usual
        closed, inset = (parse_days(_texts(own.get(name))) for name in ("closed", "inset"))
        return SchoolDays(usual.terms, usual.closed | closed, usual.inset | inset, usual.working)

    def next_morning(self, agency: str) -> bool:
        """Whether a lead there wants to be told on the next morning, whatever day it is."""
        roles = {*self.declared.told, *self.declared.deputies.told}
        return any(
            one.agency == agency and one.role in roles and settings.get(CHOSEN) == NEXT_MORNING
            for one, settings in self._workers
        )

    def inboxes(self, agency: str, roles: Collection[str]) -> list[str]:
        """Those of these roles who are there to read at a place, as names of inboxes."""
        there = {one.role for one, _ in self._workers if one.agency == agency}
        return [f"role:{role}@{agency}" for role in roles if role in there]

    def officers(self, roles: Iterable[str]) -> list[str]:
        """These roles, wherever they are."""
        return [f"role:{role}" for role in dict.fromkeys(roles)]

    def people(self, to: Iterable[str]) -> list[str]:
        """The workers behind such inboxes, by id."""
        roles = {one.removeprefix("role:").partition("@")[0] for one in to}
        return [one.id for one, _ in self._workers if one.role in roles]

    def words(self, to: Iterable[str]) -> str:
        """Whom we told, as a record says it."""
        definition, found = partnership(), []
        for one in to:
            role, _, agency = one.removeprefix("role:").partition("@")
            title = definition.role[role].title if role in definition.role else role
            found.append(f"{title}, {agency}" if agency else title)
        return "; ".join(found)


def _texts(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [str(one) for one in value] if isinstance(value, list | tuple) else []
