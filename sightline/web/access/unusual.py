"""Unusual reading: what waits to be looked at, one of them, and what was made of it."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from sightline.agencies.queries import workers
from sightline.clocks.rules import working_days
from sightline.definition.outcomes import Conflict, Refused
from sightline.definition.types import Partnership
from sightline.timescales.london import local_day
from sightline.timescales.moment import now
from sightline.watching import actions, queries
from sightline.watching.types import UnusualView
from sightline.web.access.seen import line
from sightline.web.access.verbs import shown_as
from sightline.web.code_words import CodeWords
from sightline.web.words import counted, listed, moment_words, span_words

AROUND = timedelta(hours=24)
LIMIT = 2  # working days: as for break-glass
DETAILS = {"family-name": "family name", "postcode": "postcode", "address": "address", "phone": "telephone number"}


class ReviewForm(forms.Form):
    outcome = forms.ChoiceField(
        label="What do you make of it?",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what you make of it"},
    )
    comment = forms.CharField(
        label="How do you know?",
        help_text="Whom you asked, what they said, what is done now. It is sealed; only those who review reading see it.",
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=actions.LONGEST,
        error_messages={"required": "Say in a sentence how you know"},
    )

    def __init__(self, definition: Partnership, data: object = None) -> None:
        super().__init__(data)  # type: ignore[arg-type]
        codes = definition.codes["reading-review"].codes
        self.fields["outcome"].choices = [(code, one.title) for code, one in codes.items()]  # type: ignore[attr-defined]


def says(one: UnusualView, definition: Partnership) -> dict[str, object]:
    """One of them in words: its title, what was noticed, what to do first, who read, how long it has waited."""
    alert = definition.alert.get(one.alert)
    words = alert.says if alert else one.alert
    details = listed([DETAILS.get(detail, detail) for detail in one.detail.get("details", ())])
    usual = one.detail.get("usual")
    for name, value in (
        ("count", one.detail.get("count", 1)),
        ("usual", f"{usual:g}" if usual else ""),
        ("details", details),
    ):
        words = words.replace(f"{{{name}}}", str(value))
    codes = definition.codes["reading-review"].codes
    waited = working_days(definition).between(local_day(one.opened_at), local_day(now()))
    return {
        "one": one,
        "title": alert.title if alert else one.alert,
        "says": words,
        "asks": alert.asks if alert else "",
        "note": alert.note if alert else "",
        "source": alert.source if alert else "",
        "at": moment_words(one.at),
        "opened": moment_words(one.opened_at),
        "ago": span_words(now() - one.opened_at),
        "late": not one.outcome and waited >= LIMIT,
        "outcome": codes[one.outcome].title if one.outcome in codes else one.outcome,
        "follows": codes[one.outcome].note if one.outcome in codes else "",
        "reviewed": moment_words(one.reviewed_at) if one.reviewed_at else "",
    }


@require_safe
def unusual(request: HttpRequest) -> HttpResponse:
    reading, reviewed = request.reading, request.GET.get("show") == "reviewed"
    page = queries.unusual(reading, reviewed=reviewed, after=request.GET.get("from", "")[:200])
    return render(
        request,
        "access/unusual.html",
        {
            "rows": [says(one, reading.definition) for one in page.items],
            "reviewed": reviewed,
            "older": page.next,
            "waiting": queries.waiting_count(reading),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
def one_unusual(request: HttpRequest, unusual: UUID) -> HttpResponse:
    reading = request.reading
    one, shown = queries.one_unusual(reading, unusual)
    form = ReviewForm(reading.definition, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.review(unusual=unusual, by=request.actor, **form.cleaned_data)
        except Refused as refused:
            if refused.decision.reason_code != "rationale-too-short":
                raise
            form.add_error("comment", refused.decision.sentence)
        except Conflict as conflict:
            form.add_error(None, conflict.sentence)
        else:
            messages.success(request, "Recorded. It has left the queue.")
            return redirect("unusual-one", unusual)
    names = {worker.id: worker.name for worker in workers()}
    codes = CodeWords(reading.definition)
    around = queries.opened_around(reading, one, one.at - AROUND)
    return render(
        request,
        "access/unusual_one.html",
        {
            **says(one, reading.definition),
            "form": form,
            "shown": line(shown, reading.definition) if shown else None,
            "by": names.get(one.reviewed_by, "somebody who no longer works here"),
            "told": listed([reading.agencies[a].title for a in one.told if a in reading.agencies]) or "nobody",
            "around": [
                (moment_words(at), shown_as(verb), counted(children, "child", "children"))
                for at, verb, children in around
            ],
            "choices": [(one.title, one.note) for one in reading.definition.codes["reading-review"].codes.values()],
            "purpose": codes("purpose", shown.purpose) if shown else "",
        },
        status=422 if form.errors else 200,
    )
