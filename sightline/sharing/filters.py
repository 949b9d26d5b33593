"""The policy compiled to a database filter: "everything that this actor may see, at least at this level".

The order of `rules.py`: what rules allow, less what restrictions narrow, and floors all the same. What the reader holds is
asked first (`own.py`), so that rules which nothing they hold can fulfil are left out, and the database need not ask of
every row whether a tie leads to it.
"""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Exists, OuterRef, Q

from sightline.sharing.own import Own, own_of
from sightline.sharing.rules import ANY, BY_NAME, NAMED, OF_RECORDS, Branch, Policy, widest
from sightline.sharing.types import Level

NOTHING = Q(pk__in=[])


def at_least(
    policy: Policy,
    level: Level,
    *,
    subject: str,
    prefix: str = "",
    first: str | None = "first",
    own: Own | None = None,
) -> Q:
    """Q over a table that carries `record`, `agency`, `handling`, `pointer_only`, `happened` (with `prefix`) and a
    `subject` column.

    `subject` is the column that names the source identity; `first` (with `prefix`) the one that names the record, on
    which people are named, and None where the table has no records. Routine records that no concern has opened are the
    caller's own condition: only the table's owner knows of openings. `own`: what the reader holds, where the caller has it.
    """
    record = None if first is None else f"{prefix}{first}"
    made = _Made(policy, own or own_of(policy), subject, prefix, record)
    narrowed = [b for b in policy.restrictions if b.level < level]
    given = [b for b in policy.branches if b.level >= level]
    if not narrowed:
        return made.given(widest(given), level)
    floors = [b for b in policy.floors if b.level >= level]  # nothing narrows them: what they give need not be asked for twice
    found = made.given(widest([b for b in given if b not in floors], besides=floors), level)
    if found != NOTHING:
        denied = NOTHING
        for branch in narrowed:
            if (part := made.fits(branch, Level.HIDDEN)) is not None:
                denied |= part
        found &= ~denied
    return found | made.given(widest(floors), level)


def asks_whom(condition: Q) -> bool:
    """Whether such a condition asks about whom a row is, or who is named on it: else it is one of the row itself, and holds for
    everybody on it alike."""
    return any(
        asks_whom(part) if isinstance(part, Q) else not isinstance(part, tuple) or part[0].endswith("__among")
        for part in condition.children
    )


def tied(
    policy: Policy, *, subject: str, kinds: Collection[str], record: str | None = None, own: Own | None = None
) -> Q:
    """Q: the actor holds one of these ties, now, to the source identity in column `subject`, or is named on `record`."""
    found = _tied(own or own_of(policy), subject, kinds, record)
    return NOTHING if found is None else found


def kept_from(policy: Policy, *, subject: str, own: Own | None = None) -> Q:
    """Q: what column `subject` names (a source identity, or a record) is kept to named people, and not to this actor."""
    return _kept(own or own_of(policy), (subject,))


class _Made:
    """Conditions on the rows of one table, for one reader."""

    def __init__(self, policy: Policy, own: Own, subject: str, prefix: str, record: str | None) -> None:
        self._policy, self._own, self._subject, self._prefix, self._record = policy, own, subject, prefix, record

    def given(self, branches: Collection[Branch], level: Level) -> Q:
        """What these rules give: those that ask for no tie first, which are the quickest to tell."""
        plain, always = NOTHING, NOTHING
        for branch in sorted(branches, key=lambda b: bool(b.needs_tie)):
            part = self.fits(branch, level)
            if part is not None and branch.restricted:
                always |= part
            elif part is not None:
                plain |= part
        if plain == NOTHING or not self._policy.asks_restricted or self._own.kept == frozenset():
            return always | plain
        columns = (self._subject,) if self._record is None else (self._subject, self._record)
        return always | (plain & ~_kept(self._own, columns))

    def fits(self, branch: Branch, level: Level) -> Q | None:
        """All that one rule asks of a row; None where no row can have it."""
        held = self._held(branch)
        if held is None:
            return None
        prefix, policy = self._prefix, self._policy
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
            if policy.moment is None:
                return part & held if branch.restricts else None
            since, until = policy.span_of(branch)
            if since is not None:
                part &= Q(**{f"{prefix}happened__gte": since})
            if until is not None:
                part &= Q(**{f"{prefix}happened__lt": until})
        return part & held

    def _held(self, branch: Branch) -> Q | None:
        """The ties that a rule asks for, and those for which it makes an exception."""
        part = Q()
        if branch.needs_tie:
            found = _tied(self._own, self._subject, branch.needs_tie, self._record)
            if found is None:
                return None
            part &= found
        if branch.unless_tie:
            but = _tied(self._own, self._subject, branch.unless_tie, self._record)
            part &= Q() if but is None else ~but
        return part


def _tied(own: Own, subject: str, kinds: Collection[str], record: str | None) -> Q | None:
    """Whether one of these ties leads to a row; None where none leads anywhere. Who is named on one thing that stands in
    a row counts as named only where nothing else in it is kept from them."""
    if NAMED in kinds and own.kept != frozenset() and len(kinds) > 1:
        several = (_tied(own, subject, some, record) for some in (frozenset(kinds) - {NAMED}, frozenset({NAMED})))
        return _any([one for one in several if one is not None])
    columns = [(subject, kinds)]
    if record is not None and not OF_RECORDS.isdisjoint(kinds):
        columns.append((record, OF_RECORDS & frozenset(kinds)))
    found = []
    for column, wanted in columns:
        to = own.among(wanted)
        if to is None:
            found.append(Q(Exists(own.ties().filter(subject=OuterRef(column), kind__in=sorted(wanted)))))
        elif to:
            found.append(Q(**{f"{column}__among": sorted(to)}))
    one = _any(found)
    if one is not None and NAMED in kinds and own.kept != frozenset():
        one &= ~_kept(own, (subject,) if record is None else (subject, record))
    return one


def _any(some: Collection[Q]) -> Q | None:
    found: Q | None = None
    for one in some:
        found = one if found is None else found | one
    return found


def _kept(own: Own, columns: Collection[str]) -> Q:
    """Whether what one of these columns names is kept from the reader."""
    found = NOTHING
    for column in columns:
        if own.kept is None:
            found |= Q(Exists(own.kept_rows().filter(subject=OuterRef(column))))
        elif own.kept:
            found |= Q(**{f"{column}__among": sorted(own.kept)})
    return found
