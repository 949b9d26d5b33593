"""Reaching in an emergency what is kept to named people: two people together, on the record, and the holder is told.

One asks, with a reason; a second (a named holder, or somebody who may confirm) agrees within the hour. Then whoever asked
sees that one record, or that one location, for an hour. Nobody else does, and nothing else opens.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db import transaction

from sightline.agencies.one_person import same_person
from sightline.agencies.queries import actor_by_id, agencies, partnership, workers
from sightline.agencies.rules import may
from sightline.agencies.types import Actor
from sightline.chronology.queries import entry as entry_history
from sightline.chronology.tracing import people_of
from sightline.definition.outcomes import Conflict, Decision, Missing, Refused
from sightline.definition.types import Partnership
from sightline.identity import protected
from sightline.identity.queries import identities_of, persons_of
from sightline.ledger.actions import write
from sightline.messages import asking
from sightline.messages.actions import send, still_there
from sightline.messages.asking import LOCATION, RECORD, Asked
from sightline.sharing.actions import tie
from sightline.sharing.queries import held_between
from sightline.sharing.reading import Reading, reading
from sightline.sharing.restricting import holders_of, named_on
from sightline.sharing.rules import NAMED, holders
from sightline.sharing.standing import trusted
from sightline.timescales.moment import now

MAY, CONFIRM, PURPOSE = "break-glass", "confirm", "immediate-protection"
ASKED, ALERT = "reveal-asked", "reveal-alert"
TO_AGREE = TO_SEE = timedelta(hours=1)
SHORTEST_REASON, LONGEST_REASON = 20, 2000
SECOND = "A second person must agree: you cannot agree with yourself."


@dataclass(frozen=True, slots=True)
class Ring:
    """Somebody to ring, day and night."""

    who: str
    numbers: str


@trusted("ask-reveal")
@transaction.atomic
def ask_reveal(*, what: str, subject: UUID, person: UUID, reason: str, by: Actor) -> UUID:
    """Asks a second person to agree that this worker sees one record (`record`, by any version's id) or one protected
    location (`location`) of a child, now. Those who can agree are told at once. Returns the id of what was asked.

    Raises Refused (`not-permitted`, `rationale-missing`, `rationale-too-short`, `wrong-state`: it is open to them, or kept
    to nobody), Missing for what they do not even know to be held.
    """
    definition = partnership()
    allowed = may(by, MAY, definition)
    if not allowed:
        raise Refused(allowed)
    why = " ".join(reason.split())
    if len(why) < SHORTEST_REASON:
        sentence = f"Say what is happening, in at least {SHORTEST_REASON} characters: the second person decides on it."
        raise Refused(Decision(False, "rationale-too-short" if why else "rationale-missing", sentence))
    with reading(by, PURPOSE, about="ask-reveal") as opened:
        subject = _known(opened, what, subject, person)
    identity = next((row.id for row in identities_of(person)), None)
    if identity is None:
        raise Missing
    made = asking.ask(
        what=what, subject=subject, person=identity, words=why[:LONGEST_REASON], until=now() + TO_AGREE, by=by
    )
    write(
        kind="change",
        verb="ask-reveal",
        actor=by.id,
        acting_for=by.agency,
        purpose=PURPOSE,
        policy=definition.hash,
        ids=[made, subject],
        detail={"what": what, "persons": [str(person)]},
    )
    anywhere = [f"role:{role}" for role in definition.message[ASKED].acknowledge.then]
    to = [f"agency:{by.agency}", *_holders(what, subject), *anywhere]
    others = still_there(ASKED, (one for one in to if one != f"worker:{by.id}"))
    send(ASKED, to=others, says={"agency": by.agency}, by=by, because=made)
    return made


def _known(opened: Reading, what: str, subject: UUID, person: UUID) -> UUID:
    """The subject under its lasting id, where this reader knows that it is held and cannot open it. Raises Missing, Refused."""
    if what == LOCATION:
        rows = identities_of(person)
        one = next((one for one in protected.of(opened, rows) if one.id == subject), None) if rows else None
        if one is None:
            raise Missing
        if one.recipient:
            raise Refused(Decision(False, "wrong-state", "You are named for this location: reveal it yourself."))
        return subject
    shown = entry_history(opened, subject).now  # raises Missing where it is hidden
    if person not in persons_of(identity for identity, _ in people_of(shown.id)).values():
        raise Missing
    if not _kept(shown.first):
        sentence = "This record is not kept to named people. Ring the agency that holds it."
        raise Refused(Decision(False, "wrong-state", sentence))
    if not shown.sight.holders:
        raise Refused(Decision(False, "wrong-state", "You may open this record: nobody has to agree."))
    return shown.first


def _kept(first: UUID) -> list[UUID]:
    """What of a record is kept to named people: the record itself, or whoever it is about."""
    about = [first, *(identity for identity, _ in people_of(first))]
    return list(holders_of(about))


def _holders(what: str, subject: UUID) -> list[str]:
    """Who is named on it, as inboxes."""
    if what == LOCATION:
        moment = now()
        return sorted({one.holder for one in held_between([subject], moment, moment) if one.kind == protected.HOLDER})
    kept = _kept(subject)
    return list(dict.fromkeys(holder for some in named_on(kept).values() for holder in some))


@trusted("answer-reveal")
@transaction.atomic
def answer_reveal(*, ask: UUID, agree: bool, words: str, by: Actor) -> None:
    """The second person says yes or no. With yes, whoever asked sees that one thing for an hour, and its holders are told.

    Raises Missing for whoever cannot agree to it, Refused (`second-person-needed`, `rationale-missing`), Conflict where it
    was answered, or the hour is over.
    """
    asked = asking.asked(ask)
    if by.machine or same_person(by.id, asked.by):
        raise Refused(Decision(False, "second-person-needed", SECOND))
    if not may_agree(asked, by):
        raise Missing
    if not agree and not words.strip():
        raise Refused(Decision(False, "rationale-missing", "Say why not: whoever asked must find another way now."))
    moment = now()
    if asked.agreed is not None or moment >= asked.until:
        raise Conflict(
            "It was answered, or the hour in which it could be is over. If the child is in danger, ask again."
        )
    asking.answer(ask=ask, agreed=agree, words=words.strip()[:LONGEST_REASON], by=by)
    if agree and asked.what == RECORD:
        tie([(f"worker:{asked.by}", NAMED, one, moment, moment + TO_SEE, None) for one in _kept(asked.subject)])
    definition = partnership()
    write(
        kind="change",
        verb="agree-reveal" if agree else "refuse-reveal",
        actor=by.id,
        acting_for=by.agency,
        purpose=PURPOSE,
        policy=definition.hash,
        ids=[ask, asked.subject],
        detail={"what": asked.what, "asked_by": asked.by},
    )
    if agree:
        mine = {f"worker:{by.id}", f"worker:{asked.by}"}
        to = [one for one in _holders(asked.what, asked.subject) if one not in mine]
        if to:
            send(ALERT, to=still_there(ALERT, to), says={"agency": asked.agency, "at": moment.isoformat()}, by=by, because=ask)


def may_agree(asked: Asked, by: Actor) -> bool:
    """Whether somebody may be the second person: named for it; or with the right to confirm, and at the agency that asks or
    of the roles that are told wherever they are."""
    if set(holders(by)) & set(_holders(asked.what, asked.subject)):
        return True
    definition = partnership()
    anywhere = definition.message[ASKED].acknowledge.then if ASKED in definition.message else ()
    return bool(may(by, CONFIRM, definition)) and (by.agency == asked.agency or by.role in anywhere)


@trusted("reveal-location")
@transaction.atomic
def location_of(*, ask: UUID, by: Actor) -> protected.Revealed:
    """The protected location, for whoever asked, once a second person has agreed, for an hour; each look is on the record.

    Raises Missing for anybody else and afterwards, and where nobody has agreed.
    """
    asked = asking.asked(ask)
    agreed = asked.agreed and asked.answered_at is not None and now() < asked.answered_at + TO_SEE
    if asked.what != LOCATION or asked.by != by.id or not agreed:
        raise Missing
    second = actor_by_id(asked.answered_by)
    return protected.reveal(asked.subject, by=by, purpose=PURPOSE, because=asked.words, agreed_by=second)


# --- whom to ring -----------------------------------------------------------------------------------------------------


def ring(holders_: list[str] | tuple[str, ...]) -> list[Ring]:
    """Whom to ring, by the names of holders (`worker:…`, `team:…`, `agency:…`), with every number that is known."""
    definition, known = partnership(), agencies()
    people = {one.id: one for one in workers()} if any(one.startswith("worker:") for one in holders_) else {}
    found = []
    for holder in holders_:
        kind, _, id = holder.partition(":")
        if kind == "worker" and id in people:
            one = people[id]
            where = known.get(one.agency)
            found.append(Ring(_worker(definition, one.name, one.role), _numbers(one.phone, where)))
        elif kind == "team" and id in definition.team:
            team = definition.team[id]
            found.append(Ring(team.title, _numbers(team.phone, known.get(team.agency))))
        elif kind == "agency" and id in known:
            found.append(Ring(known[id].title, _numbers("", known[id])))
    return found


def _worker(definition: Partnership, name: str, role: str) -> str:
    return f"{name}, {definition.role[role].title.lower()}" if role in definition.role else name


def _numbers(phone: str, agency: object) -> str:
    """`0113 …; day and night 0113 …`, as far as they are recorded."""
    by_day = phone or getattr(agency, "phone", "")
    night = getattr(agency, "out_of_hours", "")
    told = [by_day] if by_day else []
    if night and night != by_day:
        told.append(f"day and night {night}")
    return "; ".join(told) or "number not recorded"
