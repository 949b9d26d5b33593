"""Each single change to a clock's limits, or to what stops it, fails one of its own examples."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from sightline.clocks.rules import run_example
from sightline.definition.check import came_of
from sightline.definition.loader import load, names
from sightline.definition.types import Clock

CLOCKS = [(partnership, id) for partnership in names() for id in load(partnership).clock]


def changes(clock: Clock) -> Iterator[tuple[str, Clock]]:
    """What was changed, and the clock with that change alone."""
    for at, limit in enumerate(clock.limit):

        def other(at: int = at, **changed: Any) -> Clock:
            limits = (one.model_copy(update=changed) if n == at else one for n, one in enumerate(clock.limit))
            return clock.model_copy(update={"limit": tuple(limits)})

        if counted := re.match(r"(\d+) (.*)", limit.is_):
            for amount in (int(counted[1]) + 1, int(counted[1]) - 1):
                yield f"{limit.is_}: {amount}", other(is_=f"{amount} {counted[2]}")
        else:
            yield f"{limit.is_}: 13:37", other(is_=re.sub(r"^\d\d:\d\d", "13:37", limit.is_))
        if "working" in limit.is_ and counted:
            yield f"{limit.is_}: any day", other(is_=limit.is_.replace("working ", ""))
        for key, nothing in (("never_later", ""), ("or_by", ""), ("when", None)):
            if getattr(limit, key):
                yield f"{limit.is_}: no {key}", other(**{key: nothing})
        if len(clock.limit) > 1:
            left = tuple(one for n, one in enumerate(clock.limit) if n != at)
            yield f"without {limit.is_}", clock.model_copy(update={"limit": left})
    if clock.stops:
        yield "nothing stops it", clock.model_copy(update={"stops": None})
    if clock.starts.where:
        starts = clock.starts.model_copy(update={"where": None})
        yield "whatever starts it", clock.model_copy(update={"starts": starts})


@pytest.mark.parametrize(("partnership", "id"), CLOCKS)
def test_an_example_notices(partnership: str, id: str) -> None:
    declared = load(partnership)
    unnoticed = [
        what
        for what, changed in changes(declared.clock[id])
        if all(came_of(run_example, declared, changed, example) is None for example in changed.examples)
    ]
    assert unnoticed == []
