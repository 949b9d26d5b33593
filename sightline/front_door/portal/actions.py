"""Joining, noting what was told, grading it, and telling back what may be told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import UUID

from django.db import IntegrityError, transaction

from sightline.agencies.queries import partnership
from sightline.agencies.rules import may
from sightline.agencies.types import Actor
from sightline.chronology.actions import write_here
from sightline.chronology.listing import headers_of
from sightline.chronology.queries import subjects_of
from sightline.chronology.types import Writing
from sightline.definition.outcomes import Conflict, Decision, Invalid, Missing, Refused
from sightline.definition.records import clean, facts, handling_of
from sightline.definition.types import Fault
from sightline.front_door.portal_models import PortalMembership, Submitted, SubmittedAnswer
from sightline.ledger.actions import write
from sightline.messages.actions import send
from sightline.timescales.london import local
from sightline.timescales.moment import now

SUBMISSION, GRADED = "intelligence-submission", "police-intelligence"
SUBMIT, GRADE = "submit-intelligence", "grade-intelligence"
TO_GRADE, TO_GRADE_NOW, ANSWERED = "intelligence-to-grade", "intelligence-to-grade-now", "intelligence-answered"
OUTCOMES, URGENCIES, KINDS = "intelligence-outcome", "urgency", "intelligence-about"
POLICE = "police"
PRESSING = frozenset({"emergency", "urgent"})


@transaction.atomic
def join(*, joined: bool = True, by: Actor) -> None:
    """An organisation joins the portal, or leaves it, as one of its workers says. Raises Refused without the right; nothing
    happens where it stands so already. What an organisation tells is taken whether it has joined or not.
    """
    require(by, SUBMIT)
    last = PortalMembership.objects.filter(agency=by.agency).order_by("-at", "-id").first()
    if (last.joined if last else False) == joined:
        return
    definition = partnership()
    row = PortalMembership.objects.create(
        agency=by.agency, joined=joined, by=by.id, at=now(), definition=definition.hash
    )
    _write(by, "join-portal" if joined else "leave-portal", [row.id])


def told_in(writings: Iterable[Writing]) -> list[tuple[UUID, str, str]]:
    """Of what was just taken in, what was told to the police: (entry, what it is about, how soon somebody should read it),
    as codes."""
    return [
        (w.first, str(w.body["fields"].get("about-kind", "")), str(w.body["fields"].get("urgency", "")))
        for w in writings
        if w.record == SUBMISSION and w.id == w.first and not w.stated
    ]


@transaction.atomic
def note(told: Iterable[tuple[UUID, str, str]], *, by: Actor) -> int:
    """What was told (as `told_in` gives it), by whichever door it came, waits for the police from now on, and they are told.
    Returns how much was new. Safe to run again.
    """
    definition, new = partnership(), 0
    police = sorted(agency.id for agency in definition.agency.values() if agency.kind == POLICE)
    entries = {one.id: one for one in headers_of(first for first, _, _ in told)}
    for first, about, urgency in told:
        entry = entries.get(first)
        if entry is None or Submitted.objects.filter(entry=first).exists():
            continue
        urgent = urgency if urgency in definition.codes[URGENCIES].codes else ""
        kind_of = about if about in definition.codes[KINDS].codes else ""
        row = Submitted.objects.create(
            entry=first, agency=entry.agency, by=entry.author, at=now(), about_kind=kind_of, urgency=urgent
        )
        kind = TO_GRADE_NOW if urgent in PRESSING else TO_GRADE
        if police and kind in definition.message:
            to = [f"agency:{one}" for one in police]
            send(kind, to=to, about=[first], says={"agency": entry.agency}, by=by, because=row.id)
        new += 1
    return new


@transaction.atomic
def answer(
    *,
    told: UUID,
    outcome: str,
    grade: Mapping[str, str] | None = None,
    words: str = "",
    after: int | None = None,
    by: Actor,
) -> UUID | None:
    """The police say what became of something that was told. `grade`: with it they keep it as intelligence: source-grade,
    information-grade, handling, conditions (3x5x2); `words`: its sanitised text. `after`: how many answers the page showed.

    Whoever told it hears the outcome, a code, and nothing of the grade. Returns the police's record, where one was made.
    Raises Refused without the right, Missing, Invalid (what is no grade), Conflict where a colleague answered first.
    """
    require(by, GRADE)
    definition = partnership()
    if by.agency_kind != POLICE:
        raise Refused(Decision(False, "not-permitted", "Only the police grade intelligence."))
    row = Submitted.objects.select_for_update().filter(id=told).first()
    if row is None:
        raise Missing
    codes = definition.codes[OUTCOMES].codes
    if outcome not in codes:
        raise Invalid([Fault(path="outcome", found=outcome, expected=f"one of: {', '.join(codes)}")])
    place = row.answers.count()
    if after is not None and after != place:
        raise Conflict(_first(row))
    made = _graded(row, grade, words, by) if grade is not None else None
    try:
        with transaction.atomic():
            done = SubmittedAnswer.objects.create(
                told=row, place=place, outcome=outcome, entry=made, by=by.id, agency=by.agency, at=now()
            )
    except IntegrityError as error:
        raise Conflict(_first(row)) from error
    _write(by, "answer-intelligence", [done.id, row.id, *([made] if made else [])], {"outcome": outcome})
    if ANSWERED in definition.message and not row.by.endswith("-machine"):
        send(ANSWERED, to=_teller(row), says={"outcome": outcome}, by=by, because=row.id)
    return made


def _first(row: Submitted) -> str:
    last = row.answers.order_by("-place").first()
    when = f" at {local(last.at):%H:%M}" if last else ""
    return f"A colleague answered this{when}, before you. Look at what they said; yours was not kept."


def _teller(row: Submitted) -> str:
    try:
        return f"worker:{UUID(row.by)}"
    except ValueError:
        return f"agency:{row.agency}"


def _graded(row: Submitted, grade: Mapping[str, str], words: str, by: Actor) -> UUID:
    definition = partnership()
    record = definition.record[GRADED]
    fields, faults = clean(definition, record, {name: value for name, value in grade.items() if value})
    for name in ("source-grade", "information-grade", "handling"):
        if not fields.get(name) and not any(f.path == name for f in faults):
            faults.append(Fault(path=name, expected="a grade: the police grade what they keep", code="needed"))
    if fields.get("handling") == "C" and not fields.get("conditions"):
        faults.append(Fault(path="conditions", expected="the conditions, for handling code C", code="needed"))
    if faults:
        raise Invalid(faults)
    subjects = subjects_of(row.entry)
    made = write_here(
        record=GRADED,
        fields=fields,
        says=words,
        identities=[identity for identity, child, _ in subjects if child],
        keys=[key for _, _, key in subjects],
        by=by,
        definition=definition,
        role="subject",
        handling=handling_of(record, facts(definition, record, fields, agency=by.agency, agency_kind=by.agency_kind)),
        on=[row.entry],
    )
    return made


def require(by: Actor, permission: str) -> None:
    """Raises Refused where this actor may not do what the permission names."""
    decision = may(by, permission, partnership())
    if not decision:
        raise Refused(decision)


def _write(by: Actor, verb: str, ids: list[UUID], detail: dict[str, object] | None = None) -> None:
    write(
        kind="change",
        verb=verb,
        actor=by.id,
        acting_for=by.agency,
        purpose="safeguarding",
        policy=partnership().hash,
        ids=ids,
        detail=detail or {},
    )
