"""The same pair is at the same level in SQL (DuckDB, as Splink asks it) and in Python (as the matcher asks it)."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace

import duckdb
import pyarrow as pa
import pytest

from sightline.identity.linkage.comparing import COLUMNS, COMPARISONS, levels_between, prepared
from sightline.identity.linkage.likeness import kin_of, likeness_of
from sightline.identity.linkage.preparing import Prepared
from sightline.identity.linkage.types import Likeness
from sightline.intake.types import Details
from tests.unit.identity.linkage.corrupting import ERRORS, County, corrupted

PAIRS = 20_000
TYPES = {"VARCHAR": pa.string(), "VARCHAR[]": pa.list_(pa.string()), "INTEGER": pa.int32()}
ODD = (
    "",
    "Baby",
    "J",
    "J.",
    "🙂",
    "Muhammad",
    "Muhammad Ali",
    "Jaye Robinson",
    "محمد",
    "李小龙",
    "李小",
    "O'Brien",
    "von Ley",
    "Y",
)


NUMBERS = ("", "9990000018", "9990000081", "9990001018", "9990000026")


def _told(rng: random.Random, d: Details, i: int) -> Likeness:
    """A likeness of somebody with every sort of gap, and of detail."""
    d = corrupted(d, tuple(rng.sample(sorted(ERRORS), rng.choice((0, 0, 1, 1, 2, 3)))), rng)
    if rng.random() < 0.1:
        d = replace(d, given=rng.choice(ODD), family=rng.choice((d.family, rng.choice(ODD))))
    if rng.random() < 0.1:
        born = rng.choice(
            ("2025-02-30", "2010-01-02/2010-02-01", "about 14 on 2025-06-01", "2011-01-01", "2011", "2011-03")
        )
        d = replace(d, born=born)
    if rng.random() < 0.06:
        d = replace(d, born="", expected=f"2025-{rng.randrange(1, 12):02}-{rng.randrange(1, 28):02}")
    d = replace(
        d, local_id=f"P{rng.randrange(60):05}" if rng.random() < 0.4 else "", sex=rng.choice((d.sex, d.sex, "U"))
    )
    d = replace(
        d, phone=f"0770090{rng.randrange(30):04}" if rng.random() < 0.4 else "", school=rng.choice(("", "elm", "oak"))
    )
    kin = [kin_of(COUNTY[rng.randrange(60)]) for _ in range(rng.choice((0, 0, 0, 1, 2)))]
    before = likeness_of(replace(d, family="Marsh", postcode="LS1 1AA")) if rng.random() < 0.1 else None
    if rng.random() < 0.05:
        kin.append(kin_of(COUNTY[i % len(COUNTY)]))
    found = likeness_of(d, kin=kin, before=before)
    return replace(found, nhs=rng.choice(NUMBERS), upn=rng.choice(NUMBERS))  # as if each held


_county = County(3, postcodes=90)
COUNTY = [_county.person() for _ in range(400)]


def _pairs(rng: random.Random) -> list[tuple[Prepared, Prepared]]:
    found = []
    for i in range(PAIRS):
        one = COUNTY[i % len(COUNTY)]
        other = one if i % 3 else rng.choice(COUNTY)
        if i % 7 == 0:  # a brother or sister
            other = replace(rng.choice(COUNTY), family=one.family, postcode=one.postcode, lines=one.lines)
        found.append((prepared(_told(rng, one, i)), prepared(_told(rng, other, i))))
    return found


@pytest.fixture(scope="module")
def both() -> tuple[list[tuple[int, ...]], list[tuple[int, ...]], list[tuple[Prepared, Prepared]]]:
    pairs = _pairs(random.Random(11))
    kinds = {name: TYPES[said.split(":")[0]] for name, said in COLUMNS.items()}
    columns = {
        f"{name}_{side}": pa.array([getattr(pair[at], name) for pair in pairs], kind)
        for at, side in enumerate("lr")
        for name, kind in kinds.items()
    }
    database = duckdb.connect(config={"threads": 1})
    database.register("pairs", pa.table(columns))
    cases = []
    for comparison in COMPARISONS:
        whens = " ".join(f"when {level.sql} then {i}" for i, level in enumerate(comparison.levels[:-1]))
        cases.append(f"case {whens} else {len(comparison.levels) - 1} end")
    in_sql = [tuple(row) for row in database.sql(f"select {', '.join(cases)} from pairs").fetchall()]
    return in_sql, [levels_between(a, b) for a, b in pairs], pairs


def test_sql_and_python_find_the_same_level(both):
    in_sql, in_python, pairs = both
    for found, said, (a, b) in zip(in_sql, in_python, pairs, strict=True):
        assert found == said, (
            [
                (c.id, c.levels[x].id, c.levels[y].id)
                for c, x, y in zip(COMPARISONS, found, said, strict=True)
                if x != y
            ],
            a,
            b,
        )


def test_every_level_occurred(both):
    """Else the test above would say nothing of it."""
    seen = Counter((c.id, c.levels[level].id) for row in both[1] for c, level in zip(COMPARISONS, row, strict=True))
    assert [f"{c.id}/{level.id}" for c in COMPARISONS for level in c.levels if not seen[c.id, level.id]] == []


def test_the_order_of_the_two_sides_changes_nothing(both):
    assert [levels_between(b, a) for a, b in both[2]] == both[1]


def test_each_level_says_the_same_in_sparks_words():
    """Conditions for Spark name functions that Spark, or the similarity functions that come with Splink, have."""
    for comparison in COMPARISONS:
        for level in comparison.levels:
            assert not {"list_has_any(", "list_contains(", "len("} & {
                f"{part}(" for part in level.spark.replace("(", " ").split()
            }
