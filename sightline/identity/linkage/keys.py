"""By what others like somebody are found: keys, written with each identity and asked of each arriving one. Pure.

Matching reads at most some two hundred people a key, so a blocking key is a combination that few people share among a
million; together they reach somebody in spite of two slips (a misspelt name and a wrong digit, names changed over and a
move, a birth year only). A key is stored only as a digest; what it says stays here.

kind  of                                              reaches somebody in spite of
nhs   NHS number                                      everything else
upn   pupil number                                    everything else
tel   phone number or e-mail address                  everything else
nb    a name's sound, birth date                      the other name, the address; names changed over
ny    both names' sounds, birth year                  day and month of birth, the address
nd    both names' sounds, day and month of birth      the year of birth
nn    both names' sounds                              no birth date
gy    given name's sound, family initial, year        the family name and the day and month of birth
fy    family name's sound, given initial, year        the given name and the day and month of birth
bi    birth date, given initial                       both names misspelt
py    postcode, birth year                            both names
pi    postcode, given initial                         the family name, the birth date
fx    family name's sound, month of birth or expected   that no given name is known: of children not yet born or named
kin   a member of the family told with them           (only where the birth date is not known whole)

The finding kinds are what find-a-child asks, one fact each: `sound` and `start` of each name, `born`, `year`, `postcode`,
`district`, `number`, and `nhs` and `upn` as above.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import product

from sightline.identity.linkage.comparing import Prepared, prepared
from sightline.identity.linkage.names import asked_as, sound, written_as
from sightline.identity.linkage.types import Key, Likeness
from sightline.timescales.partial import parse_partial

BLOCKING = frozenset(("nhs", "upn", "tel", "nb", "nd", "nn", "gy", "fy", "py", "pi", "fx", "kin"))
FINDING = frozenset(("sound", "start", "born", "year", "nhs", "upn", "number", "postcode", "district"))
MOST_WORDS = 3  # of a family name, and of all names by which somebody is found
MOST_PLACES = 2  # postcodes, the latest first
MOST_CONTACTS = 3
MOST_KIN = 2
MOST_YEARS = 4  # in which somebody may be born whose age was guessed
START = 3  # letters by which the beginning of a name is found


def keys_of(one: Likeness) -> tuple[Key, ...]:
    """The keys under which a likeness is written."""
    p = prepared(one)
    given = written_as(p.given) if p.given else ()
    return tuple(dict.fromkeys((*_blocking(one, p, given, _family(p), _years(one)), *_finding(one))))


def keys_asked(one: Likeness) -> tuple[Key, ...]:
    """The keys by which others like it are looked up to match: also under which it would be written if its names were
    changed over, its day and month of birth, its given name another form, or its age another year."""
    p = prepared(one)
    given = asked_as(p.given) if p.given else ()
    family = _family(p)
    years = _years(one)
    found = [*_blocking(one, p, given, family, years)]
    if p.born_digits and p.born_digits[4:6] != p.born_digits[6:] and int(p.born_digits[6:]) <= 12:
        year, month, day = p.born_digits[:4], p.born_digits[4:6], p.born_digits[6:]
        found += _of_birth(p, given, family, year + day + month)
    if p.family:  # names changed over
        found += [Key("pi", f"{place}|{p.family[0]}") for place in p.postcodes[:MOST_PLACES]]
    found += [Key("fx", f"{heard}|{month}") for month in _months(one.born, one.expected) for heard in family]
    return tuple(dict.fromkeys(found))


def _months(born: str, expected: str) -> tuple[str, ...]:
    """In which a child may have been expected who was born then, or born who was expected then: the nearest two or three."""
    day = born or expected
    if len(day) < 7:
        return ()
    month = int(day[:4]) * 12 + int(day[5:7]) - 1
    early = int(day[8:10] or 15) <= 15 if len(day) == 10 else True
    near = (month, month - 1, month + 1) if not born else (month, month - 1 if early else month + 1)
    return tuple(f"{m // 12}-{m % 12 + 1:02}" for m in near)


def _family(p: Prepared) -> tuple[str, ...]:
    """How each word of a family name sounds."""
    return tuple(dict.fromkeys(sound(word) for word in p.family_words[:MOST_WORDS]))


def _years(one: Likeness) -> tuple[str, ...]:
    """The year of birth, or those that an age allows, the likeliest first; that in which a child is expected."""
    if one.born or one.expected:
        return ((one.born or one.expected)[:4],)
    if one.about_age:
        try:
            about = parse_partial(one.about_age)
        except ValueError:
            return ()
        first, last = about.earliest.year, about.latest.year
        middle = (first + last) // 2
        years = sorted(range(first, last + 1), key=lambda year: (abs(year - middle), year))
        return tuple(map(str, years[:MOST_YEARS]))
    return ()


def _pairs(kind: str, some: Iterable[str], others: Sequence[str], rest: str) -> Iterator[Key]:
    """Both names' sounds in the order of the alphabet, so that names changed over are found."""
    for pair in product(some, others):
        yield Key(kind, f"{'|'.join(sorted(pair))}|{rest}")


def _of_birth(p: Prepared, given: Sequence[str], family: Sequence[str], digits: str) -> Iterator[Key]:
    for heard in dict.fromkeys((*given, *(sound(w) for w in p.given_words[1:MOST_WORDS]), *family)):
        yield Key("nb", f"{heard}|{digits}")
    yield from _pairs("nd", given, family, digits[4:])


def _blocking(
    one: Likeness, p: Prepared, given: Sequence[str], family: Sequence[str], years: Sequence[str]
) -> Iterator[Key]:
    if one.nhs:
        yield Key("nhs", one.nhs)
    if one.upn:
        yield Key("upn", one.upn)
    for contact in p.contacts[:MOST_CONTACTS]:
        yield Key("tel", contact)
    if p.born_digits:
        yield from _of_birth(p, given, family, p.born_digits)
    for year in years:
        if p.family:
            yield from (Key("gy", f"{heard}|{p.family[0]}|{year}") for heard in given)
        if p.given_initial:
            yield from (Key("fy", f"{heard}|{p.given_initial}|{year}") for heard in family)
    yield from _pairs("nn", given, family, "")
    if one.other_names:
        earlier = [sound(word) for word in one.other_names[:MOST_WORDS]]
        if p.born_digits:
            yield from (Key("nb", f"{heard}|{p.born_digits}") for heard in earlier)
        yield from _pairs("nn", given[:1], earlier, "")
    for place in p.postcodes[:MOST_PLACES]:
        yield from (Key("py", f"{place}|{year}") for year in years)
        if p.given_initial:
            yield Key("pi", f"{place}|{p.given_initial}")
    if (one.expected or not p.given) and len(one.expected or one.born) >= 7:
        yield from (Key("fx", f"{heard}|{(one.expected or one.born)[:7]}") for heard in family)
    if not p.born_digits:
        yield from (Key("kin", told) for told in one.kin[:MOST_KIN])


def _finding(one: Likeness) -> Iterator[Key]:
    for word in dict.fromkeys((*one.given, *one.family, *one.other_names)):
        yield Key("sound", sound(word))
        if len(word) >= START:
            yield Key("start", word[:START])
    if len(one.born) == 10:
        yield Key("born", one.born)
    if one.born:
        yield Key("year", one.born[:4])
    for number in (*one.numbers, *one.phones):
        yield Key("number", number)
    for place in one.postcodes:
        yield Key("postcode", place)
    for district in dict.fromkeys(place[:-3] for place in one.postcodes[:MOST_PLACES] if len(place) > 4):
        yield Key("district", district)
