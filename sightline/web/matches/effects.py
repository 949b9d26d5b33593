"""What would change if two people were joined, in sentences and one table. Counts and kinds, never content."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest

from sightline.chronology.joining import Effect, Newly
from sightline.chronology.types import EntryView
from sightline.clocks import queries as clocks
from sightline.definition.types import Partnership
from sightline.sharing.types import Level
from sightline.signals import queries as signals
from sightline.web.words import counted, listed

HOW_MUCH = {Level.FULL: "in full", Level.HEADLINE: "at a headline", Level.POINTER: "that it is held"}


@dataclass(frozen=True, slots=True)
class Gain:
    """Some workers, and what they would newly see."""

    who: str
    roles: str
    people: int
    count: int
    kinds: tuple[str, ...]


def gains(effect: Effect, definition: Partnership, titles: dict[str, str]) -> list[Gain]:
    return [gain(one, definition, titles) for one in effect.newly]


def gain(one: Newly, definition: Partnership, titles: dict[str, str]) -> Gain:
    team = definition.team.get(one.team)
    agency = titles.get(one.agency, one.agency)
    roles = [definition.role[role].title if role in definition.role else role for role in one.roles]
    kinds = tuple(f"{what}, {HOW_MUCH[level]}: {number}" for what, level, number in one.kinds)
    return Gain(f"{team.title}, {agency}" if team else agency, listed(roles), one.people, one.count, kinds)


def sentences(
    request: HttpRequest,
    effect: Effect,
    names: tuple[str, str],
    entries: tuple[Sequence[EntryView], Sequence[EntryView]],
    identities: tuple[Sequence[object], Sequence[object]],
) -> list[str]:
    """What would change besides, in words, as far as this reader may know of it."""
    here, there = effect.entries
    found = [
        f"One page would show {counted(here + there, 'entry', 'entries')}: {here:,} from {names[0]}’s page and {there:,} "
        f"from {names[1]}’s. Nothing is moved: each agency’s details and entries stay as they are."
    ]
    if effect.opened:
        found.append(
            f"{counted(effect.opened, 'routine record')} would open, because a concern about one would be a concern about both."
        )
    running = [
        [clock for clock in clocks.of_identities(request.reading, own) if clock.stopped_at is None]
        for own in identities
    ]
    if any(running):
        told = [
            f"{counted(len(those), 'time limit')} for {name} ({listed(sorted({clock.title for clock in those})[:3])})"
            for those, name in zip(running, names, strict=True)
            if those
        ]
        found.append(f"These run now: {listed(told)}. They would be worked out afresh for one person.")
    else:
        found.append("No time limit runs for either now.")
    apart = [{s.signal: s for s in signals.among(request.reading, those)} for those in entries]
    together = signals.among(request.reading, [*entries[0], *entries[1]])
    fresh = [s for s in together if s.signal not in apart[0] and s.signal not in apart[1]]
    for sign in fresh:
        found.append(f"A warning sign that neither page shows would show: {sign.title} ({sign.says}).")
    if together and not fresh:
        found.append("Warning signs would be worked out afresh; none would be new.")
    if not together:
        found.append("No warning sign would show, as far as you may read.")
    return found
