"""Families as they are, and agencies as they hold them: every kind of home, every kind of mistake, at its rate."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from sightline.simulation import Made, Wanted, simulate
from sightline.simulation.held import DEFAULT, read_errors
from tests.unit.simulation.conftest import file, rows, truth

OF_RECORDS = {"sibling-named", "twins-swapped", "sent-twice"}


def test_families_are_of_every_kind(tenth: Made) -> None:
    everyone = truth(tenth, "people.jsonl")
    children = [p for p in everyone if p["role"] == "child"]
    kinds = Counter(p.get("home_kind", "home") for p in everyone)
    assert {"home", "couple", "unaccompanied", "adoptive", "care-leaver"} <= set(kinds)
    births = Counter((p["family_id"], p["born"]) for p in children if p.get("born"))
    assert max(births.values()) == 2 and sum(n == 2 for n in births.values()) / len(births) == pytest.approx(
        0.02, abs=0.012
    )
    roles = Counter(p["role"] for p in everyone)
    assert min(roles[r] for r in ("mother", "father", "father-elsewhere", "partner")) > 100
    homes = [home for p in everyone for home in p["homes"]]
    assert any(len(p["homes"]) > 2 for p in everyone) and any(home[-1] == "refuge" for home in homes)
    assert any(p.get("renamed") for p in children) and any(p.get("died") for p in children)
    assert any(p.get("expected") and not p.get("born") for p in children)
    assert sum(bool(p.get("born")) and p["born"] >= tenth.start.isoformat() for p in children) > 800
    alone = [p for p in children if p.get("home_kind") == "unaccompanied"]
    assert alone and all(p["nationality"] and p["born"] for p in alone)
    family = Counter(p["family_id"] for p in children if not p.get("home_kind"))
    assert 1.9 < sum(family.values()) / len(family) < 2.3  # mean of the handbook: 2.1


def test_brothers_and_sisters_may_have_different_fathers_and_names(tenth: Made) -> None:
    fathers: dict[str, set[str]] = {}
    people = {p["person"]: p for p in truth(tenth, "people.jsonl")}
    relations = Counter()
    for row in truth(tenth, "relations.jsonl"):
        relations[row["relation"]] += 1
        if row["relation"] == "father":
            fathers.setdefault(people[row["to"]]["family_id"], set()).add(row["person"])
    assert any(len(of) > 1 for of in fathers.values())
    assert {"mother", "father", "step-parent", "twin", "same-child-never-to-be-joined"} <= set(relations)


def test_an_adopted_child_is_another_with_other_numbers(tenth: Made) -> None:
    people = {p["person"]: p for p in truth(tenth, "people.jsonl")}
    adopted = [p for p in people.values() if p.get("adopted_as")]
    assert adopted
    for before in adopted:
        after = people[before["adopted_as"]]
        assert before["born"] == after["born"] and before["family"] != after["family"]
        assert before["nhs_number"] != after["nhs_number"] and (not before.get("upn") or before["upn"] != after["upn"])
        assert not {i for of in before["ids"].values() for i in of} & {i for of in after["ids"].values() for i in of}
    ended = {p["person"]: p["ended"] for p in adopted}
    late = [e for e in truth(tenth, "events.jsonl") for p, _ in e["people"] if p in ended and e["at"][:10] > ended[p]]
    assert not late


def test_a_refuge_is_told_by_hardly_anybody(tenth: Made) -> None:
    hidden = {(home[1], home[2]) for p in truth(tenth, "people.jsonl") for home in p["homes"] if home[-1] == "refuge"}
    told = [
        line
        for path in tenth.files
        if path.is_file() and "hospital" not in path.name
        for line in path.read_text(encoding="utf-8").splitlines()
        if any(postcode in line and address in line for address, postcode in hidden)
    ]
    assert hidden and not told
    folder = next(path for path in tenth.files if path.is_dir())
    assert all(
        not row["addr_address_postcode"]
        for row in rows(folder / "ssd_address.csv")
        if row["addr_address_type"] == "REFUGE"
    )


def test_before_birth_a_child_has_no_birth_date_and_no_number(tenth: Made) -> None:
    health = [row for row in rows(file(tenth, "community-health")) if row["type"] == "midwife-concern"]
    unborn = [row for row in health if row["patient"].get("given") == "Unborn" or not row["patient"].get("born")]
    assert health and len(unborn) > 0.9 * len(health)
    assert not [row for row in unborn if row["patient"].get("nhs_number")]


def test_every_mistake_is_made_at_its_rate(tenth: Made) -> None:
    rates, held = read_errors(), truth(tenth, "identities.jsonl")
    kinds = {
        "west-yorkshire-police": "police",
        "leeds-teaching-hospitals": "acute-hospital",
        "yorkshire-ambulance": "ambulance",
    }
    made = Counter((kinds[one["agency"]], slip) for one in held if one["agency"] in kinds for slip in one["slips"])
    number = Counter(kinds[one["agency"]] for one in held if one["agency"] in kinds)
    for slip in ("misspell", "no-ethnicity", "no-address"):  # those that may befall anybody
        for kind in ("police", "acute-hospital"):
            rate = rates[kind][slip]
            chance = 5 * (rate * (1 - rate) / number[kind]) ** 0.5 + 0.002
            assert made[kind, slip] / number[kind] == pytest.approx(rate, abs=chance), (kind, slip)
    seen = {slip for one in held for slip in one["slips"]}
    mistakes = {e["mistake"].split(":")[0] for e in truth(tenth, "events.jsonl") if e.get("mistake")}
    known = {name for of_kind in rates.values() for name, rate in of_kind.items() if rate} - {"ethnicity", "tells-refuge"}
    assert known - OF_RECORDS <= seen and mistakes == {"sibling-named", "twins-swapped", "again"}


def test_what_agencies_hold_differs_from_the_truth_only_where_a_slip_is_told(tmp_path: Path) -> None:
    flawless = tmp_path / "none.yaml"
    flawless.write_text(f"default: {{{', '.join(f'{name}: 0' for name in read_errors()['default'])}}}\n")
    right = simulate(Wanted(tmp_path / "right", children=1000, seed=7, errors=flawless, jobs=1))
    by_number = {n: p for p in truth(right, "people.jsonl") for n in p["ids"].get("west-yorkshire-police", [])}
    checked = 0
    for row in rows(file(right, "police")):
        person = by_number[row["PERSON_ID"]]
        if row["FORENAMES"] in ("Unborn", "Jaye") or person.get("storylines"):
            continue
        checked += 1
        names = {person["family"], *person.get("renamed", [])[1:]}
        assert (
            row["FORENAMES"] == person["given"]
            and row["SURNAME"] in names
            and row["NHS_NO"] == person.get("nhs_number", "")
        )
        assert row["DOB"] == f"{date.fromisoformat(person['born']):%d/%m/%Y}"
    assert checked > 150


def test_a_wrong_error_file_is_told(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("default: {misspell: 0.1}\npolice: {mispell: 0.2}\n")
    with pytest.raises(ValueError, match="mispell"):
        read_errors(wrong)
    assert DEFAULT.is_file()


def test_more_than_one_agency_knows_a_child_under_other_numbers(made: Made) -> None:
    several = [p for p in truth(made, "people.jsonl") if len(p["ids"]) > 2]
    assert len(several) > 100
    assert all(len({n for of in p["ids"].values() for n in of}) > 1 for p in several)
