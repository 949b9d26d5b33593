"""Who is who. Names of agencies and colleagues are ordinary working knowledge; nothing here is about a child."""

from __future__ import annotations

import zlib
from collections.abc import Collection, Iterable
from datetime import datetime
from functools import lru_cache
from uuid import UUID

from django.conf import settings
from django.db import connection

from sightline.agencies.in_force import at_moment, in_force
from sightline.agencies.models import Agency, Declared, Published, Token, Worker
from sightline.agencies.types import Actor, AgencyInfo, DeclaredInfo, WorkerInfo
from sightline.definition.loader import load
from sightline.definition.outcomes import Missing
from sightline.definition.types import Partnership
from sightline.definition.versions import from_bundle
from sightline.vault.actions import digest
from sightline.vault.asking import Question

_ACTOR = Question(
    lambda id: Worker.objects.filter(id=id, is_active=True),
    *("id", "name", "agency_id", "agency__kind", "team", "role", "machine"),
)
_WORKERS = Question(
    lambda: Worker.objects.filter(machine=False).order_by("agency_id", "name"),
    *("id", "username", "name", "agency_id", "team", "role", "phone", "is_active"),
)
_SETTINGS = Question(lambda ids: Worker.objects.filter(id__among=ids), "id", "settings")
_AGENCIES = Question(lambda: Agency.objects.all(), "id", "kind", "title", "phone", "out_of_hours")


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


def held_for() -> str:
    """Whose database this is, by the newest definition that was published in it; empty where none was, or where there are no
    tables yet. The definition in force counts wherever it was published before, so that a slip can be taken back."""
    if Published._meta.db_table not in connection.introspection.table_names():
        return ""
    if Published.objects.filter(hash=partnership().hash).exists():
        return str(settings.SIGHTLINE_PARTNERSHIP)
    newest = Published.objects.order_by("-at", "-id").values_list("bundle", flat=True).first()
    return from_bundle(zlib.decompress(bytes(newest))).id if newest is not None else ""


def somebody_works() -> bool:
    """Whether anybody but the declared machines was ever let in here."""
    return Worker.objects.filter(machine=False).exists()


def declared_at(definition: Partnership, kind: str, moment: datetime) -> Partnership:
    """This definition, with the things of one kind as they were at a moment of the past: what was declared then, and the
    files as they are now. The same where nothing of the kind was ever declared."""
    if not Declared.objects.filter(kind=kind).exists():
        return definition
    then = at_moment(load(definition.id), kind, moment)
    return definition.model_copy(update={kind: getattr(then, kind)})


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
        [(id, name, agency, kind, team, role, machine)] = _ACTOR(UUID(str(worker_id)))
    except ValueError as error:  # no id, or nobody's
        raise Missing from error
    may = _permissions(partnership().hash, role)
    return Actor(str(id), name, agency, kind, team, role, permissions=may, machine=bool(machine))


def workers() -> list[WorkerInfo]:
    return [WorkerInfo(str(id), *others) for id, *others in _WORKERS()]


def email_of(ids: Iterable[str]) -> dict[str, str]:
    """Where these workers get e-mail, by id; left out who gets none. For what tells them that something waits."""
    rows = Worker.objects.filter(id__in=list(ids), is_active=True).exclude(email="")
    return {str(id): address for id, address in rows.values_list("id", "email")}


def settings_of(ids: Iterable[str]) -> dict[str, dict[str, object]]:
    """What these workers have chosen for themselves, by id."""
    return {str(id): dict(chosen or {}) for id, chosen in _SETTINGS([UUID(str(id)) for id in ids])}


def agencies() -> dict[str, AgencyInfo]:
    """All agencies by id: one query."""
    return {id: AgencyInfo(id, *others) for id, *others in _AGENCIES()}


def workers_with_settings(roles: Collection[str]) -> list[tuple[WorkerInfo, dict[str, object]]]:
    """Those of these roles who are at work, each with what they chose for themselves. One query."""
    rows = Worker.objects.filter(machine=False, is_active=True, role__in=list(roles)).order_by("agency_id", "name")
    return [
        (WorkerInfo(str(w.id), w.username, w.name, w.agency_id, w.team, w.role, w.phone, w.is_active), w.settings)
        for w in rows
    ]


def calendars(kinds: Collection[str]) -> dict[str, tuple[str, dict[str, object]]]:
    """The agencies of these kinds, each with the calendar of the definition that it names (empty: the usual one) and the
    days of its own that it has told us. One query."""
    declared = partnership().agency
    rows = Agency.objects.filter(kind__in=list(kinds)).order_by("id").values_list("id", "calendar")
    return {id: (declared[id].calendar if id in declared else "", own or {}) for id, own in rows}


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
