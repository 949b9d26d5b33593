"""Others that we are measured against live in an environment of their own: they need versions that we do not use.

`make bench` and `make nightly` make it (`.venv-bench`, from the hash-locked requirements-bench.txt) where it is needed.
It holds all that Sightline needs as well, so that what runs in it may import `sightline` and `benchmarks`.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PYTHON = ROOT / ".venv-bench" / "bin" / "python"


def python() -> Path:
    """The Python in which recordlinkage, tantivy and pyspark can be imported. Exits with a sentence where it is not made."""
    if not PYTHON.exists():
        raise SystemExit(
            "Others to measure against are not installed: `make bench BENCH=identity-accuracy` makes .venv-bench, once"
        )
    return PYTHON


def run(module: str, *arguments: str, environment: dict[str, str] | None = None) -> str:
    """Runs `python -m module arguments` among the others; what it printed. Its errors go to ours. Raises CalledProcessError."""
    done = subprocess.run(
        command(module, *arguments), env=surroundings(environment), stdout=subprocess.PIPE, text=True, check=True
    )
    return done.stdout


def command(module: str, *arguments: str) -> Sequence[str]:
    """The command, for whoever needs a process that stays (a server of queries, say)."""
    return [str(python()), "-m", module, *arguments]


def surroundings(extra: dict[str, str] | None = None) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1", **(extra or {})}
