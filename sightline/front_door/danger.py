"""How pressing a notice is: which declared reasons hold, and of those the gravest. Pure.

A notice stands where its gravest reason puts it. Reasons are never added up: two small worries do not make a great one,
and nothing here is a score of a child or a family. What a rule may not rest on is refused when definitions are checked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sightline.definition.kinds.danger import IN_TURN, Danger
from sightline.definition.records import age_on, counted
from sightline.definition.types import Partnership, RecordType
from sightline.timescales.london import local_day
from sightline.timescales.spans import parse_span

MONTHS = (
    (6, "under-6-months"),
    (12, "under-1"),
    (60, "under-5"),
    (120, "under-10"),
    (192, "under-16"),
    (216, "under-18"),
)
WHERE, UNTIL = "child-is", "safe-until"  # fields of a notice: where the child is, and until when they are safe


@dataclass(frozen=True, slots=True)
class Earlier:
    """Something that an agency told of the child before: what conditions may ask of it, and on which day it happened."""

    first: str
    day: date
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Judged:
    """Where a notice stands, and why: reasons gravest first, and for those that count, how many went before."""

    rank: int = IN_TURN
    why: tuple[str, ...] = ()
    before: Mapping[str, int] | None = None


def youngest(births: Iterable[date], on: date, unborn: bool = False) -> tuple[str, ...]:
    """The bands that the youngest of those born on these days is in. A baby who is expected is younger than anybody."""
    born = [day for day in births if day <= on]
    if unborn:
        return ("unborn", *(band for _, band in MONTHS))
    if not born:
        return ()
    last = max(born)
    months = age_on(last, on) * 12 + (on.month - last.month - (on.day < last.day)) % 12
    return tuple(band for limit, band in MONTHS if months < limit)


def safety(until: datetime | None, moment: datetime, soon: timedelta) -> str:
    """not-said | ended | ends-soon | later."""
    if until is None:
        return "not-said"
    if until <= moment:
        return "ended"
    return "ends-soon" if until - moment <= soon else "later"


def notice_facts(
    told: Mapping[str, Any],
    record: RecordType,
    *,
    ages: Iterable[str],
    children: int,
    safe: str,
    open_: Iterable[str] = (),
) -> dict[str, Any]:
    """What rules may ask of a notice: `told` (the record's own facts, see `definition.records.facts`), and besides them
    the youngest child's bands, whether it goes on, what is open about the child, whether there are a child's own words.
    """
    found = dict(told)
    counts = counted(record, told, told.get("role", ()))
    voices = [name for name, field in record.fields.items() if field.kind == "quoted"]
    poor = {_plain(text) for wanted in record.good_when if wanted.part in voices for text in wanted.not_enough}
    says = any(_plain(str(told.get(name, ""))) not in {"", *poor} for name in voices)
    goes_on = record.opens is not None and bool(record.opens.until) and not told.get(record.opens.until)
    found |= {
        "youngest": frozenset(ages),
        "safe": safe,
        "goes-on": "yes" if goes_on else "no",
        "open": frozenset(open_),
        "counts-as": counts,
        "voice": "yes" if says else "no",
        "children": "several" if children > 1 else "one",
    }
    return found


def _plain(text: str) -> str:
    return " ".join(text.casefold().strip(" .!").split())


def judge(
    partnership: Partnership, facts: Mapping[str, Any], earlier: Sequence[Earlier] = (), *, happened: datetime
) -> Judged:
    """Where a notice stands by the rules in force on the day on which it happened, and why."""
    day, told = local_day(happened), dict(facts)
    held: list[Danger] = []
    before: dict[str, int] = {}
    for rule in sorted(partnership.danger.values(), key=lambda rule: rule.rank):
        if (rule.from_ and day < rule.from_) or (rule.until and day > rule.until):
            continue
        if rule.when is not None and not rule.when.holds(told):
            continue
        if rule.before is not None:
            count = count_before(rule, earlier, happened)
            if count < rule.before.at_least:
                continue
            before[rule.id] = count
        held.append(rule)
    return Judged(held[0].rank if held else IN_TURN, tuple(rule.id for rule in held), before)


def count_before(rule: Danger, earlier: Iterable[Earlier], happened: datetime) -> int:
    """On how many days before the notice's own day something happened that the rule counts, within its window."""
    if rule.before is None:
        return 0
    since, day = local_day(parse_span(rule.before.within).before(happened)), local_day(happened)
    days = {one.day for one in earlier if since <= one.day < day and rule.before.count.holds(one.facts)}
    return len(days)


def sentences(partnership: Partnership, why: Iterable[str], before: Mapping[str, int]) -> list[tuple[str, str, str]]:
    """Reasons in words: (level, why it stands there, what whoever reads it does first). A rule that has since been
    withdrawn is left out."""
    found = []
    for id in why:
        rule = partnership.danger.get(id)
        if rule is not None:
            found.append((rule.level, rule.says.replace("{count}", str(before.get(id, 0))), rule.asks))
    return found


# --- examples -------------------------------------------------------------------------------------------------------


def run_example(partnership: Partnership, rule: Danger, example: Mapping[str, Any]) -> str | None:
    """`{given: {record: ppn, grade: red}, holds: yes}`, with `before: [child on ppn 10 days before, …]`.

    `given` holds what a rule may ask; a list is several values of one fact. None when it holds, else what came instead.
    """
    unknown = [key for key in example if key not in ("given", "before", "holds", "because")]
    if unknown:
        return f"{', '.join(unknown)} is not understood; an example may say given, before, holds, because"
    happened = datetime.fromisoformat("2025-06-02T12:00:00+00:00")
    facts = {k: frozenset(v) if isinstance(v, list) else str(v) for k, v in dict(example.get("given") or {}).items()}
    facts = {k: frozenset((v,)) if k in ("youngest", "open", "counts-as", "role") and isinstance(v, str) else v
             for k, v in facts.items()}  # fmt: skip
    earlier = []
    for text in example.get("before") or ():
        what, _, ago = str(text).rpartition(" days before")[0].rpartition(" ")
        role, _, record = what.rpartition(" on ")
        declared = partnership.record.get(record)
        if declared is None or role not in declared.people or not ago.isdigit():
            return f"{text!r} is not `ROLE on RECORD N days before`"
        told = {"record": record, "role": frozenset((role,)), "counts-as": frozenset((declared.people[role].counts_as,)),
                "queued": "yes" if declared.queue else "no"}  # fmt: skip
        earlier.append(Earlier(str(text), local_day(happened - timedelta(days=int(ago))), told))
    held = (rule.when is None or rule.when.holds(facts)) and (
        rule.before is None or count_before(rule, earlier, happened) >= rule.before.at_least
    )
    wanted = str(example.get("holds", "")).lower()
    if wanted not in ("yes", "no"):
        return "an example says `holds: yes` or `holds: no`"
    return None if held == (wanted == "yes") else f"it {'holds' if held else 'does not hold'}"
