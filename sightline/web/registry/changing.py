"""Recording in the registry: that a group met, who chairs it now, that it ended; and taking back what was wrong."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from sightline.agencies.queries import partnership
from sightline.agencies.registry import actions, queries
from sightline.agencies.registry.facts import RECORDED, VALUES, titles
from sightline.definition.outcomes import Conflict, Invalid, Missing
from sightline.timescales.london import local_day
from sightline.timescales.moment import now
from sightline.web.registry.asked import ASK
from sightline.web.words import day_words, read_date


class RecordForm(forms.Form):
    what = forms.ChoiceField(
        label="What happened?", widget=forms.RadioSelect, error_messages={"required": "Choose what happened"}
    )
    happened = forms.CharField(
        label="On which day?",
        max_length=40,
        help_text="Such as 4 March 2025. For a chair, member or ending: the first day on which it was so.",
        error_messages={"required": ASK},
    )
    who = forms.ChoiceField(
        label="Who? (for a chair or a member)",
        required=False,
        help_text="An agency or a group. Leave empty for a post in words, below.",
    )
    words = forms.CharField(
        label="In words",
        required=False,
        max_length=actions.LONGEST,
        help_text="A post (never a person’s name), a rhythm such as 6 weeks, a new name, or the title of the terms.",
    )
    source = forms.CharField(
        label="Where is it written?",
        max_length=actions.LONGEST,
        help_text="Minutes, a letter, or who told you (by post), with the date.",
        error_messages={"required": "Say where it is written, or who told you"},
    )

    def __init__(self, *args: object, **how: object) -> None:
        super().__init__(*args, **how)
        self.fields["what"].choices = list(queries.recordable().items())
        definition = partnership()
        found = [(id, title) for id, title in titles(definition).items() if id in definition.agency]
        found += [(id, one.title) for id, one in definition.group.items()]
        self.fields["who"].choices = [("", "Nobody of this list"), *sorted(found, key=lambda c: c[1].casefold())]

    def clean_happened(self) -> date:
        read = read_date(self.cleaned_data["happened"])
        if len(read) != len("2025-03-04"):
            raise forms.ValidationError(ASK)
        found = date.fromisoformat(read)
        if found > local_day(now()):
            raise forms.ValidationError("Enter today or an earlier day: record it once it has happened")
        return found

    @property
    def value(self) -> str:
        """What the form gives as the value: an id of the list, else the words."""
        kind = VALUES.get(self.cleaned_data["what"], "")
        return (self.cleaned_data["who"] if kind == "who" else "") or self.cleaned_data["words"]


FIELD = {"value": "words", "what": "what", "happened": "happened", "source": "source"}


@require_http_methods(["GET", "HEAD", "POST"])
def record(request: HttpRequest, group: str) -> HttpResponse:
    today = local_day(now())
    view = queries.registry(today, today).group(group)
    if view is None:
        raise Missing
    form = RecordForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.record(
                group=group,
                what=form.cleaned_data["what"],
                happened=form.cleaned_data["happened"],
                value=form.value,
                source=form.cleaned_data["source"],
                by=request.actor,
            )
        except Invalid as invalid:
            for fault in invalid.faults:
                form.add_error(FIELD.get(fault.path), f"Expected {fault.expected}")
        except Conflict as conflict:
            form.add_error("what", conflict.sentence)
        else:
            messages.success(request, f"Recorded: {RECORDED[form.cleaned_data['what']][0].lower()}.")
            return redirect("registry-group", group)
    return render(request, "registry/record.html", {"view": view, "form": form}, status=422 if form.errors else 200)


class WithdrawForm(forms.Form):
    because = forms.CharField(
        label="Why was it wrong?",
        max_length=actions.LONGEST,
        help_text="What was recorded stays in the history, with your reason.",
        error_messages={"required": "Say why it was wrong"},
    )


@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, row: UUID) -> HttpResponse:
    one = queries.row(row)
    form = WithdrawForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        actions.withdraw(row=row, because=form.cleaned_data["because"], by=request.actor)
        messages.success(request, "Taken back, with your reason.")
        return redirect("registry-group", one.group)
    title = partnership().group[one.group].title if one.group in partnership().group else one.group
    said = titles(partnership()).get(one.value, one.value)
    context = {
        "one": one,
        "title": title,
        "what": RECORDED[one.what][0],
        "value": said,
        "happened": day_words(one.happened),
        "form": form,
    }
    return render(request, "registry/withdraw.html", context, status=422 if form.errors else 200)
