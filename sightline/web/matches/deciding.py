"""What somebody decides about a pair: the forms, what follows, and taking it back."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from sightline.agencies.types import AgencyInfo
from sightline.clocks.pressing import pressing
from sightline.identity import match_queries as identity
from sightline.identity.match_types import PairView
from sightline.jobs import linking, undoing
from sightline.web import drafts
from sightline.web.matches.views import narrowed, query

CHOICES = [  # code, words, key
    ("same", "One person", "1"),
    ("different", "Two people", "2"),
    ("unsure", "I can’t tell yet", "3"),
    ("ask", "Ask an agency first", "4"),
]
OF_SEALED = [("same", "One earlier life: seal the other too", "1"), *CHOICES[1:]]  # nobody is joined across a seal
SECOND = [("confirm", "I agree", "1"), ("reject", "I do not agree", "2")]


class DecideForm(forms.Form):
    decision = forms.ChoiceField(
        label="Are they one person?",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose one person, two people, can’t tell or ask"},
        choices=[(code, words) for code, words, _ in CHOICES],
    )
    agency = forms.ChoiceField(
        label="Whom do you ask?", required=False, help_text="Only if you ask first. Ring them; that you asked is kept."
    )
    because = forms.CharField(
        label="Why?",
        required=False,
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="What you checked, and with whom. It is kept with the decision.",
    )

    def __init__(self, *args: object, agencies: list[AgencyInfo], sealed: bool = False, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        if sealed:
            self.fields["decision"].choices = [(code, words) for code, words, _ in OF_SEALED]
            self.fields["decision"].label = "What are they to each other?"
        ring = [(a.id, f"{a.title}: {a.phone or 'number not recorded'}") for a in agencies]
        self.fields["agency"].choices = [("", "Choose"), *ring]

    def clean(self) -> dict[str, str]:
        given = super().clean() or {}
        if given.get("decision") == "ask":
            if not given.get("agency"):
                self.add_error("agency", "Choose the agency that you ask")
        elif not given.get("because"):
            self.add_error("because", "Say why, in a sentence")
        return given


class OpenForm(forms.Form):
    """The first of two holders, about what was sealed."""

    decision = forms.CharField(widget=forms.HiddenInput, initial="open")
    because = forms.CharField(
        label="Why is it opened again?",
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Say why, in a sentence"},
        help_text="What you checked, and with whom. It is kept.",
    )


class SecondForm(forms.Form):
    """The second of two workers, about a protected or a sealed pair."""

    decision = forms.ChoiceField(
        label="Do you agree?",
        widget=forms.RadioSelect,
        error_messages={"required": "Say whether you agree"},
        choices=[(code, words) for code, words, _ in SECOND],
    )


def act(request: HttpRequest, view: PairView, chosen: dict[str, str]) -> None:
    """Does what was chosen. Whatever may not be done is raised, and becomes its page."""
    decision, by = chosen["decision"], request.actor
    if decision == "ask":
        linking.ask_agency(possible=view.id, agency=chosen["agency"], by=by)
    elif decision == "confirm":
        linking.confirm(possible=view.id, by=by)
    elif decision == "reject":
        linking.reject(possible=view.id, by=by)
    elif decision == "open":
        linking.separate(one=view.one.identity, other=view.other.identity, because=chosen["because"], by=by)
    else:
        linking.decide_match(possible=view.id, decision=decision, because=chosen.get("because", ""), by=by)


def go_on(request: HttpRequest, view: PairView, **more: object) -> HttpResponse:
    """To the next pair: one about the same people if there is one, else the next in the queue; at its end, to the list."""
    narrow = narrowed(request)
    people = (view.person_one, view.person_other)
    following = identity.following(request.reading, view.id, narrow=narrow, pressing=pressing(), near=people)
    where = reverse("match", args=[following]) if following else reverse("matches")
    return HttpResponseRedirect(where + query(narrow, **more))


@require_safe
def following(request: HttpRequest, possible: UUID) -> HttpResponse:
    """The next one, without deciding this."""
    return go_on(request, identity.pair(request.reading, possible))


@require_POST
def undo(request: HttpRequest, possible: UUID) -> HttpResponse:
    """Takes back what one decided oneself: the pair waits again, and everything is as it was."""
    view = identity.pair(request.reading, possible)
    if view.state == "half" or view.opening:
        linking.reject(possible=possible, by=request.actor)
    else:
        undoing.undo(possible=possible, by=request.actor)
    drafts.drop(request, "match", possible)
    messages.success(request, "Taken back. The two are as they were, and the match waits again.")
    return HttpResponseRedirect(reverse("match", args=[possible]) + query(narrowed(request)))
