"""My work as values: what is late, what is due soon, what can wait; what came in, a few lines a child."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

from sightline.clocks.views import ClockView
from sightline.front_door.queue_types import Glance
from sightline.web.work.views import LINES, at_front_door, grouped, lines, news
from tests.unit.web.test_child_page import NOW, entry

JAY, MIA = uuid4(), uuid4()


def who(person):
    return ("Jay" if person == JAY else "Mia", "15")


def clock(days, *, person=JAY, name="assessment", state="running"):
    due = NOW + timedelta(days=days)
    return ClockView(name, name.capitalize(), state, NOW, due, None, f"{name}.", "Source", person, uuid4())


def test_what_is_due_within_seven_days_stands_apart_from_what_is_due_later():
    found = lines(
        [clock(-1), clock(1, name="visit"), clock(6.9, person=MIA), clock(8), clock(90, person=MIA)], NOW, who
    )
    assert [(line.when, line.name, line.due.title) for line in found] == [
        ("late", "Jay", "Assessment"),
        ("soon", "Jay", "Visit"),
        ("soon", "Mia", "Assessment"),
        ("later", "Jay", "Assessment"),
        ("later", "Mia", "Assessment"),
    ]


def test_several_of_one_kind_on_one_child_are_one_line_only_where_they_are_equally_pressing():
    found = lines([clock(-2), clock(-1), clock(3), clock(5), clock(5, person=MIA), clock(20)], NOW, who)
    assert [(line.name, line.when, line.times) for line in found] == [
        ("Jay", "late", 2),
        ("Jay", "soon", 2),
        ("Mia", "soon", 1),
        ("Jay", "later", 1),
    ]


def test_what_is_paused_is_not_late():
    (line,) = lines([clock(-3, state="paused")], NOW, who)
    assert (line.when, line.due.tag) == ("soon", "paused")


def test_news_of_one_child_stands_together_newest_first_and_at_most_three_lines():
    order = [JAY, JAY, MIA, JAY, JAY, JAY, MIA]
    fresh = [(person, entry(n)) for n, person in enumerate(order)]
    found = grouped(fresh, NOW, who)
    assert [(g.name, len(g.lines), len(g.folded)) for g in found] == [
        ("Jay", 2, 0),
        ("Mia", 1, 0),
        ("Jay", 1, 2),
        ("Mia", 1, 0),
    ]
    shown = [one.id for g in found for one in g.lines]
    assert shown == [fresh[n][1].id for n in (0, 1, 2, 3, 6)]
    assert sum(len(g.lines) for g in found if g.person == JAY) == LINES
    assert {one.id for g in found for one in (*g.lines, *g.folded)} == {e.id for _, e in fresh}, "nothing is left out"


def test_the_queue_is_told_in_a_sentence():
    def says(waiting, late, due=None):
        return at_front_door(Glance(waiting, late, due))

    assert says(0, 0) == ""
    assert says(1, 0) == "1 notice waits for whoever comes first."
    assert says(1, 1) == "1 notice waits for whoever comes first, past its limit."
    assert says(4, 1) == "4 notices wait for whoever comes first, 1 of them past its limit."
    assert says(1200, 3) == "1,200 notices wait for whoever comes first, 3 of them past their limit."
    assert says(3, 3) == "3 notices wait for whoever comes first, all past their limit."
    assert says(2, 0, NOW).startswith("2 notices wait for whoever comes first. The next limit is ")


def test_whoever_answers_for_a_clock_is_named_beside_it():
    found = lines([clock(-1), clock(1, name="visit")], NOW, who, {"assessment": "Team manager answers for it"})
    assert [line.answers for line in found] == ["Team manager answers for it", ""]


def test_what_could_not_wait_weeks_ago_is_not_said_to_wait_now():
    urgent = replace(entry(1), urgent=True, known_at=NOW - timedelta(hours=3))
    assert news(urgent, NOW).urgent
    assert not news(replace(urgent, known_at=NOW - timedelta(days=21)), NOW).urgent
