"""What became of what we told, for whoever told it; saying that one sees it otherwise; and a disagreement on its ladder."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages as notes
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from sightline.agencies.rules import may
from sightline.definition.outcomes import Missing, Refused
from sightline.front_door import escalation, feedback, steps
from sightline.jobs.decide import escalate
from sightline.web import drafts
from sightline.web.front_door.deciding_forms import Words
from sightline.web.front_door.shown import head, line, lines, seen, text, whom
from sightline.web.words import moment_words

FORM = "escalate"


@require_safe
def told(request: HttpRequest) -> HttpResponse:
    """What became of what this agency told the front door, the last first."""
    found = []
    for one in feedback.of_agency(request.actor.agency):
        view = seen(request, one.entry)
        if view is not None:
            found.append((one, view, *whom(request, one.notice), moment_words(one.at), word(request, one.code)))
    return render(request, "front_door/became.html", {"rows": found})


def word(request: HttpRequest, code: str) -> str:
    known = request.reading.definition.route.get(code)
    return known.title if known else code


@require_http_methods(["GET", "HEAD", "POST"])
def told_one(request: HttpRequest, step: UUID) -> HttpResponse:
    """What was decided on one thing that we told, no more than may be known; and a way to say that it is wrong."""
    one = steps.one(step, steps.FEEDBACK)
    view = seen(request, one.entry)
    if view is None:
        raise Missing
    definition = request.reading.definition
    ladder = escalation.ladder_of(definition)
    standing = escalation.latest(one.notice)
    people, others = whom(request, one.notice)
    mine = [
        (one_line, seen(request, one_line.step.entry))
        for one_line in map(
            lambda s: line(request, s), steps.of_agency(one.notice, steps.DISAGREEMENT, request.actor.agency)
        )
    ]
    open_ = any(one_line.step.open for one_line, _ in mine)
    may_escalate = bool(may(request.actor, escalation.ESCALATE, definition)) and standing is not None and not open_
    form = Words(
        request.POST or None,
        label="What do you see otherwise?",
        help_text="What you have seen or heard, what you fear for this child, what should happen. At least 20 characters.",
        initial=drafts.kept(request, FORM, step)[0],
    )
    if request.method == "POST" and form.is_valid() and standing is not None:
        drafts.keep(request, FORM, step)
        try:
            escalate(decision=standing[0], reason=form.cleaned_data["words"], by=request.actor)
        except Refused as error:
            form.add_error("words", error.decision.sentence)
        else:
            drafts.drop(request, FORM, step)
            notes.success(request, "Said. The manager of the front door has it now, and you are told what comes of it.")
            return redirect("became-one", step)
    agency = request.reading.agencies.get(one.agency)
    return render(
        request,
        "front_door/became_one.html",
        {
            "route": word(request, one.code),
            "told": text(view, "told"),
            "at": moment_words(view.happened),
            "people": people,
            "others": others,
            "agency": agency,
            "ladder": ladder,
            "mine": mine,
            "anew": standing is None,
            "may_escalate": may_escalate,
            "form": form,
            "form_name": FORM,
            "draft": step,
        },
        status=422 if form.errors else 200,
    )


@require_safe
def disagreement(request: HttpRequest, step: UUID) -> HttpResponse:
    """A disagreement: who, why, at which level, by when somebody answers; and what the decision was."""
    one = steps.one(step, steps.DISAGREEMENT)
    view = seen(request, one.entry)
    if view is None:
        raise Missing
    definition = request.reading.definition
    ladder = escalation.ladder_of(definition)
    decision = seen(request, UUID(one.code))
    shown = head(request, one.notice, only_people=True)
    return render(
        request,
        "front_door/disagreement.html",
        {
            "line": line(request, one, seen(request, one.done_entry) if one.done_entry else None),
            "reason": text(view, "reason"),
            "who": request.reading.agencies.get(one.agency),
            "by": steps.name(one.by),
            "raised": moment_words(one.at),
            "levels": [(n, rung.title, rung.within) for n, rung in enumerate(ladder.levels, 1)] if ladder else [],
            "level": one.level,
            "decision": decision,
            "rationale": text(decision, "rationale"),
            "head": shown,
            "checks": lines(request, one.notice, steps.CHECK),
            "may_answer": one.open
            and bool(may(request.actor, escalation.RECONSIDER, definition))
            and decision is not None,
        },
    )
