"""Which rules are in force at a moment. The one place that says so: engine, pages and stories ask here.

The definition (files, and approved drafts, which `agencies` makes part of it) less what is switched off. Asked anew each
time, in one small query: an off switch that bites only when a cache forgets is no off switch.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, Value

from sightline.agencies.queries import declared_at
from sightline.definition.types import Partnership, Signal
from sightline.signals import rules
from sightline.signals.models import Switch
from sightline.timescales.moment import now
from sightline.vault.asking import Question

EVERY = "*"  # in place of a rule: all of them
# Acts of one moment follow each other by microseconds (`switching`), so that the latest is known where a clock stands still.
AT_ONE_MOMENT = timedelta(milliseconds=1)


def in_force(definition: Partnership, moment: datetime | None = None) -> dict[str, Signal]:
    """The rules that were in force at a moment (default: now), by id: their days, drafts approved until then, less what
    was switched off then. `definition`: the one in force now (`agencies.queries.partnership()`).
    """
    current = now()
    at = moment or current
    whole = declared_at(definition, "signal", at) if at < current else definition
    off = switched_off(at)
    if EVERY in off:
        return {}
    return {id: rule for id, rule in rules.in_force(whole, at).items() if id not in off}


_SWITCHED = Question(lambda until: Switch.objects.filter(at__lte=until).order_by("at", "id"), "rule", "off")


def switched_off(moment: datetime | None = None) -> frozenset[str]:
    """Rules that were switched off at a moment (default: now), `*` for all. One query."""
    last: dict[str, bool] = {}
    for rule, off in _SWITCHED((moment or now()) + AT_ONE_MOMENT):
        last[rule] = off
    return frozenset(rule for rule, off in last.items() if off)


def not_switched_off(field: str = "rule") -> Q:
    """For lists: a condition on rows that name a rule in this field. What is switched off shows nowhere, and is still
    there once it is on again. No query of its own."""
    later = Switch.objects.filter(rule=OuterRef("rule"), at__gt=OuterRef("at"))
    off = Switch.objects.filter(~Exists(later), off=True, rule__in=[OuterRef(field), Value(EVERY)])
    return Q(~Exists(off))
