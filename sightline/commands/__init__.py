"""The `sightline` command line. Each command has `--help` with an example, a useful exit code, and `--json` where it reports.

Composes; holds no rules. A command is a module with `add_parser(subparsers)` and `run(args) -> int`; what needs Django
is imported only after `main` has set it up.
"""

from __future__ import annotations

import argparse
import errno
import importlib
import os
import sys
from collections.abc import Sequence

# command: (module, whether it needs the database, mode that it forces)
COMMANDS: dict[str, tuple[str, bool, str]] = {
    "init": ("sightline.commands.init", True, ""),
    "serve": ("sightline.commands.serve", True, ""),
    "worker": ("sightline.commands.worker", True, ""),
    "demo": ("sightline.commands.demo", True, "demo"),
    "load": ("sightline.commands.load", True, ""),
    "feed": ("sightline.commands.feed", True, ""),
    "schools": ("sightline.commands.schools", True, ""),
    "check": ("sightline.commands.check", False, ""),
    "describe": ("sightline.commands.describe", False, ""),
    "reference": ("sightline.commands.reference", False, ""),
    "simulate": ("sightline.commands.simulate", False, ""),
    "story": ("sightline.commands.story", True, "scratch"),
    "identity": ("sightline.commands.identity", True, ""),
    "registry": ("sightline.commands.registry", False, ""),
    "keys": ("sightline.commands.keys", True, ""),
    "retention": ("sightline.commands.retention", True, ""),
    "pack": ("sightline.commands.pack", True, ""),
    "language": ("sightline.commands.language", False, ""),
    "signals": ("sightline.commands.signals", False, ""),
    "scan": ("sightline.commands.scan", False, ""),
    "verify": ("sightline.commands.verify", True, ""),
    "proof": ("sightline.commands.proof", True, ""),
    "witness": ("sightline.commands.witness", False, ""),
    "backup": ("sightline.commands.backup", True, ""),
    "restore": ("sightline.commands.restore", True, ""),
    "doctor": ("sightline.commands.doctor", True, ""),
    "wall": ("sightline.commands.wall", True, ""),
    "workers": ("sightline.commands.workers", True, ""),
    "token": ("sightline.commands.token", True, ""),
}


def setup_django(mode: str = "") -> None:
    """Sets Django up for a command. Raises ImproperlyConfigured when the keys are missing or unsafe."""
    if mode:
        os.environ.setdefault("SIGHTLINE_MODE", mode)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    from django.conf import settings

    if settings.SIGHTLINE_MODE in ("production", "demo"):
        from config.logs import log_what_nobody_caught

        log_what_nobody_caught()


def _parser(only: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="sightline",
        description="Sightline: one lawful, explainable picture of a child, and somebody who acts on it.",
        epilog="Example: sightline init --partnership leeds && sightline serve",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, (module, _, _) in COMMANDS.items():
        if only in ("", name):
            importlib.import_module(module).add_parser(subparsers)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Runs a command. Exit codes: 0 well, 1 the answer is no, 2 cannot be understood or done."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    named = arguments[0] if arguments and arguments[0] in COMMANDS else ""
    try:
        args = _parser(named).parse_args(arguments)
        module, database, mode = COMMANDS[args.command]
        if database:
            prepare = getattr(importlib.import_module(module), "prepare", None)
            if prepare is not None:
                prepare(args)
            setup_django(mode)
        return int(importlib.import_module(module).run(args) or 0)
    except KeyboardInterrupt:
        print("Stopped. What was done so far is kept.", file=sys.stderr)
        return 130
    except BrokenPipeError:
        return 0
    except Exception as error:
        sentence = explained(error)
        if sentence is None:
            raise
        print(sentence, file=sys.stderr)
        return 2


UNREACHED = "The database cannot be reached: is DATABASE_URL right, and is the server running?"
FULL = "The disk of the database is full: make room, and do the same again. What was acknowledged is kept."
DATABASE_SAYS = (  # what the drivers say, and what to do; the first that fits
    ("database or disk is full", FULL),
    ("no space left on device", FULL),
    ("disk quota exceeded", FULL),
    ("readonly database", "The database cannot be written: may this user write its file and its folder?"),
    ("read-only transaction", "The database takes no writing just now: is it a standby, or set to read only?"),
    ("database is locked", "Somebody has written to the database for long, and still does: try again in a while."),
)


def explained(error: Exception) -> str | None:
    """One sentence for the errors that a user can do something about; None for a fault of ours."""
    from django.core.exceptions import ImproperlyConfigured
    from django.db.utils import OperationalError, ProgrammingError

    from sightline.definition.loader import Unsound
    from sightline.definition.outcomes import Invalid, Missing, Refused

    if isinstance(error, Unsound):
        return "The definition is not sound:\n" + "\n".join(f"  {fault}" for fault in error.faults)
    if isinstance(error, ImproperlyConfigured):
        return str(error)
    if isinstance(error, Refused):
        return error.decision.sentence
    if isinstance(error, Invalid):
        return "\n".join(str(fault) for fault in error.faults)
    if isinstance(error, Missing):
        return "Not found."
    said = str(error) + str(error.__cause__)
    if isinstance(error, OperationalError | ProgrammingError) and ("no such table" in said or "does not exist" in said):
        return "The tables are not there, or of an earlier version: run `sightline init` first."
    if isinstance(error, OSError):
        return _of_a_file(error)
    if isinstance(error, OperationalError):
        return next((sentence for words, sentence in DATABASE_SAYS if words in said.casefold()), UNREACHED)
    return None


def _of_a_file(error: OSError) -> str | None:
    """What to do about a file or folder that cannot be read or written; None where it is none, such as a connection."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"The disk is full{_where(error)}: make room, and do the same again. What was done so far is kept."
    if error.filename is None or isinstance(error.filename, int):
        return None
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"This user may not read or write there{_where(error)}."
    return f"{error.strerror or type(error).__name__}{_where(error)}."


def _where(error: OSError) -> str:
    return f" ({error.filename})" if error.filename is not None and not isinstance(error.filename, int) else ""
