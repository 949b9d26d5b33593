"""Everybody against everybody: our rules and model on DuckDB against plain Splink, on the same invented people in one run.

Each runs in a process of its own, so that memory of one does not count for the other, and each begins with what a sender
told: ours folds it into likenesses (which intake has done long before), so that counts against us. The truth is known and
only measures. Plain Splink has the settings of its own documentation: name, birth date, postcode and NHS number compared
by its ready-made comparisons; narrow and wide blocking rules; trained on these very people.
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

from benchmarks.databases import PLACE
from benchmarks.measuring import Report, peak_megabytes

ENGINES = ("sqlite",)  # no database is asked: one run is enough
RATE = 20_000  # rows a second, from what was told to clusters
MEMORY = 2_560  # MB
BLOCK_RECALL, OF_WIDE, PRECISION = 0.945, 0.25, 0.97
PLAIN_AT_MOST = 200_000  # rows: above, plain Splink's wide pairs are counted and only its narrow ones are scored
NARROW = (("nhs",), ("given", "born"), ("family", "born"), ("given", "family", "postcode"))
WIDE = (*NARROW, ("given", "family"), ("family", "postcode"), ("phone",), ("born",))


@contextmanager
def database(engine: str, size: int) -> Iterator[dict[str, str]]:
    yield {"DATABASE_URL": "sqlite:///:memory:"}


def measure(size: int) -> int:
    report = Report()
    from benchmarks.identity_rows import parquet

    path = parquet(size, PLACE)
    threads = len(os.sched_getaffinity(0))
    report.say("processors", f"{threads}")
    ours, plain = _apart("ours", path, size, threads), _apart("plain", path, size, threads)
    report.say("source identities", f"{ours['rows']:,} of {ours['people']:,} people")
    report.say("model", f"{ours['model'][:12]}")
    print("  ours")
    for name in ("reading and folding", "candidates", "scoring", "clusters"):
        report.say(f"  {name}", f"{ours['seconds'][name]:,.1f} s")
    report.least("rows a second, from what was told to clusters", ours["rows"] / ours["seconds"]["all"], RATE)
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


def _apart(what: str, path: Path, size: int, threads: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.identity_bulk", what, str(path), str(size), str(threads)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE)
    return dict(json.loads(done.stdout.splitlines()[-1]))


# --- ours ------------------------------------------------------------------------------------------------------------


def _ours(path: Path, size: int, threads: int) -> dict[str, Any]:
    import gc
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    import numpy as np
    import pyarrow.parquet as pq

    from sightline.definition.loader import default_root
    from sightline.identity.linkage import bulk
    from sightline.identity.linkage.engine import opened
    from sightline.identity.linkage.model import Model

    model = Model.from_dict(json.loads((default_root() / "england" / "matching" / "model.json").read_text()))
    person = np.asarray(pq.read_table(path, columns=["person"])["person"])
    seconds: dict[str, float] = {}
    began = last = time.perf_counter()

    def took(name: str) -> None:
        nonlocal last
        seconds[name], last = time.perf_counter() - last, time.perf_counter()

    children = 0.0
    gc.freeze()
    with opened(threads=threads) as engine:
        groups = pq.ParquetFile(path).num_row_groups
        with ProcessPoolExecutor(threads, mp_context=multiprocessing.get_context("fork")) as pool:
            for table, first, memory in _in_order(pool, path, groups, threads):
                children = max(children, memory)
                engine.take(table.set_column(0, table.schema.names[0], _numbers(first, table.num_rows)))
        took("reading and folding")
        count = bulk.block(engine, into="kept")
        took("candidates")
        kept = engine.arrow("SELECT join_key_l, join_key_r FROM kept")
        a, b = kept["join_key_l"].to_numpy(), kept["join_key_r"].to_numpy()
        found_true = int((person[a] == person[b]).sum())
        engine.drop("kept")
        del kept, a, b
        last = time.perf_counter()
        out = seconds["candidates"]
        bulk.link(engine, model, possible=model.thresholds["possible"])
        took("scoring")
        seconds["scoring"] -= out  # candidates were looked for again
        pairs = engine.arrow("SELECT one, other, bits FROM scored")
        one, other, bits = (pairs[name].to_numpy() for name in ("one", "other", "bits"))
        same = bits >= model.thresholds["same"]
        bulk.clusters(len(person), one[same], other[same])
        took("clusters")
    seconds["all"] = sum(seconds.values())
    assert time.perf_counter() - began >= seconds["all"]
    true = _true_pairs(person)
    right = int((person[one[same]] == person[other[same]]).sum())
    return {
        "rows": len(person), "people": len(np.unique(person)), "seconds": seconds, "model": model.id,
        "memory": peak_megabytes() + children * threads, "pairs": count, "block-recall": found_true / true,
        "precision": right / max(1, int(same.sum())), "recall": right / true, "same": model.thresholds["same"],
    }  # fmt: skip


def _in_order(pool: Any, path: Path, groups: int, ahead: int) -> Iterator[tuple[Any, int, float]]:
    first, waiting, rest = 0, [], iter(range(groups))
    for at in islice(rest, ahead + 1):
        waiting.append(pool.submit(_folded, path, at))
    while waiting:
        table, memory = waiting.pop(0).result()
        yield table, first, memory
        first += table.num_rows
        for at in islice(rest, 1):
            waiting.append(pool.submit(_folded, path, at))


def _folded(path: Path, group: int) -> tuple[Any, float]:
    import gc

    import pyarrow.parquet as pq

    from benchmarks.identity_rows import from_dicts, likeness
    from sightline.identity.linkage.columns import table

    gc.disable()
    rows = pq.ParquetFile(path).read_row_group(group).to_pylist()
    return table([likeness(row) for row in from_dicts(rows)]), peak_megabytes()


def _numbers(first: int, count: int) -> Any:
    import pyarrow as pa

    return pa.array(range(first, first + count), pa.int32())


def _true_pairs(person: Any) -> int:
    import numpy as np

    _, many = np.unique(person, return_counts=True)
    return int((many.astype("int64") * (many - 1) // 2).sum())


# --- plain Splink ----------------------------------------------------------------------------------------------------


def _plain(path: Path, size: int, threads: int) -> dict[str, Any]:
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
        if name == "wide" and size > PLAIN_AT_MOST:
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
    parser.add_argument("what", choices=("ours", "plain"))
    parser.add_argument("path", type=Path)
    parser.add_argument("size", type=int)
    parser.add_argument("threads", type=int)
    args = parser.parse_args()
    print(json.dumps((_ours if args.what == "ours" else _plain)(args.path, args.size, args.threads)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
