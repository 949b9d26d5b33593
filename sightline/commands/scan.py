"""`sightline scan`: whether files carry protected values, by the eyes of the release gate."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from sightline.definition.outcomes import Invalid
from sightline.definition.types import Fault
from sightline.sharing.release import Artefact, Scanner, Value
from sightline.sharing.release.types import KINDS

KEYS = {"kind", "text", "lines", "postcode", "uprn", "point", "id"}


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "scan",
        help="look for protected values in files, as the release gate does",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="Examples:\n"
        "  sightline scan --values values.yaml letter.pdf figures.xlsx\n"
        "  sightline scan --values values.yaml bundles/ --each --json\n\n"
        "values.yaml is a list; a plain text's kind is guessed:\n"
        "  - 07700 900161\n"
        "  - {kind: address, lines: [14 Alder Close, Leeds], postcode: LS14 6AA, id: a1}",
        description="Needs no database: the values come from a file. A folder is one bundle; with --each, whatever lies in it\n"
        "is a bundle of its own. Nothing that is found is printed: it is masked. Exit codes: 0 nothing; 1 something; 2 it\n"
        "cannot be read.",
    )
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="files and folders")
    parser.add_argument("--values", required=True, type=Path, metavar="FILE", help="what must not leave: YAML or JSON")
    parser.add_argument("--each", action="store_true", help="each file or folder in a folder is a bundle of its own")
    parser.add_argument("--json", action="store_true", help="print as JSON")


def run(args: argparse.Namespace) -> int:
    scanner, found = Scanner(_values(args.values)), []
    for name, artefacts in _bundles(args.paths, args.each):
        hits = scanner.scan(artefacts)
        found.append({"bundle": name, "hits": [_as_dict(hit) for hit in hits]})
        if not args.json:
            print(f"{name}: {'nothing' if not hits else f'{len(hits)} found'}")
            for hit in hits:
                print(f"  {hit.kind}, {hit.how}, in {hit.where}" + (f": {hit.excerpt}" if hit.excerpt else ""))
    if args.json:
        print(json.dumps({"bundles": found}, ensure_ascii=False, indent=2))
    return 1 if any(one["hits"] for one in found) else 0


def _as_dict(hit: Any) -> dict[str, str]:
    return {"kind": hit.kind, "how": hit.how, "where": hit.where, "excerpt": hit.excerpt, "value": hit.value}


def _values(path: Path) -> list[Value]:
    """The values of a file. Raises Invalid with every fault."""
    try:
        told = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise Invalid([Fault(path=str(path), expected="a list of values, as YAML or JSON")]) from error
    values, faults = [], []
    for n, one in enumerate(told if isinstance(told, list) else [], 1):
        if isinstance(one, str) and one.strip():
            values.append(Value.of(one, id=str(n)))
        elif isinstance(one, dict) and one.get("kind") in KINDS and set(one) <= KEYS:
            point = [float(x) for x in one["point"]] if "point" in one else None
            values.append(
                Value(
                    one["kind"],
                    one.get("text", ""),
                    tuple(one.get("lines", ())),
                    one.get("postcode", ""),
                    one.get("uprn", ""),
                    (point[0], point[1]) if point else None,
                    one.get("id", str(n)),
                )
            )
        else:
            faults.append(
                Fault(path=f"{path}, value {n}", expected=f"a text, or a kind ({', '.join(KINDS)}) with its parts")
            )
    if faults or not values:
        raise Invalid(faults or [Fault(path=str(path), expected="at least one value")])
    return values


def _bundles(paths: list[Path], each: bool) -> Iterator[tuple[str, list[Artefact]]]:
    for path in paths:
        if not path.exists():
            raise Invalid([Fault(path=str(path), expected="a file or a folder that is there")])
        for one in sorted(path.iterdir()) if each and path.is_dir() else [path]:
            yield (
                str(one),
                [
                    _artefact(file, one)
                    for file in (sorted(one.rglob("*")) if one.is_dir() else [one])
                    if file.is_file()
                ],
            )


def _artefact(file: Path, bundle: Path) -> Artefact:
    name = str(file.relative_to(bundle)) if bundle.is_dir() else file.name
    try:
        return Artefact(file.read_bytes(), name=name)
    except OSError as error:
        print(f"{file}: {error.strerror}", file=sys.stderr)
        raise Invalid([Fault(path=str(file), expected="a file that can be read")]) from error
