"""Emergency openings: which wait for a review, and reviewing one."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.contrib import messages as notes
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from sightline.agencies.queries import workers
from sightline.agencies.types import WorkerInfo
from sightline.chronology.listing import Listed, listed, of_records
from sightline.definition.outcomes import Missing
from sightline.definition.types import Partnership
from sightline.jobs.breaking_glass import RECORD, review_break_glass, review_due
from sightline.jobs.escalating import REVIEW
from sightline.sharing.reading import Reading
from sightline.timescales.moment import now
from sightline.web import drafts
from sightline.web.emergency.forms import ReviewForm
from sightline.web.words import moment_words, span_words

FORM = "emergency-review"
MOST = 200  # openings and reviews that are looked at; more than a year's in a large city


@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    after = request.GET.get("from", "")[:300]
    page = of_records(request.reading, {RECORD, REVIEW}, after=after, limit=MOST)
    reviews = {on: one for one in page.items if one.view.record == REVIEW for on in one.on}
    people = {one.id: one for one in workers()}
    definition = request.reading.definition
    lines = [
        told(definition, one, reviews.get(one.view.first), people) for one in page.items if one.view.record == RECORD
    ]
    waiting = sorted((line for line in lines if not line["finding"]), key=lambda line: line["due_at"])
    return render(
        request,
        "emergency/queue.html",
        {
            "waiting": waiting,
            "reviewed": [line for line in lines if line["finding"]],
            "late": sum(line["late"] for line in waiting),
            "next": page.next,
            "first": not after,
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
def one(request: HttpRequest, entry: UUID) -> HttpResponse:
    reading = request.reading
    found = listed(reading, entry)
    if found.view.record != RECORD:
        raise Missing
    review = review_of(reading, found)
    typed, saved = drafts.kept(request, FORM, entry)
    form = ReviewForm(request.POST or None, initial=typed, definition=reading.definition)
    if request.method == "POST" and form.is_valid():
        finding = form.cleaned_data["finding"]
        review_break_glass(
            entry=entry,
            upheld="yes" if finding == "justified" else "no",
            finding=finding,
            comment=form.cleaned_data["comment"],
            by=request.actor,
        )
        drafts.drop(request, FORM, entry)
        notes.success(request, "Your review is recorded. The clock has stopped.")
        return redirect("emergencies")
    people = {one.id: one for one in workers()}
    return render(
        request,
        "emergency/review.html",
        {
            "line": told(reading.definition, found, review, people),
            "persons": found.persons,
            "mine": found.author == request.actor.id,
            "form": form,
            "draft": entry,
            "saved": saved,
            "may_see_who": request.shell.may_open("who-saw"),
        },
        status=422 if form.errors else 200,
    )


def review_of(reading: Reading, found: Listed) -> Listed | None:
    """The review of an opening, as this reader may see it."""
    after = ""
    while True:
        page = of_records(reading, {REVIEW}, after=after, limit=MOST)
        for review in page.items:
            if found.view.first in review.on:
                return review
        if not page.next:
            return None
        after = page.next


def told(
    definition: Partnership, one: Listed, review: Listed | None, people: dict[str, WorkerInfo]
) -> dict[str, object]:
    """An opening in words."""
    who, second = people.get(one.author), people.get(review.author) if review else None
    role = definition.role.get(who.role) if who else None
    due: datetime = review_due(definition, one.view.happened)
    codes = definition.codes["emergency-finding"].codes
    code = review.view.values.get("finding", "") if review else ""
    upheld = review.view.values.get("upheld", "") if review else ""
    fallback = {"yes": "justified", "no": "training"}.get(upheld, "")
    return {
        "id": one.view.id,
        "who": who.name if who else "somebody who has left",
        "role": role.title if role else "",
        "phone": who.phone if who else "",
        "agency": one.view.agency,
        "at": moment_words(one.view.happened),
        "reason": one.view.values.get("reason", ""),
        "due_at": due,
        "due": f"{span_words(now() - due)} late" if due < now() else f"within {span_words(due - now())}",
        "late": not review and due < now(),
        "finding": codes[code].title
        if code in codes
        else ("Right" if fallback == "justified" else "Not right")
        if review
        else "",
        "comment": review.view.values.get("comment", "") if review else "",
        "by": second.name if second else "",
        "reviewed": moment_words(review.view.happened) if review else "",
    }
