"""Messages, read by agencies' own systems: that one waits for somebody there, of which kind, and by when."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from ninja import Router

from sightline.api.cursors import NOT_ONE, after
from sightline.api.schema import AFTER, answers
from sightline.messages.queries import of_agency
from sightline.messages.types import Line
from sightline.sharing.reading import reading

router = Router()


@router.get(
    "/messages",
    summary="Messages that wait at the agency",
    openapi_extra={
        "parameters": [AFTER],
        "responses": {
            "200": {
                "description": "Each message: its kind, its sentence unless it is of a record, and by when somebody answers",
                "content": {"application/json": {"schema": {"type": "object"}}},
            },
            **answers(
                s401=("Problem", "No valid token"), s403=("Problem", "The token may not see messages"), s422=("Problem", NOT_ONE)
            ),
        },
    },
)
def messages(request: HttpRequest) -> JsonResponse:
    """Codes, counts and times: nothing in it says whom a message is about. It is read and answered by a person, here."""
    with reading(request.auth, "administration", about="view-messages") as opened:  # type: ignore[attr-defined]
        page = of_agency(opened, after=after(request))
    return JsonResponse({"messages": [_as_data(line) for line in page.items], "next": page.next})


def _as_data(line: Line) -> dict[str, object]:
    return {
        "id": str(line.id),
        "kind": line.kind,
        "title": line.title,
        "says": line.says,
        "sent": line.at.isoformat(),
        "due": line.due_at.isoformat(),
        "late": line.late,
        "cannot-wait": line.presses,
        "told": line.told,
    }
