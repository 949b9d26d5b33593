"""What somebody may see, worked out by hand: slowly, in one long function, from the rules as they stand in the files.

A third reader of the policy, to hold the others to account. It shares no line with `sightline.sharing` and knows neither its
branches nor its order of evaluation: it asks of every rule every time, and words each question as the documents do.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

DEFINITIONS = Path(__file__).resolve().parents[2] / "definitions"
STEPS = ("hidden", "pointer", "headline", "full")
LONDON = ZoneInfo("Europe/London")


@dataclass(frozen=True)
class Record:
    """All that a rule may ask of a record."""

    kind: str
    agency: str
    handling: str
    happened: datetime | None = None
    pointer_only: bool = False
    sealed: bool = False
    kept: bool = False  # to named people


@dataclass(frozen=True)
class Reader:
    role: str
    agency: str
    agency_kind: str
    team: str
    machine: bool


def rules_of(*folders: str) -> dict[str, dict[str, Any]]:
    """The rules as YAML says them, an overlay's laid over those before: whole, or with `{add: […]}` in a list."""
    found: dict[str, dict[str, Any]] = {}
    for folder in folders:
        for file in sorted((DEFINITIONS / folder / "sharing").glob("*.yaml")):
            said = yaml.load(file.read_text(), Loader=yaml.CBaseLoader)
            name = said["rule"]
            found[name] = laid_over(found.get(name, {}), said)
    return found


def laid_over(below: Any, above: Any) -> Any:
    if isinstance(above, dict) and set(above) <= {"add", "remove"} and not isinstance(below, dict):
        return [v for v in listed(below) if v not in listed(above.get("remove"))] + listed(above.get("add"))
    if isinstance(above, dict) and isinstance(below, dict):
        return {**below, **{key: laid_over(below.get(key), value) for key, value in above.items()}}
    return above


def listed(value: Any) -> list[str]:
    if value in (None, ""):
        return []
    return list(value) if isinstance(value, list | tuple) else [value]


def yes(value: Any) -> bool:
    return str(value).lower() in ("yes", "true", "on")


def is_for(rule: dict[str, Any], reader: Reader, purpose: str) -> bool:
    who = rule["who"]
    if yes(who.get("machine", "no")) != reader.machine:
        return False
    for key, own in (
        ("role", reader.role),
        ("agency-kind", reader.agency_kind),
        ("agency", reader.agency),
        ("team", reader.team),
    ):
        if key in who and own not in listed(who[key]):
            return False
    purposes = listed(rule.get("for", "safeguarding"))
    return purpose in purposes or (rule.get("effect") == "restrict" and "any" in purposes)


def is_about(rule: dict[str, Any], record: Record, reader: Reader, ties: set[str], now: datetime) -> bool:
    who, what = rule["who"], rule["may-see"]
    if "sender" in who and yes(who["sender"]) != (record.agency == reader.agency):
        return False
    if "tie" in who and listed(who["tie"]) and not any(tie in ties for tie in listed(who["tie"])):
        return False
    if any(tie in ties for tie in listed(who.get("unless-tie"))):
        return False
    kinds = listed(what.get("records", "any"))
    if record.kind not in kinds and not ("any" in kinds and record.kind != "identity"):
        return False
    if record.handling not in listed(what.get("handling", "ordinary")):
        return False
    if yes(rule.get("floor", "no")) and record.handling == "sealed":
        return False
    age = rule.get("age") or {}
    if age and record.happened is None:
        return rule.get("effect") == "restrict"
    if age.get("within") and record.happened < back(now, age["within"]):
        return False
    return not (age.get("over") and record.happened >= back(now, age["over"]))


def back(moment: datetime, span: str) -> datetime:
    """So long before a moment, by London's calendar and clock; a day that a month has not is that month's last."""
    number, unit = int(span.split()[0]), span.split()[1].rstrip("s")
    if unit in ("hour", "minute"):
        return moment - number * timedelta(**{f"{unit}s": 1})
    there = moment.astimezone(LONDON)
    if unit in ("day", "week"):
        return (there.replace(tzinfo=None) - timedelta(days=number * (7 if unit == "week" else 1))).replace(
            tzinfo=LONDON
        )
    months = there.year * 12 + there.month - 1 - number * (12 if unit == "year" else 1)
    year, month = divmod(months, 12)
    return there.replace(year=year, month=month + 1, day=min(there.day, monthrange(year, month + 1)[1]), fold=0)


def rules_for(rules: dict[str, dict[str, Any]], reader: Reader, purpose: str) -> dict[str, dict[str, Any]]:
    """Those that are for this reader at all."""
    return {name: rule for name, rule in rules.items() if is_for(rule, reader, purpose)}


def sees(
    rules: dict[str, dict[str, Any]], reader: Reader, record: Record, ties: set[str], now: datetime
) -> tuple[str, str, tuple[str, ...]]:
    """Of these rules for this reader: the level, the rule that it goes by (empty where hidden), the classes that show."""
    nothing = ("hidden", "", ())
    if record.sealed:
        return nothing
    locked_out = record.kept and "named" not in ties
    highest = STEPS.index("pointer" if record.pointer_only else "full")
    allowing, narrowing, floors = [], [], []
    for name, rule in rules.items():
        if not is_about(rule, record, reader, ties, now):
            continue
        what = rule["may-see"]
        level = STEPS.index(what.get("level", "full"))
        classes = set(listed(what.get("fields", ["ordinary", "sensitive"])))
        standing = (-level, -len(classes), -len(listed(what.get("parts"))), name)
        if rule.get("effect") == "restrict":
            narrowing.append((level, standing, name, classes))
            continue
        if locked_out and not yes(what.get("restricted", "no")):
            continue
        allowing.append((standing, level, name, classes))
        if yes(rule.get("floor", "no")):
            floors.append((standing, level, name, classes))
    if not allowing:
        return nothing
    _, level, name, classes = min(allowing)
    level = min(level, highest)
    for most, _, narrower, theirs in sorted(narrowing, key=lambda n: n[1]):
        classes = classes & theirs
        if most < level:
            level, name = most, narrower
    if floors:
        _, least, floor, _ = min(floors)
        if level < min(least, highest):
            level, name = min(least, highest), floor
    if level == 0:
        return nothing
    if STEPS[level] == "pointer":
        classes = set()
    if STEPS[level] == "headline":
        classes -= {"protected"}
    return STEPS[level], name, tuple(sorted(classes))
