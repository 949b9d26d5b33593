"""What schools, officers, meetings and reviewers do in a story, and what it may ask of tellings, lists and reviews."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

from sightline.definition.outcomes import Missing
from sightline.front_door import day_lists, expecting, missing, reviewing
from sightline.front_door.told_states import lines_of, newest_day, newest_on, reviews_of, tellings_of
from sightline.identity.queries import identities_of
from sightline.jobs import expecting as jobs_expecting
from sightline.jobs import reviewing as jobs_reviewing
from sightline.jobs import telling
from sightline.jobs.day_lists import hear
from sightline.sharing.reading import reading
from sightline.stories.asking_people import Answered
from sightline.stories.model import Act, Expectation
from sightline.stories.reading_events import target
from sightline.timescales.moment import now

if TYPE_CHECKING:
    from sightline.stories.living import Life

Flags = tuple[str, ...]


def _first(life: Life, on: str) -> UUID:
    """The record that an event became; of `una@e1`, that of e1. Raises Missing."""
    found = life.records.get(target(on)[1])
    if found is None:
        raise Missing
    return found


def _whom(life: Life, on: str) -> list[UUID]:
    """The source identities of `una` in `una@e1`; none where the event alone is named."""
    who = target(on)[0]
    return [row.id for person in life.persons_of(who) for row in identities_of(person)] if who else []


def _given(act: Act, name: str) -> str:
    return str(act.given.get(name) or "")


# --- telling schools --------------------------------------------------------------------------------------------------


def _answer_telling(life: Life, act: Act) -> Flags:
    """A school says that it has read it, that the child is not theirs, or what was done; who was told instead, that they have
    read it."""
    by = life.actor(act.by)
    rows = tellings_of(_first(life, act.on), _whom(life, act.on))
    mine = [one for one in rows if one.recipient == f"agency:{by.agency}"]
    mine += [one for one in rows if one.route == "at-home"]
    if not mine:
        raise Missing
    says = _given(act, "says")
    if says == "not-ours":
        telling.not_ours(telling=mine[0].id, because=_given(act, "because") or "not-a-pupil", by=by)
    elif says == "support":
        life.records[act.id] = telling.say_support(telling=mine[0].id, words=_given(act, "words"), by=by)
    else:
        telling.read(telling=mine[0].id, by=by)
    return ()


def _find_school(life: Life, act: Act) -> Flags:
    """Whoever rings says whom they told, where the child is taught, or why nobody is told."""
    by = life.actor(act.by)
    open_ = [one for one in tellings_of(_first(life, act.on), _whom(life, act.on)) if one.state in ("planned", "told")]
    if not open_:
        raise Missing
    row = next((one for one in open_ if one.recipient == "person"), open_[0])
    if agency := _given(act, "agency"):
        telling.name_place(telling=row.id, agency=agency, by=by)
    elif whom := _given(act, "whom"):
        made = telling.told_by_phone(telling=row.id, whom=whom, at=now(), by=by)
        life.records[act.id] = made
    else:
        life.records[act.id] = telling.nobody_to_tell(telling=row.id, because=_given(act, "because"), by=by)
    return ()


def told(life: Life, expected: Expectation) -> Answered:
    """`{kind: telling, record: e1, about: una, place: AGENCY | person, stands: told}`."""
    first = life.records.get(expected.given["record"])
    if first is None:
        return None, f"{expected.given['record']} is not there"
    about = expected.given.get("about")
    identities = {row.id for person in life.persons_of(about) for row in identities_of(person)} if about else set()
    rows = tellings_of(first, identities)
    to, state, route = (str(expected.given.get(name) or "") for name in ("place", "stands", "route"))
    found = [
        one
        for one in rows
        if (not to or one.recipient.removeprefix("agency:") == to)
        and (not state or one.state == state)
        and (not route or one.route == route)
    ]
    got = "; ".join(f"{one.recipient} ({one.route}): {one.state}" for one in rows) or "nobody is told"
    return bool(found), got


# --- what did not come ------------------------------------------------------------------------------------------------


def _say_no_notice(life: Life, act: Act) -> Flags:
    by, first = life.actor(act.by), _first(life, act.on)
    with reading(by, "safeguarding", recorded=False) as opened:
        found = expecting.missing_because(opened, first)
    if found is None:
        raise Missing
    life.records[act.id] = jobs_expecting.explain(awaited=found.id, because=_given(act, "because"), by=by)
    return ()


def listed_as_missing(life: Life, expected: Expectation) -> Answered:
    """`{kind: not-come, who: una, record: e1}`: it stands on this worker's list of what did not come."""
    first = life.records.get(expected.given["record"])
    with reading(life.actor(expected.given["who"]), "safeguarding", recorded=False) as opened:
        rows = expecting.missing(opened).items
    found = [one for one in rows if one.first == first]
    return any(one.late for one in found), f"{len(rows)} are listed; this one {'late' if found else 'not'}"


# --- the day's lists --------------------------------------------------------------------------------------------------


def _line(life: Life, act: Act) -> UUID:
    rows = lines_of(_given(act, "list"), entry=_first(life, act.on))
    if not rows:
        raise Missing
    return rows[0].id


def _bring(life: Life, act: Act) -> Flags:
    day_lists.bring(line=_line(life, act), words=_given(act, "words"), by=life.actor(act.by))
    return ()


def _add_task(life: Life, act: Act) -> Flags:
    due = date.fromisoformat(_given(act, "due"))
    day_lists.add_task(
        line=_line(life, act), words=_given(act, "words"), owner=_given(act, "owner"), due=due, by=life.actor(act.by)
    )
    return ()


def _hear(life: Life, act: Act) -> Flags:
    made = hear(
        line=_line(life, act), decision=_given(act, "decision"), because=_given(act, "because"), by=life.actor(act.by)
    )
    if made is not None:
        life.records[act.id] = made
    return ()


def _seat(life: Life, act: Act) -> Flags:
    day = newest_day(_given(act, "list"))
    if day is None:
        raise Missing
    here = _given(act, "here") in ("yes", "True")
    day_lists.seat(day=day, agency=_given(act, "agency"), here=here, by=life.actor(act.by))
    return ()


def on_list(life: Life, expected: Expectation) -> Answered:
    """`{kind: day-list, list: daily-risk, record: e1, on: 2025-01-20, heard: marac}`: it stands on the list of that day (else
    the newest)."""
    named = str(expected.given["list"])
    first = life.records.get(expected.given["record"])
    wanted = expected.given.get("on")
    day = date.fromisoformat(str(wanted)) if wanted else newest_on(named)
    rows = [one for one in lines_of(named) if one.on == day]
    found = [one for one in rows if first in one.entries]
    heard = expected.given.get("heard")
    held = any(heard is None or one.heard == heard for one in found)
    events = sorted({life.event_of(entry) or "a record" for one in rows for entry in one.entries})
    return held, f"on the list of {day}: {', '.join(events) or 'nothing'}"


# --- police information -----------------------------------------------------------------------------------------------


def _item(life: Life, act: Act) -> UUID:
    rows = reviews_of(_first(life, act.on), _whom(life, act.on))
    if not rows:
        raise Missing
    return rows[0].id


def _allocate_item(life: Life, act: Act) -> Flags:
    reviewing.allocate(item=_item(life, act), worker=str(life.actors[_given(act, "worker")]), by=life.actor(act.by))
    return ()


def _review_item(life: Life, act: Act) -> Flags:
    life.records[act.id] = jobs_reviewing.review(
        item=_item(life, act),
        harm=_given(act, "harm"),
        outcome=_given(act, "outcome"),
        because=_given(act, "because"),
        by=life.actor(act.by),
    )
    return ()


def _sign_off(life: Life, act: Act) -> Flags:
    agrees = _given(act, "agrees") not in ("no", "False")
    made = jobs_reviewing.sign_off(
        item=_item(life, act), words=_given(act, "words"), agrees=agrees, by=life.actor(act.by)
    )
    if made is not None:
        life.records[act.id] = made
    return ()


def under_review(life: Life, expected: Expectation) -> Answered:
    """`{kind: item, record: e1, stage: worker, outcome: referral}`."""
    first = life.records.get(expected.given["record"])
    rows = reviews_of(first) if first else []
    stage, outcome = expected.given.get("stage"), expected.given.get("outcome")
    held = any((stage is None or one.stage == stage) and (outcome is None or one.outcome == outcome) for one in rows)
    return held, "; ".join(f"{one.stage}, {one.outcome or 'no outcome yet'}" for one in rows) or "no item"


# --- missing ----------------------------------------------------------------------------------------------------------


def _pass_on(life: Life, act: Act) -> Flags:
    life.records[act.id] = missing.pass_on(
        interview=_first(life, act.on),
        words=_given(act, "words"),
        child_told={"True": "yes", "False": "no"}.get(_given(act, "child-told"), _given(act, "child-told")),
        not_told_because=_given(act, "not-told-because"),
        by=life.actor(act.by),
    )
    return ()


def absences(life: Life, expected: Expectation) -> Answered:
    """`{kind: absences, who: mia, about: jay, count: 2, stands: held}`: as that worker's page shows them."""
    found = []
    with reading(life.actor(expected.given["who"]), "missing", recorded=False) as opened:
        for person in life.persons_of(expected.given["about"]):
            if (one := missing.child(opened, person)) is not None:
                found.append(one)
    every = [absence for one in found for absence in one.absences]
    states = [absence.state(now()) for absence in every]
    count, state = expected.given.get("count"), expected.given.get("stands")
    held = (count is None or len(every) == int(str(count))) and (state is None or state in states) and bool(found)
    return held, f"{len(every)} absences: {', '.join(states) or 'none'}"


VERBS: dict[str, Callable[[Life, Act], Flags]] = {
    "answer-telling": _answer_telling,
    "find-school": _find_school,
    "say-no-notice": _say_no_notice,
    "bring-to-list": _bring,
    "add-task": _add_task,
    "hear-line": _hear,
    "note-seat": _seat,
    "allocate-item": _allocate_item,
    "review-item": _review_item,
    "sign-off-item": _sign_off,
    "pass-on": _pass_on,
}
KINDS: dict[str, Callable[[Life, Expectation], Answered]] = {
    "telling": told,
    "not-come": listed_as_missing,
    "day-list": on_list,
    "item": under_review,
    "absences": absences,
}
