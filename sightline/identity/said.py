"""All that senders have ever said of somebody: for taking them out of what leaves. It is shown to nobody."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from uuid import UUID

from sightline.identity.models import SourceIdentity, Version
from sightline.identity.queries import seen
from sightline.intake.types import Details
from sightline.sharing.reading import Reading
from sightline.sharing.types import Level
from sightline.vault.actions import CannotOpen


def everything_said(reading: Reading, rows: Sequence[SourceIdentity]) -> dict[UUID, list[Details]]:
    """Every version of what each sender held of these, by source identity, as far as the gate lets this reader (a machine
    that takes people out) have it whole. An earlier name or address gives somebody away as well as the present one."""
    sights = seen(reading, rows)
    visible = [row for row in rows if row.id in sights and sights[row.id].level >= Level.FULL]
    for row in visible:
        reading.note(row.id, sights[row.id])
    reading.keyring.fetch(row.key for row in visible)
    found: dict[UUID, list[Details]] = defaultdict(list)
    for version in Version.objects.filter(identity_id__among=[row.id for row in visible]).order_by("known_at"):
        with suppress(CannotOpen):
            found[version.identity_id].append(
                Details.from_dict(reading.keyring.open(bytes(version.body), f"identity|{version.id}"))
            )
    return dict(found)
