"""These two pages are one child: found by search from a child's page, looked at side by side, joined with a reason."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from sightline.definition.outcomes import Invalid, Missing
from sightline.identity import bands
from sightline.identity import match_queries as identity
from sightline.identity.finding import find as find_people
from sightline.identity.linkage.likeness import likeness_of
from sightline.identity.linkage.publishing import current_model
from sightline.identity.linkage.scoring import score
from sightline.identity.match_types import KEPT, PairView, Weighed
from sightline.identity.queries import profile
from sightline.identity.types import Profile
from sightline.jobs import linking
from sightline.timescales.moment import now
from sightline.web import drafts
from sightline.web.code_words import CodeWords
from sightline.web.find.forms import FindForm
from sightline.web.find.views import _schools, describe, reasons
from sightline.web.matches import comparing
from sightline.web.matches.pair import besides, to_ask, total, what_follows
from sightline.web.matches.reason import why
from sightline.web.matches.views import name, since_words
from sightline.web.remembered import recall, remember
from sightline.web.words import age_words, iso_words, london

FORM = "join"


class JoinForm(forms.Form):
    because = why("Why are they one person?")


@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest, person: UUID) -> HttpResponse:
    """Whom to join this page with: what is typed comes by POST and never stands in an address."""
    told, schools = profile(request.reading, person), _schools()
    shown = {"person": person, "name": told.name, "form": FindForm(schools=schools)}
    if request.method == "POST":
        form = FindForm(request.POST, schools=schools)
        if form.is_valid():
            key = remember(request.actor, FORM, form.typed())
            return HttpResponseRedirect(f"{reverse('join', args=[person])}?search={key}")
        return render(request, "matches/join.html", {**shown, "form": form}, status=422)
    typed = recall(request.actor, FORM, request.GET.get("search", "")[:36])
    if typed is None:
        return render(request, "matches/join.html", shown)
    form, today = FindForm(typed, schools=schools), london(now()).date()
    try:
        found = find_people(request.reading, form.asked()) if form.is_valid() else []
    except Invalid:
        form.add_error("words", "Enter a name, a birth date, a number or a postcode")
        return render(request, "matches/join.html", {**shown, "form": form}, status=422)
    people = [
        (one, age_words(one.born, today), iso_words(one.born), reasons(one.why))
        for one in found
        if one.person != person
    ]
    return render(
        request,
        "matches/join.html",
        {**shown, "form": form, "people": people, "searched": True, "asked": describe(typed, dict(schools))},
    )


@require_http_methods(["GET", "HEAD", "POST"])
def join_with(request: HttpRequest, person: UUID, other: UUID) -> HttpResponse:
    reading = request.reading
    if person == other:
        raise Missing
    here, there = profile(reading, person), profile(reading, other)
    waiting = identity.between(reading, person, other)
    if waiting is not None and (waiting.waits or waiting.state == KEPT):
        return redirect("match", waiting.id)  # it is decided where everything about it stands
    view, sealed = weighed(here, there), identity.touches_sealed(person, other)
    typed, saved = drafts.kept(request, "join", other)
    form = JoinForm(initial=typed)
    if request.method == "POST":
        saved = drafts.keep(request, "join", other)
        form = JoinForm(request.POST)
        if request.POST.get("do") == "keep":
            messages.success(request, "Saved. You can come back to it later.")
            return redirect("join-with", person, other)
        if form.is_valid():
            because = form.cleaned_data["because"]
            linking.join(one=view.one.identity, other=view.other.identity, because=because, by=request.actor)
            drafts.drop(request, "join", other)
            return joined(request, view, person, other)
    titles, codes = {a.id: a.title for a in reading.agencies.values()}, CodeWords(reading.definition)
    names = (name(view.one), name(view.other))
    policy = bands.in_force(reading.definition.matching, london(now()).date())
    return render(
        request,
        "matches/join_with.html",
        {
            "person": person,
            "other_person": other,
            "view": view,
            "one": here.name,
            "other": there.name,
            "agencies": tuple(titles.get(side.agency, side.agency) for side in (view.one, view.other)),
            "since": tuple(since_words(side) for side in (view.one, view.other)),
            "others": tuple(besides(view, titles)),
            "ring": to_ask(view, reading.agencies),
            "lines": comparing.side_by_side(view, titles, codes),
            "beside": comparing.beside(view, codes),
            "total": total(view, policy),
            "before": waiting,
            "form": form,
            "saved": saved,
            "sealed": sealed,
            **({} if sealed else what_follows(request, view, names, now(), codes)),
        },
        status=422 if form.errors else 200,
    )


def weighed(here: Profile, there: Profile) -> PairView:
    """Two people as a pair that nobody proposed: of their details those that speak most for one person, weighed afresh
    from what this reader sees."""
    model = current_model()
    ours = [(held, likeness_of(held.details)) for held in here.held]
    theirs = [(held, likeness_of(held.details)) for held in there.held]
    scores = [
        (found.bits, n, m, found)
        for n, (_, mine) in enumerate(ours)
        for m, found in enumerate(score(model, mine, [likeness for _, likeness in theirs]))
    ]
    bits, n, m, best = max(scores, key=lambda s: (s[0], -s[1], -s[2]))
    one, other = ours[n][0], theirs[m][0]
    return PairView(
        id=UUID(int=0),
        one=one,
        other=other,
        person_one=here.person,
        person_other=there.person,
        state="waiting",
        at=now(),
        bits=bits,
        parts=tuple(Weighed(p.comparison, p.level, p.bits, p.tf_bits) for p in best.parts),
        model=model.id,
        with_one=tuple(held for held, _ in ours if held is not one),
        with_other=tuple(held for held, _ in theirs if held is not other),
    )


def joined(request: HttpRequest, view: PairView, person: UUID, other: UUID) -> HttpResponse:
    """Where to go on: their page; where two workers must agree, the pair that waits for the second."""
    pair = identity.between(request.reading, person, other)
    if pair is not None and pair.guard == "sealed":
        says = "One of them is sealed: nobody is joined. A second holder must agree before the other is sealed too."
        messages.success(request, says)
        return redirect("match", pair.id)
    if pair is not None and not pair.together:
        messages.success(request, "One of them is protected: a second worker must agree before they are joined.")
        return redirect("match", pair.id)
    messages.success(request, "They are one person now: their records stand on one page. This can be undone there.")
    for there in (person, other):
        try:
            profile(request.reading, there)
        except Missing:
            continue
        return redirect("child", there)
    return redirect("work")
