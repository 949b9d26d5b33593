"""What needs two people: `confirm` and `reject` go by what the event that they are about does.

An action that waits for a second person adds one line to CONFIRMS and, where it can be turned down, to REJECTS.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from sightline.definition.outcomes import Decision, Refused
from sightline.stories import acting_emergencies, acting_erasing, acting_matches, disclosing
from sightline.stories.acting_matches import NotBuilt
from sightline.stories.contract import OF_A_PAIR
from sightline.stories.model import Act

if TYPE_CHECKING:
    from sightline.stories.living import Life

Flags = tuple[str, ...]
Second = Callable[["Life", Act, Act], Flags]  # the life, what the second person does, the act that it is about

CONFIRMS: dict[str, Second] = {does: acting_matches.confirm for does in OF_A_PAIR} | {
    "erase": acting_erasing.confirm,
    "release-pack": disclosing.confirm,
    "reveal": acting_emergencies.agree,
}
REJECTS: dict[str, Second] = {does: acting_matches.reject for does in OF_A_PAIR} | {
    "erase": acting_erasing.reject,
    "release-pack": disclosing.reject,
    "reveal": acting_emergencies.refuse,
}


def _second(answers: dict[str, Second]) -> Callable[[Life, Act], Flags]:
    """The action of a story that looks up what it is about. Raises NotBuilt for what nobody confirms, Refused for what
    is no act of a worker."""

    def do(life: Life, act: Act) -> Flags:
        about = next((one for one in life.story.events if one.id == act.on), None)
        if not isinstance(about, Act):
            raise Refused(Decision(False, "wrong-state", "What an agency sent needs no second person."))
        answer = answers.get(about.does)
        if answer is None:
            raise NotBuilt
        return answer(life, act, about)

    return do


VERBS: dict[str, Callable[[Life, Act], Flags]] = {"confirm": _second(CONFIRMS), "reject": _second(REJECTS)}
