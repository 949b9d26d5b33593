"""What was measured of matching, in words and as data. Small numbers are left out, never shown as nought. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sightline.definition.types import Partnership
from sightline.identity.measuring import OTHER, SHARES, UNTOLD, Counted, Gap, Group, Share

if TYPE_CHECKING:
    from sightline.identity.quality import Outcome
    from sightline.identity.quality_queries import Decisions, Drift, Queue

TITLES = {
    "right": "Right, of pairs joined by themselves",
    "joined": "Joined by themselves, of pairs that are one person",
    "worth": "One person after all, of pairs that wait",
    "found": "Joined or waiting, of pairs that are one person",
}
SHORT = {
    "right": "Right when joined",
    "joined": "Joined by themselves",
    "worth": "Yes when asked",
    "found": "Found at all",
}
MEANS = {
    "right": "Anything below 100 per cent means that two people were taken for one, until somebody took them apart",
    "joined": "The rest waits for a person. Lower is more work, not more harm",
    "worth": "How often somebody who is asked says yes",
    "found": "Anything below 100 per cent means records of one person that nobody was shown together",
}
BY = {"ethnicity": "Ethnicity", "name-origin": "Origin of names"}
SOURCES = {
    "truth": "held-back truth: an invented city, in which it is known who is who",
    "decisions": "what people here decided",
}


def small(definition: Partnership) -> int:
    """A share of fewer pairs is not shown."""
    return next((one.fairness.small for one in definition.matching.values()), 10)


def group_title(group: Group, definition: Partnership) -> str:
    """A group in words: `APKN` -> `Asian: Pakistani`."""
    by, name = group
    if by == "ethnicity":
        codes = definition.codes.get("ethnicity")
        entry = codes.codes.get(name) if codes else None
        return entry.title if entry else "Not asked, or not written down" if name == UNTOLD else name
    origin = definition.naming.get(name)
    return origin.title if origin else "In no list of names" if name == OTHER else name


def gap_words(gap: Gap, definition: Partnership) -> str:
    title = group_title((gap.by, gap.group), definition)
    return f"{title}: {TITLES[gap.share].lower()}, {gap.points:.1f} points below the average ({gap.of:,} pairs)"


def percent(share: Share) -> str:
    return f"{100 * share.value:.1f}\u00a0%" if share.of else "none"


def between(share: Share) -> str:
    """What the true share may be."""
    low, high = share.interval
    return f"{100 * low:.1f} to {100 * high:.1f}\u00a0%"


def shown(share: Share, least: int) -> tuple[str, str, str]:
    """A share, what it may truly be, and of how many: each empty where there are too few to show."""
    if share.of < least:
        return "too few to show", "", f"fewer than {least}"
    return percent(share), between(share), f"{share.of:,}"


def lines(
    outcome: Outcome, automatic: bool, queue: Queue, decided: Decisions, drift: Sequence[Drift], definition: Partnership
) -> list[str]:
    """For the terminal."""
    found, least = outcome.found, small(definition)
    said = [f"Against {SOURCES[outcome.against]}: {found.identities:,} people as agencies hold them"]
    if outcome.against == "decisions":  # said wherever the share is: nobody reads it as if everybody had been looked at
        said.append("A join by itself counts as right until somebody takes it apart: an upper bound")
    said.append("")
    for name in SHARES:
        share, interval, of = shown(found.all.share(name), least)
        said.append(f"  {TITLES[name]:<52} {share:>16}  {interval:<18} of {of}")
    for by, title in BY.items():
        rows = [group for group in sorted(found.groups) if group[0] == by]
        if rows:
            said += ["", f"  {title:<46} {'right':>16} {'joined or waiting':>20}"]
        for group in rows:
            right, there = (shown(found.groups[group].share(name), least)[0] for name in ("right", "found"))
            said.append(f"    {_short(group_title(group, definition)):<44} {right:>16} {there:>20}")
    said += [
        "",
        f"  Waiting for a person: {queue.all:,} ({', '.join(f'{count:,} {age}' for age, count in queue.ages)})",
    ]
    said.append(
        f"  Decided by people: {decided.same:,} one person, {decided.different:,} two people. "
        f"Joined by themselves: {decided.joined:,}; {decided.undone:,} were taken apart, {decided.withdrawn:,} no longer agree"
    )
    far = [one for one in drift if one.far]
    said.append(
        "  Drift: too few pairs to say"
        if not drift
        else f"  Drift: {len(far)} of {len(drift)} levels are far from what was learnt"
    )
    said += [
        f"    {one.comparison}, {one.level}: learnt {100 * one.learnt:.1f} %, now {100 * one.now:.1f} %" for one in far
    ]
    said += [f"  GAP {gap_words(gap, definition)}" for gap in outcome.gaps]
    state = "goes on" if automatic else "IS STOPPED: pairs wait for a person until somebody decides, with a reason"
    return [*said, "", f"Joining by itself {state}"]


def _short(title: str, most: int = 44) -> str:
    return title if len(title) <= most else title[: most - 1].rstrip(" ,") + "…"


def as_data(
    outcome: Outcome, automatic: bool, queue: Queue, decided: Decisions, drift: Sequence[Drift], definition: Partnership
) -> dict[str, Any]:
    """For machines. A share of too few pairs is null."""
    least = small(definition)
    return {
        "against": outcome.against,
        "identities": outcome.found.identities,
        "shares": _shares(outcome.found, None, least),
        "groups": [
            {"by": by, "group": name, "title": group_title((by, name), definition), **_shares(outcome.found, (by, name), least)}
            for by, name in sorted(outcome.found.groups)
        ],
        "gaps": [gap._asdict() for gap in outcome.gaps],
        "stopped-by-this": outcome.stopped,
        "automatic": automatic,
        "queue": {"waiting": queue.waiting, "unsure": queue.unsure, "half": queue.half, "ages": dict(queue.ages)},
        "decisions": {
            "same": decided.same, "different": decided.different, "joined": decided.joined, "undone": decided.undone,
            "withdrawn": decided.withdrawn,
        },
        "drift": [
            {"comparison": d.comparison, "level": d.level, "learnt": round(d.learnt, 5), "now": round(d.now, 5), "far": d.far}
            for d in drift
        ],
    }  # fmt: skip


def _shares(found: Counted, group: Group | None, least: int) -> dict[str, Any]:
    tally = found.groups[group] if group else found.all
    told: dict[str, Any] = {}
    for name in SHARES:
        share = tally.share(name)
        if share.of < least:
            told[name] = None
            continue
        low, high = share.interval
        told[name] = {"share": round(share.value, 5), "from": round(low, 5), "to": round(high, 5), "of": share.of}
    return told
