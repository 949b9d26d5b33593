"""Another partnership runs with no code of its own: prepared, loaded and checked as a new user would, on the command line."""

import json
import os
import subprocess

import pytest

from tests.support.databases import sightline_command

LOG = """Log no.;Kind;Seen on;Around;Stretch;Wet;Story;Child first name;Child last name;Birthday;Boy or girl;School
RW/1;danger;14.06.2025;19:30;Viaduct;wet;Jumped from the wall;Odi;Reed;02.02.2012;boy;
RW/2;good news;21.06.2025;;Lock;dry;Helps the little ones with their oars;Odi;Reed;02.02.2012;boy;
RW/3;danger;yesterday;;Weir;dry;Seen near the sluice;Bea;Moss;03.03.2013;girl;
"""


@pytest.fixture
def riverford(tmp_path):
    """A fresh deployment in a folder of its own."""
    kept = {
        k: v
        for k, v in os.environ.items()
        if not k.startswith("SIGHTLINE_") and k not in ("DATABASE_URL", "SECRET_KEY")
    }
    environment = {**kept, "SIGHTLINE_VAR": str(tmp_path / "var"), "DJANGO_SETTINGS_MODULE": "config.settings"}

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            sightline_command(*arguments), env=environment, capture_output=True, text=True, timeout=60
        )

    made = run("init", "--partnership", "riverford")
    assert made.returncode == 0, made.stderr
    return run


def test_riverford_loads_its_own_feed_with_no_code(riverford, tmp_path):
    (tmp_path / "river-2025.csv").write_text(LOG, encoding="windows-1252")
    first = riverford("load", str(tmp_path / "river-2025.csv"), "--json")
    counts = json.loads(first.stdout)
    assert (first.returncode, counts["read"], counts["new"], counts["quarantined"]) == (0, 3, 2, 1), first.stderr
    again = json.loads(riverford("load", str(tmp_path / "river-2025.csv"), "--json").stdout)
    assert (again["new"], again["unchanged"], again["quarantined"]) == (0, 3, 0)
    assert riverford("verify").returncode == 0
