"""Telling somebody that a feed is late, silent or odd: opened once, answered by a person, closed when it is so no more.

Rows are only ever added. An alarm names a feed, times, figures and declared fields: never what a file held.
"""

from __future__ import annotations

from uuid import UUID

from django.db import IntegrityError, transaction

from sightline.agencies.queries import partnership
from sightline.agencies.rules import may
from sightline.agencies.types import Actor
from sightline.definition.outcomes import Conflict, Decision, Missing, Refused
from sightline.definition.types import Feed, Partnership
from sightline.intake.health import Finding
from sightline.intake.health_queries import ANSWER, of_all, scope, told_of
from sightline.intake.models import FeedAlarm, FeedAlarmStep
from sightline.ledger.actions import write
from sightline.timescales.moment import now
from sightline.vault.actions import Keyring

WATCH = "watch-feeds"
SHORTEST, LONGEST = 5, 2000  # characters of an answer


def watch(*, definition: Partnership, by: Actor) -> tuple[int, int]:
    """Looks at every feed: opens what is newly so, closes what is so no more. Returns how many of each.

    Safe to run again, and in several processes at once: an alarm is told once, and closed once.
    """
    decision = may(by, WATCH, definition)
    if not decision:
        raise Refused(decision)
    standing: set[tuple[str, str, str]] = set()
    opened = 0
    for one in of_all(definition, now()):
        for finding in one.findings:
            standing.add((one.feed.id, finding.of, finding.about[:60]))
            opened += _open(one.feed, finding, definition, by)
    closed = 0
    for row in FeedAlarm.objects.exclude(steps__step="closed"):
        if (row.feed, row.of, row.about) not in standing:
            closed += _close(row, definition, by)
    return opened, closed


def _open(feed: Feed, finding: Finding, definition: Partnership, by: Actor) -> bool:
    if FeedAlarm.objects.filter(feed=feed.id, of=finding.of, about=finding.about[:60]).exists():
        return False
    told = told_of(feed.agency, definition)
    try:
        with transaction.atomic():
            row = FeedAlarm.objects.create(
                feed=feed.id,
                agency=feed.agency,
                of=finding.of,
                about=finding.about[:60],
                since=finding.since,
                opened_at=now(),
                told=told,
                detail=finding.detail,
            )
            write(
                kind="run",
                verb="open-feed-alarm",
                actor=by.id,
                acting_for=by.agency,
                purpose="scheduled-work",
                policy=definition.hash,
                ids=[row.id],
                detail={"feed": feed.id, "of": finding.of, "told": told[:50]},
            )
    except IntegrityError:  # another process told it at the same moment
        return False
    return True


def _close(row: FeedAlarm, definition: Partnership, by: Actor) -> bool:
    try:
        with transaction.atomic():
            FeedAlarmStep.objects.create(alarm=row, step="closed", at=now(), by=by.id)
            write(
                kind="run",
                verb="close-feed-alarm",
                actor=by.id,
                acting_for=by.agency,
                purpose="scheduled-work",
                policy=definition.hash,
                ids=[row.id],
                detail={"feed": row.feed, "of": row.of},
            )
    except IntegrityError:
        return False
    return True


@transaction.atomic
def answer(*, alarm: UUID, words: str, by: Actor) -> None:
    """Says what is done about it. It leaves everybody's work; it stays on the feed's page until it is so no more.

    Raises Refused without the right or the words, Missing for another agency's, Conflict where it is over.
    """
    definition = partnership()
    decision = may(by, ANSWER, definition)
    if not decision:
        raise Refused(decision)
    row = FeedAlarm.objects.filter(id=alarm).first()
    if row is None or scope(by) not in ("", row.agency):
        raise Missing
    if row.steps.filter(step="closed").exists():
        raise Conflict("It is over: nothing was changed.")
    words = words.strip()
    if len(words) < SHORTEST:
        sentence = "Say in a few words what is done about it"
        raise Refused(Decision(False, "rationale-too-short", sentence))
    keyring = Keyring()
    key = keyring.make("delivery")
    keyring.save()
    step = FeedAlarmStep(alarm=row, step="answered", at=now(), by=by.id, key=key)
    step.words = keyring.seal(words[:LONGEST], [key], f"alarm|{step.id}")
    step.save()
    write(
        kind="change",
        verb="answer-feed-alarm",
        actor=by.id,
        acting_for=by.agency,
        purpose="administration",
        policy=definition.hash,
        ids=[row.id],
        detail={"feed": row.feed, "of": row.of},
    )
