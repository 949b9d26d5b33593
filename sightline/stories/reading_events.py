"""Understanding the events of a story: what agencies send, files that arrive, what workers do."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from sightline.definition.records import clean
from sightline.definition.types import Partnership, RecordType
from sightline.definition.yaml_lines import Node, plain
from sightline.intake.types import Details
from sightline.stories import contract
from sightline.stories.finding import Finder, as_yes_no
from sightline.stories.model import Act, Delivered, Event, Sent

Override = Callable[[str, Node, str, Details], Details]
People = tuple[tuple[str, tuple[str, ...], Details], ...]


def read_events(
    finder: Finder,
    definition: Partnership,
    node: Node | None,
    people: Mapping[str, Details],
    agencies: Collection[str],
    workers: Collection[str],
    override: Override,
) -> list[Event]:
    return _Events(finder, definition, people, agencies, workers, override).read(node)


def target(event: str) -> tuple[str, str]:
    """`jay@e1` as (jay, e1); `e1` as ("", e1)."""
    person, at, event_id = event.partition("@")
    return (person, event_id) if at else ("", event)


class _Events:
    def __init__(
        self,
        finder: Finder,
        definition: Partnership,
        people: Mapping[str, Details],
        agencies: Collection[str],
        workers: Collection[str],
        override: Override,
    ) -> None:
        self.f, self.definition, self.people, self.agencies = finder, definition, people, agencies
        self.workers, self.override = workers, override
        self.done: list[Event] = []

    def read(self, node: Node | None) -> list[Event]:
        nodes = self.f.items(node, "events")
        self.records = {
            self.f.text(keys.get("id"), "id"): self.f.text(keys.get("record"), "record")
            for keys in (n.value for n in nodes if type(n.value) is dict)
        }
        self.known = set(self.records) | {
            h
            for n in nodes
            if type(n.value) is dict and "holds" in n.value
            for h in self.f.mapping(n.value["holds"], "holds")
        }
        seen: set[str] = set()
        for n, item in enumerate(nodes):
            keys = self.f.mapping(item, f"events.{n}")
            if not keys:
                continue
            id = self.f.text(keys.get("id"), "id") or f"event-{n + 1}"
            path = f"events.{id}"
            if id in seen:
                self.f.fault(item.line, path, id, "an id that no other event has")
            seen.add(id)
            event = (
                self._act(id, item, path)
                if "does" in keys or "by" in keys
                else (self._file(id, item, path) if "file" in keys or "same-as" in keys else self._sent(id, item, path))
            )
            if event is not None:
                self.done.append(event)
        return self.done

    # --- what agencies send -----------------------------------------------------------------------------

    def _sent(self, id: str, node: Node, path: str) -> Sent | None:
        keys = self.f.keys(node, path, contract.SENT_KEYS, ("at", "from", "record"))
        happened, at = self.f.moment(keys.get("at"), f"{path}.at")
        told, sent = self.f.moment(keys.get("sent"), f"{path}.sent")
        _, loaded = self.f.moment(keys.get("loaded"), f"{path}.loaded")
        until, _ = self.f.moment(keys.get("until"), f"{path}.until")
        agency = self.f.one_of(keys.get("from"), f"{path}.from", self.agencies, "an agency")
        record_id = self.f.one_of(keys.get("record"), f"{path}.record", self.definition.record, "a record type")
        record = self.definition.record.get(record_id)
        if record is None or at is None:
            return None
        people = self._people_on(keys.get("about"), keys.get("as"), path, record)
        fields = self._fields(keys.get("fields"), f"{path}.fields", record)
        return Sent(
            id=id,
            line=node.line,
            happened=happened,
            moment=sent or at,
            told=told or happened,
            taken=loaded or sent or at,
            agency=agency,
            record=record_id,
            people=people,
            until=until,
            place=self._place(keys.get("place"), path),
            says=self.f.text(keys.get("says"), path),
            fields=fields,
            message=self.f.text(keys.get("message"), path),
            version=self.f.text(keys.get("version"), path),
        )

    def _people_on(self, about: Node | None, as_: Node | None, path: str, record: RecordType | None) -> People:
        found = []
        overrides = self.f.mapping(as_, f"{path}.as")
        named = self.f.mapping(about, f"{path}.about")
        for person, roles_node in named.items():
            where = f"{path}.about.{person}"
            self.f.known(roles_node.line, where, person, self.people, "a person")
            roles = self.f.texts(roles_node, where)
            if not roles:
                self.f.fault(roles_node.line, where, "", "a role on the record")
            for role in roles:
                if record is not None:
                    self.f.known(roles_node.line, where, role, record.people, f"a role on {record.id}")
            held = self.people.get(person, Details())
            if person in overrides:
                held = self.override(person, overrides[person], f"{path}.as.{person}", held)
            found.append((person, roles, held))
        for person, value in overrides.items():
            if person not in named:
                self.f.known(value.line, f"{path}.as", person, named, "somebody whom this event is about")
        return tuple(found)

    def _fields(self, node: Node | None, path: str, record: RecordType | None) -> dict[str, Any]:
        values: dict[str, Any] = {}
        lines: dict[str, int] = {}
        for name, value in self.f.mapping(node, path).items():
            lines[name] = value.line
            declared = record.fields.get(name) if record else None
            codes = self.definition.codes.get(declared.of) if declared is not None and declared.of else None
            values[name] = as_yes_no(plain(value), codes.codes if codes else ())
            listed = values[name] if isinstance(values[name], list) else []
            if listed and all(isinstance(each, str) for each in listed) and declared and declared.kind != "choices":
                values[name] = ", ".join(listed)  # several, where one text is kept
        if record is not None:
            _, faults = clean(self.definition, record, {k: v for k, v in values.items() if v is not None})
            for fault in faults:
                if fault.code != "needed":
                    self.f.fault(lines[fault.path], f"{path}.{fault.path}", fault.found, fault.expected, fault.nearest)
        return values

    def _place(self, node: Node | None, path: str) -> dict[str, str]:
        if node is None or node.value is None:
            return {}
        if isinstance(node.value, str):
            return {"name": node.value.strip()}
        keys = self.f.keys(node, f"{path}.place", ("name", "postcode"))
        return {key: text for key, value in keys.items() if (text := self.f.text(value, f"{path}.place"))}

    # --- files ------------------------------------------------------------------------------------------

    def _file(self, id: str, node: Node, path: str) -> Delivered | None:
        keys = self.f.keys(node, path, contract.FILE_KEYS, ("at",))
        _, at = self.f.moment(keys.get("at"), f"{path}.at")
        _, sent = self.f.moment(keys.get("sent"), f"{path}.sent")
        again = self.f.text(keys.get("same-as"), path)
        files = {e.id: e for e in self.done if isinstance(e, Delivered)}
        if again:
            self.f.known(keys["same-as"].line, f"{path}.same-as", again, files, "a file that stands further up")
        earlier = files.get(again)
        feed = self.f.one_of(keys.get("feed"), f"{path}.feed", self.definition.feed, "a feed") or (
            earlier.feed if earlier else ""
        )
        if not feed and not self.f.faults:
            self.f.fault(node.line, path, "", "`feed:`, the feed that reads the file")
        declared = self.definition.feed.get(feed)
        agency = self.f.one_of(keys.get("from"), f"{path}.from", self.agencies, "an agency") or (
            declared.agency if declared else ""
        )
        text = (
            keys["file"].value
            if "file" in keys and isinstance(keys["file"].value, str)
            else (earlier.text if earlier else "")
        )
        holds = {
            name: self.f.text(value, f"{path}.holds")
            for name, value in self.f.mapping(keys.get("holds"), f"{path}.holds").items()
        }
        taken = sent or at
        if taken is None:
            return None
        name = self.f.text(keys.get("name"), path) or (earlier.name if earlier else f"{id}.txt")
        return Delivered(id, node.line, taken, agency, feed, text, name, holds)

    # --- what workers do --------------------------------------------------------------------------------

    def _act(self, id: str, node: Node, path: str) -> Act | None:
        keys = self.f.keys(node, path, contract.ACT_KEYS, ("at", "by", "does"))
        _, at = self.f.moment(keys.get("at"), f"{path}.at")
        by = self.f.one_of(keys.get("by"), f"{path}.by", self.workers, "a worker of the story")
        does = self.f.one_of(keys.get("does"), f"{path}.does", contract.ACTIONS, "something that workers do")
        on = self.f.text(keys.get("on"), f"{path}.on")
        if on:
            self.on(keys["on"].line, f"{path}.on", on)
        elif does in contract.ACTIONS and does not in contract.WITHOUT_ON:
            self.f.fault(node.line, path, "", f"`on:`, the event (or the person) on which somebody does `{does}`")
        given, people = self._given(keys.get("with"), f"{path}.with", does, on)
        return Act(id, node.line, at, by, does, on, given, people) if at is not None else None

    def on(self, line: int, path: str, on: str) -> None:
        person, event = target(on)
        if person:
            self.f.known(line, path, person, self.people, "a person")
            self.f.known(line, path, event, self.known, "an event")
        elif event not in self.people:
            self.f.known(line, path, event, self.known, "an event")

    def _given(self, node: Node | None, path: str, does: str, on: str) -> tuple[dict[str, Any], People | None]:
        allowed = contract.ACTIONS.get(does, ())
        keys = self.f.keys(node, path, allowed) if node is not None and does in contract.ACTIONS else {}
        given: dict[str, Any] = {}
        for key, value in keys.items():
            codes = contract.CODES.get((does, key), ())
            given[key] = as_yes_no(plain(value), codes)
            if codes and isinstance(given[key], str):
                self.f.known(value.line, f"{path}.{key}", given[key], codes, f"a value of {key}")
        if "people" in keys:
            given["people"] = self.f.texts(keys["people"], f"{path}.people")
            for one in given["people"]:
                if "@" not in one:
                    self.f.fault(
                        keys["people"].line, f"{path}.people", one, "somebody as an event brought them, `person@event`"
                    )
                else:
                    self.on(keys["people"].line, f"{path}.people", one)
            if len(given["people"]) != 2:
                self.f.fault(keys["people"].line, f"{path}.people", plain(keys["people"]), "two, `[jay@e1, jay@e2]`")
        if "worker" in keys:
            self.f.one_of(keys["worker"], f"{path}.worker", self.workers, "a worker of the story")
        if "signal" in keys:
            self.f.one_of(keys["signal"], f"{path}.signal", {*self.definition.signal, *contract.SIGNALS}, "a signal")
        if "message" in keys:
            self.f.one_of(keys["message"], f"{path}.message", contract.MESSAGES, "a message")
        if does == "correct-record":
            return self._correction(keys, given, path, on)
        return given, None

    def _correction(
        self, keys: dict[str, Node], given: dict[str, Any], path: str, on: str
    ) -> tuple[dict[str, Any], People | None]:
        record = self.definition.record.get(self.records.get(target(on)[1], ""))
        if "fields" in keys:
            given["fields"] = self._fields(keys["fields"], f"{path}.fields", record)
        if "at" in keys:
            given["at"], _ = self.f.moment(keys["at"], f"{path}.at")
        people = self._people_on(keys.get("about"), keys.get("as"), path, record) if "about" in keys else None
        return given, people
