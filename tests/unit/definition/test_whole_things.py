"""What is wrong with a whole thing, with where a file lies, or with what it refers to: told, and never a crash."""

from __future__ import annotations

from pathlib import Path

import pytest

from sightline.definition.check import check_examples
from sightline.definition.loader import read
from sightline.definition.records import run_example
from sightline.definition.shape import shaped
from sightline.definition.types import KINDS, Fault
from sightline.definition.yaml_lines import Node
from sightline.definition.yaml_lines import read as read_yaml
from tests.unit.definition.world import planted, write

ENGLAND = Path(__file__).parents[3] / "definitions" / "england"

# kind, file, what stands there, what is written instead, the line's beginning or nothing, what is found
RULES_OF_WHOLES = [
    ("telling", "tellings/operation-encompass.yaml", 'begins: "08:30"', 'begins: "08:61"', "begins", "08:61"),
    ("telling", "tellings/operation-encompass.yaml", "07:00 to 17:00", "7 till 5", "at-once", "7 till 5"),
    ("route", "routes/no-further-action.yaml", "needs: [", "needs: [zzz, ", "needs", "zzz"),
    ("alert", "reading-alerts/colleagues-family.yaml", "on: [", "on: [zzz, ", "on", "zzz"),
    ("retention", "retention/any-record.yaml", "years-after-last: 6", "", "", ""),
    ("naming", "name-origins/arabic-kurdish-persian-turkish.yaml", "from: 2026-11-22\n", "", "", ""),
    ("link", "links/peer.yaml", "link: peer", "link: friend", "", ""),
    ("danger", "danger/many-events-in-short-time.yaml", "within: 90 days", "within: zzz", "before", "count"),
]


def faults_of(kind: str, text: str, id: str) -> tuple[Fault, ...]:
    node = read_yaml(text, "x.yaml").node
    assert node is not None
    first = next(iter(node.value))
    return shaped(KINDS[kind][1], Node({k: v for k, v in node.value.items() if k != first}, "x.yaml", 1), id).faults


@pytest.mark.parametrize(("kind", "file", "old", "new", "path", "found"), RULES_OF_WHOLES)
def test_what_is_said_of_a_whole_thing_is_a_fault(
    kind: str, file: str, old: str, new: str, path: str, found: str
) -> None:
    text = (ENGLAND / file).read_text()
    assert old in text, "the file no longer says it: this test would prove nothing"
    id = "friend" if kind == "link" else Path(file).stem
    assert not faults_of(kind, text, Path(file).stem)
    (fault,) = faults_of(kind, text.replace(old, new, 1), id)
    line = next((n for n, said in enumerate(text.splitlines(), 1) if path and said.startswith(f"{path}:")), 1)
    assert fault.path.partition(".")[0] == path and fault.line == line, fault
    assert found in fault.found and len(fault.found) < 70 and fault.expected


def test_what_only_follows_from_a_fault_is_not_told_besides() -> None:
    """Once `before` is taken away because it is wrong, the rule asks nothing: but its author wrote that it asks."""
    text = (
        "danger: x\ntitle: X\nsource: local\nsays: X\nlevel: today\nbefore: {recrd: contact, count: 2, within: 3 dys}\n"
    )
    assert not [fault for fault in faults_of("danger", text, "x") if "asks nothing" in fault.expected]


def test_a_file_in_the_wrong_place_or_with_the_wrong_end_is_told(tmp_path: Path) -> None:
    notice = "record: x\n"
    files = {
        "town/lost.yaml": notice,
        "town/records/x.yaml.txt": notice,
        "town/records/y.YAML": notice,
        "town/records/mine/x.yaml": notice,
        "town/records/folder.yaml/z.yaml": notice,
    }
    root = write(tmp_path, **files)
    (root / "town/records/gone.yaml").symlink_to("nowhere.yaml")
    (root / "town/records/README.md").write_text("nothing declared\n")
    (root / "town/records/.x.yaml.swp").write_text("an editor's\n")
    partnership, faults = read("town", root)
    assert partnership is None
    assert {(fault.file, fault.nearest) for fault in faults} == {
        ("town/lost.yaml", ""),
        ("town/records/x.yaml.txt", "x.yaml"),
        ("town/records/y.YAML", "y.yaml"),
        ("town/records/mine", ""),
        ("town/records/folder.yaml", ""),
        ("town/records/gone.yaml", ""),
    }


HEAD = "{}: {}\ntitle: T\nsource: local\n"


def test_what_a_definition_rests_on_is_one_of_its_own(tmp_path: Path) -> None:
    """An open list keeps an unknown word that a supplier sends; the law that we name ourselves must be in it, and named."""
    for old, new, near in (
        ("basis: public-task", "basis: publik-task", "public-task"),
        ("basis: public-task\n", "", ""),
    ):
        _, faults = read("town", write(tmp_path, **planted("land/sharing/officers.yaml", old, new)))
        assert [(fault.path.partition(".")[0], fault.nearest) for fault in faults] == [("basis", near)]


def test_whoever_widens_anothers_rule_says_by_what_authority(tmp_path: Path) -> None:
    """The base's law would otherwise be shown for what only the partnership decided."""
    wider = "rule: officers\nwho: {role: {add: [reader]}}\n"
    files = {"town/roles/reader.yaml": HEAD.format("role", "reader"), "town/sharing/officers.yaml": wider}
    _, faults = read("town", write(tmp_path, **files))
    assert [(fault.file, fault.path) for fault in faults] == [("town/sharing/officers.yaml", "who.role.1")]
    cited = {**files, "town/sharing/officers.yaml": wider + "source: the board, 3 December 2024\n"}
    assert read("town", write(tmp_path, **cited))[1] == []


@pytest.mark.parametrize(
    ("limit", "path"),
    [
        ("{from: 2025-01-01, is: 8 working days}", "limit.0.source"),
        (
            "{from: 2025-01-01, is: 8 working days, source: S}, {from: 2025-01-01, is: 9 working days, source: S}",
            "limit.1.from",
        ),
        ("{from: 2010-04-01, is: 8 working days, source: the board}", ""),
    ],
)
def test_a_limit_that_is_added_is_cited_and_stands_once(tmp_path: Path, limit: str, path: str) -> None:
    clock = f"clock: answer\nlimit: {{add: [{limit}]}}\n"
    _, faults = read("town", write(tmp_path, **{"town/clocks/answer.yaml": clock}))
    assert [fault.path for fault in faults] == [path] * bool(path), [str(fault) for fault in faults]


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        ("sent-by: [police, health]", "sent-by: []", "sent-by"),
        ("many: yes, child: yes}", "many: yes}", "people"),
        ("handling: restricted}", "handling: restricted, counts-as: harmd}", "people.adult.counts-as"),
    ],
)
def test_a_record_that_would_reach_nobody_or_no_child_is_told(tmp_path: Path, old: str, new: str, path: str) -> None:
    _, faults = read("town", write(tmp_path, **planted("land/records/notice.yaml", old, new)))
    assert ("land/records/notice.yaml", path) in {(fault.file, fault.path) for fault in faults}


@pytest.mark.parametrize(
    ("line", "path"),
    [
        ("front-door: nobody", "front-door"),
        ("authority: 99x8", "authority"),
        ("colour: red; }", "colour"),
    ],
)
def test_the_partnership_itself(tmp_path: Path, line: str, path: str) -> None:
    info = "partnership: town\ntitle: Town\nsource: local\nover: land\n" + line + "\n"
    _, faults = read("town", write(tmp_path, **{"town/partnership.yaml": info}))
    assert [(fault.file, fault.line, fault.path) for fault in faults] == [("town/partnership.yaml", 5, path)]


def test_a_desk_without_an_agency_that_anybody_may_tell_is_a_fault(tmp_path: Path) -> None:
    """What a member of the public tells would have nowhere to go."""
    files = {
        "land/queues/front-door.yaml": (ENGLAND / "queues/front-door.yaml").read_text(),
        "town/teams/watch.yaml": HEAD.format("team", "watch") + "agency: town-police\non-duty-for: front-door\n",
    }
    _, faults = read("town", write(tmp_path, **files))
    assert ("town/partnership.yaml", "front-door") in {(fault.file, fault.path) for fault in faults}


def test_without_its_base_only_that_is_told(tmp_path: Path) -> None:
    info = "partnership: town\ntitle: Town\nsource: local\nover: lnd\n"
    _, faults = read("town", write(tmp_path, **{"town/partnership.yaml": info}))
    assert [(fault.line, fault.found, fault.nearest) for fault in faults] == [(4, "lnd", "land")]


@pytest.mark.parametrize(
    ("line", "path"),
    [
        ("keeps: half a year", "keeps"),
        ("keeps: -3 days", "keeps"),
        ("keeps: 3 working days", "keeps"),
        ("on-duty-for: frnt-door", "on-duty-for"),
    ],
)
def test_a_team_on_duty_is_on_duty_for_something_and_so_long(tmp_path: Path, line: str, path: str) -> None:
    team = HEAD.format("team", "watch") + "agency: town-police\n" + line + "\n"
    _, faults = read("town", write(tmp_path, **{"town/teams/watch.yaml": team}))
    told = [(fault.line, fault.path) for fault in faults if fault.file == "town/teams/watch.yaml"]
    assert told == [(5, path)], [str(fault) for fault in faults]


def test_a_district_is_one(tmp_path: Path) -> None:
    place = HEAD.format("locality", "west") + "postcodes: [T2, somewhere]\n"
    _, faults = read("town", write(tmp_path, **{"town/localities/west.yaml": place}))
    assert [(fault.path, fault.found) for fault in faults] == [("postcodes.1", "somewhere")]


def test_an_example_of_the_base_that_an_overlay_breaks_says_how_to_give_ones_own(tmp_path: Path) -> None:
    files = {"town/records/notice.yaml": "record: notice\nqueue: no\n"}
    partnership, faults = read("town", write(tmp_path, **files))
    assert partnership is not None, [str(fault) for fault in faults]
    broken = check_examples(partnership, {"record": run_example})
    assert broken and all(fault.file == "land/records/notice.yaml" for fault in broken)
    assert all("town/records/notice.yaml gives its own: `examples: {instead: [...]}`" in f.expected for f in broken)
