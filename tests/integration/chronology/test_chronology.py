"""What is known about a child, and what was known then: corrections, records about every child, and what is only pointed to."""

from dataclasses import replace

import pytest

from sightline.chronology.models import Entry, Opening
from sightline.chronology.queries import entry as history
from sightline.chronology.queries import of_person
from sightline.definition.outcomes import Missing
from sightline.sharing.types import Level
from tests.support.house import JAY, MIA, POLICE, SCHOOL, as_, entries, live, person, recent_day, told

MISSING = {"record": "missing-episode", "role": "missing-child", "message": "miss-1"}


def missing(version, sent, **fields):
    return told(
        MISSING["record"],
        MISSING["role"],
        message="miss-1",
        version=version,
        at=f"{recent_day(20)} 21:00",
        sent=f"{recent_day(sent)} 08:00",
        missing_from=f"{recent_day(20)} 21:00",
        **fields,
    )


def attendance(days_ago, attended="31"):
    return told(
        "attendance-summary",
        "pupil",
        replace(JAY, local_id="S7"),
        agency=SCHOOL,
        at=f"{recent_day(days_ago)} 09:00",
        period_from=recent_day(days_ago + 40),
        period_to=recent_day(days_ago),
        possible="60",
        attended=attended,
        says="",
    )


# --- corrections -----------------------------------------------------------------------------------------------------


def test_a_correction_shows_as_it_was_known_then_and_as_it_is_known_now(house):
    live(
        missing("1", 18, risk="low", says="Went out."),
        missing("2", 12, risk="high", says="Found with three older men."),
        told(child_at_risk="yes"),
    )
    (now_known, *_) = entries("amir", person())
    assert (now_known.values["risk"], now_known.says, now_known.corrected) == ("high", "Found with three older men.", 1)
    (then,) = entries("paul", person(), known_on=recent_day(15))
    assert (then.values.get("risk"), then.corrected) == (("low", 0) if then.level is Level.FULL else (None, 0))
    assert then.first == now_known.first and then.id != now_known.id
    with pytest.raises(Missing):
        entries("amir", person(), known_on=recent_day(19))


def test_every_version_stays_and_says_when_it_became_known(house):
    live(
        missing("1", 18, risk="low"),
        missing("2", 12, risk="medium"),
        missing("3", 8, risk="high"),
        told(child_at_risk="yes"),
    )
    newest = entries("amir", person())[0]
    with as_("amir") as opened:
        told_ = history(opened, newest.first)
    assert [v.values["risk"] for v in told_.versions] == ["high", "medium", "low"]
    assert [v.known_at for v in told_.versions] == sorted((v.known_at for v in told_.versions), reverse=True)
    assert Entry.objects.filter(first=newest.first).count() == 3


def test_versions_that_come_in_the_wrong_order_end_the_same(house):
    live(told(child_at_risk="yes", at=f"{recent_day(19)} 09:00"))
    from tests.support.house import send

    for version in ("2", "1"):
        send(missing(version, 18 - 2 * int(version), risk={"1": "low", "2": "high"}[version]))
    newest = next(e for e in entries("amir", person()) if e.record == "missing-episode")
    assert newest.values["risk"] == "high"


def test_a_correction_takes_a_child_off_a_record(house):
    both = told(who=(JAY, MIA), message="inc-1", version="1", child_at_risk="yes", at=f"{recent_day(20)} 10:00")
    alone = told(
        who=JAY,
        message="inc-1",
        version="2",
        child_at_risk="yes",
        at=f"{recent_day(20)} 10:00",
        sent=f"{recent_day(15)} 10:00",
    )
    live(both, told(who=MIA, role="victim", at=f"{recent_day(18)} 10:00", child_at_risk="yes"), alone)
    assert [e.happened.date().isoformat() for e in entries("amir", person(local="M1"))] == [recent_day(18)]
    assert len(entries("amir", person(local="M1"), known_on=recent_day(17))) == 2, (
        "what was known then is not rewritten"
    )
    assert [e.corrected for e in entries("amir", person())] == [1]


def test_a_correction_brings_a_child_on(house):
    live(
        told(who=JAY, message="inc-1", version="1", child_at_risk="yes", at=f"{recent_day(20)} 10:00"),
        told(
            who=(JAY, MIA),
            message="inc-1",
            version="2",
            child_at_risk="yes",
            at=f"{recent_day(20)} 10:00",
            sent=f"{recent_day(15)} 10:00",
        ),
    )
    (entry,) = entries("amir", person(local="M1"))
    assert entry.known_at.date().isoformat() == recent_day(15)


def test_what_came_late_is_stated_and_not_witnessed(house):
    from tests.support.house import send

    send(told(at="2019-03-03 10:00", sent="2019-03-04 09:00"), told(child_at_risk="yes", at=f"{recent_day(0)} 00:01"))
    assert [e.stated for e in entries("amir", person())] == [True, False]


# --- records about every child ---------------------------------------------------------------------------------------


def test_routine_records_stay_sealed_until_a_concern_opens_them_for_its_window(house):
    live(attendance(500), attendance(200), attendance(40))
    jay = person(SCHOOL, "S7")
    for username in ("amir", "sam", "ruth"):
        with as_(username) as opened:
            try:
                assert of_person(opened, jay).entries == ()
            except Missing:
                pass
    assert not Opening.objects.exists()
    live(
        told(
            "school-concern",
            "child",
            replace(JAY, local_id="S7"),
            agency=SCHOOL,
            category="neglect",
            at=f"{recent_day(10)} 09:00",
        )
    )
    opened = [e for e in entries("amir", jay) if e.record == "attendance-summary"]
    assert [e.happened.date().isoformat() for e in opened] == [recent_day(200), recent_day(40)], (
        "365 days back, as the definition says"
    )
    opening = Opening.objects.get(record="attendance-summary")
    assert opening.because == Entry.objects.get(record="school-concern").id, "on the record: by which entry"


def test_as_known_before_the_concern_they_were_sealed(house):
    live(
        attendance(40),
        told(
            "school-concern",
            "child",
            replace(JAY, local_id="S7"),
            agency=SCHOOL,
            category="neglect",
            at=f"{recent_day(10)} 09:00",
        ),
    )
    jay = person(SCHOOL, "S7")
    with as_("amir") as opened:
        from tests.support.house import _end

        assert of_person(opened, jay, known_on=_end(recent_day(20))).entries == ()
    assert len(entries("amir", jay)) == 2


def test_a_routine_record_does_not_open_others(house):
    live(attendance(40), attendance(30))
    assert not Opening.objects.exists()


# --- pointed to ------------------------------------------------------------------------------------------------------


def test_what_is_pointer_only_shows_nobody_a_word(house):
    secret = told(
        "police-intelligence",
        "subject",
        at=f"{recent_day(5)} 10:00",
        says="A source says that he carries.",
        source_grade="1",
        information_grade="B",
        handling="P",
    )
    live(told(child_at_risk="yes", at=f"{recent_day(9)} 10:00"), secret)
    for username in ("amir", "omar", "paul"):
        seen = [e for e in entries(username, person()) if e.record == "police-intelligence"]
        for e in seen:
            assert e.level is Level.POINTER
            assert (e.says, e.headline, e.fields, e.values, e.words, e.roles, e.place) == ("", "", (), {}, (), (), "")
            assert e.agency.id == POLICE
    assert [e.level for e in entries("amir", person()) if e.record == "police-intelligence"] == [Level.POINTER], (
        "the front door is told that it is there"
    )


def test_the_page_of_a_pointer_gives_no_words_either(house):
    live(
        told(child_at_risk="yes", at=f"{recent_day(9)} 10:00"),
        told("police-intelligence", "subject", says="He carries.", source_grade="1"),
    )
    pointer = next(e for e in entries("amir", person()) if e.record == "police-intelligence")
    with as_("amir") as opened:
        told_ = history(opened, pointer.id)
    assert (told_.now.says, told_.now.headline, told_.people) == ("", "", ())
