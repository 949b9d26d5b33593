"""Places: a list of those at which a sign stands, one place, and an answer to its sign."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib import messages as notes
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from sightline.agencies.rules import may
from sightline.definition.outcomes import Conflict, Invalid
from sightline.jobs import signalling
from sightline.signals import place_queries
from sightline.timescales.moment import now
from sightline.web.child.signs import LEVELS
from sightline.web.contexts import shown
from sightline.web.signals.shown import events
from sightline.web.words import counted, day_words, due_words, london, moment_words

ANSWERS = (
    ("acted", "Acted on: say who does what, and by when"),
    ("covered", "Already covered: say which plan for the place, and how it answers this"),
    ("not-relevant", "Not relevant: say why it is no such place, or why these have nothing to do with it"),
    ("wrong", "The rule is wrong: it goes to the rule’s owner"),
)


class PlaceForm(forms.Form):
    """An answer to a sign about a place."""

    answer = forms.ChoiceField(
        label="What do you answer?",
        choices=ANSWERS,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose an answer"},
    )
    because = forms.CharField(
        label="In your words",
        help_text="Who could change the place: owner, licensing, lighting, transport, youth workers. What young people say "
        "of it. No names of children.",
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=4000,
        error_messages={"required": "Say what is done, or why nothing is"},
    )


@require_safe
def places(request: HttpRequest) -> HttpResponse:
    reading, today = request.reading, london(now()).date()
    titles = {agency.id: agency.title for agency in reading.agencies.values()}
    lists = []
    for heading, ended in (("Now", False), ("Over", True)):
        lines = []
        for one in place_queries.open_places(reading, ended=ended):
            words, tag = LEVELS[one.sign.level]
            lines.append(
                {
                    "sign": one.sign,
                    "place": shown.place(one.picture, reading.definition, titles, today),
                    "level": words,
                    "tag": tag,
                    "since": day_words(london(one.sign.since).date()),
                    "families": counted(one.picture.families, "family", "families"),
                }
            )
        lists.append((heading, lines))
    return render(request, "contexts/places.html", {"lists": lists, "most": place_queries.MOST})


@require_http_methods(["GET", "HEAD", "POST"])
def place(request: HttpRequest, signal: UUID) -> HttpResponse:
    reading, present = request.reading, now()
    one, history = place_queries.one(reading, signal)
    sign, definition = one.sign, reading.definition
    may_answer = sign.open and bool(may(request.actor, "answer-signal", definition))
    form = PlaceForm(request.POST or None) if may_answer and not sign.answered else None
    if request.method == "POST":
        if form is None:
            notes.info(request, "This has been answered, or is over. Nothing was changed.")
            return redirect("place", signal)
        if form.is_valid() and _taken(request, signal, form):
            notes.success(request, "Your answer is kept. It rests now; anything graver breaks the rest.")
            return redirect("place", signal)
    titles = {agency.id: agency.title for agency in reading.agencies.values()}
    words, tag = LEVELS[sign.level]
    return render(
        request,
        "contexts/place.html",
        {
            "sign": sign,
            "place": shown.place(one.picture, definition, titles, london(present).date()),
            "parts": [(words, hours) for _, words, hours in shown.PARTS],
            "level": words,
            "tag": tag,
            "since": day_words(london(sign.since).date()),
            "families": counted(one.picture.families, "family", "families"),
            "due": due_words(sign.due_at, present) if sign.due_at and sign.open else "",
            "late": bool(sign.due_at and sign.open and sign.due_at <= present),
            "ended": {"over": "Over", "withdrawn": "The records do not say so any more"}.get(sign.ended, ""),
            "told": [f"{to}, {moment_words(at)}" for to, at in sign.told],
            "owner": definition.role[sign.owner].title if sign.owner in definition.role else sign.owner,
            "history": events(history, sign.since),
            "form": form,
        },
        status=422 if form is not None and form.errors else 200,
    )


def _taken(request: HttpRequest, signal: UUID, form: PlaceForm) -> bool:
    given = form.cleaned_data
    try:
        signalling.answer(signal=signal, answer=given["answer"], because=given["because"], by=request.actor)
    except Invalid as error:
        for fault in error.faults:
            form.add_error(fault.path if fault.path in form.fields else None, f"Write {fault.expected}")
        return False
    except Conflict as error:
        form.add_error(None, str(error))
        return False
    return True
