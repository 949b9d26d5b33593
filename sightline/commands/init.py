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
    there = (var / "keys.env").exists()
    if not given() and os.environ.get("SIGHTLINE_MODE") not in ("test", "scratch"):
        args.made_keys = None if there else var / "keys.env"
        ensure_keys(var / "keys.env", made_for=os.environ.get("SIGHTLINE_MODE", "production"))
    if os.environ.get("SIGHTLINE_MODE") not in ("test", "scratch"):
        ensure_signing_key(var / "keys.env")
    if args.partnership:
        from sightline.definition.loader import load

        load(args.partnership)  # a definition that is not sound is said now, before anything is written
        os.environ["SIGHTLINE_PARTNERSHIP"] = args.partnership


def choose_partnership(partnership: str) -> None:
    """Remembers it beside the database, for every later command."""
    os.environ["SIGHTLINE_PARTNERSHIP"] = partnership
    var = state_folder()
    var.mkdir(mode=0o700, parents=True, exist_ok=True)
    (var / "partnership").write_text(partnership + "\n")


def run(args: argparse.Namespace) -> int:
    from django.conf import settings
    from django.core.exceptions import ImproperlyConfigured

    try:
        refuse_other_partnership()
        count = prepare_database()
    except ImproperlyConfigured as error:
        made: Path | None = getattr(args, "made_keys", None)
        if made is None:
            raise
        made.unlink(missing_ok=True)  # else it would look like the one that is lost
        raise ImproperlyConfigured(
            f"{error} There was no {made}; the new one, made just now, was taken away again: put your copy of the lost one there."
        ) from error
    if args.partnership:
        choose_partnership(args.partnership)
    print(
        f"Ready: {settings.SIGHTLINE_PARTNERSHIP}, {count} agencies. Next: `sightline workers add --help`, then `sightline serve`."
    )
    return 0


def refuse_unprepared() -> None:
    """Raises ImproperlyConfigured where this version would not find its tables, or those of this partnership: what is owed
    would fail every second, and what is sent be refused, while the pages seem to serve."""
    from django.core.exceptions import ImproperlyConfigured

    from sightline.operations.backups import is_behind_code

    if behind := is_behind_code():
        raise ImproperlyConfigured(
            f"The tables are not there, or of an earlier version ({len(behind)} migrations have not run): run `sightline init` "
            "first, as the tables' owner."
        )
    refuse_other_partnership()


def refuse_other_partnership() -> None:
    """Raises ImproperlyConfigured where the database is another partnership's and in use: its agencies, workers' roles and
    sharing rules would be gone from one moment to the next. One in which nobody works and nothing has come may still change."""
    from django.conf import settings
    from django.core.exceptions import ImproperlyConfigured

    from sightline.agencies.queries import held_for, somebody_works
    from sightline.intake.queries import anything_came

    wanted, held = settings.SIGHTLINE_PARTNERSHIP, held_for()
    if held not in ("", wanted) and (somebody_works() or anything_came()):
        raise ImproperlyConfigured(
            f"This database is the partnership {held}'s, and in use: it cannot become {wanted}'s. One deployment is one "
            f"partnership. Give {wanted} a database and a SIGHTLINE_VAR of its own, or say {held} (--partnership, or "
            "SIGHTLINE_PARTNERSHIP)."
        )


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
