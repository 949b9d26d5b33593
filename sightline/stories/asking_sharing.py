"""What a story does and asks about who may see what: the originator's yes, fields by class, the nearest missing condition."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING
from uuid import UUID

from sightline.chronology.queries import entry as entry_history
from sightline.chronology.queries import originator_of
from sightline.chronology.types import EntryView
from sightline.definition.outcomes import Missing
from sightline.sharing.reading import reading
from sightline.sharing.restricting import agree, lift
from sightline.stories.asking_people import Answered, why
from sightline.stories.model import Act, Expectation
from sightline.stories.reading_events import target

if TYPE_CHECKING:
    from sightline.stories.living import Life

Flags = tuple[str, ...]
PURPOSE = "safeguarding"


def _record(life: Life, on: str) -> UUID:
    first = life.records.get(target(on)[1])
    if first is None:
        raise Missing
    return first


def _agree(life: Life, act: Act) -> Flags:
    """Whoever sent intelligence with conditions agrees that a worker may know of it."""
    to = act.given.get("to") or ()
    holders = [f"worker:{life.actors[one]}" for one in ([to] if isinstance(to, str) else to)]
    record = _record(life, act.on)
    because = str(act.given.get("because") or "")
    agree(record, agency=originator_of(record), to=holders, by=life.actor(act.by), because=because)
    return ()


def _lift(life: Life, act: Act) -> Flags:
    lift([_record(life, act.on)], by=life.actor(act.by), because=str(act.given.get("because") or ""))
    return ()


def _listed(value: object) -> list[str]:
    return [] if value is None else [value] if isinstance(value, str) else [str(one) for one in value]  # type: ignore[attr-defined]


def _view(life: Life, expected: Expectation) -> EntryView | None:
    first = life.records.get(expected.given["record"])
    with reading(life.actor(expected.given["who"]), PURPOSE, recorded=False) as opened:
        try:
            return entry_history(opened, first).now if first else None
        except Missing:
            return None


def reads(life: Life, expected: Expectation) -> Answered:
    """`{kind: reads, who: ruth, record: e1, fields: [risk], without: [found-place]}`: the page shows the one, not the other."""
    shown = _view(life, expected)
    if shown is None:
        return False, f"nothing of it{why(life, expected.given['record'])}"
    wanted, unwanted = (set(_listed(expected.given.get(key))) for key in ("fields", "without"))
    held = set(shown.values) | ({"words"} if shown.words else set()) | ({"says"} if shown.says else set())
    return wanted <= held and not unwanted & held, f"{shown.level.word}: {', '.join(sorted(held)) or 'no field'}"


def would_see(life: Life, expected: Expectation) -> Answered:
    """`{kind: would-see, who: ruth, record: e1, says: the headline if}`: what is missing to see more, as the page says it."""
    shown = _view(life, expected)
    says = shown.sight.missing if shown else ""
    return str(expected.given["says"]) in says, says or "nothing is said"


VERBS: dict[str, Callable[[Life, Act], Flags]] = {"agree-intelligence": _agree, "lift-restriction": _lift}
