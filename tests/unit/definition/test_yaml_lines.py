"""YAML as text, with lines."""

from __future__ import annotations

import time

import pytest

from sightline.definition.yaml_lines import at, read


def test_every_scalar_stays_text() -> None:
    document = read("on: yes\ntime: 21:40\nday: 2025-03-01\nnone: null\nempty:\nquoted: 'null'\ntilde: ~\n", "f.yaml")
    assert document.data == {
        "on": "yes", "time": "21:40", "day": "2025-03-01", "none": None, "empty": None, "quoted": "null", "tilde": None,
    }  # fmt: skip


def test_lines_by_path() -> None:
    document = read("a: 1\nb:\n  - x\n  - {c: d,\n     e: f}\n\ng:\n  h: |\n    words\n", "f.yaml")
    assert document.lines == {"": 1, "a": 1, "b": 2, "b.0": 3, "b.1": 4, "b.1.c": 4, "b.1.e": 5, "g": 7, "g.h": 8}
    assert document.node is not None
    assert at(document.node, ("b", 1, "nothing", "below")).line == 4


@pytest.mark.parametrize(
    ("text", "line", "code"),
    [
        ("a: 1\nb: 2\na: 3\n", 3, "duplicate"),
        ("a: {x: 1,\n    x: 2}\n", 2, "duplicate"),
        ("a: &x [1]\nb: *x\n", 2, "alias"),
        ("a: [1\nb: 2\n", 2, "yaml"),
        ("a: 1\n---\nb: 2\n", 2, "yaml"),
        ("? [a]\n: 1\n", 1, "key"),
        ("", 1, "empty"),
        ("# only words\n", 1, "empty"),
        ("a: \t- x\n", 1, "yaml"),
    ],
)
def test_faults_name_the_line(text: str, line: int, code: str) -> None:
    (fault,) = read(text, "f.yaml").faults
    assert (fault.file, fault.line, fault.code) == ("f.yaml", line, code)


def test_bytes_that_are_not_text_are_a_fault() -> None:
    (fault,) = read(b"a: \xff\xfe", "f.yaml").faults
    assert fault.code == "yaml"


def test_the_first_key_may_stand_again_above_what_it_names() -> None:
    document = read("codes: grade\ntitle: Grade\ncodes:\n  red: Red\n", "f.yaml")
    assert document.faults == ()
    assert document.data == {"codes:": "grade", "title": "Grade", "codes": {"red": "Red"}}
    assert read("codes: grade\ncodes: again\n", "f.yaml").faults


def test_fifteen_thousand_lines_are_read_quickly() -> None:
    text = "record: x\n" + "".join(f"k{i}:\n  title: Words {i}\n  kind: line\n" for i in range(5000))
    begun = time.process_time()
    assert read(text, "f.yaml").node is not None
    assert time.process_time() - begun < 1.5
