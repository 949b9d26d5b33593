"""A feed's declaration as YAML, and back: what a page makes is what stands under `definitions/`. Pure.

feed, faults = from_yaml(text, "club.yaml", partnership)    every fault at once, with its line
text = to_yaml(feed)                                        the file, ready to be put under definitions/
feed = with_example(feed, partnership)                      a worked example made of invented values
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any

import yaml
from pydantic import ValidationError

from sightline.definition.check_feeds import check_feed
from sightline.definition.declaration import of_text
from sightline.definition.faults import Faults
from sightline.definition.types import KINDS, Column, Fault, Feed, Partnership, RecordType
from sightline.intake.columns import columns_of
from sightline.intake.mapping import Mapper, Row
from sightline.intake.readers import KNOWN_FORMATS
from sightline.intake.rules import run_example
from sightline.intake.types import Notification

AT = datetime(2025, 1, 10, 21, 40)  # when every invented thing happened
BORN = datetime(2010, 3, 4)
INVENTED = {  # by part of a person: nobody real
    "local_id": "N4471",
    "given": "Jaye",
    "family": "Marsh",
    "sex": "male",
    "nhs_number": "9990000018",
    "upn": "H801200001001",
    "address": "1 Invented Row",
    "postcode": "LS14 6AA",
    "phone": "0113 496 0000",
    "email": "jaye@example.org",
    "school": "A school",
    "language": "English",
    "ethnicity": "WBRI",
}


def from_yaml(text: str | bytes, file: str, partnership: Partnership) -> tuple[Feed | None, list[Fault]]:
    """The feed that a YAML file declares, and every fault; None where there is any. Examples are not asked for."""
    feed, _, faults = of_text(text, file, "feed")
    if feed is None:
        return None, faults
    found = faults_of(feed, partnership)
    faults += [fault.model_copy(update={"file": file, "line": fault.line or 1}) for fault in found]
    return (None if faults else feed), faults


def faults_of(feed: Feed, partnership: Partnership) -> list[Fault]:
    """What keeps the feed from being part of this partnership: references, roles, fields, codes, dates."""
    known = {kind: set(getattr(partnership, kind)) for kind in KINDS if kind != "partnership"}
    faults = Faults(partnership, known)
    check_feed(faults, f"feed/{feed.id}", feed, KNOWN_FORMATS)
    return faults.found


def from_bundle(body: Mapping[str, Any], partnership: Partnership) -> Feed | None:
    """The feed as it was kept; None where the definition has moved on and it no longer fits."""
    try:
        feed = Feed.model_validate(dict(body))
    except ValidationError:
        return None
    return None if faults_of(feed, partnership) else feed


def as_kept(feed: Feed) -> dict[str, Any]:
    """The feed as JSON values: what `from_bundle` reads, and what stands in the partnership's bundle."""
    return feed.model_dump(mode="json", by_alias=True, exclude_defaults=True) | {
        "id": feed.id,
        "title": feed.title,
        "source": feed.source,
    }


# --- YAML ---------------------------------------------------------------------------------------------


class _Dumper(yaml.SafeDumper):
    """Texts that YAML would read as something else are quoted; keys stay in their order."""


def to_yaml(feed: Feed) -> str:
    """The declaration as it would stand under `definitions/PARTNERSHIP/feeds/ID.yaml`."""
    body = {key: value for key, value in as_kept(feed).items() if key != "id"}
    order = ["title", "source", "note", "from", "until", "agency", "agency-column", "format", "encoding", "delimiter"]
    order += ["recognised-by", "file-names", "every", "whole-state", "mapping", "examples"]
    known = {key: body[key] for key in order if key in body}
    whole = {"feed": feed.id, **known, **{key: value for key, value in body.items() if key not in known}}
    if "mapping" in whole:
        whole["mapping"] = _shortened(whole["mapping"])
    return yaml.dump(whole, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120, default_flow_style=None)


def _shortened(value: Any) -> Any:
    """`{from: [X]}` is written `X`, as a person would."""
    if isinstance(value, list):
        return [_shortened(one) for one in value]
    if not isinstance(value, dict):
        return value
    if set(value) == {"from"} and isinstance(value["from"], list):
        return value["from"][0] if len(value["from"]) == 1 else value["from"]
    out = {key: _shortened(one) for key, one in value.items()}
    if "from" in value and isinstance(value["from"], list) and len(value["from"]) == 1:
        out["from"] = value["from"][0]
    return out


# --- a worked example ---------------------------------------------------------------------------------


def with_example(feed: Feed, partnership: Partnership) -> Feed:
    """The feed with one example that runs, of invented values: never of what a supplier sent."""
    given = invented_row(feed, partnership)
    made = Mapper(partnership, feed).group([Row("row 1", b"", given)])
    if not made or not isinstance(made[0], Notification):
        return feed
    became = made[0]
    becomes: dict[str, Any] = {"record": became.record, "message-id": became.message_id, "happened": became.happened}
    if became.fields:
        becomes["fields"] = dict(became.fields)
    example = {"given": given, "becomes": becomes, "because": "invented, so that a change of this mapping is noticed"}
    whole = feed.model_copy(update={"examples": (example,)})
    return whole if run_example(partnership, whole, example) is None else feed


def invented_row(feed: Feed, partnership: Partnership) -> dict[str, str]:
    """One row with something in every column that the mapping reads."""
    row: dict[str, str] = {}
    mapping = feed.mapping
    if mapping is None:
        return row
    made = [r for r in (mapping.record.is_, *mapping.record.codes.values()) if r in partnership.record]
    record = partnership.record[made[0]] if made else None
    _put(row, mapping.record, record.id if record else "")
    _dated(row, mapping.happened, AT)
    for column in (mapping.until, mapping.sent):
        if column is not None:
            _dated(row, column, AT)
    for n, person in enumerate(mapping.people):
        role = next((r for r in (record.people if record else ()) if r), "")
        _put(row, person.role, role)
        for part in ("born", "expected"):
            column = getattr(person, part)
            if column is not None and (part == "born" or person.born is None):
                _dated(row, column, BORN)
        for part, text in INVENTED.items():
            column = getattr(person, part)
            if column is not None:
                _put(row, column, f"{text}{n or ''}" if part in ("local_id",) else text)
        if person.when:
            row.setdefault(person.when, "yes")
    for name, column in mapping.fields.items():
        _field(row, column, record, name, partnership)
    _put(row, mapping.message_id, "EX-1001")
    for column in (mapping.says, mapping.place):
        if column is not None:
            _put(row, column, "An invented example")
    if mapping.place_postcode is not None:
        _put(row, mapping.place_postcode, "LS14 6AA")
    if mapping.version is not None:
        _dated(row, mapping.version, AT) if mapping.version.date else _put(row, mapping.version, "1")
    return {name: text for name, text in row.items() if text}


def _put(row: dict[str, str], column: Column, text: str) -> None:
    """Writes ours as the supplier would, in the first column that the value stands in."""
    if column.from_ and not any(name in row for name in column.from_[:1]):
        theirs = {ours: code for code, ours in reversed(column.codes.items())}
        row[column.from_[0]] = theirs.get(text) or (next(iter(column.codes)) if column.codes else text)


def _dated(row: dict[str, str], column: Column, when: datetime) -> None:
    form = (column.date or "%Y-%m-%d").split(" | ")[0]
    text = when.strftime(form)
    if column.join and len(column.from_) > 1:
        for name, part in zip(column.from_, text.split(column.join, len(column.from_) - 1), strict=False):
            row.setdefault(name, part)
    elif column.from_:
        row.setdefault(column.from_[0], text)


def _field(row: dict[str, str], column: Column, record: RecordType | None, name: str, partnership: Partnership) -> None:
    declared = record.fields.get(name) if record else None
    kind = declared.kind if declared else "line"
    if kind in ("date", "datetime"):
        _dated(row, column, AT)
    elif kind == "yes-no":
        _put(row, column, "yes")
    elif kind == "number":
        _put(row, column, "1")
    elif kind in ("choice", "choices") and declared is not None:
        codes = partnership.codes.get(declared.of)
        _put(row, column, next(iter(codes.codes), "") if codes else "")
    elif kind == "phone":
        _put(row, column, INVENTED["phone"])
    else:
        _put(row, column, "An invented example")


def also_recognised(feed: Feed, names: Mapping[str, Feed]) -> list[str]:
    """Feeds that would claim this feed's files as well, or before it: their columns are all among its own."""
    mine = set(columns_of(feed)[0])
    found = []
    for other in names.values():
        if other.id != feed.id and other.format == feed.format and other.recognised_by:
            with suppress(TypeError):
                if set(other.recognised_by) <= mine and len(other.recognised_by) >= len(feed.recognised_by):
                    found.append(other.id)
    return found
