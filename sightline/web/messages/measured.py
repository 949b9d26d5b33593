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
    roles = list(dict.fromkeys(row.role for row in rows if row.people))
    by = {(row.role, row.week): row for row in rows}
    table = [
        (
            definition.role[role].title,
            by[role, weeks[0]].people,
            by[role, weeks[0]].limit,
            [cell(by[role, w]) for w in weeks],
        )
        for role in roles
    ]
    context = {
        "weeks": [("This week so far" if n == 0 else f"Week from {day_words(week)}") for n, week in enumerate(weeks)],
        "table": [row for row in table if any(words != NOTHING for words, _ in row[3])],
        "fewest": FEWEST,
    }
    return render(request, "inbox/measured.html", context)


NOTHING = "none"


def cell(row: Told) -> tuple[str, bool]:
    """(words, whether it is over the plan's number) of one role in one week."""
    if row.high is None:
        return "too few people to say", False
    if not row.high and not row.pressing:
        return NOTHING, False
    folded = f"; {row.digest} folded" if row.digest else ""
    urgent = f"; {row.pressing} urgent" if row.pressing else ""
    return f"{row.high} (middle {row.middle}){urgent}{folded}", row.over
