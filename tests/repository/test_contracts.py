"""The contracts between modules hold, and each notices a breach: a wall that nobody would miss is no wall."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from scripts import contracts

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def house(tmp_path):
    """A copy of the code to breach."""
    shutil.copytree(ROOT / "sightline", tmp_path / "sightline", ignore=shutil.ignore_patterns("__pycache__", "static"))
    shutil.copy(ROOT / ".importlinter", tmp_path)
    return tmp_path


def lint(house):
    lint_imports = Path(sys.executable).parent / "lint-imports"
    return subprocess.run([lint_imports, "--no-cache", "--no-logo"], cwd=house, capture_output=True, text=True)


def plant(house, place, text):
    file = house / "sightline" / place
    file.parent.mkdir(parents=True, exist_ok=True)
    (file.parent / "__init__.py").touch()
    file.write_text(text)


def test_the_house_keeps_its_contracts():
    assert contracts.faults(ROOT) == []


@pytest.mark.parametrize(
    ("place", "text", "said"),
    [
        ("clocks/planted.py", "from sightline.identity.models import Person", "use identity's actions"),
        ("clocks/planted.py", "from sightline.identity import models", "use identity's actions"),
        ("clocks/planted.py", "def late():\n    from ..identity import models", "use identity's actions"),
        ("clocks/planted.py", "import sightline.identity.models", "use identity's actions"),
        ("clocks/planted.py", "from sightline.ledger.models import AppendOnly", "use ledger's actions"),
        ("clocks/rules.py", "from django.utils import timezone", "plain Python"),
        ("clocks/types.py", "from sightline.clocks.models import Clock", "types alone"),
        ("simulation/planted.py", "from sightline.vault import actions", "only the ground"),
        ("clocks/long.py", "x = 1\n" * 501, "501 lines"),
    ],
)
def test_a_breach_is_named_with_file_and_line(tmp_path, place, text, said):
    plant(tmp_path, place, text)
    (fault,) = contracts.faults(tmp_path)
    assert fault.startswith(f"sightline/{place}:")
    assert said in fault


def test_import_linter_passes_untouched(house):
    done = lint(house)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("place", "text", "contract"),
    [
        ("vault/planted.py", "import sightline.chronology", "Imports run upstream"),
        ("web/planted.py", "import sightline.api", "Imports run upstream"),
        ("utils/__init__.py", "", "Imports run upstream"),
        ("definition/planted.py", "import django.db", "The ground is plain Python"),
        ("web/planted.py", "import sightline.simulation", "Only commands use the simulation"),
    ],
)
def test_import_linter_notices_a_breach(house, place, text, contract):
    plant(house, place, text)
    done = lint(house)
    assert done.returncode == 1, done.stdout
    assert any(contract in line and "BROKEN" in line for line in done.stdout.splitlines()), done.stdout
