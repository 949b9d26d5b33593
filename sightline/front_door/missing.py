"""Children who are missing, who came back, and whom somebody spoke with: as each reader may see it; and passing on what a
child said as information for the police, in words that the interviewer chose."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from sightline.agencies.queries import machine, partnership
from sightline.agencies.rules import may
from sightline.agencies.types import Actor
from sightline.chronology.actions import write_here
from sightline.chronology.events import of_people
from sightline.chronology.queries import entry as entry_history
from sightline.chronology.queries import of_person, subjects_of
from sightline.chronology.tracing import known_children
from sightline.chronology.types import EntryView
from sightline.definition.outcomes import Decision, Missing, Refused
from sightline.front_door import missing_rules as rules
from sightline.front_door.missing_rules import Absence, Interview, Pattern, Report
from sightline.front_door.portal.actions import note
from sightline.identity.queries import names
from sightline.ledger.actions import write
from sightline.sharing.paging import Page
from sightline.sharing.reading import Reading, reading
from sightline.sharing.standing import trusted
from sightline.sharing.types import Level
from sightline.timescales.moment import now

SEE, PASS_ON = "see-missing", "submit-intelligence"
EPISODE, INTERVIEW, INFORMAL = "missing-episode", "return-home-interview", "missing-informal"
SUBMISSION = "intelligence-submission"
PURPOSE = "missing"
LOOKS_BACK = timedelta(days=90)
AWAY_BACK = timedelta(days=730)  # how long somebody who is still away stays on the list
MACHINE = "clock-machine"
FEWEST_WORDS, MOST = 20, 300


@dataclass(frozen=True, slots=True)
class Informal:
    """A child who is looked for before a report."""

    first: UUID
    since: datetime
    checked: bool
    authorised: bool
    found_at: datetime | None
    reported: bool


@dataclass(frozen=True, slots=True)
class Child:
    """A child who is or was missing, as the reader may see them."""

    person: UUID
    name: str
    born: str
    absences: tuple[Absence, ...]  # the last first
    pattern: Pattern
    informal: tuple[Informal, ...] = ()

    @property
    def last(self) -> Absence | None:
        return self.absences[0] if self.absences else None


def children(reading: Reading, *, start: int = 0, back: timedelta = LOOKS_BACK) -> Page[Child]:
    """Children who are away, and who were missing in the last 90 days, of whom this reader may see a headline: who is away first,
    then who came back and was not spoken with, then the rest. Those of 300 from a place on (`start`); where it goes on next."""
    if not (decision := may(reading.actor, SEE, partnership())):
        raise Refused(decision)
    moment = now()
    ordered = _ordered(moment, back)
    some = ordered[start : start + MOST]
    found = [one for one in (child(reading, person) for person in some) if one is not None]
    reading.about = "view-missing"
    found.sort(key=lambda one: _place(one.last, moment))
    return Page(tuple(found), str(start + MOST) if len(ordered) > start + MOST else "")


def _place(last: Absence | None, moment: datetime) -> tuple[int, float]:
    order = {"away": 0, "late": 1, "waiting": 2, "offered": 3}
    return (order.get(last.state(moment), 4) if last else 0), -(last.since.timestamp() if last else 0)


@trusted("who-was-missing")  # ids alone, and their order: who they are, and what is held, passes the gate afterwards
def _ordered(moment: datetime, back: timedelta) -> list[UUID]:
    """Everybody who is away, however long, and who was missing lately, in the order of the list. Nobody is left out before it is
    known who is away: three hundred who are back would push out the one who is not."""
    lately = set(known_children({EPISODE, INFORMAL}, moment - back))
    everybody = list(dict.fromkeys([*lately, *known_children({EPISODE}, moment - AWAY_BACK)]))
    places: dict[UUID, tuple[int, float]] = {}
    with reading(machine(MACHINE), "safeguarding", about="order-missing") as opened:
        entries = of_people(opened, everybody, records={EPISODE, INTERVIEW})
    for person in everybody:
        reports, told = [], []
        for one in entries.get(person, ()):
            if one.record == EPISODE:
                reports.append(_report(one.first, one.agency, one.happened, one.facts))
            else:
                told.append(_interview(one.first, one.happened, one.facts))
        absences = rules.absences(reports, told)
        last = absences[-1] if absences else None
        if person in lately or (last is not None and last.until is None):
            places[person] = _place(last, moment)
    return sorted(places, key=lambda person: (places[person], person))


def _report(first: UUID, agency: str, happened: datetime, said: Mapping[str, Any]) -> Report:
    since = rules.moment_of(said.get("missing-from")) or happened
    until, risk = rules.moment_of(said.get("returned-at")), str(said.get("risk", ""))
    return Report(first, agency, since, until, risk, str(said.get("found-place", "")))


def _interview(first: UUID, happened: datetime, said: Mapping[str, Any]) -> Interview:
    offered, held = rules.moment_of(said.get("offered-at")), rules.moment_of(said.get("held-at"))
    return Interview(first, happened, frozenset(), offered, held, said.get("declined") == "yes")


def child(reading: Reading, person: UUID) -> Child | None:
    """One child's absences, as far as this reader may see them. None where nothing may be seen."""
    named = names(reading, [person]).get(person)
    if named is None:
        return None
    reports, told, informal = [], [], []
    for one in of_person(reading, person).entries:
        f = one.values
        if one.level is not Level.FULL or one.record not in (EPISODE, INTERVIEW, INFORMAL):
            continue
        if one.record == EPISODE:
            reports.append(_report(one.first, one.agency.id, one.happened, f))
        elif one.record == INTERVIEW:
            told.append(_interview(one.first, one.happened, f))
        else:
            informal.append(one)
    absences = rules.absences(reports, told)
    if not absences and not informal:
        return None
    starts = [one.since for one in absences]
    early = tuple(
        Informal(
            one.first,
            (since := rules.moment_of(one.values.get("started")) or one.happened),
            bool(one.values.get("risk-checked-at")),
            bool(one.values.get("authorised-by")),
            rules.moment_of(one.values.get("found-at")),
            any(abs(start - since) < timedelta(hours=24) for start in starts),
        )
        for one in informal
    )
    return Child(person, named.name, named.born, tuple(reversed(absences)), rules.pattern(absences, now()), early)


def interview(reading: Reading, entry: UUID) -> EntryView:
    """A return interview that this reader may read in full, and so pass on of. Raises Missing, Refused."""
    if not (decision := may(reading.actor, PASS_ON, partnership())):
        raise Refused(decision)
    shown = entry_history(reading, entry).now
    if shown.record != INTERVIEW or shown.level is not Level.FULL:
        raise Missing
    return shown


@transaction.atomic
def pass_on(
    *, interview: UUID, words: str, child_told: str, not_told_because: str = "", urgency: str = "", by: Actor
) -> UUID:
    """Passes on to the police what came up in a return interview, in the words that the interviewer chooses: a submission
    about the child. The child is told that it goes on, or it is said why not. Returns the submission's entry.

    Only whoever may read the interview in full may: what a child said is never passed on by somebody who did not hear it.
    """
    definition = partnership()
    if not (decision := may(by, PASS_ON, definition)):
        raise Refused(decision)
    if len(words.strip()) < FEWEST_WORDS:
        raise Refused(
            Decision(
                False,
                "reason-too-short",
                "Write what the police need to know, in your own words, in a sentence or more.",
            )
        )
    if child_told not in ("yes", "no") or (child_told == "no" and len(not_told_because.strip()) < 10):
        sentence = "Say whether the child knows that this goes on to the police; and if not, why not."
        raise Refused(Decision(False, "child-not-told", sentence))
    with reading(by, PURPOSE, about="pass-on") as opened:
        shown = entry_history(opened, interview).now
        if shown.record != INTERVIEW or shown.level is not Level.FULL:
            raise Missing
    fields = {"about-kind": "child", "child-told": child_told, "not-told-because": not_told_because.strip()}
    fields |= {"urgency": urgency} if urgency else {}
    known = definition.record[SUBMISSION].fields
    with trusted("pass-on"):
        subjects = [one for one in subjects_of(shown.id) if one[1]]
        made = write_here(
            record=SUBMISSION,
            fields={name: value for name, value in fields.items() if value and name in known},
            identities=[identity for identity, _, _ in subjects],
            keys=[key for _, _, key in subjects],
            role="subject",
            by=by,
            definition=definition,
            on=[shown.first],
            says=words.strip(),
        )
        note([(made, "child", urgency)], by=by)
    write(
        kind="change",
        verb="pass-on",
        actor=by.id,
        acting_for=by.agency,
        purpose=PURPOSE,
        policy=definition.hash,
        ids=[made],
        detail={"from": INTERVIEW},
    )
    return made
