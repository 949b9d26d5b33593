"""What a recipient may be given of one record, and what must stand beside a decision to share. Pure.

Sources: UK GDPR articles 5, 12 and 15; Data Protection Act 2018 schedules 2 to 4; Information sharing advice for
safeguarding practitioners (DfE 2024). Every value stands in `definitions/…/recipients` and `definitions/…/shares`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from sightline.definition.outcomes import Decision
from sightline.definition.types import Partnership, Recipient, Share
from sightline.disclosure.types import REDACTED, SHOWN, WITHHELD, Facts, Line, Verdict
from sightline.sharing.types import JOINED

WHOLE = Decision(True, "whole", "The decision is whole.")
SHORTEST = 10  # characters of a reason: a word is none
SAYS = {
    "rationale-missing": "Say why: what it is for, whether less would do, and who could be harmed either way.",
    "agreement-missing": "Say whether the family agrees, or why you did not ask.",
    "family-not-told": "Say whether the family was told, or why not.",
    "basis-missing": "Choose the lawful basis that it rests on.",
}


def verdict(recipient: Recipient, facts: Facts) -> Verdict:
    """What becomes of a record in a pack for this kind of recipient.

    Deny first: what is held for named people, what does not open, what whoever prepares it may not read, and what the
    recipient is not given. Then what redaction has taken out makes it a redacted line.
    """
    if facts.restricted:
        return Verdict(WITHHELD, ("restricted",))
    handling = set(facts.handling.split(JOINED))  # of what is made of several: each of them must be given
    for one in recipient.withholds:
        if facts.record in one.records or handling.intersection(one.handling):
            return Verdict(WITHHELD, (one.because,))
    records = recipient.gives.records
    if ("any" not in records and facts.record not in records) or not handling.issubset(recipient.gives.handling):
        return Verdict(WITHHELD, ("not-needed",))
    if facts.pointer_only:
        return Verdict(WITHHELD, ("crime",))
    if facts.closed:
        return Verdict(WITHHELD, ("not-whole",))
    if facts.seen != "full":
        return Verdict(WITHHELD, ("not-seen",))
    taken = tuple(code for code in recipient.redacts if code in facts.has)
    return Verdict(REDACTED, taken) if taken else Verdict(SHOWN)


def share_for(definition: Partnership, purpose: str) -> Share | None:
    """What stands beside a decision to share for this purpose."""
    return next((share for share in definition.share.values() if purpose in share.for_), None)


def judge(share: Share | None, given: Mapping[str, str]) -> tuple[Decision, tuple[str, ...]]:
    """Whether a decision to share (or not to) stands, and what is flagged about it: (answer, codes of what is missing).

    `given`: fields of a `sharing-decision`. That it is not shared asks neither for agreement nor for a basis below the
    strictest, `required`.
    """
    if share is None:
        return Decision(
            False, "not-permitted", "No declared share is for this purpose: nothing says what it needs."
        ), ()
    shares = given.get("decision", "") != "not-share"
    asked = (
        ("agreement-missing", share.agreement, shares, _agreed(given)),
        ("family-not-told", share.family, shares, _told(given)),
        ("rationale-missing", share.because, True, len(given.get("rationale", "").strip()) >= SHORTEST),
        ("basis-missing", share.law, shares or share.law == "required", bool(given.get("basis"))),
    )
    missing = [(code, how) for code, how, applies, there in asked if applies and how != "not-asked" and not there]
    for code, how in missing:
        if how == "required":
            return Decision(False, code, SAYS[code], f"share/{share.id}"), ()
    return WHOLE, tuple(code for code, _ in missing)


def _agreed(given: Mapping[str, str]) -> bool:
    """Sought, whatever the answer; or a reason why not."""
    return given.get("agreement") in ("yes", "no") or len(given.get("not-sought-because", "").strip()) >= SHORTEST


def _told(given: Mapping[str, str]) -> bool:
    return given.get("told-family") == "yes" or bool(given.get("not-told-because"))


def called(definition: Partnership, words: str, purpose: str) -> str:
    """Which kind of recipient is meant by words such as `his solicitor`: by id, by what they are also called; else the
    least that is declared for anybody (`somebody-outside`), else nobody ("")."""
    name = words.strip().lower()
    if name in definition.recipient:
        return name
    said = set("".join(c if c.isalnum() else " " for c in name).split()) | {name}
    fitting = [r for r in definition.recipient.values() if said.intersection(r.also)]
    fitting.sort(key=lambda r: (purpose not in r.for_, r.id))
    if fitting:
        return fitting[0].id
    return "somebody-outside" if "somebody-outside" in definition.recipient else ""


def digest(lines: Iterable[Line], *besides: str) -> str:
    """SHA-256 over what stands in a pack, so that what is released is what was read."""
    told = json.dumps([list(besides), [line.as_dict() for line in lines]], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(told.encode()).hexdigest()


# --- examples of what is declared -------------------------------------------------------------------------------------


def run_recipient_example(partnership: Partnership, recipient: Recipient, example: dict[str, Any]) -> str | None:
    """`{given: {record, handling, seen, restricted, has: [code]}, line: shown|redacted|withheld, because: code}`.

    `has` is what redaction would find; left out, everything that it looks for."""
    given = example.get("given", {})
    has = given.get("has", list(recipient.redacts))
    facts = Facts(
        record=str(given.get("record", "")),
        handling=str(given.get("handling", "ordinary")),
        seen=str(given.get("seen", "full")),
        restricted=str(given.get("restricted", "no")).lower() in ("yes", "true"),
        has=frozenset([has] if isinstance(has, str) else has),
    )
    if facts.record not in partnership.record:
        return f"{facts.record!r} is not a record type"
    came = verdict(recipient, facts)
    wanted, because = str(example.get("line", "")), str(example.get("because", ""))
    if came.state != wanted or (because and because not in came.because):
        return f"the line is {came.state}{' because of ' + ', '.join(came.because) if came.because else ''}"
    return None


def run_share_example(partnership: Partnership, share: Share, example: dict[str, Any]) -> str | None:
    """`{given: {the fields of a decision}, flagged: [codes]}` or `refused: code`."""
    given = {str(k): str(v) for k, v in example.get("given", {}).items()}
    if given.get("purpose") not in share.for_:
        return f"{given.get('purpose')!r} is not a purpose of this share"
    answer, flagged = judge(share, given)
    if "refused" in example:
        return None if answer.reason_code == example["refused"] else f"it is {answer.reason_code}, not refused so"
    if not answer:
        return f"refused: {answer.reason_code}"
    wanted = example.get("flagged", [])
    wanted = {wanted} if isinstance(wanted, str) else set(wanted)
    return None if wanted == set(flagged) else f"flagged: {', '.join(flagged) or 'nothing'}"
