"""Who is guarded as an identity: decided more carefully (`protected`), or the named holder's alone (`sealed`).

A guard is put on in the transaction of what it rests on: a record that says so, or a worker's decision. It lets nothing
new in and takes nothing apart: whoever is joined stays joined. It only becomes stricter.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID, uuid4

from django.db.models import Q

from sightline.agencies.types import AgencyInfo
from sightline.definition.types import Partnership
from sightline.identity.bands import SEALED, stricter
from sightline.identity.models import Guarding, Possible, SourceIdentity
from sightline.timescales.moment import now
from sightline.vault.actions import Keyring

MOST_WORDS = 400
# what two holders of sealed records say, in the history of guards: it guards nothing of itself once it is taken back
SEALED_TOO, OPENED = "sealed-too", "opened"


@dataclass(frozen=True, slots=True)
class Holder:
    """Who alone knows what is sealed, and how they are reached. The same for everybody: it hints at nobody."""

    title: str
    agency: str
    day: str
    night: str
    says: str


def holder(definition: Partnership, agencies: Mapping[str, AgencyInfo]) -> Holder | None:
    """The holder of sealed records, as declared; None where no agency is named."""
    for policy in definition.matching.values():
        agency = agencies.get(policy.sealed.agency)
        if agency is not None:
            role = definition.role.get(policy.sealed.role)
            day, night = policy.sealed.day or agency.phone, policy.sealed.night or agency.out_of_hours
            return Holder(role.title if role else policy.sealed.role, agency.title, day, night, policy.sealed.says)
    return None


def mark(
    kinds: Mapping[UUID, str],
    *,
    by: str,
    because: str = "",
    entries: Mapping[UUID, UUID] | None = None,
    fresh: Collection[UUID] = (),
    said: str = "",
) -> dict[UUID, str]:
    """Guards these source identities. `entries`: the entry on which each rests; `fresh`: of whom it is not on record
    yet, though they came with their guard. In the caller's transaction.

    Where one is sealed, everybody who is one person with it is: nothing that is left would lead to anybody else. Returns
    whoever is guarded more strictly than before, and how. `said`: what history calls it, where it may be taken back.

    Who is sealed already has it written down all the same: should the seal be taken back, this goes on.
    """
    if not kinds:
        return {}
    rows = {row.id: row for row in SourceIdentity.objects.select_for_update().filter(id__among=sorted(kinds, key=str))}
    wanted = {identity: kinds[identity] for identity in rows}
    sealed = {rows[identity].person for identity, kind in wanted.items() if kind == SEALED}
    if sealed:
        for row in SourceIdentity.objects.select_for_update().filter(person__among=sealed):
            rows[row.id], wanted[row.id] = row, SEALED
    changed = {}
    for identity, kind in wanted.items():
        strict = stricter(rows[identity].guard, kind)
        if strict != rows[identity].guard or identity in fresh:
            changed[identity] = rows[identity].guard = strict
    known = {} if said else _beneath(kinds, rows, changed, entries or {})
    if not changed and not known:
        return {}
    SourceIdentity.objects.bulk_update([rows[identity] for identity in changed], ["guard"])
    keyring, entries = Keyring(), entries or {}
    if because:
        keyring.fetch(rows[identity].key for identity in (*changed, *known))
    moment, made = now(), []
    for identity, kind in [*changed.items(), *known.items()]:
        row = Guarding(id=uuid4(), identity_id=identity, kind=said or kind, at=moment, by=by, entry=entries.get(identity))
        with suppress(KeyError):  # erased: nothing is said of them any more
            words = because[:MOST_WORDS].encode()
            row.because = keyring.seal(words, [rows[identity].key], f"guarding|{row.id}") if because else None
        made.append(row)
    Guarding.objects.bulk_create(made)
    _pairs(changed)
    return changed


def _beneath(
    kinds: Mapping[UUID, str],
    rows: Mapping[UUID, SourceIdentity],
    changed: Collection[UUID],
    entries: Mapping[UUID, UUID],
) -> dict[UUID, str]:
    """What guards those who are sealed already, and stands in no history yet."""
    those = {i: kinds[i] for i, row in rows.items() if i in kinds and i not in changed and row.guard == SEALED}
    if not those:
        return {}
    told = set(Guarding.objects.filter(identity__in=list(those)).values_list("identity_id", "kind", "entry"))
    return {i: kind for i, kind in those.items() if (i, kind, entries.get(i)) not in told}


def _pairs(changed: Mapping[UUID, str]) -> None:
    """Pairs with somebody who is guarded now say so, and who may decide them."""
    ids = list(changed)
    turned = []
    for pair in Possible.objects.filter(Q(one_id__among=ids) | Q(other_id__among=ids)).defer("because", "parts"):
        strict = stricter(pair.guard, changed.get(pair.one_id, ""), changed.get(pair.other_id, ""))
        if strict == pair.guard:
            continue
        waits = pair.state in ("waiting", "unsure", "half") and strict not in pair.why
        pair.guard, pair.why = strict, [*pair.why, strict] if waits else pair.why
        turned.append(pair)
    if turned:
        Possible.objects.bulk_update(turned, ["guard", "why"])


def of(identities: Iterable[UUID]) -> dict[UUID, str]:
    """The guard of each of these that has one."""
    rows = SourceIdentity.objects.filter(id__among=set(identities)).exclude(guard="")
    return dict(rows.values_list("id", "guard"))
