"""Everybody against everybody: candidate pairs by SQL, their scores, clusters. Plain tables in, scored pairs out.

The same rules on DuckDB and on Spark. On Spark Splink scores; what lies in this process's memory is scored here, over
people as numbers (`scoring_many`), in a tenth of Splink's time and with its very scores: a test holds them together.
A rule pairs all who agree in one thing; where more than `MOST` do, that thing tells nobody apart and the rule is passed
over for them: another finds them, or nothing does. So work grows with the people.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from splink import Linker

from sightline.identity.linkage import settings
from sightline.identity.linkage.coding import coded
from sightline.identity.linkage.comparing import COMPARISONS
from sightline.identity.linkage.engine import PEOPLE, Engine
from sightline.identity.linkage.model import Model
from sightline.identity.linkage.scoring_many import Weighing

Progress = Callable[[str, int, int], None]
MOST = (
    60  # source identities that agree in one thing; whoever has more in common with so many shares a name, not a life
)
PAIRS_AT_ONCE = 500_000  # so that what Splink makes of them fits beside the people
PAIRS_A_TASK = 100_000  # so that what is made of them stays near the processor
LOWEST = -40.0  # bits below which not even an agreeing identifier makes a person look
ID = settings.ID


class Block(NamedTuple):
    """Pairs all who agree in these columns. `each`: a list, each of whose values counts. `where`: asked besides."""

    id: str
    says: str
    columns: tuple[str, ...]
    each: str = ""
    where: str = ""


# Day and month in either order: 3 April and 4 March meet.
TURNED = (
    "substr(born_digits, 1, 4)",
    "least(substr(born_digits, 5, 2), substr(born_digits, 7, 2))",
    "greatest(substr(born_digits, 5, 2), substr(born_digits, 7, 2))",
)
YEAR = ("substr(born_digits, 1, 4)",)
BLOCKS: tuple[Block, ...] = (
    Block("nhs", "one NHS number", ("nhs",)),
    Block("upn", "one pupil number", ("upn",)),
    Block("given-born", "given names that sound alike, born on one day, or with day and month turned", ("given_sound", *TURNED)),
    Block("root-born", "one name behind two given names, born on one day", ("born",), each="given_roots"),
    Block("family-born-sex", "family names that sound alike, born on one day", ("family_sound", "born", "coalesce(sex, '-')")),
    Block("names-year", "names that sound alike, born in one year", ("given_sound", "family_sound", *YEAR)),
    Block("names-place", "given names that sound alike, one postcode", ("given_sound",), each="postcodes"),
    Block("names-family", "given names that sound alike, a member of the family in common", ("given_sound",), each="kin"),
    Block("names-phone", "one initial, one phone number or e-mail address", ("given_initial",), each="contacts"),
    Block(
        "names-sector", "names that sound alike, neighbouring postcodes; one birth date is not known",
        ("given_sound", "family_sound"), each="sectors",
    ),
    Block("born-place", "born on one day, one postcode", ("born", "coalesce(sex, '-')"), each="postcodes"),
    Block("unborn", "a member of the family in common, and expected, or born since anybody was", (), each="kin",
          where=f"due IS NOT NULL OR born_from >= (SELECT min(due) - 60 FROM {PEOPLE})"),
)  # fmt: skip


def block(engine: Engine, blocks: Iterable[Block] = BLOCKS, *, most: int = MOST, into: str = "pairs") -> int:
    """Makes the table of candidate pairs (`join_key_l` < `join_key_r`), each once. Returns how many."""
    selects = [_selected(engine, at, one) for at, one in enumerate(blocks)]
    engine.make("agreeing", " UNION ALL ".join(selects))
    engine.make("useful", f"SELECT agrees FROM agreeing GROUP BY agrees HAVING count(*) BETWEEN 2 AND {most}")
    engine.make("blocks", "SELECT a.id, a.agrees FROM agreeing AS a JOIN useful AS u ON a.agrees = u.agrees")
    engine.drop("agreeing")
    engine.drop("useful")
    engine.make(
        into,
        "SELECT DISTINCT l.id AS join_key_l, r.id AS join_key_r FROM blocks AS l "
        "JOIN blocks AS r ON l.agrees = r.agrees AND l.id < r.id",
    )
    engine.drop("blocks")
    return int(engine.ask(f"SELECT count(*) FROM {into}")[0][0])


def _selected(engine: Engine, at: int, one: Block) -> str:
    value = ["value"] if one.each else []
    said = [f"'{at}'", *one.columns, *value]
    asked = [f"{c} IS NOT NULL" for c in (*one.columns, *value)] + ([f"({one.where})"] if one.where else [])
    rows = PEOPLE
    if one.each:
        rows = f"(SELECT *, {engine.unnest(one.each)} AS value FROM {PEOPLE}) AS apart"
    return f"SELECT {ID} AS id, {engine.digest(said)} AS agrees FROM {rows} WHERE {' AND '.join(asked)}"


class Scorer:
    """Splink's scoring by a model, over tables of pairs."""

    def __init__(self, engine: Engine, model: Model) -> None:
        self.engine, self.model = engine, model
        self.linker = Linker(
            engine.registered(PEOPLE), settings.of_model(model, spark=engine.name == "spark"), log_level=None
        )
        for one in (c for c in COMPARISONS if c.tf_column):
            self._frequencies(one.id, one.tf_column)

    def _frequencies(self, comparison: str, column: str) -> None:
        """Every value that is there has its frequency in the model: rare ones share one."""
        known = self.model.tf.get(comparison, {})
        self.engine.put(
            f"known_{column}", pa.table({"value": list(known), "share": pa.array(list(known.values()), pa.float64())})
        )
        self.engine.make(
            f"frequency_{column}",
            f"SELECT DISTINCT p.{column}, coalesce(k.share, cast({self.model.tf_rare[comparison]!r} AS DOUBLE)) AS tf_{column} "
            f"FROM {PEOPLE} AS p LEFT JOIN known_{column} AS k ON p.{column} = k.value WHERE p.{column} IS NOT NULL",
        )
        table = self.engine.registered(f"frequency_{column}")
        self.linker.table_management.register_term_frequency_lookup(table, column)

    def score(self, pairs: str, *, at_least: float | None) -> Any:
        """Splink's table of these pairs with their weights: those of `at_least` bits, or all."""
        self.linker.table_management.register_blocked_pairs_for_predict(self.engine.registered(pairs))
        return self.linker.inference.predict(threshold_match_weight=at_least, warning_mode="never")


def link(
    engine: Engine, model: Model, *, possible: float, progress: Progress = lambda *_: None, into: str = "scored"
) -> dict[str, int]:
    """Makes the table `scored`: one, other, bits and whether an identifier agrees, of every pair that is worth a look:
    of at least `possible` bits, or with an identifier that agrees. Returns how many pairs there were, and how many stay.
    """
    progress("looking for candidates", 0, 1)
    count = block(engine)
    least = repr(float(possible))
    if engine.name == "spark":
        _by_splink(engine, model, count, least, into, progress)
    else:
        _here(engine, model, float(possible), into, progress)
    engine.drop("pairs")
    return {"pairs": count, "scored": int(engine.ask(f"SELECT count(*) FROM {into}")[0][0])}


def _here(engine: Engine, model: Model, possible: float, into: str, progress: Progress) -> None:
    """Scores the pairs in this process, as many tasks at once as the engine has threads."""
    pairs = engine.arrow("SELECT join_key_l, join_key_r FROM pairs")
    engine.drop("pairs")
    keys = pairs["join_key_l"].to_numpy().astype(np.int64) << 32 | pairs["join_key_r"].to_numpy()
    del pairs
    keys.sort()  # neighbours ask of the same people
    weighing = Weighing(coded(lambda columns: engine.arrow(f"SELECT {', '.join(columns)} FROM {PEOPLE}")), model)

    def scored(start: int) -> pa.Table:
        some = keys[start : start + PAIRS_A_TASK]
        one, other = (some >> 32).astype(np.int32), (some & 0xFFFFFFFF).astype(np.int32)
        bits, agrees = weighing.of(one, other)
        kept = (bits >= possible) | agrees & (bits >= LOWEST)
        columns = {"one": one, "other": other, "bits": bits, "agrees": agrees}
        return pa.table({name: values[kept] for name, values in columns.items()})

    starts = range(0, max(1, len(keys)), PAIRS_A_TASK)
    with ThreadPoolExecutor(engine.threads) as pool:
        engine.put(into, pa.concat_tables(_counted(pool.map(scored, starts), len(starts), progress)))


def _counted(tables: Iterable[pa.Table], of: int, progress: Progress) -> Iterator[pa.Table]:
    progress("scoring", 0, of)
    for done, table in enumerate(tables, 1):
        progress("scoring", done, of)
        yield table


def _by_splink(engine: Engine, model: Model, count: int, least: str, into: str, progress: Progress) -> None:
    scorer = Scorer(engine, model)
    chunks = max(1, -(-count // PAIRS_AT_ONCE))
    agrees = " OR ".join(f"mw_{settings.column(c)} > 0" for c in COMPARISONS if c.identifier)
    for at in range(chunks):
        progress("scoring", at, chunks)
        engine.make("chunk", f"SELECT *, '0' AS match_key FROM pairs WHERE join_key_l % {chunks} = {at}")
        found = scorer.score("chunk", at_least=min(float(least), LOWEST))
        sql = (
            f"SELECT {ID}_l AS one, {ID}_r AS other, match_weight AS bits, "
            f"({agrees}) AS agrees FROM {found.physical_name} WHERE match_weight >= {least} OR {agrees}"
        )
        engine.make(into, sql) if at == 0 else engine.add(into, sql)
        found.drop_table_from_database_and_remove_from_cache()
    engine.drop("chunk")
    progress("scoring", chunks, chunks)


def clusters(count: int, one: NDArray[np.int32], other: NDArray[np.int32]) -> NDArray[np.int32]:
    """Which of `count` rows belong together by these pairs: for each, the least of its cluster. Union-find, by halving."""
    above = list(range(count))
    for a, b in zip(one.tolist(), other.tolist(), strict=True):
        while above[a] != a:
            above[a] = above[above[a]]
            a = above[a]
        while above[b] != b:
            above[b] = above[above[b]]
            b = above[b]
        if a < b:
            above[b] = a
        elif b < a:
            above[a] = b
    for row in range(count):  # the least comes first, so one step leads to the root
        above[row] = above[above[row]]
    return np.array(above, dtype=np.int32)
