"""Whether the rules of the front door's queue hold together, and ask nothing that no rule may rest on."""

from __future__ import annotations

from typing import Any

from sightline.definition.check_records import YES_NO, check_condition
from sightline.definition.faults import Faults
from sightline.definition.kinds.danger import CHILDREN, NEVER, OF_NOTICES, SAFE, YOUNGEST
from sightline.definition.records import COMMON_TERMS
from sightline.definition.types import Condition, RecordType
from sightline.definition.yaml_lines import Path

OF_EARLIER = ("role", "record", "agency", "agency-kind", "counts-as", "queued", "urgent")
VALUES = {"youngest": YOUNGEST, "safe": SAFE, "goes-on": YES_NO, "voice": YES_NO, "children": CHILDREN}


def check_danger(faults: Faults, name: str, danger: Any) -> None:
    known = faults.partnership
    if danger.when is not None:
        queued = [record for record in known.record.values() if record.queue]
        check_condition(faults, name, ("when",), danger.when, queued, (*COMMON_TERMS, *OF_NOTICES))
        _values(faults, name, ("when",), danger.when)
        _never(faults, name, ("when",), danger.when)
    if danger.before is not None:
        every = list(known.record.values())
        check_condition(faults, name, ("before", "count"), danger.before.count, every, OF_EARLIER)
        _never(faults, name, ("before", "count"), danger.before.count)
    same = [other.id for other in known.danger.values() if other.rank == danger.rank and other.id < danger.id]
    for other in same:
        faults.add(name, ("rank",), str(danger.rank), f"a rank of its own: {other} has this one", code="duplicate")


def _states(records: dict[str, RecordType]) -> set[str]:
    return {record.opens.state for record in records.values() if record.opens is not None}


def _values(faults: Faults, name: str, path: Path, condition: Condition) -> None:
    for term, given in condition.terms.items():
        allowed = set(VALUES.get(term, ()))
        if term == "open":
            allowed = _states(faults.partnership.record)
        for index, value in enumerate(given if allowed else ()):
            faults.refer(name, (*path, term, index), value, allowed, f"what {term} can be")
    for key in ("all", "any", "none"):
        for index, part in enumerate(getattr(condition, key)):
            _values(faults, name, (*path, key, index), part)


def _never(faults: Faults, name: str, path: Path, condition: Condition) -> None:
    for term in sorted(condition.names() & set(NEVER)):
        faults.add(name, path, term, "nothing about who a child is or where they live: no rule may rest on it")


def check_queue(faults: Faults, name: str, queue: Any) -> None:
    faults.thing(name, ("clock",), queue.clock, "clock")
    for index, clock in enumerate(queue.stages):
        faults.thing(name, ("stages", index), clock, "clock")
    for key, team in (("day-team", queue.day_team), ("night-team", queue.night_team)):
        if team:
            faults.thing(name, (key,), team, "team")
    for index, one in enumerate(queue.open_to):
        path: Path = ("open-to", index)
        faults.thing(name, (*path, "record"), one.record, "record")
        record = faults.partnership.record.get(one.record)
        if record is None:
            continue
        if record.opens is None:
            faults.add(name, (*path, "record"), one.record, "a record type that opens a state")
        if one.team:
            faults.refer(name, (*path, "team"), one.team, record.fields, "a field of this record")
        if one.where is not None:
            check_condition(faults, name, (*path, "where"), one.where, [record], ("agency", "agency-kind", "role"))
