"""A session ends when its owner has been idle for `SESSION_COOKIE_AGE`, without a write for every request."""

import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

TOUCHED = "touched"
TOUCH_EVERY = 60  # seconds


class SlidingSessionMiddleware:
    """Push a signed-in session's end forward, at most once a minute: SQLite has one writer, and this is not its job."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        session = request.session
        if not session.is_empty() and time.time() - session.get(TOUCHED, 0) >= TOUCH_EVERY:
            session[TOUCHED] = int(time.time())
        return response
