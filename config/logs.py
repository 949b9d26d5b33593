"""Logs for the people who run Sightline: one JSON object a line on standard error, and nothing personal in it.

A log record's arguments, an exception's message and a frame's values may hold a child's name. So we write the message
*template* without its arguments, the exception's class, and where in the code it was raised. What may be added is named
in `EXTRA`: numbers and fixed words that the caller passes as `extra={...}`. (Ruff refuses an f-string as a template.)
"""

import json
import logging
import re
import sys
import threading
import time
import traceback
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse

log = logging.getLogger(__name__)

EXTRA = (
    "status_code",
    "job",
    "run",
    "count",
    "seconds",
    "feed",
    "method",
    "ms",
    "view",
    "statement",
    "verb",
    "error",
    "command",
)
SLOW_SECONDS = 0.5  # a statement that took longer is told of, by the tables that it names
UNTOLD = frozenset({"health", "health-live"})  # asked every few seconds
ROOT = Path(__file__).resolve().parent.parent
VERB = re.compile(r"\s*(?:--[^\n]*\n\s*)*([A-Za-z]+)")
TABLE = re.compile(r'(?:FROM|JOIN|INTO|UPDATE|COPY)\s+"?([a-z_]+)"?', re.IGNORECASE)

request_id: ContextVar[str] = ContextVar("request_id", default="")

logging.raiseExceptions = False  # a fault in logging would print the arguments


class RequestIdMiddleware:
    """Give each request a random id: on its log lines, in the X-Request-ID header, and on the page that says sorry."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request_id.set(uuid.uuid4().hex)  # not reset: Django logs a refusal after the last middleware has returned
        began = time.perf_counter()
        with telling_slow_statements():
            response = self.get_response(request)
        response["X-Request-ID"] = request_id.get()
        match = request.resolver_match
        if match and match.view_name not in UNTOLD:
            # What was opened, never which one: the address holds random ids, which lead to a child for whoever may look.
            said = {"view": match.view_name, "method": request.method, "status_code": response.status_code}
            log.info("answered", extra={**said, "ms": round((time.perf_counter() - began) * 1000, 1)})
        return response


@contextmanager
def telling_slow_statements() -> Iterator[None]:
    """Inside, a statement that takes long is told of: what it does to which tables, never its values."""

    def timed(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        began = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            took = time.perf_counter() - began
            if took > SLOW_SECONDS:
                log.warning("a slow statement", extra={"statement": statement_of(str(sql)), "ms": round(took * 1000)})

    with connection.execute_wrapper(timed):
        yield


def statement_of(sql: str) -> str:
    """`SELECT chronology_entry identity_link`: its verb and its tables, in the order in which they come."""
    tables = dict.fromkeys(TABLE.findall(sql))
    verb = VERB.match(sql)
    return " ".join([verb[1].upper() if verb else "?", *tables])[:200]


def log_what_nobody_caught() -> None:
    """What ends a process or a thread is a log line like any other: Python's own would show the message, and values."""

    def ended(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            return
        log.critical("nobody caught it", exc_info=(kind, error, trace))

    sys.excepthook = ended
    threading.excepthook = lambda args: ended(args.exc_type, args.exc_value or args.exc_type(), args.exc_traceback)
    logging.captureWarnings(True)


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
        "gunicorn.error": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
        "gunicorn.access": {"handlers": ["none"], "propagate": False},
        "django.server": {"handlers": ["none"], "propagate": False},  # its lines carry whole addresses
    },
}
