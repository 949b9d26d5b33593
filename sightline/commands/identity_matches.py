"""`sightline identity matches` and `sightline identity decide`: the match queue from a terminal.

Both act for a worker (`--by`), see what that worker sees, and leave the same records as the pages do.
"""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING, Any
from uuid import UUID

if TYPE_CHECKING:
    from sightline.identity.match_types import PairView
    from sightline.sharing.reading import Reading

SHOW = ("urgent", "open", "protected", "half", "asked", "unsure")
DECISIONS = ("same", "different", "unsure", "ask", "confirm", "reject", "undo")


def register(verbs: Any) -> None:
    """Adds both to the verbs of `sightline identity`; each carries what runs it as `work`."""
    listing = verbs.add_parser(
        "matches",
        help="which two may be one person, in the order of the queue",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description=(
            "Lists the matches that wait for somebody to decide, as a worker sees them: first those that touch something\n"
            "urgent, then an open concern, then the longest waiting. It shows names of children: on this terminal alone.\n"
            "That it was asked is recorded, under the worker's name.\n\n"
            "Exit codes: 0 nothing waits; 1 something waits; 2 it cannot be asked."
        ),
        epilog="Example: sightline identity matches --by amir --show urgent --json",
    )
    listing.add_argument("--by", required=True, metavar="USERNAME", help="the worker for whom it is asked")
    listing.add_argument("--show", choices=SHOW, default="", help="only these; default: everything that waits")
    listing.add_argument("--agency", default="", metavar="ID", help="only matches with details of this agency")
    listing.add_argument("--most", type=int, default=50, metavar="N", help="at most N (default: 50)")
    listing.add_argument("--json", action="store_true", help="report as JSON")
    listing.set_defaults(work=matches)
    deciding = verbs.add_parser(
        "decide",
        help="decide a match, or take a decision back",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description=(
            "Decides a match for a worker: same (one person), different (two people), unsure, ask (an agency was asked),\n"
            "confirm or reject (the second of two workers, where one side is protected), undo (take back one's own).\n\n"
            "Exit codes: 0 done; 2 it cannot be done, and why."
        ),
        epilog="Example: sightline identity decide 5b1c… --decision same --by amir --because 'The school nurse knows both'",
    )
    deciding.add_argument("id", metavar="ID", type=UUID, help="the match, as `sightline identity matches` names it")
    deciding.add_argument("--decision", required=True, choices=DECISIONS)
    deciding.add_argument("--by", required=True, metavar="USERNAME", help="the worker who decides")
    deciding.add_argument("--because", default="", help="why, in a sentence: kept with the decision, sealed")
    deciding.add_argument("--agency", default="", metavar="ID", help="with --decision ask: who was asked")
    deciding.add_argument("--json", action="store_true", help="report as JSON")
    deciding.set_defaults(work=decide)


def matches(args: argparse.Namespace) -> int:
    from sightline.agencies.queries import actor_for, agencies, worker
    from sightline.clocks.pressing import pressing
    from sightline.definition.nearest import nearest
    from sightline.identity.match_queries import waiting, waiting_count
    from sightline.identity.match_types import Narrow
    from sightline.sharing.reading import reading

    if args.most < 1:
        print("--most: a number of matches, 1 or more.", file=sys.stderr)
        return 2
    if args.agency and args.agency not in (known := agencies()):  # "0 wait" of an agency that is not there would comfort
        near = nearest(args.agency, known)
        print(f"No agency has the id {args.agency}{f': did you mean {near}?' if near else '.'}", file=sys.stderr)
        return 2
    narrow, first = Narrow(args.agency, args.show), pressing()
    with reading(actor_for(worker(args.by)), "safeguarding", about="view-matches") as opened:
        page = waiting(opened, limit=args.most, narrow=narrow, pressing=first)
        count = waiting_count(opened, narrow, pressing=first)
        told = [as_data(view, opened) for view in page.items]
    if args.json:
        print(json.dumps({"waiting": count, "matches": told}, indent=1, ensure_ascii=False))
        return 1 if count else 0
    for one in told:
        weight = f"{one['weight']:+.1f}" if one["weight"] is not None else "–"
        marks = " ".join(
            f"[{mark}]" for mark in (one["pressing"], one["guard"], one["state"]) if mark not in ("", "waiting")
        )
        names = " / ".join(f"{side['name']} {side['born']} ({side['agency']})" for side in one["sides"])
        print(f"{one['id']}  {weight:>6}  {names}  since {one['since'][:10]} {marks}".rstrip())
    print(f"{count}{'+' if count >= 1000 else ''} wait{'s' if count == 1 else ''}", file=sys.stderr)
    return 1 if count else 0


def as_data(view: PairView, opened: Reading) -> dict[str, Any]:
    """A match as JSON: what the queue's line says."""
    from sightline.identity.rules import full_name

    def side(held: Any, person: UUID) -> dict[str, str]:
        agency = opened.agencies.get(held.agency)
        return {
            "person": str(person),
            "name": full_name(held.details) or "name not known",
            "born": held.details.born or held.details.expected,
            "agency": agency.id if agency else held.agency,
        }

    return {
        "id": str(view.id),
        "state": view.state,
        "pressing": view.pressing,
        "guard": view.guard,
        "since": view.at.isoformat(),
        "weight": view.bits,
        "model": view.model,
        "why": list(view.why),
        "compared": [{"comparison": p.comparison, "level": p.level, "weight": round(p.weight, 2)} for p in view.parts],
        "asked": {"agency": view.asked_of, "at": view.asked_at.isoformat()} if view.asked_at else None,
        "sides": [side(view.one, view.person_one), side(view.other, view.person_other)],
    }


def decide(args: argparse.Namespace) -> int:
    from sightline.agencies.queries import actor_for, worker
    from sightline.definition.outcomes import Conflict
    from sightline.identity.match_queries import pair
    from sightline.jobs import linking, undoing
    from sightline.sharing.reading import reading

    by, why = actor_for(worker(args.by)), args.because.strip()
    if args.decision in ("same", "different", "unsure") and not why:
        print("Say why: --because 'what was checked, and with whom'.", file=sys.stderr)
        return 2
    if args.decision == "ask" and not args.agency:
        print("Say who was asked: --agency ID.", file=sys.stderr)
        return 2
    with reading(by, "safeguarding", about="view-match") as opened:
        pair(opened, args.id)  # whoever may not see both decides nothing about them
    try:
        if args.decision == "ask":
            linking.ask_agency(possible=args.id, agency=args.agency, by=by)
        elif args.decision == "confirm":
            linking.confirm(possible=args.id, because=why, by=by)
        elif args.decision == "reject":
            linking.reject(possible=args.id, because=why, by=by)
        elif args.decision == "undo":
            undoing.undo(possible=args.id, by=by)
        else:
            linking.decide_match(possible=args.id, decision=args.decision, because=why, by=by)
    except Conflict as conflict:
        print(conflict.sentence, file=sys.stderr)
        return 2
    with reading(by, "safeguarding", about="view-match") as opened:
        view = pair(opened, args.id)
    if args.json:
        print(json.dumps({"id": str(view.id), "state": view.state, "one_person": view.together}))
    else:
        said = {
            "half": "A second worker must agree.",
            "same": "They are one person now.",
            "different": "They stay two people.",
        }
        print(said.get(view.state, "It goes on waiting."))
    return 0
