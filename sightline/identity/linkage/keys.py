"""By what others like somebody are found: keys, written with each identity and asked of each arriving one. Pure.

Blocking kinds (for matching) are combinations so rare that few people share one; finding kinds are what a search asks.
A key is stored only as a digest; what it says stays here.
"""

from __future__ import annotations

from collections.abc import Iterator

from sightline.identity.linkage.comparing import prepared
from sightline.identity.linkage.names import roots, sound
from sightline.identity.linkage.types import Key, Likeness

BLOCKING = frozenset(("nhs", "upn", "gb", "fb", "gf", "fp", "gp", "tel", "gn"))
FINDING = frozenset(("word", "sound", "start", "born", "year", "nhs", "upn", "number", "postcode"))


def keys_of(one: Likeness) -> tuple[Key, ...]:
    """The keys under which a likeness is written."""
    return tuple(dict.fromkeys((*_blocking(one), *_finding(one))))


def keys_asked(one: Likeness) -> tuple[Key, ...]:
    """The keys by which others like it are looked up, to match; more than are written."""
    turned = []
    if len(one.born) == 10 and int(one.born[8:]) <= 12:
        from dataclasses import replace

        turned = list(_blocking(replace(one, born=f"{one.born[:4]}-{one.born[8:]}-{one.born[5:7]}")))
    return tuple(dict.fromkeys((*_blocking(one), *turned)))


def _blocking(one: Likeness) -> Iterator[Key]:
    p = prepared(one)
    given = {sound(w) for w in roots(p.given)} if p.given else set()
    family = {sound(w) for w in p.family_words}
    if one.nhs:
        yield Key("nhs", one.nhs)
    if one.upn:
        yield Key("upn", one.upn)
    if p.born:
        for heard in sorted(given):
            yield Key("gb", f"{heard}|{p.born}")
        for heard in sorted(family):
            yield Key("fb", f"{heard}|{p.born}")
    if one.born:
        for heard in sorted(given):
            for also in sorted(family):
                yield Key("gf", f"{heard}|{also}|{one.born[:4]}")
    for place in one.postcodes[:2]:
        for heard in sorted(given):
            yield Key("gp", f"{heard}|{place}")
        for heard in sorted(family):
            yield Key("fp", f"{heard}|{place}")
    for phone in one.phones[:2]:
        yield Key("tel", phone)


def _finding(one: Likeness) -> Iterator[Key]:
    for word in dict.fromkeys((*one.given, *one.family, *one.other_names)):
        yield Key("word", word)
        yield Key("sound", sound(word))
        if len(word) > 3:
            yield Key("start", word[:3])
    if len(one.born) == 10:
        yield Key("born", one.born)
    if one.born:
        yield Key("year", one.born[:4])
    for number in (*one.numbers, *one.phones):
        yield Key("number", number)
    for place in one.postcodes:
        yield Key("postcode", place)
