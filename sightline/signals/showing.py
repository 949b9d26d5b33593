"""What a reader may see of a signal: through the gate, entry by entry. See `queries`."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sightline.agencies.queries import workers
from sightline.agencies.rules import inboxes
from sightline.agencies.types import WorkerInfo
from sightline.chronology.standing import sights
from sightline.chronology.types import EntryView
from sightline.clocks.rules import working_days
from sightline.contexts import pictures
from sightline.definition.types import Partnership, Signal
from sightline.identity.queries import persons_of, rows_of
from sightline.identity.queries import seen as identities_seen
from sightline.sharing.reading import Reading
from sightline.sharing.types import Level
from sightline.signals import rules
from sightline.signals.models import Answer, Happened, Standing
from sightline.signals.types import Episode, SignalEvent, SignalView
from sightline.timescales.spans import parse_span
from sightline.vault.actions import CannotOpen

RANK = {"now": 0, "pressing": 1, "look": 2}
ORDER = (  # of what became of a signal at one moment
    "raised", "rose-again", "grew", "graver", "told", "escalated", "answered", "moved", "ended", "withdrawn",
)  # fmt: skip
ANSWERS = {
    "acted": "Acted on",
    "covered": "Already covered",
    "not-relevant": "Not relevant",
    "wrong": "Not so: the rule is wrong",
}


@dataclass(frozen=True, slots=True)
class _Seen:
    """An entry on which a signal rests, as far as this reader may see it."""

    level: Level
    happened: datetime
    entry: UUID


def views(
    reading: Reading,
    rows: Sequence[Standing],
    in_force: Mapping[str, Signal],
    *,
    person_of: Mapping[UUID, UUID] | None = None,
    entries: Sequence[EntryView] | None = None,
    words: bool = False,
) -> list[SignalView]:
    """The rows that this reader may see, the most pressing first."""
    if not rows:
        return []
    person_of = person_of if person_of is not None else persons_of(r.identity_id for r in rows if r.identity_id)
    at = pictures.of(reading, {row.place for row in rows if row.place}) if any(row.place for row in rows) else {}
    there = seen(reading, {first for row in rows if not row.place for first in row.cited}, entries)
    bare = [row for row in rows if not row.cited]
    whole = open_people(reading, {person_of[r.identity_id] for r in bare if r.identity_id in person_of})
    mine, names = set(inboxes(reading.actor)), _Names(reading)
    found = []
    for row in rows:
        person = person_of.get(row.identity_id) if row.identity_id else None
        told_me = row.sort != "data" and _told_me(reading, row, mine)
        if row.place:
            if row.place in at:
                view = _view(reading, row, in_force[row.rule], None, {}, True, told_me, names, words)
                found.append(
                    replace(view, says=rules.words(in_force[row.rule], as_episode(row)), place_words=at[row.place].name)
                )
            continue
        cited = [(first, there[first]) for first in row.cited if first in there]
        full = len(cited) == len(row.cited) and all(one.level is Level.FULL for _, one in cited)
        if not row.cited:
            full = person in whole
        if not full and not (told_me and cited):
            continue
        found.append(_view(reading, row, in_force[row.rule], person, dict(cited), full, told_me, names, words))
    return sorted(found, key=lambda view: (bool(view.ended), RANK[view.level], -view.since.timestamp(), str(view.id)))


def seen(reading: Reading, firsts: Collection[str], entries: Sequence[EntryView] | None) -> dict[str, _Seen]:
    """Of these records those of which this reader may see at least a pointer."""
    shown = {str(e.first): _Seen(e.level, e.happened, e.id) for e in entries or () if not e.closed}
    wanted = [UUID(first) for first in firsts if first not in shown]
    if wanted:  # of somebody beside the child, or where there is no page
        found = sights(reading, wanted)
        for first, cited in found.items():
            if cited.sight:
                reading.note(cited.entry, cited.sight)  # whoever is shown what follows from an entry was shown of it
                shown[str(first)] = _Seen(cited.sight.level, cited.happened, cited.entry)
    return {first: one for first, one in shown.items() if first in firsts and one.level > Level.HIDDEN}


def open_people(reading: Reading, persons: Collection[UUID]) -> set[UUID]:
    """Of these people those of whom this reader may read all that senders hold of them."""
    if not persons:
        return set()
    rows = rows_of(persons)
    shown = identities_seen(reading, rows)
    shut = {row.person for row in rows if row.id not in shown or shown[row.id].level is not Level.FULL}
    for row in rows:
        if row.person not in shut:
            reading.note(row.id, shown[row.id])
    return {row.person for row in rows} - shut


def _told_me(reading: Reading, row: Standing, mine: Collection[str]) -> bool:
    """Whether this reader was told, or is one of those who are told where nobody answers in time."""
    told = row.told.get("to", ()) if row.told_at is not None else ()
    if not mine or not told:
        return False
    if any(one in mine for one in told):
        return True
    rule = reading.definition.signal.get(row.rule)
    message = reading.definition.message.get(rule.message) if rule is not None else None
    if message is None or reading.actor.role not in message.acknowledge.then:
        return False
    here = reading.actor.agency
    agencies = {one.partition("@")[2] or one.removeprefix("agency:") for one in told}
    teams = reading.definition.team
    agencies |= {teams[one.removeprefix("team:")].agency for one in told if one.removeprefix("team:") in teams}
    named = {one.removeprefix("worker:") for one in told if one.startswith("worker:")}
    if named:
        agencies |= {one.agency for one in _everybody(reading) if one.id in named}
    return here in agencies


def _everybody(reading: Reading) -> list[WorkerInfo]:
    if "workers" not in reading.once:
        reading.once["workers"] = workers()
    found: list[WorkerInfo] = reading.once["workers"]
    return found


class _Names:
    """Who somebody is that was told, or answered, in words. Colleagues are asked for once, and only where a name is needed."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading

    def worker(self, id: str) -> str:
        return next((one.name for one in _everybody(self.reading) if one.id == id), "somebody who has left")

    def inbox(self, to: str) -> str:
        what, _, who = to.partition(":")
        who, _, agency = who.partition("@")
        definition = self.reading.definition
        if what == "worker":
            return "You" if who == self.reading.actor.id else self.worker(who)
        if what == "team":
            return definition.team[who].title if who in definition.team else who
        if what == "agency":
            return self._agency(who)
        role = definition.role[who].title if who in definition.role else who
        return f"{role}, {self._agency(agency)}" if agency else role

    def _agency(self, id: str) -> str:
        return self.reading.agencies[id].title if id in self.reading.agencies else id


def _view(
    reading: Reading,
    row: Standing,
    rule: Signal,
    person: UUID | None,
    cited: Mapping[str, _Seen],
    full: bool,
    told_me: bool,
    names: _Names,
    words: bool,
) -> SignalView:
    way = row.told.get("way", 0) if row.told else 0
    asks = rule.tell[way].asking if way < len(rule.tell) else ""
    partly = len(cited) < len(row.cited)
    answer = (
        Answer.objects.filter(signal=row.id, answer=row.answered).order_by("-at").first()
        if words and row.answered
        else None
    )
    return SignalView(
        id=row.id,
        rule=row.rule,
        title=rule.title,
        says=rule.title if partly else rules.words(rule, as_episode(row)),
        may_mean=rule.may_mean,
        does_not_mean=rule.does_not_mean,
        asks=asks,
        level=row.level,
        sort=row.sort,
        since=row.since,
        until=row.until,
        ended=row.ended_because,
        ended_at=row.ended_at,
        person=person,
        place_words="",
        cited=tuple(first for first in row.cited if first in cited),
        window=tuple(first for first in row.window if first in cited),
        told=tuple((names.inbox(to), row.told_at) for to in row.told.get("to", ())) if row.told_at else (),
        told_me=told_me,
        answered=row.answered,
        answered_words=ANSWERS.get(row.answered, ""),
        answered_by=names.worker(row.answered_by) if row.answered_by else "",
        answered_at=row.answered_at,
        because=_words(reading, answer) if answer is not None and full else "",
        done=tuple(UUID(first) for first in answer.done) if answer is not None else (),
        rests_until=row.rests_until,
        due_at=_due(reading.definition, rule, row),
        source=rule.source,
        owner=rule.owner,
        version=row.version,
        partly=not full,
    )


def as_episode(row: Standing) -> Episode:
    """A kept signal, as the engine would say it."""
    kinds = tuple((str(kind), int(count)) for kind, count in row.kinds)
    return Episode(
        row.begins, row.until, row.since, row.begins, tuple(row.cited), tuple(row.window), row.count, row.days, row.agencies,
        row.level, kinds=kinds,
    )  # fmt: skip


def _due(definition: Partnership, rule: Signal, row: Standing) -> datetime | None:
    """By when somebody who was told answers."""
    form = f"{rule.message}-{row.told.get('level', row.level)}"  # where a level has a message of its own
    message = definition.message.get(form) or definition.message.get(rule.message)
    if row.told_at is None or row.answered or message is None or row.told.get("how") == "list":
        return None
    return parse_span(message.acknowledge.within).due(row.told_at, working_days(definition))


def _words(reading: Reading, row: Answer) -> str:
    try:
        reading.keyring.fetch_for([bytes(row.words)])
        return str(reading.keyring.open(bytes(row.words), f"signal-answer|{row.id}"))
    except CannotOpen:
        return ""  # whoever it is about was erased


def history(reading: Reading, view: SignalView) -> tuple[SignalEvent, ...]:
    names = _Names(reading)
    shown, found = set(view.cited), []
    answers = {str(row.id): row for row in Answer.objects.filter(signal=view.id)}
    for row in sorted(Happened.objects.filter(signal=view.id), key=lambda one: (one.at, ORDER.index(one.what))):
        detail = row.detail
        if row.what == "grew" and view.partly and not shown.intersection(detail.get("by", ())):
            continue  # what is hidden leaves no trace here either
        said = answers.get(detail.get("row", ""))
        who = names.worker(row.by) if row.by else ", ".join(names.inbox(to) for to in detail.get("to", ()))
        says = ANSWERS.get(detail.get("answer", ""), "")
        if said is not None and not view.partly:
            says = ": ".join(filter(None, (says, _words(reading, said))))
        found.append(SignalEvent(row.what, row.at, who, says))
    return tuple(found)
