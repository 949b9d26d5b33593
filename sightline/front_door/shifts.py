"""Day and night: which team the queue is with, and what one shift writes for the next.

A note about an item is sealed for the children on it: whoever may see the item reads it, and it is gone when they are
erased. A shift's note is about the shift, never about a child by name; the team that takes over says that it was read.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, time
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction

from sightline.agencies.queries import partnership
from sightline.agencies.rules import may
from sightline.agencies.types import Actor
from sightline.clocks.rules import working_days
from sightline.definition.kinds.danger import Queue
from sightline.definition.outcomes import Conflict, Invalid, Missing, Refused
from sightline.definition.types import Fault, Partnership
from sightline.front_door import claiming
from sightline.front_door.arriving import queue_of
from sightline.front_door.models import Item, ItemChild, Note, NoteRead
from sightline.front_door.queue_types import NoteView
from sightline.identity.locations import veiling
from sightline.identity.queries import persons_of, rows_by_id
from sightline.ledger.actions import write
from sightline.sharing.reading import Reading
from sightline.timescales.london import local
from sightline.timescales.moment import now
from sightline.vault.actions import CannotOpen, Keyring
from sightline.vault.asking import Question

LONGEST, SHORTEST = 4000, 3
SCOPE = "shift-note"
NOTES = 20


def team_now(definition: Partnership, moment: datetime) -> str:
    """The team with which the queue is at a moment: the day's in its hours on working days, else the night's."""
    kept = queue_of(definition)
    if kept is None:
        return ""
    return kept.day_team if by_day(definition, kept, moment) else kept.night_team or kept.day_team


def by_day(definition: Partnership, kept: Queue, moment: datetime) -> bool:
    """Whether a moment lies in the day team's hours."""
    at = local(moment)
    start, end = (time.fromisoformat(text) for text in kept.hours.split(" to "))
    return working_days(definition).is_working(at.date()) and start <= at.time() < end


def other_team(definition: Partnership, team: str) -> str:
    """Whoever takes over from a team; empty where one team has the queue by day and by night."""
    kept = queue_of(definition)
    if kept is None:
        return ""
    return {kept.day_team: kept.night_team, kept.night_team: kept.day_team}.get(team, kept.day_team)


@transaction.atomic
def leave_note(
    *,
    words: str,
    by: Actor,
    item: UUID | None = None,
    to_team: str = "",
    to_worker: str = "",
    version: int | None = None,
) -> UUID:
    """Leaves a note for whoever comes next: about an item, which is then theirs, or about the shift. Returns its id.

    Raises Invalid without words or for a team that is not on duty, Missing for no such item, Conflict where the item was
    decided or changed meanwhile.
    """
    definition = partnership()
    decision = may(by, claiming.DECIDE, definition)
    if not decision:
        raise Refused(decision)
    text = words.strip()
    if not SHORTEST <= len(text) <= LONGEST:
        expected = "what whoever comes next must know, in a sentence or more"
        raise Invalid([Fault(path="words", expected=expected, code="needed")])
    made, keyring = uuid4(), Keyring()
    if item is not None:
        keys = _keys_of(item)
        if to_worker:
            claiming.hand_to(item=item, worker=to_worker, by=by, version=version)
        elif to_team:
            claiming.hand_to_team(item=item, team=to_team, by=by, version=version)
        keyring.fetch(keys)
        keys = [key for key in keys if keyring.has(key)]
    else:
        if to_team not in definition.team or not definition.team[to_team].on_duty_for:
            raise Invalid([Fault(path="team", found=to_team, expected="a team that is on duty for the front door")])
        keys = [keyring.make(SCOPE)]
    sealed = keyring.seal(text, keys, f"note|{made}")
    keyring.save()
    Note.objects.create(
        id=made, item=item, from_team=by.team, to_team=to_team, to_worker=to_worker, at=now(), by=by.id, words=sealed
    )
    write(
        kind="change",
        verb="queue-note",
        actor=by.id,
        acting_for=by.agency,
        purpose="safeguarding",
        policy=definition.hash,
        ids=[made, *([item] if item else [])],
        detail={"to": to_team or ("worker" if to_worker else "")},
    )
    return made


def _keys_of(item: UUID) -> list[UUID]:
    identities = ItemChild.objects.filter(item=item).values_list("identity_id", flat=True)
    keys = [row.key for row in rows_by_id(identities).values()]
    if not keys or not Item.objects.filter(id=item).exists():
        raise Missing
    return keys


def read_note(*, note: UUID, by: Actor) -> None:
    """Says that a shift's note was read by the team that takes over. Raises Missing for another team's, Conflict where a
    colleague said so first."""
    row = Note.objects.filter(id=note, item=None).first()
    if row is None or row.to_team != by.team:
        raise Missing
    try:
        with transaction.atomic():
            NoteRead.objects.create(note=row, at=now(), by=by.id)
    except IntegrityError as error:
        raise Conflict("A colleague has said already that this was read. Nothing was changed.") from error
    write(
        kind="change",
        verb="queue-note-read",
        actor=by.id,
        acting_for=by.agency,
        purpose="safeguarding",
        policy=partnership().hash,
        ids=[row.id],
    )


def notes_of(reading: Reading, item: UUID) -> list[NoteView]:
    """What was written about an item for whoever comes next, newest first. For whoever was shown the item."""
    return _views(reading, _ABOUT.rows(item))


_ABOUT = Question(lambda item: Note.objects.filter(item=item).order_by("-at", "id")[:NOTES])
_READ = Question(lambda notes: NoteRead.objects.filter(note_id__among=notes))


def shift_notes(reading: Reading, *, unread: bool = True) -> list[NoteView]:
    """The shift notes for this reader's team (`unread`: those that nobody there has read), newest first."""
    if not reading.actor.team:
        return []
    rows = Note.objects.filter(item=None, to_team=reading.actor.team).order_by("-at", "id")
    if unread:
        rows = rows.filter(read=None)
    return _views(reading, rows[:NOTES])


def _veil(reading: Reading, items: set[UUID]) -> veiling.Veil:
    """What is masked in notes about these items: whoever writes one may not know that where somebody is must be kept secret."""
    veil = veiling.of(reading)
    if items and veil.there:
        identities = ItemChild.objects.filter(item__in=items).values_list("identity_id", flat=True)
        veil.learn(persons_of(identities).values())
    return veil


def _views(reading: Reading, rows: Iterable[Note]) -> list[NoteView]:
    found: list[NoteView] = []
    some: Sequence[Note] = list(rows)
    reading.keyring.fetch_for([bytes(row.words) for row in some])
    read = {one.note_id: one for one in _READ.rows([row.id for row in some])}
    veil = _veil(reading, {row.item for row in some if row.item})
    for row in some:
        try:
            words = str(reading.keyring.open(bytes(row.words), f"note|{row.id}"))
        except CannotOpen:
            continue  # erased with the children whom it was about
        team = reading.definition.team
        to = (
            team[row.to_team].title if row.to_team in team else claiming.name_of(row.to_worker) if row.to_worker else ""
        )
        said = read.get(row.id)
        found.append(
            NoteView(
                row.id,
                veil.words(words),
                claiming.name_of(row.by),
                row.at,
                team[row.from_team].title if row.from_team in team else "",
                to,
                row.item,
                claiming.name_of(said.by) if said else "",
                said.at if said else None,
            )
        )
    return found
