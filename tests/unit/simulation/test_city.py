"""A city is the same for the same seed, is made of what agencies would send, and is hard where the world is hard."""

from __future__ import annotations

import csv
import hashlib
import re
from collections import Counter
from datetime import date, datetime
from pathlib import Path

import pytest
from stdnum.gb import nhs, upn

from sightline.commands.schools import read as read_register
from sightline.definition.loader import load
from sightline.intake.readers import Notes, detect, read
from sightline.intake.types import Notification
from sightline.simulation import Made, Wanted, simulate
from sightline.simulation.bench import bench_rows
from sightline.simulation.demo import DEMO_WORKERS
from sightline.simulation.when import STORY_ENDS
from sightline.timescales.london import parse_moment
from tests.unit.simulation.conftest import CHILDREN, rows, truth


def contents(folder: Path) -> dict[str, str]:
    """The digest of every file that was written."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_same_seed_same_bytes_in_one_process_or_two_other_seed_other_city(tmp_path: Path) -> None:
    for name, seed, jobs in (("a", 3, 1), ("b", 3, 1), ("c", 3, 2), ("d", 4, 2)):
        simulate(Wanted(tmp_path / name, children=1300, seed=seed, years=0.5, jobs=jobs))
    one, again, two, other = (contents(tmp_path / name) for name in "abcd")
    assert one == again == two and len(one) > 60
    differ = {name for name in one if one[name] != other.get(name)}
    assert {"truth/people.jsonl", "truth/events.jsonl", "truth/relations.jsonl", "feeds/police-extract.csv"} <= differ


def test_every_file_is_recognised_and_every_row_read(made: Made) -> None:
    leeds = load("leeds")
    known = {*leeds.agency, *(school.id for school in (read_register(made.register) if made.register else ()))}
    fed = set()
    for path in made.files:
        notes, feed = Notes(), detect(path, leeds)
        fed.add(feed.id)
        things = list(read(path, feed, leeds, notes, agencies=known))
        assert things, path
        assert [t for t in things if not isinstance(t, Notification)] == [], path
        for thing in things:
            assert isinstance(thing, Notification) and parse_moment(thing.happened)
            kind = leeds.agency[thing.agency].kind if thing.agency in leeds.agency else "school"
            assert thing.record == "what-is-working" or {"any", kind} & set(leeds.record[thing.record].sent_by), thing
            assert all(role in leeds.record[thing.record].people for person in thing.people for role in person.roles)
    sent = {
        "ambulance-csv",
        "housing-csv",
        "probation-csv",
        "voluntary-jsonl",
        "domestic-abuse-service-jsonl",
        "adult-mental-health-csv",
        "ssd",
    }
    assert (
        sent | {"leeds-police-csv", "hospital-csv", "community-health-jsonl", "schools-jsonl", "youth-justice-csv"}
        <= fed
    )


def test_fields_are_sound(made: Made) -> None:
    from sightline.definition.records import clean

    leeds = load("leeds")
    for path in made.files:
        for thing in read(path, detect(path, leeds), leeds, Notes()):
            if isinstance(thing, Notification):
                _, faults = clean(leeds, leeds.record[thing.record], thing.fields)
                assert not faults, (path.name, thing.record, thing.position, faults)


def test_the_dataset_has_all_its_objects_and_every_key_leads_somewhere(made: Made) -> None:
    folder = next(path for path in made.files if path.is_dir())
    tables = {path.stem: list(rows(path)) for path in sorted(folder.glob("ssd_*.csv"))}
    assert len(tables) == 48
    assert not [
        name
        for name in (
            "ssd_person",
            "ssd_cin_episodes",
            "ssd_cp_plans",
            "ssd_cla_episodes",
            "ssd_cla_health",
            "ssd_legal_status",
        )
        if not tables[name]
    ]
    people = {row["pers_person_id"] for row in tables["ssd_person"]}
    referrals = {row["cine_referral_id"] for row in tables["ssd_cin_episodes"]}
    for name, column, known in (
        ("ssd_cin_episodes", "cine_person_id", people),
        ("ssd_cp_plans", "cppl_person_id", people),
        ("ssd_cla_episodes", "clae_person_id", people),
        ("ssd_address", "addr_person_id", people),
        ("ssd_cin_assessments", "cina_referral_id", referrals),
        ("ssd_cin_plans", "cinp_referral_id", referrals),
        ("ssd_mother", "moth_person_id", people),
    ):
        assert {row[column] for row in tables[name]} <= known, name
    for name, table in tables.items():
        keys = [row[next(iter(row))] for row in table]
        assert name in ("ssd_cla_immunisations", "ssd_immigration_status", "ssd_involvements", "ssd_disability") or len(
            keys
        ) == len(set(keys)), name


def test_numbers_are_right_reserved_and_each_held_once(people: list[dict]) -> None:
    nhs_numbers = [p["nhs_number"] for p in people if p.get("nhs_number")]
    upns = [p["upn"] for p in people if p.get("upn")]
    assert all(nhs.is_valid(n) and n.startswith("999") for n in nhs_numbers) and len(set(nhs_numbers)) == len(
        nhs_numbers
    )
    assert all(upn.is_valid(n) and n[1:4] == "383" for n in upns) and len(set(upns)) == len(upns)
    own = Counter(
        (agency, number) for p in people for agency, numbers in p.get("ids", {}).items() for number in set(numbers)
    )
    assert own and max(own.values()) == 1


def test_phones_and_postcodes_are_nobodys(made: Made) -> None:
    files = [file for path in made.files for file in (sorted(path.glob("*.csv")) if path.is_dir() else [path])]
    text = "\n".join(path.read_text(encoding="utf-8") for path in files)
    phones = re.findall(r"\b0[17]\d{2,4} \d{3} ?\d{3,4}\b", text)
    assert phones and all(re.fullmatch(r"07700 900\d{3}|0113 496 0\d{3}", phone) for phone in phones)
    codes = re.findall(r"\b(?:LS\d{1,2}) (\d[A-Z]{2})\b", text)
    assert codes and all(set(code[1:]) <= set("CIKMOV") for code in codes)


def test_a_few_children_have_most_of_what_is_not_routine(people: list[dict], events: list[dict]) -> None:
    routine = {"attendance-summary", "ae-attendance"}
    children = {p["person"] for p in people if p["role"] == "child"}
    each = Counter(
        person
        for event in events
        if event["record"] not in routine
        for person, _ in event["people"]
        if person in children
    )
    counts = sorted(each.values(), reverse=True)
    assert sum(counts[: len(children) // 10]) > 0.55 * sum(counts)
    assert len(children) - len(counts) > len(children) * 0.35


def test_a_tenth_of_those_who_go_missing_have_about_half_of_the_episodes(tenth: Made) -> None:
    each = Counter(e["people"][0][0] for e in truth(tenth, "events.jsonl") if e["record"] == "missing-episode")
    counts = sorted(each.values(), reverse=True)
    assert 0.28 < sum(counts[: max(1, len(counts) // 10)]) / sum(counts) < 0.7


def test_nights_weekends_and_months_have_their_share(tenth: Made) -> None:
    at = [
        datetime.fromisoformat(e["at"])
        for e in truth(tenth, "events.jsonl")
        if e["record"] in ("police-incident", "missing-episode")
    ]
    night = sum(moment.hour >= 17 or moment.hour < 5 for moment in at) / len(at)
    weekend = sum(moment.weekday() in (4, 5) for moment in at) / len(at)
    quiet = sum(moment.month in (8, 12) for moment in at) / len(at)
    assert night > 0.8 and weekend > 0.34 and quiet < 0.14
    schools = [
        datetime.fromisoformat(e["at"])
        for e in truth(tenth, "events.jsonl")
        if e["record"] == "school-concern" and "storyline" not in e
    ]
    assert schools and all(moment.weekday() < 5 and 8 < moment.hour < 16 for moment in schools)


def test_nothing_arrives_before_it_happened_or_after_the_last_day(made: Made, events: list[dict]) -> None:
    for event in events:
        sent = datetime.fromisoformat(event["sent"])
        assert event["at"][:10] <= sent.date().isoformat() and sent.date() <= made.until, event


def test_truth_tells_of_every_record_that_was_sent(made: Made, events: list[dict]) -> None:
    told = Counter(event["file"] for event in events if event["file"] != "ssd")
    for path in made.files:
        if path.suffix == ".jsonl":
            assert told[path.name] == sum(1 for _ in rows(path)) == made.records[path.name]
    with (next(path for path in made.files if path.name.startswith("police"))).open(
        encoding="utf-8", newline=""
    ) as stream:
        assert told["police-extract.csv"] == len({row["REPORT_NO"] for row in csv.DictReader(stream)})
    known = {p["person"] for p in truth(made, "people.jsonl")}
    assert {person for event in events for person, _ in event["people"]} <= known
    assert {row["person"] for row in truth(made, "identities.jsonl")} <= known


def test_what_is_planted_is_told(made: Made) -> None:
    planted = truth(made, "storylines.jsonl")
    assert {p["kind"] for p in planted} == {"storyline", "look-alike"} and len({p["storyline"] for p in planted}) > 12
    assert sum(made.planted.values()) + 1 == len(planted)  # and the story that is planted as it stands


def test_shifting_moves_whole_weeks_to_just_before_the_day(tmp_path: Path) -> None:
    for day in (date(2026, 11, 22), date(2026, 11, 21), date(2026, 11, 20), date(2025, 3, 15)):
        moved = simulate(Wanted(tmp_path / str(day), children=3, shift_to=day, jobs=1))
        assert 0 < (day - moved.until).days <= 7 and (moved.until - STORY_ENDS).days % 7 == 0


@pytest.mark.parametrize("partnership", ["riverford", "england"])
def test_other_partnerships_have_their_own_size(tmp_path: Path, partnership: str) -> None:
    made = simulate(Wanted(tmp_path, partnership=partnership, scale=0.1, years=0.5, jobs=1))
    figure = load(partnership).figure["children"].value
    assert abs(made.children - figure * 0.1) < 12 and made.people > made.children


def test_a_wish_that_cannot_be_is_refused(tmp_path: Path) -> None:
    for wrong in ({"children": 0}, {"years": 0}, {"scale": -1.0}):
        with pytest.raises(ValueError, match="at least one child"):
            simulate(Wanted(tmp_path, **wrong))  # type: ignore[arg-type]


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


assert CHILDREN > 2000
