"""Whether sharing rules hold together: whom and what they name, what restricts, what may reach what is kept to named people."""

from __future__ import annotations

from typing import Any

from sightline.definition.faults import Faults, uncited
from sightline.definition.kinds.sharing import ANY
from sightline.definition.words import placeholders
from sightline.definition.yaml_lines import Path
from sightline.timescales.spans import parse_span

SHOWN_PARTS = ("headline", "says", "place", "people")
NAMED = "named"  # the tie of those to whom something is kept
FIELD_CLASSES = ("ordinary", "sensitive", "protected")


def check_shown(faults: Faults, name: str, record: Any) -> None:
    """What a headline shows is named by the record, so it is nothing protected, and nobody handled otherwise than it."""
    guarded = {field for field, about in record.fields.items() if about.classification == "protected"}
    guarded |= {role for role, about in record.people.items() if about.handling not in ("", record.handling)}
    opens = record.opens
    shown: list[tuple[Path, str]] = [(("parts", index), part) for index, part in enumerate(record.parts)]
    shown += [(("headline",), part) for part, _ in placeholders(record.headline)]
    if opens is not None:
        shown += [(("opens", key), part) for key, part in (("from", opens.from_), ("until", opens.until))]
        shown += [(("opens", "says"), part) for part, _ in placeholders(opens.says)]
    for path, part in shown:
        if part in guarded:
            faults.add(name, path, part, "nothing that is protected or handled otherwise: a headline would show it")


def check_rule(faults: Faults, name: str, rule: Any) -> None:
    _who(faults, name, rule.who)
    _what(faults, name, rule.may_see)
    restricts = rule.effect == "restrict"
    for index, purpose in enumerate(rule.for_):
        if not (restricts and purpose == ANY):
            faults.code(name, ("for", index), purpose, "purpose")
    for index, basis in enumerate(rule.basis):
        faults.code(name, ("basis", index), basis, "lawful-basis", ours=True)
    if not rule.basis and not restricts:
        faults.add(name, ("basis",), "", "`basis`: the law that seeing this rests on, of lawful-basis", code="empty")
    _cited(faults, name, rule)
    _age(faults, name, rule)
    if rule.lasts:
        _span(faults, name, ("lasts",), rule.lasts)
    if restricts:
        _restriction(faults, name, rule)
    else:
        _allowing(faults, name, rule)


def _cited(faults: Faults, name: str, rule: Any) -> None:
    """Whoever lies over another's rule and changes whom or what it is about says by what authority."""
    for part in ("who", "may-see"):
        given = getattr(rule, part.replace("-", "_"))
        for key in given.model_fields_set:
            value, path = getattr(given, key), (part, key.replace("_", "-"))
            each = {(*path, n): one for n, one in enumerate(value)} if isinstance(value, tuple) else {path: value}
            for at, one in each.items():
                if uncited(faults, name, at):
                    expected = "`source` in this file too: by whose decision (the rule's own source is its base's)"
                    faults.add(name, at, str(one), expected, code="empty")
                    return


def _who(faults: Faults, name: str, who: Any) -> None:
    for index, role in enumerate(who.role):
        faults.thing(name, ("who", "role", index), role, "role")
    for index, kind in enumerate(who.agency_kind):
        faults.code(name, ("who", "agency-kind", index), kind, "agency-kind")
    for index, agency in enumerate(who.agency):
        faults.thing(name, ("who", "agency", index), agency, "agency")
    for index, team in enumerate(who.team):
        faults.thing(name, ("who", "team", index), team, "team")
    for index, tie in enumerate(who.tie):
        faults.code(name, ("who", "tie", index), tie, "tie")
    for index, tie in enumerate(who.unless_tie):
        faults.code(name, ("who", "unless-tie", index), tie, "tie")


def _what(faults: Faults, name: str, may_see: Any) -> None:
    for index, record in enumerate(may_see.records):
        faults.thing(name, ("may-see", "records", index), record, "record", ANY, "identity", "place")
    for index, handling in enumerate(may_see.handling):
        faults.code(name, ("may-see", "handling", index), handling, "handling")
    for index, fields in enumerate(may_see.fields):
        faults.refer(name, ("may-see", "fields", index), fields, FIELD_CLASSES, "a class of fields")
    records = [faults.partnership.record[r] for r in may_see.records if r in faults.partnership.record]
    if records and len(records) == len(may_see.records):
        known = {field for record in records for field in record.fields}.union(SHOWN_PARTS)
        for index, part in enumerate(may_see.parts):
            faults.refer(name, ("may-see", "parts", index), part, known, "a field of these records")


def _age(faults: Faults, name: str, rule: Any) -> None:
    for key in ("within", "over"):
        if text := getattr(rule.age, key):
            _span(faults, name, ("age", key), text)
            if "identity" in rule.may_see.records:
                faults.add(
                    name, ("age",), text, "no age where `identity` is among the records: who somebody is has none"
                )


def _span(faults: Faults, name: str, path: tuple[str, ...], text: str) -> None:
    amount, _, unit = text.strip().partition(" ")
    months = f"{amount} months" if unit in ("year", "years") else text
    try:
        if "working" in months or "school" in months:
            raise ValueError
        parse_span(months)
    except ValueError:
        faults.add(name, path, text, "a length of time, for example `4 hours`, `30 days`, `6 months` or `5 years`")


def _restriction(faults: Faults, name: str, rule: Any) -> None:
    if rule.floor:
        faults.add(name, ("floor",), "yes", "no floor: a restriction only narrows")
    if rule.may_see.restricted:
        faults.add(name, ("may-see", "restricted"), "yes", "nothing: a restriction gives nothing")
    if rule.may_see.parts:
        faults.add(name, ("may-see", "parts"), ", ".join(rule.may_see.parts), "nothing: a restriction gives no parts")


def _allowing(faults: Faults, name: str, rule: Any) -> None:
    what = rule.may_see
    if what.level == "hidden":
        faults.add(name, ("may-see", "level"), "hidden", "`full`, `headline` or `pointer`; or `effect: restrict`")
    if rule.who.unless_tie:
        found = ", ".join(rule.who.unless_tie)
        faults.add(name, ("who", "unless-tie"), found, "nothing: only a restriction leaves some alone")
    if rule.floor and "sealed" in what.handling:
        faults.add(
            name, ("may-see", "handling"), "sealed", "no floor under what is sealed: its own holder points to it"
        )
    if what.restricted and not rule.who.machine and not (rule.floor and what.level == "pointer"):
        faults.add(
            name,
            ("may-see", "restricted"),
            "yes",
            "only in a machine's rule, or in a floor whose level is `pointer`: who is named on it sees it by that tie",
        )
    if what.restricted and NAMED in rule.who.tie:
        faults.add(
            name,
            ("who", "tie", rule.who.tie.index(NAMED)),
            NAMED,
            "another tie, or no `restricted: yes`: who is named on what is kept to named people is let in by that name already",
        )
