"""What a back-test reads and what comes of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sightline.definition.types import Partnership
from sightline.signals.types import Occurrence


@dataclass(frozen=True, slots=True)
class Arrival:
    """A record, or a later version of one, as it came to be known about one child.

    `story`: the key of the planted record, empty for the rest of the city's life.
    """

    known: datetime
    seen: Occurrence
    story: str = ""


@dataclass(slots=True)
class Somebody:
    """A person in truth."""

    id: str
    family: str
    born: date | None
    child: bool
    sex: str = ""
    ethnicity: str = ""


@dataclass(frozen=True, slots=True)
class Planting:
    """Something that was planted: what ought to be seen, what never, and when it turns.

    `ought`, `never`: (signal, whom or which place). `turns` in UTC; None for what has none. `events`: the planted records'
    keys with when each was sent, in that order.
    """

    id: str
    storyline: str
    look_alike: bool
    cast: frozenset[str]
    ought: tuple[tuple[str, str], ...]
    never: frozenset[tuple[str, str]]
    turns: datetime | None
    declared: bool
    events: tuple[tuple[str, datetime], ...]
    whole: bool

    @property
    def about(self) -> frozenset[str]:
        """Whom (or which place) somebody should have looked at."""
        return frozenset(whom for _, whom in self.ought)


@dataclass(slots=True)
class City:
    """What was sent, by whom it is about, and the truth beside it. `first` and `last`: between which it was watched.

    `histories`, `places`: of each child and each place what became known, in that order.
    """

    definition: Partnership
    first: datetime
    last: datetime
    people: Mapping[str, Somebody] = field(default_factory=dict)
    histories: dict[str, list[Arrival]] = field(default_factory=dict)
    places: dict[str, list[Arrival]] = field(default_factory=dict)
    plantings: Sequence[Planting] = ()
    children: int = 0
    share: float = 1.0  # of the whole partnership, by its declared number of children
    seed: str = ""
    records: int = 0
    unread: int = 0
    unrecorded: int = 0


@dataclass(frozen=True, slots=True)
class Alert:
    """A signal at the moment at which somebody would have been told of it (or, `how` list, at which it went on a list).

    `why`: raised, grew or graver. `citing`: first versions' ids. `stories`: keys of planted records among them; `beside`:
    how many records that were not planted. `whom`: recipients, `(kind, key)`: ("social-worker", "east/3"), ("desk", "duty…").
    """

    rule: str
    about: str
    at: datetime
    level: str
    sort: str
    how: str
    why: str
    whom: tuple[tuple[str, str], ...]
    citing: tuple[str, ...]
    stories: tuple[str, ...]
    beside: int
    agency: str = ""  # of the arm in which each agency looks alone: which one

    @property
    def told(self) -> bool:
        """Whether somebody was told, or it stands on somebody's own list. The data-quality list is nobody's."""
        return self.sort != "data" and bool(self.whom)

    @property
    def disturbs(self) -> bool:
        """Whether it comes to somebody as a message: that is load. What only stands on a list disturbs nobody."""
        return self.told and self.how != "list"


@dataclass(slots=True)
class Arm:
    """One way of looking, replayed: its alerts in the order of time."""

    name: str
    title: str
    alerts: list[Alert] = field(default_factory=list)
    asked: int = 0  # how often a rule was asked
    seconds: float = 0.0  # processor time
