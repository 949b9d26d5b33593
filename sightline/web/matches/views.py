"""The match queue: which two may be one person, what cannot wait first. One line a pair; nothing is decided here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from sightline.clocks.pressing import pressing
from sightline.definition.kinds.matching import CONTRADICTS
from sightline.identity import match_queries as identity
from sightline.identity.bands import Rules, in_force, sentences
from sightline.identity.match_types import Narrow, PairView
from sightline.identity.types import Held
from sightline.timescales.moment import now
from sightline.web.matches import weights
from sightline.web.matches.keys import are_on
from sightline.web.words import age_words, day_words, listed, london, span_words

PAGE = 50
SHOW = {  # which pairs, in words
    "": "Everything that waits",
    "urgent": "Something urgent waits",
    "open": "A concern is open",
    "protected": "Two workers must agree",
    "half": "The first of two has decided",
    "asked": "An agency was asked",
    "unsure": "Somebody could not tell",
}


@dataclass(frozen=True, slots=True)
class Row:
    """A pair in one line."""

    id: UUID
    href: str
    names: str
    age: str
    agencies: str
    weight: str  # in a word
    agree: str
    differ: str
    but: str  # what contradicts, in a sentence
    waits: str
    tags: tuple[tuple[str, str], ...]  # (colour, words)


@require_safe
def matches(request: HttpRequest) -> HttpResponse:
    reading, narrow, after = request.reading, narrowed(request), request.GET.get("after", "")[:400]
    first, present = pressing(), now()
    page = identity.waiting(reading, after=after, limit=PAGE, narrow=narrow, pressing=first)
    titles = {a.id: a.title for a in reading.agencies.values()}
    policy = in_force(reading.definition.matching, london(present).date())
    rows = [row(one, titles, present, policy, query(narrow)) for one in page.items]
    count = identity.waiting_count(reading, narrow, pressing=first)
    return render(
        request,
        "matches/matches.html",
        {
            "rows": rows,
            "next": page.next and query(narrow, after=page.next),
            "first": query(narrow) or "?" if after else "",
            "hidden": 0 if after or page.next else max(count - len(rows), 0),
            "count": capped(count),
            "numbers": numbers(request, first),
            "narrow": narrow,
            "sealed": [
                (reverse("match", args=[view.id]), f"{name(view.one)} and {name(view.other)}", day_words(london(view.decided_at)))
                for view in ([] if narrow.any or after else identity.sealed_with(reading))
                if view.decided_at
            ],
            "shows": [(value, words, value == narrow.show) for value, words in SHOW.items()],
            "agencies": sorted(((a.id, a.title) for a in reading.agencies.values()), key=lambda pair: pair[1]),
            "levels": weights.levels(policy.same, policy.possible),
            "keys_on": are_on(request),
            "letters": [("j", "next line"), ("k", "line before"), ("Enter", "open")],
            "here": request.get_full_path(),
            "filters": query(narrow),
        },
    )


def narrowed(request: HttpRequest) -> Narrow:
    """What the address asks for: codes alone, and only those that there are."""
    show, agency = request.GET.get("show", ""), request.GET.get("agency", "")[:60]
    return Narrow(agency if agency in request.reading.agencies else "", show if show in SHOW else "")


def query(narrow: Narrow, **more: object) -> str:
    """The address's query for these filters."""
    given = {"show": narrow.show, "agency": narrow.agency, **more}
    asked = urlencode({name: str(value) for name, value in given.items() if value})
    return f"?{asked}" if asked else ""


def numbers(request: HttpRequest, first: dict) -> list[tuple[str, str, str]]:
    """The numbers at the top: how many, of what, where they lead."""
    found = []
    for show, one, many in (
        ("", "possible match waits", "possible matches wait"),
        ("urgent", "where something urgent waits", "where something urgent waits"),
        ("half", "for a second worker", "for a second worker"),
        ("asked", "asked of an agency", "asked of an agency"),
    ):
        count = identity.waiting_count(request.reading, Narrow(show=show), pressing=first)
        href = reverse("matches") + query(Narrow(show=show)) if count else ""
        found.append((capped(count), one if count == 1 else many, href))
    return found


def capped(count: int) -> str:
    return "1,000+" if count >= 1000 else f"{count:,}"


def row(view: PairView, titles: dict[str, str], present: datetime, policy: Rules, asked: str) -> Row:
    agree, differ = weights.agreeing(view)
    return Row(
        view.id,
        reverse("match", args=[view.id]) + asked,
        f"{name(view.one)} and {name(view.other)}",
        ages(view, london(present).date()),
        " · ".join(titles.get(side.agency, side.agency) for side in (view.one, view.other)),
        weights.total_words(view.bits, policy.same, policy.possible).capitalize(),
        listed(agree),
        listed(differ),
        next(iter(sentences(policy, [code for code in view.why if code in CONTRADICTS])), ""),
        span_words(present - view.at),
        tuple(tags(view, titles, present)),
    )


def ages(view: PairView, today: date) -> str:
    """How old they are by each sender: one age where they agree."""
    told = (age_words(side.details.born, today) for side in (view.one, view.other))
    return " or ".join(dict.fromkeys(age for age in told if age))


def tags(view: PairView, titles: dict[str, str], present: datetime) -> list[tuple[str, str]]:
    """What is special about a pair, in words; black for what cannot wait."""
    found = []
    if view.pressing == "urgent":
        found.append(("black", "something urgent waits"))
    elif view.pressing == "open":
        found.append(("soon", "a concern is open"))
    if view.guard == "protected":
        found.append(("", "protected: two workers must agree"))
    elif view.guard == "sealed":
        found.append(("", "sealed: for holders of sealed records alone"))
    if view.opening:
        found.append(("soon", "one holder says that it is opened again; a second is needed"))
    if view.state == "half":
        found.append(("soon", "one worker has decided; a second is needed"))
    if view.asked_at:
        ago = span_words(present - view.asked_at)
        found.append(("plain", f"{titles.get(view.asked_of, view.asked_of)} asked {ago} ago"))
    if view.state == "unsure":
        found.append(("plain", "somebody could not tell"))
    return found


def name(held: Held) -> str:
    return f"{held.details.given} {held.details.family}".strip() or "Name not known"


def since_words(held: Held) -> str:
    return day_words(london(held.known_at))
