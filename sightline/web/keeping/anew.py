"""What is kept to named people who have all left: naming somebody anew, by two people of information governance."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib import messages as notes
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from sightline.definition.outcomes import Conflict, Invalid, Refused
from sightline.jobs import taking_over
from sightline.jobs.taking_over import LONGEST_REASON, SHORTEST_REASON, Alone
from sightline.web.accounts.recently import prove, proved
from sightline.web.words import listed, moment_words

ALL = "All that is held about somebody"


class AskForm(forms.Form):
    """Who is to be named, and why."""

    worker = forms.ChoiceField(
        label="Who should be named?",
        help_text="Somebody who needs to read it for their work. They are whom others ring, day and night",
        error_messages={"required": "Choose who should be named"},
    )
    because = forms.CharField(
        label="Why, and why them?",
        help_text=f"A second person decides on it. At least {SHORTEST_REASON} characters",
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "true"}),
        error_messages={"required": "Say why, and why them"},
    )

    def __init__(self, request: HttpRequest, data: object = None) -> None:
        super().__init__(data)  # type: ignore[arg-type]
        role, agencies = request.reading.definition.role, request.reading.agencies
        by_agency: dict[str, list[tuple[str, str]]] = {}
        for one in taking_over.who_may_be_named(request.actor):
            agency = agencies.get(one.agency)
            words = f"{one.name}, {role[one.role].title.lower() if one.role in role else one.role}"
            by_agency.setdefault(agency.title if agency else one.agency, []).append((one.id, words))
        self.fields["worker"].choices = [("", "Choose"), *sorted(by_agency.items())]  # type: ignore[attr-defined]


class AnswerForm(forms.Form):
    """The second person's yes or no."""

    decision = forms.ChoiceField(
        label="Do you agree?",
        widget=forms.RadioSelect,
        choices=(("agree", "I agree: they are named"), ("refuse", "I do not agree")),
        error_messages={"required": "Say whether you agree"},
    )
    words = forms.CharField(
        label="Why",
        required=False,
        max_length=LONGEST_REASON,
        help_text="What you found out. Needed where you do not agree",
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "true"}),
    )


@require_safe
def alone(request: HttpRequest) -> HttpResponse:
    """Whatever is kept to people of whom nobody is left, the longest first."""
    rows = [shown(request, one) for one in taking_over.alone(request.actor)]
    return render(request, "keeping/alone.html", {"rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
def one(request: HttpRequest, kept: UUID) -> HttpResponse:
    """One of them: asking for somebody to be named, or answering whoever has asked."""
    found = taking_over.one(kept, request.actor)
    if not proved(request):
        return prove(request)
    answering = found.asked is not None and found.asked.by != request.actor.id
    data = request.POST if request.method == "POST" else None
    form: forms.Form = AnswerForm(data) if answering else AskForm(request, data)
    waits = found.asked is not None and not answering
    if request.method == "POST" and not waits and form.is_valid():
        given = form.cleaned_data
        try:
            if answering:
                agree = given["decision"] == "agree"
                taking_over.answer(kept=kept, agree=agree, words=given["words"], by=request.actor)
                says = "You agreed. They are named, and were told." if agree else "You did not agree. Nothing was changed."
                notes.success(request, says)
                return redirect("kept-alone")
            taking_over.ask(kept=kept, worker=given["worker"], because=given["because"], by=request.actor)
            notes.success(request, "Asked. It holds once a second person has agreed; they were told.")
            return redirect("kept-alone-one", kept)
        except Refused as error:
            form.add_error(None, error.decision.sentence)
        except Conflict as error:
            form.add_error(None, error.sentence)
        except Invalid as error:
            form.add_error(None, "; ".join(f"Choose {fault.expected}" for fault in error.faults))
    return render(
        request,
        "keeping/alone_one.html",
        {
            "row": shown(request, found),
            "form": form,
            "answering": answering,
            "waits": waits,
            "because": taking_over.why(found.asked) if found.asked else "",
        },
        status=422 if form.errors else 200,
    )


def shown(request: HttpRequest, one: Alone) -> dict[str, object]:
    """It in words: what kind it is, whose, since when, and who was named. Nothing of whom it is about."""
    definition, agencies = request.reading.definition, request.reading.agencies
    agency, record = agencies.get(one.agency), definition.record.get(one.record)
    team = [definition.team[h.removeprefix("team:")].title for h in one.holders if h.removeprefix("team:") in definition.team]
    people = {worker.id: worker.name for worker in (*one.were, *([one.named] if one.named else []))}
    return {
        "kept": one.kept,
        "what": record.pointer if record else one.record or ALL,
        "agency": agency.title if agency else one.agency,
        "since": moment_words(one.since),
        "were": listed([*(worker.name for worker in one.were), *team]),
        "asked": moment_words(one.asked.at) if one.asked else "",
        "asked_by": taking_over.name_of(one.asked.by) if one.asked else "",
        "named": people.get(one.named.id, "") if one.named else "",
    }
