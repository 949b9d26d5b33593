"""My work: what do I do next? What is late or due, what is new on my children, what waits for a decision of mine."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from sightline.agencies.rules import may
from sightline.chronology.listing import recent
from sightline.chronology.types import EntryView
from sightline.clocks import queries as clocks
from sightline.clocks.views import ClockView
from sightline.front_door import queue
from sightline.front_door.queue_types import Glance
from sightline.identity import queries as identity
from sightline.identity.match_queries import waiting_count
from sightline.intake import queries as intake
from sightline.signals.types import SignalView
from sightline.timescales.moment import now
from sightline.watching import queries as watching
from sightline.web.child.beside import Due, due
from sightline.web.child.page import COUNTS_AS, NEW, entry_words
from sightline.web.feeds.health import for_work
from sightline.web.matching.views import for_work as joining_stopped
from sightline.web.messages.views import pressing as pressing_messages
from sightline.web.signals import lists as signals
from sightline.web.words import age_words, day_words, known_words, london, moment_words, span_words
from sightline.web.work import asked

MOST_CLOCKS = 120  # so that one child's backlog does not hide what is due on the others
MOST_NEWS, LINES = 40, 3  # entries that are looked at; lines that one child takes before the rest is folded
SOON = timedelta(days=7)
MOST_PRESSING = 4  # messages that cannot wait, at the top
Who = tuple[str, str]  # name, age


@dataclass(frozen=True, slots=True)
class Line:
    """A clock, or several of one kind on one child, of which this is the soonest."""

    due: Due
    clock: ClockView
    name: str
    age: str
    at: str
    times: int
    when: str  # late | soon | later
    answers: str = ""  # who answers for it, where that is declared


@dataclass(frozen=True, slots=True)
class News:
    """An entry that came in, in words."""

    id: UUID
    lane: str
    says: str
    agency: str
    happened: str
    gap: str
    ago: str
    new: bool
    urgent: bool
    tags: tuple[str, ...]


@dataclass(slots=True)
class Group:
    """What came in about one child, one after another; beyond three lines a child it is folded."""

    person: UUID
    name: str
    age: str
    lines: list[News] = field(default_factory=list)
    folded: list[News] = field(default_factory=list)


@require_safe
def work(request: HttpRequest) -> HttpResponse:
    reading, present = request.reading, now()
    may_view = bool(may(reading.actor, "view-child", reading.definition))
    queued = may_view and bool(request.shell.may_open("queue"))
    besides = queue.for_whoever_comes(reading) if queued else None  # the queue shows them, in the order of danger
    running = clocks.mine(reading, limit=MOST_CLOCKS, besides=besides) if may_view else []
    fresh = recent(reading, limit=MOST_NEWS) if may_view else []
    told = signals.waiting(request, signals.MOST)
    people = {
        *(clock.person for clock in running),
        *(person for person, _ in fresh),
        *signals.people(told[: signals.AT_TOP]),
    }
    named = identity.names(reading, people) if people else {}
    today = london(present).date()

    def who(person: UUID) -> Who:
        profile = named.get(person)
        return (
            (profile.name, age_words(profile.born, today)) if profile else ("A child whose name is not open to you", "")
        )

    dues = lines(running, present, who, answering(request, {clock.clock for clock in running}))
    return render(
        request,
        "work/work.html",
        {
            "today": f"{today:%A} {day_words(today)}",
            "may_view": may_view,
            "alarms": for_work(request),
            "queue": at_front_door(queue.glance(reading)) if queued else "",
            "pressing": without_signs(
                pressing_messages(request, most=MOST_PRESSING + signals.AT_TOP), told[: signals.AT_TOP]
            ),
            "signs": signals.lines(told[: signals.AT_TOP], named, present),
            "signs_count": capped_at(len(told), signals.MOST),
            "joining": joining_stopped(request),
            "may_find": request.shell.may_open("find"),
            "late": [line for line in dues if line.when == "late"],
            "soon": [line for line in dues if line.when == "soon"],
            "later": [line for line in dues if line.when == "later"],
            "later_count": sum(line.times for line in dues if line.when == "later"),
            "groups": grouped(fresh, present, who),
            "numbers": numbers(request, dues, sum(present - entry.known_at < NEW for _, entry in fresh)),
        },
    )


def answering(request: HttpRequest, clocks: Collection[str]) -> dict[str, str]:
    """Who answers for each of these clocks, as far as that is declared: on a child whom several work with, most of what is due
    is another's to do, and everybody is to see whose."""
    definition = request.reading.definition
    owner = {one: definition.clock[one].owner for one in clocks if one in definition.clock}
    return {
        one: "you answer for it" if role == request.actor.role else f"{definition.role[role].title} answers for it"
        for one, role in owner.items()
        if role in definition.role
    }


def lines(
    running: Sequence[ClockView], present: datetime, who: Callable[[UUID], Who], answers: Mapping[str, str] | None = None
) -> list[Line]:
    """Soonest first; several clocks of one kind on one child are one line, as long as they are equally pressing."""

    def when(clock: ClockView) -> str:
        if clock.due_at <= present and clock.state != "paused":
            return "late"
        return "soon" if clock.due_at - present <= SOON else "later"

    times = Counter((clock.person, clock.clock, when(clock)) for clock in running)
    first: dict[tuple[UUID, str, str], ClockView] = {}
    for clock in sorted(running, key=lambda clock: clock.due_at):
        first.setdefault((clock.person, clock.clock, when(clock)), clock)
    return [
        Line(
            due(clock, present),
            clock,
            *who(clock.person),
            moment_words(clock.due_at),
            times[key],
            key[2],
            (answers or {}).get(clock.clock, ""),
        )
        for key, clock in first.items()
    ]


def at_front_door(found: Glance) -> str:
    """How the queue stands, in a sentence or two; nothing where nothing waits."""
    if not found.waiting:
        return ""
    one = found.waiting == 1
    says = f"{found.waiting:,} notice{' waits' if one else 's wait'} for whoever comes first"
    if found.late:
        some = "" if one else "all " if found.late == found.waiting else f"{found.late:,} of them "
        says += f", {some}past {'its' if found.late == 1 else 'their'} limit"
    return f"{says}.{f' The next limit is {moment_words(found.next_due)}.' if found.next_due else ''}"


def grouped(fresh: Sequence[tuple[UUID, EntryView]], present: datetime, who: Callable[[UUID], Who]) -> list[Group]:
    """Newest first; what came in about one child one after another stands together."""
    groups: list[Group] = []
    last: dict[UUID, Group] = {}  # where a child's last line stands
    taken: Counter[UUID] = Counter()
    for person, entry in fresh:
        taken[person] += 1
        if taken[person] > LINES:
            last[person].folded.append(news(entry, present))
            continue
        if not groups or groups[-1].person != person:
            groups.append(Group(person, *who(person)))
        groups[-1].lines.append(news(entry, present))
        last[person] = groups[-1]
    return groups


def news(entry: EntryView, present: datetime) -> News:
    return News(
        entry.id,
        entry.lane_title,
        entry_words(entry),
        entry.agency.title,
        moment_words(entry.happened, entry.precision),
        known_words(entry.happened, entry.known_at),
        f"{span_words(present - entry.known_at)} ago",
        present - entry.known_at < NEW,
        entry.urgent and present - entry.known_at < NEW,  # what could not wait weeks ago does not wait now
        tuple(COUNTS_AS[c] for c in entry.counts_as if c in COUNTS_AS),
    )


def numbers(request: HttpRequest, dues: Sequence[Line], fresh: int) -> list[tuple[str, str, str]]:
    """The numbers at the top: how many, of what, where they lead. Only those that this worker may act on."""
    reading = request.reading
    found = [(capped(count), words, href) for count, words, href in asked.numbers(request)]
    if may(reading.actor, "view-child", reading.definition):
        late, soon = (sum(line.times for line in dues if line.when == when) for when in ("late", "soon"))
        found += [
            (str(late), "late", "#late" if late else ""),
            (str(soon), "due within 7 days", "#due" if soon else ""),
            (str(fresh), "new in three days", "#new" if fresh else ""),
        ]
    if may(reading.actor, "see-matches", reading.definition):
        count = waiting_count(reading)
        found.append(
            (capped(count), "possible match waits" if count == 1 else "possible matches wait", reverse("matches"))
        )
    if may(reading.actor, "release-quarantine", reading.definition):
        count = intake.waiting_count(reading)
        found.append(
            (
                capped(count),
                "row that could not be read" if count == 1 else "rows that could not be read",
                reverse("loads"),
            )
        )
    if may(reading.actor, "review-reading", reading.definition):
        count = watching.waiting_count(reading)
        words = "reading to ask about" if count == 1 else "readings to ask about"
        found.append((capped(count), words, reverse("unusual")))
    return found


def without_signs(
    pressing: tuple[list[dict[str, object]], int], shown: Sequence[SignalView]
) -> tuple[list[dict[str, object]], int]:
    """What cannot wait, without the messages of signs that stand below with what is asked."""
    there = {one.id for one in shown}
    lines, count = pressing
    return [line for line in lines if line["one"].because not in there][:MOST_PRESSING], count  # type: ignore[attr-defined]


def capped_at(count: int, most: int) -> str:
    return f"{most} or more" if count >= most else str(count)


def capped(count: int) -> str:
    return "1,000+" if count >= 1000 else str(count)
