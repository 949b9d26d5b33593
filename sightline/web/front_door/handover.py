"""What was handed over to a team, and accepting it by name; what a manager answers for."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages as notes
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from sightline.chronology.queries import entry as entry_history
from sightline.definition.outcomes import Conflict, Refused
from sightline.front_door import escalation, flags, handing_over, steps
from sightline.jobs.handing_over import accept
from sightline.web import drafts
from sightline.web.front_door.deciding_forms import Words
from sightline.web.front_door.shown import answer_to, head, line, lines, seen, text, whom

FORM = "accept-hand-over"


@require_safe
def hand_overs(request: HttpRequest) -> HttpResponse:
    """What waits to be accepted by this worker's team, what cannot wait first."""
    waiting = sorted(handing_over.waiting_for(request.actor), key=lambda one: (not one.urgent, one.due_at))
    return render(
        request,
        "front_door/hand_overs.html",
        {"rows": [(line(request, one), *whom(request, one.entry), route(request, one.code)) for one in waiting]},
    )


def route(request: HttpRequest, code: str) -> str:
    known = request.reading.definition.route.get(code)
    return known.title if known else code


@require_http_methods(["GET", "HEAD", "POST"])
def hand_over(request: HttpRequest, step: UUID) -> HttpResponse:
    """What was decided and why, who was asked and what they know; and accepting it."""
    one = steps.one(step, steps.HAND_OVER)
    shown = head(request, one.notice)
    found = entry_history(request.reading, one.entry).now
    form = Words(
        request.POST or None,
        label="Anything to say to the front door?",
        help_text="Who will ring the family, and when. You may leave it empty.",
        initial=drafts.kept(request, FORM, step)[0],
    )
    clash = ""
    if request.method == "POST" and form.is_valid():
        drafts.keep(request, FORM, step)
        try:
            accept(step=step, by=request.actor, comment=form.cleaned_data["words"])
        except Conflict as error:
            clash = error.sentence
            form.add_error(None, clash)
        except Refused as error:
            form.add_error(None, error.decision.sentence)
        else:
            drafts.drop(request, FORM, step)
            notes.success(request, "It is yours now, and the front door knows. Ring the family and whoever told us.")
            return redirect("hand-overs")
    last = decision_of(one.notice)
    decision = seen(request, last) if last else None
    return render(
        request,
        "front_door/hand_over.html",
        {
            "head": shown,
            "line": line(request, one, answer_to(request, one)),
            "route": route(request, one.code),
            "why": text(found, "why-this-team"),
            "decision": decision,
            "rationale": text(decision, "rationale"),
            "family": text(decision, "family-view"),
            "checks": lines(request, one.notice, steps.CHECK),
            "others": lines(request, one.notice, steps.DISCUSSION, steps.FLAG),
            "form": form,
            "form_name": FORM,
        },
        status=409 if clash else 422 if form.errors else 200,
    )


def decision_of(notice: UUID) -> UUID | None:
    standing = escalation.latest(notice)
    return standing[0] if standing else None


@require_safe
def answers_for(request: HttpRequest) -> HttpResponse:
    """What this worker answers for: what is missing of steps that stand, and disagreements, soonest due first."""
    mine = flags.answered_by(request.actor)
    disagreements = steps.waiting_for(
        [f"role:{request.actor.role}@{request.actor.agency}", f"role:{request.actor.role}"], steps.DISAGREEMENT
    )
    codes = request.reading.definition.codes["lacking"].codes
    return render(
        request,
        "front_door/answers_for.html",
        {
            "flags": [
                (
                    line(request, one),
                    *whom(request, one.entry),
                    codes[one.code].title if one.code in codes else one.code,
                )
                for one in mine
            ],
            "disagreements": [
                (line(request, one), *whom(request, one.entry), agency(request, one.agency)) for one in disagreements
            ],
        },
    )


def agency(request: HttpRequest, id: str) -> str:
    known = request.reading.agencies.get(id)
    return known.title if known else id
