"""Taking back what one has just decided oneself about a match: it waits again, and who is whom follows."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from sightline.agencies.types import Actor
from sightline.definition.outcomes import Conflict, Decision, Missing, Refused
from sightline.identity.actions import _record, _require, _two
from sightline.identity.linking import relink
from sightline.identity.models import Possible
from sightline.timescales.moment import now

CAN = ("same", "different", "unsure")
NOT_YOURS = Decision(
    False,
    "not-yours",
    "Only whoever decided this can take it back. Decide anew instead, and say why: join or separate.",
)


@transaction.atomic
def undo(*, possible: UUID, by: Actor) -> None:
    """Takes back `by`'s own decision about a match, with every pair that the same act decided. They wait again, and
    everybody is who the other pairs say.

    Raises Missing, Refused for somebody else's decision, and Conflict where there is nothing to take back.
    """
    _require(by, "decide-match")
    ends = Possible.objects.filter(id=possible).values_list("one_id", "other_id").first()
    if ends is None:
        raise Missing
    row = _two(*ends, by).pair()
    if row.state not in CAN or row.decided_at is None:
        raise Conflict("There is nothing left to take back. Nothing was changed.")
    if row.decided_by != by.id:
        raise Refused(NOT_YOURS)
    of_act = list(Possible.objects.filter(decided_at=row.decided_at, decided_by=by.id, state=row.state).order_by("id"))
    for pair in of_act:
        pair.state, pair.decided_at, pair.decided_by, pair.because = "waiting", None, "", None
    Possible.objects.bulk_update(of_act, ["state", "decided_at", "decided_by", "because"])
    identities = [identity for pair in of_act for identity in (pair.one_id, pair.other_id)]
    changed = relink(identities, by=by.id, at=now(), reason="taken-back", evidence=["a-person-decided"])
    _record("undo-decision", by, [*ends, possible], was=row.state, moved=len(changed))
