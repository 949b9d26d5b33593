"""A server on a copied database with a little town in it, and Debian's chromium to walk about in it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.core.wsgi import get_wsgi_application
from django.db import connections
from playwright.sync_api import sync_playwright

from tests.journeys.town import plant
from tests.journeys.walker import Walker
from tests.support.databases import connected

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
CROWD = 500


class Quiet(WSGIRequestHandler):
    def log_message(self, *args: object) -> None:
        """Say nothing: a test's output is about the test."""


@pytest.fixture(scope="package")
def address(database_templates, django_db_blocker) -> Iterator[str]:
    """Where the town is served."""
    with django_db_blocker.unblock(), database_templates.copy("sqlite") as copy, connected(copy):
        plant(crowded=CROWD)
        with served() as where:
            yield where


@contextmanager
def served(around: Callable = lambda app: app) -> Iterator[str]:
    """`around`: what stands around the application; a clock of the test's own, say."""

    class Server(ThreadedWSGIServer):
        daemon_threads = True

        def close_request(self, request: object) -> None:
            super().close_request(request)
            connections.close_all()  # each request has a thread, and a thread its own connection

    server = Server(("127.0.0.1", 0), Quiet)
    server.set_app(around(get_wsgi_application()))
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture(scope="package")
def browser() -> Iterator[object]:
    if not CHROMIUM.exists():
        pytest.fail("Chromium is not installed: run `make test`, or `apt-get install chromium fonts-liberation`.")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture(scope="package")
def walkers(address, browser) -> Iterator[dict[str, Walker]]:
    """Those who are signed in already, by user name: signed in once, and used by many tests."""
    inside: dict[str, Walker] = {}
    yield inside
    for walker in inside.values():
        walker.context.close()


@pytest.fixture
def as_(address, browser, walkers):
    """`as_("amir")`: a page on which Amir is signed in."""

    def signed_in(username: str) -> Walker:
        if username not in walkers:
            walkers[username] = Walker(address, browser)
            walkers[username].sign_in(username)
        return walkers[username]

    yield signed_in
    for walker in walkers.values():
        walker.stand_still()


@pytest.fixture
def stranger(address, browser):
    """A page on which nobody is signed in. `stranger(java_script_enabled=False)` and other options of the browser."""
    opened = []

    def come(**options: object) -> Walker:
        opened.append(Walker(address, browser, **options))
        return opened[-1]

    yield come
    for walker in opened:
        walker.context.close()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The journeys come first, since they take longest and stay in one process; what changes the town comes last of them."""
    here = [item for item in items if item.path.is_relative_to(Path(__file__).parent)]
    if here:
        order = {item: n for n, item in enumerate(items)}
        items.sort(key=lambda i: (i not in here, "test_changes" in i.path.name, order[i]))
