"""How two likenesses agree, as the bands ask it: in words that a person would use, with no number. Pure, and symmetric.

The score (`linkage.scoring`) says how much agreement is worth; this says what kind it is, so that brothers and sisters,
a father and a son of one name, or a number typed for somebody else are told from a misspelling.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from rapidfuzz.distance import OSA, JaroWinkler

from sightline.identity.linkage.names import family_roots, in_use, roots, sound
from sightline.identity.linkage.types import Likeness
from sightline.timescales.partial import parse_partial

SAME, SHORT, VARIANT, UNCLEAR, DIFFERENT, UNTOLD = "same", "short", "variant", "unclear", "different", ""
NEAR, PART, GENERATION = "near", "part", "generation"
CLEARLY_DIFFERENT = 0.70  # Jaro-Winkler: below, no slip of ear or hand makes one of the other
LEAST_TO_SLIP = 4  # letters: Ava and Eva are two names, not one misspelt
ENDINGS = frozenset("aeioy")  # Paul and Paula, Marie and Maria, Daniel and Daniela: two names, not one misspelt
MOST_DAYS_EARLY, MOST_DAYS_LATE = 120, 28  # of a birth, against the day on which it was expected
ANOTHER_PREGNANCY = 200  # days: no scan puts a day that was expected so far off


@dataclass(frozen=True, slots=True)
class Facts:
    """How two likenesses agree. A detail that only one side tells stands nowhere."""

    given: str  # same | short (declared form or spelling) | variant (a slip) | unclear | different | "": one tells none
    born: str  # same | near | part | different | generation | ""
    agree: frozenset[str]  # terms of the policy that agree: family, sex, school, postcode, phone, email, kin, nhs, upn
    differ: frozenset[str]  # of these: told by both, and not the same
    family_of_each_other: bool  # one is told as a relative of the other


def facts(one: Likeness, other: Likeness, generation: int) -> Facts:
    """`generation`: so many years between two births are no misprint."""
    agree, differ = set(), set()
    for term, a, b in (("nhs", one.nhs, other.nhs), ("upn", one.upn, other.upn), ("sex", one.sex, other.sex)):
        if a and b:
            (agree if a == b else differ).add(term)
    for term, some, others in (
        ("school", one.schools, other.schools),
        ("postcode", one.postcodes, other.postcodes),
        ("phone", one.phones, other.phones),
        ("email", one.emails, other.emails),
        ("kin", one.kin, other.kin),
    ):
        if some and others:
            (differ if set(some).isdisjoint(others) else agree).add(term)
    family = _family(one, other)
    if family is not None:
        (agree if family else differ).add("family")
    return Facts(
        _given(one, other), born(one, other, generation), frozenset(agree), frozenset(differ), relatives(one, other)
    )


# --- names --------------------------------------------------------------------------------------------


def alike(one: str, other: str) -> bool:
    """Whether one given name may be the other: the same, a declared short form or spelling, or a slip of the hand. Not
    by sound alone: Hassan and Hussain, or Lily and Leila, sound alike, and are what twins are called."""
    return _one_name(one, other) or slip(one, other) and not (_is_name(one) and _is_name(other))


def _is_name(word: str) -> bool:
    """Whether a word is a name that we know. Of two, neither is the other misspelt: Marcus and Marcos."""
    return word in in_use().meant


def _one_name(one: str, other: str) -> bool:
    return one == other or not set(roots(one)).isdisjoint(roots(other))


def slip(one: str, other: str) -> bool:
    """One letter amiss or two changed over, the first letter kept; a vowel at the end makes another name."""
    if min(len(one), len(other)) < LEAST_TO_SLIP or one[0] != other[0] or OSA.distance(one, other, score_cutoff=1) != 1:
        return False
    short, long_ = sorted((one, other), key=len)
    if len(short) < len(long_):
        return not (long_.startswith(short) and long_[-1] in ENDINGS)
    return not (one[:-1] == other[:-1] and one[-1] in ENDINGS and other[-1] in ENDINGS)


def _given(one: Likeness, other: Likeness) -> str:
    found = given_names(one.given, other.given)
    if found in (SAME, SHORT, UNTOLD):
        return found
    if one.family and other.family and _turned_round(one, other):
        return VARIANT
    if found == VARIANT or _called_before(one, other) or _called_before(other, one):
        return VARIANT
    if found == DIFFERENT and (_in_another_order(one, other) or _in_another_order(other, one)):
        return UNCLEAR  # enough to ask, never to confirm a number
    return found


def given_names(one: Sequence[str], other: Sequence[str]) -> str:
    """How the given names of two stand to each other."""
    if not one or not other:
        return UNTOLD
    a, b = _called(one), _called(other)
    if sorted(a) == sorted(b) or "".join(a) == "".join(b):
        return SAME
    short, long_ = sorted((a, b), key=lambda words: (len(words), words))
    if set(short) <= set(long_):
        if set(short) <= in_use().before:
            return UNCLEAR  # brothers may all be called Muhammad, each with a name of his own besides
        return SAME if short[0] == long_[0] else SHORT
    if all(any(_one_name(word, there) for there in long_) for word in short):
        return SHORT
    if all(any(alike(word, there) for there in long_) for word in short):
        return VARIANT
    if len(short) > 1 and set(short) & set(long_):
        return UNCLEAR  # Muhammad Hassan and Muhammad Hussain
    if any(alike(x, y) for x in short for y in long_):
        return UNCLEAR
    return DIFFERENT if max(JaroWinkler.similarity(x, y) for x in a for y in b) < CLEARLY_DIFFERENT else UNCLEAR


def _called(words: Sequence[str]) -> list[str]:
    """The words by which somebody is called: without what goes before, where anything is left."""
    before = in_use().before
    return [word for word in words if word not in before] or list(words)


def _turned_round(one: Likeness, other: Likeness) -> bool:
    return set(one.given) == set(other.family) and set(one.family) == set(other.given)


def _in_another_order(one: Likeness, other: Likeness) -> bool:
    """Whether the words of one name stand in the other's other field, as far as both tell them: Mai Nguyễn and Nguyen Thi
    Mai, Wang Xiao Ming and Xiaoming Wang, S. Kavitha and Kavitha Sivakumar; or all of one name among the other's given names:
    Mohammed Hamza and Muhammad Hamza Iqbal. Forms that ask for a first and a last name are filled in so by families whose
    names are not made of those two."""
    if _stands_in(one.given, other.family) and _stands_in(one.family, other.given):
        return True
    before = in_use().before
    names = {*one.given, *one.family} - before
    return bool(names) and names <= {*other.given} and any(_one_name(x, y) for x in one.given for y in other.given)


def _stands_in(some: Sequence[str], others: Sequence[str]) -> bool:
    if not some or not others:
        return False
    short, long_ = sorted((set(some), set(others)), key=len)
    if short <= long_ or "".join(some) == "".join(others):
        return True
    return any(len(a[0]) == 1 and len(a) == 1 and b[0].startswith(a[0]) for a, b in ((some, others), (others, some)))


def _called_before(one: Likeness, other: Likeness) -> bool:
    return bool(one.other_names) and set(other.given) <= {*one.other_names, *one.given}


def _family(one: Likeness, other: Likeness) -> bool | None:
    if not one.family or not other.family:
        return None
    particles = in_use().particles
    a, b = ({w for w in words if w not in particles} or set(words) for words in (one.family, other.family))
    return (
        any(_one_family_name(x, y) for x in a for y in b)
        or "".join(one.family) == "".join(other.family)
        or not a.isdisjoint(other.other_names)
        or not b.isdisjoint(one.other_names)
        or _turned_round(one, other)
    )


def _one_family_name(one: str, other: str) -> bool:
    return not set(family_roots(one)).isdisjoint(family_roots(other)) or slip(one, other) or sound(one) == sound(other)


# --- birth --------------------------------------------------------------------------------------------


def born(one: Likeness, other: Likeness, generation: int) -> str:
    """How two births stand to each other. A child who is expected is born within the weeks around that day."""
    a, b = sorted((one.born, other.born), key=lambda text: (len(text), text))
    if not a or not b:
        return GENERATION if _years_apart(one, other) >= generation else _expected(one, other)
    if a == b:
        return SAME if len(a) == 10 else PART
    years = abs(int(a[:4]) - int(b[:4]))
    if years >= generation:
        return GENERATION
    if len(a) < 10:
        return PART if b.startswith(a) or (len(a) == 4 and years <= 1) else DIFFERENT
    return NEAR if years == 0 and _nearly(a, b) else DIFFERENT


def _years_apart(one: Likeness, other: Likeness) -> int:
    """How many years lie between two births at the least, where of one only an age was guessed; 0 where that is not known. A
    year more is taken off: who guesses an age is seldom further out."""
    spans = []
    for side in (one, other):
        told = side.born or side.about_age
        if not told:
            return 0
        try:
            spans.append(parse_partial(told))
        except ValueError:
            return 0
    early, late = sorted(spans, key=lambda span: (span.earliest, span.latest))
    return max((late.earliest - early.latest).days // 366 - 1, 0)


def _nearly(one: str, other: str) -> bool:
    """Day and month changed over, or one digit amiss, within a year."""
    return one[5:7] == other[8:] and one[8:] == other[5:7] or sum(x != y for x, y in zip(one, other, strict=True)) == 1


def _expected(one: Likeness, other: Likeness) -> str:
    if not (one.expected or one.born) or not (other.expected or other.born):
        return UNTOLD
    days = [_day(side.born or side.expected) for side in (one, other)]
    if days[0] is None or days[1] is None:
        return UNTOLD
    if one.expected and other.expected and not (one.born or other.born):
        return PART if abs((days[0] - days[1]).days) <= MOST_DAYS_LATE else DIFFERENT
    came, due = (days[0], days[1]) if one.born else (days[1], days[0])
    return PART if -MOST_DAYS_EARLY <= (came - due).days <= MOST_DAYS_LATE else DIFFERENT


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


# --- family -------------------------------------------------------------------------------------------


def relatives(one: Likeness, other: Likeness) -> bool:
    """Whether one is told as a relative of the other: the same name and birth date as somebody of their family."""
    return _is_kin(one, other) or _is_kin(other, one)


def _is_kin(of: Likeness, other: Likeness) -> bool:
    return any(_fits(told, other) and not _fits(told, of) for told in of.kin)


def _fits(told: str, who: Likeness) -> bool:
    given, _, rest = told.partition("|")
    day = rest.rpartition("|")[2]
    return bool(day) and day == who.born and given_names(given.split(), who.given) in (SAME, SHORT, VARIANT)


def plainly_another(one: Likeness, other: Likeness, generation: int) -> bool:
    """Whether what one sender told under one number of its own is of two people: nothing but the number says that they are
    one. Another given name and another birth date, no slip of either; or a child of another pregnancy; and no national
    number in common."""
    known = facts(one, other, generation)
    if {"nhs", "upn"} & known.agree or known.given in (SAME, SHORT, VARIANT):
        return False
    if one.born and other.born:
        numbers = bool({"nhs", "upn"} & known.differ)
        another = known.given == DIFFERENT or known.given == UNCLEAR and numbers
        return another and known.born in (DIFFERENT, GENERATION)
    days = [_day(side.born or side.expected) for side in (one, other)]
    return days[0] is not None and days[1] is not None and abs((days[0] - days[1]).days) > ANOTHER_PREGNANCY


def of_twins(one: Likeness, other: Likeness, generation: int) -> bool:
    """Whether what one sender told under one number of its own is of twins, of whom each is told in a message of its own: one
    birth date, another given name, and another sex or another national number. Of two brothers without numbers it cannot be
    told from a child who is called something else now."""
    known = facts(one, other, generation)
    numbers = {"nhs", "upn"}
    differ = "sex" in known.differ or bool(numbers & known.differ)
    return known.given == DIFFERENT and known.born == SAME and differ and not numbers & known.agree


def named_apart(one: Likeness, other: Likeness, generation: int, *, on_one_record: bool) -> bool:
    """Whether two under one number of a sender's own are two, where both stand on one record as two, or the number is known to
    be several people's. Then another given name, or another birth, is enough; and who of several is meant must be told."""
    known = facts(one, other, generation)
    if known.born in (DIFFERENT, GENERATION):
        return on_one_record or not {"nhs", "upn"} & known.agree
    if on_one_record:
        return known.given in (DIFFERENT, UNCLEAR) or "sex" in known.differ
    if known.given == UNTOLD:
        return known.born not in (SAME, NEAR, PART) and not {"nhs", "upn"} & known.agree
    return known.given == DIFFERENT and not {"nhs", "upn"} & known.agree


def terms(known: Facts) -> Collection[str]:
    """Which terms of a policy agree. A slip in the given name counts only where both tell one sex."""
    found = set(known.agree)
    if known.given in (SAME, SHORT) or known.given == VARIANT and "sex" in known.agree:
        found.add("given")
    if known.born == SAME:
        found |= {"born", "born-nearly"}
    elif known.born == NEAR:
        found.add("born-nearly")
    return found
