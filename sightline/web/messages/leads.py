"""Where a message leads: the page on which its reader does something about it. One line a kind; the id is what caused it."""

from __future__ import annotations

from django.urls import NoReverseMatch, reverse

from sightline.messages.types import Line

LEADS: dict[str, tuple[str, str]] = {  # kind: the page's name, and what the link says
    "agency-check-request": ("asked-one", "Answer it"),
    "agency-check-reminder": ("asked-one", "Answer it"),
    "agency-check-late": ("decide", "Decide, or ring them"),
    "already-open": ("queue-accept", "Read it, and accept it"),
    "hand-over": ("hand-over", "Read it, and accept it"),
    "allocated-to-you": ("child", "Read what is held"),
    "strategy-discussion-called": ("discussion", "Take part"),
    "step-flagged": ("made-whole", "Write down what is missing"),
    "referrer-feedback": ("became-one", "Read what was decided"),
    "disagreement": ("disagreement", "Read it, and answer"),
    "decision-stands": ("disagreement", "Read why"),
    "break-glass-alert": ("emergency-one", "Review it"),
    "break-glass-unreviewed": ("emergency-one", "Review it"),
    "reveal-asked": ("reveal", "Agree or refuse"),
    "unusual-reading": ("unusual-one", "Look at it"),
    "day-list-ready": ("day-list", "Read the list"),
    "ppn-missing": ("expected-one", "See which"),
    "follow-up-missing": ("expected-one", "See which"),
    "disclosure-undecided": ("expected-one", "See which"),
    "request-unanswered": ("expected-one", "See which"),
    "looking-over": ("expected-one", "See which"),
    "item-to-review": ("police-information-one", "Look at it"),
    "operation-encompass": ("told-one", "Read what you need to know"),
    "encompass-asks": ("told-one", "Say what was done"),
    "encompass-nobody-to-tell": ("to-tell-one", "Find out whom to tell"),
    "encompass-at-home": ("to-tell-one", "Say what was done"),
    "encompass-unread": ("to-tell-one", "Ring, and say whom you told"),
    "match-to-decide": ("match", "Look at the two, and decide"),
    "match-second-asked": ("match", "Look at the two, and agree or not"),
    "second-person-asked": ("pack", "Read it, and let it go or not"),
    "intelligence-to-grade": ("intelligence-one", "Read and grade it"),
    "intelligence-to-grade-now": ("intelligence-one", "Read and grade it"),
    "signal-raised": ("signal", "Look at it, and answer"),
    "signal-raised-now": ("signal", "Look at it, and answer"),
    "reachable-moment": ("signal", "See whom to reach, and answer"),
    "signal-rule-stopped": ("signal-figures", "Look at its figures"),
    "place-signal": ("place", "Look at the place, and answer"),
    "protected-place-guessed": ("location", "See which place it is"),
    "protected-place-told": ("location", "See which place it is"),
    "release-stopped": ("stopped", "Look at what was stopped"),
}


def lead(line: Line, may_open: object) -> tuple[str, str]:
    """(address, words) of what to do about a message; empty where there is nothing, or not for this reader."""
    name, words = LEADS.get(line.kind, ("", ""))
    if not name or line.because is None or not may_open(name):  # type: ignore[operator]
        return "", ""
    try:
        return reverse(name, args=[line.because]), words
    except NoReverseMatch:
        return "", ""
