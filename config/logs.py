"""Logs for the people who run Sightline: one JSON object a line on standard error, and nothing personal in it.

A log record's arguments, an exception's message and a frame's values may hold a child's name. So we write the message
*template* without its arguments, the exception's class, and where in the code it was raised. What may be added is named
in `EXTRA`: numbers and fixed words that the caller passes as `extra={...}`. (Ruff refuses an f-string as a template.)
"""

import json
import logging
import traceback
import uuid
from collections.abc import Callable
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path

from django.http import HttpRequest, HttpResponse

EXTRA = ("status_code", "job", "run", "count", "seconds", "feed")
ROOT = Path(__file__).resolve().parent.parent

request_id: ContextVar[str] = ContextVar("request_id", default="")

logging.raiseExceptions = False  # a fault in logging would print the arguments


class RequestIdMiddleware:
    """Give each request a random id: on its log lines, in the X-Request-ID header, and on the page that says sorry."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request_id.set(uuid.uuid4().hex)  # not reset: Django logs a refusal after the last middleware has returned
        response = self.get_response(request)
        response["X-Request-ID"] = request_id.get()
        return response


class JsonFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": _template(record),
        }
        if request_id.get():
            line["request"] = request_id.get()
        if route := _route(record):
            line["route"] = route
        line |= {name: value for name in EXTRA if _plain(value := getattr(record, name, None))}
        if record.exc_info and record.exc_info[1]:
            line["exception"] = _chain(record.exc_info[1])
        return json.dumps(line)


def _template(record: logging.LogRecord) -> str:
    if record.name.startswith("django.security"):
        return "refused: see the logger's name"  # Django writes what was sent into the message itself
    return record.msg if isinstance(record.msg, str) else type(record.msg).__name__


def _plain(value: object) -> bool:
    return isinstance(value, int | float | str)


def _route(record: logging.LogRecord) -> str:
    """The pattern that the address matched (`child/<uuid:id>/`), never the address itself."""
    match = getattr(getattr(record, "request", None), "resolver_match", None)
    return match.route if match else ""


def _chain(exception: BaseException | None) -> list[dict[str, object]]:
    """The exception and what it was raised from: class names and places, no messages and no values."""
    found: list[dict[str, object]] = []
    while exception is not None and len(found) < 5:
        frames = [
            f"{_place(frame.f_code.co_filename)}:{line} {frame.f_code.co_name}"
            for frame, line in traceback.walk_tb(exception.__traceback__)
        ]
        found.append({"class": f"{type(exception).__module__}.{type(exception).__qualname__}", "frames": frames[-30:]})
        exception = exception.__cause__ or (None if exception.__suppress_context__ else exception.__context__)
    return found


def _place(filename: str) -> str:
    path = Path(filename)
    if "site-packages" in path.parts:
        return "/".join(path.parts[path.parts.index("site-packages") + 1 :])
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else path.name


LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "config.logs.JsonFormatter"}},
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "json"},
        "none": {"class": "logging.NullHandler"},
    },
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        "django": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
        "django.server": {"handlers": ["none"], "propagate": False},  # its lines carry whole addresses
    },
}
