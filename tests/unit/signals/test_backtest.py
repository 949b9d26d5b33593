"""The replay tells what the live system would tell, when it would; figures are right against a count by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from sightline.clocks.rules import working_days
from sightline.definition.loader import load
from sightline.definition.types import Signal
from sightline.signals.backtest import baselines, comparing, intervals, measuring, running, words
from sightline.signals.backtest.reading import _unfolded
from sightline.signals.backtest.replay import Relevance, replay
from sightline.signals.backtest.telling import SOCIAL_WORKER, Staff
from sightline.signals.backtest.types import Alert, Arm, Arrival, City, Planting, Somebody
from sightline.signals.rules import stands
from sightline.signals.types import Occurrence, World

LEEDS = load("leeds")
DAYS = working_days(LEEDS)
FIRST = datetime(2024, 1, 1, 12, tzinfo=UTC)  # a Monday
CHILD, MOTHER = "P1", "P2"


def day(number: float) -> datetime:
    return FIRST + timedelta(days=number)


def rule(**more: Any) -> Signal:
    """Three absences in 90 days; the missing officer is told at once."""
    made: dict[str, Any] = {
        "id": "thrice",
        "title": "Missing three times",
        "source": "local",
        "may-mean": "-",
        "does-not-mean": "-",
        "when": {"count": {"record": "missing-episode"}, "at-least": 3, "within": "90 days"},
        "says": "{count}",
        "level": "look",
        "tell": {"whom": ["missing-exploitation-officer"], "how": "now"},
        "rest": "28 days",
        "ends": {"none": {"record": "missing-episode"}, "for": "90 days"},
        "owner": "missing-exploitation-officer",
    }
    return Signal.model_validate(made | more)


def missing(number: int, happened: float, known: float | None = None, story: str = "", **facts: Any) -> Arrival:
    told = {"record": "missing-episode", "agency": "west-yorkshire-police", "agency-kind": "police", **facts}
    at = day(happened if known is None else known)
    return Arrival(at, Occurrence(f"m{number}", day(happened), at, told), story)


def plan(since: float, known: float | None = None, until: float | None = None) -> Arrival:
    at = day(since if known is None else known)
    end = day(until) if until is not None else None
    told = {"record": "child-protection-plan", "agency": "childrens-social-work"}
    return Arrival(at, Occurrence("plan", day(since), at, told, day(since), end, "child-protection-plan"))


def worker(since: float) -> Arrival:
    told = {"record": "involvement", "agency": "childrens-social-work", "agency-kind": "social-care",
            "team": "east-area-team", "worker-role": frozenset({"social-worker"})}  # fmt: skip
    return Arrival(day(since), Occurrence("works", day(since), day(since), told, day(since), None, "involvement"))


def city(
    *arrivals: Arrival, born: date = date(2012, 5, 1), last: float = 400, plantings: tuple[Planting, ...] = ()
) -> City:
    people = {
        CHILD: Somebody(CHILD, "F1", born, True, "female", "WBRI"),
        MOTHER: Somebody(MOTHER, "F1", date(1985, 1, 1), False),
    }
    histories = {CHILD: sorted(arrivals, key=lambda one: one.known)}
    return City(LEEDS, FIRST, day(last), people, histories, {}, plantings, 1)


def told(where: City, *rules: Signal, **more: Any) -> list[Alert]:
    return replay(where, {one.id: one for one in rules}, Staff(where), DAYS, name="x", title="x", **more).alerts


def days_of(alerts: list[Alert]) -> list[tuple[float, str]]:
    return [((a.at - FIRST) / timedelta(days=1), a.why) for a in alerts]


# --- when, and how often ------------------------------------------------------------------------------------------------


def test_it_is_told_when_the_last_piece_is_known_not_when_it_happened() -> None:
    found = told(city(missing(1, 0), missing(2, 10), missing(3, 20, known=26)), rule())
    assert days_of(found) == [(26, "raised")] and found[0].whom == (("desk", "missing-exploitation-officer"),)
    assert found[0].citing == ("m1", "m2", "m3") and found[0].disturbs


def test_nothing_that_comes_later_is_known_before() -> None:
    """The first two are told last: it is complete with them, and what is told cites all three."""
    found = told(city(missing(1, 0, known=50), missing(2, 10, known=45), missing(3, 48)), rule())
    assert days_of(found) == [(50, "raised")]


def test_it_rests_and_is_told_again_when_it_grew_and_the_rest_is_over() -> None:
    where = city(missing(1, 0), missing(2, 10), missing(3, 20), missing(4, 25), missing(5, 30), missing(6, 70))
    assert days_of(told(where, rule())) == [(20, "raised"), (48, "grew"), (76, "grew")]
    assert days_of(told(city(missing(1, 0), missing(2, 10), missing(3, 20)), rule())) == [(20, "raised")]


def test_what_is_graver_breaks_the_rest() -> None:
    graver = {"when": {"count": {"record": "missing-episode", "risk": "high"}, "within": "90 days"}, "is": "now"}
    where = city(missing(1, 0), missing(2, 10), missing(3, 20), missing(4, 23, risk=frozenset({"high"})))
    assert days_of(told(where, rule(graver=[graver]))) == [(20, "raised"), (23, "graver")]


def test_in_the_morning_means_the_next_working_morning_if_it_still_stands() -> None:
    morning = rule(tell={"whom": ["missing-exploitation-officer"], "how": "morning"})
    found = told(city(missing(1, 0), missing(2, 2), missing(3, 5)), morning)  # day 5: a Saturday
    assert found[0].at == datetime(2024, 1, 8, 7, tzinfo=UTC)
    taken_back = replace(missing(3, 5).seen, facts={"record": "school-concern"})
    withdrawn = city(missing(1, 0), missing(2, 2), missing(3, 5), Arrival(day(6), replace(taken_back, known=day(6))))
    assert told(withdrawn, morning) == []


def test_a_correction_takes_back_what_follows_no_more() -> None:
    corrected = Arrival(day(22), replace(missing(2, 10).seen, known=day(22), facts={"record": "school-concern"}))
    found = told(city(missing(1, 0), missing(2, 10), missing(3, 20), corrected, missing(4, 24)), rule())
    assert days_of(found) == [(20, "raised"), (24, "raised")] and found[1].citing == ("m1", "m3", "m4")


def test_time_alone_brings_about_what_should_have_come() -> None:
    unseen = rule(
        id="unseen",
        when={"lacks": {"record": "visit"}, "every": "10 working days", "while": ["child-protection-plan"]},
        ends=None,
    )
    assert days_of(told(city(plan(0)), unseen)) == [(pytest.approx(14, abs=1), "raised")]
    assert told(city(plan(0, until=9)), unseen) == []


def test_history_that_comes_late_is_told_to_nobody() -> None:
    where = city(
        missing(1, 0, known=300), missing(2, 10, known=300), missing(3, 20, known=300), missing(4, 299, known=300)
    )
    assert told(where, rule(ends=None)) == []


def test_whoever_is_grown_up_is_no_child() -> None:
    arrivals = (missing(1, 0), missing(2, 10), missing(3, 20))
    assert told(city(*arrivals, born=date(2006, 1, 15)), rule()) == []
    assert len(told(city(*arrivals, born=date(2006, 1, 25)), rule())) == 1


def test_each_agency_alone_sees_its_own() -> None:
    where = city(missing(1, 0), missing(2, 10), missing(3, 20, agency="leeds-teaching-hospitals"))
    assert len(told(where, rule())) == 1 and told(where, rule(), alone=True) == []


# --- whom ---------------------------------------------------------------------------------------------------------------


def test_the_allocated_worker_is_told_where_there_is_one() -> None:
    way = {"whom": ["allocated-worker"], "else": ["duty-social-worker"], "how": "now"}
    arrivals = (missing(1, 0), missing(2, 10), missing(3, 20))
    assert told(city(*arrivals), rule(tell=way))[0].whom == (("desk", "duty-social-worker"),)
    ((what, which),) = told(city(*arrivals, worker(5)), rule(tell=way))[0].whom
    assert what == SOCIAL_WORKER and which.startswith("east-area-team/")


def test_a_plan_changes_who_is_told() -> None:
    ways = [
        {"when": {"open": ["child-protection-plan"]}, "whom": ["conference-chair"], "how": "now"},
        {"whom": ["duty-social-worker"], "how": "now"},
    ]
    where = city(missing(1, 0), missing(2, 10), missing(3, 20), plan(15), plan(15, known=40, until=39), missing(4, 41))
    assert [a.whom[0][1] for a in told(where, rule(tell=ways))] == ["conference-chair", "duty-social-worker"]


def test_a_list_is_nobodys_load() -> None:
    listed = told(
        city(missing(1, 0), missing(2, 10), missing(3, 20)), rule(tell={"whom": ["team-manager"], "how": "list"})
    )
    assert [(a.told, a.disturbs) for a in listed] == [(True, False)]


# --- only what matters is asked ----------------------------------------------------------------------------------------


def test_asking_only_what_an_entry_may_matter_to_changes_nothing() -> None:
    """Every rule asked at every arrival, against the narrowed replay."""
    rules = {id: one for id, one in LEEDS.signal.items() if one.about == "child"}
    kinds = ("missing-episode", "police-incident", "domestic-abuse-incident", "school-concern", "decision", "visit")
    arrivals = [plan(3), worker(4)]
    for n in range(30):
        kind = kinds[n * 7 % len(kinds)]
        role = {"missing-episode": "missing-child", "police-incident": "victim"}.get(kind, "child")
        counts = LEEDS.record[kind].people.get(role)
        facts = {
            "record": kind,
            "role": frozenset({role}),
            "counts-as": frozenset({counts.counts_as} if counts and counts.counts_as else ()),
            "queued": "yes",
            "seen": "yes",
            "decision": frozenset({"no-further-action"}),
        }
        arrivals.append(missing(n, n * 11 % 180, known=n * 11 % 180 + n % 3, **facts))
    where = city(*arrivals, last=260)
    found = replay(where, rules, Staff(where), DAYS, name="x", title="x")
    raised = {(a.rule, a.citing) for a in found.alerts}
    world, brute = World((), date(2012, 5, 1)), set()
    for moment in sorted({one.known for one in where.histories[CHILD]}):
        known = {one.seen.first: one.seen for one in where.histories[CHILD] if one.known <= moment}
        for id, one in rules.items():
            episode = stands(
                one, replace(world, occurrences=tuple(known.values())), moment, rules=rules, days=DAYS
            ).episode
            if episode is not None:
                brute.add((id, episode.citing))
    assert raised and {id for id, _ in brute} <= {id for id, _ in raised}, "no rule is missed for not being asked"
    narrowed = Relevance(rules, rules)
    assert sum(len(narrowed.of(one.seen)) for one in arrivals) < len(arrivals) * len(rules) / 2, (
        "and most are not asked"
    )


# --- figures ------------------------------------------------------------------------------------------------------------


def planting(id: str, *, alike: bool = False, turns: float = 60, ought: str = "thrice", never: str = "") -> Planting:
    said = ((ought, CHILD),) if not alike else ()
    refused = frozenset({(never, CHILD)}) if never else frozenset()
    events = (f"{id}/1#a", day(0)), (f"{id}/1#b", day(50))
    return Planting(f"{id}/1", id, alike, frozenset({CHILD}), said, refused, day(turns), True, events, True)


def absences(story: str) -> tuple[Arrival, ...]:
    return tuple(missing(n, n * 10, story=f"{story}/1#{'ab'[n > 1]}" if story else "") for n in range(3))


def test_a_storyline_is_seen_before_it_turns_or_not_at_all() -> None:
    for turns, leads in ((60, (40.0,)), (20.5, (0.5,)), (15, ())):
        where = city(*absences("away"), plantings=(planting("away", turns=turns),))
        (one,) = measuring.every(where, Arm("x", "x", told(where, rule())))
        assert one.promised == leads and one.any == leads
    other = city(*absences("away"), plantings=(planting("away", ought="unseen-child"),))
    (one,) = measuring.every(other, Arm("x", "x", told(other, rule())))
    assert one.promised == () and one.any == (40.0,), "seen, but not by the signal that was promised"


def test_a_look_alike_is_disturbed_only_by_what_rests_on_it_alone() -> None:
    where = city(*absences("bus"), plantings=(planting("bus", alike=True, never="thrice"),))
    found = measuring.look_alikes(where, Arm("x", "x", told(where, rule())))
    assert (found["silent"], found["planted"]) == (0, 1) and found["never"]["where"] == {"thrice in bus": 1}
    beside = city(*absences("bus")[:2], missing(9, 20), plantings=(planting("bus", alike=True, never="thrice"),))
    found = measuring.look_alikes(beside, Arm("x", "x", told(beside, rule())))
    assert found["silent"] == 1 and found["never"]["broken"] == 0


def test_what_came_of_it_is_said_by_the_truth() -> None:
    def came(*more: Arrival, plantings: tuple[Planting, ...] = ()) -> dict[str, int]:
        where = city(*(absences("away") if plantings else absences("")), *more, plantings=plantings)
        counts: dict[str, int] = measuring.outcomes(where, told(where, rule()))["why"]
        return {name: count for name, count in counts.items() if count}

    assert came(plantings=(planting("away"),)) == {"storyline": 1}
    assert came(plan(50)) == {"step": 1} and came(plan(120)) == {"nothing": 1}
    assert came(plan(5)) == {"covered": 1} and came(plan(5, until=8)) == {"nothing": 1}
    assert came(plantings=(planting("away", alike=True),)) == {"look-alike": 1}


def test_load_counts_weeks_in_which_nothing_came() -> None:
    where = city(worker(0), *(missing(n, 100 + n) for n in range(3)), last=90 + 70)
    way = {"whom": ["allocated-worker"], "else": ["duty-social-worker"], "how": "now"}
    load_ = measuring.load(where, Staff(where), told(where, rule(tell=way)))
    assert load_["told"] == 1 and load_["weeks"] == 10
    assert load_["social-workers"]["per-worker-a-week"] == pytest.approx(0.1)
    assert load_["social-workers"]["week-90th-percentile"] == 0 and load_["social-workers"]["week-most"] == 1


def test_at_equal_load_only_a_share_is_looked_at() -> None:
    """Two alerts for one storyline, 40 and 10 days before it turns; half of them are looked at."""
    first, second = (
        Alert("r", CHILD, day(at), "look", "sign", "now", "raised", (("desk", "d"),), ("m",), ("away/1#a",), 0)
        for at in (120, 150)
    )
    where = city(plantings=(planting("away", turns=160, ought="r"),))
    found = comparing.thinned(where, Arm("x", "x", [first, second]), 1)
    assert found.told == 2 and found.looked_at == 0.5
    assert found.days == (0.5 * 40 + 0.25 * 10,) and found.seen == (0.75,)
    whole = comparing.thinned(where, Arm("x", "x", [first, second]), 5)
    assert whole.days == (40.0,) and whole.seen == (1.0,)


def test_a_baseline_is_given_its_best_setting() -> None:
    where = city(*absences("away"), plantings=(planting("away"),))
    ours = Arm("ours", "ours", told(where, rule()))
    late, early = Arm("a", "late", []), Arm("b", "early", ours.alerts)
    (one,) = comparing.compared(where, ours, {"others": [late, early]})["against"]
    assert one["as-it-is"]["setting"] == "late" and one["best-at-equal-load"]["setting"] == "early"
    assert one["more-days"] == 0


def test_three_in_90_days_counts_separate_incidents_of_whatever_kind() -> None:
    three = baselines.counting(3, "90 days")
    mixed = [
        missing(n, n * 20, record=kind, queued="yes")
        for n, kind in enumerate(("ppn", "school-concern", "missing-episode"))
    ]
    assert days_of(told(city(*mixed), three)) == [(40, "raised")]
    same_day = [missing(n, 0, record="ppn", queued="yes") for n in range(3)]
    assert told(city(*same_day), three) == []


def test_intervals_are_those_of_the_books() -> None:
    low, high = intervals.share(9, 10) or (0, 0)  # Newcombe 1998: Wilson's interval of 9 of 10
    assert (round(low, 4), round(high, 4)) == (0.5958, 0.9821)
    assert intervals.share(0, 0) is None and intervals.resampled([1.0], intervals.mean) is None
    found = intervals.resampled([float(n) for n in range(100)], intervals.mean, seed="a")
    assert found == intervals.resampled([float(n) for n in range(100)], intervals.mean, seed="a")
    assert found and found[0] < 49.5 < found[1] and found[1] - found[0] < 16
    assert intervals.percentile([0] * 90 + [3] * 10, 0.9) == 0 and intervals.percentile([0] * 89 + [3] * 11, 0.9) == 3


def test_a_row_is_told_on_the_morning_after_each_day_that_it_tells_of() -> None:
    fields = {"started": "2024-01-02", "ended": "2024-03-05", "category": "NEG"}
    found = list(_unfolded(fields, ["started", "ended"], datetime(2024, 1, 2, tzinfo=UTC), None))
    assert [(m.date().isoformat(), sorted(f)) for m, f in found] == [
        ("2024-01-03", ["category", "started"]), ("2024-03-06", ["category", "ended", "started"]),
    ]  # fmt: skip


def test_the_whole_report_can_be_read() -> None:
    where = city(*absences("away"), plantings=(planting("away"), planting("bus", alike=True, never="thrice")))
    figures = running.backtest(where, {"thrice": rule()}, DAYS)
    assert {aim["what"]: aim["met"] for aim in figures["aims"]}["Storylines seen before they turn"] is True
    said = "\n".join(words.lines(figures))
    assert "away" in said and "three incidents in 90 days" in said and "What these figures rest on" in said
    nothing = running.backtest(city(), {"thrice": rule()}, DAYS)
    assert all(aim["met"] is None for aim in nothing["aims"][:2]) and "\n".join(words.lines(nothing))
