"""A session ends when its owner has been idle for `SESSION_COOKIE_AGE`, without a write for every request."""

import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

TOUCHED = "touched"
TOUCH_EVERY = 60  # seconds


def by_itself(request: HttpRequest) -> bool:
    """Whether an open page asked, and not the person before it."""
    return "X-Live" in request.headers or "text/event-stream" in request.headers.get("Accept", "")


class SlidingSessionMiddleware:
    """Push a signed-in session's end forward, at most once a minute: SQLite has one writer, and this is not its job.

    What an open page asks by itself (`X-Live`, server-sent events) does not count: nobody may be there.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        session = request.session
        if by_itself(request):
            return response
        if not session.is_empty() and time.time() - session.get(TOUCHED, 0) >= TOUCH_EVERY:
            session[TOUCHED] = int(time.time())
        return response
