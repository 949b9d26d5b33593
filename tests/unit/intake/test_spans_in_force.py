"""A definition may say how long in days, weeks or months: it is that long, not so many days."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from sightline.definition.loader import load
from sightline.jobs.bite import World

KNOWN = datetime(2025, 3, 3, 12, tzinfo=UTC)


def world(keeps: str, opened_for: str) -> World:
    """England's neighbour Riverford, with these two spans."""
    declared = load("riverford")
    teams = {id: team.model_copy(update={"keeps": keeps}) for id, team in declared.team.items()}
    records = {
        id: record.model_copy(update={"opened_for": opened_for}) if record.routine else record
        for id, record in declared.record.items()
    }
    changed = declared.model_copy(update={"team": teams, "record": records})
    return World(changed, {}, None, None)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("span", "until", "since"),
    [
        ("30 days", datetime(2025, 4, 2, 11, tzinfo=UTC), datetime(2025, 2, 1, 12, tzinfo=UTC)),
        ("52 weeks", datetime(2026, 3, 2, 12, tzinfo=UTC), datetime(2024, 3, 4, 12, tzinfo=UTC)),
        ("12 months", datetime(2026, 3, 3, 12, tzinfo=UTC), datetime(2024, 3, 3, 12, tzinfo=UTC)),
    ],
)
def test_how_long_duty_sees_and_how_far_back_a_concern_opens(span: str, until: datetime, since: datetime) -> None:
    found = world(span, span)
    assert found.duty_teams and found.windows
    assert {keeps.after(KNOWN) for _, keeps in found.duty_teams if keeps} == {until}
    assert {window.before(KNOWN) for window in found.windows.values()} == {since}


def test_a_team_may_see_without_an_end() -> None:
    assert {keeps for _, keeps in world("", "30 days").duty_teams} == {None}
