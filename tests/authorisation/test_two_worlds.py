"""Two worlds that differ only in what somebody may not see answer them alike: pages, counts, order, suggestions, searches.

A pair is a worker and one thing that they may not see, which is there in one world and not in the other. Time stands still.
"""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from sightline.timescales.moment import allow_pretending, now, pretend
from tests.authorisation.table import BY_NIGHT, comes_in, sights
from tests.authorisation.world import HISTORY, KINDS, World, fresh
from tests.support.databases import connected
from tests.support.sealed_world import CHANGING

PAIRS, AT_NIGHT = 500, 10_000
ROUNDS_AT_NIGHT = 14
# They see that a delivery came, of whatever sort: they look after deliveries, and see nobody in them.
COUNT_DELIVERIES = ("data-officer", "front-door-manager", "system-administrator")
ROLES = frozenset(
    "social-worker school-nurse gp designated-safeguarding-lead police-hub-officer police-analyst conference-chair "
    "mace-coordinator housing-officer business-manager information-governance scrutineer designated-officer "
    "youth-justice-practitioner independent-domestic-abuse-adviser sealed-records-holder education-officer team-manager "
    "duty-social-worker".split()  # who is told of signs: where nobody is on duty, a manager is told in their place
)


@pytest.fixture(scope="module")
def world(database_templates, django_db_blocker):
    with django_db_blocker.unblock(), database_templates.copy("sqlite") as copy, connected(copy):
        allow_pretending()
        moment = now()
        with pretend(moment):
            made = World(states=("current",), relations=("none", "network"), roles=ROLES)
            made.moment = moment
            yield made


def answers(world, client, one):
    """What could tell: what is new, a search by each part of a name, the children and the records that stand near."""
    found = {"work": client.get("/")}
    if comes_in(one.role, "find"):
        found["find"] = client.post("/find/", {"words": world.case("school").name[:4]}, follow=True)
    found["child"] = client.get(f"/child/{world.case('outcome').person}/")
    found["entry"] = client.get(f"/entry/{world.case('school').entry}/")
    for name in ("matches", "match-quality"):
        if comes_in(one.role, name):
            found[name] = client.get(f"/{name.replace('match-quality', 'matches/quality')}/")
    return {name: (got.status_code, plain(got)) for name, got in found.items()}


def plain(answer) -> str:
    """Without what changes from one answer to the next; a search has an address of its own."""
    body = CHANGING.sub("", answer.content.decode(errors="replace"))
    path = answer.request["PATH_INFO"]
    return body.replace(path, "")


def additions(world):
    """Things that come: more about a child of each kind, and another child of each kind."""
    for kind in KINDS:
        yield kind, "more", lambda kind=kind: world.send(again(world.case(kind)), now() - timedelta(days=HISTORY))
        yield kind, "another", lambda kind=kind: world.send(fresh(kind, "added"), now() - timedelta(days=HISTORY))


def again(case):
    other = fresh(case.kind, "more")
    other.details = case.details  # the same child
    return other


def hidden_from(one, kind, what) -> bool:
    """Whether this addition is nothing to them. Nobody has a tie to a child who comes new."""
    letter = sights()[one.role, one.relation if what == "more" else "none", kind]
    return letter == "." or (letter == "n" and what == "more")


@BY_NIGHT
def test_what_is_hidden_changes_nothing(world, night):
    clients = {one: world.client(one) for one in world.workers if one.role not in COUNT_DELIVERIES}
    before, pairs, different = {}, 0, []
    for _ in range(ROUNDS_AT_NIGHT if night else 1):
        come_in = list(additions(world))
        random.Random(5).shuffle(come_in)
        for kind, what, come in come_in:
            if pairs >= PAIRS and not night:
                break
            nothing_to = [one for one in clients if hidden_from(one, kind, what)]
            for one in nothing_to:
                if one not in before:
                    before[one] = answers(world, clients[one], one)
            come()
            for one in clients.keys() - nothing_to:
                before.pop(one, None)  # it may be something to them: they are asked afresh before the next that is not
            for one in nothing_to:
                after = answers(world, clients[one], one)
                pairs += 1
                different += [(one.username, kind, what, name) for name in after if after[name] != before[one][name]]
                before[one] = after
    assert different == [] and pairs >= (AT_NIGHT if night else PAIRS), (len(different), pairs, different[:20])


def test_what_is_not_hidden_changes_something(world):
    """The comparison can fail."""
    one = next(w for w in world.workers if (w.role, w.relation) == ("school-nurse", "network"))
    client = world.client(one)
    before = answers(world, client, one)
    world.send(again(world.case("school")), now() - timedelta(hours=2))
    assert answers(world, client, one) != before
