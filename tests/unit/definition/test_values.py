"""Every door writes a value in the same way, and says what is wrong with the others."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from sightline.definition.types import Partnership
from sightline.definition.values import clean, code_title


def cleaned(town: Partnership, **fields: Any) -> dict[str, str]:
    values, faults = clean(
        town, town.record["notice"], {"reason": "x", **{k.replace("_", "-"): v for k, v in fields.items()}}
    )
    assert faults == []
    del values["reason"]
    return values


def fault(town: Partnership, **fields: Any) -> tuple[str, str, str]:
    values, faults = clean(
        town, town.record["notice"], {"reason": "x", **{k.replace("_", "-"): v for k, v in fields.items()}}
    )
    assert values == {"reason": "x"}
    (found,) = faults
    assert found.expected
    return found.path, found.code, found.nearest


@pytest.mark.parametrize("value", ["red", "Red", " RED ", "red"])
def test_choices_by_code_or_title(town: Partnership, value: str) -> None:
    assert cleaned(town, grade=value) == {"grade": "red"}


@pytest.mark.parametrize("value", ["amber", "a", "Orange"])
def test_choices_by_older_codes(town: Partnership, value: str) -> None:
    assert cleaned(town, grade=value) == {"grade": "amber"}


def test_an_unknown_code_is_a_fault_of_a_closed_list_only(town: Partnership) -> None:
    assert fault(town, grade="ambr") == ("grade", "unknown-code", "amber")
    assert fault(town, grade="ornge") == ("grade", "unknown-code", "amber")
    assert cleaned(town, injury="Bruise to the cheek") == {"injury": "Bruise to the cheek"}
    assert cleaned(town, injury="ASSAULT") == {"injury": "violence"}
    assert cleaned(town, injury=False) == {"injury": "none"}


@pytest.mark.parametrize("value", [["red", "A", "red"], "red; amber", "Red, orange"])
def test_several_choices(town: Partnership, value: Any) -> None:
    assert cleaned(town, marks=value) == {"marks": "red; amber"}
    assert code_title(town, town.record["notice"].fields["marks"], "red; amber") == "Red, Amber"


@pytest.mark.parametrize(
    ("value", "text"),
    [(True, "yes"), ("true", "yes"), ("1", "yes"), (1, "yes"), ("Y", "yes"), ("No", "no"), (0, "no"), ("f", None)],
)
def test_yes_and_no(town: Partnership, value: Any, text: str | None) -> None:
    if text is None:
        assert fault(town, told=value)[:2] == ("told", "invalid")
    else:
        assert cleaned(town, told=value) == {"told": text}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("2025-03-31", "2025-03-31"),
        (date(2025, 3, 31), "2025-03-31"),
        ("31/03/2025", "2025-03-31"),
        ("2025-03-30T23:30:00Z", "2025-03-31"),
        ("2025-02-30", None),
        ("31 March", None),
        ("03/31/2025", None),
    ],
)
def test_days(town: Partnership, value: Any, text: str | None) -> None:
    if text is None:
        assert fault(town, day=value)[:2] == ("day", "invalid")
    else:
        assert cleaned(town, day=value) == {"day": text}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("2025-01-10 21:40", "2025-01-10T21:40:00+00:00"),
        ("2025-07-10 21:40", "2025-07-10T21:40:00+01:00"),
        ("2025-07-10T20:40:00Z", "2025-07-10T21:40:00+01:00"),
        (datetime(2025, 7, 10, 20, 40, tzinfo=UTC), "2025-07-10T21:40:00+01:00"),
        ("2025-10-26 01:30", "2025-10-26T01:30:00+01:00"),  # comes twice: the first
        ("2025-03-30 01:30", "2025-03-30T02:30:00+01:00"),  # left out: as long after as was meant
        ("2025-07-10", "2025-07-10"),
        ("9999-12-31T23:59:00-12:00", None),
        ("25:00", None),
    ],
)
def test_moments_are_of_london(town: Partnership, value: Any, text: str | None) -> None:
    if text is None:
        assert fault(town, seen_at=value)[:2] == ("seen-at", "invalid")
    else:
        assert cleaned(town, seen_at=value) == {"seen-at": text}


@pytest.mark.parametrize(
    ("value", "text"),
    [("1,000.50", "1000.5"), (3, "3"), ("-0", "0"), ("1e3", "1000"), ("nan", None), ("x", None), (True, None)],
)
def test_numbers(town: Partnership, value: Any, text: str | None) -> None:
    if text is None:
        assert fault(town, times=value)[:2] == ("times", "invalid")
    else:
        assert cleaned(town, times=value) == {"times": text}


def test_somebodys_words_are_kept(town: Partnership) -> None:
    assert cleaned(town, voice="  I hide.\n\nUnder  the bed. ") == {"voice": "I hide.\n\nUnder  the bed."}


def test_empty_values_are_left_out_and_needed_ones_are_named(town: Partnership) -> None:
    values, faults = clean(town, town.record["notice"], {"grade": "", "voice": None, "marks": [], "reason": "  "})
    assert values == {}
    assert [(fault.path, fault.code) for fault in faults] == [("reason", "needed")]


def test_unknown_fields_name_the_nearest(town: Partnership) -> None:
    assert fault(town, resaon="x") == ("resaon", "unknown-field", "reason")
    assert fault(town, voice=["a", "b"])[:2] == ("voice", "invalid")


def test_cleaning_what_is_clean_changes_nothing(town: Partnership) -> None:
    given = {"grade": "A", "marks": "red,amber", "seen_at": "2025-10-26 01:30", "times": "01.0", "told": True}
    once = cleaned(town, **given)
    assert clean(town, town.record["notice"], {"reason": "x", **once})[0] == {"reason": "x", **once}
