"""What most integration tests begin with."""

import pytest

from tests.support.house import open_house


@pytest.fixture
def house(database):
    """An open house on a fresh database; the test runs on both engines."""
    open_house()
    return database
