"""Flagging a child about whom people may be curious, and letting somebody review a child's records."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from sightline.agencies.queries import workers
from sightline.definition.outcomes import Invalid, Missing, Refused
from sightline.definition.types import Partnership
from sightline.identity.queries import identities_of, seen
from sightline.sharing.reading import Reading
from sightline.sharing.standing import trusted
from sightline.timescales.moment import now
from sightline.watching import actions, queries
from sightline.watching.hindsight import PERMISSION
from sightline.watching.telling import REVIEW
from sightline.web.access.seen import name_of
from sightline.web.code_words import CodeWords
from sightline.web.words import day_words, end_of_day, london, read_date


def read_until(text: str) -> date:
    try:
        return date.fromisoformat(read_date(text))
    except ValueError as error:
        raise forms.ValidationError("Enter a date, such as 14 March 2027") from error


class FlagForm(forms.Form):
    because = forms.ChoiceField(label="Why?", widget=forms.RadioSelect, error_messages={"required": "Choose why"})
    until = forms.CharField(
        label="Until", help_text="For example 14 March 2027; at most a year", max_length=40,
        error_messages={"required": "Enter the day on which it ends"},
    )  # fmt: skip

    def __init__(self, definition: Partnership, data: object = None) -> None:
        super().__init__(data, initial={"until": day_words(london(now()).date() + timedelta(days=91))})  # type: ignore[arg-type]
        codes = definition.codes["flag-because"].codes
        self.fields["because"].choices = [(code, one.title) for code, one in codes.items()]  # type: ignore[attr-defined]

    def clean_until(self) -> date:
        return read_until(self.cleaned_data["until"])


class CommissionForm(forms.Form):
    kind = forms.ChoiceField(
        label="What for?",
        widget=forms.RadioSelect,
        choices=[
            ("reviewer", "A review of what was done for this child (chapter 5)"),
            ("auditor", "A practice audit in which this child is in the sample"),
        ],
        error_messages={"required": "Choose what for"},
    )
    worker = forms.ChoiceField(label="Who?", error_messages={"required": "Choose who"})
    until = forms.CharField(
        label="Until", help_text="For example 14 March 2027; at most a year", max_length=40,
        error_messages={"required": "Enter the day on which it ends"},
    )  # fmt: skip

    def __init__(self, reading: Reading, data: object = None) -> None:
        super().__init__(data)  # type: ignore[arg-type]
        roles = {role.id: role.title for role in reading.definition.role.values() if PERMISSION in role.may}
        those = [w for w in workers() if w.active and w.role in roles and w.id != reading.actor.id]
        self.fields["worker"].choices = [("", "Choose"), *((w.id, f"{w.name}, {roles[w.role]}") for w in those)]  # type: ignore[attr-defined]

    def clean_until(self) -> date:
        return read_until(self.cleaned_data["until"])


def _there(reading: Reading, person: UUID) -> tuple[UUID, ...]:
    """The child's source identities, for whoever sees the child or reviews reading. Raises Missing."""
    with trusted("flag-child"):
        rows = identities_of(person)
    if not rows or not (REVIEW in reading.actor.permissions or seen(reading, rows)):
        raise Missing
    return tuple(row.id for row in rows)


@require_http_methods(["GET", "HEAD", "POST"])
def flag(request: HttpRequest, person: UUID) -> HttpResponse:
    reading = request.reading
    standing = queries.flagged(_there(reading, person))
    form = FlagForm(reading.definition, request.POST if request.method == "POST" else None)
    if request.method == "POST" and "end" in request.POST:
        actions.unflag(person=person, by=request.actor)
        messages.success(request, "The flag has ended.")
        return redirect("flag-child", person)
    if request.method == "POST" and form.is_valid():
        try:
            actions.flag(
                person=person,
                because=form.cleaned_data["because"],
                until=end_of_day(form.cleaned_data["until"]),
                by=request.actor,
            )
        except Invalid as invalid:
            _told(form, invalid)
        else:
            messages.success(request, "Flagged. Whoever opens the page without working with the child is asked why.")
            return redirect("flag-child", person)
    codes = CodeWords(reading.definition)
    return render(
        request,
        "access/flag.html",
        {
            "person": person,
            "name": name_of(reading, person),
            "form": form,
            "standing": (codes("flag-because", standing[0]), day_words(london(standing[1]))) if standing else None,
        },
        status=422 if form.errors else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def commission(request: HttpRequest, person: UUID) -> HttpResponse:
    """Lets somebody review or audit the child's records: for whoever commissions reviews, who sees nothing of them."""
    with trusted("commission-review"):
        if not identities_of(person):
            raise Missing
    form = CommissionForm(request.reading, request.POST if request.method == "POST" else None)
    request.reading.about = "view-commission-review"
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            actions.commission(
                person=person,
                worker=given["worker"],
                kind=given["kind"],
                until=end_of_day(given["until"]),
                by=request.actor,
            )
        except Invalid as invalid:
            _told(form, invalid)
        except Refused as refused:
            form.add_error("worker", refused.decision.sentence)
        else:
            messages.success(request, "Recorded. From now until then they see the child’s records for that purpose.")
            return redirect("commission-review", person)
    return render(
        request, "access/commission.html", {"person": person, "form": form}, status=422 if form.errors else 200
    )


def _told(form: forms.Form, invalid: Invalid) -> None:
    for fault in invalid.faults:
        form.add_error(fault.path if fault.path in form.fields else None, f"Enter {fault.expected}")
