"""Understanding a story file: every fault at once, with its line, what was expected and the nearest name."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime, time
from pathlib import Path

from sightline.definition.loader import Unsound, load, names
from sightline.definition.nearest import nearest
from sightline.definition.records import code_for
from sightline.definition.types import Fault, Partnership
from sightline.definition.yaml_lines import Node, plain
from sightline.definition.yaml_lines import read as read_yaml
from sightline.intake.types import Details
from sightline.jobs.as_sent import moment_of
from sightline.stories import contract, identifiers
from sightline.stories.finding import Finder
from sightline.stories.model import School, Sent, Staff, Story
from sightline.stories.readers import readers
from sightline.stories.reading_events import read_events
from sightline.stories.reading_expectations import read_expectations
from sightline.timescales.london import at

NAME = re.compile(r"^[a-z0-9]+(?:[-_][a-z0-9]+)*$")
ROW = re.compile(r"^S(0[1-9]|[1-7]\d|8[0-4])$")
NOON = time(12)
OF_ANOTHER = re.compile(r"^of ([a-z0-9_-]+)$")


def files_in(given: list[str]) -> list[Path]:
    """The story files under these paths, in order: of a folder all `.yaml` files, at any depth, that tell one."""
    found: list[Path] = []
    for name in given:
        path = Path(name)
        found += sorted(p for p in path.rglob("*.yaml") if tells_a_story(p)) if path.is_dir() else [path]
    return list(dict.fromkeys(found))


def tells_a_story(path: Path) -> bool:
    """Whether a file in a folder is a story (other YAML may lie beside): it has a `story:` key at the margin."""
    try:
        return any(
            line.startswith("story:") for line in path.read_text(encoding="utf-8", errors="replace").splitlines()
        )
    except OSError:
        return True


def read_story(path: Path) -> tuple[Story | None, list[Fault]]:
    """The story, or None with every fault."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        return None, [
            Fault(file=str(path), line=1, found=error.strerror or "unreadable", expected="a story file", code="story")
        ]
    return understand(raw, str(path))


def understand(raw: bytes | str, file: str) -> tuple[Story | None, list[Fault]]:
    document = read_yaml(raw, file)
    if document.node is None or document.faults:
        return None, list(document.faults)
    reader = _Reader(file)
    story = reader.story(document.node)
    return (None, reader.faults) if reader.faults else (story, [])


class _Reader(Finder):
    definition: Partnership

    def story(self, node: Node) -> Story | None:
        top = self.keys(node, "", contract.STORY_KEYS, ("story", "events"))
        partnership = self.text(top.get("partnership"), "partnership") or "leeds"
        line = top["partnership"].line if "partnership" in top else node.line
        if not self.known(line, "partnership", partnership, names(), "a partnership"):
            return None
        try:
            self.definition = load(partnership)
        except Unsound as error:
            self.fault(
                line,
                "partnership",
                partnership,
                f"a sound definition: {len(error.faults)} faults (see `sightline check {partnership}`)",
            )
            return None
        title = self.text(top.get("story"), "story")
        self.seed = title or Path(self.file).stem
        agencies = self._agencies(top.get("agencies"))
        self.agencies = set(self.definition.agency) | {a.id for a in agencies}
        workers = self._workers(top.get("workers"))
        people = self._people(top.get("people"))
        relations = self._relations(top.get("relations"), set(people))
        events = read_events(
            self, self.definition, top.get("events"), people, self.agencies, {w.id for w in workers}, self._as
        )
        expect = read_expectations(self, self.definition, top.get("expect"), people, events, workers, self.agencies)
        covers = self._covers(top.get("covers"))
        moments = [e.taken for e in events] + [
            m for e in events if isinstance(e, Sent) for m in (e.moment, _moment(e.happened))
        ]
        moments += [m for x in expect for m in (x.at, x.by) if m is not None]
        if self.faults or not moments:
            if not moments and not self.faults:
                self.fault(node.line, "events", "", "at least one event")
            return None
        days = [str(x.given["on"]) for x in expect if x.kind == "day-list" and x.given.get("on")]
        moments += [at(date.fromisoformat(day), NOON) for day in days]  # a day that is asked about is lived until its noon
        return Story(
            file=self.file,
            title=title,
            covers=covers,
            partnership=partnership,
            people=people,
            relations=relations,
            agencies=agencies,
            workers=workers + readers(self.definition, workers, {a.id: a.kind for a in agencies}, expect),
            events=tuple(sorted(events, key=lambda e: e.taken)),
            expect=expect,
            end=max(moments),
            about=self.text(top.get("about"), "about"),
        )

    def _covers(self, node: Node | None) -> tuple[str, ...]:
        found = self.texts(node, "covers")
        for row in found:
            if node is not None and not ROW.match(row):
                self.fault(node.line, "covers", row, "a row of the catalogue, S01 to S84")
        return found

    # --- who there is --------------------------------------------------------------------------------------

    def _named(self, node: Node | None, path: str) -> dict[str, Node]:
        found = self.mapping(node, path)
        for name, value in found.items():
            if not NAME.match(name):
                self.fault(value.line, path, name, "a short name in lower-case letters and digits")
        return found

    def _agencies(self, node: Node | None) -> tuple[School, ...]:
        found = []
        kinds = self.definition.codes["agency-kind"].codes
        for id, value in self._named(node, "agencies").items():
            path = f"agencies.{id}"
            keys = self.keys(value, path, contract.AGENCY_KEYS, ("kind",))
            calendar = (
                self.keys(keys["calendar"], f"{path}.calendar", ("closed", "inset", "years"))
                if "calendar" in keys
                else {}
            )
            found.append(
                School(
                    id,
                    self.one_of(keys.get("kind"), f"{path}.kind", kinds, "a kind of agency"),
                    self.text(keys.get("name"), f"{path}.name") or id.replace("-", " ").capitalize(),
                    self.text(keys.get("phone"), path),
                    {key: plain(part) for key, part in calendar.items()},
                )
            )
        return tuple(found)

    def _workers(self, node: Node | None) -> tuple[Staff, ...]:
        roles = {r.id for r in self.definition.role.values() if not r.machine}
        found = []
        for id, value in self._named(node, "workers").items():
            path = f"workers.{id}"
            keys = self.keys(value, path, contract.WORKER_KEYS, ("agency", "role"))
            settings = self.mapping(keys.get("settings"), f"{path}.settings")
            found.append(
                Staff(
                    id,
                    self.text(keys.get("name"), path) or id.replace("-", " ").replace("_", " ").title(),
                    self.one_of(keys.get("agency"), f"{path}.agency", self.agencies, "an agency"),
                    self.one_of(keys.get("role"), f"{path}.role", roles, "a role"),
                    self.text(keys.get("team"), f"{path}.team"),
                    self.text(keys.get("phone"), path),
                    {key: plain(part) for key, part in settings.items()},
                )
            )
        return tuple(found)

    def _people(self, node: Node | None) -> dict[str, Details]:
        named = self._named(node, "people")
        found: dict[str, Details] = {}
        self._numbers: dict[str, dict[str, str]] = {id: {} for id in named}
        for _ in (1, 2):  # twice: a number may be that of somebody who stands further down
            faults, self.faults = self.faults, []
            for id, value in named.items():
                found[id] = self._details(id, value, f"people.{id}", Details(), contract.PERSON_KEYS)
                self._numbers[id] = {"nhs_number": found[id].nhs_number, "upn": found[id].upn}
            once, self.faults = self.faults, faults
        self.faults += once
        return found

    def _as(self, person: str, node: Node, path: str, truth: Details) -> Details:
        """A person as one sender holds them: as poor as senders' details are."""
        return self._details(person, node, path, truth, contract.AS_KEYS, as_sent=True)

    def _details(
        self, person: str, node: Node, path: str, held: Details, allowed: tuple[str, ...], *, as_sent: bool = False
    ) -> Details:
        changes: dict[str, object] = {}
        for key, value in self.keys(node, path, allowed).items():
            where = f"{path}.{key}"
            if key == "address":
                changes |= self._address(value, where)
            elif key in ("nhs_number", "upn"):
                changes[key] = self._number(person, key, value, where)
            elif key in ("born", "expected"):
                changes[key] = self._several(value, where) if as_sent else self._date(value, where)
            elif key in ("sex", "ethnicity"):
                changes[key] = self._code(key, value, where, strict=not as_sent)
            elif key == "school":
                text = self.text(value, where)
                if not as_sent or nearest(text, self.agencies):  # of a sender's own school any name may come
                    self.one_of(value, where, self.agencies, "an agency of the definition or the story")
                changes[key] = text
            elif key in allowed:
                changes[key] = self.text(value, where)
        return replace(held, **changes)  # type: ignore[arg-type]

    def _address(self, node: Node, path: str) -> dict[str, object]:
        if node.value is None:
            return {"lines": (), "postcode": ""}
        if isinstance(node.value, str):
            return {"lines": (node.value.strip(),), "postcode": ""}
        keys = self.keys(node, path, ("lines", "postcode"))
        return {"lines": self.texts(keys.get("lines"), path), "postcode": self.text(keys.get("postcode"), path)}

    def _number(self, person: str, key: str, node: Node, path: str) -> str:
        value = self.text(node, path)
        other = OF_ANOTHER.match(value)
        if other:
            return (
                self._numbers.get(other[1], {}).get(key, "")
                if self.known(node.line, path, other[1], self._numbers, "a person")
                else ""
            )
        if value == "auto":
            make = identifiers.nhs_number if key == "nhs_number" else identifiers.pupil_number
            return make(self.seed, person)
        return value

    def _date(self, node: Node, path: str) -> str:
        value = self.text(node, path)
        if value and not re.fullmatch(r"\d{4}(-\d{2}(-\d{2})?)?", value) or value and _moment(value) is None:
            self.fault(node.line, path, value, "a date such as 2010-03-04 (or 2010-03, or 2010)")
        return value

    def _several(self, node: Node, path: str) -> str:
        """One text, or several beside each other, as a system sends them."""
        return " / ".join(self.texts(node, path))

    def _code(self, key: str, node: Node, path: str, *, strict: bool = True) -> str:
        value = self.text(node, path)
        codes = self.definition.codes.get(key)
        if not value or codes is None:
            return value
        code = code_for(codes, value)
        if not code and not codes.open and (strict or nearest(value, codes.codes)):
            self.known(node.line, path, value, codes.codes, f"a code of {key}")
        return code or value

    def _relations(self, node: Node | None, people: set[str]) -> tuple[tuple[str, str, str], ...]:
        found = []
        for item in self.items(node, "relations"):
            parts = self.texts(item, "relations")
            if len(parts) != 3:
                self.fault(item.line, "relations", plain(item), "[somebody, relation, somebody]: who is what to whom")
                continue
            subject, relation, other = parts
            if self.known(item.line, "relations", subject, people, "a person") and self.known(
                item.line, "relations", other, people, "a person"
            ):
                codes = self.definition.codes.get("relation")
                found.append((subject, (code_for(codes, relation) if codes else "") or relation, other))
        return tuple(found)


def _moment(text: str) -> datetime | None:
    try:
        return moment_of(text)
    except (ValueError, OverflowError):
        return None
