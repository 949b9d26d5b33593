"""What agencies sent, what came of it, and what could not be read: put right here, or set aside with a reason."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from sightline.agencies.queries import partnership, workers
from sightline.agencies.rules import may
from sightline.definition.outcomes import Invalid
from sightline.intake import queries as intake
from sightline.jobs import quarantine
from sightline.web import drafts
from sightline.web.words import counted, moment_words, span_words

STATES = {"reading": "being read", "done": "done", "stopped": "stopped before its end"}
OUTCOMES = {"waiting": "waits for you", "released": "released", "set-aside": "set aside"}
COUNTED = (
    ("read", "read"),
    ("new", "new"),
    ("unchanged", "held already"),
    ("superseding", "corrections"),
    ("quarantined", "could not be read"),
    ("people_new", "people new"),
    ("people_matched", "people known already"),
)


def told(one: intake.DeliveryView) -> dict[str, object]:
    """A delivery in words."""
    took = span_words(one.finished_at - one.received_at) if one.finished_at else ""
    counts = [(int(one.counts.get(key, 0)), words) for key, words in COUNTED]
    return {
        "one": one,
        "when": moment_words(one.received_at),
        "state": STATES.get(one.state, one.state),
        "took": took,
        "counts": counts,
        "read": counts[0][0],
        "bad": int(one.counts.get("quarantined", 0)),
        "corrections": int(one.counts.get("superseding", 0)),
        "new": int(one.counts.get("new", 0)),
    }


@require_safe
def loads(request: HttpRequest) -> HttpResponse:
    page = intake.deliveries(request.reading, after=request.GET.get("after", "")[:300])
    return render(
        request,
        "loads/loads.html",
        {
            "deliveries": [told(one) for one in page.items],
            "next": page.next,
            "later": bool(request.GET.get("after")),
        },
    )


@require_safe
def delivery(request: HttpRequest, delivery: UUID) -> HttpResponse:
    one, waiting, following = intake.delivery(request.reading, delivery, after=request.GET.get("after", "")[:300])
    return render(
        request,
        "loads/delivery.html",
        {
            "told": told(one),
            "items": [(q, OUTCOMES.get(q.state, q.state)) for q in waiting],
            "next": following,
            "may_open": bool(may(request.actor, "release-quarantine", partnership())),
            "finished": moment_words(one.finished_at) if one.finished_at else "",
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
def quarantined(request: HttpRequest, item: UUID) -> HttpResponse:
    one = intake.quarantined(request.reading, item)
    typed, saved = drafts.kept(request, "quarantine", item)
    faults, fault = one.faults, ""
    if request.method == "POST":
        typed = {"repaired": request.POST.get("repaired", ""), "note": request.POST.get("note", "")}
        saved = drafts.keep(request, "quarantine", item)  # whatever happens next, no word is lost
        match request.POST.get("do"):
            case "release":
                try:
                    quarantine.release(
                        quarantined=item, repaired=_as_sent(typed["repaired"], one.raw), by=request.actor
                    )
                except Invalid as invalid:
                    faults, fault = invalid.faults, "It still cannot be read: see what is wrong, below"
                else:
                    drafts.drop(request, "quarantine", item)
                    messages.success(request, "Released: it has joined the records.")
                    return redirect("delivery", one.delivery)
            case "set-aside" if not typed["note"].strip():
                fault = "Say why it is set aside"
            case "set-aside":
                quarantine.set_aside(quarantined=item, note=typed["note"].strip()[:400], by=request.actor)
                drafts.drop(request, "quarantine", item)
                messages.success(request, "Set aside, with your reason. It is kept as it was received.")
                return redirect("delivery", one.delivery)
            case _:
                messages.success(request, "Saved. You can come back to it later.")
                return redirect("quarantined", item)
    who = {w.id: w.name for w in workers()} if one.decided_by else {}
    return render(
        request,
        "loads/quarantined.html",
        {
            "one": one,
            "faults": faults,
            "fault": fault,
            "saved": saved,
            "lines": max(one.raw.count("\n") + 3, 6),
            "repaired": typed.get("repaired") or one.raw,
            "note": typed.get("note", ""),
            "when": moment_words(one.at),
            "outcome": OUTCOMES.get(one.state, one.state),
            "decided": moment_words(one.decided_at) if one.decided_at else "",
            "decided_by": who.get(one.decided_by, "somebody"),
            "said": counted(len(faults), "thing"),
        },
        status=422 if fault else 200,
    )


def _as_sent(typed: str, raw: str) -> str:
    """A browser sends every line end as CR LF; give back the ones that the sender used."""
    return typed if "\r\n" in raw else typed.replace("\r\n", "\n")
