"""Reading people. Details pass the gate; ids alone (for stages above, which pass it themselves) do not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from sightline.definition.outcomes import Missing
from sightline.identity import rules
from sightline.identity.bands import SEALED
from sightline.identity.locations import veiling
from sightline.identity.models import Link, Possible, Relation, SourceIdentity, Version
from sightline.identity.types import Held, Kin, Profile
from sightline.intake.types import Details
from sightline.sharing.own import Own
from sightline.sharing.reading import Reading
from sightline.sharing.standing import trusted
from sightline.sharing.types import Label, Level, Sight
from sightline.vault import taking
from sightline.vault.actions import CannotOpen
from sightline.vault.asking import Question, known_by

SHOWN = (
    "given",
    "family",
    "born",
    "expected",
    "sex",
    "ethnicity",
    "school",
    "postcode",
    "language",
    "nhs_number",
    "upn",
)


_OF_PEOPLE = Question(lambda persons: SourceIdentity.objects.filter(person__among=persons))
_IDS_OF_PEOPLE = Question(lambda persons: SourceIdentity.objects.filter(person__among=persons), "id")
_BY_ID = Question(lambda ids: SourceIdentity.objects.filter(id__among=ids))
_PERSONS = Question(lambda ids: SourceIdentity.objects.filter(id__among=ids), "id", "person")
_SAME = Question(
    lambda ids: SourceIdentity.objects.filter(person__in=SourceIdentity.objects.filter(id__among=ids).values("person")),
    "id",
    "person",
)


def identities_of(person: UUID, known_on: datetime | None = None) -> list[SourceIdentity]:
    """The source identities that are this person, now or as it was thought on a moment. For stages above."""
    if known_on is None:
        return rows_of([person])
    ever = Link.objects.filter(person=person, at__lte=known_on).values_list("identity", flat=True)
    latest: dict[UUID, UUID] = {}
    for identity, linked in (
        Link.objects.filter(identity__in=list(ever), at__lte=known_on).order_by("at").values_list("identity", "person")
    ):
        latest[identity] = linked
    return list(SourceIdentity.objects.filter(id__in=[i for i, linked in latest.items() if linked == person]))


def named_after(person: UUID) -> UUID:
    """The source identity after which somebody's page is named, and which keeps the page when others are separated from it: by it
    the page means a child. Raises Missing."""
    rows = rows_of([person])
    if not rows:
        raise Missing
    return min(rows, key=lambda row: (row.origin != person, row.made_at, str(row.id))).id


def identities_for(reading: Reading, person: UUID, known_on: datetime | None = None) -> list[SourceIdentity]:
    """The same, asked once a response: its chronology and its profile both begin with it."""
    asked = "identities", person, known_on
    if asked not in reading.once:
        reading.once[asked] = identities_of(person, known_on)
    found: list[SourceIdentity] = reading.once[asked]
    return found


def rows_of(persons: Iterable[UUID]) -> list[SourceIdentity]:
    """The source identities that are now these people. For stages above."""
    return _OF_PEOPLE.rows(set(persons))


def rows_for(reading: Reading, persons: Iterable[UUID]) -> list[SourceIdentity]:
    """The same, asked once a response about each: a line of the queue asks five times about its children."""
    wanted = list(dict.fromkeys(persons))
    known: dict[UUID, list[SourceIdentity]] = reading.once.setdefault("rows-of", {})
    if unknown := [person for person in wanted if person not in known]:
        known.update({person: [] for person in unknown})
        for row in rows_of(unknown):
            known[row.person].append(row)
    return [row for person in wanted for row in known[person]]


def ids_of(persons: Iterable[UUID]) -> list[UUID]:
    """The source identities that are now these people, by id alone. For stages above."""
    return [identity for (identity,) in _IDS_OF_PEOPLE(set(persons))]


def all_persons() -> list[UUID]:
    """Everybody, by id alone and in its order. For stages above."""
    return [person for (person,) in taking.taken(SourceIdentity.objects.order_by("person").distinct(), "person")]


def rows_by_id(identities: Iterable[UUID]) -> dict[UUID, SourceIdentity]:
    """These source identities, as far as they are there. For stages above."""
    return {row.id: row for row in _BY_ID.rows(set(identities))}


def persons_of(identities: Iterable[UUID]) -> dict[UUID, UUID]:
    """The current person of each source identity."""
    return dict(_PERSONS(set(identities)))  # type: ignore[arg-type]


def same_people(identities: Iterable[UUID]) -> tuple[dict[UUID, list[UUID]], dict[UUID, UUID]]:
    """All source identities of the people to whom these belong, by person; and of each of them the person. One query; ids
    only, for stages above."""
    same: dict[UUID, list[UUID]] = defaultdict(list)
    persons: dict[UUID, UUID] = {}
    with trusted("who-is-who"):
        for identity, person in _SAME(set(identities)):
            same[person].append(identity)
            persons[identity] = person
    return same, persons


def own_people(reading: Reading) -> Own:
    """What the reader holds now, with every source identity of the people whom they are tied to: a tie to one counts for all, as
    the gate takes it; and what is kept from them under one name is kept under all. For lists, so that what another agency tells
    of somebody's child stands on their list too. Asked once a response; where the ties are too many to say, as they are.
    """
    if "own-people" not in reading.once:
        own = reading.own
        if own.to:
            kept = own.kept or frozenset()
            same, persons = same_people(kept.union(*own.to.values()))

            def whole(some: Iterable[UUID]) -> frozenset[UUID]:
                return frozenset(other for one in some for other in (same[persons[one]] if one in persons else (one,)))

            to = {kind: whole(some) for kind, some in own.to.items()}
            own = replace(own, to=to, kept=whole(kept) if kept else own.kept)
        reading.once["own-people"] = own
    found: Own = reading.once["own-people"]
    return found


def label_of(identity: SourceIdentity, kinds: dict[str, str]) -> Label:
    handling = "sealed" if identity.guard == SEALED else "ordinary"
    return Label("identity", identity.agency, kinds.get(identity.agency, ""), handling, (identity.id,))


def seen(reading: Reading, rows: Sequence[SourceIdentity]) -> dict[UUID, Sight]:
    """Through the gate: which of these source identities may be read. A tie to one of a person's counts for all."""
    kinds = {a.id: a.kind for a in reading.agencies.values()}
    reading.learn_ties([row.id for row in rows])
    same: dict[UUID, list[UUID]] = defaultdict(list)
    for row in rows:
        same[row.person].append(row.id)
    found = {}
    for row in rows:
        sight = reading.see(label_of(row, kinds), also=same[row.person])
        if sight:
            found[row.id] = sight
    return found


def sealed_away(reading: Reading, rows: Sequence[SourceIdentity]) -> bool:
    """Whether all of somebody is sealed, and not for this reader: then nothing of theirs is there."""
    return bool(rows) and all(row.guard == SEALED for row in rows) and not seen(reading, rows)


def held(reading: Reading, rows: Sequence[SourceIdentity], known_on: datetime | None = None) -> list[Held]:
    """What each sender holds of these, as far as the gate lets it pass; noted on the reading."""
    found = held_with_sight(reading, rows, known_on)
    for one, sight in found:
        reading.note(one.identity, sight)
    return [one for one, _ in found]


_HELD = Question(
    lambda identities, known_on: Version.objects.filter(known_by(known_on), identity_id__among=identities).order_by(
        "known_at", "recorded_at"
    )
)


def held_with_sight(
    reading: Reading, rows: Sequence[SourceIdentity], known_on: datetime | None = None
) -> list[tuple[Held, Sight]]:
    """As `held`, for a caller that hands out some of these only, and notes those itself. At a headline only who somebody is."""
    sights = {i: sight for i, sight in seen(reading, rows).items() if sight.level >= Level.HEADLINE}
    visible = [row for row in rows if row.id in sights]
    latest: dict[UUID, Version] = {}
    for version in _HELD.rows([row.id for row in visible], known_on):
        latest[version.identity_id] = version
    reading.keyring.fetch(row.key for row in visible)
    veil, titles = (
        veiling.of(reading, {row.person for row in visible}),
        {a.id: a.title for a in reading.agencies.values()},
    )
    found = []
    for row in visible:
        version = latest.get(row.id)
        if version is None:
            continue
        try:
            details, erased = Details.from_dict(reading.keyring.open(version.body, f"identity|{version.id}")), False
        except CannotOpen:
            details, erased = Details(), True
        if sights[row.id].level < Level.FULL:
            details = rules.at_a_headline(details)
        shown = veil.details(details, titles)
        found.append((Held(row.id, row.agency, shown, version.known_at, erased), sights[row.id]))
    return sorted(found, key=lambda pair: pair[0].known_at)


def _profile(person: UUID, all_held: Sequence[Held], titles: dict[str, str]) -> Profile:
    best = {
        detail: rules.best([(str(getattr(h.details, detail)), rank) for rank, h in enumerate(all_held)])
        for detail in SHOWN
    }
    days = [(h.details.born, rank) for rank, h in enumerate(all_held) if len(h.details.born) == 10]
    best["born"] = rules.best(days) or best["born"]  # a day that one agency knows says more than what others guess
    address = next((h.details for h in reversed(all_held) if h.details.lines or h.details.postcode), Details())
    shown = {k: v for k, v in best.items() if v}
    different = rules.variants(((titles.get(h.agency, h.agency), h.details) for h in all_held), shown)
    school = best["school"]
    return Profile(
        person=person,
        name=" ".join(p for p in (best["given"], best["family"]) if p)
        or ("Name erased" if all_held and all(h.erased for h in all_held) else "Name not known"),
        given=best["given"],
        family=best["family"],
        born=best["born"],
        expected="" if best["born"] else best["expected"],
        sex=best["sex"],
        ethnicity=best["ethnicity"],
        school=titles.get(school, school),
        address=", ".join((*address.lines, address.postcode) if address.postcode else address.lines),
        language=best["language"],
        held=tuple(all_held),
        variants=tuple(different),
    )


def profile(reading: Reading, person: UUID, *, known_on: datetime | None = None) -> Profile:
    """Who somebody is, as several senders hold them. Raises Missing where nothing may be seen, or nobody is there."""
    found = held(reading, identities_for(reading, person, known_on), known_on)
    if not found:
        raise Missing
    return _profile(person, found, {a.id: a.title for a in reading.agencies.values()})


def names(reading: Reading, persons: Iterable[UUID]) -> dict[UUID, Profile]:
    """Profiles of several people in a handful of queries; those who may not be seen are left out."""
    return _names(reading, rows_for(reading, list(dict.fromkeys(persons))[:500]))


def _names(reading: Reading, rows: Sequence[SourceIdentity]) -> dict[UUID, Profile]:
    person_of = {row.id: row.person for row in rows}
    by_person: dict[UUID, list[Held]] = defaultdict(list)
    for one in held(reading, rows):
        by_person[person_of[one.identity]].append(one)
    titles = {a.id: a.title for a in reading.agencies.values()}
    return {person: _profile(person, all_held, titles) for person, all_held in by_person.items()}


INVERSE = {
    "parent": "child",
    "step-parent": "step-child",
    "carer": "cared for",
    "grandparent": "grandchild",
    "child": "parent",
}


def family(reading: Reading, person: UUID, identities: Sequence[UUID] = ()) -> list[Kin]:
    """The family that senders told us of, as far as this reader may see each of them; siblings through a shared parent.

    `identities`: the person's source identities, where the caller has them.
    """
    own = list(identities) or [row.id for row in identities_of(person)]
    here = Q(subject__in=own) | Q(object__in=own)
    parents = Relation.objects.filter(object__in=own, relation__in=("parent", "step-parent", "carer"))
    people = SourceIdentity.objects.filter(id__in=parents.values("subject")).values("person")
    theirs = Relation.objects.filter(subject__person__in=people, relation="parent").exclude(here)
    both = sorted(Relation.objects.filter(here).union(theirs), key=lambda r: r.known_at)  # in one query, each by its index
    told = [r for r in both if r.subject_id in own or r.object_id in own]
    shared = [r for r in both if r.subject_id not in own and r.object_id not in own]
    wanted = [
        (r.subject_id, r.relation, r.agency)
        if r.object_id in own
        else (r.object_id, INVERSE.get(r.relation, r.relation), r.agency)
        for r in told
    ]
    wanted += [(r.object_id, "sibling", r.agency) for r in shared]
    their_people = (
        SourceIdentity.objects.filter(id__in={i for i, _, _ in wanted}).exclude(person=person).values("person")
    )
    rows = list(SourceIdentity.objects.filter(person__in=their_people)) if wanted else []
    person_of = {row.id: row.person for row in rows}
    known = _names(reading, rows) if rows else {}
    titles = {a.id: a.title for a in reading.agencies.values()}
    found: dict[UUID, Kin] = {}
    for identity, relation, agency in wanted:
        their = person_of.get(identity)
        if their in known and their not in found and not all(one.erased for one in known[their].held):
            who = known[their]
            found[their] = Kin(their, relation, who.name, who.born or who.expected, titles.get(agency, agency))
    return list(found.values())


def people_of_match(possible_id: UUID) -> set[UUID]:
    """The people whom a possible match is about. For stages above."""
    rows = Possible.objects.filter(id=possible_id).values_list("one__person", "other__person")
    return {person for row in rows for person in row}
