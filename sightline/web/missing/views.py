"""Who is missing, who came back, and with whom somebody spoke."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from sightline.definition.outcomes import Refused
from sightline.front_door import missing
from sightline.front_door.missing import Child, pass_on
from sightline.timescales.moment import now
from sightline.web.words import age_words, counted, due_words, london, moment_words, span_words

STATES = {
    "away": ("late", "missing now"),
    "held": ("kept", "spoken with in time"),
    "held-late": ("soon", "spoken with, late"),
    "declined": ("plain", "the child said no"),
    "waiting": ("soon", "nobody has offered to talk"),
    "offered": ("soon", "offered, not held"),
    "late": ("late", "not spoken with in 72 hours"),
}


class PassForm(forms.Form):
    words = forms.CharField(
        label="What do the police need to know?",
        help_text="In your words. Name people and places that matter; leave out what the child told you and is not needed.",
        widget=forms.Textarea(attrs={"rows": 5}),
        max_length=4000,
        error_messages={"required": "Write what the police need to know"},
    )
    child_told = forms.ChoiceField(
        label="Does the child know that this goes on?",
        choices=(("yes", "Yes, I have told them"), ("no", "No")),
        widget=forms.RadioSelect,
        error_messages={"required": "Say whether the child knows"},
    )
    not_told_because = forms.CharField(label="If not, why not?", max_length=400, required=False)


MOST = 10  # absences that are listed; before them, the child's page


def earlier(every: int, listed: int, lately: int) -> str:
    """What the list shows besides the absences that are counted, and what it leaves out: so that both agree."""
    before = listed - min(lately, listed)
    said = [f"{before} earlier {'absence stands' if before == 1 else 'absences stand'} here too"] if before else []
    left = every - listed
    said += [f"{left} more, before that, {'stands' if left == 1 else 'stand'} on the child’s page"] if left else []
    return f"{'; '.join(said)}." if said else ""


def words(one: Child) -> dict[str, object]:
    present, absences = now(), []
    for absence in one.absences[:MOST]:
        state = absence.state(present)
        due = absence.due()
        absences.append(
            {
                "since": moment_words(absence.since),
                "until": moment_words(absence.until) if absence.until else "",
                "length": span_words((absence.until or present) - absence.since),
                "reports": len(absence.reports),
                "colour": STATES[state][0],
                "state": STATES[state][1],
                "due": due_words(due, present) if due and state in ("waiting", "offered", "late") else "",
            }
        )
    pattern = one.pattern
    said = [f"{counted(pattern.count, 'absence')} in 90 days"] if pattern.count else []
    said += [f"{pattern.nights} at night"] if pattern.nights else []
    said += [f"most begin on a {pattern.weekday}"] if pattern.weekday else []
    said += [f"found {n} times at {place}" for place, n in pattern.places]
    if pattern.returned:
        said.append(f"spoken with in time after {pattern.held} of {pattern.returned} returns")
    informal = [
        {
            "since": moment_words(told.since),
            "faults": [
                word
                for ok, word in ((told.checked, "no risk check"), (told.authorised, "nobody authorised it"))
                if not ok
            ],
            "ended": "found" if told.found_at else "reported as missing" if told.reported else "",
        }
        for told in one.informal
    ]
    return {
        "one": one,
        "age": age_words(one.born, london(present).date()),
        "absences": absences,
        "earlier": earlier(len(one.absences), len(absences), pattern.count),
        "said": said,
        "informal": informal,
    }


@require_safe
def list_missing(request: HttpRequest) -> HttpResponse:
    given = request.GET.get("from", "")[:6]
    start = int(given) if given.isascii() and given.isdigit() else 0
    page = missing.children(request.reading, start=start)
    found = {"children": [words(one) for one in page.items], "next": page.next, "first": not start}
    return render(request, "missing/missing.html", found)


@require_http_methods(["GET", "HEAD", "POST"])
def pass_interview_on(request: HttpRequest, interview: UUID) -> HttpResponse:
    """What came up in a return interview, in the interviewer's words, for the police."""
    shown = missing.interview(request.reading, interview)
    form = PassForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            pass_on(interview=interview, by=request.actor, **form.cleaned_data)
            messages.success(
                request, "It has gone to the police, who grade it. You hear what it led to, within what may be told."
            )
            return redirect("entry", shown.id)
        except Refused as refused:
            codes = {"reason-too-short": "words", "child-not-told": "not_told_because"}
            if refused.decision.reason_code not in codes:
                raise
            form.add_error(codes[refused.decision.reason_code], refused.decision.sentence)
    return render(
        request,
        "missing/pass_on.html",
        {"form": form, "view": shown, "happened": moment_words(shown.happened, shown.precision)},
        status=422 if form.errors else 200,
    )
