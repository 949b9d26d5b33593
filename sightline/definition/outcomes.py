"""What a verb can answer when it does not do what was asked; mapped once each for pages, API and command line."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sightline.definition.types import Fault


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer to "may I?", with its reason.

    Truthiness is the answer; `sentence` is what the person reads; `rule` is what it rests on. Nobody branches on
    the sentence: branch on `reason_code`.
    """

    allowed: bool
    reason_code: str
    sentence: str
    rule: str = ""

    def __bool__(self) -> bool:
        return self.allowed


class Refused(Exception):
    """Somebody may not, or the state does not allow it."""

    def __init__(self, decision: Decision) -> None:
        super().__init__(decision.reason_code)
        self.decision = decision


class Missing(Exception):
    """Not there, or not to be seen: one answer for both, so that nothing can be learnt by asking."""


class Conflict(Exception):
    """Somebody else was first, or the form was read at an older version."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class Invalid(Exception):
    """What was given cannot be understood; every fault at once."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(fault.path for fault in self.faults))
