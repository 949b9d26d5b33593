"""Everybody against everybody, and what follows for whoever is somebody else by it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from sightline.identity.everybody import Everybody
from sightline.identity.linkage import bulk
from sightline.identity.linkage.engine import Engine
from sightline.identity.linkage.model import Model
from sightline.identity.proposing import Moved, Pair, Progress, Proposed, propose
from sightline.identity.quality import automatic_joining
from sightline.jobs import moving
from sightline.jobs.due import owe

RUN = "link-everybody"


@dataclass(frozen=True, slots=True)
class Linked:
    """What a run found. `clusters`: people, by pairs of at least the weight at which two may join."""

    rows: int
    pairs: int
    scored: int
    clusters: int
    proposed: Proposed

    def as_dict(self) -> dict[str, Any]:
        p = self.proposed
        return {
            "rows": self.rows, "pairs": self.pairs, "scored": self.scored, "clusters": self.clusters, "there": p.there,
            "bands": dict(sorted(p.bands.items())), "why": dict(p.why.most_common()), "written": p.written, "moved": p.moved,
        }  # fmt: skip


def link_everybody(
    engine: Engine,
    model: Model,
    *,
    same: float,
    possible: float,
    keep: bool,
    automatic: bool = True,
    jobs: int = 0,
    progress: Progress = lambda *_: None,
) -> Linked:
    """Reads everybody, finds and scores candidates, and judges what stands nowhere yet; with `keep`, proposes it.

    Never undoes a person's decision. May be stopped and started again: what is written is passed over.
    """
    everybody = Everybody(purpose=RUN)
    for table in everybody.tables(progress, jobs=jobs):
        engine.take(table)
    if len(everybody) < 2:
        return Linked(len(everybody), 0, 0, len(everybody), Proposed())
    counts = bulk.link(engine, model, possible=possible, progress=progress)
    found = engine.arrow("SELECT one, other, bits FROM scored ORDER BY bits DESC, one, other")
    one, other, bits = (found[name].to_numpy() for name in ("one", "other", "bits"))
    strong = bits >= same
    people = len(set(bulk.clusters(len(everybody), one[strong], other[strong]).tolist()))
    proposed = propose(
        list(_pairs(everybody, found)),
        model,
        keep=keep,
        automatic=automatic and automatic_joining(),
        follow=_follow,
        progress=progress,
    )
    everybody.record(
        engine=engine.name, model=model.id, pairs=counts["pairs"], scored=counts["scored"],
        written=proposed.written, moved=proposed.moved,
    )  # fmt: skip
    return Linked(len(everybody), counts["pairs"], counts["scored"], people, proposed)


def _pairs(everybody: Everybody, found: pa.Table) -> Iterator[Pair]:
    for batch in found.to_batches():
        for a, b in zip(batch["one"].to_pylist(), batch["other"].to_pylist(), strict=True):
            yield everybody.identity(a), everybody.identity(b)


def _follow(moved: Moved) -> None:
    """The clocks of whoever they were and are, and whom to tell of what came lately."""
    people = {person for pair in moved.values() for person in pair}
    if people:
        persons = sorted(map(str, people))
        owe("clocks", {"persons": persons, "beside": persons})
        moving.follow(people, people)
