"""A feed's health in plain words: for pages, the command and the machine door alike. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sightline.definition.types import Partnership
from sightline.intake.health import Share, Volume
from sightline.intake.health_queries import Health
from sightline.intake.trying import PERSON_WORDS
from sightline.timescales.london import say

STATES = {
    "on-time": "on time",
    "late": "late",
    "silent": "silent",
    "never": "nothing yet",
    "not-expected": "no rhythm",
}
OWN = {"says": "what was said", "place": "place", "until": "until when"}
DETAILS = {
    "given": "first name",
    "family": "family name",
    "born": "birth date",
    "expected": "expected birth date",
    "lines": "address",
    "sex": "sex",
    "ethnicity": "ethnicity",
    "local_id": "the sender’s number",
}


def state(one: Health) -> str:
    """`late since 3 Mar 2025, 08:00`."""
    words = STATES[one.standing.state]
    return f"{words} since {say(one.standing.since)}" if one.standing.since else words


def size(one: Volume | None) -> str:
    """`412 records; usually 900 to 1,150`."""
    if one is None:
        return "no file yet"
    rows = f"{one.rows:,} record{'' if one.rows == 1 else 's'}"
    if one.low is None or one.high is None:
        return f"{rows}; too few files before it to say what is usual"
    return f"{rows}; usually {one.low:,} to {one.high:,}"


def named(name: str, partnership: Partnership) -> str:
    """`ppn p.child.born` is `Public protection notice, child: birth date`."""
    kind, _, path = name.partition(" ")
    record = partnership.record.get(kind)
    if record is None:
        return name
    parts = path.split(".")
    if parts[0] == "f" and parts[1] in record.fields:
        return f"{record.title}: {record.fields[parts[1]].title.lower()}"
    if parts[0] == "p" and parts[1] in record.people:
        detail = DETAILS.get(parts[2]) or PERSON_WORDS.get(parts[2], parts[2].replace("_", " "))
        return f"{record.title}, {record.people[parts[1]].title.lower()}: {detail}"
    return f"{record.title}: {OWN.get(path, path)}"


def share(one: Share) -> str:
    """`40 % filled (80 of 200); usually 95 %`."""
    usual = "" if one.usual is None else f"; usually {one.usual:.0f} %"
    return f"{one.percent:.0f} % filled ({one.filled:,} of {one.of:,}){usual}"


def told(of: str, detail: Mapping[str, Any], since: datetime, partnership: Partnership) -> str:
    """What an alarm says: times, figures, names of declared fields."""
    match of:
        case "late" | "silent":
            due = f"was due {say(datetime.fromisoformat(detail['due']))}" if detail.get("due") else "is overdue"
            return f"The next file {due}; {'late' if of == 'late' else 'silent'} since {say(since)}"
        case "volume":
            return f"{detail['rows']:,} records; usually {detail['low']:,} to {detail['high']:,}"
        case "filled":
            fields = [
                f"{named(name, partnership)} {now} % filled, usually {was} %" for name, was, now in detail["fields"]
            ]
            return "; ".join(fields[:3]) + (f"; and {len(fields) - 3 + detail['more']} more" if len(fields) > 3 else "")
        case "quarantined":
            return f"{detail['quarantined']:,} of {detail['rows']:,} rows could not be read"
        case "gone":
            return _gone(detail, partnership)
        case "waiting":
            return f"A row has waited for a person since {say(datetime.fromisoformat(detail['oldest']))}"
        case _:
            return "A load was stopped and nobody has gone on with it"


def _gone(detail: Mapping[str, Any], partnership: Partnership) -> str:
    """Which rows: by their place in the sender's own file, never by whom they are about."""
    count, rows = int(detail["count"]), detail["rows"]
    told = [
        f"{partnership.record[kind].title if kind in partnership.record else kind} ({place} of the file that came on "
        f"{_day(came)}, told last on {_day(last)})"
        for kind, place, came, last in rows
    ]
    are = "record that is open here is" if count == 1 else "records that are open here are"
    more = f"; and {count - len(rows):,} more" if count > len(rows) else ""
    return f"{count:,} {are} not in the newest extract: {'; '.join(told)}{more}"


def _day(text: str) -> str:
    try:
        return f"{date.fromisoformat(text):%-d %B %Y}"
    except ValueError:
        return text


def as_data(one: Health, partnership: Partnership) -> dict[str, Any]:
    """For machines: codes, times, counts."""
    standing, sized = one.standing, one.size
    return {
        "feed": one.feed.id,
        "title": one.feed.title,
        "agency": one.feed.agency,
        "every": one.feed.every,
        "state": standing.state,
        "well": one.well,
        "last": one.last.isoformat() if one.last else None,
        "due": standing.due.isoformat() if standing.due else None,
        "late_since": standing.since.isoformat() if standing.since else None,
        "volume": None
        if sized is None
        else {
            "rows": sized.rows,
            "usually": None if sized.low is None else [sized.low, sized.high],
            "state": sized.state,
        },
        "waiting": [{"reason": w.reason, "rows": w.rows, "oldest": w.oldest.isoformat()} for w in one.waiting],
        "fields": [
            {
                "name": s.name,
                "filled": s.filled,
                "of": s.of,
                "usual_percent": None if s.usual is None else round(s.usual, 1),
                "fallen": s.fallen,
            }
            for s in one.shares
        ],
        "findings": [
            {"of": f.of, "since": f.since.isoformat(), "says": told(f.of, f.detail, f.since, partnership)}
            for f in one.findings
        ],
    }
