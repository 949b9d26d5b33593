"""The town as a partnership, read once."""

from __future__ import annotations

import pytest

from sightline.definition.loader import read
from sightline.definition.types import Partnership
from tests.unit.definition.world import write


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Partnership:
    partnership, faults = read("town", write(tmp_path_factory.mktemp("definitions")))
    assert partnership is not None, [str(fault) for fault in faults]
    return partnership
