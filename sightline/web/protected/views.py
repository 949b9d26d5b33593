"""What is protected of a child, protecting something, having it revealed, and how the family may safely be reached."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from sightline.agencies.queries import actor_by_id, workers
from sightline.definition.outcomes import Invalid, Missing
from sightline.identity import protected
from sightline.identity import queries as identity
from sightline.identity.locations.reaching import CHANNELS, answers
from sightline.identity.protected import Location, ring_words
from sightline.web.accounts.recently import prove, proved
from sightline.web.protected.forms import Because, ProtectForm, RevealForm, SafeForm
from sightline.web.words import day_words, london, moment_words

PURPOSES = ("immediate-protection", "safeguarding", "section-47", "domestic-abuse-safety", "court")


@require_safe
def of_child(request: HttpRequest, person: UUID) -> HttpResponse:
    reading = request.reading
    profile = identity.profile(reading, person)
    rows = identity.rows_of([person])
    places = protected.of(reading, rows)
    return render(
        request,
        "protected/child.html",
        {
            "person": person,
            "name": profile.name,
            "places": [(one, day_words(london(one.since)), ring_words(one.ring)) for one in places if not one.ended],
            "ended": [(one, day_words(london(one.ended))) for one in places if one.ended],
            "contact": [(CHANNELS[a.channel], a, moment_words(a.at) if a.at else "") for a in answers(reading, rows)],
            "may_protect": request.shell.may_open("protect"),
            "may_say": request.shell.may_open("safe-contact"),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
def protect(request: HttpRequest, person: UUID) -> HttpResponse:
    profile = identity.profile(request.reading, person)
    masked = "Protected: ring" in profile.address
    start = {"value": "" if masked else "\n".join(profile.address.split(", ")), "who": "team"}
    asked = {"actor": request.actor, "definition": request.reading.definition}
    form = ProtectForm(request.POST, **asked) if request.method == "POST" else ProtectForm(initial=start, **asked)
    if request.method == "POST" and form.is_valid():
        try:
            protected.protect(
                person=person,
                kind=form.cleaned_data["kind"],
                value=form.protected(),
                recipients=form.recipients(),
                because=form.cleaned_data["because"],
                by=request.actor,
            )
        except Invalid as error:
            for fault in error.faults:
                at = "others" if fault.path == "recipients" else fault.path
                form.add_error(
                    at if at in form.fields else "value",
                    f"“{fault.found}” is nobody’s user name" if at == "others" else f"Enter {fault.expected}",
                )
        else:
            messages.success(request, "Protected. From now on it shows on no page, and nothing with it in it leaves.")
            return redirect("protected", person)
    return render(
        request,
        "protected/protect.html",
        {"person": person, "name": profile.name, "form": form},
        status=422 if form.errors else 200,
    )


def _location(request: HttpRequest, location: UUID) -> tuple[UUID, str, Location]:
    """The location as this reader may know of it. Raises Missing."""
    person = protected.person_of(location)
    profile = identity.profile(request.reading, person)
    found = next((one for one in protected.of(request.reading, identity.rows_of([person])) if one.id == location), None)
    if found is None or found.ended:
        raise Missing
    return person, profile.name, found


@require_http_methods(["GET", "HEAD", "POST"])
def location(request: HttpRequest, location: UUID) -> HttpResponse:
    """That it is protected; for those named for it also who else is, and, once they have proved who they are and said what
    for, the value. It stands in the answer to the form alone: no address leads back to it."""
    person, name, found = _location(request, location)
    titles = request.reading.definition.codes["purpose"].codes
    form = RevealForm(request.POST or None, purposes=[(p, titles[p].title) for p in PURPOSES])
    revealed = None
    if request.method == "POST" and found.recipient:
        if not proved(request):
            return prove(request, back=reverse("location", args=[location]))
        if form.is_valid():
            revealed = protected.reveal(location, by=request.actor, purpose=form.cleaned_data["purpose"])
    people = {one.id: one.name for one in workers()}
    asked = protected.asked_to_end(location) if found.recipient else []
    return render(
        request,
        "protected/location.html",
        {
            "person": person,
            "name": name,
            "place": found,
            "since": day_words(london(found.since)),
            "ring": ring_words(found.ring),
            "form": form,
            "revealed": revealed,
            "recipients": protected.recipients(location) if found.recipient else [],
            "asked": [(people.get(who, "somebody"), day_words(london(at))) for who, at in asked],
            "may_end": found.recipient and request.shell.may_open("location-end"),
            "can_prove": request.shell.demonstration or proved(request),
        },
        status=422 if form.errors else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def end(request: HttpRequest, location: UUID) -> HttpResponse:
    """Two who are named for it end a protection: the first says so, the second says why."""
    person, name, found = _location(request, location)
    if not found.recipient:
        raise Missing
    asked = protected.asked_to_end(location)
    first = next((who for who, _ in asked if who != request.actor.id), None)
    form = Because(request.POST) if request.method == "POST" and first else Because()
    if request.method == "POST":
        if not proved(request):
            return prove(request, back=reverse("location-end", args=[location]))
        if first is None:
            protected.ask_to_end(location, by=request.actor)
            messages.success(
                request, "You have said that it should end. Ring another who is named for it: they confirm it here."
            )
            return redirect("location", location)
        if form.is_valid():
            protected.end(
                location, because=form.cleaned_data["because"], by=request.actor, agreed_by=actor_by_id(first)
            )
            messages.success(request, "It is protected no longer, and shows again as before.")
            return redirect("protected", person)
    people = {one.id: one.name for one in workers()}
    return render(
        request,
        "protected/end.html",
        {
            "person": person,
            "name": name,
            "place": found,
            "form": form,
            "first": people.get(first, "") if first else "",
            "mine": any(who == request.actor.id for who, _ in asked),
        },
        status=422 if form.errors else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def safe_contact(request: HttpRequest, person: UUID) -> HttpResponse:
    profile = identity.profile(request.reading, person)
    form = SafeForm(request.POST) if request.method == "POST" else SafeForm()
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        protected.say_safe(
            person=person,
            channel=given["channel"],
            safe=given["safe"] == "yes",
            said_by=given["said_by"],
            note=given["note"],
            of=given["of"],
            by=request.actor,
        )
        messages.success(request, f"{CHANNELS[given['channel']]}: kept, with whose word it is and today’s date.")
        return redirect("protected", person)
    return render(
        request,
        "protected/safe.html",
        {"person": person, "name": profile.name, "form": form},
        status=422 if form.errors else 200,
    )
