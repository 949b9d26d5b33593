"""What time it is. One function, so that a story can be lived in a scratch database at the moments that it names.

Only scratch, test and synthetic databases may set the clock: `allow_pretending` is called by their set-up alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

_pretended: ContextVar[datetime | None] = ContextVar("pretended", default=None)
_allowed = False


def now() -> datetime:
    """The present moment, UTC, aware."""
    return _pretended.get() or datetime.now(UTC)


def allow_pretending() -> None:
    """Called once by whoever works on a scratch or synthetic database."""
    global _allowed
    _allowed = True


def may_pretend() -> bool:
    """Whether moments here may be pretended ones, and so come in any order."""
    return _allowed


@contextmanager
def pretend(moment: datetime) -> Iterator[None]:
    """Inside, `now()` is `moment`. Raises RuntimeError where the database is real."""
    if not _allowed:
        raise RuntimeError("the clock may be set only on a scratch or synthetic database")
    token = _pretended.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _pretended.reset(token)
