"""One hash on every machine, bundles that always load, values by their day."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from hashlib import sha256
from pathlib import Path

import pytest

from sightline.definition.loader import names, read
from sightline.definition.types import Partnership
from sightline.definition.versions import as_of, bundle, from_bundle
from tests.unit.definition.world import planted, write


def test_a_bundle_holds_everything(town: Partnership) -> None:
    again = from_bundle(bundle(town))
    assert again.hash == town.hash == sha256(bundle(town)).hexdigest()
    assert again.model_copy(update={"origins": town.origins}) == town
    assert bundle(again) == bundle(town)


@pytest.mark.parametrize("partnership", names())
def test_what_we_declare_survives_its_bundle(partnership: str) -> None:
    found, _ = read(partnership)
    if found is None:
        pytest.skip("has faults; another test says which")
    assert bundle(from_bundle(bundle(found))) == bundle(found)


def test_the_hash_is_of_what_is_declared_and_not_of_how_it_is_written(tmp_path: Path, town: Partnership) -> None:
    spread = planted(
        "land/roles/officer.yaml", "source: local\nagencies: [police]", "\n# words\nagencies: police\nsource: local"
    )
    same, _ = read("town", write(tmp_path / "spread", **spread))
    other, _ = read(
        "town", write(tmp_path / "other", **planted("land/roles/officer.yaml", "title: Officer", "title: Other"))
    )
    assert same is not None and other is not None
    assert same.hash == town.hash != other.hash


def test_the_hash_does_not_depend_on_the_process(tmp_path: Path, town: Partnership) -> None:
    code = "import sys; from pathlib import Path; from sightline.definition.loader import load;"
    code += "print(load('town', Path(sys.argv[1])).hash)"
    args = [sys.executable, "-c", code, str(write(tmp_path))]
    assert subprocess.run(args, capture_output=True, text=True, check=True).stdout.strip() == town.hash


def test_an_old_bundle_loads_without_what_is_no_longer_known(town: Partnership) -> None:
    whole = json.loads(bundle(town))
    whole["things"]["record"]["notice"]["colour"] = "red"
    whole["things"]["record"]["notice"]["fields"]["voice"]["size"] = "large"
    whole["things"]["planet"] = {"mars": {"title": "Mars"}}
    again = from_bundle(json.dumps(whole).encode())
    assert again.record["notice"] == town.record["notice"]


def test_what_is_no_bundle_or_a_later_one_is_refused(town: Partnership) -> None:
    with pytest.raises(ValueError):
        from_bundle(b"{}")
    with pytest.raises(ValueError):
        from_bundle(b"not json")
    later = json.loads(bundle(town)) | {"format": 99}
    with pytest.raises(ValueError, match="99"):
        from_bundle(json.dumps(later).encode())


def test_values_by_their_day(town: Partnership) -> None:
    limits = town.clock["answer"].limit

    def limit(day: date, **facts: str) -> str:
        found = as_of(limits, day, facts)
        return found.is_ if found else "none"

    assert limit(date(2010, 3, 31)) == "none"
    assert limit(date(2010, 4, 1)) == "15 working days"
    assert limit(date(2020, 3, 31)) == "15 working days"
    assert limit(date(2020, 4, 1)) == "10 working days"
    assert as_of(limits[::-1], date(2025, 1, 1), {"urgent": "yes"}) == limits[2]
    assert as_of(limits[::-1], date(2025, 1, 1)) == limits[1]
