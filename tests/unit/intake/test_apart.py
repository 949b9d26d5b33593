"""Files are read in a process of their own, which can be slow, greedy, dead or taken over, and harms nobody."""

import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import fields

import pytest

from sightline.definition.types import Fault
from sightline.intake.readers import Unreadable, apart, read
from sightline.intake.readers.apart import child, frames, limits, rooms
from sightline.intake.types import Details, Named, Notification, Unread
from tests.unit.intake.shapes import feed, row, table, with_feeds

FULL = Notification(
    agency="a", record="r", message_id="m", happened="2025-01-10",
    people=(Named("p1", ("child", "pupil"), Details("Zoë", "Marsh", lines=("1 Wharf", "Leeds"), local_id="7")),),
    fields={"x": "y"}, says="“s”", place={"name": "n"}, until="u", sent="s", version="v",
    relations=(("p1", "parent", "p2"),), position="line 4", raw=b"\xff\x00raw", undated=True, formerly=("m0",),
)  # fmt: skip
FAULT = Fault(path="p", expected="e", found="f", nearest="n", code="c", file="x", line=3)
HELD = Unread("line 5", b"\x81", "not-text", (FAULT,), "m2", "a")


@pytest.fixture
def written(tmp_path):
    def write(content, name="police.csv"):
        (tmp_path / name).write_bytes(content)
        return tmp_path / name

    return write


def there(sent):
    """What comes out of the pipe for what went in."""
    ours, theirs = os.pipe()
    with os.fdopen(ours, "rb") as stream:
        os.write(theirs, sent)
        os.close(theirs)
        return frames.take(stream)


def test_what_passes_between_is_the_same_on_the_other_side():
    assert there(frames.pack("things", [], things=[FULL, HELD])) == ("things", [FULL, HELD], [[]])
    empty = [one.name for one in fields(Notification) if getattr(FULL, one.name) in ("", b"", (), {}, False)]
    assert not empty, "a field that this test does not carry may be lost on the way"


@pytest.mark.parametrize(
    "sent",
    [
        frames.pack("x")[:6],
        b"\xff\xff\xff\xff\0\0\0\0",
        b"\0\0\0\x05\0\0\0\0[1,2]",
        frames._LENGTHS.pack(30, 0) + b'["things",[[0,1,2,3,4,[]]],[]]',
        frames._LENGTHS.pack(22, 3) + b'["things",[],[],[],[]]abc',
        frames._LENGTHS.pack(2000, 0) + b"[" * 1000 + b"]" * 1000,
    ],
)
def test_what_is_no_frame_is_never_taken_for_one(sent):
    try:
        found = there(sent)
    except frames.Broken:
        return
    assert found is None


def test_a_file_is_read_as_it_would_be_at_hand(written):
    path, definition = written(table(row(1), row(2), row(3, WHEN="soon"))), with_feeds(feed())
    with apart.reading(path, definition) as reading:
        things = list(reading)
        assert reading.feed.id == "police"
    assert things == list(read(path, feed(), definition))
    assert 0 < reading.memory < 256_000_000 and reading.notes.sentences()
    with apart.reading(path.read_bytes(), definition, name="police.csv") as reading:
        assert list(reading) == things


def test_the_process_holds_nothing_of_ours(written, monkeypatch):
    monkeypatch.setenv("SIGHTLINE_KEY", "a key that no file may reach")
    definition = with_feeds(feed())
    apart.parts(written(table(row(1))), definition)
    held = open(f"/proc/{rooms._room.process.pid}/environ", "rb").read()
    assert b"key" not in held and b"DATABASE" not in held


def test_a_file_that_gives_nothing_is_stopped(written, monkeypatch):
    path, definition = written(table(row(1))), with_feeds(feed())
    apart.parts(path, definition)
    monkeypatch.setattr(apart, "QUIET", 0.1)
    monkeypatch.setattr(apart, "GRACE", 0.1)
    rooms._room.process.send_signal(signal.SIGSTOP)  # nothing comes, as from a reader that goes round in circles
    try:
        with apart.reading(path, definition) as reading, pytest.raises(Unreadable, match="gave nothing for"):
            assert reading.feed
    finally:
        rooms._room.process.send_signal(signal.SIGCONT)


def test_memory_and_time_are_held():
    assert limits.memory_for(0) == limits.memory_for(60 * limits.MB) < 256_000_000
    assert limits.memory_for(200 * limits.MB) > limits.memory_for(0)
    assert limits.memory_for(10**12) == limits.MOST_MEMORY
    code = """
import resource, sys
from sightline.intake.readers.apart import limits
limits.hold(100 * limits.MB, 1.0)
if sys.argv[1] == "memory":
    try: bytearray(400 * limits.MB)
    except MemoryError: print("held")
elif sys.argv[1] == "time":
    while True: pass
else:
    try: open("/tmp/never", "w").write("x" * 100)
    except OSError: print("held")
"""

    def run(what):
        return subprocess.run([sys.executable, "-c", code, what], capture_output=True, text=True, timeout=60)

    assert run("memory").stdout == "held\n"
    assert run("time").returncode == -24  # SIGXCPU
    assert run("file").returncode == -25 or run("file").stdout == "held\n"  # SIGXFSZ


def test_the_process_sees_no_other_file(tmp_path):
    (tmp_path / "keys.env").write_text("SIGHTLINE_KEY=x")
    (tmp_path / "police.csv").write_text("a,b")
    code = """
import ctypes, sys
from pathlib import Path
from sightline.intake.readers.apart import limits
ctypes.CDLL(None).prctl(38, 1, 0, 0, 0)
walled = limits.wall_off(Path(sys.argv[1], "police.csv"))
for name in ("police.csv", "keys.env"):
    try: print(walled, len(Path(sys.argv[1], name).read_text()))
    except PermissionError: print(walled, "not seen")
"""
    said = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, timeout=60
    ).stdout
    if said.startswith("False"):
        pytest.skip("this kernel has no Landlock")
    assert said == "True 3\nTrue not seen\n"


def test_who_stops_asking_leaves_no_process(written):
    path, definition = written(table(*(row(n) for n in range(20_000)))), with_feeds(feed())
    with apart.reading(path, definition) as reading:
        next(iter(reading))
    deadline = time.monotonic() + 30
    children = f"/proc/{rooms._room.process.pid}/task/{rooms._room.process.pid}/children"
    while open(children).read().strip() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not open(children).read().strip()


def test_a_room_that_died_is_replaced(written):
    path, definition = written(table(row(1))), with_feeds(feed())
    apart.parts(path, definition)
    rooms._room.process.kill()
    rooms._room.process.wait()
    with apart.reading(path, definition) as reading:
        assert len(list(reading)) == 1


def test_a_reader_that_breaks_says_where_and_nothing_else(written, monkeypatch):
    sent = []
    monkeypatch.setattr(child.limits, "hold", lambda *_: None)
    monkeypatch.setattr(child.limits, "more_time", lambda *_: None)
    monkeypatch.setattr(child.limits, "wall_off", lambda *_: True)
    monkeypatch.setattr(child.os, "write", lambda _, data: sent.append(bytes(data)) or len(data))
    monkeypatch.setitem(child.JOBS, "read", _breaks)
    child.work({"do": "read", "path": "/x", "memory": 1, "quiet": 1}, None, 0, [])
    assert b"KeyError" in sent[0] and b"Marsh" not in sent[0]


def _breaks(*_):
    raise KeyError("Jay Marsh")


def test_many_threads_read_at_once(written):
    path, definition = written(table(*(row(n) for n in range(300)))), with_feeds(feed())
    counts = []

    def work():
        with apart.reading(path, definition) as reading:
            counts.append(len(list(reading)))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert counts == [300] * 8


def test_an_unknown_file_is_looked_at_for_whoever_maps_it(written):
    tables, _ = apart.look(written(b"Who,When\nJay,10/01/2025\nAna,11/01/2025\n"), with_feeds(feed()), rows=1)
    assert [(one.columns, one.rows) for one in tables] == [(("Who", "When"), (("Jay", "10/01/2025"),))]
