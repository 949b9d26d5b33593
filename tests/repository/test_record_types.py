"""Every record type is whole: what it says at each level, who may send it, what a good one contains, who may read it.

And each does what its declaration says through the machine door: a body with every field and role is taken and kept as sent.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

import pytest
from django.test import Client

from sightline.agencies.actions import make_token, take_from_definition
from sightline.agencies.queries import agencies, machine
from sightline.agencies.types import Actor
from sightline.chronology.models import Entry, Part
from sightline.chronology.rules import lane_of
from sightline.definition.loader import default_root, load
from sightline.definition.records import json_schema
from sightline.definition.types import Condition
from sightline.sharing.rules import Policy
from sightline.sharing.types import Label, Level
from sightline.vault.actions import Keyring
from tests.repository import record_contract as contract
from tests.unit.stories.names import RECORDS

LEEDS, RIVERFORD = load("leeds"), load("riverford")
ALL = {record.id: record for definition in (RIVERFORD, LEEDS) for record in definition.record.values()}
OF_LEEDS = sorted(LEEDS.record)
CAN_FAULT = ("date", "datetime", "number", "yes-no", "phone")
DATED = re.compile(
    r"\b(19|20)\d\d\b|\blocal\b|\binvented\b|in force each September|census|SSDA903"
    r"|SafeLives|NHS England|Standard Safeguarding Dataset|Authorised Professional Practice|Monitoring System|ISB 1594"
)
NOBODY_READS = frozenset(("partnership", "scrutiny"))  # those who run or inspect the arrangements see no child


# --- what is declared ---------------------------------------------------------------------------------------


def faults(check, records):
    """Whatever the check says of each record that it says anything of."""
    return {id: said for id in sorted(records) if (said := check(records[id]))}


def test_each_says_what_it_is_at_every_level():
    def check(record):
        if not (record.title and record.headline and record.sent_by):
            return "a title, a headline, and who sends it"
        if set("{}:;") & set(record.pointer) or not 0 < len(record.pointer) <= 70:
            return "a pointer is the kind alone: no free text, ever"
        return "" if DATED.search(record.source) else "which law, guidance or document, of when; or `local`"

    assert faults(check, ALL) == {}


def test_each_decides_whether_it_reaches_the_front_door_and_opens_a_chronology():
    """Decided, not left to a default: somebody has thought about it."""

    def check(record):
        files = Path(default_root()).glob(f"*/records/{record.id}.yaml")
        text = "\n".join(path.read_text() for path in files)
        return [key for key in ("queue", "concern", "mark") if not re.search(rf"^{key}:", text, re.M)]

    assert faults(check, ALL) == {}


def _thin(record) -> str:
    """What its examples lack."""
    given = record.examples
    if len(given) < 3:
        return "three examples"
    if record.good_when and not any(e.get("missing") for e in given):
        return "an example of a poor one: `missing: [part, …]`"
    if record.good_when and not any("missing" in e and not e["missing"] for e in given):
        return "an example of a good one: `missing: []`"
    if any(_can_fault(declared) for declared in record.fields.values()) and not any(e.get("faults") for e in given):
        return "an example that cannot be understood: `faults: [field]`"
    shown = {part for e in given for part in e.get("missing") or ()}
    never = [wanted.part for wanted in record.good_when if wanted.part not in shown]
    return f"an example that lacks {never[0]}: what never fires may be wrong" if never else ""


def _can_fault(declared) -> bool:
    codes = LEEDS.codes.get(declared.of) or RIVERFORD.codes.get(declared.of)
    return declared.kind in CAN_FAULT or (
        declared.kind in ("choice", "choices") and codes is not None and not codes.open
    )


def test_three_examples_run_and_one_is_poor_and_one_is_faulty():
    assert set(faults(_thin, ALL)) - contract.STILL_THIN == set()


def test_a_lane_shows_each_whoever_sends_it():
    every = [kind for kind in LEEDS.codes["agency-kind"].codes if kind != "scrutiny"]

    def check(record):
        kinds = every if "any" in record.sent_by else record.sent_by
        return [kind for kind in kinds if lane_of(LEEDS, record.id, kind)[0] == "other"]

    assert faults(check, LEEDS.record) == {}


def test_somebody_of_the_agency_that_sent_it_reads_it():
    """Each service has a worker who can read back what it sent: by being its sender, or by what ties them to the child."""

    def check(record):
        if (
            not record.people
            or record.pointer_only
            or record.handling == "sealed"
            or record.id in contract.NOT_READ_BACK
        ):
            return []
        kinds = {a.kind for a in LEEDS.agency.values()} if "any" in record.sent_by else set(record.sent_by)
        return [kind for kind in sorted(kinds - NOBODY_READS - {"place-authority"}) if not _own_readers(record, kind)]

    assert faults(check, LEEDS.record) == {}


def _own_readers(record, kind):
    label = Label(record.id, "own", kind, record.handling, ())
    for role in LEEDS.role.values():
        if not role.machine and (not role.agencies or kind in role.agencies):
            policy = _policy(role.id, kind)
            if any(policy.decide(label, tie).level is Level.FULL for tie in ((), ("allocated",), ("on-duty",))):
                return True
    return False


@cache
def _policy(role, kind):
    return Policy(LEEDS, Actor("a", "A", "own", kind, "", role), "safeguarding")


# --- the contract ---------------------------------------------------------------------------------------------


def test_every_record_of_the_contract_is_there_with_its_fields_and_roles():
    for id, (fields, roles) in (RECORDS | contract.LATER).items():
        assert set(fields.split()) <= set(LEEDS.record[id].fields), id
        assert set(roles.split()) <= set(LEEDS.record[id].people), id


def test_the_queue_is_the_contracts_and_nothing_slips_in():
    always = {r.id for r in LEEDS.record.values() if r.queue is True}
    sometimes = {r.id for r in LEEDS.record.values() if isinstance(r.queue, Condition)}
    known = set(RECORDS) | set(contract.LATER) | {"police-protection"}
    assert always & known == contract.QUEUE | contract.LATER_QUEUE
    assert sometimes & known == contract.QUEUE_SOMETIMES | contract.LATER_QUEUE_SOMETIMES


def test_what_is_routine_is_the_contracts_and_says_how_long_it_is_kept():
    routine = {r.id for r in LEEDS.record.values() if r.routine}
    assert routine & set(RECORDS) == contract.ROUTINE
    assert routine - set(RECORDS) == contract.LATER_ROUTINE
    for id in routine:
        assert LEEDS.record[id].opened_for and LEEDS.record[id].kept_for, id


def test_what_is_never_evidence_is_a_pointer_and_context():
    for id in contract.NEVER_EVIDENCE:
        record = LEEDS.record[id]
        assert (
            record.pointer_only and record.handling == "intelligence" and not record.concern and record.queue is False
        )
    for id in contract.NEVER_EVIDENCE | contract.CONTEXT_ONLY:
        assert {role.counts_as for role in LEEDS.record[id].people.values()} <= {"context", ""}, id
        assert not LEEDS.record[id].concern, id


SEES = [  # record, sender, role, agency's kind, ties, what is seen
    ("marac-referral", "police", "housing-officer", "housing", ("network",), Level.HIDDEN),
    ("marac-referral", "police", "independent-domestic-abuse-adviser", "voluntary", ("network",), Level.FULL),
    ("marac-referral", "police", "designated-safeguarding-lead", "school", ("attends", "network"), Level.HIDDEN),
    ("disclosure-scheme", "police", "social-worker", "social-care", ("allocated",), Level.POINTER),
    ("disclosure-scheme", "police", "duty-social-worker", "social-care", (), Level.POINTER),
    ("sarc-attendance", "health", "social-worker", "social-care", ("allocated",), Level.POINTER),
    ("sarc-attendance", "health", "school-nurse", "community-health", ("network",), Level.HIDDEN),
    ("cp-medical", "health", "front-door-health", "community-health", ("on-duty",), Level.FULL),
    ("parent-health", "adult-mental-health", "designated-safeguarding-lead", "school", ("network",), Level.HIDDEN),
    ("parent-health", "adult-mental-health", "duty-social-worker", "social-care", (), Level.POINTER),
    ("position-of-trust", "school", "front-door-manager", "social-care", ("on-duty",), Level.HIDDEN),
    ("position-of-trust", "school", "social-worker", "social-care", ("allocated",), Level.HIDDEN),
    ("position-of-trust", "school", "designated-officer", "social-care", (), Level.FULL),
    ("strip-search", "police", "youth-worker", "youth-work", ("network",), Level.HIDDEN),
    ("strip-search", "police", "youth-justice-practitioner", "youth-justice", ("network",), Level.FULL),
    ("secure-stay", "secure-estate", "designated-safeguarding-lead", "school", ("network",), Level.HIDDEN),
    ("infant-bruise", "gp", "health-visitor", "community-health", ("network",), Level.FULL),
    ("infant-bruise", "gp", "housing-officer", "housing", ("network",), Level.HEADLINE),
    ("communication-needs", "school", "youth-worker", "youth-work", ("network",), Level.FULL),
    ("police-intelligence", "police", "police-supervisor", "police", ("network",), Level.POINTER),
    ("serious-incident", "social-care", "scrutineer", "scrutiny", ("agenda",), Level.HIDDEN),
    ("child-death", "acute-hospital", "business-manager", "partnership", ("agenda",), Level.HIDDEN),
]  # fmt: skip


@pytest.mark.parametrize(("id", "sender", "role", "kind", "ties", "level"), SEES)
def test_who_sees_the_sensitive_ones(id, sender, role, kind, ties, level):
    record = LEEDS.record[id]
    label = Label(id, "sender", sender, record.handling, (), pointer_only=record.pointer_only)
    assert Policy(LEEDS, Actor("a", "A", "own", kind, "", role), "safeguarding").decide(label, ties).level is level


# --- through the machine door, from the definition alone ------------------------------------------------------


def value(declared):
    """A valid value of a field, as a system would send it, and what is then held."""
    if declared.kind in ("choice", "choices"):
        codes = list(LEEDS.codes[declared.of].codes)
        return (codes[-1], codes[-1]) if declared.kind == "choice" else (codes[:2], "; ".join(codes[:2]))
    if declared.kind == "number":
        return 3, "3"
    sent = {
        "date": "2025-01-06",
        "datetime": "2025-01-06 21:40",
        "yes-no": "yes",
        "phone": "0113 496 0000",
    }.get(declared.kind, f"As told about {declared.title.lower()}")
    return sent, sent


def body(record):
    people = [
        {"roles": [role], "given": "Kim", "family": f"Role{n}", "born": f"2012-0{n + 1}-0{n + 1}"}
        for n, role in enumerate(record.people)
    ]
    fields = {name: value(declared)[0] for name, declared in record.fields.items()}
    return {
        "message_id": f"type-{record.id}", "record": record.id, "happened": "2025-01-06T21:40", "says": "As told.",
        "people": people, "fields": fields,
    }  # fmt: skip


@pytest.fixture
def doors(sqlite_database):
    take_from_definition(by=machine("feed-machine"))
    tokens, by_kind = {}, {}
    for agency in agencies().values():
        by_kind.setdefault(agency.kind, agency.id)

    def send(record):
        kinds = list(by_kind) if "any" in record.sent_by else [k for k in record.sent_by if k in by_kind]
        agency = by_kind[kinds[0]]
        if agency not in tokens:
            tokens[agency] = make_token(agency=agency, label="types", by=machine("set-up-machine"))
        return agency, Client().post(
            "/api/v1/notifications",
            json.dumps(body(record)).encode(),
            content_type="application/json",
            headers={"Authorization": f"Bearer {tokens[agency]}"},
        )

    return send


def test_a_body_with_everything_is_taken_and_held_as_it_was_sent(doors):
    wrong = {}
    for id in OF_LEEDS:
        said = _held_as_sent(LEEDS.record[id], *doors(LEEDS.record[id]))
        if said:
            wrong[id] = said
    assert wrong == {}


PLAIN = ("line", "text", "quoted", "words", "choice", "choices", "number", "yes-no", "date")


def _held_as_sent(record, agency, answer):
    if answer.status_code != 201:
        return answer.json()
    entry = Entry.objects.get(item=answer.json()["id"])
    keyring = Keyring()
    keyring.fetch_for([bytes(entry.body)])
    held = keyring.open(bytes(entry.body), f"entry|{entry.id}")
    handled = (other.as_ for other in record.handled if other.when.holds(held["fields"]))
    handling = next(handled, record.handling)
    if (entry.record, entry.agency, entry.handling) != (record.id, agency, handling):
        return "another record, agency or handling"
    if "notes" in held:
        return "sent by a kind of agency that may send it, and called unusual"
    if {p.role for p in Part.objects.filter(entry=entry)} != set(record.people):
        return "not all that stand on it"
    sent = {name: value(declared)[1] for name, declared in record.fields.items() if declared.kind in PLAIN}
    return {name: held["fields"].get(name) for name in sent if held["fields"].get(name) != sent[name]}


def test_a_schema_describes_every_field():
    for id in OF_LEEDS:
        record = LEEDS.record[id]
        schema = json_schema(LEEDS, record)
        assert set(schema["properties"]) == set(record.fields), id
        assert schema.get("required", []) == [name for name, declared in record.fields.items() if declared.needed], id
        titles = {name: held["title"] for name, held in schema["properties"].items()}
        assert titles == {name: declared.title for name, declared in record.fields.items()}, id
