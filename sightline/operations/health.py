"""How this server is, in figures: cheap enough to be asked every few seconds, and without anything about a child."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.db import connection

from sightline.agencies.queries import partnership
from sightline.jobs.due import failing, lag_seconds
from sightline.ledger import anchors
from sightline.ledger.queries import oldest_without_place
from sightline.operations.backups import newest_taken
from sightline.timescales.moment import now
from sightline.vault import outside

SLOW = 60.0  # seconds that owed work may wait before we are not well


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
    }
    well = (
        found["worker_lag_seconds"] < SLOW
        and found["ledger_lag_seconds"] < SLOW
        and not found["work_failing"]
        and anchor.right
    )
    return {"status": "ok" if well else "degraded", **found}
