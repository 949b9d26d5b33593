"""From what is declared, and what was recorded, to facts. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from sightline.agencies.registry.types import Cite, Fact, Row
from sightline.definition.kinds.registry import VACANT, Cited, Group, Held, Told
from sightline.definition.types import Partnership
from sightline.timescales.partial import parse_partial

ONE = ("status", "purpose", "part_of", "reports_to", "chair", "vice_chair", "every", "terms")
SEVERAL = ("members", "followed_by")

# What a partnership records itself: (the words for it, the fact that it makes, the value that is fixed or "" for the row's)
RECORDED: dict[str, tuple[str, str, str]] = {
    "met": ("A meeting was held", "meetings", ""),
    "did-not-meet": ("A meeting did not take place", "meetings", ""),
    "chair": ("A new chair began", "chair", ""),
    "chair-left": ("The chair left, and nobody chairs", "chair", VACANT),
    "member": ("A member joined", "members", ""),
    "member-left": ("A member left", "member-left", ""),
    "terms": ("Terms of reference and membership were agreed or reviewed", "terms", ""),
    "every": ("It meets at another rhythm", "every", ""),
    "name": ("It has another name", "names", ""),
    "paused": ("It stopped meeting for now", "status", "paused"),
    "resumed": ("It meets again", "status", "active"),
    "ended": ("It ended", "status", "ended"),
}
VALUES = {"chair": "who", "member": "who", "member-left": "who", "terms": "words", "every": "span", "name": "words"}


def declared(partnership: Partnership) -> tuple[Fact, ...]:
    """Everything that the definition tells of its groups."""
    found: list[Fact] = []
    for group in partnership.group.values():
        found += _group(partnership, group)
    return tuple(found)


def recorded(rows: Iterable[Row], known: date) -> tuple[Fact, ...]:
    """What the partnership recorded by a day, without the rows that were taken back by then."""
    there = [row for row in rows if row.known <= known]
    gone = {row.withdraws for row in there if row.withdraws}
    return tuple(
        _of_row(row, order)
        for order, row in enumerate(sorted(there, key=lambda r: (r.recorded, r.id)), 1)
        if not row.withdraws and row.id not in gone
    )


def _of_row(row: Row, order: int) -> Fact:
    _, what, fixed = RECORDED[row.what]
    value = fixed or row.value
    cite = Cite(title=row.source or "Recorded by the partnership", known=row.known, by=row.by, row=row.id)
    return Fact(
        group=row.group,
        what=what,
        values=(value,) if value else (),
        first=row.happened,
        last=row.happened if what == "meetings" else None,
        known=row.known,
        cite=cite,
        said=row.happened.isoformat(),
        held=row.what != "did-not-meet",
        count=1 if row.what == "met" else None,
        reviewed=row.happened if what == "terms" else None,
        order=order,
    )


def _group(partnership: Partnership, group: Group) -> list[Fact]:
    found: list[Fact] = []
    for what in ("names", *ONE, *SEVERAL):
        found += [_of_told(partnership, group, what, told) for told in getattr(group, what)]
    found += [_of_held(partnership, group, held) for held in group.meetings]
    if not group.status:
        start = group.from_ or min((f.first for f in found), default=date.min)
        cite = Cite(title=group.source, known=group.from_ or date.min)
        found.append(Fact(group.id, "status", ("active",), start, group.until, cite.known, cite, "always"))
    return found


def cite(partnership: Partnership, thing: Any, told: Cited) -> Cite:
    """Where a value stands. Without a document of its own it is the thing's source, known since the thing began."""
    document = partnership.document.get(told.source)
    if document is None:
        known = told.known or getattr(thing, "from_", None) or date.min
        return Cite(title=thing.source, known=known, at=told.at, inferred=told.inferred, note=told.note)
    return Cite(document.title, told.known or document.known, told.at, document.id, told.inferred, told.note)


def _of_told(partnership: Partnership, group: Group, what: str, told: Told) -> Fact:
    document = partnership.document.get(told.source)
    said, start = told.from_ or told.by, "from" if told.from_ else "by"
    if said:
        first = parse_partial(said).latest
    elif document is not None:
        first, start = document.tells_from, "period"
    else:
        first, start = group.from_ or date.min, "always"
    last = parse_partial(told.until).earliest if told.until else None
    where = cite(partnership, group, told)
    looked = getattr(told, "reviewed", "") or getattr(told, "agreed", "")
    reviewed = parse_partial(looked).latest if looked else None
    return Fact(
        group.id, what, told.is_, first, last, where.known, where, start, said, told.until, reviewed=reviewed  # type: ignore[arg-type]
    )  # fmt: skip


def _of_held(partnership: Partnership, group: Group, held: Held) -> Fact:
    document = partnership.document.get(held.source)
    where = cite(partnership, group, held)
    if held.on:
        day = parse_partial(held.on)
        return Fact(
            group.id, "meetings", (), day.earliest, day.latest, where.known, where, "from", held.on, held.on,
            held.count or 1, held.held,
        )  # fmt: skip
    first = parse_partial(held.from_).earliest if held.from_ else document.tells_from if document else date.min
    last = parse_partial(held.until).latest if held.until else document.tells_until if document else first
    said, until = held.from_ or first.isoformat()[:7], held.until or last.isoformat()[:7]
    return Fact(
        group.id, "meetings", (), first, last, where.known, where, "period", said, until, held.count, held.held
    )  # fmt: skip


def titles(partnership: Partnership) -> Mapping[str, str]:
    """What agencies, teams, roles and kinds of agency are called, by id (groups have names that change)."""
    kinds = partnership.codes.get("agency-kind")
    found = {code: one.title for code, one in kinds.codes.items()} if kinds else {}
    for things in (partnership.team, partnership.role, partnership.agency):
        found.update({one.id: one.title for one in things.values()})
    return found
