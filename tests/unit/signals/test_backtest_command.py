"""`sightline signals backtest`: an author's own folder, unfair recording, and errors that help."""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from sightline.commands import signals_backtest

OURS = Path(__file__).parents[3] / "definitions" / "england" / "storylines"
BIAS = (
    "- {group: {sex: male}, records: [police-incident, custody, missing-episode, domestic-abuse-incident], times: 9}\n"
)
RULES = ("--rules", "pattern-of-incidents", "repeat-missing")


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    parser = argparse.ArgumentParser()
    signals_backtest.add_parser(parser.add_subparsers())
    code = signals_backtest.run(parser.parse_args(["backtest", *arguments]))
    out, err = capsys.readouterr()
    return code, out, err


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Storylines of another author: planted often, and one without a turning point."""
    made = tmp_path_factory.mktemp("storylines")
    for name in ("missing-and-nobody-asks", "late-from-one-bus"):
        text = (OURS / f"{name}.yaml").read_text(encoding="utf-8")
        lines = [line for line in text.splitlines() if not line.startswith(("turns:", "planted:"))]
        lines.insert(4, "planted: {per-10000-children-a-year: 30}")
        (made / f"{name}.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return made


def test_another_authors_storylines_and_unfair_recording(
    capsys: pytest.CaptureFixture[str], folder: Path, tmp_path: Path
) -> None:
    bias = tmp_path / "bias.yaml"
    bias.write_text(BIAS, encoding="utf-8")
    asked = ("--scale", "0.012", "--years", "1.5", "--seed", "5", "--storylines", str(folder), "--json", *RULES)
    code, out, _ = run(capsys, *asked, "--without-baselines", "--bias", str(bias))
    found: dict[str, Any] = json.loads(out)
    assert code == 0 and [kind["storyline"] for kind in found["kinds"]] == ["missing-and-nobody-asks"]
    assert found["storylines"]["seen"] >= 3 and found["storylines"]["turning-points-declared"] == 0
    assert found["look-alikes"]["never"]["broken"] == 0 and {rule["rule"] for rule in found["rules"]} == set(RULES[1:])
    sex = next(grouping for grouping in found["fairness"] if grouping["by"] == "sex")
    girls, boys = sex["rules"][0]["groups"]
    assert boys["group"].startswith("Boys") and boys["rate"] > 2 * girls["rate"], "it shows in the rates"


def test_what_cannot_be_replayed_is_said(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, _, err = run(capsys, "--rules", "repeat-mising")
    assert code == 2 and "repeat-mising" in err and "signals explain" in err
    code, _, err = run(capsys, "--city", str(tmp_path))
    assert code == 2 and "sightline simulate" in err
    (tmp_path / "feeds").mkdir()
    (tmp_path / "truth").mkdir()
    (tmp_path / "truth" / "storylines.jsonl").write_text("", encoding="utf-8")
    code, _, err = run(capsys, "--city", str(tmp_path))
    assert code == 2 and "nothing happened" in err
    shutil.rmtree(tmp_path / "feeds")
    bad = tmp_path / "bad"
    bad.mkdir()
    (bad / "one.yaml").write_text("storyline: one\ntitle: One\n", encoding="utf-8")
    code, _, err = run(capsys, "--scale", "0.001", "--storylines", str(bad))
    assert code == 2 and "one.yaml" in err
