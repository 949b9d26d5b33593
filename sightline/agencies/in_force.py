"""The definition in force: what stands in files, and what workers have added to it since (mapped feeds).

Every process notices an addition by itself: at most every `LOOK_AGAIN` seconds one small query asks what is declared.
Files win: once the YAML of a declared feed stands under `definitions/`, the file is what counts. A declared version of a
signal's rule stands in place of the file's as long as its `version` is the higher one. What no longer fits the files (a
record type was renamed) is left out and logged, and stops nothing else.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from django.db import DatabaseError, connection
from django.db.models import Q
from pydantic import ValidationError

from sightline.agencies.models import Declared
from sightline.definition.check_feeds import check_feed
from sightline.definition.check_signals import check_signal
from sightline.definition.faults import Faults
from sightline.definition.loader import KNOWN_FORMATS
from sightline.definition.types import KINDS, Feed, Partnership, Signal, Thing
from sightline.definition.versions import fingerprint

log = logging.getLogger(__name__)

LOOK_AGAIN = 2.0  # seconds
ORIGIN = "declared"  # where a thing comes from that stands in no file: `declared/2026-11-22:1`
Row = tuple[str, str, dict[str, Any], str]  # kind, id, body, day


class _Known(NamedTuple):
    looked: float
    marks: tuple[str, ...]
    whole: Partnership


_known: dict[tuple[str, str], _Known] = {}
_lock = threading.Lock()


def in_force(files: Partnership) -> Partnership:
    """The files' definition with what is declared besides. Where the database cannot be asked: as it was last known.

    `as_it_stands` asks anew, as the caller's transaction sees it, and remembers nothing.
    """
    place = (str(connection.settings_dict.get("NAME")) + str(connection.settings_dict.get("PORT")), files.hash)
    known = _known.get(place)
    moment = time.monotonic()
    if known is not None and moment - known.looked < LOOK_AGAIN:
        return known.whole
    try:
        marks = _marks()
        if known is not None and known.marks == marks:
            whole = known.whole
        else:
            whole = composed(files, _rows(marks)) if marks else files
    except (DatabaseError, RuntimeError):  # no tables yet, or nobody may ask here: files alone are a definition too
        return known.whole if known is not None else files
    with _lock:
        if len(_known) > 32:  # tests go through many databases
            _known.clear()
        _known[place] = _Known(moment, marks, whole)
    return whole


def as_it_stands(files: Partnership) -> Partnership:
    """See `in_force`: for who is about to change it."""
    return composed(files, _rows(_marks()))


def at_moment(files: Partnership, kind: str, moment: datetime) -> Partnership:
    """The files with what was declared of this kind at a moment of the past. Two queries; one where nothing ever was."""
    then = Q(ended_at=None) | Q(ended_at__gt=moment)
    marks = Declared.objects.filter(then, kind=kind, at__lte=moment).order_by("id").values_list("id", flat=True)
    return composed(files, _rows(tuple(str(id) for id in marks)))


def forget() -> None:
    """Asks anew at the next `in_force`: something was declared or ended here."""
    with _lock:
        _known.clear()


def composed(files: Partnership, rows: Iterable[Row]) -> Partnership:
    """The definition with these things added, and its own hash."""
    kinds: dict[str, dict[str, Any]] = {}
    origins: dict[str, str] = {}
    for kind, name, body, day in rows:
        model = KINDS[kind][1]
        file = getattr(files, kind).get(name)
        if file is not None and kind != "signal":
            continue
        try:
            thing = model.model_validate(body)
        except ValidationError:
            log.error("a declared thing no longer has the shape of its kind, and is left out")
            continue
        if isinstance(thing, Signal) and isinstance(file, Signal) and file.version >= thing.version:
            continue  # the files have caught up with what was declared
        if _faults(thing, files):
            log.error("a declared thing no longer fits the definition, and is left out")
            continue
        kinds.setdefault(kind, {**getattr(files, kind)})[name] = thing
        origins[f"{kind}/{name}"] = f"{ORIGIN}/{day}:1"
    if not kinds:
        return files
    whole = files.model_copy(update={**kinds, "origins": {**files.origins, **origins}})
    return whole.model_copy(update={"hash": fingerprint(whole)})


def _marks() -> tuple[str, ...]:
    return tuple(str(id) for id in Declared.objects.filter(ended_at=None).order_by("id").values_list("id", flat=True))


def _rows(marks: tuple[str, ...]) -> list[Row]:
    rows = Declared.objects.filter(id__in=marks).order_by("at", "id").values_list("kind", "name", "body", "at")
    return [(kind, name, body, at.date().isoformat()) for kind, name, body, at in rows]


def _faults(thing: Thing, files: Partnership) -> bool:
    known = {kind: set(getattr(files, kind)) for kind in KINDS if kind != "partnership"}
    faults = Faults(files, known)
    if isinstance(thing, Feed):
        check_feed(faults, f"feed/{thing.id}", thing, KNOWN_FORMATS)
    elif isinstance(thing, Signal):
        known["signal"].add(thing.id)
        check_signal(faults, f"signal/{thing.id}", thing)
    return bool(faults.found)
