"""Which reports are of one event: what an outsider's stories found."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from sightline.signals.types import Occurrence
from sightline.signals.windows import how_many, separate

DAY = datetime(2025, 5, 10, 20, tzinfo=UTC)


def told(first: str, days: float, record: str = "missing-episode", began: float | None = None) -> Occurrence:
    happened = DAY + timedelta(days=days)
    since = DAY + timedelta(days=began) if began is not None else None
    return Occurrence(first, happened, happened, {"record": record}, since=since)


def firsts(*found: Occurrence) -> list[list[str]]:
    return [[one.first for one in event] for event in separate(sorted(found, key=lambda o: o.happened), "event")]


def test_an_absence_that_is_reported_each_morning_is_one():
    assert firsts(told("a", 0, began=0), told("b", 0.6, began=0.05), told("c", 2.5, began=0)) == [["a", "b", "c"]]


def test_so_it_is_whatever_was_told_between():
    found = firsts(told("a", 0, began=0), told("hit", 1, record="police-incident"), told("c", 2.5, began=0))
    assert found == [["a", "c"], ["hit"]]


def test_an_absence_that_nobody_closed_takes_no_later_one_with_it():
    assert firsts(told("a", 0, began=0), told("b", 20, began=20), told("c", 40, began=40)) == [["a"], ["b"], ["c"]]


def test_another_kind_that_began_then_is_another_event():
    assert firsts(told("a", 0, began=0), told("cell", 3, record="custody", began=0)) == [["a"], ["cell"]]


@given(
    st.lists(st.tuples(st.integers(0, 200), st.sampled_from("ab"), st.none() | st.integers(-40, 5)), max_size=12),
    st.sampled_from(("entry", "day", "event")),
    st.integers(1, 6),
)
def test_counted_as_far_as_is_asked_or_all_it_is_as_many_as_are_put_together(reports, apart, enough):
    found = [
        told(str(n), hours / 24, kind, (hours + began) / 24 if began is not None else None)
        for n, (hours, kind, began) in enumerate(sorted(reports, key=lambda one: one[0]))
    ]
    events = len(separate(found, apart))
    assert how_many(found, apart) == events
    assert (how_many(found, apart, enough=enough) >= enough) is (events >= enough)
