"""The reference page of deciding: what may be decided, with its states drawn, whom the front door asks, where one disagrees."""

from __future__ import annotations

from sightline.definition.types import Check, Code, Ladder, Partnership, Route

NEEDS = {
    "rationale": "why, in at least {least} characters",
    "agreement": "the family’s agreement",
    "checks": "that somebody was asked and has answered, or why not",
    "answers": "an answer of everybody who was asked, or why not",
}


def deciding(p: Partnership) -> list[str]:
    out = [
        f"# Deciding at the front door of {p.info.title}",
        "",
        "What may be decided about what reaches the front door, what makes each decision whole, and where it goes. Protection "
        "stands whatever is missing: that is flagged, and a named person answers for it. Anything else is refused until it is "
        "whole.",
        "",
        *_drawn(p),
        "## What may be decided",
        "",
    ]
    for route in _ordered(p):
        out += _route(p, route)
    out += ["## Whom the front door asks", ""]
    for check in p.check.values():
        out += _check(p, check)
    for ladder in p.ladder.values():
        out += _ladder(p, ladder)
    return out


def _ordered(p: Partnership) -> list[Route]:
    codes = p.codes["front-door-decision"].codes if "front-door-decision" in p.codes else {}
    return [p.route[code] for code in codes if code in p.route]


def _drawn(p: Partnership) -> list[str]:
    """The states of a notice, drawn from the routes."""
    out = ["## From arriving to accepted", "", "```mermaid", "stateDiagram-v2", "  [*] --> open"]
    for route in _ordered(p):
        name = route.title.lower()
        if not route.hands_over_to:
            out.append(f"  open --> closed: {name}")
        elif route.protects:
            out.append(f"  open --> handed_over: {name}, cannot wait")
        else:
            out.append(f"  open --> handed_over: {name}")
    out += [
        "  handed_over --> accepted: somebody there accepts, by name",
        "  closed --> open: looked at again",
        "  handed_over --> open: looked at again",
        "  accepted --> open: looked at again",
        *([f"  closed --> handed_over: {_or([r.title.lower() for r in _ordered(p) if r.protects])}"] if _protects(p) else []),
        "  closed --> [*]",
        "  accepted --> [*]",
        "```",
        "",
    ]  # fmt: skip
    if not _protects(p):
        return out
    return [
        *out,
        "## A strategy discussion",
        "",
        "```mermaid",
        "stateDiagram-v2",
        "  [*] --> called: called, everybody told at that minute",
        "  called --> held: written down, by more than one agency",
        "  called --> called: one agency alone, it stands, is flagged, and stays open",
        "  held --> enquiry: section 47",
        "  held --> [*]: an assessment, or no further action",
        *[
            f"  enquiry --> {'conference' if code == 'd' else 'ended'}: {code}, {one.title.replace(':', ',').lower()}"
            for code, one in _found(p)
        ],
        "  ended --> [*]",
        "  conference --> [*]",
        "```",
        "",
    ]  # fmt: skip


def _protects(p: Partnership) -> bool:
    return any(route.protects for route in p.route.values())


def _found(p: Partnership) -> list[tuple[str, Code]]:
    """What an enquiry may find."""
    return list(p.codes["section-47-outcome"].codes.items()) if "section-47-outcome" in p.codes else []


def _or(words: list[str]) -> str:
    return " or ".join(words)


def _route(p: Partnership, r: Route) -> list[str]:
    out = [f"### {r.title}", "", f"`{r.id}` · Source: {r.source}", "", *([r.note, ""] if r.note else [])]
    needs = ", ".join(NEEDS[one].format(least=r.rationale_at_least) for one in r.needs)
    out += [f"- **{'Flagged where it lacks' if r.protects else 'Refused without'}**: {needs}"] if needs else []
    if r.decided_by:
        out.append(f"- **Decided by**: {', '.join(_role(p, role) for role in r.decided_by)}")
    if r.own_contact == "second-person":
        out.append("- **A second person** decides where whoever took the contact would")
    to = ", ".join(_kind(p, kind) for kind in r.hands_over_to)
    out.append(
        f"- **Handed over to**: {to}{', and cannot wait' if r.cannot_wait else ''}"
        if to
        else "- **Ends** at the front door"
    )
    if r.calls:
        out.append(f"- **Called at once**: {', '.join(_kind(p, kind) for kind in r.calls)}")
    for name, kinds in r.core.items():
        out.append(f"- **Takes part, {name}**: {' or '.join(_kind(p, kind) for kind in kinds)}")
    return [*out, f"- **Whoever told us hears**: {r.tells}", ""]


def _check(p: Partnership, c: Check) -> list[str]:
    out = [f"### {c.title}", "", f"`{c.id}` · Source: {c.source}", "", *([c.note, ""] if c.note else [])]
    asks = ", else ".join(_kind(p, kind) for kind in c.asks)
    out.append(f"- **Asked**: {'the one that the child attends; ' if c.attended else ''}{asks}")
    if c.core:
        out.append(f"- **Suggested** for every contact{f', from {c.from_age} years' if c.from_age else ''}")
    out += [f"- **For**: {c.purpose}", f"- **Question**: {c.question}"]
    out.append(f"- **Basis**: {'; '.join(_basis(p, one) for one in c.basis)}")
    if c.at_the_line:
        out.append(f"- **Basis at the section 47 line**: {'; '.join(_basis(p, one) for one in c.at_the_line)}")
    return [*out, f"- **Reminded** {c.remind} before the answer is due", ""]


def _ladder(p: Partnership, one: Ladder) -> list[str]:
    out = [f"## {one.title}", "", f"`{one.id}` · Source: {one.source}", "", *([one.note, ""] if one.note else [])]
    for n, rung in enumerate(one.levels, 1):
        whom = ", ".join(_role(p, role) for role in rung.whom)
        out.append(f"{n}. {rung.title}: {whom}, within {rung.within}")
    return [*out, ""]


def _role(p: Partnership, role: str) -> str:
    return p.role[role].title.lower() if role in p.role else role


def _kind(p: Partnership, code: str) -> str:
    kinds = p.codes["agency-kind"].codes if "agency-kind" in p.codes else {}
    return kinds[code].title.lower() if code in kinds else code


def _basis(p: Partnership, code: str) -> str:
    known = p.codes["lawful-basis"].codes if "lawful-basis" in p.codes else {}
    return known[code].title if code in known else code
