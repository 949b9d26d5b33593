"""Signs about places, for whoever looks after places. No child's record is read, and none is shown."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sightline.contexts import pictures
from sightline.contexts.types import Picture
from sightline.definition.outcomes import Missing
from sightline.sharing.reading import Reading
from sightline.signals import queries
from sightline.signals.knowing import rules_in_force
from sightline.signals.models import Standing
from sightline.signals.showing import views
from sightline.signals.types import SignalEvent, SignalView

MOST = 100


@dataclass(frozen=True, slots=True)
class PlaceSign:
    """A sign about a place, and the place."""

    sign: SignalView
    picture: Picture


def open_places(reading: Reading, *, ended: bool = False) -> list[PlaceSign]:
    """Places about which a sign stands (or, with `ended`, stood), the most pressing first. Empty for who sees no places."""
    if not pictures.may_see(reading):
        return []
    rules = rules_in_force(reading.definition)
    rows = Standing.objects.filter(rule__in=list(rules)).exclude(place="").exclude(ended_because="withdrawn")
    rows = rows.filter(ended_because="over") if ended else rows.filter(ended_because="")
    some = list(rows.order_by("-since", "id")[:MOST])
    place_of = {row.id: row.place for row in some}
    shown = pictures.of(reading, set(place_of.values()))
    return [
        PlaceSign(view, shown[place_of[view.id]])
        for view in views(reading, some, rules)
        if view.id is not None and place_of[view.id] in shown
    ]


def one(reading: Reading, signal: UUID) -> tuple[PlaceSign, tuple[SignalEvent, ...]]:
    """One sign about a place, with what became of it. Raises Missing where it is about no place, or not for this reader."""
    place = Standing.objects.filter(id=signal).exclude(place="").values_list("place", flat=True).first()
    if place is None:
        raise Missing
    view, history = queries.one(reading, signal)
    return PlaceSign(view, pictures.of(reading, [place])[place]), history
