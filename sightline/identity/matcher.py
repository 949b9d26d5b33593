"""Who may be this person: candidates by the keys of a likeness, opened and scored. Nothing is kept in memory between uses.

Two reads however many are asked about: the first follows each key as far as `DEEP` people, the second brings the sealed
likenesses of the best candidates together with what opens them. What is not stored yet (people of the same bite) is
held beside it (`hold`), so that a bite of many sees what bites of one would have seen.

Raw SQL, because this is asked for each arriving person among millions: what Django makes of rows would cost more than
the question.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import starmap, zip_longest
from math import log2
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from sightline.agencies.types import AgencyInfo
from sightline.identity.indexing import digests, digests_of, opened
from sightline.identity.linkage.comparing import Prepared, prepared
from sightline.identity.linkage.keys import keys_asked
from sightline.identity.linkage.model import Model
from sightline.identity.linkage.publishing import current_model
from sightline.identity.linkage.scoring import score_prepared
from sightline.identity.linkage.types import Key as Said
from sightline.identity.linkage.types import Likeness, Score
from sightline.sharing.reading import Reading
from sightline.sharing.types import Label, Level, Sight
from sightline.vault.actions import CannotOpen, Keyring

DEEP = 200  # people read of one key: whoever shares it with more is hardly told apart by it
MOST = 40  # candidates opened for one that is asked about
FAR_LESS, MUCH = 0.25, 45.0  # of the best one's points; points of some three keys that few people share
AT_ONCE = 4000  # keys in one statement

_KEYS = {
    # The 200th of a key bounds what is read of it: SQLite has no LATERAL.
    "sqlite": f"""
        SELECT k."key", k."alike" FROM json_each(%s) AS j CROSS JOIN "identity_key" AS k
        WHERE k."key" = j.value AND k."alike" <= COALESCE((SELECT "alike" FROM "identity_key" WHERE "key" = j.value
        ORDER BY "alike" LIMIT 1 OFFSET {DEEP - 1}), 9223372036854775807)""",
    "postgresql": f"""
        SELECT j.value, k."alike" FROM unnest(%s::bigint[]) AS j(value)
        CROSS JOIN LATERAL (SELECT "alike" FROM "identity_key" WHERE "key" = j.value ORDER BY "alike" LIMIT {DEEP}) AS k""",
}
_LIKENESSES = """
    SELECT a.id, a.identity_id, a.body, s.agency, s.guard, s.key, v.wrapped, s.person, s.made_at, g.kind
    FROM {given} "identity_alike" AS a
    JOIN "identity_sourceidentity" AS s ON s.id = a.identity_id JOIN "vault_key" AS v ON v.id = s.key
    LEFT JOIN "agencies_agency" AS g ON g.id = s.agency WHERE a.{column} {among}"""


@dataclass(slots=True)
class Other:
    """A source identity as matching knows it. `alike` is where its likeness is kept; 0 while it is not."""

    identity: UUID
    agency: str
    guard: str
    person: UUID
    made_at: datetime
    alike: int
    likeness: Likeness
    prepared: Prepared = field(repr=False)
    digests: frozenset[int] | None = None  # under which it is found now, where that is not what is stored


class Near(NamedTuple):
    """Somebody like whoever was asked about, and how much."""

    identity: UUID
    agency: str
    likeness: Likeness
    score: Score
    guard: str


class Matcher:
    """Finds and scores candidates for the length of one bite or request.

    `reading`: the passage through the gate by which others' details are opened; whom it does not let this actor read in
    full takes no part. What is opened is noted on it; the caller closes it.
    """

    def __init__(
        self,
        keyring: Keyring,
        *,
        model: Model | None = None,
        reading: Reading | None = None,
        agencies: Mapping[str, AgencyInfo] | None = None,
    ) -> None:
        self.keyring, self.reading = keyring, reading
        self._kinds = {agency.id: agency.kind for agency in (agencies or {}).values()}
        self._model = model
        self._stored: dict[int, list[int]] = {}  # digest: numbers of stored likenesses
        self._held: dict[int, list[UUID]] = defaultdict(list)  # digest: who is held beside them
        self._gone: set[int] = set()  # numbers of stored likenesses in whose place another is held
        self._others: dict[int | UUID, Other | None] = {}  # by number, or who is held; None where it takes no part
        self._by_identity: dict[UUID, Other] = {}
        self._agencies: dict[str, Sight] = {}
        self._asked: dict[Likeness, tuple[int, ...]] = {}

    @property
    def model(self) -> Model:
        if self._model is None:
            self._model = current_model()
        return self._model

    def like(self, asked: Sequence[Likeness], *, most: int = MOST) -> list[list[Near]]:
        """For each likeness whoever is like it, best first, at most `most`."""
        self.read(asked, most=most)
        return [self.near(one, most=most) for one in asked]

    def read(self, asked: Sequence[Likeness], *, most: int = MOST, but: Sequence[UUID | None] = ()) -> None:
        """Brings everything into hand that `near` needs for these: two reads, however many they are. `but`: who each is
        itself, where it is known."""
        self._look_up({digest for one in asked for digest in self._digests(one)})
        each = dict.fromkeys(zip_longest(asked, but))
        self._open({place for one, itself in each for place in self._best(one, most, itself)} - self._others.keys())

    def near(self, one: Likeness, *, most: int = MOST) -> list[Near]:
        """Whoever is like this one, of what is in hand (`read`), best first."""
        return [Near(o.identity, o.agency, o.likeness, score, o.guard) for o, score in self.others_like(one, most=most)]

    def others_like(self, one: Likeness, *, most: int = MOST, but: UUID | None = None) -> list[tuple[Other, Score]]:
        """As `near`, as matching knows them. `but`: who it is itself."""
        if one not in self._asked or any(digest not in self._stored for digest in self._asked[one]):
            self.read([one], most=most, but=[but])
        best = self._best(one, most, but)
        if unread := [
            place for place in best if place not in self._others
        ]:  # since it was read, others of this bite have come between
            self._open(unread)
        others = [other for place in best if (other := self._others[place]) and other.identity != but]
        scores = zip(others, self.scores(one, others), strict=True)
        return sorted(scores, key=lambda pair: -pair[1].bits)[:most]

    def scores(self, one: Likeness, others: Sequence[Other]) -> list[Score]:
        return score_prepared(self.model, prepared(one), [other.prepared for other in others]) if others else []

    def hold(
        self, identity: UUID, agency: str, guard: str, person: UUID, made_at: datetime, likeness: Likeness
    ) -> Other:
        """From now on this is what is known of a source identity, whether or not it is stored."""
        before = self._by_identity.get(identity)
        number = before.alike if before else 0
        found = frozenset(digests_of(likeness))
        other = Other(identity, agency, guard, person, made_at, number, likeness, prepared(likeness), found)
        self._by_identity[identity] = self._others[identity] = other
        if number:  # it is found by what it is held by, not by what is stored
            self._gone.add(number)
        for digest in before.digests or () if before else ():
            self._held[digest].remove(identity)
        for digest in found:
            self._held[digest].append(identity)
        return other

    @property
    def opened(self) -> Iterable[Other]:
        """Everybody who is in hand."""
        return self._by_identity.values()

    def known(self, identities: Iterable[UUID]) -> dict[UUID, Other]:
        """These source identities themselves, as far as they are in the index and take part: one read."""
        wanted = list(dict.fromkeys(identities))
        unread = [identity for identity in wanted if identity not in self._by_identity]
        if unread:
            self._take(self._rows("identity_id", unread))
        return {identity: self._by_identity[identity] for identity in wanted if identity in self._by_identity}

    # --- reading --------------------------------------------------------------------------------------

    def _digests(self, one: Likeness) -> tuple[int, ...]:
        if one not in self._asked:
            self._asked[one] = tuple(dict.fromkeys(digests(keys_asked(one))))
        return self._asked[one]

    def _look_up(self, wanted: set[int]) -> None:
        unread = sorted(wanted - self._stored.keys())
        statement = _KEYS[connection.vendor]
        for start in range(0, len(unread), AT_ONCE):
            some = unread[start : start + AT_ONCE]
            self._stored.update((digest, []) for digest in some)
            with connection.cursor() as cursor:
                cursor.execute(statement, [json.dumps(some) if connection.vendor == "sqlite" else some])
                for digest, number in cursor.fetchall():
                    self._stored[digest].append(number)

    def _best(self, one: Likeness, most: int, but: UUID | None) -> list[int | UUID]:
        """Those who share most with it, a rare key counting for more than a common one: numbers of stored likenesses, and
        who is held. Whoever shares far less than the best is not worth opening, unless it is much in itself, or a number:
        one that is typed for somebody else shares nothing besides, and both are to be looked at.
        """
        points: dict[int | UUID, float] = {}
        numbered: set[int | UUID] = set()
        numbers = _numbers(one)
        gone = self._gone
        for digest in self._digests(one):
            stored, held = self._stored[digest], self._held.get(digest, ())
            if not stored and not held:  # so it is with most
                continue
            places: list[int | UUID] = [number for number in stored if number not in gone]
            places += held
            if places:
                weight = 20.0 - log2(len(places))
                for place in places:
                    points[place] = points.get(place, 0.0) + weight
                if digest in numbers:
                    numbered.update(places)
        if but is not None and but in self._by_identity:
            points.pop(but, None)
            points.pop(self._by_identity[but].alike, None)
        if not points:
            return []
        least = min(FAR_LESS * max(points.values()), MUCH)
        found = [place for place, many in points.items() if many >= least or place in numbered]
        if len(found) <= most:
            return found
        return sorted(found, key=lambda place: (place not in numbered, -points[place]))[:most]

    def _open(self, places: Iterable[int | UUID]) -> None:
        wanted = sorted(place for place in places if isinstance(place, int))
        if not wanted:
            return
        self._take(self._rows("id", wanted))
        for number in wanted:
            self._others.setdefault(number, None)  # erased meanwhile

    def _rows(self, column: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                kind = "uuid" if column == "identity_id" else "bigint"
                cursor.execute(
                    _LIKENESSES.format(given="", column=column, among=f"= ANY(%s::{kind}[])"), [list(values)]
                )
                return cursor.fetchall()
            plain = json.dumps([value.hex if isinstance(value, UUID) else value for value in values])
            cursor.execute(
                _LIKENESSES.format(given="json_each(%s) AS j CROSS JOIN", column=column, among="= j.value"), [plain]
            )
            return [
                (
                    *row[:1],
                    UUID(row[1]),
                    *row[2:5],
                    UUID(row[5]),
                    row[6],
                    UUID(row[7]),
                    row[8].replace(tzinfo=UTC),
                    row[9],
                )
                for row in cursor.fetchall()
            ]

    def _take(self, rows: Iterable[tuple[Any, ...]]) -> None:
        for number, identity, body, agency, guard, key, wrapped, person, made_at, kind in rows:
            self._kinds.setdefault(agency, kind or "")
            if identity in self._by_identity or not self.may_open(agency):
                continue
            self.keyring.take([(key, wrapped)])
            try:
                likeness = opened(self.keyring, identity, bytes(body))
            except CannotOpen:
                continue
            other = Other(identity, agency, guard, person, made_at, number, likeness, prepared(likeness))
            self._others[number] = self._by_identity[identity] = other
            self.note(identity, agency)

    # --- the gate -------------------------------------------------------------------------------------

    def may_open(self, agency: str) -> bool:
        """Whether what this agency holds of people may be opened here, in full."""
        return self.reading is None or self._sight(agency).level is Level.FULL

    def note(self, identity: UUID, agency: str) -> None:
        """Records that it was opened."""
        if self.reading is not None:
            self.reading.note(identity, self._sight(agency))

    def _sight(self, agency: str) -> Sight:
        assert self.reading is not None
        if agency not in self._agencies:
            if agency not in self._kinds:
                known = self.reading.agencies.get(agency)
                self._kinds[agency] = known.kind if known else ""
            label = Label("identity", agency, self._kinds[agency], "ordinary", ())
            self._agencies[agency] = self.reading.policy.decide(label, ())
        return self._agencies[agency]


def _numbers(one: Likeness) -> frozenset[int]:
    """The digests of the national numbers in a likeness."""
    told = ((kind, value) for kind, value in (("nhs", one.nhs), ("upn", one.upn)) if value)
    return frozenset(digests(starmap(Said, told)))
