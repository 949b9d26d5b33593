"""Finding somebody: by name parts, birth date or age, any identifier, address, school; closed cases too.

Everybody known is in the index; what shows of those found passes the gate. What was asked is never kept: the ledger
holds its keyed digest.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from itertools import combinations
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from sightline.agencies.rules import may
from sightline.definition.outcomes import Invalid, Refused
from sightline.definition.types import Fault
from sightline.identity import rules
from sightline.identity.models import SourceIdentity, Trait
from sightline.identity.queries import held_with_sight
from sightline.identity.types import Asked, Found, Held
from sightline.sharing.filters import tied
from sightline.sharing.reading import Reading
from sightline.sharing.types import Label, Level, Sight
from sightline.timescales.london import local_day
from sightline.timescales.moment import now
from sightline.vault.actions import digest

MOST_PEOPLE = 40
MOST_CANDIDATES = 200  # opened and ranked; five times what is shown
MOST_LOOSE = 60  # of those who meet less than all
MOST_COUNTED = 1000
BY_A_HEADLINE = ("name", "birth date", "age")  # whoever sees a headline of somebody finds them by nothing else


Group = tuple[str, frozenset[str]]  # what was asked, in words; the digests of which a candidate meets one


def _groups(asked: Asked, *, wide: bool) -> list[Group]:
    """What to look up: a candidate should meet every word, and everything else that was asked. `wide`: a word's beginning
    is enough."""
    groups: dict[str, set[str]] = {}
    for word in rules.tokens(asked.words):
        groups[f"name {word}"] = {digest("word", word), digest("sound", rules.sound(word))} | (
            {digest("start", word[:3])} if wide and len(word) >= 3 else set()
        )
    if len(asked.born) == 10:
        groups["birth date"] = {digest("born", asked.born)}
    elif len(asked.born) == 4:
        groups["birth date"] = {digest("year", asked.born)}
    elif asked.age.isdigit():
        born = local_day(now()).year - int(asked.age)
        groups["age"] = {digest("year", str(year)) for year in range(born - 3, born + 3)}
    if asked.number:
        plain = rules.number(asked.number)
        groups["number"] = {digest("number", plain), digest("nhs", plain), digest("upn", plain)}
    if asked.postcode:
        groups["postcode"] = {digest("postcode", rules.postcode(asked.postcode))}
    return _rarest_first([(name, frozenset(digests)) for name, digests in groups.items()])


def _age(born: str, on: date) -> int | None:
    if len(born) < 10:
        return on.year - int(born[:4]) if born[:4].isdigit() else None
    year, month, day = int(born[:4]), int(born[5:7]), int(born[8:10])
    return on.year - year - ((on.month, on.day) < (month, day))


def find(reading: Reading, asked: Asked) -> list[Found]:
    """People whom the search fits, best first. Raises Invalid when nothing that narrows was asked, Refused without the right."""
    decision = may(reading.actor, "find-child", reading.definition)
    if not decision:
        raise Refused(decision)
    narrow, wide = _groups(asked, wide=False), _groups(asked, wide=True)
    reading.about = reading.about or "find-child"
    reading.detail["asked"] = [digest("search", f"{name}={getattr(asked, name)}") for name in asked.given()]
    if not {name for name, _ in narrow} - {"age"}:
        raise Invalid([Fault(path="words", expected="a name, a birth date, a number or a postcode", code="needed")])
    where = _visible(reading)
    met = _meeting_most(reading, narrow, wide, where)
    if where:  # what a headline does not say finds nobody either, and its being there changes nothing
        told = [[g for g in groups if g[0].startswith(BY_A_HEADLINE)] for groups in (narrow, wide)]
        for identity, names in _meeting_most(reading, *told, where).items():
            met.setdefault(identity, names)
    persons = dict.fromkeys(p for _, p in _persons(sorted(met, key=lambda i: -len(met[i]))[:MOST_CANDIDATES]))
    return _ranked(reading, asked, list(SourceIdentity.objects.filter(person__in=list(persons))), met)


def _meeting_most(reading: Reading, narrow: list[Group], wide: list[Group], where: Q) -> dict[UUID, set[str]]:
    """Who meets everything that was asked; then, while few are found, who meets all but one; and less where that finds nobody."""
    met: dict[UUID, set[str]] = {}
    tried = [narrow, *(list(some) for size in range(len(wide), 0, -1) for some in combinations(wide, size))]
    for groups in tried:
        enough = len(met) >= MOST_PEOPLE or met and len(groups) < len(wide) - 1
        if not groups or enough or {name for name, _ in groups} == {"age"}:
            continue
        names = {name for name, _ in groups}
        found = _meeting(groups, where, MOST_CANDIDATES if len(groups) == len(wide) else MOST_LOOSE)
        for identity, by in (
            _openly(reading, dict.fromkeys(found, names)) if where else dict.fromkeys(found, names)
        ).items():
            if by == names:
                met.setdefault(identity, by)
    return met


def _meeting(groups: list[Group], where: Q, most: int) -> list[UUID]:
    """Source identities that meet all of these groups: one query, which begins with the rarest."""
    (_, first), *others = groups
    rows = Trait.objects.filter(where, digest__in=first)
    for _, digests in others:
        rows = rows.filter(Exists(Trait.objects.filter(identity=OuterRef("identity"), digest__in=digests)))
    return list(rows.order_by().values_list("identity_id", flat=True).distinct()[:most])


def _visible(reading: Reading) -> Q:
    """Whom this reader may find at all, where that is not everybody: so that those who are hidden push nobody out."""
    open_, kinds = [], set()
    for agency in reading.agencies.values():
        if reading.policy.decide(Label("identity", agency.id, agency.kind, "ordinary", ()), ()).level is Level.FULL:
            open_.append(agency.id)
    if len(open_) == len(reading.agencies):
        return Q()
    for branch in reading.policy.branches:
        if "identity" in branch.rule.may_see.records:
            kinds |= branch.needs_tie
    same = SourceIdentity.objects.filter(person=OuterRef("identity__person")).filter(
        tied(reading.policy, subject="id", kinds=kinds)
    )
    return Q(identity__agency__in=open_) | Q(Exists(same))


def _openly(reading: Reading, met: dict[UUID, set[str]]) -> dict[UUID, set[str]]:
    """By what each may be found as far as this reader sees them. What is hidden finds nobody, and pushes nobody out:
    else a search for a number or a postcode would say whose it is.
    """
    wanted = list(met)
    rows: list[tuple[UUID, str, UUID]] = []
    for start in range(0, len(wanted), 500):
        rows += SourceIdentity.objects.filter(id__in=wanted[start : start + 500]).values_list("id", "agency", "person")
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
    wanted = list(dict.fromkeys(persons))
    for start in range(0, len(wanted), 500):
        rows = SourceIdentity.objects.filter(person__in=wanted[start : start + 500]).values_list("person", "id")
        for person, identity in rows:
            of_person[person].append(identity)
    reading.learn_ties([i for identities in of_person.values() for i in identities])
    return {person: reading.ties(identities) for person, identities in of_person.items()}


def _rarest_first(groups: list[Group]) -> list[Group]:
    """Groups with the fewest rows first, so that later ones only narrow. Counts are capped."""
    if len(groups) < 2:
        return groups
    counts = {
        name: len(Trait.objects.filter(digest__in=d).order_by().values_list("id")[:MOST_COUNTED]) for name, d in groups
    }
    return sorted(groups, key=lambda group: counts[group[0]])


def _persons(identities: list[UUID]) -> list[tuple[UUID, UUID]]:
    found = dict(SourceIdentity.objects.filter(id__in=identities).values_list("id", "person"))
    return [(i, found[i]) for i in identities if i in found]


def _ranked(reading: Reading, asked: Asked, rows: list[SourceIdentity], met: dict[UUID, set[str]]) -> list[Found]:
    today = local_day(now())
    known = reading.agencies
    person_of = {row.id: row.person for row in rows}
    by_person: dict[UUID, list[Held]] = defaultdict(list)
    sights: dict[UUID, list[tuple[UUID, Sight]]] = defaultdict(list)
    for one, sight in held_with_sight(reading, rows):
        by_person[person_of[one.identity]].append(one)
        sights[person_of[one.identity]].append((one.identity, sight))
    found: list[tuple[float, Found]] = []
    wanted = rules.tokens(asked.words)
    for person, all_held in by_person.items():
        why = sorted({g for h in all_held for g in met.get(h.identity, ())})
        have = {w for h in all_held for w in rules.tokens(rules.full_name(h.details))}
        exact = sum(w in have for w in wanted)
        likely = sum(any(x.startswith(w) or rules.sound(x) == rules.sound(w) for x in have) for w in wanted)
        if not why or (wanted and not likely):
            continue
        born = rules.best([(h.details.born or h.details.expected, n) for n, h in enumerate(all_held)])
        points = 2.0 * exact + likely + 3 * ("birth date" in why) + 6 * ("number" in why) + 2 * ("postcode" in why)
        if asked.age.isdigit() and (age := _age(born, today)) is not None:
            if abs(age - int(asked.age)) > 2:
                continue
            points += 1.5 - 0.5 * abs(age - int(asked.age))
        if asked.born and len(asked.born) == 4 and born[:4] != asked.born:
            continue
        schools = {h.details.school for h in all_held if h.details.school}
        if asked.school and asked.school not in schools:
            continue
        name = rules.best([(rules.full_name(h.details), n) for n, h in enumerate(all_held)]) or "Name not known"
        school = next((known[s].title if s in known else s for s in sorted(schools)), "")
        area = rules.outcode(rules.best([(h.details.postcode, n) for n, h in enumerate(all_held)]))
        who = tuple(dict.fromkeys(known[h.agency].title if h.agency in known else h.agency for h in all_held))
        found.append((points, Found(person, name, born, school, area, who, tuple(why))))
    best = [f for _, f in sorted(found, key=lambda pair: (-pair[0], pair[1].name))[:MOST_PEOPLE]]
    for one_found in best:  # the record names those who are shown, not everybody who was looked through
        for identity, sight in sights[one_found.person]:
            reading.note(identity, sight)
    return best
