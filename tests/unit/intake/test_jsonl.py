"""JSON Lines: one object a line, numbers as written, nothing guessed."""

import json

import pytest

from sightline.intake.notes import Notes
from sightline.intake.readers import Unreadable
from sightline.intake.readers.jsonl import DEEPEST, Misread, flat, parse, rows
from sightline.intake.types import Unread


def read(text):
    return list(rows(text.encode() if isinstance(text, str) else text, Notes()))


def test_values_by_path():
    value = '{"a": {"b": "x", "c": [1, 2.50, true, null]}, "p": [{"n": "A"}, {"n": "B"}], "e": null, "t": false}'
    assert flat(parse(value.encode())) == {
        "a.b": "x",
        "a.c": "1; 2.50; true; ",
        "p.0.n": "A",
        "p.1.n": "B",
        "t": "false",
    }


def test_numbers_are_kept_as_written():
    assert flat(parse(b'{"a": 007.0}'.replace(b"007.0", b"7.00"))) == {"a": "7.00"}


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"a": 1, "a": 2}', "duplicate-key"),
        ('{"a": {"b": 1, "b": 1}}', "duplicate-key"),
        ("[1]", "not-an-object"),
        ('"text"', "not-an-object"),
        ("{a: 1}", "not-json"),
        ('{"a": NaN}', "not-json"),
        ('{"a": "\\u0000"}', "nul-bytes"),
        ('{"a": "\\ud800"}', "not-text"),
        ("[" * 200 + "]" * 200, "too-deep"),
        ('{"a":' * 100_00 + "1" + "}" * 100_00, "too-deep"),
        ('{"a": "' + "x" * 200_000 + '"}', "too-long"),
    ],
)
def test_a_bad_line_is_told_by_itself(line, reason):
    found = read('{"a": "1"}\n' + line + '\n{"a": "3"}\n')
    assert [getattr(one, "reason", None) for one in found] == [None, reason, None]
    assert found[1].position == "line 2"


def test_not_utf8_is_told():
    assert read(b'{"a": "\xe9"}\n')[0].reason == "not-text"


def test_a_cut_file_is_told_as_cut():
    whole = b"".join(json.dumps({"n": n, "text": "some words"}).encode() + b"\n" for n in range(50))
    for cut in range(len(whole) // 2, len(whole) // 2 + 40):
        found = read(whole[:cut])
        assert all(not isinstance(one, Unread) for one in found[:-1])
        assert getattr(found[-1], "reason", "cut-short") == "cut-short"


def test_one_json_list_is_refused_with_a_sentence_that_helps():
    with pytest.raises(Unreadable, match="one object on each line"):
        read('[\n{"a": 1}\n]')


def test_as_deep_as_is_read_and_brackets_within_texts_do_not_count():
    parse(b"[" * DEEPEST + b"]" * DEEPEST)
    parse(json.dumps({"a": "[" * 100 + '\\"' + "{" * 100}).encode())
    with pytest.raises(Misread):
        parse(b"[" * (DEEPEST + 1) + b"]" * (DEEPEST + 1))
