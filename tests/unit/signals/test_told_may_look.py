"""Whoever a rule of signs tells must be able to see about whom, and what it rests on: else it tells nobody."""

import pytest

from sightline.definition.kinds.signals import WHO
from sightline.definition.loader import load
from sightline.signals.opening import RESTS_ON, TO_LOOK


@pytest.mark.parametrize("name", ["england", "leeds", "riverford"])
def test_every_role_that_is_told_may_look(name):
    partnership = load(name)
    told = {
        role
        for rule in partnership.signal.values()
        if rule.about == "child"
        for way in rule.tell
        for role in (*way.whom, *way.else_)
        if role not in WHO
    }
    assert len(told) > 10
    for tie in (TO_LOOK, RESTS_ON):
        open_to = {role for rule in partnership.rule.values() if tie in rule.who.tie for role in rule.who.role}
        assert told <= open_to, (tie, told - open_to)
