"""Whoever sends or decides never stands behind those who read, and whoever says nothing takes no thread."""

from __future__ import annotations

import http.client
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from threading import Event

import pytest
from django.urls import resolve

from config import threads

SLOW = 3.0  # seconds that a page of the little application takes
SOON = 1.5


def application(environ, start_response):
    """What the server under test serves: pages that take long, and everything else at once."""
    if environ["REQUEST_METHOD"] == "GET" and environ["PATH_INFO"].startswith("/page/"):
        Event().wait(SLOW)
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "2")])
    return [b"ok"]


@pytest.fixture
def port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "-k",
        "config.threads.Worker",
        "--threads",
        "8",
        "-b",
        f"127.0.0.1:{port}",
    ]
    server = subprocess.Popen([*command, "--log-level", "error", f"{__name__}:application"])
    try:
        for _ in range(200):
            try:
                ask(port, "GET", "/health/live")
                break
            except OSError:
                time.sleep(0.1)
        yield port
    finally:
        server.terminate()
        server.wait(20)


def ask(port: int, method: str, path: str) -> float:
    """How long an answer takes."""
    began = time.monotonic()
    one = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    one.request(method, path, body=b"{}" if method == "POST" else None)
    assert one.getresponse().read() == b"ok"
    one.close()
    return time.monotonic() - began


def test_pages_that_take_long_hold_up_nothing_that_is_sent(port):
    counts = threads.shared(8)
    with ThreadPoolExecutor(20) as readers, ExitStack() as silent:
        pages = [readers.submit(ask, port, "GET", f"/page/{n}/") for n in range(counts.pages * 2 + 1)]
        for _ in range(12):  # connections on which nothing comes: more than there are threads
            silent.enter_context(socket.create_connection(("127.0.0.1", port)))
        time.sleep(0.5)
        for method, path in (
            ("POST", "/api/v1/notifications"),
            ("GET", "/queue/lines/?ids=1"),
            ("GET", "/queue/live/"),
            ("PUT", "/x/"),
        ):
            assert ask(port, method, path) < SOON, (method, path)
        took = sorted(page.result() for page in pages)
    assert took[-1] >= 2 * SLOW  # the pages did wait for each other, or this shows nothing


def test_a_request_that_comes_in_pieces_is_answered(port):
    with socket.create_connection(("127.0.0.1", port)) as slow:
        for piece in (
            b"PO",
            b"ST /api/v1/notifications HT",
            b"TP/1.1\r\nHost: x\r\nContent-Le",
            b"ngth: 2\r\n\r\n{",
            b"}",
        ):
            slow.sendall(piece)
            time.sleep(0.1)
        assert slow.recv(100).startswith(b"HTTP/1.1 200")


def test_two_requests_on_one_connection_are_both_answered(port):
    one = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    for method in ("POST", "GET", "POST"):
        one.request(method, "/health/live", body=b"{}" if method == "POST" else None)
        assert one.getresponse().read() == b"ok"


@pytest.mark.parametrize("start,whose", [
    (b"GET /entry/1/ HTTP/1.1\r\n", "pages"),
    (b"HEAD / HTTP/1.1\r\n", "pages"),
    (b"GET /queue/?live=/queue/live/ HTTP/1.1\r\n", "pages"),
    (b"GET /queue/live/ HTTP/1.1\r\n", "streams"),
    (b"GET /queue/lines/?ids=1 HTTP/1.1\r\n", "first"),
    (b"GET /health/ready HTTP/1.1\r\n", "first"),
    (b"POST /queue/1/ HTTP/1.1\r\n", "first"),
    (b"PUT /api/v1/x HTTP/1.1\r\n", "first"),
    (b"GET /api/v1/messages HTTP/1.1\r\n", "pages"),
    (b"GET", "pages"),
    (b"\x16\x03\x01", "first"),
    (b"", "first"),
])  # fmt: skip
def test_whose_threads_answer(start, whose):
    assert threads.kind(start) == whose


def test_the_addresses_are_those_of_the_pages():
    assert [resolve(path.decode()).url_name for path in (*threads.STREAMS, threads.FIRST[0], b"/health/live")] == [
        "queue-live", "queue-lines", "health-live",
    ]  # fmt: skip


@pytest.mark.parametrize("count", [1, 2, 5, 8, 16, 48, 64, 500])
def test_every_kind_has_threads(count):
    found = threads.shared(count)
    assert sum(found) == max(count, threads.LEAST)
    assert min(found) >= 1 and found.open_pages >= 1 and found.pages <= threads.PAGES
