"""Children who are missing, who came back, and whom somebody spoke with: as each reader may see it; and passing on what a
child said as information for the police, in words that the interviewer chose."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from sightline.agencies.queries import partnership
from sightline.agencies.rules import may
from sightline.agencies.types import Actor
from sightline.chronology.actions import write_here
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
from sightline.sharing.reading import Reading, reading
from sightline.sharing.standing import trusted
from sightline.sharing.types import Level
from sightline.timescales.moment import now

SEE, PASS_ON = "see-missing", "submit-intelligence"
EPISODE, INTERVIEW, INFORMAL = "missing-episode", "return-home-interview", "missing-informal"
SUBMISSION = "intelligence-submission"
PURPOSE = "missing"
LOOKS_BACK = timedelta(days=90)
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


def children(reading: Reading, *, back: timedelta = LOOKS_BACK) -> list[Child]:
    """Children who were missing in the last 90 days, of whom this reader may see a headline: who is away first, then who
    came back and was not spoken with, then the rest."""
    if not (decision := may(reading.actor, SEE, partnership())):
        raise Refused(decision)
    moment = now()
    with trusted("who-was-missing"):  # ids alone: who they are, and what is held, passes the gate below
        persons = known_children({EPISODE, INFORMAL}, moment - back)[:MOST]
    found = [one for one in (child(reading, person) for person in persons) if one is not None]
    reading.about = "view-missing"
    order = {"away": 0, "late": 1, "waiting": 2, "offered": 3}

    def place(one: Child) -> tuple[int, float]:
        last = one.last
        return (order.get(last.state(moment), 4) if last else 0), -(last.since.timestamp() if last else 0)

    return sorted(found, key=place)


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
            since = rules.moment_of(f.get("missing-from")) or one.happened
            until, risk, place = rules.moment_of(f.get("returned-at")), f.get("risk", ""), f.get("found-place", "")
            reports.append(Report(one.first, one.agency.id, since, until, risk, place))
        elif one.record == INTERVIEW:
            offered, held = rules.moment_of(f.get("offered-at")), rules.moment_of(f.get("held-at"))
            declined = f.get("declined") == "yes"
            told.append(Interview(one.first, one.happened, frozenset(), offered, held, declined))
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
