"""What import-linter cannot say about the code, said here and run by `make check`.

1. No module imports another module's `models`: it uses their actions, queries and types. An abstract base is no
   table: a `models.py` (or `steps_models.py`, where a module's tables are split by subject) may inherit those in `BASES`.
2. `rules` and `types` are plain Python: they import no Django, and no models, actions or queries.
3. The simulation imports only the ground.
4. No Python file is longer than 500 lines.

Usage: python scripts/contracts.py [DIRECTORY]
"""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
MEASURED = ("sightline", "config", "scripts", "tests", "benchmarks")
LONGEST = 500
GROUND = {"definition", "timescales"}
PURE = {"rules", "types"}
BASES = {("sightline", "ledger", "models", "AppendOnly")}
KEPT = {"models", "actions", "queries"}


class Import(NamedTuple):
    line: int
    name: tuple[str, ...]  # the dotted name, in parts


def faults(root: Path) -> list[str]:
    """Every breach under this directory, as `file:line: what and why`."""
    found: list[str] = []
    for path in sorted(file for part in MEASURED for file in (root / part).rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        place = path.relative_to(root)
        if (length := len(text.splitlines())) > LONGEST:
            found.append(f"{place}:{LONGEST}: {length} lines; split it by subject ({LONGEST} at most)")
        if place.parts[0] == "sightline" and len(place.parts) > 2:
            found += _import_faults(place, ast.parse(text, filename=str(place)))
    return found


def _import_faults(place: Path, tree: ast.AST) -> Iterator[str]:
    module = place.parts[1]
    pure = bool(PURE & {place.stem, *place.parts[2:-1]})
    for line, name in _imports(place, tree):
        other = name[1] if name[0] == "sightline" and len(name) > 1 else None
        inherits = name in BASES and (place.stem == "models" or place.stem.endswith("_models"))
        if other and other != module and "models" in name[2:3] and not inherits:
            yield f"{place}:{line}: imports {'.'.join(name)}; use {other}'s actions, queries or types"
        if pure and name[0] == "django":
            yield f"{place}:{line}: imports {'.'.join(name)}; rules and types are plain Python"
        if pure and other and KEPT & set(name[2:3]):
            yield f"{place}:{line}: imports {'.'.join(name)}; rules and types stand on types alone"
        if module == "simulation" and other and other not in GROUND | {"simulation"}:
            yield f"{place}:{line}: imports {'.'.join(name)}; the simulation knows only the ground"


def _imports(place: Path, tree: ast.AST) -> Iterator[Import]:
    """Absolute names; `from a import b` may mean the module a.b, so that is what we look at."""
    package = place.parts[:-1]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(node.lineno, tuple(alias.name.split(".")))
        elif isinstance(node, ast.ImportFrom):
            start = package[: len(package) - node.level + 1] if node.level else ()
            middle = tuple(node.module.split(".")) if node.module else ()
            for alias in node.names:
                yield Import(node.lineno, (*start, *middle, alias.name))


def main(arguments: list[str]) -> int:
    found = faults(Path(arguments[0]) if arguments else ROOT)
    for fault in found:
        print(fault)
    print(f"Contracts: {len(found)} broken." if found else "Contracts: kept.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
