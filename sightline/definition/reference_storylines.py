"""The reference page of what may be planted in the invented city: storylines and look-alikes, for practitioners."""

from __future__ import annotations

from sightline.definition.kinds.storylines import CastMember, Storyline, Told
from sightline.definition.types import Partnership


def storylines(p: Partnership) -> list[str]:
    """The page's lines."""
    out = [
        f"# Storylines in {p.info.title}",
        "",
        "What may be planted in the invented city, so that what is found can be held against a truth. A **storyline** really"
        " goes on in a child's life; a **look-alike** resembles one and is something else. Nobody here exists, and nothing here"
        " is read by a partnership at work. How to write one: [Write a storyline](../../how-to/write-a-storyline.md).",
        "",
    ]
    for kind, title in (("storyline", "Storylines"), ("look-alike", "Look-alikes")):
        these = [line for line in p.storyline.values() if line.kind == kind]
        out += [f"- {title}: " + (", ".join(f"[{line.title}](#{line.id})" for line in these) or "none declared")]
    out.append("")
    for kind, title in (("storyline", "Storylines"), ("look-alike", "Look-alikes")):
        out += [f"## {title}", ""]
        for line in p.storyline.values():
            out += _storyline(p, line) if line.kind == kind else []
    return out


def _storyline(p: Partnership, line: Storyline) -> list[str]:
    planted = line.planted
    often = (
        f"{planted.per_10000_children_a_year} for each 10,000 children a year"
        if planted.per_10000_children_a_year
        else f"{planted.in_all} in a whole city"
    )
    out = [f'<a id="{line.id}"></a>', "", f"### {line.title}", "", f"`{line.id}` · Source: {line.source}", ""]
    out += [_line(line.about), "", f"**What is true.** {_line(line.really)}", ""]
    out += [f"**In the end.** {_line(line.ends)}", ""] if line.ends else []
    out += [f"- **Planted**: {often}"]
    out += ["- **Who**: " + "; ".join(_member(role, member) for role, member in line.cast.items())]
    if line.places:
        out.append("- **Places**, invented: " + ", ".join(line.places))
    if line.turns:
        out.append(f"- **It turns**: {f'with {line.turns}' if not line.turns.startswith('day ') else line.turns}")
    for ought in line.signals:
        rests = f", from {', '.join(ought.because)}" if ought.because else ""
        out.append(f"- **Ought to be found**: {_signal(p, ought.signal)}, about {ought.about}, by {ought.by}{rests}")
    for never in line.never:
        about = f" about {never.about}" if never.about else ""
        why = f": {_line(never.because)}" if never.because else ""
        out.append(f"- **Must not be found**: {_signal(p, never.signal)}{about}{why}")
    out += ["", "| When | Who tells | What | About |", "| --- | --- | --- | --- |"]
    out += [_event(p, event) for event in line.events]
    return [*out, ""]


def _member(role: str, member: CastMember) -> str:
    words = [member.is_.replace("-", " ")] if member.is_ != role else []
    words += [f"aged {member.age}"] if member.age else []
    words += [f"{member.many} of them"] if member.many else []
    words += [] if member.needed else ["where there is one"]
    said = f"{role} ({', '.join(words)})" if words else role
    return f"{said}, {member.title}" if member.title else said


def _event(p: Partnership, event: Told) -> str:
    when = f"day {event.day}" if event.day else f"{event.after} after {event.follows}"
    if event.repeat:
        when += f", {event.repeat.times} times, every {event.repeat.every}"
    if event.chance != "100%":
        when += f" (in {event.chance})"
    kinds = p.codes.get("agency-kind")
    kind = kinds.codes[event.from_].title if kinds and event.from_ in kinds.codes else event.from_
    record = p.record[event.record].title if event.record in p.record else event.record
    one = f", one report of {event.one_event}" if event.one_event else ""
    about = ", ".join(f"{who} as {part}" for who, part in event.about.items()) or "nobody by name"
    return f"| {when} | {kind} | {record} (`{event.event}`{one}) | {about} |"


def _signal(p: Partnership, id: str) -> str:
    if id in p.signal:
        return f"{p.signal[id].title} (`{id}`)"
    return f"`{id}`"


def _line(text: str) -> str:
    return " ".join(text.split())
