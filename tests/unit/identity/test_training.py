"""What is learnt from invented people is what is true of them, though nobody said who is who."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np
import pytest

from benchmarks import identity_rows
from sightline.identity.linkage import bulk, measuring, training
from sightline.identity.linkage.columns import table
from sightline.identity.linkage.comparing import COMPARISONS
from sightline.identity.linkage.describing import page
from sightline.identity.linkage.engine import Engine, opened
from sightline.identity.linkage.publishing import shipped_path
from sightline.identity.linkage.types import Untrained

WANTED = training.Wanted(random_pairs=1e5, em_pairs=1e5, expected=True, today="2026-11-22")


@pytest.fixture(scope="module")
def people() -> Iterator[tuple[Engine, list[int]]]:
    rows = list(identity_rows.from_dicts(identity_rows._shard((400, 0, 400, 9)).to_pylist()))
    with opened(threads=1) as engine:
        engine.take(table([identity_rows.likeness(row) for row in rows]))
        yield engine, [row.person for row in rows]


def test_the_prior_is_estimated_without_anybodys_word(people: tuple[Engine, list[int]]) -> None:
    engine, persons = people
    true = sum(n * (n - 1) // 2 for n in Counter(persons).values())
    prior = training.prior_of(engine)
    assert prior.pairs == pytest.approx(true, rel=0.08)
    assert prior.probability == pytest.approx(true / (len(persons) * (len(persons) - 1) / 2), rel=0.08)


def test_a_level_that_nobody_showed_refuses_the_model_by_name(people: tuple[Engine, list[int]]) -> None:
    with pytest.raises(training.Unlearnt, match="birth-date/fits") as refused:
        training.train(people[0], training.Wanted(random_pairs=2e4, em_pairs=2e4))
    assert "--expected" in str(refused.value) and "household/house" not in refused.value.levels


def test_what_is_learnt_finds_who_is_one_person(people: tuple[Engine, list[int]]) -> None:
    engine, persons = people
    model = training.train(engine, WANTED)
    assert set(training.FIXED) < set(model.by_hand) and model.trained_on["rows"] == len(persons)
    assert model.bits("nhs-number", "same") > 15 and model.bits("birth-date", "same") > model.bits(
        "birth-date", "digit"
    )
    assert model.bits("family-name", "same") > model.bits("family-name", "near") > model.bits("family-name", "else")
    judged = measuring.with_errors(engine, model, truth=persons)
    same = judged.errors["measured"]["same"]
    assert same["precision"] > 0.99 and same["recall"] > 0.95
    assert judged.id != model.id  # what was measured is a part of what is published


def test_no_rare_name_is_kept(people: tuple[Engine, list[int]]) -> None:
    engine, _ = people
    common, rare = training.frequencies(engine)
    for one in (c for c in COMPARISONS if c.tf_column):
        days = dict(engine.ask(f"SELECT {one.tf_column}, count(DISTINCT born) FROM people GROUP BY 1"))
        assert common[one.id] and all(days[name] >= training.FEW for name in common[one.id])
        assert 0 < rare[one.id] <= min(common[one.id].values())


def test_too_few_people_teach_nothing() -> None:
    rows = list(identity_rows.from_dicts(identity_rows._shard((8, 0, 8, 9)).to_pylist()))
    with opened(threads=1) as engine:
        engine.take(table([identity_rows.likeness(row) for row in rows]))
        with pytest.raises(Untrained, match="nothing can be learnt"):
            training.train(engine, WANTED)


def test_candidates_are_few_and_miss_almost_nobody(people: tuple[Engine, list[int]]) -> None:
    engine, persons = people
    count = bulk.block(engine, into="tried")
    found = engine.arrow("SELECT join_key_l AS a, join_key_r AS b FROM tried")
    who = np.array(persons)
    right = int((who[found["a"].to_numpy()] == who[found["b"].to_numpy()]).sum())
    true = sum(n * (n - 1) // 2 for n in Counter(persons).values())
    assert right / true > 0.98 and count < 3 * true
    assert count == engine.ask("SELECT count(*) FROM (SELECT DISTINCT join_key_l, join_key_r FROM tried)")[0][0]


def test_a_value_that_very_many_share_pairs_nobody(people: tuple[Engine, list[int]]) -> None:
    engine, _ = people
    year = bulk.Block("year", "born in one year", ("substr(born_digits, 1, 4)",))
    assert bulk.block(engine, [year], most=5, into="tried") < bulk.block(engine, [year], most=500, into="tried")


def test_clusters_follow_pairs_whatever_their_order() -> None:
    one, other = np.array([4, 1, 7, 2], dtype=np.int32), np.array([5, 2, 9, 5], dtype=np.int32)
    assert bulk.clusters(10, one, other).tolist() == [0, 1, 1, 3, 1, 1, 6, 7, 8, 7]
    assert bulk.clusters(10, other[::-1], one[::-1]).tolist() == [0, 1, 1, 3, 1, 1, 6, 7, 8, 7]


def test_the_shipped_model_is_whole_and_has_its_page() -> None:
    said = page(shipped_path())
    assert all(f"`{c.id}`" in said and all(f"(`{level.id}`)" in said for level in c.levels[1:]) for c in COMPARISONS)
    assert "| same | 10 |" in said
