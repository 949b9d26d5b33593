"""Same, possible, or new: what follows from how two likenesses compare. Pure, and the same whichever side comes first.

    rules = bands.in_force(partnership().matching, day)
    verdict(rules, one, other, score, agencies=("police", "school"))    Verdict("possible", ("nhs", "twin"))

*Same* joins by itself, and so asks for three things at once: weight enough, an identifier that agrees to the letter and
is confirmed, and nothing that contradicts. Name and birth date alone never join, nor does anything protected.
*Possible* waits for a person. The reasons are codes; the definition says each in a sentence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sightline.definition.kinds.matching import Matching
from sightline.definition.values import YES
from sightline.definition.versions import as_of
from sightline.identity.agreeing import (
    DIFFERENT,
    GENERATION,
    NEAR,
    SAME,
    UNCLEAR,
    Facts,
    facts,
    terms,
)
from sightline.identity.linkage.types import Likeness, Score

JOINS, WAITS, NEW = "same", "possible", "new"
PROTECTED, SEALED = "protected", "sealed"
GIVEN_TWICE = "number-given-twice"
STRICT = {"": 0, PROTECTED: 1, SEALED: 2}


@dataclass(frozen=True, slots=True)
class Rules:
    """What is declared about matching, as it stands on a day."""

    id: str
    same: float  # bits: from here on two may be one without a person
    possible: float  # bits: from here on a person is asked
    automatic: bool
    identifiers: Mapping[str, tuple[frozenset[str], ...]]  # each with the sets of details that confirm it
    reasons: Mapping[str, str]
    workers: int  # how many must agree about what is protected
    holder: str  # role of whoever alone sees and decides what is sealed
    generation: int
    error: float  # at most so many wrong of a million
    gap: float  # percentage points below the average at which a group stops automatic joining
    least: int  # pairs of a group below which nothing is judged


@dataclass(frozen=True, slots=True)
class Verdict:
    """The band of a pair, and the codes of why: what agrees first, then what speaks against, then why it waits."""

    band: str  # same | possible | new
    why: tuple[str, ...]


def in_force(declared: Mapping[str, Matching], day: date) -> Rules:
    """The one policy that is declared, as it stands on the day. Raises LookupError where none does: nothing is ever
    matched by a rule that nobody wrote."""
    if len(declared) != 1:
        raise LookupError(f"one `matching` is declared, not {len(declared)}")
    (policy,) = declared.values()

    def value(dated: Sequence[object], default: str) -> str:
        found = as_of(dated, day)  # type: ignore[type-var, arg-type]
        return str(found.is_) if found else default

    return Rules(
        id=policy.id,
        same=float(value(policy.weights.same, "inf")),
        possible=float(value(policy.weights.possible, "inf")),
        automatic=value(policy.automatic, "no").lower() in YES,
        identifiers={
            name: tuple(frozenset(terms_) for terms_ in one.confirmed_by) for name, one in policy.identifiers.items()
        },
        reasons={code: reason.says for code, reason in policy.reasons.items()},
        workers=int(value(policy.two_people, "2")),
        holder=policy.sealed.role,
        generation=policy.generation,
        error=float(value(policy.error, "0")),
        gap=float(value(policy.fairness.gap, "0")),
        least=policy.fairness.least,
    )


def stricter(*guards: str) -> str:
    """The strictest of several guards."""
    return max(guards, key=lambda guard: STRICT[guard], default="")


def verdict(
    rules: Rules,
    one: Likeness,
    other: Likeness,
    score: Score,
    *,
    agencies: tuple[str, str] = ("", ""),
    guard: str = "",
    automatic: bool = True,
    one_number: bool = False,
) -> Verdict:
    """The band of two likenesses with this score, and why.

    `agencies`: whose they are. `guard`: the strictest of everybody who is one person with either side (`protected`,
    `sealed` or nothing); for a pair that was joined before anybody was guarded, leave it empty: a guard lets nothing new
    in and takes nothing apart. `automatic`: no where joining by itself was stopped (an unfair gap, or by hand).
    `one_number`: one sender told of both under one number of its own, though they are plainly alike in nothing else: a
    person is asked, unless each has a national number.
    """
    known = facts(one, other, rules.generation)
    agree = tuple(name for name in sorted(rules.identifiers) if name in known.agree)
    against = contradictions(known, one, other, agencies)
    if not agree:
        if one_number and not {"nhs", "upn"} & known.differ:
            return Verdict(WAITS, (*against, GIVEN_TWICE, *_held(guard)))
        if two_people(known):
            return Verdict(NEW, (*against, "two-people"))
        if score.bits < rules.possible:
            return Verdict(NEW, (*against, "too-little"))
        return Verdict(WAITS, (*against, "details-alone", *_held(guard)))
    told = terms(known)
    confirmed = any(needed <= told for name in agree for needed in rules.identifiers[name])
    waits = (
        *(() if confirmed else ("not-confirmed",)),
        *(() if score.bits >= rules.same else ("speaks-against",)),
        *_held(guard),
        *(() if automatic and rules.automatic else ("stopped",)),
    )
    why = (*agree, *(("confirmed",) if confirmed else ()), *against, *waits)
    return Verdict(WAITS if against or waits else JOINS, why)


def _held(guard: str) -> tuple[str, ...]:
    return (guard,) if guard else ()


def contradictions(known: Facts, one: Likeness, other: Likeness, agencies: tuple[str, str]) -> tuple[str, ...]:
    """What speaks against two being one person, whatever agrees."""
    found = []
    if {"nhs", "upn"} & known.differ:
        found.append("another-number")
    if known.given in (DIFFERENT, UNCLEAR):
        if known.born in (SAME, NEAR):
            found.append("twin")
        elif known.given == DIFFERENT and {"family", "postcode"} & known.agree:
            found.append("sibling")
        elif known.given == DIFFERENT:
            found.append("another-name")
    if known.born == GENERATION:
        found.append("generation")
    elif known.born == DIFFERENT:
        found.append("another-birth-date")
    if known.family_of_each_other:
        found.append("told-as-family")
    if "sex" in known.differ and known.given != SAME:
        found.append("another-sex")
    if agencies[0] and agencies[0] == agencies[1] and one.numbers and other.numbers:
        if set(one.numbers).isdisjoint(other.numbers):
            found.append("kept-apart-by-sender")
    return tuple(found)


def two_people(known: Facts) -> bool:
    """Where no identifier agrees: whether they are two people, so that nobody is asked, however much else agrees.

    Twins share everything but a name and a number; a father and a son may share all but the birth; two national
    numbers mean two people, unless a number was typed for somebody else of the family: then name, birth date and
    somewhere they live, learn or are reached agree all the same, and a person is asked. So too of a baby who has no given name
    yet: many are booked under their mother's number.
    """
    if known.family_of_each_other or known.born == GENERATION:
        return True
    if known.given == DIFFERENT and (known.born in (SAME, NEAR) or {"family", "postcode"} & known.agree):
        return True
    if "nhs" in known.differ:
        where = {"upn", "phone", "email", "postcode", "school"} & known.agree
        unnamed = not known.given and "family" in known.agree and "sex" not in known.differ
        return not ((known.given == SAME or unnamed) and known.born == SAME and where)
    return False


def sentences(rules: Rules, why: Sequence[str]) -> tuple[str, ...]:
    """The reasons in words, in their order; a code that is no longer declared stands as it is."""
    return tuple(rules.reasons.get(code, code) for code in why)


__all__ = ["GIVEN_TWICE", "JOINS", "NEW", "WAITS", "Rules", "Verdict", "in_force", "sentences", "stricter", "verdict"]
