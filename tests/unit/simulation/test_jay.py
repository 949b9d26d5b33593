"""The planted story: what the sketch of the child's page shows is what agencies send."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from sightline.definition.loader import load
from sightline.intake.readers import Notes, detect, read
from sightline.intake.types import Notification
from sightline.simulation import Made, Wanted, simulate

# (day, known, agency kind, record, words), as in the sketch
SKETCH = (
    (
        "2024-07-04",
        0,
        "school",
        "what-is-working",
        "Form tutor: bright, funny, kind to younger ones; attends every day",
    ),
    ("2024-09-30", 0, "community-health", "school-nurse-concern", "School nurse: sleep, worry about being followed"),
    (
        "2024-11-18",
        0,
        "social-care",
        "contact",
        "Contact from police: domestic abuse at home, three children (victims)",
    ),
    ("2024-11-19", 0, "school", "encompass-notice", "Operation Encompass notice received; support plan started"),
    ("2025-01-10", 1, "police", "police-incident", "Detained after a fight at the bus station; a knife found near by"),
    ("2025-01-13", 0, "school", "school-concern", "Bruised hand; said that he fell"),
    ("2025-01-14", 0, "social-care", "contact", "Contact from school: advice given"),
    ("2025-01-29", 0, "acute-hospital", "ae-attendance", "Cut to the forearm, 23:50; left before being seen"),
    ("2025-02-06", 0, "school", "suspension", "Suspended 2 days; awaiting neurodevelopmental assessment"),
    ("2025-02-07", 1, "police", "missing-episode", "Missing 9 hours; found out of area with older males"),
    ("2025-02-20", 0, "school", "what-is-working", "Boxing coach: comes twice a week; Jay trusts him"),
    ("2025-02-24", 1, "police", "stop-search", "Nothing found"),
    ("2025-03-03", 0, "youth-justice", "youth-justice-outcome", "Outcome 22: weapons awareness sessions begun"),
    ("2025-03-05", 1, "police", "missing-episode", "Missing overnight; return interview not yet held"),
    ("2025-03-10", 0, "acute-hospital", "ae-attendance", "Facial injury, says fell"),
)


def about_jay(made: Made) -> list[Notification]:
    """Everything sent about him, by the numbers under which agencies hold him."""
    own, leeds = {"N4471", "H77120", "C5501", "P118", "Y2209", "1204471"}, load("leeds")
    things = [t for path in made.files for t in read(path, detect(path, leeds), leeds, Notes())]
    return [t for t in things if isinstance(t, Notification) and any(p.details.local_id in own for p in t.people)]


@pytest.fixture(scope="module")
def jay(made: Made) -> list[Notification]:
    return about_jay(made)


def words(thing: Notification) -> str:
    return thing.says or thing.fields.get("words", "")


@pytest.mark.parametrize(("day", "known", "kind", "record", "says"), SKETCH, ids=[f"{s[0]} {s[3]}" for s in SKETCH])
def test_every_entry_of_the_sketch(
    jay: list[Notification], day: str, known: int, kind: str, record: str, says: str
) -> None:
    leeds = load("leeds")
    found = [t for t in jay if t.happened[:10] == day and t.record == record and leeds.agency[t.agency].kind == kind]
    assert [words(t).rstrip(".") for t in found] == [says]
    assert datetime.fromisoformat(found[0].sent).date() == date.fromisoformat(day) + timedelta(days=known)


def test_who_he_is(jay: list[Notification]) -> None:
    held = [next(p.details for p in t.people if p.details.given.startswith("Jay")) for t in jay]
    assert {h.born for h in held} == {"2010-03-04"} and {h.family for h in held} == {"Marsh"}
    assert {h.given for h in held} == {"Jay", "Jaye"} and {h.ethnicity for h in held} == {"MWBC"}
    assert {h.nhs_number for h in held if h.nhs_number} == {"9990000018"}
    assert {h.school for h in held} <= {"", "elmfield-academy"} and all(
        h.postcode.startswith("LS14 ") for h in held if h.postcode
    )


def test_nine_work_with_him(jay: list[Notification]) -> None:
    now = [t.fields for t in jay if t.record == "involvement" and not t.fields.get("to")]
    phones = {f["worker-role"]: (f["phone"], f["from"]) for f in now}
    assert len(now) == 9
    assert phones["Allocated social worker"] == ("0113 496 0142", "2025-02-12")
    assert phones["Safeguarding lead"][0] == "0113 496 0188"
    assert phones["Youth justice case manager"] == ("0113 496 0107", "2025-03-03")
    assert phones["School nurse"] == ("0113 496 0161", "2023-09-04")


def test_family_plan_wait_and_voice(jay: list[Notification]) -> None:
    home = next(t for t in jay if t.record == "contact" and t.happened.startswith("2024-11-18"))
    assert [p.details.given for p in home.people if "child" in p.roles] == ["Jay", "Tia", "Ruby"]
    assert [p.details.given for p in home.people if "parent" in p.roles] == ["Dana", "Andre"]
    assert len(home.relations) == 6 and "safe to ring after 09:30" in home.fields["family-told"]
    plan = next(t for t in jay if t.record == "child-in-need-plan")
    assert (
        plan.fields["started"] == "2025-02-12"
        and "ended" not in plan.fields
        and "Thursday 20 March, 14:00" in plan.says
    )
    wait = next(t for t in jay if t.record == "waiting-list")
    assert wait.fields["service"] == "neurodevelopmental-assessment"
    assert (date(2025, 3, 14) - date.fromisoformat(wait.fields["joined-at"])).days // 7 == 34
    quoted = {t.happened[:10]: t.fields["voice-of-child"] for t in jay if t.record == "school-nurse-concern"}
    assert quoted == {"2024-09-30": "I’m not going back on that bus."}
    returned = [t for t in jay if t.record == "missing-episode"]
    assert sum(t.record == "return-home-interview" for t in jay) == 1 and len(returned) == 2  # the second is still owed
    assert [t.record for t in jay if t.record == "police-intelligence"]  # held, and open to nobody here


def test_the_story_moves_with_the_demonstration(tmp_path: Path) -> None:
    moved = simulate(Wanted(tmp_path, children=3, shift_to=date(2026, 11, 22)))
    by = moved.until - date(2025, 3, 14)
    told = about_jay(moved)
    days = {(t.record, t.happened[:10]) for t in told}
    assert {(record, (date.fromisoformat(day) + by).isoformat()) for day, _, _, record, _ in SKETCH} <= days
    assert {p.details.born for t in told for p in t.people if p.details.given == "Jay"} == {
        (date(2010, 3, 4) + by).isoformat()
    }
