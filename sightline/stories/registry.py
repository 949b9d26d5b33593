"""The registry in stories: what a business manager records, and what the registry shows on a day as known at a moment."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from sightline.agencies.registry import queries
from sightline.agencies.registry.actions import record
from sightline.definition.outcomes import Invalid
from sightline.definition.types import Fault
from sightline.stories.model import Act, Expectation
from sightline.timescales.london import local_day
from sightline.timescales.moment import now

if TYPE_CHECKING:
    from sightline.stories.living import Life

SHOWS = ("present", "absent", "flagged")


def keep(life: Life, act: Act) -> tuple[str, ...]:
    """`does: keep-registry`: records something of a group, as the page does."""
    given = {key: str(value) for key, value in act.given.items()}
    try:
        happened = date.fromisoformat(given["happened"]) if "happened" in given else local_day(act.taken)
    except ValueError as error:
        raise Invalid(
            [Fault(path="happened", found=given["happened"], expected="a day, such as 2025-03-04")]
        ) from error
    record(
        group=given.get("group", ""),
        what=given.get("what", ""),
        happened=happened,
        value=given.get("value", ""),
        source=given.get("source", "As the story says"),
        by=life.actor(act.by),
    )
    return ()


def shown(life: Life, expected: Expectation) -> tuple[bool | None, str]:
    """`{kind: registry, on: DAY, group: ID, shows: present}`: as it was on that day, as known at the moment asked."""
    known = local_day(now())
    on = date.fromisoformat(str(expected.given.get("on") or known))
    view = queries.registry(on, known).group(expected.given["group"])
    if view is None:
        return expected.given["shows"] == "absent", f"nothing was known of it by {known}"
    because = str(expected.given.get("because") or "")
    flags = [flag for flag in view.flags if because in ("", flag.flag, flag.code)]
    held = {"present": view.here, "absent": not view.here, "flagged": bool(flags)}[expected.given["shows"]]
    chair = view.chair.says if view.chair else "not stated"
    named = {"chair": (chair, *(view.chair.ids if view.chair else ())), "name": (view.title,)}
    for key, values in named.items():
        wanted = expected.given.get(key)
        held = held and (wanted is None or str(wanted) in values)
    said = "; ".join(f"{flag.flag} ({flag.code}): {flag.because}" for flag in view.flags) or "not flagged"
    return held, f"{view.title}, {view.state}, chair {chair}, {said}"
