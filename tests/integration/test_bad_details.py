"""Details that no system can use, through every door and on both databases: nothing is refused, what was sent is kept as it
was, it is used as far as it can be, and that is said: on the page, in what a load tells, and in the receipt."""

import json

import pytest

from sightline.agencies.actions import make_token
from sightline.agencies.queries import machine, partnership
from sightline.chronology.models import Entry
from sightline.definition.types import Feed
from sightline.identity.models import Possible, SourceIdentity
from sightline.identity.queries import profile
from sightline.identity.telling import told as said_of
from sightline.identity.tracing import details_of
from sightline.intake.models import Item, Quarantined
from sightline.intake.readers import Notes, read
from sightline.intake.types import Details
from sightline.intake.usable import SAYS
from sightline.jobs.receive import close_delivery, open_delivery, receive
from sightline.sharing.reading import reading
from sightline.vault.actions import Keyring
from sightline.web.child.beside import held_table
from tests.integration.api.conftest import Door
from tests.support.house import HOSPITAL, JAY, POLICE, actor, recent_day, send, told
from tests.unit.intake.shapes import CENSUS, census, child

DAY = str(recent_day(20))
BAD = {  # detail: (as sent, what is used, why it is noted)
    "born": ("2010-02-30", "2010-02", "no-such-day"),
    "nhs_number": ("9990000019", "9990000019", "check-digit"),
    "given": ("Jay 😀", "Jay 😀", "signs"),
    "family": ("TBC", "", "not-known"),
    "sex": ("ZZ", "", "unknown-code"),
    "postcode": ("near the park", "", "not-a-postcode"),
    "phone": ("ring mum", "", "not-a-phone"),
}


def held_by(agency):
    [row] = SourceIdentity.objects.filter(agency=agency)
    return details_of([row.id], Keyring())[row.id]


def as_expected(details, but=()):
    for detail, (sent, used, why) in BAD.items():
        if detail not in but:
            assert getattr(details, detail) == used, detail
            assert (detail, why, "" if used == sent else sent) in details.noted, detail


def taken(feed, raw, name):
    """As the command takes a file. Returns the counts and everything that is told of it."""
    notes, by = Notes(), machine("feed-machine")
    delivery = open_delivery(feed=feed.id, agency=feed.agency, kind="file", name=name, by=by)
    counts = receive(read(raw, feed, partnership(), notes, name=name), delivery=delivery, by=by, notes=notes)
    close_delivery(delivery, counts, notes.sentences(), by=by)
    return counts, notes.sentences()


def as_received():
    """The only thing that came, as it was sent."""
    keyring, item = Keyring(), Item.objects.get()
    keyring.fetch_for([bytes(item.raw)])
    return keyring.open_bytes(bytes(item.raw), f"item|{item.id}").decode()


# --- files ------------------------------------------------------------------------------------------------------------


def test_a_csv_row_is_taken_whatever_its_details_are(house):
    row = {
        "Attendance ID": "E1", "NHS Number": "9990000019", "Arrival": f"{DAY} 23:50", "Presenting Complaint": "assault",
        "Injury Intent": "Assault", "First Name": "Jay 😀", "Last Name": "TBC", "Date of Birth": "2010-02-30", "Sex": "ZZ",
        "Postcode": "near the park", "Phone": "ring mum", "Hospital Number": "H1",
    }  # fmt: skip
    raw = f"{','.join(row)}\n{','.join(row.values())}\n"
    counts, said = taken(partnership().feed["hospital-csv"], raw.encode(), "ed-1.csv")
    assert (counts.new, counts.quarantined) == (1, 0)
    assert Entry.objects.get().queued  # it stands before the front door as it would have with every detail right
    as_expected(held_by(HOSPITAL))
    assert ",".join(row.values()) in as_received()
    assert "Birth date: kept as received. " + SAYS["no-such-day"] in "\n".join(said)
    assert any(sentence.startswith("NHS number whose check digit does not hold") for sentence in said)
    assert not any(sent in "\n".join(said) for sent, _, _ in BAD.values()), "what is told of a load never names a value"


def test_an_object_of_a_json_feed_is_taken(house):
    line = {
        "event": "L1", "type": "sn-concern", "service": "School nursing", "at": f"{DAY}T11:00",
        "patient": {"id": "C1", "given": "Jay 😀", "family": "TBC", "born": "14"},
        "detail": {"reason": "Sleeps badly", "voice": "I am tired."},
    }  # fmt: skip
    counts, said = taken(partnership().feed["community-health-jsonl"], json.dumps(line).encode() + b"\n", "lch-1.jsonl")
    assert (counts.new, counts.quarantined) == (1, 0)
    details = held_by("leeds-community-healthcare")
    assert details.born == f"about 14 on {DAY}"
    assert {why for _, why, _ in details.noted} == {"signs", "not-known", "age-for-date"}
    assert any("It is an age, not a date" in sentence for sentence in said)


def test_a_child_of_the_census_is_taken(house):
    raw = census(child("C1")).replace(b"2010-03-04", b"2010-02-30").replace(b"<Sex>M</Sex>", b"<Sex>ZZ</Sex>")
    feed = Feed.model_validate(CENSUS)
    counts, said = taken(feed, raw, "cin-2026.xml")
    assert counts.new and counts.quarantined == 0
    details = held_by("childrens-social-work")
    assert (details.born, details.noted[0]) == ("2010-02", ("born", "no-such-day", "2010-02-30"))
    assert any("PersonBirthDate is not a date" in sentence for sentence in said)


# --- the machine door -------------------------------------------------------------------------------------------------


@pytest.fixture
def door(house):
    return Door(make_token(agency=POLICE, label="test", by=machine("set-up-machine")))


def notice(number, **details):
    return {
        "message_id": f"M{number}", "record": "ppn", "happened": f"{DAY}T21:40", "says": "Found alone.",
        "people": [{"roles": ["child"], **details}], "fields": {"grade": "amber"},
    }  # fmt: skip


def test_the_receipt_says_what_could_not_be_used_and_never_what_was_found(door):
    details = {name: sent for name, (sent, _, _) in BAD.items() if name != "postcode"}
    answer = door.post(notice(1, **details, address={"postcode": "near the park"}))
    assert (answer.status_code, answer.json()["state"]) == (201, "received")
    noted = {one["path"]: one["code"] for one in answer.json()["noted"]}
    assert noted == {f"people.0.{name}": why for name, (_, _, why) in BAD.items()}
    assert all(one["says"] == SAYS[one["code"]] for one in answer.json()["noted"])
    assert not any(sent in answer.content.decode() for sent, _, _ in BAD.values())
    as_expected(held_by(POLICE))
    kept = json.dumps(json.loads(as_received()), ensure_ascii=False)
    assert all(sent in kept for sent, _, _ in BAD.values())
    assert Entry.objects.get().queued and not Quarantined.objects.exists()


WHATEVER = [
    {"born": 2010}, {"born": ["2010-03-04", "2010-04-03"]}, {"born": {"year": 2010}}, {"given": "J" * 500},
    {"given": "J" * 5000}, {"family": 7}, {"nhs_number": 9990000018}, {"sex": 1}, {"sex": ["male", "female"]},
    {"ethnicity": "Q9"}, {"phone": True}, {"address": "14 Quarry Rise"}, {"address": ["14 Quarry Rise", "LS14 6AA"]},
    {"address": {"lines": "14 Quarry Rise"}}, {"given": "\u200b"}, {"given": "😀" * 40}, {"given": "﷽"}, {"upn": "x" * 501},
    {"family": "a" * 499 + "🙂"}, {"born": "²⁰¹⁰"}, {"phone": "٠٧٧٠٠ ٩٠٠١٢٣"}, {"local_id": "n/a"}, {"email": []}, {},
]  # fmt: skip


def test_whatever_a_detail_is_the_concern_is_taken(door):
    answer = door.post({"notifications": [notice(n, **details) for n, details in enumerate(WHATEVER)]})
    assert answer.status_code == 201, answer.json()
    assert {one["state"] for one in answer.json()["receipts"]} == {"received"}
    assert Entry.objects.filter(queued=True).count() == len(WHATEVER)


def test_the_receipt_is_the_same_whether_the_child_is_known_or_not(door):
    send(told("school-nurse-concern", "child", agency="leeds-community-healthcare", who=JAY, reason="Tired"))
    known = door.post(
        notice(1, given=JAY.given, family=JAY.family, born="2010-02-30", nhs_number=JAY.nhs_number)
    ).json()
    other = door.post(notice(2, given="Zed", family="Nobody", born="2010-02-30", nhs_number="9990000026")).json()
    assert {k: v for k, v in known.items() if k not in ("id", "received_at")} == {
        k: v for k, v in other.items() if k not in ("id", "received_at")
    }


def test_what_cannot_be_understood_at_all_still_waits_for_a_person(door):
    answer = door.post(notice(1, born="2010-02-30") | {"record": "horse"})
    assert (answer.status_code, answer.json()["state"]) == (422, "kept-for-a-person")
    assert "noted" not in answer.json()


# --- what follows from it ---------------------------------------------------------------------------------------------


def test_a_placeholder_makes_nobody_one_person(house):
    """Two children whose number at the sender is `unknown`, and whose NHS number is ten noughts, stay two."""
    one = Details(given="Jay", family="Marsh", born="2010-03-04", local_id="unknown", nhs_number="0000000000")
    other = Details(given="Kim", family="Hall", born="2012-05-06", local_id="unknown", nhs_number="0000000000")
    send(told(message="1", who=one), told(message="2", who=other))
    assert len(set(SourceIdentity.objects.values_list("person", flat=True))) == 2


def test_those_without_a_name_are_not_namesakes(house):
    for n, given in enumerate(("Baby", "Unborn", "Unknown")):
        send(told(message=f"m{n}", who=Details(given=given, family="TBC", sex="female", phone="00000000000")))
    assert len(set(SourceIdentity.objects.values_list("person", flat=True))) == 3
    assert not Possible.objects.exists()


def test_the_page_says_it_where_the_details_of_each_agency_stand(house):
    send(told(who=Details(given="Jay", family="TBC", born="2010-02-30", nhs_number="9990000019", phone="ring mum")))
    [person] = SourceIdentity.objects.values_list("person", flat=True)
    with reading(actor("amir"), "safeguarding") as opened:
        shown = profile(opened, person)
    [(_, _, _, values)] = held_table(shown, {}, lambda name, value: value)
    assert ("Born", "February 2010") in values
    assert ("Birth date, as received", "“2010-02-30”. " + SAYS["no-such-day"]) in values
    assert ("Family name, as received", "“TBC”. " + SAYS["not-known"]) in values
    assert ("Note on the NHS number", SAYS["check-digit"]) in values


@pytest.mark.parametrize("born", ["8 weeks", "7 months", DAY[:4], f"about 0 on {DAY}"])
def test_a_baby_whose_age_is_told_is_as_pressing_as_one_whose_day_is(house, born):
    baby = Details(given="Ivy", family="Larkin", born=born)
    send(told("ae-attendance", "patient", agency=HOSPITAL, who=baby, at=f"{DAY} 10:00", injury="unexplained"))
    assert Entry.objects.get().queued
    send(
        told(
            "ae-attendance", "patient", agency=HOSPITAL, who=JAY, at=f"{DAY} 11:00", injury="accident", message="other"
        )
    )
    assert Entry.objects.filter(queued=False).count() == 1


def test_an_update_puts_a_poor_detail_right(house):
    send(told(message="1", who=Details(given="Jay", family="Marsh", born="2010-02-30", local_id="J1")))
    send(told(message="2", who=Details(given="Jay", family="Marsh", born="2010-02-27", local_id="J1")))
    details = held_by(POLICE)
    assert (details.born, said_of(details)) == ("2010-02-27", ())
