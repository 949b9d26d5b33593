"""Who is told: the child's own worker, whoever knows whom the child trusts, and those of a role where the child is known."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from sightline.agencies.types import WorkerInfo
from sightline.definition.types import Signal
from sightline.sharing.queries import Held
from sightline.signals import whom
from sightline.signals.whom import Around, Trusted

CHILD, SINCE = uuid4(), datetime(2025, 1, 6, tzinfo=UTC)
KINDS = {
    "care": "social-care",
    "help": "early-help",
    "yjs": "youth-justice",
    "a-school": "school",
    "b-school": "school",
    "police": "police",
}
STAFF = [
    ("sara", "care", "east", "social-worker"),
    ("fay", "help", "", "family-help-practitioner"),
    ("yara", "yjs", "", "youth-justice-practitioner"),
    *((f"lead-{n}", f"{n}-school", "", "designated-safeguarding-lead") for n in "abcde"),
    ("mona", "police", "", "missing-exploitation-officer"),
]


def around(*ties, trusted=None, agencies=()):
    people = [WorkerInfo(name, name, name.title(), agency, team, role) for name, agency, team, role in STAFF]
    by_role = {}
    for one in people:
        by_role.setdefault(one.role, []).append(one)
    held = [Held(holder, CHILD, SINCE, None, kind) for holder, kind in ties]
    return Around(held, frozenset(agencies), trusted, by_role, {"east": "care"}, {one.id: one for one in people}, KINDS)


def rule(*ways):
    values = {
        "id": "a",
        "title": "A",
        "source": "a",
        "may-mean": "a",
        "does-not-mean": "a",
        "says": "a",
        "when": {"open": "plan"},
    }
    return Signal.model_validate({**values, "tell": list(ways)})


@pytest.mark.parametrize(
    ("ties", "told"),
    [
        ([("worker:sara", "allocated"), ("worker:yara", "allocated")], ["worker:sara"]),
        ([("team:east", "allocated"), ("worker:fay", "allocated")], ["team:east"]),
        ([("worker:fay", "allocated"), ("worker:yara", "allocated")], ["worker:fay"]),
        ([("worker:yara", "allocated")], ["worker:yara"]),
        ([("worker:who-has-left", "allocated")], ["role:missing-exploitation-officer@police"]),
        ([("worker:lead-a", "allocated")], ["role:missing-exploitation-officer@police"]),
        ([], ["role:missing-exploitation-officer@police"]),
    ],
)
def test_the_childs_own_worker_is_told_and_else_those_who_are_named_for_it(ties, told):
    way = {"whom": "allocated-worker", "else": "missing-exploitation-officer"}
    assert whom.whom(rule(way), 0, around(*ties)) == told


def test_a_role_of_many_places_is_told_where_the_child_is_known_and_nowhere_else():
    leads = rule({"whom": "designated-safeguarding-lead", "else": "missing-exploitation-officer"})
    assert whom.whom(leads, 0, around(("agency:b-school", "attends"))) == ["role:designated-safeguarding-lead@b-school"]
    assert whom.whom(leads, 0, around(agencies=["a-school"])) == ["role:designated-safeguarding-lead@a-school"]
    assert whom.whom(leads, 0, around()) == ["role:missing-exploitation-officer@police"]


def test_where_nobody_holds_the_role_it_waits_for_whoever_comes():
    assert whom.whom(rule({"whom": "hospital-navigator"}), 0, around()) == ["role:hospital-navigator"]


def test_whoever_wrote_down_whom_the_child_trusts_is_asked(monkeypatch):
    first = UUID(int=5)
    offers = rule({"whom": "trusted-person", "else": "missing-exploitation-officer"})
    ties = [("worker:sara", "allocated"), ("worker:yara", "allocated")]
    monkeypatch.setattr(whom, "authors_of", lambda entries: {first: "yara"})
    assert whom.whom(offers, 0, around(*ties, trusted=Trusted(str(first), "yjs"))) == ["worker:yara"]
    monkeypatch.setattr(whom, "authors_of", lambda entries: {first: "feed-machine"})
    assert whom.whom(offers, 0, around(*ties, trusted=Trusted(str(first), "yjs"))) == ["worker:yara"]
    assert whom.whom(offers, 0, around(trusted=Trusted(str(first), "yjs"))) == ["agency:yjs"]
    assert whom.whom(offers, 0, around(*ties)) == ["worker:sara"]  # nobody wrote it down
    assert whom.whom(offers, 0, around()) == ["role:missing-exploitation-officer@police"]


def test_that_there_are_police_is_no_worker():
    way = rule({"whom": ["allocated-worker", "missing-exploitation-officer"], "else": "family-help-practitioner"})
    police = "role:missing-exploitation-officer@police"
    assert whom.whom(way, 0, around(("worker:sara", "allocated"))) == ["worker:sara", police]
    assert whom.whom(way, 0, around()) == [police, "role:family-help-practitioner@help"]


def test_what_waits_for_an_answer_goes_to_whoever_works_with_the_child_now():
    ways = rule(
        {"when": {"open": "plan"}, "whom": "allocated-worker", "else": "missing-exploitation-officer"},
        {"whom": "family-help-practitioner"},
    )
    assert whom.handed_to(ways, 0, around(("worker:sara", "allocated"))) == ["worker:sara"]
    assert whom.handed_to(ways, 0, around()) == ["role:missing-exploitation-officer@police"]
    assert whom.handed_to(ways, 1, around(("worker:sara", "allocated"))) == []  # the way that told it names no worker
    assert whom.handed_to(ways, 1, around()) == []
    assert whom.handed_to(rule({"whom": "family-help-practitioner"}), 0, around(("worker:sara", "allocated"))) == []
