"""Whether a decision is whole. Pure.

Protection never waits for paper: a strategy discussion or a section 47 enquiry always stands, and what is missing is
flagged. Any other decision is refused, in a sentence that says what to do, until it is whole.
Source: Working Together to Safeguard Children 2023, chapter 3; local standard on recording rationale.
"""

from __future__ import annotations

from sightline.definition.outcomes import Decision

PROTECTION = frozenset({"strategy-discussion", "section-47"})
NEEDS_AGREEMENT = frozenset({"early-help", "family-help"})
SHORTEST_RATIONALE = 40  # characters

WHOLE = Decision(True, "whole", "The decision is whole.")


def missing(*, decision: str, rationale: str, agreement: str) -> list[Decision]:
    """What a decision lacks, gravest first; empty when it is whole."""
    found = []
    if not rationale.strip():
        found.append(Decision(False, "rationale-missing", "Say why: what you weighed, and what the child said."))
    elif len(rationale.strip()) < SHORTEST_RATIONALE:
        found.append(
            Decision(
                False,
                "rationale-too-short",
                f"Say a little more about why, in at least {SHORTEST_RATIONALE} characters: "
                "whoever reads this later was not there.",
            )
        )
    if decision in NEEDS_AGREEMENT and agreement != "yes":
        found.append(
            Decision(
                False,
                "agreement-missing",
                "Early help and family help need the family’s agreement. Ask, or choose another way.",
            )
        )
    return found


def judge(*, decision: str, rationale: str, agreement: str) -> tuple[Decision, tuple[str, ...]]:
    """Whether the decision stands, and what is flagged about it: (answer, codes of what is missing)."""
    lacking = missing(decision=decision, rationale=rationale, agreement=agreement)
    if decision in PROTECTION:
        return WHOLE, tuple(d.reason_code for d in lacking)
    return (lacking[0] if lacking else WHOLE), ()
