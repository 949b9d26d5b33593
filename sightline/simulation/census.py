"""The children in need census of the last year that ended on 31 March, one child after another.

Source: DfE, children in need census 2024 to 2025 and 2025 to 2026: guide and technical specification; elements in the
schema's order. Cases that began in that year stand here; later ones are in the daily extract.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from xml.sax.saxutils import escape

from sightline.simulation.events import Case

SEX = {"male": "M", "female": "F"}
OLD_SEX = {"male": "1", "female": "2"}


def beginning(authority: str, last: date, now: datetime) -> str:
    """The file until its first child."""
    sent = min(now, datetime.combine(last + timedelta(days=40), time(6, 0)))
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<Message>\n <Header>\n'
        f"  <CollectionDetails><Collection>CIN</Collection><Year>{last.year}</Year>"
        f"<ReferenceDate>{last}</ReferenceDate></CollectionDetails>\n"
        f"  <Source><SourceLevel>L</SourceLevel><LEA>{escape(authority)}</LEA><SoftwareCode>Invented</SoftwareCode>"
        f"<Release>1</Release><SerialNo>001</SerialNo><DateTime>{sent.isoformat()}</DateTime></Source>\n"
        " </Header>\n <Children>\n"
    )


END = " </Children>\n</Message>\n"


def child_of(held: Mapping[str, Any], cases: Sequence[Case], last: date) -> tuple[str, int]:
    """A child's part of the file, and how many records it holds. `held`: how social care holds the child."""
    return _Child(last).text(held, cases)


class _Child:
    def __init__(self, last: date) -> None:
        self.last, self.count = last, 0

    def text(self, held: Mapping[str, Any], cases: Sequence[Case]) -> tuple[str, int]:
        born, expected = held.get("born"), held.get("expected")
        old = self.last.year < 2025  # the shape before 2025 had GenderCurrent
        sex = (
            _tag("GenderCurrent", OLD_SEX.get(held["sex"], "9" if born else "0"))
            if old
            else _tag("Sex", SEX.get(held["sex"], "U"))
        )
        number = _tag("UPN", held["upn"]) if held.get("upn") else _tag("UPNunknown", "UN1" if expected else "UN3")
        lines = [
            "  <Child>",
            f"   <ChildIdentifiers>{_tag('LAchildID', held['local_id'])}{number}"
            + (_tag("PersonBirthDate", born) if born else _tag("ExpectedPersonBirthDate", expected) if expected else "")
            + f"{sex}</ChildIdentifiers>",
            f"   <ChildCharacteristics>{_tag('Ethnicity', held.get('ethnicity') or 'NOBT')}</ChildCharacteristics>",
            *(self._case(case) for case in cases),
            "  </Child>\n",
        ]
        return "\n".join(lines), self.count

    def _case(self, case: Case) -> str:
        self.count += 1
        closed = self._by(case.closed)
        parts = [
            _tag("CINreferralDate", case.referred),
            _tag("ReferralSource", case.source),
            _tag("PrimaryNeedCode", case.need),
        ]
        if closed:
            parts += [_tag("CINclosureDate", closed), _tag("ReasonForClosure", case.closed_because)]
        if case.assessed:
            self.count += 1
            started, authorised, factors = case.assessed
            inner = [_tag("AssessmentActualStartDate", started)]
            if authorised and self._by(authorised):
                found = "".join(_tag("AssessmentFactors", code) for code in factors.split("; "))
                inner += [
                    _tag("AssessmentAuthorisationDate", authorised),
                    f"<FactorsIdentifiedAtAssessment>{found}</FactorsIdentifiedAtAssessment>",
                ]
            parts.append(f"<Assessments>{''.join(inner)}</Assessments>")
        if case.plan and case.plan[0] <= self.last:
            self.count += 1
            end = self._by(case.plan[1])
            ended = _tag("CINPlanEndDate", end) if end else ""
            parts.append(f"<CINPlanDates>{_tag('CINPlanStartDate', case.plan[0])}{ended}</CINPlanDates>")
        if case.enquiry:
            started, target, held, not_needed = case.enquiry
            conference = _tag("DateOfInitialCPC", held) if held and self._by(held) else ""
            self.count += 1 + bool(conference)
            parts.append(
                f"<Section47>{_tag('S47ActualStartDate', started)}{_tag('InitialCPCtarget', target)}{conference}"
                f"{_tag('ICPCnotRequired', int(not_needed))}</Section47>"
            )
        parts.append(_tag("ReferralNFA", int(case.nothing_further)))
        if case.protection and case.protection[0] <= self.last:
            self.count += 1
            started, over, category, before = case.protection
            end = self._by(over)
            parts.append(
                f"<ChildProtectionPlans>{_tag('CPPstartDate', started)}{_tag('CPPendDate', end) if end else ''}"
                f"{_tag('InitialCategoryOfAbuse', category)}{_tag('LatestCategoryOfAbuse', category)}"
                f"{_tag('NumberOfPreviousCPP', before)}</ChildProtectionPlans>"
            )
        return f"   <CINdetails>{''.join(parts)}</CINdetails>"

    def _by(self, day: date | None) -> date | None:
        """The day, where the census could know it."""
        return day if day and day <= self.last else None


def _tag(name: str, value: object) -> str:
    return f"<{name}>{escape(str(value))}</{name}>"
