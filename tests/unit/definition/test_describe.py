"""What is declared can be asked for and read."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from sightline.definition.describe import NotDeclared, describe
from sightline.definition.loader import read
from sightline.definition.reference import condition, pages
from sightline.definition.types import Condition, Partnership
from tests.unit.definition.world import EVERYTHING, write


@pytest.fixture(scope="module")
def overlaid(tmp_path_factory: pytest.TempPathFactory) -> Partnership:
    files = {
        "town/records/notice.yaml": "record: notice\nheadline: Local notice\nsent-by: {add: [school]}\n",
        "town/clocks/answer.yaml": "clock: answer\nwithdrawn: Not used here\n",
        "town/roles/notice.yaml": "role: notice\ntitle: Notice officer\nsource: local\n",
    }
    partnership, faults = read("town", write(tmp_path_factory.mktemp("overlaid"), **files))
    assert partnership is not None, faults
    return partnership


def lines(text: str) -> dict[str, str]:
    return {
        line.rsplit("  ", 1)[0].strip(): line.rsplit("  ", 1)[1] for line in text.splitlines() if "  " in line.strip()
    }


def test_each_value_stands_with_its_place(overlaid: Partnership) -> None:
    told = lines(describe(overlaid, "record/notice"))
    assert told["headline: Local notice"] == "town/records/notice.yaml:2"
    assert told["title: Notice"] == "land/records/notice.yaml:2"
    assert told["- police"] == "land/records/notice.yaml:4"
    assert told["- school"] == "town/records/notice.yaml:3"
    assert told["handling: restricted"] == "land/records/notice.yaml:7"


def test_a_name_that_two_kinds_share_shows_both(overlaid: Partnership) -> None:
    text = describe(overlaid, "notice")
    assert "record/notice\n" in text and "role/notice\n" in text


def test_what_is_withdrawn_says_why(overlaid: Partnership) -> None:
    assert "withdrawn: Not used here" in describe(overlaid, "answer")
    assert "town/clocks/answer.yaml:2" in describe(overlaid, "clock/answer")


@pytest.mark.parametrize(
    ("asked", "near"), [("notce", "record/notice"), ("record/notce", "record/notice"), ("recrd/notice", "'record'")]
)
def test_what_is_not_declared_names_the_nearest(overlaid: Partnership, asked: str, near: str) -> None:
    with pytest.raises(NotDeclared, match=near):
        describe(overlaid, asked)


def test_everything_can_be_described(town: Partnership) -> None:
    for name in (name for name in town.origins if "#" not in name):
        assert describe(town, name).startswith(name)


def test_reference_pages(town: Partnership) -> None:
    made = pages(town)
    assert sorted(made) == [
        f"town/{name}.md"
        for name in (
            "agencies",
            "clocks",
            "codes",
            "day-lists",
            "deciding",
            "disclosure",
            "feeds",
            "groups",
            "language",
            "matching",
            "messages",
            "queue",
            "records",
            "retention",
            "sets",
            "sharing",
            "signals",
            "storylines",
            "telling",
        )
    ]
    assert made == pages(town)
    records = made["town/records.md"]
    for words in (
        "## Notice",
        "An Act, 2004",
        "Reason (`reason`)",
        "[grade](codes.md#grade)",
        "The child's voice is missing",
    ):
        assert words in records
    assert "10 working days" in made["town/clocks.md"] and "Town Police" in made["town/agencies.md"]
    assert "You see this because" in made["town/sharing.md"] and "`WHY`" in made["town/feeds.md"]
    assert all(text.endswith("\n") and not text.endswith("\n\n") for text in made.values())


def test_a_condition_is_read_aloud() -> None:
    tree = Condition.model_validate(
        {"grade": ["red", "amber"], "none": [{"role": "witness"}], "any": [{"a": "b"}, {"c": "d"}]}
    )
    assert condition(tree) == "grade is red or amber and (a is b or c is d) and not (role is witness)"


def test_three_hundred_files_are_read_quickly(tmp_path: Path) -> None:
    files = dict(EVERYTHING)
    for index in range(300):
        files[f"land/records/notice-{index}.yaml"] = EVERYTHING["land/records/notice.yaml"].replace(
            "record: notice", f"record: notice-{index}"
        )
    write(tmp_path, files)
    begun = time.process_time()
    partnership, faults = read("town", tmp_path)
    taken = time.process_time() - begun
    assert partnership is not None, faults[:3]
    assert taken < 1.5
