"""How much people are told, by role: a page of numbers, for whoever answers for the noise."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from sightline.messages.measuring import FEWEST, Told, by_role
from sightline.timescales.moment import now
from sightline.web.words import day_words


@require_safe
def measured(request: HttpRequest) -> HttpResponse:
    definition, rows = request.reading.definition, by_role(now())
    weeks = list(dict.fromkeys(row.week for row in rows))
    titles = ["This week so far" if n == 0 else f"Week from {day_words(week)}" for n, week in enumerate(weeks)]
    by = {(row.role, row.week): row for row in rows if row.people >= FEWEST}
    table = []
    for role in dict.fromkeys(role for role, _ in by):
        now_, cells = by[role, weeks[0]], [(title, *cell(by[role, week])) for title, week in zip(titles, weeks, strict=True)]
        if any(words != NOTHING for _, words, _ in cells):
            table.append((definition.role[role].title, now_.people, now_.limit, cells))
    context = {"weeks": titles, "table": table, "fewest": FEWEST}
    return render(request, "inbox/measured.html", context)


NOTHING = "none"


def cell(row: Told) -> tuple[str, bool]:
    """(words, whether it is over the plan's number) of one role in one week."""
    if not row.high and not row.pressing:
        return NOTHING, False
    folded = f"; {row.digest} folded" if row.digest else ""
    urgent = f"; {row.pressing} urgent" if row.pressing else ""
    return f"{row.high} (middle {row.middle}){urgent}{folded}", row.over
