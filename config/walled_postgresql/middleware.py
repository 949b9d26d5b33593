"""Every request begins as nobody: to the database, until a reading begins, there is no record."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from sightline.sharing.standing import nobody


class FromNobodyMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with nobody():
            return self.get_response(request)
