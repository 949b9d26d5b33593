"""What a rule sees of an entry: its fields, and what follows from them. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sightline.definition.records import counted
from sightline.definition.types import RecordType
from sightline.signals.types import Occurrence
from sightline.signals.windows import moment
from sightline.timescales.ages import aged
from sightline.timescales.london import local_day


def occurrence(
    record: RecordType,
    told: Mapping[str, Any],
    *,
    first: str,
    happened: datetime,
    known: datetime,
    born: date | None = None,
    until: datetime | None = None,
    queued: bool = False,
    whose: str = "child",
    who: str = "",
) -> Occurrence:
    """An entry as a rule sees it. `told`: `definition.records.facts` of it; `until`: the entry's own end, where it has one."""
    roles = told.get("role", ())
    since, ends = None, until
    if record.opens is not None:
        since = _moment(told, record.opens.from_) or happened
        ends = _moment(told, record.opens.until) or until
    elif "from" in record.fields and "to" in record.fields:
        since, ends = _moment(told, "from") or happened, _moment(told, "to") or until
    asked = dict(told)
    asked["counts-as"] = counted(record, told, roles)
    asked["aged"] = aged(born, local_day(happened))
    asked["queued"] = "yes" if queued else "no"
    asked["mark"] = record.mark
    asked["has"] = frozenset(name for name in record.fields if told.get(name)) - frozenset(told.get("lacks", ()))
    asked["goes-on"] = "yes" if since is not None and ends is None else "no"
    state = record.opens.state if record.opens is not None else ""
    return Occurrence(first, happened, known, asked, since, ends, state, whose, who)


def _moment(told: Mapping[str, Any], field: str) -> datetime | None:
    value = told.get(field) if field else None
    return moment(value) if isinstance(value, str) and value else None
