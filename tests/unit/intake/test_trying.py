"""A file tried with a mapping; what a column is likely to be; and choices that become the feed a YAML file declares."""

from __future__ import annotations

import json

import pytest

from sightline.definition.types import Feed
from sightline.intake.choosing import Choices, codes, missing, prefill, prefill_values, to_feed
from sightline.intake.mappings import from_yaml, to_yaml, with_example
from sightline.intake.readers import Unreadable
from sightline.intake.sampling import Sample, read_sample
from sightline.intake.suggesting import date_forms, shape_of, suggest
from sightline.intake.trying import try_file
from tests.unit.intake.shapes import POLICE, leeds

FILE = (
    b"REF,TYPE,WHEN,TEXT,ROLE,ID,FIRST,LAST,DOB,BEAT\n"
    b"A1,INC,10/01/2025 21:40,Seen,S,1,Jaye,Marsh,04/03/2010,x\n"
    b"A2,INC,yesterday,Seen,S,1,Jaye,Marsh,04/03/2010,x\n"
    b"A3,HORSE,11/01/2025,Seen,S,1,Jaye,Marsh,04/03/2010,\n"
    b"A4,INC,11/01/2025,Seen\n"
)
SLIPS = """Slip;Evening of;Clock;Name;Family;Born on;Boy or girl;NHS;Postcode;Worry;Cannot wait?
KL-1;13.09.2026;16:20;Odi;Reed;02.02.2012;boy;9990000018;LS14 6AA;Came with a split lip today;at once
KL-2;15.09.2026;09:05;Mina;Okoro;19.06.2014;girl;9990000026;LS9 8AB;Sleeps on the landing she says;no hurry
KL-3;17.09.2026;;Sam;Till;30.11.2011;boy;;LS9 8AB;Was hungry and asked for more;no hurry
"""


@pytest.fixture(scope="module")
def partnership():
    return leeds()


@pytest.fixture
def slips():
    head, *rows = [line.split(";") for line in SLIPS.splitlines()]
    return Sample.of("csv", head, rows)


def chosen(**other):
    given = {"agency": "voluntary-sector", "title": "Kite Loft", "record": ["voluntary-concern"], "people": ["child"]}
    return Choices(**{**given, **other})


# --- tried ---------------------------------------------------------------------------------------------


def test_each_column_is_told_with_what_did_not_fit(partnership):
    tried = try_file(FILE, Feed.model_validate(POLICE), partnership)
    told = {one.name: one for one in tried.columns}
    assert (tried.rows, tried.records, tried.waiting) == (4, 1, 3)
    assert tried.reasons == {"not-a-date": 1, "unknown-code": 1, "wrong-columns": 1}
    assert (told["WHEN"].filled, told["WHEN"].misfits, told["WHEN"].examples) == (3, 1, ["yesterday"])
    assert told["TYPE"].examples == ["HORSE"] and "INC" in told["TYPE"].expected
    assert [use.path for use in told["DOB"].became] == ["people.0.born"]
    assert [one.name for one in tried.unused] == ["BEAT"] and not tried.fits
    made = next(one for one in tried.examples if one.after is not None)
    assert made.before[0]["REF"] == "A1" and made.after.record == "police-incident"


def test_a_file_without_what_every_record_needs_is_told_so(partnership):
    tried = try_file(b"TYPE,TEXT,ROLE\nINC,Seen,S\n", Feed.model_validate(POLICE), partnership)
    assert [sentence.partition(":")[0] for sentence in tried.missing] == ["REF", "WHEN"] and not tried.fits
    assert try_file(b"", Feed.model_validate(POLICE), partnership).unreadable


def test_what_waits_only_once_it_is_received_is_told_too(partnership):
    """Roles that the record does not have and values that do not fit their field are found after the mapping."""
    mapping = {**POLICE["mapping"], "fields": {"child-at-risk": "RISK"}}
    feed = Feed.model_validate({**POLICE, "mapping": mapping})
    head = b"REF,TYPE,WHEN,TEXT,ROLE,ID,FIRST,LAST,DOB,RISK\n"
    tried = try_file(head + b"A1,INC,10/01/2025,Seen,S,1,J,M,04/03/2010,perhaps\n", feed, partnership)
    assert tried.waiting == 1 and next(c for c in tried.columns if c.name == "RISK").examples == ["perhaps"]


# --- YAML ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("id", ["leeds-police-csv", "hospital-csv", "case-management-jsonl"])
def test_a_feed_written_as_yaml_is_read_as_the_same_feed(partnership, id):
    again, faults = from_yaml(to_yaml(partnership.feed[id]), f"{id}.yaml", partnership)
    assert not faults and again == partnership.feed[id]


def test_every_fault_of_a_yaml_file_is_told_with_its_line(partnership):
    text = "feed: x\ntitle: X\nsource: local\nagency: no-such\nformat: csv\nmapping:\n  record: {is: horse}\n"
    text += "  message-id: A\n  happened: B\n  people: []\n"
    feed, faults = from_yaml(text, "x.yaml", partnership)
    assert feed is None and {"agency", "mapping.record.is", "mapping.people"} <= {fault.path for fault in faults}
    assert from_yaml("no: feed\n", "x.yaml", partnership)[1]


# --- suggested -----------------------------------------------------------------------------------------


def test_columns_are_suggested_by_name_and_by_shape_each_with_its_reason(partnership, slips):
    found = suggest(slips, partnership, [partnership.record["voluntary-concern"]], ["child"])
    assert {name: one.target for name, one in found.items()} == {
        "Slip": "message_id",
        "Evening of": "happened",
        "Clock": "happened_time",
        "Name": "p0.given",
        "Family": "p0.family",
        "Born on": "p0.born",
        "Boy or girl": "p0.sex",
        "NHS": "p0.nhs_number",
        "Postcode": "p0.postcode",
        "Worry": "f.reason",
        "Cannot wait?": "f.cannot-wait",
    }
    assert all(one.why for one in found.values())
    assert "check digits" in found["NHS"].why


def test_numbers_whose_check_digits_do_not_hold_are_not_told_as_nhs_numbers():
    wrong = Sample.of("csv", ["a", "b"], [["9990000019", "1"], ["9990000027", "2"]])
    right = Sample.of("csv", ["a", "b"], [["9990000018", "1"], ["9990000026", "2"]])
    assert "nhs_number" not in shape_of(wrong.column("a")) and "nhs_number" in shape_of(right.column("a"))


def test_a_date_that_could_be_either_way_round_offers_both_and_the_british_first():
    both = Sample.of("csv", ["when", "x"], [["03/04/2026", ""], ["05/06/2026", ""]]).column("when")
    assert date_forms(both) == ["%d/%m/%Y", "%m/%d/%Y"]
    one = Sample.of("csv", ["when", "x"], [["03/04/2026", ""], ["25/06/2026", ""]]).column("when")
    assert "%m/%d/%Y" not in date_forms(one)


# --- chosen --------------------------------------------------------------------------------------------


def test_choices_make_a_feed_that_reads_the_sample_and_carries_an_invented_example(partnership, slips):
    choices = chosen(every="7 days")
    prefill(choices, slips, partnership)
    prefill_values(choices, slips, partnership)
    choices.values["f.cannot-wait"] = {"at once": "yes", "no hurry": "no"}
    feed, faults = to_feed(choices, partnership)
    assert feed is not None and {fault.code for fault in faults} <= {"better"}
    tried = try_file(SLIPS.encode(), feed, partnership)
    assert (tried.records, tried.waiting) == (3, 0)
    first = tried.examples[0].after
    assert first.happened == "2026-09-13T16:20:00" and first.fields["cannot-wait"] == "yes"
    assert tried.examples[2].after.happened == "2026-09-17"  # where the time is empty the day is kept
    whole = with_example(feed, partnership)
    assert len(whole.examples) == 1 and "Odi" not in json.dumps(whole.examples)
    again, faults = from_yaml(to_yaml(whole), "kite-loft.yaml", partnership)
    assert again == whole and not faults


def test_what_is_missing_is_said_before_there_is_a_feed(partnership, slips):
    assert {fault.path for fault in missing(Choices(), partnership)} >= {"row record", "columns", "check title"}
    feed, faults = to_feed(chosen(), partnership)
    assert feed is None and any("number of the record" in fault.expected for fault in faults)


def test_rows_of_several_kinds_need_the_column_that_says_which(partnership, slips):
    choices = chosen(record=["voluntary-concern", "what-is-working"])
    prefill(choices, slips, partnership)
    assert to_feed(choices, partnership)[0] is None
    choices.columns["Boy or girl"] = ["record"]
    choices.values["record"] = {"boy": "voluntary-concern", "girl": "what-is-working"}
    prefill_values(choices, slips, partnership)
    choices.columns["Cannot wait?"] = []
    feed, _ = to_feed(choices, partnership)
    tried = try_file(SLIPS.encode(), feed, partnership)
    assert tried.kinds == {"voluntary-concern": 2, "what-is-working": 1}


def test_a_code_that_is_left_empty_says_nothing_and_one_without_a_meaning_waits(partnership, slips):
    choices = chosen()
    prefill(choices, slips, partnership)
    prefill_values(choices, slips, partnership)
    assert [coded.target for coded in codes(choices, slips, partnership)] == ["p0.sex", "f.cannot-wait"]
    choices.values["f.cannot-wait"] = {"at once": "-", "no hurry": ""}
    tried = try_file(SLIPS.encode(), to_feed(choices, partnership)[0], partnership)
    assert (tried.records, tried.waiting) == (1, 2)
    assert "cannot-wait" not in tried.examples[0].after.fields


# --- samples -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"", "empty"),
        (b"only one column\n1\n2\n", "no table"),
        (b"a;b;c\n", "no "),
        (b"{\n", "no row"),
    ],
)
def test_a_sample_that_cannot_be_used_is_refused_with_what_would_help(partnership, raw, says):
    with pytest.raises(Unreadable) as refused:
        read_sample(raw, partnership)
    assert says in refused.value.sentence


def test_a_sample_of_a_table_or_of_json_lines_is_kept_as_its_table(partnership):
    table = read_sample(SLIPS.encode("windows-1252"), partnership, "slips.csv")
    assert table.format == "csv" and table.size == 3 and table.column("Family").some() == ["Reed", "Okoro", "Till"]
    assert Sample.from_kept(table.kept()).table == table.table
    lines = read_sample(b'{"id": 1, "who": {"name": "Odi"}}\n{"id": 2}\n', partnership)
    assert lines.format == "jsonl" and lines.names == ("id", "who.name")
