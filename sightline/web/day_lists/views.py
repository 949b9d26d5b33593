"""The lists on which somebody sits, and one of them."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from sightline.definition.outcomes import Conflict, Invalid, Refused
from sightline.front_door import day_list_queries as queries
from sightline.front_door import day_lists
from sightline.front_door.day_list_queries import Line, Sitting
from sightline.jobs.day_lists import hear
from sightline.timescales.moment import now
from sightline.web.words import age_words, day_words, london, moment_words, read_date


class BringForm(forms.Form):
    words = forms.CharField(
        label="What does your agency bring?",
        help_text="What matters for safety today. Or: checked, nothing known to us as of today.",
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=4000,
        error_messages={"required": "Say what your agency knows, or that nothing is known as of today"},
    )


class TaskForm(forms.Form):
    words = forms.CharField(
        label="What is done?",
        max_length=400,
        help_text="By a professional. Nothing that the victim or the child has to do.",
        error_messages={"required": "Say what is done"},
    )
    owner = forms.CharField(
        label="Who does it?",
        max_length=120,
        help_text="A name and a role",
        error_messages={"required": "Say who does it"},
    )
    due = forms.CharField(label="By which day?", max_length=40, help_text="Leave it empty for today.", required=False)

    def clean_due(self) -> date:
        text = str(self.cleaned_data.get("due") or "").strip()
        if not text:
            return london(now()).date()
        try:
            found = date.fromisoformat(read_date(text))
        except ValueError as error:
            raise forms.ValidationError("Give a day, such as 14 January 2025") from error
        if found < london(now()).date():
            raise forms.ValidationError("This day has been")
        return found


class HearForm(forms.Form):
    because = forms.CharField(label="Why?", widget=forms.Textarea(attrs={"rows": 2}), max_length=2000, required=False)

    def __init__(self, decisions: list[tuple[str, str]], data: Any = None) -> None:
        super().__init__(data)
        if decisions:
            self.fields["decision"] = forms.ChoiceField(
                label="What was decided?", choices=decisions, widget=forms.RadioSelect, required=False
            )
            self.order_fields(["decision", "because"])


@require_safe
def lists(request: HttpRequest) -> HttpResponse:
    """The lists on which the reader sits."""
    today = london(now()).date()
    days = [(one, day_words(one.day), one.day == today) for one in queries.mine(request.reading)]
    return render(request, "day_lists/lists.html", {"days": days, "today": day_words(today)})


@require_http_methods(["GET", "HEAD", "POST"])
def one_list(request: HttpRequest, day: UUID) -> HttpResponse:
    """One list: everybody's lines, and what the reader says."""
    found = queries.sitting(request.reading, day)
    asked, which = request.POST.get("do", ""), _uuid(request.POST.get("line", ""))
    form: forms.Form | None = None
    if request.method == "POST":
        try:
            form, done = _do(request, found, asked, which)
            if done:
                messages.success(request, done)
                return redirect(f"{request.path}{f'#l-{which}' if which else ''}")
        except Conflict as conflict:
            messages.info(request, conflict.sentence)
            return redirect("day-list", day)
    decisions = _decisions(request, found)
    lines = [
        (
            _line(request, one),
            form if isinstance(form, BringForm) and which == one.id else BringForm(),
            form if isinstance(form, TaskForm) and which == one.id else TaskForm(),
            form if isinstance(form, HearForm) and which == one.id else HearForm(decisions),
        )
        for one in found.lines
    ]
    return render(
        request,
        "day_lists/list.html",
        {
            "found": found,
            "day": day_words(found.day.day),
            "since": moment_words(found.day.since),
            "until": moment_words(found.day.until),
            "lines": lines,
            "form": form if form is not None and form.errors else None,
            "which": which,
            "waiting": sum(not one.heard for one in found.lines),
        },
        status=422 if form is not None and form.errors else 200,
    )


def _do(request: HttpRequest, found: Sitting, asked: str, which: UUID | None) -> tuple[forms.Form | None, str]:
    """Does what the page asks. Returns a form with faults, or what is said."""
    by = request.actor
    if asked in ("here", "not-here"):
        day_lists.seat(day=found.day.id, agency=request.POST.get("agency", ""), here=asked == "here", by=by)
        return None, "Noted who is there."
    if asked == "done" and (task := _uuid(request.POST.get("task", ""))) is not None:
        day_lists.done_task(task=task, by=by)
        return None, "Noted as done."
    line = next((one for one in found.lines if one.id == which), None)
    if line is None:
        return None, ""
    form: forms.Form
    try:
        if asked == "bring" and (form := BringForm(request.POST)).is_valid():
            day_lists.bring(line=line.id, words=form.cleaned_data["words"], by=by)
            return None, "Added to the line."
        if asked == "task" and (form := TaskForm(request.POST)).is_valid():
            day_lists.add_task(line=line.id, by=by, **form.cleaned_data)
            return None, "Added: who does what, by when."
        if asked == "hear" and (form := HearForm(_decisions(request, found), request.POST)).is_valid():
            version = int(request.POST["version"]) if request.POST.get("version", "").isdigit() else None
            given = {name: value for name, value in form.cleaned_data.items() if value}
            hear(line=line.id, version=version, by=by, **given)
            return None, "Recorded. It stands with the children now."
    except Refused as refused:
        if refused.decision.reason_code != "plan-missing":
            raise
        form.add_error(None, refused.decision.sentence)
    except Invalid as invalid:
        for fault in invalid.faults:
            form.add_error(fault.path if fault.path in form.fields else None, f"Expected {fault.expected}")
    return form if asked in ("bring", "task", "hear") else None, ""


def _decisions(request: HttpRequest, found: Sitting) -> list[tuple[str, str]]:
    name = found.declared.decisions
    codes = request.reading.definition.codes[name].codes if name else {}
    return [(code, one.title) for code, one in codes.items()]


def _line(request: HttpRequest, one: Line) -> dict[str, object]:
    today = london(now()).date()
    definition = request.reading.definition
    heard = next((c.codes[one.heard].title for c in definition.codes.values() if one.heard in c.codes), one.heard)
    return {
        "one": one,
        "children": [(person, name, age_words(born, today)) for person, name, born in one.children],
        "views": [(view, moment_words(view.happened, view.precision)) for view in one.views],
        "brought": [(brought, moment_words(brought.at)) for brought in one.brought],
        "tasks": [(task, day_words(task.due), not task.done_at and task.due < today) for task in one.tasks],
        "heard": "Heard" if one.heard == "heard" else heard,
        "heard_at": moment_words(one.heard_at) if one.heard_at else "",
    }


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
