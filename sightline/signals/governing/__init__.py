"""Who answers for the rules: which are in force, what was switched off, drafts, trials, and whether a rule is fair.

For: the off switch, a draft's way to being in force (tried over the past, agreed to by a second person), figures by group
that nobody can undo, and what stops a rule that is unfair.
Not for: what a rule says of a child (`signals.rules`), what stands and who was told (`signals.queries`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sightline.signals.governing.force import EVERY, in_force, not_switched_off, switched_off

__all__ = ["EVERY", "in_force", "not_switched_off", "switched_off"]


def __getattr__(name: str) -> Any:
    """What asks the database comes when it is asked for: fairness and drift are plain Python, for a back-test too."""
    if name not in __all__:
        raise AttributeError(name)
    from sightline.signals.governing import force

    return getattr(force, name)
