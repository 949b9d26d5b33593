"""An overlay changes only what it names, and every value remembers where it came from."""

from __future__ import annotations

from pathlib import Path

import pytest

from sightline.definition.loader import Unsound, forget, load, names, read
from sightline.definition.types import Fault, Partnership
from tests.unit.definition.world import write

NOTICE = "town/records/notice.yaml"


def sound(root: Path, **files: str) -> Partnership:
    partnership, faults = read("town", write(root, **files))
    assert partnership is not None, [str(fault) for fault in faults]
    return partnership


def faults_of(root: Path, **files: str) -> list[Fault]:
    partnership, faults = read("town", write(root, **files))
    assert partnership is None
    return faults


def test_only_the_keys_given_change(tmp_path: Path) -> None:
    overlay = (
        "record: notice\nheadline: Local notice\nfields:\n  voice: {hint: In their words}\n  extra: {title: Extra}\n"
    )
    notice = sound(tmp_path, **{NOTICE: overlay}).record["notice"]
    assert notice.headline == "Local notice"
    assert notice.title == "Notice"
    assert (notice.fields["voice"].title, notice.fields["voice"].hint) == ("Voice of the child", "In their words")
    assert list(notice.fields)[0] == "grade" and list(notice.fields)[-1] == "extra"


def test_the_base_stays_as_it_was(tmp_path: Path) -> None:
    sound(tmp_path, **{NOTICE: "record: notice\nheadline: Local notice\n"})
    land, _ = read("land", tmp_path)
    assert land is not None and land.record["notice"].headline.startswith("{grade}")
    assert land.agency == {}


def test_every_value_knows_where_it_came_from(tmp_path: Path) -> None:
    overlay = "record: notice\n\nheadline: Local notice\nsent-by: {add: [school]}\nfields:\n  voice: {hint: Theirs}\n"
    origins = sound(tmp_path, **{NOTICE: overlay}).origins
    assert origins["record/notice#headline"] == "town/records/notice.yaml:3"
    assert origins["record/notice#title"] == "land/records/notice.yaml:2"
    assert origins["record/notice#fields.voice.hint"] == "town/records/notice.yaml:6"
    assert origins["record/notice#fields.voice.title"] == "land/records/notice.yaml:11"
    assert origins["record/notice#sent-by.1"] == "land/records/notice.yaml:4"
    assert origins["record/notice#sent-by.2"] == "town/records/notice.yaml:4"
    assert origins["partnership/town#over"] == "town/partnership.yaml:4"


def test_a_list_is_changed_by_adding_and_removing(tmp_path: Path) -> None:
    overlay = """\
record: notice
sent-by: {add: [school, police], remove: [health]}
good-when:
  remove: [{part: ethnicity}]
  add: [{part: grade, says: Grade it}]
examples: {instead: [{given: {reason: Alone}, missing: [voice, grade]}]}
"""
    notice = sound(tmp_path, **{NOTICE: overlay}).record["notice"]
    assert notice.sent_by == ("police", "school")
    assert [wanted.part for wanted in notice.good_when] == ["voice", "reason", "grade"]
    assert len(notice.examples) == 1


@pytest.mark.parametrize("value", ["[school]", "school"])
def test_silently_replacing_a_list_is_a_fault_that_says_how(tmp_path: Path, value: str) -> None:
    (fault,) = faults_of(tmp_path, **{NOTICE: f"record: notice\nsent-by: {value}\n"})
    assert (fault.file, fault.line, fault.code) == ("town/records/notice.yaml", 2, "replaced-list")
    assert "{add: [...], remove: [...]}" in fault.expected


def test_replacing_examples_says_instead(tmp_path: Path) -> None:
    (fault,) = faults_of(tmp_path, **{NOTICE: "record: notice\nexamples:\n  - {given: {}}\n"})
    assert "instead" in fault.expected


def test_removing_what_is_not_there_names_the_nearest(tmp_path: Path) -> None:
    (fault,) = faults_of(tmp_path, **{NOTICE: "record: notice\nsent-by: {remove: [heath]}\n"})
    assert (fault.found, fault.nearest, fault.line) == ("heath", "health", 2)


def test_a_dated_value_that_is_added_counts_before_the_base_of_the_same_day(tmp_path: Path) -> None:
    overlay = "clock: answer\nlimit:\n  add: [{from: 2010-04-01, is: 20 working days, source: Local}]\n"
    limits = sound(tmp_path, **{"town/clocks/answer.yaml": overlay}).clock["answer"].limit
    assert [limit.is_ for limit in limits][:2] == ["20 working days", "15 working days"]


def test_what_is_withdrawn_is_gone_and_says_why(tmp_path: Path) -> None:
    files = {
        "town/clocks/answer.yaml": "clock: answer\nwithdrawn: Not used here\n",
        NOTICE: "record: notice\nfields:\n  times: {withdrawn: Nobody counts}\n",
    }
    town = sound(tmp_path, **files)
    assert "answer" not in town.clock and town.withdrawn == {"clock/answer": "Not used here"}
    assert town.origins["clock/answer#withdrawn"] == "town/clocks/answer.yaml:2"
    assert "times" not in town.record["notice"].fields


def test_withdrawing_needs_a_reason_and_something_to_withdraw(tmp_path: Path) -> None:
    files = {
        "town/clocks/answer.yaml": "clock: answer\nwithdrawn:\n",
        "town/clocks/anser.yaml": "clock: anser\nwithdrawn: Not used\n",
        NOTICE: "record: notice\nfields:\n  tims: {withdrawn: Nobody counts}\n",
    }
    near = {(fault.file, fault.line): fault.nearest for fault in faults_of(tmp_path, **files)}
    assert near[("town/clocks/answer.yaml", 2)] == ""
    assert ("town/clocks/anser.yaml", 2) in near
    assert near[(NOTICE, 3)] == "times"


def test_short_and_long_codes_merge(tmp_path: Path) -> None:
    overlay = "codes: grade\ncodes:\n  red: {old: [R]}\n  amber: Orange\n  black: {title: Black, local: yes}\n"
    grade = sound(tmp_path, **{"town/codes/grade.yaml": overlay}).codes["grade"]
    assert (grade.codes["red"].title, grade.codes["red"].old) == ("Red", ("R",))
    assert (grade.codes["amber"].title, grade.codes["amber"].old) == ("Orange", ("A", "orange"))
    assert grade.codes["black"].local


def test_a_circle_of_bases_is_a_fault(tmp_path: Path) -> None:
    land = "partnership: land\ntitle: Land\nsource: local\nover: town\n"
    faults = faults_of(tmp_path, **{"land/partnership.yaml": land})
    assert any(fault.code == "cycle" and fault.path == "over" for fault in faults)


def test_load_keeps_what_it_read_until_told_to_forget(tmp_path: Path) -> None:
    write(tmp_path)
    first = load("town", tmp_path)
    write(tmp_path, **{NOTICE: "record: notice\nheadline: Local notice\n"})
    assert load("town", tmp_path) is first
    forget()
    assert load("town", tmp_path).record["notice"].headline == "Local notice"


def test_load_raises_every_fault(tmp_path: Path) -> None:
    write(tmp_path, **{NOTICE: "record: notice\nsent-by: []\nqueu: yes\n"})
    with pytest.raises(Unsound) as raised:
        load("town", tmp_path)
    assert len(raised.value.faults) == 2 and "queu" in str(raised.value)


def test_a_partnership_that_is_not_there_names_the_nearest(tmp_path: Path) -> None:
    write(tmp_path)
    assert names(tmp_path) == ["land", "town"]
    with pytest.raises(Unsound, match="did you mean 'town'"):
        load("twn", tmp_path)
