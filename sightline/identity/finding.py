"""Finding somebody: by name parts, birth date or age, any identifier, address, school; closed cases too.

Everybody known is in the index; what shows of those found passes the gate. What was asked is never kept: the ledger
holds its keyed digest.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from uuid import UUID

from django.db.models import Count

from sightline.agencies.rules import may
from sightline.definition.outcomes import Invalid, Refused
from sightline.definition.types import Fault
from sightline.identity import rules
from sightline.identity.models import SourceIdentity, Trait
from sightline.identity.queries import held_with_sight
from sightline.identity.types import Asked, Found, Held
from sightline.sharing.reading import Reading
from sightline.sharing.types import Label, Level, Sight
from sightline.timescales.london import local_day
from sightline.timescales.moment import now
from sightline.vault.actions import digest

MOST_PEOPLE = 40
MOST_CANDIDATES = 400
MOST_LOOKED_AT = 2000
BY_A_HEADLINE = ("name", "birth date")  # whoever sees a headline of somebody finds them by nothing else


def _digests(asked: Asked) -> dict[str, set[str]]:
    """What to look up, by group: a candidate should meet every word, and any other group that was asked."""
    groups: dict[str, set[str]] = {}
    for word in rules.tokens(asked.words):
        groups[f"name {word}"] = {digest("word", word), digest("sound", rules.sound(word))} | (
            {digest("start", word[:3])} if len(word) >= 3 else set())
    if len(asked.born) == 10:
        groups["birth date"] = {digest("born", asked.born)}
    if asked.number:
        plain = rules.number(asked.number)
        groups["number"] = {digest("number", plain), digest("nhs", plain), digest("upn", plain)}
    if asked.postcode:
        groups["postcode"] = {digest("postcode", rules.postcode(asked.postcode))}
    return groups


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
    groups = _digests(asked)
    reading.about = reading.about or "find-child"
    reading.detail["asked"] = [digest("search", f"{name}={getattr(asked, name)}") for name in asked.given()]
    if not groups:
        raise Invalid([Fault(path="words", expected="a name, a birth date, a number or a postcode", code="needed")])
    met: dict[UUID, set[str]] = defaultdict(set)
    for group, digests in _rarest_first(groups):
        rows = Trait.objects.filter(digest__in=digests)
        if met and len(met) <= MOST_CANDIDATES:
            rows = rows.filter(identity__in=list(met))
        for identity in rows.values_list("identity_id", flat=True)[: MOST_CANDIDATES * 5]:
            met[identity].add(group)
    met = _openly(reading, met)
    ranked = sorted(met, key=lambda i: -len(met[i]))
    most = len(met[ranked[0]]) if ranked else 0
    close = [i for i in ranked if len(met[i]) >= max(1, most - (0 if most == 1 else 1))][:MOST_CANDIDATES]
    persons = dict.fromkeys(p for i, p in _persons(close))
    rows_ = list(SourceIdentity.objects.filter(person__in=list(persons)[:MOST_CANDIDATES]))
    return _ranked(reading, asked, rows_, met)


def _openly(reading: Reading, met: dict[UUID, set[str]]) -> dict[UUID, set[str]]:
    """By what each may be found as far as this reader sees them. What is hidden finds nobody, and pushes nobody out:
    else a search for a number or a postcode would say whose it is.
    """
    wanted = sorted(met, key=lambda i: -len(met[i]))[:MOST_LOOKED_AT]
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


def _rarest_first(groups: dict[str, set[str]]) -> list[tuple[str, set[str]]]:
    """Groups with the fewest rows first, so that later ones only narrow. Counts are capped."""
    counts = {g: Trait.objects.filter(digest__in=d).order_by()[: MOST_CANDIDATES * 5].aggregate(n=Count("id"))["n"] for g, d in groups.items()}
    return sorted(groups.items(), key=lambda item: counts[item[0]])


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
