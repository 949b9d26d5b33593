"""Which model is in force, and how another comes to be: trained by somebody, published by somebody else.

A partnership that has published none scores with the model that ships with England's definition. What has been
published is in force in every process within seconds, and nothing is lost: models and publications are only added.
"""

from __future__ import annotations

import json
import threading
import time
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

from django.db import DatabaseError, connection, transaction

from sightline.agencies.one_person import same_person
from sightline.agencies.two_people import record, require
from sightline.agencies.types import Actor
from sightline.definition.loader import default_root
from sightline.definition.outcomes import Conflict, Decision, Invalid, Missing, Refused
from sightline.definition.types import Fault
from sightline.identity.linkage.model import Model, by_hand
from sightline.identity.linkage.models import PublishedModel, TrainedModel
from sightline.timescales.moment import now

TRAIN, PUBLISH = "train-matching", "publish-matching"
LOOK_AGAIN = 2.0  # seconds
SHORTEST_REASON = 10
SHIPPED = "shipped"  # how the model that comes with the definition is named where a model is asked for


@dataclass(frozen=True, slots=True)
class Trained:
    """A model that was trained here, and what became of it. `state`: proposal | in-force | before."""

    model: Model
    made_at: datetime
    by: str
    state: str
    published_at: datetime | None = None
    published_by: str = ""
    because: str = ""


class _Known(NamedTuple):
    looked: float
    id: str
    model: Model


_known: dict[str, _Known] = {}
_lock = threading.Lock()


def shipped_path() -> Path:
    return default_root() / "england" / "matching" / "model.json"


@lru_cache(maxsize=4)
def _read(path: str, changed: int) -> Model:
    return Model.from_dict(json.loads(Path(path).read_text(encoding="utf-8")))


def shipped_model() -> Model:
    """The model that comes with England's definition: trained on an invented partnership. Raises Untrained."""
    path = shipped_path()
    if not path.is_file():
        return by_hand()
    return _read(str(path), path.stat().st_mtime_ns)


def current_model() -> Model:
    """The model in force: what this partnership last published, else the shipped one.

    Another process's publication is noticed within `LOOK_AGAIN` seconds. Where the database cannot be asked: as it was
    last known.
    """
    place = str(connection.settings_dict.get("NAME")) + str(connection.settings_dict.get("PORT"))
    known, moment = _known.get(place), time.monotonic()
    if known is not None and moment - known.looked < LOOK_AGAIN:
        return known.model
    try:
        asked = PublishedModel.objects.order_by("-at", "-id").values_list("model", flat=True).first() or ""
        model = (
            known.model if known is not None and known.id == asked else (_stored(asked) if asked else shipped_model())
        )
    except (DatabaseError, RuntimeError):  # no tables yet, or nobody may ask here: what ships is a model too
        return known.model if known is not None else shipped_model()
    with _lock:
        if len(_known) > 32:  # tests go through many databases
            _known.clear()
        _known[place] = _Known(moment, asked, model)
    return model


def forget() -> None:
    """Asks anew at the next `current_model`: something was published here."""
    with _lock:
        _known.clear()


def _stored(id: str) -> Model:
    body = TrainedModel.objects.filter(id=id).values_list("body", flat=True).first()
    if body is None:
        raise Missing
    return Model.from_dict(json.loads(zlib.decompress(bytes(body))))


def model_of(id: str) -> Model:
    """A model by its id, or by the beginning of it that no other has; `shipped` too. Raises Missing."""
    if id == SHIPPED or len(id) >= 6 and shipped_model().id.startswith(id):
        return shipped_model()
    found = (
        list(TrainedModel.objects.filter(id__startswith=id).values_list("id", flat=True)[:2]) if len(id) >= 6 else []
    )
    if len(found) != 1:
        raise Missing
    return _stored(found[0])


def models() -> list[Trained]:
    """Everything that was trained here, newest first. The shipped model is not among them."""
    last: dict[str, PublishedModel] = {}
    in_force = ""
    for row in PublishedModel.objects.order_by("at", "id"):
        last[row.model], in_force = row, row.model
    found = []
    for row in TrainedModel.objects.order_by("-made_at", "id"):
        said = last.get(row.id)
        state = "proposal" if said is None else "in-force" if row.id == in_force else "before"
        model = Model.from_dict(json.loads(zlib.decompress(bytes(row.body))))
        when = (said.at, said.by, said.because) if said else (None, "", "")
        found.append(Trained(model, row.made_at, row.by, state, *when))
    return found


@transaction.atomic
def propose(*, model: Mapping[str, Any], by: Actor) -> str:
    """Keeps a trained model as a proposal: it scores nothing yet. Returns its id. Raises Untrained."""
    require(by, TRAIN)
    made = Model.from_dict(model)
    body = zlib.compress(json.dumps(model, ensure_ascii=False, sort_keys=True).encode())
    _, new = TrainedModel.objects.get_or_create(id=made.id, defaults={"body": body, "made_at": now(), "by": by.id})
    if new:
        record("propose-matching-model", by, model=made.id)
    return made.id


@transaction.atomic
def publish(*, model: str, because: str, by: Actor) -> str:
    """Puts a trained model, or `shipped`, in force. Never by who had it trained. Returns its id.

    What was scored before keeps its score and the id of the model that gave it; the next scoring is by this one.
    """
    require(by, PUBLISH)
    if len(because.strip()) < SHORTEST_REASON:
        raise Invalid([Fault(path="because", expected=f"why, in at least {SHORTEST_REASON} characters", code="needed")])
    found = model_of(model)
    trained = TrainedModel.objects.filter(id=found.id).values_list("by", flat=True).first()
    if by.machine or trained and same_person(by.id, trained):
        sentence = "You had this model trained yourself: somebody else must decide whether it scores."
        raise Refused(Decision(False, "second-person-needed", sentence))
    id = found.id if trained is not None else ""
    last = PublishedModel.objects.select_for_update().order_by("-at", "-id").values_list("model", flat=True).first()
    if (last or "") == id:
        raise Conflict("This model is in force already. Nothing was changed.")
    PublishedModel.objects.create(id=uuid4(), model=id, at=now(), by=by.id, because=because.strip()[:400])
    record("publish-matching-model", by, model=found.id, before=last or SHIPPED)
    transaction.on_commit(forget)
    return found.id
