"""Everybody against everybody: our rules and model on DuckDB against plain Splink, on the same invented people in one run.

Each runs in a process of its own, so that memory of one does not count for the other. Ours begins with sealed likenesses
in the database, which it reads through the gate and opens; plain Splink with a table of what was told. The truth only
measures. Plain Splink has the settings of its own documentation: name, birth date, postcode and NHS number compared by
its ready-made comparisons; narrow and wide blocking rules; trained on these very people.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

from benchmarks.databases import PLACE, built, keys, migrate
from benchmarks.identity_rows import parquet
from benchmarks.measuring import Report, peak_megabytes

ENGINES = ("sqlite",)  # a database is only read from: one is enough
RATE = 20_000  # rows a second, from sealed rows to clusters
MEMORY = 2_560  # MB
BLOCK_RECALL, OF_WIDE, PRECISION = 0.945, 0.25, 0.97
PLAIN_AT_MOST = 200_000  # rows: above, plain Splink's wide pairs are counted and only its narrow ones are scored
NARROW = (("nhs",), ("given", "born"), ("family", "born"), ("given", "family", "postcode"))
WIDE = (*NARROW, ("given", "family"), ("family", "postcode"), ("phone",), ("born",))


@contextmanager
def database(engine: str, size: int) -> Iterator[dict[str, str]]:
    """Source identities with their likenesses truly sealed, as intake leaves them. Filled once."""
    path = parquet(size, PLACE)

    def fill(url: str) -> None:
        migrate(url)
        environment = {**os.environ, **keys(), "DATABASE_URL": url}
        command = [sys.executable, "-m", "benchmarks.identity_bulk", "fill", str(path), "0"]
        subprocess.run(command, env=environment, check=True)

    with built(engine, f"identity-bulk-{size}", path.stem.rpartition("-")[2], fill) as environment:
        yield environment | {"IDENTITY_ROWS": str(path)}


def measure(size: int) -> int:
    report = Report()
    path = Path(os.environ["IDENTITY_ROWS"])
    threads = len(os.sched_getaffinity(0))
    report.say("processors", f"{threads}")
    ours, plain = _apart("ours", path, threads), _apart("plain", path, threads)
    report.say("source identities, people", f"{ours['rows']:,}, {ours['people']:,}")
    report.say("people found", f"{ours['found']:,}")
    report.say("model", f"{ours['model'][:12]}")
    print("  ours")
    for name, seconds in ours["seconds"].items():
        report.say(f"  {name}", f"{seconds:,.1f} s")
    rate = ours["rows"] / sum(ours["seconds"].values())
    report.least("rows a second, from the database to clusters", rate, RATE)
    report.most("peak memory, its processes together", ours["memory"], MEMORY, " MB")
    report.say("candidate pairs", f"{ours['pairs']:,}")
    report.least("true pairs among the candidates", ours["block-recall"], BLOCK_RECALL)
    report.most("candidates for each of the wide rules'", ours["pairs"] / plain["wide"]["pairs"], OF_WIDE)
    report.least(f"precision from {ours['same']:g} bits", ours["precision"], PRECISION)
    report.say(f"recall from {ours['same']:g} bits", f"{ours['recall']:.4f}")
    report.say("F1", f"{_f1(ours):.4f}")
    print("  plain Splink")
    for name in ("narrow", "wide"):
        one = plain[name]
        report.say(f"  {name}: pairs, true ones among them", f"{one['pairs']:,}, {one['block-recall']:.3f}")
        if "precision" in one:
            report.say(f"  {name}: P, R, F1 at .95", f"{one['precision']:.3f}, {one['recall']:.3f}, {_f1(one):.3f}")
            report.say(f"  {name}: rows a second", f"{plain['rows'] / one['seconds']:,.0f} in {one['seconds']:,.0f} s")
    report.say("  training (in each of its times)", f"{plain['training']:,.0f} s")
    report.say("  peak memory", f"{plain['memory']:,.0f} MB")
    report.least("our F1 over plain Splink's best", _f1(ours) / max(_f1(one) for one in _scored(plain)), 1.0)
    return report.missed


def _scored(plain: dict[str, Any]) -> list[dict[str, Any]]:
    return [plain[name] for name in ("narrow", "wide") if "precision" in plain[name]]


def _f1(one: dict[str, float]) -> float:
    p, r = one["precision"], one["recall"]
    return 2 * p * r / (p + r) if p + r else 0.0


def _apart(what: str, path: Path, threads: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.identity_bulk", what, str(path), str(threads)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE)
    return dict(json.loads(done.stdout.splitlines()[-1]))


# --- ours ------------------------------------------------------------------------------------------------------------


def _fill(path: Path, threads: int) -> dict[str, Any]:
    """Each row's source identity is named by its number, so that the truth is found again."""
    from uuid import UUID

    from django.db import transaction

    from benchmarks.identity_rows import likeness, rows
    from sightline.agencies.actions import take_from_definition
    from sightline.agencies.queries import machine
    from sightline.identity.models import Alike, SourceIdentity
    from sightline.timescales.moment import now
    from sightline.vault.actions import Keyring
    from sightline.vault.adding import add

    take_from_definition(by=machine("feed-machine"))
    found, count, moment, began = rows(path), 0, now(), time.monotonic()
    while some := list(islice(found, 20_000)):
        keyring, identities, bodies = Keyring(), [], []
        for at, row in enumerate(some, count):
            identity, key = UUID(int=at), keyring.make("subject")
            body = keyring.seal(likeness(row).as_dict(), [key], f"alike|{identity}")
            identities.append((identity, row.agency, None, key, identity, identity, "", moment, False, ""))
            bodies.append((at + 1, identity, body))
        columns = ("id", "agency", "local", "key", "person", "origin", "details", "made_at", "unborn", "guard")
        with transaction.atomic():
            keyring.save()
            add(SourceIdentity, columns, identities)
            add(Alike, ("id", "identity_id", "body"), bodies)
        count += len(some)
        print(f"\r  sealed {count:,} in {time.monotonic() - began:,.0f} s", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return {}


def _ours(path: Path, threads: int) -> dict[str, Any]:
    import gc
    import resource

    import numpy as np
    import pyarrow.parquet as pq

    from sightline.identity.everybody import Everybody
    from sightline.identity.linkage import bulk
    from sightline.identity.linkage.engine import opened
    from sightline.identity.linkage.publishing import shipped_model

    model, seconds = shipped_model(), {}
    last = time.perf_counter()

    def took(name: str) -> None:
        nonlocal last
        seconds[name], last = time.perf_counter() - last, time.perf_counter()

    with opened(threads=threads) as engine:
        everybody = Everybody(purpose="bench")
        for table in everybody.tables(jobs=threads):
            engine.take(table)
        gc.collect()
        took("reading, opening, making ready")
        counts = bulk.link(engine, model, possible=model.thresholds["possible"])
        took("candidates and their scores")
        pairs = engine.arrow("SELECT one, other, bits FROM scored")
        one, other, bits = (pairs[name].to_numpy() for name in ("one", "other", "bits"))
        same = bits >= model.thresholds["same"]
        people = len(set(bulk.clusters(len(everybody), one[same], other[same]).tolist()))
        took("clusters")
        memory = peak_megabytes() + threads * resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        rows = np.array([identity.int for identity in everybody.identities()])
        person = np.asarray(pq.read_table(path, columns=["person"])["person"])[rows]
        right = int((person[one[same]] == person[other[same]]).sum())
        bulk.block(engine, into="again")
        again = engine.arrow("SELECT join_key_l, join_key_r FROM again")
        found = int((person[again["join_key_l"].to_numpy()] == person[again["join_key_r"].to_numpy()]).sum())
    true = _true_pairs(person)
    return {
        "rows": len(person), "people": len(np.unique(person)), "found": people, "seconds": seconds, "model": model.id,
        "memory": memory, "pairs": counts["pairs"], "block-recall": found / true, "same": model.thresholds["same"],
        "precision": right / max(1, int(same.sum())), "recall": right / true,
    }  # fmt: skip


def _true_pairs(person: Any) -> int:
    import numpy as np

    _, many = np.unique(person, return_counts=True)
    return int((many.astype("int64") * (many - 1) // 2).sum())


# --- plain Splink ----------------------------------------------------------------------------------------------------


def _plain(path: Path, threads: int) -> dict[str, Any]:
    import logging

    import duckdb
    import numpy as np
    import pyarrow.parquet as pq
    import splink.comparison_library as cl
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    logging.getLogger("splink").setLevel(logging.CRITICAL)
    person = np.asarray(pq.read_table(path, columns=["person"])["person"])
    con = duckdb.connect(":memory:", config={"threads": threads})
    con.execute(f"""CREATE TABLE rows AS SELECT (row_number() OVER ())::INTEGER - 1 AS unique_id,
        nullif(lower(given), '') AS given, nullif(lower(family), '') AS family, nullif(born, '') AS born,
        nullif(replace(postcode, ' ', ''), '') AS postcode, nullif(nhs_number, '') AS nhs,
        nullif(replace(phone, ' ', ''), '') AS phone, nullif(sex, '') AS sex FROM read_parquet('{path}')""")
    api = DuckDBAPI(con)
    rows, true = api.register(con.table("rows")), _true_pairs(person)

    def linker(rules: Any) -> Any:
        return Linker(rows, SettingsCreator(
            link_type="dedupe_only",
            comparisons=[
                cl.NameComparison("given"), cl.NameComparison("family"),
                cl.DateOfBirthComparison("born", input_is_string=True), cl.ExactMatch("sex"),
                cl.PostcodeComparison("postcode"), cl.ExactMatch("nhs"), cl.ExactMatch("phone"),
            ],
            blocking_rules_to_generate_predictions=[block_on(*rule) for rule in rules],
            retain_intermediate_calculation_columns=False, retain_matching_columns=False,
        ), log_level=None)  # fmt: skip

    began = time.perf_counter()
    first = linker(NARROW)
    first.training.estimate_probability_two_random_records_match(
        [block_on("nhs"), block_on("given", "family", "born")], recall=0.8
    )
    first.training.estimate_u_using_random_sampling(max_pairs=1e6 * 5, seed=1)
    for rule in (("given", "born"), ("nhs",), ("family", "postcode")):
        first.training.estimate_parameters_using_expectation_maximisation(block_on(*rule))
    learnt, training = first.misc.save_model_to_json(), time.perf_counter() - began
    found: dict[str, Any] = {"rows": len(person), "training": training}
    for name, rules in (("narrow", NARROW), ("wide", WIDE)):
        began = time.perf_counter()
        settings = {**learnt, "blocking_rules_to_generate_predictions": linker(rules).misc.save_model_to_json()[
            "blocking_rules_to_generate_predictions"]}  # fmt: skip
        with_rules = Linker(rows, settings, log_level=None)
        if name == "wide" and len(person) > PLAIN_AT_MOST:
            found[name] = _counted(con, rules, person, true)
            continue
        scored = with_rules.inference.predict(threshold_match_probability=0.95)
        with_rules.clustering.cluster_pairwise_predictions_at_threshold(scored, threshold_match_probability=0.95)
        seconds = time.perf_counter() - began + training
        pairs = con.execute(f"SELECT unique_id_l, unique_id_r FROM {scored.physical_name}").fetchnumpy()
        right = int((person[pairs["unique_id_l"]] == person[pairs["unique_id_r"]]).sum())
        found[name] = _counted(con, rules, person, true) | {
            "precision": right / max(1, len(pairs["unique_id_l"])), "recall": right / true, "seconds": seconds,
        }  # fmt: skip
        scored.drop_table_from_database_and_remove_from_cache()
    return found | {"memory": peak_megabytes()}


def _counted(con: Any, rules: Any, person: Any, true: int) -> dict[str, Any]:
    """How many pairs the rules make together, each once, and how many of the true ones. Without scoring them."""
    import pyarrow as pa

    con.register("truth", pa.table({"unique_id": pa.array(range(len(person)), pa.int32()), "person": person}))
    con.execute("CREATE OR REPLACE TABLE told AS SELECT r.*, t.person FROM rows AS r JOIN truth AS t USING (unique_id)")
    pairs = hits = 0
    for at, rule in enumerate(rules):
        on = " AND ".join(f"l.{column} = r.{column}" for column in rule)
        before = "".join(
            f" AND NOT coalesce({' AND '.join(f'l.{column} = r.{column}' for column in other)}, false)"
            for other in rules[:at]
        )
        sql = f"SELECT count(*), count(*) FILTER (l.person = r.person) FROM told AS l JOIN told AS r ON {on}"
        more, right = con.execute(f"{sql} WHERE l.unique_id < r.unique_id{before}").fetchone()
        pairs, hits = pairs + more, hits + right
    return {"pairs": pairs, "block-recall": hits / true}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("fill", "ours", "plain"))
    parser.add_argument("path", type=Path)
    parser.add_argument("threads", type=int)
    args = parser.parse_args()
    if args.what != "plain":
        import django

        django.setup()
    print(json.dumps({"fill": _fill, "ours": _ours, "plain": _plain}[args.what](args.path, args.threads)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
