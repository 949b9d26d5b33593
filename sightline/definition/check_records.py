"""Whether record types and clocks hold together: codes, handling, conditions, templates, moments, limits."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Any

from sightline.definition.check_sharing import check_shown
from sightline.definition.faults import Faults, place, uncited
from sightline.definition.in_words import LIST
from sightline.definition.nearest import nearest, one_of
from sightline.definition.records import AGE_BANDS, COMMON_TERMS
from sightline.definition.types import COMBINATORS, ClockEvent, Condition, MappedPerson, RecordType
from sightline.definition.words import COMMON_NAMES, PLACEHOLDER, placeholders
from sightline.definition.yaml_lines import Path
from sightline.timescales.ages import AGES
from sightline.timescales.spans import parse_span

# What a sender may say of a person, besides the role; `good-when … of: ROLE` asks for these.
DETAILS = frozenset(
    field.alias or name for name, field in MappedPerson.model_fields.items() if name not in ("role", "when")
)
EVENTS = ("queued", "decision")  # what starts or stops a clock besides record types
MOMENTS = ("happened", "known")
OF_PERSON = ("aged", "attends")  # what a clock may ask of the person
PLACES = ("elsewhere", "nowhere")  # where somebody attends besides kinds of agency
# What may be asked of the decision at the front door.
OF_DECISIONS = (
    "decision", "threshold", "agreement", "not-sought-because", "rationale", "family-view", "child-view", "dissent",
    "without-checks",
)  # fmt: skip
YES_NO = ("yes", "no")
A_DAY = datetime(2025, 3, 1, 12, tzinfo=UTC)  # to compare two spans by


def check_record(faults: Faults, name: str, record: RecordType) -> None:
    """Every fault of one record type."""
    if not record.sent_by:
        faults.add(name, ("sent-by",), "", "at least one kind of agency, or `any`: nobody could send it", code="empty")
    if (record.queue or record.concern) and not any(role.child for role in record.people.values()):
        expected = "a role with `child: yes`: it would stand on no child's chronology"
        faults.add(name, ("people",), ", ".join(record.people), expected, code="empty")
    for index, kind in enumerate(record.sent_by):
        faults.code(name, ("sent-by", index), kind, "agency-kind", "any")
    faults.code(name, ("handling",), record.handling, "handling")
    for index, other in enumerate(record.handled):
        faults.code(name, ("handled", index, "as"), other.as_, "handling")
        check_condition(
            faults, name, ("handled", index, "when"), other.when, [record], ("role", "agency", "agency-kind")
        )
    check_shown(faults, name, record)
    for role, declared in record.people.items():
        if declared.handling:
            faults.code(name, ("people", role, "handling"), declared.handling, "handling")
    for field, about in record.fields.items():
        path: Path = ("fields", field)
        if about.kind in ("choice", "choices"):
            if not about.of:
                expected = f"`of`: a {about.kind} needs its code list"
                faults.add(name, path, "", expected)
            else:
                faults.thing(name, (*path, "of"), about.of, "codes")
        elif about.or_said:
            faults.add(name, (*path, "or-said"), about.kind, "a choice from a code list: its words are looked for")
        elif about.of:
            faults.add(name, (*path, "of"), about.of, f"no `of`: a field of kind {about.kind} has no codes")
        if about.for_each:
            faults.refer(name, (*path, "for-each"), about.for_each, record.people, "a role of this record")
    if record.if_poor:
        faults.thing(name, ("if-poor",), record.if_poor, "message")
    for index, part in enumerate(record.parts):
        faults.refer(name, ("parts", index), part, {*record.fields, "says", "place"}, "a field of this record")
    for key in ("unless", "queue", "urgent", "never_counts"):
        condition = getattr(record, key)
        if isinstance(condition, Condition):
            besides = COMMON_TERMS if key != "urgent" else tuple(t for t in COMMON_TERMS if t != "urgent")
            check_condition(faults, name, (key.replace("_", "-"),), condition, [record], besides)
    _words(faults, name, record)
    _good_when(faults, name, record)
    _opens(faults, name, record)
    _ties(faults, name, record)
    _guards(faults, name, record)
    _routine(faults, name, record)


def _routine(faults: Faults, name: str, record: RecordType) -> None:
    """How far back routine records are opened, and how long they are kept: never shorter than a concern may look back."""
    spans: dict[str, datetime] = {}
    for key, text in (("opened-for", record.opened_for), ("kept-for", record.kept_for)):
        if not text:
            continue
        if not record.routine:
            faults.add(name, (key,), text, f"`{key}` on routine records only")
        try:
            spans[key] = parse_span(text).before(A_DAY)
        except ValueError:
            expected = "a span in days, weeks or months, such as `365 days` or `24 months`"
            faults.add(name, (key,), text, expected)
    if len(spans) == 2 and spans["kept-for"] > spans["opened-for"]:
        expected = f"at least {record.opened_for}: a concern opens what lies so far back, and must find it"
        faults.add(name, ("kept-for",), record.kept_for, expected)


def _words(faults: Faults, name: str, record: RecordType) -> None:
    if "{" in record.pointer or "}" in record.pointer:
        faults.add(name, ("pointer",), record.pointer, "words without `{…}`: a pointer says the kind and nothing else")
    if not record.pointer.strip():
        faults.add(name, ("pointer",), "", "what a pointer says: the kind of record")
    _template(faults, name, ("headline",), record.headline, record)


def _template(faults: Faults, name: str, path: Path, template: str, record: RecordType) -> None:
    known = {*record.fields, *record.people, *COMMON_NAMES}
    for placeholder, part in placeholders(template):
        if part:
            if part != "count" or placeholder not in record.people:
                counts = {f"{role}.count" for role in record.people}
                found = f"{placeholder}.{part}"
                faults.add(
                    name, path, f"{{{found}}}", f"how many stand in a role, {one_of(counts)}", nearest(found, counts)
                )
        elif placeholder not in known:
            expected = f"a field, a role or {', '.join(COMMON_NAMES)}; {one_of(known)}"
            faults.add(name, path, f"{{{placeholder}}}", expected, nearest(placeholder, known), "unknown")
    left = PLACEHOLDER.sub("", template)
    if "{" in left or "}" in left:
        faults.add(name, path, template, "each `{` with its `}` and a name between")


def _good_when(faults: Faults, name: str, record: RecordType) -> None:
    told: set[tuple[str, str]] = set()
    for index, wanted in enumerate(record.good_when):
        path: Path = ("good-when", index)
        if wanted.of:
            faults.refer(name, (*path, "of"), wanted.of, record.people, "a role of this record")
            faults.refer(name, (*path, "part"), wanted.part, DETAILS, "a detail of a person")
        else:
            faults.refer(
                name, (*path, "part"), wanted.part, {*record.fields, "says", "place"}, "a field of this record"
            )
        if (wanted.part, wanted.of) in told:
            faults.add(name, (*path, "part"), wanted.part, "each part once (remove the base's first)", code="duplicate")
        told.add((wanted.part, wanted.of))
        if wanted.when is not None:
            check_condition(faults, name, (*path, "when"), wanted.when, [record], ())


def _opens(faults: Faults, name: str, record: RecordType) -> None:
    opens = record.opens
    if opens is None:
        return
    moments = {field for field, about in record.fields.items() if about.kind in ("date", "datetime")}
    for key, value in (("from", opens.from_), ("until", opens.until)):
        if value:
            faults.refer(name, ("opens", key), value, moments, "a date or datetime field of this record")
    _template(faults, name, ("opens", "says"), opens.says, record)


def _ties(faults: Faults, name: str, record: RecordType) -> None:
    ties = record.ties
    if ties is None:
        return
    faults.code(name, ("ties", "kind"), ties.kind, "tie")
    days = {field for field, about in record.fields.items() if about.kind in ("date", "datetime")}
    for key, value in (("from", ties.from_), ("until", ties.until)):
        if value:
            faults.refer(name, ("ties", key), value, days, "a date or datetime field of this record")
    if not ties.from_ and not ties.until:
        faults.add(name, ("ties",), "", "`from` or `until`: the field that holds the day")
    if not any(person.child for person in record.people.values()):
        faults.add(name, ("ties",), ties.kind, "somebody who stands on the record in a child's role")


def _guards(faults: Faults, name: str, record: RecordType) -> None:
    """Whoever is guarded stands on the record, as somebody of whom an agency may hold details."""
    guards = record.guards
    if guards is None:
        return
    for index, role in enumerate(guards.of):
        faults.refer(name, ("guards", "of", index), role, record.people, "a role of this record")
    if not guards.of and not any(person.child for person in record.people.values()):
        faults.add(name, ("guards",), guards.as_, "`of`: whom it guards; nobody stands on it in a child's role")
    if guards.when is not None:
        check_condition(faults, name, ("guards", "when"), guards.when, [record], ("role", "agency", "agency-kind"))


# --- clocks -------------------------------------------------------------------------------------------


def check_clock(faults: Faults, name: str, clock: Any) -> None:
    """Every fault of one clock."""
    events = {
        "starts": clock.starts, "pauses": clock.pauses, "resumes": clock.resumes, "stops": clock.stops, "ends": clock.ends,
    }  # fmt: skip
    for key, event in events.items():
        if event is not None:
            _event(faults, name, key, event)
    if bool(clock.pauses) != bool(clock.resumes):
        key = "pauses" if clock.pauses else "resumes"
        faults.add(name, (key,), "", "both `pauses` and `resumes`, or neither")
    if not clock.limit:
        faults.add(name, ("limit",), "", "at least one limit")
    records, besides = _of(faults, clock.starts)
    dated: dict[tuple[str, str, str], str] = {}
    for index, limit in enumerate(clock.limit):
        file = place(faults.partnership.origins, name, ("limit", index))[0]
        same = dated.setdefault((str(limit.from_), repr(limit.when), file), limit.is_)
        if same is not limit.is_:
            expected = f"one limit from a day on, for the same case ({same!r} is from that day too)"
            faults.add(name, ("limit", index, "from"), str(limit.from_), expected, code="duplicate")
        if not limit.source.strip() and uncited(faults, name, ("limit", index)):
            expected = "`source`: who decided it, with its date (the clock's own source is its base's)"
            faults.add(name, ("limit", index, "source"), "", expected, code="empty")
        _span(faults, name, ("limit", index, "is"), limit.is_)
        if limit.never_later:
            _span(faults, name, ("limit", index, "never-later"), limit.never_later)
        if limit.or_by:
            moments = {f for one in records for f, about in one.fields.items() if about.kind in ("date", "datetime")}
            what = "a date or datetime field of a record that starts it"
            faults.refer(name, ("limit", index, "or-by"), limit.or_by, moments, what)
        if limit.when is not None:
            check_condition(faults, name, ("limit", index, "when"), limit.when, records, besides)
    if clock.owner:
        faults.thing(name, ("owner",), clock.owner, "role")


def _event(faults: Faults, name: str, key: str, event: ClockEvent) -> None:
    if not event.record:
        faults.add(name, (key,), "", "`record`: what starts or stops the clock")
    for index, record in enumerate(event.record):
        faults.thing(name, (key, "record", index), record, "record", *EVENTS)
    records, besides = _of(faults, event)
    if event.at and event.at not in MOMENTS:
        for record_type in records if not set(event.record) & set(EVENTS) else ():
            moments = {f for f, about in record_type.fields.items() if about.kind in ("date", "datetime")}
            if event.at not in record_type.fields and event.or_at in moments:
                continue
            what = f"a date or datetime field of {record_type.id}"
            faults.refer(name, (key, "at"), event.at, {*moments, *MOMENTS}, what)
    if event.where is not None:
        check_condition(faults, name, (key, "where"), event.where, records, besides)


def _of(faults: Faults, event: ClockEvent) -> tuple[list[RecordType], tuple[str, ...]]:
    """The record types that an event may be, and what may be asked besides their fields."""
    known = faults.partnership.record
    if "queued" in event.record:
        records = [record for record in known.values() if record.queue]
    else:
        records = [known[r] for r in event.record if r in known]
    besides = (*COMMON_TERMS, *OF_PERSON, "queued", "decision")
    return records, (*besides, *OF_DECISIONS) if "decision" in event.record else besides


def _span(faults: Faults, name: str, path: Path, text: str) -> None:
    try:
        parse_span(text)
    except ValueError:
        expected = "a span such as `15 working days`, `72 hours`, `3 months`, `12:00 next working day`"
        faults.add(name, path, text, expected)


# --- conditions ---------------------------------------------------------------------------------------


def check_condition(
    faults: Faults,
    name: str,
    path: Path,
    condition: Condition,
    records: Sequence[RecordType],
    besides: Collection[str] = COMMON_TERMS,
) -> None:
    """Faults terms that are neither fields of the records nor one of `besides`, and values that never match."""
    fields = {field for record in records for field in record.fields}
    for term, values in condition.terms.items():
        at = (*path, term)
        if term not in fields and term not in besides:
            if not records and term not in OF_DECISIONS:
                continue  # the record itself is a fault, told already
            known = {*fields, *besides}
            expected = f"a field or one of the common terms; {one_of(known)}, or {', '.join(COMBINATORS)}"
            faults.add(name, at, term, expected, nearest(term, known), "unknown")
            continue
        _values(faults, name, at, term, values, records)
    for key in COMBINATORS:
        for index, part in enumerate(getattr(condition, key)):
            check_condition(faults, name, (*path, key, index), part, records, besides)


def _values(
    faults: Faults, name: str, path: Path, term: str, values: tuple[str, ...], records: Sequence[RecordType]
) -> None:
    known = known_values(faults, term, records)
    if known is None:
        return
    for index, value in enumerate(values):
        faults.refer(name, (*path, index), value, known, f"what {term} can be")


def known_values(faults: Faults, term: str, records: Sequence[RecordType]) -> set[str] | None:
    """All values that the term can have; None where it may be any text."""
    having = [record.fields[term] for record in records if term in record.fields]
    if having:
        known: set[str] = set()
        for about in having:
            if about.kind == "yes-no":
                known.update(YES_NO)
            elif about.kind in ("choice", "choices") and about.of in faults.partnership.codes:
                codes = faults.partnership.codes[about.of]
                known.update(codes.codes, ("other",) if codes.open else ())
            else:
                return None
        return known
    if term == "role":
        return {role for record in records for role in record.people}
    if term == "age-band":
        return set(AGE_BANDS)
    if term == "aged":
        return set(AGES)
    if term in ("urgent", "queued"):
        return set(YES_NO)
    if term == LIST:
        return set(faults.partnership.codes[LIST].codes) if LIST in faults.partnership.codes else set()
    if term in ("agency", "record"):
        return set(faults.declared.get(term, ()))
    if term in ("agency-kind", "attends"):
        codes_of = faults.partnership.codes.get("agency-kind")
        besides = PLACES if term == "attends" else ()
        return {*codes_of.codes, *besides} if codes_of else None
    return None
