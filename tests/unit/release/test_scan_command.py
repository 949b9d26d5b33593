"""`sightline scan` on files of one's own: what it prints, and its exit codes."""

import json

from sightline.commands import main

VALUES = "- {kind: address, lines: [14 Alder Close, Leeds], postcode: LS14 6AA, id: a1}\n- 07700 900161\n"


def scan(tmp_path, capsys, *args):
    (tmp_path / "values.yaml").write_text(VALUES)
    code = main(["scan", "--values", str(tmp_path / "values.yaml"), *map(str, args)])
    return code, capsys.readouterr()


def test_it_says_where_and_never_what(tmp_path, capsys):
    (tmp_path / "letter.txt").write_text("They are at 14 Alder Cl now.")
    code, said = scan(tmp_path, capsys, tmp_path / "letter.txt", "--json")
    (bundle,) = json.loads(said.out)["bundles"]
    assert code == 1 and [hit["value"] for hit in bundle["hits"]] == ["a1"]
    assert "Alder" not in said.out


def test_each_thing_in_a_folder_may_be_a_bundle(tmp_path, capsys):
    bundles = tmp_path / "bundles"
    (bundles / "one").mkdir(parents=True)
    (bundles / "one" / "a.csv").write_text("a,b\n07700,900161\n")
    (bundles / "two.txt").write_text("Nothing here.")
    code, said = scan(tmp_path, capsys, bundles, "--each", "--json")
    assert code == 1 and [bool(one["hits"]) for one in json.loads(said.out)["bundles"]] == [True, False]
    assert scan(tmp_path, capsys, bundles / "two.txt")[0] == 0


def test_what_cannot_be_read_is_said(tmp_path, capsys):
    code, said = scan(tmp_path, capsys, tmp_path / "not-there.txt")
    assert code == 2 and "not-there.txt" in said.err
    (tmp_path / "bad.yaml").write_text("- {kind: door}\n")
    assert main(["scan", "--values", str(tmp_path / "bad.yaml"), str(tmp_path)]) == 2
