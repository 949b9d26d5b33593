"""Never lose a keystroke: what is typed is kept, sealed, while it is typed, and stands there again on reload.

A form says `data-draft` with its draft's name; htmx posts it every two seconds of typing to `draft`. Without JavaScript
the same form has a button that keeps it.
"""

from __future__ import annotations

from base64 import b64encode
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac
from django.views.decorators.http import require_POST

from sightline.agencies.types import Actor
from sightline.definition.outcomes import Missing
from sightline.intake.actions import drop_draft, save_draft
from sightline.intake.queries import draft
from sightline.timescales.moment import now
from sightline.web.words import london

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
