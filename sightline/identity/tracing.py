"""How source identities stand to each other, by ids alone: for stages above, which pass the gate themselves.

And who saw what because two were taken for one (`seen_because`), for whoever has found that they are not.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from sightline.agencies.queries import workers
from sightline.identity.linking import circle
from sightline.identity.match_queries import WAITING
from sightline.identity.match_types import KEPT, OPEN
from sightline.identity.models import Link, Possible, SourceIdentity, Version
from sightline.identity.types import Resolved
from sightline.intake.types import Details
from sightline.ledger.queries import Read, reads_of
from sightline.sharing.queries import Held, held_between
from sightline.sharing.rules import of_role
from sightline.timescales.moment import now
from sightline.vault.actions import Erased, Keyring


def waiting_between(one: Collection[UUID], other: Collection[UUID]) -> list[tuple[UUID, UUID, UUID]]:
    """Matches that wait for a person between these source identities and those: (match, identity, identity)."""
    rows = Possible.objects.filter(WAITING, Q(one__in=one, other__in=other) | Q(one__in=other, other__in=one))
    return list(rows.order_by("at", "id").values_list("id", "one", "other"))


def decided_between(one: UUID, other: UUID) -> bool:
    """Whether somebody has decided about just these two source identities."""
    both = Q(one=one, other=other) | Q(one=other, other=one)
    return Possible.objects.filter(both, decided_at__isnull=False, state__in=("same", "different", KEPT)).exists()


def halves(one: UUID, other: UUID) -> set[tuple[UUID, str, bool]]:
    """What waits for a second worker between the people of these two: (match, guard, whether it opens what was sealed)."""
    persons = SourceIdentity.objects.filter(id__in=(one, other)).values_list("person", flat=True)
    own = SourceIdentity.objects.filter(person__in=list(persons)).values_list("id", flat=True)
    rows = Possible.objects.filter(Q(state="half") | Q(state=KEPT, proposed=OPEN), one__in=list(own), other__in=list(own))
    return {(id_, guard, state == KEPT) for id_, guard, state in rows.values_list("id", "guard", "state")}


def ends_of(possible: UUID) -> tuple[UUID, ...]:
    """The two source identities of a pair; empty where there is no such pair."""
    return tuple(Possible.objects.filter(id=possible).values_list("one_id", "other_id").first() or ())


def circle_of(identities: Iterable[UUID]) -> set[UUID]:
    """Everybody whom a decision about these may make somebody else: all who hang together with them by pairs that hold."""
    return set(circle(identities).rows)


def as_resolved(identities: Iterable[UUID]) -> dict[UUID, Resolved]:
    """Source identities that are there already, as resolving them would answer."""
    return {
        row.id: Resolved(row.id, row.key, row.person, False, False, False)
        for row in SourceIdentity.objects.filter(id__in=list(identities))
    }


def details_of(identities: Iterable[UUID], keyring: Keyring) -> dict[UUID, Details]:
    """What each sender holds now, opened with the caller's keys: for matching and for the next version of a record,
    never for showing.
    """
    rows = {row.id: row for row in SourceIdentity.objects.filter(id__in=list(identities))}
    keyring.fetch(row.key for row in rows.values())
    found = {}
    for version in Version.objects.filter(identity__in=rows).order_by("known_at", "recorded_at"):
        with suppress(Erased):
            found[version.identity_id] = Details.from_dict(keyring.open(version.body, f"identity|{version.id}"))
    return found


# --- who saw what because two were taken for one ------------------------------------------------------

# Reading two side by side in order to say whether they are one shows both whether or not they were joined.
MATCHING = frozenset(
    ("match", "view-match", "view-matches", "view-join", "view-separate", "view-who-was-who", "view-seen-because")
)
MOST_SEEN = 1000


@dataclass(frozen=True, slots=True)
class Seen:
    """One response that showed somebody what they would not have been shown, had two people not been taken for one."""

    record: UUID  # in the ledger
    at: datetime
    actor: str  # id of the worker
    agency: str
    purpose: str
    verb: str  # what kind of response
    both: bool  # things of both on one page; else things of the one, to somebody who works with the other alone
    ids: tuple[UUID, ...]  # what of the two it showed; empty where there was too much to name


def together(one: Iterable[UUID], other: Iterable[UUID]) -> list[tuple[datetime, datetime | None, UUID]]:
    """When somebody of the one side was the same person as somebody of the other: from, until, and which person."""
    sides = [set(one), set(other)]
    stays: dict[UUID, list[tuple[datetime, datetime | None, UUID]]] = {}
    history: dict[UUID, list[tuple[datetime, UUID]]] = {}
    for identity, at, person in (
        Link.objects.filter(identity_id__among=list(sides[0] | sides[1]))
        .order_by("at", "id")
        .values_list("identity_id", "at", "person")
    ):
        history.setdefault(identity, []).append((at, person))
    for identity, links in history.items():
        ends: list[datetime | None] = [*(at for at, _ in links[1:]), None]
        stays[identity] = [(at, end, person) for (at, person), end in zip(links, ends, strict=True)]
    found = {
        (max(a[0], b[0]), _sooner(a[1], b[1]), a[2])
        for x in sides[0]
        for y in sides[1]
        for a in stays.get(x, ())
        for b in stays.get(y, ())
        if a[2] == b[2] and (b[1] is None or a[0] < b[1]) and (a[1] is None or b[0] < a[1])
    }
    return sorted(found, key=lambda stay: (stay[0], str(stay[2])))


def _sooner(one: datetime | None, other: datetime | None) -> datetime | None:
    return min((at for at in (one, other) if at is not None), default=None)


def seen_because(
    one_side: Iterable[UUID],
    other_side: Iterable[UUID],
    since: datetime | None = None,
    until: datetime | None = None,
    *,
    of_one: Iterable[UUID] = (),
    of_other: Iterable[UUID] = (),
    after: tuple[datetime, UUID] | None = None,
    limit: int = MOST_SEEN,
) -> list[Seen]:
    """Who saw what because source identities of two people were taken for one person, in the order in which they saw it.

    A response counts, while they were one person (between `since` and `until`, where given), that showed things of both
    sides; or things of one side to somebody whose only reason to see was a tie to the other. `of_one`, `of_other`: what
    is held of each besides (entries), by id. Machines, and whoever only compared the two, are left out. `after`: the
    moment and record of the last one read, for the next page. Whoever shows it is asked by what right, and records it.
    """
    sides = (frozenset(one_side), frozenset(other_side))
    things = (sides[0] | frozenset(of_one), sides[1] | frozenset(of_other))
    stays = [
        (max(start, since or start), min(end or now(), until or end or now()), person)
        for start, end, person in together(*sides)
    ]
    stays = [stay for stay in stays if stay[0] <= stay[1]]
    if not stays:
        return []
    begin, end = min(stay[0] for stay in stays), max(stay[1] for stay in stays)
    persons = {person for _, _, person in stays}
    ties = [held_between(side, begin, end) for side in sides]
    held_as = {one.id: frozenset({f"team:{one.team}", of_role(one.role, one.agency)}) for one in workers()}
    found: list[Seen] = []
    while len(found) < limit:
        reads = reads_of(things[0] | things[1] | persons, since=begin, until=end, after=after, limit=limit)
        for read in reads:
            seen = _seen(read, stays, things, ties, held_as) if read.actor in held_as and read.verb not in MATCHING else None
            if seen is not None:
                found.append(seen)
        if len(reads) < limit:
            break
        after = reads[-1].at, reads[-1].id
    return found[:limit]


def _seen(
    read: Read,
    stays: Sequence[tuple[datetime, datetime, UUID]],
    things: tuple[frozenset[UUID], frozenset[UUID]],
    ties: Sequence[Sequence[Held]],
    held_as: Mapping[str, frozenset[str]],
) -> Seen | None:
    """What one response showed because of it, if anything."""
    here = [person for start, end, person in stays if start <= read.at <= end]
    if not here:
        return None
    ids = {UUID(text) for text in read.ids}
    shown = [ids & of for of in things]
    whole = not ids and any(str(person) in read.persons for person in here)  # the page of both, too long to name
    both = whole or all(shown)
    if not both:
        holders = {f"worker:{read.actor}", f"agency:{read.acting_for}", *held_as[read.actor]}
        has = [any(tie.holder in holders and tie.at(read.at) for tie in side) for side in ties]
        if not any(shown[side] and has[1 - side] and not has[side] for side in (0, 1)):
            return None
    named = tuple(sorted(shown[0] | shown[1], key=str))
    return Seen(read.id, read.at, read.actor, read.acting_for, read.purpose, read.verb, both, named)
