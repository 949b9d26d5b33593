"""`sightline reference`: the reference pages that are written from definitions."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "reference", help="write docs/reference from the definitions", epilog="Example: sightline reference --check"
    )
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when a page is stale")
    parser.add_argument("--into", default="docs/reference", help="folder (default docs/reference)")


def run(args: argparse.Namespace) -> int:
    from sightline.definition.loader import default_root, load, names
    from sightline.definition.reference import pages
    from sightline.definition.reference_signals import every
    from sightline.identity.linkage.describing import page

    stale = 0
    model = default_root() / "england" / "matching" / "model.json"
    shipped = {"matching-model.md": page(model)} if model.is_file() else {}
    partnerships = [load(name) for name in names()]
    shipped["signals.md"] = every(partnerships)
    for of_one in (shipped, *map(pages, partnerships)):
        for path, text in of_one.items():
            target = Path(args.into) / path
            if target.exists() and target.read_text() == text:
                continue
            stale += 1
            if args.check:
                print(f"stale: {target} (run `sightline reference`)")
            else:
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(text)
                print(f"wrote {target}")
    return 1 if args.check and stale else 0
