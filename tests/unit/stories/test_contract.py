"""Every name of the contract is understood, so that stories which others wrote run unchanged."""

import pytest

from sightline.definition.loader import load
from sightline.definition.records import clean_value
from sightline.stories import contract
from sightline.stories.reading import understand
from tests.unit.stories.names import AGENCIES, RECORDS, ROLES

LEEDS = load("leeds")


@pytest.mark.parametrize("record", RECORDS)
def test_each_record_with_its_fields_and_roles_is_declared(record):
    fields, roles = (text.split() for text in RECORDS[record])
    declared = LEEDS.record[record]
    assert set(fields) <= set(declared.fields)
    assert set(roles) <= set(declared.people)


def test_each_agency_is_declared_with_its_kind():
    assert {id: LEEDS.agency[id].kind for id in AGENCIES} == AGENCIES


def test_each_role_of_workers_is_declared():
    assert set(ROLES) <= {role.id for role in LEEDS.role.values() if not role.machine}


def test_each_clock_is_declared():
    assert set(contract.CLOCKS) <= set(LEEDS.clock)


@pytest.mark.parametrize("record", RECORDS)
def test_a_field_whose_values_are_not_listed_takes_any_text(record):
    closed = ("choice", "choices", "date", "datetime", "yes-no", "number", "phone")
    for name, field in LEEDS.record[record].fields.items():
        if name in RECORDS[record][0].split() and field.kind not in closed:
            assert clean_value(LEEDS, field, "in somebody's words")[1] is None, name


@pytest.mark.parametrize("action", contract.ACTIONS)
def test_each_action_is_understood(action):
    on = "" if action in contract.WITHOUT_ON else "on: e1, "
    given = "with: {people: [jay@e1, jay@e2]}" if action in contract.WITHOUT_ON else "with: {}"
    if action == "send-concern":
        given = "with: {record: school-concern, children: [jay]}"
    if action == "keep-registry":
        given = "with: {group: mace-silver, what: met}"
    story, faults = understand(
        STORY + f"  - {{id: a1, at: 2025-01-13 10:00, by: amir, does: {action}, {on}{given}}}\n", "s.yaml"
    )
    assert not faults and story.events[-1].does == action


@pytest.mark.parametrize("signal", contract.SIGNALS)
@pytest.mark.parametrize("never", ["true", "false"])
def test_each_signal_is_understood(signal, never):
    expected = f"expect:\n  - {{kind: signal, signal: {signal}, about: jay, never: {never}, by: 2025-02-01}}\n"
    assert understand(STORY + expected, "s.yaml")[1] == []


@pytest.mark.parametrize("message", contract.MESSAGES)
def test_each_message_is_understood(message):
    expected = f"expect:\n  - {{kind: message, message: {message}, to: amir, about: jay, by: 2025-02-01 08:30}}\n"
    assert understand(STORY + expected, "s.yaml")[1] == []


@pytest.mark.parametrize("reason", contract.REASONS)
def test_each_reason_is_understood(reason):
    acted = "  - {id: a1, at: 2025-01-13 10:00, by: amir, does: decide-referral, on: e1, with: {}}\n"
    expected = f"expect:\n  - {{kind: refused, event: a1, because: {reason}}}\n"
    assert understand(STORY + acted + expected, "s.yaml")[1] == []


@pytest.mark.parametrize("kind", sorted(contract.NOT_BUILT))
def test_kinds_that_come_later_are_understood_with_any_keys(kind):
    keys = "message: hand-over, to: amir" if kind == "message" else "anything: at all, of: [1, 2]"
    assert understand(STORY + f"expect:\n  - {{kind: {kind}, {keys}}}\n", "s.yaml")[1] == []


STORY = """story: Names
people:
  jay: {given: Jay, family: Marsh, born: 2010-03-04}
workers:
  amir: {agency: childrens-social-work, team: a team that nobody declared, role: duty-social-worker}
events:
  - {id: e1, at: 2025-01-12 10:00, from: west-yorkshire-police, record: ppn, about: {jay: child}}
  - {id: e2, at: 2025-01-12 11:00, from: general-practice, record: gp-concern, about: {jay: child}}
"""
