"""Reference page of groups, priorities and strategies: each value with since when, and where it is told. Generated."""

from __future__ import annotations

from sightline.definition.kinds.registry import Aim, Cited, Group, Held, Told
from sightline.definition.types import Partnership

ROWS = (
    ("names", "Called"),
    ("status", "Status"),
    ("purpose", "For"),
    ("part_of", "Part of"),
    ("reports_to", "Reports to"),
    ("chair", "Chair"),
    ("vice_chair", "Vice-chair"),
    ("members", "Members"),
    ("every", "Meets"),
    ("terms", "Terms of reference"),
    ("followed_by", "Followed by"),
)
HEADS = ["What", "Value", "When", "Where it is told"]


def groups(p: Partnership) -> list[str]:
    """The lines of the page, without its heading note."""
    out = [f"# Groups, priorities and strategies in {p.info.title}", ""]
    out += ["What documents tell, each value with its place. What is not here is not stated.", ""]
    if p.document:
        out += ["## Documents", ""]
        rows = [
            [d.title, d.dated or "undated", str(d.known), f"{d.tells_from} to {d.tells_until}", d.note]
            for d in sorted(p.document.values(), key=lambda d: (d.known, d.id))
        ]
        out += _table(["Document", "Dated", "Known since", "Tells of", "Note"], rows)
    for group in p.group.values():
        out += _group(p, group)
    for title, things in (("Priorities", p.priority), ("Strategies", p.strategy)):
        out += [f"## {title}", ""] if things else []
        for thing in things.values():
            out += _aim(p, thing)
    if p.watch:
        out += ["## What is flagged", ""]
        rows = [
            [
                w.title,
                ", ".join(w.applies_to),
                "; ".join(f"from {d.from_}: {d.is_}" for d in (*w.rhythm, *w.times, *w.limit)),
                w.source,
            ]
            for w in p.watch.values()
        ]
        out += _table(["Flag", "Of", "Thresholds", "Source"], rows)
    return out


def _group(p: Partnership, group: Group) -> list[str]:
    out = [f"## {group.title}", "", f"`{group.id}` · {group.kind} · Source: {group.source}", ""]
    out += [group.note, ""] if group.note else []
    rows = [_told(p, group, words, told) for key, words in ROWS for told in getattr(group, key)]
    rows += [_held(p, group, held) for held in group.meetings]
    return out + (_table(HEADS, rows) if rows else [])


def _aim(p: Partnership, aim: Aim) -> list[str]:
    when = f" · {aim.year}" if aim.year else ""
    out = [f"### {aim.title}", "", f"`{aim.id}`{when} · Source: {aim.source}", ""]
    out += [aim.note, ""] if aim.note else []
    rows = [
        _told(p, aim, words, told)
        for key, words in (("owner", "Owner"), ("status", "Status"), ("says", "About"), ("objectives", "Objectives"))
        for told in getattr(aim, key)
    ]
    rows += [["Measure", m.is_, m.period, _where(p, aim, m)] for m in aim.measures]
    return out + (_table(HEADS, rows) if rows else ["Named only; no more is told.", ""])


def _told(p: Partnership, thing: Group | Aim, words: str, told: Told) -> list[str]:
    titles = [_title(p, value) for value in told.is_]
    when = f"from {told.from_}" if told.from_ else f"by {told.by}" if told.by else ""
    when += f" until {told.until}" if told.until else ""
    return [words, ", ".join(titles), when.strip(), _where(p, thing, told)]


def _held(p: Partnership, group: Group, held: Held) -> list[str]:
    when = held.on or " to ".join(part for part in (held.from_, held.until) if part)
    value = "did not meet" if not held.held else f"met {held.count} times" if held.count else "met"
    return ["Meetings", value, when, _where(p, group, held)]


def _where(p: Partnership, thing: Group | Aim, cited: Cited) -> str:
    document = p.document.get(cited.source)
    said = f"{document.title}: {cited.at}" if document else thing.source
    marks = ["inferred"] if cited.inferred else []
    marks += [cited.note] if cited.note else []
    return f"{said} ({'; '.join(marks)})" if marks else said


def _title(p: Partnership, value: str) -> str:
    for things in (p.agency, p.group, p.team, p.role):
        found = things.get(value)
        if found is not None:
            return str(found.title)
    kinds = p.codes.get("agency-kind")
    return kinds.codes[value].title if kinds and value in kinds.codes else value


def _table(heads: list[str], rows: list[list[str]]) -> list[str]:
    lines = [
        heads,
        ["---"] * len(heads),
        *([" ".join(cell.split()).replace("|", "\\|") for cell in row] for row in rows),
    ]
    return ["| " + " | ".join(line) + " |" for line in lines] + [""]
