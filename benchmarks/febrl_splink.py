"""Splink's best practice on FEBRL: the comparisons that its own tutorials give for these columns, trained without labels."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence

import pyarrow as pa
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

logging.getLogger("splink").setLevel(logging.ERROR)
BLOCKS = ("soc_sec_id", "date_of_birth", "postcode", "given_name", "surname")
MOST_PAIRS = 2e7


def link(data: Mapping[str, Sequence[Mapping[str, str]]]) -> list[tuple[str, str, float]]:
    """Pairs that Splink looks at, each with its weight in bits."""
    api = DuckDBAPI()
    frames = [
        api.register(_table(rows), dataset_display_name=name, table_name=f"febrl_{name}") for name, rows in data.items()
    ]
    settings = SettingsCreator(
        link_type="dedupe_only" if len(frames) == 1 else "link_only",
        unique_id_column_name="id",
        comparisons=[
            cl.NameComparison("given_name").configure(term_frequency_adjustments=True),
            cl.NameComparison("surname").configure(term_frequency_adjustments=True),
            cl.DateOfBirthComparison("date_of_birth", input_is_string=True, datetime_format="%Y%m%d"),
            cl.DamerauLevenshteinAtThresholds("soc_sec_id", [1, 2]),
            cl.ExactMatch("street_number").configure(term_frequency_adjustments=True),
            cl.JaroWinklerAtThresholds("address_1", [0.9, 0.7]),
            cl.DamerauLevenshteinAtThresholds("postcode", [1, 2]).configure(term_frequency_adjustments=True),
        ],
        blocking_rules_to_generate_predictions=[block_on(column) for column in BLOCKS],
        retain_intermediate_calculation_columns=False,
        retain_matching_columns=False,
    )
    linker = Linker(frames if len(frames) > 1 else frames[0], settings, log_level=logging.ERROR)
    exact = [block_on("soc_sec_id"), block_on("given_name", "surname", "date_of_birth")]
    linker.training.estimate_probability_two_random_records_match(exact, recall=0.9)
    linker.training.estimate_u_using_random_sampling(max_pairs=MOST_PAIRS, seed=1)
    for columns in (("date_of_birth",), ("soc_sec_id",), ("postcode",)):
        linker.training.estimate_parameters_using_expectation_maximisation(
            block_on(*columns), populate_probability_two_random_records_match_from_trained_values=False
        )
    found = linker.inference.predict(threshold_match_weight=-20)
    rows = found.as_duckdbpyrelation().select("id_l", "id_r", "match_weight").fetchall()
    return [(str(a), str(b), float(w)) for a, b, w in rows]


def _table(rows: Sequence[Mapping[str, str]]) -> pa.Table:
    return pa.Table.from_pylist([{name: value or None for name, value in row.items()} for row in rows])
