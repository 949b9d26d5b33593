"""Versions of a definition: its hash, its bundle, and values that change with time.

A bundle is canonical JSON of everything declared, merged: the same bytes, and so the same hash, on every machine.
Where a value came from is not part of it. What a declaration leaves to the model's default stays out, so that a
default is part of the model's contract: never change one; give the key a new name, or raise `FORMAT` and write the
step that brings an older bundle up to date. An old bundle always loads.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from hashlib import sha256
from typing import Any, TypeVar

from pydantic import ValidationError

from sightline.definition.types import KINDS, NOT_IN_BUNDLE, Dated, Limit, Model, Partnership, PartnershipInfo

FORMAT = 1

# From each older format to the next: a function from the whole bundle to the whole bundle.
STEPS: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {}

Value = TypeVar("Value", Dated, Limit)
M = TypeVar("M", bound=Model)


def bundle(partnership: Partnership) -> bytes:
    """The merged definition as canonical JSON: sorted keys, no spaces, UTF-8."""
    things = {
        kind: {id: _dump(thing) for id, thing in getattr(partnership, kind).items()}
        for kind in KINDS
        if kind != "partnership" and kind not in NOT_IN_BUNDLE
    }
    whole = {
        "format": FORMAT,
        "partnership": partnership.id,
        "info": _dump(partnership.info),
        "things": {kind: these for kind, these in things.items() if these},
        "withdrawn": dict(partnership.withdrawn),
    }
    return json.dumps(whole, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def fingerprint(partnership: Partnership) -> str:
    """SHA-256 of the bundle, in hexadecimal."""
    return sha256(bundle(partnership)).hexdigest()


def from_bundle(data: bytes) -> Partnership:
    """The partnership as it was when the bundle was made; its hash is that of the bundle's own bytes.

    Older formats are brought up to date; keys and kinds that are no longer known are left out. Raises ValueError when
    the bytes are not a bundle, or are of a later format than this code knows.
    """
    whole = json.loads(data)
    if not isinstance(whole, dict) or "format" not in whole:
        raise ValueError("not a bundle of a definition: `format` is missing")
    if whole["format"] > FORMAT:
        raise ValueError(f"a bundle of format {whole['format']}; this version knows up to {FORMAT}")
    while whole["format"] < FORMAT:
        whole = STEPS[whole["format"]](whole)
    info = _tolerant(PartnershipInfo, whole["info"])
    kinds: dict[str, Any] = {
        kind: {id: _tolerant(model, thing) for id, thing in whole["things"].get(kind, {}).items()}
        for kind, (_, model) in KINDS.items()
        if kind != "partnership"
    }
    return Partnership.model_construct(
        id=whole["partnership"],
        hash=sha256(data).hexdigest(),
        info=info,
        origins={},
        withdrawn=whole.get("withdrawn", {}),
        **kinds,
    )


def as_of(values: Iterable[Value], day: date, facts: Mapping[str, Any] | None = None) -> Value | None:
    """The value that holds on the day: the newest that has begun; None before the first.

    Of values from the same day the first listed counts. A value with a condition (`when`) counts only where the facts
    satisfy it; without facts, conditions never hold.
    """
    begun = sorted((v for v in values if v.from_ <= day), key=lambda v: v.from_, reverse=True)
    for value in begun:
        when = getattr(value, "when", None)
        if when is None or when.holds(dict(facts or {})):
            return value
    return None


def _dump(thing: Model) -> dict[str, Any]:
    return thing.model_dump(mode="json", by_alias=True, exclude_unset=True)


def _tolerant(model: type[M], data: dict[str, Any]) -> M:
    """The thing, leaving out keys that the model no longer knows."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        unknown = [e["loc"] for e in error.errors() if e["type"] == "extra_forbidden"]
        if not unknown:
            raise
        for loc in unknown:
            _drop(data, loc)
        return _tolerant(model, data)


def _drop(data: Any, loc: tuple[str | int, ...]) -> None:
    """Takes away the key at the location; steps that are not in the data (branches of unions) are passed over."""
    for step in loc[:-1]:
        if isinstance(data, dict) and step in data:
            data = data[step]
        elif isinstance(data, list) and isinstance(step, int):
            data = data[step]
    if isinstance(data, dict):
        data.pop(loc[-1], None)
