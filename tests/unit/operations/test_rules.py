"""Pieces of backup, anchor and proof that need no database."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.ledger import rules
from sightline.operations import manifest
from sightline.operations.postgresql_copies import first_segment, gap
from sightline.vault import outside

texts = st.text(max_size=30)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)


@given(
    said=st.fixed_dictionaries({name: texts for name in rules.TEXTS}),
    count=st.integers(min_value=0),
    ids=st.lists(st.uuids().map(str) | texts, max_size=4),
    detail=st.dictionaries(texts, values, max_size=4),
    apart=st.sampled_from([None, (",", ":")]),
)
def test_the_quick_way_to_a_fingerprint_is_the_way(said, count, ids, detail, apart):
    """A record as its table has it, however the database spaces its JSON."""
    wanted = rules.leaf({**said, "count": count, "ids": ids, "detail": detail})
    row = [said[name] for name in rules.TEXTS]
    as_kept = [json.dumps(each, separators=apart) for each in (ids, detail)]
    assert rules.leaf_of_row(row, count, *as_kept) == wanted


def pieces(said, detail, apart, **raw):
    """As the database joins them: values between quotation marks, as they are."""
    row = {**dict.fromkeys(rules.TEXTS, "x"), **said, **raw}
    text = {name: f'"{name}":"{row[name]}"' for name in rules.TEXTS}
    begins = "{" + ",".join(text[n] for n in ("acting_for", "actor", "at", "basis")) + ',"count":0,"detail":'
    ends = "," + ",".join(text[n] for n in ("kind", "outcome", "policy", "purpose", "rule", "stream", "verb")) + "}"
    return begins, json.dumps(detail, separators=apart), f',{text["id"]},"ids":', '["b", "c"]', ends


def fits(leaf, given):
    return rules.is_leaf_of_pieces(leaf, *given, escaped=False)


def wanted(said, detail):
    row = {**dict.fromkeys(rules.TEXTS, "x"), **said}
    return rules.leaf({**row, "count": 0, "ids": ["b", "c"], "detail": detail})


@pytest.mark.parametrize("apart", [None, (",", ":")])
@pytest.mark.parametrize(
    "detail, other", [({"a": "x, y"}, {"a": "x,y"}), ({"a": "x: y"}, {"a": "x:y"}), ({'a"': ", "}, {'a"': ","})]
)
def test_a_space_within_a_text_is_part_of_it(detail, other, apart):
    """However the database spaces its JSON, a text with a space is not the text without."""
    assert fits(wanted({}, {"a": ["b", 1]}), pieces({}, {"a": ["b", 1]}, apart))
    assert fits(wanted({}, detail), pieces({}, detail, apart))
    assert not fits(wanted({}, other), pieces({}, detail, apart))


def test_names_may_stand_in_any_order_and_must_be_the_same():
    detail = {"pointer": 1, "full": 2, "levels": {"headline": 1, "full": "a, b"}}
    sorted_, longest_last = dict(sorted(detail.items())), dict(sorted(detail.items(), key=lambda each: len(each[0])))
    for each in (detail, sorted_, longest_last):
        assert fits(wanted({}, detail), pieces({}, each, None))
    assert not fits(wanted({}, detail), pieces({}, {**detail, "full": 3}, None))
    begins, _, *others = pieces({}, detail, None)
    assert not fits(wanted({}, detail), (begins, "{", *others)), "what is no JSON any more"


@pytest.mark.parametrize(
    "said, altered",
    [
        ({"actor": "a\nb"}, {"actor": "a\\nb"}),  # a line's end, and the two characters with which JSON writes it
        ({"actor": "a", "at": "b"}, {"actor": 'a","at":"b'}),
        ({"verb": 'a"b'}, {"verb": 'a\\"b'}),
    ],
)
def test_what_json_would_escape_is_not_taken_for_what_it_looks_like(said, altered):
    assert not fits(wanted(said, {}), pieces(altered, {}, None))
    assert not fits(wanted(altered, {}), pieces(altered, {}, None)), "it is looked at closely"


# --- what is kept outside --------------------------------------------------------------------------------------------


@pytest.fixture
def kept(tmp_path, settings):
    settings.SIGHTLINE_ANCHOR = str(tmp_path)
    path, seal = tmp_path / "some.jsonl", outside.START
    for n in range(4):
        seal = outside.append(path, "some", {"n": n}, seal)
    return path


def read(path):
    return [line["n"] for line in outside.lines(path, "some")]


def test_lines_are_read_as_they_were_written(kept):
    assert read(kept) == [0, 1, 2, 3]
    assert read(kept.with_name("none")) == []


def test_a_line_that_a_crash_cut_short_is_left_out_and_written_over(kept):
    whole = kept.read_bytes()
    kept.write_bytes(whole + whole[:40])
    assert read(kept) == [0, 1, 2, 3]
    outside.append(kept, "some", {"n": 4}, outside.lines(kept, "some")[-1]["seal"])
    assert read(kept) == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(
    "altered",
    [
        lambda lines: [lines[0].replace(b'"n":0', b'"n":7'), *lines[1:]],
        lambda lines: [lines[0], *lines[2:]],  # one taken out
        lambda lines: [*lines[:2], lines[1], *lines[2:]],  # one put in between
        lambda lines: [lines[1], lines[0], *lines[2:]],
        lambda lines: [*lines, b'{"n":9,"seal":""}'],
        lambda lines: [*lines, b"[]"],
    ],
    ids=["altered", "taken out", "twice", "other order", "forged", "no object"],
)
def test_a_line_that_does_not_fit_is_named(kept, altered):
    lines = kept.read_bytes().splitlines()
    kept.write_bytes(b"\n".join(altered(lines)) + b"\n")
    with pytest.raises(
        outside.Altered, match=r"Line \d of .*some.jsonl was altered, or written under another SIGHTLINE_KEY"
    ):
        read(kept)


def test_another_key_is_not_this_ones(kept, settings):
    settings.SIGHTLINE_KEY = "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVoxMjM0NTY="
    with pytest.raises(outside.Altered):
        read(kept)


# --- the received log ------------------------------------------------------------------------------------------------

FIRST = "000000010000000000000002"


@pytest.mark.parametrize(
    ("names", "missing"),
    [
        ([], ""),
        ([FIRST, "000000010000000000000003.partial"], ""),
        (["000000010000000000000001", FIRST], ""),  # what came before the copy does not matter
        ([FIRST, "000000010000000000000004"], "000000010000000000000003"),
        (["0000000100000000000000FF", "000000010000000100000000", "000000010000000100000001.partial"], ""),
        (["0000000100000000000000FE", "000000010000000100000000"], "0000000100000000000000FF"),
        ([FIRST, "00000002.history", "README"], ""),
    ],
)
def test_a_gap_in_the_log_is_found(names, missing):
    assert gap(names, FIRST) == missing


def test_where_replaying_begins_stands_in_the_copy(tmp_path):
    (tmp_path / "backup_label").write_text(f"START WAL LOCATION: 0/2000028 (file {FIRST})\nLABEL: x\n")
    assert first_segment(tmp_path) == FIRST
    (tmp_path / "backup_label").write_text("nothing\n")
    with pytest.raises(manifest.Unusable, match="is not as it was"):
        first_segment(tmp_path)


# --- manifests -------------------------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path):
    said = manifest.Manifest(
        road="sqlite",
        taken_at="2026-11-22T04:00:00+00:00",
        seconds=1,
        version="0.1",
        partnership="leeds",
        definition="0" * 64,
        migrations=[],
        counts={},
        places={"a": [3, "x"], "b": [4, "y"]},
        files={},
        key=manifest.key_mark(),
    )
    manifest.write(tmp_path, said)
    assert manifest.read(tmp_path) == said and said.records == 7
    return tmp_path


def rewritten(folder, **changes):
    path = folder / manifest.NAME
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"places": {"a": [1, "x"]}}, "was altered after it was written"),
        ({"files": {"database.sqlite3": "0"}}, "was altered after it was written"),
        ({"key": "0" * 32}, "made under another SIGHTLINE_KEY"),
        ({"format": 2}, "a format that this version does not know"),
        ({"road": "floppy"}, "a format that this version does not know"),
        ({"unknown": 1}, "is damaged, or a later version wrote it"),
    ],
)
def test_what_was_altered_in_a_manifest_is_said(folder, changes, sentence):
    rewritten(folder, **changes)
    with pytest.raises(manifest.Unusable, match=sentence):
        manifest.read(folder)


def test_what_is_no_copy_is_said(tmp_path):
    with pytest.raises(manifest.Unusable, match="There is no whole copy"):
        manifest.newest(tmp_path)
    (tmp_path / manifest.NAME).write_text("{")
    with pytest.raises(manifest.Unusable, match="is damaged"):
        manifest.read(tmp_path)
