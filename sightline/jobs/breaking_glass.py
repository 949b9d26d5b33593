"""Opening a child's records in an emergency: a reason, one child, four hours, told at once, reviewed by somebody else.

What it opens is a sharing rule (`break-glass`), by a tie that ends by itself. It never opens what is kept to named people,
sealed or protected: for those there is somebody to ring, day and night, and a reveal by two people (`revealing.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from sightline.agencies.one_person import same_person
from sightline.agencies.queries import machine, partnership
from sightline.agencies.rules import may
from sightline.agencies.types import Actor
from sightline.chronology.actions import write_here
from sightline.chronology.listing import agencies_holding, authors_of
from sightline.chronology.queries import entry as entry_history
from sightline.chronology.queries import persons_on
from sightline.chronology.tracing import people_of
from sightline.clocks.rules import working_days
from sightline.definition.outcomes import Conflict, Decision, Invalid, Missing, Refused
from sightline.definition.records import clean
from sightline.definition.types import Partnership
from sightline.identity import protected
from sightline.identity.finding import find
from sightline.identity.queries import identities_of, names, rows_by_id, sealed_away
from sightline.identity.types import Asked, Found, Profile
from sightline.jobs.due import owe
from sightline.jobs.escalating import CLOCK, REVIEW, reviewed
from sightline.jobs.models import Due
from sightline.ledger.actions import write
from sightline.messages.actions import send, still_there
from sightline.sharing.actions import tie
from sightline.sharing.holding import ties_to
from sightline.sharing.queries import held_between
from sightline.sharing.reading import reading
from sightline.sharing.standing import trusted
from sightline.sharing.types import Level
from sightline.timescales.moment import now
from sightline.timescales.spans import parse_span

MAY, MAY_REVIEW = "break-glass", "review-break-glass"
RECORD, TIE, RULE = "break-glass", "emergency", "break-glass"
PURPOSE, TO_REVIEW = "immediate-protection", "audit-quality"
ALERT, ESCALATE = "break-glass-alert", "escalate-emergency"
NEEDED = "protected-location-needed"  # nothing of it opens: its named holders are told, and ring
SHORTEST_REASON, LONGEST_REASON, SHORTEST_COMMENT = 20, 2000, 10  # characters
LASTS = timedelta(hours=4)  # where the rule does not say


@dataclass(frozen=True, slots=True)
class Opened:
    """What an emergency opened: the child's page, the entry that says so, and until when."""

    person: UUID
    entry: UUID
    until: datetime


@dataclass(frozen=True, slots=True)
class OpenNow:
    """An emergency opening that a worker has now."""

    since: datetime
    until: datetime


# --- opening ----------------------------------------------------------------------------------------------------------


@trusted("break-glass")
@transaction.atomic
def break_glass(*, person: UUID, reason: str, by: Actor, meant: UUID | None = None) -> Opened:
    """Opens one child's records to this worker for as long as the rule says (four hours), and tells everybody who holds some.

    It is tied to one source identity: the one by which the child was `meant`, else the one after which their page is named. All
    that is the same person's opens with it; who is separated from it is closed again at once.

    The page proves afresh who is there before it calls this. Raises Refused (`not-permitted`, `rationale-missing`,
    `rationale-too-short`), Missing for nobody, or whoever is sealed; Conflict where it is open to them already.
    """
    definition = partnership()
    why = _reason(definition, reason, by)
    rows = identities_of(person)
    with reading(by, PURPOSE, about="break-glass") as opened:
        if not rows or sealed_away(opened, rows):
            raise Missing
    identities = tuple(row.id for row in rows)
    before = open_to(by, identities)
    if before is not None:
        raise Conflict("This child is open to you already because of an emergency. Nothing was changed.")
    moment = now()
    until = moment + _lasts(definition)
    # one is enough for it to stand on the child's chronology
    one = min(rows, key=lambda row: (bool(row.guard), row.id != meant, row.origin != person, row.id))
    entry = write_here(
        record=RECORD, fields={"reason": why}, identities=[one.id], keys=[one.key], by=by, definition=definition
    )
    tie([(f"worker:{by.id}", TIE, one.id, moment, until, entry)])
    write(
        kind="change",
        verb="break-glass",
        actor=by.id,
        acting_for=by.agency,
        purpose=PURPOSE,
        policy=definition.hash,
        ids=[entry, *identities],
        detail={"persons": [str(person)], "until": until.isoformat()},
    )
    send(
        ALERT,
        to=_to_tell(identities, by),
        about=[person],
        says={"agency": by.agency, "at": moment.isoformat(), "until": until.isoformat()},
        by=by,
        because=entry,
    )
    if needed := [one for one in protected.named_for(identities) if one != f"worker:{by.id}"]:
        send(NEEDED, to=still_there(NEEDED, needed), about=[person], says={"agency": by.agency}, by=by, because=entry)
    owe("clocks", {"persons": [str(person)]})
    payload = {"entry": str(entry), "agency": by.agency, "at": moment.isoformat()}
    owe(ESCALATE, payload, run_at=review_due(definition, moment))
    return Opened(person, entry, until)


def _reason(definition: Partnership, reason: str, by: Actor) -> str:
    """The reason, fit to stand. Raises Refused."""
    allowed = may(by, MAY, definition)
    if not allowed:
        raise Refused(allowed)
    why = " ".join(reason.split())
    if not why:
        raise Refused(Decision(False, "rationale-missing", "Say what is happening, and why the usual way is too slow."))
    if len(why) < SHORTEST_REASON:
        sentence = f"Say a little more, in at least {SHORTEST_REASON} characters: somebody else reviews it."
        raise Refused(Decision(False, "rationale-too-short", sentence))
    return why[:LONGEST_REASON]


def _lasts(definition: Partnership) -> timedelta:
    """For how long a tie that is made under the rule lasts."""
    rule = definition.rule.get(RULE)
    moment = now()
    return parse_span(rule.lasts).due(moment) - moment if rule is not None and rule.lasts else LASTS


def _to_tell(identities: Sequence[UUID], by: Actor) -> list[str]:
    """Everybody who holds records about the child, whoever works with the child, and whoever reviews. Who they are is
    told to nobody, and least to whoever opened: it would say who holds something."""
    allocated = [who for who, kinds in ties_to(identities).items() if "allocated" in kinds]
    mine = {f"worker:{by.id}", f"agency:{by.agency}", f"team:{by.team}"}
    agencies = [f"agency:{agency}" for agency in agencies_holding(identities)]
    owner = partnership().clock[CLOCK].owner if CLOCK in partnership().clock else "information-governance"
    return [one for one in dict.fromkeys([*agencies, *sorted(allocated), f"role:{owner}"]) if one not in mine]


def review_due(definition: Partnership, opened: datetime) -> datetime:
    """By when somebody else has reviewed it, as the clock says."""
    limits = [limit for limit in definition.clock[CLOCK].limit if limit.when is None and limit.from_ <= opened.date()]
    newest = max(limits, key=lambda limit: limit.from_)
    return parse_span(newest.is_).due(opened, working_days(definition))


def open_to(by: Actor, identities: Sequence[UUID]) -> OpenNow | None:
    """The emergency opening that this worker has now of whoever has these source identities; None without one."""
    moment = now()
    held = [
        one
        for one in held_between(identities, moment, moment)
        if one.kind == TIE and one.holder == f"worker:{by.id}" and one.at(moment) and one.until is not None
    ]
    if not held:
        return None
    last = max(held, key=lambda one: one.until or moment)
    assert last.until is not None
    return OpenNow(min(one.since for one in held), last.until)


@trusted("break-glass")
def known_as(*, asked: Asked, by: Actor) -> UUID | None:
    """In an emergency, the one child whom a number, or a name with the whole birth date, means exactly, though nothing
    about them is open to this worker; None where nobody, several, or somebody who is sealed is meant. It is in the ledger.

    Raises Refused without the right, Invalid where what is asked could mean many.
    """
    definition = partnership()
    allowed = may(by, MAY, definition)
    if not allowed:
        raise Refused(allowed)
    with reading(machine("matching-machine"), "identity", about="find-in-emergency") as opened:
        found = {one.person: one for one in find(opened, asked)}
        profiles = names(opened, found) if found else {}
    exact = [person for person, one in found.items() if _exactly(asked, one, profiles.get(person))]
    write(
        kind="change",
        verb="find-in-emergency",
        actor=by.id,
        acting_for=by.agency,
        purpose=PURPOSE,
        policy=definition.hash,
        outcome="done" if len(exact) == 1 else "nothing",
        ids=exact if len(exact) == 1 else [],
        detail={"persons": [str(one) for one in exact] if len(exact) == 1 else []},
    )
    return exact[0] if len(exact) == 1 else None


def _exactly(asked: Asked, found: Found, profile: Profile | None) -> bool:
    """Whether the number is theirs, or every name and the whole birth date."""
    if asked.number:
        return "number" in found.why
    if profile is None or len(asked.born) != 10 or profile.born != asked.born or not asked.words.strip():
        return False
    names = {word for one in profile.held for word in f"{one.details.given} {one.details.family}".casefold().split()}
    return set(asked.words.casefold().split()) <= names


# --- reviewing --------------------------------------------------------------------------------------------------------


@trusted("review-break-glass")
@transaction.atomic
def review_break_glass(
    *, entry: UUID, upheld: str, comment: str = "", finding: str = "", by: Actor
) -> tuple[UUID, tuple[str, ...]]:
    """Somebody else says whether an emergency opening was right (`upheld`: yes or no), what it was (`finding`: justified,
    training, breach) and why. Returns the review's entry, and what is flagged about it.

    Raises Refused (`not-permitted`, `second-person-needed`, `wrong-state`, `rationale-missing`), Missing where they may not
    see it, Conflict where it was reviewed already, Invalid for values that cannot be understood.
    """
    definition = partnership()
    allowed = may(by, MAY_REVIEW, definition)
    if not allowed:
        raise Refused(allowed)
    given = {
        "upheld": upheld,
        "finding": finding or ("justified" if upheld == "yes" else ""),
        "comment": comment.strip(),
    }
    fields, faults = clean(
        definition, definition.record[REVIEW], {name: value for name, value in given.items() if value}
    )
    if bad := [fault for fault in faults if fault.code != "needed"]:
        raise Invalid(bad)
    with reading(by, TO_REVIEW, about="review-break-glass") as opened:
        asked = entry_history(opened, entry).now
        if asked.level < Level.HEADLINE:
            raise Missing
    if asked.record != RECORD:
        raise Refused(Decision(False, "wrong-state", "This is no emergency opening: there is nothing to review."))
    if by.machine or same_person(by.id, opened_by(asked.first)):
        sentence = "You opened it yourself: somebody else must review it."
        raise Refused(Decision(False, "second-person-needed", sentence))
    if fields.get("upheld") != "yes" and len(given["comment"]) < SHORTEST_COMMENT:
        raise Refused(
            Decision(False, "rationale-missing", "Say why it was not right: the worker and their agency will read it.")
        )
    if not fields.get("upheld"):
        raise Refused(Decision(False, "rationale-missing", "Say whether it was right: yes or no."))
    # one review at a time, and once: whoever comes second waits here, and then finds the first
    list(Due.objects.select_for_update().filter(verb=ESCALATE, payload__entry=str(asked.first)))
    if reviewed(asked.first):
        raise Conflict("It has been reviewed already. Nothing was changed.")
    identities = tuple(identity for identity, _ in people_of(asked.first))
    rows = rows_by_id(identities)
    keys = tuple(dict.fromkeys(rows[one].key for one in identities if one in rows))
    made = write_here(
        record=REVIEW, fields=fields, identities=identities, keys=keys, by=by, definition=definition, on=[asked.first]
    )
    flagged = () if given["comment"] else ("rationale-missing",)
    write(
        kind="change",
        verb="review-break-glass",
        actor=by.id,
        acting_for=by.agency,
        purpose=TO_REVIEW,
        policy=definition.hash,
        ids=[made, asked.first],
        detail={"upheld": fields["upheld"], "finding": fields.get("finding", ""), "flagged": list(flagged)},
    )
    Due.objects.filter(verb=ESCALATE, payload__entry=str(asked.first), done_at=None).update(done_at=now())
    owe("clocks", {"persons": [str(one) for one in persons_on(asked.first)]})
    return made, flagged


def opened_by(first: UUID) -> str:
    """Who wrote it: the id of a worker."""
    return authors_of([first]).get(first, "")
