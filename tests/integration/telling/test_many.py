"""Lists of more than a page: what is due first, and who is away, stands first, and nothing is on no page."""

from dataclasses import replace

import pytest

from sightline.front_door import expecting, missing, reviewing, telling_queries
from sightline.front_door.told_models import Awaited, Review, Telling
from sightline.intake.types import Details
from sightline.jobs import telling
from sightline.jobs.due import sweep
from sightline.jobs.models import Due
from sightline.timescales.london import parse_moment
from sightline.timescales.moment import pretend
from tests.support.house import CARE, POLICE, SCHOOL, as_, open_house, send, told
from tests.support.partnership import inside

KIDS = [Details(given=f"Kim{a}{b}", family=f"Otley{a}{b}", born="2010-02-03", local_id=f"K{a}{b}") for a in "abc" for b in "def"]
MORE = (
    ("mia", POLICE, "missing-exploitation-officer", "missing-exploitation"),
    ("vera", POLICE, "police-supervisor", "police-hub"),
    ("edie", "education-safeguarding", "education-officer", ""),
    ("tess", CARE, "team-manager", "east-area-team"),
)


def pages(ask, reader, at):
    """Everything on all pages, and how many pages there are."""
    found, after, count = [], "", 0
    with pretend(parse_moment(at)), as_(reader) as opened:
        while True:
            page = ask(opened, after)
            found, count, after = [*found, *page.items], count + 1, page.next
            if not after:
                return found, count


def episode(who, since, message, **more):
    return told("missing-episode", "missing-child", who, at=since, sent=since, message=message, missing_from=since, **more)


def test_who_is_still_away_stands_first_however_many_came_back_since(database, monkeypatch):
    open_house(*MORE)
    monkeypatch.setattr(missing, "MOST", 4)
    away = [episode(KIDS[0], "2024-08-02 01:00", "a0", risk="high"), episode(KIDS[1], "2025-01-02 01:00", "a1", risk="high")]
    for one in away:
        send(one, at=one.sent)
    back = [
        episode(one, "2025-01-20 01:00", f"b{n}", risk="low", returned_at="2025-01-20 05:00") for n, one in enumerate(KIDS[2:])
    ]
    send(*back, at="2025-01-20 08:00")
    with pretend(parse_moment("2025-01-20 09:00")), as_("mia") as opened:
        first = missing.children(opened)
        assert [one.name for one in first.items[:2]] == ["Kimae Otleyae", "Kimad Otleyad"] and len(first.items) == 4
        rest = missing.children(opened, start=int(first.next))
        last = missing.children(opened, start=int(rest.next))
        assert len({one.person for page in (first, rest, last) for one in page.items}) == len(KIDS) and not last.next
    with pretend(parse_moment("2025-01-20 09:00")):
        text = inside("mia").get("/missing/").content.decode()
        assert "Kimad Otleyad" in text and "?from=4" in text
        assert "From the beginning" in inside("mia").get("/missing/?from=8").content.decode()


def test_what_did_not_come_is_on_a_page_however_much_else_did_not(database, monkeypatch):
    open_house(*MORE)
    monkeypatch.setattr(expecting, "MOST", 4)
    for n, one in enumerate(KIDS):
        at = f"2025-01-06 1{n}:00" if n < 9 else ""
        offence = "rape" if n == 8 else "theft"
        send(told("police-incident", "victim", one, at=at, sent=at, message=f"k{n}", offence=offence, child_at_risk="yes"), at=at)
    found, count = pages(lambda opened, after: expecting.missing(opened, after=after), "vera", "2025-01-10 09:00")
    assert [one.children for one in found] == [(f"{one.given} {one.family}",) for one in KIDS] and count == 3
    with pretend(parse_moment("2025-01-10 09:00")):
        text = inside("vera").get("/expected/").content.decode()
        assert 'rel="next"' in text and "From the beginning" not in text


def test_rows_that_are_not_for_a_reader_push_out_none_that_are(database, monkeypatch):
    """A page is filled after the gate, not before."""
    open_house(*MORE)
    monkeypatch.setattr(expecting, "MOST", 2)
    for n, one in enumerate(KIDS):
        at = f"2025-01-06 1{n}:00"
        send(told("police-incident", "victim", one, at=at, sent=at, message=f"k{n}", offence="theft", child_at_risk="yes"), at=at)
    rows = list(Awaited.objects.order_by("due_at").values_list("first", flat=True))
    sound = expecting.at_least_headline
    monkeypatch.setattr(
        expecting, "at_least_headline", lambda opened, some: sound(opened, some) - {one for one in rows[:5]}
    )
    found, count = pages(lambda opened, after: expecting.missing(opened, after=after), "vera", "2025-01-10 09:00")
    assert [one.first for one in found] == rows[5:] and count == 2


def violent(who, n):
    at = f"2025-01-1{n} 20:00"
    words = {"professional_judgement": "high", "children_present": "yes", "voice_of_child": "I hid."}
    return told("domestic-abuse-incident", "child", who, at=at, sent=at, message=f"d{n}", **words)


def test_schools_to_tell_go_on_over_pages(database, monkeypatch):
    open_house(*MORE)
    monkeypatch.setattr(telling_queries, "MOST", 2)
    for n, one in enumerate(KIDS[:5]):  # no school is known of any
        incident = violent(one, n)
        send(incident, at=incident.sent)
    found, count = pages(lambda opened, after: telling_queries.to_tell(opened, after=after), "edie", "2025-01-15 09:00")
    assert [one.due_at for one in found] == sorted(one.due_at for one in found)
    assert len({one.id for one in found}) == 5 and count == 3
    with pretend(parse_moment("2025-01-15 09:00")):
        assert 'rel="next"' in inside("edie").get("/to-tell/").content.decode()


def test_items_of_police_information_go_on_over_pages(database, monkeypatch):
    open_house(*MORE)
    monkeypatch.setattr(reviewing, "MOST", 2)
    send(*(episode(one, "2025-01-20 01:00", f"i{n}", risk="high") for n, one in enumerate(KIDS[:5])), at="2025-01-20 08:00")
    assert Review.objects.count() == 5
    found, count = pages(lambda opened, after: reviewing.items(opened, after=after), "paul", "2025-01-20 09:00")
    assert len({one.id for one in found}) == 5 and count == 3
    with pretend(parse_moment("2025-01-20 09:00")):
        assert 'rel="next"' in inside("paul").get("/police-information/").content.decode()


@pytest.fixture
def untold(database, monkeypatch):
    """Incidents of which a school should have been told on Monday morning, and was not: each time it fails."""
    open_house(*MORE)
    for n, one in enumerate(KIDS[:4]):
        incident = violent(replace(one, school=SCHOOL), n if n < 3 else 2)
        send(replace(incident, message_id=f"u{n}"), at=incident.sent)

    def trouble(*_):
        raise RuntimeError

    monkeypatch.setattr(telling.telling, "_tell", trouble)


def test_what_fails_to_be_told_is_owed_once_and_hides_nothing_else(untold, monkeypatch):
    monkeypatch.setattr(telling, "MOST", 2)
    with pretend(parse_moment("2025-01-13 12:00")):
        for _ in range(3):
            sweep()
        assert Telling.objects.filter(state="planned").count() == 4
        before = Due.objects.filter(done_at=None).count()
        for _ in range(3):
            assert telling.look() == 0  # each is owed already, and tried by itself
        assert Due.objects.filter(done_at=None).count() == before
        last = Telling.objects.order_by("run_at", "id").last()
        owed = Due.objects.filter(done_at=None, verb="tell", payload__incident=str(last.incident))
        owed.delete()  # and one that nobody owes is found behind three that fail
        assert telling.look() == 1 and owed.all().exists()
