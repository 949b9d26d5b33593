"""Whether what is declared of how rules are watched holds together."""

from __future__ import annotations

from typing import Any

from sightline.definition.faults import Faults


def check_oversight(faults: Faults, name: str, oversight: Any) -> None:
    known = faults.partnership
    for index, record in enumerate(oversight.turning):
        faults.thing(name, ("turning", index), record, "record")
    states = {record.opens.state for record in known.record.values() if record.opens is not None}
    for by, grouping in oversight.by.items():
        for id, group in grouping.groups.items():
            path = ("by", by, "groups", id)
            if grouping.of in ("ethnicity", "sex") and grouping.of in known.codes:
                for index, code in enumerate(group.codes):
                    faults.refer(name, (*path, "codes", index), code, known.codes[grouping.of].codes, "a code")
            for index, state in enumerate(group.open):
                faults.refer(name, (*path, "open", index), state, states, "a state that a record opens")
            for index, record in enumerate(group.records):
                faults.thing(name, (*path, "records", index), record, "record")
        for step, line in enumerate(grouping.coarser):
            seen: set[str] = set()
            for place, some in enumerate(line):
                for index, group in enumerate(some):
                    spot = ("by", by, "coarser", step, place, index)
                    faults.refer(name, spot, group, grouping.groups, "a group of this list")
                    if group in seen:
                        faults.add(name, spot, group, "a group once in a line")
                    seen.add(group)
        _coarser(faults, name, by, grouping)


def _coarser(faults: Faults, name: str, by: str, grouping: Any) -> None:
    """Each step puts together what the one before put together, and more: else two tables could be subtracted."""
    steps = grouping.steps()
    for index in range(1, len(steps)):
        before, after = [set(some) for some in steps[index - 1]], [set(some) for some in steps[index]]
        if len(after) >= len(before) or not all(any(fine <= coarse for coarse in after) for fine in before):
            expected = "what the line before puts together, and more"
            faults.add(name, ("by", by, "coarser", index - 1), "", expected, code="not-coarser")


def watched(partnership: Any) -> set[str]:
    """By what fairness is looked at."""
    return {by for oversight in partnership.oversight.values() for by in oversight.by}
