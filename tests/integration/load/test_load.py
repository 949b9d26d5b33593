"""`sightline load`: files in, a table out. Twice is nothing new; what cannot be understood waits and stops nothing."""

import argparse
import json
import random
import signal

import pytest

from sightline.agencies.actions import take_from_definition
from sightline.agencies.queries import machine
from sightline.chronology.models import Entry
from sightline.commands import load
from sightline.intake.models import Delivery, Quarantined
from tests.support.databases import run_sightline
from tests.unit.intake.shapes import census, child

HEAD = "REPORT_NO,REPORT_TYPE,INCIDENT_NO,OCC_DATE,OFFENCE,PERSON_ROLE,PERSON_ID,FORENAMES,SURNAME,DOB\n"
KEYS = {"read", "new", "unchanged", "superseding", "quarantined", "people_new", "people_matched", "seconds"}


def police(count, start=0):
    return HEAD + "".join(
        f"CR/{n},CRIME,13/{n},10/01/2025 21:40,WEAP,SUSP,N{n},Jay{n},Marsh{n % 7},0{n % 8 + 1}/03/2010\n"
        for n in range(start, start + count)
    )


def health(count):
    lines = [
        {
            "event": f"L{n}", "type": "sn-concern", "service": "School nursing", "at": "2024-09-30T11:00",
            "patient": {"id": f"C{n}", "given": "Jay", "family": f"Marsh{n}", "born": "2010-03-04"},
            "detail": {"reason": "Sleeps badly", "voice": "I am tired."},
        }
        for n in range(count)
    ]  # fmt: skip
    return "".join(json.dumps(line) + "\n" for line in lines)


@pytest.fixture
def inbox(sqlite_database, tmp_path):
    take_from_definition(by=machine("feed-machine"))
    return tmp_path


@pytest.fixture
def inbox_on_both(database, tmp_path):
    take_from_definition(by=machine("feed-machine"))
    return tmp_path


@pytest.fixture
def run(capsys):
    def run(*arguments):
        parser = argparse.ArgumentParser()
        load.add_parser(parser.add_subparsers())
        code = load.run(parser.parse_args(["load", *(str(a) for a in arguments), "--json"]))
        out, err = capsys.readouterr()
        return code, json.loads(out), err

    return run


def fill(inbox):
    (inbox / "police-1.csv").write_text(police(40))
    (inbox / "lch-1.jsonl").write_text(health(30))
    (inbox / "cin.xml").write_bytes(census(*(child(f"C{n}") for n in range(20))))


def test_three_formats_twice_the_second_time_nothing_is_new(inbox_on_both, run):
    fill(inbox_on_both)
    code, first, _ = run(inbox_on_both)
    assert (code, first["new"], first["quarantined"]) == (0, 90, 0)
    assert set(first) == KEYS | {"files"}
    assert [(one["feed"], one["new"]) for one in first["files"]] == [
        ("cin-census", 20),
        ("community-health-jsonl", 30),
        ("leeds-police-csv", 40),
    ]
    entries = Entry.objects.count()
    code, second, _ = run(inbox_on_both)
    assert (code, second["read"], second["unchanged"], second["new"], second["superseding"]) == (0, 90, 90, 0, 0)
    assert Entry.objects.count() == entries
    assert set(Delivery.objects.values_list("state", flat=True)) == {"done"}


def test_garbage_in_the_last_third_waits_with_line_and_reason(inbox_on_both, run):
    draw = random.Random(3)
    garbage = b"".join(draw.randbytes(80).replace(b"\n", b"") + b"\n" for _ in range(20))
    (inbox_on_both / "police-1.csv").write_bytes(police(40).encode() + garbage)
    code, said, _ = run(inbox_on_both)
    assert (code, said["new"]) == (0, 40)
    assert said["quarantined"] == Quarantined.objects.count() >= 19
    assert all(
        one.item.position.startswith("line ") and one.reason for one in Quarantined.objects.select_related("item")
    )
    code, again, _ = run(inbox_on_both, "--strict")
    assert (code, again["new"], again["quarantined"]) == (0, 0, 0)  # nothing new waits


def test_strict_exits_1_when_something_waits(inbox, run):
    (inbox / "police-1.csv").write_text(police(3) + "oops\n")
    assert run(inbox, "--strict")[0] == 1


def test_a_file_cut_in_half_and_then_whole(inbox, run):
    file, whole = inbox / "police-1.csv", police(40)
    file.write_text(whole[: len(whole) // 2])
    assert run(file)[1]["quarantined"] <= 1
    file.write_text(whole)
    run(file)
    assert Entry.objects.count() == 40


def test_a_newer_census_supersedes_and_an_older_one_says_nothing(inbox, run):
    newer = census(child(inside="<PrimaryNeedCode>N1</PrimaryNeedCode>"), year="2026")
    for name, source in (
        ("1.xml", census(child(), year="2025")),
        ("2.xml", newer),
        ("3.xml", census(child(), year="2024")),
    ):
        (inbox / name).write_bytes(source)
    said = run(inbox)[1]["files"]
    assert [(one["new"], one["superseding"], one["unchanged"]) for one in said] == [(1, 0, 0), (0, 1, 0), (0, 0, 1)]


def test_a_file_of_no_feed_is_told_and_the_others_are_taken(inbox, run):
    (inbox / "police-1.csv").write_text(police(3))
    (inbox / "a.csv").write_text("colour,size\nred,1\n")
    (inbox / "b.xml").write_bytes(census(child(), before="<!DOCTYPE Message>"))
    (inbox / "notes.md").write_text("not data")
    code, said, err = run(inbox, inbox / "none.csv")
    assert (code, said["new"]) == (2, 3)
    assert [bool(one.get("error")) for one in said["files"]] == [True, True, False, True]
    assert "leeds-police-csv" in said["files"][0]["error"] and "notes.md" in err
    assert Delivery.objects.count() == 1


def test_a_feed_that_is_named_goes_before_what_is_recognised(inbox, run):
    (inbox / "x.csv").write_text(police(2))
    code, said, _ = run(inbox, "--feed", "hospital-csv")
    assert code == 2 and "lacks what the feed hospital-csv needs" in said["files"][0]["error"]


def test_a_file_without_its_heading_is_refused_and_nobody_in_it_is_named(inbox, run):
    (inbox / "x.csv").write_text(police(2).split("\n", 1)[1].replace("Marsh", "Marshington"))
    code, said, err = run(inbox, "--feed", "leeds-police-csv")
    assert code == 2 and "is its heading there?" in said["files"][0]["error"]
    assert "Marshington" not in err + str(said)


def test_progress_goes_to_standard_error_and_the_table_to_standard_output(sqlite_database, tmp_path, capsys):
    take_from_definition(by=machine("feed-machine"))
    (tmp_path / "police-1.csv").write_text(police(2))
    args = argparse.Namespace(paths=[tmp_path], feed=None, json=False, strict=False)
    assert load.run(args) == 0
    out, err = capsys.readouterr()
    assert out.splitlines()[0].split()[:4] == ["file", "feed", "read", "new"]
    assert out.splitlines()[2].split()[:2] == ["all", "2"]
    assert "police-1.csv: 2 read, 2 new" in err


def test_stopped_in_the_middle_what_was_done_is_kept_and_the_rest_comes_next_time(inbox_on_both, run, monkeypatch):
    """The signal comes within a bite's transaction: that bite is undone, the bites before it stand."""
    from django.db import connection

    from sightline.jobs import bite
    from sightline.jobs import receive as receiving

    (inbox_on_both / "police-1.csv").write_text(police(120))
    original, calls = bite.Bite.work, []

    def work(self):
        original(self)
        calls.append(1)
        if len(calls) == 2:
            signal.raise_signal(signal.SIGTERM)

    monkeypatch.setattr(bite.Bite, "work", work)
    few = receiving.Pace(seconds=1.0, first=20, least=20, most=20, pause=0)
    monkeypatch.setitem(receiving.PACES, connection.vendor, few)
    with pytest.raises(KeyboardInterrupt):
        run(inbox_on_both)
    kept = Entry.objects.count()
    assert 0 < kept < 120
    assert Delivery.objects.get().state == "stopped"
    assert Delivery.objects.get().counts["new"] == kept
    monkeypatch.setattr(bite.Bite, "work", original)
    assert run(inbox_on_both)[1]["new"] == 120 - kept
    assert Entry.objects.count() == 120


def test_the_command_line(sqlite_database, tmp_path):
    take_from_definition(by=machine("feed-machine"))
    (tmp_path / "police-1.csv").write_text(police(3) + "oops\n")
    done = run_sightline(sqlite_database, "load", str(tmp_path), "--json", "--strict")
    assert (done.returncode, json.loads(done.stdout)["new"]) == (1, 3), done.stderr
    assert "Example:" in run_sightline(sqlite_database, "load", "--help").stdout
