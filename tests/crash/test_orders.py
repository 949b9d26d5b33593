"""How many are taken in one transaction must not matter, nor where a load was cut off before it came again.

Without killing anything: the same arrivals in bites of one, of a few and of many, and with a beginning that came before.
"""

import random

import pytest

from sightline.agencies.actions import take_from_definition
from sightline.agencies.queries import machine
from sightline.intake.types import Details, Named, Notification
from sightline.jobs import receive as receiving
from sightline.jobs.receive import open_delivery, receive
from tests.crash.content import content, difference
from tests.support.databases import connected

NUMBERS = ("9990000018", "9990000026", "")
FAMILIES = ("Marsh", "Marshe", "Okafor")


@pytest.fixture
def taken(database_templates, django_db_blocker, monkeypatch):
    """What is there after these arrivals, each list a load of its own, with so many in a transaction."""

    def taken(*loads, bite):
        pace = receiving.Pace(seconds=1.0, first=bite, least=bite, most=bite, pause=0)
        monkeypatch.setitem(receiving.PACES, "sqlite", pace)
        by = machine("feed-machine")
        with django_db_blocker.unblock(), database_templates.copy("sqlite") as copy, connected(copy):
            take_from_definition(by=by)
            for things in loads:
                receive(things, delivery=open_delivery(feed="", agency="", kind="file", name="f", by=by), by=by)
            return content()

    return taken


@pytest.mark.parametrize("seed", [*range(4), *(pytest.param(n, marks=pytest.mark.nightly) for n in range(4, 200))])
def test_neither_bites_nor_repeats_matter(taken, seed):
    draw = random.Random(seed)
    things = arrivals(draw, 70)
    once = taken(things, bite=1)
    for bite in (draw.randint(2, 9), 400):
        cut = draw.randint(1, len(things))
        found = taken(things[:cut], things, things, bite=bite)
        assert not difference(found, once), f"bites of {bite}, {cut} came before:\n{difference(found, once)}"


def arrivals(draw, count):
    """Few messages and few people, so that much of it meets: repeats, corrections in any order, conflicts, what cannot be used."""
    return [arrival(draw, n) for n in range(count)]


def arrival(draw, n):
    message, version = f"m{draw.randint(1, 18)}", draw.choice(("", "", "", "1", "2", "3"))
    agency = draw.choice(("elmfield-academy", "childrens-social-work", "general-practice"))
    relations = ()
    if agency == "childrens-social-work" and draw.random() < 0.5:
        record, fields, people = (
            "contact",
            {"reason": draw.choice(("neglect", "harm"))},
            [("child", person(draw)), ("parent", person(draw))],
        )
        relations = (("p1", "parent", "p0"),)
    else:
        record, fields, people = (
            "school-concern",
            {"category": draw.choice(("neglect", "unexplained-injury"))},
            [("child", person(draw))],
        )
    if draw.random() < 0.15:
        fields["category"] = "horse"  # cannot be used
    sent = f"2026-0{draw.randint(1, 6)}-1{draw.randint(0, 9)} 10:00"
    named = tuple(Named(f"p{place}", (role,), details) for place, (role, details) in enumerate(people))
    return Notification(
        agency=agency,
        record=record,
        message_id=message,
        version=version,
        happened="2026-01-05 09:00",
        sent=sent,
        people=named,
        fields=fields,
        relations=relations,
        position=f"line {n}",
        says=draw.choice(("One.", "Another.")),
        raw=f"{n}".encode(),
    )


def person(draw):
    known = draw.choice(("", *(f"L{n}" for n in range(6))))
    said = {
        "given": draw.choice(("Jay", "Jaye", "Mia", "")),
        "family": draw.choice(FAMILIES),
        "born": draw.choice(("2010-03-04", "2010-03-04", "2012-06-30", "")),
        "nhs_number": draw.choice(NUMBERS),
        "postcode": draw.choice(("LS14 6VK", "LS9 9VK", "")),
        "school": draw.choice(("", "elmfield-academy", "thornbeck-high-school")),
    }
    return Details(local_id=known, **said)
