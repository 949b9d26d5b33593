"""The children in need census: one XML file of everything that a local authority's social care did with each child.

Shapes of 2024 to 2026, read with tolerance: GenderCurrent (0, 1, 2, 9) or Sex (M, F, U), yes and no as 0, 1, true or
false, elements in any order, namespaces or none; what is not known is noted and passed over. Each referral episode,
assessment, plan, section 47 enquiry and initial conference becomes a record of its own. The local authority's number
for the child with the element's own date is its message id; the census's reference date and the file's own time are
its version, so that a newer file supersedes an older one.

Source: DfE, children in need census 2024 to 2025 and 2025 to 2026: guide and technical specification (XML schema).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from lxml import etree

from sightline.definition.types import Fault, Feed, Partnership
from sightline.intake import dates
from sightline.intake.identifiers import pupil_number
from sightline.intake.lookups import Lookups
from sightline.intake.notes import Notes
from sightline.intake.readers.source import Source, Unreadable
from sightline.intake.readers.xml_parts import Broken, local, parts
from sightline.intake.types import Details, Named, Notification, Unread

YEARS = ("2024", "2025", "2026", "2027")
LONGEST_VALUE = 1000
KNOWN = frozenset(
    """ChildIdentifiers LAchildID UPN FormerUPN UPNunknown PersonBirthDate ExpectedPersonBirthDate Sex GenderCurrent
    PersonDeathDate ChildCharacteristics Ethnicity Disabilities Disability CINdetails CINreferralDate ReferralSource
    PrimaryNeedCode CINclosureDate ReasonForClosure DateOfInitialCPC Assessments AssessmentActualStartDate
    AssessmentInternalReviewDate AssessmentAuthorisationDate FactorsIdentifiedAtAssessment AssessmentFactors
    CINPlanDates CINplanDates CINPlanStartDate CINPlanEndDate Section47 S47ActualStartDate InitialCPCtarget
    ICPCnotRequired ReferralNFA ChildProtectionPlans CPPstartDate CPPendDate InitialCategoryOfAbuse
    LatestCategoryOfAbuse NumberOfPreviousCPP Reviews CPPreviewDate PreProceedingsandFGDM PPStartDate LBPSentDate
    InitialPPMeetingDate ReviewMeetingsCount StepDecisionDate PPOutcome""".split()
)
DATES = frozenset(name for name in KNOWN if "Date" in name or name in ("InitialCPCtarget", "DateOfInitialCPC")) - {
    "CINPlanDates",
    "CINplanDates",
}
OF_THE_CHILD = frozenset(
    """ChildIdentifiers LAchildID UPN FormerUPN UPNunknown PersonBirthDate ExpectedPersonBirthDate Sex GenderCurrent
    PersonDeathDate ChildCharacteristics Ethnicity Disabilities Disability""".split()
)
YES_NO = frozenset(("ReferralNFA", "ICPCnotRequired"))
WORDS = {"0": "no", "false": "no", "1": "yes", "true": "yes"}


@dataclass(frozen=True)
class Made:
    """How an element of a child becomes a record: which, when it happened and ended, and its fields."""

    element: str
    record: str
    happened: str
    until: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)  # ours: the element's
    constants: Mapping[str, str] = field(default_factory=dict)


REFERRAL = Made(
    "CINdetails",
    "referral",
    "CINreferralDate",
    "CINclosureDate",
    {
        "source-code": "ReferralSource",
        "primary-need": "PrimaryNeedCode",
        "closed": "CINclosureDate",
        "closure-reason": "ReasonForClosure",
        "no-further-action": "ReferralNFA",
        "disabilities": "Disability",
    },
)
CONFERENCE = Made(
    "",
    "conference",
    "DateOfInitialCPC",
    "",
    {"held-at": "DateOfInitialCPC", "target": "InitialCPCtarget"},
    {"kind": "initial"},
)
MODULES = (
    Made(
        "Assessments",
        "assessment",
        "AssessmentActualStartDate",
        "AssessmentAuthorisationDate",
        {
            "started": "AssessmentActualStartDate",
            "reviewed": "AssessmentInternalReviewDate",
            "authorised": "AssessmentAuthorisationDate",
            "factors": "AssessmentFactors",
        },
    ),
    Made(
        "CINPlanDates",
        "child-in-need-plan",
        "CINPlanStartDate",
        "CINPlanEndDate",
        {"started": "CINPlanStartDate", "ended": "CINPlanEndDate", "category": "PrimaryNeedCode"},
    ),
    Made(
        "Section47",
        "section-47",
        "S47ActualStartDate",
        "",
        {
            "started": "S47ActualStartDate",
            "conference-target": "InitialCPCtarget",
            "conference-held": "DateOfInitialCPC",
            "conference-not-needed": "ICPCnotRequired",
        },
    ),
    Made(
        "ChildProtectionPlans",
        "child-protection-plan",
        "CPPstartDate",
        "CPPendDate",
        {
            "started": "CPPstartDate",
            "ended": "CPPendDate",
            "category": "LatestCategoryOfAbuse",
            "initial-category": "InitialCategoryOfAbuse",
            "previous-plans": "NumberOfPreviousCPP",
        },
    ),
    Made(  # from the collection of 2026 to 2027, as announced; what else it asks is told as unknown until it is settled
        "PreProceedingsandFGDM",
        "pre-proceedings",
        "PPStartDate",
        "",
        {
            "decided": "PPStartDate",
            "letter": "LBPSentDate",
            "first-meeting": "InitialPPMeetingDate",
            "meetings": "ReviewMeetingsCount",
            "stepped-down": "StepDecisionDate",
            "outcome": "PPOutcome",
        },
    ),
)
PARTS = frozenset(made.element for made in MODULES)
ALSO_CALLED = {"CINplanDates": "CINPlanDates"}
Flat = dict[str, str]


def read(source: Source, feed: Feed, partnership: Partnership, notes: Notes) -> Iterator[Notification | Unread]:
    """Every record of the census, child by child. Raises Unreadable for a file that is refused as a whole."""
    reader = _Reader(feed, partnership, notes)
    child = 0
    try:
        for part in parts(source, frozenset(("Header", "Child"))):
            if not part.whole:
                if part.name != "Message":
                    yield _refusal("wrong-collection", part.name, "the root element Message", b"")
                    return
            elif part.name == "Header":
                refused = reader.header(part.element)
                if refused is not None:
                    yield refused
                    return
            else:
                child += 1
                if not reader.version:
                    yield _refusal("wrong-collection", "Header", "a Header before the first Child", b"")
                    return
                yield from reader.child(part.element, f"child {child}, line {part.element.sourceline or 0}")
    except Broken as broken:
        expected = {
            "cut-short": "the whole file, down to </Message>: it ends before",
            "too-long": "no child of more than 1 MB",
        }.get(broken.reason, "well-formed XML")
        yield _refusal(broken.reason, f"line {broken.line}, after child {child}", expected, broken.raw)
    if not reader.version:
        yield _refusal("wrong-collection", "Header", "a Header with its CollectionDetails", b"")


class _Reader:
    def __init__(self, feed: Feed, partnership: Partnership, notes: Notes) -> None:
        self.feed, self.partnership, self.notes = feed, partnership, notes
        lookups = Lookups(partnership)
        self.sex, self.ethnicity = lookups.code("sex"), lookups.code("ethnicity")
        self.version = self.sent = ""

    def header(self, element: etree._Element) -> Unread | None:
        """Takes the file's version from its header; or says why this is not a census that we read."""
        raw = _xml(element)
        values = {local(each): (each.text or "").strip() for each in element.iter() if len(each) == 0}
        if values.get("Collection", "").upper() != "CIN":
            return _refusal("wrong-collection", "Header/CollectionDetails/Collection", "CIN", raw)
        if values.get("Year") not in YEARS:
            return _refusal("wrong-year", "Header/CollectionDetails/Year", f"one of {', '.join(YEARS)}", raw)
        reference, sent = values.get("ReferenceDate", ""), values.get("DateTime", "")
        try:
            dates.iso(reference)
        except ValueError:
            return _refusal("not-a-date", "Header/CollectionDetails/ReferenceDate", "a date such as 2026-03-31", raw)
        try:
            self.sent = dates.iso(sent)[:19] if sent else ""
        except ValueError:
            self.notes.add("the Header's DateTime is not a date and time: the reference date alone is its version")
        self.version = f"{reference[:10]} {self.sent}".strip()
        authority = self.partnership.info.authority
        if authority and values.get("LEA") not in (None, "", authority):
            self.notes.add(f"the file is of another local authority than {authority}")
        return None

    def child(self, element: etree._Element, position: str) -> Iterator[Notification | Unread]:
        """Every record of one child. Each keeps as received its own element and who the child is, not the others'."""
        groups, top = self._values(element, "", position)
        people: tuple[Named, ...] = ()
        wrong: _Wrong | None = None
        try:
            people = (Named("p1", ("child",), self._details(top, position)),)
        except _Wrong as error:
            wrong = error
        who = b"".join(_xml(each) for each in element if local(each) != "CINdetails")
        seen: dict[str, int] = {}
        for episode in groups.get("CINdetails", []):
            for made, values, own in self._records(episode, position):
                raw = b"<Child>" + who + b"<CINdetails>" + own + b"</CINdetails></Child>"
                if wrong is not None:
                    yield self._unread(wrong, position, raw)
                    continue
                found = self._made(made, {**top, **values}, people, position, raw, seen)
                if found is not None:
                    yield found
        if not groups:
            self.notes.add("a Child without CINdetails tells nothing: passed over", position)

    def _records(self, episode: etree._Element, position: str) -> Iterator[tuple[Made, Flat, bytes]]:
        """What an episode holds: the referral, then each of its parts, with its values and its own element."""
        groups, values = self._values(episode, "CINdetails", position)
        own = b"".join(_xml(each) for each in episode if ALSO_CALLED.get(local(each), local(each)) not in PARTS)
        if values.get("CINreferralDate") or not groups:
            yield REFERRAL, values, own
        if values.get("DateOfInitialCPC"):
            yield CONFERENCE, values, own
        need = {name: text for name, text in values.items() if name == "PrimaryNeedCode"}
        for made in MODULES:
            for element in groups.get(made.element, []):
                _, inner = self._values(element, made.element, position)
                if made.record == "pre-proceedings" and not inner.get("PPStartDate"):
                    self.notes.add("a family group meeting without pre-proceedings is no record here: passed over", position)
                    continue
                yield made, {**need, **inner}, _xml(element)
                if inner.get("DateOfInitialCPC"):
                    yield CONFERENCE, inner, _xml(element)

    def _made(
        self, made: Made, values: Flat, people: tuple[Named, ...], position: str, raw: bytes, seen: dict[str, int]
    ) -> Notification | Unread | None:
        declared = self.partnership.record.get(made.record)
        if declared is None:
            self.notes.add(f"{made.record} is not a record of this partnership: passed over")
            return None
        message = f"cin/{made.record}/{people[0].details.local_id}/{values.get(made.happened, '')}"
        seen[message] = seen.get(message, 0) + 1
        if seen[message] > 1:
            if made is CONFERENCE:
                self.notes.add("an initial conference is told twice: once is enough", position)
                return None
            message += f"/{seen[message]}"
        try:
            happened = self._date(values, made.happened, needed=True)
            until = self._date(values, made.until) if made.until else ""
            fields = {
                ours: self._value(values, theirs)
                for ours, theirs in made.fields.items()
                if ours in declared.fields and values.get(theirs)
            }
        except _Wrong as error:
            return self._unread(error, position, raw)
        fields |= {ours: text for ours, text in made.constants.items() if ours in declared.fields}
        return Notification(
            agency=self.feed.agency,
            record=made.record,
            message_id=message,
            happened=happened,
            people=people,
            fields=fields,
            until=until,
            sent=self.sent,
            version=self.version,
            position=position[:40],
            raw=raw,
        )

    def _details(self, values: Flat, position: str) -> Details:
        local_id, sex = values.get("LAchildID", ""), values.get("Sex") or values.get("GenderCurrent") or ""
        if not local_id:
            raise _Wrong("ChildIdentifiers/LAchildID", "needed")
        ethnicity, number = values.get("Ethnicity", ""), values.get("UPN", "")
        if number:
            number, holds = pupil_number(number)
            if not holds:
                self.notes.add("UPN whose check digit does not hold: kept, not matched on", position)
        return Details(
            local_id=local_id,
            born=self._as_far(values, "PersonBirthDate", position),
            expected=self._as_far(values, "ExpectedPersonBirthDate", position),
            sex=self._sex(sex, position),
            ethnicity=self.ethnicity(ethnicity) or ethnicity,
            upn=number,
        )

    def _date(self, values: Flat, name: str, needed: bool = False) -> str:
        text = values.get(name, "")
        if not text and not needed:
            return ""
        try:
            return dates.iso(text)[:10]
        except ValueError:
            raise _Wrong(name, "not-a-date" if text else "needed") from None

    def _as_far(self, values: Flat, name: str, position: str) -> str:
        """A birth date, or what stands there instead: no record of a child waits because of that, and it is used as far
        as it can be (`usable`)."""
        try:
            return self._date(values, name)
        except _Wrong:
            self.notes.add(f"{name} is not a date such as 2026-03-31: kept as received", position)
            return values[name]

    def _sex(self, text: str, position: str) -> str:
        if found := self.sex(text):
            return found
        if text:
            self.notes.add("Sex has a code that is not known: kept as sent", position)
        return text

    def _value(self, values: Flat, name: str) -> str:
        text = values[name]
        if name in DATES:
            return self._date(values, name)
        return WORDS.get(text.lower(), text) if name in YES_NO else text

    def _values(
        self, element: etree._Element, inside: str, position: str
    ) -> tuple[dict[str, list[etree._Element]], Flat]:
        """The elements that are records of their own, by name; and every other value below, many of one name joined."""
        groups: dict[str, list[etree._Element]] = {}
        values: Flat = {}
        own = PARTS if inside else frozenset(("CINdetails",))
        stack = list(reversed(element))
        while stack:
            each = stack.pop()
            name = local(each)
            name = ALSO_CALLED.get(name, name)
            if name in own and name != inside:
                groups.setdefault(name, []).append(each)
                continue
            if name not in KNOWN:
                self.notes.add(f"unknown element {name[:60]}" if name else "an entity is passed over", position)
                continue
            if len(each):
                stack.extend(reversed(each))
            elif text := (each.text or "").strip():
                text = text[:LONGEST_VALUE]
                if name in ("AssessmentFactors", "Disability", "CPPreviewDate") and name in values:
                    values[name] += f"; {text}"
                else:
                    values.setdefault(name, text)
        return groups, values

    def _unread(self, error: _Wrong, position: str, raw: bytes) -> Unread:
        expected = "a date such as 2026-03-31" if error.code == "not-a-date" else "a value: it is needed"
        fault = Fault(path=error.name, expected=expected, code=error.code)
        return Unread(position[:40], raw, error.code, (fault,), agency=self.feed.agency)


class _Wrong(ValueError):
    def __init__(self, name: str, code: str) -> None:
        super().__init__(name)
        self.name, self.code = name, code


def reread(raw: bytes, feed: Feed, partnership: Partnership) -> list[Notification | Unread]:
    """The records of one Child by itself: as it was kept and a person has repaired it, or as an example gives it."""
    reader = _Reader(feed, partnership, Notes())
    try:
        for part in parts(raw, frozenset(("Child",))):
            if part.whole:
                return list(reader.child(part.element, "child"))
    except (Broken, Unreadable):
        pass
    return [_refusal("not-xml", "Child", "one Child element, well-formed", raw)]


def _xml(element: etree._Element) -> bytes:
    return etree.tostring(element, with_tail=False)


def _refusal(reason: str, path: str, expected: str, raw: bytes) -> Unread:
    return Unread(path[:40], raw, reason, (Fault(path=path, expected=expected, code=reason),))
