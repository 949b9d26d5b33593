"""Worked examples of rules: a little history in words, and when the rule stands. Pure.

    {given: [suspect on police-incident on day 1, missing-child on missing-episode on day 40 with risk high], fires-on: day 88}
    {age: 14, given: [child on child-protection-plan on day 1 with started day 1], at: day 30, fires-on: day 15, says: …}
    {given: […], never: yes, because: a witness is not somebody to whom it happens}

An entry: `ROLE on RECORD on day N`, then, as needed and in this order, `at HH:MM`, `told on day M`, `of a sibling` (peer,
parent, adult-at-home; `of peer 2` is another one), `from AGENCY-KIND`, `at-place WORD`, `lacking PART`, `with FIELD VALUE
and FIELD VALUE`; `with says WORDS` is what was said of it. A value `day 12` is that day. `one|another|third` stands for each
in turn: the example holds of every one.
`age`: the child's on day 1 (`14`, `4 months`). `at`: as it stood at the end of that day (default: of the last that is
told). `fires-on`: the day from which it could be seen. `ends-on`: the day on which it ended. `level`, `whom` and `how` they
are told, `says`: as they are then.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import Any

from sightline.clocks.rules import working_days
from sightline.contexts.rules import kinds_of_place
from sightline.definition.kinds.signals import Told, months
from sightline.definition.records import facts, reaches_queue
from sightline.definition.types import Partnership, RecordType, Signal
from sightline.definition.values import code_for
from sightline.signals.rules import in_force, stands, told, words
from sightline.signals.seeing import occurrence
from sightline.signals.types import Occurrence, World
from sightline.timescales.london import local_day
from sightline.timescales.spans import add_months

FIRST = datetime(2025, 1, 6, 12, tzinfo=UTC)  # day 1: a Monday
KEYS = (
    "given",
    "age",
    "born",
    "differs",
    "at",
    "fires-on",
    "ends-on",
    "never",
    "level",
    "whom",
    "how",
    "says",
    "because",
)
_ENTRY = re.compile(
    r"(?P<role>[\w-]+) on (?P<record>[\w-]+) on day (?P<day>-?\d+)(?: at (?P<time>\d\d:\d\d))?(?: told on day (?P<told>\d+))?"
    r"(?: of (?:an? )?(?P<whose>sibling|peer|parent|adult-at-home|child)(?: (?P<nth>\d+))?)?(?: from (?P<kind>[\w-]+))?"
    r"(?: at-place (?P<place>[\w-]+))?(?: lacking (?P<lacks>[\w-]+))?(?: with (?P<fields>.+))?"
)
_EACH = re.compile(r"[\w-]+(?:\|[\w-]+)+")
_DAY = re.compile(r"day (-?\d+)(?: at (\d\d:\d\d))?")


def _on(day: int, time: str = "") -> datetime:
    moment = FIRST + timedelta(days=day - 1)
    return moment.replace(hour=int(time[:2]), minute=int(time[3:])) if time else moment


def _value(text: str) -> str:
    """A field's value: `day 12` is that date, `day 12 at 09:30` that moment."""
    found = _DAY.fullmatch(text.strip())
    if not found:
        return text.strip()
    moment = _on(int(found[1]), found[2] or "")
    return moment.isoformat() if found[2] else moment.date().isoformat()


def _entry(partnership: Partnership, number: int, text: str, born: date | None) -> Occurrence | str:
    found = _ENTRY.fullmatch(" ".join(text.split()))
    if not found:
        return f"{text!r} is not `ROLE on RECORD on day N`, with what may follow"
    declared: RecordType | None = partnership.record.get(found["record"])
    if declared is None or found["role"] not in declared.people:
        return f"{text!r}: {found['role']} does not stand on {found['record']}"
    values: dict[str, str] = {}
    says = ""
    for pair in filter(None, re.split(r", | and ", found["fields"] or "")):
        name, _, value = pair.strip().partition(" ")
        if name == "says":
            says = value
            continue
        field = declared.fields.get(name)
        if field is None:
            return f"{text!r}: {found['record']} has no field {name!r}"
        codes = partnership.codes.get(field.of) if field.kind in ("choice", "choices") else None
        value = _value(value)
        values[name] = code_for(codes, value) or value if codes is not None else value
    happened = _on(int(found["day"]), found["time"] or "")
    kind = found["kind"] or (declared.sent_by[0] if declared.sent_by else "")
    asked = facts(partnership, declared, values, roles=(found["role"],), agency=kind, agency_kind=kind, says=says)
    whose = found["whose"] or "child"
    asked["lacks"] = frozenset((found["lacks"],)) if found["lacks"] else frozenset()
    if found["place"]:
        asked["place"] = found["place"]
        asked["place-kind"] = kinds_of_place(partnership, found["place"])
    return occurrence(
        declared,
        asked,
        first=f"given {number}",
        queued=reaches_queue(declared, asked),
        happened=happened,
        known=_on(int(found["told"]), "18:00") if found["told"] else happened,
        born=born if whose == "child" else None,
        whose=whose,
        who=f"{whose} {found['nth'] or 1}",
    )


def run_example(partnership: Partnership, signal: Signal, example: Mapping[str, Any]) -> str | None:
    """None when it holds; else what came instead. See this file's head."""
    for given in _each(example.get("given")):
        came = _run(partnership, signal, {**example, "given": given})
        if came is not None:
            return f"of {'; '.join(given)}: {came}" if given != example.get("given") else came
    return None


def _each(given: Any) -> Iterator[list[str]]:
    """What is given, with each of several words that stand in one place in turn."""
    entries = [" ".join(str(text).split()) for text in given or ()]
    choices = [[word.split("|") for word in _EACH.findall(text)] for text in entries]
    for chosen in product(*(product(*places) for places in choices)):
        yield [_with(text, some) for text, some in zip(entries, chosen, strict=True)]


def _with(text: str, chosen: Sequence[str]) -> str:
    left = iter(chosen)
    return _EACH.sub(lambda _: next(left), text)


def _run(partnership: Partnership, signal: Signal, example: Mapping[str, Any]) -> str | None:
    unknown = [key for key in example if key not in KEYS]
    if unknown:
        return f"{unknown[0]!r} is not understood; an example has {', '.join(KEYS)}"
    born = _born(example)
    found: list[Occurrence] = []
    for number, text in enumerate(example.get("given") or (), 1):
        one = _entry(partnership, number, str(text), born)
        if isinstance(one, str):
            return one
        found.append(one)
    last = max((local_day(one.known) for one in found), default=FIRST.date())
    until = _on(_day(example["at"])) if "at" in example else datetime.combine(last, FIRST.timetz())
    now = until.replace(hour=23, minute=59)
    differs = dict.fromkeys(_listed(example.get("differs")), FIRST)
    world = World(tuple(found), born if signal.about == "child" else None, differs)
    rules = {**in_force(partnership, now), signal.id: signal}
    days = working_days(partnership)
    standing = stands(signal, world, now, rules=rules, days=days)
    if str(example.get("never", "no")).lower() in ("yes", "true"):
        return None if not standing.episodes else f"fires on day {_nth(standing.episodes[0].since)}"
    if "fires-on" not in example:
        return "an example says `fires-on: day N` or `never: yes`"
    if not standing.episodes:
        return "does not fire"
    episode = standing.episodes[-1] if "ends-on" in example else standing.episode or standing.episodes[-1]
    if _nth(episode.since) != _day(example["fires-on"]):
        return f"fires on day {_nth(episode.since)}"
    if "ends-on" in example and (
        episode.ends is None or episode.ends > now or _nth(episode.ends) != _day(example["ends-on"])
    ):
        return (
            "has not ended by then"
            if episode.ends is None or episode.ends > now
            else f"ends on day {_nth(episode.ends)}"
        )
    if "level" in example and episode.level != example["level"]:
        return f"it is {episode.level}, not {example['level']}"
    if "whom" in example or "how" in example:
        place = told(signal, world, now, rules=rules, days=days)
        way = signal.tell[place] if place is not None else Told()
        if "whom" in example and list(way.whom) != _listed(example["whom"]):
            return f"tells {', '.join(way.whom) or 'nobody'}"
        if "how" in example and way.how != example["how"]:
            return f"tells them so: {way.how}"
    if "says" in example and words(signal, episode) != example["says"]:
        return f"says {words(signal, episode)!r}"
    return None


def _listed(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else [str(one) for one in value or ()]


def _day(text: Any) -> int:
    return int(str(text).removeprefix("day "))


def _nth(moment: datetime) -> int:
    return (local_day(moment) - FIRST.date()).days + 1


def _born(example: Mapping[str, Any]) -> date | None:
    if "born" in example:
        return date.fromisoformat(_value(str(example["born"])))
    if "age" not in example:
        return None
    text = str(example["age"])
    return add_months(FIRST.date(), -months(f"{text} years" if text.isdigit() else text))
