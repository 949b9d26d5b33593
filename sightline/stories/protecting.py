"""Protecting in a story where somebody is, saying how they may be reached, and what then shows to whom."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from sightline.chronology.queries import of_person
from sightline.definition.outcomes import Missing
from sightline.identity.actions import guard
from sightline.identity.protected import of as protected_of
from sightline.identity.protected import protect, safe_to_contact, say_safe
from sightline.identity.queries import family, persons_of, profile, rows_of
from sightline.sharing.reading import reading
from sightline.sharing.release import Scanner, Value
from sightline.stories.acting_matches import protected_on
from sightline.stories.asking_people import Answered
from sightline.stories.model import Act, Expectation

if TYPE_CHECKING:
    from sightline.stories.living import Life

Flags = tuple[str, ...]
PURPOSE = "safeguarding"
WORD = re.compile(r"\w+")
BECAUSE = "Somebody who may harm them must not learn where they are."


def _protect(life: Life, act: Act) -> Flags:
    """Protects the address that the record brought of them; where it brought none, they are guarded all the same."""
    by, identities = life.actor(act.by), protected_on(life, act)
    held = [life.held[key] for key, identity in life.identities.items() if identity in identities]
    with_home = next((one for one in held if one.lines or one.postcode), None)
    if with_home is None:
        guard(identities=identities, kind="protected", because=BECAUSE, by=by)
        return ()
    named = act.given.get("recipients") or [act.by]
    protect(
        value=Value("address", lines=tuple(with_home.lines), postcode=with_home.postcode),
        kind=str(act.given.get("kind") or "home"),
        recipients=[_holder(life, str(one)) for one in ([named] if isinstance(named, str) else named)],
        because=str(act.given.get("because") or BECAUSE),
        by=by,
        identities=identities,
    )
    return ()


def _holder(life: Life, one: str) -> str:
    if one in life.actors:
        return f"worker:{life.actors[one]}"
    return one if ":" in one else f"agency:{one}"


def _safe_contact(life: Life, act: Act) -> Flags:
    identity = protected_on(life, act)[0]
    say_safe(
        person=persons_of([identity])[identity],
        channel=str(act.given.get("channel") or ""),
        safe=act.given.get("safe") == "yes",
        said_by=str(act.given.get("said-by") or ""),
        of=str(act.given.get("number") or ""),
        by=life.actor(act.by),
    )
    return ()


def _plain(text: str) -> str:
    """Words alone, in small letters, each between spaces: ` by the gate `."""
    return f" {' '.join(WORD.findall(text.casefold()))} "


def _texts(shown: object) -> Iterator[str]:
    """Every text that stands in what a page is given, and none of the names under which it stands there."""
    if isinstance(shown, str):
        yield shown
    elif is_dataclass(shown):
        for one in fields(shown):
            yield from _texts(getattr(shown, one.name))
    elif isinstance(shown, Mapping):
        for value in shown.values():
            yield from _texts(value)
    elif isinstance(shown, Iterable):
        for value in shown:
            yield from _texts(value)


def _shows(life: Life, expected: Expectation) -> Answered:
    """Whether words stand anywhere on the pages of somebody, as that worker would see them; written otherwise too."""
    words = str(expected.given["words"])
    scanner, plainly = Scanner([Value.of(words)]), _plain(words)
    said: list[object] = []
    for person in life.persons_of(expected.given["about"]):
        with reading(life.actor(expected.given["who"]), PURPOSE, recorded=False) as opened:
            try:
                said += [profile(opened, person), family(opened, person)]
            except Missing:
                continue
            said += [(e.headline, e.says, e.place, e.fields, e.words) for e in of_person(opened, person).entries]
    if not said:
        return None, "nothing of them is there to see"
    for text in _texts(said):  # as it stands; what is no whole address the scanner takes for none
        if words.strip() and plainly in (found := _plain(text)):
            at = found.index(plainly)
            return True, f"…{found[max(at - 30, 0) : at + len(plainly) + 30].strip()}…"
    hits = [hit for one in said for hit in scanner.scan(repr(one))]
    return bool(hits), hits[0].excerpt if hits else f"it does not stand in {len(said)} pieces of what shows"


def _revealed(life: Life, expected: Expectation) -> Answered:
    """Whether that worker is named for somebody's protected location, and so may have it shown, alone."""
    who = life.actor(expected.given["who"])
    for person in life.persons_of(expected.given["about"]):
        with reading(who, PURPOSE, recorded=False) as opened:
            for place in protected_of(opened, rows_of([person])):
                if not place.ended:
                    return place.recipient, "named for it" if place.recipient else f"not named for it: {place.says}"
    return False, "nothing is protected, as far as they may see"


def _safe(life: Life, expected: Expectation) -> Answered:
    person: UUID | None = next(iter(life.persons_of(expected.given["about"])), None)
    if person is None:
        raise Missing
    answer = safe_to_contact(person, expected.given["channel"])
    return answer.safe, answer.sentence


VERBS: dict[str, Callable[[Life, Act], Flags]] = {"protect-location": _protect, "say-safe-contact": _safe_contact}
KINDS: dict[str, Callable[[Life, Expectation], Answered]] = {
    "shows-words": _shows,
    "may-reveal": _revealed,
    "safe-to-contact": _safe,
}
