"""What makes a link, how long it lasts, and what kind of place words mean. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from sightline.definition.kinds.links import Link
from sightline.definition.kinds.signals import OF_ENTRIES, months
from sightline.definition.records import COMMON_TERMS
from sightline.definition.types import Partnership, RecordType
from sightline.definition.values import codes_within, without_codes
from sightline.timescales.london import at, local
from sightline.timescales.spans import add_months, parse_span

KINDS_OF_PLACE = "location-type"
ASKED = {*COMMON_TERMS, *OF_ENTRIES, "has"}  # of an entry, besides its fields
_POSTCODE = re.compile(r"\b([A-Z]{1,2}\d[A-Z\d]?)\s*(\d[A-Z]{2})\b")
NEARBY = frozenset(  # words that say where by another place, and name none
    "a an at away behind beside by from front gate gates her here his in inside my near nearby next of"
    " off on opposite our outside s somebody someone their there to unknown".split()
)
IN_DAYS = {"day": 1, "week": 7}
T = TypeVar("T")


# --- links ----------------------------------------------------------------------------------------------------------


def placed(record: RecordType, role: str) -> dict[str, Any]:
    """What a link asks of somebody's place on a record."""
    counts = record.people[role].counts_as if role in record.people else ""
    return {"record": record.id, "role": role, "mark": record.mark, "counts-as": counts}


def linked(
    links: Mapping[str, Link],
    record: RecordType,
    own: Iterable[str],
    other: Iterable[str],
    *,
    both_under: Mapping[str, bool] | None = None,
) -> frozenset[str]:
    """What the other is to a child (`peer`, `parent`, …) by standing on one record, in these roles.

    `both_under`: of each link, whether both were known to be under its age; where it is not given, ages are not asked.
    """
    found = set()
    for link in links.values():
        if link.both_under and both_under is not None and not both_under.get(link.id, False):
            continue
        theirs = [placed(record, role) for role in other]
        if (link.on is not None and any(map(link.on.holds, theirs))) or (
            link.both is not None
            and any(map(link.both.holds, theirs))
            and any(link.both.holds(placed(record, role)) for role in own)
        ):
            found.add(link.id)
    return frozenset(found)


def told(links: Mapping[str, Link], relation: str, *, inverse: bool) -> frozenset[str]:
    """What the other is to a child of whom a sender says `OTHER is RELATION of CHILD` (`inverse`: the other way round)."""
    return frozenset(link.id for link in links.values() if relation in (link.inverse if inverse else link.relations))


def is_under(born: date | None, age: str, moment: datetime) -> bool:
    """Whether somebody was known to be younger then. Of somebody whose birth nobody knows it is never said."""
    return born is not None and local(moment).date() < add_months(born, months(age))


def ends(lasts: str, moment: datetime) -> datetime | None:
    """When a link fades that a record of this moment makes; None where it does not."""
    if not lasts:
        return None
    span, here = parse_span(lasts), local(moment)
    day = here.date()
    day = add_months(day, span.amount) if span.unit == "month" else day + timedelta(span.amount * IN_DAYS[span.unit])
    return at(day, here.time())


_MAKES: dict[str, frozenset[str]] = {}  # by the definition's hash
_ASKED: dict[str, dict[str, frozenset[str]]] = {}
_PARENTS: dict[str, tuple[frozenset[str], frozenset[str]]] = {}


def makes_links(definition: Partnership) -> frozenset[str]:
    """Record types on which two people may stand that makes a link."""
    if definition.hash not in _MAKES:
        _MAKES[definition.hash] = frozenset(_makes_links(definition))
    return _MAKES[definition.hash]


def _makes_links(definition: Partnership) -> set[str]:
    found = set()
    for record in definition.record.values():
        roles = list(record.people)
        if not record.pointer_only and not record.routine and linked(definition.link, record, roles, roles):
            found.add(record.id)
    return found


def names_parents(definition: Partnership) -> tuple[frozenset[str], frozenset[str]]:
    """Record types that make links and on which somebody may stand as a child's parent; and the roles that say so."""
    if definition.hash not in _PARENTS:
        above = [definition.link.get(link.through) for link in definition.link.values() if link.through]
        records = definition.record.values()
        roles = {
            (r.id, role) for r in records for role in r.people for a in above if a and a.on and a.on.holds(placed(r, role))
        }
        named = frozenset(role for _, role in roles)
        on = frozenset(r for r in makes_links(definition) if not named.isdisjoint(definition.record[r].people))
        _PARENTS[definition.hash] = on, named
    return _PARENTS[definition.hash]


def asked_of_others(definition: Partnership) -> dict[str, frozenset[str]]:
    """Record types that some rule asks of a child's siblings, peers, parents, adults at home: by whose."""
    if definition.hash not in _ASKED:
        _ASKED[definition.hash] = {whose: frozenset(found) for whose, found in _asked_of_others(definition).items()}
    return _ASKED[definition.hash]


def _asked_of_others(definition: Partnership) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for rule in definition.signal.values():
        if rule.about != "child" or rule.off:
            continue
        for _, pattern in rule.patterns():
            for whose in pattern.whose:
                if whose != "child":
                    named = found.setdefault(whose, set())
                    for condition in pattern.conditions.values():
                        named |= {r.id for r in definition.record.values() if may_be(condition, r)}
    return found


def may_be(condition: Any, record: RecordType) -> bool:
    """Whether an entry of this type can be what a condition asks: by its type, roles, mark and fields alone."""
    known: dict[str, Collection[str]] = {
        "record": (record.id,),
        "role": tuple(record.people),
        "mark": (record.mark,),
        "counts-as": tuple({person.counts_as for person in record.people.values() if person.counts_as}),
    }
    if record.pointer_only:
        return False
    for name, wanted in condition.terms.items():
        if name in known and set(known[name]).isdisjoint(wanted):
            return False
        if name not in known and name not in ASKED and name not in record.fields:
            return False
    if not all(may_be(part, record) for part in condition.all):
        return False
    return not condition.any or any(may_be(part, record) for part in condition.any)


def families(people: Iterable[T], pairs: Iterable[tuple[T, T]]) -> dict[T, T]:
    """Each one's family among these people, named by its least member. People of one pair are of one family."""
    above = {one: one for one in people}

    def top(one: T) -> T:
        while above[one] != one:
            one = above[one]
        return one

    for one, other in pairs:
        if one in above and other in above:
            least, most = sorted((top(one), top(other)), key=str)
            above[most] = least
    return {one: top(one) for one in above}


# --- places ---------------------------------------------------------------------------------------------------------


def postcode(text: str) -> str:
    """A whole postcode as it is written, without its space; empty where there is none."""
    found = _POSTCODE.search(text.upper())
    return f"{found[1]}{found[2]}" if found else ""


def plain(name: str) -> str:
    """A place's name as it is compared: case, accents, punctuation and `the` don't tell places apart."""
    letters = unicodedata.normalize("NFKD", name.casefold())
    words = "".join(c if c.isalnum() else " " for c in letters if not unicodedata.combining(c)).split()
    return " ".join(word for word in words if word != "the")


def key_of_place(definition: Partnership, name: str, code: str) -> str:
    """What a place is known by, to be digested: its postcode, else its plain name. Empty where no one place is said: "home",
    "near a school" and "outside the shop" are a thousand places.
    """
    found = postcode(code) or postcode(name)
    if found:
        return f"postcode|{found}"
    words = plain(name)
    codes = definition.codes.get(KINDS_OF_PLACE)
    left = without_codes(codes, words) if codes is not None else words
    return f"name|{words}" if len(words) > 2 and not NEARBY.issuperset(left.split()) else ""


def kinds_of_place(definition: Partnership, *texts: str) -> frozenset[str]:
    """Which kinds of place words mean (`location-type`): "the gate of the school" is a school, as far as rules go."""
    codes = definition.codes.get(KINDS_OF_PLACE)
    return frozenset(kind for text in texts if text and codes is not None for kind in codes_within(codes, text))


# --- examples -------------------------------------------------------------------------------------------------------

EXAMPLE_KEYS = ("given", "links", "because")


def run_example(partnership: Partnership, link: Link, example: Mapping[str, Any]) -> str | None:
    """None when it holds. `{given: {record: police-incident, role: victim, own-role: witness}, links: yes}` asks of two on
    one record, both of them under the link's age; `{given: {relation: sibling}, links: yes}` of what a sender tells."""
    given = example.get("given")
    unknown = [key for key in example if key not in EXAMPLE_KEYS]
    if unknown or not isinstance(given, Mapping) or "links" not in example:
        return f"an example has {', '.join(EXAMPLE_KEYS)}"
    if "relation" in given:
        made = bool(told({link.id: link}, str(given["relation"]), inverse=False))
    else:
        record = partnership.record.get(str(given.get("record", "")))
        role, own = str(given.get("role", "")), str(given.get("own-role", given.get("role", "")))
        if record is None or role not in record.people or own not in record.people:
            return "name a `record`, the other's `role` on it, and the child's `own-role`"
        made = bool(linked({link.id: link}, record, (own,), (role,)))
    expected = str(example["links"]).lower() in ("yes", "true")
    return None if made is expected else f"it {'makes' if made else 'makes no'} link"
