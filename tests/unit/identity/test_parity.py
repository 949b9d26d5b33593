"""Our own scoring, which answers in microseconds, gives what Splink gives for the same pair: every level, every
adjustment for how common a name is. Else what was learnt in bulk would mean something else online.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from benchmarks import identity_rows
from sightline.identity.linkage import bulk
from sightline.identity.linkage.coding import coded
from sightline.identity.linkage.columns import ID, row_of, table, table_of
from sightline.identity.linkage.comparing import COLUMNS, COMPARISONS, levels_between, prepared
from sightline.identity.linkage.comparing_many import LEVELS
from sightline.identity.linkage.engine import opened
from sightline.identity.linkage.likeness import likeness_of
from sightline.identity.linkage.model import Model, by_hand
from sightline.identity.linkage.scoring import score_prepared
from sightline.identity.linkage.scoring_many import Weighing
from sightline.identity.linkage.training import FIXED
from sightline.identity.linkage.types import Likeness, Untrained
from sightline.intake.types import Details

PAIRS = 10_000
DUE = Likeness(given=("baby",), family=("marsh",), expected="2025-05-01", kin=("kelly|marsh|1984-02-03",))


@pytest.fixture(scope="module")
def people() -> list[Likeness]:
    """Invented families as agencies hold them, with every slip; and forms of them that no agency happened to make."""
    draw = random.Random(5)
    rows = identity_rows._shard((150, 0, 150, 9)).to_pylist()
    found = [identity_rows.likeness(row) for row in identity_rows.from_dicts(rows)]
    found = draw.sample(found, min(len(found), 900))
    return [*found, *(form for one in draw.sample(found, 250) for form in _forms(one, draw)), *[DUE] * 3]


def _forms(one: Likeness, draw: random.Random) -> list[Likeness]:
    """The same person, otherwise told."""
    year, day = one.born[:4], int(one.born[8:] or 31)
    turned = f"{year}-{one.born[8:]}-{one.born[5:7]}" if day <= 12 else one.born
    return [
        replace(one, given=one.family, family=one.given),
        replace(one, born=turned, nhs=one.nhs[:-1] and f"{one.nhs[:-1]}x", upn=one.upn[:-1] and f"{one.upn[:-1]}x"),
        replace(one, given=one.given[:1] and (one.given[0][0],), born=year),
        replace(one, other_names=one.family, family=("another", *one.family[-1:])),
        replace(one, given=(*one.given, "lee"), born=one.born[:7], postcodes=()),
        replace(one, given=("mohammed", *one.given), born=f"{year}-01-01" if year else "", kin=DUE.kin),
        replace(one, family=(*one.family, "smith"), numbers=("77777", *one.numbers), kin=(), phones=("07700900123",)),
        replace(one, given=("ñuñez", *one.given), nhs="", upn="", expected=f"2025-0{draw.choice('45')}-20", born="", sex=""),
    ]  # fmt: skip


@pytest.fixture(scope="module")
def model(people: list[Likeness]) -> Model:
    """Weights that no two levels share, so that a pair at another level cannot score alike; frequencies as they are."""
    draw, hand = random.Random(6), by_hand()
    numbers = {c.id: {level.id: draw.uniform(0.001, 0.9) for level in c.levels[1:]} for c in COMPARISONS}
    others = {c.id: {level.id: draw.uniform(0.001, 0.9) for level in c.levels[1:]} for c in COMPARISONS}
    rows = [prepared(one) for one in people]
    tf: dict[str, dict[str, float]] = {}
    for c in (c for c in COMPARISONS if c.tf_column):
        counted = Counter(value for row in rows if (value := getattr(row, c.tf_column)))
        tf[c.id] = {value: n / len(rows) for value, n in counted.items() if n > 4}
    return replace(hand, m=numbers, u=others, tf=tf, prior=0.003)


def test_ten_thousand_pairs_score_as_splink_scores_them(people: list[Likeness], model: Model) -> None:
    draw = random.Random(7)
    pairs = _pairs(people, draw)
    with opened(threads=1) as engine:
        engine.take(table(people))
        engine.put("pairs", pa.table({"join_key_l": pa.array([a for a, _ in pairs], pa.int32()),
                                      "join_key_r": pa.array([b for _, b in pairs], pa.int32()),
                                      "match_key": ["0"] * len(pairs)}))  # fmt: skip
        found = bulk.Scorer(engine, model).score("pairs", at_least=None)
        splinks = {
            (a, b): float(bits)
            for a, b, bits in engine.ask(f"SELECT {ID}_l, {ID}_r, match_weight FROM {found.physical_name}")
        }
    assert len(splinks) == len(pairs) == PAIRS
    rows = [prepared(one) for one in people]
    seen: set[tuple[str, str]] = set()
    adjusted = 0
    for a, b in pairs:
        ours = score_prepared(model, rows[a], [rows[b]])[0]
        seen |= {(part.comparison, part.level) for part in ours.parts}
        adjusted += any(part.tf_bits for part in ours.parts)
        assert ours.bits == pytest.approx(splinks[a, b], abs=1e-6), (people[a], people[b], ours.parts)
        assert score_prepared(model, rows[b], [rows[a]])[0].bits == pytest.approx(ours.bits, abs=1e-9)
    levels = {(c.id, level.id) for c in COMPARISONS for level in c.levels}
    assert levels <= seen, f"never met: {levels - seen}"
    assert adjusted > 500


def test_many_pairs_at_once_stand_at_the_levels_and_score_as_each_does_alone(
    people: list[Likeness], model: Model
) -> None:
    pairs = _pairs(people, random.Random(8))
    rows = [prepared(one) for one in people]
    one, other = np.array(pairs, dtype=np.int32).T
    one, other = np.concatenate([one, other]), np.concatenate([other, one])  # whichever of two is the one
    for order in (table(people), table(people).take(np.random.default_rng(1).permutation(len(people)))):
        numbers = coded(order.select)
        found = {c.id: LEVELS[c.id](numbers, one, other) for c in COMPARISONS}
        for at, (a, b) in enumerate(zip(one.tolist(), other.tolist(), strict=True)):
            alone = dict(zip(found, levels_between(rows[a], rows[b]), strict=True))
            assert {c: int(levels[at]) for c, levels in found.items()} == alone, (people[a], people[b])
        bits, agrees = Weighing(numbers, model).of(one, other)
        for at, (a, b) in enumerate(pairs):
            score = score_prepared(model, rows[a], [rows[b]])[0]
            assert bits[at] == pytest.approx(score.bits, abs=1e-9)
            assert agrees[at] == any(p.bits > 0 for p in score.parts if p.comparison in ("nhs-number", "upn"))


def test_nobody_and_people_of_whom_nothing_is_told_are_numbers_too(model: Model) -> None:
    nobody, none = coded(table([]).select), np.zeros(0, dtype=np.int32)
    assert [len(part) for part in Weighing(nobody, model).of(none, none)] == [0, 0]
    blank = coded(table([Likeness(), Likeness()]).select)
    bits, agrees = Weighing(blank, model).of(np.array([0]), np.array([1]))
    assert bits.tolist() == pytest.approx([score_prepared(model, prepared(Likeness()), [prepared(Likeness())])[0].bits])
    assert not agrees.any()


def _pairs(people: list[Likeness], draw: random.Random) -> list[tuple[int, int]]:
    """Half of them have something in common: a family name, a birth date, a postcode."""
    alike: dict[str, list[int]] = {}
    for at, one in enumerate(people):
        for said in (*one.given[:1], *one.family, one.born, *one.postcodes[:1], *one.kin[:1]):
            alike.setdefault(said, []).append(at)
    groups = [group for group in alike.values() if len(group) > 1]
    last = len(people) - 1
    found = {(last - 2, last - 1), (last - 1, last)}  # a child who is expected, told twice
    while len(found) < PAIRS:
        group = draw.choice(groups) if draw.random() < 0.75 else range(len(people))
        a, b = draw.sample(list(group) if len(group) < 200 else draw.sample(list(group), 50), 2)
        found.add((min(a, b), max(a, b)))
    return sorted(found)


def test_a_row_has_the_columns_that_comparing_names() -> None:
    row = row_of(likeness_of(Details(given="Jay", family="Marsh", born="2010-03-04")))
    assert list(row) == list(COLUMNS) and row["given"] == "jay" and row["upn"] is None
    assert table_of([]).num_rows == 0


@pytest.mark.parametrize("what", ["m", "u"])
def test_a_model_with_an_untrained_level_is_refused_by_name(what: str) -> None:
    kept = by_hand().as_dict()
    del kept[what]["given-name"]["near"]
    with pytest.raises(Untrained, match=rf"given-name.*\(near\) has no {what}"):
        Model.from_dict(kept)


def test_levels_that_are_never_learnt_are_there() -> None:
    known = {f"{c.id}/{level.id}" for c in COMPARISONS for level in c.levels}
    assert set(FIXED) <= known
