"""Every fault at once, each with file, line, what stands there, what could, and the nearest valid name."""

from __future__ import annotations

from pathlib import Path

import pytest

from sightline.definition.check import check_examples
from sightline.definition.loader import names, read
from sightline.definition.records import run_example
from tests.unit.definition.world import EVERYTHING, planted, write

NOTICE, CLOCK, FEED = "land/records/notice.yaml", "land/clocks/answer.yaml", "town/feeds/police-notices.yaml"
ROLE, RULE, GRADE = "land/roles/officer.yaml", "land/sharing/officers.yaml", "land/codes/grade.yaml"

# name: (file, what stands there, the fault instead, line, found, nearest); none moves a line
FAULTS = {
    "unknown key": (NOTICE, "pointer: Notice", "pionter: Notice", 18, "pionter", "pointer"),
    "misspelt choice": (NOTICE, "kind: quoted", "kind: quotd", 11, "quotd", "quoted"),
    "unknown code list": (NOTICE, "choices, of: grade", "choices, of: grades", 17, "grades", "grade"),
    "condition": (NOTICE, "urgent: {grade: red}", "urgent: {grad: red}", 21, "grad", "grade"),
    "agency of no kind": ("town/agencies/town-police.yaml", "kind: police", "kind: polise", 4, "polise", "police"),
    "team of no agency": ("town/teams/desk.yaml", "y: town-police", "y: town-polic", 4, "town-polic", "town-police"),
    "right of no name": (ROLE, "may: [view-child]", "may: [view-chid]", 5, "view-chid", "view-child"),
    "date": (CLOCK, "from: 2010-04-01", "from: 2010-13-01", 7, "2010-13-01", ""),
    "span": (CLOCK, "is: 10 working days", "is: 10 wrking days", 8, "10 wrking days", ""),
    "column for no field": (FEED, "reason: WHY", "reson: WHY", 13, "reson", "reason"),
    "tie": (RULE, "tie: allocated}\nmay", "tie: alocated}\nmay", 4, "alocated", "allocated"),
    "name unlike the file": ("land/lanes/police.yaml", "lane: police", "lane: polices", 1, "polices", "police"),
    "duplicate key": (GRADE, "  red: Red\n", "  red: Red\n  red: Rouge\n", 7, "red", ""),
    "not YAML": ("town/localities/east.yaml", "title: East", "title: [East", 3, None, ""),
    "no source": ("town/groups/board.yaml", "source: local", "source: ''", 3, "", ""),
}


def test_many_different_faults_are_all_named_in_one_run(tmp_path: Path) -> None:
    files = dict(EVERYTHING)
    for file, old, new, *_ in FAULTS.values():
        files[file] = files[file].replace(old, new)
    partnership, faults = read("town", write(tmp_path, files))
    assert partnership is None
    assert {(fault.file, fault.line) for fault in faults} == {(file, line) for file, _, _, line, *_ in FAULTS.values()}
    assert len(faults) == len(FAULTS) > 12, [str(fault) for fault in faults]


@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_says_what_stands_there_and_what_is_near(tmp_path: Path, name: str) -> None:
    file, old, new, line, found, near = FAULTS[name]
    partnership, faults = read("town", write(tmp_path, **planted(file, old, new)))
    assert partnership is None
    assert [(fault.file, fault.line) for fault in faults] == [(file, line)], [str(fault) for fault in faults]
    (fault,) = faults
    assert fault.expected and fault.nearest == near
    assert found is None or fault.found == found
    assert str(fault).startswith(f"{file}:{line}")


BY_RECORD = {
    "pointer with a name": ("pointer: Notice", 'pointer: "Notice of {reason}"', 18, "pointer says"),
    "headline of nothing": ('{reason}"', '{reeson}"', 19, "'reason'"),
    "count of no role": ("{child.count:child|children}", "{chld.count}", 19, "child.count"),
    "open brace": ("} notice about {", "} notice } about {", 19, "each `{`"),
    "condition on no field": ("urgent: {grade: red}", "urgent: {grad: red}", 21, "'grade'"),
    "condition that never holds": ("urgent: {grade: red}", "urgent: {grade: rd}", 21, "'red'"),
    "age band": ("age-band: infant", "age-band: infnt", 20, "'infant'"),
    "good-when of nothing": ("part: voice", "part: vioce", 25, "'voice'"),
    "good-when of no detail": ("part: ethnicity", "part: ethnicty", 26, "'ethnicity'"),
    "handling": ("handling: restricted", "handling: restrictd", 7, "'restricted'"),
    "choice without codes": ("kind: choices, of: grade", "kind: choices", 17, "needs its code list"),
    "codes without choice": ("kind: quoted}", "kind: quoted, of: grade}", 11, "no codes"),
    "missing key": ("sent-by: [police, health]\n", "", 1, "`sent-by`: it is needed"),
}


@pytest.mark.parametrize("name", BY_RECORD)
def test_faults_of_records(tmp_path: Path, name: str) -> None:
    old, new, line, says = BY_RECORD[name]
    _, faults = read("town", write(tmp_path, **planted(NOTICE, old, new)))
    assert [(fault.file, fault.line) for fault in faults] == [(NOTICE, line)], [str(fault) for fault in faults]
    assert says in str(faults[0])


def test_a_rule_asks_for_no_name_on_what_it_gives_whoever_is_named(tmp_path: Path) -> None:
    """The decision counts a name only where nothing else keeps the record from the reader: beside `restricted: yes` it would
    say one thing of whoever is named on the child, and another of whoever is named on the record."""
    floor = ("tie: allocated}", "tie: named}"), ("parts: [voice]}", "level: pointer, restricted: yes}\nfloor: yes")
    for swaps, wrong in ((floor, True), (floor[1:], False)):
        files = planted(RULE, "sees: full", "sees: hidden")
        for old, new in swaps:
            assert old in files[RULE]
            files[RULE] = files[RULE].replace(old, new)
        _, faults = read("town", write(tmp_path, **files))
        told = [str(fault) for fault in faults if "let in by that name" in str(fault)]
        assert bool(told) is wrong, faults
        assert not wrong or [(f.file, f.line) for f in faults if "that name" in str(f)] == [(RULE, 4)]


HEAD = "{}: {}\ntitle: T\nsource: local\n"


def test_faults_of_things_around_them(tmp_path: Path) -> None:
    files = {
        "town/rcords/x.yaml": "record: x\n",
        "town/records/x.yml": "record: x\n",
        "town/agencies/empty.yaml": " \n",
        "town/agencies/list.yaml": "- a\n",
        "town/agencies/other.yaml": "team: other\ntitle: T\nsource: local\n",
        "town/agencies/nothing.yaml": "agenc: nothing\ntitle: T\nsource: local\n",
        "town/groups/a.yaml": "group: a\ntitle: A\nsource: local\npart-of: b\n",
        "town/groups/b.yaml": "group: b\ntitle: B\nsource: local\npart-of: a\nmembers: [town-polce]\n",
        "town/calendars/year.yaml": "calendar: year\ntitle: Y\nsource: local\nclosed: [2025-02-21 to 2025-02-17]\n",
        "town/localities/w.yaml": HEAD.format("locality", "w") + "part-of: est\nfrom: 2025-01-02\nuntil: 2025-01-01\n",
        "town/codes/colour.yaml": HEAD.format("codes", "colour")
        + "codes:\n  a: {title: A, old: [x]}\n  b: {title: B, old: [x]}\n",
    }
    _, faults = read("town", write(tmp_path, **files))
    told = {(fault.file, fault.line): fault for fault in faults}
    assert told["town/rcords/x.yaml", 1].nearest == "records"
    assert told["town/records/x.yml", 1].nearest == "x.yaml"
    assert told["town/agencies/empty.yaml", 1].code == "empty"
    assert told["town/agencies/list.yaml", 1].found == "no mapping"
    assert told["town/agencies/other.yaml", 1].nearest == "agency"
    assert told["town/agencies/nothing.yaml", 1].nearest == "agency"
    assert {told["town/groups/a.yaml", 4].code, told["town/groups/b.yaml", 4].code} == {"cycle"}
    assert told["town/groups/b.yaml", 5].nearest == "town-police"
    assert ("town/calendars/year.yaml", 4) in told
    assert told["town/localities/w.yaml", 4].nearest == "east"
    assert ("town/localities/w.yaml", 6) in told
    assert told["town/codes/colour.yaml", 6].code == "ambiguous"
    assert len(faults) == 13


def test_what_has_faults_is_still_there_to_be_referred_to(tmp_path: Path) -> None:
    broken = planted(NOTICE, "pointer: Notice\n", "") | planted(ROLE, "title: Officer", "title: [Officer")
    _, faults = read("town", write(tmp_path, **broken))
    assert [(fault.file, fault.expected) for fault in faults] == [
        (NOTICE, "`pointer`: it is needed"),
        (ROLE, "`,` between its parts, and `]` or `}` at its end"),
    ]


def test_a_faulty_part_does_not_hide_the_faults_beside_it(tmp_path: Path) -> None:
    text = EVERYTHING[NOTICE].replace("\nfields:", "\nfeilds:").replace("part: ethnicity", "prt: ethnicity")
    text = text.replace("unless: {grade: red}", "unless: {grade: rd}").replace("kind: datetime", "kind: time")
    _, faults = read("town", write(tmp_path, **{NOTICE: text}))
    assert [(fault.line, fault.found) for fault in faults] == [(8, "feilds"), (13, "time"), (23, "rd"), (26, "prt")]


def test_examples_that_do_not_hold_are_faults_at_their_line(tmp_path: Path) -> None:
    wrong = planted(NOTICE, "missing: [voice, ethnicity]", "missing: [voice]")
    partnership, faults = read("town", write(tmp_path, **wrong))
    assert partnership is not None, faults
    (fault,) = check_examples(partnership, {"record": run_example})
    assert (fault.file, fault.line, fault.code) == (NOTICE, 29, "example")
    assert fault.found == "missing is ethnicity, voice"


def test_a_thing_without_examples_is_not_finished(tmp_path: Path) -> None:
    text = EVERYTHING[CLOCK].partition("examples:")[0]
    _, faults = read("town", write(tmp_path, **{CLOCK: text}))
    assert [fault.code for fault in faults] == ["no-example"]


@pytest.mark.parametrize("partnership", names())
def test_what_we_declare_is_sound(partnership: str) -> None:
    found, faults = read(partnership)
    assert found is not None, "\n".join(str(fault) for fault in faults)
    assert [str(fault) for fault in check_examples(found, {"record": run_example})] == []
