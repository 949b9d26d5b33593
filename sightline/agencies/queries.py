"""Who is who. Names of agencies and colleagues are ordinary working knowledge; nothing here is about a child."""

from __future__ import annotations

import zlib
from functools import lru_cache
from uuid import UUID

from django.conf import settings

from sightline.agencies.in_force import in_force
from sightline.agencies.models import Agency, Declared, Published, Token, Worker
from sightline.agencies.types import Actor, AgencyInfo, DeclaredInfo, WorkerInfo
from sightline.definition.loader import load
from sightline.definition.outcomes import Missing
from sightline.definition.types import Partnership
from sightline.definition.versions import from_bundle
from sightline.vault.actions import digest


def partnership() -> Partnership:
    """The definition that this deployment runs under (one deployment is one partnership): its files, and what was
    declared besides, as every process finds it within two seconds.
    """
    return in_force(load(settings.SIGHTLINE_PARTNERSHIP))


def published(definition_hash: str) -> Partnership:
    """The definition as it was under this hash. Raises Missing where no such version was published here."""
    row = Published.objects.filter(hash=definition_hash).values_list("bundle", flat=True).first()
    if row is None:
        raise Missing
    return from_bundle(zlib.decompress(bytes(row)))


def declared(kind: str) -> list[DeclaredInfo]:
    """What workers have added to the definition, newest first: also what has ended."""
    rows = Declared.objects.filter(kind=kind).order_by("-at", "id")
    return [DeclaredInfo(str(d.id), d.kind, d.name, d.body, d.by, d.approved_by, d.at, d.ended_at) for d in rows]


@lru_cache(maxsize=512)
def _permissions(definition_hash: str, role: str) -> frozenset[str]:
    declared = partnership().role.get(role)
    return frozenset(declared.may) if declared else frozenset()


def actor_for(worker: Worker) -> Actor:
    return Actor(
        id=str(worker.id),
        name=worker.name,
        agency=worker.agency_id,
        agency_kind=worker.agency.kind,
        team=worker.team,
        role=worker.role,
        permissions=_permissions(partnership().hash, worker.role),
        machine=worker.machine,
    )


def machine(role: str) -> Actor:
    """A declared machine actor, acting for the partnership. Raises Missing for a role that is not declared."""
    declared = partnership().role.get(role)
    if declared is None or not declared.machine:
        raise Missing
    if "live-stories" in declared.may and settings.SIGHTLINE_MODE == "production":
        raise Missing  # who lives stories is never where real people are
    return Actor(
        id=role,
        name=declared.title,
        agency="",
        agency_kind="partnership",
        team="",
        role=role,
        permissions=frozenset(declared.may),
        machine=True,
    )


def worker(username: str) -> Worker:
    try:
        return Worker.objects.select_related("agency").get(username=username, is_active=True)
    except Worker.DoesNotExist as error:
        raise Missing from error


def actor_by_id(worker_id: str | UUID) -> Actor:
    try:
        return actor_for(Worker.objects.select_related("agency").get(id=worker_id, is_active=True))
    except (Worker.DoesNotExist, ValueError) as error:
        raise Missing from error


def workers() -> list[WorkerInfo]:
    return [
        WorkerInfo(str(w.id), w.username, w.name, w.agency_id, w.team, w.role, w.phone, w.is_active)
        for w in Worker.objects.filter(machine=False).order_by("agency_id", "name")
    ]


def agencies() -> dict[str, AgencyInfo]:
    """All agencies by id: one query."""
    return {a.id: AgencyInfo(a.id, a.kind, a.title, a.phone, a.out_of_hours) for a in Agency.objects.all()}


def agency(agency_id: str) -> AgencyInfo:
    try:
        a = Agency.objects.get(id=agency_id)
    except Agency.DoesNotExist as error:
        raise Missing from error
    return AgencyInfo(a.id, a.kind, a.title, a.phone, a.out_of_hours)


def system_actor(token: str) -> Actor:
    """The agency's own system behind an API token. Raises Missing for unknown and for revoked alike."""
    try:
        found = Token.objects.select_related("agency").get(digest=digest("token", token), revoked_at=None)
    except Token.DoesNotExist as error:
        raise Missing from error
    return Actor(
        id=str(found.id),
        name=found.label,
        agency=found.agency_id,
        agency_kind=found.agency.kind,
        team="",
        role="feed-machine",
        permissions=_permissions(partnership().hash, "feed-machine"),
        machine=True,
    )


def tokens() -> list[tuple[str, str, str, bool]]:
    """Tokens of agencies' systems: (id, agency, label, whether it still works). Never the token itself."""
    rows = Token.objects.order_by("agency_id", "made_at")
    return [(str(t.id), t.agency_id, t.label, t.revoked_at is None) for t in rows]
