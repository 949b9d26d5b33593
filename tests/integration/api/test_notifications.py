"""Notifications through the machine door: held, told with their faults, the same answer to the same request."""

import gzip
import io
import itertools
import json
import uuid
import zlib
from threading import Barrier, Thread

import pytest
from django.db import connection
from django.test import Client

from sightline.agencies.models import Token
from sightline.api.urls import NO_TOKEN, NOTHING
from sightline.chronology.models import Entry
from sightline.intake.models import Item, Quarantined
from sightline.intake.receipts import receipt as receipt_of
from sightline.jobs.models import Due

numbers = itertools.count(1)


def body(**changes):
    return {
        "message_id": f"M{next(numbers)}", "record": "ppn", "happened": "2025-01-10T21:40", "says": "Found alone.",
        "people": [{"roles": ["child"], "given": "Jay", "family": "Marsh", "born": "2010-03-04"}],
        "fields": {"grade": "amber"}, **changes,
    }  # fmt: skip


def test_a_notification_is_held_when_it_is_answered(police):
    before = Entry.objects.count()
    answer = police.post(body())
    assert answer.status_code == 201
    assert set(answer.json()) == {"id", "received_at", "state"} and answer.json()["state"] == "received"
    assert Entry.objects.count() == before + 1
    assert answer["Cache-Control"] == "no-store"
    item = Item.objects.get(id=answer.json()["id"])
    assert item.agency == "west-yorkshire-police"


def test_the_receipt_is_the_same_whether_somebody_is_known_or_not(police, hospital):
    known = body(
        people=[
            {"roles": ["child"], "given": "Kim", "family": "Hall", "nhs_number": "9434765919", "born": "2011-01-02"}
        ]
    )
    first, again = police.post(known), police.post(known | {"message_id": "known-again"})
    new = police.post(body(people=[{"roles": ["child"], "given": "Zed", "family": "Nobody", "born": "2012-02-03"}]))
    shapes = {(a.status_code, tuple(a.json()), a.json()["state"], len(a.content)) for a in (first, again, new)}
    assert len(shapes) == 1


def test_the_same_message_again_is_held_already(police):
    one = body()
    first, again = police.post(one), police.post(one)
    assert (again.status_code, again.json()["state"]) == (200, "already-held")
    assert again.json()["id"] == first.json()["id"]


def test_other_content_under_the_same_id_waits_for_a_person(police):
    one = body()
    police.post(one)
    other = police.post(one | {"says": "Something else."})
    assert (other.status_code, other.json()["state"]) == (422, "kept-for-a-person")
    assert [fault["code"] for fault in other.json()["faults"]] == ["conflict"]


def test_a_newer_version_supersedes(police):
    one = body(version="1")
    police.post(one)
    assert police.post(one | {"says": "Corrected.", "version": "2"}).status_code == 201


def test_faults_are_told_and_the_concern_is_kept(police):
    wrong = body(happened="yesterday", record="pnp")
    answer = police.post(wrong)
    assert answer.status_code == 422
    said = answer.json()
    assert said["state"] == "kept-for-a-person"
    assert [(f["path"], f["nearest"], f["code"]) for f in said["faults"]] == [
        ("record", "ppn", "unknown-record"),
        ("happened", "", "not-a-date"),
    ]
    assert Quarantined.objects.filter(item_id=said["id"], state="waiting").exists()


def test_a_broken_correction_of_what_is_held_is_kept_too(police):
    one = body(version="1")
    police.post(one)
    answer = police.post(one | {"version": "2", "happened": "x"})
    assert answer.json()["state"] == "kept-for-a-person"
    assert Quarantined.objects.filter(item_id=answer.json()["id"]).exists()


@pytest.mark.parametrize(
    "raw", [b"{broken", b"", b"\xff\xfe\x00", b"null", b"[]", b'{"a": 1, "a": 2}', b'{"notifications": 7}']
)
def test_whatever_it_is_it_is_kept(police, raw):
    answer = police.post(raw)
    assert (answer.status_code, answer.json()["state"]) == (422, "kept-for-a-person")
    assert answer.json()["faults"][0]["expected"]


def test_nothing_of_a_person_stands_in_an_answer(police):
    people = [{"roles": ["child"], "given": "CANARY", "family": "CANARY", "born": "CANARY", "sex": "CANARY"}]
    answer = police.post(body(people=people, fields={"grade": "CANARY"}, says="CANARY"))
    assert answer.status_code == 422 and b"CANARY" not in answer.content


# --- several ------------------------------------------------------------------------------------------


def test_several_at_once_have_their_receipts_in_order(police):
    one = body()
    answer = police.post({"notifications": [one, body(happened="x"), one, body()]})
    assert answer.status_code == 207
    states = [receipt["state"] for receipt in answer.json()["receipts"]]
    assert states == ["received", "kept-for-a-person", "already-held", "received"]
    assert police.post({"notifications": [body(), body()]}).status_code == 201


def test_too_many_or_too_much_is_said_before_anything_is_taken(police):
    before = Item.objects.count()
    assert police.post({"notifications": [body()] * 501}).status_code == 413
    assert police.post(b"x" * (5 * 1024 * 1024 + 1)).status_code == 413
    bomb = gzip.compress(b" " * (6 * 1024 * 1024))
    assert police.post(bomb, **{"Content-Encoding": "gzip"}).json()["says"].startswith("At most 5 MB at once when it is opened")
    assert Item.objects.count() == before


@pytest.mark.parametrize("packed", ["gzip", "x-gzip", "deflate", "identity", "gzip, identity"])
def test_a_packed_body_is_opened(police, packed):
    raw = json.dumps(body()).encode()
    sent = raw if packed == "identity" else zlib.compress(raw) if packed == "deflate" else gzip.compress(raw)
    assert police.post(sent, **{"Content-Encoding": packed}).status_code == 201


@pytest.mark.parametrize(
    ("packed", "sent"),
    [("br", b"\x0b\x02\x80{}"), ("gzip", b'{"record": "ppn"}'), ("gzip", gzip.compress(b"{}" * 99)[:-9]), ("gzip, zstd", b"(")],
)
def test_what_cannot_be_opened_is_kept_as_it_came_and_a_person_told(police, packed, sent):
    answer = police.post(sent, **{"Content-Encoding": packed})
    said = answer.json()
    assert (answer.status_code, said["state"]) == (422, "kept-for-a-person") and "gzip" in said["faults"][0]["expected"]
    assert Quarantined.objects.filter(item_id=said["id"], reason="compressed").exists()
    assert Due.objects.filter(verb="tell-unread", done_at=None).exists()


def _chunked(police, stream, **environ):
    made = Client().generic(
        "POST", "/api/v1/notifications", b"", content_type="application/json",
        headers={"Authorization": f"Bearer {police.token}", "Transfer-Encoding": "chunked"},
        CONTENT_LENGTH="", **{"wsgi.input": stream, **environ},
    )  # fmt: skip
    return made


def test_a_body_of_unsaid_length_is_read_to_its_end(police):
    ends = {"wsgi.input_terminated": True}
    assert _chunked(police, io.BytesIO(json.dumps(body()).encode()), **ends).status_code == 201
    before = Item.objects.count()
    assert _chunked(police, io.BytesIO(b" " * (5 * 1024 * 1024 + 1)), **ends).status_code == 413
    assert "Content-Length" in _chunked(police, io.BytesIO(b"{}")).json()["says"]  # nobody says where it ends

    class Broken(io.BytesIO):
        def read(self, *_):
            raise OSError("cut off")

    answer = _chunked(police, Broken(), **ends)
    assert (answer.status_code, answer.json()["code"]) == (503, "not-whole") and answer["Retry-After"]
    assert Item.objects.count() == before


def test_an_answer_to_a_check_is_carried_alike(police):
    def answer(raw, **headers):
        headers = {"Authorization": f"Bearer {police.token}", **headers}
        path = f"/api/v1/checks/{uuid.uuid4()}/answer"
        return Client().post(path, raw, content_type="application/json", headers=headers)

    whole = json.dumps({"answer": "nothing-known"}).encode()
    assert answer(gzip.compress(whole), **{"Content-Encoding": "gzip"}).status_code == answer(whole).status_code == 404
    assert answer(whole, **{"Content-Encoding": "br"}).json()["faults"][0]["code"] == "compressed"
    assert answer(b"x" * 65_537).status_code == 422
    assert answer(b"x" * (11 * 1024 * 1024)).status_code == 413


def test_another_way_of_asking_is_refused_as_json(police):
    answer = Client().put("/api/v1/notifications", b"{}", headers={"Authorization": f"Bearer {police.token}"})
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert answer.json() == {"code": "not-that-way", "says": "This address takes POST. Nothing was taken."}


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"", "JSON: there is nothing in it"),
        (b'{"record": "ppn"', "JSON: see line 1, column 17"),
        (b"{}\n{}", "JSON, and nothing after it: see line 2, column 1"),
        (b"[{}]", 'one notification, {…}, or several, {"notifications": […]}'),
    ],
)
def test_what_is_wrong_with_the_whole_says_where(police, raw, expected):
    assert police.post(raw).json()["faults"][0]["expected"] == expected


@pytest.mark.parametrize("happened", ["0001-01-01", "0001-01-01T00:00:00+14:00", "1899-12-31", None, 20250110, "tomorrow"])
def test_every_day_that_cannot_be_one_has_a_fault_that_says_what_to_send(police, happened):
    (fault,) = police.post(body(happened=happened)).json()["faults"]
    assert fault["path"] == "happened" and "2025-01-10T21:40" in fault["expected"]


@pytest.mark.parametrize("happened", ["2025-01-10T21:40:00.1234567Z", "2025-01-10T21:40:00.123456789+01:00"])
def test_a_moment_may_be_finer_than_we_keep(police, happened):
    assert police.post(body(happened=happened)).status_code == 201


def test_what_waits_for_a_person_always_says_why(police):
    one, other = body(), {"says": "Something else"}
    police.post(one)
    for _ in range(2):  # and when the same comes again
        said = police.post(one | other).json()
        assert said["state"] == "kept-for-a-person" and said["faults"][0]["path"] in ("message_id", "")


# --- the same request ---------------------------------------------------------------------------------


def test_the_same_key_and_body_have_the_same_receipt(police):
    one = body()
    first, again = police.post(one, key="k1"), police.post(one, key="k1")
    assert (first.status_code, first.content) == (again.status_code, again.content)
    wrong = body(happened="x")
    assert police.post(wrong, key="k2").content == police.post(wrong, key="k2").content


def test_the_same_key_with_another_body_is_a_conflict(police, hospital):
    police.post(body(), key="k3")
    before = Item.objects.count()
    answer = police.post(body(), key="k3")
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
    assert Item.objects.count() == before
    assert hospital.post(b"{", key="k3").status_code == 422  # another agency's key is another key


def test_an_answer_that_was_cut_off_is_given_at_the_next_try(police, monkeypatch):
    from django.db import DatabaseError

    def gone(*_, **__):
        raise DatabaseError

    one = body()
    with monkeypatch.context() as patch:
        patch.setattr("sightline.api.notifications.receive_many", gone)
        answer = police.post(one, key="k4")
        assert (answer.status_code, answer["Retry-After"]) == (503, "30")
    assert police.post(one, key="k4").status_code == 201


def test_the_same_key_at_the_same_time_has_one_answer_from_then_on(police):
    one, there, answers = body(), Barrier(4), []

    def send():
        there.wait()
        answers.append(police.post(one, key="k-at-once"))
        connection.close()

    threads = [Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    said = {(answer.status_code, answer.content) for answer in answers}
    again = police.post(one, key="k-at-once")
    assert said == {(again.status_code, again.content)}


# --- who may ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("token", ["", "wrong", "sl_" + "x" * 43])
def test_without_a_token_there_is_one_answer(police, token):
    answer = police.post(body(), token=token)
    assert (answer.status_code, answer.json()) == (401, {"code": "not-authenticated", "says": NO_TOKEN})
    assert Client().post("/api/v1/notifications", b"{}", content_type="application/json").content == answer.content


def test_a_revoked_token_is_no_token(both):
    from django.utils.timezone import now

    from tests.integration.api.conftest import doors

    door = doors()[0]
    assert door.post(body()).status_code == 201
    Token.objects.filter(
        id=Token.objects.order_by("-made_at").filter(agency="west-yorkshire-police").first().id
    ).update(revoked_at=now())
    assert door.post(body()).status_code == 401


def test_a_token_whose_role_may_not_is_refused_without_detail(police, monkeypatch):
    monkeypatch.setattr("sightline.agencies.queries._permissions", lambda *_: frozenset())
    answer = police.post(body())
    said = answer.json()
    assert (answer.status_code, said["code"]) == (403, "not-permitted") and "ask the partnership" in said.pop("says")
    assert set(said) == {"code"}


def test_a_receipt_can_be_read_by_its_sender_alone(police, hospital):
    held, kept = police.post(body()).json(), police.post(body(happened="x")).json()
    assert police.get(f"receipts/{held['id']}").json() == held
    assert police.get(f"receipts/{kept['id']}").json()["state"] == "kept-for-a-person"
    others = [hospital.get(f"receipts/{held['id']}"), police.get(f"receipts/{uuid.uuid4()}")]
    assert {(answer.status_code, answer.content) for answer in others} == {(404, others[1].content)}
    assert others[1].json() == {"code": "missing", "says": NOTHING}
    assert receipt_of.__doc__


def test_a_fault_of_ours_shows_nothing(police, monkeypatch):
    def broken(*_, **__):
        raise RuntimeError("CANARY")

    monkeypatch.setattr("sightline.api.notifications.receive_many", broken)
    answer = police.post(body())
    assert answer.status_code == 500 and b"CANARY" not in answer.content and b"Traceback" not in answer.content
