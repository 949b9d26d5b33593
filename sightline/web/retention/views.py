"""The queue of what is to be erased, one of them, asking for it, and legal holds. Nobody is named but to who may see them."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from sightline.agencies.queries import workers
from sightline.agencies.rules import may
from sightline.definition.outcomes import Conflict, Invalid, Missing, Refused
from sightline.identity.queries import persons_of, profile
from sightline.jobs import erasing
from sightline.retention import actions, queries
from sightline.retention.types import ASKED, DUE, ERASE, ROUTINE, SCHEDULED, DisposalView, HoldView
from sightline.web import drafts
from sightline.web.accounts.recently import prove, proved
from sightline.web.retention.forms import AgreeForm, AskForm, DueForm, FindForm, HoldForm, LiftForm
from sightline.web.words import counted, day_words, listed, london, moment_words

STATES = {
    "due": "Its time is over",
    "asked": "Waits for a second person",
    "done": "Erased",
    "rejected": "Not agreed",
    "withdrawn": "Taken back",
    "kept": "Kept for longer",
}


@require_http_methods(["GET", "HEAD", "POST"])
def retention(request: HttpRequest) -> HttpResponse:
    """What waits, what is held, and a way to ask for somebody."""
    may_ask = bool(may(request.actor, "erase", request.reading.definition))
    form = FindForm(request.POST or None) if may_ask else None
    if request.method == "POST" and form is not None and form.is_valid():
        return redirect("erase", form.cleaned_data["page"])
    names = {worker.id: worker.name for worker in workers()}
    return render(
        request,
        "retention/retention.html",
        {
            "waiting": [told(request, one, names) for one in queries.waiting(request.actor)],
            "lately": [told(request, one, names) for one in queries.lately(request.actor)],
            "holds": len(queries.standing()),
            "may_hold": request.shell.may_open("holds"),
            "form": form,
        },
        status=422 if form is not None and form.errors else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def erase(request: HttpRequest, person: UUID) -> HttpResponse:
    """The first of two people asks that somebody be erased."""
    name = name_of(request, person)
    found = erasing.weighed(person=person, by=request.actor)
    typed, _ = drafts.kept(request, "erase", person)
    form = AskForm(request.POST or None, initial=typed)
    if request.method == "POST":
        drafts.keep(request, "erase", person)  # for after the proof of who is there
    if request.method == "POST" and form.is_valid():
        if not proved(request):
            return prove(request)
        try:
            made = actions.ask(person=person, because=form.cleaned_data["because"], by=request.actor)
        except (Refused, Conflict) as error:
            form.add_error("because", sentence(error))
        else:
            drafts.drop(request, "erase", person)
            messages.success(request, "Asked. A second person must agree; until then nothing is erased.")
            return redirect("disposal", made)
    return render(
        request,
        "retention/erase.html",
        {
            "person": person,
            "name": name,
            "records": counted(found.records, "record", "records"),
            "alone": counted(found.alone, "record", "records"),
            "shared": found.shared,
            "shared_words": counted(found.shared, "record", "records"),
            "agencies": found.agencies,
            "holds": [hold_words(request, one) for one in found.holds],
            "form": form,
        },
        status=422 if form.errors else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def disposal(request: HttpRequest, disposal: UUID) -> HttpResponse:
    """One that waits: its reason, what would go, what stands against it; and the second person's answer."""
    one = queries.disposal(request.actor, disposal)
    definition = request.reading.definition
    mine = one.asked_by == request.actor.id
    answers = one.state == ASKED
    begins = one.state == DUE and bool(may(request.actor, "erase", definition))
    form: forms.Form | None = None
    typed, _ = drafts.kept(request, "disposal", disposal)
    if answers:
        form = AgreeForm(request.POST or None, initial=typed)
    elif begins:
        form = DueForm(request.POST or None, initial=typed)
    if request.method == "POST" and form is not None:
        drafts.keep(request, "disposal", disposal)
    if request.method == "POST" and form is not None and form.is_valid():
        do = request.POST.get("do", "")
        if do in ("erase", "agree") and not proved(request):
            return prove(request)
        try:
            said = _do(request, one, do, form)
        except (Refused, Conflict, Invalid) as error:
            form.add_error("until" if isinstance(error, Invalid) else "because", sentence(error))
        else:
            drafts.drop(request, "disposal", disposal)
            messages.success(request, said)
            return redirect("disposal", disposal)
    names = {worker.id: worker.name for worker in workers()}
    return render(
        request,
        "retention/disposal.html",
        {
            **told(request, one, names),
            "form": form,
            "mine": mine,
            "answers": answers,
            "may_confirm": bool(may(request.actor, "confirm", definition)) and not mine,
            "schedule": definition.retention.get(one.schedule) if one.kind == SCHEDULED else None,
            "routine": definition.record.get(one.schedule) if one.kind == ROUTINE else None,
            "types": _types(request, one),
            "person": _person(one) if request.shell.may_open("child") else None,
            "weighed": erasing.weighed_of(one) if one.state == ASKED and one.kind != ROUTINE else None,
        },
        status=422 if form is not None and form.errors else 200,
    )


def _do(request: HttpRequest, one: DisposalView, do: str, form: forms.Form) -> str:
    """What the button says. Returns what to say then. Raises as the verbs do."""
    because, by = form.cleaned_data["because"], request.actor
    if do == "agree" and one.state == ASKED:
        erasing.confirm(disposal=one.id, because=because, by=by)
        if one.kind == ROUTINE:
            return "Agreed. They are erased from now on, some thousands at a time."
        return "Erased, for ever. What stands here is all that is left, with its record in the ledger."
    if do == "reject" and one.state == ASKED:
        state = actions.reject(disposal=one.id, because=because, by=by)
        return "Taken back. Nothing was erased." if state == "withdrawn" else "Not agreed. Nothing was erased."
    if do == "erase" and one.state == DUE:
        actions.ask_due(disposal=one.id, because=because, by=by)
        return "Asked. A second person must agree; until then nothing is erased."
    if do == "keep" and one.state == DUE:
        until = form.cleaned_data["until"]
        if until is None:
            raise Conflict("To keep it for longer, say until which day.")
        actions.keep(disposal=one.id, until=until, because=because, by=by)
        return f"Kept until {day_words(until)}. Then it comes up again."
    raise Missing


@require_http_methods(["GET", "HEAD", "POST"])
def holds(request: HttpRequest) -> HttpResponse:
    """What may not be erased, and a new hold."""
    form = HoldForm(request.reading.definition, request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            actions.hold(
                kind=given["kind"],
                because=given["because"],
                by=request.actor,
                person=given["page"],
                record=given["record"],
            )
        except Missing:
            form.add_error("page", "There is no such page, or it is not for you to see")
        else:
            messages.success(request, "Held. From now on nothing of it can be erased, whoever agrees.")
            return redirect("holds")
    names = {worker.id: worker.name for worker in workers()}
    standing = [
        {**hold_words(request, one), "because": one.because, "by": names.get(one.by, "Somebody")}
        for one in queries.holds()
    ]
    return render(
        request, "retention/holds.html", {"holds": standing, "form": form}, status=422 if form.errors else 200
    )


@require_http_methods(["GET", "HEAD", "POST"])
def lift(request: HttpRequest, hold: UUID) -> HttpResponse:
    """A hold is over: said with a reason, on a page of its own."""
    one = next((one for one in queries.holds() if one.id == hold), None)
    if one is None:
        raise Missing
    typed, _ = drafts.kept(request, "lift", hold)
    form = LiftForm(request.POST or None, initial=typed)
    if request.method == "POST":
        drafts.keep(request, "lift", hold)
    if request.method == "POST" and form.is_valid():
        if not proved(request):
            return prove(request)
        actions.lift(hold=hold, because=form.cleaned_data["because"], by=request.actor)
        drafts.drop(request, "lift", hold)
        messages.success(request, "Lifted. Erasing still takes two people.")
        return redirect("holds")
    names = {worker.id: worker.name for worker in workers()}
    told_ = {**hold_words(request, one), "because": one.because, "by": names.get(one.by, "Somebody")}
    return render(request, "retention/lift.html", {"hold": told_, "form": form}, status=422 if form.errors else 200)


# --- in words ---------------------------------------------------------------------------------------------------------


def told(request: HttpRequest, one: DisposalView, names: dict[str, str]) -> dict[str, object]:
    """One request or due in words; no name of a child."""
    definition = request.reading.definition
    schedule, record = definition.retention.get(one.schedule), definition.record.get(one.schedule)
    if one.kind == ERASE:
        title = "A child’s record"
    elif one.kind == ROUTINE:
        title = f"Routine records: {record.title if record else one.schedule}"
    else:
        title = schedule.title if schedule else one.schedule
    count = int(one.counts.get("records", 0))
    return {
        "one": one,
        "title": title,
        "state": STATES[one.state],
        "waits": one.state == ASKED,
        "since": day_words(one.due_on) if one.due_on else day_words(london(one.made_at)),
        "why": "its time is over" if one.kind != ERASE else "somebody asked for it",
        "asked_by": names.get(one.asked_by, ""),
        "asked": moment_words(london(one.asked_at)) if one.asked_at else "",
        "decided_by": names.get(one.decided_by, ""),
        "decided": moment_words(london(one.decided_at)) if one.decided_at else "",
        "until": day_words(one.kept_until) if one.kept_until else "",
        "records": counted(count, "record", "records") if count else "",
        "erased": one.counts.get("erased"),
        "shared": one.counts.get("shared"),
        "keys": one.counts.get("keys"),
        "holds": [hold_words(request, held) for held in one.holds],
    }


def hold_words(request: HttpRequest, one: HoldView) -> dict[str, object]:
    definition = request.reading.definition
    kinds = definition.codes["hold-kind"].codes
    record = definition.record.get(one.record)
    reach = {
        "child": "one child",
        "record": f"every record of the kind: {record.title if record else one.record}",
        "everything": "everything",
    }[one.reach]
    return {
        "one": one,
        "kind": kinds[one.kind].title if one.kind in kinds else one.kind,
        "reach": reach,
        "since": day_words(london(one.at)),
    }


def _types(request: HttpRequest, one: DisposalView) -> str:
    record = request.reading.definition.record
    types = one.counts.get("types", {})
    named = sorted((record[t].title if t in record else t, n) for t, n in dict(types).items())  # type: ignore[call-overload]
    return listed([f"{title} ({n})" for title, n in named])


def _person(one: DisposalView) -> UUID | None:
    """Whose page it is now, where it is still one person's and there is a page."""
    persons = set(persons_of(one.subjects).values()) if one.state != "done" else set()
    return persons.pop() if len(persons) == 1 else None


def name_of(request: HttpRequest, person: UUID) -> str:
    """The child's name, where this reader may see it; empty else."""
    try:
        return profile(request.reading, person).name
    except Missing:
        return ""


def sentence(error: Refused | Conflict | Invalid) -> str:
    if isinstance(error, Refused):
        return error.decision.sentence
    if isinstance(error, Conflict):
        return error.sentence
    return "; ".join(f"Enter {fault.expected}" for fault in error.faults)
