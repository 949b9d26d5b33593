"""What would have shown of a child on a day in the past: computed when somebody asks, of all that was known then.

It stands apart from the child's page, because it is asked of everybody beside the child too: the page of a past day is there
without waiting for it.
"""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from sightline.chronology import queries as chronology
from sightline.chronology.types import EntryView
from sightline.signals import queries as signals
from sightline.signals.lacking import not_so
from sightline.timescales.moment import now
from sightline.web.child import page
from sightline.web.child.signs import placed, signs
from sightline.web.child.views import read_filters
from sightline.web.words import day_words, end_of_day, london


@require_safe
def signs_then(request: HttpRequest, person: UUID) -> HttpResponse:
    """The signs of a day: a part of the child's page where that asks, else a page of their own."""
    filters, _ = read_filters(request)
    there = reverse("child", args=[person])
    if filters.known_on is None:
        return HttpResponseRedirect(there)
    moment, reading = end_of_day(filters.known_on), request.reading
    told = chronology.of_person(reading, person, known_on=moment)
    raised = signals.of_person(reading, person, told.identities, known_on=moment, entries=told.entries, past=True)

    def leads_to(entry: EntryView) -> str:
        return there + page.leads_to(entry, filters, ())

    found = placed(signs(raised, told.entries, reading.definition, leads_to))
    context = {
        "person": person,
        "known_on": day_words(filters.known_on),
        "today": filters.known_on == london(now()).date(),  # asked from the page itself: why is there no other sign?
        "query": filters.query(),
        **found,
        "none": not any(found.values()),
    }
    if not request.htmx:  # why the others do not stand: where somebody asks for it, and not with each page
        context["not_so"] = not_so(reading, person, moment, told.entries, {one.rule for one in raised if not one.ended})
    return render(request, f"child/{'signs_then' if request.htmx else 'then'}.html", context)
