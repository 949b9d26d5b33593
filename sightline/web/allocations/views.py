"""The team: who has how many children, whom nobody has; and giving one to somebody, or ending it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from sightline.definition.outcomes import Conflict, Refused
from sightline.jobs import caseload
from sightline.jobs.caseload import Caseload, Having, Line
from sightline.timescales.moment import now
from sightline.web.child.beside import due
from sightline.web.front_door.deciding_forms import codes
from sightline.web.words import age_words, counted, day_weekday, iso_words, listed, london, moment_words

REASON = "Why does it end?"


class GiveForm(forms.Form):
    """To whom; and, where somebody of the team has the child, whether they go on."""

    worker = forms.ChoiceField(
        label="Who works with the child from now on?",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose who works with the child"},
    )
    passes = forms.ChoiceField(
        widget=forms.RadioSelect, error_messages={"required": "Say whether whoever has the child goes on"}
    )
    reason = forms.ChoiceField(label="If it passes: why?", required=False)

    def __init__(
        self, load: Caseload, line: Line, reasons: list[tuple[str, str]], data: QueryDict | None = None
    ) -> None:
        super().__init__(data)
        has = {one.worker.id for one in line.child.having}
        self.theirs = [one.worker.name for one in line.child.having if one.worker.team == load.team.id]
        self.fields["worker"].choices = [  # type: ignore[attr-defined]
            (one.id, f"{one.name}: {children(number)}")
            for one, number in load.workers
            if one.active and one.id not in has
        ]
        if not self.theirs:
            del self.fields["passes"], self.fields["reason"]
            return
        names = listed(self.theirs)
        self.fields["passes"].label = f"And {names}?"
        self.fields["passes"].choices = [  # type: ignore[attr-defined]
            ("no", "They work with the child together"),
            ("yes", f"It passes: {names} no longer {'has' if len(self.theirs) == 1 else 'have'} the child"),
        ]
        self.fields["reason"].choices = reasons  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if found.get("passes") == "yes" and not found.get("reason"):
            self.add_error("reason", "Choose why it passes")
        return found


class EndForm(forms.Form):
    """Whose, and why."""

    ends = forms.ChoiceField(
        label="Who no longer works with the child?",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose who no longer works with the child"},
    )
    why = forms.ChoiceField(label=REASON, error_messages={"required": "Choose why it ends"})

    def __init__(
        self, line: Line, load: Caseload, reasons: list[tuple[str, str]], data: QueryDict | None = None
    ) -> None:
        super().__init__(data)
        own = [one for one in line.child.having if one.worker.team == load.team.id]
        self.fields["ends"].choices = [(one.worker.id, one.worker.name) for one in own]  # type: ignore[attr-defined]
        self.fields["why"].choices = reasons  # type: ignore[attr-defined]


def children(number: int) -> str:
    return counted(number, "child", "children")


def shown(request: HttpRequest, line: Line) -> dict[str, object]:
    """A child of the team in words."""
    present, profile = now(), line.profile
    role = request.reading.definition.role
    return {
        "person": line.child.person,
        "name": profile.name,
        "age": age_words(profile.born, london(present).date()),
        "since": day_weekday(line.child.since),
        "having": [in_words(one, role) for one in line.child.having],
        "left": line.child.left,
        "recorded": [
            {
                "id": view.id,
                "role": role[code].title if (code := view.values.get("worker-role", "")) in role else code,
                "name": view.values.get("worker", ""),
                "since": iso_words(view.values.get("from", "")),
            }
            for view in line.recorded
        ],
        "due": due(line.due, present) if line.due else None,
        "due_at": moment_words(line.due.due_at) if line.due else "",
    }


def in_words(one: Having, role: Any) -> dict[str, object]:
    title = role[one.worker.role].title if one.worker.role in role else one.worker.role
    return {"worker": one.worker, "role": title, "since": day_weekday(one.since)}


@require_safe
def team(request: HttpRequest) -> HttpResponse:
    """Whom nobody has, who has how many, and every child of the team with whoever has them."""
    load = caseload.caseload(request.reading)
    if load is None:
        return render(request, "allocations/none.html", {})
    who, after = request.GET.get("who", "")[:40], request.GET.get("from", "")[:300]
    page = caseload.lines(request.reading, load, who=who, after=after)
    role = request.reading.definition.role
    one = next((one for one, _ in load.workers if one.id == who), None)
    return render(
        request,
        "allocations/team.html",
        {
            "load": load,
            "workers": [
                {"one": w, "role": role[w.role].title if w.role in role else w.role, "number": n}
                for w, n in load.workers
            ],
            "lines": [shown(request, line) for line in page.items],
            "next": page.next,
            "first": not after,
            "who": who,
            "heading": f"{one.name}’s children" if one else HEADINGS.get(who, HEADINGS[""]),
            "total": children(len(load.children)) + (" or more" if load.capped else ""),
        },
    )


HEADINGS = {
    "": "Every child of the team",
    caseload.NOBODY: "Children whom nobody has yet",
    caseload.LEFT: "Children whose worker has left",
}


@require_http_methods(["GET", "HEAD", "POST"])
def one(request: HttpRequest, person: UUID) -> HttpResponse:
    """Who has a child; giving them to somebody of the team, or ending it."""
    load, line = caseload.one_child(request.reading, person)
    reasons = codes(request.reading.definition, caseload.REASONS, "Choose a reason")
    asked = request.POST.get("do", "") if request.method == "POST" else ""
    form = GiveForm(load, line, reasons, request.POST if asked == "give" else None)
    ending = EndForm(line, load, reasons, request.POST if asked == "end" else None)
    clash, name = "", line.profile.name
    try:
        if asked == "give" and form.is_valid():
            given = form.cleaned_data
            caseload.give(
                request.reading,
                person=person,
                worker=given["worker"],
                passes=given.get("passes") == "yes",
                reason=given.get("reason", ""),
            )
            chosen = next(w.name for w, _ in load.workers if w.id == given["worker"])
            messages.success(request, f"{name} is {chosen}’s now, and {chosen} is told.")
            return redirect("team")
        if asked == "end" and ending.is_valid():
            caseload.end(
                request.reading, person=person, worker=ending.cleaned_data["ends"], reason=ending.cleaned_data["why"]
            )
            messages.success(request, f"Ended. {name} is not theirs any more.")
            return redirect("team")
    except Conflict as error:
        clash = error.sentence
        (form if asked == "give" else ending).add_error(None, clash)
    except Refused as error:
        (form if asked == "give" else ending).add_error(None, error.decision.sentence)
    faulty = ending if ending.errors else form
    return render(
        request,
        "allocations/one.html",
        {
            "load": load,
            "line": shown(request, line),
            "give": form,
            "ending": ending if ending.fields["ends"].choices else None,  # type: ignore[attr-defined]
            "last": len(line.child.having) == 1,
            "form": faulty,
            "back": reverse("team"),
        },
        status=409 if clash else 422 if faulty.errors else 200,
    )
