"""What an agency's system or a form sent and nobody here could read: a person is told within minutes, always.

Files have their own watch (`intake.alarms`); what comes one at a time has this one. In a flood one message tells of many.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from sightline.agencies.queries import machine, partnership
from sightline.intake.queries import oldest_waiting
from sightline.intake.types import Receipt
from sightline.jobs.due import VERBS, owe_once
from sightline.messages.actions import goes_to, send
from sightline.sharing.standing import trusted
from sightline.timescales.moment import now

VERB, MESSAGE = "tell-unread", "concern-unread"
KINDS = frozenset(("api", "form"))
KEPT = "kept-for-a-person"
GATHERS = timedelta(minutes=2)


def owe_unread(receipts: Iterable[Receipt], kind: str) -> None:
    """Owes that somebody is told, in the caller's transaction, where any of these could not be read."""
    if kind not in KINDS or not any(one.state == KEPT for one in receipts):
        return
    owe_once(VERB, {}, run_at=now() + GATHERS)


@trusted("tell-unread")
def tell(payload: dict[str, Any]) -> None:
    """What is owed: those who repair what could not be read are told how much waits."""
    waiting, _ = oldest_waiting()
    if waiting and MESSAGE in partnership().message:
        send(MESSAGE, to=goes_to(MESSAGE), says={"count": waiting}, by=machine("clock-machine"))


VERBS[VERB] = tell
