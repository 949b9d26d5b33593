"""Whether what is decided at the front door is whole. Pure.

Protection never waits for paper: a strategy discussion, a section 47 enquiry and an urgent medical always stand, and
what is missing is flagged. Anything else is refused, in a sentence that says what to do, until it is whole.
Sources: Working Together to Safeguard Children 2023, chapters 1 and 3; RCPCH child protection service delivery
standards, 2020; LSCP annual report 2022-23 on child protection medicals. Values stand in `definitions/…/routes`,
`checks` and `ladders`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from sightline.definition.outcomes import Decision
from sightline.definition.types import Check, Ladder, Partnership, Route
from sightline.timescales.london import local, parse_moment
from sightline.timescales.spans import parse_span
from sightline.timescales.working import WorkingDays

NONE, OUTSTANDING, ANSWERED = "none", "outstanding", "answered"
NO_REASON = frozenset({"", "-", "n/a", "na", "no", "none", "nil", "not applicable", "not needed", "not required"})
SHORTEST_MEDICAL = 20  # characters of a rationale for no medical
LINE = "section-47"

WHOLE = Decision(True, "whole", "The decision is whole.")
SAYS = {
    "rationale-missing": "Say why: what you weighed, and what the child said.",
    "agreement-missing": "{route} needs the family’s agreement. Ask, or choose another way.",
    "checks-asked": "{who} has not answered yet. Wait for the answer, or say why you decide without it.",
    "checks-none": "Nobody was asked what they know. Ask health, the school and youth justice, or say why you decide without.",
    "second-person-needed": (
        "You took this contact yourself. Here somebody else decides that it goes no further: ask a colleague or the manager."
    ),
    "consultee-missing": (
        "Say who was asked about the medical, by name and job: a paediatrician of the child protection medical service."
    ),
    "single-agency": "One agency alone does not decide this. Call the others, or hear what they know, and record it then.",
    "further-discussion-needed": (
        "{who} did not agree to the medical. Hold a further strategy discussion on what that means, and record it then."
    ),
}


def no(code: str, says: str = "", **words: str) -> Decision:
    """A refusal, or a thing that is missing, in the sentence that its reader gets."""
    return Decision(False, code, (says or SAYS[code]).format(**words))


def says_nothing(text: str) -> bool:
    """Whether a reason is none: empty, or one of the words that people type to get past a box."""
    return text.strip().strip(".").casefold() in NO_REASON


# --- deciding -----------------------------------------------------------------------------------------


def reason(text: str, at_least: int, missing: str = SAYS["rationale-missing"]) -> Decision | None:
    """What a reason lacks; None where it says something."""
    if not text.strip():
        return no("rationale-missing", missing)
    if len(text.strip()) < at_least:
        says = (
            f"Say a little more about why, in at least {at_least} characters: whoever reads this later was not there."
        )
        return no("rationale-too-short", says)
    return None


def missing(
    route: Route,
    *,
    rationale: str = "",
    agreement: str = "",
    checks: str = NONE,
    without_checks: str = "",
    waiting: str = "",
    own_contact: bool = False,
) -> list[Decision]:
    """What a decision lacks, gravest first; empty when it is whole. `waiting`: who has not answered, in words."""
    found = []
    if "rationale" in route.needs and (lacks := reason(rationale, route.rationale_at_least)) is not None:
        found.append(lacks)
    if "agreement" in route.needs and agreement != "yes":
        found.append(no("agreement-missing", route=route.title))
    if says_nothing(without_checks):
        if checks == OUTSTANDING and {"checks", "answers"} & set(route.needs):
            found.append(no("checks-outstanding", SAYS["checks-asked"], who=waiting or "An agency that was asked"))
        elif checks == NONE and "checks" in route.needs:
            found.append(no("checks-outstanding", SAYS["checks-none"]))
    if own_contact and route.own_contact == "second-person":
        found.append(no("second-person-needed"))
    return found


def judge(route: Route, **given: Any) -> tuple[Decision, tuple[str, ...]]:
    """Whether the decision stands, and what is flagged about it: (answer, codes of what is missing). As `missing`."""
    lacking = missing(route, **given)
    if route.protects:
        return WHOLE, tuple(one.reason_code for one in lacking)
    return (lacking[0] if lacking else WHOLE), ()


# --- asking what others know --------------------------------------------------------------------------


def judge_asking(*, at_the_line: bool, agreement: str, because: str) -> tuple[Decision, tuple[str, ...]]:
    """Whether an agency may be asked about a child. At the section 47 line nobody asks for agreement. Below it the
    family agrees, or it is written down why nobody asked; where neither is known yet, asking stands and is flagged.
    """
    if at_the_line or agreement == "yes" or not says_nothing(because):
        return WHOLE, ()
    if agreement:
        says = (
            "The family has not agreed that others are asked. Below the section 47 line, say why you ask all the same; "
            "at the line, say that it is there."
        )
        return no("agreement-missing", says), ()
    return WHOLE, ("agreement-missing",)


def judge_answer(*, answer: str, detail: str, because: str) -> Decision:
    """Whether an answer to a check says something."""
    if answer == "not-available" and says_nothing(because):
        return no("rationale-missing", "Say why you cannot answer, and who could.")
    if answer == "known" and not detail.strip():
        return no(
            "rationale-missing", "Say what you know: a line that everybody there may read, and what stands behind it."
        )
    return WHOLE


# --- strategy discussion and medical ------------------------------------------------------------------


def lacking_at(route: Route, kinds: Collection[str]) -> tuple[str, ...]:
    """Which of those who must take part are not there, by name. `kinds`: of the agencies that are."""
    return tuple(name for name, enough in route.core.items() if not set(enough) & set(kinds))


def flags_of_discussion(route: Route, agencies: Collection[str], kinds: Collection[str]) -> tuple[str, ...]:
    """What is flagged about a discussion that these agencies hold: it stands.

    Two teams of one service, the day's and the night's, are one voice: `kinds` says how many there are.
    """
    if len(set(agencies)) < 2 or len(set(kinds)) < 2:
        return ("single-agency",)
    return ("core-agency-missing",) if lacking_at(route, kinds) else ()


def judge_discussion(
    route: Route, *, outcome: str, agencies: Collection[str], kinds: Collection[str]
) -> tuple[Decision, tuple[str, ...]]:
    """Whether a discussion stands with this outcome. Protection always does; nothing is closed by one agency alone."""
    flags = flags_of_discussion(route, agencies, kinds)
    if "single-agency" in flags and outcome not in ("s47-single", "s47-joint", ""):
        return no("single-agency"), ()
    return WHOLE, flags


def judge_medical(given: Mapping[str, str], *, alone: bool, further: bool) -> tuple[Decision, tuple[str, ...]]:
    """Whether a decision on a child protection medical stands (rules R001 to R006).

    `given`: the fields of a medical-decision. `alone`: one agency alone discussed it. `further`: a further discussion
    was held after somebody had not agreed.
    """
    needed = given.get("needed") == "yes"
    lacking = []
    why = "Say why no medical is needed: what was seen, how it is explained, and why that is believed."
    if (lacks := reason(given.get("rationale", ""), 0 if needed else SHORTEST_MEDICAL, why)) is not None:
        lacking.append(lacks)
    if not (given.get("consulted-name", "").strip() and given.get("consulted-role", "").strip()):
        lacking.append(no("consultee-missing"))
    if alone:
        lacking.append(no("single-agency"))
    if given.get("consent-not-given-by") and not further:
        who = "A parent" if given["consent-not-given-by"] == "parent" else "The child, who has capacity,"
        lacking.append(no("further-discussion-needed", who=who))
    if needed:  # an urgent medical always stands
        return WHOLE, tuple(one.reason_code for one in lacking)
    return (lacking[0] if lacking else WHOLE), ()


def prompt_of_medical(given: Mapping[str, str]) -> str:
    """What else to think of now that somebody did not agree (R005, R006); empty where nobody objected."""
    who = given.get("consent-not-given-by", "")
    if who == "parent" and given.get("legal-advice") != "yes":
        return (
            "A parent did not agree. Where it is not an emergency, take legal advice now: a court can decide. "
            "Where it is, doctors act in the child’s best interests."
        )
    if who == "child-with-capacity":
        return (
            "The child understands, and did not agree. Ask what they fear, who they would trust, and whether a later time "
            "or another doctor would help. Nobody is examined against their will."
        )
    return ""


# --- disagreeing --------------------------------------------------------------------------------------


def judge_disagreement(ladder: Ladder, text: str) -> Decision:
    """Whether a disagreement says something."""
    lacks = reason(text, ladder.reason_at_least, "Say what you see otherwise, and what you fear for this child.")
    return WHOLE if lacks is None else lacks


def due_at_level(ladder: Ladder, level: int, raised: datetime, days: WorkingDays | None = None) -> datetime:
    """By when somebody answers at this level (the lowest is 1), raised there at that moment."""
    return parse_span(ladder.levels[level - 1].within).due(raised, days)


def suggested(check: Check, ages: Iterable[int]) -> bool:
    """Whether this check is suggested for children of these ages; for somebody whose age is not known, it is."""
    known = list(ages)
    return check.core and (not known or max(known) >= check.from_age)


# --- the examples in the definition -------------------------------------------------------------------


def run_route_example(partnership: Partnership, route: Route, example: dict[str, Any]) -> str | None:
    """`{given: {rationale, agreement, checks, without-checks, own-contact}, refused: CODE}` or `{given: …, flagged: [CODE]}`."""
    given = {key.replace("-", "_"): str(value) for key, value in example.get("given", {}).items()}
    own = given.pop("own_contact", "no") == "yes"
    answer, flagged = judge(route, own_contact=own, **given)
    return _compare(example, answer, flagged)


def run_check_example(partnership: Partnership, check: Check, example: dict[str, Any]) -> str | None:
    """`{given: {age, at-the-line}, suggested: yes, basis: CODE}`."""
    given = example.get("given", {})
    found = suggested(check, [int(given["age"])] if given.get("age") else [])
    if "suggested" in example and (str(example["suggested"]).lower() in ("yes", "true")) is not found:
        return f"suggested: {'yes' if found else 'no'}"
    basis = basis_of(check, at_the_line=str(given.get("at-the-line", "no")) == "yes")
    wanted = str(example.get("basis", ""))
    return f"basis: {', '.join(basis)}" if wanted and wanted not in basis else None


def basis_of(check: Check, *, at_the_line: bool) -> tuple[str, ...]:
    """On what it rests."""
    return (check.at_the_line or check.basis) if at_the_line else check.basis


def run_ladder_example(partnership: Partnership, ladder: Ladder, example: dict[str, Any]) -> str | None:
    """`{given: {reason}, refused: CODE}` or `{given: …, raised: MOMENT, level: N, due: MOMENT}`."""
    answer = judge_disagreement(ladder, str(example.get("given", {}).get("reason", "")))
    if "due" not in example or not answer:
        return _compare(example, answer, ())
    came = due_at_level(ladder, int(example["level"]), parse_moment(str(example["raised"])))
    wanted = parse_moment(str(example["due"]))
    return None if came == wanted else f"due {local(came):%Y-%m-%d %H:%M}"


def _compare(example: Mapping[str, Any], answer: Decision, flagged: tuple[str, ...]) -> str | None:
    if not answer:
        return None if example.get("refused") == answer.reason_code else f"refused: {answer.reason_code}"
    if "refused" in example:
        return f"it stood, flagged: {', '.join(flagged) or 'nothing'}"
    wanted = example.get("flagged", [])
    wanted = [wanted] if isinstance(wanted, str) else list(wanted)
    return None if sorted(wanted) == sorted(flagged) else f"flagged: {', '.join(flagged) or 'nothing'}"
