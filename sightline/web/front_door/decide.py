"""Deciding what happens next: who has answered and who has not, what it takes, and what followed."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages as notes
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from sightline.agencies.rules import may
from sightline.definition.outcomes import Conflict, Missing, Refused
from sightline.front_door import decisions, escalation, handing_over, steps, strategy
from sightline.front_door.checks import ASK
from sightline.jobs.decide import decide_item, reconsider
from sightline.jobs.handing_over import make_whole, told
from sightline.sharing.types import Level
from sightline.web import drafts
from sightline.web.front_door.deciding_forms import REFUSED, AgainForm, DecideForm, TellForm, Words
from sightline.web.front_door.shown import Head, answer_to, head, line, lines, seen, text, voice, who_words
from sightline.web.matches.keys import are_on
from sightline.web.words import moment_words

FORM, AGAIN, WHOLE, TELL = "decide", "reconsider", "make-whole", "tell-referrer"
PROTECTS = "This child is not safe"


@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: HttpRequest, notice: UUID) -> HttpResponse:
    """The page on which somebody decides. What is refused is said where it was typed; nothing typed is lost."""
    shown = head(request, notice)
    if shown.view is None or not shown.view.queued:
        raise Missing
    definition, stands = request.reading.definition, decisions.standing(shown.first)
    typed, saved = drafts.kept(request, FORM, shown.first)
    asked = decisions.checks_of(shown.first)
    form = DecideForm(
        request.POST or None,
        initial={**begun(shown), **{k: v for k, v in typed.items() if v}},
        definition=definition,
        agencies=[(a.title, a.title) for a in sorted(request.reading.agencies.values(), key=lambda a: a.title)],
        waiting=asked.waiting,
        only=stands.state != "open" and request.method != "POST",
    )
    status = 200
    if request.method == "POST":
        drafts.keep(request, FORM, shown.first)
        if request.POST.get("do") == "keep":
            return redirect("decide", shown.first)
        status = 422
        if form.is_valid():
            made = done(request, shown, form)
            if made is not None:
                return made
            status = 409 if form.clash else 422
            stands = decisions.standing(shown.first)
    return render(
        request,
        "front_door/decide.html",
        {
            "head": shown,
            "voice": voice(shown.view),
            "reason": text(shown.view, "reason"),
            "full": shown.view.level is Level.FULL,
            "checks": lines(request, shown.first, steps.CHECK),
            "asked": asked,
            "may_ask": bool(may(request.actor, ASK, definition)),
            "may_call": bool(may(request.actor, strategy.CALL, definition)),
            "form": form,
            "version": stands.version,
            "stands": stands,
            "first_by": steps.name(stands.by) if stands.by else "",
            "proposed": proposed(request, shown),
            "form_name": FORM,
            "saved": saved,
            "keys_on": are_on(request),
        },
        status=status,
    )


def begun(shown: Head) -> dict[str, str]:
    """What the notice says already, so that nobody types it again."""
    values = shown.view.values if shown.view else {}
    return {
        "agreement": values.get("agreement", ""),
        "not_sought_because": values.get("not-sought-because", ""),
        "family_view": values.get("family-view", ""),
        "child_view": voice(shown.view),
    }


def proposed(request: HttpRequest, shown: Head) -> list[tuple[str, str, str]]:
    """To whom each route would go, and why: (route, team, why)."""
    found, seen = [], set()
    given = steps.keys_of(shown.first)
    for route in request.reading.definition.route.values():
        best = handing_over.best(request.reading.definition, route, given.children, request.actor) if given else None
        if best is not None and (best.to, best.why) not in seen:
            seen.add((best.to, best.why))
            found.append((route.title, best.title, best.why))
    return found


def done(request: HttpRequest, shown: Head, form: DecideForm) -> HttpResponse | None:
    """Decides. None where it was refused, or somebody was first: the form says so."""
    given = {k: v for k, v in form.cleaned_data.items() if v and k not in ("team", "tell")}
    version = request.POST.get("version", "")
    form.clash = False
    try:
        made = decide_item(
            entry=shown.entry,
            by=request.actor,
            version=int(version) if version.isdigit() else None,
            team=form.cleaned_data["team"],
            tell=form.cleaned_data["tell"],
            **given,
        )
    except Refused as error:
        form.add_error(REFUSED.get(error.decision.reason_code), error.decision.sentence)
        return None
    except Conflict as error:
        form.clash = True
        form.add_error(None, error.sentence)
        return None
    drafts.drop(request, FORM, shown.first)
    route = request.reading.definition.route[form.cleaned_data["decision"]]
    notes.success(request, f"Decided: {route.title}. {follows(request, made)}".strip())
    return redirect("decided", shown.first)


def follows(request: HttpRequest, made: decisions.Decided) -> str:
    """What follows, in a sentence or two."""
    said = []
    if made.hand_over is not None:
        who, _ = who_words(request, steps.one(made.hand_over).to)
        said.append(f"{who} is told, and it stays yours until somebody there accepts.")
    if made.discussion is not None:
        said.append("The discussion is called.")
    if made.flagged:
        said.append("What is missing has a name beside it.")
    return " ".join(said)


@require_safe
def decided(request: HttpRequest, notice: UUID) -> HttpResponse:
    """Every decision about a notice with what followed: who accepted, who was told, what is missing, who disagreed."""
    shown, reading = head(request, notice), request.reading
    found = []
    for generation, entry, by in escalation.history(shown.first):
        view = seen(request, entry)
        if view is not None:
            found.append((generation, view, steps.name(by), moment_words(view.happened)))
    stands = decisions.standing(shown.first)
    return render(
        request,
        "front_door/decided.html",
        {
            "head": shown,
            "decisions": list(reversed(found)),
            "stands": stands,
            "steps": [
                one
                for kind in (
                    steps.HAND_OVER,
                    steps.DISCUSSION,
                    strategy.ENQUIRY,
                    steps.FEEDBACK,
                    steps.DISAGREEMENT,
                    steps.FLAG,
                )
                for one in lines(request, shown.first, kind)
            ],
            "checks": lines(request, shown.first, steps.CHECK),
            "titles": {code: one.title for code, one in reading.definition.codes["lacking"].codes.items()},
            "may_reconsider": bool(may(request.actor, escalation.RECONSIDER, reading.definition)),
            "may_decide": bool(may(request.actor, "decide-contact", reading.definition)),
            "mine": request.actor.id,
            "keys_on": are_on(request),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
def look_again(request: HttpRequest, notice: UUID) -> HttpResponse:
    """Looking at the decision that stands again: it stands, or it is decided anew."""
    shown = head(request, notice)
    stands = decisions.standing(shown.first)
    if stands.decision is None:
        raise Missing
    typed, saved = drafts.kept(request, AGAIN, shown.first)
    form = AgainForm(request.POST or None, initial=typed)
    if request.method == "POST" and form.is_valid():
        drafts.keep(request, AGAIN, shown.first)
        keeps = form.cleaned_data["stands"] == "yes"
        try:
            reconsider(decision=stands.decision, reason=form.cleaned_data["rationale"], by=request.actor, stands=keeps)
        except Refused as error:
            form.add_error("rationale", error.decision.sentence)
        else:
            drafts.drop(request, AGAIN, shown.first)
            notes.success(
                request, "It stands, and whoever disagreed is told why." if keeps else "It is open again. Decide anew."
            )
            return redirect("decided" if keeps else "decide", shown.first)
    return render(
        request,
        "front_door/again.html",
        {
            "head": shown,
            "decision": seen(request, stands.decision),
            "by": steps.name(stands.by),
            "disagreements": [
                (one, seen(request, one.step.entry)) for one in lines(request, shown.first, steps.DISAGREEMENT)
            ],
            "form": form,
            "form_name": AGAIN,
            "saved": saved,
        },
        status=422 if form.errors else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def whole(request: HttpRequest, step: UUID) -> HttpResponse:
    """Giving what is missing of a step that stands."""
    one = steps.one(step, steps.FLAG)
    shown = head(request, one.notice)
    codes = request.reading.definition.codes["lacking"].codes
    title = codes[one.code].title if one.code in codes else one.code
    form = Words(request.POST or None, label="What is said to it now?", initial=drafts.kept(request, WHOLE, step)[0])
    if request.method == "POST" and form.is_valid():
        drafts.keep(request, WHOLE, step)
        try:
            make_whole(step=step, words=form.cleaned_data["words"], by=request.actor)
        except Refused as error:
            form.add_error("words", error.decision.sentence)
        else:
            drafts.drop(request, WHOLE, step)
            notes.success(request, "Written down. Nobody is chased for it any more.")
            return redirect("decided", one.notice)
    return render(
        request,
        "front_door/whole.html",
        {
            "head": shown,
            "line": line(request, one, answer_to(request, one)),
            "about": seen(request, one.entry),
            "lacks": title,
            "form": form,
            "form_name": WHOLE,
        },
        status=422 if form.errors else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def tell(request: HttpRequest, step: UUID) -> HttpResponse:
    """Telling whoever told us, where no message reaches them."""
    one = steps.one(step, steps.FEEDBACK)
    shown = head(request, one.notice)
    definition = request.reading.definition
    route = definition.route[one.code]
    form = TellForm(request.POST or None, definition=definition, initial={"words": route.tells, "how": "phone"})
    if request.method == "POST" and form.is_valid():
        try:
            told(step=step, how=form.cleaned_data["how"], words=form.cleaned_data["words"], by=request.actor)
        except Refused as error:
            form.add_error("words", error.decision.sentence)
        else:
            notes.success(request, "Written down that they were told.")
            return redirect("decided", one.notice)
    return render(
        request,
        "front_door/tell.html",
        {"head": shown, "line": line(request, one, answer_to(request, one)), "route": route, "form": form},
        status=422 if form.errors else 200,
    )
