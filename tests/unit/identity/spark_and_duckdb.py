"""Links the same people on DuckDB and on Spark with one model, and writes what came of each: run by `test_spark.py`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np

from benchmarks import identity_rows
from sightline.identity.linkage import bulk
from sightline.identity.linkage.columns import table
from sightline.identity.linkage.engine import opened
from sightline.identity.linkage.model import by_hand

SIZE = 10_000


def tell(place: Path, told: Path) -> None:

    rows = table([identity_rows.likeness(row) for row in identity_rows.rows(identity_rows.parquet(SIZE, place))])
    model, found = by_hand(), {}
    for name in ("duckdb", "spark"):
        with opened(name) as engine:
            engine.take(rows)
            counts = bulk.link(engine, model, possible=model.thresholds["possible"])
            pairs = engine.arrow("SELECT one, other, bits FROM scored ORDER BY one, other")
        one, other, bits = (pairs[column].to_numpy() for column in ("one", "other", "bits"))
        same = bits >= model.thresholds["same"]
        clusters = bulk.clusters(SIZE, one[same], other[same])
        found[name] = {
            "counts": counts, "pairs": [list(pair.values()) for pair in pairs.to_pylist()],
            "clusters": clusters.tolist(), "people": len(np.unique(clusters)),
        }  # fmt: skip
    told.write_text(json.dumps(found))


if __name__ == "__main__":
    tell(Path(sys.argv[1]), Path(sys.argv[2]))
