"""What is produced is what was published, at any size and seed; nothing follows from who or where somebody is."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from sightline.definition.loader import load
from sightline.simulation import Made, Wanted, simulate
from sightline.simulation.bias import read_bias
from sightline.simulation.targets import Targets
from tests.unit.simulation.conftest import rows, truth

PUBLISHED = {
    "domestic-incidents": 22_247,
    "domestic-share-with-children": 24.6,
    "domestic-children": 6_988,
    "protection-plans": 611,
    "looked-after": 1_452,
    "looked-after-unaccompanied": 77,
    "child-arrests": 1_070,
    "child-voluntary-attendances": 556,
    "children": 166_033,
}


def outside(made: Made) -> list[str]:
    return [f"{one.figure.id}: {one.produced:.1f} for {one.wanted:.1f}" for one in made.figures if not one.holds]


def test_the_published_figures_are_declared_with_their_sources() -> None:
    figures = load("leeds").figure
    assert {name: figures[name].value for name in PUBLISHED} == PUBLISHED
    assert not [
        name for name in PUBLISHED if figures[name].assumed or not figures[name].source or not figures[name].period
    ]


def test_every_figure_is_met_at_a_tenth(tenth: Made) -> None:
    assert not outside(tenth)
    assert {one.figure.id for one in tenth.figures} >= set(PUBLISHED)


@pytest.mark.nightly
@pytest.mark.parametrize("seed", [1, 2025])
def test_every_figure_is_met_at_full_size(tmp_path: Path, seed: int) -> None:
    made = simulate(Wanted(tmp_path, scale=1.0, years=2, seed=seed))
    assert not outside(made)
    assert made.total > 1_000_000 and os.path.getsize(tmp_path / "truth" / "figures.csv")


def test_what_is_told_of_figures_can_be_counted_in_the_files(tenth: Made) -> None:
    """Counted again, from the files alone: the report does not mark its own work."""
    police = next(path for path in tenth.files if path.name == "police-extract.csv")
    incidents: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in rows(police):
        incidents[row["REPORT_NO"]].append(row)
    kinds = Counter(each[0]["REPORT_TYPE"] for each in incidents.values())
    with_children = sum(
        each[0]["REPORT_TYPE"] == "DA" and each[0]["CHILD_PRESENT"] == "Y" for each in incidents.values()
    )
    assert kinds["DA"] / 2 == pytest.approx(2_224.7, rel=0.05)
    assert with_children / kinds["DA"] == pytest.approx(0.246, rel=0.05)
    assert kinds["CUSTODY"] / 2 == pytest.approx(107.0, rel=0.05) and kinds["VA"] / 2 == pytest.approx(55.6, rel=0.05)
    folder = next(path for path in tenth.files if path.is_dir())
    day = tenth.until.isoformat()
    plans = [
        row
        for row in rows(folder / "ssd_cp_plans.csv")
        if row["cppl_cp_plan_start_date"] <= day and not row["cppl_cp_plan_end_date"]
    ]
    assert len({row["cppl_person_id"] for row in plans}) == pytest.approx(61.1, rel=0.05)
    care = {
        row["clae_person_id"]
        for row in rows(folder / "ssd_cla_episodes.csv")
        if not row["clae_cla_episode_ceased_date"]
    }
    assert len(care) == pytest.approx(145.2, rel=0.05)


def test_a_part_of_a_year_has_its_part() -> None:
    targets = Targets(load("leeds"), 16_603)
    assert sum(targets.spread(107.0, (1.0, 1.0, 0.25))) == round(107.0 * 2.25)
    assert Targets.children_at(load("leeds"), 0.5) == 83_016 and targets.scale == pytest.approx(0.1, rel=0.001)


# --- fairness -------------------------------------------------------------------------------------------------------


def test_no_real_place_is_a_hot_spot(tenth: Made) -> None:
    """Chi-square over postcode districts: as many homes with police incidents as their number says, to within chance."""
    home, district = {}, {}
    for person in truth(tenth, "people.jsonl"):
        home[person["person"]] = person["family_id"]
        if (
            person["role"] == "child"
            and person["homes"]
            and person["home_kind" if "home_kind" in person else "role"] == "child"
        ):
            district[person["family_id"]] = person["homes"][-1][2].split()[0]
    known = Counter(district.values())
    seen = {
        home[p]
        for e in truth(tenth, "events.jsonl")
        if e["record"] == "police-incident" and "storyline" not in e
        for p, _ in e["people"]
        if p in home
    }
    hit = Counter(district[family] for family in seen if family in district)
    share = sum(hit.values()) / sum(known.values())
    square = sum((hit[d] - n * share) ** 2 / (n * share * (1 - share)) for d, n in known.items())
    assert len(known) == 28 and square < 60, (square, hit)  # 27 degrees of freedom: 1 in 3,000


def test_harm_does_not_follow_from_ethnicity_or_sex(tenth: Made) -> None:
    children = {
        p["person"]: p
        for p in truth(tenth, "people.jsonl")
        if p["role"] == "child" and "storylines" not in p and p.get("home_kind") is None
    }
    hit = Counter(
        p
        for e in truth(tenth, "events.jsonl")
        if e["record"] in ("custody", "stop-search", "police-incident")
        for p, _ in e["people"]
    )
    for name, group in (("ethnicity", lambda p: p["ethnicity"] == "WBRI"), ("sex", lambda p: p["sex"] == "male")):
        means = []
        for wanted in (True, False):
            of = [p for p in children.values() if group(p) is wanted]
            means.append(sum(hit[p["person"]] > 0 for p in of) / len(of))
        assert abs(means[0] - means[1]) < 0.12 * sum(means), (name, means)


def test_a_file_of_biases_makes_recording_unfair(tmp_path: Path) -> None:
    file = tmp_path / "bias.yaml"
    file.write_text(
        "- {group: {ethnicity: [BCRB, BAFR, BOTH]}, records: [stop-search], times: 6}\n"
        "- {group: {sex: female}, records: [school-concern], not-recorded: 0.5}\n"
    )
    fair, unfair = (
        simulate(Wanted(tmp_path / name, children=9000, seed=3, years=1, bias=bias))
        for name, bias in (("fair", None), ("unfair", file))
    )

    def counts(made: Made, record: str, key: str, values: set[str]) -> tuple[int, int]:
        people = {p["person"]: p for p in truth(made, "people.jsonl")}
        events = [  # each once, though it was sent twice
            e
            for e in truth(made, "events.jsonl")
            if e["record"] == record
            and e["file"]
            and "storyline" not in e
            and not e.get("mistake", "").startswith("again")
        ]
        return sum(people[e["people"][0][0]][key] in values for e in events), len(events)

    black = {"BCRB", "BAFR", "BOTH"}
    before, after = counts(fair, "stop-search", "ethnicity", black), counts(unfair, "stop-search", "ethnicity", black)
    assert before[1] == after[1] and after[0] / after[1] > 2 * max(before[0] / before[1], 0.04)
    before, after = (
        counts(fair, "school-concern", "sex", {"female"}),
        counts(unfair, "school-concern", "sex", {"female"}),
    )
    assert after[0] < 0.65 * before[0]
    lost = [e for e in truth(unfair, "events.jsonl") if e.get("mistake") == "nobody recorded it"]
    assert len(lost) == unfair.unrecorded > 0 and not fair.unrecorded


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("group: x", "no file of biases"),
        ("- {group: {ethnicity: WBRI}, records: custody}", "times"),
        ("- {group: {postcode: LS9}, records: custody, times: 2}", "group"),
        ("- {group: {sex: male}, records: custody, times: often}", "numbers"),
        ("- {group: {sex: male}, records: custody, not-recorded: 2}", "between 0 and 1"),
        ("- {group: {sex: male}, record: custody, times: 2}", "unknown record"),
    ],
)
def test_a_wrong_file_of_biases_is_told(tmp_path: Path, text: str, says: str) -> None:
    file = tmp_path / "bias.yaml"
    file.write_text(text)
    with pytest.raises(ValueError, match=says):
        read_bias(file)
