"""`sightline demo`: a synthetic Leeds, loaded as agencies would send it, and served."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import time
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

if TYPE_CHECKING:
    from sightline.intake.types import Notification

SEED = 2025


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "demo",
        help="load a synthetic Leeds and serve it",
        epilog="Example: sightline demo --bind 127.0.0.1:8000",
        description="Writes the files that invented agencies would send about invented children, loads them, and serves "
        "the result. "
        "The second time it only serves.",
    )
    parser.add_argument("--bind", default="127.0.0.1:8000")
    parser.add_argument("--children", type=int, default=3000)
    parser.add_argument("--no-serve", action="store_true", help="prepare only")


def prepare(args: argparse.Namespace) -> None:
    from config.keys import ensure_keys
    from sightline.commands.init import state_folder

    ensure_keys(state_folder() / "keys.env", made_for="demo")
    os.environ["SIGHTLINE_PARTNERSHIP"] = "leeds"


def run(args: argparse.Namespace) -> int:
    from django.conf import settings

    from sightline.commands.init import choose_partnership, prepare_database, state_folder

    if settings.SIGHTLINE_MODE != "demo":
        print(
            "The keys in var/ were made for a real deployment; the demonstration will not touch it. "
            "Set SIGHTLINE_VAR to another folder.",
            file=sys.stderr,
        )
        return 2
    choose_partnership("leeds")
    ready = state_folder() / "demo-ready"
    prepare_database()
    if not ready.exists():
        if not _fill(args.children, state_folder() / "demo-files"):
            return 1
        ready.write_text("loaded\n")
    _tell(args.bind)
    if args.no_serve:
        return 0
    from sightline.commands.serve import serve

    return serve(args.bind)


def _fill(children: int, folder: Path) -> bool:
    from sightline.agencies.actions import add_worker
    from sightline.agencies.queries import machine, workers
    from sightline.commands import load, simulate
    from sightline.simulation.demo import DEMO_WORKERS

    began = time.monotonic()
    shutil.rmtree(folder, ignore_errors=True)
    print(
        f"Writing what the agencies of a synthetic Leeds would send about {children:,} invented children …", flush=True
    )
    parser = argparse.ArgumentParser()
    subparsers = parser.add_subparsers()
    simulate.add_parser(subparsers)
    load.add_parser(subparsers)
    code = simulate.run(
        parser.parse_args(
            [
                "simulate",
                "--partnership",
                "leeds",
                "--children",
                str(children),
                "--seed",
                str(SEED),
                "--out",
                str(folder),
                "--shift-to",
                date.today().isoformat(),
                "--brief",
            ]
        )
    )
    there = {w.username for w in workers()}
    for worker in DEMO_WORKERS:
        if worker.username not in there:
            add_worker(
                username=worker.username,
                name=worker.name,
                agency=worker.agency,
                role=worker.role,
                team=worker.team,
                phone=worker.phone,
                by=machine("set-up-machine"),
            )
    print("Loading it, as any agency's files are loaded …", flush=True)
    code = code or load.run(parser.parse_args(["load", str(folder / "feeds")]))
    if code == 0:
        _decided()
        _morning(folder / "truth")
    print(f"Ready after {time.monotonic() - began:.0f} s.", flush=True)
    return code == 0


def _decided() -> None:
    """What a worker has decided already: the police spell Jay's name otherwise, and so short a name may be a twin's, so
    that it waited for a person although his number agrees. Every other match is left for whoever looks around.
    """
    from sightline.agencies.queries import actor_for, worker
    from sightline.identity.finding import find
    from sightline.identity.match_queries import pairs_about
    from sightline.identity.types import Asked
    from sightline.jobs.linking import decide_match
    from sightline.sharing.reading import reading
    from sightline.simulation.demo import DEMO_DECISION as decision

    by = actor_for(worker(decision.username))
    with reading(by, "safeguarding", about="view-matches") as opened:
        people = find(opened, Asked(words=decision.name))
        pairs = {pair.id: pair for person in people for pair in pairs_about(opened, person.person)}
    for pair in pairs.values():
        if (
            {pair.one.details.given, pair.other.details.given} == set(decision.spelt)
            and "nhs" in pair.why
            and pair.waits
        ):
            decide_match(possible=pair.id, decision="same", because=decision.because, by=by)
            return


def as_notification(told: dict[str, Any]) -> Notification:
    """A notice of the morning (`simulation.morning.notices`) as its agency sends it."""
    from sightline.intake.types import Details, Named, Notification

    people = enumerate(told["people"], 1)
    return Notification(
        agency=told["agency"],
        record=told["record"],
        message_id=told["message"],
        happened=told["happened"],
        sent=told["sent"],
        says=told["says"],
        fields=told["fields"],
        people=tuple(Named(f"p{n}", (role,), Details(**details)) for n, (role, details) in people),
        raw=told["says"].encode(),
    )


def _morning(truth: Path) -> None:
    """What came in overnight, through the same door as anything that an agency sends: the queue of a morning. What the
    files told of the days before was dealt with then, and does not stand in it.
    """
    from datetime import timedelta

    from sightline.agencies.queries import machine
    from sightline.front_door.claiming import dealt_with
    from sightline.jobs.receive import receive_many
    from sightline.simulation.morning import notices
    from sightline.timescales.moment import now

    moment, by = now(), machine("feed-machine")
    dealt_with(before=moment - timedelta(hours=16), by=machine("set-up-machine"))
    print("What came in overnight reaches the front door …", flush=True)
    for told in notices(truth, moment):
        notice = as_notification(told)
        receive_many([notice], feed="", kind="story", agency=notice.agency, by=by)


def _tell(bind: str) -> None:
    from sightline.simulation.demo import DEMO_WORKERS

    print(f"\nSightline is at http://{bind}/ . Choose who to be; no password is needed in the demonstration:\n")
    for worker in DEMO_WORKERS:
        print(f"  {worker.name:22} {worker.says}")
    print()
    for words, path in _centrepiece():
        print(f"{words}\n  http://{bind}/demo/?next={quote(path, safe='/')}\n")
    print("What should follow, lived as stories: sightline story run stories/*-the-third.yaml\n")
    print(f"Or begin with {DEMO_WORKERS[0].name}: Front door, then Jay Marsh. Ctrl-C stops it.\n", flush=True)


def _centrepiece() -> list[tuple[str, str]]:
    """The story of Jay Marsh, answered one by one: (what there is to see, where), as far as it stands.

    Looked for as his social worker's team sees him, so that what is printed can be opened by them; ids alone.
    """
    from sightline.agencies.queries import actor_for, worker
    from sightline.identity.finding import find
    from sightline.identity.queries import identities_of
    from sightline.identity.types import Asked
    from sightline.sharing.reading import reading
    from sightline.signals.queries import of_person
    from sightline.simulation.demo import DEMO_CHILD, DEMO_SIGN, DEMO_WHO, DEMO_WORKERS
    from sightline.timescales.london import local

    name = next(one.name for one in DEMO_WORKERS if one.username == DEMO_WHO)
    with reading(actor_for(worker(DEMO_WHO)), "safeguarding", about="view-child") as opened:
        found = [
            (person.person, one)
            for person in find(opened, Asked(words=DEMO_CHILD))
            for one in of_person(opened, person.person, [row.id for row in identities_of(person.person)])
            if one.rule == DEMO_SIGN and one.id is not None
        ]
    if not found:
        return []
    person, sign = max(found, key=lambda one: len(one[1].cited))
    day = local(sign.since)
    return [
        (
            f"Begin here. Five services each knew a part of what happened to {DEMO_CHILD}, and each answered it on its own day. "
            f"Together\nit is a pattern: what it rests on, what it may mean and what it does not, who was told. Choose {name}:",
            f"/signs/{sign.id}/",
        ),
        (
            f"It could have been seen from {day:%-d %B %Y}, when the third event was told. All that is known of him:",
            f"/child/{person}/",
        ),
    ]
