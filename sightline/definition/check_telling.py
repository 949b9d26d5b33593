"""Whether tellings, what is expected, day lists and reviews hold together: the records, roles, messages and spans they name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sightline.definition.faults import Faults
from sightline.definition.yaml_lines import Path
from sightline.timescales.spans import parse_span

SPAN = "a span of time, for example `1 hour`, `2 working days` or `15:00 next school day`"


def _span(faults: Faults, name: str, path: Path, text: str) -> None:
    try:
        parse_span(text)
    except ValueError:
        faults.add(name, path, text, SPAN)


def _things(faults: Faults, name: str, path: Path, values: Any, kind: str) -> None:
    for index, value in enumerate(values):
        faults.thing(name, (*path, index), value, kind)


def _fields(faults: Faults, name: str, path: Path, record: str, wanted: tuple[str, ...]) -> None:
    declared = faults.partnership.record.get(record)
    for field in wanted if declared is not None else ():
        if declared is not None and field and field not in declared.fields:
            faults.refer(name, path, field, declared.fields, f"a field of {record}")


def check_telling(faults: Faults, name: str, telling: Any) -> None:
    _things(faults, name, ("after",), telling.after, "record")
    for record in telling.after:
        declared = faults.partnership.record.get(record)
        if declared is not None and telling.of not in declared.people:
            faults.refer(name, ("of",), telling.of, declared.people, f"a role on {record}")
    for index, kind in enumerate(telling.places):
        faults.code(name, ("places", index), kind, "agency-kind")
    _things(faults, name, ("told",), telling.told, "role")
    faults.thing(name, ("message",), telling.message, "message")
    faults.thing(name, ("record",), telling.record, "record")
    if telling.clock:
        faults.thing(name, ("clock",), telling.clock, "clock")
    for part in ("deputies", "unread", "nobody"):
        whom = getattr(telling, part)
        _things(faults, name, (part, "told"), whom.told, "role")
        if whom.message:
            faults.thing(name, (part, "message"), whom.message, "message")
        if whom.after:
            _span(faults, name, (part, "after"), whom.after)
    home = telling.at_home
    faults.thing(name, ("at-home", "record"), home.record, "record")
    _fields(faults, name, ("at-home",), home.record, (home.from_, home.until))
    _things(faults, name, ("at-home", "told"), home.told, "role")
    if home.message:
        faults.thing(name, ("at-home", "message"), home.message, "message")
    if telling.left:
        faults.thing(name, ("left", "record"), telling.left.record, "record")
        _fields(faults, name, ("left", "at"), telling.left.record, (telling.left.at,))
    faults.thing(name, ("asks", "message"), telling.asks.message, "message")
    _span(faults, name, ("asks", "after"), telling.asks.after)
    _span(faults, name, ("told-within",), telling.told_within)


def check_expected(faults: Faults, name: str, expected: Any) -> None:
    faults.thing(name, ("after",), expected.after, "record")
    faults.thing(name, ("clock",), expected.clock, "clock")
    clock = faults.partnership.clock.get(expected.clock)
    if clock is not None and clock.on != "record":
        faults.add(name, ("clock",), expected.clock, "a clock `on: record`")
    if clock is not None and expected.after not in clock.starts.record:
        faults.add(name, ("clock",), expected.clock, f"a clock that {expected.after} starts")
    _things(faults, name, ("tells",), expected.tells, "role")
    faults.thing(name, ("message",), expected.message, "message")
    if expected.explained_by:
        faults.thing(name, ("explained-by",), expected.explained_by, "record")
    _span(faults, name, ("grace",), expected.grace)
    for index, again in enumerate(expected.again):
        _span(faults, name, ("again", index), again)


def _takes(faults: Faults, name: str, takes: Any) -> None:
    for index, one in enumerate(takes):
        at: Path = ("takes", index)
        _things(faults, name, (*at, "record"), one.record, "record")
        roles = {
            role for r in one.record if r in faults.partnership.record for role in faults.partnership.record[r].people
        }
        for n, role in enumerate(one.of if roles else ()):
            faults.refer(name, (*at, "of", n), role, roles, "a role on these records")
        if one.again:
            _things(faults, name, (*at, "again", "record"), one.again.record, "record")
            _span(faults, name, (*at, "again", "within"), one.again.within)


def check_day_list(faults: Faults, name: str, day_list: Any) -> None:
    if day_list.group:
        faults.thing(name, ("group",), day_list.group, "group")
    _takes(faults, name, day_list.takes)
    for index, one in enumerate(day_list.sits):
        if one.agency:
            faults.thing(name, ("sits", index, "agency"), one.agency, "agency")
        if one.kind:
            faults.code(name, ("sits", index, "kind"), one.kind, "agency-kind")
        _things(faults, name, ("sits", index, "roles"), one.roles, "role")
    if day_list.decisions:
        faults.refer(name, ("decisions",), day_list.decisions, faults.partnership.codes, "a code list")
    if day_list.record:
        faults.thing(name, ("record",), day_list.record, "record")
        for field in day_list.writes:
            _fields(faults, name, ("writes", field), day_list.record, (field,))
    _things(faults, name, ("led-by",), day_list.led_by, "role")
    faults.code(name, ("purpose",), day_list.purpose, "purpose")


def check_item_review(faults: Faults, name: str, review: Any) -> None:
    _takes(faults, name, review.takes)
    for index, kind in enumerate(review.sent_by):
        faults.code(name, ("sent-by", index), kind, "agency-kind")
    for part in ("worker", "manager"):
        who = getattr(review, part)
        _things(faults, name, (part, "roles"), who.roles, "role")
        _span(faults, name, (part, "within"), who.within)
    faults.refer(name, ("outcomes",), review.outcomes, faults.partnership.codes, "a code list")
    if review.outcomes in faults.partnership.codes:
        faults.code(name, ("harm-needs",), review.harm_needs, review.outcomes)
    _things(faults, name, ("unallocated",), review.unallocated, "role")
    if review.reports_to:
        faults.thing(name, ("reports-to",), review.reports_to, "group")
    faults.thing(name, ("message",), review.message, "message")


TELLING_CHECKS: dict[str, Callable[[Faults, str, Any], None]] = {
    "telling": check_telling,
    "expected": check_expected,
    "daylist": check_day_list,
    "itemreview": check_item_review,
}
