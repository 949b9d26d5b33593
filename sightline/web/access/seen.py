"""Who has seen this child: each reader, each response, and a file of them."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from io import StringIO
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from sightline.definition.outcomes import Missing
from sightline.definition.types import Partnership
from sightline.identity import queries as identity
from sightline.sharing.reading import Reading
from sightline.timescales.moment import now
from sightline.watching import queries
from sightline.watching.rules import AGENCY
from sightline.watching.types import Summary, Viewing
from sightline.web.access.verbs import shown_as
from sightline.web.code_words import CodeWords
from sightline.web.words import counted, day_words, listed, london, moment_words

PAGE = 50
LEVELS = {"full": "in full", "headline": "headline", "pointer": "held only"}


@dataclass(frozen=True, slots=True)
class Line:
    """One response in words."""

    at: str
    who: str
    role: str
    agency: str
    phone: str
    what: str
    how_much: str
    purpose: str
    why: tuple[str, ...]
    basis: str
    ties: str
    involved: bool
    record: UUID


@dataclass(frozen=True, slots=True)
class Reader:
    """One reader in words."""

    who: str
    role: str
    agency: str
    phone: str
    times: str
    last: str
    ties: str
    involved: bool


@require_safe
def seen(request: HttpRequest, person: UUID) -> HttpResponse:
    reading, untied = request.reading, request.GET.get("show") == "untied"
    after = request.GET.get("from", "")[:200]
    page = queries.who_has_seen(reading, person, untied=untied, after=after, limit=PAGE)
    everybody = [] if after else [reader(one, reading.definition) for one in queries.viewers(reading, person)]
    return render(
        request,
        "access/seen.html",
        {
            "person": person,
            "name": name_of(reading, person),
            "lines": [line(one, reading.definition) for one in page.items],
            "readers": everybody,
            "untied_readers": [one for one in everybody if not one.involved],
            "agencies": len({one.agency for one in everybody}),
            "people": counted(len(everybody), "reader"),
            "untied": untied,
            "older": page.next,
            "first": not after,
            "may_commission": request.shell.may_open("commission-review"),
            "may_flag": request.shell.may_open("flag-child"),
        },
    )


@require_safe
def seen_file(request: HttpRequest, person: UUID) -> HttpResponse:
    """All of it as CSV: one line a response, oldest columns first. No name of the child, no formulas."""
    definition = request.reading.definition
    lines = [line(one, definition) for one in queries.all_who_saw(request.reading, person)]
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow("when,who,role,agency,what,how much,purpose,why,lawful basis,tie then,involved".split(","))
    for one in lines:
        cells = (
            *(one.at, one.who, one.role, one.agency, one.what, one.how_much, one.purpose),
            *(" ".join(one.why), one.basis, one.ties, "yes" if one.involved else "no"),
        )
        writer.writerow([plain(cell) for cell in cells])
    response = HttpResponse(out.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="who-has-seen-{london(now()):%Y-%m-%d}.csv"'
    return response


def plain(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.lstrip()[:1] in ("=", "+", "-", "@", "\t", "＝", "＋", "－", "＠") else cell


def name_of(reading: Reading, person: UUID) -> str:
    """The child's name where this reader may know it. Whoever reviews reading does so without."""
    try:
        return identity.profile(reading, person).name
    except Missing:
        return ""


def line(one: Viewing, definition: Partnership) -> Line:
    codes = CodeWords(definition)
    rules = [definition.rule[rule].says for rule in one.rules if rule in definition.rule]
    what = shown_as(one.verb) if one.opened else "Another child’s page, with something of this child"
    many = f", on a page of {counted(one.children, 'child', 'children')}" if one.children > 1 else ""
    return Line(
        moment_words(one.at),
        one.who.name,
        one.who.role,
        one.who.agency.title,
        one.who.phone,
        f"{what}{many}",
        listed([f"{n:,} {LEVELS[level]}" for level, n in one.levels]) + (" in all" if many or not one.opened else ""),
        codes("purpose", one.purpose),
        tuple(rules),
        codes.basis(one.basis),
        tie_words(one.ties, codes),
        one.involved,
        one.record,
    )


def reader(one: Summary, definition: Partnership) -> Reader:
    first, last = day_words(london(one.first)), day_words(london(one.last))
    return Reader(
        one.who.name,
        one.who.role,
        one.who.agency.title,
        one.who.phone,
        counted(one.times, "time"),
        last if first == last else f"{first} to {last}",
        tie_words(one.ties, CodeWords(definition)),
        one.involved,
    )


def tie_words(ties: Iterable[str], codes: CodeWords) -> str:
    words = []
    for tie in ties:
        through = tie.startswith(AGENCY)
        title = codes("tie", tie.removeprefix(AGENCY))
        words.append(f"{title} (through the agency)" if through else title)
    return "; ".join(words)
