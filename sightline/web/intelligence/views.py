"""The portal's pages: what my organisation told and what became of it; telling; grading, for the police; its use."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sightline.agencies.rules import may
from sightline.definition.outcomes import Conflict, Invalid
from sightline.front_door.portal import actions, queries
from sightline.front_door.portal.queries import SubmittedLine
from sightline.intake.types import Details
from sightline.jobs.submitting import answer, submit
from sightline.timescales.moment import now
from sightline.web import drafts
from sightline.web.intelligence.forms import GradeForm, SubmitForm
from sightline.web.words import moment_words, span_words

NOBODY = UUID(int=0)  # the one unsent form that a worker has
FORM, GRADING = "intelligence", "intelligence-grade"


@require_safe
def portal(request: HttpRequest) -> HttpResponse:
    reading = request.reading
    grades = reading.actor.agency_kind == actions.POLICE and bool(may(reading.actor, actions.GRADE, reading.definition))
    answered, after = request.GET.get("show") == "answered", request.GET.get("from", "")[:300]
    told = (
        queries.own(reading, after=after if not grades else "")
        if may(reading.actor, actions.SUBMIT, reading.definition)
        else None
    )
    waiting = queries.to_grade(reading, answered=answered, after=after) if grades else None
    context = {
        "joined": queries.has_joined(reading.actor.agency),
        "told": [line(request, one) for one in told.items] if told else [],
        "next": (waiting or told).next if (waiting or told) else "",
        "grades": grades,
        "answered": answered,
        "waiting": [line(request, one) for one in waiting.items] if waiting else [],
        "may_use": request.shell.may_open("intelligence-use"),
    }
    return render(request, "intelligence/portal.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    definition, joined = request.reading.definition, queries.has_joined(request.actor.agency)
    kept, saved = drafts.kept(request, FORM, NOBODY)
    form = SubmitForm(
        request.POST if request.method == "POST" else None, definition=definition, joined=joined, initial=kept
    )
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        named = Details(given=given["given"], family=given["family"], born=given["born"])
        child = named if any((named.given, named.family)) else None
        if given.get("join"):
            actions.join(by=request.actor)
        receipt = submit(
            says=given["says"],
            fields=form.record_fields(),
            child=child,
            place={"name": given["where"]},
            by=request.actor,
        )
        drafts.drop(request, FORM, NOBODY)
        said = f"The police have it, since {moment_words(receipt.received_at)}."
        messages.success(request, f"{said} What became of it will stand here, as far as it may be told.")
        return redirect("intelligence")
    context = {"form": form, "joined": joined, "saved": saved, "draft": NOBODY, "form_name": FORM}
    return render(request, "intelligence/new.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def one(request: HttpRequest, told: UUID) -> HttpResponse:
    whole = queries.one(request.reading, told)
    kept, saved = drafts.kept(request, GRADING, told)
    form = GradeForm(
        request.POST if request.method == "POST" else None, definition=request.reading.definition, initial=kept
    )
    if request.method == "POST" and form.is_valid():
        try:
            answer(
                told=told,
                outcome=form.cleaned_data["outcome"],
                grade=form.grade(),
                words=form.cleaned_data["words"],
                after=int(request.POST.get("after", "0")) if request.POST.get("after", "0").isdigit() else 0,
                by=request.actor,
            )
        except Conflict as conflict:
            form.add_error(None, str(conflict))
        except Invalid as invalid:
            for fault in invalid.faults:
                name = fault.path.replace("-", "_")
                form.add_error(name if name in form.fields else None, f"Enter {fault.expected}")
        else:
            drafts.drop(request, GRADING, told)
            messages.success(request, "Answered. Whoever told it hears the sentence that you chose, and nothing else.")
            return redirect("intelligence")
    definition = request.reading.definition
    record = definition.record[actions.SUBMISSION]
    fields = [
        (record.fields[name].title, words(request, name, value))
        for name, value in whole.fields.items()
        if name in record.fields
    ]
    context = {
        "whole": whole,
        "line": line(request, whole.line),
        "fields": fields,
        "form": form,
        "count": len(whole.line.outcomes),
        "saved": saved,
        "form_name": GRADING,
    }
    return render(request, "intelligence/one.html", context, status=422 if form.errors else 200)


@require_POST
def join(request: HttpRequest) -> HttpResponse:
    leaving = "leave" in request.POST
    actions.join(joined=not leaving, by=request.actor)
    messages.success(
        request, "Your organisation has left the portal." if leaving else "Your organisation has joined the portal."
    )
    return redirect("intelligence")


@require_safe
def use(request: HttpRequest) -> HttpResponse:
    kinds = request.reading.definition.codes["agency-kind"].codes
    rows = [(kinds[row.kind].title if row.kind in kinds else row.kind, row) for row in queries.use(request.reading)]
    return render(request, "intelligence/use.html", {"rows": rows, "may_tell": request.shell.may_open("intelligence")})


def line(request: HttpRequest, one: SubmittedLine) -> dict[str, object]:
    definition = request.reading.definition

    def title(codes: str, code: str) -> str:
        listed = definition.codes[codes].codes
        return listed[code].title if code in listed else ""

    return {
        "one": one,
        "about": title("intelligence-about", one.about_kind) or "Not said what about",
        "urgency": title("urgency", one.urgency),
        "at": moment_words(one.at),
        "ago": f"{span_words(now() - one.at)} ago",
        "outcomes": [(title("intelligence-outcome", code), moment_words(at)) for code, at in one.outcomes],
    }


def words(request: HttpRequest, field: str, value: str) -> str:
    declared = request.reading.definition.record[actions.SUBMISSION].fields[field]
    if declared.kind != "choice":
        return value
    listed = request.reading.definition.codes[declared.of].codes
    return listed[value].title if value in listed else value
