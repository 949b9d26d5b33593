"""Whether signal rules hold together: what they ask can be asked, their windows make sense, and somebody is told."""

from __future__ import annotations

from typing import Any

from sightline.definition.check_oversight import watched
from sightline.definition.check_records import check_condition, known_values
from sightline.definition.faults import Faults
from sightline.definition.kinds.danger import NEVER
from sightline.definition.kinds.signals import DETAILS, DIFFERENT, LEVELS, OF_ENTRIES, SAID, WHO, WHOSE, Pattern
from sightline.definition.records import COMMON_TERMS
from sightline.definition.types import Condition
from sightline.definition.yaml_lines import Path
from sightline.timescales.spans import Span, parse_span

OWNERS = "see-signal-rules"  # the permission of whoever answers for a rule
WINDOWS = ("within", "over", "against", "for_")
ANSWERS = "answer-signal"
COUNTED_DAYS = ("working day", "school day")
LONGEST_DAYS = 366 * 10
IN_DAYS = {"minute": 1 / 1440, "hour": 1 / 24, "day": 1, "working day": 1, "school day": 1, "week": 7, "month": 31}


def check_signal(faults: Faults, name: str, signal: Any) -> None:
    for path, pattern in signal.patterns():
        _pattern(faults, name, path, pattern, signal)
    for index, graver in enumerate(signal.graver):
        if LEVELS.index(graver.is_) <= LEVELS.index(signal.level):
            expected = f"more pressing than the rule's own level ({signal.level})"
            faults.add(name, ("graver", index, "is"), graver.is_, expected)
    _tell(faults, name, signal)
    if "{" in SAID.sub("", signal.says):
        faults.add(name, ("says",), signal.says, "{count}, {days}, {agencies}, {kinds} or {count:time|times}")
    _window(faults, name, ("rest",), signal.rest)
    if signal.ends is not None:
        for key, text in (("for", signal.ends.for_), ("quiet", signal.ends.quiet)):
            if text:
                _window(faults, name, ("ends", key), text)
        for key, condition in (("none", signal.ends.none), ("with", signal.ends.with_)):
            if condition is not None:
                _condition(faults, name, ("ends", key), condition)
    if signal.owner:
        faults.thing(name, ("owner",), signal.owner, "role")
        role = faults.partnership.role.get(signal.owner)
        if role is not None and OWNERS not in role.may:
            expected = f"a role that may see how its rules do (`{OWNERS}`): whoever answers for one is asked about it"
            faults.add(name, ("owner",), signal.owner, expected)
    else:
        faults.add(name, ("owner",), "", "the role that answers for the rule", code="empty")
    for index, group in enumerate(signal.watch):
        faults.refer(name, ("watch", index), group, watched(faults.partnership), "what fairness is looked at by")
    _circle(faults, name, signal)
    _examples(faults, name, signal)


def _pattern(faults: Faults, name: str, path: Path, pattern: Pattern, signal: Any) -> None:
    for key in WINDOWS:
        text = getattr(pattern, key)
        if text:
            counted = key == "within" and pattern.lacks is not None
            _window(faults, name, (*path, key.rstrip("_")), text, counted=counted)
    if pattern.every:
        _window(faults, name, (*path, "every"), pattern.every, counted=True)
    if pattern.against and pattern.within and _days(pattern.against) <= _days(pattern.within):
        expected = f"a longer past than the window itself ({pattern.within}): else there is nothing to compare with"
        faults.add(name, (*path, "against"), pattern.against, expected)
    for key, condition in pattern.conditions.items():
        _condition(faults, name, (*path, key), condition, some=pattern.whose)
    states = {record.opens.state for record in faults.partnership.record.values() if record.opens is not None}
    for key, given in (("open", pattern.open), ("while", pattern.while_)):
        for index, state in enumerate(given):
            faults.refer(name, (*path, key, index), state, states, "a state that a record opens")
    for index, whose in enumerate(pattern.whose):
        faults.refer(name, (*path, "whose", index), whose, WHOSE, "whose records")
    for different in pattern.different:
        faults.refer(name, (*path, "different", different), different, DIFFERENT, "what may be different")
    for index, detail in enumerate(pattern.differs):
        faults.refer(name, (*path, "differs", index), detail, DETAILS, "a detail of a person")
    if pattern.rule:
        faults.thing(name, (*path, "rule"), pattern.rule, "signal")
    asked = pattern.after or pattern.first
    for key, field, about in (("at", pattern.at, asked), *(("came", field, pattern.lacks) for field in pattern.came)):
        fields = _fields_of(faults, about) if field and about is not None else None
        if fields is not None:
            faults.refer(name, (*path, key), field, fields, "a field of the record that it is about")
    if pattern.count is not None and not pattern.within and signal.ends is None:
        expected = "a window, or what ends the rule: else it stands for no time at all"
        faults.add(name, (*path, "within"), "", expected, code="empty")
    if pattern.none and pattern is signal.when:
        faults.add(
            name, path, "none", "something that is so: a rule of `none` alone holds of every child", code="everything"
        )


def _condition(faults: Faults, name: str, path: Path, condition: Condition, some: tuple[str, ...] = ()) -> None:
    """What a condition asks is a field of some record, and is nothing that no rule may rest on."""
    known = faults.partnership
    every = list(known.record.values())
    check_condition(faults, name, path, condition, every, (*COMMON_TERMS, *OF_ENTRIES))
    _values(faults, name, path, condition, every)
    for term in sorted(condition.names() & set(NEVER)):
        faults.add(name, path, term, "nothing about who a child is or where they live: no rule may rest on it")
    if not _asks(condition):
        expected = "something that an entry must be: this holds of every entry"
        faults.add(name, path, ", ".join(sorted(condition.names())) or "nothing", expected, code="everything")
    for record in sorted(_named(condition)):
        declared = known.record.get(record)
        if declared is not None and (declared.pointer_only or record == "stop-search"):
            faults.add(
                name, path, record, "a record on which a signal may rest: intelligence and searches are never evidence"
            )


def _values(faults: Faults, name: str, path: Path, condition: Condition, records: list[Any]) -> None:
    """Codes that the records asked for cannot have: `check_condition` knows those that no record can have."""
    own = _named(condition)
    here = [record for record in records if record.id in own] or records
    for term, values in condition.terms.items():
        known = _coded(faults, term, here)
        anywhere = known_values(faults, term, list(faults.partnership.record.values()))
        for index, value in enumerate(values if known else ()):
            if value not in known and (anywhere is None or value in anywhere):
                faults.refer(name, (*path, term, index), value, known, f"what {term} can be there")
    for key in ("all", "any", "none"):
        for index, part in enumerate(getattr(condition, key)):
            _values(faults, name, (*path, key, index), part, here)


def _coded(faults: Faults, term: str, records: list[Any]) -> set[str]:
    """The codes that a field of these records can have; nothing where it is text in all of them."""
    fields = [record.fields[term] for record in records if term in record.fields]
    lists = [faults.partnership.codes.get(field.of) for field in fields if field.kind in ("choice", "choices")]
    found = {
        code for codes in lists if codes is not None for code in (*codes.codes, *(("other",) if codes.open else ()))
    }
    return found | ({"yes", "no"} if any(field.kind == "yes-no" for field in fields) else set())


def _asks(condition: Condition) -> bool:
    """Whether it asks for anything: a condition of `none` alone, or of an empty one among `any`, holds of everything."""
    if condition.terms or any(_asks(part) for part in condition.all):
        return True
    return bool(condition.any) and all(_asks(part) for part in condition.any)


def _named(condition: Condition) -> set[str]:
    """Record types that it asks for (not those that it rules out)."""
    found = set(condition.terms.get("record", ()))
    for part in (*condition.all, *condition.any):
        found |= _named(part)
    return found


def _fields_of(faults: Faults, condition: Condition) -> set[str] | None:
    records = [faults.partnership.record[r] for r in _named(condition) if r in faults.partnership.record]
    return {field for record in records for field in record.fields} if records else None


def _read(text: str) -> Span | None:
    try:
        return parse_span(text)
    except ValueError:
        return None


def _days(text: str) -> float:
    span = _read(text)
    return span.amount * IN_DAYS[span.unit] if span is not None else 0


def _window(faults: Faults, name: str, path: Path, text: str, *, counted: bool = False) -> None:
    span = _read(text)
    if span is None or span.clock is not None or (span.unit in COUNTED_DAYS and not counted):
        faults.add(name, path, text, "a window, such as `90 days`, `72 hours` or `12 months`")
    elif not 0 < _days(text) <= LONGEST_DAYS:
        faults.add(name, path, text, "a window of more than nothing, and of ten years at most")


def _tell(faults: Faults, name: str, signal: Any) -> None:
    if signal.sort == "data":
        if signal.tell:
            faults.add(name, ("tell",), "", "nobody: a gap in what is recorded goes on the data-quality list")
        return
    if not signal.tell:
        faults.add(name, ("tell",), "", "who is told", code="empty")
        return
    if signal.tell[-1].when is not None:
        expected = "a last way without `when`: a plan changes who is told, never whether"
        faults.add(name, ("tell", len(signal.tell) - 1), "when", expected)
    for index, told in enumerate(signal.tell):
        if not told.whom:
            faults.add(name, ("tell", index, "whom"), "", "who is told", code="empty")
        for key, given in (("whom", told.whom), ("else", told.else_)):
            for place, who in enumerate(given):
                faults.thing(name, ("tell", index, key, place), who, "role", *(WHO if key == "whom" else ()))
                role = faults.partnership.role.get(who)
                if role is not None and ANSWERS not in role.may:
                    expected = f"a role that may answer (`{ANSWERS}`): who is asked can say what was done"
                    faults.add(name, ("tell", index, key, place), who, expected)
        if told.whom and set(told.whom) <= set(WHO) and not told.else_:
            expected = "`else`: roles that are told where the child has nobody of these"
            faults.add(name, ("tell", index, "whom"), ", ".join(told.whom), expected, code="empty")
        if told.when is None and index < len(signal.tell) - 1:
            faults.add(name, ("tell", index + 1), "", "no way after one that always applies", code="unreachable")
    faults.thing(name, ("message",), signal.message, "message")


def _circle(faults: Faults, name: str, signal: Any) -> None:
    """A rule rests on others, and never on itself."""
    rules = faults.partnership.signal
    seen: set[str] = set()
    waiting = [pattern.rule for _, pattern in signal.patterns() if pattern.rule]
    while waiting:
        one = waiting.pop()
        if one == signal.id:
            path = next(path for path, pattern in signal.patterns() if pattern.rule)
            faults.add(name, (*path, "rule"), one, "a rule that does not rest on this one in turn", code="cycle")
            return
        if one not in seen and one in rules:
            seen.add(one)
            waiting += [pattern.rule for _, pattern in rules[one].patterns() if pattern.rule]


def _examples(faults: Faults, name: str, signal: Any) -> None:
    """At least two that fire, and two that must not."""
    never = sum(str(example.get("never", "no")).lower() in ("yes", "true") for example in signal.examples)
    fires = sum("fires-on" in example for example in signal.examples)
    if fires < 2 or never < 2:
        expected = "at least two examples that fire, and two that must not (`never: yes`)"
        faults.add(name, ("examples",), f"{fires} that fire, {never} that do not", expected, code="no-example")
