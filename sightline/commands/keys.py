"""`sightline keys`: which key-encryption keys there are, and a new one in place of the old, while everything is served."""

from __future__ import annotations

import argparse
import json
import sys
import time
from typing import Any

WHERE = {
    "file": "They lie in {file}, beside the database: whoever copies both reads everything. That is for a trial. For real "
    "records give them from a key service (SIGHTLINE_KEY_COMMAND) or the environment.",
    "environment": "They come from the environment.",
    "command": "They come from the key service (SIGHTLINE_KEY_COMMAND).",
}


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "keys",
        help="say which keys wrap what, and change the key-encryption key",
        epilog="Example: sightline keys rotate",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description=(
            "Without more: which key-encryption keys are in hand, by a fingerprint, and how many keys each wraps.\n"
            "Exit codes: 0 well; 1 something is wrapped under another key than the current one; 2 cannot be done."
        ),
    )
    parser.add_argument("--json", action="store_true", help="report as JSON")
    what = parser.add_subparsers(dest="what", metavar="WHAT")
    rotate = what.add_parser(
        "rotate",
        help="a new key-encryption key, and every key wrapped anew under it",
        epilog="Example: sightline keys rotate",
        description="Runs beside `serve`, `worker` and loads: nobody waits for it. Where the keys lie in keys.env it makes the new "
        "key and writes it there; where they come from elsewhere, first make the new one current there (see the how-to) "
        "and this wraps everything under it. Stopped half-way, it goes on with --resume.",
    )
    rotate.add_argument(
        "--resume", action="store_true", help="make no new key: wrap what is left under the current one"
    )
    rotate.add_argument("--json", action="store_true", help="report as JSON")
    retire = what.add_parser(
        "retire",
        help="drop a key-encryption key that wraps nothing any more",
        epilog="Example: sightline keys retire 3fa2c019",
        description="Refuses while it wraps anything. Copies of the database from before the rotation open with it alone: keep a "
        "copy of the old keys.env as long as you keep those.",
    )
    retire.add_argument("name", help="its fingerprint, as `sightline keys` says it")
    what.add_parser(
        "new",
        help="print a fresh key for your key service, and keep nothing",
        epilog="Example: sightline keys new | your-key-service put sightline/next -",
        description="32 random bytes in base64.",
    )


def run(args: argparse.Namespace) -> int:
    if args.what == "new":
        from config.keys import new_keys

        print(new_keys().sightline_key)
        return 0
    return {None: _status, "rotate": _rotate, "retire": _retire}[args.what](args)


def state() -> dict[str, Any]:
    """Which keys there are, where they come from, and how much each wraps. Nothing of the keys themselves."""
    from django.conf import settings

    from sightline.vault import keeping, rotating

    ring, wraps = keeping.ring(), rotating.counts()
    current = ring.current.hex()
    return {
        "source": settings.SIGHTLINE_KEYS_FROM,
        "current": current,
        "keys": {name.hex(): wraps.get(name.hex(), 0) for name in ring.keys},
        "unnamed": wraps.get(rotating.UNNAMED, 0),
        "not-in-hand": {name: n for name, n in wraps.items() if name and bytes.fromhex(name) not in ring.keys},
        "left": sum(n for name, n in wraps.items() if name != current),
        "digest-key": bool(settings.SIGHTLINE_DIGEST_KEY),
    }


def _status(args: argparse.Namespace) -> int:
    from django.conf import settings

    found = state()
    if args.json:
        print(json.dumps(found, indent=1))
        return 1 if found["left"] else 0
    for name, count in found["keys"].items():
        role = "wraps what is new" if name == found["current"] else "only opens"
        print(f"{name}  {count:>10,} keys  {role}")
    if found["unnamed"]:
        print(
            f"{'from before':8} {found['unnamed']:>10,} keys  wrapped before keys had names; any of those above may open them"
        )
    for name, count in found["not-in-hand"].items():
        print(
            f"{name}  {count:>10,} keys  NOT GIVEN: nothing that these open can be read. Give it in SIGHTLINE_KEY_OTHERS."
        )
    print(WHERE[found["source"]].format(file=settings.KEYS_FILE))
    if found["left"]:
        print(f"{found['left']:,} keys are not under the current one: `sightline keys rotate --resume`.")
    return 1 if found["left"] else 0


def _rotate(args: argparse.Namespace) -> int:
    from django.conf import settings

    from config import keys, sealing
    from sightline.vault import rotating
    from sightline.vault.actions import check_key, mark_digests

    check_key()
    before = sealing.sealing_keys(_environment(), settings.KEYS_FILE)
    if before.source == sealing.FILE and not args.resume:
        mark_digests()
        sealing.rewrite(
            settings.KEYS_FILE,
            {
                sealing.KEY: keys.new_keys().sightline_key,
                sealing.OTHERS: ",".join((before.key, *before.others)),
                sealing.DIGEST: before.digest_key or before.key,
            },
        )
    elif not args.resume and not before.others:
        print(
            f"{WHERE[before.source]} There is no other key beside it, so there is nothing to change to. Put the new key there as "
            "SIGHTLINE_KEY, the old one in SIGHTLINE_KEY_OTHERS and SIGHTLINE_DIGEST_KEY, and run this again "
            "(docs/how-to/change-the-key.md).",
            file=sys.stderr,
        )
        return 2
    told = time.monotonic()

    def progress(done: int) -> None:
        nonlocal told
        if time.monotonic() - told > 5:
            told = time.monotonic()
            print(f"{done:,} keys …", file=sys.stderr, flush=True)

    done = rotating.rewrap(progress)
    found = state()
    _record(found["current"], done.keys, done.altered)
    if args.json:
        print(json.dumps({**found, "wrapped": done.keys, "altered": done.altered, "seconds": round(done.seconds, 2)}))
        return 1 if found["left"] else 0
    print(f"{done.keys:,} keys wrapped under {found['current']} in {done.seconds:,.1f} s.")
    if done.altered:
        print(f"{done.altered:,} were altered, open nothing, and were left: find out who could write to the database.")
    for name in found["keys"]:
        if name != found["current"]:
            print(
                f"The key {name} still opens copies of the database from before. When those are gone, or the key is kept apart "
                f"for them: sightline keys retire {name}"
            )
    return 1 if found["left"] - done.altered > 0 else 0


def _record(name: str, wrapped: int, altered: int) -> None:
    from sightline.agencies.queries import machine
    from sightline.ledger.actions import write

    by = machine("set-up-machine")
    write(
        kind="change",
        verb="rotate-keys",
        actor=by.id,
        acting_for=by.agency,
        purpose="administration",
        detail={"key": name, "wrapped": wrapped, "altered": altered},
    )


def _retire(args: argparse.Namespace) -> int:
    from django.conf import settings

    from config import sealing
    from sightline.vault import keeping

    found, wanted = state(), args.name.lower()
    before = sealing.sealing_keys(_environment(), settings.KEYS_FILE)
    if wanted == found["current"] or wanted not in found["keys"]:
        why = "is the current one" if wanted == found["current"] else "is not among those in hand"
        print(f"The key {wanted} {why}. `sightline keys` lists them.", file=sys.stderr)
        return 2
    if found["keys"][wanted] or found["unnamed"]:
        count = found["keys"][wanted] + found["unnamed"]
        print(f"It may still be needed for {count:,} keys: `sightline keys rotate --resume` first.", file=sys.stderr)
        return 2
    if before.source != sealing.FILE:
        print(f"Nothing is wrapped under {wanted}: take it out of SIGHTLINE_KEY_OTHERS where you keep it.")
        return 0
    stay = [one for one in before.others if keeping.made_of(one, ()).current.hex() != wanted]
    sealing.rewrite(settings.KEYS_FILE, {sealing.OTHERS: ",".join(stay)})
    print(
        f"{wanted} is dropped. Copies of the database from before the rotation open with your old copy of keys.env alone."
    )
    return 0


def _environment() -> dict[str, str]:
    import os

    return dict(os.environ)
