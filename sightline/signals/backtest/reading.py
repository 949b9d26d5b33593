"""Reads an invented city: the files that its agencies sent, by the same readers and mappings as a load, and the truth.

Who a record is about is decided by the number under which its sender holds somebody (`truth/identities.jsonl`): linking is
taken to be right, mistakes of the senders (a brother named instead) stay. A set of tables restates everything at the end;
each of its rows is told here on the morning after each day that it tells of, as a daily extract would have told it.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from sightline.contexts.rules import key_of_place, makes_links
from sightline.definition.records import age_bands, clean, facts, handling_of, is_routine, missing_parts, reaches_queue
from sightline.definition.types import Partnership, RecordType
from sightline.intake.notes import Notes
from sightline.intake.readers import detect, read
from sightline.intake.types import Notification
from sightline.signals.backtest import beside
from sightline.signals.backtest.types import Arrival, City, Planting, Somebody
from sightline.signals.needs import needs_of
from sightline.signals.seeing import occurrence
from sightline.signals.types import Occurrence
from sightline.timescales.london import at, local_day, parse_moment
from sightline.timescales.spans import parse_span

NEVER_RESTS_ON = frozenset({"sealed", "legally-privileged"})  # handling of entries on which no pattern rests
REGISTER = "register"  # of schools: it stands beside the files, and is none of them
MORNING = time(7, 0)
PART = {4: "-01-01", 7: "-01"}
Progress = Callable[[str, int, int], None]


class NoCity(ValueError):
    """The folder is no invented city; says what is missing."""


def city(
    folder: Path,
    definition: Partnership,
    *,
    keep: frozenset[str] | None = None,
    progress: Progress | None = None,
    linked: Mapping[tuple[str, str], Somebody] | None = None,
) -> City:
    """Everything in `folder/feeds` and `folder/truth`. `keep`: the facts that rules ask (others are dropped: memory).
    `linked`: who it is whom an agency holds under a number, where that is not to be taken from the truth.

    Raises NoCity where the folder has no feeds or no truth, and `Unreadable` where a file cannot be used.
    """
    feeds, truth = folder / "feeds", folder / "truth"
    for part, needed in ((feeds, feeds.is_dir()), (truth, (truth / "storylines.jsonl").is_file())):
        if not needed:
            raise NoCity(f"{part} is not there: a back-test reads a folder that `sightline simulate --out DIR` wrote")
    people, homes, held, agencies, stories, sent, (first, last), unrecorded = _truth(truth, definition)
    if linked is not None:
        people, held = {one.id: one for one in linked.values()}, {number: one.id for number, one in linked.items()}
    made = City(definition, first, last, people=people, unrecorded=unrecorded)
    made.children = sum(p.child for p in people.values())
    if "children" in definition.figure:
        made.share = min(1.0, made.children / definition.figure["children"].value)
    reader = _Reader(definition, made, held, stories, keep)
    files = [path for path in sorted(feeds.iterdir()) if REGISTER not in path.name]
    for number, path in enumerate(files, 1):
        if progress:
            progress("reading", number, len(files))
        feed = detect(path, definition)
        for thing in read(path, feed, definition, Notes(), agencies=agencies):
            if isinstance(thing, Notification):
                reader.take(thing, dated=feed.format in ("tables", "cin-census"))
            else:
                made.unread += 1
    reader.finish(homes)
    made.plantings = tuple(_plantings(truth / "storylines.jsonl", definition, sent, made.last))
    return made


# --- the truth ----------------------------------------------------------------------------------------------------------


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    if path.is_file():
        with path.open(encoding="utf-8") as stream:
            yield from map(json.loads, stream)


def _truth(folder: Path, definition: Partnership) -> tuple[Any, ...]:
    people: dict[str, Somebody] = {}
    homes: set[str] = set()
    for told in _lines(folder / "people.jsonl"):
        born = _day(told.get("born") or told.get("expected") or "")  # of somebody unborn the day expected, as it is held
        child = told["role"] == "child"
        people[told["person"]] = Somebody(
            told["person"], told["family_id"], born, child, told.get("sex", ""), told.get("ethnicity", "")
        )
        homes |= {
            key for home in told["homes"] for text in home[1:] if (key := key_of_place(definition, "", str(text)))
        }
    held = {(told["agency"], told["id"]): told["person"] for told in _lines(folder / "identities.jsonl")}
    agencies, unrecorded = set(definition.agency), 0
    stories: dict[tuple[str, str], str] = {}
    sent: dict[str, datetime] = {}
    moments: list[str] = []
    for told in _lines(folder / "events.jsonl"):
        agencies.add(told["agency"])
        moments.append(told["sent"])
        unrecorded += not told["file"]
        if story := told.get("storyline"):
            stories[told["agency"], told["message"]] = story
            sent.setdefault(story, parse_moment(told["sent"]))
    if not moments:
        raise NoCity(f"{folder / 'events.jsonl'} is empty: nothing happened in this city")
    span = parse_moment(min(moments)), parse_moment(max(moments))
    return people, frozenset(homes), held, frozenset(agencies), stories, sent, span, unrecorded


def _plantings(path: Path, definition: Partnership, sent: Mapping[str, datetime], last: datetime) -> Iterator[Planting]:
    for told in _lines(path):
        if "events" not in told or not isinstance(told["events"], list):
            continue  # a story that is told as it stands: it promises nothing
        keys = sorted((sent[e["key"]], e["key"]) for e in told["events"] if e.get("told") and e["key"] in sent)
        named = {name: key_of_place(definition, name, "") for name in told["places"].values()}
        turns = parse_moment(told["turns"]) if told.get("turns") else (keys[-1][0] if keys else None)
        yield Planting(
            told["planting"],
            told["storyline"],
            told["kind"] == "look-alike",
            frozenset(one for those in told["cast"].values() for one in those) | frozenset(named.values()),
            tuple((ought["signal"], named.get(whom, whom)) for ought in told["signals"] for whom in ought["about"]),
            frozenset((never["signal"], named.get(whom, whom)) for never in told["never"] for whom in never["about"]),
            turns,
            bool(told.get("turns-declared")),
            tuple((key, moment) for moment, key in keys),
            bool(turns and turns <= last),
        )


# --- what was sent ------------------------------------------------------------------------------------------------------


class _Reader:
    def __init__(
        self,
        definition: Partnership,
        made: City,
        held: Mapping[tuple[str, str], str],
        stories: Mapping[tuple[str, str], str],
        keep: frozenset[str] | None,
    ) -> None:
        self.definition, self.city, self.held, self.stories, self.keep = definition, made, held, stories, keep
        self.kinds = {agency.id: agency.kind for agency in definition.agency.values()}
        self.days = {
            record.id: [name for name, field in record.fields.items() if field.kind in ("date", "datetime")]
            for record in definition.record.values()
        }
        self.found: dict[str, list[Arrival]] = defaultdict(list)
        self.wanted = beside.asked_of(definition.signal.values())
        self.linking = makes_links(definition)
        self.grown = [c for whose in beside.GROWN for c in self.wanted.get(whose, ())]
        self.in_any_role: dict[str, list[Arrival]] = defaultdict(list)
        self.records: dict[str, beside.OnRecord] = {}
        self.read = needs_of(definition, definition.signal).records  # by any rule
        self.windows = {
            record.id: parse_span(record.opened_for)
            for record in definition.record.values()
            if record.routine and record.opened_for
        }
        self.routine: dict[str, list[Arrival]] = defaultdict(list)  # sealed, until a concern about the child opens them
        self.concerned: dict[str, datetime] = {}  # of each child, when a concern was first known
        self.told: list[beside.Told] = []
        self.named: dict[str, list[tuple[str, Arrival]]] = defaultdict(list)
        self._same: dict[Any, Any] = {}

    def take(self, n: Notification, *, dated: bool) -> None:
        record = self.definition.record.get(n.record)
        if record is None or record.pointer_only or not n.happened:
            return
        fields, _ = clean(self.definition, record, n.fields)
        self.city.records += 1
        first = f"{n.agency}|{n.message_id}"
        story = self.stories.get((n.agency, n.message_id), "")
        try:
            happened, until = _moment(n.happened), _moment(n.until) if n.until else None
            known = max(_moment(n.sent), happened) if n.sent else happened
        except ValueError:
            self.city.unread += 1
            return
        if not dated:
            self._known(n, record, fields, first, happened, until, known, story)
            return
        for morning, so_far in _unfolded(fields, self.days[record.id], happened, until):
            if morning <= self.city.last:
                end = until if until and until <= morning else None
                self._known(n, record, so_far, first, happened, end, morning, story)

    def _known(
        self,
        n: Notification,
        record: RecordType,
        fields: Mapping[str, str],
        first: str,
        happened: datetime,
        until: datetime | None,
        known: datetime,
        story: str,
    ) -> None:
        by_role: dict[str, list[dict[str, Any]]] = defaultdict(list)
        on: dict[str, list[str]] = defaultdict(list)
        keys: dict[str, str] = {}
        ages: set[str] = set()
        for person in n.people:
            keys[person.key] = who = self.held.get((n.agency, person.details.local_id), "")
            for role in person.roles:
                by_role[role].append(person.details.as_dict())
                if record.people[role].child:
                    ages |= age_bands(_day(person.details.born), local_day(happened), _day(person.details.expected))
                if who:
                    on[who].append(role)
        kind = self.kinds.get(n.agency, "school")
        whole = facts(
            self.definition, record, fields, roles=by_role, ages=ages, agency=n.agency, agency_kind=kind, says=n.says
        )
        routine = is_routine(record, whole)
        if not on or handling_of(record, whole) in NEVER_RESTS_ON or (routine and record.id not in self.read):
            return
        queued = reaches_queue(record, whole)
        lacks = self._one(frozenset(part for part, _ in missing_parts(record, fields, by_role)))
        place = key_of_place(self.definition, n.place.get("name", ""), n.place.get("postcode", ""))
        for who, roles in on.items():
            child = any(record.people[role].child for role in roles)
            told = whole | {"role": self._one(frozenset(roles)), "lacks": lacks, "place": place}
            seen = occurrence(
                record,
                told,
                first=first,
                happened=happened,
                known=known,
                born=self.city.people[who].born if who in self.city.people else None,
                until=until,
                queued=queued,
            )
            arrival = Arrival(known, self._slim(seen), story)
            if routine:
                if child and record.opened_for:
                    self.routine[who].append(arrival)
                continue
            if child and (queued or record.concern):
                self.concerned[who] = min(known, self.concerned.get(who, known))
            if self.grown and any(condition.holds(arrival.seen.facts) for condition in self.grown):
                self.in_any_role[who].append(arrival)
            if child:
                self.found[who].append(arrival)
                if place:
                    self.named[place].append((who, arrival))
        if not routine:
            self._links(n, record, first, happened, known, on, keys)

    def _links(
        self,
        n: Notification,
        record: RecordType,
        first: str,
        happened: datetime,
        known: datetime,
        on: Mapping[str, Iterable[str]],
        keys: Mapping[str, str],
    ) -> None:
        """Who stands on one record, and whom senders tell of as family."""
        if not self.wanted:
            return
        if record.id in self.linking and len(on) > 1:
            people = tuple(
                beside.Placed(who, role, bool(record.people[role].child)) for who, roles in on.items() for role in roles
            )
            self.records[first] = beside.OnRecord(record.id, first, happened, known, people)
        for subject, relation, other in n.relations:
            if keys.get(subject) and keys.get(other):
                self.told.append(beside.Told(keys[subject], relation, keys[other], known))

    def _slim(self, seen: Occurrence) -> Occurrence:
        """Without the facts that no rule asks; what is the same is held once."""
        kept = {
            name: self._one(value)
            for name, value in seen.facts.items()
            if value and (self.keep is None or name in self.keep)
        }
        return replace(seen, facts=kept)

    def _one(self, value: Any) -> Any:
        return self._same.setdefault(value, value) if isinstance(value, (str, frozenset)) else value

    def _opened(self, sealed: Iterable[Arrival], concern: datetime | None) -> Iterator[Arrival]:
        """What is held about everybody, of a child about whom there is a concern: from so long before it on, once it is there."""
        for one in sealed if concern is not None else ():
            assert concern is not None
            if one.seen.happened >= self.windows[str(one.seen.facts["record"])].before(concern):
                known = max(one.known, concern)
                yield Arrival(known, replace(one.seen, known=known), one.story)

    def finish(self, homes: frozenset[str]) -> None:
        """Adds what stands beside each child, and puts everything in the order in which it became known."""
        for who, sealed in self.routine.items():
            if opened := list(self._opened(sealed, self.concerned.get(who))):
                self.found[who] += opened
        people, entries = self.city.people, {False: self.found, True: self.in_any_role}
        circle = beside.Circle(self.definition, self.wanted, people, list(self.records.values()), self.told, entries)
        for who, others in list(circle.arrivals()):
            own = {arrival.seen.first for arrival in self.found.get(who, ())}
            self.found[who] += [arrival for arrival in others if arrival.seen.first not in own]
        self.city.places = beside.places(self.definition, self.named, people, homes)
        for who, arrivals in self.found.items():
            arrivals.sort(key=lambda one: (one.known, one.seen.happened))
            self.city.histories[who] = arrivals
        self.found, self.named, self.in_any_role = defaultdict(list), defaultdict(list), defaultdict(list)
        self.records.clear()
        self._same.clear()


@lru_cache(maxsize=65536)
def _moment(text: str) -> datetime:
    plain = text.strip()
    return parse_moment(plain + PART.get(len(plain), ""))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


def _unfolded(
    fields: Mapping[str, str], days: Iterable[str], happened: datetime, until: datetime | None
) -> Iterator[tuple[datetime, dict[str, str]]]:
    """What was known of a row on each morning after a day that it tells of: (that morning, its fields so far).

    A day still to come is told from the beginning where the row is about it (a date that is due, expected, planned): what
    lies after the row's own last past day is kept out only as long as it tells of an end.
    """
    told = {name: _moment(fields[name]) for name in days if fields.get(name)}
    moments = sorted({happened, *(m for m in told.values() if m > happened), *([until] if until else [])})
    for moment in moments:
        morning = at(local_day(moment) + timedelta(days=1), MORNING)
        yield morning, {name: text for name, text in fields.items() if name not in told or told[name] <= morning}


def shown(moment: datetime) -> str:
    """A moment as the report writes it: UTC, to the minute."""
    return moment.astimezone(UTC).isoformat(timespec="minutes")
