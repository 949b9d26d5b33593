"""Working out who arriving people are, a bite at a time: a handful of queries however many there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from sightline.agencies.queries import machine
from sightline.agencies.types import AgencyInfo
from sightline.identity import rules
from sightline.identity.models import Link, Possible, SourceIdentity, Trait, Version
from sightline.identity.types import Resolved
from sightline.intake.types import Details
from sightline.sharing.reading import Reading
from sightline.sharing.types import Label, Level
from sightline.timescales.moment import now
from sightline.vault.actions import Erased, Keyring, digest
from sightline.vault.adding import add, add_objects, new

MOST_CANDIDATES = 50


def _merged(before: Details, given: Details) -> Details:
    """What a sender holds after an update: what it gives now, and what it gave before where it is silent."""
    now_given = {k: tuple(v) if k == "lines" else v for k, v in given.as_dict().items()}
    return replace(before, **now_given)


class Resolver:
    """Resolves the people of one bite. `resolve` each, then `save` once, in the caller's transaction.

    What it opens of others' identities it opens as the declared matching machine, through the gate: what no rule gives
    that machine takes no part, and each bite leaves one ledger record of what was opened.
    """

    def __init__(self, keyring: Keyring, by: str, agencies: Mapping[str, AgencyInfo]) -> None:
        self.keyring, self.by, self.agencies = keyring, by, agencies
        self._reading = Reading(machine("matching-machine"), "identity")
        self._local: dict[tuple[str, str], SourceIdentity] = {}
        self._by_trait: dict[str, list[UUID]] = defaultdict(list)  # of this bite's own people
        self._stored: dict[str, list[UUID]] = {}
        self._rows: dict[UUID, SourceIdentity] = {}
        self._details: dict[UUID, Details] = {}  # the latest that was known
        self._known: dict[UUID, datetime] = {}  # since when
        self._found_by: dict[UUID, set[str]] = {}  # who was told of in this bite: by which digests they are found now
        self._new: list[SourceIdentity] = []
        self._changed: dict[UUID, SourceIdentity] = {}
        self._versions: list[Version] = []
        self._traits: list[tuple[UUID, str, str]] = []  # source identity, kind, digest
        self._forget: list[UUID] = []
        self._links: list[Link] = []
        self._possible: dict[tuple[UUID, UUID], Possible] = {}
        self._digests: dict[tuple[str, str], str] = {}

    def _digest(self, kind: str, value: str) -> str:
        key = (kind, value)
        if key not in self._digests:
            self._digests[key] = digest(kind, value)
        return self._digests[key]

    def _local_digest(self, agency: str, details: Details) -> str | None:
        return self._digest("local", f"{agency}|{rules.number(details.local_id)}") if details.local_id else None

    def prepare(self, people: Sequence[tuple[str, Details]]) -> None:
        """Reads, in a few queries, everything that resolving these people may need."""
        locals_ = {d for agency, details in people if (d := self._local_digest(agency, details))}
        senders = {agency for agency, _ in people}  # the index begins with the sender
        for row in SourceIdentity.objects.filter(agency__among=senders, local__among=locals_):
            self._local[(row.agency, row.local or "")] = row
            self._rows[row.id] = row
        self.keyring.fetch(row.key for row in self._rows.values())
        told = [
            (self._local.get((agency, self._local_digest(agency, details) or "-")), details)
            for agency, details in people
        ]
        told = [
            (there, details)
            for there, details in told
            if there is None or there.details != self._details_digest(details)
        ]
        self._learn(
            list({there.id for there, _ in told if there is not None})
        )  # what is told as it is held need not be opened
        wanted: set[str] = set()
        for there, details in told:
            if there is not None:
                details = _merged(self._details.get(there.id, Details()), details)
            wanted |= {self._digest(kind, value) for kind, value in rules.traits(details) if kind in rules.MATCHING}
        self._look_up(wanted)

    def _look_up(self, wanted: set[str]) -> None:
        """Reads whoever is kept under these digests."""
        self._stored.update((d, []) for d in wanted)
        for digest_, identity in Trait.objects.filter(digest__among=wanted).values_list("digest", "identity_id"):
            if len(self._stored[digest_]) < MOST_CANDIDATES:
                self._stored[digest_].append(identity)
        missing = [i for i in {i for ids in self._stored.values() for i in ids} if i not in self._details]
        for row in SourceIdentity.objects.filter(id__among=[i for i in missing if i not in self._rows]):
            self._rows[row.id] = row
        self._learn(missing)

    def _learn(self, identities: Sequence[UUID]) -> None:
        """Opens the latest details of these kept identities: two queries."""
        if not identities:
            return
        identities = [i for i in identities if self._may_open(self._rows[i])]
        versions = Version.objects.filter(identity_id__among=identities).order_by("known_at", "recorded_at")
        rows = versions.values_list("identity_id", "id", "known_at", "body")
        latest = {identity: (version, known, body) for identity, version, known, body in rows}
        self.keyring.fetch(self._rows[i].key for i in identities)
        for identity, (version, known, body) in latest.items():
            self._known[identity] = known
            with suppress(Erased):
                self._details[identity] = Details.from_dict(self.keyring.open(body, f"identity|{version}"))

    def _may_open(self, row: SourceIdentity) -> bool:
        agency = self.agencies.get(row.agency)
        label = Label("identity", row.agency, agency.kind if agency else "", "ordinary", (row.id,))
        sight = self._reading.policy.decide(label, ())
        self._reading.note(row.id, sight)
        return sight.level is Level.FULL

    def _details_digest(self, details: Details) -> str:
        return self._digest("details", repr(details.as_dict()))

    def likeliest(self, details: Details, among: Sequence[UUID]) -> UUID | None:
        """Which of these kept source identities the same sender most likely means again; None where none is like it.

        Two of given name, family name and birth date must agree, and neither the given name nor a national identifier may
        differ: a correction that puts a twin in somebody's place makes a new source identity.
        """
        unread = [i for i in among if i not in self._details]
        for row in SourceIdentity.objects.filter(id__among=unread):
            self._rows.setdefault(row.id, row)
        self._learn(unread)
        best: tuple[int, UUID] | None = None
        for identity in among:
            if identity not in self._details:
                continue
            compared = rules.compare(details, self._details[identity])
            alike = len({"given-name", "family-name", "birth-date"} & set(compared.agree)) >= 2
            other = {"given-name", "nhs-number", "upn"} & set(compared.differ)
            if alike and not other and (best is None or len(compared.agree) > best[0]):
                best = (len(compared.agree), identity)
        return best[1] if best else None

    def resolve(
        self, agency: str, details: Details, *, known_at: datetime, item: UUID | None, there: UUID | None = None
    ) -> Resolved:
        """`there`: the source identity that it is, where the caller knows."""
        local = self._local_digest(agency, details)
        kept = self._rows[there] if there is not None else self._local.get((agency, local or "-"))
        if kept is not None:
            return self._again(kept, details, known_at, item)
        identity = new(
            SourceIdentity,
            id=self.keyring.ids(),
            agency=agency,
            local=local,
            key=self.keyring.make("subject"),
            person=(alone := self.keyring.ids()),
            origin=alone,
            details=self._details_digest(details),
            made_at=known_at,
            unborn=bool(details.expected and not details.born),
        )
        self._new.append(identity)
        self._rows[identity.id] = identity
        if local:
            self._local[(agency, local)] = identity
        self._hold(identity, details, known_at, item)
        joined, waiting = self._match(identity, details, known_at, first=True)
        self._index(identity.id, details)
        return Resolved(identity.id, identity.key, identity.person, True, joined, True, waiting)

    def _again(self, there: SourceIdentity, details: Details, known_at: datetime, item: UUID | None) -> Resolved:
        if not self.keyring.has(
            there.key
        ):  # erased: what is told from now on has a key of its own, what was told stays gone
            there.key, there.details = self.keyring.make("subject"), ""
        held = self._details_digest(details)
        if there.details != held:  # what the sender left out this time it still holds: only what it gives replaces
            details = _merged(self._details.get(there.id, Details()), details)
            held = self._details_digest(details)
        changed, joined, waiting = there.details != held, False, ()
        if changed:
            there.unborn, there.details = bool(details.expected and not details.born), held
            self._changed[there.id] = there
            self._hold(there, details, known_at, item)
            self._forget.append(there.id)
            joined, waiting = self._match(there, details, known_at, first=False)
            self._index(there.id, details)
        return Resolved(there.id, there.key, there.person, False, joined, changed, waiting)

    def _hold(self, identity: SourceIdentity, details: Details, known_at: datetime, item: UUID | None) -> None:
        version = new(Version, id=self.keyring.ids(), identity_id=identity.id, known_at=known_at, recorded_at=now(), item=item)
        version.body = self.keyring.seal(details.as_dict(), [identity.key], f"identity|{version.id}")
        self._versions.append(version)
        if known_at >= self._known.get(identity.id, known_at):  # what was sent earlier and comes later is no news
            self._known[identity.id], self._details[identity.id] = known_at, details

    def _index(self, identity: UUID, details: Details) -> None:
        found = {(kind, self._digest(kind, value)) for kind, value in rules.traits(details)}
        if identity in self._forget:
            self._traits = [t for t in self._traits if t[0] != identity]
        self._found_by[identity] = {digest_ for kind, digest_ in found if kind in rules.MATCHING}
        for kind, digest_ in sorted(found):
            self._traits.append((identity, kind, digest_))
            if kind in rules.MATCHING:
                self._by_trait[digest_].append(identity)

    def _candidates(self, identity: UUID, details: Details) -> list[UUID]:
        """Who else is found by what is said of somebody now, whether they came in this bite or before it."""
        digests = {self._digest(kind, value) for kind, value in rules.traits(details) if kind in rules.MATCHING}
        if unread := digests - self._stored.keys():  # what several in this bite said, taken together
            self._look_up(unread)
        found = dict.fromkeys(
            i for d in sorted(digests) for i in (*self._stored[d], *self._by_trait.get(d, ())) if i != identity
        )
        return [i for i in found if i not in self._found_by or not digests.isdisjoint(self._found_by[i])][
            :MOST_CANDIDATES
        ]

    def _match(
        self, identity: SourceIdentity, details: Details, known_at: datetime, *, first: bool
    ) -> tuple[bool, tuple[UUID, ...]]:
        joined, waiting = False, []
        same: list[tuple[UUID, tuple[str, ...]]] = []
        for other in self._candidates(identity.id, details):
            if other not in self._details or self._rows[other].person == identity.person and not first:
                continue
            compared = rules.compare(details, self._details[other])
            if compared.verdict == "same":
                same.append((other, compared.agree))
            elif compared.verdict == "possible":
                waiting.append((other, compared))
        persons = {self._rows[other].person for other, _ in same}
        if len(persons) == 1 and (first or self._alone(identity) and not self._told_apart(identity, *persons)):
            identity.person, joined = persons.pop(), True
            most = max((agree for _, agree in same), key=lambda agree: (len(agree), agree))
            self._link(identity, known_at, "identifiers-agree", most)
        elif first:
            self._link(identity, known_at, "first-seen", ())
        if persons and not joined:
            # The number now says that two people, already apart, are one: never joined without a person.
            waiting += [
                (other, rules.compare(details, self._details[other]))
                for other, _ in same
                if self._rows[other].person != identity.person
            ]
        for other, compared in waiting:
            if self._rows[other].person == identity.person:
                continue
            one, two = sorted((identity.id, other), key=str)
            self._possible.setdefault(
                (one, two),
                Possible(
                    one_id=one, other_id=two, agree=list(compared.agree), differ=list(compared.differ), at=known_at
                ),
            )
        return joined, tuple(other for other, _ in waiting)

    def _alone(self, identity: SourceIdentity) -> bool:
        """Whether nobody else is this person yet and nobody decided so: then an identifier that arrives late may join it."""
        others = SourceIdentity.objects.filter(person=identity.person).exclude(id=identity.id)
        decided = Link.objects.filter(identity=identity, reason__in=("decided", "separated"))
        return (
            not others.exists()
            and not decided.exists()
            and not any(row.person == identity.person and row.id != identity.id for row in self._rows.values())
        )

    def _told_apart(self, identity: SourceIdentity, person: UUID) -> bool:
        """Whether somebody has decided that they are not this person: no message undoes that."""
        theirs = SourceIdentity.objects.filter(person=person).values("id")
        apart = Q(one=identity.id, other__in=theirs) | Q(other=identity.id, one__in=theirs)
        return Possible.objects.filter(apart, state="different").exists()

    def _link(self, identity: SourceIdentity, at: datetime, reason: str, evidence: Sequence[str]) -> None:
        self._links.append(
            new(
                Link,
                id=self.keyring.ids(),
                identity_id=identity.id,
                person=identity.person,
                at=at,
                by=self.by,
                reason=reason,
                evidence=list(evidence),
            )
        )

    def save(self) -> None:
        """Writes everything resolved, in bulk. The keyring must be saved by the caller, before."""
        add_objects(self._new)
        fresh = {row.id for row in self._new}
        again = [row for row in self._changed.values() if row.id not in fresh]
        SourceIdentity.objects.bulk_update(again, ["details", "unborn", "person", "key"])
        if forget := [i for i in self._forget if i not in fresh]:
            Trait.objects.filter(identity__in=forget).delete()
        add_objects(self._versions)
        add(Trait, ("identity_id", "kind", "digest"), self._traits)
        add_objects(self._links)
        Possible.objects.bulk_create(self._possible.values(), ignore_conflicts=True)
        if self._reading.noted:
            self._reading.about = "match"
            self._reading.close()
