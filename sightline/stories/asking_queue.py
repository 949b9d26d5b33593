"""Answering what a story expects of the front door's queue: where a notice stands, why, with what, and for whom it waits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sightline.agencies.queries import partnership
from sightline.definition.outcomes import Missing, Refused
from sightline.front_door import queue
from sightline.front_door.queue_types import QueueLine
from sightline.sharing.reading import reading
from sightline.stories.asking_people import Answered, why
from sightline.stories.model import Expectation

if TYPE_CHECKING:
    from sightline.stories.living import Life

PURPOSE = "safeguarding"


def in_line(life: Life, expected: Expectation) -> Answered:
    """Where a notice stands in that worker's queue.

    `why`: these reasons hold (ids of danger rules), the first of them the gravest. `above`: it stands above those
    records. `stands`: open, decided, handed-over, or `gone` where it has left the queue. `with`: it stands as one event
    with those records. `open-to`: whoever works with the child already, in words. `repeats`: on how many other days the
    front door was told. `holder`: the worker who has it.
    """
    given = expected.given
    first = life.records.get(given["record"])
    if first is None:
        return None, f"{given['record']} is not there{why(life, given['record'])}"
    names = {entry: name for name, entry in life.records.items()}
    with reading(life.actor(given["who"]), PURPOSE, recorded=False) as opened:
        item = queue.first_of_entry(opened, first)
        try:
            lines = queue.page(opened, limit=200).items
            one = queue.one(opened, item) if item else None
        except Refused:
            return False, "this worker sees no queue"
        except Missing:
            one = None
    order = [names.get(line.entry, "") for line in lines]
    if one is None:
        return given.get("stands") == "gone", "it is not in the queue"
    line = one.line
    gone = line.state == "accepted"
    got = _words(line, order, names)
    if given.get("stands") and given["stands"] != ("gone" if gone else line.state):
        return False, got
    wanted = given.get("why")
    reasons = _rules(line)
    if wanted is not None and not (set(wanted) <= set(reasons) and (not wanted or reasons[:1] == list(wanted[:1]))):
        return False, got
    if wanted is not None and not wanted and reasons:
        return False, got
    together = {names.get(other.entry, "") for other in one.notices}
    if not set(given.get("with", ())) <= together:
        return False, f"{got}; with {', '.join(sorted(together)) or 'nothing'}"
    here = given["record"] if given["record"] in order else next((o for o in order if o in together), "")
    for other in given.get("above", ()):
        if here not in order or other not in order or order.index(here) >= order.index(other):
            return False, got
    if (said := given.get("open-to")) and said not in {to.who for to in line.open_to}:
        return False, f"{got}; open to {', '.join(to.who for to in line.open_to) or 'nobody'}"
    if given.get("repeats") is not None and int(given["repeats"]) != line.repeats:
        return False, f"{got}; told of on {line.repeats} other days"
    holder = given.get("holder")
    if holder and line.holder != life.actor(holder).id:
        return False, f"{got}; {line.holder_name or 'nobody'} has it"
    return True, got


def _rules(line: QueueLine) -> list[str]:
    rules = partnership().danger.values()
    return [rule.id for one in line.why for rule in rules if _fits(rule.says, one.says)]


def _fits(template: str, says: str) -> bool:
    """Whether a sentence was made of this one, whatever was counted."""
    before, _, after = template.partition("{count}")
    return says == template or ("{count}" in template and says.startswith(before) and says.endswith(after))


def _words(line: QueueLine, order: list[str], names: dict) -> str:
    reasons = "; ".join(one.says for one in line.why) or "no reason but its turn"
    return f"{line.state}, {line.level}: {reasons} (the queue: {', '.join(filter(None, order)) or 'empty'})"
