"""Whether what is declared holds together: references, dates, sources, and the examples that run.

`check_references` looks at all things once they are overlaid and have their shape; records and clocks in
`check_records.py`, feeds in `check_feeds.py`. `check_examples` runs the examples with the runner of each kind: this
package has the one for records; clocks, sharing rules and feeds bring theirs, and the `check` command puts them
together.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from datetime import date
from typing import Any

from sightline.definition.check_danger import check_danger, check_queue
from sightline.definition.check_deciding import DECIDING_CHECKS
from sightline.definition.check_disclosure import DISCLOSURE_CHECKS
from sightline.definition.check_feeds import check_feed
from sightline.definition.check_links import check_link
from sightline.definition.check_matching import check_matching
from sightline.definition.check_oversight import check_oversight
from sightline.definition.check_records import A_DAY, check_clock, check_record
from sightline.definition.check_registry import REGISTRY_CHECKS, check_group_cycles, check_names
from sightline.definition.check_sharing import check_rule
from sightline.definition.check_signals import check_signal
from sightline.definition.check_storylines import check_storyline
from sightline.definition.check_telling import TELLING_CHECKS
from sightline.definition.faults import Faults, place
from sightline.definition.kinds.messages import NAMES
from sightline.definition.kinds.phrases import NUMBERS, steps
from sightline.definition.nearest import nearest
from sightline.definition.types import KINDS, Fault, Partnership, Thing
from sightline.definition.yaml_lines import Path
from sightline.timescales.spans import parse_span

Runner = Callable[[Partnership, Any, dict[str, Any]], str | None]

NEED_EXAMPLES = frozenset(
    "record clock danger message messaging rule feed link signal storyline watch notice "
    "retention matching nicknames alert recipient share phrase route check ladder telling expected daylist itemreview".split()
)
MAIL_PARTS = ("count", "messages", "address")  # all that an e-mail may say
DISTRICT = re.compile(r"^[A-Z]{1,2}\d[A-Z\d]?$")
DAYS = re.compile(r"^(\d{4}-\d{2}-\d{2})(?: to (\d{4}-\d{2}-\d{2}))?$")


def check_references(
    partnership: Partnership,
    declared: Mapping[str, Collection[str]],
    formats: Collection[str],
    spoilt: Mapping[str, Collection[str]] | None = None,
) -> list[Fault]:
    """Every fault between things. `declared` are the ids by kind that have a file; `formats` those with a reader;
    `spoilt` the paths by thing of which a fault is told already."""
    faults = Faults(partnership, declared, spoilt)
    _whole(faults, "partnership", partnership.info)
    _partnership(faults, f"partnership/{partnership.id}", partnership.info)
    for kind in KINDS:
        if kind == "partnership":
            continue
        for thing in getattr(partnership, kind).values():
            _whole(faults, kind, thing)
            check = CHECKS.get(kind)
            if check is not None:
                check(faults, f"{kind}/{thing.id}", thing)
    for feed in partnership.feed.values():
        check_feed(faults, f"feed/{feed.id}", feed, formats)
    _no_cycles(faults, "locality")
    check_group_cycles(faults)
    return faults.found


def check_examples(partnership: Partnership, runners: Mapping[str, Runner]) -> list[Fault]:
    """Runs every example of the kinds that have a runner; a fault, at the example's line, for each that doesn't hold.

    A runner takes the partnership, the thing and the example, and answers None when it holds, else a sentence that
    says what came instead.
    """
    found: list[Fault] = []
    for kind, run in runners.items():
        for thing in getattr(partnership, kind).values():
            for index, example in enumerate(thing.examples):
                came = came_of(run, partnership, thing, example)
                if came is not None:
                    file, line = place(partnership.origins, f"{kind}/{thing.id}", ("examples", index))
                    expected = _to_hold(partnership, file)
                    path = f"examples.{index}"
                    found.append(Fault(file=file, line=line, path=path, found=came, expected=expected, code="example"))
    return found


def _to_hold(partnership: Partnership, file: str) -> str:
    """What an example is to do; where the base gave it, also what an overlay does that means otherwise."""
    layer, _, rest = file.partition("/")
    if not rest or layer == partnership.id:
        return "the example to hold"
    return (
        f"the example to hold; if {partnership.id} means otherwise, {partnership.id}/{rest} gives its own: "
        "`examples: {instead: [...]}`"
    )


def came_of(run: Runner, partnership: Partnership, thing: Any, example: dict[str, Any]) -> str | None:
    """None where an example holds; else what came instead, or that it cannot be run."""
    try:
        return run(partnership, thing, example)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        return f"it cannot be run ({type(error).__name__}: {error})"


def _whole(faults: Faults, kind: str, thing: Thing) -> None:
    """What every thing needs: words, a source, dates in order, and examples where they run."""
    name = f"{kind}/{thing.id}"
    if not thing.title.strip():
        faults.add(name, ("title",), "", "a title", code="empty")
    if not thing.source.strip():
        faults.add(
            name, ("source",), "", "law, guidance or a local document with its date; `local` for custom", code="empty"
        )
    if thing.from_ and thing.until and thing.from_ > thing.until:
        faults.add(name, ("until",), str(thing.until), f"a day not before `from` ({thing.from_})")
    if kind in NEED_EXAMPLES and not thing.examples:
        faults.add(name, ("examples",), "", "at least one example that runs", code="no-example")


# --- by kind ------------------------------------------------------------------------------------------


def _partnership(faults: Faults, name: str, info: Any) -> None:
    if info.authority and not re.match(r"^\d{3}$", info.authority):
        faults.add(name, ("authority",), info.authority, "the local authority's code, three digits")
    if not re.match(r"^#[\da-fA-F]{6}$", info.colour):
        faults.add(name, ("colour",), info.colour, "a colour, such as `#1a65a6`")
    if info.front_door:
        faults.thing(name, ("front-door",), info.front_door, "agency")
    elif any(team.on_duty_for for team in faults.partnership.team.values()):
        faults.add(name, ("front-door",), "", "`front-door`: the agency that anybody may tell of a child", code="empty")


def _agency(faults: Faults, name: str, agency: Any) -> None:
    faults.code(name, ("kind",), agency.kind, "agency-kind")
    if agency.calendar:
        faults.thing(name, ("calendar",), agency.calendar, "calendar")
    for index, locality in enumerate(agency.localities):
        faults.thing(name, ("localities", index), locality, "locality")
    check_names(faults, name, agency.names)


def _team(faults: Faults, name: str, team: Any) -> None:
    faults.thing(name, ("agency",), team.agency, "agency")
    if team.on_duty_for:
        faults.thing(name, ("on-duty-for",), team.on_duty_for, "queue")
    if team.keeps:
        try:
            parse_span(team.keeps).before(A_DAY)
        except ValueError:
            faults.add(name, ("keeps",), team.keeps, "a span in days, weeks or months, such as `365 days`")
    for index, role in enumerate(team.managed_by):
        faults.thing(name, ("managed-by", index), role, "role")
    for index, route in enumerate(team.receives):
        faults.thing(name, ("receives", index), route, "route")
    for index, locality in enumerate(team.localities):
        faults.thing(name, ("localities", index), locality, "locality")


def _role(faults: Faults, name: str, role: Any) -> None:
    for index, kind in enumerate(role.agencies):
        faults.code(name, ("agencies", index), kind, "agency-kind")
    for index, permission in enumerate(role.may):
        faults.thing(name, ("may", index), permission, "permission")


def _locality(faults: Faults, name: str, locality: Any) -> None:
    if locality.part_of:
        faults.thing(name, ("part-of",), locality.part_of, "locality")
    for index, district in enumerate(locality.postcodes):
        if not DISTRICT.match(district):
            faults.add(name, ("postcodes", index), district, "a postcode district, such as `LS9` or `EC1A`")


def _codes(faults: Faults, name: str, codes: Any) -> None:
    """An older code means one code only, and is not itself a code of the list."""
    meant: dict[str, str] = {}
    for code, declared in codes.codes.items():
        for index, old in enumerate(declared.old):
            path = ("codes", code, "old", index)
            if old in codes.codes and old != code:
                faults.add(name, path, old, f"a code that isn't itself in the list ({old!r} is)", code="ambiguous")
            elif meant.setdefault(old, code) != code:
                faults.add(
                    name,
                    path,
                    old,
                    f"a code that means one thing ({old!r} also stands for {meant[old]!r})",
                    code="ambiguous",
                )


def _message(faults: Faults, name: str, message: Any) -> None:
    if message.form_of:
        faults.refer(name, ("form-of",), message.form_of, faults.partnership.message, "a message")
    for index, role in enumerate(message.to):
        faults.thing(name, ("to", index), role, "role")
    for index, role in enumerate(message.read_by):
        faults.thing(name, ("read-by", index), role, "role")
    for index, role in enumerate(message.acknowledge.then):
        faults.thing(name, ("acknowledge", "then", index), role, "role")
    for part, declared in message.parts.items():
        if declared.of:
            faults.refer(name, ("parts", part, "of"), declared.of, faults.partnership.codes, "a code list")
    try:
        parse_span(message.acknowledge.within)
    except ValueError as error:
        faults.add(name, ("acknowledge", "within"), message.acknowledge.within, str(error))


def _message_plan(faults: Faults, name: str, plan: Any) -> None:
    for index, role in enumerate(plan.roles):
        faults.thing(name, ("roles", index), role, "role")
        others = [p.id for p in faults.partnership.messaging.values() if role in p.roles and p.id != plan.id]
        if others:
            expected = f"a role of one plan only (it stands in {others[0]} too)"
            faults.add(name, ("roles", index), role, expected, code="ambiguous")
    for index, role in enumerate(plan.nobody_there):
        faults.thing(name, ("nobody-there", index), role, "role")
    for part in ("follows", "follows-concerns"):
        for index, tie in enumerate(getattr(plan, part.replace("-", "_"))):
            faults.code(name, (part, index), tie, "tie")
    for part in ("subject", "urgent", "body"):
        for word in NAMES.findall(getattr(plan, part)):
            if word not in MAIL_PARTS:
                faults.add(name, (part,), word, "`{count}`, `{messages}` or `{address}`", nearest(word, MAIL_PARTS))


def _lane(faults: Faults, name: str, lane: Any) -> None:
    for index, kind in enumerate(lane.of):
        faults.code(name, ("of", index), kind, "agency-kind")
    for index, record in enumerate(lane.records):
        faults.thing(name, ("records", index), record, "record")


def _calendar(faults: Faults, name: str, calendar: Any) -> None:
    listed: list[tuple[Path, str]] = [(("closed", i), text) for i, text in enumerate(calendar.closed)]
    listed += [(("inset", i), text) for i, text in enumerate(calendar.inset)]
    listed += [(("years", year, i), text) for year, terms in calendar.years.items() for i, text in enumerate(terms)]
    for path, text in listed:
        if not _days(text):
            faults.add(name, path, text, "`2025-02-17`, or `2025-02-17 to 2025-02-21` with the earlier day first")


def _days(text: str) -> bool:
    match = DAYS.match(text)
    if not match:
        return False
    try:
        first = date.fromisoformat(match.group(1))
        return match.group(2) is None or first <= date.fromisoformat(match.group(2))
    except ValueError:
        return False


def _alert(faults: Faults, name: str, alert: Any) -> None:
    for index, tie in enumerate(alert.unless.tie):
        faults.code(name, ("unless", "tie", index), tie, "tie")
    for index, tie in enumerate(alert.unless.agency_tie):
        faults.code(name, ("unless", "agency-tie", index), tie, "tie")
    for index, role in enumerate(alert.unless.role):
        faults.thing(name, ("unless", "role", index), role, "role")
    for index, kind in enumerate(alert.unless.agency_kind):
        faults.code(name, ("unless", "agency-kind", index), kind, "agency-kind")


def _retention(faults: Faults, name: str, schedule: Any) -> None:
    for index, record in enumerate(schedule.records):
        if record != "any":
            faults.thing(name, ("records", index), record, "record")


def _phrase(faults: Faults, name: str, phrase: Any) -> None:
    """Every class of words that a pattern names is declared."""
    for key in ("patterns", "unless"):
        for index, pattern in enumerate(getattr(phrase, key)):
            for step in steps(pattern):
                for of in step.classes:
                    if of not in NUMBERS:
                        faults.thing(name, (key, index), of, "wording")


CHECKS: dict[str, Callable[[Faults, str, Any], None]] = {
    "agency": _agency,
    "team": _team,
    "role": _role,
    "locality": _locality,
    "codes": _codes,
    "lane": _lane,
    "message": _message,
    "messaging": _message_plan,
    "record": check_record,
    "clock": check_clock,
    "calendar": _calendar,
    "rule": check_rule,
    "link": check_link,
    "signal": check_signal,
    "oversight": check_oversight,
    "retention": _retention,
    "danger": check_danger,
    "queue": check_queue,
    "alert": _alert,
    **REGISTRY_CHECKS,
    **DISCLOSURE_CHECKS,
    **TELLING_CHECKS,
    **DECIDING_CHECKS,
    "storyline": check_storyline,
    "phrase": _phrase,
    "matching": check_matching,
}


def _no_cycles(faults: Faults, kind: str) -> None:
    """`part-of` leads upwards to an end."""
    things = getattr(faults.partnership, kind)
    for id in things:
        seen, above = {id}, things[id].part_of
        while above in things and above not in seen:
            seen.add(above)
            above = things[above].part_of
        if above == id:
            faults.add(
                f"{kind}/{id}",
                ("part-of",),
                things[id].part_of,
                f"a {kind} that is not itself part of {id}",
                code="cycle",
            )
