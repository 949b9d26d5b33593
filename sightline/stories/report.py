"""How stories came out, for people and for machines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sightline.stories.model import Story, Told


def as_json(told: Sequence[Told]) -> dict[str, Any]:
    return {
        "stories": [
            {
                "file": one.story.file,
                "story": one.story.title,
                "covers": list(one.story.covers),
                "expectations": [{"kind": a.kind, "text": a.text, "held": a.held, "got": a.got} for a in one.answers],
            }
            for one in told
        ]
    }


def in_words(told: Told) -> str:
    """One story, a line an expectation; where it did not hold, what was there instead."""
    story = told.story
    lines = [f"{story.title}  ({story.file}; {told.seconds:.2f} s)"]
    for answer in told.answers:
        lines.append(f"  {'held    ' if answer.held else 'NOT HELD'}  {answer.text}")
        if not answer.held:
            lines.append(f"            line {answer.line}; instead: {answer.got}")
    if not told.held and told.happened:
        lines.append("  What did not simply go through:")
        lines += [f"            {note}" for note in told.happened]
    return "\n".join(lines)


def summary(told: Sequence[Told]) -> str:
    held, asked = sum(one.held for one in told), sum(len(one.answers) for one in told)
    kept = sum(answer.held for one in told for answer in one.answers)
    return (
        f"{held} of {len(told)} stories hold; {kept} of {asked} expectations; {sum(one.seconds for one in told):.1f} s."
    )


def understood(stories: Sequence[Story]) -> str:
    return "\n".join(f"{s.file}: {s.title} ({len(s.events)} events, {len(s.expect)} expectations)" for s in stories)
