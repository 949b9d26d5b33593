"""The pages of signals: every rule in plain English, for practitioners. Generated from what computes."""

from __future__ import annotations

from collections.abc import Sequence

from sightline.definition.signal_words import SORTS, explained
from sightline.definition.types import Partnership, Signal

OPENING = (
    "A signal is a pattern that prompts a person to look. It decides nothing, it is never a score, and no child or family is",
    "ranked. What follows is made from the rules themselves: what you read is what is computed. `sightline signals explain RULE`",
    "prints one. Why there are no scores: [Signals are prompts](../explanation/signals-are-prompts.md).",
    "",
    "What no rule may read: ethnicity, address, deprivation; police intelligence; searches; what is sealed. “Separate events” are",
    "counted once however many tell of them: reports of one day, or within twelve hours, are of one event, and so are two reports",
    "of one absence.",
    "",
)


def signals(p: Partnership) -> list[str]:
    """One partnership's page."""
    out = [f"# Signals in {p.info.title}", "", *(line.replace("../exp", "../../exp") for line in OPENING)]
    return out + _listing(p, list(p.signal.values()))


def every(partnerships: Sequence[Partnership]) -> str:
    """The page of all: the rules that all share, and what each partnership has besides or otherwise."""
    first, *others = sorted(partnerships, key=lambda one: (one.id != "england", one.id))
    out = ["# Signals", "", *OPENING, f"## {first.info.title}", ""]
    out += _listing(first, list(first.signal.values()), "###")
    for other in others:
        own = [rule for id, rule in other.signal.items() if rule != first.signal.get(id)]
        if own:
            out += [f"## {other.info.title}: besides, or otherwise", "", *_listing(other, own, "###")]
    note = "<!-- Generated from `definitions/`. Change the definition, then make the pages again. -->"
    return "\n".join([note, *out]).rstrip() + "\n"


def _listing(p: Partnership, rules: list[Signal], level: str = "##") -> list[str]:
    """A table of contents by sort, and each rule."""
    out: list[str] = []
    for sort, words in SORTS.items():
        some = [rule for rule in rules if rule.sort == sort]
        if some:
            out += [f"**{words}.**", "", *(f"- [{rule.title}](#{p.id}-{rule.id})" for rule in some), ""]
    for rule in rules:
        out += _rule(p, rule, level)
    return out


def _rule(p: Partnership, rule: Signal, level: str) -> list[str]:
    out = [f'<a id="{p.id}-{rule.id}"></a>', "", f"{level} {rule.title}", "", f"`{rule.id}`", ""]
    for heading, said in explained(p, rule):
        if "\n" in said or said.startswith("- "):
            out += [f"**{heading}**", "", *_bullets(said), ""]
        else:
            out += [f"**{heading}** {said}", ""]
    fires = sum("fires-on" in example for example in rule.examples)
    never = len(rule.examples) - fires
    out += [
        f"**Worked examples** {fires} in which it stands, {never} in which it must not; `sightline check` runs them.",
        "",
    ]
    return out


def _bullets(said: str) -> list[str]:
    """Lines, with an empty one between a sentence and the list that follows it."""
    out: list[str] = []
    for line in said.splitlines():
        if out and line.lstrip().startswith("- ") != out[-1].lstrip().startswith("- "):
            out.append("")
        out.append(line)
    return out
