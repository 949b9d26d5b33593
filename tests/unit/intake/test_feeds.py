"""Which feed a file is, a feed's worked examples, and a row that a person has repaired."""

import pytest

from sightline.definition.loader import load
from sightline.intake.notes import Notes
from sightline.intake.readers import Unreadable, detect, read, reread
from sightline.intake.rules import run_example
from sightline.intake.types import Notification, Unread
from tests.unit.intake.shapes import CENSUS, census, child, feed, leeds, row, table, with_feeds

JSONL = {
    "id": "lines", "title": "Lines", "source": "local", "agency": "west-yorkshire-police", "format": "jsonl",
    "recognised-by": ["event", "patient"],
    "mapping": {
        "record": {"is": "police-incident"}, "message-id": "event", "happened": "at",
        "people": [{"role": {"is": "suspect"}, "given": "patient.given"}],
    },
}  # fmt: skip


@pytest.fixture
def written(tmp_path):
    def write(name, content):
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return write


def test_each_file_is_recognised_by_what_is_in_it(written):
    partnership = with_feeds(feed(), feed(JSONL), feed(CENSUS))
    assert detect(written("a.csv", table(row(1))), partnership).id == "police"
    assert detect(written("b.txt", table(row(1)).replace(b",", b"\t")), partnership).id == "police"
    assert (
        detect(written("c.jsonl", b'{"event": 1, "patient": {"given": "Jay"}, "at": "x"}\n'), partnership).id == "lines"
    )
    assert detect(written("d.xml", census(child())), partnership).id == "cin"
    assert detect(written("e.xml", census(child())[:200]), partnership).id == "cin"


def test_the_feed_that_asks_for_more_columns_is_the_one(written):
    other = feed(id="other", recognised_by=["REF", "TYPE", "WHEN", "DOB"], file_names=[])
    assert detect(written("a.csv", table(row(1))), with_feeds(feed(), other)).id == "other"


def test_the_name_decides_between_feeds_that_could_both_be_meant(written):
    partnership = with_feeds(feed(), feed(id="other", file_names=["other-*"]))
    assert detect(written("police-1.csv", table(row(1))), partnership).id == "police"
    assert detect(written("other-1.csv", table(row(1))), partnership).id == "other"
    with pytest.raises(Unreadable, match="several feeds: other, police"):
        detect(written("x.csv", table(row(1))), partnership)


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.csv", b"a,b\n1,2\n", r"no feed that is declared.*police \(REF, TYPE, WHEN\)"),
        ("a.csv", b"", "is empty"),
        ("a.zip", b"PK\x03\x04\x00\x00\x00\x00" * 50, "cut short"),
        ("a.csv", table(row(1)).decode().encode("utf-32"), "UTF-16"),
    ],
)
def test_what_no_feed_is_meant_for_is_said_with_the_feeds_there_are(written, name, content, says):
    with pytest.raises(Unreadable, match=says):
        detect(written(name, content), with_feeds(feed(), feed(JSONL), feed(CENSUS)))


def test_utf_16_that_says_so_is_recognised(written):
    partnership = with_feeds(feed(), feed(JSONL), feed(CENSUS))
    for encoding in ("utf-16", "utf-8-sig"):
        assert detect(written("a.txt", table(row(1)).decode().encode(encoding)), partnership).id == "police"


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.json", b'[{"REF": "1"}]', "one JSON list"),
        ("a.json", b'{\n "REF": "1"\n}\n', "over several lines"),
        ("a.csv", table(row(1), row(2)).decode().encode("cp500"), "EBCDIC"),
    ],
)
def test_what_it_may_be_all_the_same_is_said(written, name, content, says):
    with pytest.raises(Unreadable, match=says):
        detect(written(name, content), with_feeds(feed()))


def test_a_feed_that_is_named_wrongly_has_its_nearest():
    with pytest.raises(Unreadable, match="did you mean police"):
        detect(None, with_feeds(feed()), "polise")


def test_folders_pipes_and_what_is_not_there(tmp_path):
    for path in (tmp_path, tmp_path / "none"):
        with pytest.raises(Unreadable, match="is not"):
            detect(path, with_feeds(feed()))


def test_every_example_of_leeds_holds():
    partnership = load("leeds")
    said = [run_example(partnership, one, example) for one in partnership.feed.values() for example in one.examples]
    assert said and not [text for text in said if text]


def test_an_example_says_what_came_instead():
    given = {"REF": "R1", "TYPE": "INC", "WHEN": "10/01/2025", "ROLE": "S", "FIRST": "Jay", "LAST": "Marsh"}
    becomes = {
        "record": "police-incident", "happened": "2025-01-10", "people": [{"role": "suspect", "given": "Jay"}],
        "fields": {"offence": ""},
    }  # fmt: skip
    assert run_example(leeds(), feed(), {"given": given, "becomes": becomes}) is None
    wrong = {"record": "ppn", "people": [{"role": "victim"}], "shoe": "9"}
    said = run_example(leeds(), feed(), {"given": given, "becomes": wrong})
    assert "record is police-incident" in said and "person 1: role is suspect" in said and "shoe is not" in said
    bad = {**given, "WHEN": "soon"}
    assert run_example(leeds(), feed(), {"given": bad, "unread": "not-a-date"}) is None
    assert "WHEN: expected a date" in run_example(leeds(), feed(), {"given": bad, "becomes": {}})
    assert "it was read" in run_example(leeds(), feed(), {"given": given, "unread": "not-a-date"})


def test_a_census_example_gives_elements():
    given = {"LAchildID": "C1", "CINreferralDate": "2025-01-13", "Section47": {"S47ActualStartDate": "2025-01-14"}}
    becomes = [{"record": "referral"}, {"record": "section-47", "happened": "2025-01-14"}]
    assert run_example(leeds(), feed(CENSUS), {"given": given, "becomes": becomes}) is None


def test_a_repaired_row_is_read_by_the_heading_of_its_file():
    notes = Notes()
    kept = [one for one in read(table(row(1), row(2, WHEN="soon")), feed(), leeds(), notes) if isinstance(one, Unread)]
    heading = notes.sentences()[0].removeprefix("heading: ")

    def again(text):
        about = {"feed": feed(), "kind": "file", "agency": "west-yorkshire-police", "partnership": leeds()}
        return reread(text, position="line 3", about=heading, **about)

    made = again(kept[0].raw.decode().replace("soon", "10/01/2025"))
    assert isinstance(made, Notification)
    assert (made.message_id, made.position) == ("R2", "line 3")
    assert again(kept[0].raw.decode()).reason == "not-a-date"
    assert again("R2,INC").reason == "wrong-columns"
    assert again(row(1) + "\n" + row(2)).reason == "wrong-columns"
    assert again("").reason == "wrong-columns"
