"""This is somebody else: what one agency holds leaves a person's page, and gets a page of its own. Said first in words."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from sightline.agencies.queries import partnership
from sightline.chronology import queries as chronology
from sightline.definition.outcomes import Missing
from sightline.identity import queries as identity
from sightline.identity.linkage.comparing import COMPARISONS
from sightline.identity.types import Held
from sightline.jobs import linking
from sightline.web import drafts
from sightline.web.code_words import CodeWords
from sightline.web.matches.comparing import told, unweighed
from sightline.web.matches.reason import why
from sightline.web.matches.views import name
from sightline.web.words import counted, day_words, listed, london


class SeparateForm(forms.Form):
    because = why("Why is this somebody else?")


@require_http_methods(["GET", "HEAD", "POST"])
def separate(request: HttpRequest, person: UUID, held: UUID) -> HttpResponse:
    reading = request.reading
    profile = identity.profile(reading, person)
    this = next((one for one in profile.held if one.identity == held), None)
    others = [one for one in profile.held if one.identity != held]
    if this is None or not others:
        raise Missing
    agency = reading.agencies.get(this.agency)
    title = agency.title if agency else this.agency
    typed, saved = drafts.kept(request, "separate", held)
    form = SeparateForm(initial=typed)
    if request.method == "POST":
        saved = drafts.keep(request, "separate", held)
        form = SeparateForm(request.POST)
        if request.POST.get("do") == "keep":
            messages.success(request, "Saved. You can come back to it later.")
            return redirect("separate", person, held)
        if form.is_valid():
            because = form.cleaned_data["because"]
            made = linking.separate(one=others[0].identity, other=held, because=because, by=request.actor)
            drafts.drop(request, "separate", held)
            messages.success(request, f"Separated. What {title} holds stands on a page of its own now.")
            where = first_open(request, person, made)
            return redirect("seen-because", where[1], held) if where[0] == "child" else redirect(*where)
    titles = {a.id: a.title for a in reading.agencies.values()}
    return render(
        request,
        "matches/separate.html",
        {
            "person": person,
            "held": held,
            "name": profile.name,
            "theirs": name(this),
            "agency": title,
            "phone": agency.phone if agency else "",
            "since": day_words(london(this.known_at)),
            "lines": against(this, others, titles, CodeWords(partnership())),
            "others": listed(list(dict.fromkeys(titles.get(one.agency, one.agency) for one in others))),
            "changes": changes(request, person, held, title),
            "form": form,
            "saved": saved,
        },
        status=422 if form.errors else 200,
    )


def first_open(request: HttpRequest, *persons: UUID) -> tuple[object, ...]:
    """Where to go on: the page of the first of these people that this reader may still open."""
    for person in persons:
        try:
            identity.profile(request.reading, person)
        except Missing:
            continue
        return "child", person
    return ("work",)


def changes(request: HttpRequest, person: UUID, held: UUID, agency: str) -> list[str]:
    """What would change, in words, as far as this reader may see the entries."""
    try:
        told = chronology.of_person(request.reading, person)
    except Missing:
        return [f"{agency}’s details leave this page."]
    own, on = set(told.identities), chronology.identities_on(entry.id for entry in told.entries)
    both = [entry for entry in told.entries if held in on[entry.id] and on[entry.id] & own != {held}]
    leaving = [entry for entry in told.entries if on[entry.id] & own == {held}]
    staying = len(told.entries) - len(leaving)
    found = [f"{agency}’s details leave this page, and get a page of their own."]
    if leaving:
        days = sorted(
            {day_words(london(entry.happened)): entry.happened for entry in leaving}.items(), key=lambda d: d[1]
        )
        when = days[0][0] if len(days) == 1 else f"from {days[0][0]} to {days[-1][0]}"
        found.append(f"{counted(len(leaving), 'entry leaves', 'entries leave')} with them: {when}.")
    else:
        found.append("No entry leaves with them.")
    found.append(f"{counted(staying, 'entry stays', 'entries stay')} here.")
    if both:
        found.append(f"{counted(len(both), 'entry is', 'entries are')} about both, and will stand on both pages.")
    found.append("Warning signs and time limits are worked out afresh for both.")
    found.append("What the agencies sent stays as it is. The two will not be joined again by themselves.")
    found.append("Who saw records of both while they stood on one page is listed at once.")
    return found


def against(
    this: Held, others: list[Held], titles: dict[str, str], codes: CodeWords
) -> list[tuple[str, str, str, str]]:
    """(detail, this one's, the others', how they compare), in words."""
    mine, theirs = labelled(this, titles, codes), [labelled(one, titles, codes) for one in others]
    found = []
    for label, value in mine.items():
        values = list(dict.fromkeys(one[label] for one in theirs if one[label]))
        if value or values:
            same = value.casefold() in (one.casefold() for one in values)
            compared = "only one says" if not (value and values) else "the same" if same else "different"
            found.append((label, value, " or ".join(values), compared))
    return found


def labelled(held: Held, titles: dict[str, str], codes: CodeWords) -> dict[str, str]:
    """What an agency holds of somebody, in words, by label."""
    said = told(held.details, titles, codes)
    lines = {one.title: ", ".join(said.get(one.id, ())) for one in COMPARISONS if one.id != "number"}
    return lines | unweighed(held.details, codes)
