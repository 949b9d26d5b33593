"""The front door's queue: what cannot wait, why it stands where it stands, who already knows the children. Live."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sightline.agencies.rules import may
from sightline.front_door import claiming, queue, shifts
from sightline.front_door.queue_types import Counts, Narrow, QueueLine
from sightline.signals import queries as signals
from sightline.timescales.moment import now
from sightline.web.code_words import CodeWords
from sightline.web.front_door.queue_lines import Row, morning_words, row
from sightline.web.matches.keys import are_on
from sightline.web.words import moment_words

SHOW = {  # which lines, in words
    "": "Everything that waits",
    "now": "What cannot wait",
    "mine": "Mine",
    "free": "What nobody has",
    "elsewhere": "Open to somebody already",
    "match": "A possible match waits",
    "handed": "Handed over by the other team",
    "decided": "Decided, and not accepted yet",
}
LETTERS = [("j", "next"), ("k", "the one before"), ("o", "open"), ("c", "claim"), ("n", "the first that nobody has")]
MOST_AT_ONCE = 100


def narrowed(request: HttpRequest) -> Narrow:
    """What the address asks for: codes alone, and only those that there are."""
    show, kind = request.GET.get("show", ""), request.GET.get("from", "")[:40]
    known = {agency.kind for agency in request.reading.agencies.values()}
    return Narrow(show if show in SHOW else "", kind if kind in known else "")


def query(narrow: Narrow, **more: object) -> str:
    given = {"show": narrow.show, "from": narrow.kind, **more}
    asked = urlencode({name: str(value) for name, value in given.items() if value})
    return f"?{asked}" if asked else ""


@require_safe
def queue_page(request: HttpRequest) -> HttpResponse:
    reading, narrow, after = request.reading, narrowed(request), request.GET.get("after", "")[:400]
    page, present = queue.page(reading, narrow=narrow, after=after), now()
    rows = as_rows(request, page.items)
    numbers = queue.counts(reading)
    team = shifts.team_now(reading.definition, present)
    return render(
        request,
        "front_door/queue.html",
        {
            "rows": rows,
            "now": morning_words(present),
            "stamp": present.isoformat(),
            "next": page.next and query(narrow, after=page.next),
            "first": query(narrow) or "?" if after else "",
            "numbers": numbers_words(numbers),
            "narrow": narrow,
            "filters": query(narrow),
            "shows": [(value, words, value == narrow.show) for value, words in SHOW.items()],
            "kinds": kinds(request, numbers),
            "may_decide": bool(may(reading.actor, claiming.DECIDE, reading.definition)),
            "notes": shifts.shift_notes(reading),
            "with_team": team_words(request, team),
            "note_to": note_to(request),
            "keys_on": are_on(request),
            "letters": LETTERS,
            "here": request.get_full_path(),
        },
    )


def kinds(request: HttpRequest, numbers: Counts) -> list[tuple[str, str]]:
    words = CodeWords(request.reading.definition)
    return sorted(((kind, words("agency-kind", kind)) for kind in numbers.kinds), key=lambda pair: pair[1])


def numbers_words(numbers: Counts) -> list[tuple[str, str, str]]:
    """The numbers at the top: how many, of what, where they lead."""
    told = (
        (numbers.waiting, "", "waits", "wait"),
        (numbers.now, "now", "cannot wait", "cannot wait"),
        (numbers.free, "free", "that nobody has", "that nobody has"),
        (numbers.mine, "mine", "is mine", "are mine"),
        (numbers.elsewhere, "elsewhere", "open to somebody already", "open to somebody already"),
        (numbers.match, "match", "with a possible match", "with a possible match"),
        (numbers.handed, "handed", "handed over by the other team", "handed over by the other team"),
        (numbers.decided, "decided", "decided, not accepted yet", "decided, not accepted yet"),
    )
    return [
        (capped(count), one if count == 1 else many, reverse("queue") + query(Narrow(show)) if count else "")
        for count, show, one, many in told
    ]


def capped(count: int) -> str:
    return "1,000+" if count >= queue.MOST else f"{count:,}"


def team_words(request: HttpRequest, team: str) -> str:
    declared = request.reading.definition.team.get(team)
    return declared.title if declared else ""


def note_to(request: HttpRequest) -> tuple[str, str]:
    """The team that takes over from the reader's, where the reader's is one of the two: (id, words)."""
    definition, actor = request.reading.definition, request.reading.actor
    mine = definition.team.get(actor.team)
    if mine is None or not mine.on_duty_for or not may(actor, claiming.DECIDE, definition):
        return "", ""
    other = shifts.other_team(definition, actor.team)
    return other, team_words(request, other)


@require_safe
def queue_lines(request: HttpRequest) -> HttpResponse:
    """The lines of a page that is open already, as they stand now: a fragment. `ids`: those that changed; without, all."""
    reading, narrow = request.reading, narrowed(request)
    asked = request.GET.get("ids", "")[: MOST_AT_ONCE * 37]
    if asked:
        ids = [id_ for id_ in map(as_uuid, asked.split(",")) if id_][:MOST_AT_ONCE]
        lines = queue.lines_of(reading, ids, narrow)
    else:
        lines = list(queue.page(reading, narrow=narrow).items)
    return render(
        request,
        "front_door/queue_rows.html",
        {
            "rows": as_rows(request, lines),
            "filters": query(narrow),
            "may_decide": bool(may(reading.actor, claiming.DECIDE, reading.definition)),
        },
    )


def as_rows(request: HttpRequest, lines: Iterable[QueueLine]) -> list[Row]:
    """Lines in words, with the signs that stand about their children: one query more, however many there are."""
    reading, present, lines = request.reading, now(), list(lines)
    persons = {child.person for line in lines for child in line.children}
    signs = signals.of_people(reading, persons) if persons else {}
    return [row(reading.definition, line, present, reading.actor.id, signs) for line in lines]


def as_uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


@require_POST
def claim(request: HttpRequest, item: UUID) -> HttpResponse:
    """Takes, takes over or lets go of a line, and goes back to where one was."""
    does, version = request.POST.get("do", ""), as_version(request)
    queue.must_see(request.reading, item)
    if does == "release":
        claiming.release(item=item, by=request.actor, version=version)
        messages.success(request, "You let it go. It waits for whoever is free.")
        return HttpResponseRedirect(reverse("queue") + query(narrowed(request)))
    claiming.claim(item=item, by=request.actor, version=version, take=does == "take")
    if request.headers.get("HX-Request"):
        return queue_one(request, item)
    return HttpResponseRedirect(reverse("queue-item", args=[item]) + query(narrowed(request)))


def queue_one(request: HttpRequest, item: UUID) -> HttpResponse:
    rows = as_rows(request, queue.lines_of(request.reading, [item]))
    return render(request, "front_door/queue_rows.html", {"rows": rows, "filters": "", "may_decide": True})


def as_version(request: HttpRequest) -> int | None:
    text = request.POST.get("version", "")
    return int(text) if text.isdigit() and len(text) < 10 else None


@require_http_methods(["GET", "HEAD", "POST"])
def shift(request: HttpRequest) -> HttpResponse:
    """What one shift writes for the next: about the shift as a whole. Nobody is named in it."""
    team, words = note_to(request)
    if request.method == "POST":
        if note := as_uuid(request.POST.get("note", "")):
            shifts.read_note(note=note, by=request.actor)
            messages.success(request, "Your team has read it.")
            return HttpResponseRedirect(reverse("queue"))
        shifts.leave_note(words=request.POST.get("words", ""), by=request.actor, to_team=team)
        messages.success(request, f"{words} reads it when they open the queue.")
        return HttpResponseRedirect(reverse("queue"))
    reading = request.reading
    notes = [(note, moment_words(note.at)) for note in shifts.shift_notes(reading, unread=False)]
    return render(request, "front_door/shift.html", {"team": team, "team_words": words, "notes": notes})
