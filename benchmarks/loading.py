"""`sightline load` of a folder in a process of its own: followed by what it tells, its memory watched, killed on the way."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TOLD = re.compile(r"^(?P<file>.+): (?P<read>[\d,]+) read, .*; (?P<rate>[\d,]+) a second$")
GOES_ON = re.compile(r"^(?P<file>.+): goes on after (?P<taken>[\d,]+) records ")
CLOCKS = re.compile(r"^clocks: (?P<done>[\d,]+) of (?P<of>[\d,]+) children$")
SETTLING = "clocks"  # the last stage, after all files
LOOK = 0.05  # seconds between two looks at the memory


@dataclass(frozen=True)
class Stage:
    """One stretch of a load: a file, or the settling of clocks, with its records and the seconds that it took undisturbed."""

    name: str
    records: int
    seconds: float


@dataclass(frozen=True)
class Moment:
    """Where in a load: how far into which stage (0 to 1)."""

    stage: int
    share: float


class Loading:
    """A load at work. `report` is what it printed, once it has ended well; `peaks` in MB: of itself, of its reader."""

    def __init__(self, folder: Path, url: str) -> None:
        self.out = tempfile.TemporaryFile("w+")
        self.began = time.monotonic()
        self.process = subprocess.Popen(
            [Path(sys.executable).parent / "sightline", "load", folder, "--json"],
            env={**os.environ, "DATABASE_URL": url},
            stdout=self.out,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.last: list[str] = []  # of what it told, for when it goes wrong
        self.file, self.place, self.rate, self.at = "", 0, 0.0, self.began
        self.clocks = 0.0  # share of the children whose clocks were worked out
        self.peaks = [0.0, 0.0]
        self._before = 0  # of this file, by an earlier load
        self._threads = [threading.Thread(target=each, daemon=True) for each in (self._follow, self._watch)]
        for thread in self._threads:
            thread.start()

    def wait(self) -> float:
        """Seconds until it ended. Raises where it did not end well."""
        code = self.process.wait()
        took = time.monotonic() - self.began
        self._end()
        if code:
            raise RuntimeError(f"the load ended with {code}:\n" + "\n".join(self.last))
        return took

    @property
    def report(self) -> dict[str, Any]:
        self.out.seek(0)
        return dict(json.load(self.out))

    def kill_at(self, moment: Moment, stages: list[Stage]) -> bool:
        """kill -9 as soon as it has come there. False where it came to its end first."""
        while self.process.poll() is None:
            if self._has_come(moment, stages):
                self.process.kill()
                break
            time.sleep(0.01)
        code = self.process.wait()
        self._end()
        if code not in (0, -9):
            raise RuntimeError(f"the load ended with {code}:\n" + "\n".join(self.last))
        return code == -9

    def _has_come(self, moment: Moment, stages: list[Stage]) -> bool:
        names, wanted = [stage.name for stage in stages], stages[moment.stage]
        here = names.index(self.file) if self.file in names else -1
        if wanted.name == SETTLING:
            ended = here == len(stages) - 2 and self.place >= stages[here].records
            return ended and time.monotonic() - self.at >= moment.share * wanted.seconds
        # It tells each second: between, it is where it would be at the speed that it told.
        gone = self.place + self.rate * (time.monotonic() - self.at)
        return here > moment.stage or (here == moment.stage and gone >= moment.share * wanted.records)

    def _end(self) -> None:
        for thread in self._threads:
            thread.join(timeout=10)

    def _follow(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            line = line.rstrip()
            self.last = [*self.last[-30:], line]
            if told := GOES_ON.match(line):
                self._before = _number(told["taken"])
                self.file, self.place, self.rate, self.at = told["file"], self._before, 0.0, time.monotonic()
            elif told := TOLD.match(line):
                if told["file"] != self.file:
                    self._before = 0
                self.place, self.rate = self._before + _number(told["read"]), float(_number(told["rate"]))
                self.file, self.at = told["file"], time.monotonic()
            elif told := CLOCKS.match(line):
                self.clocks = _number(told["done"]) / max(_number(told["of"]), 1)

    def _watch(self) -> None:
        while self.process.poll() is None:
            own, *others = [_peak(pid) for pid in [self.process.pid, *_below(self.process.pid)]]
            self.peaks = [max(self.peaks[0], own), max(self.peaks[1], *others, 0.0)]
            time.sleep(LOOK)


def _number(text: str) -> int:
    return int(text.replace(",", ""))


def _below(pid: int) -> list[int]:
    """The processes that it started, and those that they did."""
    found: list[int] = []
    with suppress(OSError):
        for child in map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split()):
            found += [child, *_below(child)]
    return found


def _peak(pid: int) -> float:
    """MB that a process had at most, as the kernel counts (`VmHWM`); what it shares with others is counted too."""
    with suppress(OSError, StopIteration):
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024
    return 0.0
