"""Answering what a story expects of who is who: joined, apart, or waiting for somebody to decide."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from typing import TYPE_CHECKING

from sightline.identity.queries import identities_of, persons_of
from sightline.identity.tracing import waiting_between
from sightline.stories.model import Expectation
from sightline.stories.reading_events import target

if TYPE_CHECKING:
    from sightline.stories.living import Life

Answered = tuple[bool | None, str]  # None: it could not be asked, so that neither it nor its contrary holds


def _pairs(life: Life, expected: Expectation) -> tuple[list[tuple[str, str, str]], str]:
    """How each two stand: joined, waiting or apart. The second part says who never arrived."""
    of = expected.given["of"]
    absent = [one for one in of if target(one) not in life.identities]
    if absent:
        return [], f"{', '.join(absent)} never arrived{why(life, absent[0])}"
    identity = {one: life.identities[target(one)] for one in of}
    person = persons_of(identity.values())
    found = []
    for one, other in combinations(of, 2):
        a, b = person[identity[one]], person[identity[other]]
        if a == b:
            found.append((one, other, "joined"))
            continue
        mine, theirs = ([row.id for row in identities_of(p)] for p in (a, b))
        found.append((one, other, "waiting" if waiting_between(mine, theirs) else "apart"))
    return found, ""


def why(life: Life, one: str) -> str:
    outcome = life.outcomes.get(target(one)[1])
    return f" ({outcome})" if outcome is not None and outcome.state != "done" else ""


def _stand(pairs: list[tuple[str, str, str]]) -> str:
    words = {
        "joined": "one person",
        "waiting": "waiting for somebody to decide",
        "apart": "two people, and nothing waits",
    }
    return "; ".join(f"{one} and {other}: {words[state]}" for one, other, state in pairs)


def all_are(state: str) -> Callable[[Life, Expectation], Answered]:
    def answer(life: Life, expected: Expectation) -> Answered:
        pairs, absent = _pairs(life, expected)
        if absent:
            return None, absent
        meets = [found == state for _, _, found in pairs]
        return (any(meets) if expected.never else all(meets)), _stand(pairs)

    return answer


def possible_match(life: Life, expected: Expectation) -> Answered:
    """Several wait when each is linked to the others through matches that wait (some may be joined already)."""
    pairs, absent = _pairs(life, expected)
    if absent:
        return None, absent
    waiting = [(one, other) for one, other, state in pairs if state == "waiting"]
    if expected.never or not waiting:
        return bool(waiting), _stand(pairs)
    linked = [{one, other} for one, other, state in pairs if state != "apart"]
    reached = set(waiting[0])
    while grown := set().union(*(link for link in linked if link & reached)) - reached:
        reached |= grown
    return reached == set(expected.given["of"]), _stand(pairs)
