"""What should have come, and did not."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from sightline.definition.outcomes import Conflict, Refused
from sightline.front_door import expecting as queries
from sightline.front_door.expecting import Line
from sightline.jobs.expecting import explain
from sightline.timescales.moment import now
from sightline.web.words import due_words, listed, moment_words


class WhyForm(forms.Form):
    because = forms.CharField(
        label="Why is there none?",
        help_text="And what was done instead. You answer for it: it stands on the child’s record under your name.",
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=2000,
        error_messages={"required": "Say why there is none, and what was done instead"},
    )


def line(request: HttpRequest, one: Line) -> dict[str, object]:
    definition = request.reading.definition
    declared = definition.expected.get(one.expected)
    agency = request.reading.agencies.get(one.agency)
    return {
        "one": one,
        "awaits": declared.awaits if declared else one.expected,
        "title": declared.title if declared else one.expected,
        "explains": bool(declared and declared.explained_by) and one.agency == request.actor.agency,
        "agency": agency,
        "children": listed(one.children) or "A child whose name is not open to you",
        "happened": moment_words(one.view.happened, one.view.precision),
        "due": due_words(one.due_at, now()),
        "note": declared.note if declared else "",
        "source": declared.source if declared else "",
    }


@require_safe
def expected(request: HttpRequest) -> HttpResponse:
    closed = request.GET.get("show") == "done"
    after = request.GET.get("from", "")[:300]
    page = queries.missing(request.reading, closed=closed, after=after)
    lines = [line(request, one) for one in page.items]
    late = [one for one in lines if one["one"].late]  # type: ignore[attr-defined]
    return render(
        request,
        "expected/expected.html",
        {
            "late": late,
            "waiting": [one for one in lines if one not in late],
            "closed": closed,
            "next": page.next,
            "first": not after,
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
def one_expected(request: HttpRequest, awaited: UUID) -> HttpResponse:
    found = line(request, queries.one_missing(request.reading, awaited))
    form = WhyForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            explain(awaited=awaited, because=form.cleaned_data["because"], by=request.actor)
            messages.success(request, "Recorded under your name. It is chased no more.")
            return redirect("expected")
        except Refused as refused:
            if refused.decision.reason_code != "reason-too-short":
                raise
            form.add_error("because", refused.decision.sentence)
        except Conflict as conflict:
            messages.info(request, conflict.sentence)
            return redirect("expected")
    return render(request, "expected/one.html", {"line": found, "form": form}, status=422 if form.errors else 200)
