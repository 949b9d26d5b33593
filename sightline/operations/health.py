"""How this server is, in figures: cheap enough to be asked every few seconds, and without anything about a child."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from sightline.agencies.queries import partnership
from sightline.jobs.due import failing, lag_seconds
from sightline.ledger import anchors
from sightline.ledger.queries import oldest_without_place
from sightline.operations.backups import newest_taken
from sightline.timescales.moment import now
from sightline.vault import outside

SLOW = 60.0  # seconds that owed work may wait before we are not well


CLOCKS_AGREE = 300.0  # seconds by which this machine and the database may differ: else every limit is reckoned from a wrong moment
LEAST_FREE = 500_000_000  # bytes on a disk under which somebody should look: when it is full, nothing more is taken in


def disks() -> dict[str, tuple[int, int]]:
    """The disks of this machine that must not be full: bytes free, and bytes in all. The database's is another machine's,
    except on SQLite."""
    places = {"state": Path(settings.VAR)}
    if connection.vendor == "sqlite":
        places["database"] = Path(connection.settings_dict["NAME"]).absolute().parent
    found = {}
    for name, place in places.items():
        while not place.exists():
            place = place.parent
        space = shutil.disk_usage(place)
        found[name] = (space.free, space.total)
    return found


def clock_apart() -> float:
    """By how many seconds this machine and the database differ: 0 on SQLite, which has no clock of its own."""
    if connection.vendor != "postgresql":
        return 0.0
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        there: datetime = cursor.fetchone()[0]
    return abs((there - datetime.now(UTC)).total_seconds())


def ready() -> bool:
    """Whether a request could be answered: the database answers."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Exception:  # whatever the driver says, the answer is the same
        return False
    return True


def details() -> dict[str, Any]:
    """For whoever runs this. `status`: ok | degraded (it answers, and somebody should look) | unwell (it does not)."""
    if not ready():
        return {"status": "unwell", "database": "does not answer"}
    unplaced = oldest_without_place()
    anchor = anchors.compare(deep=False)
    try:
        taken = newest_taken()
    except outside.Altered:
        taken = None
    found = {
        "database": connection.vendor,
        "worker_lag_seconds": round(lag_seconds(), 1),
        "work_failing": failing(),
        "ledger_lag_seconds": round((now() - unplaced).total_seconds(), 1) if unplaced else 0.0,
        "anchor": anchor.state,
        "anchor_says": anchor.sentence,
        "ledger_records": anchor.here,
        "backup_age_seconds": round((datetime.now(UTC) - taken[0]).total_seconds()) if taken else None,
        "definition": partnership().hash,
        "clock_apart_seconds": round(clock_apart(), 1),
        "disk_free_bytes": min(free for free, _ in disks().values()),
    }
    well = (
        found["worker_lag_seconds"] < SLOW
        and found["ledger_lag_seconds"] < SLOW
        and not found["work_failing"]
        and anchor.right
        and found["clock_apart_seconds"] < CLOCKS_AGREE
        and found["disk_free_bytes"] >= LEAST_FREE
    )
    return {"status": "ok" if well else "degraded", **found}
