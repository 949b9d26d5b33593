"""The reference page of messages."""

from __future__ import annotations

from sightline.definition.types import Message, Partnership

PARTS = {
    "count": "a count",
    "moment": "a day and time",
    "agency": "an agency",
    "role": "a role",
    "record": "a kind of record",
    "clock": "a clock",
    "signal": "a signal",
}
NEEDS = {
    "pointer": "whoever sees at least that the record is held; others read the title alone",
    "headline": "whoever sees at least the headline of the record; others read the title alone",
}


def messages(p: Partnership) -> list[str]:
    out = [
        f"# Messages in {p.info.title}",
        "",
        "What somebody is told, in which words, and by when one of those told says that they have read it. A message holds counts, "
        "moments and codes, and nothing personal: whom it is about shows where its reader may see it.",
        "",
    ]
    for message in p.message.values():
        out += _message(p, message)
    return out


def _message(p: Partnership, m: Message) -> list[str]:
    out = [f"## {m.title}", "", f"`{m.id}` · Source: {m.source}", "", *([m.note, ""] if m.note else [])]
    if m.form_of in p.message:
        out += [f"A form of *{p.message[m.form_of].title}* (`{m.form_of}`).", ""]
    out.append(f"- **Says**: {m.says}")
    out += [f"- **Asks**: {m.does}"] if m.does else []
    parts = [
        f"`{name}`, {PARTS.get(part.is_, f'a code of [{part.of}](codes.md#{part.of})')}"
        for name, part in m.parts.items()
    ]
    out += [f"- **In it**: {'; '.join(parts)}"] if parts else []
    out += [f"- **The sentence shows to** {NEEDS[m.needs]}"] if m.needs in NEEDS else []
    out += [f"- **Goes to** {', '.join(_role(p, role) for role in m.to)}"] if m.to else []
    if m.read_by:
        out.append(
            f"- **Read at an agency by**: {', '.join(_role(p, role) for role in m.read_by)}; where none is there, by all"
        )
    if m.presses:
        out.append("- **Cannot wait**: stands above what can")
    then = f"; else told too: {', '.join(_role(p, role) for role in m.acknowledge.then)}" if m.acknowledge.then else ""
    out.append(f"- **Read within** {m.acknowledge.within}{then}")
    return [*out, ""]


def _role(p: Partnership, role: str) -> str:
    return p.role[role].title.lower() if role in p.role else role
