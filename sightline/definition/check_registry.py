"""Whether what the registry declares holds together: documents that are cited, whom a value may name, days in order."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from sightline.definition.base import ID
from sightline.definition.faults import Faults
from sightline.definition.kinds.registry import GROUP_KINDS, STATUSES, VACANT, Aim, Cited, Document, Group, Told, Watch
from sightline.definition.yaml_lines import Path
from sightline.timescales.partial import parse_partial
from sightline.timescales.spans import parse_span

WHO = "an agency, a kind of agency, a role, a group, or a post in words"
TOLD = ("names", "status", "purpose", "part-of", "reports-to", "chair", "vice-chair", "members", "every", "followed-by")
ONE = frozenset(TOLD) - {"members"}
OF_GROUPS = frozenset({"part-of", "reports-to", "followed-by"})
OF_PEOPLE = frozenset({"chair", "vice-chair", "members", "owner"})


def _document(faults: Faults, name: str, document: Document) -> None:
    if document.tells_from > document.tells_until:
        faults.add(name, ("tells-until",), str(document.tells_until), f"a day not before {document.tells_from}")
    if document.tells_until > document.known:
        faults.add(
            name,
            ("known",),
            str(document.known),
            f"a day not before the last that it tells of ({document.tells_until})",
        )


def _group(faults: Faults, name: str, group: Group) -> None:
    for key in TOLD:
        for index, told in enumerate(getattr(group, key.replace("-", "_"))):
            _told(faults, name, (key, index), told, key)
    for index, terms in enumerate(group.terms):
        _told(faults, name, ("terms", index), terms, "terms")
    for index, held in enumerate(group.meetings):
        path: Path = ("meetings", index)
        _cited(faults, name, path, held)
        _in_order(faults, name, path, held.from_, held.until)
        if not (held.on or held.until or held.source):
            faults.add(name, path, "", "`on` a day, or `until`: when it met", code="empty")


def _aim(faults: Faults, name: str, aim: Aim) -> None:
    for key in ("owner", "status", "says", "objectives"):
        for index, told in enumerate(getattr(aim, key)):
            _told(faults, name, (key, index), told, "owner" if key == "owner" else "words")
    for key in ("measures", "told"):
        for index, cited in enumerate(getattr(aim, key)):
            _cited(faults, name, (key, index), cited)


def _watch(faults: Faults, name: str, watch: Watch) -> None:
    for index, kind in enumerate(watch.applies_to):
        faults.refer(name, ("applies-to", index), kind, GROUP_KINDS, "a kind of group")
    needed = {"inactive": ("rhythm", "times"), "review-due": ("limit",), "chairless": ()}[watch.flag]
    for key in ("rhythm", "times", "limit"):
        if key in needed and not getattr(watch, key):
            faults.add(name, (key,), "", f"`{key}`: a dated value, `{{from: 2020-01-01, is: …}}`", code="empty")
    for key in ("rhythm", "limit"):
        for index, dated in enumerate(getattr(watch, key)):
            try:
                parse_span(dated.is_)
            except ValueError:
                faults.add(name, (key, index, "is"), dated.is_, "a length of time, such as `3 months`")
    for index, dated in enumerate(watch.times):
        if not re.fullmatch(r"\d+(\.\d+)?", dated.is_) or float(dated.is_) < 1:
            faults.add(name, ("times", index, "is"), dated.is_, "a number from 1: `2` is twice its rhythm")


def _told(faults: Faults, name: str, path: Path, told: Told, key: str) -> None:
    _cited(faults, name, path, told)
    _in_order(faults, name, path, told.from_ or told.by, told.until)
    if not told.is_:
        faults.add(name, (*path, "is"), "", "a value", code="empty")
    if key in ONE and len(told.is_) > 1:
        faults.add(name, (*path, "is"), ", ".join(told.is_), "one value; what came later is an entry of its own")
    for value in told.is_:
        if key == "status":
            faults.refer(name, (*path, "is"), value, STATUSES, "a status")
        elif key in OF_GROUPS:
            faults.thing(name, (*path, "is"), value, "group")
        elif key in OF_PEOPLE and "-" in value and re.match(ID, value):
            faults.refer(name, (*path, "is"), value, _who(faults), WHO)
        elif key == "chair" and value == VACANT and told.is_ != (VACANT,):
            faults.add(name, (*path, "is"), value, "`vacant` and nothing beside it")


def _who(faults: Faults) -> set[str]:
    kinds = faults.partnership.codes.get("agency-kind")
    known = {*(kinds.codes if kinds else ())}
    for kind in ("agency", "role", "group", "team"):
        known.update(faults.declared.get(kind, ()))
    return known


def _cited(faults: Faults, name: str, path: Path, cited: Cited) -> None:
    if cited.source:
        faults.thing(name, (*path, "source"), cited.source, "document")
        if not cited.at.strip():
            faults.add(name, (*path, "at"), "", "where in the document it stands", code="empty")
        document = faults.partnership.document.get(cited.source)
        if document is not None and cited.known is not None and cited.known > document.known:
            faults.add(
                name, (*path, "known"), str(cited.known), f"a day not after the document's own ({document.known})"
            )


def _in_order(faults: Faults, name: str, path: Path, start: str, end: str) -> None:
    if start and end and parse_partial(start).earliest > parse_partial(end).latest:
        faults.add(name, (*path, "until"), end, f"a time not before {start}")


def check_names(faults: Faults, name: str, names: Iterable[Told]) -> None:
    """What documents have called an agency."""
    for index, told in enumerate(names):
        _told(faults, name, ("names", index), told, "names")


def check_group_cycles(faults: Faults) -> None:
    """On no day is a group part of itself, by whatever ways."""
    groups = faults.partnership.group
    for id, group in groups.items():
        for day in _days(groups.values()):
            seen, above = {id}, _above(group, day)
            while above in groups and above not in seen:
                seen.add(above)
                above = _above(groups[above], day)
            if above == id:
                expected = f"a group that is not itself part of {id}"
                faults.add(f"group/{id}", ("part-of",), _above(group, day), expected, code="cycle")
                break


def _days(groups: Iterable[Group]) -> list[date]:
    starts = {_start(told) for group in groups for told in group.part_of}
    return sorted({*starts, date.min, date.max})


def _start(told: Told) -> date:
    said = told.from_ or told.by
    return parse_partial(said).latest if said else date.min


def _above(group: Group, day: date) -> str:
    """Of which group it is part on the day, whoever has told it."""
    holds = [
        told for told in group.part_of if _start(told) <= day and (not told.until or day <= parse_partial(told.until).earliest)
    ]  # fmt: skip
    return max(holds, key=_start).is_[0] if holds else ""


REGISTRY_CHECKS: dict[str, Callable[[Faults, str, Any], None]] = {
    "document": _document,
    "group": _group,
    "priority": _aim,
    "strategy": _aim,
    "watch": _watch,
}
