"""The same model gives the same people on Spark as on DuckDB. In a process of its own, with a Python that has pyspark."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
SIZE = 10_000


def _python() -> str:
    """A Python with pyspark: this one, or the one that benches measure others with. Skips, saying what to do."""
    if importlib.util.find_spec("pyspark"):
        return sys.executable
    bench = ROOT / ".venv-bench"
    if list(bench.glob("lib/*/site-packages/pyspark")):
        return str(bench / "bin" / "python")
    pytest.skip(
        "pyspark is not installed here, so Spark was not tried: `make setup-spark` installs it (it needs Java 17)"
    )


@pytest.mark.nightly
def test_spark_finds_the_same_people_as_duckdb(tmp_path: Path) -> None:
    told = tmp_path / "told.json"
    subprocess.run(
        [_python(), __file__, str(tmp_path), str(told)],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        check=True,
    )
    duck, spark = (json.loads(told.read_text())[name] for name in ("duckdb", "spark"))
    assert len(duck["pairs"]) > SIZE / 2 and duck["people"] < SIZE * 0.7
    assert spark["counts"] == duck["counts"]
    assert [pair[:2] for pair in spark["pairs"]] == [pair[:2] for pair in duck["pairs"]]
    assert all(abs(a[2] - b[2]) < 1e-6 for a, b in zip(duck["pairs"], spark["pairs"], strict=True))
    assert spark["clusters"] == duck["clusters"]


def test_where_spark_is_missing_a_sentence_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    from sightline.identity.linkage.engine import Unavailable, opened

    monkeypatch.setitem(sys.modules, "pyspark", None)
    monkeypatch.setitem(sys.modules, "pyspark.sql", None)
    with pytest.raises(Unavailable, match="make setup-spark"), opened("spark"):
        pass


def _tell(place: Path, told: Path) -> None:
    import numpy as np

    from benchmarks import identity_rows
    from sightline.identity.linkage import bulk
    from sightline.identity.linkage.columns import table
    from sightline.identity.linkage.engine import opened
    from sightline.identity.linkage.model import by_hand

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
    _tell(Path(sys.argv[1]), Path(sys.argv[2]))
