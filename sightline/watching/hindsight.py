"""What each agency knew alone and when, and what the whole would have shown: for a review or a practice audit alone.

Nobody saw the whole then. What stands here says nothing of what somebody ought to have known: it shows at which gap
between agencies something was lost, so that the gap is closed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sightline.agencies.rules import may
from sightline.agencies.types import AgencyInfo
from sightline.chronology.queries import of_person
from sightline.chronology.types import EntryView
from sightline.definition.outcomes import Decision, Missing, Refused
from sightline.identity.queries import identities_of
from sightline.sharing.reading import Reading
from sightline.sharing.standing import trusted
from sightline.sharing.types import Level
from sightline.signals.queries import among
from sightline.signals.types import RaisedSignal

PERMISSION = "see-hindsight"
REVIEWING = frozenset({"reviewer", "auditor"})


@dataclass(frozen=True, slots=True)
class Alone:
    """What one agency held of the child by itself: when it first knew anything, how much, and what that alone showed."""

    agency: AgencyInfo
    first: datetime
    last: datetime
    entries: int
    kinds: tuple[tuple[str, int], ...]  # (kind of record, how many), most first
    patterns: tuple[RaisedSignal, ...]  # that its own entries alone complete


@dataclass(frozen=True, slots=True)
class Whole:
    """A pattern that all entries together complete: since when it was there to be seen, had all been seen at once."""

    pattern: RaisedSignal
    agencies: tuple[AgencyInfo, ...]  # whose entries it rests on
    cited: tuple[EntryView, ...]  # oldest first
    alone: (
        tuple[AgencyInfo, datetime] | None
    )  # the agency that could have seen it by itself, and from when; None: none could
    lost: timedelta | None  # how long after the whole showed it; None: nobody alone ever could


@dataclass(frozen=True, slots=True)
class Hindsight:
    """All of it. `closed`: how many entries the reader may not read in full, of which patterns know nothing."""

    person: UUID
    entries: tuple[EntryView, ...]  # in the order in which they became known
    alone: tuple[Alone, ...]  # in the order in which the agencies first knew of the child
    whole: tuple[Whole, ...]  # the earliest first
    closed: int


def of_child(reading: Reading, person: UUID) -> Hindsight:
    """Hindsight of one child. Raises Refused for a role that has no part in reviews, Missing for a child whom the reader
    does not review or audit: as for nobody."""
    allowed = may(reading.actor, PERMISSION, reading.definition)
    if not allowed:
        raise Refused(allowed)
    with trusted("view-hindsight"):  # ids alone: whether this is theirs to review
        ids = [row.id for row in identities_of(person)]
    reading.learn_ties(ids)
    if not ids or not reading.ties(ids) & REVIEWING:
        raise Missing
    if reading.actor.machine:
        raise Refused(Decision(False, "not-permitted", "Hindsight is for people who review."))
    reading.about = "view-hindsight"
    entries = of_person(reading, person).entries
    readable = [entry for entry in entries if entry.level is Level.FULL]
    by_agency: dict[str, list[EntryView]] = {}
    for entry in readable:
        by_agency.setdefault(entry.agency.id, []).append(entry)
    return gathered(
        person,
        entries,
        among(reading, readable),
        {agency: among(reading, own) for agency, own in by_agency.items()},
    )


def gathered(
    person: UUID,
    entries: Iterable[EntryView],
    whole: Iterable[RaisedSignal],
    alone: Mapping[str, Sequence[RaisedSignal]],
) -> Hindsight:
    """Pure: `whole` are the patterns among all entries that are read in full, `alone` those among each agency's own."""
    entries = sorted(entries, key=lambda entry: (entry.known_at, entry.happened))
    readable = [entry for entry in entries if entry.level is Level.FULL]
    own: dict[str, list[EntryView]] = {}
    for entry in readable:
        own.setdefault(entry.agency.id, []).append(entry)
    first_of = {str(entry.first): entry for entry in readable}
    found = []
    for pattern in sorted(whole, key=lambda one: one.since):
        cited = sorted(
            (first_of[first] for first in pattern.citing if first in first_of), key=lambda entry: entry.happened
        )
        by_itself = min(
            (
                (raised.since, agency)
                for agency, some in alone.items()
                for raised in some
                if raised.signal == pattern.signal
            ),
            default=None,
        )
        sole = (own[by_itself[1]][0].agency, by_itself[0]) if by_itself else None
        found.append(
            Whole(
                pattern,
                tuple({entry.agency.id: entry.agency for entry in cited}.values()),
                tuple(cited),
                sole,
                max(by_itself[0] - pattern.since, timedelta()) if by_itself else None,
            )
        )
    return Hindsight(
        person,
        tuple(entries),
        tuple(_alone(some, alone.get(agency, ())) for agency, some in own.items()),
        tuple(found),
        len(entries) - len(readable),
    )


def _alone(entries: Sequence[EntryView], patterns: Sequence[RaisedSignal]) -> Alone:
    kinds: dict[str, int] = {}
    for entry in entries:
        kinds[entry.title] = kinds.get(entry.title, 0) + 1
    return Alone(
        entries[0].agency,
        entries[0].known_at,
        entries[-1].known_at,
        len(entries),
        tuple(sorted(kinds.items(), key=lambda pair: (-pair[1], pair[0]))),
        tuple(patterns),
    )
