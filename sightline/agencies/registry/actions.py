"""Recording in the registry: each verb adds a row, and its ledger record, in one transaction. Nothing is changed."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db import transaction

from sightline.agencies.queries import partnership
from sightline.agencies.registry.facts import RECORDED, VALUES, titles
from sightline.agencies.registry.models import RegistryRow
from sightline.agencies.registry.queries import registry
from sightline.agencies.rules import may
from sightline.agencies.types import Actor
from sightline.definition.nearest import nearest, one_of
from sightline.definition.outcomes import Conflict, Invalid, Missing, Refused
from sightline.definition.types import Fault
from sightline.ledger.actions import write
from sightline.timescales.london import local_day
from sightline.timescales.moment import now
from sightline.timescales.spans import parse_span

LONGEST = 200
KEEP = "keep-registry"


@transaction.atomic
def record(*, group: str, what: str, happened: date, value: str = "", source: str = "", by: Actor) -> UUID:
    """Records something of a group: `what` is a key of `facts.RECORDED`; it is known from today.

    Raises Refused without the right; Missing for a group that is not declared; Invalid with every fault; Conflict where the
    same stands there already.
    """
    _require(by)
    if group not in partnership().group:
        raise Missing
    value, source = " ".join(value.split()), " ".join(source.split())
    faults = [*_wrong(what, value, happened), *_too_long(value, source)]
    if faults:
        raise Invalid(faults)
    kept = value if what in VALUES else ""
    if _stands_there(group, what, kept, happened):
        raise Conflict("This is recorded already, for the same day.")
    if what == "member-left" and not _is_member(group, kept, happened):
        raise Conflict("It was not a member on that day, as far as the registry knows.")
    return _add(group, what, kept, happened, source, None, by)


@transaction.atomic
def withdraw(*, row: UUID, because: str, by: Actor) -> UUID:
    """Takes back a row that was recorded by mistake, with a reason. It stays in the history; as known before, it counts.

    Raises Refused; Missing; Conflict where it was taken back already; Invalid without a reason.
    """
    _require(by)
    try:
        wrong = RegistryRow.objects.get(id=row, withdraws=None)
    except RegistryRow.DoesNotExist as error:
        raise Missing from error
    because = " ".join(because.split())
    if not because or len(because) > LONGEST:
        raise Invalid(
            [Fault(path="because", expected=f"why it was wrong, in at most {LONGEST} letters", code="missing")]
        )
    if RegistryRow.objects.filter(withdraws=row).exists():
        raise Conflict("It has been taken back already.")
    return _add(wrong.group, wrong.what, wrong.value, wrong.happened, because, wrong.id, by)


def _require(by: Actor) -> None:
    decision = may(by, KEEP, partnership())
    if not decision:
        raise Refused(decision)


def _add(group: str, what: str, value: str, happened: date, source: str, withdraws: UUID | None, by: Actor) -> UUID:
    moment = now()
    made = RegistryRow.objects.create(
        group=group,
        what=what,
        value=value,
        happened=happened,
        known=local_day(moment),
        recorded=moment,
        by=by.id,
        by_name=by.name[:120],
        source=source,
        withdraws=withdraws,
    )
    write(
        kind="change",
        verb="withdraw-from-registry" if withdraws else "record-in-registry",
        actor=by.id,
        acting_for=by.agency,
        purpose="administration",
        rule=f"permission/{KEEP}",
        policy=partnership().hash,
        ids=[made.id, *([withdraws] if withdraws else [])],
        detail={"group": group, "what": what},
    )
    return made.id


def _stands_there(group: str, what: str, value: str, happened: date) -> bool:
    same = RegistryRow.objects.filter(group=group, what=what, value=value, happened=happened, withdraws=None)
    gone = RegistryRow.objects.filter(group=group).exclude(withdraws=None).values_list("withdraws", flat=True)
    return same.exclude(id__in=list(gone)).exists()


def _is_member(group: str, value: str, on: date) -> bool:
    view = registry(on, local_day(now())).group(group)
    return view is not None and any(value in one.ids for one in view.members)


def _wrong(what: str, value: str, happened: date) -> list[Fault]:
    if what not in RECORDED:
        return [Fault(path="what", found=what, expected=f"one of {one_of(RECORDED)}", nearest=nearest(what, RECORDED))]
    found = []
    if happened > local_day(now()):
        found.append(Fault(path="happened", expected="today or an earlier day: it is recorded once it has happened"))
    kind = VALUES.get(what)
    if kind and not value:
        found.append(Fault(path="value", expected=NEEDED[kind], code="missing"))
    elif kind == "span":
        try:
            parse_span(value)
        except ValueError:
            found.append(Fault(path="value", found=value[:60], expected=NEEDED["span"]))
    elif kind == "who" and "-" in value and " " not in value and value not in whom():
        known = whom()
        found.append(Fault(path="value", found=value[:60], expected=NEEDED["who"], nearest=nearest(value, known)))
    return found


NEEDED = {
    "who": "an agency of the partnership, or a post in words; never a person's name",
    "words": "a title, in words",
    "span": "a length of time, such as `6 weeks`",
}


def whom() -> set[str]:
    """Agencies, teams, roles, kinds of agency and groups: who may chair or belong."""
    return {*titles(partnership()), *partnership().group}


def _too_long(value: str, source: str) -> list[Fault]:
    parts = (("value", value), ("source", source))
    return [Fault(path=name, expected=f"at most {LONGEST} letters") for name, text in parts if len(text) > LONGEST]
