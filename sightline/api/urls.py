"""The machine door's addresses: /api/v1/… and its contract at /api/v1/openapi.json."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path, re_path
from django.views.decorators.csrf import csrf_exempt
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, AuthorizationError, ValidationError
from ninja.openapi.schema import OpenAPISchema
from ninja.security import HttpBearer

from sightline.agencies.queries import partnership, system_actor
from sightline.agencies.types import Actor
from sightline.api import checks, feeds, messages, registry, signals
from sightline.api.carried import NotWhole, TooLarge
from sightline.api.notifications import router
from sightline.api.schema import schemas
from sightline.definition.outcomes import Conflict, Invalid, Missing, Refused

log = logging.getLogger(__name__)
NO_TOKEN = "No valid token: send “Authorization: Bearer …”, or ask the partnership for a new one. Nothing was taken."
NOTHING = "There is nothing here for you: no such address, or nothing of your agency's."  # one answer, hidden or missing


class AgencyToken(HttpBearer):
    """The key of an agency's own system. Unknown, revoked and absent are one answer."""

    def authenticate(self, request: HttpRequest, token: str) -> Actor | None:
        try:
            return system_actor(token)
        except Missing:
            return None


class MachineDoor(NinjaAPI):
    """django-ninja, with a contract that follows the definition."""

    def get_openapi_schema(self, **how: Any) -> OpenAPISchema:
        made = super().get_openapi_schema(**how)
        made["components"]["schemas"].update(schemas(partnership()))
        for path_item in made["paths"].values():
            for operation in path_item.values():
                operation["responses"].pop(200, None)  # what django-ninja guesses; ours are named by text
                asked = {(one["in"], one["name"]): one for one in operation.get("parameters", [])}  # and ours stand last
                operation["parameters"] = list(asked.values())
        return made


api = MachineDoor(
    title="Sightline",
    version="1.0.0",
    urls_namespace="api-v1",
    docs_url=None,
    auth=AgencyToken(),
    description="Notifications from agencies' own systems. v1 only ever grows.",
)
api.add_router("", router)
api.add_router("", registry.router)
api.add_router("", feeds.router)
api.add_router("", messages.router)
api.add_router("", checks.router)
api.add_router("", signals.router)


def _problem(status: int, code: str, says: str = "", **headers: str) -> HttpResponse:
    answer = JsonResponse({"code": code, **({"says": says} if says else {})}, status=status)
    for name, value in headers.items():
        answer[name.replace("_", "-")] = value
    return answer


@api.exception_handler(AuthenticationError)
def _unknown(request: HttpRequest, error: Exception) -> HttpResponse:
    return _problem(401, "not-authenticated", NO_TOKEN, WWW_Authenticate="Bearer")


@api.exception_handler(AuthorizationError)
@api.exception_handler(Refused)
def _refused(request: HttpRequest, error: Exception) -> HttpResponse:
    return _problem(403, "not-permitted", "This token may not do that. Nothing was taken; ask the partnership whether it should.")


@api.exception_handler(Missing)
def _missing(request: HttpRequest, error: Exception) -> HttpResponse:
    return _problem(404, "missing", NOTHING)


@api.exception_handler(Conflict)
def _conflict(request: HttpRequest, error: Conflict) -> HttpResponse:
    return _problem(409, "conflict", error.sentence)


@api.exception_handler(TooLarge)
def _too_large(request: HttpRequest, error: TooLarge) -> HttpResponse:
    return _problem(413, "too-large", error.sentence)


@api.exception_handler(NotWhole)
def _cut_off(request: HttpRequest, error: Exception) -> HttpResponse:
    return _problem(503, "not-whole", "The body did not arrive whole. Nothing was taken. Send the same again.", Retry_After="5")


@api.exception_handler(ValidationError)
def _not_an_address(request: HttpRequest, error: ValidationError) -> HttpResponse:
    return _problem(404, "missing", NOTHING)


@api.exception_handler(Invalid)
def _invalid(request: HttpRequest, error: Invalid) -> HttpResponse:
    faults = [fault.model_dump(include={"path", "expected", "nearest", "code"}) for fault in error.faults]
    return JsonResponse({"code": "invalid", "faults": faults}, status=422)


@api.exception_handler(DatabaseError)
@api.exception_handler(InterfaceError)
def _later(request: HttpRequest, error: Exception) -> HttpResponse:
    log.exception("a request could not be kept: the database did not answer")
    return _problem(503, "try-again", "Nothing was taken. Send the same again in a while.", Retry_After="30")


@api.exception_handler(Exception)
def _ours(request: HttpRequest, error: Exception) -> HttpResponse:
    log.exception("a request failed")
    return _problem(500, "our-fault", "Something went wrong here. Send the same again: nothing is taken twice.")


def _each_said(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """The same view, that says as JSON too when an address does not take what was asked of it (django-ninja says it as text)."""

    @wraps(view)  # and with what is set on it: that it needs no token of a form
    def asked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        answer = view(request, *args, **kwargs)
        if answer.status_code == 405:
            takes = ", ".join(sorted(answer["Allow"].split(", ")))
            return _problem(405, "not-that-way", f"This address takes {takes}. Nothing was taken.", Allow=takes)
        return answer

    return asked


def _machine_door() -> tuple[Any, str, str]:
    patterns, app, space = api.urls
    for one in patterns:
        one.callback = _each_said(one.callback)
    return patterns, app, space


@csrf_exempt  # there is nothing to protect, and the answer is the same to everybody
def nothing_here(request: HttpRequest) -> HttpResponse:
    """Any other address below /api/, whatever stands in it: said as the contract says it, whoever asks."""
    return _problem(404, "missing", NOTHING)


urlpatterns = [path("v1/", _machine_door()), re_path("", nothing_here)]
