"""`sightline identity`: learning what agreement is worth, matching everybody, and the models there are."""

from __future__ import annotations

import argparse
import importlib
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sightline.agencies.types import Actor
    from sightline.identity.linkage.model import Model

Progress = Callable[[str, int, int], None]
# Verbs that stand in files of their own; each carries what runs it as `work`.
MORE = (
    "sightline.commands.identity_quality",
    "sightline.commands.identity_matches",
    "sightline.commands.identity_seen",
)


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "identity",
        help="match everybody, train the matcher, publish a model",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description=(
            "train    learns from the partnership's own people what agreement between two senders' details is worth;\n"
            "         what it learns is a proposal\n"
            "publish  puts a proposal in force: by somebody else than had it trained\n"
            "models   the models there are, and which is in force\n"
            "link     everybody against everybody; --propose writes what stands nowhere yet, for people to decide\n"
            "index    makes the index anew by which people are matched and found\n"
        ),
        epilog="Example: sightline identity link --propose",
    )
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    _add_train(verbs)
    _add_models(verbs)
    _add_link(verbs)
    index = verbs.add_parser(
        "index",
        help="make the index anew by which people are matched and found",
        description="From what senders told, in small transactions: what arrives meanwhile is indexed as ever.",
        epilog="Example: sightline identity index --missing",
    )
    index.add_argument("--missing", action="store_true", help="only those who are not in it")
    for module in MORE:
        try:
            importlib.import_module(module).register(verbs)
        except ModuleNotFoundError as error:
            if error.name != module:
                raise


def _engine(parser: Any) -> None:
    parser.add_argument(
        "--engine", choices=("duckdb", "spark"), default="duckdb", help="default: duckdb, in this process"
    )
    parser.add_argument("--threads", type=int, default=0, help="processors to use (default: all)")


def _add_train(verbs: Any) -> None:
    parser = verbs.add_parser(
        "train",
        help="learn what agreement is worth",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description=(
            "Fits a Splink model on the source identities that are held here, opened as the declared matching machine,\n"
            "with one record in the ledger. Nobody's word on who is who is used. What is learnt is kept as a proposal:\n"
            "another worker publishes it. A level of agreement that no two people showed stays untrained, and the model is\n"
            "refused, by the level's name.\n\n"
            "Exit codes: 0 a proposal was kept; 1 too little to learn from, or a level stayed untrained; 2 it cannot be done."
        ),
        epilog="Example: sightline identity train --by dana --expected",
    )
    parser.add_argument("--by", metavar="WORKER", default="", help="who has it trained: needed, unless --out is given")
    parser.add_argument("--pairs", type=float, default=1e7, help="random pairs for what strangers share (default: 1e7)")
    parser.add_argument("--seed", type=int, default=1, help="of the sample (default: 1)")
    parser.add_argument(
        "--expected",
        action="store_true",
        help="take levels that no two people showed from what experts expect, and say so",
    )
    parser.add_argument(
        "--elsewhere",
        type=int,
        default=0,
        metavar="N",
        help="make it for other partnerships of about N people: experts' expectation counts for more, and names that "
        "nobody here bears count as ordinary",
    )
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the model to a file, and propose nothing")
    parser.add_argument(
        "--truth", type=Path, metavar="DIR", help="measure it against a simulation's truth/ (never for training)"
    )
    _engine(parser)
    parser.add_argument("--json", action="store_true", help="report as JSON")


def _add_models(verbs: Any) -> None:
    listing = verbs.add_parser(
        "models", help="the models there are, and which is in force", epilog="Example: sightline identity models --json"
    )
    listing.add_argument(
        "id", metavar="ID", nargs="?", help="one model, level by level (`shipped`: the one that ships)"
    )
    listing.add_argument("--json", action="store_true", help="report as JSON")
    publishing = verbs.add_parser(
        "publish",
        help="put a trained model in force",
        description="Never by who had it trained. Every process scores with it within seconds; what was scored before keeps "
        "its score and the name of its model. `shipped` goes back to the model that ships with Sightline.",
        epilog="Example: sightline identity publish 3fa94c --by imran --because 'Precision .999 on last year’s decisions'",
    )
    publishing.add_argument("id", metavar="ID", help="the model, or the first six characters of its id, or `shipped`")
    publishing.add_argument("--by", metavar="WORKER", required=True, help="who publishes it")
    publishing.add_argument("--because", required=True, help="why, for whoever asks later")


def _add_link(verbs: Any) -> None:
    parser = verbs.add_parser(
        "link",
        help="everybody against everybody",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description=(
            "Reads everybody, finds candidates, scores them with the model in force and judges, in the same bands as for\n"
            "arriving people, every pair that stands nowhere yet. Without --propose nothing is written but the ledger's\n"
            "record of the run. What a person decided is never undone. It may be stopped and started again."
        ),
        epilog="Example: sightline identity link --propose",
    )
    parser.add_argument(
        "--propose", action="store_true", help="write what waits for a person, and what joins by itself"
    )
    parser.add_argument("--model", default="", metavar="ID", help="score with this model instead; not with --propose")
    _engine(parser)
    parser.add_argument("--json", action="store_true", help="report as JSON")


def run(args: argparse.Namespace) -> int:
    ours = {"train": _train, "models": _models, "publish": _publish, "link": _link, "index": _index}
    return int((ours[args.verb] if args.verb in ours else args.work)(args) or 0)


# --- train ---------------------------------------------------------------------------------------------


def _train(args: argparse.Namespace) -> int:
    from sightline.agencies.queries import machine, partnership
    from sightline.identity import bands
    from sightline.identity.everybody import Everybody
    from sightline.identity.linkage import measuring
    from sightline.identity.linkage.engine import Unavailable, opened
    from sightline.identity.linkage.publishing import TRAIN, propose
    from sightline.identity.linkage.training import Wanted, train
    from sightline.identity.linkage.types import Untrained
    from sightline.timescales.london import local_day
    from sightline.timescales.moment import now

    by = _worker(args.by, TRAIN) if args.by or not args.out else machine("matching-machine")
    if by is None:
        return 2
    definition, today, progress = partnership(), local_day(now()), _progress(args.json)
    rules = bands.in_force(definition.matching, today)
    everybody = Everybody(purpose=TRAIN, sealed=False)
    try:
        with opened(args.engine, threads=args.threads) as engine:
            for table in everybody.tables(progress, jobs=args.threads):
                engine.take(table)
            if not len(everybody):
                print("Nobody is held here: nothing can be learnt.", file=sys.stderr)
                return 1
            model = train(
                engine,
                Wanted(
                    random_pairs=args.pairs,
                    seed=args.seed,
                    elsewhere=args.elsewhere,
                    expected=args.expected,
                    thresholds={"same": rules.same, "possible": rules.possible},
                    partnership=definition.id,
                    today=today.isoformat(),
                ),
                progress,
            )
            truth = _truth(args.truth, everybody) if args.truth else None
            model = measuring.with_errors(engine, model, truth=truth, progress=progress)
    except Unavailable as error:
        print(str(error), file=sys.stderr)
        return 2
    except Untrained as error:
        everybody.record(engine=args.engine, outcome="untrained")
        print(str(error), file=sys.stderr)
        return 1
    everybody.record(engine=args.engine, model=model.id)
    if args.out:
        args.out.write_text(
            json.dumps(model.as_dict(), indent=1, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8"
        )
    else:
        propose(model=model.as_dict(), by=by)
    if args.json:
        print(json.dumps({"id": model.id, "trained-on": model.trained_on, "errors": model.errors}, indent=1))
        return 0
    _tell(model)
    if args.out:
        print(f"\nWritten to {args.out}; nothing was proposed.")
    else:
        print(
            f"\nA proposal: somebody else publishes it. sightline identity publish {model.id[:12]} --by … --because …"
        )
    return 0


def _truth(folder: Path, everybody: Any) -> list[int]:
    """Who each source identity really is, by a simulation's truth: a number a person, -1 where it does not say."""
    from sightline.identity.everybody import locals_of
    from sightline.identity.rules import number
    from sightline.vault.actions import digest

    said: dict[tuple[str, str], int] = {}
    people: dict[str, int] = {}
    for line in (folder / "identities.jsonl").read_text(encoding="utf-8").splitlines():
        one = json.loads(line)
        local = digest("local", f"{one['agency']}|{number(one['id'])}")
        said[one["agency"], local] = people.setdefault(one["person"], len(people))
    identities = list(everybody.identities())
    locals_ = locals_of(identities)
    return [
        said.get((agency, locals_.get(identity) or ""), -1)
        for identity, agency in zip(identities, everybody.agencies, strict=True)
    ]


# --- models --------------------------------------------------------------------------------------------


def _models(args: argparse.Namespace) -> int:
    from sightline.definition.outcomes import Missing
    from sightline.identity.linkage.publishing import current_model, model_of, models, shipped_model

    if args.id:
        try:
            model = model_of(args.id)
        except Missing:
            print(f"No model is called {args.id}; `sightline identity models` names them", file=sys.stderr)
            return 2
        print(json.dumps(model.as_dict(), indent=1, ensure_ascii=False)) if args.json else _tell(model, whole=True)
        return 0
    found, now_, shipped = models(), current_model(), shipped_model()
    if args.json:
        said: list[dict[str, Any]] = [
            {
                "id": one.model.id, "state": one.state, "made": one.made_at.isoformat(), "by": one.by,
                "published": one.published_at.isoformat() if one.published_at else None, "published-by": one.published_by,
                "because": one.because, "trained-on": one.model.trained_on, "errors": one.model.errors,
            }
            for one in found
        ]  # fmt: skip
        said.append(
            {"id": shipped.id, "state": "in-force" if shipped.id == now_.id else "shipped", "made": shipped.made}
        )
        print(json.dumps(said, indent=1))
        return 0
    for one in found:
        print(f"{one.model.id[:12]}  {one.state:9}  {one.made_at:%Y-%m-%d}  {_summary(one.model)}")
        if one.published_at:
            print(f"{'':14}published {one.published_at:%Y-%m-%d %H:%M}: {one.because}")
    state = "in-force" if shipped.id == now_.id else "shipped"
    print(f"{shipped.id[:12]}  {state:9}  {shipped.made}  ships with Sightline; {_summary(shipped)}")
    return 0


def _publish(args: argparse.Namespace) -> int:
    from sightline.definition.outcomes import Conflict, Missing
    from sightline.identity.linkage.publishing import PUBLISH, publish

    by = _worker(args.by, PUBLISH)
    if by is None:
        return 2
    try:
        id = publish(model=args.id, because=args.because, by=by)
    except Missing:
        print(f"No model is called {args.id}; `sightline identity models` names them", file=sys.stderr)
        return 2
    except Conflict as error:
        print(error.sentence, file=sys.stderr)
        return 1
    print(f"{id[:12]} is in force: every process scores with it within seconds.")
    return 0


# --- link, index ---------------------------------------------------------------------------------------


def _link(args: argparse.Namespace) -> int:
    from sightline.agencies.queries import partnership
    from sightline.definition.outcomes import Missing
    from sightline.identity import bands
    from sightline.identity.linkage.engine import Unavailable, opened
    from sightline.identity.linkage.publishing import current_model, model_of
    from sightline.jobs.linking_all import link_everybody
    from sightline.timescales.london import local_day
    from sightline.timescales.moment import now

    if args.model and args.propose:
        print("Proposals are made by the model in force: leave --model out, or publish it first.", file=sys.stderr)
        return 2
    try:
        model = model_of(args.model) if args.model else current_model()
    except Missing:
        print(f"No model is called {args.model}; `sightline identity models` names them", file=sys.stderr)
        return 2
    rules = bands.in_force(partnership().matching, local_day(now()))
    began = time.monotonic()
    try:
        with opened(args.engine, threads=args.threads) as engine:
            found = link_everybody(
                engine,
                model,
                same=rules.same,
                possible=rules.possible,
                keep=args.propose,
                jobs=args.threads,
                progress=_progress(args.json),
            )
    except Unavailable as error:
        print(str(error), file=sys.stderr)
        return 2
    seconds = time.monotonic() - began
    if args.json:
        print(json.dumps(found.as_dict() | {"model": model.id, "seconds": round(seconds, 2)}, indent=1))
        return 0
    p = found.proposed
    print(f"{found.rows:,} source identities; {found.pairs:,} pairs looked at, {found.scored:,} worth judging")
    print(f"{found.clusters:,} people, by what may be the same; {p.there:,} pairs stood already")
    print(f"same {p.bands['same']:,}, possible {p.bands['possible']:,}, new {p.bands['new']:,}, in {seconds:,.1f} s")
    for code, many in p.why.most_common(12):
        print(f"  {many:>9,}  {rules.reasons.get(code, code)} ({code})")
    if args.propose:
        print(f"{p.written:,} pairs written; {p.moved:,} source identities are somebody else now")
    elif p.bands["same"] or p.bands["possible"]:
        print("Nothing was written: sightline identity link --propose does.")
    return 0


def _index(args: argparse.Namespace) -> int:
    from sightline.identity.indexing import rebuild

    progress = _progress(False)
    made = rebuild(lambda done, of: progress("indexing", done, of), everything=not args.missing)
    print(f"{made:,} source identities indexed")
    return 0


# --- what they rest on ---------------------------------------------------------------------------------


def _worker(username: str, permission: str) -> Actor | None:
    """The worker; None, with a sentence, where there is none of that name."""
    from sightline.agencies.queries import actor_for, worker
    from sightline.definition.outcomes import Missing

    if not username:
        print(f"Say who: --by WORKER, whose role may {permission}", file=sys.stderr)
        return None
    try:
        return actor_for(worker(username))
    except Missing:
        print(f"Nobody signs in as {username}; `sightline workers list` names everybody", file=sys.stderr)
        return None


def _summary(model: Model) -> str:
    on = model.trained_on
    rows, engine = on.get("rows", 0), on.get("engine", "")
    return f"{rows:,} source identities of {on['partnership']}, {engine}" if rows else "set by hand"


def _tell(model: Model, *, whole: bool = False) -> None:
    from sightline.identity.linkage.comparing import COMPARISONS

    on, prior = model.trained_on, model.trained_on.get("prior", {})
    print(f"Model {model.id[:12]}, {model.made}: {_summary(model)}")
    if prior:
        print(
            f"{on['seconds']:,.0f} s; {prior['pairs-of-one-person']:,} pairs of one person, by two rules that know no weights"
        )
    print(f"Two records drawn at random are one person once in {1 / model.prior:,.0f}")
    measured, own = model.errors.get("measured"), model.errors.get("estimated")
    for what, said in (("measured on known truth", measured), ("by its own estimate", own)):
        for name, at in (said or {}).items():
            print(f"  {name:9} from {at['bits']:g} bits, {what}: precision {at['precision']:.5f}"
                  + (f", recall {at['recall']:.4f}" if "recall" in at else ""))  # fmt: skip
    if model.by_hand:
        print(f"Not learnt but expected: {', '.join(model.by_hand)}")
    if whole:
        for one in COMPARISONS:
            print(f"\n{one.title}")
            for level in one.levels[1:]:
                m, u = model.m[one.id][level.id], model.u[one.id][level.id]
                print(f"  {model.bits(one.id, level.id):+7.2f} bits  m {m:<10.4g} u {u:<10.4g} {level.says}")


def _progress(quiet: bool) -> Progress:
    """On a terminal a line that is written over; else a line for each stage and minute. To standard error."""
    terminal, last, told = sys.stderr.isatty(), [""], [time.monotonic()]

    def show(stage: str, done: int, of: int) -> None:
        if quiet:
            return
        if terminal:
            print(f"\r\033[K{stage}: {done:,} of {of:,}", end="\n" if done == of else "", file=sys.stderr, flush=True)
        elif stage != last[0] or time.monotonic() - told[0] > 60:
            last[0], told[0] = stage, time.monotonic()
            print(f"{stage}: {done:,} of {of:,}", file=sys.stderr, flush=True)

    return show
