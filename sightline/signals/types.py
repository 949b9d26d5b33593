"""What a signal rests on, and what it says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One entry as a rule sees it: its first version's id, when it happened and was known, and its facts.

    `since` and `until`: from when until when the record says that it is so (a plan, an absence, a worker's involvement);
    `until` is None while it goes on, or where it says nothing of the kind (`since` is None then).
    `whose`: the child's own, or a sibling's, a peer's, a parent's, that of an adult at home. `who`: a key of that person
    (of a place: of the child's family, so that a family counts once). `through`: first versions of the records by which
    somebody else's entry comes to matter here (both stood on them).
    """

    first: str
    happened: datetime
    known: datetime
    facts: dict[str, Any]
    since: datetime | None = None
    until: datetime | None = None
    state: str = ""
    whose: str = "child"
    who: str = ""
    through: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class World:
    """All that is known about a child (or a place) and that a rule may rest on: nothing sealed, no intelligence.

    `differs`: details of which two agencies hold different ones, each with the moment from which that was known.
    """

    occurrences: tuple[Occurrence, ...] = ()
    born: date | None = None
    differs: Mapping[str, datetime] = field(default_factory=dict)

    def as_of(self, moment: datetime) -> World:
        """What was known then, of what had happened then."""
        return replace(
            self,
            occurrences=tuple(o for o in self.occurrences if o.known <= moment and o.happened <= moment),
            differs={detail: known for detail, known in self.differs.items() if known <= moment},
        )


@dataclass(frozen=True, slots=True)
class Episode:
    """A stretch of time in which a pattern stands. Moments are in UTC.

    `begins`, `ends`: by when things happened (`ends` None: until something changes). `since`: the first moment at which
    anybody who knew all that was known could have seen it. `citing`: the first versions of all entries on which it
    rests, in the order of happening; `window`: those of its newest moment, to which `count` and `days` belong.
    """

    begins: datetime
    ends: datetime | None
    since: datetime
    newest: datetime
    citing: tuple[str, ...]
    window: tuple[str, ...]
    count: int
    days: int
    agencies: int
    level: str
    kinds: tuple[
        tuple[str, int], ...
    ] = ()  # events of `newest` by what they were to the child: harmed, missing, accused, told


@dataclass(frozen=True, slots=True)
class Stands:
    """How a rule stands for a child or place at a moment: the episode that stands, or None; all episodes there have been;
    and the next moment at which time alone may change something."""

    episode: Episode | None
    episodes: tuple[Episode, ...]
    looks_again: datetime | None


@dataclass(frozen=True, slots=True)
class RaisedSignal:
    """A pattern that is complete: since when it could be known, on which entries it rests, in words."""

    signal: str
    title: str
    says: str
    may_mean: str
    does_not_mean: str
    since: datetime
    citing: tuple[str, ...]
    source: str
    level: str = "look"
    sort: str = "sign"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalView:
    """A signal as one reader may see it. What is hidden from them is in no list and no figure.

    `cited`, `window`: first versions of entries, in the order of happening. `told`: who was told, in words, and when.
    `partly`: entries on which it rests are not all open in full to this reader (who is told of it all the same).
    `id` is None of what is computed *as known on* a moment.
    """

    id: UUID | None
    rule: str
    title: str
    says: str
    may_mean: str
    does_not_mean: str
    asks: str  # what those who are told are asked, in a sentence
    level: str
    sort: str
    since: datetime
    until: datetime | None
    ended: str = ""  # over | withdrawn; empty while it stands
    ended_at: datetime | None = None
    person: UUID | None
    place_words: str = ""
    cited: tuple[str, ...]
    window: tuple[str, ...]
    told: tuple[tuple[str, datetime], ...] = ()
    told_me: bool = False
    answered: str = ""
    answered_words: str = ""  # the answer, in words
    answered_by: str = ""
    answered_at: datetime | None = None
    because: str = ""  # the words of the answer, where this reader may read them
    done: tuple[UUID, ...] = ()  # first versions of the records of what was done
    rests_until: datetime | None = None
    due_at: datetime | None = None  # by when somebody answers
    source: str
    owner: str
    version: int
    partly: bool = False

    @property
    def open(self) -> bool:
        """Whether it stands and nobody has answered."""
        return not self.ended and not self.answered


@dataclass(frozen=True, slots=True)
class SignalEvent:
    """Something that became of a signal: raised, grew, graver, ended, withdrawn, told, rose-again, answered, escalated."""

    what: str
    at: datetime
    who: str  # whom it was told, or who did it, in words
    says: str
