"""Which police information is reviewed, and what an outcome needs. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sightline.definition.kinds.day_lists import ItemReview
from sightline.definition.outcomes import Decision
from sightline.definition.types import Partnership

FEWEST_WORDS = 20
STANDS = Decision(True, "whole", "It stands.")


def taken(declared: ItemReview, record: str, facts: Mapping[str, Any]) -> int | None:
    """The place in `takes` that brings this record to review; None where none does."""
    for n, takes in enumerate(declared.takes):
        if record in takes.record and (takes.pointer or takes.where is None or takes.where.holds(dict(facts))):
            return n
    return None


def judge(declared: ItemReview, *, harm: str, outcome: str, because: str) -> Decision:
    """Whether a worker's outcome stands. Known or suspected significant harm takes a referral, whatever else is done."""
    if harm not in ("yes", "no"):
        return Decision(False, "rationale-missing", "Say whether significant harm is known or suspected.")
    if harm == "yes" and outcome != declared.harm_needs:
        return Decision(
            False,
            "referral-needed",
            "Where significant harm is known or suspected, it is referred. Choose the referral; "
            "say in your reason what else is done.",
        )
    if not outcome:
        return Decision(False, "rationale-missing", "Choose what is done.")
    if len(because.strip()) < FEWEST_WORDS:
        return Decision(
            False, "reason-too-short", f"Say a little more about why, in at least {FEWEST_WORDS} characters."
        )
    return STANDS


def run_example(partnership: Partnership, declared: ItemReview, example: dict[str, Any]) -> str | None:
    """`{given: {record, fields}, taken: yes}` or `{given: {harm, outcome}, refused: yes}`."""
    given = dict(example.get("given", {}))
    if "harm" in given:
        answer = judge(declared, harm=str(given["harm"]), outcome=str(given["outcome"]), because="x" * FEWEST_WORDS)
        wanted = str(example.get("refused", "no")).lower() in ("yes", "true")
        return None if bool(answer) is not wanted else f"it {'stands' if answer else 'is refused'}: {answer.sentence}"
    record = str(given.pop("record"))
    found = taken(declared, record, {name: str(value) for name, value in given.items()})
    wanted = str(example.get("taken", "yes")).lower() in ("yes", "true")
    return None if (found is not None) is wanted else "not taken" if wanted else "taken"
