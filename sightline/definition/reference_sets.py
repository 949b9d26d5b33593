"""The reference page of sets of tables: what every object and field becomes, or why it is not used."""

from __future__ import annotations

from collections.abc import Iterable

from sightline.definition.coverage import ObjectUse, objects
from sightline.definition.types import Partnership


def sets(p: Partnership) -> list[str]:
    """Every set of tables that the partnership takes, each table with its columns."""
    out = [f"# Sets of tables in {p.info.title}", ""]
    out += ["What each table and column of a set becomes, or why it is not used. A row becomes the records named.", ""]
    feeds = [feed for feed in p.feed.values() if feed.tables]
    if not feeds:
        return [*out, "None declared."]
    for feed in feeds:
        told = objects(feed)
        used = sum(1 for one in told if any(field.used for field in one.fields))
        columns = [column for one in told for column in one.fields]
        out += [f"## {feed.title}", "", f"`{feed.id}` · Source: {feed.source}", ""]
        out += [feed.note, ""] if feed.note else []
        out += [f"{len(told)} tables, of which {used} are used; {_told(told)} columns, of which "]
        out[-1] += f"{sum(1 for column in columns if column.used)} are used."
        out.append("")
        for one in told:
            out += _object(p, one)
    return out


def _told(told: Iterable[ObjectUse]) -> int:
    return sum(len(one.fields) for one in told)


def _object(p: Partnership, one: ObjectUse) -> list[str]:
    out = [f"### {one.name}", "", one.says, ""]
    if one.reason:
        return [*out, f"Not used: {one.reason}.", ""]
    if one.records:
        titles = [p.record[id].title if id in p.record else id for id in one.records]
        named = ", ".join(f"{title} (`{id}`)" for title, id in zip(titles, one.records, strict=True))
        out += [f"A row becomes: {named}.", ""]
    out += ["| Column | Becomes |", "| --- | --- |"]
    for field in one.fields:
        said = "; ".join(field.becomes) if field.used else f"Not used: {field.reason}"
        out.append(f"| `{field.name}` | {' '.join(said.split())} |".replace("||", "| |"))
    return [*out, ""]
