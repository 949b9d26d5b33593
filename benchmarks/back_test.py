"""The back-test at full size: the aims of the rules, met or missed, on a city of two years; no database.

SIGHTLINE_BENCH_SEED asks for another city. What it costs is processor time, so a busy machine changes nothing.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.measuring import Report, peak_megabytes

WITHOUT_DATABASE = True
PARTNERSHIP, YEARS, WHOLE = "leeds", 2.0, 166_033


@contextmanager
def database(engine: str, size: int) -> Iterator[dict[str, str]]:
    """None is needed."""
    yield {"DATABASE_URL": "sqlite:///:memory:", "SIGHTLINE_MODE": "scratch"}


def measure(size: int) -> int:
    """`size`: children."""
    from sightline.clocks.rules import working_days
    from sightline.definition.loader import load
    from sightline.signals.backtest import reading, running, words
    from sightline.signals.rules import in_force
    from sightline.simulation import Wanted, simulate

    report, seed, definition = Report(), int(os.environ.get("SIGHTLINE_BENCH_SEED", "7")), load(PARTNERSHIP)
    with tempfile.TemporaryDirectory(prefix="sightline-city-") as folder:
        began = time.process_time()
        simulate(Wanted(Path(folder), partnership=PARTNERSHIP, scale=size / WHOLE, years=YEARS, seed=seed, jobs=1))
        report.say("making the city, processor", f"{time.process_time() - began:,.0f} s")
        began = time.process_time()
        city = reading.city(Path(folder), definition, keep=running.asked_of(definition))
        report.say("reading it, processor", f"{time.process_time() - began:,.0f} s")
    city.seed = str(seed)
    began = time.process_time()
    figures = running.backtest(city, in_force(definition, city.last), working_days(definition))
    report.say("replaying it three times, processor", f"{time.process_time() - began:,.0f} s")
    report.say("of that the rules themselves", f"{figures['processor-seconds']:,.0f} s")
    report.say("memory at most", f"{peak_megabytes():,.0f} MB")
    for aim in figures["aims"]:
        if aim["came"] is not None:
            (report.most if aim["unit"] == "most" else report.least)(aim["what"], aim["came"], aim["aim"])
    print("\n".join(words.lines(figures)))
    return report.missed
