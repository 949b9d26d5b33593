"""Help by task, the words that we use, the accessibility statement, and whether we are alive."""

from __future__ import annotations

import hmac

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from sightline.agencies.queries import partnership
from sightline.definition.outcomes import Missing
from sightline.operations import health as operations

LEAST_TOKEN = 32  # characters; a shorter one opens nothing
FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Real-Ip", "Via")

OURS = (
    ("Entry", "One fact in a child’s chronology: what happened, who says so, and when it was known to us."),
    ("Chronology", "A child’s entries in order of time, from every agency, as far as you may see them."),
    ("The picture", "The chronology drawn: one lane an agency, one mark an entry, time from left to right."),
    ("Pointer", "That something is held: its kind, its date and whom to ring. Never its words."),
    ("Headline", "One line of a record, without the rest."),
    ("As known on", "The page as it stood on a day: what was learnt or corrected later is left out."),
    ("Happened, known, recorded", "Three times: when it happened, when we held it, and when it was written down here."),
    ("Clock", "A time limit that runs on a child or a record: who must do what, by when, and by what rule."),
    (
        "Possible match",
        "Two agencies may hold the same child under different details. A person decides, and it can be undone.",
    ),
    ("Load", "A file or message from an agency, with what came of it."),
    ("Quarantine", "Where a row waits that could not be read. Nothing is thrown away."),
    ("Ledger", "The record of who saw what and who changed what. It cannot be altered without being noticed."),
    ("Tie", "The reason for which you see a child: allocated to you, on your school’s roll, at your front door."),
)


@require_safe
def help_(request: HttpRequest) -> HttpResponse:
    return render(request, "about/help.html", {"info": partnership().info})


@require_safe
def glossary(request: HttpRequest) -> HttpResponse:
    definition = partnership()
    return render(
        request,
        "about/glossary.html",
        {
            "ours": OURS,
            "records": sorted((r.title, r.note or r.pointer) for r in definition.record.values()),
            "clocks": sorted((c.title, c.source) for c in definition.clock.values()),
            "roles": sorted((r.title, r.note) for r in definition.role.values() if not r.machine),
            "codes": sorted(
                (one.title, [(c.title, c.note) for c in one.codes.values()])
                for one in definition.codes.values()
                if len(one.codes) <= 30
            ),
        },
    )


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "about/accessibility.html", {"info": partnership().info})


@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """Whether this server can answer: the database answers. No data, no versions."""
    well = operations.ready()
    return JsonResponse({"status": "ok" if well else "unwell"}, status=200 if well else 503)


@require_safe
def health_live(request: HttpRequest) -> HttpResponse:
    """Whether this process runs, whatever the database does: a supervisor that restarts it for less makes things worse."""
    return JsonResponse({"status": "ok"})


@require_safe
def health_details(request: HttpRequest) -> HttpResponse:
    """How this server is, in figures: for whoever holds HEALTH_TOKEN, or asks on this very machine. Else as if it were not
    there. Reads nothing about anybody, opens no session, and so leaves no record.
    """
    if not (_has_health_token(request) or _asks_here(request)):
        raise Missing
    found = operations.details()
    return JsonResponse(found, status=503 if found["status"] == "unwell" else 200)


def _has_health_token(request: HttpRequest) -> bool:
    wanted, given = settings.HEALTH_TOKEN, request.headers.get("Authorization", "")
    return len(wanted) >= LEAST_TOKEN and hmac.compare_digest(given.encode(), f"Bearer {wanted}".encode())


def _asks_here(request: HttpRequest) -> bool:
    """From this machine, and not through a proxy: one that speaks for others says so in one of these."""
    return request.META.get("REMOTE_ADDR") in ("127.0.0.1", "::1") and not any(map(request.headers.get, FORWARDED))
