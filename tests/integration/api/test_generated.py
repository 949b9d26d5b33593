"""Requests made up from the API's own contract, as each kind of agency: no failure of ours, no answer that the contract does
not describe; and hostile bodies, each kept or refused in a sentence, the same when sent again.

Small in `make test`; with `make nightly` 200 requests an operation and kind of agency.
"""

from __future__ import annotations

import json
from collections import Counter

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from sightline.agencies.actions import make_token
from sightline.agencies.queries import agencies, machine
from sightline.definition.loader import load
from sightline.intake.models import Item, Quarantined
from sightline.jobs.models import Due
from tests.conftest import _ready
from tests.integration.api.conftest import Door, doors

CHECKS = [
    schemathesis.checks.not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
FEW = settings(max_examples=5, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
MANY = settings(max_examples=200, deadline=None, database=None, suppress_health_check=list(HealthCheck))
KINDS = sorted({agency.kind for agency in load("leeds").agency.values()})
SMALL = ("police",)  # in every run; at night every kind of agency that the partnership has


@pytest.fixture(scope="module")
def tokens(database_templates, django_db_blocker):
    """One token for each kind of agency. On one engine: what is made up here is the door's, not the database's."""
    with _ready(database_templates, django_db_blocker, "sqlite"):
        doors()
        by, found = machine("set-up-machine"), {}
        for agency in agencies().values():
            if agency.kind not in found:
                found[agency.kind] = make_token(agency=agency.id, label=f"generated, {agency.kind}", by=by)
        yield found


def operations():
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application())
    return [result.ok() for result in schema.get_all_operations()]


def ask(token, mode, how):
    """Every operation, with made-up requests; what each answered. Raises what a check finds."""
    held = receipts(token)
    for operation in operations():
        answered = one(operation, token, mode, how, held)
        assert answered and all(status < 500 or status == 503 for status in answered), (operation.label, answered)


def receipts(token):
    """Receipts that there are, one that was taken and one that waits: what is made up finds none of them."""
    return [Door(token).post(raw).json()["id"] for raw in ((ONE % ("there", "2025-01-10", "", CHILD, "")).encode(), b"[")]


def one(operation, token, mode, how, held):
    """What one operation answered, by status. The token is in each request, in those too from which it was left out; that
    it is needed is tested where tokens are."""
    answered: Counter[int] = Counter()

    @how
    @given(case=operation.as_strategy(generation_mode=mode), real=st.sampled_from(["", *held]))
    def asked(case, real):
        others = {k: v for k, v in (case.headers or {}).items() if k.lower() != "authorization"}
        case.headers = {**others, "Authorization": f"Bearer {token}"}
        if real and "receipt_id" in (case.path_parameters or {}):
            case.path_parameters["receipt_id"] = real
        answer = case.call()
        answered[answer.status_code] += 1
        case.validate_response(answer, checks=CHECKS)

    asked()
    return answered


@pytest.mark.parametrize("kind", SMALL)
def test_made_up_requests_are_answered_as_the_contract_says(tokens, kind):
    ask(tokens[kind], GenerationMode.POSITIVE, FEW)


@pytest.mark.nightly
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["right", "wrong"])
@pytest.mark.parametrize("kind", KINDS)
def test_as_each_kind_of_agency(tokens, kind, mode):
    """A test for each, so that one by one they can be run: `-k "housing and wrong"`."""
    ask(tokens[kind], mode, MANY)


def test_no_kind_of_agency_is_left_out(tokens):
    assert set(tokens) == set(KINDS)


def test_what_breaks_the_contract_is_answered_as_it_says(tokens):
    ask(tokens["police"], GenerationMode.NEGATIVE, FEW)


# --- bodies that nobody should send -----------------------------------------------------------------------------------

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
NAMES = (
    "message_id",
    "record",
    "happened",
    "people",
    "fields",
    "relations",
    "place",
    "says",
    "version",
    "sent",
    "until",
    "notifications",
)
ALMOST = st.fixed_dictionaries(
    {
        "message_id": st.text(min_size=1, max_size=20),
        "record": st.sampled_from(["ppn", "contact", "school-concern", "nonsense"]),
    },
    optional={name: JSON for name in NAMES if name not in ("message_id", "record")},
)
RAW = (
    st.binary(max_size=200)
    | ALMOST.map(lambda v: json.dumps(v).encode("utf-8", "surrogatepass"))
    | JSON.map(lambda v: json.dumps(v).encode("utf-8", "surrogatepass"))
)
ONE = '{"message_id": "%s", "record": "ppn", "happened": "%s", "says": "%s", "people": [{"roles": %s, "given": "%s"}]}'
CHILD = '["child"]'
HOSTILE = [
    b"[" * 100_000, b'{"a":' * 50_000, b'{"message_id": 1e400}', b"\x00" * 1000, b"\xef\xbb\xbf{}", b'{"a":"\\ud800"}',
    b"-0", b"NaN", b'{"notifications": [[[[[]]]]]}', b'{"notifications": [1, null, "x", {}]}',
    (ONE % ("a", "2025-01-10", "", '{"$ne": 1}', "")).encode(),
    (ONE % ("\u202e", "9999999999-01-01", "", CHILD, "")).encode(),
    (ONE % ("x", "0001-01-01T00:00:00+14:00", "", CHILD, "")).encode(),
    (ONE % ("y", "2025-01-10", "", CHILD, "x" * 400_000)).encode(),
    (ONE % ("z", "2025-01-10", "'; DROP TABLE chronology_entry; --" * 9, CHILD, "")).encode(),
]  # fmt: skip


def held_or_said(door, raw, key):
    """A body is kept, or refused in a sentence; the same again has the same answer, and nothing is kept twice."""
    before = Item.objects.count()
    first, again = door.post(raw, key=key), door.post(raw, key=key)
    assert first.status_code in (200, 201, 207, 413, 422), (first.status_code, raw[:200])
    assert (again.status_code, again.content) == (first.status_code, first.content)
    said = first.json()
    for receipt in said.get("receipts", [said] if "state" in said else []):
        if receipt["state"] == "kept-for-a-person":
            assert Quarantined.objects.filter(item_id=receipt["id"]).exists()
            assert all(fault["expected"] for fault in receipt.get("faults", []))
    if first.status_code == 413:
        assert said["says"].endswith("Nothing was taken.") and Item.objects.count() == before
    unread = [one for one in said.get("receipts", [said]) if one.get("state") == "kept-for-a-person"]
    assert not unread or Due.objects.filter(verb="tell-unread", done_at=None).exists()  # a person is told


@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_hostile_bodies_are_kept_or_refused_in_a_sentence(tokens, number):
    held_or_said(Door(tokens["police"]), HOSTILE[number], f"hostile-{number}")


def test_whatever_is_sent_is_kept_or_said_and_once(tokens):
    numbers = iter(range(1_000_000))

    @settings(FEW, max_examples=20)
    @given(raw=RAW)
    def sent(raw):
        held_or_said(Door(tokens["school"]), raw, f"any-{next(numbers)}")

    sent()


@pytest.mark.nightly
def test_whatever_is_sent_at_length(tokens):
    numbers = iter(range(1_000_000))

    @settings(MANY, max_examples=2_000)
    @given(raw=RAW)
    def sent(raw):
        held_or_said(Door(tokens["school"]), raw, f"long-{next(numbers)}")

    sent()


# --- hints ------------------------------------------------------------------------------------------------------------


def test_hints_are_of_what_was_sent_and_come_when_asked_for(tokens):
    door = Door(tokens["police"])
    body = {
        "message_id": "hints-1", "record": "ppn", "happened": "2025-01-10", "says": "She keeps putting herself at risk.",
        "people": [{"roles": ["child"], "given": "Kim", "family": "Hall"}], "fields": {"grade": "amber", "voice-of-child": "N/A"},
    }  # fmt: skip
    plain = door.post(body).json()
    assert "hints" not in plain
    from django.test import Client

    def asked(sent, key):
        headers = {"Authorization": f"Bearer {door.token}", "Idempotency-Key": key}
        return Client().post(
            "/api/v1/notifications?hints=yes", json.dumps(sent), content_type="application/json", headers=headers
        )

    first = asked(body | {"message_id": "hints-2"}, "h")
    said = first.json()["hints"]
    assert [one["part"] for one in said["could_say"]] == ["voice-of-child", "ethnicity", "reason", "risk-detail"]
    assert [one["phrase"] for one in said["other_words"]] == ["putting-themselves-at-risk"] and said["other_words"][0][
        "why"
    ]
    assert asked(body | {"message_id": "hints-2"}, "h").content == first.content
