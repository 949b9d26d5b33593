"""A city is the same for the same seed, is made of what agencies would send, and is hard where the world is hard."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, datetime
from pathlib import Path

import pytest
from stdnum.gb import nhs, upn

from sightline.definition.loader import load
from sightline.intake.readers import Notes, detect, read
from sightline.intake.types import Notification
from sightline.simulation import Made, Wanted, simulate
from sightline.simulation.bench import bench_rows
from sightline.simulation.demo import DEMO_WORKERS
from sightline.simulation.held import read_errors
from sightline.simulation.when import STORY_ENDS
from sightline.timescales.london import parse_moment
from tests.unit.simulation.conftest import CHILDREN, file, rows


def contents(made: Made) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (*made.files, *made.truth)}


def test_same_seed_same_bytes_other_seed_other_city(tmp_path: Path) -> None:
    one, again, other = (
        simulate(Wanted(tmp_path / name, children=60, seed=seed)) for name, seed in (("a", 3), ("b", 3), ("c", 4))
    )
    assert contents(one) == contents(again)
    assert contents(one)["people.jsonl"] != contents(other)["people.jsonl"]


def test_a_bigger_city_begins_with_the_smaller_ones_families(tmp_path: Path) -> None:
    small, big = (simulate(Wanted(tmp_path / str(n), children=n, seed=5)) for n in (40, 90))
    people = {n: contents(made)["people.jsonl"].splitlines() for n, made in ((40, small), (90, big))}
    shared = len(people[40]) - 8  # the last family may have been cut to the number wanted
    assert people[90][:shared] == people[40][:shared]


def test_every_file_is_recognised_and_every_row_read(made: Made) -> None:
    leeds = load("leeds")
    fed = set()
    for path in made.files:
        notes, feed = Notes(), detect(path, leeds)
        fed.add(feed.id)
        things = list(read(path, feed, leeds, notes))
        assert things, path
        assert [t for t in things if not isinstance(t, Notification)] == [], path
        assert not [s for s in notes.sentences() if "differ" in s or "not known" in s], path
        for thing in things:
            assert isinstance(thing, Notification) and thing.people and parse_moment(thing.happened)
            assert {"any", leeds.agency[thing.agency].kind} & set(leeds.record[thing.record].sent_by)
            assert all(role in leeds.record[thing.record].people for person in thing.people for role in person.roles)
    assert fed == set(leeds.feed)


def test_fields_are_sound(made: Made) -> None:
    from sightline.definition.records import clean

    leeds = load("leeds")
    for path in made.files:
        for thing in read(path, detect(path, leeds), leeds, Notes()):
            assert isinstance(thing, Notification)
            _, faults = clean(leeds, leeds.record[thing.record], thing.fields)
            assert not faults, (path.name, thing.position, faults)


def test_numbers_are_right_reserved_and_each_held_once(people: list[dict]) -> None:
    nhs_numbers = [p["nhs_number"] for p in people if p.get("nhs_number")]
    upns = [p["upn"] for p in people if p.get("upn")]
    assert all(nhs.is_valid(n) and n.startswith("999") for n in nhs_numbers) and len(set(nhs_numbers)) == len(
        nhs_numbers
    )
    assert all(upn.is_valid(n) and n[1:4] == "383" for n in upns) and len(set(upns)) == len(upns)
    own = Counter(
        (agency, number) for p in people for agency, numbers in p.get("ids", {}).items() for number in numbers
    )
    assert own and max(own.values()) == 1


def test_phones_and_postcodes_are_nobodys(made: Made) -> None:
    text = b"\n".join(path.read_bytes() for path in made.files).decode()
    phones = re.findall(r"\b0[17]\d{2,4} \d{3} ?\d{3,4}\b", text)
    assert phones and all(re.fullmatch(r"07700 900\d{3}|0113 496 0\d{3}", phone) for phone in phones)
    codes = re.findall(r"\b(?:LS\d{1,2}) (\d[A-Z]{2})\b", text)
    assert codes and all(set(code[1:]) <= set("CIKMOV") for code in codes)


def test_a_few_children_have_most_of_what_is_not_routine(events: list[dict]) -> None:
    routine = {"attendance-summary", "ae-attendance"}
    each = Counter(
        person
        for event in events
        if event["record"] not in routine
        for person, role in event["people"]
        if int(person[1:]) % 16 < 8
    )
    counts = sorted(each.values(), reverse=True)
    assert sum(counts[: CHILDREN // 10]) > 0.6 * sum(counts)
    assert CHILDREN - len(counts) > CHILDREN * 0.35


def test_nothing_arrives_before_it_happened_or_after_the_last_day(made: Made, events: list[dict]) -> None:
    for event in events:
        sent = datetime.fromisoformat(event["sent"])
        assert event["at"][:10] <= sent.date().isoformat() and sent.date() <= made.until, event


def test_agencies_are_mistaken_at_the_rates_of_the_error_file(people: list[dict], made: Made, tmp_path: Path) -> None:
    by_number = {number: p for p in people for number in p["ids"].get("west-yorkshire-police", [])}
    held = {row["PERSON_ID"]: row for row in rows(file(made, "police"))}
    names = [(row["FORENAMES"], by_number[number]["given"]) for number, row in held.items()]
    wrong = sum(one != other for one, other in names) / len(names)
    missing = sum(not row["NHS_NO"] for row in held.values()) / len(held)
    assert 0.03 < wrong < 0.3 and 0.08 < missing < 0.6
    flawless = tmp_path / "none.yaml"
    flawless.write_text("default: {misspell: 0, no-nhs: 0}\n")
    right = simulate(Wanted(tmp_path / "right", children=80, seed=7, errors=flawless))
    assert all(
        row["NHS_NO"] for row in rows(file(right, "police")) if row["PERSON_ROLE"] in ("SUSP", "CHILD", "MISPER")
    )


def test_a_wrong_error_file_is_told(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("default: {misspell: 0.1}\npolice: {mispell: 0.2}\n")
    with pytest.raises(ValueError, match="mispell"):
        read_errors(wrong)


def test_families_have_twins_fathers_elsewhere_moves_and_the_unborn(tmp_path: Path) -> None:
    big = simulate(Wanted(tmp_path, children=1500, seed=2, years=0.2))
    everyone = list(rows(next(path for path in big.truth if path.name == "people.jsonl")))
    children = [p for p in everyone if p["role"] == "child"]
    births = Counter((p["family_id"], p.get("born")) for p in children if p.get("born"))
    assert max(births.values()) == 2
    assert any(p["role"] == "father-elsewhere" for p in everyone) and any(len(p["homes"]) > 1 for p in everyone)
    assert any(p.get("expected") and not p.get("born") for p in children)
    assert len(children) == 1500 and 1.8 < len(children) / len({p["family_id"] for p in children}) < 2.4


def test_harm_does_not_follow_from_ethnicity(tmp_path: Path) -> None:
    from sightline.simulation.city import period_of
    from sightline.simulation.people import Families

    families = Families(11, load("leeds"), period_of(Wanted(tmp_path)))
    burden: dict[bool, list[float]] = {True: [], False: []}
    for n in range(1, 6000):
        family, _ = families.make(n, 5)
        burden[family.children[0].ethnicity == "WBRI"].append(min(family.strain, 3.0))
    white, others = (sum(each) / len(each) for each in (burden[True], burden[False]))
    assert abs(white - others) < 0.06 * (white + others)


def test_shifting_moves_whole_weeks_to_just_before_the_day(tmp_path: Path) -> None:
    for day in (date(2026, 11, 22), date(2026, 11, 21), date(2026, 11, 20), date(2025, 3, 15)):
        moved = simulate(Wanted(tmp_path / str(day), children=3, shift_to=day))
        assert 0 < (day - moved.until).days <= 7 and (moved.until - STORY_ENDS).days % 7 == 0


def test_demo_workers_suit_the_partnership() -> None:
    leeds = load("leeds")
    assert len(DEMO_WORKERS) >= 8 and len({w.username for w in DEMO_WORKERS}) == len(DEMO_WORKERS)
    for worker in DEMO_WORKERS:
        role, agency = leeds.role[worker.role], leeds.agency[worker.agency]
        assert not role.agencies or agency.kind in role.agencies, worker
        assert not worker.team or leeds.team[worker.team].agency == worker.agency, worker
        assert worker.phone.startswith("0113 496 0") and worker.says.endswith(".")


def test_bench_rows_can_be_read() -> None:
    from sightline.intake.mapping import Mapper

    leeds = load("leeds")
    mapper = Mapper(leeds, leeds.feed["leeds-police-csv"])
    made = [mapper.row(row) for row in bench_rows(5, 4)]
    assert len(made) == 20 and all(isinstance(one, Notification) for one in made)
    assert list(bench_rows(5, 4, first_child=3))[0]["PERSON_ID"] == list(bench_rows(5, 4))[12]["PERSON_ID"]
