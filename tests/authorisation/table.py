"""What is expected, read from the two tables beside the tests: `sight.yaml` and `doors.yaml`. Nothing of the product is read."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
import yaml

HERE = Path(__file__).parent
BY_NIGHT = pytest.mark.parametrize(  # a test of a part, and in `make nightly` of all of it
    "night", [pytest.param(False, id="a part"), pytest.param(True, id="all", marks=pytest.mark.nightly)]
)
LETTERS = {"F": "full", "h": "headline", "p": "pointer", "n": "name", ".": "nothing"}
ANYONE, SIGNED_IN = "anyone", "signed-in"


@cache
def sights() -> dict[tuple[str, str, str], str]:
    """What a role in a relation sees of a child of whom one record is held: {(role, relation, kind of case): letter}."""
    told = yaml.safe_load((HERE / "sight.yaml").read_text(encoding="utf-8"))
    found: dict[tuple[str, str, str], str] = {}
    for group in told["groups"]:
        for relations, row in group["sees"].items():
            assert len(row) == len(told["columns"]) and set(row) <= set(LETTERS), (group["who"], row)
            for role in group["who"]:
                for relation in relations.split():
                    for kind, letter in zip(told["columns"], row, strict=True):
                        assert (role, relation, kind) not in found, f"{role}, {relation}, {kind} stands there twice"
                        found[role, relation, kind] = letter
    return found


@cache
def doors() -> dict[str, dict[str, list[str]]]:
    return yaml.safe_load((HERE / "doors.yaml").read_text(encoding="utf-8"))


@cache
def door_of() -> dict[str, str]:
    """The door at which an address stands, by the address's name."""
    found: dict[str, str] = {}
    for door, told in doors().items():
        for name in told["addresses"]:
            assert name not in found, f"{name} stands at two doors"
            found[name] = door
    return found


def comes_in(role: str, name: str) -> bool:
    """Whether this role may come through the door of this address. One that stands at no door fails a test of its own."""
    door = door_of().get(name, "")
    return door in (ANYONE, SIGNED_IN) or (door != "" and role in doors()[door]["who"])


def at_night(request) -> bool:
    """Whether this run is `make nightly`, in which everything is looked at."""
    return request.config.option.markexpr == "nightly"
