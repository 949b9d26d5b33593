"""What every page about deciding shows of a notice: what it is, who told us, about whom. Through the gate."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest

from sightline.chronology.queries import entry as entry_history
from sightline.chronology.queries import persons_on
from sightline.chronology.types import EntryView
from sightline.definition.outcomes import Missing
from sightline.front_door import steps, strategy
from sightline.front_door.step_types import StepView
from sightline.identity.queries import names
from sightline.messages.rules import recipient
from sightline.sharing.types import Level
from sightline.timescales.moment import now
from sightline.web.child.page import entry_words
from sightline.web.words import age_words, iso_words, london, moment_words, span_words


@dataclass(frozen=True, slots=True)
class Person:
    """A child on a notice, as far as the reader may see who that is."""

    id: UUID
    name: str
    age: str
    born: str


@dataclass(frozen=True, slots=True)
class Head:
    """What a notice is, in the words of a page."""

    entry: UUID  # the version that stands
    first: UUID
    view: EntryView | None  # None where only the children show
    title: str
    told: str  # who told us, and when
    says: str
    people: tuple[Person, ...]
    others: int  # children whose names do not show

    @property
    def whom(self) -> str:
        """`Ned Sugden and Ida Crowther`, for a heading."""
        known = [one.name for one in self.people]
        more = f"{self.others} more" if known else ("a child" if self.others == 1 else f"{self.others} children")
        words = [*known, *([more] if self.others else [])]
        return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words) or "a child"


@dataclass(frozen=True, slots=True)
class Line:
    """A step as a page says it."""

    step: StepView
    who: str  # who must act, in words
    phone: str
    colour: str
    tag: str
    due: str
    at: str
    by: str
    answer: EntryView | None = None
    answer_words: str = ""

    @property
    def asked(self) -> str:
        """When it was begun, and by whom: `Mon 10 March 2025 at 09:10 by Amir Shah`."""
        return f"{moment_words(self.step.at)} by {steps.name(self.step.by)}"


def head(request: HttpRequest, notice: UUID, *, only_people: bool = False) -> Head:
    """A notice and the children on it. Raises Missing where nothing of it shows.

    `only_people`: for whoever sees whom it is about and nothing else (an agency that is asked).
    """
    reading, view = request.reading, None
    try:
        found = entry_history(reading, notice).now
        view = found if found.level >= Level.HEADLINE else None
    except Missing:
        if not only_people:
            raise
    people, others = whom(request, notice)
    if view is None:
        if not only_people and not people:
            raise Missing
        return Head(notice, notice, None, "A notice at the front door", "", "", people, others)
    return Head(
        view.id,
        view.first,
        view,
        view.title,
        f"{view.agency.title}, {moment_words(view.happened, view.precision)}",
        entry_words(view),
        people,
        others,
    )


def whom(request: HttpRequest, entry: UUID) -> tuple[tuple[Person, ...], int]:
    """The children on a record, and how many more there are whose names do not show."""
    persons = persons_on(entry)
    known = names(request.reading, persons) if persons else {}
    today = london(now()).date()
    found = tuple(
        Person(one, known[one].name, age_words(known[one].born, today), iso_words(known[one].born))
        for one in persons
        if one in known and known[one].name
    )
    return found, len(persons) - len(found)


def who_words(request: HttpRequest, to: str) -> tuple[str, str]:
    """(who, number) of whoever must act."""
    definition, agencies = request.reading.definition, request.reading.agencies
    what, who, agency = recipient(to)
    if what == "team":
        team = definition.team.get(who)
        return (team.title, team.phone) if team else (who, "")
    if what == "worker":
        return steps.name(who), ""
    where = agencies.get(agency)
    if what == "agency":
        return (where.title, where.phone) if where else (who, "")
    role = definition.role[who].title if who in definition.role else who
    return f"{role}, {where.title}" if where else role, where.phone if where else ""


STATES = {  # kind: (what an open step says, what a done one says)
    steps.CHECK: ("has not answered", "answered"),
    steps.HAND_OVER: ("not accepted yet", "accepted"),
    steps.DISCUSSION: ("not held yet", "held"),
    steps.PART: ("has not answered", "took part"),
    steps.FLAG: ("missing", "given since"),
    steps.DISAGREEMENT: ("not answered yet", "answered"),
    steps.FEEDBACK: ("not told yet", "told"),
    strategy.ENQUIRY: ("goes on", "ended"),
}


def line(request: HttpRequest, step: StepView, answer: EntryView | None = None) -> Line:
    """A step in words: who, how it stands, by when."""
    present = now()
    who, phone = who_words(request, step.to)
    waits, done = STATES.get(step.kind, ("waits", "done"))
    if step.open:
        late = present > step.due_at
        gap = span_words(abs(step.due_at - present))
        tag, colour = (f"{waits}, {gap} late", "late") if late else (f"{waits}, {gap} left", "soon")
    elif step.state == steps.COULD_NOT:
        tag, colour = "not available", "plain"
    elif step.state == steps.ENDED:
        tag, colour = "not needed any more", "plain"
    else:
        tag, colour = (f"{done}, late" if step.late and step.kind == steps.CHECK else done), "kept"
    if step.kind == steps.PART and not step.open:
        tag = strategy.part_words(step)
    return Line(
        step,
        who,
        phone,
        colour,
        tag,
        moment_words(step.due_at),
        moment_words(step.done_at) if step.done_at else "",
        steps.name(step.done_by) if step.done_by else "",
        answer,
        entry_words(answer).removeprefix(f"{answer.title}: ") if answer else "",
    )


def lines(request: HttpRequest, notice: UUID, *kinds: str) -> list[Line]:
    """The steps of a notice of these kinds that show, each with what answered it as far as it shows."""
    found = []
    for step in steps.of_notice(request.reading, notice):
        if step.kind in kinds:
            found.append(line(request, step, answer_to(request, step)))
    return found


def answer_to(request: HttpRequest, step: StepView) -> EntryView | None:
    """What was written in answer to a step, as this reader may see it."""
    return seen(request, step.done_entry) if step.done_entry is not None else None


def seen(request: HttpRequest, entry: UUID) -> EntryView | None:
    """One entry as this reader may see it; None where nothing of it shows."""
    try:
        return entry_history(request.reading, entry).now
    except Missing:
        return None


def text(view: EntryView | None, name: str) -> str:
    """A value of a record that shows in full; empty where it does not."""
    return view.values.get(name, "") if view is not None else ""


def voice(view: EntryView | None) -> str:
    """The child's own words on a record, where they show."""
    return view.words[0][1] if view is not None and view.words else ""
