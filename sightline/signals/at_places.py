"""Signals about places: the same step as for children, of what happened at each place. Told to whoever looks after places,
and never written on a child's record.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from sightline.clocks.rules import working_days
from sightline.contexts import pictures, places
from sightline.contexts.types import AtPlace
from sightline.definition.types import Partnership, Signal
from sightline.identity.births import Born
from sightline.sharing.reading import Reading
from sightline.signals import same
from sightline.signals.actions import Found, _Episode, _Step, look_again
from sightline.signals.asking import Asked
from sightline.signals.knowing import NEVER_RESTS_ON, rules_in_force, seen
from sightline.signals.models import Look, Standing
from sightline.signals.rules import stands
from sightline.signals.telling import Telling
from sightline.signals.types import Occurrence, World
from sightline.timescales.moment import now
from sightline.vault.adding import remove
from sightline.vault.asking import Question


def rules_of_places(definition: Partnership, moment: datetime) -> dict[str, Signal]:
    """The rules that are asked of places, and are in force."""
    return {id: rule for id, rule in rules_in_force(definition, moment).items() if rule.about == "place"}


def occurred(definition: Partnership, place: str, one: AtPlace) -> Occurrence:
    """What happened at a place, as a rule sees it: `who` is the child's family, so that a family counts once."""
    found = seen(definition, one.entry, Born(one.born))
    facts = {**found.facts, "place": place, "place-kind": one.kinds}
    return replace(found, who=one.who, facts=facts)


def world_of(definition: Partnership, place: str, there: Iterable[AtPlace]) -> World:
    return World(tuple(occurred(definition, place, one) for one in _counted(there)))


# that a place is named is said besides, for then the index of those that are is used
_LOOKS = Question(lambda places: Look.objects.filter(place__among=places).exclude(place=""), "id", "place", "at")
_STANDING = Question(
    lambda places: Standing.objects.select_for_update().filter(place__among=places).exclude(place="").order_by("id")
)


@transaction.atomic
def recompute(reading: Reading, wanted: Collection[str]) -> Found:
    """Replaces what stands about these places by what entries say now. Returns what somebody is to be told of.

    A place that too few records name, or far too many, has no pattern (`places.several`).
    """
    definition, moment = reading.definition, now()
    rules = rules_of_places(definition, moment)
    before = _LOOKS(wanted)
    kept = _STANDING.rows(wanted)
    if not wanted or not (rules or kept):
        remove(Look, "id", [id for id, _, _ in before])
        return Found()
    days = working_days(definition)
    worlds = places.worlds(reading, places.several(wanted)) if rules else {}
    found: list[_Episode] = []
    looks: dict[str, datetime] = {}
    asked_of: dict[str, Asked] = {}
    for place in sorted(worlds):
        world = world_of(definition, place, worlds[place])
        asked_of[place] = asked = Asked(world, moment, rules, days)
        identity_of = {str(one.entry.first): one.entry.identity for one in worlds[place]}
        for rule in rules.values():
            answer = stands(rule, world, moment, rules=rules, days=days, asked=asked)
            found += [_Episode(rule, key_of(place), e, identity_of[e.citing[-1]]) for e in answer.episodes]
            if answer.looks_again is not None:
                looks[place] = min(answer.looks_again, looks.get(place, answer.looks_again))
    step = _PlaceStep(moment, [row for row in kept if row.rule in rules], found, wanted)
    step.work()
    telling = Telling(rules, step.standing(), asked_of, moment, days, lambda row: row.place)
    tell = telling.decide(looks)
    step.changed |= telling.changed
    step.save()
    shown = {row.place for row in (*kept, *step.made)}
    pictures.keep(definition, {place: _counted(worlds.get(place, ())) for place in shown})
    look_again(before, "place", looks)
    return Found(tell)


def _counted(there: Iterable[AtPlace]) -> list[AtPlace]:
    """What may be told of a place: nothing on which no pattern may rest."""
    return [one for one in there if one.entry.handling not in NEVER_RESTS_ON]


def known() -> list[str]:
    """Every place about which something is kept."""
    return sorted(set(Standing.objects.exclude(place="").values_list("place", flat=True)))


def key_of(place: str) -> UUID:
    """A place's digest as a key of whom an episode is about."""
    return UUID(hex=place[:32].ljust(32, "0"))


class _PlaceStep(_Step):
    """The same step; whose it is, is a place."""

    moves = False

    def __init__(
        self, moment: datetime, rows: Sequence[Standing], found: Sequence[_Episode], wanted: Collection[str]
    ) -> None:
        super().__init__(moment, rows, found, {})
        self.place_of = {key_of(place): place for place in wanted}

    def _kept(self, row: Standing) -> same.Kept:
        weight = 2 * bool(row.answered) + bool(row.told_at)
        gone = row.ended_because == "withdrawn"
        return same.Kept(row.id, row.rule, key_of(row.place), frozenset(row.cited), row.begins, gone, weight)

    def _values(self, one: _Episode) -> dict[str, Any]:
        return {**super()._values(one), "identity_id": None}

    def _begins(self, one: _Episode) -> None:
        super()._begins(one)
        self.made[-1].place = self.place_of[one.whose]
