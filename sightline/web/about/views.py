"""Help by task, the words that we use, the accessibility statement, and whether we are alive."""

from __future__ import annotations

from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from sightline.agencies.queries import partnership

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
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        database = True
    except Exception:  # whatever the driver says, the answer is the same
        database = False
    return JsonResponse({"status": "ok" if database else "unwell"}, status=200 if database else 503)
