"""What follows from a child's entries, as somebody may see them. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import lru_cache

from sightline.chronology.types import EntryView, Professional, State, Voice
from sightline.definition.records import code_title
from sightline.definition.types import Partnership, RecordType
from sightline.definition.words import render
from sightline.sharing.types import Level
from sightline.timescales.london import local_day, parse_day
from sightline.timescales.spans import parse_span

INVOLVEMENT = "involvement"
UNDECLARED = timedelta(days=1)  # after which what is told is history, where a partnership keeps no queue


def history_before(partnership: Partnership, arrived: datetime) -> datetime:
    """What its sender had known before this, and came then, is history: nobody could act on it any more, and nothing follows
    from it. What is late and no history (it waited over a weekend for a mistake to be put right) is followed like
    anything else. The limit is declared with the queue of the front door."""
    return _history_before(tuple(queue.history for queue in partnership.queue.values()), arrived)


def is_history(
    partnership: Partnership, *, first: bool, happened: datetime, known: datetime, recorded: datetime
) -> bool:
    """Whether a version was history when it came: known to its sender before the limit, or, for one that puts right another,
    a word about what happened before it."""
    limit = history_before(partnership, recorded)
    return known < limit or (not first and happened < limit)


@lru_cache(maxsize=500)
def _history_before(spans: tuple[str, ...], arrived: datetime) -> datetime:
    return min((parse_span(span).before(arrived) for span in spans), default=arrived - UNDECLARED)


def lane_of(partnership: Partnership, record: str, agency_kind: str) -> tuple[str, str, int]:
    """The picture's lane for a record: (id, title, order). A lane that names the record wins over its sender's."""
    by_kind = ("other", "Others", 90)
    for lane in partnership.lane.values():
        if record in lane.records:
            return lane.id, lane.title, lane.order
        if agency_kind in lane.of:
            by_kind = (lane.id, lane.title, lane.order)
    return by_kind


def _day(text: str) -> str:
    return text[:10]


def states(entries: Iterable[EntryView], at: datetime, partnership: Partnership) -> list[State]:
    """What is open about the child at a moment: declared by records that open a state (plans, waits), latest first."""
    found: dict[tuple[str, str], State] = {}
    for view in sorted(entries, key=lambda e: e.happened):
        declared = partnership.record.get(view.record)
        if declared is None or declared.opens is None or view.level < Level.HEADLINE or view.record == INVOLVEMENT:
            continue
        opens = declared.opens
        since = parse_start(view, opens.from_)
        until_text = view.values.get(opens.until, "") if opens.until else ""
        until = parse_start(view, opens.until) if until_text else view.until
        key = (opens.state, _day(view.values.get(opens.from_, "")) or str(view.first))
        if since <= at and (until is None or until > at):
            found[key] = State(opens.state, say_state(partnership, declared, view), since, until, view.id)
        else:
            found.pop(key, None)
    return sorted(found.values(), key=lambda s: s.since, reverse=True)


def parse_start(view: EntryView, field: str) -> datetime:
    """The moment in a field, or when it happened."""
    from_text = view.values.get(field, "") if field else ""
    return (
        datetime.fromisoformat(f"{from_text}T00:00:00+00:00")
        if len(from_text) == 10
        else (datetime.fromisoformat(from_text) if from_text else view.happened)
    )


def say_state(partnership: Partnership, record: RecordType, view: EntryView) -> str:
    """A state in words: the declared template, or the record's title."""
    template = record.opens.says if record.opens else ""
    return (
        render(partnership, record, template, view.values, says=view.says, place=view.place, people={})
        if template
        else record.title
    )


def professionals(
    entries: Iterable[EntryView], at: datetime, partnership: Partnership, *, all_times: bool = False
) -> list[Professional]:
    """Who works with the child at a moment (or ever did): from involvement records; nearest first."""
    latest: dict[tuple[str, ...], EntryView] = {}
    for view in sorted(entries, key=lambda e: e.known_at):
        if view.record == INVOLVEMENT and view.level >= Level.HEADLINE:
            latest[view.agency.id, *(view.values.get(name, "") for name in ("worker-role", "from", "worker"))] = view
    found, today = [], local_day(at)
    declared = partnership.record.get(INVOLVEMENT)
    for view in latest.values():
        since, until = _day(view.values.get("from", "")), _day(view.values.get("to", ""))
        over = bool(until) and parse_day(until) <= today
        begun = not since or parse_day(since) <= today
        if not all_times and (over or not begun):
            continue
        role = view.values.get("worker-role", "")
        title = (
            partnership.role[role].title
            if role in partnership.role
            else (code_title(partnership, declared.fields["worker-role"], role) if declared else role)
        )
        team = view.values.get("team", "")
        team = partnership.team[team].title if team in partnership.team else team
        found.append(
            Professional(
                title, team, view.agency, view.values.get("phone", "") or view.agency.phone, since, until, view.id
            )
        )
    return sorted(found, key=lambda p: (bool(p.until), p.since), reverse=True)


def voices(entries: Iterable[EntryView]) -> list[Voice]:
    """The child's own words, newest first. Words that several children on one record share are left on the record."""
    return [
        Voice(words, f"{view.agency.title}, {view.title.lower()}", view.happened, view.id)
        for view in entries
        if view.words_of == 1
        for _, words in view.words
    ]
