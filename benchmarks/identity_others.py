"""Others that find a person by a record, for `identity-online`. Each keeps everybody in the clear, and is built in each run.

    splink     its single-record path (`predict_between`) on DuckDB, with our model and columns; blocked by sounds of
               names with birth date, year or postcode
    trigrams   PostgreSQL's pg_trgm over names, blocked by birth date, postcode, or the whole name with the year
    tantivy    a search engine: names as terms with one slip, birth date, year and postcode as words

`python -m benchmarks.identity_others SIZE` is tantivy's process, in the environment of others (`benchmarks/peers.py`).
"""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from benchmarks import peers
from benchmarks.namesakes import details_of
from sightline.intake.types import Details

MOST = 40
BATCH = 50_000
Ask = Callable[[Details], tuple[list[int], float]]


class NotHere(Exception):
    """It cannot be measured here, and why."""


# --- Splink -------------------------------------------------------------------------------------------

BLOCKED = (
    "l.given_sound = r.given_sound and l.born = r.born",
    "l.family_sound = r.family_sound and l.born = r.born",
    "l.given_sound = r.given_sound and l.family_sound = r.family_sound"
    " and substr(l.born_digits, 1, 4) = substr(r.born_digits, 1, 4)",
    "l.given_sound = r.given_sound and l.postcodes[1] = r.postcodes[1]",
    "l.family_sound = r.family_sound and l.postcodes[1] = r.postcodes[1]",
)


@contextmanager
def splink(size: int, vendor: str) -> Iterator[Ask]:
    try:
        from splink import Linker  # noqa: F401
    except ImportError as error:
        raise NotHere(f"{error.name} is not installed") from error
    from sightline.identity.linkage.bulk import Scorer
    from sightline.identity.linkage.columns import ID, table
    from sightline.identity.linkage.engine import opened
    from sightline.identity.linkage.likeness import likeness_of
    from sightline.identity.linkage.publishing import current_model

    logging.getLogger("splink").setLevel(logging.ERROR)
    with opened("duckdb") as engine:
        for start in range(0, size, BATCH):
            those = range(start, min(size, start + BATCH))
            engine.take(table((likeness_of(details_of(n)) for n in those), first=start))
        linker = Scorer(engine, current_model()).linker
        everybody = engine.registered("people")

        def ask(details: Details) -> tuple[list[int], float]:
            began = time.perf_counter()
            engine.put("arriving", table([likeness_of(details)], first=size))
            found = linker.inference.predict_between(
                everybody,
                engine.registered("arriving"),
                blocking_rules_to_generate_predictions=list(BLOCKED),
                warning_mode="never",
            )
            best = f"SELECT {ID}_l, {ID}_r FROM {found.physical_name} ORDER BY match_weight DESC LIMIT {MOST}"
            rows = engine.ask(best)
            took = time.perf_counter() - began
            found.drop_table_from_database_and_remove_from_cache()
            return [min(pair) for pair in rows], took

        yield ask


# --- PostgreSQL ---------------------------------------------------------------------------------------

_ASK = """
    SELECT number FROM peer_people WHERE name %% %(name)s AND (born = %(born)s OR postcode = %(postcode)s)
    OR (name %% %(name)s AND similarity(name, %(name)s) > 0.5 AND year = %(year)s)
    ORDER BY similarity(name, %(name)s) + (born = %(born)s)::int + (postcode = %(postcode)s)::int DESC LIMIT %(most)s"""


@contextmanager
def trigrams(size: int, vendor: str) -> Iterator[Ask]:
    if vendor != "postgresql":
        raise NotHere("it is measured where the database is PostgreSQL")
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        cursor.execute("DROP TABLE IF EXISTS peer_people")
        cursor.execute("CREATE TABLE peer_people (number int, name text, born text, year text, postcode text)")
        with cursor.copy("COPY peer_people FROM STDIN") as copy:
            for n in range(size):
                one = details_of(n)
                copy.write_row((n, f"{one.given} {one.family}".lower(), one.born, one.born[:4], one.postcode))
        cursor.execute("CREATE INDEX ON peer_people USING gin (name gin_trgm_ops)")
        for column in ("born", "year", "postcode"):
            cursor.execute(f"CREATE INDEX ON peer_people ({column})")
        cursor.execute("ANALYZE peer_people")

    def ask(details: Details) -> tuple[list[int], float]:
        began = time.perf_counter()
        name = f"{details.given} {details.family}".lower()
        asked = {
            "name": name,
            "born": details.born,
            "year": details.born[:4],
            "postcode": details.postcode,
            "most": MOST,
        }
        with connection.cursor() as cursor:
            cursor.execute(_ASK, asked)
            found = [number for (number,) in cursor.fetchall()]
        return found, time.perf_counter() - began

    try:
        yield ask
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE peer_people")


# --- tantivy ------------------------------------------------------------------------------------------


@contextmanager
def tantivy(size: int, vendor: str) -> Iterator[Ask]:
    if not peers.PYTHON.exists():
        raise NotHere("there is no .venv-bench (`make bench BENCH=identity-online` makes it)")
    process = subprocess.Popen(
        peers.command("benchmarks.identity_others", str(size)),
        env=peers.surroundings(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        bufsize=1,
    )
    assert process.stdin is not None and process.stdout is not None
    if (said := process.stdout.readline().strip()) != "ready":
        process.kill()
        raise NotHere(said or "it did not start")

    def ask(details: Details) -> tuple[list[int], float]:
        process.stdin.write(json.dumps(details.as_dict()) + "\n")
        found, took = json.loads(process.stdout.readline())
        return found, took

    try:
        yield ask
    finally:
        process.stdin.close()
        process.wait(timeout=30)


def serve(size: int) -> None:
    """Builds an index in memory, says `ready`, and answers each line of details with numbers and the seconds it took."""
    try:
        import tantivy as engine
    except ImportError as error:
        print(f"{error.name} is not installed")
        return
    builder = engine.SchemaBuilder()
    builder.add_integer_field("number", stored=True)
    for name in ("given", "family"):
        builder.add_text_field(name, tokenizer_name="default", index_option="basic")
    for name in ("born", "year", "postcode"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    schema = builder.build()
    index = engine.Index(schema)
    writer = index.writer(heap_size=200_000_000, num_threads=1)
    for n in range(size):
        one = details_of(n)
        writer.add_document(
            engine.Document(
                number=n,
                given=one.given,
                family=one.family,
                born=one.born,
                year=one.born[:4],
                postcode=_plain(one.postcode),
            )
        )
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    searcher = index.searcher()
    print("ready", flush=True)
    for line in sys.stdin:
        details = Details.from_dict(json.loads(line))
        began = time.perf_counter()
        hits = searcher.search(_query(engine, schema, details), MOST).hits
        found = [searcher.doc(address)["number"][0] for _, address in hits]
        print(json.dumps([found, time.perf_counter() - began]), flush=True)


def _query(engine: Any, schema: Any, details: Details) -> Any:
    terms = []
    for field, text in (("given", details.given), ("family", details.family)):
        for word in text.lower().replace("-", " ").split():
            terms.append(engine.Query.fuzzy_term_query(schema, field, word, distance=1))
    for field, text in (("born", details.born), ("year", details.born[:4]), ("postcode", _plain(details.postcode))):
        if text:
            terms.append(engine.Query.term_query(schema, field, text))
    return engine.Query.boolean_query([(engine.Occur.Should, term) for term in terms])


def _plain(postcode: str) -> str:
    return postcode.replace(" ", "")


if __name__ == "__main__":
    serve(int(sys.argv[1]))
