"""Where bulk work runs: DuckDB in this process and in memory, or Spark (`spark.py`), whose spills are encrypted.

What is asked of an engine is little, so that both give the same answer: it takes rows as Arrow tables, makes tables by
SQL, hands rows back, and lends Splink its own interface.
"""

from __future__ import annotations

import logging
import os
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

import duckdb
import pyarrow as pa
from splink import DuckDBAPI

MEMORY = "1800MB"  # that DuckDB may use; beside it stand Python and the rows on their way
PEOPLE = "people"


class Engine(Protocol):
    """`duckdb` or `spark`. Tables are named by us and live as long as the engine."""

    name: str
    api: Any  # Splink's
    threads: int

    def take(self, rows: pa.Table) -> None:
        """Adds rows (`columns.SCHEMA`) to the table `people`."""

    def make(self, table: str, sql: str) -> None:
        """A table of what the query finds."""

    def add(self, table: str, sql: str) -> None:
        """Adds what the query finds to a table."""

    def put(self, table: str, rows: pa.Table) -> None:
        """A table of these rows."""

    def drop(self, table: str) -> None: ...

    def ask(self, sql: str) -> list[tuple[Any, ...]]: ...

    def arrow(self, sql: str) -> pa.Table: ...

    def registered(self, table: str) -> Any:
        """The table as Splink knows it."""

    def digest(self, expressions: Sequence[str]) -> str:
        """SQL for one number that stands for these values together."""

    def unnest(self, column: str) -> str:
        """SQL that gives a row for each value of a list."""


class Duck:
    """DuckDB in memory, and nowhere else: it can encrypt what it spills only with a part that would have to be downloaded,
    so nothing is spilled. Work is cut small enough instead; what does not fit is refused, and says so.
    """

    name = "duckdb"

    def __init__(self, *, threads: int = 0, memory: str = MEMORY) -> None:
        self.threads = threads or len(os.sched_getaffinity(0))
        self.con = duckdb.connect(
            ":memory:",
            config={
                "memory_limit": memory,
                "temp_directory": "",
                "threads": self.threads,
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
                "preserve_insertion_order": False,
            },
        )
        self.api = DuckDBAPI(self.con)
        self._there = False

    def take(self, rows: pa.Table) -> None:
        self.con.register("arriving", rows)
        if self._there:
            self.con.execute(f"INSERT INTO {PEOPLE} SELECT * FROM arriving")
        else:
            self.con.execute(f"CREATE TABLE {PEOPLE} AS SELECT * FROM arriving")
        self._there = True
        self.con.unregister("arriving")

    def make(self, table: str, sql: str) -> None:
        self.con.execute(f"CREATE OR REPLACE TABLE {table} AS {sql}")

    def add(self, table: str, sql: str) -> None:
        self.con.execute(f"INSERT INTO {table} {sql}")

    def put(self, table: str, rows: pa.Table) -> None:
        self.con.register("put", rows)
        self.con.execute(f"CREATE OR REPLACE TABLE {table} AS SELECT * FROM put")
        self.con.unregister("put")

    def drop(self, table: str) -> None:
        self.con.execute(f"DROP TABLE IF EXISTS {table}")

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        return self.con.execute(sql).fetchall()

    def arrow(self, sql: str) -> pa.Table:
        return self.con.execute(sql).to_arrow_table()

    def registered(self, table: str) -> Any:
        return self.api.register(self.con.table(table), dataset_display_name=f"{table}_{secrets.token_hex(4)}")

    def digest(self, expressions: Sequence[str]) -> str:
        return f"hash({', '.join(expressions)})"

    def unnest(self, column: str) -> str:
        return f"unnest({column})"

    def close(self) -> None:
        self.con.close()


@contextmanager
def opened(name: str = "duckdb", *, threads: int = 0, memory: str = MEMORY) -> Iterator[Engine]:
    """An engine by its name, closed at the end. Raises Unavailable with a sentence where it cannot be had here."""
    logging.getLogger("splink").setLevel(
        logging.CRITICAL
    )  # it speaks of levels and tables; what failed we say ourselves
    if name == "spark":
        from sightline.identity.linkage.spark import Spark

        engine: Any = Spark(threads=threads)
    else:
        engine = Duck(threads=threads, memory=memory)
    try:
        yield engine
    finally:
        engine.close()


class Unavailable(Exception):
    """The engine cannot be had here; says what to do."""
