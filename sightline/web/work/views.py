"""My work: what do I do next? What is late or due, what is new on my children, what waits for a decision of mine."""

from __future__ import annotations

from collections import Counter

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from sightline.agencies.rules import may
from sightline.chronology import queries as chronology
from sightline.clocks import queries as clocks
from sightline.identity import queries as identity
from sightline.intake import queries as intake
from sightline.timescales.moment import now
from sightline.web.child.beside import due
from sightline.web.child.page import COUNTS_AS, NEW, entry_words
from sightline.web.words import age_words, day_words, known_words, london, moment_words, span_words

MOST_CLOCKS = 120  # so that one child's backlog does not hide what is due on the others


@require_safe
def work(request: HttpRequest) -> HttpResponse:
    reading, present = request.reading, now()
    may_view = bool(may(reading.actor, "view-child", reading.definition))
    running = clocks.mine(reading, limit=MOST_CLOCKS) if may_view else []
    fresh = chronology.recent(reading) if may_view else []
    people = {*(clock.person for clock in running), *(person for person, _ in fresh)}
    named = identity.names(reading, people) if people else {}
    today = london(present).date()

    def who(person: object) -> tuple[str, str]:
        profile = named.get(person)
        return (
            (profile.name, age_words(profile.born, today)) if profile else ("A child whose name is not open to you", "")
        )

    times = Counter((clock.person, clock.clock, clock.due_at <= present) for clock in running)
    first = {
        (clock.person, clock.clock, clock.due_at <= present): clock for clock in reversed(running)
    }  # the soonest of each
    dues = [
        (due(clock, present), clock, *who(clock.person), moment_words(clock.due_at), times[key])
        for key, clock in sorted(first.items(), key=lambda item: item[1].due_at)
    ]
    return render(
        request,
        "work/work.html",
        {
            "today": f"{today:%A} {day_words(today)}",
            "may_view": may_view,
            "may_find": request.shell.may_open("find"),
            "late": [d for d in dues if d[0].colour == "late"],
            "due": [d for d in dues if d[0].colour != "late"],
            "fresh": [
                (
                    person,
                    entry,
                    *who(person),
                    entry_words(entry),
                    moment_words(entry.happened, entry.precision),
                    known_words(entry.happened, entry.known_at),
                    f"{span_words(present - entry.known_at)} ago",
                    present - entry.known_at < NEW,
                    [COUNTS_AS[c] for c in entry.counts_as if c in COUNTS_AS],
                )
                for person, entry in fresh
            ],
            "numbers": numbers(request, dues, sum(present - entry.known_at < NEW for _, entry in fresh)),
        },
    )


def numbers(request: HttpRequest, dues: list[tuple], fresh: int) -> list[tuple[str, str, str]]:
    """The numbers at the top: how many, of what, where they lead. Only those that this worker may act on."""
    reading, found = request.reading, []
    if may(reading.actor, "view-child", reading.definition):
        late = sum(d[-1] for d in dues if d[0].colour == "late")
        due_ = sum(d[-1] for d in dues) - late
        found += [
            (str(late), "late", "#late" if late else ""),
            (str(due_), "due", "#due" if due_ else ""),
            (str(fresh), "new in three days", "#new" if fresh else ""),
        ]
    if may(reading.actor, "see-matches", reading.definition):
        count = identity.waiting_count()
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
    return found


def capped(count: int) -> str:
    return "1,000+" if count >= 1000 else str(count)
