"""References of what the front door decides by: routes, checks and ladders."""

from __future__ import annotations

from typing import Any

from sightline.definition.faults import Faults
from sightline.timescales.spans import parse_span


def _route(faults: Faults, name: str, route: Any) -> None:
    faults.code(name, ("id",), route.id, "front-door-decision")
    for index, level in enumerate(route.levels):
        faults.code(name, ("levels", index), level, "help-level")
    for index, role in enumerate(route.decided_by):
        faults.thing(name, ("decided-by", index), role, "role")
    for index, kind in enumerate(route.hands_over_to):
        faults.code(name, ("hands-over-to", index), kind, "agency-kind")
    for index, kind in enumerate(route.calls):
        faults.code(name, ("calls", index), kind, "agency-kind")
    for group, kinds in route.core.items():
        for index, kind in enumerate(kinds):
            faults.code(name, ("core", group, index), kind, "agency-kind")
    if route.protects and route.own_contact != "stands":
        faults.add(name, ("own-contact",), route.own_contact, "`stands`: protection never waits for a second person")


def _check(faults: Faults, name: str, check: Any) -> None:
    for index, kind in enumerate(check.asks):
        faults.code(name, ("asks", index), kind, "agency-kind")
    for key, codes in (("basis", check.basis), ("at-the-line", check.at_the_line)):
        for index, basis in enumerate(codes):
            faults.code(name, (key, index), basis, "lawful-basis", ours=True)
    for index, role in enumerate(check.answered_by):
        faults.thing(name, ("answered-by", index), role, "role")
    _span(faults, name, ("remind",), check.remind)


def _ladder(faults: Faults, name: str, ladder: Any) -> None:
    for index, record in enumerate(ladder.about):
        faults.thing(name, ("about", index), record, "record")
    for n, rung in enumerate(ladder.levels):
        for index, role in enumerate(rung.whom):
            faults.thing(name, ("levels", n, "whom", index), role, "role")
        for index, role in enumerate(rung.also):
            faults.thing(name, ("levels", n, "also", index), role, "role")
        _span(faults, name, ("levels", n, "within"), rung.within)


def _span(faults: Faults, name: str, path: tuple[str | int, ...], text: str) -> None:
    try:
        parse_span(text)
    except ValueError as error:
        faults.add(name, path, text, str(error))


DECIDING_CHECKS = {"route": _route, "check": _check, "ladder": _ladder}
