"""The owner's side of the reading room: starts it when it is first needed, and gives it work."""

from __future__ import annotations

import json
import os
import pickle
import socket
import subprocess
import sys
import threading
from hashlib import sha256
from pathlib import Path
from typing import Any

import sightline
from sightline.definition.types import Partnership
from sightline.intake.readers.apart.room import MOST_KNOWN

_START = "import sys; sys.path.insert(0, sys.argv[2]); from sightline.intake.readers.apart.room import main; main(int(sys.argv[1]))"


class Room:
    """A running reading room of this process."""

    def __init__(self) -> None:
        self.owner = os.getpid()
        self.knows: list[str] = []
        self.last: tuple[Partnership, str] | None = None
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self.process = subprocess.Popen(
                [
                    sys.executable,
                    "-I",
                    "-B",
                    "-c",
                    _START,
                    str(theirs.fileno()),
                    str(Path(sightline.__file__).parents[1]),
                ],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=(theirs.fileno(),),
                env={"LANG": "C.UTF-8", "MALLOC_ARENA_MAX": "1"},  # nothing of ours: no keys, no addresses
                start_new_session=True,  # Ctrl-C is for us: we end it
                cwd="/",
            )
        self.control = ours

    def alive(self) -> bool:
        return self.owner == os.getpid() and self.process.poll() is None

    def learn(self, partnership: Partnership) -> str:
        """Makes the room know this definition. Returns by which name."""
        if self.last is not None and self.last[0] is partnership:
            return self.last[1]
        content = pickle.dumps(partnership, pickle.HIGHEST_PROTOCOL)
        name = sha256(content).hexdigest()
        if name not in self.knows:
            with _kept(content) as file:
                self.tell({"learn": name}, file)
            self.knows = [*self.knows, name][-MOST_KNOWN:]
        self.last = (partnership, name)
        return name

    def tell(self, message: dict[str, Any], *handles: Any) -> None:
        socket.send_fds(self.control, [json.dumps(message).encode()], [each.fileno() for each in handles])


_room: Room | None = None
_lock = threading.Lock()


def begin(job: dict[str, Any], partnership: Partnership, content: bytes | None) -> tuple[socket.socket, socket.socket]:
    """Has a job begun. Returns where its frames come from, and where it says how it ended."""
    global _room
    data, their_data = socket.socketpair()
    line, their_line = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    data.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024 * 1024)
    their_data.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1024 * 1024)
    with their_data, their_line, _kept(json.dumps(job).encode()) as work, _lock:
        for last in (False, True):
            try:
                if _room is None or not _room.alive():
                    _room = Room()
                known = {"definition": _room.learn(partnership)}
                handles = [work, their_data, their_line]
                if content is None:
                    _room.tell(known, *handles)
                else:
                    with _kept(content) as file:
                        _room.tell(known, *handles, file)
                return data, line
            except OSError:
                _room = None
                if last:
                    data.close()
                    line.close()
                    raise
    raise AssertionError


def _kept(content: bytes) -> Any:
    """A file without a name that holds this, in memory; its descriptor can be handed over."""
    file = os.fdopen(os.memfd_create("sightline", os.MFD_CLOEXEC), "w+b")
    file.write(content)
    file.flush()
    return file
