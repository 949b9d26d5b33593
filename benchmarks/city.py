"""Two years of an invented city, loaded: what it costs, and that killing it ten times changes nothing.

The city is simulated once and kept. One load is undisturbed, in a process of its own: its speed counts everything from
the start of the process to its end, settling of clocks included. The same rows are inserted bare. Another load is killed
with -9 ten times, at moments spread over the whole of it, started again each time, and then compared with the first.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import Any

from benchmarks import bare, held
from benchmarks.databases import PLACE, pair
from benchmarks.loading import SETTLING, Loading, Moment, Stage
from benchmarks.measuring import Report

PARTNERSHIP, SEED, YEARS = "leeds", 7, 2.0
KILLS = 10
RATE = {"sqlite": 1500, "postgresql": 2500}  # records a second, at least
MEMORY = 1536  # MB, at most
IN_MEMORY = 10_000  # children: up to here all rows are held in memory, to be inserted bare
RATIO_CHILDREN = 8_000  # above, the ratio is measured on a city of so many: every file is in it, in the same shares
FIRST, STARTED_BY, STOPPED_BY = 2, 5, 9  # where the content of a clock names entries (`tests/crash/content.py`)
COMPARED_WHOLE = 20_000  # children: up to here every row is compared, opened; above, counts and digests of each table


@contextmanager
def database(engine: str, size: int) -> Iterator[dict[str, str]]:
    """Four alike: for the undisturbed load, the killed one, the one whose rows are read back, and these rows bare."""
    with pair(engine) as loads, pair(engine) as ratio:
        yield {
            "DATABASE_URL": loads["DATABASE_URL"],
            "KILLED_URL": loads["BARE_URL"],
            "RATIO_URL": ratio["DATABASE_URL"],
            "BARE_URL": ratio["BARE_URL"],
        }


def measure(size: int) -> int:
    from django.db import connection

    report, vendor, children = Report(), connection.vendor, size
    city = made(children)
    feeds = PLACE / city["folder"] / "feeds"
    undisturbed, killed = os.environ["DATABASE_URL"], os.environ["KILLED_URL"]
    for url in (undisturbed, killed):
        _itself("agencies", url=url)
    report.say("processors, for load and database together", f"{len(os.sched_getaffinity(0))}")
    report.say("database", _version(connection))
    connection.close()
    report.say("children", f"{children:,}")
    report.say("days", f"{city['start']} to {city['until']}")

    print("  the undisturbed load")
    loading = Loading(feeds, undisturbed)
    took = loading.wait()
    told = loading.report
    records = told["read"]
    report.say("records", f"{records:,} in {took:,.0f} s")
    report.least("records a second", records / took, RATE[vendor])
    report.say("without start and end of the process", f"{records / told['seconds']:,.0f}")
    own, reader = loading.peaks
    report.say("peak memory of the load", f"{own:,.0f} MB")
    report.say("peak memory of its reader", f"{reader:,.0f} MB")
    report.most("peak memory of both together", own + reader, MEMORY, " MB")
    stages = _stages(told)
    for stage in stages:
        each = f"{stage.records:>9,} records" if stage.name != SETTLING else " " * 17
        print(f"    {stage.name:<36} {each} {stage.seconds:>9,.1f} s")
    print(f"    {'start, schools, between files':<54} {took - told['seconds']:>9,.1f} s")

    small = children if children <= IN_MEMORY else RATIO_CHILDREN
    print(
        f"  against the same rows bare, measured on {'the same' if small == children else 'a'} city of {small:,} children"
    )
    ratio = json.loads(_itself("ratio", str(PLACE / made(small)["folder"] / "feeds"), url=os.environ["RATIO_URL"]))
    report.most("times the cost of the same rows bare", ratio["took"] / ratio["bare"], 8)
    report.say("loaded for that: records a second", f"{ratio['records'] / ratio['took']:,.0f}")
    report.say("bare: records a second", f"{ratio['records'] / ratio['bare']:,.0f}")
    report.say("rows", f"{ratio['rows']:,} in {ratio['slices']:,}")

    print(f"  killed with -9 {KILLS} times")
    began = time.monotonic()
    kills = _killed(feeds, killed, stages, records)
    report.say("it and its restarts took", f"{time.monotonic() - began:,.0f} s")
    report.least("kills while it was at work", kills, KILLS)
    wrong = _compared(undisturbed, killed, whole=children <= COMPARED_WHOLE)
    report.most("differences from the undisturbed load", len(wrong), 0)
    for line in wrong:
        print(f"    {line}")
    return report.missed


# --- the city --------------------------------------------------------------------------------------------------------


def made(children: int) -> dict[str, Any]:
    """What `simulate` told of the city, and the name of its folder. Made once for each state of what makes it."""
    from sightline.simulation import Wanted, simulate

    folder = PLACE / f"city-{children}-{_state()}"
    told = folder / "made.json"
    if not told.exists():
        for old in PLACE.glob(f"city-{children}-*"):
            shutil.rmtree(old)
        began, draft = time.monotonic(), PLACE / f"draft-{os.getpid()}"
        city = simulate(Wanted(out=draft, partnership=PARTNERSHIP, children=children, seed=SEED, years=YEARS))
        print(f"  simulated {city.total:,} records in {time.monotonic() - began:,.0f} s, kept in {folder}", flush=True)
        (draft / told.name).write_text(json.dumps(city.as_dict()))
        draft.rename(folder)
    return {**json.loads(told.read_text()), "folder": folder.name}


def _state() -> str:
    """Of the definition and of the simulation's own files."""
    import sightline.simulation
    from sightline.definition.loader import load

    hashed = hashlib.sha256(f"{load(PARTNERSHIP).hash}|{SEED}|{YEARS}".encode())
    for file in sorted(Path(sightline.simulation.__file__).parent.glob("*.*")):
        hashed.update(file.read_bytes())
    return hashed.hexdigest()[:12]


def _stages(told: dict[str, Any]) -> list[Stage]:
    files = [Stage(Path(one["file"]).name, one["read"], one["seconds"]) for one in told["files"]]
    return [*files, Stage(SETTLING, 0, told["seconds"] - sum(stage.seconds for stage in files))]


def _version(connection: Any) -> str:
    if connection.vendor == "sqlite":
        return f"SQLite {sqlite3.sqlite_version}"
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        return f"PostgreSQL {cursor.fetchone()[0].split()[0]}"


# --- killed ----------------------------------------------------------------------------------------------------------


def _killed(feeds: Path, url: str, stages: list[Stage], records: int) -> int:
    """How many of the kills met a load that was at work. After them it is loaded to its end."""
    from sightline.intake.models import Delivery, Item
    from sightline.jobs.models import Due
    from tests.support.databases import Database, connected

    proven = 0
    for number, moment in enumerate(_moments(stages), 1):
        loading = Loading(feeds, url)
        was_killed = loading.kill_at(moment, stages)
        with connected(Database(url.partition(":")[0], url)):
            reading = Delivery.objects.filter(state="reading").exists()
            owing = Due.objects.filter(done_at=None).exists()
            there = Item.objects.count()
        at_work = was_killed and (reading or owing)
        proven += at_work
        stage = stages[moment.stage]
        where = f"{stage.name}, {moment.share:.0%} of it" + ("" if at_work else ": it was not at work any more")
        print(f"    {number:>2}. {there:>9,} records there of {records:,}; aimed at {where}", flush=True)
    Loading(feeds, url).wait()
    return proven


def _moments(stages: list[Stage]) -> list[Moment]:
    """One in each tenth of the undisturbed load's time, drawn. The very end is left out: there it might have ended."""
    draw, whole = random.Random(SEED), sum(stage.seconds for stage in stages)
    moments = []
    for number in range(KILLS):
        left = whole * 0.97 * (number + draw.random()) / KILLS
        for place, stage in enumerate(stages):
            if left <= stage.seconds or stage is stages[-1]:
                moments.append(Moment(place, left / max(stage.seconds, 0.001)))
                break
            left -= stage.seconds
    return moments


def _compared(undisturbed: str, killed: str, *, whole: bool) -> list[str]:
    """What is in one and not in the other, in lines; empty where they hold the same."""
    from tests.crash.content import difference

    found = []
    for name, url in (("killed", killed), ("undisturbed", undisturbed)):
        file = PLACE / f"held-{os.getpid()}-{name}.json"
        try:
            command = [sys.executable, "-m", "benchmarks.held", file, "whole" if whole else "counted"]
            subprocess.run(command, env={**os.environ, "DATABASE_URL": url}, check=True)
            found.append(held.read(file))
        finally:
            file.unlink(missing_ok=True)
    how = "every row, opened" if whole else "counts and digests of each table, without ids"
    print(f"    compared: {how}; {sum(found[1]['entries'].values()):,} entries, the ledger of both verified")
    if whole:
        others = sum((found[0]["clocks"] - found[1]["clocks"]).values())
        if others:
            print(f"    {others:,} clocks name another entry (see `_without_ties`); what follows does not count which")
        for one in found:
            one["clocks"] = _without_ties(one["clocks"])
    lines = difference(*found).splitlines()
    return lines + [f"ledger: {said}" for one in found for said in one["ledger"] if said != "whole"]


def _without_ties(clocks: Counter[str]) -> Counter[str]:
    """Clocks without which entry started and stopped them, but with when. Of two entries that did it in the same minute
    and became known in the same, one is named by its random id: another in each load, killed or not."""
    said: Counter[str] = Counter()
    for row, count in clocks.items():
        values = json.loads(row)
        for place in (FIRST, STARTED_BY, STOPPED_BY):
            values[place] = ""
        said[json.dumps(values)] += count
    return said


# --- in a process of its own -----------------------------------------------------------------------------------------


def _itself(*arguments: str, url: str) -> str:
    """Its last line."""
    command = [sys.executable, "-m", "benchmarks.city", *arguments]
    done = subprocess.run(command, env={**os.environ, "DATABASE_URL": url}, check=True, capture_output=True, text=True)
    return (done.stdout.splitlines() or [""])[-1]


def _ratio(feeds: Path) -> dict[str, float]:
    """A load whose transactions are marked, and the same rows bare. The marking does not count."""
    from django.db import connection

    from sightline.commands import load
    from sightline.jobs.receive import settle_all

    marks, aside = bare.Marks(connection), 0.0
    marks.take()

    def mark(*_: object) -> None:
        nonlocal aside
        began = time.perf_counter()
        marks.take()
        aside += time.perf_counter() - began

    def settle() -> float:
        began = time.monotonic()
        settle_all(mark)
        return time.monotonic() - began

    load._progress = lambda _: mark
    load._settle = settle
    out = PLACE / f"told-{os.getpid()}.json"
    began = time.perf_counter()
    try:
        with out.open("w") as written, redirect_stdout(written):
            code = load.run(argparse.Namespace(paths=[feeds], feed=None, json=True, strict=False))
        took = time.perf_counter() - began - aside
        records = json.loads(out.read_text())["read"]
    finally:
        out.unlink(missing_ok=True)
    if code:
        raise RuntimeError(f"the load ended with {code}")
    marks.take()
    rows, slices = bare.rows_of(connection, marks)
    seconds = bare.insert(os.environ["BARE_URL"], slices)
    return {"took": took, "bare": seconds, "records": records, "rows": rows, "slices": len(slices)}


def main() -> int:
    import django

    django.setup()
    from sightline.agencies.actions import take_from_definition
    from sightline.agencies.queries import machine

    take_from_definition(by=machine("feed-machine"))
    what, *rest = sys.argv[1:]
    if what == "ratio":
        print(json.dumps(_ratio(Path(*rest))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
