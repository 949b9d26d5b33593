"""Are these two one person? Side by side, what agrees and what differs; a person decides, and can undo it."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from sightline.agencies.queries import partnership
from sightline.agencies.rules import may
from sightline.identity import queries as identity
from sightline.identity.types import Held
from sightline.jobs.linking import decide_match
from sightline.timescales.moment import now
from sightline.web import drafts
from sightline.web.code_words import CodeWords
from sightline.web.words import age_words, day_words, iso_words, listed, london, span_words

DONE = {
    "same": "They are one person now: their records stand on one page. This can be undone there.",
    "different": "They stay two people, and will not be offered to you again.",
    "unsure": "It goes on waiting, with your note.",
}


class DecideForm(forms.Form):
    decision = forms.ChoiceField(
        label="Are they one person?",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose one person, two people or can’t tell"},
        choices=[("same", "One person"), ("different", "Two people"), ("unsure", "I can’t tell yet")],
    )
    because = forms.CharField(
        label="Why?",
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Say why, in a sentence"},
        help_text="What you checked, and with whom. It is kept with the decision.",
    )


@require_safe
def matches(request: HttpRequest) -> HttpResponse:
    after = request.GET.get("after", "")[:300]
    page = identity.waiting(request.reading, after=after)
    titles, today = {a.id: a.title for a in request.reading.agencies.values()}, london(now()).date()
    rows = [
        (
            one,
            name(one.one),
            name(one.other),
            age_words(one.one.details.born, today),
            titles.get(one.one.agency, one.one.agency),
            titles.get(one.other.agency, one.other.agency),
            listed(one.agree),
            listed(one.differ),
            span_words(now() - one.at),
        )
        for one in page.items
    ]
    hidden = 0 if after or page.next else max(identity.waiting_count() - len(rows), 0)
    return render(
        request, "matches/matches.html", {"rows": rows, "next": page.next, "later": bool(after), "hidden": hidden}
    )


@require_http_methods(["GET", "HEAD", "POST"])
def match(request: HttpRequest, possible: UUID) -> HttpResponse:
    view = identity.possible(request.reading, possible)
    typed, saved = drafts.kept(request, "match", possible)
    form = DecideForm(initial=typed)
    if request.method == "POST":
        saved = drafts.keep(request, "match", possible)
        form = DecideForm(request.POST)
        if request.POST.get("do") == "keep":
            messages.success(request, "Saved. You can come back to it later.")
            return redirect("match", possible)
        if form.is_valid():
            chosen = form.cleaned_data
            decide_match(possible=possible, decision=chosen["decision"], because=chosen["because"], by=request.actor)
            drafts.drop(request, "match", possible)
            messages.success(request, DONE[chosen["decision"]])
            return redirect("matches")
    titles = {a.id: a.title for a in request.reading.agencies.values()}
    codes = CodeWords(partnership())
    return render(
        request,
        "matches/match.html",
        {
            "view": view,
            "form": form,
            "saved": saved,
            "one": name(view.one),
            "other": name(view.other),
            "agencies": (
                titles.get(view.one.agency, view.one.agency),
                titles.get(view.other.agency, view.other.agency),
            ),
            "since": (day_words(london(view.one.known_at)), day_words(london(view.other.known_at))),
            "lines": side_by_side(view.one, view.other, titles, codes),
            "agree": listed(view.agree),
            "differ": listed(view.differ),
            "may_decide": bool(may(request.actor, "decide-match", partnership())),
            "waits": span_words(now() - view.at),
        },
        status=422 if form.errors else 200,
    )


def name(held: Held) -> str:
    return f"{held.details.given} {held.details.family}".strip() or "Name not known"


def details(held: Held, titles: dict[str, str], codes: CodeWords) -> dict[str, str]:
    """What an agency holds of somebody, in words, by label."""
    d = held.details
    return {
        "Given name": d.given,
        "Family name": d.family,
        "Born": iso_words(d.born),
        "Expected": iso_words(d.expected),
        "Sex": codes("sex", d.sex),
        "Ethnicity": codes("ethnicity", d.ethnicity),
        "NHS number": d.nhs_number,
        "UPN": d.upn,
        "Address": ", ".join(d.lines),
        "Postcode": d.postcode,
        "Phone": d.phone,
        "School": titles.get(d.school, d.school),
        "Language": d.language,
    }


def side_by_side(one: Held, other: Held, titles: dict[str, str], codes: CodeWords) -> list[tuple[str, str, str, str]]:
    """(detail, one's, the other's, how they compare): in words, so that nothing rests on colour."""

    left, right = details(one, titles, codes), details(other, titles, codes)
    found = []
    for label in left:
        a, b = left[label], right[label]
        if a or b:
            found.append(
                (
                    label,
                    a,
                    b,
                    "only one says" if not (a and b) else "the same" if a.casefold() == b.casefold() else "different",
                )
            )
    return found
