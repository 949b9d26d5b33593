"""Feeds' health, read by agencies' own systems: whether what they send comes, and comes whole."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from ninja import Router

from sightline.api.schema import answers
from sightline.intake import health_words
from sightline.intake.health_queries import health
from sightline.sharing.reading import reading

router = Router()


@router.get(
    "/feeds/health",
    summary="How the agency's own feeds are",
    openapi_extra={
        "responses": {
            "200": {
                "description": "Each feed: its state, last arrival, size, fields, what waits, what was found",
                "content": {"application/json": {"schema": {"type": "object"}}},
            },
            **answers(s401=("Problem", "No valid token"), s403=("Problem", "The token may not see feeds")),
        },
    },
)
def feeds_health(request: HttpRequest) -> JsonResponse:
    """Times, counts and names of declared fields: nothing in it is about a child. An agency sees what it sends itself."""
    with reading(request.auth, "administration", about="view-feed-health") as opened:  # type: ignore[attr-defined]
        found = [health_words.as_data(one, opened.definition) for one in health(opened)]
    return JsonResponse({"well": all(one["well"] for one in found), "feeds": found})
