"""What is kept to named people of whom nobody is left: two people of information governance name somebody anew.

Whoever is named on a record is the only one who can change that, so that nobody lets themselves in. Where all of them have
left, nobody could ever again: a child's record would stay shut, and whom others ring would be gone. One asks, with a reason, for
a worker to be named; a second agrees. Neither of the two reads it by that, nor can either be the one who is named.
UK GDPR, article 5(1)(f) and (2); security and availability, and accountability for both.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from sightline.agencies.one_person import same_person
from sightline.agencies.queries import partnership, workers
from sightline.agencies.rules import may
from sightline.agencies.types import Actor, WorkerInfo
from sightline.chronology.tracing import people_of, pointed_to
from sightline.definition.outcomes import Conflict, Decision, Invalid, Missing, Refused
from sightline.definition.types import Fault
from sightline.identity.queries import identities_of, persons_of
from sightline.ledger.actions import write
from sightline.messages import asking
from sightline.messages.actions import goes_to, send
from sightline.messages.asking import TAKE_OVER, Asked
from sightline.sharing import restricting
from sightline.sharing.queries import held_between
from sightline.sharing.restricting import SHORTEST_REASON, Kept
from sightline.sharing.rules import NAMED
from sightline.sharing.standing import trusted
from sightline.timescales.moment import now

MAY, PURPOSE = "name-anew", "administration"
SECOND_ASKED, DONE = "second-person-asked", "named-anew"
LEADS = frozenset({"lead-professional", "allocated"})  # the ties of whoever leads for a child, or works with them
TO_AGREE = timedelta(days=7)
LONGEST_REASON = 2000
TOGETHER, MOST_LOOKED_AT, MOST = 500, 20_000, 100


@dataclass(frozen=True, slots=True)
class Alone:
    """Something that is kept to people who have all left. Whom it is about is not here."""

    kept: UUID  # the restriction
    record: str  # the kind of record; empty for all that is held about somebody
    agency: str  # who recorded it
    since: datetime
    were: tuple[WorkerInfo, ...]  # who was named, in their own name
    holders: tuple[str, ...]
    asked: Asked | None  # what somebody has asked for and nobody has answered
    named: WorkerInfo | None  # whom they want to be named


# --- what stands so -----------------------------------------------------------------------------------------------------


@trusted("name-anew")
def alone(by: Actor) -> list[Alone]:
    """Whatever is kept to people of whom nobody is left, the longest first, at most a hundred. Raises Refused."""
    _require(by)
    found: list[Kept] = []
    last = None
    for _ in range(0, MOST_LOOKED_AT, TOGETHER):
        some = restricting.open_after(last, TOGETHER)
        found += _each_once(_left_alone(some), found)
        if len(some) < TOGETHER or len(found) >= MOST:
            break
        last = some[-1]
    return _views(found[:MOST])


@trusted("name-anew")
def one(kept: UUID, by: Actor) -> Alone:
    """One of them. Raises Refused, and Missing for what is kept to somebody who is still here."""
    _require(by)
    return _view(_one(kept))


def _view(row: Kept) -> Alone:
    return _views([row])[0]


def _one(kept: UUID) -> Kept:
    row = restricting.open_one(kept)
    if row is None or not _left_alone([row]):
        raise Missing
    return row


def _left_alone(rows: list[Kept]) -> list[Kept]:
    """Those on which nobody is named who is at work: by name, in a team, or at an agency."""
    if not rows:
        return []
    here = set()
    for one in workers():
        if one.active:
            here |= {f"worker:{one.id}", f"team:{one.team}", f"agency:{one.agency}"}
    moment = now()
    answered = {
        tie.subject
        for tie in held_between([row.subject for row in rows], moment, moment)
        if tie.kind == NAMED and tie.at(moment) and tie.holder in here
    }
    return [row for row in rows if row.subject not in answered]


def _each_once(rows: list[Kept], before: list[Kept]) -> list[Kept]:
    """All that is held about somebody is kept under each of their names, and stands in the list once."""
    persons = persons_of(row.subject for row in (*before, *rows))
    there = {persons[row.subject] for row in before if row.subject in persons}
    found = []
    for row in rows:
        person = persons.get(row.subject)
        if person is None or person not in there:
            found.append(row)
        if person is not None:
            there.add(person)
    return found


def _views(rows: list[Kept]) -> list[Alone]:
    people = {f"worker:{one.id}": one for one in workers()}
    named = restricting.named_on(row.subject for row in rows) if rows else {}
    asks = {one.subject: one for one in asking.waiting(now()) if one.what == TAKE_OVER} if rows else {}
    found = []
    for row in rows:
        record, holders, asked = pointed_to(row.subject), named.get(row.subject, (row.holder,)), asks.get(row.id)
        found.append(
            Alone(
                kept=row.id,
                record=record.record if record else "",
                agency=record.agency if record else "",
                since=row.since,
                were=tuple(people[holder] for holder in holders if holder in people),
                holders=holders,
                asked=asked,
                named=people.get(f"worker:{_said(asked)[0]}") if asked else None,
            )
        )
    return found


def _said(asked: Asked) -> tuple[str, str]:
    """(the worker who is to be named, why): what was asked, as it was sealed."""
    try:
        said = json.loads(asked.words)
    except ValueError:  # it was erased
        return "", ""
    return said["named"], said["because"]


def why(asked: Asked) -> str:
    """The reason for which it was asked."""
    return _said(asked)[1]


# --- asking, and agreeing -----------------------------------------------------------------------------------------------


@trusted("name-anew")
@transaction.atomic
def ask(*, kept: UUID, worker: str, because: str, by: Actor) -> UUID:
    """Asks a second person to agree that this worker is named. Returns the id of what was asked.

    Raises Refused (`not-permitted`, `rationale-missing`, `rationale-too-short`), Missing where somebody named is still here,
    Invalid for a worker who cannot be named, Conflict where somebody has asked already.
    """
    _require(by)
    row, reason = _one(kept), " ".join(because.split())
    if len(reason) < SHORTEST_REASON:
        sentence = f"Say why it must be somebody, and why them, in at least {SHORTEST_REASON} characters: another decides on it."
        raise Refused(Decision(False, "rationale-too-short" if reason else "rationale-missing", sentence))
    _may_be_named(worker, by)
    view = _view(row)
    if view.asked is not None:
        raise Conflict("Somebody has asked for this already: it waits for a second person. Nothing was changed.")
    words = json.dumps({"named": worker, "because": reason[:LONGEST_REASON]})
    about = next((identity for identity, _ in people_of(row.subject)), row.subject)
    made = asking.ask(what=TAKE_OVER, subject=row.id, person=about, words=words, until=now() + TO_AGREE, by=by)
    _kept("ask-name-anew", by, [made, row.subject], {"named": worker})
    roles = sorted(role.id for role in partnership().role.values() if MAY in role.may)
    send(SECOND_ASKED, to=[f"role:{role}" for role in roles], says={"what": TAKE_OVER, "agency": by.agency}, by=by, because=made)
    return made


@trusted("name-anew")
@transaction.atomic
def answer(*, kept: UUID, agree: bool, words: str, by: Actor) -> None:
    """The second person says yes or no. With yes, the worker is named, and is whom others ring; they are told, and so is
    whoever leads for the child.

    Raises Refused (`not-permitted`, `second-person-needed`, `rationale-missing`), Missing, and Conflict where nobody waits for an
    answer any more.
    """
    _require(by)
    row = _one(kept)
    asked = _view(row).asked
    if asked is None:
        raise Conflict("Nobody waits for an answer any more. Nothing was changed.")
    if same_person(by.id, asked.by):
        raise Refused(Decision(False, "second-person-needed", "A second person must agree: you cannot agree with yourself."))
    if not agree and not words.strip():
        raise Refused(Decision(False, "rationale-missing", "Say why not: whoever asked must find another way."))
    worker = _said(asked)[0]
    if agree:
        _may_be_named(worker, by)
    asking.answer(ask=asked.id, agreed=agree, words=words.strip()[:LONGEST_REASON], by=by)
    subjects = _whole(row.subject)
    if agree:
        restricting.name_anew(subjects, holder=f"worker:{worker}")
    detail = {"named": worker, "asked_by": asked.by}
    _kept("agree-name-anew" if agree else "refuse-name-anew", by, [asked.id, *subjects], detail)
    if agree:
        mine = {f"worker:{by.id}", f"worker:{asked.by}"}
        to = dict.fromkeys([f"worker:{worker}", *_who_leads(row.subject), *goes_to(DONE)])
        send(DONE, to=[one for one in to if one not in mine], says={"agency": by.agency}, by=by, because=asked.id)


def _may_be_named(worker: str, by: Actor) -> None:
    """Somebody who is at work, and is none of those who decide it: else two could let one of themselves in."""
    chosen = next((one for one in workers() if one.id == worker and one.active), None)
    deciding = chosen is not None and MAY in partnership().role[chosen.role].may if chosen else True
    if chosen is None or deciding or worker == by.id:
        expected = "a worker who is at work, and who does not decide about this"
        raise Invalid([Fault(path="worker", expected=expected, code="unknown")])


def _whole(subject: UUID) -> list[UUID]:
    """All that is kept of somebody, where it is somebody: each source identity that is kept to people who have all left."""
    if pointed_to(subject) is not None:
        return [subject]
    person = persons_of([subject]).get(subject)
    same = [row.id for row in identities_of(person)] if person else []
    return [row.subject for row in _left_alone(restricting.open_of([*same, subject]))]


def _who_leads(subject: UUID) -> list[str]:
    """Whoever leads for the children it is about, or works with them, as inboxes. The message names nobody."""
    on_it = [identity for identity, _ in people_of(subject)] or [subject]
    same = [row.id for person in set(persons_of(on_it).values()) for row in identities_of(person)]
    moment, here = now(), {f"worker:{one.id}" for one in workers() if one.active}
    ties = [tie for tie in held_between(same, moment, moment) if tie.kind in LEADS and tie.at(moment)] if same else []
    return list(dict.fromkeys(tie.holder for tie in ties if not tie.holder.startswith("worker:") or tie.holder in here))


def name_of(worker: str) -> str:
    """Who somebody is, or was."""
    return next((one.name for one in workers() if one.id == worker), "somebody who has left")


def who_may_be_named(by: Actor) -> Iterable[WorkerInfo]:
    """Everybody who may be chosen."""
    roles = partnership().role
    return [one for one in workers() if one.active and one.id != by.id and MAY not in roles[one.role].may]


def _require(by: Actor) -> None:
    allowed = may(by, MAY, partnership())
    if not allowed:
        raise Refused(allowed)


def _kept(verb: str, by: Actor, ids: list[UUID], detail: dict[str, object]) -> None:
    write(
        kind="change",
        verb=verb,
        actor=by.id,
        acting_for=by.agency,
        purpose=PURPOSE,
        policy=partnership().hash,
        ids=ids,
        detail=detail,
    )
