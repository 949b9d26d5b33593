"""A small city, made once."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sightline.simulation import Made, Wanted, simulate

CHILDREN = 2100  # three shards


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return simulate(Wanted(tmp_path_factory.mktemp("city"), children=CHILDREN, seed=7, jobs=1))


@pytest.fixture(scope="session")
def tenth(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """A tenth of the partnership, for two years."""
    return simulate(Wanted(tmp_path_factory.mktemp("tenth"), scale=0.1, years=2, seed=5))


def file(made: Made, start: str) -> Path:
    return next(path for path in made.files if path.name.startswith(start))


def rows(path: Path) -> Iterator[dict[str, Any]]:
    """The rows or objects of a file."""
    with path.open(encoding="utf-8", newline="") as stream:
        if path.suffix == ".csv":
            yield from csv.DictReader(stream)
        else:
            yield from map(json.loads, stream)


def truth(made: Made, name: str) -> list[dict[str, Any]]:
    """The lines of a file of the truth."""
    return list(rows(next(path for path in made.truth if path.name == name)))


@pytest.fixture(scope="session")
def people(made: Made) -> list[dict[str, Any]]:
    return list(rows(next(path for path in made.truth if path.name == "people.jsonl")))


@pytest.fixture(scope="session")
def events(made: Made) -> list[dict[str, Any]]:
    return list(rows(next(path for path in made.truth if path.name == "events.jsonl")))
