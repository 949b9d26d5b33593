"""Whether links hold together: relations are codes, records and roles are declared, and the time they last is a time."""

from __future__ import annotations

from typing import Any

from sightline.definition.check_records import check_condition
from sightline.definition.faults import Faults
from sightline.definition.yaml_lines import Path
from sightline.timescales.spans import parse_span

OF_PLACES = ("record", "role", "counts-as", "mark")  # what is asked of somebody's place on a record


def check_link(faults: Faults, name: str, link: Any) -> None:
    for key in ("relations", "inverse"):
        for index, relation in enumerate(getattr(link, key)):
            faults.code(name, (key, index), relation, "relation", *_titles(faults))
    for key, condition in (("on", link.on), ("both", link.both)):
        if condition is not None:
            path: Path = (key,)
            check_condition(faults, name, path, condition, list(faults.partnership.record.values()), OF_PLACES)
            for term in sorted(condition.names() - set(OF_PLACES)):
                faults.add(name, path, term, f"one of {', '.join(OF_PLACES)}: a link looks at no field")
    if link.through:
        faults.thing(name, ("through",), link.through, "link")
        if link.through == link.id:
            faults.add(name, ("through",), link.through, "another link", code="cycle")
    if link.lasts:
        if not _is_a_time(link.lasts):
            faults.add(name, ("lasts",), link.lasts, "a time such as `6 months`")
    made = link.on is not None or link.both is not None
    if made and not link.lasts and link.id in ("peer", "adult-at-home"):
        faults.add(
            name, ("lasts",), "", "a time such as `6 months`: nobody stays linked for having once stood on one record"
        )


def _is_a_time(text: str) -> bool:
    try:
        return parse_span(text).unit in ("day", "week", "month")
    except ValueError:
        return False


def _titles(faults: Faults) -> tuple[str, ...]:
    found = faults.partnership.codes.get("relation")
    return tuple(found.codes) if found is not None else ()
