"""What came by the page for the public and is looked at first: passed on as it came, or set aside with a reason."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from sightline.definition.outcomes import Conflict, Invalid, Missing, Refused
from sightline.intake.held_public import HeldPublic, count, waiting
from sightline.jobs.quarantine import release, set_aside
from sightline.timescales.moment import now
from sightline.web.notify.public import dangerous
from sightline.web.words import counted, moment_words, span_words

SHOWN = 50
LONGEST_SHOWN = 1_200


@dataclass(frozen=True, slots=True)
class Line:
    """One of them, in words."""

    id: UUID
    at: str
    ago: str
    words: str
    whom: str
    doubts: tuple[str, ...]
    place: str
    danger: int
    cannot_wait: bool
    same_place: int


@require_http_methods(["GET", "HEAD", "POST"])
def held(request: HttpRequest) -> HttpResponse:
    """What may be danger now stands first, then the oldest."""
    fault = ""
    if request.method == "POST":
        try:
            done = _do(request)
            messages.success(request, done)
            return redirect("public-held")
        except Refused as refused:
            fault = refused.decision.sentence
        except Conflict as conflict:
            fault = conflict.sentence
        except Invalid:
            fault = "It could not be passed on as it came. Open it under Loads, and repair it there."
    found = waiting(request.reading)
    places = Counter(one.position for one in found)
    lines = sorted(
        (_line(request, one, places) for one in found), key=lambda line: (not line.cannot_wait, -min(line.danger, 3))
    )
    return render(
        request,
        "notify/held.html",
        {"lines": lines[:SHOWN], "all": counted(count(), "thing"), "more": max(0, len(lines) - SHOWN), "fault": fault},
        status=422 if fault else 200,
    )


def _do(request: HttpRequest) -> str:
    """`pass <id>`, `aside <id>`, or `place <mark>`: all from one place, which look alike, set aside together."""
    does, _, about = request.POST.get("do", "").partition(" ")
    note = request.POST.get("note", "")
    if does == "place":
        those = [one for one in waiting(request.reading) if one.position == about]
        for one in those:
            set_aside(quarantined=one.id, note=note, by=request.actor)
        return f"{counted(len(those), 'thing')} set aside. They stay kept."
    try:
        id = UUID(about)
    except ValueError as error:
        raise Missing from error
    if does == "pass":
        there = next((one for one in waiting(request.reading) if one.id == id), None)
        if there is None:
            raise Conflict("Somebody has already dealt with this. Nothing was changed.")
        release(quarantined=id, repaired=there.raw, by=request.actor)
        return "Passed on: it stands in the queue."
    set_aside(quarantined=id, note=note, by=request.actor)
    return "Set aside. It stays kept."


def _line(request: HttpRequest, one: HeldPublic, places: Counter[str]) -> Line:
    try:
        body = json.loads(one.raw)
    except ValueError:
        body = {}
    fields = body.get("fields", {})
    words = " ".join(text for text in (body.get("says", ""), fields.get("voice-of-child", "")) if text)
    whom = ", ".join(
        " ".join(part for part in (p.get("given", ""), p.get("family", "")) if part)
        for p in body.get("people", [])
        if "child" in p.get("roles", [])
    )
    return Line(
        one.id,
        moment_words(one.at),
        span_words(now() - one.at),
        words[:LONGEST_SHOWN],
        whom.strip(", "),
        one.doubts,
        one.position,
        dangerous(request.reading.definition, words),
        fields.get("cannot-wait") == "yes",
        places[one.position],
    )
