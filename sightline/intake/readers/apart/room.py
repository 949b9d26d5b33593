"""The reading room: a small process that has the readers loaded, and forks a child for each file.

It is started fresh, with an empty environment: neither it nor its children ever hold a key, a password or a connection
to the database. It is told of definitions and of work over a socket by its owner, never by a file. It holds no thread,
so that forking is safe; it starts a child in a few milliseconds; it ends its children when whoever asked for them hangs
up, and itself when its owner is gone.
"""

from __future__ import annotations

import gc
import json
import os
import pickle
import select
import signal
import socket
from dataclasses import dataclass

MOST_KNOWN = 4
MESSAGE = 4096


@dataclass
class Child:
    """One file being read: its process, and the line on which its asker waits for how it ended."""

    process: int
    handle: int  # tells when it ends
    line: socket.socket


def main(control: int) -> None:
    """Serves until the owner is gone. `control`: the descriptor of the socket to the owner."""
    from sightline.intake.readers.apart import child, limits

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    limits.without_network()
    gc.collect()
    gc.freeze()
    owner = socket.socket(fileno=control)
    known: dict[str, object] = {}
    children: dict[int, Child] = {}
    poll = select.poll()
    poll.register(owner.fileno(), select.POLLIN)
    while True:
        for descriptor, _ in poll.poll():
            if descriptor == owner.fileno():
                message, handles, _, _ = socket.recv_fds(owner, MESSAGE, 4)
                if not message:
                    _end(children)
                    return
                told = json.loads(message)
                if "learn" in told:
                    while len(known) >= MOST_KNOWN:
                        known.pop(next(iter(known)))
                    known[told["learn"]] = pickle.loads(_content(handles[0]))  # from the owner, and nobody else
                    gc.freeze()
                else:
                    _begin(child, known, told, handles, owner, poll, children)
                continue
            one = next((c for c in children.values() if descriptor in (c.handle, c.line.fileno())), None)
            if one is None:
                continue
            if descriptor == one.handle:
                _ended(one, poll, children)
            else:  # the asker hung up
                os.kill(one.process, signal.SIGKILL)
                poll.unregister(one.line.fileno())


def _begin(child, known, told, handles, owner, poll, children) -> None:  # type: ignore[no-untyped-def]
    work, data, line, *rest = handles
    process = os.fork()
    if process == 0:
        try:
            owner.close()
            os.close(line)
            for other in children.values():
                os.close(other.handle)
                other.line.close()
            child.work(json.loads(_content(work)), known[told["definition"]], data, rest)
        finally:
            os._exit(0)
    for handle in (work, data, *rest):
        os.close(handle)
    one = Child(process, os.pidfd_open(process), socket.socket(fileno=line))
    children[process] = one
    poll.register(one.handle, select.POLLIN)
    poll.register(one.line.fileno(), select.POLLHUP)


def _ended(one: Child, poll: select.poll, children: dict[int, Child]) -> None:
    """Tells the asker how it ended and what it took, for when it could not say so itself."""
    _, status, used = os.wait4(one.process, 0)
    told = {
        "signal": os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0,
        "memory": used.ru_maxrss * 1024,
        "seconds": round(used.ru_utime + used.ru_stime, 3),
    }
    poll.unregister(one.handle)
    os.close(one.handle)
    try:
        poll.unregister(one.line.fileno())
        one.line.send(json.dumps(told).encode())
    except (OSError, KeyError):
        pass
    one.line.close()
    del children[one.process]


def _end(children: dict[int, Child]) -> None:
    for one in children.values():
        os.kill(one.process, signal.SIGKILL)


def _content(handle: int) -> bytes:
    with os.fdopen(os.dup(handle), "rb") as stream:
        stream.seek(0)
        return stream.read()
