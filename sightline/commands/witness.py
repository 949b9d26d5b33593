"""`sightline witness`: keeps what a ledger says of itself, on somebody else's machine, and signs only what continues it."""

from __future__ import annotations

import argparse
import json
import sys
import threading
import time
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

if TYPE_CHECKING:
    from sightline.ledger.witnessing import Witness

EVERY_SECONDS = 60.0
LARGEST = 64 * 1024  # bytes of a request


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "witness",
        help="keep what a ledger says of itself, and countersign what continues it",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="Examples:\n"
        "  sightline witness --state /srv/witness --name ripley.example/witness    (prints its key)\n"
        "  sightline witness --state /srv/witness --watch 'sightline/leeds/1a2b3c4d+5e6f7081+AbCd…'\n"
        "  sightline witness --state /srv/witness --from /mnt/leeds/checkpoints.jsonl --once\n"
        "  sightline witness --state /srv/witness --listen 127.0.0.1:8700",
        description="Needs no database and none of the partnership's keys. Run it where the people who run the ledger cannot\n"
        "write. Exit codes: 0 well; 1 the ledger does not continue what was seen: somebody rewrote it or put it back;\n"
        "2 it cannot be understood or done.",
    )
    parser.add_argument(
        "--state", required=True, type=Path, metavar="DIR", help="the witness's own folder; made where there is none"
    )
    parser.add_argument("--name", default="", help="its name, when it is made (default: a random one)")
    parser.add_argument("--watch", metavar="KEY", help="watch a ledger: its public key (sightline proof --key)")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--listen", metavar="HOST:PORT", help="take checkpoints by HTTP, until stopped")
    how.add_argument(
        "--from", dest="file", type=Path, metavar="FILE", help="follow a ledger's checkpoints.jsonl, each minute"
    )
    parser.add_argument("--once", action="store_true", help="with --from: look once, then end")
    parser.add_argument("--json", action="store_true", help="report as JSON")


def run(args: argparse.Namespace) -> int:
    from sightline.ledger.notes import Unsound
    from sightline.ledger.witnessing import Rejected, Witness

    if args.once and not args.file:
        print("--once goes with --from.", file=sys.stderr)
        return 2
    try:
        witness = Witness(args.state, name=args.name)
        if args.watch:
            witness.watch(args.watch)
        if args.listen:
            return _listen(witness, args.listen)
        while args.file:
            _follow(witness, args.file)
            if args.once:
                break
            time.sleep(EVERY_SECONDS)
    except Unsound as error:
        print(error, file=sys.stderr)
        return 2
    except Rejected as error:
        print(error, file=sys.stderr)
        return 1 if error.status in (409, 422) else 2
    _report(witness, as_json=args.json)
    return 0


def _follow(witness: Witness, file: Path) -> None:
    from sightline.ledger.notes import Unsound
    from sightline.ledger.reading_checkpoints import lines_of

    if not file.exists():
        raise Unsound(f"There is no {file}: it is made beside the ledger's anchor when the first checkpoint is signed.")
    witness.follow((each.note, each.before, each.proof) for each in lines_of(file))


def _report(witness: Witness, *, as_json: bool) -> None:
    watched = witness.watched()
    if as_json:
        seen = [
            {"origin": origin, "key": str(w.key), "records": w.size, "root": w.root.hex(), "at": w.at, "note": w.note}
            for origin, w in watched.items()
        ]
        print(json.dumps({"key": str(witness.key), "watched": seen}, ensure_ascii=False))
        return
    print(f"key of this witness: {witness.key}")
    for origin, w in watched.items():
        when = (
            f"{w.size:,} records, seen at {datetime.fromtimestamp(w.at, UTC):%Y-%m-%d %H:%M:%S} UTC"
            if w.at
            else "not seen yet"
        )
        print(f"{origin}: {when}")
    if not watched:
        print("It watches nothing yet: give it a ledger's key with --watch.")


def _listen(witness: Witness, at: str) -> int:
    server = served(witness, at)
    print(f"key of this witness: {witness.key}\nlistening on http://{at}", flush=True)
    try:
        server.serve_forever()
    finally:
        server.server_close()
    return 0


def served(witness: Witness, at: str) -> ThreadingHTTPServer:
    """The server, not yet serving. `at`: host:port. Raises Unsound."""
    from sightline.ledger.notes import Unsound

    host, _, port = at.rpartition(":")
    if not host or not port.isdigit():
        raise Unsound("--listen takes HOST:PORT, such as 127.0.0.1:8700.")
    asking = threading.BoundedSemaphore(8)

    class Handler(BaseHTTPRequestHandler):
        timeout = 10
        server_version, sys_version = "sightline-witness", ""

        def do_POST(self) -> None:
            from sightline.ledger.witnessing import Rejected, request

            length = self.headers.get("Content-Length", "")
            if self.path != "/add-checkpoint":
                return self._answer(404, "There is only /add-checkpoint here.\n")
            if not length.isdigit() or int(length) > LARGEST:
                return self._answer(413, f"At most {LARGEST} bytes.\n")
            try:
                with asking:
                    old, proof, note = request(self.rfile.read(int(length)).decode("utf-8", "replace"))
                    line = witness.add(old, proof, note)
            except Rejected as error:
                kind = "text/x.tlog.size" if error.status == 409 else "text/plain; charset=utf-8"
                return self._answer(error.status, error.answer, kind)
            return self._answer(200, line)

        def do_GET(self) -> None:
            asked = urlsplit(self.path)
            if asked.path == "/key":
                return self._answer(200, f"{witness.key}\n")
            watched = witness.watched().get("".join(parse_qs(asked.query).get("origin", [])))
            if asked.path == "/checkpoint" and watched and watched.note:
                return self._answer(200, watched.note)
            return self._answer(404, "Ask for /key, or /checkpoint?origin=….\n")

        def _answer(self, status: int, body: str, kind: str = "text/plain; charset=utf-8") -> None:
            raw = body.encode()
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, *_: Any) -> None:
            """Nothing: what was countersigned is in history.jsonl."""

    try:
        return ThreadingHTTPServer((host, int(port)), Handler)
    except OSError as error:
        raise Unsound(f"It cannot listen on {at}: {error.strerror}.") from None
