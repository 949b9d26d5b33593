"""What is not there and what is hidden are answered after the same time.

Both are one page, byte for byte; but finding out that somebody may not see takes a few milliseconds longer than finding
nothing, and whoever can measure that can ask which ids exist. So every "not there" leaves on a beat, counted from when the
request came in. A beat is longer than either takes; where one takes longer still, it leaves on the next.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse


class EvenlyMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        begun = time.perf_counter()
        response = self.get_response(request)
        beat: float = settings.NOT_THERE_BEAT
        if response.status_code == 404 and beat and not request.path.startswith(settings.STATIC_URL):
            time.sleep(beat - (time.perf_counter() - begun) % beat)
        return response
