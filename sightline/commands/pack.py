"""`sightline pack`: packs for somebody outside, from the command line: prepare, read, let go, save what left."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any
from uuid import UUID


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "pack",
        help="packs for somebody outside: disclosure, subject access, review",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description=(
            "Puts together what is held about a person for one recipient, and lets it go once a second person has read it.\n"
            "What may be in it follows from the recipient's kind (`definitions/…/recipients`). Every step is in the ledger.\n\n"
            "Exit codes: 0 done, 1 refused or not there, 2 cannot be understood."
        ),
        epilog=(
            "Examples:\n"
            "  sightline pack kinds\n"
            "  sightline pack prepare 6f1c… --for court --name 'The Family Court at Leeds' --purpose court --by sam \\\n"
            "      --checked authority originators-told harm-considered\n"
            "  sightline pack show 09ab… --by tess\n"
            "  sightline pack release 09ab… --by tess\n"
            "  sightline pack save 09ab… --by sam --out packs/"
        ),
    )
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    kinds = verbs.add_parser(
        "kinds", help="the kinds of recipient, and what each is given", epilog="Example: sightline pack kinds --json"
    )
    kinds.add_argument("--json", action="store_true", help="report as JSON")
    prepare = verbs.add_parser("prepare", help="put a pack together", epilog="Example: see `sightline pack --help`")
    prepare.add_argument("person", type=_id, metavar="PERSON", help="the id in the address of the person's page")
    prepare.add_argument(
        "--for", dest="recipient", required=True, metavar="KIND", help="a kind of recipient (`sightline pack kinds`)"
    )
    prepare.add_argument("--name", required=True, help="who they are, as it stands on every page")
    prepare.add_argument("--purpose", required=True, help="a code of purposes that this recipient may have")
    prepare.add_argument(
        "--linked",
        type=_id,
        nargs="*",
        default=[],
        metavar="PERSON",
        help="whom of those known here they are, or act for",
    )
    prepare.add_argument(
        "--checked", nargs="*", default=[], metavar="CODE", help="codes of pack-check that you answer for"
    )
    prepare.add_argument("--asked-on", default="", metavar="DAY", help="day of a request for what is held")
    for verb, says, example in (
        ("list", "the packs that this worker may open", "sightline pack list --by sam"),
        ("show", "read a pack as its recipient would", "sightline pack show 09ab… --by tess"),
        ("release", "let a pack go (a second person)", "sightline pack release 09ab… --by tess"),
        ("save", "save the files that left", "sightline pack save 09ab… --by sam --out packs/"),
    ):
        one = verbs.add_parser(verb, help=says, epilog=f"Example: {example}")
        if verb != "list":
            one.add_argument("pack", type=_id, metavar="PACK", help="the pack's id")
        if verb == "save":
            one.add_argument("--out", type=Path, default=Path("."), metavar="DIR", help="folder (default: here)")
        one.add_argument("--by", required=True, metavar="USERNAME", help="who does it")
        one.add_argument("--json", action="store_true", help="report as JSON")
    prepare.add_argument("--by", required=True, metavar="USERNAME", help="who prepares it, and so what may be in it")
    prepare.add_argument("--json", action="store_true", help="report as JSON")


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not an id, such as 0b8f6a3e-5c1d-4e8f-9a70-3c2f6d1b7e44"
        ) from None


def run(args: argparse.Namespace) -> int:
    from sightline.definition.outcomes import Conflict, Invalid, Missing, Refused

    try:
        report, words = VERBS[args.verb](args)
    except Missing:
        print("Not there, or not for this worker to see.", file=sys.stderr)
        return 1
    except Refused as refused:
        print(f"{refused.decision.reason_code}: {refused.decision.sentence}", file=sys.stderr)
        return 1
    except Conflict as conflict:
        print(conflict.sentence, file=sys.stderr)
        return 1
    except Invalid as invalid:
        for fault in invalid.faults:
            print(fault, file=sys.stderr)
        return 2
    print(json.dumps(report, indent=1, ensure_ascii=False) if args.json else words)
    return 0


Told = tuple[Any, str]


def _kinds(_: argparse.Namespace) -> Told:
    from sightline.agencies.queries import partnership

    found = [
        {"id": r.id, "title": r.title, "kinds": list(r.kinds), "purposes": list(r.for_), "checks": list(r.checks),
         "handling": list(r.gives.handling), "redacts": list(r.redacts), "source": r.source}
        for r in partnership().recipient.values()
    ]  # fmt: skip
    lines = [
        f"{r['id']:<24} {r['title']}\n{'':<24} for {', '.join(r['purposes'])}; checks {', '.join(r['checks'])}"
        for r in found
    ]
    return found, "\n".join(lines)


def _prepare(args: argparse.Namespace) -> Told:
    from sightline.agencies.queries import actor_for, worker
    from sightline.disclosure.types import To
    from sightline.jobs.disclosing import prepare_pack

    kind = "subject-access" if args.purpose == "subject-access" else None
    if kind is None:
        from sightline.agencies.queries import partnership

        declared = partnership().recipient.get(args.recipient)
        kind = next((k for k in declared.kinds if k != "subject-access"), "disclosure") if declared else "disclosure"
    made = prepare_pack(
        kind=kind, about=args.person, to=To(args.recipient, args.name, tuple(args.linked)), purpose=args.purpose,
        by=actor_for(worker(args.by)), checks=args.checked, asked_on=args.asked_on,
    )  # fmt: skip
    return {"pack": str(made)}, f"Prepared: {made}. A second person reads it (`sightline pack show`) and lets it go."


def _list(args: argparse.Namespace) -> Told:
    from sightline.agencies.queries import actor_for, worker
    from sightline.disclosure.queries import packs
    from sightline.sharing.reading import reading

    with reading(actor_for(worker(args.by)), "safeguarding", about="view-pack") as opened:
        found = [
            {"pack": str(p.first), "state": p.state, "kind": p.kind, "recipient": p.to.kind, "purpose": p.purpose,
             "at": p.at.isoformat(), "due": p.due, **p.counts}
            for p in packs(opened)
        ]  # fmt: skip
    lines = [f"{p['pack']}  {p['state']:<10} {p['kind']:<15} {p['recipient']:<24} {p['at'][:10]}" for p in found]
    return found, "\n".join(lines) or "None."


def _show(args: argparse.Namespace) -> Told:
    from sightline.agencies.queries import actor_for, worker
    from sightline.disclosure.documents import when
    from sightline.disclosure.queries import pack
    from sightline.sharing.reading import reading

    with reading(actor_for(worker(args.by)), "safeguarding", about="view-pack") as opened:
        one = pack(opened, args.pack)
    report = {
        "pack": str(one.first), "state": one.state, "digest": one.digest, "for": one.to.name, "purpose": one.purpose,
        "lines": [line.as_dict() for line in one.lines],
    }  # fmt: skip
    lines = [f"{one.about}, for {one.to.name} ({one.purpose}): {one.state}"]
    for line in one.lines:
        why = f" ({', '.join(line.because)})" if line.because else ""
        lines.append(f"\n{when(line)}  {line.title}, {line.agency}: {line.state}{why}")
        lines += [f"  {part.label}: {part.words}" for part in line.parts]
    return report, "\n".join(lines)


def _release(args: argparse.Namespace) -> Told:
    from sightline.agencies.queries import actor_for, worker
    from sightline.jobs.disclosing import release_pack

    left = release_pack(pack=args.pack, by=actor_for(worker(args.by)))
    return {"files": left.files}, "\n".join(["Released.", *(f"{k}  SHA-256 {v}" for k, v in left.files.items())])


def _save(args: argparse.Namespace) -> Told:
    from sightline.agencies.queries import actor_for, worker
    from sightline.disclosure.documents import reference
    from sightline.disclosure.queries import file, pack
    from sightline.sharing.reading import reading

    args.out.mkdir(parents=True, exist_ok=True)
    saved = {}
    with reading(actor_for(worker(args.by)), "safeguarding", about="view-pack-file") as opened:
        one = pack(opened, args.pack)
        for format in sorted(one.files) or ["pdf"]:
            content, digest = file(opened, args.pack, format)
            where = args.out / f"pack-{reference(one).lower()}.{format}"
            where.write_bytes(content)
            where.chmod(0o600)
            saved[str(where)] = digest
    return saved, "\n".join(f"{where}  SHA-256 {digest}" for where, digest in saved.items())


VERBS = {"kinds": _kinds, "prepare": _prepare, "list": _list, "show": _show, "release": _release, "save": _save}
