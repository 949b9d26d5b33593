"""The reference page of the front door's queue: how it is kept, and every reason that moves a notice up."""

from __future__ import annotations

from sightline.definition.kinds.danger import GRAVE, NOW, RAISED, Danger
from sightline.definition.types import Partnership

WORDS = {NOW: "Cannot wait", GRAVE: "Grave", RAISED: "Raised"}


def queue(p: Partnership) -> list[str]:
    """Markdown, without the note at its head."""
    from sightline.definition.reference import condition

    out = [
        f"# The front door's queue in {p.info.title}",
        "",
        "A notice stands where its gravest reason puts it; reasons are never added up.",
        "What no reason names stands in turn, by its clock.",
        "",
    ]
    for kept in p.queue.values():
        clock = p.clock[kept.clock].title if kept.clock in p.clock else kept.clock
        out += [
            f"- **Clock**: {clock}; where a safe time is told that ends sooner, that",
            f"- **History**: what was known longer than {kept.history} ago when it came is not queued",
            f"- **One event**: notices about one child within {kept.gathers}",
            f"- **Told before**: counted for {kept.repeats}",
            f"- **A safe time ends** from {kept.safe_soon} before it on",
            f"- **By day** {kept.hours} on working days: {_team(p, kept.day_team)}; **by night**: {_team(p, kept.night_team)}",
            "- **Open already**, and so told at once: "
            + ", ".join(
                dict.fromkeys(p.record[one.record].title.lower() for one in kept.open_to if one.record in p.record)
            ),
            "",
            f"Source: {kept.source}",
            "",
        ]
    for level, title in WORDS.items():
        rules = sorted((rule for rule in p.danger.values() if rule.level == level), key=lambda rule: rule.rank)
        if rules:
            out += [f"## {title}", ""]
        for rule in rules:
            out += _rule(
                rule, condition(rule.when) if rule.when else "", condition(rule.before.count) if rule.before else ""
            )
    return out


def _team(p: Partnership, id: str) -> str:
    return p.team[id].title if id in p.team else "nobody is named"


def _rule(rule: Danger, when: str, before: str) -> list[str]:
    out = [f"### {rule.rank}. {rule.title}", "", f"`{rule.id}` · Source: {rule.source}", "", f"> {rule.says}", ""]
    if rule.asks:
        out += [f"First: {rule.asks}", ""]
    if when:
        out.append(f"- **When** {when}")
    if rule.before is not None:
        out.append(f"- **Before**: at least {rule.before.at_least} within {rule.before.within} of {before}")
    return [*out, ""]
