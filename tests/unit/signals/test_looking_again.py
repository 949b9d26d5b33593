"""When time alone changes something, and when an episode ends, goes on or begins anew: of rules of the test's own. Pure."""

from datetime import UTC, datetime, timedelta

import pytest

from sightline.clocks.rules import working_days
from sightline.definition.loader import load
from sightline.definition.types import Signal
from sightline.signals.rules import stands
from sightline.signals.types import Occurrence, World

FIRST = datetime(2025, 1, 6, 12, tzinfo=UTC)
EVENT = {"record": "missing-episode"}


@pytest.fixture(scope="module")
def days():
    return working_days(load("england"))


def day(n, **more):
    return FIRST + timedelta(days=n - 1, **more)


def rule(when, **more):
    values = {"id": "a", "title": "A", "source": "a", "may-mean": "a", "does-not-mean": "a", "says": "a", "when": when}
    return Signal.model_validate({**values, **more})


def event(n, record="missing-episode", state="", until=None):
    return Occurrence(
        f"{record} {n}", day(n), day(n), {"record": record}, since=day(n) if state else None, until=until, state=state
    )


def ask(a_rule, events, now, days, **world):
    return stands(a_rule, World(tuple(events), **world), now, rules={"a": a_rule}, days=days)


THREE = {"count": EVENT, "at-least": 3, "within": "30 days"}


def test_of_two_of_three_nothing_comes_by_time_alone(days):
    assert ask(rule(THREE), [event(1), event(9)], day(10), days).looks_again is None


def test_without_an_end_it_stands_as_long_as_it_is_so(days):
    told = ask(rule(THREE), [event(1), event(9), event(12)], day(12), days)
    assert (told.episode.begins, told.episode.ends) == (day(12), day(31))
    assert told.looks_again == day(31)
    assert ask(rule(THREE), [event(1), event(9), event(12)], day(31), days).episode is None


def test_quiet_is_counted_from_the_last_event_and_not_from_what_leaves_the_window(days):
    quiet = rule(THREE, ends={"quiet": "40 days"})
    events = [event(1), event(9), event(12), event(15)]
    told = ask(quiet, events, day(20), days)
    assert told.episode.ends == day(55) and told.episode.count == 4
    assert told.looks_again == day(31)  # the first leaves the window: its figures change
    later = ask(quiet, events, day(40), days)
    assert (later.episode.ends, later.episode.count, later.looks_again) == (day(55), 3, day(55))
    assert ask(quiet, events, day(55), days).episode is None


def test_what_has_ended_begins_again_only_with_something_new(days):
    short = rule({"count": EVENT, "at-least": 3, "within": "60 days"}, ends={"quiet": "10 days"})
    events = [event(1), event(2), event(3), event(4)]
    told = ask(short, events, day(62), days)  # on day 61 the first leaves the window, and three are still in it
    assert [(one.begins, one.ends) for one in told.episodes] == [(day(3), day(14))] and told.episode is None
    told = ask(short, [*events, event(40)], day(41), days)
    assert [(one.begins, one.ends) for one in told.episodes] == [(day(3), day(14)), (day(40), day(50))]


def test_what_ends_it_ends_it_for_good(days):
    until = rule({"count": EVENT, "at-least": 2, "within": "60 days"}, ends={"with": {"record": "strategy-discussion"}})
    events = [event(1), event(2), event(3), event(9, "strategy-discussion")]
    told = ask(until, events, day(62), days)
    assert [(one.begins, one.ends) for one in told.episodes] == [(day(2), day(9))]


def test_an_age_a_delay_and_a_state_are_looked_at_when_they_come(days):
    plan = event(1, "child-protection-plan", "plan")
    old = rule({"all": [{"aged": {"from": "17 years"}}, {"open": "plan"}]})
    told = ask(old, [plan], day(1), days, born=day(5).date().replace(year=2008))
    assert told.episode is None and told.looks_again == datetime(2025, 1, 10, tzinfo=UTC)
    long = rule({"open": "plan", "for": "30 days"})
    assert ask(long, [plan], day(1), days).looks_again == day(31)
    assert ask(long, [event(1, "child-protection-plan", "plan", until=day(20))], day(1), days).looks_again is None
    late = rule({"lacks": {"record": "return-home-interview"}, "after": EVENT, "within": "72 hours"})
    assert ask(late, [event(1)], day(1), days).looks_again == day(4)
    assert ask(late, [event(1), event(2, "return-home-interview")], day(2), days).looks_again is None


def test_what_is_known_and_still_to_come_is_looked_at_when_it_comes(days):
    ahead = Occurrence("ahead", day(20), day(1), {"record": "missing-episode"})
    one = rule({"count": EVENT, "within": "30 days"})
    assert ask(one, [ahead], day(2), days).looks_again == day(20)
    assert ask(one, [ahead], day(20), days).episode.begins == day(20)


def test_at_eighteen_everything_about_a_child_ends(days):
    born = day(40).date().replace(year=2007)
    quiet = rule(THREE, ends={"quiet": "90 days"})
    told = ask(quiet, [event(1), event(9), event(12)], day(12), days, born=born)
    assert told.episode.ends == told.looks_again == datetime(2025, 2, 14, tzinfo=UTC)
    later = [event(1), event(9), event(12), event(41), event(42), event(43)]
    assert len(ask(quiet, later, day(44), days, born=born).episodes) == 1
