"""How often a model is wrong from each of its thresholds on: by its own estimate, and by a truth where one is known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from sightline.identity.linkage import bulk
from sightline.identity.linkage.engine import Engine
from sightline.identity.linkage.model import Model

Progress = Callable[[str, int, int], None]


def with_errors(
    engine: Engine, model: Model, *, truth: Sequence[int] | None = None, progress: Progress = lambda *_: None
) -> Model:
    """The model with `errors`: per threshold its bits, the pairs from there on, their precision, and with a truth (a
    number a row, -1 where it is not known) their recall. Pairs of whom the truth says nothing are left out of it.
    """
    counts = bulk.link(engine, model, possible=model.thresholds["possible"], progress=progress)
    found = engine.arrow("SELECT one, other, bits FROM scored")
    one, other, bits = (found[name].to_numpy() for name in ("one", "other", "bits"))
    estimated: dict[str, Any] = {}
    measured: dict[str, Any] = {}
    right = np.zeros(len(bits), dtype=bool)
    of, known = 0, np.zeros(len(bits), dtype=bool)
    if truth is not None:
        who = np.asarray(truth)
        known = (who[one] >= 0) & (who[other] >= 0)
        right = known & (who[one] == who[other])
        of = sum(n * (n - 1) // 2 for person, n in Counter(who.tolist()).items() if person >= 0)
    for name, least in sorted(model.thresholds.items(), key=lambda item: -item[1]):
        chosen = bits >= least
        said: dict[str, Any] = {"bits": least, "pairs": int(chosen.sum())}
        p = 1 / (1 + np.exp2(-np.clip(bits[chosen], -500, 500)))
        estimated[name] = said | {"precision": round(float(p.mean()), 6) if len(p) else 1.0}
        if truth is not None:
            judged = int((chosen & known).sum())
            measured[name] = said | {
                "pairs": judged,
                "wrong": judged - int((chosen & right).sum()),
                "precision": round(int((chosen & right).sum()) / judged, 6) if judged else 1.0,
                "recall": round(int((chosen & right).sum()) / of, 6) if of else 1.0,
            }
    errors: dict[str, Any] = {"estimated": estimated, "candidates": counts["pairs"]}
    return replace(model, errors=errors | ({"measured": measured} if truth is not None else {}))
