"""Who reads at an agency that a story says is told, where it names nobody who works there.

A message to an agency is one in somebody's inbox. A story written by whoever knows the agency and none of its people
(`to: general-practice`) means whoever reads there; so somebody does, in a role that reads such messages at such an agency.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sightline.definition.types import Partnership, Role
from sightline.messages.actions import ACKNOWLEDGE
from sightline.stories.model import Expectation, Staff


def readers(
    definition: Partnership, workers: Sequence[Staff], own: Mapping[str, str], expected: Iterable[Expectation]
) -> tuple[Staff, ...]:
    """One reader for each agency that is to be told and at which nobody of the story works. `own`: kinds of the story's
    own agencies by their ids."""
    staffed = {worker.agency for worker in workers} | {worker.id for worker in workers}
    found: dict[str, Staff] = {}
    for one in expected:
        to = str(one.given.get("to") or "")
        if one.kind != "message" or one.never or to in staffed or to in found:
            continue
        declared = definition.agency.get(to)
        kind = own.get(to) or (declared.kind if declared else "")
        if role := _role(definition, str(one.given.get("message") or ""), kind):
            found[to] = Staff(f"{to}-reader", "Whoever reads there", to, role.id)
    return tuple(found.values())


def _role(definition: Partnership, message: str, kind: str) -> Role | None:
    """The first role that this message names and that this kind of agency has; else any that reads messages there."""
    declared = definition.message.get(message)
    named = (*declared.read_by, *declared.to) if declared else ()
    here = [r for r in definition.role.values() if kind in r.agencies and not r.machine and ACKNOWLEDGE in r.may]
    return next((r for wanted in named for r in here if r.id == wanted), here[0] if here and not named else None)
