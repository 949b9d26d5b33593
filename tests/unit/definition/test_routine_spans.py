"""How far back routine records open, how long they are kept, and good parts that are asked only where they matter."""

import pytest

from sightline.definition.check_records import check_record
from sightline.definition.faults import Faults
from sightline.definition.loader import load
from sightline.definition.records import missing_parts

LEEDS = load("leeds")
ATTENDANCE = LEEDS.record["attendance-summary"]


def faults(**changes):
    found = Faults(LEEDS, {}, {})
    check_record(found, "record/attendance-summary", ATTENDANCE.model_copy(update=changes))
    return [(fault.path, fault.expected) for fault in found.found if fault.path in ("opened-for", "kept-for")]


def test_what_is_kept_is_never_shorter_than_a_concern_looks_back():
    assert faults() == []
    [(path, expected)] = faults(kept_for="12 weeks")
    assert path == "kept-for" and "at least 365 days" in expected


@pytest.mark.parametrize("span", ["soon", "10 working days"])
def test_a_window_is_in_days_weeks_or_months(span):
    assert [path for path, _ in faults(opened_for=span)] == ["opened-for"]


def test_only_routine_records_are_held_on_loan():
    assert [path for path, _ in faults(routine=False)] == ["opened-for", "kept-for"]


def test_a_part_is_missing_only_where_it_is_asked_for():
    ppn = LEEDS.record["ppn"]

    def missing(**fields):
        return {part for part, _ in missing_parts(ppn, fields, {})}

    assert "risk-detail" not in missing(grade="green") and "risk-detail" not in missing()
    assert "risk-detail" in missing(grade="amber")
    assert "police-protection-considered" in missing(grade="red") - missing(grade="amber")
