"""A school's own page of what it was told after domestic abuse; and, for whoever rings, what could not be told."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from sightline.agencies.queries import workers
from sightline.definition.outcomes import Conflict, Refused
from sightline.front_door import telling_queries as queries
from sightline.front_door.telling_answers import choose_holidays
from sightline.front_door.telling_queries import Told
from sightline.jobs import telling
from sightline.timescales.moment import now
from sightline.web.encompass.forms import HolidaysForm, NobodyForm, NotOursForm, PhoneForm, PlaceForm, SupportForm
from sightline.web.words import age_words, due_words, london, moment_words

ROUTES = {
    "no-place": ("No school is known", "Nobody has told us where this child is taught."),
    "elsewhere": (
        "A school that cannot be reached here",
        "A school is named that is independent, or out of the area: ring it.",
    ),
    "no-reader": ("Nobody reads there", "The school is known, and nobody there signs in to Sightline: ring it."),
    "wrong": (
        "The school says the child is not theirs",
        "The school that was told says that the child is not taught there.",
    ),
    "at-home": ("Educated at home", "You are told in place of a school."),
    "place": ("Not read", "The school was told, and nobody there has read it: ring it."),
}
STATES = {
    "told": "Not read yet",
    "read": "Read",
    "done": "Said what was done",
    "wrong": "Not your pupil",
    "over": "Over",
}


def line(one: Told) -> dict[str, object]:
    """A child on a list, in words."""
    present, names = now(), _names()
    return {
        "one": one,
        "age": age_words(one.born, london(present).date()),
        "state": STATES.get(one.state, one.state),
        "told": moment_words(one.told_at) if one.told_at else "",
        "due": due_words(one.due_at, present),
        "late": one.late,
        "read": f"{names.get(one.read_by, 'somebody who has left')}, {moment_words(one.read_at)}"
        if one.read_at
        else "",
        "route": ROUTES.get(one.route, (one.route, ""))[0],
        "why": ROUTES.get(one.route, ("", ""))[1],
        "asked": one.asked_at is not None and one.support is None and one.state == "read",
    }


def _names() -> dict[str, str]:
    return {one.id: one.name for one in workers()}


@require_http_methods(["GET", "HEAD", "POST"])
def told(request: HttpRequest) -> HttpResponse:
    """What the reader's school was told."""
    chosen = "yes" if queries.wants_next_morning(request.reading) else "no"
    form = HolidaysForm(request.POST if request.method == "POST" else None, initial={"next_morning": chosen})
    if request.method == "POST" and form.is_valid():
        choose_holidays(next_morning=form.cleaned_data["next_morning"] == "yes", by=request.actor)
        messages.success(request, "Kept. It holds for what comes from now on.")
        return redirect("told")
    closed = request.GET.get("show") == "done"
    return render(
        request,
        "encompass/told.html",
        {
            "lines": [line(one) for one in queries.of_school(request.reading, closed=closed)],
            "closed": closed,
            "form": form,
        },
        status=422 if form.errors else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def told_one(request: HttpRequest, cause: UUID) -> HttpResponse:
    """One notice: whom it is about, what the school needs to know, and what it says."""
    notice = queries.about(request.reading, cause)
    asked, which = request.POST.get("do", ""), _uuid(request.POST.get("telling", ""))
    support, wrong = SupportForm(), NotOursForm()
    if request.method == "POST" and which in {one.id for one in notice.children}:
        try:
            if asked == "read":
                telling.read(telling=which, by=request.actor)
                messages.success(request, "You have read it. Later you are asked what was done.")
                return redirect("told-one", cause)
            if asked == "support":
                support = SupportForm(request.POST)
                if support.is_valid():
                    telling.say_support(telling=which, words=support.cleaned_data["words"], by=request.actor)
                    messages.success(request, "Thank you. It stands with the child now, for whoever works with them.")
                    return redirect("told-one", cause)
            if asked == "not-ours":
                wrong = NotOursForm(request.POST)
                if wrong.is_valid():
                    telling.not_ours(telling=which, because=wrong.cleaned_data["because"], by=request.actor)
                    messages.success(
                        request,
                        "Thank you. Somebody else is told; nothing more of this child shows here.",
                    )
                    return redirect("told")
        except Refused as refused:
            if refused.decision.reason_code != "reason-too-short":
                raise
            support.add_error("words", refused.decision.sentence)
        except Conflict as conflict:
            messages.info(request, conflict.sentence)
            return redirect("told-one", cause)
    view = notice.entry
    faulty = support if support.errors else wrong if wrong.errors else None
    return render(
        request,
        "encompass/told_one.html",
        {
            "children": [
                (
                    line(one),
                    notice.support.get(one.id, ""),
                    support if one.id == which else SupportForm(),
                    wrong if one.id == which else NotOursForm(),
                )
                for one in notice.children
            ],
            "view": view,
            "happened": moment_words(view.happened, view.precision) if view else "",
            "cause": cause,
            "form": faulty,
        },
        status=422 if faulty else 200,
    )


@require_http_methods(["GET", "HEAD"])
def to_tell(request: HttpRequest) -> HttpResponse:
    """What a person must find out."""
    closed = request.GET.get("show") == "done"
    after = request.GET.get("from", "")[:300]
    page = queries.to_tell(request.reading, closed=closed, after=after)
    until = now()
    return render(
        request,
        "encompass/to_tell.html",
        {
            "lines": [line(one) for one in page.items],
            "next": page.next,
            "first": not after,
            "closed": closed,
            "counts": queries.counts(request.reading, until - timedelta(days=28), until),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
def to_tell_one(request: HttpRequest, telling_id: UUID) -> HttpResponse:
    """One child whose school could not be told: who is rung, and what came of it."""
    notice = queries.to_tell_one(request.reading, telling_id)
    (one, *_) = notice.children
    places = queries.school_places(request.reading)
    asked = request.POST.get("do", "") if request.method == "POST" else ""
    phone = PhoneForm(request.POST if asked == "phone" else None)
    place = PlaceForm(places, request.POST if asked == "place" else None)
    nobody = NobodyForm(request.POST if asked == "nobody" else None)
    try:
        if asked == "phone" and phone.is_valid():
            telling.told_by_phone(
                telling=one.id, whom=phone.cleaned_data["whom"], at=phone.cleaned_data["at"], by=request.actor
            )
            messages.success(request, "Recorded: whom you told, and when.")
            return redirect("to-tell")
        if asked == "place" and place.is_valid():
            telling.name_place(telling=one.id, agency=place.cleaned_data["agency"], by=request.actor)
            messages.success(request, "That place is told.")
            return redirect("to-tell")
        if asked == "nobody" and nobody.is_valid():
            telling.nobody_to_tell(telling=one.id, because=nobody.cleaned_data["because"], by=request.actor)
            messages.success(request, "Recorded: why nobody is told.")
            return redirect("to-tell")
        if asked == "read":
            telling.read(telling=one.id, by=request.actor)
            messages.success(request, "You have read it. You were told in place of a school: nothing more is waited for.")
            return redirect("to-tell")
    except Refused as refused:
        if refused.decision.reason_code != "reason-too-short":
            raise
        (phone if asked == "phone" else nobody).add_error(
            "whom" if asked == "phone" else "because", refused.decision.sentence
        )
    except Conflict as conflict:
        messages.info(request, conflict.sentence)
        return redirect("to-tell")
    faulty = next((form for form in (phone, place, nobody) if form.errors), None)
    there = [one.place] if one.place else queries.places_of(request.reading, one)
    known = request.reading.agencies
    view = notice.entry
    return render(
        request,
        "encompass/to_tell_one.html",
        {
            "line": line(one),
            "view": view,
            "happened": moment_words(view.happened, view.precision) if view else "",
            "schools": [known[place] for place in there if place in known],
            "phone": phone,
            "place": place,
            "nobody": nobody,
            "form": faulty,
        },
        status=422 if faulty else 200,
    )


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
