"""When people were born, and where two agencies hold different things of one: for machines, through the gate, in four queries.

For: rules that ask how old somebody is. Not for: pages, which read a whole profile (`identity.queries`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import combinations
from uuid import UUID

from sightline.identity import rules
from sightline.identity.models import SourceIdentity, Version
from sightline.identity.queries import seen
from sightline.sharing.reading import Reading
from sightline.sharing.types import Level
from sightline.timescales.london import local_day
from sightline.timescales.partial import parse_partial
from sightline.vault.actions import CannotOpen
from sightline.vault.asking import Question, known_by

COMPARED = {"born": "born", "sex": "sex", "nhs-number": "nhs_number", "upn": "upn"}
SAYS_NOTHING = frozenset({"", "u", "x", "9", "0", "unknown"})


@dataclass(frozen=True, slots=True)
class Born:
    """`born`: the day, as the best-supported of several senders' values. Where only a month or a year is known, the latest
    day that it may be and not after it was told, so that nobody counts as older because a date is poor; of somebody unborn
    the day that is expected; None where nobody knows. `differs`: details of which two agencies hold different ones, each
    with the moment from which that was known. `schools`: which anybody names, as they name them."""

    born: date | None = None
    differs: Mapping[str, datetime] = field(default_factory=dict)
    schools: frozenset[str] = frozenset()


_VERSIONS = Question(
    lambda identities, known_on: Version.objects.filter(known_by(known_on), identity_id__among=identities).order_by(
        "known_at", "recorded_at"
    ),
    *("id", "identity_id", "known_at", "body"),
)


@dataclass(frozen=True, slots=True)
class _Held:
    agency: str
    known_at: datetime
    details: Mapping[str, str]

    def told(self, name: str) -> str:
        return str(self.details.get(name, ""))


def born(reading: Reading, rows: Iterable[SourceIdentity], *, known_on: datetime | None = None) -> dict[UUID, Born]:
    """Of each of these people, as far as this reader may see their details in full; noted on the reading. `rows`: all
    their source identities."""
    found = list(rows)
    sights = {i: sight for i, sight in seen(reading, found).items() if sight.level is Level.FULL}
    row_of = {row.id: row for row in found if row.id in sights}
    latest: dict[UUID, tuple[UUID, datetime, bytes]] = {}
    for id, identity, known_at, body in _VERSIONS(list(row_of), known_on):
        latest[identity] = id, known_at, body
    reading.keyring.fetch(row_of[identity].key for identity in latest)
    held: dict[UUID, list[_Held]] = defaultdict(list)
    for identity, (id, known_at, body) in latest.items():
        try:
            details = reading.keyring.open(bytes(body), f"identity|{id}")
        except CannotOpen:
            continue  # whoever was erased has no age
        reading.note(identity, sights[identity])
        held[row_of[identity].person].append(_Held(row_of[identity].agency, known_at, details))
    return {
        person: Born(
            _born(sorted(every, key=lambda one: one.known_at)),
            _differs(every),
            frozenset(one.told("school") for one in every) - {""},
        )
        for person, every in held.items()
    }


def _born(held: list[_Held]) -> date | None:
    values = [(one.told("born"), rank) for rank, one in enumerate(held)]
    said = rules.best([(value, rank) for value, rank in values if len(value) == 10]) or rules.best(values)
    said = said or rules.best([(one.told("expected"), rank) for rank, one in enumerate(held)])
    try:
        part = parse_partial(said) if said else None
    except (ValueError, OverflowError):
        return None
    if part is None:
        return None
    return part.earliest if len(said) == 10 else max(part.earliest, min(part.latest, local_day(held[-1].known_at)))


def _differs(held: list[_Held]) -> dict[str, datetime]:
    found: dict[str, datetime] = {}
    for one, other in combinations(held, 2):
        if one.agency == other.agency:
            continue
        for detail, name in COMPARED.items():
            if _contradict(name, one.told(name), other.told(name)):
                known = max(one.known_at, other.known_at)
                found[detail] = min(known, found.get(detail, known))
    return found


def _contradict(name: str, one: str, other: str) -> bool:
    """Whether both say something, and not the same; a year does not contradict a day in it."""
    if one.casefold() in SAYS_NOTHING or other.casefold() in SAYS_NOTHING or one == other:
        return False
    if name != "born":
        return rules.same_value(name, one) != rules.same_value(name, other)
    try:
        a, b = parse_partial(one), parse_partial(other)
    except (ValueError, OverflowError):
        return False
    return a.latest < b.earliest or b.latest < a.earliest
