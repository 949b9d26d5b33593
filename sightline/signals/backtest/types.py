"""What a back-test reads and what comes of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sightline.definition.types import Partnership
from sightline.signals.types import Occurrence


@dataclass(frozen=True, slots=True)
class Arrival:
    """A record, or a later version of one, as it came to be known about one child. `seen` None: it is of no use any more.

    `story`: the key of the planted record, empty for the rest of the city's life.
    """

    known: datetime
    seen: Occurrence
    story: str = ""


@dataclass(slots=True)
class Somebody:
    """A person in truth. `after`: when social care later opened something for them (states that help needs), with what."""

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

    `histories`: of each child (and each place) what became known, in that order. `involved`: when whom a worker was
    allocated to: (since, until, kind of agency, team, lead).
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
        """Whether it reached a person: what is only listed disturbs nobody."""
        return self.sort != "data" and self.how != "list" and bool(self.whom)


@dataclass(slots=True)
class Arm:
    """One way of looking, replayed: its alerts in the order of time."""

    name: str
    title: str
    alerts: list[Alert] = field(default_factory=list)
    asked: int = 0  # how often a rule was asked
    seconds: float = 0.0  # processor time
