"""Somebody who works with a child already accepts what came about them, by name: then it is theirs, and not before."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from sightline.chronology.queries import entry as entry_history
from sightline.front_door import accepting
from sightline.jobs import front_door_queue
from sightline.sharing.types import Level
from sightline.web.child.page import entry_words
from sightline.web.words import moment_words


@require_http_methods(["GET", "HEAD", "POST"])
def accept(request: HttpRequest, entry: UUID) -> HttpResponse:
    reading = request.reading
    seen = entry_history(reading, entry).now
    if request.method == "POST":
        front_door_queue.accept(entry=seen.first, by=request.actor, comment=request.POST.get("comment", "")[:2000])
        messages.success(request, "It is yours now. The front door sees that you have it.")
        return HttpResponseRedirect(reverse("entry", args=[seen.id]))
    return render(
        request,
        "front_door/accept.html",
        {
            "notice": seen,
            "words": entry_words(seen),
            "full": seen.level is Level.FULL,
            "happened": moment_words(seen.happened, seen.precision),
            "waits": accepting.waits_for(seen.first, request.actor),
        },
    )
