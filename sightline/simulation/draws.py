"""Draws that several parts of a life share."""

from __future__ import annotations

import math
import random
from datetime import datetime

from sightline.simulation import words
from sightline.simulation.events import Agencies, Event
from sightline.simulation.people import Person
from sightline.simulation.when import next_morning

POOR_VOICE = {"ppn": 0.45, "school": 0.12, "health": 0.2, "contact": 0.3}


def poisson(rng: random.Random, mean: float) -> int:
    """How often something happens. Knuth's way; means here are small."""
    limit, product, count = math.exp(-min(mean, 40.0)), rng.random(), 0
    while product > limit:
        product *= rng.random()
        count += 1
    return count


def attendance(
    agencies: Agencies,
    child: Person,
    at: datetime,
    complaint: str,
    intent: str,
    says: str,
    adult: str,
    rng: random.Random,
    events: list[Event],
) -> None:
    if not agencies.hospital or not child.born or child.born > at.date():
        return
    fields = {
        "complaint": complaint,
        "injury": intent,
        "left-before-seen": "yes" if rng.random() < 0.03 else "no",
        "arrived-with": adult,
    }
    says = words.about(says, child.sex)
    event = Event(
        at,
        next_morning(at, 6, 0),
        agencies.hospital,
        "ae-attendance",
        [(child, "patient")],
        fields,
        says,
        "Children's emergency department",
    )
    events.append(event)
