"""Spark, for what one machine cannot hold: the same settings and the same rules as on DuckDB (`engine.py`).

Needs the packages of the group `spark` and Java 17. Nothing is downloaded: the similarity functions lie in Splink's own
package. What Spark writes to disk (shuffles, spills, checkpoints' blocks) is encrypted, in a folder that is removed.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from sightline.identity.linkage.columns import SCHEMA
from sightline.identity.linkage.engine import PEOPLE, Unavailable

JAVA = 17


class Spark:
    """A session: of this machine, or of the cluster that `SIGHTLINE_SPARK` names (`spark://…`, `yarn`)."""

    name = "spark"

    def __init__(self, *, threads: int = 0) -> None:
        try:
            from pyspark.sql import SparkSession
            from splink import SparkAPI
            from splink.backends.spark import similarity_jar_location
        except ImportError as error:
            raise Unavailable(
                "Spark is not installed here: `make setup-spark` installs it (it needs Java 17). "
                "DuckDB, the default, needs nothing more, and holds a million people on a laptop."
            ) from error
        if shutil.which("java") is None:
            raise Unavailable(f"Spark needs Java {JAVA}: apt-get install openjdk-{JAVA}-jre-headless")
        self.folder = tempfile.mkdtemp(prefix="sightline-spark-")
        os.chmod(self.folder, 0o700)
        self.threads = cores = threads or len(os.sched_getaffinity(0))
        said = {
            "spark.jars": similarity_jar_location(),
            "spark.sql.ansi.enabled": "false",
            "spark.driver.host": "127.0.0.1",
            "spark.driver.bindAddress": "127.0.0.1",
            "spark.driver.memory": "2g",
            "spark.local.dir": self.folder,
            "spark.io.encryption.enabled": "true",
            "spark.sql.warehouse.dir": f"{self.folder}/warehouse",
            "spark.sql.shuffle.partitions": str(4 * cores),
            "spark.sql.session.timeZone": "UTC",
            "spark.ui.enabled": "false",
            "spark.ui.showConsoleProgress": "false",
            "spark.log.level": "ERROR",
        }
        builder = SparkSession.builder.appName("sightline").master(os.environ.get("SIGHTLINE_SPARK", f"local[{cores}]"))
        for name, value in said.items():
            builder = builder.config(name, value)
        self.session = builder.getOrCreate()
        self.session.sparkContext.setCheckpointDir(f"{self.folder}/checkpoints")
        # Kept in memory and, encrypted, on the local disk; a checkpoint would stand on disk as it is.
        self.api = SparkAPI(
            spark_session=self.session, break_lineage_method="persist", num_partitions_on_repartition=2 * cores
        )
        self._waiting: list[pa.Table] = []
        self._frames: dict[str, Any] = {}

    def take(self, rows: pa.Table) -> None:
        self._waiting.append(rows)

    def _people(self) -> None:
        if self._waiting:
            self._keep(PEOPLE, self.session.createDataFrame(pa.concat_tables(self._waiting).cast(SCHEMA)))
            self._waiting = []

    def _keep(self, table: str, frame: Any) -> None:
        from pyspark import StorageLevel

        frame = frame.persist(StorageLevel.MEMORY_AND_DISK)
        frame.count()
        before = self._frames.pop(table, None)
        frame.createOrReplaceTempView(table)
        self._frames[table] = frame
        if before is not None:
            before.unpersist()

    def make(self, table: str, sql: str) -> None:
        self._people()
        self._keep(table, self.session.sql(sql))

    def add(self, table: str, sql: str) -> None:
        self._keep(table, self._frames[table].unionByName(self.session.sql(sql)))

    def put(self, table: str, rows: pa.Table) -> None:
        self._people()
        self._keep(table, self.session.createDataFrame(rows))

    def drop(self, table: str) -> None:
        frame = self._frames.pop(table, None)
        if frame is not None:
            self.session.catalog.dropTempView(table)
            frame.unpersist()

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        self._people()
        return [tuple(row) for row in self.session.sql(sql).collect()]

    def arrow(self, sql: str) -> pa.Table:
        self._people()
        return self.session.sql(sql).toArrow()

    def registered(self, table: str) -> Any:
        self._people()
        return self.api.register(self.session.table(table))

    def digest(self, expressions: Sequence[str]) -> str:
        return f"xxhash64({', '.join(expressions)})"

    def unnest(self, column: str) -> str:
        return f"explode({column})"

    def close(self) -> None:
        self.session.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
