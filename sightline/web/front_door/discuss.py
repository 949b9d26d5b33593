"""Calling a strategy discussion, who takes part, writing it down; the medical; what an enquiry found."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages as notes
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from sightline.agencies.rules import may
from sightline.definition.outcomes import Conflict, Missing, Refused
from sightline.front_door import steps, strategy
from sightline.front_door.decisions import permission
from sightline.identity.queries import family, identities_of
from sightline.jobs.discussing import call, decide_medical, end_enquiry, record, say_part
from sightline.timescales.moment import now
from sightline.web import drafts
from sightline.web.front_door.deciding_forms import REFUSED, DiscussionForm, EnquiryForm, MedicalForm, Words
from sightline.web.front_door.shown import Head, answer_to, head, line, lines, seen, text
from sightline.web.words import moment_words

CALL, HOLD, MEDICAL, ENQUIRY = "call-discussion", "discussion", "medical", "enquiry"


@require_http_methods(["GET", "HEAD", "POST"])
def call_discussion(request: HttpRequest, notice: UUID) -> HttpResponse:
    """Whom to call. It always stands; who is missing is flagged."""
    shown, definition = head(request, notice), request.reading.definition
    route = strategy.route_of(definition)
    known = sorted(request.reading.agencies.values(), key=lambda a: a.title)
    at_door = {team.agency for team in definition.team.values() if team.on_duty_for}
    first = {
        next(
            (a.id for a in known if a.kind == kind and a.id in at_door),
            next((a.id for a in known if a.kind == kind), ""),
        )
        for kind in route.calls
    }
    told = shown.view.agency.id if shown.view else ""
    chosen = set(request.POST.getlist("agency")) if request.method == "POST" else {*first, told}
    form = Words(
        request.POST or None,
        label="Why now?",
        help_text="In a sentence. You may leave it empty: it does not wait for words.",
    )
    if request.method == "POST" and form.is_valid():
        made = call(
            entry=shown.entry,
            agencies=[a.id for a in known if a.id in chosen],
            by=request.actor,
            because=form.cleaned_data["words"],
        )
        notes.success(
            request,
            "Called. Everybody was told at this minute." + (" Who is missing is flagged." if made.flagged else ""),
        )
        return redirect("discussion", made.step)
    suggested = [a for a in known if a.id in first or a.id == told]
    return render(
        request,
        "front_door/call.html",
        {
            "head": shown,
            "suggested": [(a, a.id in chosen) for a in suggested],
            "others": [(a, a.id in chosen) for a in known if a not in suggested and a.id != request.actor.agency],
            "core": list(route.core),
            "form": form,
            "before": lines(request, shown.first, steps.DISCUSSION),
        },
        status=422 if form.errors else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def discussion(request: HttpRequest, step: UUID) -> HttpResponse:
    """One discussion: who was called and what they say, the medical, and writing it down."""
    one = steps.one(step, steps.DISCUSSION)
    called = seen(request, one.entry)
    if called is None:
        raise Missing
    shown = head(request, one.notice, only_people=True)
    definition = request.reading.definition
    may_hold = bool(may(request.actor, strategy.CALL, definition))
    typed, saved = drafts.kept(request, HOLD, step)
    form = DiscussionForm(request.POST or None if _is_record(request) else None, initial=typed, definition=definition)
    parts = [line(request, part) for part in strategy.parts(step)]
    if request.method == "POST":
        if request.POST.get("do") == "part":
            say_part(
                discussion=step,
                agency=request.POST.get("agency", ""),
                part=request.POST.get("part", ""),
                by=request.actor,
            )
            notes.success(request, "Written down.")
            return redirect("discussion", step)
        drafts.keep(request, HOLD, step)
        if request.POST.get("do") == "keep":
            return redirect("discussion", step)
        if form.is_valid() and held(request, step, form):
            return redirect("discussion", step)
    return render(
        request,
        "front_door/discussion.html",
        {
            "head": shown,
            "line": line(request, one, answer_to(request, one)),
            "called_at": moment_words(one.at),
            "because": text(called, "because"),
            "parts": parts,
            "mine": f"agency:{request.actor.agency}",
            "may_hold": may_hold,
            "siblings": siblings(request, shown) if may_hold else [],
            "took": request.POST.getlist("took")
            or [p.step.to.removeprefix("agency:") for p in parts if p.step.state == steps.DONE],
            "sent": request.POST.getlist("sent"),
            "medicals": medicals(request, one.notice),
            "may_medical": bool(may(request.actor, strategy.MEDICAL, definition)),
            "flags": lines(request, one.notice, steps.FLAG),
            "titles": {code: c.title for code, c in definition.codes["lacking"].codes.items()},
            "enquiry": lines(request, one.notice, strategy.ENQUIRY),
            "form": form,
            "form_name": HOLD,
            "saved": saved,
        },
        status=422 if form.errors else 200,
    )


def _is_record(request: HttpRequest) -> bool:
    return request.POST.get("do") in ("record", "keep")


def held(request: HttpRequest, step: UUID, form: DiscussionForm) -> bool:
    """Writes the discussion down. False where it was refused: the form says why."""
    said = {k: v for k, v in form.cleaned_data.items() if v}
    also = [row.id for one in request.POST.getlist("also") for row in identities_of(UUID(one))]
    said["held_at"] = said.get("held_at") or steps.stamp(now())
    try:
        made = record(
            discussion=step,
            by=request.actor,
            took_part=request.POST.getlist("took"),
            sent=request.POST.getlist("sent"),
            also=also,
            **said,
        )
    except Refused as error:
        form.add_error(REFUSED.get(error.decision.reason_code), error.decision.sentence)
    except Conflict as error:
        form.add_error(None, error.sentence)
    else:
        drafts.drop(request, HOLD, step)
        told = (
            " One agency alone held it: it stays open, and a manager answers for it."
            if "single-agency" in made.flagged
            else ""
        )
        notes.success(request, f"Written down.{told}")
        return True
    return False


def siblings(request: HttpRequest, shown: Head) -> list[tuple[UUID, str]]:
    """Brothers and sisters who are known, to be considered with the child: (person, name)."""
    here = {person.id for person in shown.people}
    found: dict[UUID, str] = {}
    for person in shown.people:
        for kin in family(request.reading, person.id):
            if kin.relation in ("sibling", "half-sibling", "step-sibling", "twin") and kin.person not in here:
                found.setdefault(kin.person, kin.name)
    return list(found.items())


def medicals(request: HttpRequest, notice: UUID) -> list[tuple[str, str]]:
    """What was decided on a medical about a notice: (when, what), as far as it shows."""
    found = []
    for entry in strategy.medicals_about(notice):
        view = seen(request, entry)
        if view is not None:
            found.append((moment_words(view.happened), view.headline or view.title))
    return found


@require_http_methods(["GET", "HEAD", "POST"])
def medical(request: HttpRequest, step: UUID) -> HttpResponse:
    """Whether a child protection medical is needed, within a discussion."""
    one = steps.one(step, steps.DISCUSSION)
    if seen(request, one.entry) is None:
        raise Missing
    shown = head(request, one.notice, only_people=True)
    typed, saved = drafts.kept(request, MEDICAL, step)
    form = MedicalForm(request.POST or None, initial=typed, definition=request.reading.definition)
    if request.method == "POST":
        drafts.keep(request, MEDICAL, step)
        if form.is_valid():
            given = {k: v for k, v in form.cleaned_data.items() if v}
            try:
                made, prompt = decide_medical(entry=one.done_entry or one.entry, by=request.actor, **given)
            except Refused as error:
                form.add_error(REFUSED.get(error.decision.reason_code), error.decision.sentence)
            else:
                drafts.drop(request, MEDICAL, step)
                notes.success(
                    request,
                    " ".join(
                        ["Written down.", *(["What is missing is flagged."] if made.flagged else []), prompt]
                    ).strip(),
                )
                return redirect("discussion", step)
    return render(
        request,
        "front_door/medical.html",
        {"head": shown, "step": step, "form": form, "form_name": MEDICAL, "saved": saved},
        status=422 if form.errors else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def enquiry(request: HttpRequest, step: UUID) -> HttpResponse:
    """What a section 47 enquiry found."""
    one = steps.one(step, strategy.ENQUIRY)
    shown = head(request, one.notice)
    typed, saved = drafts.kept(request, ENQUIRY, step)
    form = EnquiryForm(request.POST or None, initial=typed, definition=request.reading.definition)
    if request.method == "POST":
        drafts.keep(request, ENQUIRY, step)
        if form.is_valid():
            try:
                end_enquiry(step=step, by=request.actor, **form.cleaned_data)
            except Refused as error:
                form.add_error("rationale", error.decision.sentence)
            except Conflict as error:
                form.add_error(None, error.sentence)
            else:
                drafts.drop(request, ENQUIRY, step)
                notes.success(request, "Written down.")
                return redirect("decided", one.notice)
    return render(
        request,
        "front_door/enquiry.html",
        {
            "head": shown,
            "line": line(request, one, answer_to(request, one)),
            "began": moment_words(one.at),
            "may_end": bool(may(request.actor, permission("referral"), request.reading.definition)),
            "form": form,
            "form_name": ENQUIRY,
            "saved": saved,
        },
        status=422 if form.errors else 200,
    )
