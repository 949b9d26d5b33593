"""Which thread answers whom: whoever sends, decides or hears of a change never stands behind those who read.

A process that has more to do than it can makes its readers wait, each a little longer, and nobody else: a concern that comes in
while a hundred pages are being looked at is received as if there were three. So each kind of request has threads of its own,
and those for pages are few: more at once would not be answered sooner, for they share one processor, and would slow
what must not wait.

gunicorn gives a connection to a thread before it has read a byte of it; here it waits for the first bytes, without a thread,
and its kind is seen from them.
"""

from __future__ import annotations

import socket
import time
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from selectors import EVENT_READ
from typing import Any, NamedTuple

from gunicorn.workers.gthread import TConn, ThreadWorker

START = 2048  # bytes of a request that are looked at: its first line
FIRST_BYTES_SECONDS = 10.0  # that a new connection has to begin its request
PAGES, FULL = 3, 2  # threads for pages; for telling an open page that there is no room for it
LEAST = 5  # threads of a process: each kind has one, and open pages those that say so
READS = frozenset((b"GET", b"HEAD", b"OPTIONS"))
STREAMS = (b"/queue/live/",)
FIRST = (b"/queue/lines/", b"/health", b"/static/")  # small, and somebody looks at the page that asks


class Threads(NamedTuple):
    """How many threads of a process answer what."""

    first: int  # whatever is sent or decided, and the lines of open pages
    pages: int  # whatever is read
    streams: int  # open pages that hear of changes: each takes one, and no connection to the database

    @property
    def open_pages(self) -> int:
        """How many open pages can listen at once."""
        return self.streams - FULL


def shared(threads: int) -> Threads:
    """So many threads, shared among the kinds."""
    threads = max(threads, LEAST)
    pages = min(PAGES, threads // 4)
    first = max(1, (threads - pages) // 3)
    return Threads(first, pages, threads - pages - first)


def kind(start: bytes) -> str:
    """Whose threads answer a request that begins with these bytes. What is not understood is refused, and at once."""
    method, _, rest = start.partition(b" ")
    path = rest.partition(b" ")[0].partition(b"?")[0]
    if path.startswith(STREAMS):
        return "streams"
    return "first" if method not in READS or path.startswith(FIRST) else "pages"


class Pools:
    """The threads of each kind."""

    def __init__(self, counts: Threads) -> None:
        self._pools = {
            name: ThreadPoolExecutor(count, thread_name_prefix=name) for name, count in counts._asdict().items()
        }

    def submit(self, name: str, *args: Any) -> Future[Any]:
        return self._pools[name].submit(*args)

    def shutdown(self, *, wait: bool) -> None:
        for pool in self._pools.values():
            pool.shutdown(wait=wait)


class Worker(ThreadWorker):
    """gunicorn's worker of threads, with threads of its own for each kind of request."""

    def get_thread_pool(self) -> Any:
        return Pools(shared(self.cfg.threads))

    def enqueue_req(self, conn: TConn) -> None:
        if not (conn.initialized or conn.data_ready):
            conn.sock.setblocking(False)
            conn.timeout = time.monotonic() + FIRST_BYTES_SECONDS
            self.pending_conns.append(conn)
            self.poller.register(conn.sock, EVENT_READ, partial(self.on_pending_socket_readable, conn))
            return
        done = self.tpool.submit(kind(_start(conn.sock)), self.handle, conn)
        done.add_done_callback(lambda future: self.method_queue.defer(self.finish_request, conn, future))


def _start(sock: socket.socket) -> bytes:
    """The bytes that are there, left where they are."""
    try:
        return sock.recv(START, socket.MSG_PEEK | socket.MSG_DONTWAIT)
    except OSError:
        return b""
