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
        ("a: 1\nb: &x [1]\n", 2, "anchor"),
        ("a: 1\nb: &x 1\n", 2, "anchor"),
        ("a: 1\n\nb: !!int 1\n", 3, "tag"),
        ("a: 1\nb: !!python/object/apply:os.system [id]\n", 2, "tag"),
        ("a: 1\nb: caf\x00e\n", 2, "yaml"),
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


@pytest.mark.parametrize("value", ["[1]", "1", "{c: 1}"])
def test_an_alias_is_told_with_its_anchor_and_nothing_is_unfolded(value: str) -> None:
    document = read(f"a: &x {value}\nb: *x\n", "f.yaml")
    assert document.node is None
    assert [(fault.line, fault.code) for fault in document.faults] == [(1, "anchor"), (2, "alias")]


def test_words_that_only_look_like_one_are_words() -> None:
    document = read("a: Bath & Wells\nb: it is !important\nc: 'say &x, *y and !z'\nd: -!abuse|violence\n", "f.yaml")
    assert document.faults == ()


@pytest.mark.parametrize("raw", [b"a: 1\nb: \xff\xfe", "a: 1\nb: Caf\u00e9\n".encode("latin-1")])
def test_bytes_that_are_not_text_are_a_fault_at_their_line(raw: bytes) -> None:
    (fault,) = read(raw, "f.yaml").faults
    assert (fault.line, fault.code, fault.expected) == (2, "yaml", "the file saved as UTF-8")


@pytest.mark.parametrize(
    ("text", "line", "found"),
    [
        ("a:\n\tb: 1\n", 2, "a tab"),
        ("a: 1\nb: @home\n", 2, "'@' at the beginning of a text"),
        ("a: 1\nb: c: d\n", 2, "a second `: ` on one line"),
        ("a: 1\n---\nb: 2\n", 2, "a second document (`---`)"),
        ('a: 1\nb: "c\n', 3, "a quote that is not closed"),
    ],
)
def test_what_is_no_yaml_is_told_in_words_for_whoever_wrote_it(text: str, line: int, found: str) -> None:
    (fault,) = read(text, "f.yaml").faults
    assert (fault.line, fault.found) == (line, found)


@pytest.mark.parametrize(
    "text",
    [
        "a: " + "[" * 20_000 + "]" * 20_000,
        "a: " + "{a: " * 2_000 + "1" + "}" * 2_000,
        "".join(f"{' ' * n}k:\n" for n in range(900)),
    ],
)
def test_what_is_too_deep_is_a_fault_and_no_crash(text: str) -> None:
    (fault,) = read(text, "f.yaml").faults
    assert "within one another" in fault.found


def test_what_nobody_could_read_through_is_not_read() -> None:
    begun = time.process_time()
    (fault,) = read("a: 1\n" + "".join(f"k{n}: v\n" for n in range(700_000)), "f.yaml").faults
    assert fault.code == "size"
    assert time.process_time() - begun < 1.5


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
