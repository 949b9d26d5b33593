"""A line of the queue in words: whose clock, who and who knows them, what, and why it stands where it stands."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sightline.chronology.types import EntryView, Holds
from sightline.definition.records import code_title
from sightline.definition.types import Partnership
from sightline.front_door.queue_types import OpenElsewhere, QueueChild, QueueLine
from sightline.sharing.types import Level
from sightline.signals.types import SignalView
from sightline.web.child.page import entry_words
from sightline.web.child.signs import RANK
from sightline.web.words import age_words, counted, day_words, iso_words, listed, london, moment_words, span_words

LEVEL_TAGS = {"now": "black", "grave": "late-soft", "raised": "soon", "turn": "plain"}
LEVEL_WORDS = {"now": "Cannot wait", "grave": "Grave", "raised": "Raised", "turn": "In turn"}
STATES = {
    "decided": "decided, not handed over yet",
    "handed-over": "handed over, not accepted yet",
    "accepted": "accepted: it has left the queue",
}
NO_SIGNS: Mapping[UUID, Sequence[SignalView]] = {}
MOST_NAMED = 3  # children who are named in a line
SENTENCE = re.compile(r"[^.!?]+")
SHORTEST, LONGEST = 24, 110  # characters of a sentence that says something, and of a line


@dataclass(frozen=True, slots=True)
class ChildWords:
    """A child in words."""

    person: UUID
    name: str
    age: str
    holds: str  # Police 6 · School 3
    matches: int
    match: UUID | None
    unsafe: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the queue, in words."""

    item: UUID
    entry: UUID
    version: int
    order: str  # by which a line finds its place among others
    clock: str
    clock_of: str  # what the clock is for
    clock_tag: str  # late | soon | plain
    who: str
    children: tuple[ChildWords, ...]
    number: int  # how many children
    where: str  # where the child is, with whom, until when it is safe
    title: str
    told: str  # from whom and when
    glance: tuple[str, ...]  # agreement, family told, interpreter, safe contact
    level: str
    level_words: str
    tag: str
    why: tuple[str, ...]
    asks: str
    open_to: tuple[str, ...]
    beside: str
    repeats: str
    holder: str
    mine: bool
    state: str
    team: str
    noted: bool
    matches: int
    sign: tuple[UUID, str, str] | None = None  # the gravest open sign about the children: its id, what it says, and how many more

    @property
    def why_more(self) -> tuple[str, ...]:
        """Besides the gravest reason, the next two."""
        return self.why[1:3]

    @property
    def who_more(self) -> str:
        """How many children besides those who are named."""
        more = self.number - len(self.children)
        return f"and {counted(more, 'more child', 'more children')}" if more > 0 else ""


def row(
    definition: Partnership, line: QueueLine, present: datetime, mine: str, signs: Mapping[UUID, Sequence[SignalView]] = NO_SIGNS
) -> Row:
    """A line in words. `mine`: the reader's worker id. `signs`: those that stand open, by child."""
    today = london(present).date()
    children = tuple(child_words(child, today) for child in line.children)
    notice = line.notice
    clock, tag = clock_words(line, present)
    return Row(
        item=line.item,
        entry=line.entry,
        version=line.version,
        order=f"{line.rank:03d} {line.due_at.timestamp():017.3f} {line.item}",
        clock=clock,
        clock_of=clock_of(line),
        clock_tag=tag,
        who=who(children),
        children=children[:MOST_NAMED],
        number=len(children),
        where=where(definition, line, present),
        title=title(notice),
        told=told(notice, present),
        glance=glance(line),
        level=line.level,
        level_words=LEVEL_WORDS[line.level],
        tag=LEVEL_TAGS[line.level],
        why=tuple(reason.says for reason in line.why),
        asks=next((reason.asks for reason in line.why if reason.asks), ""),
        open_to=tuple(open_words(one) for one in line.open_to),
        beside=beside(line),
        repeats=repeats(line.repeats),
        holder=line.holder_name,
        mine=bool(line.holder) and line.holder == mine,
        state=STATES.get(line.state, ""),
        team=line.team,
        noted=line.noted,
        matches=sum(child.matches for child in children),
        sign=sign(signs, line.children),
    )


def sign(signs: Mapping[UUID, Sequence[SignalView]], children: Sequence[QueueChild]) -> tuple[UUID, str, str] | None:
    """The gravest open sign about the children on a line, and how many stand beside it."""
    found = [one for child in children for one in signs.get(child.person, ()) if one.open and one.id and one.sort != "data"]
    if not found:
        return None
    first = min(found, key=lambda one: (RANK[one.level], one.sort != "sign", -one.since.timestamp()))
    more = len(found) - 1
    says = f"A moment to offer help: {first.says}" if first.sort == "offer" else first.says
    return first.id, says, f"and {counted(more, 'more sign')}" if more else ""  # type: ignore[return-value]


def child_words(child: QueueChild, today: object) -> ChildWords:
    age = age_words(child.born, today) if child.born else ("unborn" if child.expected else "")  # type: ignore[arg-type]
    return ChildWords(
        child.person,
        child.name or "A child whose name is not open to you",
        age,
        holds_words(child.holds),
        child.matches,
        child.match,
        child.unsafe,
    )


def holds_words(holds: tuple[Holds, ...]) -> str:
    return " · ".join(f"{one.title} {one.count}" for one in holds)


def who(children: tuple[ChildWords, ...]) -> str:
    """`Jay Marsh, 15`; `Jay Marsh, 15, and Mia Marsh, 12`; `Jay Marsh, 15, and 3 more children`."""
    if not children:
        return "No child is named"
    named = [", ".join(p for p in (c.name, c.age) if p) for c in children]
    if len(named) > MOST_NAMED:
        return f"{', '.join(named[:2])} and {len(named) - 2} more children"
    return listed(named)


def clock_words(line: QueueLine, present: datetime) -> tuple[str, str]:
    """How long is left, and how pressing that is (late | soon | plain): said in words, shown in colour too."""
    left = line.due_at - present
    minutes = int(abs(left.total_seconds()) // 60)
    if minutes < 60:
        said = f"{minutes} min"
    elif minutes < 24 * 60:
        said = f"{minutes // 60} h {minutes % 60} min" if minutes % 60 and minutes < 600 else f"{round(minutes / 60)} h"
    else:
        said = counted(round(minutes / 1440), "day")
    if left.total_seconds() <= 0:
        return f"{said} over", "late"
    return f"{said} left", "soon" if left.total_seconds() < 3600 else "plain"


def clock_of(line: QueueLine) -> str:
    if line.state == "handed-over":
        return "waits to be accepted"
    if line.state == "decided":
        return "decided"
    if line.safe_until is not None and line.due_at == line.safe_until:
        return "of being safe"
    return "to look at it"


def where(definition: Partnership, line: QueueLine, present: datetime) -> str:
    """Where the child is, who is with them, until when it is safe: as far as the notice says."""
    values, record = line.notice.values, definition.record.get(line.notice.record)
    if record is None or not values:
        return ""
    found = []
    if (code := values.get("child-is", "")) and "child-is" in record.fields:
        found.append(code_title(definition, record.fields["child-is"], code))
    if with_ := values.get("with-now", ""):
        found.append(f"with {with_}" if not with_.lower().startswith("with") else with_)
    if line.safe_until is not None:
        at = london(line.safe_until)
        day = "" if at.date() == london(present).date() else f" on {at:%-d %B}"
        over = " (over)" if line.safe_until <= present else ""
        found.append(f"safe until {at:%H:%M}{day}{over}")
    return ", ".join(found)


def title(notice: EntryView) -> str:
    """What happened, in the sender's own first sentence where this reader may read it, else the record's headline."""
    if notice.level < Level.HEADLINE:
        return f"{notice.title}: you cannot open it"
    for said in (notice.values.get("reason", ""), notice.says, notice.values.get("risk-detail", "")):
        first = SENTENCE.match(" ".join(said.split()))
        words = first[0].rstrip(".") if first else ""
        if len(words) >= SHORTEST:
            return words if len(words) <= LONGEST else f"{words[:LONGEST].rsplit(' ', 1)[0]} …"
    return entry_words(notice)


def told(notice: EntryView, present: datetime) -> str:
    """What it is, from whom, and when: the headline too, where the line's title is the sender's own sentence."""
    what = entry_words(notice) if notice.level >= Level.HEADLINE and title(notice) != entry_words(notice) else ""
    return " · ".join(
        part
        for part in (what or notice.title, notice.agency.title, f"received {received(notice.known_at, present)}")
        if part
    )


def received(known_at: datetime, present: datetime) -> str:
    at, today = london(known_at), london(present).date()
    if at.date() == today:
        return f"{at:%H:%M}"
    if (today - at.date()).days == 1:
        return f"yesterday {at:%H:%M}"
    if (today - at.date()).days < 7:
        return f"{at:%A} {at:%H:%M}"
    return moment_words(known_at)


def glance(line: QueueLine) -> tuple[str, ...]:
    """What decides how somebody speaks with the family: agreement, whether they were told, language, safe contact."""
    values, found = line.notice.values, []
    agreement = {"yes": "family agreed", "no": "family did not agree", "not-sought": "agreement not sought"}
    if said := agreement.get(values.get("agreement", "")):
        found.append(said)
    told = values.get("family-told", "").strip()
    if told:
        plain = told.lower().rstrip(".")
        words = "family told" if plain.startswith("yes") else "family not told" if plain.startswith("no") else ""
        found.append(words or f"family told: {told[:60]}")
    interpreter = values.get("interpreter", "") or values.get("language", "")
    if not interpreter:
        interpreter = next((c.language for c in line.children if c.language.lower() not in ("", "english", "en")), "")
    if interpreter and interpreter.lower() not in ("no", "none", "english"):
        found.append(f"interpreter: {interpreter}")
    if any(child.unsafe for child in line.children):
        found.append("not every way of reaching them is safe")
    return tuple(found)


def open_words(one: OpenElsewhere) -> str:
    """`open to East area team since 3 January 2025: not accepted yet`."""
    said = [] if one.state in ("involvement", "allocated") else [one.state.replace("-", " ")]
    what = f" ({', '.join([one.worker] * bool(one.worker) + said)})" if one.worker or said else ""
    told = "not accepted yet" if one.told else "ring them" if one.named else "no team is named, find out who has them"
    return f"open to {one.who}{what} since {iso_words(one.since)}: {told}"


def beside(line: QueueLine) -> str:
    """`2 more notices about the same event: Missing (West Yorkshire Police)`."""
    if not line.beside:
        return ""
    said = listed([f"{one.title} ({one.agency})" for one in line.beside[:3]])
    return f"{counted(len(line.beside), 'more notice', 'more notices')} about this event: {said}"


def repeats(count: int) -> str:
    if not count:
        return ""
    return f"told to the front door on {counted(count, 'other day', 'other days')} in 12 months"


def held_words(held_at: datetime | None, present: datetime) -> str:
    return f"for {span_words(present - held_at)}" if held_at else ""


def morning_words(present: datetime) -> str:
    at = london(present)
    return f"{at:%A} {day_words(at.date())}, {at:%H:%M}"
