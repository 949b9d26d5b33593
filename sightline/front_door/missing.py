"""Children who are missing, who came back, and whom somebody spoke with: as each reader may see it; and passing on what a
child said as information for the police, in words that the interviewer chose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from sightline.agencies.queries import partnership
from sightline.agencies.rules import may
from sightline.agencies.types import Actor
from sightline.chronology.actions import write_here
from sightline.chronology.at_once import views_of
from sightline.chronology.queries import entry as entry_history
from sightline.chronology.queries import subjects_of
from sightline.chronology.types import EntryView
from sightline.definition.outcomes import Decision, Missing, Refused
from sightline.front_door import missing_rules as rules
from sightline.front_door.away import INFORMAL, INTERVIEW, RECORDS, Told, absences_of, in_order
from sightline.front_door.missing_rules import Absence, Pattern
from sightline.front_door.portal.actions import note
from sightline.identity.queries import names
from sightline.ledger.actions import write
from sightline.sharing.paging import Page
from sightline.sharing.reading import Reading, reading
from sightline.sharing.standing import trusted
from sightline.sharing.types import Level
from sightline.timescales.moment import now

SEE, PASS_ON = "see-missing", "submit-intelligence"
SUBMISSION = "intelligence-submission"
PURPOSE = "missing"
LOOKS_BACK = timedelta(days=90)
FEWEST_WORDS, MOST = 20, 50
FARTHEST = 20  # pages of the list that are looked through for one that this reader may see


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
    then who came back and was not spoken with, then the rest. As many as a page holds, from a place on (`start`); where it goes
    on next. A page costs what it shows, however many children are on the list."""
    if not (decision := may(reading.actor, SEE, partnership())):
        raise Refused(decision)
    moment, place, more = now(), start, True
    shown: dict[UUID, Child] = {}
    while more and len(shown) < MOST and place - start < MOST * FARTHEST:
        some = _ordered(moment, back, place, place + MOST + 1)
        more = len(some) > MOST
        found = _children(reading, some[:MOST])
        for person in some[:MOST]:
            if len(shown) == MOST:
                more = True
                break
            place += 1
            if person in found:
                shown[person] = found[person]
    reading.about = "view-missing"
    return Page(tuple(shown.values()), str(place) if more else "")


@trusted("who-was-missing")  # ids alone, and their order: who they are, and what is held, passes the gate afterwards
def _ordered(moment: datetime, back: timedelta, start: int, end: int) -> list[UUID]:
    return in_order(moment, back, start, end)


def child(reading: Reading, person: UUID) -> Child | None:
    """One child's absences, as far as this reader may see them. None where nothing may be seen."""
    return _children(reading, [person]).get(person)


def _children(reading: Reading, persons: Sequence[UUID]) -> dict[UUID, Child]:
    """Of each of these children what this reader may see: a number of questions that does not grow with them."""
    named = names(reading, persons) if persons else {}
    views = views_of(reading, named, RECORDS) if named else {}
    moment, found = now(), {}
    for person, profile in named.items():
        theirs = [one for one in views.get(person, ()) if one.level is Level.FULL]
        absences = absences_of(Told(one.first, one.record, one.agency.id, one.happened, one.values) for one in theirs)
        informal = [one for one in theirs if one.record == INFORMAL]
        if absences or informal:
            early = _informal(informal, [one.since for one in absences])
            pattern = rules.pattern(absences, moment)
            reading.about_person(person)
            found[person] = Child(person, profile.name, profile.born, tuple(reversed(absences)), pattern, early)
    return found


def _informal(entries: Sequence[EntryView], starts: Sequence[datetime]) -> tuple[Informal, ...]:
    return tuple(
        Informal(
            one.first,
            (since := rules.moment_of(one.values.get("started")) or one.happened),
            bool(one.values.get("risk-checked-at")),
            bool(one.values.get("authorised-by")),
            rules.moment_of(one.values.get("found-at")),
            any(abs(start - since) < timedelta(hours=24) for start in starts),
        )
        for one in entries
    )


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
