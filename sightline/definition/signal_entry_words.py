"""What an entry is that a rule asks for, in plain English: `an A&E attendance with “Injury”: injury by violence`. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from sightline.definition.base import Condition
from sightline.definition.in_words import LIST
from sightline.definition.types import Partnership, RecordField

KNOWN = ("",)  # of which kind of record an entry is has been said already
WERE = {"harmed": "harmed", "missing": "missing", "accused": "accused", "context": "there or near"}
AGED = {"unborn": "of an unborn child", "adult": "of an adult"}
PLACES = {
    "childrens-home": "a children's home",
    "custody": "a custody suite",
    "online": "a place online",
    "public-transport": "a bus or train",
}
YES_NO = {
    ("queued", "yes"): "told to the front door",
    ("urgent", "yes"): "that cannot wait",
    ("goes-on", "yes"): "that goes on",
    ("goes-on", "no"): "that is over",
}


def entries(p: Partnership, tree: Condition, article: bool = True) -> list[str]:
    """The kinds of entry that a condition is about: several where it is one of several, else one."""
    if tree.any and not (tree.terms or tree.all or tree.none):
        return [entry(p, part, article=article) for part in tree.any]
    return [entry(p, tree, article=article)]


def entry(p: Partnership, tree: Condition, records: Sequence[str] = (), article: bool = True) -> str:
    """What an entry is of which this holds, in one line. `records`: of which kinds it is known to be already."""
    said, details = "", []
    own = tree.terms.get("record", ())
    if own:
        said = listed([one_record(p, id, article) for id in own])
    were = tree.terms.get("counts-as", ())
    if were:
        how = f"in which the child was {listed([WERE.get(one, one) for one in were])}"
        said = f"{said} {how}" if said else f"any event {how}"
    for name, values in tree.terms.items():
        if name not in ("record", "counts-as"):
            there = _with_any_field(p, tree) if name == "role" else _with_field(p, name, values)
            details.append(_term(p, name, values, own or records or there))
    if details:
        only = () if said or records else _one_with(p, tree)
        said = said or (
            listed([one_record(p, id, article) for id in only]) if only else "" if records else "any record"
        )
        said = f"{said} {' and '.join(details)}".strip()
    known = own or records or tuple(_with_any_field(p, tree)) or KNOWN
    for part in tree.all:
        said = f"{said}, {entry(p, part, known)}" if said else entry(p, part, article=article)
    if tree.any:
        each = [entry(p, part, known if said else ()) for part in tree.any]
        said = f"{said}, {listed(each)}" if said else listed(each)
    if tree.none:
        never = [entry(p, part, () if "record" in part.terms or part.any or part.all else known) for part in tree.none]
        said = f"{said or ('' if records else 'any record')}, but not {listed(never)}".removeprefix(", ")
    return said or ("" if records else "any record")


def _with_field(p: Partnership, name: str, values: Sequence[str]) -> tuple[str, ...]:
    """The kinds of record that have this field, and where it is a choice, one that knows these codes."""
    found = []
    for record in p.record.values():
        declared = record.fields.get(name)
        if declared is None:
            continue
        codes = p.codes.get(declared.of) if declared.kind in ("choice", "choices") else None
        if (
            codes is None
            and declared.kind in ("yes-no", "choice", "choices")
            or codes is not None
            and set(values) & set(codes.codes)
        ):
            found.append(record.id)
    return tuple(found)


def _one_with(p: Partnership, tree: Condition) -> tuple[str, ...]:
    """The only kind of record that has what is asked; none where several have it."""
    for name, values in tree.terms.items():
        if len(found := _with_field(p, name, values)) == 1:
            return found
    return ()


def _with_any_field(p: Partnership, tree: Condition) -> tuple[str, ...]:
    return next((found for name, values in tree.terms.items() if (found := _with_field(p, name, values))), ())


def one_record(p: Partnership, id: str, article: bool = True) -> str:
    """One record of a type, as it stands within a sentence: `an absence`, `a police incident`."""
    declared = p.record.get(id)
    if declared is None:
        return id
    said = declared.one or with_article(lower(declared.title))
    return said if article else re.sub(r"^an? ", "", said)


def field_title(p: Partnership, tree: Condition, field: str) -> str:
    """What a field of the records that a condition is about is called."""
    declared = _field(p, field, tuple(_records(tree)))
    return declared.title if declared else field


def _records(tree: Condition) -> Iterable[str]:
    yield from tree.terms.get("record", ())
    for part in (*tree.all, *tree.any):
        yield from _records(part)


def _field(p: Partnership, field: str, records: Sequence[str]) -> RecordField | None:
    some = [p.record[id] for id in records if id in p.record] or list(p.record.values())
    return next((record.fields[field] for record in some if field in record.fields), None)


def _term(p: Partnership, name: str, values: tuple[str, ...], records: Sequence[str]) -> str:
    """One thing that is asked of an entry besides its kind."""
    if len(values) == 1 and (name, values[0]) in YES_NO:
        return YES_NO[name, values[0]]
    if name == "role":
        some = [p.record[id] for id in records if id in p.record] or list(p.record.values())
        titles = [next((r.people[one].title for r in some if one in r.people), one) for one in values]
        return f"as {listed([f'“{lower(title)}”' for title in dict.fromkeys(titles)])}"
    if name == "aged":
        return listed([AGED.get(one) or f"of a child {one.replace('-', ' ', 1)}" for one in values]).replace("-", " ")
    if name in ("agency", "agency-kind"):
        return f"from {listed([_code(p, 'agency-kind', one) for one in values])}"
    if name == "place-kind":
        return f"at {listed([PLACES.get(one) or with_article(one) for one in values])}"
    if name == LIST:
        return f"whose words say that {listed([_code(p, LIST, one) for one in values])}"
    if name in ("lacks", "has"):
        parts = listed([f"“{_part(p, one)}”" for one in values])
        return f"without {parts}" if name == "lacks" else f"with {parts}"
    declared = _field(p, name, records)
    title = declared.title if declared else name
    if declared is not None and declared.kind in ("choice", "choices"):
        return f"with “{title}”: {listed([_code(p, declared.of, one, values) for one in values])}"
    if declared is not None and declared.kind == "yes-no":
        return f"that answers “{title}” with {listed(values)}"
    return f"with “{title}”: {listed(values)}"


def _part(p: Partnership, name: str) -> str:
    declared = _field(p, name, ())
    return declared.title if declared else name.replace("-", " ")


def _code(p: Partnership, of: str, code: str, among: Sequence[str] = ()) -> str:
    """A code's words. One field's list may not know a code that another list of the same field knows."""
    lists = [p.codes[of]] if of in p.codes else []
    for one in lists:
        if code in one.codes:
            return lower(one.codes[code].title)
    others = (one for one in p.codes.values() if among and set(among) <= set(one.codes))
    found = next(others, None)
    return lower(found.codes[code].title) if found else code


def with_article(name: str) -> str:
    return f"{'an' if name[:1] in 'aeiouA' else 'a'} {name}"


def lower(title: str) -> str:
    """A title as it stands within a sentence: GP, PPN and A&E stay as they are."""
    first = title.split(" ", 1)[0]
    return (
        title
        if len(first) > 1 and not first[1:].islower() and first[1:].upper() == first[1:]
        else title[:1].lower() + title[1:]
    )


def listed(words: Sequence[str], last: str = "or") -> str:
    if len(words) < 2:
        return words[0] if words else ""
    return f"{', '.join(words[:-1])} {last} {words[-1]}"
