"""What is done in a story at the front door: asking and answering, deciding, discussing, handing over, disagreeing."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING
from uuid import UUID

from sightline.chronology.actions import versions_of
from sightline.definition.outcomes import Decision, Missing, Refused
from sightline.front_door import accepting, checks, claiming, escalation, handing_over, queue, strategy
from sightline.jobs import front_door_queue
from sightline.jobs.checking import Ask, answer_check, request_checks
from sightline.jobs.decide import decide, escalate, reconsider
from sightline.jobs.discussing import call, decide_medical, record
from sightline.jobs.handing_over import accept
from sightline.sharing.reading import reading
from sightline.stories.model import Act
from sightline.stories.reading_events import target

if TYPE_CHECKING:
    from sightline.stories.living import Life

Flags = tuple[str, ...]


def _first(life: Life, on: str) -> UUID:
    """The first version of the record that an event became. Raises Missing."""
    found = life.records.get(target(on)[1])
    if found is None:
        raise Missing
    return found


def _record(life: Life, on: str) -> UUID:
    """The newest version of it."""
    return versions_of(_first(life, on))[-1]


def _texts(act: Act) -> dict[str, str]:
    return {key.replace("-", "_"): str(value) for key, value in act.given.items() if value is not None}


def _listed(value: object) -> list[str]:
    """Agencies, as a list or parted by commas."""
    if isinstance(value, (list, tuple)):
        return [str(one).strip() for one in value]
    return [part.strip() for part in str(value or "").replace(";", ",").split(",") if part.strip()]


def _decide(life: Life, act: Act) -> Flags:
    made, flagged = decide(entry=_record(life, act.on), by=life.actor(act.by), **_texts(act))
    life.records[act.id] = made
    return flagged


def _request(life: Life, act: Act) -> Flags:
    asks = [Ask(agency, str(act.given.get("question") or "")) for agency in _listed(act.given.get("agency"))]
    made = request_checks(
        entry=_record(life, act.on),
        asks=asks,
        by=life.actor(act.by),
        because=str(act.given.get("because") or ""),
        agreement=str(act.given.get("agreement") or ""),
        at_the_line=str(act.given.get("at-the-line") or "") == "yes",
        cannot_wait=str(act.given.get("cannot-wait") or "") == "yes",
    )
    life.records[act.id] = made[0].entry
    return made[0].flagged


def _answer(life: Life, act: Act) -> Flags:
    by, on = life.actor(act.by), _first(life, act.on)
    asked = next((one for one in checks.asked_of(by.agency) if on in (one.entry, one.notice)), None)
    step = asked.id if asked else checks.check_on(on, by.agency)
    wanted = ("answer", "headline", "detail", "because", "onward", "handling")
    made = answer_check(step=step, by=by, **{k: str(act.given[k]) for k in wanted if act.given.get(k)})
    life.records[act.id] = made.entry
    return made.flagged


def _call(life: Life, act: Act) -> Flags:
    because = str(act.given.get("because") or "")
    called = _listed(act.given.get("agencies"))
    made = call(entry=_record(life, act.on), agencies=called, by=life.actor(act.by), because=because)
    life.records[act.id] = made.entry
    return made.flagged


def _hold(life: Life, act: Act) -> Flags:
    """Writes down a discussion: on the call, or on what led to it."""
    on = _first(life, act.on)
    found = strategy.discussion_on(on)
    given = _texts(act)
    sent, took = _listed(act.given.get("sent-information")), _listed(act.given.get("agencies"))
    for key in ("agencies", "sent_information"):
        given.pop(key, None)
    made = record(discussion=found, by=life.actor(act.by), took_part=took, sent=sent, **given)
    life.records[act.id] = made.entry
    return made.flagged


def _medical(life: Life, act: Act) -> Flags:
    made, _ = decide_medical(entry=_record(life, act.on), by=life.actor(act.by), **_texts(act))
    life.records[act.id] = made.entry
    return made.flagged


def _accept(life: Life, act: Act) -> Flags:
    comment = str(act.given.get("comment") or "")
    if accepting.is_open_elsewhere(_first(life, act.on)):  # it is with whoever has the child already: accepted as it came
        life.records[act.id] = front_door_queue.accept(entry=_first(life, act.on), by=life.actor(act.by), comment=comment)
        return ()
    made = accept(step=_hand_over_of(life, act.on), by=life.actor(act.by), comment=comment)
    life.records[act.id] = made.entry
    return made.flagged


def _hand_over_of(life: Life, on: str) -> UUID:
    """The hand-over that a decision led to, or that of the notice it was about. Raises Refused where there is none."""
    first = _first(life, on)
    found = handing_over.after(first)
    if found is None:
        raise Refused(Decision(False, "wrong-state", "Nothing was handed over by this."))
    return found


def _escalate(life: Life, act: Act) -> Flags:
    reason = str(act.given.get("reason") or "")
    made = escalate(decision=_decision(life, act.on), reason=reason, by=life.actor(act.by))
    life.records[act.id] = made.entry
    return made.flagged


def _reconsider(life: Life, act: Act) -> Flags:
    reason, stands = str(act.given.get("reason") or ""), str(act.given.get("stands") or "no") == "yes"
    made = reconsider(decision=_decision(life, act.on), reason=reason, by=life.actor(act.by), stands=stands)
    life.records[act.id] = made.entry
    return made.flagged


def _decision(life: Life, on: str) -> UUID:
    """A decision: itself, or the one that stands about a notice."""
    first = _first(life, on)
    standing = escalation.latest(first)
    return standing[0] if standing else first


def _claim(life: Life, act: Act) -> Flags:
    by = life.actor(act.by)
    with reading(by, "safeguarding", about="view-queue") as opened:
        item = queue.first_of_entry(opened, _first(life, act.on))
    if item is None:
        raise Missing
    claiming.claim(item=item, by=by, take=str(act.given.get("take") or "") == "yes")
    return ()


VERBS: dict[str, Callable[[Life, Act], Flags]] = {
    "claim": _claim,
    "decide-contact": _decide,
    "decide-referral": _decide,
    "request-check": _request,
    "answer-check": _answer,
    "call-strategy-discussion": _call,
    "record-strategy-discussion": _hold,
    "record-medical-decision": _medical,
    "accept-hand-over": _accept,
    "escalate": _escalate,
    "reconsider": _reconsider,
}
