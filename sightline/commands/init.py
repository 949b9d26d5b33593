"""`sightline init`: keys, an empty database, and the partnership's agencies."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "init",
        help="prepare an empty database",
        epilog="Example: sightline init --partnership leeds",
        description="Writes fresh keys where there are none, brings the database up to date, and takes the partnership's agencies.",
    )
    parser.add_argument("--partnership", help="a folder of definitions/ (default: what was chosen before, else leeds)")


def state_folder() -> Path:
    """Where state lies: as in the settings, whatever folder the command is run from."""
    beside_the_code = Path(__file__).resolve().parents[2] / "var"
    return Path(os.environ.get("SIGHTLINE_VAR", str(beside_the_code))).absolute()


def prepare(args: argparse.Namespace) -> None:
    """Before Django: the keys, and which partnership this deployment is."""
    from config.keys import ensure_keys, given
    from config.signing import ensure_signing_key

    var = state_folder()
    if not given() and os.environ.get("SIGHTLINE_MODE") not in ("test", "scratch"):
        ensure_keys(var / "keys.env", made_for=os.environ.get("SIGHTLINE_MODE", "production"))
    if os.environ.get("SIGHTLINE_MODE") not in ("test", "scratch"):
        ensure_signing_key(var / "keys.env")
    if args.partnership:
        from sightline.definition.loader import load

        load(args.partnership)  # a definition that is not sound is said now, before anything is written
        choose_partnership(args.partnership)


def choose_partnership(partnership: str) -> None:
    """Remembers it beside the database, for every later command."""
    os.environ["SIGHTLINE_PARTNERSHIP"] = partnership
    var = state_folder()
    var.mkdir(mode=0o700, parents=True, exist_ok=True)
    (var / "partnership").write_text(partnership + "\n")


def run(args: argparse.Namespace) -> int:
    from django.conf import settings

    count = prepare_database()
    print(
        f"Ready: {settings.SIGHTLINE_PARTNERSHIP}, {count} agencies. Next: `sightline workers add --help`, then `sightline serve`."
    )
    return 0


def prepare_database() -> int:
    """Brings the tables up to date and takes the definition's agencies. Returns how many there are."""
    from django.core.management import call_command

    from sightline.agencies.actions import publish, take_from_definition
    from sightline.agencies.queries import machine
    from sightline.vault.actions import mark_digests

    call_command("migrate", interactive=False, verbosity=0)
    mark_digests()
    count = take_from_definition(by=machine("feed-machine"))
    publish(because="take-definition", by=machine("set-up-machine"))
    return count
