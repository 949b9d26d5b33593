"""What the crash tests share: the untidy files, made once, and a process from which others are forked."""

import pytest

from tests.crash import feeds
from tests.crash.nursery import Nursery


@pytest.fixture(scope="session")
def files(tmp_path_factory):
    return feeds.write(tmp_path_factory.mktemp("feeds"))


@pytest.fixture(scope="session")
def nursery(tmp_path_factory):
    made = Nursery(tmp_path_factory.mktemp("nursery") / "log")
    yield made
    made.close()
