"""Who is there: the house of the other tests, and somebody who looks after missing children."""

import pytest

from sightline.agencies.actions import add_worker
from sightline.agencies.queries import actor_by_id, machine
from tests.support.partnership import POLICE, settle_in


@pytest.fixture
def people(database):
    found = settle_in()
    made = add_worker(
        username="mona", name="Mona", agency=POLICE, role="missing-exploitation-officer", team="",
        by=machine("set-up-machine"),
    )  # fmt: skip
    return {**found, "mona": actor_by_id(made.id)}
