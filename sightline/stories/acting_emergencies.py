"""What is done in a story in an emergency, and what is said to messages."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING
from uuid import UUID

from sightline.agencies.queries import partnership
from sightline.agencies.rules import inboxes
from sightline.chronology.queries import subjects_of
from sightline.definition.outcomes import Missing
from sightline.identity.queries import identities_of, persons_of
from sightline.jobs.breaking_glass import break_glass, review_break_glass
from sightline.jobs.revealing import answer_reveal, ask_reveal
from sightline.jobs.telling import acknowledge
from sightline.messages import queries as messages
from sightline.messages.rules import recipient
from sightline.sharing.restricting import restrict
from sightline.stories.acting_matches import WaitsForSecond
from sightline.stories.acting_signals import raised_as
from sightline.stories.asking_people import Answered
from sightline.stories.model import Act, Expectation
from sightline.stories.reading_events import target

if TYPE_CHECKING:
    from sightline.stories.living import Life

Flags = tuple[str, ...]


def _record(life: Life, on: str) -> UUID:
    first = life.records.get(target(on)[1])
    if first is None:
        raise Missing
    return first


def _meant(life: Life, on: str) -> tuple[UUID, UUID | None]:
    """The child whom an event, `jay` or `jay@e1` is about, as the system takes them now, and the source identity by which they are
    meant (None for `jay` alone). Raises Missing."""
    who, event = target(on)
    if who:
        identity = life.identities.get((who, event))
    elif event in life.story.people:
        found = life.persons_of(event)
        if not found:
            raise Missing
        return max(found, key=lambda person: max(life.known[key] for key in found[person])), None
    else:
        identity = next((one for one, child, _ in subjects_of(_record(life, on)) if child), None)
    if identity is None:
        raise Missing
    return persons_of([identity])[identity], identity


def _person(life: Life, on: str) -> UUID:
    return _meant(life, on)[0]


def _break_glass(life: Life, act: Act) -> Flags:
    reason = str(act.given.get("reason") or "")
    person, meant = _meant(life, act.on)
    opened = break_glass(person=person, meant=meant, reason=reason, by=life.actor(act.by))
    life.records[act.id] = opened.entry
    return ()


def _review(life: Life, act: Act) -> Flags:
    made, flagged = review_break_glass(
        entry=_record(life, act.on),
        upheld=str(act.given.get("upheld") or ""),
        comment=str(act.given.get("comment") or ""),
        by=life.actor(act.by),
    )
    life.records[act.id] = made
    return flagged


def _acknowledge(life: Life, act: Act) -> Flags:
    """The latest message of that kind that reached this worker because of the record."""
    by, cause = life.actor(act.by), life.records.get(target(act.on)[1])
    mine = set(inboxes(by))
    found = [
        one
        for one in messages.told(str(act.given.get("message") or ""))
        if mine & set(one.holders) and (cause is None or cause == one.because or cause in one.records)
    ]
    if not found:
        raise Missing
    acknowledge(message=found[-1].id, by=by)
    return ()


def _restrict(life: Life, act: Act) -> Flags:
    """Keeps a record to named people: workers of the story, the first of whom others ring."""
    named = act.given.get("named") or act.by
    holders = [f"worker:{life.actors[one]}" for one in ([named] if isinstance(named, str) else named)]
    because = str(act.given.get("because") or "")
    restrict([_record(life, act.on)], named=holders, by=life.actor(act.by), because=because)
    return ()


def _reveal(life: Life, act: Act) -> Flags:
    """Asks a second person to agree to opening a record that is kept to named people; it stands when one does."""
    reason, record = str(act.given.get("reason") or ""), _record(life, act.on)
    person = _person(life, act.on)
    life.asked[act.id] = ask_reveal(what="record", subject=record, person=person, reason=reason, by=life.actor(act.by))
    raise WaitsForSecond


def agree(life: Life, act: Act, about: Act) -> Flags:
    """A second person agrees to what `about` asked."""
    return _answer(life, act, about, True)


def refuse(life: Life, act: Act, about: Act) -> Flags:
    """A second person does not agree to what `about` asked."""
    return _answer(life, act, about, False)


def _answer(life: Life, act: Act, about: Act, agreed: bool) -> Flags:
    ask = life.asked.get(about.id)
    if ask is None:
        raise Missing
    answer_reveal(ask=ask, agree=agreed, words=str(act.given.get("comment") or ""), by=life.actor(act.by))
    return ()


def message(life: Life, expected: Expectation) -> Answered:
    """Whether such a message is in the inbox of a worker, or of anybody at an agency, by then."""
    kind, to = expected.given["message"], expected.given["to"]
    about, record = expected.given.get("about"), expected.given.get("record")
    people = {row.id for person in life.persons_of(about) for row in identities_of(person)} if about else set()
    signal = expected.given.get("signal")
    because = raised_as(life, signal, about) if signal else set()
    found, own = [], _inboxes_of(life, to)
    every = [one for name in (kind, *forms_of(kind)) for one in messages.told(name)]
    for one in every:
        if not _reached(one.holders, to, own) or (expected.by is not None and one.at > expected.by):
            continue
        named = set(one.identities) | {i for first in one.records for i, _, _ in subjects_of(first)}
        if about and not named & people:
            continue
        if record and life.records.get(record) not in (one.because, *one.records):
            continue
        if signal and one.because not in because:
            continue
        found.append(one)
    everywhere = sorted({holder for one in every for holder in one.holders})
    got = f"{len(found)} reached {to}" if found else f"sent to {', '.join(map(str, everywhere)) or 'nobody'}"
    return bool(found), got


def forms_of(kind: str) -> list[str]:
    """The messages that are this one in other words, for other readers or with another clock."""
    return [one.id for one in partnership().message.values() if one.form_of == kind]


def _inboxes_of(life: Life, to: str) -> set[str]:
    """The inboxes of a worker, or of all at an agency."""
    there = [to] if to in life.actors else [worker.id for worker in life.story.workers if worker.agency == to]
    return {place for worker in there for place in inboxes(life.actor(worker))}


def _reached(holders: tuple[str, ...], to: str, own: set[str]) -> bool:
    return not own.isdisjoint(holders) or any(recipient(holder)[2] == to for holder in holders)


VERBS: dict[str, Callable[[Life, Act], Flags]] = {
    "break-glass": _break_glass,
    "review-break-glass": _review,
    "acknowledge-message": _acknowledge,
    "restrict": _restrict,
    "reveal": _reveal,
}
