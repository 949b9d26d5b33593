"""Protected locations: a refuge, a moved family, a placement that must stay secret; and how somebody may safely be reached.

A location has a row and a key of its own, and named recipients (ties of kind `holder`, whose subject is the location's
id). From the moment it is protected its value is masked wherever it would show, for everybody (`veiling`), and is no
longer in the index, so that no search finds anybody by it. A recipient may have it revealed, on the record; somebody
else only together with a second worker.

Not for: what leaves the house. That is `release`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db import transaction

from sightline.agencies.one_person import same_person
from sightline.agencies.queries import agencies, partnership, workers
from sightline.agencies.rules import may
from sightline.agencies.types import Actor, AgencyInfo
from sightline.definition.outcomes import Conflict, Decision, Invalid, Missing, Refused
from sightline.definition.types import Fault
from sightline.identity.bands import PROTECTED
from sightline.identity.guards import mark
from sightline.identity.locations import unindexing, veiling
from sightline.identity.locations.near import HOLDER, circle, kept_for, protected_of
from sightline.identity.locations.reaching import Answer, safe_to_contact, say_safe
from sightline.identity.locations.values import as_dict, from_dict, open_values
from sightline.identity.locations.veiling import ring_words
from sightline.identity.models import LocationEnded, LocationOf, ProtectedLocation, SourceIdentity
from sightline.identity.queries import seen
from sightline.ledger.actions import write
from sightline.sharing.actions import tie, untie
from sightline.sharing.queries import held_between, holders_of, ties_of
from sightline.sharing.reading import Reading
from sightline.sharing.release import Scanner, Value
from sightline.sharing.rules import holders
from sightline.sharing.types import Level
from sightline.timescales.moment import now
from sightline.vault.actions import CannotOpen, Keyring

__all__ = [
    "Answer",
    "Location",
    "Revealed",
    "end",
    "of",
    "open_values",
    "protect",
    "reveal",
    "safe_to_contact",
    "say_safe",
    "share_with",
]

KINDS = {
    "home": "Where they live",
    "refuge": "A refuge",
    "placement": "A placement",
    "school": "A school or nursery",
    "gp": "A doctor’s practice",
    "work": "A place of work",
    "phone": "A telephone number",
    "email": "An e-mail address",
    "vehicle": "A vehicle",
    "other": "Another place",
}
ENDING = "ending"  # the tie of the first of two who end one
ERASURE = "erasure"  # by whom a protection ended when nobody is left whom it protects
ENDING_HOLDS = timedelta(days=7)
FEWEST_WORDS = 20  # characters of a reason
NOT_A_RECIPIENT = "This location is protected, and you are not one of those named for it. Ring {ring}."


@dataclass(frozen=True, slots=True)
class Location:
    """That a location is protected, as whoever sees the person may know it: never the value."""

    id: UUID
    kind: str
    title: str
    since: datetime
    ring: AgencyInfo
    recipient: bool  # whether this reader may have it revealed
    ended: datetime | None = None

    @property
    def says(self) -> str:
        return f"protected: ring {ring_words(self.ring)}"


@dataclass(frozen=True, slots=True)
class Revealed:
    """A protected location in the clear, for the length of one page."""

    id: UUID
    kind: str
    title: str
    value: Value
    because: str
    since: datetime

    @property
    def lines(self) -> tuple[str, ...]:
        told = (*self.value.lines, self.value.postcode) if self.value.lines else (self.value.text, self.value.postcode)
        return tuple(line for line in told if line)


def _not_a_recipient(row: ProtectedLocation) -> Refused:
    """They are told whom to ring."""
    ring = agencies().get(row.ring) or AgencyInfo(row.ring, "", row.ring)
    return Refused(Decision(False, "protected", NOT_A_RECIPIENT.format(ring=ring_words(ring))))


def _agreed(location: UUID, by: Actor, agreed_by: Actor) -> None:
    """Whether the second person is another, and one who may agree. Raises Refused."""
    if same_person(by.id, agreed_by.id):
        raise Refused(
            Decision(False, "second-person-needed", "A second worker must agree: you cannot agree with yourself.")
        )
    if not is_recipient(location, agreed_by):
        _require(agreed_by, "confirm")


def _require(by: Actor, permission: str) -> None:
    decision = may(by, permission, partnership())
    if not decision:
        raise Refused(decision)


def _record(
    verb: str,
    by: Actor,
    ids: Iterable[object],
    *,
    kind: str = "change",
    purpose: str = "safeguarding",
    **detail: object,
) -> None:
    write(
        kind=kind,
        verb=verb,
        actor=by.id,
        acting_for=by.agency,
        purpose=purpose,
        policy=partnership().hash,
        outcome="allowed" if kind == "read" else "done",
        ids=ids,
        detail=detail,
    )


def _sees(by: Actor, rows: Sequence[SourceIdentity]) -> bool:
    if by.machine:
        return True
    sights = seen(Reading(by, "safeguarding"), rows)
    return all(row.id in sights and sights[row.id].level >= Level.HEADLINE for row in rows)


def _family_of_seen(by: Actor, rows: Sequence[SourceIdentity]) -> bool:
    """Whether somebody sees one of these people, and the others are of that one's family: a child's worker protects where
    the mother lives, whom they may not see by herself."""
    if by.machine:
        return True
    sights = seen(Reading(by, "safeguarding"), rows)
    visible = {row.person for row in rows if row.id in sights and sights[row.id].level >= Level.HEADLINE}
    return bool(visible) and {row.person for row in rows} <= circle(visible)


def _recipients(asked: Iterable[str]) -> list[str]:
    """The holders that are meant. Raises Invalid for one that is nobody's."""
    found, faults = [], []
    known = {f"agency:{a}" for a in agencies()} | {f"team:{t}" for t in partnership().team}
    names = {w.username: w.id for w in workers()} | {w.id: w.id for w in workers()}
    for one in dict.fromkeys(asked):
        kind, _, who = one.partition(":")
        if kind == "worker" and who in names:
            found.append(f"worker:{names[who]}")
        elif one in known:
            found.append(one)
        else:
            faults.append(
                Fault(path="recipients", found=one, expected="worker:…, team:… or agency:… of the partnership")
            )
    if not found and not faults:
        faults.append(Fault(path="recipients", expected="at least one named recipient", code="needed"))
    if faults:
        raise Invalid(faults)
    return found


@transaction.atomic
def protect(
    *,
    value: Value,
    kind: str,
    recipients: Sequence[str],
    because: str,
    by: Actor,
    identities: Sequence[UUID] = (),
    person: UUID | None = None,
    ring: str = "",
) -> UUID:
    """Protects a value from now on, for these source identities (or all of a person). Returns the location's id.

    `kind`: one of `KINDS`; `recipients`: holders (`worker:<id or username>`, `team:…`, `agency:…`) who may have it revealed;
    `ring`: the agency to ring about it, by default the one that protects. Raises Refused without the right, Missing where
    somebody may not be seen, Invalid for a value or a recipient that is none, Conflict where it is protected already.
    """
    _require(by, "protect-location")
    rows = list(
        SourceIdentity.objects.filter(person=person)
        if person is not None
        else SourceIdentity.objects.filter(id__among=list(identities))
    )
    if not rows or len(rows) < len(set(identities)) or not _family_of_seen(by, rows):
        raise Missing
    if kind not in KINDS:
        raise Invalid([Fault(path="kind", found=kind, expected=", ".join(KINDS))])
    if not (value.text or value.lines or value.postcode or value.uprn or value.point):
        raise Invalid([Fault(path="value", expected="the address, number or name to protect", code="needed")])
    if len(because.strip()) < FEWEST_WORDS:
        raise Invalid(
            [Fault(path="because", expected=f"why it must be kept secret, in at least {FEWEST_WORDS} characters")]
        )
    named, keyring = _recipients(recipients), Keyring()
    _not_again(value, rows, by)
    ring = ring or by.agency
    location = ProtectedLocation(id=uuid4(), kind=kind, key=keyring.make("location"), ring=ring, at=now(), by=by.id)
    location.body = keyring.seal(
        as_dict(value) | {"because": because.strip()}, [location.key], f"location|{location.id}"
    )
    keyring.save()
    location.save(force_insert=True)
    near = SourceIdentity.objects.filter(person__among=circle({row.person for row in rows}))
    ids, scanner = {row.id for row in rows}, Scanner([value])
    # Whoever near them is told to live there, or to have that number, is protected as they are.
    ids |= set(unindexing.who_brings(scanner, [row.id for row in near if row.id not in ids]))
    LocationOf.objects.bulk_create(LocationOf(location=location, identity_id=i, at=location.at, by=by.id) for i in ids)
    tie([(holder, HOLDER, location.id, location.at, None, None) for holder in named])
    mark({row.id: PROTECTED for row in rows}, by=by.id, because=scanner.redacted(because))
    unindexing.again(list(ids))
    _record("protect-location", by, [location.id, *sorted(ids, key=str)], kind_of=kind, recipients=len(named))
    return location.id


def of(reading: Reading, rows: Sequence[SourceIdentity]) -> list[Location]:
    """What is protected of these people, as far as this reader sees them at all. The value is never in it.

    Of somebody whom a later record brought there and who is no family of those whom it is kept for, only to a recipient: the
    same location on two people's pages would tell whoever made one of them up where the other lives.
    """
    visible = [i for i, sight in seen(reading, rows).items() if sight.level >= Level.HEADLINE]
    ids = (
        set(LocationOf.objects.filter(identity_id__among=visible).values_list("location_id", flat=True))
        if visible
        else set()
    )
    if not ids:
        return []
    ended = dict(LocationEnded.objects.filter(location_id__among=ids).values_list("location_id", "at"))
    reading.learn_ties(list(ids))
    found, shown = [], set(visible)
    persons = {row.person for row in rows if row.id in shown}
    for row in ProtectedLocation.objects.filter(id__among=ids).order_by("-at"):
        ring = reading.agencies.get(row.ring) or AgencyInfo(row.ring, "", row.ring)
        recipient = HOLDER in reading.ties([row.id])
        if not recipient and persons.isdisjoint(kept_for(row.id)):
            continue
        found.append(Location(row.id, row.kind, KINDS[row.kind], row.at, ring, recipient, ended.get(row.id)))
    return found


def any_of(reading: Reading, identities: Collection[UUID]) -> bool:
    """Whether anything is protected now of whoever these source identities are, which the caller may see. Nothing is asked
    of the database while nothing is protected anywhere."""
    if not veiling.of(reading).there:
        return False
    ended = LocationEnded.objects.values("location_id")
    return LocationOf.objects.filter(identity_id__among=list(identities)).exclude(location_id__in=ended).exists()


def named_for(identities: Collection[UUID]) -> list[str]:
    """The inboxes of whoever is named for a location that is protected now of these source identities: for telling them, and
    never to be shown to whoever is not named."""
    ended = LocationEnded.objects.values("location_id")
    rows = LocationOf.objects.filter(identity_id__among=list(identities)).exclude(location_id__in=ended)
    found, moment = sorted(set(rows.values_list("location_id", flat=True)), key=str), now()
    if not found:
        return []
    return sorted({one.holder for one in held_between(found, moment, moment) if one.kind == HOLDER and one.at(moment)})


def _location(location: UUID, by: Actor, *, lock: bool = False) -> tuple[ProtectedLocation, list[SourceIdentity]]:
    """A location that is protected now, and whose it is. Raises Missing also where none of them may be seen."""
    rows = ProtectedLocation.objects.select_for_update() if lock else ProtectedLocation.objects
    found = rows.filter(id=location).first()
    if found is None or LocationEnded.objects.filter(location=location).exists():
        raise Missing
    people = list(
        SourceIdentity.objects.filter(id__in=LocationOf.objects.filter(location=location).values("identity_id"))
    )
    return found, people


def is_recipient(location: UUID, by: Actor) -> bool:
    """Whether somebody is named for a location, now."""
    return location in ties_of(holders(by), HOLDER)


def _not_again(value: Value, rows: Sequence[SourceIdentity], by: Actor) -> None:
    """Raises Conflict where a location of which somebody is a recipient holds this value already. Nobody else is told:
    that would answer a guess."""
    mine = ties_of(holders(by), HOLDER)
    there = [row for row in protected_of({row.person for row in rows}) if row.id in mine]
    same = Scanner([value])
    for one in open_values(there, Keyring()).values():
        if any(found.how != "fuzzy" for found in same.found("\n".join((one.text, *one.lines, one.postcode)))):
            raise Conflict("This is protected already, and you are named for it. Nothing was changed.")


def brought(identities: Mapping[UUID, set[UUID]], by: str) -> list[tuple[UUID, UUID]]:
    """Later records brought these values of somebody: {source identity: locations}. They are protected as well from now
    on. In the caller's transaction. Returns what is new: pairs of a location and a source identity (`locations.told`)."""
    there = set(
        LocationOf.objects.filter(identity_id__among=list(identities)).values_list("location_id", "identity_id")
    )
    new = [(place, i) for i, places in identities.items() for place in places if (place, i) not in there]
    if not new:
        return []
    moment = now()
    LocationOf.objects.bulk_create(LocationOf(location_id=p, identity_id=i, at=moment, by=by) for p, i in new)
    mark({i: PROTECTED for _, i in new}, by=by)
    return new


def forget(identities: Collection[UUID]) -> list[UUID]:
    """Before somebody is erased: the keys of the locations that protect nobody else, which go with theirs. Ids of keys."""
    touched = set(LocationOf.objects.filter(identity_id__among=list(identities)).values_list("location_id", flat=True))
    others = LocationOf.objects.filter(location_id__among=touched).exclude(identity_id__in=list(identities))
    alone = touched - set(others.values_list("location_id", flat=True))
    untie(kind=HOLDER, subjects=alone)
    over = set(LocationEnded.objects.filter(location_id__among=alone).values_list("location_id", flat=True))
    moment = now()
    LocationEnded.objects.bulk_create(LocationEnded(location_id=i, at=moment, by=ERASURE) for i in alone - over)
    return list(ProtectedLocation.objects.filter(id__among=alone).values_list("key", flat=True))


def recipients(location: UUID) -> list[str]:
    """In words, who is named for a location: for a page that only those see who are."""
    people, known, teams = {w.id: w.name for w in workers()}, agencies(), partnership().team
    found = []
    for one in holders_of(location, HOLDER):
        kind, _, who = one.holder.partition(":")
        if kind == "worker":
            found.append(people.get(who, "somebody who has left"))
        elif kind == "team":
            found.append(f"everybody in the team {teams[who].title if who in teams else who}")
        else:
            found.append(f"everybody at {known[who].title if who in known else who}")
    return found


def person_of(location: UUID) -> UUID:
    """Somebody whom a location protects: for the way back from its page. Raises Missing."""
    of_it = LocationOf.objects.filter(location=location).order_by("at", "id")  # the first are those whom it is kept for
    found = of_it.values_list("identity__person", flat=True).first()
    if found is None:
        raise Missing
    return found


def ask_to_end(location: UUID, *, by: Actor) -> None:
    """The first of two: a recipient says that the protection should end. It holds for a week. Raises Refused, Missing."""
    _require(by, "protect-location")
    row, _ = _location(location, by)
    if not is_recipient(location, by):
        raise _not_a_recipient(row)
    moment = now()
    with transaction.atomic():
        tie([(f"worker:{by.id}", ENDING, location, moment, moment + ENDING_HOLDS, None)])
        _record("ask-to-end-protection", by, [location])


def asked_to_end(location: UUID) -> list[tuple[str, datetime]]:
    """Who has said in the last week that a protection should end: ids of workers, the first first."""
    return [(one.holder.removeprefix("worker:"), one.since) for one in holders_of(location, ENDING)]


def ring_for(location: UUID) -> AgencyInfo:
    """Whom to ring about a location, day and night."""
    row = ProtectedLocation.objects.filter(id=location).first()
    if row is None:
        raise Missing
    return agencies().get(row.ring) or AgencyInfo(row.ring, "", row.ring)


@transaction.atomic
def reveal(location: UUID, *, by: Actor, purpose: str, because: str = "", agreed_by: Actor | None = None) -> Revealed:
    """The value in the clear, for one worker and one purpose, on the record.

    For a recipient; for somebody else only where a second worker who may confirm agrees (`agreed_by`), and sees the person
    as they do. The page asks for the password again before it calls this. Raises Missing (nothing there, or a person whom
    they may not see), Refused (`protected`: not a recipient; `second-person-needed`; `not-permitted`).
    """
    row, people = _location(location, by)
    recipient = is_recipient(location, by)
    if not recipient:
        if not _sees(by, people[:1]):
            raise Missing
        if agreed_by is None:
            raise _not_a_recipient(row)
        _agreed(location, by, agreed_by)
    keyring = Keyring()
    keyring.fetch([row.key])
    try:
        told = keyring.open(bytes(row.body), f"location|{row.id}")
    except CannotOpen as error:  # erased: nothing of it can be read again
        raise Missing from error
    _record(
        "reveal-location",
        by,
        [row.id, *(one.id for one in people)],
        kind="read",
        purpose=purpose,
        recipient=recipient,
        persons=sorted({str(one.person) for one in people}),
        **({"agreed_by": agreed_by.id} if agreed_by else {}),
    )
    return Revealed(
        row.id, row.kind, KINDS[row.kind], replace(from_dict(told, row.id), id=""), told.get("because", ""), row.at
    )


@transaction.atomic
def share_with(location: UUID, *, recipients: Sequence[str] = (), no_longer: Sequence[str] = (), by: Actor) -> None:
    """Names further recipients, and takes others off, at once. By a recipient. Raises Refused, Missing, Invalid."""
    _require(by, "protect-location")
    row, _ = _location(location, by, lock=True)
    if not is_recipient(location, by):
        raise _not_a_recipient(row)
    if recipients:
        tie([(holder, HOLDER, location, now(), None, None) for holder in _recipients(recipients)])
    for holder in no_longer:
        untie(kind=HOLDER, subjects=[location], holder=holder)
    _record("name-recipients", by, [location], added=len(recipients), removed=len(no_longer))


@transaction.atomic
def end(location: UUID, *, because: str, by: Actor, agreed_by: Actor) -> None:
    """Ends the protection: two recipients, or one and somebody who may confirm. What was masked shows again from now on.

    Raises Refused (`second-person-needed`, `not-permitted`, `protected`), Missing, Conflict where it has ended already.
    """
    _require(by, "protect-location")
    row, people = _location(location, by, lock=True)
    if not is_recipient(location, by):
        raise _not_a_recipient(row)
    _agreed(location, by, agreed_by)
    keyring = Keyring()
    keyring.fetch([row.key])
    if not keyring.has(row.key):
        raise Conflict("It was erased. There is nothing left to show.")
    ended = LocationEnded(id=uuid4(), location=row, at=now(), by=by.id, agreed_by=agreed_by.id)
    ended.because = keyring.seal(because.encode(), [row.key], f"ended|{ended.id}")
    ended.save(force_insert=True)
    untie(kind=ENDING, subjects=[location])
    unindexing.again([one.id for one in people])
    _record("end-protection", by, [location, *(one.id for one in people)], agreed_by=agreed_by.id)
