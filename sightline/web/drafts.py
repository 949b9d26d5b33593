"""Never lose a keystroke: what is typed is kept, sealed, while it is typed, and stands there again on reload.

A long form has a draft of its own (`KEPT`): htmx posts it every two seconds of typing to `draft`, and the page that comes
next is written with it. Without JavaScript the same form has a button that keeps it.

Every other form with a box for words is kept by its page (`typed`, `static/typed.js`): what stands in its fields, form by
form, until the form is sent. So whoever is signed out in the middle of a sentence finds the sentence again.
"""

from __future__ import annotations

import json
from base64 import b64encode
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.middleware.csrf import get_token
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.views.decorators.http import require_http_methods, require_POST

from sightline.agencies.types import Actor
from sightline.definition.outcomes import Missing
from sightline.intake.actions import drop_draft, save_draft
from sightline.intake.queries import draft
from sightline.timescales.moment import now
from sightline.vault.actions import CannotOpen
from sightline.web.permissions import ACCESS, ANYONE
from sightline.web.words import london, moment_words

KEPT = {  # form: the fields that are kept
    "quarantine": ("repaired", "note"),
    "match": ("decision", "because", "agency"),
    "separate": ("because",),
    "join": ("because",),
    "erase": ("because",),
    "disposal": ("because", "until"),
    "lift": ("because",),
    "emergency": ("reason",),
    "reveal": ("reason", "words"),
    "emergency-review": ("finding", "comment"),
    "intelligence": tuple(
        "about_kind says urgency how_known seen_at where given family born vehicle account keep_from".split()
    ),
    "intelligence-grade": tuple("keep source_grade information_grade handling conditions words outcome".split()),
    "queue-note": ("words",),
    "decide": tuple(
        (
            "decision rationale without_checks agreement not_sought_because family_view child_view threshold team "
            "dissent_by dissent tell"
        ).split()
    ),
    "answer-check": tuple("answer headline detail handling onward because".split()),
    "discussion": tuple(
        "held_at information child_view outcome rationale family_told siblings could_not dissent".split()
    ),
    "medical": tuple("needed rationale consulted_name consulted_role consent_not_given_by legal_advice".split()),
    "enquiry": ("outcome", "rationale"),
    "reconsider": ("stands", "rationale"),
    "make-whole": ("words",),
    "accept-hand-over": ("words",),
    "escalate": ("words",),
    "answer-signal": ("because", "answer"),
}
LONGEST = 200_000
NOBODY = UUID(int=0)
SENT_FROM = "typed-form"  # the field in which a form that its page keeps says which of them it is
MOST_FORMS, LONGEST_NAME = 20, 600


def name(form: str, about: UUID) -> str:
    return f"{form}:{about}"


def keep(request: HttpRequest, form: str, about: UUID) -> str:
    """Keeps what the form holds. Returns when, in words."""
    values = {field: request.POST.get(field, "")[:LONGEST] for field in KEPT[form]}
    save_draft(form=name(form, about), values=values, by=request.actor)
    return f"Saved at {london(now()):%H:%M}"


def kept(request: HttpRequest, form: str, about: UUID) -> tuple[dict[str, str], str]:
    """What was typed before, and when, in words; empty when nothing was."""
    found = draft(request.actor, name(form, about))
    if found is None:
        return {}, ""
    values, saved_at = found
    return values, f"Saved at {london(saved_at):%H:%M on %-d %B}"


def drop(request: HttpRequest, form: str, about: UUID) -> None:
    drop_draft(form=name(form, about), by=request.actor)


def sealed_by(actor: Actor, form: str) -> str:
    """The key under which this worker's browser seals what is typed into this form while there is no connection (AES-256, in
    base64). It comes with the page and is kept nowhere: whoever finds the device finds words that only the same worker,
    signed in, can open.
    """
    made = salted_hmac("sightline.sealed-on-a-device", f"{actor.id}\n{form}", algorithm="sha256").digest()
    return b64encode(made).decode("ascii")


@require_POST
def save(request: HttpRequest, form: str, about: UUID) -> HttpResponse:
    if form not in KEPT:
        raise Missing
    return HttpResponse(keep(request, form, about))


def place(request: HttpRequest) -> tuple[str, UUID] | None:
    """Under what a page keeps its words: its name, and whom or what it is about. None where it keeps none: a page that is open
    to anybody. The child comes last in it, so that what was typed about a child goes when the child's record is erased."""
    match = request.resolver_match
    if match is None or ACCESS.get(match.url_name or "", None) is None or ACCESS[match.url_name or ""].who == ANYONE:
        return None
    ids = [value for value in match.kwargs.values() if isinstance(value, UUID)]
    return match.url_name or "", match.kwargs.get("person") or next(iter(ids), NOBODY)


def address(request: HttpRequest) -> str:
    """Where the page keeps what is typed on it; empty where it keeps nothing."""
    there = place(request)
    return reverse("typed", kwargs=dict(zip(("page", "about"), there, strict=True))) if there else ""


@require_http_methods(["GET", "HEAD", "POST"])
def typed(request: HttpRequest, page: str, about: UUID) -> HttpResponse:
    """What was typed on a page and not sent. GET: `{"forms": {form: {"at", "fields": {name: [values]}}}, "token"}`; `token`
    is for a page that is older than the session. POST `form`, `fields`: keeps one form's; without fields, lets go of it; 422 where
    they cannot be understood, and what was kept stays."""
    if page not in ACCESS:
        raise Missing
    forms = _forms(request, page, about)
    if request.method != "POST":
        return JsonResponse({"forms": forms, "token": get_token(request)})
    form, at = request.POST.get("form", "")[:LONGEST_NAME], now()
    fields = _fields(request.POST.get("fields", ""))
    if fields is None:  # what is kept already stays: too much, or cut short, is no wish to let go of it
        return JsonResponse({"saved": ""}, status=422)
    forms.pop(form, None)
    if fields:
        forms[form] = {"at": moment_words(at), "fields": fields}
    _keep_forms(request, page, about, forms)
    return JsonResponse({"saved": f"Saved at {london(at):%H:%M}" if fields else ""})


def sent(request: HttpRequest, response: HttpResponseBase) -> None:
    """A form that its page kept was sent, and taken: its words are let go of. Not where it had faults, and not where whoever
    sent it is asked who they are first."""
    form, there = request.POST.get(SENT_FROM, "")[:LONGEST_NAME], place(request)
    to = response.get("Location", "")
    if not form or there is None or response.status_code >= 400 or to.startswith(reverse("account_login")):
        return
    forms = _forms(request, *there)
    if forms.pop(form, None) is not None:
        _keep_forms(request, *there, forms)


def _forms(request: HttpRequest, page: str, about: UUID) -> dict[str, Any]:
    try:
        found = draft(request.actor, name(f"typed-{page}", about))
    except CannotOpen:  # its key is gone, and so is what it kept
        return {}
    return dict(found[0]) if found else {}


def _keep_forms(request: HttpRequest, page: str, about: UUID, forms: dict[str, Any]) -> None:
    kept = name(f"typed-{page}", about)
    if forms:
        save_draft(form=kept, values=dict(list(forms.items())[-MOST_FORMS:]), by=request.actor)
    else:
        drop_draft(form=kept, by=request.actor)


def _fields(given: str) -> dict[str, list[str]] | None:
    """Names and values, as they came from the page; None where they are not that, or are more than anybody types."""
    if len(given) > LONGEST:
        return None
    try:
        found = json.loads(given or "{}")
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict):
        return None
    return {
        str(field)[:200]: [str(one) for one in values] for field, values in found.items() if isinstance(values, list)
    }
