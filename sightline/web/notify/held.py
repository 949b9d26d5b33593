"""What is held already, offered rather than retyped: through the gate, so only what the sender may see.

Where a child lives and how to reach anybody is never offered: the sender says what they know themselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest

from sightline.agencies.rules import may
from sightline.definition.outcomes import Invalid, Missing
from sightline.identity import queries as identity
from sightline.identity.finding import find
from sightline.identity.types import Asked, Profile
from sightline.sharing.reading import Reading
from sightline.timescales.moment import now
from sightline.web.notify.form import MOST_CHILDREN, MOST_OTHERS, Values, born_of, child_name
from sightline.web.words import age_words, iso_words, london

MOST_OFFERED = 6
OFFERED = ("given", "family", "born", "sex", "ethnicity", "school", "language")
SIBLINGS = ("sibling", "half-sibling", "step-sibling", "twin")
PARENTS = ("parent", "step-parent", "carer", "grandparent")


@dataclass(frozen=True, slots=True)
class Offer:
    """Somebody who is held, in a line: to be taken over into the form."""

    person: UUID
    name: str
    says: str


def may_look(request: HttpRequest) -> bool:
    return bool(may(request.actor, "find-child", request.reading.definition))


def candidates(request: HttpRequest, values: Values, n: int) -> list[Offer]:
    """Who is held and fits what was typed of a child, best first. Empty where too little was typed."""
    reading: Reading = request.reading
    today = london(now()).date()
    number = values.get(f"c{n}-nhs_number", "") or values.get(f"c{n}-upn", "")
    asked = Asked(words=child_name(values, n), born=born_of(values, n, today), number=number.strip())
    if not asked.given():
        return []
    try:
        found = find(reading, asked)
    except Invalid:
        return []
    return [
        Offer(
            one.person,
            one.name,
            ", ".join(part for part in (_age(one.born), one.school, " and ".join(one.agencies)) if part),
        )
        for one in found[:MOST_OFFERED]
    ]


def _age(born: str) -> str:
    age = age_words(born, london(now()).date())
    return f"{age}, born {iso_words(born)}" if age else ""


def family(request: HttpRequest, values: Values, n: int) -> list[Offer]:
    """Brothers, sisters and parents of a child who was taken over, as far as this sender may see each, and who are not on
    the form yet."""
    reading: Reading = request.reading
    known = {value for name, value in values.items() if name.endswith("-known")}
    try:
        person = UUID(values.get(f"c{n}-known", ""))
    except ValueError:
        return []
    return [
        Offer(
            kin.person, kin.name, ", ".join(part for part in (kin.relation.replace("-", " "), _age(kin.born)) if part)
        )
        for kin in identity.family(reading, person)
        if kin.relation in (*SIBLINGS, *PARENTS) and str(kin.person) not in known
    ][:MOST_OFFERED]


def taken(request: HttpRequest, values: Values, n: int, person: UUID) -> dict[str, str]:
    """What was typed, with what is held of this person in the places that are empty. Raises Missing where they may not be
    seen."""
    profile = identity.profile(request.reading, person)
    return {**values, **_filled(profile, values, f"c{n}"), f"c{n}-known": str(person)}


def added(request: HttpRequest, values: Values, of: UUID, person: UUID) -> dict[str, str]:
    """What was typed, with a brother or sister as one more child, or a parent as somebody else. Raises Missing."""
    kin = next((one for one in identity.family(request.reading, of) if one.person == person), None)
    if kin is None:
        raise Missing
    profile = identity.profile(request.reading, person)
    if kin.relation in PARENTS:
        m = int(values.get("m", "0") or 0)
        if m >= MOST_OTHERS:
            return dict(values)
        return {
            **values,
            **_filled(profile, values, f"a{m}"),
            f"a{m}-role": "parent",
            f"a{m}-relation": kin.relation,
            "m": str(m + 1),
        }
    n = int(values.get("n", "1") or 1)
    if n >= MOST_CHILDREN:
        return dict(values)
    return {**values, **_filled(profile, values, f"c{n}"), f"c{n}-known": str(person), "n": str(n + 1)}


def _filled(profile: Profile, values: Values, prefix: str) -> dict[str, str]:
    return {
        f"{prefix}-{name}": value
        for name in OFFERED
        if (value := str(getattr(profile, name))) and not values.get(f"{prefix}-{name}", "").strip()
    }
