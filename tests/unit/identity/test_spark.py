"""The same model gives the same people on Spark as on DuckDB. In a process of its own, with a Python that has pyspark."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.identity.spark_and_duckdb import SIZE

ROOT = Path(__file__).resolve().parents[3]
SCRIPT = Path(__file__).with_name("spark_and_duckdb.py")


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
        [_python(), str(SCRIPT), str(tmp_path), str(told)],
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
