"""Comparisons and a model in Splink's words: the same settings for DuckDB and for Spark. Pure.

Splink knows a comparison by a column name and a level by a number; `number` and `level_of` lead back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sightline.identity.linkage.columns import ID
from sightline.identity.linkage.comparing import BY_ID, COMPARISONS, Comparison, Level
from sightline.identity.linkage.model import Model

Numbers = Mapping[str, Mapping[str, float]]  # by comparison and level


def column(comparison: Comparison) -> str:
    """How Splink calls it: `gamma_given_name` and `mw_given_name` follow from it."""
    return comparison.id.replace("-", "_")


def spark_sql(level: Level) -> str:
    """The condition as Spark writes it: a list's length is its size, and dates' digits keep their leading zeros."""
    return level.spark.replace("len(", "size(")


def settings(
    *,
    m: Numbers | None = None,
    u: Numbers | None = None,
    fixed: Sequence[str] = (),
    comparisons: Sequence[Comparison] = COMPARISONS,
    prior: float = 1e-6,
    spark: bool = False,
) -> dict[str, Any]:
    """Settings for a `Linker`. Numbers that are not given are Splink's to learn; those of `fixed` (`household/of-family`)
    stay as they are given.
    """
    return {
        "link_type": "dedupe_only",
        "unique_id_column_name": ID,
        "probability_two_random_records_match": prior,
        "retain_matching_columns": False,
        "retain_intermediate_calculation_columns": False,
        "max_iterations": 25,
        "em_convergence": 0.0005,
        "blocking_rules_to_generate_predictions": [],
        "comparisons": [
            {
                "output_column_name": column(one),
                "comparison_description": one.title,
                "comparison_levels": [_level(one, level, m or {}, u or {}, fixed, spark) for level in one.levels],
            }
            for one in comparisons
        ],
    }


def of_model(model: Model, *, spark: bool = False) -> dict[str, Any]:
    """The settings by which Splink scores as the model does."""
    return settings(m=model.m, u=model.u, prior=model.prior, spark=spark) | {
        "retain_intermediate_calculation_columns": True
    }


def learnt(kept: Mapping[str, Any], what: str) -> dict[str, dict[str, float]]:
    """`m` or `u` of a linker's saved settings, by our comparison and level; without what was not learnt."""
    found: dict[str, dict[str, float]] = {}
    for one in kept["comparisons"]:
        comparison = BY_ID[one["output_column_name"].replace("_", "-")]
        levels = zip(comparison.levels, one["comparison_levels"], strict=True)
        numbers = {level.id: said.get(f"{what}_probability") for level, said in levels}
        found[comparison.id] = {level: float(n) for level, n in numbers.items() if n is not None}
    return found


def _level(of: Comparison, level: Level, m: Numbers, u: Numbers, fixed: Sequence[str], spark: bool) -> dict[str, Any]:
    said: dict[str, Any] = {
        "sql_condition": spark_sql(level) if spark else level.sql,
        "label_for_charts": level.id,
    }
    if level is of.levels[0]:
        return said | {"is_null_level": True}
    for what, numbers in (("m", m), ("u", u)):
        number = numbers.get(of.id, {}).get(level.id)
        if number is not None:
            said[f"{what}_probability"] = number
    if f"{of.id}/{level.id}" in fixed:
        said |= {"fix_m_probability": True, "fix_u_probability": True}
    if level.tf:
        said |= {"tf_adjustment_column": of.tf_column, "tf_adjustment_weight": level.tf}
    return said
