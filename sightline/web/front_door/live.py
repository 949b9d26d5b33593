"""The open queue page hears that a line has changed, and asks for that line alone: nothing of children is streamed."""

from __future__ import annotations

from django.http import HttpRequest, StreamingHttpResponse
from django.views.decorators.http import require_safe

from sightline.jobs.front_door_queue import events


@require_safe
def queue_live(request: HttpRequest) -> StreamingHttpResponse:
    """Server-sent events. Says nothing but random ids, so that it needs no passage through the gate."""
    response = StreamingHttpResponse(events(), content_type="text/event-stream")
    response["X-Accel-Buffering"] = "no"  # a proxy passes each event on at once
    return response
