"""As whom the database is asked: for the second wall (`wall.py`), which only PostgreSQL has. Plain Python.

Three ways to stand before it:

* **machine**: the verbs, jobs and commands of the product itself, which must see a record to file it. It is how a process
  begins, and what `trusted` gives for the length of a verb;
* **nobody**: a request before anything is read. No record shows;
* **reader**: a worker's (or machine's) passage through the gate, for a purpose. Rows show as the rules let them.

A server sets `nobody` at the start of each request and takes everything back at its end, so nothing outlives a request.
It is kept for a thread (or task), as the connection to the database is.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sightline.agencies.types import Actor

PAGES, MACHINE_ROLE = "sightline_pages", "sightline_machine"  # the database's own names for the two sides of the wall


@dataclass(frozen=True, slots=True)
class Standing:
    """`reader`: what the database is told of who reads, as JSON; empty for nobody. `machine`: the wall stands aside."""

    reader: str = ""
    machine: bool = False


NOBODY, MACHINE = Standing(), Standing(machine=True)
_standing: ContextVar[Standing] = ContextVar("standing", default=MACHINE)


def standing() -> Standing:
    """How this thread stands now."""
    return _standing.get()


@contextmanager
def trusted(verb: str) -> Iterator[None]:
    """For a verb of the product's own, which files, joins or recomputes: the wall stands aside. Never for what a page shows.

    `verb` says which, for whoever reads the code. Also a decorator: `@trusted("receive")`.
    """
    token = _standing.set(MACHINE)
    try:
        yield
    finally:
        _standing.reset(token)


@contextmanager
def nobody() -> Iterator[None]:
    """For the length of a request: nothing shows until a reading begins, and whatever began ends here."""
    token = _standing.set(NOBODY)
    try:
        yield
    finally:
        _standing.reset(token)


def read_as(actor: Actor, purpose: str, holders: Sequence[str], moment: datetime) -> None:
    """From here to the end of the request this thread reads as this actor. Nothing changes inside `trusted`."""
    if not _standing.get().machine:
        _standing.set(Standing(told(actor, purpose, holders, moment)))


@contextmanager
def reading_as(actor: Actor, purpose: str, holders: Sequence[str], moment: datetime) -> Iterator[None]:
    """As `read_as`, for the length of a block and wherever it is: for tests of the wall itself."""
    token = _standing.set(Standing(told(actor, purpose, holders, moment)))
    try:
        yield
    finally:
        _standing.reset(token)


@contextmanager
def at_length() -> Iterator[None]:
    """For a question that looks through very many rows: the wall works out beforehand whom the reader's ties lead to. It
    changes how long it takes, and nothing that shows. Nothing changes inside `trusted`, nor for nobody."""
    now = _standing.get()
    if not now.reader:
        yield
        return
    token = _standing.set(Standing(json.dumps({**json.loads(now.reader), "at_length": True})))
    try:
        yield
    finally:
        _standing.reset(token)


def told(actor: Actor, purpose: str, holders: Sequence[str], moment: datetime) -> str:
    """What the database is told of a reader. Codes and ids only."""
    return json.dumps(
        {
            "role": actor.role,
            "kind": actor.agency_kind,
            "agency": actor.agency,
            "team": actor.team,
            "machine": actor.machine,
            "purpose": purpose,
            "holders": list(holders),
            "at": moment.isoformat(),
        }
    )
