"""Answering what a story expects of matching: who finds whom, who sees that a match waits, who saw what because of a join,
what was made of a poor detail, and what stands in the queue."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING
from uuid import UUID

from sightline.agencies.queries import agencies, machine
from sightline.chronology.joining import entries_about
from sightline.chronology.queries import entry as entry_history
from sightline.definition.outcomes import Invalid, Missing, Refused
from sightline.front_door.arriving import items_of, queue_of
from sightline.identity import tracing
from sightline.identity.finding import find
from sightline.identity.match_queries import waiting, waiting_count
from sightline.identity.queries import identities_of, persons_of
from sightline.identity.telling import told
from sightline.identity.tracing import details_of
from sightline.sharing.reading import reading
from sightline.stories.asking_people import Answered, why
from sightline.stories.model import Expectation
from sightline.stories.reading_events import target
from sightline.vault.actions import Keyring
from sightline.web.find.forms import FindForm

if TYPE_CHECKING:
    from sightline.stories.living import Life

PURPOSE = "safeguarding"
ASKED = ("words", "born", "age", "number", "postcode", "school")
DETAIL_OF = {"address": "lines"}  # what a story calls a detail, where we call it something else


def finds(life: Life, expected: Expectation) -> Answered:
    """A search as the page makes it, by that worker. All of these are found; with `never`, none of them."""
    typed = {name: str(expected.given[name]) for name in ASKED if expected.given.get(name)}
    form = FindForm(typed, schools=[(agency.id, agency.title) for agency in agencies().values()])
    if not form.is_valid():
        return None, "the page would ask again: " + "; ".join(e for errors in form.errors.values() for e in errors)
    with reading(life.actor(expected.given["who"]), PURPOSE, recorded=False) as opened:
        try:
            found = [one.person for one in find(opened, form.asked())]
        except (Refused, Missing):
            found = []
        except Invalid as error:
            return None, "the page would ask again: " + "; ".join(str(fault) for fault in error.faults)
    names = {person: name for name in life.story.people for person in life.persons_of(name)}
    got = ", ".join(names.get(person, "somebody else") for person in found) or "nobody"
    wanted = expected.given["finds"]
    here = [bool(set(life.persons_of(one)) & set(found)) for one in wanted]
    if expected.never:
        return any(here), got
    held = all(here) if wanted else not found
    if first := expected.given.get("first"):
        held = held and bool(found) and found[0] in life.persons_of(first)
    return held, got


def sees_match(life: Life, expected: Expectation) -> Answered:
    """Whether that worker is shown, in the queue of matches, that these two may be one."""
    wanted, absent = _pairs(life, expected)
    if absent:
        return None, absent
    shown: set[frozenset[UUID]] = set()
    with reading(life.actor(expected.given["who"]), PURPOSE, recorded=False) as opened:
        after = ""
        try:
            while True:
                page = waiting(opened, after=after)
                shown |= {frozenset((pair.person_one, pair.person_other)) for pair in page.items}
                after = page.next
                if not after:
                    break
        except (Refused, Missing) as error:
            return False, f"no match is shown ({type(error).__name__.lower()})"
    return bool(wanted) and wanted <= shown, f"{len(shown)} matches are shown"


def _pairs(life: Life, expected: Expectation) -> tuple[set[frozenset[UUID]], str]:
    """The pairs of people meant, as they stand; or who never arrived."""
    of = expected.given["of"]
    absent = [one for one in of if target(one) not in life.identities]
    if absent:
        return set(), f"{', '.join(absent)} never arrived{why(life, absent[0])}"
    persons = persons_of(life.identities[target(one)] for one in of)
    people = [persons[life.identities[target(one)]] for one in of]
    return {frozenset(pair) for pair in combinations(people, 2) if len(set(pair)) == 2}, ""


def matches_waiting(life: Life, expected: Expectation) -> Answered:
    """How many pairs wait, as anybody at the front door may know: a count, without content."""
    number = waiting_count()
    return number == expected.given["count"], f"{number} wait"


def seen_because_of(life: Life, expected: Expectation) -> Answered:
    """Exactly these workers saw what is held of the other because the two were one person; with `never`, none of them."""
    of = expected.given["of"]
    absent = [one for one in of if target(one) not in life.identities]
    if absent:
        return None, f"{', '.join(absent)} never arrived{why(life, absent[0])}"
    persons = persons_of(life.identities[target(one)] for one in of)
    apart = len({persons[life.identities[target(one)]] for one in of}) == len(of)
    sides = [_side(life, one) if apart else [life.identities[target(one)]] for one in of]
    people = {str(id): name for name, id in life.actors.items()}
    seen: set[str] = set()
    for one, other in combinations(sides, 2):
        rows = tracing.seen_because(
            one,
            other,
            since=expected.given.get("since"),
            until=expected.given.get("until"),
            of_one=entries_about(one),
            of_other=entries_about(other),
        )
        seen |= {people.get(str(row.actor), str(row.actor)) for row in rows}
    wanted, got = set(expected.given["who"]), ", ".join(sorted(seen)) or "nobody"
    return (bool(seen & wanted) if expected.never else seen == wanted), got


def _side(life: Life, one: str) -> list[UUID]:
    """Everybody who is now the same person as this one."""
    identity = life.identities[target(one)]
    return [row.id for row in identities_of(persons_of([identity])[identity])]


def detail(life: Life, expected: Expectation) -> Answered:
    """What was said of a detail that could not be used as it came: why (`because`), and that it is kept as received."""
    person, event = target(expected.given["of"])
    identity = life.identities.get((person, event))
    if identity is None:
        return None, f"{expected.given['of']} never arrived{why(life, expected.given['of'])}"
    held = details_of([identity], Keyring()).get(identity)
    wanted = DETAIL_OF.get(expected.given["detail"], expected.given["detail"])
    notes = [note for note in told(held) if note.detail == wanted] if held is not None else []
    because, received = expected.given.get("because"), expected.given.get("as-received")
    got = "; ".join(f"{note.why}, as received {note.received}" for note in notes) or "nothing is said of it"
    return any(because in (None, note.why) and received in (None, note.received) for note in notes), got


def in_queue(life: Life, expected: Expectation) -> Answered:
    """Whether a record has reached the front door's queue (what is history when it comes does not), and as urgent as is said."""
    record = expected.given["record"]
    first = life.records.get(record)
    if first is None:
        return None, f"{record} is not there{why(life, record)}"
    with reading(machine("clock-machine"), PURPOSE, recorded=False) as opened:
        try:
            found = entry_history(opened, first).now
        except Missing:  # what only the police grade is not even the front door's machine's to read
            return False, "not in the queue: the front door does not see it"
    urgent = expected.given.get("urgent")
    queued = found.queued and (queue_of(opened.definition) is None or first in items_of([first]))
    got = ("in the queue, " + ("urgent" if found.urgent else "not urgent")) if queued else "not in the queue"
    return queued and urgent in (None, found.urgent), got
