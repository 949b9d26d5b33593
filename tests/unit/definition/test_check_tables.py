"""What is wrong in a declared set of tables is told with its file, line and the nearest name; a part joins its whole."""

import shutil

import pytest

from sightline.definition.loader import default_root, read

CONTACTS = "        source-code: cont_contact_source_code\n"


@pytest.fixture
def england(tmp_path):
    """A copy of England's declarations; `change(file, old, new)` edits one."""
    shutil.copytree(default_root() / "england", tmp_path / "england")

    def change(name, old, new):
        file = tmp_path / "england" / "feeds" / name
        text = file.read_text(encoding="utf-8")
        assert old in text
        file.write_text(text.replace(old, new, 1), encoding="utf-8")
        return [str(fault) for fault in read("england", tmp_path)[1] if "/feeds/" in fault.file]

    return change


def test_a_part_joins_its_whole_and_keeps_its_own_lines(england):
    faults = england("ssd-people.yaml", "part-of: ssd\n", "part-of: sdd\n")
    assert any("england/feeds/ssd-people.yaml:2 at part-of" in text and "did you mean 'ssd'" in text for text in faults)


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        (
            "ssd-children-in-need.yaml",
            "record: early-help-episode",
            "record: early-help-episod",
            "mean 'early-help-episode'",
        ),
        ("ssd-children-in-need.yaml", CONTACTS, CONTACTS.replace("source-code", "sauce-code"), "mean 'source-code'"),
        ("ssd-children-in-need.yaml", CONTACTS, CONTACTS.replace("_code", "_cod"), "mean 'cont_contact_source_code'"),
        ("ssd-children-in-need.yaml", CONTACTS, "", "a column that is read somewhere, or a reason"),
        (
            "ssd-children-in-need.yaml",
            "worker.prof_professional_name",
            "worker.prof_profesional_name",
            "mean 'prof_prof",
        ),
        (
            "ssd-children-in-need.yaml",
            "table: ssd_professionals",
            "table: ssd_profesionals",
            "mean 'ssd_professionals'",
        ),
        ("ssd-children-in-need.yaml", "codes-of: flag", "codes-of: flg", "mean 'flag'"),
        ("ssd-people.yaml", "{role: member, key", "{role: membr, key", "mean 'member'"),
        ("ssd.yaml", "extract: [name,", "extract: [nme,", "mean 'name'"),
    ],
)
def test_every_wrong_name_is_told_at_its_line_with_the_nearest(england, name, old, new, said):
    faults = england(name, old, new)
    assert any(said in text and f"england/feeds/{name}:" in text for text in faults), faults
