"""What was stopped on its way out: a list, and one of them with the words around each hit, masked."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from sightline.agencies.queries import workers
from sightline.identity import release
from sightline.identity.release import Stop
from sightline.web.protected.forms import AnswerForm
from sightline.web.words import moment_words

WHAT = {
    "message": "A message",
    "pack": "A pack",
    "export": "An export",
    "api": "An answer to another system",
    "page": "A page",
}
WHOM = {
    "agency": "an agency",
    "worker": "a worker",
    "person": "somebody of the family, or for them",
    "outside": "somebody outside",
}
HOW = {
    "exact": "as it is",
    "normalised": "written otherwise",
    "fuzzy": "nearly, or put together from parts",
    "unreadable": "cannot be looked into",
}
KINDS = {
    "address": "an address",
    "postcode": "a postcode",
    "phone": "a telephone number",
    "email": "an e-mail address",
    "name": "a name",
    "vehicle": "a registration",
    "uprn": "a property number",
    "point": "a place on the map",
    "file": "a file",
}


def _line(stop: Stop) -> dict[str, object]:
    kinds = dict.fromkeys(KINDS.get(kind, kind) for kind, _ in stop.found)
    return {
        "id": stop.id,
        "at": moment_words(stop.at),
        "what": WHAT.get(stop.what, stop.what),
        "whom": WHOM.get(stop.recipient.split(":")[0], stop.recipient),
        "found": ", ".join(kinds),
        "many": len(stop.found),
    }


@require_safe
def stops(request: HttpRequest) -> HttpResponse:
    waiting = release.stops(request.actor)
    known = {one.id for one in waiting}
    done = [one for one in release.stops(request.actor, waiting=False, limit=30) if one.id not in known]
    return render(
        request,
        "protected/stops.html",
        {"waiting": [_line(one) for one in waiting], "done": [_line(one) for one in done]},
    )


@require_http_methods(["GET", "HEAD", "POST"])
def stopped(request: HttpRequest, stop: UUID) -> HttpResponse:
    found = release.stop(stop, by=request.actor)
    form = AnswerForm(request.POST) if request.method == "POST" else AnswerForm()
    if request.method == "POST" and form.is_valid():
        release.answer_stop(
            stop, answer=form.cleaned_data["answer"], because=form.cleaned_data["because"], by=request.actor
        )
        messages.success(request, "Kept, with your reason.")
        return redirect("stopped", stop)
    people = {one.id: one.name for one in workers()}
    agency = request.reading.agencies.get(found.acting_for)
    return render(
        request,
        "protected/stopped.html",
        {
            **_line(found),
            "who": people.get(found.by, "The system"),
            "agency": agency.title if agency else found.acting_for,
            "hits": [
                (KINDS.get(hit.kind, hit.kind), HOW.get(hit.how, hit.how), hit.where, hit.excerpt) for hit in found.hits
            ],
            "answers": [
                (release.ANSWERS[a], moment_words(at), people.get(by, ""), why) for a, at, by, why in found.answers
            ],
            "form": form,
            "mine": found.by == request.actor.id,
        },
        status=422 if form.errors else 200,
    )
