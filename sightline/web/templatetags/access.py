"""What a child's page says of reading itself: who has seen it, whether it is flagged, hindsight for whoever reviews."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import template

from sightline.sharing.reading import Reading
from sightline.watching import queries
from sightline.watching.hindsight import REVIEWING
from sightline.web.code_words import CodeWords
from sightline.web.words import day_words, london

register = template.Library()


@register.inclusion_tag("access/links.html", takes_context=True)
def about_reading(context: Any, person: UUID) -> dict[str, object]:
    """Links, each only for who may follow it. On a page whose reading has looked the child's ties up already."""
    request = context["request"]
    reading: Reading = request.reading
    subjects = reading.subjects
    ties = reading.ties(subjects)
    flagged = queries.flagged(subjects)
    may_open = request.shell.may_open
    return {
        "person": person,
        "may_ask": may_open("who-saw") and (bool(ties & queries.LEADING) or may_open("unusual")),
        "may_flag": may_open("flag-child"),
        "may_keep": may_open("keep-child"),
        "may_hindsight": may_open("hindsight") and bool(ties & REVIEWING),
        "flagged": (CodeWords(reading.definition)("flag-because", flagged[0]), day_words(london(flagged[1])))
        if flagged
        else None,
    }
