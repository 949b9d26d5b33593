"""Who acts."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Actor:
    """A person or a declared machine, acting for one agency. Everything that is read or written has one."""

    id: str
    name: str
    agency: str
    agency_kind: str
    team: str
    role: str
    permissions: frozenset[str] = field(default_factory=frozenset)
    machine: bool = False


@dataclass(frozen=True, slots=True)
class AgencyInfo:
    """An agency as pages name it, and whom to ring there."""

    id: str
    kind: str
    title: str
    phone: str = ""
    out_of_hours: str = ""


@dataclass(frozen=True, slots=True)
class WorkerInfo:
    """A worker as colleagues see them."""

    id: str
    username: str
    name: str
    agency: str
    team: str
    role: str
    phone: str = ""
    active: bool = True


@dataclass(frozen=True, slots=True)
class DeclaredInfo:
    """A thing of the definition in force that stands in no file: what it is, and by whom and whom besides."""

    id: str
    kind: str
    name: str
    body: dict[str, Any]
    by: str
    approved_by: str
    at: datetime
    ended_at: datetime | None = None
