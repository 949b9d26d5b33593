"""Why a sign does not stand: what each rule asks of a child's records, and what of it is so.

It is worked out from what the reader may read in full, and from nothing else: what is hidden is in no figure. So it is never more
than "of what you may read": a rule may stand all the same.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sightline.agencies.queries import machine
from sightline.chronology.events import of_people as entries_of_people
from sightline.chronology.types import EntryView
from sightline.clocks.rules import working_days
from sightline.definition.kinds.signals import Pattern
from sightline.definition.signal_words import pattern_words, sentence
from sightline.definition.types import Partnership, Signal
from sightline.identity import births
from sightline.identity.queries import rows_of
from sightline.sharing.reading import Reading
from sightline.sharing.reading import reading as reading_as
from sightline.sharing.standing import trusted
from sightline.sharing.types import Level
from sightline.signals import windows
from sightline.signals.asking import Asked
from sightline.signals.knowing import NEVER_RESTS_ON, relevant, rules_in_force, seen
from sightline.signals.needs import needs_of
from sightline.signals.rules import stands
from sightline.signals.showing import open_people
from sightline.signals.types import World


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that a rule asks. `have`, `need`: separate events in the window, of a question that counts some; `before`: how
    many lie further back. `there`: whether the records hold anything that it is about."""

    says: str
    so: bool
    there: bool = False
    have: int = 0
    need: int = 0
    before: int = 0


@dataclass(frozen=True, slots=True)
class NotSo:
    """A rule that does not stand: all that it asks (or, `either`, of which it asks one)."""

    rule: str
    title: str
    parts: tuple[Part, ...]
    either: bool

    @property
    def missing(self) -> bool:
        """Whether anything that it asks is not so: else it stood, and is over by now."""
        return not any(part.so for part in self.parts) if self.either else not all(part.so for part in self.parts)


def not_so(
    reading: Reading, person: UUID, moment: datetime, entries: Sequence[EntryView], standing: Collection[str]
) -> list[NotSo]:
    """Rules of signs and offers about a child of which something is there and something is missing, as known at a moment, by
    their titles: nothing here is nearer to a sign than another. `entries`: as this reader's page shows them; `standing`: rules
    that stand, which are told elsewhere.

    Rules that look at brothers, friends or adults beside the child are left out: what is held of them is not this page's.
    """
    read = {str(one.first) for one in entries if one.level is Level.FULL and not one.closed}
    definition = reading.definition
    if not read:
        return []
    rules = rules_in_force(definition, moment)
    born = None
    with (
        trusted("signals-as-known"),
        reading_as(machine("clock-machine"), "safeguarding", about="signals-as-known") as opened,
    ):
        theirs = entries_of_people(opened, [person], known_on=moment, records=relevant(definition)).get(person, ())
        if open_people(reading, [person]):
            born = births.born(opened, rows_of([person]), known_on=moment).get(person)
    counted = [one for one in theirs if str(one.first) in read and one.handling not in NEVER_RESTS_ON]
    world = World(tuple(seen(definition, one, born) for one in counted), born.born if born is not None else None)
    asked = Asked(world, moment, rules, working_days(definition))
    beside = needs_of(definition, rules).beside
    found = []
    for rule in rules.values():
        if rule.about != "child" or rule.sort == "data" or rule.id in standing or rule.id in beside:
            continue
        if stands(rule, world, moment, rules=rules, days=asked.days, asked=asked).episode is None:
            one = why(definition, rule, asked, moment)
            if one.missing and any(part.there for part in one.parts):
                found.append(one)
    return sorted(found, key=lambda one: one.title)


def why(definition: Partnership, rule: Signal, asked: Asked, moment: datetime) -> NotSo:
    """What a rule asks at a moment, part by part, and what of it is so. Pure."""
    parts = rule.when.all or rule.when.any or (rule.when,)
    return NotSo(
        rule.id, rule.title, tuple(_part(definition, one, asked, moment) for one in parts), either=bool(rule.when.any)
    )


def _part(definition: Partnership, pattern: Pattern, asked: Asked, moment: datetime) -> Part:
    so = asked.holds(pattern, moment) is not None
    says, there = sentence(pattern_words(definition, pattern)), _there(pattern, asked)
    condition = pattern.count or pattern.rate
    if condition is None or not pattern.within or pattern.at_least < 2:
        return Part(says, so, there)
    found, _ = asked.matching(condition, pattern.whose)
    begin = asked.before(pattern.within, moment)
    inside = windows.how_many([one for one in found if one.happened > begin], pattern.apart)
    outside = windows.how_many([one for one in found if one.happened <= begin], pattern.apart)
    return Part(says, so, there, inside, pattern.at_least, outside)


def _there(pattern: Pattern, asked: Asked) -> bool:
    """Whether there is anything in the records that a question is about. That something is not there is nothing."""
    if pattern.open:
        return bool(asked.open_spans(pattern.open))
    if pattern.rule:
        other = asked.rules.get(pattern.rule)
        return other is not None and any(
            _there(part, asked) for part in (other.when, *other.when.parts) if not part.rule
        )
    several = (*pattern.all, *pattern.any)
    if several:
        return any(_there(part, asked) for part in several)
    wanted = [pattern.count, pattern.first, pattern.then, pattern.rate, pattern.after, pattern.current]
    return any(asked.matching(one, pattern.whose)[0] for one in wanted if one is not None)
