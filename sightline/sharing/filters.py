"""The policy compiled to a database filter: "everything that this actor may see, at least at this level".

The order of `rules.py`: what rules allow, less what restrictions narrow, and floors all the same.
"""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet

from sightline.sharing.models import Restriction, Tie
from sightline.sharing.rules import ANY, BY_NAME, NAMED, OF_RECORDS, Branch, Policy, holders
from sightline.sharing.types import Level
from sightline.timescales.moment import now

NOTHING = Q(pk__in=[])


def at_least(policy: Policy, level: Level, *, subject: str, prefix: str = "", first: str | None = "first") -> Q:
    """Q over a table that carries `record`, `agency`, `handling`, `pointer_only`, `happened` (with `prefix`) and a
    `subject` column.

    `subject` is the column that names the source identity; `first` (with `prefix`) the one that names the record, on
    which people are named, and None where the table has no records. Routine records that no concern has opened are the
    caller's own condition: only the table's owner knows of openings.
    """
    record = None if first is None else f"{prefix}{first}"
    named = _Named(policy, subject, record)
    plain, always = NOTHING, NOTHING
    for branch in policy.branches:
        if branch.level < level:
            continue
        part = _fits(policy, branch, level, subject, prefix, record)
        if branch.restricted:
            always |= part
        else:
            plain |= part
    found = always | (plain & ~named.shut) if policy.asks_restricted else always | plain
    narrowed = [b for b in policy.restrictions if b.level < level]
    if not narrowed:
        return found
    denied = NOTHING
    for branch in narrowed:
        denied |= _fits(policy, branch, Level.HIDDEN, subject, prefix, record)
    kept = NOTHING
    for branch in policy.floors:
        if branch.level >= level:
            part = _fits(policy, branch, level, subject, prefix, record)
            kept |= part if branch.restricted else part & ~named.shut
    return (found & ~denied) | kept


def _fits(policy: Policy, branch: Branch, level: Level, subject: str, prefix: str, record: str | None) -> Q:
    """All that one rule asks of a row."""
    part = Q(**{f"{prefix}handling__in": sorted(branch.handling)})
    if ANY in branch.records:
        part &= ~Q(**{f"{prefix}record__in": sorted(BY_NAME - branch.records)})
    else:
        part &= Q(**{f"{prefix}record__in": sorted(branch.records)})
    if level > Level.POINTER:
        part &= Q(**{f"{prefix}pointer_only": False})
    if branch.sender is not None:
        same = Q(**{f"{prefix}agency": policy.actor.agency})
        part &= same if branch.sender else ~same
    if branch.rule.age.within or branch.rule.age.over:
        since, until = policy.span_of(branch)
        if policy.moment is None:
            return part & tied_or_not(policy, branch, subject, record) if branch.restricts else NOTHING
        if since is not None:
            part &= Q(**{f"{prefix}happened__gte": since})
        if until is not None:
            part &= Q(**{f"{prefix}happened__lt": until})
    return part & tied_or_not(policy, branch, subject, record)


def tied_or_not(policy: Policy, branch: Branch, subject: str, record: str | None) -> Q:
    """The ties that a rule asks for, and those for which it makes an exception."""
    part = Q()
    if branch.needs_tie:
        part &= tied(policy, subject=subject, kinds=branch.needs_tie, record=record)
    if branch.unless_tie:
        part &= ~tied(policy, subject=subject, kinds=branch.unless_tie, record=record)
    return part


def tied(policy: Policy, *, subject: str, kinds: frozenset[str] | set[str], record: str | None = None) -> Q:
    """Q: the actor holds one of these ties, now, to the source identity in column `subject`, or is named on `record`."""
    found = Q(Exists(_ties(policy).filter(subject=OuterRef(subject), kind__in=sorted(kinds))))
    of_records = sorted(OF_RECORDS & kinds)
    if record is not None and of_records:
        found |= Q(Exists(_ties(policy).filter(subject=OuterRef(record), kind__in=of_records)))
    return found


def _ties(policy: Policy) -> QuerySet[Tie]:
    moment = now()
    return Tie.objects.filter(holder__in=holders(policy.actor), from_at__lte=moment).filter(
        Q(until=None) | Q(until__gt=moment)
    )


class _Named:
    """Whether a row is kept to named people, and the actor is not one of them."""

    def __init__(self, policy: Policy, subject: str, record: str | None) -> None:
        self._policy, self._columns = policy, [subject] if record is None else [subject, record]

    @property
    def shut(self) -> Q:
        found = NOTHING
        for column in self._columns:
            found |= Q(Exists(_kept(self._policy, OuterRef(column))))
        return found


def kept_from(policy: Policy, *, subject: str) -> Q:
    """Q: what column `subject` names (a source identity, or a record) is kept to named people, and not to this actor."""
    return Q(Exists(_kept(policy, OuterRef(subject))))


def _kept(policy: Policy, subject: OuterRef) -> QuerySet[Restriction]:
    moment = now()
    own = _ties(policy).filter(subject=OuterRef("subject"), kind=NAMED)
    open_ = Restriction.objects.filter(subject=subject, from_at__lte=moment).filter(Q(until=None) | Q(until__gt=moment))
    return open_.filter(~Exists(own))
