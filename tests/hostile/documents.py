"""Hostile documents of JSON objects with others in them: what a reader that makes tables of them can be made to do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.hostile.corpus import hostile, written

NAME = "children-2025-06-30.json"


def child(number: object = 1, **more: Any) -> dict[str, Any]:
    return {
        "la_child_id": f"C-{number}",
        "mis_child_id": f"S-{number}",
        "child_details": {"first_name": "Jay", "surname": "Marsh", "date_of_birth": "2010-03-04", "purge": False},
        "social_care_episodes": [
            {"social_care_episode_id": f"E-{number}", "referral_date": "2025-01-13", "purge": False}
        ],
        "purge": False,
        **more,
    }


def document(folder: Path, value: Any, name: str = NAME) -> Path:
    return written(folder / name, value if isinstance(value, str | bytes) else json.dumps(value))


@hostile("too-deep|cut-short", good=2, waits=1)
def document_nested_100_000_deep(folder: Path) -> Path:
    return document(folder, f'[{json.dumps(child())}, {{"la_child_id": {"[" * 100_000}')


@hostile("not-an-object", good=2, waits=1)
def document_of_a_child_and_a_million_numbers(folder: Path) -> Path:
    return document(folder, "[" + json.dumps(child()) + ",1" * 1_000_000 + "]")


@hostile("names", good=None)
def document_with_an_object_of_100_000_names(folder: Path) -> Path:
    return document(folder, [child(**{f"name-{n}": n for n in range(100_000)})])


@hostile("kinds of objects", good=None)
def document_with_10_000_kinds_of_lists(folder: Path) -> Path:
    return document(folder, [child(**{f"list-{n}": [{"a": 1}] for n in range(10_000)})])


@hostile("not-json", good=2, waits=200)
def document_that_begins_a_child_100_000_times(folder: Path) -> Path:
    return document(folder, "[" + json.dumps(child()) + ', {"la_child_id": "C-2", "mis_child_id": ' * 50_000)


@hostile("cut-short", good=2, waits=1)
def document_cut_in_half(folder: Path) -> Path:
    whole = json.dumps([child(), child(2)])
    return document(folder, whole[: len(whole) * 3 // 4])


@hostile("duplicate-key", good=2, waits=1)
def document_with_a_child_who_has_two_numbers(folder: Path) -> Path:
    return document(
        folder, "[" + json.dumps(child()) + ',{"la_child_id": "C-2", "la_child_id": "C-3", "mis_child_id": "S"}]'
    )


@hostile("duplicate-key", good=3, waits=1)
def document_with_one_episode_under_two_children(folder: Path) -> Path:
    return document(folder, [child(1), {**child(2), "social_care_episodes": child(1)["social_care_episodes"]}])


@hostile("", good=2, waits=0)
def document_that_says_itself_what_stands_around(folder: Path) -> Path:
    """Who an episode is about is where it stands, whatever it says of it."""
    forged = {"social_care_episode_id": "E-1", "referral_date": "2025-01-13", "outer": {"la_child_id": "C-99"}}
    return document(folder, [{**child(1), "social_care_episodes": [forged]}])


@hostile("taken-back", good=1, waits=1)
def document_that_takes_an_episode_back(folder: Path) -> Path:
    value = child()
    value["social_care_episodes"][0]["purge"] = True
    return document(folder, [value])


@hostile("turn or hide|", good=2, waits=0)
def document_in_utf_16(folder: Path) -> Path:
    return document(folder, b"\xff\xfe" + json.dumps([child()], indent=1).encode("utf-16-le"))


@hostile("UTF-16 or binary|nul|no feed")
def document_of_noughts(folder: Path) -> Path:
    return document(folder, b"[{" + bytes(1_000_000))
