"""When reading is unusual, and how details are made comparable. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, time, timedelta
from statistics import median
from typing import Any

from sightline.definition.types import Dated, Partnership, ReadingAlert
from sightline.timescales.london import local, local_day, parse_moment
from sightline.timescales.working import WorkingDays
from sightline.watching.types import Facts

UNITS = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1), "day": timedelta(days=1)}
AGENCY = "agency:"  # before a tie that the reader's agency held, and not they or their team


def length(text: str) -> timedelta:
    """`1 hour` as a length of time."""
    amount, unit = text.split()
    return int(amount) * UNITS[unit.rstrip("s")]


def limit_on(alert: ReadingAlert, at: datetime) -> float | None:
    """The limit that stood on the day of a moment (London's). None: it did not apply yet."""
    day = local_day(at)
    standing = [dated for dated in alert.limit if dated.from_ <= day]
    newest: Dated | None = max(standing, key=lambda dated: dated.from_, default=None)
    return float(newest.is_) if newest else None


def told_of(alert: ReadingAlert, facts: Facts, days: WorkingDays) -> bool:
    """Whether somebody is told of this reading."""
    unless = alert.unless
    if facts.role in unless.role or facts.agency_kind in unless.agency_kind:
        return False
    counted = bool(alert.limit)  # where children are counted, those to whom the reader was tied were not counted
    if not counted and (facts.ties & set(unless.tie) or facts.agency_ties & set(unless.agency_tie)):
        return False
    match alert.of:
        case "many-children":
            limit = limit_on(alert, facts.at)
            return limit is not None and facts.children > limit and facts.children >= alert.least
        case "more-than-usual":
            limit = limit_on(alert, facts.at)
            if limit is None or not facts.usual:
                return False
            return facts.children > limit * facts.usual and facts.children >= alert.least
        case "own-family":
            return bool(facts.own & set(alert.on))
        case "colleagues-family":
            return bool(facts.colleague & set(alert.on))
        case "flagged":
            return facts.flagged
        case _:
            return not within(alert.hours, facts.at, days)


def within(hours: str, at: datetime, days: WorkingDays) -> bool:
    """Whether a moment lies within `07:00 to 20:00` on a working day, by London's clocks."""
    here = local(at)
    first, last = (time.fromisoformat(text) for text in hours.split(" to "))
    return days.is_working(here.date()) and first <= here.time() < last


def excused(alert: ReadingAlert, ties: str) -> bool:
    """Whether a child is not counted, since the reader was tied to it. `ties` as `join_ties` wrote them."""
    own, agency = split_ties(ties)
    return bool(own & set(alert.unless.tie) or agency & set(alert.unless.agency_tie))


def join_ties(own: Iterable[str], agency: Iterable[str]) -> str:
    """Ties in one text: the reader's own (or their team's) first, then those of the agency alone."""
    mine = sorted(set(own))
    return ",".join([*mine, *(f"{AGENCY}{kind}" for kind in sorted(set(agency) - set(mine)))])[:200]


def split_ties(text: str) -> tuple[frozenset[str], frozenset[str]]:
    """(the reader's own or their team's, the agency's)."""
    found = text.split(",") if text else []
    own = frozenset(tie for tie in found if not tie.startswith(AGENCY))
    return own, frozenset(tie.removeprefix(AGENCY) for tie in found if tie.startswith(AGENCY))


def involved(ties: str) -> bool:
    """Whether the reader, or their team, was tied to the child themselves: an agency's tie is no work of theirs."""
    return bool(split_ties(ties)[0])


def usual(counts: Iterable[int], *, least: int = 5) -> float | None:
    """The median of how many children a worker opens on a day; None where fewer than `least` days are known."""
    known = sorted(counts)
    return float(median(known)) if len(known) >= least else None


def detail(kind: str, text: str, postcode: str = "") -> str:
    """A detail as it is compared: without case, spaces and punctuation; a number of a telephone in its national form.
    Empty where nothing comparable is left. An address is its first line with its postcode."""
    text = text.casefold()
    if kind == "phone":
        digits = re.sub(r"\D", "", text)
        digits = (
            "0" + digits[2:] if digits.startswith("44") else "0" + digits[4:] if digits.startswith("0044") else digits
        )
        return digits if len(digits) >= 10 else ""
    if kind == "postcode":
        code = re.sub(r"[^a-z0-9]", "", text)
        return code if re.fullmatch(r"[a-z]{1,2}\d[a-z\d]?\d[a-z]{2}", code) else ""
    if kind == "address":
        line, code = re.sub(r"[^a-z0-9]", "", text), detail("postcode", postcode)
        return f"{line}|{code}" if line and code else ""
    return re.sub(r"[^\w]", "", text)


def run_example(partnership: Partnership, alert: ReadingAlert, example: dict[str, Any]) -> str | None:
    """Runs one of an alert's examples: None when it holds, else what came instead.

    `{given: {children, usual, own, colleague, flagged, tie, agency-tie, role, agency-kind}, at: moment, alerts: yes}`
    """
    given: dict[str, Any] = example.get("given", {})

    def listed(name: str) -> frozenset[str]:
        value = given.get(name, ())
        return frozenset([value] if isinstance(value, str) else value)

    facts = Facts(
        parse_moment(str(example.get("at", "2025-03-05 11:00"))),
        str(given.get("role", "")),
        str(given.get("agency-kind", "")),
        listed("tie"),
        listed("agency-tie"),
        int(given.get("children", 0)),
        float(given["usual"]) if "usual" in given else None,
        listed("own"),
        listed("colleague"),
        _yes(given.get("flagged", "no")),
    )
    came, wanted = told_of(alert, facts, WorkingDays()), _yes(example["alerts"])
    return None if came == wanted else f"alerts: {'yes' if came else 'no'}"


def _yes(value: object) -> bool:
    return str(value).lower() in ("yes", "true")
