"""Hindsight of one child, for a review or a practice audit."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from sightline.identity.queries import identities_of
from sightline.sharing.queries import ties_since
from sightline.sharing.standing import trusted
from sightline.watching.hindsight import Alone, Whole, of_child
from sightline.web.access.seen import name_of
from sightline.web.child.beside import lowered
from sightline.web.child.page import entry_words
from sightline.web.middleware import open_reading
from sightline.web.permissions import ACCESS
from sightline.web.words import counted, day_short, day_words, known_words, listed, london, moment_words, span_words

AUDIT = "audit-quality"


@require_safe
def hindsight(request: HttpRequest, person: UUID) -> HttpResponse:
    with trusted("view-hindsight"):  # ids alone: what for is read follows from what the reader was let in for
        ids = [row.id for row in identities_of(person)]
    ties = ties_since(request.reading, ids)
    if "auditor" in ties and "reviewer" not in ties:
        request.reading = open_reading(request, replace(ACCESS["hindsight"], purpose=AUDIT))
    reading = request.reading
    told = of_child(reading, person)
    entries = told.entries
    return render(
        request,
        "hindsight/hindsight.html",
        {
            "person": person,
            "name": name_of(reading, person),
            "whole": [whole(one) for one in told.whole],
            "alone": [alone(one) for one in told.alone],
            "closed": told.closed,
            "count": counted(len(entries), "record"),
            "span": (
                f"from {day_words(london(entries[0].known_at))} to {day_words(london(entries[-1].known_at))}"
                if entries
                else ""
            ),
            "lines": [
                {
                    "id": entry.id,
                    "known": day_short(london(entry.known_at)),
                    "agency": entry.agency.title,
                    "says": entry_words(entry),
                    "happened": moment_words(entry.happened, entry.precision),
                    "gap": known_words(entry.happened, entry.known_at),
                    "stated": entry.stated,
                }
                for entry in entries
            ],
        },
    )


def whole(one: Whole) -> dict[str, object]:
    since = day_words(london(one.pattern.since))
    agencies = listed([agency.title for agency in one.agencies])
    if one.alone is None:
        gap = f"No agency could have seen it from its own records: it needed those of {agencies} together."
    elif one.lost:
        gap = (
            f"From its own records {one.alone[0].title} could have seen it on {day_words(london(one.alone[1]))}, "
            f"{span_words(one.lost)} later."
        )
    else:
        gap = f"{one.alone[0].title} could have seen it from its own records on the same day."
    return {
        "id": one.pattern.signal,
        "title": one.pattern.title,
        "says": one.pattern.says,
        "since": since,
        "gap": gap,
        "source": one.pattern.source,
        "not": lowered(one.pattern.does_not_mean),
        "cited": [
            (
                entry.id,
                day_words(london(entry.happened)),
                entry.agency.title,
                entry_words(entry),
                day_words(london(entry.known_at)),
            )
            for entry in one.cited
        ],
    }


def alone(one: Alone) -> dict[str, object]:
    return {
        "agency": one.agency.title,
        "first": day_words(london(one.first)),
        "last": day_words(london(one.last)),
        "count": counted(one.entries, "record"),
        "kinds": listed([f"{title} ({n})" if n > 1 else title for title, n in one.kinds[:6]])
        + (f" and {len(one.kinds) - 6} other kinds" if len(one.kinds) > 6 else ""),
        "patterns": [f"{p.title}, from {day_words(london(p.since))}" for p in one.patterns],
    }
