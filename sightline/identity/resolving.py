"""Working out who arriving people are, a bite at a time: a handful of queries however many there are.

What is told of somebody becomes a likeness; the matcher says who is like it, the bands what that comes to, and a pair
keeps it. Who is whom follows from the pairs that stand (`linking`). Whoever is told of as before is not matched again. The
entry is never held up: it stands on its own source identity, whatever waits.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from uuid import UUID

from sightline.agencies.queries import machine, partnership
from sightline.agencies.types import AgencyInfo
from sightline.identity import indexing, rules
from sightline.identity.bands import GIVEN_TWICE, JOINS, Rules, in_force, stricter, verdict
from sightline.identity.judging import Pairs, Turn, holds
from sightline.identity.linkage.likeness import likeness_of
from sightline.identity.linkage.names import family_tokens, tokens
from sightline.identity.linkage.types import Likeness, Score
from sightline.identity.linking import relink
from sightline.identity.locations import knowing
from sightline.identity.matcher import Matcher, Other
from sightline.identity.models import Link, Possible, SourceIdentity, Version
from sightline.identity.own_numbers import OwnNumbers
from sightline.identity.protected import brought
from sightline.identity.quality import automatic_joining
from sightline.identity.types import Resolved
from sightline.intake.types import Details
from sightline.sharing.reading import Reading
from sightline.timescales.london import local_day
from sightline.timescales.moment import now
from sightline.vault.actions import Erased, Keyring, digester
from sightline.vault.adding import add_objects, change, new
from sightline.vault.taking import taken

TICK = timedelta(microseconds=1)
NOTHING = Turn(None)
Told = tuple[str, Details, Sequence[str]]  # who sends, what is told of somebody, and of their family (`kin_of`)


@lru_cache(maxsize=8)
def _in_force(definition: str, day: object) -> Rules:
    return in_force(partnership().matching, day)  # type: ignore[arg-type]


@dataclass(slots=True)
class _Judged:
    """What matching somebody came to."""

    joined: bool = False
    waiting: tuple[UUID, ...] = ()


class Resolver:
    """Resolves the people of one bite. `resolve` each, then `save` once, in the caller's transaction.

    What it opens of others' identities it opens as the declared matching machine, through the gate: what no rule gives
    that machine takes no part, and each bite leaves one ledger record of what was opened.
    """

    def __init__(self, keyring: Keyring, by: str, agencies: Mapping[str, AgencyInfo]) -> None:
        self.keyring, self.by, self.agencies = keyring, by, agencies
        self._reading = Reading(machine("matching-machine"), "identity")
        self._matcher = Matcher(keyring, reading=self._reading, agencies=agencies)
        self._rules = _in_force(self._reading.definition.hash, local_day(now()))
        self._automatic = automatic_joining(self._reading.definition)
        self._pairs = Pairs(self._rules, self._matcher.model.id, keyring.ids)
        self.moved: set[UUID] = set()  # people whose source identities are others now, or were
        self._rows: dict[UUID, SourceIdentity] = {}
        self._person: dict[UUID, UUID] = {}  # where it is not what was read
        self._details: dict[UUID, Details] = {}  # the latest that was known
        self._known: dict[UUID, datetime] = {}  # since when
        self._guards: dict[UUID, str] = {}  # the strictest of each person
        self._made_at = now()
        self._new: dict[UUID, SourceIdentity] = {}
        self._changed: dict[UUID, SourceIdentity] = {}
        self._versions: list[Version] = []
        self._links: list[Link] = []
        self._likeness: dict[UUID, Likeness] = {}  # to be written
        self._places: dict[UUID, indexing.Place] = {}  # what is written
        self._of_details = digester("details")
        self._told: dict[int, tuple[Details, str]] = {}  # by the object itself, and its digest
        self._thought: dict[tuple[int, Sequence[str], int], tuple[object, object, Likeness]] = {}
        self._own = OwnNumbers(self._rows, self._details, self._details_digest, self._learn, self._rules.generation)
        self._beside: set[UUID] = set()  # who stands on the record whose people are resolved now
        self._protected = knowing.known()  # None while nothing is
        self._brought: dict[UUID, set[UUID]] = {}  # who came with a protected value, and of which locations
        self.brought: list[tuple[UUID, UUID]] = []  # of those kept, a location and who came with it for the first time

    # --- reading, before the first is resolved --------------------------------------------------------

    def prepare(self, people: Sequence[Told]) -> None:
        """Reads, in a few queries, everything that resolving these people may need."""
        self._own.read(people)
        self.keyring.fetch(row.key for row in self._rows.values())
        self._own.open(people)
        told: list[tuple[SourceIdentity | None, Details, Sequence[str]]] = []
        for agency, details, kin in people:
            there = self._own.under(agency, details)[0]
            if there is None or kin or there.details != self._details_digest(details):
                told.append((there, details, kin))  # what is told as it is held need not be opened
        again = {there.id: there for there, _, _ in told if there is not None}
        self._learn(list(again.values()))
        self._alike(again)
        asked: list[Likeness] = []
        for there, details, kin in told:
            before = self._held(there.id) if there is not None else None
            if there is not None:
                details = self._details.get(there.id, Details()).told_again(details)
            asked.append(self._likeness_of(details, kin=kin, before=before))
        self._matcher.read(asked, but=[there.id if there is not None else None for there, _, _ in told])
        self._pairs.read(again)

    def _learn(self, some: Sequence[SourceIdentity]) -> None:
        """Opens the latest details that a sender told of these."""
        some = [row for row in some if row.id not in self._details and self._matcher.may_open(row.agency)]
        if not some:
            return
        versions = Version.objects.filter(identity_id__among=[row.id for row in some])
        ordered = taken(versions.order_by("known_at", "recorded_at"), "identity_id", "id", "known_at", "body")
        latest = {identity: (version, known, body) for identity, version, known, body in ordered}
        self.keyring.fetch(row.key for row in some)
        for identity, (version, known, body) in latest.items():
            self._matcher.note(identity, self._rows[identity].agency)
            self._known[identity] = known
            with suppress(Erased):
                self._details[identity] = Details.from_dict(self.keyring.open(body, f"identity|{version}"))

    def _alike(self, identities: Iterable[UUID]) -> None:
        """What is in the index of these."""
        for identity, other in self._matcher.known(identities).items():
            if other.alike:
                self._places.setdefault(identity, indexing.Place(other.alike, other.likeness))

    def _held(self, identity: UUID) -> Likeness | None:
        """What is compared of a source identity now."""
        if identity in self._likeness:
            return self._likeness[identity]
        if identity not in self._places:
            self._alike([identity])
        return self._places[identity].likeness if identity in self._places else None

    def _likeness_of(self, details: Details, *, kin: Sequence[str] = (), before: Likeness | None = None) -> Likeness:
        """What is compared of somebody; never where they must not be found."""
        at = id(details), tuple(kin), id(before)  # first to look for others, then to compare and to keep
        if at not in self._thought:
            told = self._protected.without(details) if self._protected is not None else details
            self._thought[at] = details, before, likeness_of(told, kin=kin, before=before)
        return self._thought[at][2]

    def _details_digest(self, details: Details) -> str:
        found = self._told.get(id(details))
        if found is None:
            found = self._told[id(details)] = details, self._of_details(repr(details.as_dict()))
        return found[1]

    def likeliest(self, details: Details, among: Sequence[UUID]) -> UUID | None:
        """Which of these kept source identities the same sender most likely means again; None where none is like it.

        Two of given name, family name and birth date must agree, and neither the given name nor a national identifier may
        differ: a correction that puts a twin in somebody's place makes a new source identity. Where the whole name and birth
        date are the same, it is the number that is put right.
        """
        unread = [i for i in among if i not in self._details]
        for row in SourceIdentity.objects.filter(id__among=unread):
            self._rows.setdefault(row.id, row)
        self._learn([self._rows[i] for i in unread if i in self._rows])
        best: tuple[int, UUID] | None = None
        for identity in among:
            if identity not in self._details:
                continue
            compared = rules.compare(details, self._details[identity])
            alike = len({"given-name", "family-name", "birth-date"} & set(compared.agree)) >= 2
            other = {"given-name", *(() if _named_alike(details, self._details[identity]) else ("nhs-number", "upn"))}
            other &= set(compared.differ)
            if alike and not other and (best is None or len(compared.agree) > best[0]):
                best = (len(compared.agree), identity)
        return best[1] if best else None

    # --- one person -----------------------------------------------------------------------------------

    def another_record(self) -> None:
        """Whoever is resolved from now on stands on another record than those before."""
        self._beside.clear()

    def resolve(
        self,
        agency: str,
        details: Details,
        *,
        known_at: datetime,
        item: UUID | None,
        there: UUID | None = None,
        kin: Sequence[str] = (),
        guard: str = "",
    ) -> Resolved:
        """`there`: the source identity that it is, where the caller knows. `kin`: family told with them (`kin_of`).
        `guard`: how what is told guards them (`guards.mark` keeps it, in the same transaction)."""
        kept, local, before = (
            (self._rows[there], None, None) if there is not None else self._own.under(agency, details, self._beside)
        )
        if kept is not None:
            kept.guard = stricter(kept.guard, guard)
            self._beside.add(kept.id)
            return self._again(kept, details, known_at, item, kin)
        self._made_at = max(now(), self._made_at + TICK)  # whoever came first is first, however fast others follow
        person = self.keyring.ids()
        identity = new(
            SourceIdentity,
            id=self.keyring.ids(),
            agency=agency,
            local=local,
            key=self.keyring.make("subject"),
            person=person,
            origin=person,
            guard=guard,
            details=self._details_digest(details),
            made_at=self._made_at,
            unborn=bool(details.expected and not details.born),
        )
        self._new[identity.id] = self._rows[identity.id] = identity
        self._person[identity.id] = person
        self._guards[person] = guard  # nobody else is this person yet
        self._own.add(identity)
        self._beside.add(identity.id)
        self._pairs.new(identity.id)
        self._hold(identity, details, known_at, item)
        judged = self._match(identity, self._likeness_of(details, kin=kin), known_at, fresh=True, before=before)
        return Resolved(identity.id, identity.key, self._person[identity.id], True, judged.joined, True, judged.waiting)

    def _again(
        self, there: SourceIdentity, details: Details, known_at: datetime, item: UUID | None, kin: Sequence[str]
    ) -> Resolved:
        if not self.keyring.has(
            there.key
        ):  # erased: what is told from now on has a key of its own, what was stays gone
            there.key, there.details = self.keyring.make("subject"), ""
            self._changed[there.id] = there
        held, aged, late = self._details_digest(details), False, False
        if there.details != held:  # what the sender left out this time it still holds: only what it gives replaces
            if there.id not in self._details:
                self._learn([there])
            then = self._details.get(there.id, Details())
            details = then.told_again(details)
            held = self._details_digest(details)
            aged = (then.born, then.expected) != (details.born, details.expected)
        changed, judged = there.details != held, _Judged()
        if changed:
            there.unborn, there.details = bool(details.expected and not details.born), held
            self._changed[there.id] = there
            late = known_at < self._known.get(there.id, known_at)  # sent earlier, come later: no news
            self._hold(there, details, known_at, item)
            before = self._held(there.id)
            likeness = self._likeness_of(details, kin=kin, before=before)
            if late and there.id in self._details:
                likeness = self._likeness_of(self._details[there.id], before=likeness)
            judged = self._match(there, likeness, known_at)
        elif kin and (before := self._held(there.id)) is not None and not set(kin) <= set(before.kin):
            judged = self._match(there, self._likeness_of(details, kin=kin, before=before), known_at)
        person = self._person_of(there.id)
        return Resolved(there.id, there.key, person, False, judged.joined, changed, judged.waiting, aged, late)

    def _hold(self, identity: SourceIdentity, details: Details, known_at: datetime, item: UUID | None) -> None:
        version = new(
            Version, id=self.keyring.ids(), identity_id=identity.id, known_at=known_at, recorded_at=now(), item=item
        )
        version.body = self.keyring.seal(details.as_dict(), [identity.key], f"identity|{version.id}")
        self._versions.append(version)
        if self._protected is not None and (places := self._protected.brought(details)):
            self._brought.setdefault(identity.id, set()).update(places)
        if known_at >= self._known.get(identity.id, known_at):  # what was sent earlier and comes later is no news
            self._known[identity.id], self._details[identity.id] = known_at, details

    def _person_of(self, identity: UUID) -> UUID:
        return self._person[identity] if identity in self._person else self._rows[identity].person

    # --- who is like them -----------------------------------------------------------------------------

    def _match(
        self,
        identity: SourceIdentity,
        likeness: Likeness,
        at: datetime,
        *,
        fresh: bool = False,
        before: SourceIdentity | None = None,
    ) -> _Judged:
        """Judges everybody who is like them, and everybody of whom a pair with them stands or waits. `fresh`: nobody has
        heard of them before. `before`: who had the sender's own number until now, like them or not."""
        others = self._matcher.others_like(likeness, but=identity.id)
        own = self._matcher.hold(
            identity.id, identity.agency, identity.guard, self._person_of(identity.id), identity.made_at, likeness
        )
        self._likeness[identity.id] = likeness
        if not fresh and (paired := self._pairs.around(identity.id)):
            there = {other.identity for other, _ in others}
            more = list(self._matcher.known(i for i in paired if i not in there).values())
            others += zip(more, self._matcher.scores(likeness, more), strict=True)
        if before is not None and all(other.identity != before.id for other, _ in others):
            more = list(self._matcher.known([before.id]).values())
            others += zip(more, self._matcher.scores(likeness, more), strict=True)
        edges: list[tuple[Other, Possible]] = []
        against, lost, waiting = [], False, []
        for other, score in others:
            one_number = before is not None and other.identity == before.id
            turn = self._judge(own, other, score, at, fresh=fresh, one_number=one_number)
            if turn.edge and turn.pair is not None and holds(turn.pair):
                edges.append((other, turn.pair))
            elif turn.edge:
                lost = True
            elif turn.against:
                against.append(other)
            if turn.pair is not None and turn.pair.state == "waiting":
                waiting.append(other.identity)
        persons = {self._now(other) for other, _ in edges}
        near = [other for other in against if self._now(other) in (persons or {self._person_of(identity.id)})]
        evidence = tuple(edges[0][1].agree) if edges else ()
        if not fresh:
            if edges or lost or near:
                reason = "identifiers-agree" if edges else "no-longer-agrees"
                return _Judged(self._relink(identity.id, at, reason, evidence), tuple(waiting))
            return _Judged(False, tuple(waiting))
        if len(persons) == 1 and not near:  # as `relink` would say, without asking: nothing else hangs on somebody new
            self._person[identity.id] = identity.person = persons.pop()
            self._made_at = max(self._made_at, *(other.made_at + TICK for other, _ in edges))
            identity.made_at = own.made_at = self._made_at
            self._link(identity, at, "identifiers-agree", evidence)
            return _Judged(True, tuple(waiting))
        self._link(identity, at, "first-seen", ())
        joined = bool(edges) and self._relink(identity.id, at, "identifiers-agree", evidence)
        return _Judged(joined, tuple(waiting))

    def _now(self, other: Other) -> UUID:
        """The person whom another is now."""
        return self._person.get(other.identity, other.person)

    def _judge(
        self, own: Other, other: Other, score: Score, at: datetime, *, fresh: bool, one_number: bool = False
    ) -> Turn:
        pair = None if fresh else self._pairs.around(own.identity).get(other.identity)
        a, b = own.likeness, other.likeness
        one_number = one_number or pair is not None and GIVEN_TWICE in pair.why
        number = one_number or a.nhs and a.nhs == b.nhs or a.upn and a.upn == b.upn
        if pair is None and not number and score.bits < self._rules.possible:
            return NOTHING
        guard, agencies = stricter(own.guard, other.guard), (own.agency, other.agency)
        if pair is not None and pair.state == "joined":  # a guard lets nothing new in and takes nothing apart
            found = verdict(self._rules, a, b, score, agencies=agencies, one_number=one_number)
        else:
            alone = self._automatic
            found = verdict(
                self._rules, a, b, score, agencies=agencies, guard=guard, automatic=alone, one_number=one_number
            )
            if found.band == JOINS and (strict := self._strictest(own.identity, other)):
                found = verdict(self._rules, a, b, score, agencies=agencies, guard=strict)
        return self._pairs.judge(own.identity, other.identity, found, score, guard=guard, at=at)

    def guards_changed(self, persons: Iterable[UUID]) -> None:
        """Somebody of these people was guarded just now: they are read anew."""
        for person in persons:
            self._guards.pop(person, None)

    def _strictest(self, identity: UUID, other: Other) -> str:
        """The strictest guard of everybody who is one person with either."""
        persons = {self._person_of(identity), self._now(other)}
        if not persons <= self._guards.keys():
            persons_here = {self._now(one) for one in self._matcher.opened} | persons
            unread = persons_here - self._guards.keys()
            self._guards.update(dict.fromkeys(unread, ""))
            guarded = SourceIdentity.objects.filter(person__among=unread).exclude(guard="")
            for person, guard in taken(guarded, "person", "guard"):
                self._guards[person] = stricter(self._guards[person], guard)
        return stricter(*(self._guards[person] for person in persons))

    def _link(self, identity: SourceIdentity, at: datetime, reason: str, evidence: Sequence[str]) -> None:
        self._links.append(
            new(
                Link,
                id=self.keyring.ids(),
                identity_id=identity.id,
                person=self._person_of(identity.id),
                at=at,
                by=self.by,
                reason=reason,
                evidence=list(evidence),
            )
        )

    def _relink(self, identity: UUID, at: datetime, reason: str, evidence: Sequence[str]) -> bool:
        """Writes what there is and lets everybody whom it may concern follow the pairs. Whether this one moved."""
        self._write()
        moved = relink([identity], by=self.by, at=at, reason=reason, evidence=evidence)
        for one, (before, after) in moved.items():
            self._person[one] = after
            self.moved |= {before, after}
            self._guards.pop(before, None)
            self._guards.pop(after, None)
        return identity in moved

    # --- writing --------------------------------------------------------------------------------------

    def save(self) -> None:
        """Writes everything resolved, in bulk."""
        self._write()
        if self._reading.noted:
            self._reading.about = "match"
            self._reading.close()

    def _write(self) -> None:
        self.keyring.save()
        add_objects(list(self._new.values()))
        again = [row for row in self._changed.values() if row.id not in self._new]
        for column in ("details", "unborn", "key"):
            change(SourceIdentity, column, [(row.id, getattr(row, column)) for row in again])
        add_objects(self._versions)
        if self._brought:
            self.brought += brought(self._brought, self.by)
            self._brought = {}
        self._write_index()
        add_objects(self._links)
        self._pairs.write()
        self._new, self._changed, self._versions, self._links = {}, {}, [], []

    def _write_index(self) -> None:
        made, changed = {}, {}
        for identity, likeness in self._likeness.items():
            key = self._rows[identity].key
            if identity in self._places:
                changed[identity] = (key, likeness, self._places[identity])
            else:
                made[identity] = (key, likeness)
        if unread := [identity for identity in made if identity not in self._new]:
            indexing.drop(unread)  # what was there cannot be read: its key was destroyed
        for identity, number in indexing.write(made, changed, self.keyring).items():
            self._places[identity] = indexing.Place(number, self._likeness[identity])
        for identity in changed:
            self._places[identity] = self._places[identity]._replace(likeness=self._likeness[identity])
        self._likeness = {}


def _named_alike(one: Details, other: Details) -> bool:
    """Whether two tell the same whole name and the same whole birth date."""
    names = [(tokens(of.given), family_tokens(of.family)) for of in (one, other)]
    return names[0] == names[1] and all(names[0]) and len(one.born) == 10 and one.born == other.born
