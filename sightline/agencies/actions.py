"""Writing agencies, workers and tokens."""

from __future__ import annotations

import secrets
import zlib
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction

from sightline.agencies.in_force import as_it_stands, forget
from sightline.agencies.models import Agency, Declared, Published, Token, Worker
from sightline.agencies.one_person import same_person
from sightline.agencies.queries import partnership
from sightline.agencies.rules import may
from sightline.agencies.types import Actor
from sightline.definition.loader import load
from sightline.definition.nearest import nearest
from sightline.definition.outcomes import Conflict, Decision, Invalid, Missing, Refused
from sightline.definition.types import Fault, Partnership, Thing
from sightline.definition.versions import bundle
from sightline.ledger.actions import write
from sightline.timescales.moment import now
from sightline.vault.actions import digest


def _require(by: Actor, permission: str) -> None:
    decision = may(by, permission, partnership())
    if not decision:
        raise Refused(decision)


@transaction.atomic
def take_from_definition(*, by: Actor) -> int:
    """Writes the definition's agencies into the table, so that feeds and workers can point to them. Returns how many."""
    rows = [
        Agency(id=a.id, kind=a.kind, title=a.title, phone=a.phone, out_of_hours=a.out_of_hours, declared=True)
        for a in partnership().agency.values()
    ]
    Agency.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["kind", "title", "phone", "out_of_hours", "declared"],
    )
    write(
        kind="run",
        verb="take-definition",
        actor=by.id,
        acting_for=by.agency,
        purpose="administration",
        policy=partnership().hash,
        detail={"agencies": len(rows)},
    )
    return len(rows)


@transaction.atomic
def publish(*, because: str, by: Actor) -> Partnership:
    """Keeps the definition as this transaction leaves it, whole, under its hash: old bundles always load. Returns it."""
    whole = as_it_stands(load(settings.SIGHTLINE_PARTNERSHIP))
    if not Published.objects.filter(hash=whole.hash).exists():
        kept = zlib.compress(bundle(whole))
        Published.objects.create(hash=whole.hash, bundle=kept, at=now(), by=by.id, because=because)
    transaction.on_commit(forget)
    return whole


@transaction.atomic
def declare(
    *,
    thing: Thing,
    kind: str,
    body: dict[str, Any],
    asked_by: str,
    permission: str,
    by: Actor,
    instead: bool = False,
) -> UUID:
    """Makes a thing part of the definition in force, from now on, in every process. Two people: who asked, and `by`.

    `instead`: it stands in place of one of the same id (a later version of a signal's rule).
    """
    _require(by, permission)
    _somebody_else(asked_by, by)
    before = publish(because="before-declare", by=by)  # what was in force until now stays to be read
    if instead:
        Declared.objects.filter(kind=kind, name=thing.id, ended_at=None).update(
            ended_at=now(), ended_by=asked_by, ended_approved_by=by.id
        )
    elif thing.id in getattr(before, kind):
        known = f"an id that no {kind} of the definition has"
        raise Invalid([Fault(path="id", found=thing.id, expected=known, code="taken")])
    made = Declared.objects.create(kind=kind, name=thing.id, body=body, by=asked_by, approved_by=by.id, at=now())
    after = publish(because="declare-thing", by=by)
    standing = getattr(after, kind).get(thing.id)
    if standing is None or (instead and standing.version != thing.version):
        raise Invalid([Fault(path="id", found=thing.id, expected=f"a {kind} that fits the definition")])
    write(
        kind="change",
        verb="declare-thing",
        actor=by.id,
        acting_for=by.agency,
        purpose="administration",
        policy=after.hash,
        ids=[made.id],
        detail={"kind": kind, "name": thing.id, "asked_by": asked_by},
    )
    return made.id


@transaction.atomic
def end_declared(*, id: UUID, asked_by: str, permission: str, by: Actor) -> None:
    """Takes a declared thing out of the definition in force. What came by it stays. Two people here too."""
    _require(by, permission)
    _somebody_else(asked_by, by)
    row = Declared.objects.select_for_update().filter(id=id, ended_at=None).first()
    if row is None:
        raise Conflict("It has been withdrawn already. Nothing was changed.")
    row.ended_at, row.ended_by, row.ended_approved_by = now(), asked_by, by.id
    row.save(update_fields=["ended_at", "ended_by", "ended_approved_by"])
    after = publish(because="end-declared", by=by)
    write(
        kind="change",
        verb="end-declared",
        actor=by.id,
        acting_for=by.agency,
        purpose="administration",
        policy=after.hash,
        ids=[row.id],
        detail={"kind": row.kind, "name": row.name, "asked_by": asked_by},
    )


def _somebody_else(asked_by: str, by: Actor) -> None:
    if by.machine or same_person(by.id, asked_by):
        sentence = "You asked for this yourself: somebody else must decide on it."
        raise Refused(Decision(False, "second-person-needed", sentence))


@transaction.atomic
def declare_agency(
    *, id: str, kind: str, title: str, phone: str = "", calendar: dict[str, object] | None = None, by: Actor
) -> None:
    """An agency that the definition does not name (a school that a feed or a story brings)."""
    if kind not in partnership().codes["agency-kind"].codes:
        raise Invalid([Fault(path="kind", found=kind, expected="an agency kind of the definition")])
    Agency.objects.update_or_create(
        id=id, defaults={"kind": kind, "title": title, "phone": phone, "declared": False, "calendar": calendar or {}}
    )
    write(kind="change", verb="declare-agency", actor=by.id, acting_for=by.agency, purpose="administration", ids=[id])


@transaction.atomic
def add_worker(
    *,
    username: str,
    name: str,
    agency: str,
    role: str,
    team: str = "",
    phone: str = "",
    email: str = "",
    password: str | None = None,
    settings: dict[str, object] | None = None,
    by: Actor,
) -> Worker:
    """A new worker. Without a password nobody can sign in with one (sign-on by OpenID Connect, or the demo)."""
    _require(by, "administer-workers")
    definition, faults = partnership(), []
    declared = definition.role.get(role)
    if declared is None or declared.machine:
        faults.append(Fault(path="role", found=role, expected="a role of the definition"))
    if not Agency.objects.filter(id=agency).exists():
        faults.append(Fault(path="agency", found=agency, expected="an agency"))
    if team and team not in definition.team:
        faults.append(Fault(path="team", found=team, expected="a team of the definition"))
    if faults:
        raise Invalid(faults)
    made = Worker(
        username=username,
        name=name,
        agency_id=agency,
        team=team,
        role=role,
        phone=phone,
        email=email,
        settings=settings or {},
    )
    if password:
        made.set_password(password)
    else:
        made.set_unusable_password()
    made.save()
    write(kind="change", verb="add-worker", actor=by.id, acting_for=by.agency, purpose="administration", ids=[made.id])
    return made


@transaction.atomic
def end_worker(*, username: str, by: Actor) -> str:
    """Ends a worker's access: whoever leaves reads nothing from their next request on, and cannot sign in. What they wrote, read
    and decided stays theirs. Returns their id. Raises Missing for who is none, or no longer is one, and Refused.
    """
    _require(by, "administer-workers")
    row = Worker.objects.select_for_update().filter(username=username, machine=False, is_active=True).first()
    if row is None:
        raise Missing
    row.is_active = False
    row.save(update_fields=["is_active"])
    write(kind="change", verb="end-worker", actor=by.id, acting_for=by.agency, purpose="administration", ids=[row.id])
    return str(row.id)


@transaction.atomic
def make_token(*, agency: str, label: str, by: Actor) -> str:
    """A new token for an agency's system. Returned once; only its digest is kept."""
    _require(by, "administer-workers")
    if not Agency.objects.filter(id=agency).exists():
        raise Invalid(
            [
                Fault(
                    path="agency",
                    found=agency,
                    expected="an agency of this partnership",
                    nearest=nearest(agency, Agency.objects.values_list("id", flat=True)),
                )
            ]
        )
    token = f"sl_{secrets.token_urlsafe(32)}"
    made = Token.objects.create(agency_id=agency, label=label, digest=digest("token", token), made_at=now())
    write(kind="change", verb="make-token", actor=by.id, acting_for=by.agency, purpose="administration", ids=[made.id])
    return token


@transaction.atomic
def revoke_token(*, id: str, by: Actor) -> None:
    """Ends a token (by its id, see `queries.tokens`): the next call with it is refused."""
    _require(by, "administer-workers")
    Token.objects.filter(id=id, revoked_at=None).update(revoked_at=now())
    write(kind="change", verb="revoke-token", actor=by.id, acting_for=by.agency, purpose="administration", ids=[id])


@transaction.atomic
def choose(*, settings: Mapping[str, str], by: Actor) -> None:
    """What a worker chooses for themselves (which e-mails, who stands in while away, `holiday-notices: next-morning`); empty:
    as it is for everybody. What is not named stays. Nobody chooses for somebody else. Values are codes, ids and days, which
    the caller has checked.
    """
    row = Worker.objects.select_for_update().get(id=by.id, machine=False)
    kept = {name: value for name, value in {**(row.settings or {}), **settings}.items() if value}
    if kept == row.settings:
        return
    row.settings = kept
    row.save(update_fields=["settings"])
    write(
        kind="change",
        verb="choose",
        actor=by.id,
        acting_for=by.agency,
        purpose="administration",
        ids=[row.id],
        detail={"chosen": sorted(settings)},
    )
