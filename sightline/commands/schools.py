"""`sightline schools`: takes in the register of schools, so that files may name them.

The columns are those of the Department for Education's register (Get Information about Schools, all establishment
data); others are passed over. A school that the definition declares keeps what is declared.
"""

from __future__ import annotations

import argparse
import csv
import json
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

NEEDED = ("URN", "EstablishmentName")
MOST_IN_AN_ID = 60
LARGEST = 150 * 1024 * 1024  # the whole register of England is less than half of that
ENCODINGS = ("utf-8-sig", "cp1252")  # the register itself is published in the second


class School(NamedTuple):
    id: str
    kind: str
    title: str
    phone: str


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "schools",
        help="take in the register of schools",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Declares the schools, colleges and alternative provision of a register (a CSV file in the columns of\n"
        "the Department for Education's register), so that feeds may name them. What is declared already stays as it is;\n"
        "closed ones are left out. `sightline load` does the same with registers that it meets.",
        epilog="Example: sightline schools edubasealldata.csv",
    )
    parser.add_argument("file", type=Path)
    parser.add_argument("--json", action="store_true", help="report as JSON")


def run(args: argparse.Namespace) -> int:
    if not is_register(args.file):
        print(
            f"{args.file.name} is no register of schools: a CSV file with the columns {', '.join(NEEDED)}",
            file=sys.stderr,
        )
        return 2
    taken = take(args.file)
    print(json.dumps(taken) if args.json else f"{taken['new']:,} schools declared, {taken['known']:,} known before")
    return 0


def is_register(path: Path) -> bool:
    """Whether the file's first line is that of a register."""
    try:
        if path.suffix.lower() != ".csv" or not path.is_file() or path.stat().st_size > LARGEST:
            return False
        with path.open("rb") as stream:
            first = stream.readline(20_000).decode("cp1252", errors="replace")
        return set(NEEDED) <= set(next(csv.reader([first.lstrip("ï»¿")]), []))
    except (OSError, csv.Error):  # whatever it is, it is not that: `load` will say
        return False


def registers(paths: Iterable[Path]) -> Iterator[Path]:
    """The registers among these files and folders."""
    for path in paths:
        if path.is_dir() and not path.is_symlink():
            yield from (each for each in sorted(path.iterdir()) if is_register(each))
        elif is_register(path):
            yield path


def take(path: Path) -> dict[str, int]:
    """Declares its schools; says how many are new and how many were known."""
    from django.db import transaction

    from sightline.agencies.actions import declare_agency
    from sightline.agencies.queries import agencies, machine

    there, by = agencies(), machine("set-up-machine")
    titles = {agency.title.casefold() for agency in there.values()}
    new = known = 0
    with transaction.atomic():
        for school in read(path):
            if school.id in there or school.title.casefold() in titles:
                known += 1
                continue
            declare_agency(id=school.id, kind=school.kind, title=school.title, phone=school.phone, by=by)
            titles.add(school.title.casefold())
            new += 1
    return {"new": new, "known": known}


def read(path: Path) -> Iterator[School]:
    """The open establishments of a register."""
    seen: set[str] = set()
    for row in csv.DictReader(_text(path).splitlines()):
        title = (row.get("EstablishmentName") or "").strip()
        if not title or "closed" in (row.get("EstablishmentStatus (name)") or "").lower().replace(
            "proposed to close", ""
        ):
            continue
        slug = re.sub(r"[^a-z0-9]+", "-", title.casefold()).strip("-")[:MOST_IN_AN_ID].strip("-")
        if not slug or slug in seen:
            slug = f"{slug[: MOST_IN_AN_ID - 10]}-{row['URN'].strip()}".strip("-")
        seen.add(slug)
        yield School(slug, _kind(row), title, (row.get("TelephoneNum") or "").strip())


def _kind(row: dict[str, str]) -> str:
    sort, phase = (row.get(name) or "" for name in ("TypeOfEstablishment (name)", "PhaseOfEducation (name)"))
    if "referral" in sort.lower() or "alternative" in sort.lower():
        return "alternative-provision"
    return "college" if "further education" in sort.lower() or phase == "16 plus" else "school"


def _text(path: Path) -> str:
    for encoding in ENCODINGS[:-1]:
        try:
            return path.read_text(encoding=encoding)
        except UnicodeDecodeError:
            continue
    return path.read_text(encoding=ENCODINGS[-1], errors="replace")
