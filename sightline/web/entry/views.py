"""One record: what was said, who says so, when it was known, what has changed, and why the reader sees it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from sightline.chronology import queries as chronology
from sightline.chronology.types import EntryView
from sightline.definition.types import Feed
from sightline.front_door import accepting, queue
from sightline.identity import queries as identity
from sightline.identity.rules import age_on
from sightline.jobs.revealing import ring
from sightline.sharing.types import Level
from sightline.timescales.moment import now
from sightline.web.child.page import COUNTS_AS
from sightline.web.code_words import CodeWords
from sightline.web.matches.counted import waits
from sightline.web.words import age_words, counted, known_words, london, moment_words

ADULT_AT = 18  # years: Children Act 1989, section 105(1)


@dataclass(frozen=True, slots=True)
class Line:
    """One detail across the versions, newest first."""

    label: str
    values: tuple[str, ...]
    changed: bool


def parts(entry: EntryView) -> dict[str, str]:
    """Everything that a version says, by label."""
    said = {"When it happened": moment_words(entry.happened, entry.precision)}
    if entry.until:
        said["Until"] = moment_words(entry.until)
    if entry.says:
        said["What was said"] = entry.says
    if entry.place:
        said["Place"] = entry.place
    return said | dict(entry.fields) | {label: f"“{words}”" for label, words in entry.words}


def side_by_side(versions: tuple[EntryView, ...]) -> list[Line]:
    """Each detail of each version: those that changed first."""
    told = [parts(version) for version in versions]
    labels = dict.fromkeys(label for one in told for label in one)
    lines = [
        Line(label, tuple(one.get(label, "") for one in told), len({one.get(label, "") for one in told}) > 1)
        for label in labels
    ]
    return sorted(lines, key=lambda line: not line.changed)


@require_safe
def entry(request: HttpRequest, entry: UUID) -> HttpResponse:
    reading = request.reading
    history = chronology.entry(reading, entry)
    one, codes = history.now, CodeWords(reading.definition)
    named = identity.names(reading, history.persons) if history.persons else {}
    today = london(now()).date()
    pointer = one.level is Level.POINTER
    ages = [age_on(profile.born, today) for profile in named.values()]
    grown = bool(ages) and all(age is not None and age >= ADULT_AT for age in ages)  # then nobody is called a child
    again = any(v.restates for v in history.versions)  # what is said once more, as it was, stands there once
    versions = [v for v in history.versions if not (again and v.id == v.first)]
    versions = [] if pointer or len(versions) < 2 else versions
    return render(
        request,
        "entry/entry.html",
        {
            "entry": one,
            "pointer": pointer,
            "headline_only": one.level is Level.HEADLINE,
            "heading": one.title if pointer else one.headline or one.title,
            "grown": grown,
            "children": [
                (p, profile.name, age_words(profile.born, today), waits(request, p)) for p, profile in named.items()
            ],
            "people": [f"{counted(count, 'person', 'people')} as {role.lower()}" for role, count in history.people],
            "tags": [COUNTS_AS[c] for c in one.counts_as if c in COUNTS_AS],
            "happened": moment_words(one.happened, one.precision),
            "until": moment_words(one.until) if one.until else "",
            "known": moment_words(one.known_at),
            "gap": known_words(one.happened, one.known_at),
            "recorded": moment_words(one.recorded_at),
            "received": moment_words(history.received) if history.received else "",
            "delivered": delivered(reading.definition.feed, history.feed, history.position),
            "versions": [(n == 0, moment_words(v.recorded_at if v.late else v.known_at), v.late) for n, v in enumerate(versions)],
            "lines": side_by_side(tuple(versions)) if versions else [],
            "replaced": history.replaced,
            "why": one.sight.decision.sentence,
            "source": one.sight.source,
            "basis": codes.basis(one.sight.basis),
            "rule": one.sight.decision.rule,
            "level": one.level.word,
            "waits": one.queued and request.shell.may_open("queue-accept") and accepting.waits_for(one.first, request.actor),
            "item": queue.first_of_entry(request.reading, one.first) if one.queued else None,
            "may_share": not pointer and request.shell.may_open("decide-sharing"),
            "missing": one.sight.missing,
            "may_keep": one.level is Level.FULL and request.shell.may_open("keep-record"),
            "ring": ring(one.sight.holders) if one.sight.holders else [],
        },
    )


def delivered(feeds: Mapping[str, Feed], feed: str, position: str) -> str:
    """`Line 14 of “West Yorkshire Police, daily extract”`; empty for what was written by hand."""
    if not feed:
        return ""
    title = f"“{feeds[feed].title}”" if feed in feeds else "a message from its system" if feed == "api" else f"“{feed}”"
    says = f"{position} of {title}" if position else title
    return says[:1].upper() + says[1:]
