"""The queue: what arrives takes its place at once, by its own words and by all that went before."""

from datetime import timedelta

import pytest

from sightline.definition.outcomes import Conflict, Refused
from sightline.front_door import claiming
from sightline.front_door.models import Item
from sightline.messages.queries import told as told_of
from sightline.timescales.london import local, parse_moment
from sightline.timescales.moment import now
from tests.support.partnership import CARE, HOSPITAL, POLICE, SCHOOL, child, person_on, send, settle_in


@pytest.fixture(scope="module")
def house(shared_database):
    return settle_in()


def item(first) -> Item:
    return Item.objects.get(entry=first)


def days_ago(days: float) -> str:
    return f"{local(now() - timedelta(days=days)):%Y-%m-%d %H:%M}"


def test_a_notice_is_in_the_queue_when_it_is_acknowledged(house):
    first = send("ppn", ("child", child()), grade="amber", happened=days_ago(0.01))
    row = item(first)
    assert (row.state, row.why, row.danger) == ("open", ["amber-notice"], 54)
    assert row.children.count() == 1


def test_the_gravest_reason_says_where_it_stands_and_all_that_hold_are_kept(house):
    born = (now() - timedelta(days=60)).date().isoformat()
    first = send("ae-attendance", ("patient", child(born=born)), agency=HOSPITAL, injury="unexplained", happened=days_ago(0.02))
    row = item(first)
    assert row.danger == 2 and row.why[0] == "injury-in-baby-who-cannot-move" and "injury-nobody-explains" in row.why


def test_what_went_before_moves_a_notice_up(house):
    one = child(local_id="R1")
    for days in (40, 20):
        told = days_ago(days)
        send("missing-episode", ("missing-child", one), missing_from=told, happened=told, on=told, returned_at=told)
    first = send("missing-episode", ("missing-child", one), missing_from=days_ago(0.1), happened=days_ago(0.1))
    row = item(first)
    assert row.why == ["repeat-missing", "missing-now"] and row.before == {"repeat-missing": 2} and row.repeats == 2


def test_history_does_not_flood_the_queue(house):
    long_ago = send("ppn", ("child", child()), happened=days_ago(30), sent=days_ago(30))
    lately = send("ppn", ("child", child()), happened=days_ago(3), sent=days_ago(3))
    assert not Item.objects.filter(entry=long_ago).exists() and Item.objects.filter(entry=lately).exists()


def test_whoever_has_the_child_open_is_told_once_and_it_stays_in_the_queue(house):
    one = child(local_id="O1")
    send("involvement", ("child", one), agency=CARE, worker_role="social-worker", team="east-area-team", _from="2025-01-03",
         happened="2025-01-03 09:00") if False else send_involvement(one)  # fmt: skip
    first = send("school-concern", ("child", one), agency=CARE, category="neglect", happened=days_ago(0.01))
    row = item(first)
    assert [(o["state"], o["holder"], o["since"]) for o in row.open_to] == [("involvement", "team:east-area-team", "2025-01-03")]
    assert row.state == "open"
    sent = [t for t in told_of("already-open") if first in t.records]
    assert [t.holders for t in sent] == [("team:east-area-team",)]


def send_involvement(one):
    from dataclasses import replace

    from tests.support.partnership import say, take

    n = say("involvement", ("child", one), agency=CARE, happened="2025-01-03 09:00")
    take(replace(n, fields={"worker-role": "social-worker", "team": "east-area-team", "from": "2025-01-03"}))
