"""Police information: what waits for this reader, and one item with its two readers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from sightline.agencies.queries import workers
from sightline.definition.outcomes import Conflict, Refused
from sightline.front_door import reviewing
from sightline.front_door.reviewing import Item
from sightline.jobs import reviewing as jobs
from sightline.timescales.moment import now
from sightline.web.words import age_words, due_words, london, moment_words

STAGES = {
    "allocate": "To be given to somebody",
    "worker": "With the worker",
    "manager": "With the manager",
    "closed": "Closed",
}


SUMMARY = timedelta(weeks=4)
COUNTED = {
    "items": "Items",
    "open": "Still open",
    "late": "Late with the worker",
    "harm": "With harm known or suspected",
    "referred": "Of these, referred",
}


class ReviewForm(forms.Form):
    harm = forms.ChoiceField(
        label="Is significant harm known or suspected?",
        choices=(("yes", "Yes"), ("no", "No")),
        widget=forms.RadioSelect,
        help_text="If it is, this is referred, whatever else is done.",
        error_messages={"required": "Say whether significant harm is known or suspected"},
    )
    outcome = forms.ChoiceField(
        label="What is done?", widget=forms.RadioSelect, error_messages={"required": "Choose what is done"}
    )
    because = forms.CharField(
        label="Why?",
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=4000,
        help_text="What this means for the child, and what goes on. Not what the police hold: that stays with them.",
        error_messages={"required": "Say why"},
    )

    def __init__(self, outcomes: list[tuple[str, str]], data: Any = None) -> None:
        super().__init__(data)
        self.fields["outcome"].choices = outcomes  # type: ignore[attr-defined]


class SignForm(forms.Form):
    agrees = forms.ChoiceField(
        label="Do you agree?",
        choices=(("yes", "Yes, it is closed"), ("no", "No, it goes back to the worker")),
        widget=forms.RadioSelect,
        error_messages={"required": "Say whether you agree"},
    )
    words = forms.CharField(
        label="What do you think of it?",
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
        error_messages={"required": "Say what you think of it"},
    )


class GiveForm(forms.Form):
    worker = forms.ChoiceField(label="Who looks at it?", error_messages={"required": "Choose who looks at it"})

    def __init__(self, people: list[tuple[str, str]], data: Any = None) -> None:
        super().__init__(data)
        self.fields["worker"].choices = [("", "Choose a worker"), *people]  # type: ignore[attr-defined]


def line(one: Item) -> dict[str, object]:
    present = now()
    return {
        "one": one,
        "age": age_words(one.born, london(present).date()),
        "known": moment_words(one.known_at),
        "due": due_words(one.due_at, present),
        "stage": STAGES[one.stage],
    }


@require_safe
def items(request: HttpRequest) -> HttpResponse:
    closed = request.GET.get("show") == "done"
    after = request.GET.get("from", "")[:300]
    page = reviewing.items(request.reading, closed=closed, after=after)
    found = {
        "lines": [line(one) for one in page.items],
        "next": page.next,
        "first": not after,
        "closed": closed,
        "summaries": summaries(request),
    }
    return render(request, "police_information/items.html", found)


def summaries(request: HttpRequest) -> list[tuple[str, list[tuple[str, int]]]]:
    """What the first tier of meetings is told, by review: numbers alone, of the last four weeks."""
    definition, until, found = request.reading.definition, now(), []
    for declared in definition.itemreview.values():
        counts = reviewing.summary(declared.id, until - SUMMARY, until)
        codes = definition.codes[declared.outcomes].codes
        rows = [(words, counts[name]) for name, words in COUNTED.items()]
        rows += [
            (codes[code].title, n)
            for name, n in counts.items()
            if (code := name.removeprefix("outcome-")) in codes and name.startswith("outcome-")
        ]
        if counts["items"]:
            found.append((declared.title, rows))
    return found


@require_http_methods(["GET", "HEAD", "POST"])
def one_item(request: HttpRequest, item: UUID) -> HttpResponse:
    one = reviewing.item(request.reading, item)
    declared = request.reading.definition.itemreview[one.review]
    codes = request.reading.definition.codes[declared.outcomes].codes
    asked = request.POST.get("do", "") if request.method == "POST" else ""
    people = [
        (w.id, w.name)
        for w in workers()
        if w.active and w.role in declared.worker.roles and w.agency == request.actor.agency
    ]
    review = ReviewForm([(code, c.title) for code, c in codes.items()], request.POST if asked == "review" else None)
    sign = SignForm(request.POST if asked == "sign" else None)
    give = GiveForm(people, request.POST if asked == "give" else None)
    try:
        if asked == "review" and review.is_valid():
            jobs.review(item=item, by=request.actor, **review.cleaned_data)
            messages.success(request, "Recorded. A manager looks at it next.")
            return redirect("police-information-one", item)
        if asked == "sign" and sign.is_valid():
            agrees = sign.cleaned_data["agrees"] == "yes"
            jobs.sign_off(item=item, words=sign.cleaned_data["words"], agrees=agrees, by=request.actor)
            messages.success(request, "Closed." if agrees else "It goes back to the worker.")
            return redirect("police-information")
        if asked == "give" and give.is_valid():
            reviewing.allocate(item=item, worker=give.cleaned_data["worker"], by=request.actor)
            messages.success(request, "They are told.")
            return redirect("police-information")
    except Refused as refused:
        form = review if asked == "review" else sign
        if refused.decision.reason_code not in ("referral-needed", "reason-too-short", "rationale-missing"):
            raise
        form.add_error(
            "outcome" if refused.decision.reason_code == "referral-needed" else None, refused.decision.sentence
        )
    except Conflict as conflict:
        messages.info(request, conflict.sentence)
        return redirect("police-information")
    faulty = next((form for form in (review, sign, give) if form.errors), None)
    role = request.actor.role
    return render(
        request,
        "police_information/one.html",
        {
            "line": line(one),
            "declared": declared,
            "outcome": codes[one.outcome].title if one.outcome in codes else "",
            "review": review if role in declared.worker.roles and one.stage in ("worker", "allocate") else None,
            "sign": sign if role in declared.manager.roles and one.stage == "manager" else None,
            "give": give
            if role in (*declared.unallocated, *declared.manager.roles) and one.stage in ("worker", "allocate")
            else None,
            "form": faulty,
        },
        status=422 if faulty else 200,
    )
