"""Finding somebody: by name parts in any order, birth date or age, any identifier, home or district, school; closed cases too.

Everybody known is in the index; what shows of those found passes the gate. What was asked is never kept: the ledger
holds its keyed digest. Whoever is sealed is found by nobody but their holder.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from itertools import combinations
from uuid import UUID

from django.db.models import Exists, OuterRef, Q
from rapidfuzz.distance import JaroWinkler

from sightline.agencies.rules import may
from sightline.definition.outcomes import Invalid, Refused
from sightline.definition.types import Fault
from sightline.identity import rules
from sightline.identity.asking import Understood, nearly, understood, years
from sightline.identity.indexing import digests
from sightline.identity.linkage.names import asked_as, sound, tokens
from sightline.identity.linkage.types import Key as Said
from sightline.identity.models import Key, SourceIdentity
from sightline.identity.queries import held_with_sight, seen
from sightline.identity.types import Asked, Found, Held
from sightline.sharing.filters import kept_from, tied
from sightline.sharing.reading import Reading
from sightline.sharing.types import Label, Level, Sight
from sightline.timescales.london import local_day
from sightline.timescales.moment import now
from sightline.vault.actions import digest

MOST_PEOPLE = 40
MOST_CANDIDATES = 200  # opened and ranked; five times what is shown
MOST_LOOSE = 60  # of those who meet less than all
MOST_COUNTED = 1000
MOST_GROUPS = 6  # what is asked beyond this narrows nothing more
SEALED = "sealed"
NEAR = 0.88  # Jaro-Winkler: one name misspelt
BY_A_HEADLINE = ("name", "birth date", "age")  # whoever sees a headline of somebody finds them by nothing else


Group = tuple[str, frozenset[int]]  # what was asked, in words; the digests of which a candidate meets one


def _groups(meant: Understood, today: date, *, wide: bool) -> list[Group]:
    """What to look up: a candidate should meet every word, and everything else that was asked. `wide`: a name's beginning
    is enough, and a birth date nearly the one that was asked."""
    groups: dict[str, list[Said]] = {}
    for word in meant.words:
        wholes = (sound(whole) for part, whole in meant.joined if part == word)
        groups[f"name {word}"] = [
            Said("sound", heard) for heard in dict.fromkeys((sound(word), *asked_as(word), *wholes))
        ]
        if wide and len(word) >= 3:
            groups[f"name {word}"].append(Said("start", word[:3]))
    if len(meant.born) == 10:
        born = [meant.born, *(nearly(meant.born) if wide else ())]
        groups["birth date"] = [Said("born", day) for day in born]
    elif meant.born:
        year = int(meant.born[:4])
        span = range(year - 1, year + 2) if wide else (year,)
        groups["birth date"] = [Said("year", str(one)) for one in span]
    elif meant.ages:
        first, last = years(meant.ages, today)
        groups["age"] = [Said("year", str(one)) for one in range(first - 1, last + 2)]
    if meant.number:
        groups["number"] = [Said(kind, meant.number) for kind in ("number", "nhs", "upn", "tel")]
    if meant.postcode:
        groups["postcode"] = [Said("postcode", meant.postcode)]
    if meant.district:
        groups["district"] = [Said("district", meant.district)]
    made = [(name, frozenset(digests(said))) for name, said in groups.items()]
    return _rarest_first(made)[:MOST_GROUPS]


def find(reading: Reading, asked: Asked) -> list[Found]:
    """People whom the search fits, best first. Raises Invalid when nothing that narrows was asked, Refused without the right."""
    decision = may(reading.actor, "find-child", reading.definition)
    if not decision:
        raise Refused(decision)
    today = local_day(now())
    meant = understood(asked, today)
    reading.about = reading.about or "find-child"
    reading.detail["asked"] = [digest("search", f"{name}={getattr(asked, name)}") for name in asked.given()]
    if meant.nothing:
        raise Invalid([Fault(path="words", expected="a name, a birth date, a number or a place", code="needed")])
    narrow, wide = _groups(meant, today, wide=False), _groups(meant, today, wide=True)
    where, limited = _visible(reading)
    met = _meeting_most(reading, narrow, wide, where, limited)
    if limited:  # what a headline does not say finds nobody either, and its being there changes nothing
        narrow, wide = ([g for g in groups if g[0].startswith(BY_A_HEADLINE)] for groups in (narrow, wide))
        for identity, names in _meeting_most(reading, narrow, wide, where, limited).items():
            met.setdefault(identity, names)
    persons = dict.fromkeys(p for _, p in _persons(sorted(met, key=lambda i: -len(met[i]))[:MOST_CANDIDATES]))
    rows = SourceIdentity.objects.filter(person__among=list(persons))
    if not holds_sealed(reading):
        rows = rows.exclude(guard=SEALED)
    listed = list(rows)
    if reading.restrictions and (meant.number or len(meant.words) > 1):
        every = {name for name, _ in narrow}
        _point_to_kept(reading, [row for row in listed if met.get(row.id) == every])
    return _ranked(reading, meant, listed, met, today)


def _point_to_kept(reading: Reading, rows: list[SourceIdentity]) -> None:
    """Of who meets all that was asked, a number or a whole name: whom to ring for those who are kept to named
    people, where a floor gives the reader that much. Else the front door would be told that nothing is known."""
    for identity, sight in seen(reading, rows).items():
        if sight.level is Level.POINTER and sight.holders:
            reading.kept_back.update(dict.fromkeys(sight.holders))
            reading.note(identity, sight)


def _meeting_most(
    reading: Reading, narrow: list[Group], wide: list[Group], where: Q, limited: bool
) -> dict[UUID, set[str]]:
    """Who meets everything that was asked; then, while few are found, who meets all but one; and less where that finds nobody."""
    met: dict[UUID, set[str]] = {}
    tried = [narrow, *(list(some) for size in range(len(wide), 0, -1) for some in combinations(wide, size))]
    for groups in tried:
        enough = len(met) >= MOST_PEOPLE or met and len(groups) < len(wide) - 1
        if not groups or enough or {name for name, _ in groups} <= {"age", "district"} and len(groups) < len(wide):
            continue
        names = {name for name, _ in groups}
        found = dict.fromkeys(
            _meeting(groups, where, MOST_CANDIDATES if len(groups) == len(wide) else MOST_LOOSE), names
        )
        for identity, by in (_openly(reading, found) if limited else found).items():
            if by == names:
                met.setdefault(identity, by)
    return met


def _meeting(groups: list[Group], where: Q, most: int) -> list[UUID]:
    """Source identities that meet all of these groups: one query, which begins with the rarest."""
    (_, first), *others = groups
    rows = Key.objects.filter(where, key__in=first)
    for _, wanted in others:
        rows = rows.filter(Exists(Key.objects.filter(alike=OuterRef("alike"), key__in=wanted)))
    return list(rows.order_by().values_list("alike__identity_id", flat=True).distinct()[:most])


def holds_sealed(reading: Reading) -> bool:
    """Whether this reader is the named holder, by whom alone those who are sealed are found."""
    (policy,) = reading.definition.matching.values()
    return reading.actor.role == policy.sealed.role


def _pointed(reading: Reading) -> bool:
    """Whether a floor points this reader to somebody who is kept to named people."""
    return any(floor.restricted and floor.kind_covered("identity") for floor in reading.policy.floors)


def _visible(reading: Reading) -> tuple[Q, bool]:
    """Whom this reader may find at all, so that those who are hidden push nobody out; and whether that is less than
    everybody who is not sealed."""
    found = Q() if holds_sealed(reading) else ~Q(alike__identity__guard=SEALED)
    open_: list[str] = []
    kinds: set[str] = set()
    for agency in reading.agencies.values():
        if reading.policy.decide(Label("identity", agency.id, agency.kind, "ordinary", ()), ()).level is Level.FULL:
            open_.append(agency.id)
    if reading.restrictions and not _pointed(reading):  # who is kept to others pushes nobody out of the list
        kept = SourceIdentity.objects.filter(person=OuterRef("alike__identity__person"))
        found &= ~Q(Exists(kept.filter(kept_from(reading.policy, subject="id"))))
    if len(open_) == len(reading.agencies):
        return found, False
    for branch in reading.policy.branches:
        if "identity" in branch.rule.may_see.records:
            kinds |= branch.needs_tie
    same = SourceIdentity.objects.filter(person=OuterRef("alike__identity__person")).filter(
        tied(reading.policy, subject="id", kinds=kinds)
    )
    return found & (Q(alike__identity__agency__in=open_) | Q(Exists(same))), True


def _openly(reading: Reading, met: dict[UUID, set[str]]) -> dict[UUID, set[str]]:
    """By what each may be found as far as this reader sees them. What is hidden finds nobody, and pushes nobody out:
    else a search for a number or a postcode would say whose it is.
    """
    rows = list(SourceIdentity.objects.filter(id__among=list(met)).values_list("id", "agency", "person"))
    kinds = {a.id: a.kind for a in reading.agencies.values()}
    labels = {agency: Label("identity", agency, kinds.get(agency, ""), "ordinary", ()) for _, agency, _ in rows}
    without_tie = {agency: reading.policy.decide(label, ()).level for agency, label in labels.items()}
    ties = _ties(reading, [person for _, agency, person in rows if without_tie[agency] < Level.FULL])
    found: dict[UUID, set[str]] = {}
    for identity, agency, person in rows:
        level = without_tie[agency]
        if level < Level.FULL and person in ties:
            level = reading.policy.decide(labels[agency], ties[person]).level
        groups = met[identity] if level is Level.FULL else {g for g in met[identity] if g.startswith(BY_A_HEADLINE)}
        if level >= Level.HEADLINE and groups:
            found[identity] = groups
    return found


def _ties(reading: Reading, persons: list[UUID]) -> dict[UUID, frozenset[str]]:
    """The reader's ties to any source identity of these people."""
    of_person: dict[UUID, list[UUID]] = defaultdict(list)
    rows = SourceIdentity.objects.filter(person__among=list(dict.fromkeys(persons))).values_list("person", "id")
    for person, identity in rows:
        of_person[person].append(identity)
    reading.learn_ties([i for identities in of_person.values() for i in identities])
    return {person: reading.ties(identities) for person, identities in of_person.items()}


def _rarest_first(groups: list[Group]) -> list[Group]:
    """Groups with the fewest rows first, so that later ones only narrow. Counts are capped."""
    if len(groups) < 2:
        return groups
    counts = {
        name: len(Key.objects.filter(key__in=wanted).order_by().values_list("alike")[:MOST_COUNTED])
        for name, wanted in groups
    }
    return sorted(groups, key=lambda group: counts[group[0]])


def _persons(identities: list[UUID]) -> list[tuple[UUID, UUID]]:
    found = dict(SourceIdentity.objects.filter(id__among=identities).values_list("id", "person"))
    return [(i, found[i]) for i in identities if i in found]


# --- ranking ------------------------------------------------------------------------------------------


def _ranked(
    reading: Reading, meant: Understood, rows: list[SourceIdentity], met: dict[UUID, set[str]], today: date
) -> list[Found]:
    person_of = {row.id: row.person for row in rows}
    by_person: dict[UUID, list[Held]] = defaultdict(list)
    sights: dict[UUID, list[tuple[UUID, Sight]]] = defaultdict(list)
    for one, sight in held_with_sight(reading, rows):
        by_person[person_of[one.identity]].append(one)
        sights[person_of[one.identity]].append((one.identity, sight))
    found: list[tuple[float, Found]] = []
    for person, all_held in by_person.items():
        why = sorted({g for h in all_held for g in met.get(h.identity, ())})
        points = _points(meant, all_held, why, today) if why else None
        if points is not None:
            found.append((points, _found(reading, person, all_held, why)))
    best = [f for _, f in sorted(found, key=lambda pair: (-pair[0], pair[1].name))[:MOST_PEOPLE]]
    for one_found in best:  # the record names those who are shown, not everybody who was looked through
        for identity, sight in sights[one_found.person]:
            reading.note(identity, sight)
    return best


def _points(meant: Understood, all_held: list[Held], why: list[str], today: date) -> float | None:
    """How well somebody fits what was asked; None where they do not."""
    have = {word for h in all_held for word in tokens(rules.full_name(h.details))}
    names = [max((_like(word, x) for x in have), default=0.0) for word in meant.words]
    if meant.words and not any(names):
        return None
    points = sum(names) + 6 * ("number" in why) + 2 * ("postcode" in why) + ("district" in why)
    born = rules.best([(h.details.born or h.details.expected, n) for n, h in enumerate(all_held)])
    if meant.born:
        fits = max((_born(meant.born, h.details.born) for h in all_held), default=0.0)
        if not fits and len(meant.born) < 10:
            return None
        points += fits
    elif meant.ages and (age := rules.age_on(born, today)) is not None:
        off = max(meant.ages[0] - age, age - meant.ages[1], 0)
        if off > 1:
            return None
        points += 1.5 - 0.5 * off - 0.2 * abs(age - sum(meant.ages) / 2)
    if meant.school and meant.school not in {h.details.school for h in all_held}:
        return None
    return points


def _like(asked: str, held: str) -> float:
    """How much one word of a name is like what was asked."""
    if asked == held:
        return 3.0
    if not set(asked_as(asked)).isdisjoint((sound(held), *asked_as(held))):
        return 1.5 + JaroWinkler.similarity(asked, held)
    if held.startswith(asked) or asked.startswith(held) and len(held) > 2:
        return 1.5
    alike = JaroWinkler.similarity(asked, held)
    return 2 * alike - 0.5 if alike >= NEAR else 0.0


def _born(asked: str, held: str) -> float:
    if asked == held:
        return 3.0
    if held.startswith(asked) or asked.startswith(held) and held:
        return 2.0
    if len(asked) == 4 and held[:4].isdigit():
        return 0.5 if abs(int(held[:4]) - int(asked)) <= 1 else 0.0
    return 1.5 if held in nearly(asked) else 0.0


def _found(reading: Reading, person: UUID, all_held: list[Held], why: list[str]) -> Found:
    known = reading.agencies
    born = rules.best([(h.details.born or h.details.expected, n) for n, h in enumerate(all_held)])
    schools = {h.details.school for h in all_held if h.details.school}
    name = rules.best([(rules.full_name(h.details), n) for n, h in enumerate(all_held)]) or "Name not known"
    school = next((known[s].title if s in known else s for s in sorted(schools)), "")
    area = rules.outcode(rules.best([(h.details.postcode, n) for n, h in enumerate(all_held)]))
    who = tuple(dict.fromkeys(known[h.agency].title if h.agency in known else h.agency for h in all_held))
    return Found(person, name, born, school, area, who, tuple(why))
