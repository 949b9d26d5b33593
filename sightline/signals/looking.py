"""Whom and what to look at again, and when: because something new is told, or time alone may have changed something. Ids and
moments alone.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Case, F, Max, QuerySet, Value, When

from sightline.identity.queries import ids_of, persons_of
from sightline.signals.models import Look
from sightline.timescales.moment import now
from sightline.vault.adding import add_objects, new
from sightline.vault.asking import Question
from sightline.vault.ids import Ids

OFTEN, PAUSE, LONGEST = 5, timedelta(minutes=10), timedelta(hours=1)  # so often, with the pause; then each hour


def _due(moment: datetime) -> QuerySet[Look]:
    return Look.objects.filter(at__lte=moment).order_by("at")


_PEOPLE = Question(lambda moment, limit: _due(moment).filter(identity__isnull=False)[:limit], "identity_id")
_PLACES = Question(lambda moment, limit: _due(moment).filter(identity=None)[:limit], "place")
_OLDEST = Question(lambda moment: _due(moment)[:1], "at")


def people(limit: int) -> list[UUID]:
    """The people at whom it is time to look again, the longest due first."""
    identities = [one for (one,) in _PEOPLE(now(), limit)]
    return list(dict.fromkeys(persons_of(identities).values())) if identities else []


def places(limit: int) -> list[str]:
    """The places at which it is, by their digests."""
    return list(dict.fromkeys(place for (place,) in _PLACES(now(), limit)))


def soon(some: Collection[str]) -> None:
    """Has these places looked at next: something was told that may change what stands about them. A row more, and none taken
    away: whoever looks takes what was there when they began, so that what is told meanwhile is looked at again."""
    if some:
        ids, moment = Ids(), now()
        add_objects([new(Look, id=ids(), at=moment, identity_id=None, place=place) for place in sorted(some)])


def postpone(persons: Collection[UUID]) -> int:
    """What failed at these people is tried again later, for ever: it is given up by nobody. Returns how often it has failed."""
    return _later(Look.objects.filter(identity_id__among=ids_of(persons), at__lte=now()))


def postpone_places(some: Collection[str]) -> None:
    """The same, of places."""
    _later(Look.objects.filter(identity=None, place__in=list(some), at__lte=now()))


def _later(rows: QuerySet[Look]) -> int:
    most = rows.aggregate(most=Max("tries"))["most"]
    pause = Case(When(tries__lt=OFTEN, then=Value(now() + PAUSE)), default=Value(now() + LONGEST))
    return most + 1 if rows.update(tries=F("tries") + 1, at=pause) else 0


def oldest_due() -> datetime | None:
    """Since when the longest due look has waited; None where none is due."""
    return next((at for (at,) in _OLDEST(now())), None)


def failing(tries: int) -> int:
    """At how many something failed so often."""
    return Look.objects.filter(tries__gte=tries).count()
