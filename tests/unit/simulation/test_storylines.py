"""What is planted: deterministic, in many variants, true to its own promises, and about anybody alike.

What ought to be found, and what must not, is held here against the default meanings of the signals in their plainest form, written
afresh: not against the rules that will find them.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from sightline.definition.loader import Unsound, load
from sightline.definition.values import clean
from sightline.simulation.casting import Household, appoint, assemble, join, prepare, suits
from sightline.simulation.events import Agencies
from sightline.simulation.people import Home, Person
from sightline.simulation.storyline_examples import run_example
from sightline.simulation.storylines import Planting, Storyline, plant, quota, storylines

START = date(2024, 9, 16)
SEEDS = range(8)
LEEDS = load("leeds")
LINES = {line.id: line for line in storylines(LEEDS)}
EVERY = pytest.mark.parametrize("id", sorted(LINES))


@dataclass
class Home_:
    """A household made from its number alone, as the city makes them."""

    n: int
    kind: str = "home"
    people: list[Person] = field(default_factory=list)


@cache
def _schools() -> list[str]:
    return sorted(next(iter(LINES.values())).schools)


def household(n: int) -> Household:
    """Every tenth is an unaccompanied child; the rest are families of all shapes, with babies, twins and one expected."""
    rng = random.Random(f"home/{n}")
    made = Home_(n, "unaccompanied" if n % 10 == 9 else "home")
    place = [Home(date(2000, 1, 1), (f"{n} Teasel Bank",), "ZZ99 3VZ")]

    def person(age_days: int, role: str, sex: str) -> Person:
        at = len(made.people)
        born = START - timedelta(days=age_days)
        pupil = role == "child" and age_days > 4 * 365
        nhs, upn = f"9990{n % 1000:03}{at:02}", f"U{n * 16 + at:08}" if pupil else ""
        school = rng.choice(_schools()) if pupil else ""
        given, number = f"Given{n}x{at}", n * 16 + at
        return Person(
            number, given, f"Family{n}", born, sex, "WBRI", nhs=nhs, upn=upn, school=school, role=role, homes=place
        )

    if made.kind == "unaccompanied":
        made.people.append(person(rng.randrange(14 * 365 + 10, 17 * 365), "child", "male"))
        return made
    for _ in range(rng.randrange(1, 5)):
        days = rng.choice(
            (rng.randrange(-450, 17 * 365 + 300), rng.randrange(-450, 300))
        )  # some were born while we watched
        made.people.append(person(days, "child", rng.choice(("female", "male"))))
    if rng.random() < 0.3:
        first = made.people[0]
        made.people.append(replace(first, n=n * 16 + 14, given=f"Twin{n}", nhs=f"9990{n % 1000:03}05", upn=f"V{n:08}"))
    if rng.random() < 0.3:
        made.people.append(
            Person(n * 16 + 15, "Baby", f"Family{n}", None, "unknown", expected=START + timedelta(days=100))
        )
    if rng.random() < 0.9:
        made.people.append(person(rng.randrange(20 * 365, 45 * 365), "mother", "female"))
    other = rng.choice(("father", "father-elsewhere", "partner", ""))
    if other:
        made.people.append(person(rng.randrange(22 * 365, 50 * 365), other, "male"))
    return made


@cache
def planted(line: Storyline, seed: int, make: Callable[[int], Household] = household) -> Planting:
    """One planting somewhere among the households."""
    (appointment,) = appoint(
        [line],
        {line.id: 1},
        seed=seed,
        numbers=range(1, 400),
        household=make,
        first=START,
        last=START + timedelta(days=500),
    )
    casting = assemble(line, appointment, make)
    prepare(line, casting, appointment.start)
    return plant(line, casting, appointment.start, Agencies(LEEDS), random.Random(f"{seed}/{line.id}"))


def told(planting: Planting) -> list[Any]:
    return [
        (
            e.at,
            e.sent,
            e.agency,
            e.record,
            [(p.id, p.given, r) for p, r in e.about],
            dict(e.fields),
            e.says,
            e.place,
            e.storyline,
        )
        for e in planting.events
    ]


# --- it is what it says --------------------------------------------------------------------------------


@EVERY
def test_its_examples_hold(id: str) -> None:
    examples = LEEDS.storyline[id].examples
    assert {str(e.get("suits", "yes")) for e in examples} == {"yes", "no"}, "one that suits, and one that does not"
    assert [came for e in examples if (came := run_example(LEEDS, LEEDS.storyline[id], e))] == []


def test_an_example_that_does_not_hold_says_what_came() -> None:
    declared = LEEDS.storyline["keen-on-sport"]
    wrong = {"given": {"child": "12"}, "comes": {"ae-attendance": "9"}}
    assert "of ae-attendance; in all" in str(run_example(LEEDS, declared, wrong))
    assert run_example(LEEDS, declared, {"given": {"child": "7"}, "comes": {}}) == "it does not suit"
    with pytest.raises(ValueError, match="nobody of the cast"):
        run_example(LEEDS, declared, {"given": {"chidl": "12"}})


@EVERY
def test_the_same_wish_gives_the_same_and_another_seed_another(id: str) -> None:
    first, again = planted(LINES[id], 3), planted.__wrapped__(LINES[id], 3)
    assert told(first) == told(again) and first.truth == again.truth
    assert len({str(told(planted(LINES[id], seed))) for seed in SEEDS}) == len(SEEDS)


@EVERY
def test_what_is_sent_is_a_sound_record(id: str) -> None:
    for seed in SEEDS:
        planting = planted(LINES[id], seed)
        assert planting.events
        for event in planting.events:
            record = LEEDS.record[event.record]
            at = event.at if isinstance(event.at, datetime) else datetime.combine(event.at, datetime.min.time())
            assert event.sent >= at and at.hour != 1 and event.sent.hour != 1
            assert LEEDS.agency[event.agency].kind in record.sent_by or "any" in record.sent_by
            assert "{" not in event.says + event.place + "".join(str(v) for v in event.fields.values())
            given = {name: value for name, value in event.fields.items() if value != ""}
            _, wrong = clean(LEEDS, record, given)
            assert [str(fault) for fault in wrong] == []
            for moment in ("returned-at", "released-at"):
                if isinstance(value := event.fields.get(moment), datetime):
                    assert value <= event.sent, "nobody tells of what has not happened"


@EVERY
def test_its_words_differ_from_planting_to_planting(id: str) -> None:
    line = LINES[id].declared
    several = [e for e in line.events if len(e.says) > 1 or any(len(v) > 1 for v in e.fields.values())]
    assert several or line.events[0].repeat or len(line.events) > 2
    if several:
        said = {str([(e.says, dict(e.fields)) for e in planted(LINES[id], s).events]) for s in SEEDS}
        assert len(said) > 1


# --- what ought to be found, and what must not -----------------------------------------------------------


def counted(planting: Planting, person: str) -> list[tuple[date, str]]:
    """The child's separate events in which they were harmed, missing, coerced or accused: (day, what)."""
    one = {e["key"]: e.get("one-event", "") for e in planting.truth["events"]}
    found: dict[str, tuple[date, str]] = {}
    for event in planting.events:
        roles = {role for p, role in event.about if p.id == person}
        harm = (
            (event.record == "police-incident" and roles & {"suspect", "victim"})
            or (event.record == "ae-attendance" and event.fields.get("injury") in ("violence", "unexplained"))
            or (event.record in ("missing-episode", "weapon-in-school", "custody") and roles)
            or (event.record == "domestic-abuse-incident" and "child" in roles)
        )
        if harm and event.fields.get("outcome-code") not in ("8", "21"):
            day = event.at.date() if isinstance(event.at, datetime) else event.at
            found.setdefault(one[event.storyline] or str(day), (day, event.record))
    return sorted(found.values())


def completes(days: list[date], at_least: int, within: int) -> bool:
    return any((days[n + at_least - 1] - days[n]).days < within for n in range(len(days) - at_least + 1))


def arises(signal: str, planting: Planting, about: str, by: date = date.max) -> bool | None:
    """Whether the default meaning is satisfied by what was sent by that day; None where this test has no plain form of it."""
    events = [e for e in planting.events if e.sent.date() <= by]
    some = Planting(events, planting.holds, planting.truth)
    of = [e for e in events if any(p.id == about for p, _ in e.about)]
    if signal == "pattern-of-incidents":
        return completes([day for day, _ in counted(some, about)], 3, 90)
    if signal == "repeat-missing":
        return completes([day for day, record in counted(some, about) if record == "missing-episode"], 3, 90)
    if signal == "cumulative-domestic-abuse":
        calls = sorted(e.at for e in of if e.record == "domestic-abuse-incident")
        return completes([c.date() if isinstance(c, datetime) else c for c in calls], 3, 365)
    if signal == "repeat-contacts-no-action":
        refused = [e for e in of if e.record == "decision" and e.fields["decision"] in ("no-further-action", "advice")]
        return sum(e.record == "contact" for e in of) >= 3 and len(refused) >= 2
    if signal == "return-interview-not-held":
        back = list({e.fields["missing-from"]: e for e in of if e.record == "missing-episode"}.values())
        held = [e.fields["held-at"] for e in of if e.record == "return-home-interview" and "held-at" in e.fields]
        late = [
            b for b in back if not any(timedelta() <= h - b.fields["returned-at"] <= timedelta(hours=72) for h in held)
        ]  # type: ignore[operator]
        return len(late) >= 2
    if signal == "custody-overnight":
        return any(e.record == "custody" and e.fields["released-at"].date() > e.at.date() for e in of)  # type: ignore[union-attr]
    if signal == "injury-in-non-mobile-infant":
        hurt = [e for e in of if e.fields.get("injury") in ("violence", "unexplained", "accident")]
        return any((e.at.date() - p.born).days < 183 for e in hurt for p, r in e.about if r == "patient" and p.born)  # type: ignore[union-attr]
    if signal == "injury-then-police":
        days = counted(some, about)
        hurt_days = [d for d, r in days if r == "ae-attendance"]
        return any(r == "police-incident" and 0 < (d - h).days <= 90 for d, r in days for h in hurt_days)
    if signal == "weapon-concern":
        return any(e.record == "weapon-in-school" or e.fields.get("offence") == "possession-of-weapon" for e in of)
    if signal == "home-education-during-enquiries":
        return {"section-47", "elective-home-education"} <= {e.record for e in of}
    if signal == "exclusion-with-exploitation":
        signs = [e for e in of if e.record == "school-concern" and "exploitation" in str(e.fields["category"])]
        return bool(signs) and any(e.record in ("suspension", "exclusion") for e in of)
    return None


def at_places(planting: Planting, place: str, by: date) -> int:
    on: dict[str, date] = {}
    for event in planting.events:
        if event.place == place and event.sent.date() <= by and isinstance(event.at, datetime):
            on |= {p.id: event.at.date() for p, _ in event.about if p.role == "child"}
    return len(on) if on and (max(on.values()) - min(on.values())).days < 28 else 0


@EVERY
def test_what_ought_to_be_found_is_there_by_then(id: str) -> None:
    for seed in SEEDS:
        planting = planted(LINES[id], seed)
        for ought in planting.truth["signals"]:
            by = date.fromisoformat(ought["by"])
            assert ought["because"] or not LINES[id].declared.signals
            sent = {e.storyline: e.sent.date() for e in planting.events}
            assert all(sent[key] <= by for key in ought["because"])
            if ought["signal"] == "children-linked-to-place":
                assert at_places(planting, ought["about"][0], by) >= 3
            for person in ought["about"] if ought["signal"] != "children-linked-to-place" else ():
                assert arises(ought["signal"], planting, person, by) is not False, f"{ought} at seed {seed}"


@EVERY
def test_what_must_not_be_found_is_not_there(id: str) -> None:
    for seed in SEEDS:
        planting = planted(LINES[id], seed)
        for never in planting.truth["never"]:
            for person in never["about"]:
                assert not arises(never["signal"], planting, person), f"{never} at seed {seed}"


def test_the_plain_forms_can_tell_them_apart() -> None:
    """A test of the test: every plain form is satisfied by some planting and not by another."""
    both: defaultdict[str, set[bool | None]] = defaultdict(set)
    names = {s.signal for line in LINES.values() for s in (*line.declared.signals, *line.declared.never)}
    for line in LINES.values():
        planting = planted(line, 1)
        for name in names:
            both[name] |= {arises(name, planting, p) for people in planting.truth["cast"].values() for p in people}
    assert {name for name, answers in both.items() if answers == {True, False}} >= {
        "pattern-of-incidents", "repeat-missing", "cumulative-domestic-abuse", "repeat-contacts-no-action", "custody-overnight",
        "return-interview-not-held", "injury-in-non-mobile-infant", "injury-then-police", "weapon-concern",
        "home-education-during-enquiries", "exclusion-with-exploitation",
    }  # fmt: skip


# --- casting -------------------------------------------------------------------------------------------


def city(seed: int = 1) -> list[Any]:
    wanted = {id: 4 for id in LINES}
    numbers = range(1, 3000)
    return appoint(
        LINES.values(),
        wanted,
        seed=seed,
        numbers=numbers,
        household=household,
        first=START,
        last=START + timedelta(days=700),
    )


@pytest.fixture(scope="module")
def appointed() -> list[Any]:
    return city()


def test_a_whole_city_is_appointed_alike_and_no_home_has_two_parts(appointed: list[Any]) -> None:
    assert appointed == city() and appointed != city(2)
    homes = [n for one in appointed for n in one.households]
    assert len(homes) == len(set(homes))
    count = Counter(one.storyline for one in appointed)
    assert all(count[id] == 4 for id in LINES), {id: count[id] for id in LINES if count[id] != 4}


def test_every_familys_stream_knows_its_part_by_itself(appointed: list[Any]) -> None:
    """Two processes that make different families of one appointment change their own people alike."""
    group = next(one for one in appointed if one.storyline == "two-of-one-name")
    line = LINES[group.storyline]
    for home in group.households:
        mine = household(home)
        casting = assemble(line, group, lambda n, mine=mine, home=home: mine if n == home else household(n))  # type: ignore[misc]
        prepare(line, casting, group.start)
        first, other = casting.people["child"][0], casting.people["namesake"][0]
        assert (first.given, first.family) == (other.given, other.family) and first.nhs != other.nhs
        assert first.born and other.born and 3 <= (other.born - first.born).days <= 20
        marked = [p for p in mine.people if p.storylines]
        assert [p.storylines for p in marked] == [[f"{line.id}/{group.number}"]]


def test_people_of_a_group_are_of_different_homes(appointed: list[Any]) -> None:
    for one in (
        a for a in appointed if a.storyline in ("several-at-one-place", "who-broke-the-door", "three-at-one-gate")
    ):
        assert len({n for _, n, _ in one.members}) == len(one.members) >= 3


def test_an_adult_moves_in_on_the_day(appointed: list[Any]) -> None:
    one = next(a for a in appointed if a.storyline == "he-has-moved-in")
    casting = assemble(LINES[one.storyline], one, household)
    prepare(LINES[one.storyline], casting, one.start)
    prepare(LINES[one.storyline], casting, one.start)  # again: nothing more
    man, child = casting.people["man"][0], casting.people["child"][0]
    before, after = man.home(one.start), man.home(one.start + timedelta(days=20))
    assert before and after and before.lines != after.lines and len(man.homes) == 2
    assert child.home(one.start) and after.lines == child.home(one.start).lines  # type: ignore[union-attr]


def test_a_home_suits_or_not() -> None:
    line, rng = LINES["a-baby-who-cannot-roll"], random.Random(1)
    found = [suits(line, household(n), START, rng) for n in range(1, 600)]
    cast = [c for c in found if c]
    assert cast and len(cast) < 100
    for casting in cast:
        baby = casting.people["child"][0]
        assert baby.born and 28 <= (START - baby.born).days < 155
    place = suits(LINES["several-at-one-place"], household(2), START, rng)
    assert place is None or (
        place.wanting == ["others"]
        and not join(LINES["several-at-one-place"], place, "others", household(2), START, rng)
    )


def test_nobody_is_chosen_by_ethnicity_or_address() -> None:
    def other(n: int) -> Household:
        made = household(n)
        for person in made.people:
            person.ethnicity, person.homes = "BCRB", [Home(date(2000, 1, 1), ("1 Elsewhere",), "ZZ98 1CC")]
        return made

    for id in sorted(LINES)[::5]:
        assert [e[:4] for e in told(planted(LINES[id], 4))] == [e[:4] for e in told(planted(LINES[id], 4, other))]


def test_both_girls_and_boys_have_a_part(appointed: list[Any]) -> None:
    people = {p.n: p for one in appointed for n in one.households for p in household(n).people}
    sexes = Counter(people[p].sex for one in appointed for role, _, p in one.members if role == "child")
    assert min(sexes["female"], sexes["male"]) > 0.35 * (sexes["female"] + sexes["male"])


# --- how many, how held, how far -------------------------------------------------------------------------


def test_quotas_follow_the_citys_size() -> None:
    assert quota(LINES["keen-on-sport"], 166_000, 2) == 199 and quota(LINES["keen-on-sport"], 166_000, 1) == 100
    assert quota(LINES["several-at-one-place"], 166_000, 2) == 14 == quota(LINES["several-at-one-place"], 166_000, 1)
    assert quota(LINES["several-at-one-place"], 16_600, 1) == 1 and quota(LINES["keen-on-sport"], 300, 1) == 0


def test_agencies_hold_people_as_the_storyline_says() -> None:
    planting = planted(LINES["twins-in-one-record"], 2)
    people = {p.id: p for e in planting.events for p, _ in e.about}
    elder = people[planting.truth["cast"]["child"][0]]
    hospital = next(h for h in planting.holds if LEEDS.agency[h.agency].kind == "acute-hospital")
    assert hospital.person.id == planting.truth["cast"]["twin"][0] and hospital.details == {"nhs_number": elder.nhs}


def test_what_has_not_arrived_is_not_promised() -> None:
    planting = planted(LINES["missing-and-nobody-asks"], 5)
    whole = planting.until(datetime.max)
    assert whole.truth["whole"] and len(whole.truth["signals"]) == 3 and len(whole.events) == len(planting.events)
    third = sorted(e.sent for e in planting.events if e.record == "missing-episode")[2]
    early = planting.until(third - timedelta(minutes=1))
    assert early.truth["signals"] == [] and not early.truth["whole"]
    assert sum(e["told"] for e in early.truth["events"]) == len(early.events) < len(planting.events)
    deaf = planting.until(datetime.max, sent=lambda event: event.record != "missing-episode")
    assert deaf.truth["signals"] == []


def test_one_event_told_five_times_is_one_in_the_truth() -> None:
    planting = planted(LINES["one-fight-five-reports"], 1)
    assert len(planting.events) == 5 and len({e.agency for e in planting.events}) == 5 - 1  # police twice
    assert {e["one-event"] for e in planting.truth["events"]} == {"one-fight-five-reports/1#the-fight"}


def test_no_two_plantings_share_a_place() -> None:
    line = LINES["several-at-one-place"]
    assert len({planted(line, seed).truth["places"]["stairs"] for seed in range(25)}) > 20


def test_an_authors_folder_stands_instead(tmp_path: Path) -> None:
    source = Path(__file__).parents[3] / "definitions/england/storylines/keen-on-sport.yaml"
    text = source.read_text(encoding="utf-8").replace("looks-like: [missing-and-nobody-asks]\n", "")
    (tmp_path / "keen-on-sport.yaml").write_text(text, encoding="utf-8")
    assert [line.id for line in storylines(LEEDS, tmp_path)] == ["keen-on-sport"]
    (tmp_path / "keen-on-sport.yaml").write_text(text.replace("ae-attendance", "ae-attendence"), encoding="utf-8")
    with pytest.raises(Unsound, match="did you mean 'ae-attendance'"):
        storylines(LEEDS, tmp_path)


def test_a_partnership_without_an_agency_leaves_its_records_out() -> None:
    riverford = load("riverford")
    kinds = {agency.kind for agency in riverford.agency.values()}
    missing = [
        line for line in storylines(riverford) for event in line.declared.events
        if event.from_ not in kinds and event.chance == "100%"
    ]  # fmt: skip
    assert missing, "else this proves nothing"
    for line in missing[:3]:
        for seed in range(1, 40):
            casting = next(
                (c for n in range(1, 200) if (c := suits(line, household(n), START, random.Random(seed), seed))), None
            )
            if casting and not casting.wanting:
                planting = plant(line, casting, START, Agencies(riverford), random.Random(seed))
                assert all(e.agency in riverford.agency for e in planting.events) and planting.truth["left_out"]
                break
