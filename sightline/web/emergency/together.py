"""Reaching together, in an emergency, what is kept to named people: one asks, a second person answers."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from django.contrib import messages as notes
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from sightline.agencies.queries import workers
from sightline.definition.outcomes import Missing
from sightline.identity import queries as identity
from sightline.identity.locations import veiling
from sightline.identity.protected import ring_for
from sightline.jobs.revealing import TO_SEE, answer_reveal, ask_reveal, location_of, may_agree, ring
from sightline.messages import asking
from sightline.messages.asking import LOCATION, RECORD, Asked
from sightline.timescales.moment import now
from sightline.web import drafts
from sightline.web.accounts.recently import prove, proved
from sightline.web.emergency.forms import AnswerForm, ReasonForm
from sightline.web.emergency.views import around
from sightline.web.words import moment_words, span_words

FORM = "reveal"
KINDS = {RECORD: "a record that is kept to named people", LOCATION: "a protected location"}


def record(request: HttpRequest, person: UUID, subject: UUID) -> HttpResponse:
    return ask(request, person, subject, RECORD)


def location(request: HttpRequest, person: UUID, subject: UUID) -> HttpResponse:
    return ask(request, person, subject, LOCATION)


@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, person: UUID, subject: UUID, what: str) -> HttpResponse:
    """Asks a second person; what happens next is on the page of what was asked."""
    if not proved(request):
        if request.method == "POST":
            drafts.keep(request, FORM, subject)
        return prove(request)
    typed, _ = drafts.kept(request, FORM, subject)
    form = ReasonForm(request.POST) if request.method == "POST" else ReasonForm(initial=typed)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        made = ask_reveal(what=what, subject=subject, person=person, reason=reason, by=request.actor)
        drafts.drop(request, FORM, subject)
        return redirect("reveal", made)
    named = identity.names(request.reading, [person]).get(person)
    context = {
        "form": form,
        "person": person,
        "draft": subject,
        "what": KINDS[what],
        "name": named.name if named else "this child",
        **around(request),
    }
    return render(request, "emergency/ask.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def one(request: HttpRequest, ask: UUID) -> HttpResponse:
    """What was asked: for whoever asked, how it stands; for whoever may agree, the question. For all others it is not there."""
    asked = asking.asked(ask)
    mine = asked.by == request.actor.id
    if asked.what not in KINDS:
        raise Missing
    if not mine and not may_agree(asked, request.actor):
        raise Missing
    answering = not mine and asked.open(now())
    if answering and not proved(request):
        if request.method == "POST":
            drafts.keep(request, FORM, ask)
        return prove(request)
    typed, _ = drafts.kept(request, FORM, ask) if answering else ({}, "")
    form = AnswerForm(request.POST) if request.method == "POST" else AnswerForm(initial=typed)
    if request.method == "POST" and form.is_valid():
        agree = form.cleaned_data["decision"] == "agree"
        answer_reveal(ask=ask, agree=agree, words=form.cleaned_data["words"], by=request.actor)
        drafts.drop(request, FORM, ask)
        notes.success(request, "You agreed. Whoever asked sees it for an hour." if agree else "You did not agree.")
        return redirect("reveal", ask)
    return render(
        request,
        "emergency/together.html",
        {**told(request, asked), "mine": mine, "answering": answering, "form": form, **around(request)},
        status=422 if form.errors else 200,
    )


def told(request: HttpRequest, asked: Asked) -> dict[str, object]:
    """What was asked, in words; whom it is about only where this reader may see that anyway."""
    person = identity.persons_of([asked.person]).get(asked.person)
    named = identity.names(request.reading, [person]).get(person) if person else None
    people = {one.id: one for one in workers()}
    who, second = people.get(asked.by), people.get(asked.answered_by)
    role = request.reading.definition.role.get(who.role) if who else None
    sees_until = asked.answered_at + TO_SEE if asked.agreed and asked.answered_at else None
    place = ring_for(asked.subject) if asked.what == LOCATION else None
    veil = veiling.of(request.reading, [person] if person else ())  # a reason is no way round it either
    return {
        "asked": replace(asked, words=veil.words(asked.words), answer=veil.words(asked.answer)),
        "person": person,
        "name": named.name if named else "",
        "what": KINDS[asked.what],
        "who": who.name if who else "somebody",
        "role": role.title if role else "",
        "ring": ring([f"worker:{asked.by}"]),
        "held_by": place.title if place else "",
        "at": moment_words(asked.at),
        "left": span_words(asked.until - now()) if asked.open(now()) else "",
        "second": second.name if second else "",
        "answered": moment_words(asked.answered_at) if asked.answered_at else "",
        "sees_until": moment_words(sees_until) if sees_until and sees_until > now() else "",
        "over": bool(sees_until and sees_until <= now()),
        "is_location": asked.what == LOCATION,
    }


@require_POST
def shown(request: HttpRequest, ask: UUID) -> HttpResponse:
    """The location in the clear, on a page of its own, each time on the record. By POST: no reload or prefetch reveals it."""
    if not proved(request):
        return redirect("reveal", ask)
    revealed = location_of(ask=ask, by=request.actor)
    return render(request, "emergency/shown.html", {"revealed": revealed, "ask": ask})
