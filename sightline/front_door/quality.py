"""Good enough, said kindly: what a concern could say more of, for whoever writes it, and totals for teams.

Nothing waits for it and nobody is ranked by it. Whoever wrote a notice is told what would have helped, once, on the next
working day, unless it has been added by then. A team and its supervisors see totals, from a number of notices on that hides
whose they were.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from sightline.agencies.queries import agencies, machine, partnership, workers
from sightline.agencies.rules import may
from sightline.chronology.listing import authors_of
from sightline.chronology.rules import history_before
from sightline.chronology.tracing import said_of
from sightline.chronology.types import Writing
from sightline.clocks.rules import working_days
from sightline.definition.outcomes import Refused
from sightline.definition.types import Partnership, RecordType
from sightline.front_door.good_enough import part_title
from sightline.front_door.models import Quality
from sightline.messages.actions import ACKNOWLEDGE, send
from sightline.messages.queries import told
from sightline.sharing.reading import Reading, reading
from sightline.sharing.standing import trusted
from sightline.timescales.london import at, local_day
from sightline.timescales.moment import now

TOLD_AT = time(8, 0)  # London's time, on the next working day
FEWEST = 5  # notices: of fewer no share is told
WEEKS = 13


# --- kept, and told ---------------------------------------------------------------------------------------------------


def counted(record: RecordType | None) -> bool:
    """Whether what notices of this type lack is counted."""
    return record is not None and bool(record.good_when) and not record.routine and bool(record.queue or record.if_poor)


def keep(writings: Iterable[Writing], definition: Partnership, *, received: datetime) -> dict[UUID, str]:
    """Keeps what notices lack, as they stand, in the transaction that keeps them. Returns those of which whoever wrote them
    is told (first version: the message). History is not counted: nobody can write it better now."""
    rows, tell, teams = [], {}, _Teams()
    since = history_before(definition, received)
    for w in writings:
        record = definition.record.get(w.record)
        if record is None or not counted(record) or w.known_at < since or w.routine or not (w.queued or record.if_poor):
            continue
        absent = list(dict.fromkeys(w.body.get("absent", ())))
        fields = w.body.get("fields", {})
        asked = [g.part for g in record.good_when if g.when is None or g.when.holds(dict(fields))]
        rows.append(
            Quality(
                entry=w.first, record=w.record, agency=w.agency, on=local_day(w.known_at), team=teams.of(w.author),
                asked=list(dict.fromkeys(asked)), lacks=absent,
            )
        )  # fmt: skip
        if record.if_poor and absent:
            tell[w.first] = record.if_poor
    each = {row.entry: row for row in rows}
    if each:
        Quality.objects.bulk_create(
            each.values(), update_conflicts=True, unique_fields=["entry"], update_fields=["asked", "lacks", "on"]
        )
    return tell


class _Teams:
    """The teams of those who write here, looked up once and only where somebody did: systems have none."""

    def __init__(self) -> None:
        self._known: dict[str, str] | None = None

    def of(self, author: str) -> str:
        if not _is_id(author):
            return ""
        if self._known is None:
            self._known = {one.id: one.team for one in workers()}
        return self._known.get(author, "")


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def told_at(definition: Partnership, moment: datetime) -> datetime:
    """When whoever wrote it is told: in the morning of the next working day, so that what is added by then counts."""
    return at(working_days(definition).add(local_day(moment), 1), TOLD_AT)


@trusted("tell-quality")
def tell(payload: Mapping[str, Any]) -> int:
    """What is owed: whoever wrote these notices is told how much of what would have helped they still lack. Returns to how
    many. `payload`: {"entries": {first version: message}}."""
    by, definition, done = machine("clock-machine"), partnership(), 0
    there = {one.because for kind in set(payload["entries"].values()) for one in told(kind)}
    with reading(by, "safeguarding", about="tell-quality") as opened:
        for text, message in payload["entries"].items():
            first = UUID(text)
            said = said_of(opened, first, ["absent"]) if first not in there else None
            if not said or not said["absent"]:
                continue
            to = _writer(definition, first)
            if to:
                send(message, to=to, about=[first], says={"count": len(set(said["absent"]))}, by=by, because=first)
                done += 1
    return done


def _writer(definition: Partnership, first: UUID) -> str:
    """Whoever wrote a notice here; else the agency whose system sent it, where somebody reads messages there."""
    author = authors_of([first]).get(first, "")
    there = {one.id: one for one in workers() if one.active}
    if author in there:
        return f"worker:{author}"
    row = Quality.objects.filter(entry=first).first()
    readers = {role.id for role in definition.role.values() if ACKNOWLEDGE in role.may}
    if row is not None and any(one.agency == row.agency and one.role in readers for one in there.values()):
        return f"agency:{row.agency}"
    return ""


# --- totals -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Share:
    """Of so many notices of which something was asked, how many say it. `told`: no share where they are too few, or where it would
    say by subtraction how it is with a few others (`with_others`)."""

    part: str
    title: str
    of: int
    say: int
    with_others: bool = False

    @property
    def told(self) -> bool:
        return self.of >= FEWEST and not self.with_others

    @property
    def percent(self) -> int:
        return round(100 * self.say / self.of) if self.of else 0


@dataclass(frozen=True, slots=True)
class Totals:
    """What notices of one kind said, of one agency or team."""

    agency: str
    team: str
    record: str
    title: str
    notices: int
    shares: tuple[Share, ...]


def totals(opened: Reading, *, whole: bool = False, weeks: int = WEEKS) -> list[Totals]:
    """How often notices of the last weeks said what helps: of the reader's own agency and its teams, or of all agencies.

    Raises Refused for whoever may neither record nor see figures. Never by person; where a row would be of fewer than five
    notices, it says so and gives no share.
    """
    actor, definition = opened.actor, opened.definition
    allowed = may(actor, "see-figures" if whole else "record-entry", definition)
    if not allowed:
        raise Refused(allowed)
    since = local_day(now()) - timedelta(weeks=weeks)
    rows = Quality.objects.filter(on__gte=since)
    if not whole:
        rows = rows.filter(agency=actor.agency)
    notices: Counter[tuple[str, str, str]] = Counter()
    asked: Counter[tuple[str, str, str, str]] = Counter()
    lacking: Counter[tuple[str, str, str, str]] = Counter()
    for record, agency, team, parts, absent in rows.values_list(
        "record", "agency", "team", "asked", "lacks"
    ).iterator():
        for of in {("", agency), (team, agency)} if not whole else {("", agency)}:
            key = (of[1], of[0], record)
            notices[key] += 1
            asked.update((*key, part) for part in parts)
            lacking.update((*key, part) for part in absent if part in parts)
    titles = agencies()
    found = []
    kept_back = _kept_back(asked)
    for agency, team, record in sorted(notices):
        declared = definition.record.get(record)
        parts = list(dict.fromkeys(g.part for g in declared.good_when)) if declared else []
        found.append(
            Totals(
                titles[agency].title if agency in titles else agency,
                definition.team[team].title if team in definition.team else "",
                record,
                declared.title if declared else record,
                notices[agency, team, record],
                tuple(
                    Share(
                        part,
                        part_title(declared, part),
                        of,
                        of - lacking[agency, team, record, part],
                        (agency, team, record, part) in kept_back,
                    )
                    for part in parts
                    if declared is not None and (of := asked[agency, team, record, part])
                ),
            )
        )
    return found


Cell = tuple[str, str, str, str]  # agency, team (empty: all of the agency), kind of notice, what was asked


def _kept_back(asked: Mapping[Cell, int]) -> set[Cell]:
    """Teams of which nothing is told although they are large enough: else the agency's row less theirs would tell of the few
    that are left. The smallest goes with these, until they are none or enough together."""
    teams: dict[Cell, list[tuple[int, Cell]]] = {}
    for cell, of in asked.items():
        agency, team, record, part = cell
        if team:
            teams.setdefault((agency, "", record, part), []).append((of, cell))
    found: set[Cell] = set()
    for whole, each in teams.items():
        told = sorted(one for one in each if one[0] >= FEWEST)
        rest = asked[whole] - sum(of for of, _ in told)
        while told and 0 < rest < FEWEST:
            of, cell = told.pop(0)
            rest += of
            found.add(cell)
    return found
