"""The policy compiled to a database filter: "everything that this actor may see, at least at this level"."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q

from sightline.sharing.models import Tie
from sightline.sharing.rules import NEVER_BY_FLOOR, Policy, holders
from sightline.sharing.types import Level
from sightline.timescales.moment import now


def at_least(policy: Policy, level: Level, *, subject: str, prefix: str = "") -> Q:
    """Q over a table that carries `record`, `agency`, `handling`, `pointer_only` (with `prefix`) and a `subject` column.

    `subject` is the column that names the source identity. Routine records that no concern has opened are the
    caller's own condition: only the table's owner knows of openings.
    """
    found = Q(pk__in=[])
    for branch in policy.branches:
        if branch.level < level:
            continue
        part = Q(
            **{
                f"{prefix}handling__in": [
                    h for h in branch.rule.may_see.handling if not (branch.rule.floor and h in NEVER_BY_FLOOR)
                ]
            }
        )
        if "any" not in branch.rule.may_see.records:
            part &= Q(**{f"{prefix}record__in": list(branch.rule.may_see.records)})
        if level > Level.POINTER:
            part &= Q(**{f"{prefix}pointer_only": False})
        if branch.sender is not None:
            same = Q(**{f"{prefix}agency": policy.actor.agency})
            part &= same if branch.sender else ~same
        if branch.needs_tie:
            part &= tied(policy, subject=subject, kinds=branch.needs_tie)
        found |= part
    return found


def tied(policy: Policy, *, subject: str, kinds: frozenset[str] | set[str]) -> Q:
    """Q: the actor holds one of these ties, now, to the source identity in column `subject`."""
    moment = now()
    return Q(
        Exists(
            Tie.objects.filter(
                subject=OuterRef(subject), holder__in=holders(policy.actor), kind__in=sorted(kinds), from_at__lte=moment
            ).filter(Q(until=None) | Q(until__gt=moment))
        )
    )
