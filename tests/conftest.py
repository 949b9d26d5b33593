"""The databases that a test may ask for. Each is a fresh copy of a migrated template; see tests/support/databases.py.

* `database`: one copy a test, and the test runs twice: on SQLite and on PostgreSQL.
* `shared_database`: the same, but one copy for all tests of a module: for tests that only read, or do not mind others.
* `sqlite_database`, `postgresql_database`: one copy a test, on that engine alone.
* `durable_database`: like `database`, on a PostgreSQL that waits for the disk: for tests that kill processes.

Do not use pytest-django's `db`, `transactional_db` or `live_server`: they flush.
"""

import gc
import os
from contextlib import contextmanager
from pathlib import Path

import pytest
from xdist.scheduler import LoadScopeScheduling

from tests.support.databases import ENGINES, Templates, connected

TESTS = Path(__file__).resolve().parent
WALLED = os.environ.get("WALLED") == "yes"  # PostgreSQL as the application signs in to it, behind the second wall


class ByFile(LoadScopeScheduling):
    """Where several processes share the work, a file stays whole, and so do the journeys, which walk about in one town, and
    the simulation, of whose cities each is made once."""

    def _split_scope(self, nodeid):
        file = nodeid.partition("::")[0]
        return next((whole for whole in ("journeys", "simulation") if f"/{whole}/" in file), file)


def pytest_xdist_make_scheduler(config, log):
    return ByFile(config, log)


def pytest_collection_finish(session):
    """What stands once every test is known stays for the whole run, as a server's modules do (config/wsgi.py): else each
    search for circles goes through all of it, and what a test measures is how many others were collected."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def database_templates(tmp_path_factory):
    templates = Templates(tmp_path_factory.mktemp("databases"))
    yield templates
    templates.close()


@pytest.fixture(params=ENGINES)
def database(request, database_templates, django_db_blocker):
    with _ready(database_templates, django_db_blocker, request.param) as copy:
        yield copy


@pytest.fixture(scope="module", params=ENGINES)
def shared_database(request, database_templates, django_db_blocker):
    with _ready(database_templates, django_db_blocker, request.param) as copy:
        yield copy


@pytest.fixture
def sqlite_database(database_templates, django_db_blocker):
    with _ready(database_templates, django_db_blocker, "sqlite") as copy:
        yield copy


@pytest.fixture
def postgresql_database(database_templates, django_db_blocker):
    with _ready(database_templates, django_db_blocker, "postgresql") as copy:
        yield copy


@pytest.fixture(params=ENGINES)
def durable_database(request, database_templates, django_db_blocker):
    with _ready(database_templates, django_db_blocker, request.param, durable=True) as copy:
        yield copy


@contextmanager
def _ready(templates, blocker, engine, *, durable=False):
    with blocker.unblock(), templates.copy(engine, durable=durable) as copy, connected(copy):
        if WALLED and engine == "postgresql":
            from tests.support.walled import behind_the_wall

            with behind_the_wall(copy) as mine:
                yield mine
        else:
            yield copy
