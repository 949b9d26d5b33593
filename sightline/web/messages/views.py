"""One's messages, and saying that one was read."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.contrib import messages as notes
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from sightline.jobs.telling import acknowledge
from sightline.messages import queries
from sightline.messages.actions import DIGEST
from sightline.messages.types import Line
from sightline.timescales.moment import now
from sightline.web.messages.leads import lead
from sightline.web.permissions import ACCESS
from sightline.web.words import age_words, counted, listed, london, moment_words, span_words

WHY = {
    "nobody-answered": "Told to you too, because nobody had answered in time.",
    "nobody-there": "Told to you, because nobody is there who reads it.",
    "deputy": "Told to you too: you stand in for somebody who is away.",
}


@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    answered = request.GET.get("show") == "read"
    after = request.GET.get("from", "")[:300]
    page = queries.inbox(request.reading, answered=answered, after=after)
    waiting = page if not answered else None
    return render(
        request,
        "inbox/messages.html",
        {
            "lines": [words(request, line) for line in page.items if answered or line.why != DIGEST],
            "folded": [words(request, line) for line in page.items if not answered and line.why == DIGEST],
            "answered": answered,
            "next": page.next,
            "first": not after,
            "late": sum(line.late for line in waiting.items) if waiting else 0,
        },
    )


@require_POST
def read(request: HttpRequest, message: UUID) -> HttpResponse:
    acknowledge(message=message, by=request.actor)
    notes.success(request, "You have read it, and it is with you. Nobody else is waited for.")
    back = request.POST.get("back", "")
    return redirect("work" if back == "work" else "messages")


def pressing(request: HttpRequest, most: int = 4) -> tuple[list[dict[str, object]], int]:
    """What cannot wait, for the top of somebody's work; and how many messages wait in all."""
    count = queries.waiting_for(request.actor)
    if not count:
        return [], 0
    lines = [line for line in queries.inbox(request.reading, limit=most).items if line.presses]
    return [words(request, line) for line in lines[:most]], count


def words(request: HttpRequest, line: Line) -> dict[str, object]:
    """A message as a page says it."""
    present, today = now(), london(now()).date()
    href, does = "", ""
    if line.says:  # of what is not open to the reader, the page that it leads to is not there either
        href, does = lead(line, lambda name: name in ACCESS and request.shell.may_open(name))
    return {
        "one": line,
        "children": [(child.person, child.name, age_words(child.born, today)) for child in line.children],
        "others": others(line),
        "sent": moment_words(line.at),
        "ago": f"{span_words(present - line.at)} ago",
        "due": due(line, present),
        "told": listed(["you" if one == "You" else one for one in (line.told, *line.also)]),
        "nobody_there": line.why == "nobody-there" and not line.also,
        "own": line.told == "You" or "You" in line.also,
        "because": WHY.get(line.why, "") if not line.also else "",
        "href": href,
        "lead": does,
        "answered": moment_words(line.answered_at) if line.answered_at else "",
    }


def others(line: Line) -> str:
    """Of those whom it is about, how many are not open to this reader."""
    if not line.others:
        return ""
    if line.children:
        return f"and {counted(line.others, 'child', 'children')} whose name is not open to you"
    if line.others == 1:
        return "A child whose name is not open to you"
    return f"{line.others} children whose names are not open to you"


def due(line: Line, present: datetime) -> tuple[str, str]:
    """(colour, words) of the time in which somebody answers."""
    if not line.open:
        return "", ""
    if line.late:
        return "late", f"{span_words(present - line.due_at)} late"
    return ("soon" if line.presses else "plain"), f"answer within {span_words(line.due_at - present)}"
