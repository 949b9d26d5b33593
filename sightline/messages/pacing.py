"""When a message is also e-mailed, and which of them wait for the digest. Pure; source: the partnership's message plans.

What cannot wait is mailed at once, at any hour. The rest is mailed at once too, outside the quiet hours, to those who have
not chosen otherwise, until the week's number is reached; from then on the digest takes it.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from sightline.clocks.rules import working_days
from sightline.definition.kinds.message_plans import MessagePlan, Quiet
from sightline.definition.types import Partnership
from sightline.timescales.london import at, local, parse_moment
from sightline.timescales.working import WorkingDays

WEEK = timedelta(days=7)
AT_ONCE, DIGEST, URGENT_ONLY = "at-once", "digest", "urgent-only"  # what somebody may choose for themselves
CHOICES = (AT_ONCE, DIGEST, URGENT_ONLY)


def plan_for(definition: Partnership, role: str) -> MessagePlan | None:
    """The plan that names this role, else the one that names none."""
    plans = definition.messaging.values()
    return next((one for one in plans if role in one.roles), next((one for one in plans if not one.roles), None))


def over(plan: MessagePlan, this_week: int) -> bool:
    """Whether somebody who had so many messages in the last seven days has had their week's."""
    return bool(plan.week) and this_week >= plan.week


def mailed_at(
    plan: MessagePlan, sent: datetime, days: WorkingDays, *, presses: bool, choice: str = AT_ONCE, this_week: int = 0
) -> datetime | None:
    """When a message that was sent at a moment is e-mailed; None where its reader wants none of its kind."""
    if presses:
        return sent
    if choice == URGENT_ONLY:
        return None
    if choice == DIGEST or quiet(plan.quiet, sent) or over(plan, this_week):
        return next_digest(plan, sent, days)
    return sent


def quiet(hours: Quiet, moment: datetime) -> bool:
    """Whether London's clocks show a quiet hour. The hours may go over midnight."""
    now, begins, ends = local(moment).time(), _hour(hours.begins), _hour(hours.ends)
    return begins <= now < ends if begins <= ends else now >= begins or now < ends


def next_digest(plan: MessagePlan, after: datetime, days: WorkingDays) -> datetime:
    """The next working morning's digest."""
    day, hour = local(after).date(), _hour(plan.digest)
    if days.is_working(day) and (today := at(day, hour)) > after:
        return today
    return at(days.add(day, 1), hour)


def _hour(text: str) -> time:
    return time.fromisoformat(text)


def run_example(partnership: Partnership, plan: MessagePlan, example: dict[str, Any]) -> str | None:
    """`{sent: MOMENT, presses, choice, this-week, mailed: MOMENT | "no"}`: None when it holds, else what came instead."""
    came = mailed_at(
        plan,
        parse_moment(str(example["sent"])),
        working_days(partnership),
        presses=str(example.get("presses", "no")) in ("yes", "True"),
        choice=str(example.get("choice", AT_ONCE)),
        this_week=int(example.get("this-week", 0)),
    )
    wanted = str(example["mailed"])
    if came is None or wanted == "no":
        return (
            None if came is None and wanted == "no" else f"mailed: {f'{local(came):%Y-%m-%d %H:%M}' if came else 'no'}"
        )
    return None if came == parse_moment(wanted) else f"mailed: {local(came):%Y-%m-%d %H:%M}"
