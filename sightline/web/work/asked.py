"""What others wait for from this worker: the numbers that stand first on their work. Each counts what the page behind it
lists, of those pages that the worker may open; none says whom it is about."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse

from sightline.front_door import checks, handing_over
from sightline.front_door.portal.queries import waiting_count as to_grade
from sightline.front_door.queue import waiting_count as in_queue
from sightline.front_door.telling_queries import waiting_of_place


def numbers(request: HttpRequest) -> list[tuple[int, str, str]]:
    """(how many, of what, where): only what is not nothing."""
    may_open, actor = request.shell.may_open, request.actor
    found: list[tuple[int, str, str, str]] = []
    if may_open("queue"):
        found.append((in_queue(request.reading), "waits at the front door", "wait at the front door", "queue"))
    if may_open("asked"):
        found.append(
            (len(checks.asked_of(actor.agency)), "question to your agency", "questions to your agency", "asked")
        )
    if may_open("told"):
        found.append((waiting_of_place(actor.agency), "domestic abuse notice", "domestic abuse notices", "told"))
    if may_open("hand-overs"):
        found.append((len(handing_over.waiting_for(actor)), "child handed over", "children handed over", "hand-overs"))
    if may_open("intelligence-one"):
        found.append(
            (to_grade(request.reading), "thing told to the police", "things told to the police", "intelligence")
        )
    return [(n, one if n == 1 else many, reverse(name)) for n, one, many, name in found if n]
