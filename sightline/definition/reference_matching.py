"""The reference page of matching: what joins by itself, what waits for whom, and every reason in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sightline.definition.base import Dated
from sightline.definition.kinds.matching import AGREES, CONTRADICTS, NOT_ONE, WAITS, Matching
from sightline.definition.types import Partnership

TERMS = {
    "given": "given name", "family": "family name", "born": "birth date", "born-nearly": "birth date, one slip aside",
    "sex": "sex", "school": "school", "postcode": "postcode", "phone": "telephone", "email": "e-mail address",
    "kin": "a family member", "nhs": "NHS number", "upn": "pupil number",
}  # fmt: skip
GROUPS = (
    ("What agrees", AGREES),
    ("What speaks against", CONTRADICTS),
    ("Why it waits", WAITS),
    ("Why nobody is asked", NOT_ONE),
)


def matching(p: Partnership) -> list[str]:
    """Every policy of matching, as it is declared."""
    out = [f"# Matching in {p.info.title}", ""]
    for policy in p.matching.values():
        out += _policy(p, policy)
    return out if p.matching else [*out, "None declared: nothing is ever matched."]


def _policy(p: Partnership, policy: Matching) -> list[str]:
    out = [f"## {policy.title}", "", f"`{policy.id}` · Source: {policy.source}", ""]
    out += [policy.note, ""] if policy.note else []
    out += ["| What | From | Value | Source |", "|---|---|---|---|"]
    out += _rows("Joins by itself from a weight of", policy.weights.same, "bits")
    out += _rows("Waits for a person from a weight of", policy.weights.possible, "bits")
    out += _rows("Joins by itself at all", policy.automatic)
    out += _rows("Wrong among those joined by themselves, at most", policy.error, "of a million")
    out += _rows("Workers who must agree where one side is protected", policy.two_people)
    out += _rows("A group so far below the average stops joining by itself", policy.fairness.gap, "percentage points")
    out += [
        "",
        "A weight is the log2 of the odds that two are one: 10 bits are about a thousand to one, -4 one to sixteen.",
        "",
    ]
    for identifier in policy.identifiers.values():
        sets = "; ".join(" with ".join(TERMS[term] for term in terms) for terms in identifier.confirmed_by)
        out += [
            f"- **{identifier.title}** may join by itself, where this confirms it: {sets}. Source: {identifier.source}"
        ]
    holder = p.role[policy.sealed.role].title if policy.sealed.role in p.role else policy.sealed.role
    agency = p.agency.get(policy.sealed.agency)
    day = policy.sealed.day or (agency.phone if agency else "")
    night = policy.sealed.night or (agency.out_of_hours if agency else "")
    reached = f", {agency.title}: {day} by day, {night} by night" if agency else ", whom each partnership names"
    out += [
        f"- **What is sealed** is seen and decided by one role alone: {holder}{reached}. Others read: “{policy.sealed.says}”",
        "",
    ]
    for title, codes in GROUPS:
        out += [f"**{title}**", ""]
        out += [f"- {policy.reasons[code].says} (`{code}`)" for code in codes if code in policy.reasons]
        out += [""]
    out += _examples(policy)
    return out


def _rows(what: str, values: Sequence[Dated], unit: str = "") -> Iterable[str]:
    return [
        f"| {what} | {value.from_} | {value.is_} {unit} | {value.source} |".replace(" | |", " |") for value in values
    ]


def _examples(policy: Matching) -> list[str]:
    out = ["**Examples, which run**", "", "| One | Other | Weight | Band | Because |", "|---|---|---|---|---|"]
    for example in policy.examples:
        sides = [", ".join(str(value) for value in example[side].values()) for side in ("one", "other")]
        out.append(
            f"| {sides[0]} | {sides[1]} | {example['weight']} | {example['band']} | {example.get('because', '')} |"
        )
    return [*out, ""]
