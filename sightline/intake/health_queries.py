"""Reading feeds' health: for the page, the command and the machine door through a reading; for scheduled work as a whole.

The partnership's own people see every feed; everybody else what their own agency sends, of files that several agencies
send as much as came from them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Max, Min, Q

from sightline.agencies.queries import workers
from sightline.agencies.rules import may
from sightline.agencies.types import Actor
from sightline.definition.outcomes import Decision, Missing, Refused
from sightline.definition.types import Feed, Partnership
from sightline.intake import resuming
from sightline.intake.filled import together
from sightline.intake.health import (
    Arrival,
    Finding,
    Limits,
    Rhythm,
    Share,
    Volume,
    findings,
    limits,
    quality,
    rhythm,
    volume,
)
from sightline.intake.models import Delivery, FeedAlarm, FeedAlarmStep, Quarantined, SupplierMapping
from sightline.intake.queries import REASONS
from sightline.sharing.reading import Reading
from sightline.sharing.types import Level, Sight
from sightline.timescales.london import local_day
from sightline.timescales.moment import now
from sightline.timescales.school import parse_days
from sightline.timescales.working import WorkingDays
from sightline.vault.actions import CannotOpen, Keyring

VIEW, ANSWER = "view-feeds", "answer-feed-alarms"
FILES = 30  # of each feed are looked at: what is judged, and what is drawn


@dataclass(frozen=True, slots=True)
class Waits:
    """Rows of one reason that wait for a person."""

    reason: str
    says: str
    rows: int
    oldest: datetime


@dataclass(frozen=True, slots=True)
class Health:
    """How a feed is. `arrivals`: whole files, newest first; `last`: the newest arrival of any kind."""

    feed: Feed
    standing: Rhythm
    last: datetime | None
    arrivals: tuple[Arrival, ...]
    size: Volume | None
    shares: tuple[Share, ...]
    waiting: tuple[Waits, ...]
    findings: tuple[Finding, ...]
    stopped: tuple[str, ...] = ()

    @property
    def rows_waiting(self) -> int:
        return sum(one.rows for one in self.waiting)

    @property
    def oldest_waiting(self) -> datetime | None:
        return min((one.oldest for one in self.waiting), default=None)

    @property
    def well(self) -> bool:
        return not self.findings


@dataclass(frozen=True, slots=True)
class Answer:
    at: datetime
    by: str
    words: str


@dataclass(frozen=True, slots=True)
class AlarmView:
    """An alarm: what, since when, who was told, who answered what, and when it was over."""

    id: UUID
    feed: str
    of: str
    since: datetime
    opened_at: datetime
    told: tuple[str, ...]
    detail: dict[str, object]
    closed_at: datetime | None
    answers: tuple[Answer, ...] = field(default_factory=tuple)

    @property
    def open(self) -> bool:
        return self.closed_at is None


def require(reading: Reading, permission: str = VIEW) -> Sight:
    decision = may(reading.actor, permission, reading.definition)
    if not decision:
        raise Refused(decision)
    return Sight(Level.FULL, Decision(True, decision.reason_code, decision.sentence, decision.rule))


def health(reading: Reading) -> list[Health]:
    """Every feed that this reader may see, those that need somebody first."""
    sight = require(reading)
    found = of_all(reading.definition, now(), agency=scope(reading.actor))
    for one in found:
        reading.note(one.feed.id, sight)
    reading.about = reading.about or "view-feed-health"
    order = {"silent": 0, "late": 1, "on-time": 3, "never": 4, "not-expected": 5}
    return sorted(found, key=lambda one: (one.well, order[one.standing.state], one.feed.title))


def feed_health(reading: Reading, feed: str) -> Health:
    """One feed. Raises Missing where there is none, or it is not this reader's."""
    sight = require(reading)
    found = of_all(reading.definition, now(), agency=scope(reading.actor), only=feed)
    if not found:
        raise Missing
    reading.note(feed, sight)
    reading.about = reading.about or "view-feed-health"
    return found[0]


def scope(actor: Actor) -> str:
    """Whose feeds an actor may see: all ("") for the partnership's own people, else the agency's."""
    return "" if actor.agency_kind == "partnership" else actor.agency or "-"


def told_of(agency: str, partnership: Partnership) -> list[str]:
    """Who is told of an alarm about what this agency sends: whoever may answer, there and in the business unit."""
    kinds = {id: one.kind for id, one in partnership.agency.items()}
    return [
        one.id
        for one in workers()
        if one.active
        and one.role in partnership.role
        and ANSWER in partnership.role[one.role].may
        and (one.agency == agency or kinds.get(one.agency) == "partnership")
    ]


def of_all(partnership: Partnership, moment: datetime, *, agency: str = "", only: str = "") -> list[Health]:
    """The health of feeds, as scheduled work sees it; `agency`: of what one agency sends."""
    limit, days = limits(partnership.notice, local_day(moment)), working_days(partnership)
    mine = Q(agency=agency) if agency else Q()
    sent = Delivery.objects.filter(mine, **({"feed": only} if only else {}))
    last = dict(sent.filter(state="done").values_list("feed").annotate(Max("received_at")).order_by())
    begun = dict(
        SupplierMapping.objects.filter(state__in=("approved", "ending")).values_list("feed").annotate(Max("decided_at"))
    )
    waiting = _waiting(agency, only)
    oldest = _oldest(agency, only)
    out = []
    for id, feed in sorted(partnership.feed.items()):
        if (only and id != only) or (agency and feed.agency != agency and id not in last):
            continue
        standing = rhythm(feed.every, last.get(id), moment, limit, days, begun=begun.get(id))
        arrivals, stopped = files(sent.filter(feed=id)) if id in last or sent.filter(feed=id).exists() else ((), ())
        out.append(_health(feed, standing, last.get(id), arrivals, stopped, waiting, oldest, moment, limit, days))
    return out


def _health(
    feed: Feed,
    standing: Rhythm,
    last: datetime | None,
    arrivals: tuple[Arrival, ...],
    stopped: tuple[tuple[str, datetime], ...],
    waiting: dict[str, list[Waits]],
    oldest: dict[str, tuple[str, datetime]],
    moment: datetime,
    limit: Limits,
    days: WorkingDays,
) -> Health:
    newest, past = (arrivals[0], arrivals[1:]) if arrivals else (None, ())
    return Health(
        feed,
        standing,
        last,
        arrivals,
        volume(newest.rows, [one.rows for one in past], limit) if newest else None,
        tuple(quality(newest, past, limit)) if newest else (),
        tuple(waiting.get(feed.id, ())),
        tuple(findings(standing, arrivals, oldest.get(feed.id), stopped, moment, limit, days)),
        tuple(id for id, _ in stopped),
    )


def working_days(partnership: Partnership) -> WorkingDays:
    """The partnership's: England's, without what its calendars of that kind close."""
    closed = (parse_days(one.closed) for one in partnership.calendar.values() if one.kind == "working")
    return WorkingDays(frozenset().union(*closed))


def files(rows: object) -> tuple[tuple[Arrival, ...], tuple[tuple[str, datetime], ...]]:
    """Files, newest first: those that came whole, and those that were stopped and nobody went on with (id, since).

    A file whose load was stopped and went on is one: what both took is added. Newest of the same agency only, so that
    a feed that several send is held against the past of the one that sent last.
    """
    found = list(
        rows.filter(kind="file").order_by("-received_at", "-id")[: FILES * 2]  # type: ignore[attr-defined]
    )
    before: dict[str, list[Delivery]] = {}
    for row in found:
        if following := row.counts.get("continued"):
            before.setdefault(str(following), []).append(row)
    whole, stopped = [], []
    agency = next((row.agency for row in found if row.state == "done"), "")
    for row in found:
        if row.state == "done" and row.agency == agency:
            parts = [row]
            for part in parts:
                parts += before.get(str(part.id), ())
            whole.append(_arrival(parts))
        elif row.state != "done" and "continued" not in row.counts:
            one = resuming.stopped(row.digest)
            if one is not None and one.delivery == row.id:
                stopped.append((str(row.id), row.finished_at or row.received_at))
    return tuple(whole[:FILES]), tuple(stopped)


def _arrival(parts: list[Delivery]) -> Arrival:
    def total(name: str) -> int:
        return sum(int(part.counts.get(name, 0)) for part in parts)

    filled = parts[0].filled if len(parts) == 1 else together(part.filled for part in parts)
    gone = parts[0].counts.get("gone") or {}
    return Arrival(str(parts[0].id), parts[0].received_at, total("read"), total("quarantined"), filled, gone)


def _kept(agency: str, only: str) -> Q:
    asked = Q(state="waiting")
    if agency:
        asked &= Q(item__delivery__agency=agency)
    return asked & Q(item__delivery__feed=only) if only else asked


def _waiting(agency: str, only: str) -> dict[str, list[Waits]]:
    rows = (
        Quarantined.objects.filter(_kept(agency, only))
        .values("item__delivery__feed", "reason")
        .annotate(rows=Count("id"), oldest=Min("at"))
        .order_by("oldest")
    )
    found: dict[str, list[Waits]] = {}
    for row in rows:
        says = REASONS.get(row["reason"], REASONS["invalid"])
        found.setdefault(row["item__delivery__feed"], []).append(Waits(row["reason"], says, row["rows"], row["oldest"]))
    return found


def _oldest(agency: str, only: str) -> dict[str, tuple[str, datetime]]:
    """The row of each feed that waits longest."""
    firsts = Quarantined.objects.filter(_kept(agency, only)).values("item__delivery__feed").annotate(at=Min("at"))
    found = {}
    for row in firsts.order_by():
        feed = row["item__delivery__feed"]
        first = Quarantined.objects.filter(_kept(agency, feed), at=row["at"]).order_by("id").first() if feed else None
        if first is not None:
            found[feed] = (str(first.id), first.at)
    return found


# --- alarms ----------------------------------------------------------------------------------------------


def alarms(reading: Reading, feed: str, *, most: int = 50) -> list[AlarmView]:
    """The alarms of one feed, newest first, with their answers. The feed has been read through `feed_health`."""
    require(reading)
    return views(
        FeedAlarm.objects.filter(_mine(reading.actor), feed=feed).order_by("-opened_at", "id")[:most], words=True
    )


def mine(reading: Reading, *, most: int = 50) -> list[AlarmView]:
    """What this reader is told and nobody has answered: open, and of their agency; silences until the file comes."""
    if not may(reading.actor, ANSWER, reading.definition):
        return []
    rows = (
        FeedAlarm.objects.filter(_mine(reading.actor))
        .exclude(steps__step__in=("answered", "closed"))
        .order_by("-opened_at", "id")[:most]
    )
    found = views(rows)
    silences = {one.feed for one in found if one.of in ("late", "silent")}
    came = dict(
        Delivery.objects.filter(feed__in=silences, state="done")
        .values_list("feed")
        .annotate(Max("received_at"))
        .order_by()
    )
    return [one for one in found if one.of not in ("late", "silent") or came.get(one.feed, one.since) <= one.opened_at]


def _mine(actor: Actor) -> Q:
    agency = scope(actor)
    return Q(agency=agency) if agency else Q()


def alarm(reading: Reading, id: UUID) -> AlarmView:
    """One alarm. Raises Missing where there is none, or it is not this reader's."""
    require(reading, ANSWER)
    found = views(FeedAlarm.objects.filter(_mine(reading.actor), id=id))
    if not found:
        raise Missing
    return found[0]


def views(rows: Iterable[FeedAlarm], *, words: bool = False) -> list[AlarmView]:
    rows = list(rows)
    steps: dict[UUID, list[FeedAlarmStep]] = {}
    for step in FeedAlarmStep.objects.filter(alarm__in=rows).order_by("at", "id"):
        steps.setdefault(step.alarm_id, []).append(step)
    keyring = Keyring()
    if words:
        keyring.fetch([step.key for those in steps.values() for step in those if step.key])
    out = []
    for row in rows:
        those = steps.get(row.id, [])
        answers = tuple(
            Answer(step.at, step.by, _words(step, keyring) if words else "")
            for step in those
            if step.step == "answered"
        )
        closed = next((step.at for step in those if step.step == "closed"), None)
        out.append(
            AlarmView(row.id, row.feed, row.of, row.since, row.opened_at, tuple(row.told), row.detail, closed, answers)
        )
    return out


def _words(step: FeedAlarmStep, keyring: Keyring) -> str:
    try:
        return keyring.open(bytes(step.words), f"alarm|{step.id}") if step.words else ""
    except CannotOpen:
        return "erased"


def unanswered() -> tuple[int, datetime | None]:
    """How many alarms nobody has answered, and since when: figures for whoever runs this, of no feed."""
    rows = FeedAlarm.objects.exclude(steps__step__in=("answered", "closed"))
    return rows.count(), rows.order_by("opened_at", "id").values_list("opened_at", flat=True).first()
