"""Are these two one person? Side by side, what agrees and what it weighs, what follows; somebody decides, and goes on."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from sightline.agencies.queries import workers
from sightline.agencies.rules import may
from sightline.chronology import queries as chronology
from sightline.chronology.joining import effect
from sightline.definition.kinds.matching import CONTRADICTS
from sightline.definition.outcomes import Missing
from sightline.identity import bands
from sightline.identity import match_queries as identity
from sightline.identity.linkage.publishing import model_of
from sightline.identity.match_types import KEPT, PairView
from sightline.identity.queries import family
from sightline.timescales.moment import now
from sightline.web import drafts
from sightline.web.code_words import CodeWords
from sightline.web.matches import comparing, effects, evidence, weights
from sightline.web.matches.deciding import CHOICES, OF_SEALED, SECOND, DecideForm, OpenForm, SecondForm, act, go_on
from sightline.web.matches.keys import are_on
from sightline.web.matches.views import ages, capped, name, narrowed, query, since_words, tags
from sightline.web.words import listed, london, moment_words, span_words

SAID = {
    "same": "they are one person",
    "different": "they are two people",
    "unsure": "that could not be told",
    KEPT: "they are of one earlier life, and both are sealed",
}
SEAL_SAYS = "they are of one earlier life, so that both are sealed"
OPEN_SAYS = "it was sealed in error, and is opened again"


@require_http_methods(["GET", "HEAD", "POST"])
def match(request: HttpRequest, possible: UUID) -> HttpResponse:
    reading = request.reading
    view, narrow = identity.pair(reading, possible), narrowed(request)
    second = view.state == "half" or view.opening
    typed, saved = drafts.kept(request, "match", possible)
    given = {"agencies": to_ask(view, reading.agencies), "sealed": view.guard == "sealed"}
    kept = view.state == KEPT and not second  # sealed because of the other, as two holders said
    form = SecondForm() if second else OpenForm(initial=typed) if kept else DecideForm(initial=typed, **given)
    if request.method == "POST":
        if not second:
            saved = drafts.keep(request, "match", possible)
        if request.POST.get("do") == "keep":
            messages.success(request, "Saved. You can come back to it later.")
            return HttpResponseRedirect(reverse("match", args=[possible]) + query(narrow))
        form = SecondForm(request.POST) if second else OpenForm(request.POST) if kept else DecideForm(request.POST, **given)
        if form.is_valid():
            act(request, view, form.cleaned_data)
            drafts.drop(request, "match", possible)
            return go_on(request, view, done=view.id)  # where it is said what was done, with a way back
    return render(
        request,
        "matches/match.html",
        {**page(request, view), "form": form, "saved": saved, "second": second, "filters": query(narrow)},
        status=422 if form.errors else 200,
    )


def letters(view: PairView) -> list[tuple[str, str]]:
    """The page's keys, and what each does."""
    chosen = [(key, words[:1].lower() + words[1:] if words[:2] != "I " else words) for _, words, key in choices(view)]
    return [
        *chosen,
        ("Ctrl + Enter", "decide, also from within the reason"),
        ("n", "next"),
        ("u", "undo the last"),
        ("l", "list"),
    ]


def choices(view: PairView) -> list[tuple[str, str, str]]:
    return SECOND if view.state == "half" or view.opening else OF_SEALED if view.guard == "sealed" else CHOICES


def to_ask(view: PairView, agencies: dict) -> list:
    """The agencies that hold either: whoever told us may know."""
    sides = (view.one, view.other, *view.with_one, *view.with_other)
    return [agencies[a] for a in dict.fromkeys(side.agency for side in sides) if a in agencies]


def page(request: HttpRequest, view: PairView) -> dict[str, object]:
    """What the page shows of a pair."""
    reading, present = request.reading, now()
    definition = reading.definition
    titles = {a.id: a.title for a in reading.agencies.values()}
    codes = CodeWords(definition)
    policy = bands.in_force(definition.matching, london(present).date())
    names = (name(view.one), name(view.other))
    knot = identity.knot(reading, view)

    def named(pair: PairView) -> tuple[PairView, str, str, str, bool]:
        words = weights.total_words(pair.bits, policy.same, policy.possible)
        held_by = " and ".join(titles.get(side.agency, side.agency) for side in (pair.one, pair.other))
        return pair, f"{name(pair.one)} and {name(pair.other)}", held_by, words, pair.id == view.id

    line_titles, columns = comparing.columns(knot, view, titles, codes)
    found = {
        "view": view,
        "one": names[0],
        "other": names[1],
        "age": ages(view, london(present).date()),
        "agencies": tuple(titles.get(side.agency, side.agency) for side in (view.one, view.other)),
        "since": tuple(since_words(side) for side in (view.one, view.other)),
        "others": tuple(besides(view, titles)),
        "tags": tags(view, titles, present),
        "waits": span_words(present - view.at),
        "why": bands.sentences(policy, view.why),
        "lines": comparing.side_by_side(view, titles, codes),
        "beside": comparing.beside(view, codes),
        "total": total(view, policy),
        "but": against(view, policy),
        "ring": to_ask(view, reading.agencies),
        "asked": asked(view, titles),
        "keys_on": are_on(request),
        "letters": letters(view),
        "here": request.get_full_path(),
        "may_decide": bool(may(reading.actor, "decide-match", definition)),
        "may_view": bool(may(reading.actor, "view-child", definition)),
        "count": capped(identity.waiting_count(reading)),
        "knot": knot,
        "knot_lines": line_titles,
        "knot_columns": columns,
        "knot_pairs": [named(pair) for pair in knot.pairs],
        "proposal": proposal(view, request, present),
        "decided": decided(view, request),
        "done": done(request, present),
    }
    found["lead"] = "What are these two to each other?" if view.guard == "sealed" else "Are these one person?"
    if view.guard == "sealed":
        found |= {"evidence": what_follows(request, view, names, present, codes)["evidence"]}  # nothing would be joined
    elif not view.together:
        found |= what_follows(request, view, names, present, codes)
    return found


def what_follows(
    request: HttpRequest, view: PairView, names: tuple[str, str], present: datetime, codes: CodeWords
) -> dict[str, object]:
    """What family and network say, and what would change."""
    reading, definition = request.reading, request.reading.definition
    told, identities, kin = [], [], []
    for person, sides in (
        (view.person_one, (view.one, *view.with_one)),
        (view.person_other, (view.other, *view.with_other)),
    ):
        own = [held.identity for held in sides]
        identities.append(own)
        kin.append(family(reading, person, own))
        try:
            told.append(
                chronology.of_person(reading, person).entries if may(reading.actor, "view-child", definition) else ()
            )
        except Missing:
            told.append(())
    would = effect(reading, view.person_one, view.person_other)
    titles = {a.id: a.title for a in reading.agencies.values()}
    return {
        "evidence": [
            *evidence.family(view, kin[0], kin[1], codes),
            *evidence.network(told[0], told[1], present, definition),
        ],
        "gains": effects.gains(would, definition, titles),
        "changes": effects.sentences(request, would, names, (told[0], told[1]), (identities[0], identities[1])),
    }


def total(view: PairView, policy: bands.Rules) -> dict[str, object]:
    """The weight of it all, and what its numbers mean, in words; empty where no model has weighed the pair."""
    if view.bits is None:
        return {}
    found: dict[str, object] = {
        "weight": weights.number(view.bits),
        "words": weights.total_words(view.bits, policy.same, policy.possible),
        "chance": weights.chance(view.bits),
        "bar": weights.bar(view.bits),
        "same": weights.number(policy.same),
        "same_chance": weights.chance(policy.same),
        "possible": weights.number(policy.possible),
        "possible_chance": weights.chance(policy.possible),
        "model": view.model[:8],
    }
    try:
        model = model_of(view.model)
    except Missing:
        return found
    found["begins_of"], found["begins"] = weights.begins(model.prior)
    found["made"] = model.made
    return found


def against(view: PairView, policy: bands.Rules) -> tuple[str, ...]:
    """What contradicts, which the arithmetic of single lines does not know of."""
    return bands.sentences(policy, [code for code in view.why if code in CONTRADICTS])


def asked(view: PairView, titles: dict[str, str]) -> str:
    if not view.asked_at:
        return ""
    return f"{titles.get(view.asked_of, view.asked_of)} was asked on {moment_words(view.asked_at)}."


def besides(view: PairView, titles: dict[str, str]) -> list[str]:
    """Who else holds details of each side, where they are one person already."""
    found = []
    for side, those in ((view.one, view.with_one), (view.other, view.with_other)):
        agencies = list(dict.fromkeys(titles.get(h.agency, h.agency) for h in those if h.agency != side.agency))
        found.append(listed(agencies) if len(agencies) < 3 else f"{len(agencies)} more agencies")
    return found


def who(worker: str, request: HttpRequest) -> str:
    """A worker by name, as colleagues know each other; a machine as what it is."""
    if worker == request.actor.id:
        return "you"
    found = next((one for one in workers() if one.id == worker), None)
    if found:
        return found.name
    role = request.reading.definition.role.get(worker)
    return role.title if role else "somebody who no longer works here"


def proposal(view: PairView, request: HttpRequest, present: datetime) -> dict[str, object]:
    """What the first of two workers said about a protected pair."""
    if not (view.state == "half" or view.opening) or not view.proposed_at:
        return {}
    said = OPEN_SAYS if view.opening else SEAL_SAYS if view.guard == "sealed" else SAID.get(view.proposed, view.proposed)
    return {
        "by": who(view.proposed_by, request),
        "says": said,
        "at": moment_words(view.proposed_at),
        "ago": span_words(present - view.proposed_at),
        "mine": view.proposed_by == request.actor.id,
    }


def decided(view: PairView, request: HttpRequest) -> dict[str, object]:
    """What was decided before, by whom and why."""
    if not view.decided_at or view.state == "half":
        return {}
    return {
        "by": who(view.decided_by, request),
        "says": SAID.get(view.state, "it waits again"),
        "at": moment_words(view.decided_at),
        "mine": view.decided_by == request.actor.id,
    }


def done(request: HttpRequest, present: datetime) -> dict[str, object]:
    """What this worker has just done about another pair, said on the page to which it led, with a way back."""
    try:
        view = identity.pair(request.reading, UUID(request.GET.get("done", "")))
    except (ValueError, Missing):
        return {}
    mine, titles = request.actor.id, {a.id: a.title for a in request.reading.agencies.values()}
    names = f"{name(view.one)} and {name(view.other)}"
    if view.opening and view.proposed_by == mine:
        says = "You say that it is opened again. A second holder must agree; until then it stays sealed."
    elif view.state == "half" and view.guard == "sealed" and view.proposed_by == mine:
        says = "You say that it is one earlier life. A second holder must agree before anything is sealed."
    elif view.state == KEPT and view.decided_by == mine:
        return {"id": view.id, "names": names, "says": "It is sealed now, for holders alone. Two holders can open it again."}
    elif view.state == "half" and view.proposed_by == mine:
        says = f"You say that {SAID.get(view.proposed, view.proposed)}. A second worker must agree before anything changes."
    elif view.decided_by == mine and view.state in SAID:
        says = f"You decided that {SAID[view.state]}."
        if view.state == "same":
            says += " Their records stand on one page now."
        elif view.state == "unsure":
            says = "It goes on waiting, with your note."
    elif view.asked_at and view.waits:
        agency = request.reading.agencies.get(view.asked_of)
        phone = f" Ring {agency.phone}." if agency and agency.phone else ""
        return {
            "id": view.id,
            "names": names,
            "says": f"{asked(view, titles)}{phone}",
        }
    else:
        return {}
    return {"id": view.id, "names": names, "says": says, "undo": True}
