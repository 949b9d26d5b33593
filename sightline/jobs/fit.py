"""Whether a notification can become an entry at all. That it is poor is never a reason: what is missing is asked for later."""

from __future__ import annotations

from collections.abc import Container

from sightline.definition.types import Fault, RecordType
from sightline.intake.types import Notification
from sightline.jobs.as_sent import moment_of


def unfit(n: Notification, record: RecordType | None, agencies: Container[str]) -> tuple[str, list[Fault]]:
    """Why a notification cannot become an entry at all: a code and its faults; ("", []) when it can."""
    if n.agency not in agencies:
        return "unknown-agency", [Fault(path="agency", expected="an agency of this partnership", code="unknown-agency")]
    if record is None:
        return "unknown-record", [
            Fault(path="record", expected="a record type of this partnership", code="unknown-record")
        ]
    faults = []
    for name in ("happened", "until", "sent"):
        text = getattr(n, name)
        try:
            moment_of(text) if text else None
        except ValueError:
            faults.append(
                Fault(
                    path=name,
                    expected="a date or moment, such as 2025-01-10 or 2025-01-10 21:40",
                    code="not-a-date",
                )
            )
    if not n.happened:
        faults.append(Fault(path="happened", expected="when it happened", code="needed"))
    if faults:
        return "not-a-date", faults
    wrong = [r for p in n.people for r in p.roles if r not in record.people]
    if wrong:
        expected = "one of " + ", ".join(record.people)
        return "unknown-role", [Fault(path="people.roles", expected=expected, code="unknown-role")]
    if record.people and not n.people and not record.nobody:
        return "no-people", [Fault(path="people", expected="at least one person", code="needed")]
    return "", []
