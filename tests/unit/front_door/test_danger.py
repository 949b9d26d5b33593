"""Why a notice stands where it stands: the gravest reason, never a sum, and nothing about who a child is."""

from datetime import date, timedelta

import pytest

from sightline.definition.check import check_references
from sightline.definition.kinds.danger import IN_TURN, Danger, level_of
from sightline.definition.loader import load
from sightline.definition.types import Condition
from sightline.front_door.danger import Earlier, judge, notice_facts, safety, youngest
from sightline.timescales.london import parse_moment

MOMENT = parse_moment("2025-06-02 12:00")


@pytest.fixture(scope="module")
def england():
    return load("england")


def earlier(record, days, **facts):
    return Earlier(f"{record}{days}", (MOMENT - timedelta(days=days)).date(), {"record": record, **facts})


def test_the_gravest_reason_decides_and_reasons_are_never_added_up(england):
    one = judge(england, {"record": "ppn", "grade": "red"}, happened=MOMENT)
    both = judge(england, {"record": "ppn", "grade": "red", "urgent": "yes"}, happened=MOMENT)
    assert one.rank == both.rank == england.danger["red-notice"].rank
    assert both.why == ("red-notice", "sender-says-cannot-wait")


def test_what_no_rule_names_stands_in_turn(england):
    judged = judge(england, {"record": "ppn", "grade": "green"}, happened=MOMENT)
    assert (judged.rank, judged.why) == (IN_TURN, ()) and level_of(judged.rank) == "turn"


def test_reports_of_one_day_are_one_event_and_the_notices_own_day_is_not_before(england):
    told = {"record": "missing-episode", "role": frozenset(("missing-child",))}
    twice_a_day = [earlier(days=5, **told), earlier(days=5, **told)]
    assert "repeat-missing" not in judge(england, told, twice_a_day, happened=MOMENT).why
    today = [earlier(days=0, **told), earlier(days=5, **told)]
    assert "repeat-missing" not in judge(england, told, today, happened=MOMENT).why
    two = [earlier(days=5, **told), earlier(days=89, **told)]
    judged = judge(england, told, two, happened=MOMENT)
    assert "repeat-missing" in judged.why and judged.before["repeat-missing"] == 2
    too_long_ago = [earlier(days=5, **told), earlier(days=91, **told)]
    assert "repeat-missing" not in judge(england, told, too_long_ago, happened=MOMENT).why


def test_a_rule_holds_only_while_it_is_in_force(england):
    rule = england.danger["red-notice"].model_copy(update={"until": date(2025, 6, 1)})
    changed = england.model_copy(update={"danger": {"red-notice": rule}})
    assert judge(changed, {"record": "ppn", "grade": "red"}, happened=MOMENT).why == ()
    assert judge(changed, {"record": "ppn", "grade": "red"}, happened=MOMENT - timedelta(days=2)).why == ("red-notice",)


@pytest.mark.parametrize(
    ("born", "bands"),
    [
        ("2025-06-02", "under-6-months"),
        ("2024-12-03", "under-6-months"),
        ("2024-12-02", "under-1"),
        ("2024-06-02", "under-5"),
        ("2020-06-02", "under-10"),
        ("2007-06-02", ""),
        ("2007-06-03", "under-18"),
    ],
)
def test_the_youngest_child_on_a_notice(born, bands):
    found = youngest([date.fromisoformat(born), date(2000, 1, 1)], MOMENT.date())
    assert found[:1] == ((bands,) if bands else ())


def test_a_baby_who_is_expected_is_younger_than_anybody():
    assert youngest([], MOMENT.date(), unborn=True)[:2] == ("unborn", "under-6-months")
    assert youngest([], MOMENT.date()) == ()


@pytest.mark.parametrize(
    ("hours", "said"), [(None, "not-said"), (-1, "ended"), (0, "ended"), (2, "ends-soon"), (3, "later")]
)
def test_until_when_it_is_safe(hours, said):
    until = None if hours is None else MOMENT + timedelta(hours=hours)
    assert safety(until, MOMENT, timedelta(hours=2)) == said


def test_an_empty_voice_is_no_voice(england):
    record = england.record["school-concern"]

    def voice(words):
        return notice_facts({"voice-of-child": words}, record, ages=(), children=1, safe="later")["voice"]

    assert voice("He hit me.") == "yes" and voice("N/A") == voice("") == voice("not spoken to") == "no"


@pytest.mark.parametrize("term", ["ethnicity", "postcode", "sex", "language", "disabilities"])
def test_no_rule_may_rest_on_who_a_child_is_or_where_they_live(england, term):
    rule = Danger(id="bad", title="Bad", source="local", rank=88, says="Bad", when=Condition(terms={term: ("x",)}))
    changed = england.model_copy(update={"danger": {"bad": rule}})
    faults = check_references(changed, {"record": set(england.record)}, ())
    assert [f for f in faults if "no rule may rest on it" in f.expected or f.code == "unknown"], term


def test_every_rule_has_a_rank_of_its_own(england):
    ranks = [rule.rank for rule in england.danger.values()]
    assert len(ranks) == len(set(ranks))
