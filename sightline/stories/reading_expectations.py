"""Understanding what a story expects."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from typing import Any

from sightline.definition.nearest import nearest, one_of
from sightline.definition.types import Partnership
from sightline.definition.yaml_lines import Node, plain
from sightline.intake import usable
from sightline.intake.types import Details
from sightline.stories import contract
from sightline.stories.finding import Finder
from sightline.stories.model import Act, Delivered, Event, Expectation, Sent, Staff
from sightline.stories.reading_events import target
from sightline.stories.registry import SHOWS

ASKED = ("words", "born", "age", "number", "postcode", "school")  # what somebody may search by
BECAUSE: dict[str, Collection[str]] = {
    "refused": contract.REASONS,
    "flagged": contract.REASONS,
    "detail": tuple(usable.SAYS),
}
SEVERAL_WORKERS = frozenset({"seen-because", "has-seen"})
ONE_IDENTITY = frozenset({"detail"})


def read_expectations(
    finder: Finder,
    definition: Partnership,
    node: Node | None,
    people: Mapping[str, Details],
    events: Sequence[Event],
    workers: Sequence[Staff],
    agencies: Collection[str],
) -> tuple[Expectation, ...]:
    reader = _Expectations(finder, definition, people, events, workers, agencies)
    return tuple(filter(None, (reader.one(item, f"expect.{n}") for n, item in enumerate(finder.items(node, "expect")))))


class _Expectations:
    def __init__(
        self,
        finder: Finder,
        definition: Partnership,
        people: Mapping[str, Details],
        events: Sequence[Event],
        workers: Sequence[Staff],
        agencies: Collection[str],
    ) -> None:
        self.f, self.definition, self.people, self.agencies = finder, definition, people, agencies
        self.workers = {w.id for w in workers}
        self.record_of = {e.id: e.record for e in events if isinstance(e, Sent)}
        self.on_event = {e.id: {p for p, _, _ in e.people} for e in events if isinstance(e, Sent)}
        files = [e for e in events if isinstance(e, Delivered)]
        self.files = {e.id for e in files}
        self.held = {name for e in files for name in e.holds}
        self.acts = {e.id for e in events if isinstance(e, Act)}
        for act in (e for e in events if isinstance(e, Act) and e.people is not None):
            self.on_event.setdefault(act.on, set()).update(p for p, _, _ in act.people or ())
        self.checks: dict[str, Callable[[Node, str], Any]] = {
            "of": self._of,
            "record": self._record,
            "records": self._records,
            "citing": self._records,
            "shown": self._records,
            "redacted": self._records,
            "withheld": self._records,
            "missing": self._parts,
            "open": lambda n, p: self.f.one_of(n, p, self._states(), "a state that a record opens"),
            "role": self._role,
            "why": self._texts,
            "above": self._records,
            "with": self._records,
            "holder": self._who,
            "event": self._event,
            "who": self._who,
            "about": self._about,
            "clock": lambda n, p: self.f.one_of(n, p, {*self.definition.clock, *contract.CLOCKS}, "a clock"),
            "state": lambda n, p: self.f.one_of(n, p, contract.CLOCK_STATES, "a clock's state"),
            "as": lambda n, p: self.f.one_of(n, p, contract.LEVELS, "a level of sight"),
            "signal": lambda n, p: self.f.one_of(n, p, {*self.definition.signal, *contract.SIGNALS}, "a signal"),
            "message": lambda n, p: self.f.one_of(n, p, {*self.definition.message, *contract.MESSAGES}, "a message"),
            "group": lambda n, p: self.f.one_of(n, p, self.definition.group, "a group"),
            "shows": lambda n, p: self.f.one_of(n, p, SHOWS, "what the registry shows"),
            "on": self._day,
            "to": lambda n, p: self.f.one_of(n, p, {*self.workers, *self.agencies}, "an agency or a worker"),
            "since": lambda n, p: self.f.moment(n, p)[1],
            "until": lambda n, p: self.f.moment(n, p, end_of_day=True)[1],
            "finds": self._people,
            "first": self._about,
            "school": lambda n, p: self.f.one_of(n, p, self.agencies, "an agency"),
            "count": self._count,
            "urgent": lambda n, p: self.f.yes(n, p),
            "detail": lambda n, p: self.f.one_of(n, p, (*contract.AS_KEYS, "postcode"), "a detail of somebody"),
        }

    def one(self, node: Node, path: str) -> Expectation | None:
        keys = self.f.mapping(node, path)
        kind = self.f.text(keys.get("kind"), f"{path}.kind")
        kinds = {*contract.EXPECTATIONS, *contract.NOT_BUILT}
        if not kind:
            self.f.fault(node.line, path, "", "`kind:`, what is expected")
            return None
        if kind not in kinds:
            self.f.fault(
                keys["kind"].line,
                f"{path}.kind",
                kind,
                f"a kind of expectation, {one_of(kinds, 40)}",
                nearest(kind, kinds),
            )
            return None
        needed, may_have = contract.EXPECTATIONS.get(kind, ((), tuple(keys)))
        self.f.keys(node, path, (*needed, *may_have, *contract.COMMON), needed)
        given: dict[str, Any] = {}
        for key, value in keys.items():
            if key in ("kind", "at", "by", "never", "note"):
                continue
            check = self.checks.get(key)
            if key == "of" and kind in ONE_IDENTITY:
                check = self._one_identity
            elif key == "who" and kind in SEVERAL_WORKERS:
                check = self._workers
            elif key == "school" and kind != "finds":
                check = None
            given[key] = check(value, f"{path}.{key}") if check and kind in contract.EXPECTATIONS else plain(value)
        because = given.get("because")
        if because and kind in BECAUSE:
            self.f.known(keys["because"].line, f"{path}.because", str(because), BECAUSE[kind], "a reason")
        if kind == "finds" and not set(given) & set(ASKED):
            self.f.fault(node.line, path, "", f"what is searched for, {one_of(ASKED)}")
        _, at = self.f.moment(keys.get("at"), f"{path}.at")
        _, by = self.f.moment(keys.get("by"), f"{path}.by", end_of_day=True)
        return Expectation(
            kind, in_words(kind, plain(node)), node.line, at, by, self.f.yes(keys.get("never"), f"{path}.never"), given
        )

    def _texts(self, node: Node, path: str) -> tuple[str, ...]:
        return self.f.texts(node, path)

    def _parts(self, node: Node, path: str) -> tuple[str, ...]:
        """What a record may be told to lack. A misspelt one would never be missing, and never found to be."""
        records = self.definition.record.values()
        known = {good.part for record in records for good in record.good_when}
        known |= {field for record in records for field in record.fields}
        found = self.f.texts(node, path)
        for one in found:
            self.f.known(node.line, path, one, known | contract.PARTS, "a part of a record")
        return found

    def _states(self) -> set[str]:
        return {record.opens.state for record in self.definition.record.values() if record.opens is not None}

    def _role(self, node: Node, path: str) -> str:
        """A role of a worker, or what an agency calls one who works with a child: by its code or its title."""
        text = self.f.text(node, path)
        named = self.definition.codes.get("worker-role")
        known = {name for one, role in self.definition.role.items() for name in (one, role.title)}
        known |= {name for one, code in (named.codes.items() if named else ()) for name in (one, code.title)}
        if text.casefold() not in {name.casefold() for name in known}:
            self.f.known(node.line, path, text, known, "a role of whoever works with a child")
        return text

    def _of(self, node: Node, path: str) -> tuple[str, ...]:
        found = self._each(node, path)
        if len(found) < 2:
            self.f.fault(node.line, path, plain(node), "at least two, `[jay@e1, jay@e2]`")
        return found

    def _each(self, node: Node, path: str) -> tuple[str, ...]:
        found = self.f.texts(node, path)
        for one in found:
            person, event = target(one)
            if not person:
                self.f.fault(node.line, path, one, "somebody as an event brought them, `person@event`")
            elif self.f.known(node.line, path, person, self.people, "a person") and event not in self.held:
                if self.f.known(node.line, path, event, self.on_event, "a record that was sent"):
                    self.f.known(node.line, path, person, self.on_event[event], f"somebody on {event}")
        return found

    def _one_identity(self, node: Node, path: str) -> str:
        found = self._each(node, path)
        if len(found) != 1:
            self.f.fault(node.line, path, plain(node), "somebody as one event brought them, `jay@e1`")
        return found[0] if found else ""

    def _workers(self, node: Node, path: str) -> tuple[str, ...]:
        found = self.f.texts(node, path)
        for one in found:
            self.f.known(node.line, path, one, self.workers, "a worker of the story")
        return found

    def _people(self, node: Node, path: str) -> tuple[str, ...]:
        found = self.f.texts(node, path)
        for one in found:
            self.f.known(node.line, path, one, self.people, "a person")
        return found

    def _count(self, node: Node, path: str) -> int:
        text = self.f.text(node, path)
        if not text.isdigit():
            self.f.fault(node.line, path, text, "a whole number")
        return int(text) if text.isdigit() else 0

    def _record(self, node: Node, path: str) -> str:
        return self.f.one_of(node, path, {*self.record_of, *self.held, *self.acts}, "an event")

    def _records(self, node: Node, path: str) -> tuple[str, ...]:
        found = self.f.texts(node, path)
        for one in found:
            self.f.known(node.line, path, one, {*self.record_of, *self.held, *self.acts}, "an event")
        return found

    def _event(self, node: Node, path: str) -> str:
        return self.f.one_of(node, path, {*self.record_of, *self.files, *self.acts}, "an event")

    def _day(self, node: Node, path: str) -> str:
        text = self.f.text(node, path)
        try:
            date.fromisoformat(text)
        except ValueError:
            self.f.fault(node.line, path, text, "a day, such as 2022-03-01")
        return text

    def _who(self, node: Node, path: str) -> str:
        return self.f.one_of(node, path, self.workers, "a worker of the story")

    def _about(self, node: Node, path: str) -> str:
        return self.f.one_of(node, path, self.people, "a person")


def in_words(kind: str, values: Mapping[str, Any]) -> str:
    """The expectation on one line, as its author wrote it."""
    shown = []
    for key, value in values.items():
        if key not in ("kind", "never", "note"):
            shown.append(f"{key} [{', '.join(map(str, value))}]" if isinstance(value, list) else f"{key} {value}")
    never = " (never)" if str(values.get("never") or "").lower() in ("true", "yes") else ""
    return f"{kind}{never}: {'; '.join(shown)}"
