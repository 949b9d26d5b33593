"""The registry, read by agencies' own systems: which groups there are, who chairs them, who sits on them, what is flagged."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest, JsonResponse
from ninja import Router

from sightline.agencies.registry import queries, telling
from sightline.api.schema import answers
from sightline.definition.outcomes import Invalid
from sightline.definition.types import Fault
from sightline.timescales.london import local_day
from sightline.timescales.moment import now

router = Router()
DAY = {"in": "query", "required": False, "schema": {"type": "string", "format": "date"}}
ASKED = [
    {**DAY, "name": "on", "description": "The partnership as it was on this day; default today"},
    {**DAY, "name": "known", "description": "By only what was known on this day; default today"},
]


@router.get(
    "/registry",
    summary="Groups of the partnership on a day",
    openapi_extra={
        "parameters": ASKED,
        "responses": {
            "200": {
                "description": "Groups, each value with its source",
                "content": {"application/json": {"schema": {"type": "object"}}},
            },
            **answers(s401=("Problem", "No valid token"), s422=("Problem", "A day that cannot be read")),
        },
    },
)
def registry(request: HttpRequest) -> JsonResponse:
    """Boards, subgroups and meetings with chairs, members, rhythm, last meeting, reporting lines and flags.

    Nothing in it is about a child, and nobody is named: chairs are agencies and posts.
    """
    today = local_day(now())
    on, known = (_day(request, name, today) for name in ("on", "known"))
    found = telling.as_data(queries.registry(on, known))
    found["priorities"] = [telling.aim(one) for one in queries.aims("priority", known)]
    found["strategies"] = [telling.aim(one) for one in queries.aims("strategy", known)]
    return JsonResponse(found)


def _day(request: HttpRequest, name: str, today: date) -> date:
    """A day of the query. Raises Invalid for what is none, and for one that is still to come."""
    text = request.GET.get(name, "").strip()
    try:
        found = date.fromisoformat(text) if text else today
    except ValueError:
        found = date.max
    if found > today:
        raise Invalid([Fault(path=name, expected="a day that has come, as YYYY-MM-DD", code="not-a-day")])
    return found
