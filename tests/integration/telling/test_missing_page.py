"""What the page of missing children costs, and that what it is kept by follows what is told."""

from __future__ import annotations

import cProfile
import pstats

from django.db import connection
from django.test.utils import CaptureQueriesContext

from sightline.front_door import missing
from sightline.intake.types import Details
from sightline.timescales.london import parse_moment
from sightline.timescales.moment import pretend
from tests.support.house import POLICE, as_, open_house, send, told

MANY = [
    Details(given=f"Kim{a}{b}", family=f"Otley{a}{b}", born="2010-02-03", local_id=f"K{a}{b}")
    for a in "abcdefghij"
    for b in "klmn"
]


def episode(who, since, message, **more):
    return told("missing-episode", "missing-child", who, at=since, sent=since, message=message, missing_from=since, **more)


def cost(start: int = 0) -> tuple[int, int, int]:
    """(children shown, statements, calls) of a page."""
    with as_("mia") as opened, CaptureQueriesContext(connection) as asked, cProfile.Profile() as profile:
        page = missing.children(opened, start=start)
    return len(page.items), len(asked), pstats.Stats(profile).total_calls


def names(start: int = 0) -> list[str]:
    with as_("mia") as opened:
        return [one.name for one in missing.children(opened, start=start).items]


MIA = ("mia", POLICE, "missing-exploitation-officer", "missing-exploitation")
BACK = {"risk": "low", "returned_at": "2025-01-20 05:00"}


def test_the_page_costs_what_it_shows(database, monkeypatch):
    """It opened each child of two years at each view, and each shown singly: 376 statements for forty."""
    open_house(MIA)
    some = [episode(one, "2025-01-20 01:00", f"m{n}", **(BACK if n % 4 else {})) for n, one in enumerate(MANY)]
    send(*some, at="2025-01-20 08:00")
    with pretend(parse_moment("2025-01-20 09:00")):
        cost()
        shown, asked, calls = cost()
        monkeypatch.setattr(missing, "MOST", 5)
        few, asked_for_few, calls_for_few = cost()
        print("COST", shown, asked, calls, few, asked_for_few, calls_for_few)
    assert (shown, few) == (40, 5)
    assert asked == asked_for_few <= 30 and calls_for_few * 3 < calls < 80_000


def test_the_order_follows_what_is_told(database):
    open_house(MIA)
    kim, lee, mo = MANY[:3]
    away = [episode(one, f"2025-01-20 0{n}:00", f"m{n}") for n, one in enumerate((kim, lee, mo), 1)]
    send(*away, at="2025-01-20 08:00")
    with pretend(parse_moment("2025-01-20 09:00")):
        assert names() == [f"{one.given} {one.family}" for one in (mo, lee, kim)]
    again = [
        episode(mo, "2025-01-20 03:00", "m3", version="2", returned_at="2025-01-20 08:00"),
        episode(lee, "2025-01-20 02:00", "m2", version="2", returned_at="2025-01-20 08:30"),
    ]
    send(*again, at="2025-01-20 10:00")
    with pretend(parse_moment("2025-01-20 11:00")):
        assert names() == [f"{one.given} {one.family}" for one in (kim, mo, lee)]
    at = "2025-01-21 12:00"
    send(told("return-home-interview", "child", mo, at=at, sent=at, message="i1", held_at=at), at=at)
    with pretend(parse_moment("2025-01-24 12:00")):  # one was spoken with, one not within the 72 hours
        assert names() == [f"{one.given} {one.family}" for one in (kim, lee, mo)]
    again = episode(kim, "2025-01-20 01:10", "x1", returned_at="2025-01-24 12:30")  # a second report of the same absence
    send(again, at="2025-01-24 13:00")
    with pretend(parse_moment("2025-01-24 14:00")):
        assert names() == [f"{one.given} {one.family}" for one in (lee, kim, mo)]


def test_a_page_is_filled_after_the_gate(database, monkeypatch):
    open_house(MIA)
    send(*(episode(one, "2025-01-20 01:00", f"m{n}") for n, one in enumerate(MANY[:12])), at="2025-01-20 08:00")
    sound, hidden = missing._children, set()
    monkeypatch.setattr(
        missing, "_children", lambda opened, some: {p: one for p, one in sound(opened, some).items() if p not in hidden}
    )
    with pretend(parse_moment("2025-01-20 09:00")), as_("mia") as opened:
        every = [one.person for one in missing.children(opened).items]
        hidden.update(every[::2])
        monkeypatch.setattr(missing, "MOST", 4)
        found, place = [], 0
        while True:
            page = missing.children(opened, start=place)
            found += [one.person for one in page.items]
            if not page.next:
                break
            assert len(page.items) == 4
            place = int(page.next)
    assert found == every[1::2]


def test_who_is_taken_off_the_record_is_not_away(database):
    open_house(MIA)
    kim, lee = MANY[:2]
    send(episode(kim, "2025-01-20 01:00", "m1"), at="2025-01-20 08:00")
    send(episode(lee, "2025-01-20 01:00", "m1", version="2"), at="2025-01-20 09:00")
    with pretend(parse_moment("2025-01-20 10:00")):
        assert names() == [f"{lee.given} {lee.family}"]
