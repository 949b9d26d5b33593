"""Reading the registry. Who chairs a board is ordinary working knowledge: every worker may read it, and nothing in it is
about a child, so there is no gate to pass."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from uuid import UUID

from sightline.agencies.queries import partnership
from sightline.agencies.registry import rules
from sightline.agencies.registry.facts import RECORDED, declared, recorded, titles
from sightline.agencies.registry.models import RegistryRow
from sightline.agencies.registry.types import AimView, Fact, Moment, Registry, Row
from sightline.definition.kinds.registry import Document
from sightline.definition.outcomes import Missing
from sightline.definition.types import Partnership


@lru_cache(maxsize=8)
def _declared(hash: str) -> tuple[Fact, ...]:
    return declared(partnership())


def facts(known: date) -> tuple[Fact, ...]:
    """Everything told of groups by a day: what is declared, and what was recorded."""
    definition = partnership()
    return (*_declared(definition.hash), *recorded(rows(), known))


def registry(on: date, known: date) -> Registry:
    """The partnership as it stood on a day, by what was known on a day. One query."""
    definition = partnership()
    return rules.as_of(facts(known), definition, titles(definition), on, known)


def rows(group: str = "") -> list[Row]:
    """What was recorded, in the order in which it was."""
    found = RegistryRow.objects.order_by("recorded", "id")
    return [
        Row(
            str(r.id), r.group, r.what, r.value, r.happened, r.known, r.recorded, r.by_name, r.source,
            str(r.withdraws) if r.withdraws else "", r.by,
        )
        for r in (found.filter(group=group) if group else found)
    ]  # fmt: skip


def row(id: UUID) -> Row:
    """One row that can be taken back. Raises Missing."""
    try:
        group = RegistryRow.objects.values_list("group", flat=True).get(id=id, withdraws=None)
    except RegistryRow.DoesNotExist as error:
        raise Missing from error
    return next(one for one in rows(group) if one.id == str(id))


def history(group: str, known: date) -> tuple[Moment, ...]:
    """Everything that was told of one group by a day, in order of time. Raises Missing for a group that is not declared."""
    definition = partnership()
    if group not in definition.group:
        raise Missing
    mine = [f for f in facts(known) if f.group == group and f.known <= known]
    if not mine:
        raise Missing
    names = {**titles(definition), **{id: one.title for id, one in definition.group.items()}}
    return rules.history(mine, names)


def withdrawn(group: str, known: date) -> tuple[tuple[Row, Row], ...]:
    """Rows of a group that were taken back by a day, each with the row that took it back."""
    mine = [one for one in rows(group) if one.known <= known]
    by_id = {one.id: one for one in mine}
    return tuple((by_id[one.withdraws], one) for one in mine if one.withdraws in by_id)


def aims(kind: str, known: date) -> tuple[AimView, ...]:
    """Priorities (`priority`) or strategies (`strategy`) of which something was known on a day."""
    definition = partnership()
    names = {**titles(definition), **{id: one.title for id, one in definition.group.items()}}
    return rules.aims(definition, names, known, kind)


def documents() -> list[Document]:
    """The documents from which the registry was written, in the order in which they became known."""
    return sorted(partnership().document.values(), key=lambda d: (d.known, d.id))


def recordable() -> dict[str, str]:
    """What may be recorded of a group, in words, by key."""
    return {key: words for key, (words, _, _) in RECORDED.items()}


def first_known(definition: Partnership) -> date | None:
    """The first day on which anything was known from a document."""
    return min((d.known for d in definition.document.values()), default=None)
