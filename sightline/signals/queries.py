"""Which patterns stand about a child, and what became of them, as a reader may see them.

A signal shows in full to whoever may read all on which it rests in full. To those whom its rule tells, what it rests on shows
at their own sight: what is hidden from them is in no list and no figure. To nobody else does it show at all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import Q, QuerySet

from sightline.agencies.queries import machine
from sightline.agencies.rules import inboxes
from sightline.chronology.events import of_people as entries_of_people
from sightline.chronology.types import EntryView
from sightline.clocks.rules import working_days
from sightline.definition.outcomes import Missing
from sightline.definition.types import Signal
from sightline.identity.queries import rows_for
from sightline.sharing.reading import Reading
from sightline.sharing.reading import reading as reading_as
from sightline.sharing.standing import trusted
from sightline.sharing.types import Level
from sightline.signals import governing, rules
from sightline.signals.among import among, raised
from sightline.signals.knowing import known, relevant, rules_in_force
from sightline.signals.models import Standing, ToldTo
from sightline.signals.showing import RANK, history, open_people, seen, views
from sightline.signals.types import Episode, SignalEvent, SignalView
from sightline.timescales.moment import now
from sightline.vault.asking import Question

__all__ = ["among", "computed", "data_quality", "mine", "mine_count", "of_people", "of_person", "one", "raised"]

MOST = 1000


# --- about one person -------------------------------------------------------------------------------------------------


def of_person(
    reading: Reading,
    person: UUID,
    identities: Collection[UUID],
    *,
    known_on: datetime | None = None,
    entries: Sequence[EntryView] | None = None,
    past: bool = False,
) -> list[SignalView]:
    """What stands about somebody, the most pressing first. `past`: what ended or was withdrawn too. `entries`: all of the
    person's entries as this reader's page shows them, so that nothing is asked again: one query then.

    `known_on`: what would have shown then, computed with what was known then.
    """
    if known_on is not None:
        return _as_known(reading, person, known_on, rules_in_force(reading.definition, known_on), entries)
    in_force = _rules(reading)
    rows = _rows(in_force).filter(identity_id__in=list(identities))
    if not past:
        rows = rows.filter(ended_at=None)
    return views(reading, list(rows), in_force, person_of=dict.fromkeys(identities, person), entries=entries)


def of_people(reading: Reading, persons: Iterable[UUID]) -> dict[UUID, list[SignalView]]:
    """The open, unanswered signs and offers about each of these people: for the lines of a list."""
    in_force = _rules(reading)
    person_of = {row.id: row.person for row in rows_for(reading, persons)}
    rows = _OPEN.rows(list(in_force), list(person_of))
    found: dict[UUID, list[SignalView]] = defaultdict(list)
    for one in views(reading, rows, in_force, person_of=person_of):
        if one.person is not None:
            found[one.person].append(one)
    return dict(found)


def one(reading: Reading, signal: UUID) -> tuple[SignalView, tuple[SignalEvent, ...]]:
    """One signal with what became of it, oldest first. Raises Missing where this reader was neither told of it nor may read
    all on which it rests."""
    in_force = _rules(reading)
    row = _rows(in_force).filter(id=signal).first()
    found = views(reading, [row], in_force, words=True) if row is not None else []
    if row is None or not found:
        raise Missing
    reading.about = reading.about or "view-signal"
    if found[0].person is not None:
        reading.about_person(found[0].person)
    return found[0], history(reading, found[0])


def _rules(reading: Reading) -> dict[str, Signal]:
    """The rules of today, switched off or not: which, the rows are asked. No query."""
    return rules.in_force(reading.definition, now())


_OPEN = Question(
    lambda rules, identities: Standing.objects.filter(
        governing.not_switched_off(), rule__among=rules, identity_id__among=identities, ended_at=None, answered=""
    ).exclude(sort="data")
)


def _rows(in_force: Mapping[str, Signal]) -> QuerySet[Standing]:
    """What is kept of rules that are in force. What is switched off shows nowhere, at once."""
    return Standing.objects.filter(governing.not_switched_off(), rule__in=list(in_force))


# --- lists ------------------------------------------------------------------------------------------------------------


def mine(reading: Reading, *, limit: int = 30) -> list[SignalView]:
    """What this reader was told of and nobody has answered, the most pressing first."""
    in_force = _rules(reading)
    told = ToldTo.objects.filter(holder__in=inboxes(reading.actor)).values("signal")
    rows = _rows(in_force).filter(id__in=told, ended_at=None, answered="")
    return views(reading, list(rows.order_by("-told_at", "id")[: limit * 2]), in_force)[:limit]


def mine_count(reading: Reading) -> int:
    """How many those are, at most 1,000: a number without content."""
    in_force = _rules(reading)
    told = ToldTo.objects.filter(holder__in=inboxes(reading.actor)).values("signal")
    return _rows(in_force).filter(id__in=told, ended_at=None, answered="")[:MOST].count()


def data_quality(reading: Reading, *, after: tuple[datetime, UUID] | None = None, limit: int = 50) -> list[SignalView]:
    """Gaps and contradictions in what is recorded, of children of whom this reader may read all that they rest on, the newest
    first. `after`: (since, id) of the last one that was shown."""
    in_force = {id: rule for id, rule in _rules(reading).items() if rule.sort == "data"}
    found: list[SignalView] = []
    while len(found) < limit:
        rows = _rows(in_force).filter(sort="data", ended_at=None, answered="")
        if after is not None:
            rows = rows.filter(Q(since__lt=after[0]) | Q(since=after[0], id__lt=after[1]))
        some = list(rows.order_by("-since", "-id")[: limit * 3])
        shown = {view.id: view for view in views(reading, some, in_force)}
        found += [shown[row.id] for row in some if row.id in shown]
        if len(some) < limit * 3:
            break
        after = some[-1].since, some[-1].id
    return found[:limit]


# --- as known on a moment ---------------------------------------------------------------------------------------------


def _as_known(
    reading: Reading,
    person: UUID,
    known_on: datetime,
    in_force: Mapping[str, Signal],
    entries: Sequence[EntryView] | None,
) -> list[SignalView]:
    """What would have shown on a moment: computed by a machine of all that was known then; shown as far as this reader sees
    what it rests on, all of it in full."""
    stood = computed(person, known_on, in_force)
    there = seen(reading, {first for one in stood for first in one.episode.citing}, entries)
    whole = open_people(reading, [person]) if any(not one.episode.citing for one in stood) else set()
    found = []
    for one in stood:
        citing = one.episode.citing
        if all(first in there and there[first].level is Level.FULL for first in citing) and (citing or person in whole):
            found.append(_computed_view(one, person))
    return sorted(found, key=lambda view: (RANK[view.level], -view.since.timestamp(), view.rule))


class Stood(NamedTuple):
    """A rule that stood about somebody. `way`: which of its ways of telling applied; None where it told nobody."""

    rule: Signal
    episode: Episode
    way: int | None


def computed(person: UUID, known_on: datetime, in_force: Mapping[str, Signal] | None = None) -> list[Stood]:
    """Every rule that stood about somebody on a moment, with what was known then. For stages above, which pass the gate."""
    with (
        trusted("signals-as-known"),
        reading_as(machine("clock-machine"), "safeguarding", about="signals-as-known") as opened,
    ):
        definition = opened.definition
        rules_then = dict(in_force) if in_force is not None else rules_in_force(definition, known_on)
        entries = entries_of_people(opened, [person], known_on=known_on, records=relevant(definition))
        days = working_days(definition)
        about = known(opened, entries, rules_then, known_on, days, known_on=known_on)
        found = []
        for one in about.values():
            for rule in one.rules:
                answer = rules.stands(rule, one.world, known_on, rules=rules_then, days=days, asked=one.asked)
                if answer.episode is not None:
                    way = rules.told(rule, one.world, known_on, rules=rules_then, days=days, asked=one.asked)
                    found.append(Stood(rule, answer.episode, way))
        return found


def _computed_view(stood: Stood, person: UUID) -> SignalView:
    rule, episode, way = stood
    return SignalView(
        id=None,
        rule=rule.id,
        title=rule.title,
        says=rules.words(rule, episode),
        may_mean=rule.may_mean,
        does_not_mean=rule.does_not_mean,
        asks=rule.tell[way].asking if way is not None else "",
        level=episode.level,
        sort=rule.sort,
        since=episode.since,
        until=episode.ends,
        person=person,
        cited=episode.citing,
        window=episode.window,
        source=rule.source,
        owner=rule.owner,
        version=rule.version,
    )
