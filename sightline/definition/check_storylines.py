"""Whether a storyline or look-alike can be planted, and says what it is for: every reference, span and promise."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from pathlib import Path as Folder
from typing import Any

from sightline.definition.faults import Faults
from sightline.definition.kinds.storylines import (
    DETAILS,
    ELSEWHERE,
    Moment,
    Never,
    Ought,
    Storyline,
    Told,
    read_age,
    read_day,
    read_moment,
    read_percent,
    read_range,
    read_sent,
    read_span,
    read_times,
)
from sightline.definition.nearest import nearest, one_of
from sightline.definition.shape import shaped
from sightline.definition.types import Fault, Partnership, RecordField, RecordType
from sightline.definition.yaml_lines import Node, Path, dotted, walk
from sightline.definition.yaml_lines import read as read_yaml

PLACEHOLDER = re.compile(r"\{([A-Za-z0-9-]+)(?:\.([A-Za-z-]+))?\}")
PRONOUNS = ("he", "him", "his", "He", "Him", "His")  # of whom the record is about; written for boys, said for all
WORDS_OF = ("given", "family", *PRONOUNS)
SCHOOLS = ("school", "college", "alternative-provision")
AUTO = "a new number"
FREE_FALL = ("at", "day")  # of an event: when it happened, in a text
SPANS: dict[str, tuple[Callable[[str], object], str]] = {
    "age": (read_age, "an age such as `13 to 16` (years) or `1 to 5 months`"),
    "many": (read_range, "how many: `3` or `3 to 4`"),
    "born-near": (read_span, "how far apart: `3 to 20 days`"),
    "moves-in": (read_day, "a day such as `day 20`"),
    "day": (read_range, "days after the first: `12` or `10 to 14`"),
    "after": (read_span, "a span such as `40 minutes` or `1 to 3 days`"),
    "time": (read_times, "a time such as `evening`, `at school`, `at work` or `21:00 to 23:30`"),
    "chance": (read_percent, "a share such as `60%`"),
    "sent": (read_sent, "how long until it is sent: `next morning`, `that evening`, `40 minutes`, `1 to 3 days`"),
    "by": (read_day, "a day such as `day 60`"),
}


def with_folder(partnership: Partnership, folder: Folder) -> tuple[Partnership, list[Fault]]:
    """The partnership with the storylines of an author's own folder instead of its own, and every fault in them.

    Each file is one storyline, named by its id. Faulty ones are left out. Raises OSError where the folder cannot be read.
    """
    found: dict[str, Storyline] = {}
    faults: list[Fault] = []
    origins = dict(partnership.origins)
    spoilt: dict[str, tuple[str, ...]] = {}
    files = sorted(path for path in folder.iterdir() if path.suffix in (".yaml", ".yml"))
    if not files:
        faults.append(Fault(file=str(folder), line=1, expected="at least one storyline: a file that ends in .yaml"))
    for path in files:
        document = read_yaml(path.read_bytes(), str(path))
        faults += document.faults
        node = document.node
        if node is None:
            continue
        named = node.value.get("storyline") if type(node.value) is dict else None
        if named is None or next(iter(node.value)) != "storyline" or named.value != path.stem:
            line, said = (named.line, str(named.value)) if named else (1, "")
            expected = f"`storyline: {path.stem}` as the first line: the file's own name"
            faults.append(Fault(file=str(path), line=line, path="storyline", found=said, expected=expected))
            continue
        body = Node({key: item for key, item in node.value.items() if key != "storyline"}, str(path), named.line)
        outcome = shaped(Storyline, body, path.stem)
        faults += outcome.faults
        spoilt[f"storyline/{path.stem}"] = outcome.spoilt
        for where, spot in walk(body):
            name = f"storyline/{path.stem}"
            origins[f"{name}#{dotted(where)}" if where else name] = f"{spot.file}:{spot.line}"
        if isinstance(outcome.thing, Storyline):
            found[path.stem] = outcome.thing
    there = partnership.model_copy(update={"storyline": found, "origins": origins})
    declared = {
        kind: set(getattr(partnership, kind)) for kind in ("record", "signal", "codes", "agency", "role", "feed")
    }
    declared["storyline"] = {*partnership.storyline, *found}  # the partnership's own may still be named
    collecting = Faults(there, declared, spoilt)
    for storyline in found.values():
        for key in ("title", "source"):
            if not getattr(storyline, key).strip():
                collecting.add(f"storyline/{storyline.id}", (key,), "", f"a {key}: never empty", code="empty")
        if not storyline.examples:
            collecting.add(f"storyline/{storyline.id}", (), "", "examples: one that suits and one that does not")
        check_storyline(collecting, f"storyline/{storyline.id}", storyline)
    told = sorted([*faults, *collecting.found], key=lambda f: (f.file, f.line, f.path))
    faulty = {Folder(fault.file).stem for fault in told}
    sound = {id: line for id, line in found.items() if id not in faulty}
    return there.model_copy(update={"storyline": sound}), told


def check_storyline(faults: Faults, name: str, storyline: Storyline) -> None:
    """Every fault of one storyline."""
    _Check(faults, name, storyline).all()


class _Check:
    def __init__(self, faults: Faults, name: str, line: Storyline) -> None:
        self.faults, self.name, self.line = faults, name, line
        self.before: dict[str, Told] = {}

    def all(self) -> None:
        self.whole()
        for role, member in self.line.cast.items():
            self.member(("cast", role), member)
        for key, place in self.line.places.items():
            if place.kind:
                self.faults.code(self.name, ("places", key, "kind"), place.kind, "location-type")
            for index, text in enumerate(place.named):
                if "{" in text.replace("{coined}", ""):
                    self.add(("places", key, "named", index), text, "words, with `{coined}` for an invented name")
        for index, held in enumerate(self.line.held_as):
            self.held(("held-as", index), held)
        for index, event in enumerate(self.line.events):
            self.event(("events", index), event)
            self.before[event.event] = event
        self.turns()
        for index, ought in enumerate(self.line.signals):
            self.signal(("signals", index), ought)
        for index, never in enumerate(self.line.never):
            self.signal(("never", index), never)

    # --- one part each ---------------------------------------------------------------------------------

    def whole(self) -> None:
        line = self.line
        for key in ("about", "really", "ends"):
            if "{" in getattr(line, key):
                self.add((key,), getattr(line, key), "words without `{…}`: this is said of every planting alike")
        planted = line.planted
        if bool(planted.per_10000_children_a_year) == bool(planted.in_all):
            self.add(("planted",), "", "either `per-10000-children-a-year` or `in-all`")
        for key, value in (
            ("per-10000-children-a-year", planted.per_10000_children_a_year),
            ("in-all", planted.in_all),
        ):
            if value and not re.fullmatch(r"\d+(\.\d+)?", value):
                self.add(("planted", key), value, "a number such as `2` or `0.5`")
        if "child" not in line.cast or line.cast["child"].is_ not in ("child", "unborn"):
            self.add(("cast",), "", "`child`: {is: child} (or unborn), from whose home the others come")
        if not line.events:
            self.add(("events",), "", "at least one event")
        if line.kind == "storyline" and not line.signals:
            self.add(("signals",), "", "what ought to be found; what nobody should find is a look-alike")
        if line.kind == "look-alike" and not line.never:
            self.add(("never",), "", "what must not be found: that is what a look-alike is for")
        for index, other in enumerate(line.looks_like):
            self.faults.thing(self.name, ("looks-like", index), other, "storyline")
        if line.household.children:
            self.span(("household", "children"), line.household.children, "many")
        for key in ("has", "without"):
            for index, who in enumerate(getattr(line.household, key)):
                known = ("mother", "father", "father-elsewhere", "step-parent")
                self.faults.refer(self.name, ("household", key, index), who, known, "one of a home")

    def member(self, path: Path, member: Any) -> None:
        for key in ("age", "many", "born-near", "moves-in"):
            self.span((*path, key), getattr(member, key.replace("-", "_")), key)
        if member.many and member.is_ not in (*ELSEWHERE, "brother-or-sister"):
            self.add((*path, "many"), member.many, "`many` only of unrelated people, or of brothers and sisters")
        if member.named_as:
            self.cast((*path, "named-as"), member.named_as)
        if member.born_near and not member.named_as:
            self.add((*path, "born-near"), member.born_near, "`named-as` beside it")
        if member.moves_in and member.is_ != "unrelated-adult":
            self.add((*path, "moves-in"), member.moves_in, "an unrelated adult: nobody else moves in")

    def held(self, path: Path, held: Any) -> None:
        self.cast((*path, "who"), held.who)
        self.faults.code(self.name, (*path, "by"), held.by, "agency-kind")
        for detail in DETAILS:
            value = getattr(held, detail.replace("-", "_"))
            if value.startswith("that of "):
                self.cast((*path, detail), value.removeprefix("that of "))
            elif value == "day and month swapped" and detail != "born":
                self.add((*path, detail), value, "a birth date: nothing else has a day and a month")
            elif value and value not in ("none", "day and month swapped") and detail not in ("given", "family"):
                self.add((*path, detail), value, "`none`, or `that of` somebody of the cast")

    def event(self, path: Path, event: Told) -> None:
        faults, name = self.faults, self.name
        if event.event in self.before:
            self.add((*path, "event"), event.event, "each event's own name, once", code="duplicate")
        for key in ("day", "after", "time", "chance", "sent"):
            self.span((*path, key), getattr(event, key), key)
        if event.repeat:
            self.span((*path, "repeat", "times"), event.repeat.times, "many")
            self.span((*path, "repeat", "every"), event.repeat.every, "after")
        if bool(event.day) == bool(event.follows):
            self.add(path, event.event, "either `day` or `follows`: when it happens")
        if bool(event.follows) != bool(event.after):
            self.add((*path, "after"), event.after, "`follows` and `after` together")
        for key in ("follows", "unless", "changes"):
            if value := getattr(event, key):
                faults.refer(name, (*path, key), value, self.before, "an event before this one")
        if event.since:
            before = self.before.get(event.follows)
            declared = faults.partnership.record.get(before.record) if before else None
            moments = {f for f, about in declared.fields.items() if about.kind == "datetime"} if declared else set()
            known = moments & set(before.fields) if before else set()
            faults.refer(name, (*path, "since"), event.since, known, f"a moment that {event.follows or 'it'} tells")
        faults.code(name, (*path, "from"), event.from_, "agency-kind")
        if f"record/{event.record}" not in faults.partnership.withdrawn:  # else nobody sends it here: it is left out
            faults.thing(name, (*path, "record"), event.record, "record")
        for key in ("school_of", "for_each"):
            if value := getattr(event, key):
                self.cast((*path, key.replace("_", "-")), value)
        record = faults.partnership.record.get(event.record)
        for role in event.about:
            self.cast((*path, "about", role), role)
        if event.from_ in SCHOOLS:
            at_school = [self.line.cast[role] for role in (event.school_of, *event.about) if role in self.line.cast]
            if not any(member.school for member in at_school):
                what = "somebody of the cast with `school: any`: it is their school that sends it"
                self.add((*path, "from"), event.from_, what)
        if event.place and event.place not in self.line.places and " " not in event.place and event.place.islower():
            faults.refer(name, (*path, "place"), event.place, self.line.places, "one of `places`, or words")
        for index, text in enumerate(event.says):
            self.words((*path, "says", index), text)
        if record is not None:
            self.record(path, event, record)

    def record(self, path: Path, event: Told, record: RecordType) -> None:
        faults, name = self.faults, self.name
        kinds = faults.partnership.codes.get("agency-kind")
        if "any" not in record.sent_by and event.from_ not in record.sent_by and kinds and event.from_ in kinds.codes:
            faults.refer(name, (*path, "from"), event.from_, record.sent_by, f"who may send {record.id}")
        on_it: dict[str, int] = {}
        for role, part in event.about.items():
            faults.refer(name, (*path, "about", role), part, record.people, f"a role on {record.id}")
            member = self.line.cast.get(role)
            several = member is not None and member.many and event.for_each != role
            on_it[part] = on_it.get(part, 0) + (2 if several else 1)
        unknown = set(on_it) - set(record.people)  # told already
        for part, about in record.people.items():
            if not unknown and about.needed and part not in on_it and not event.changes:
                self.add((*path, "about"), "", f"somebody as `{part}`: {record.id} needs one")
            if on_it.get(part, 0) > 1 and not about.many:
                self.add((*path, "about"), part, f"one `{part}` on each {record.id}; `for-each` makes several records")
        for field, variants in event.fields.items():
            declared = record.fields.get(field)
            if declared is None:
                faults.refer(name, (*path, "fields", field), field, record.fields, f"a field of {record.id}")
                continue
            for index, value in enumerate(variants):
                at = (*path, "fields", field, index) if len(variants) > 1 else (*path, "fields", field)
                self.value(at, declared, value)
        for field, declared in record.fields.items():
            if declared.needed and field not in event.fields and not event.changes:
                self.add((*path, "fields"), "", f"`{field}`: {record.id} needs it")

    def value(self, path: Path, field: RecordField, value: str) -> None:
        if self.words(path, value):
            return
        if field.kind in ("choice", "choices") and field.of:
            for code in value.split("; "):
                self.faults.code(self.name, path, code, field.of)
        elif field.kind == "yes-no" and value not in ("yes", "no"):
            self.add(path, value, "yes or no")
        elif field.kind == "number":
            try:
                read_range(value)
            except ValueError:
                if not re.fullmatch(r"\d+(\.\d+)?", value):
                    self.add(path, value, "a number, or `3 to 9`")
        elif field.kind in ("date", "datetime"):
            moment = self.span(path, value, "")
            if moment and field.kind == "datetime" and moment.whole and moment.clock is None:
                self.add(path, value, "a moment: with `at 10:00`, or `that moment`")

    def turns(self) -> None:
        turns = self.line.turns
        if turns.startswith("day "):
            self.span(("turns",), turns, "by")
        elif turns:
            self.faults.refer(self.name, ("turns",), turns, self.before, "an event of this storyline, or `day 60`")
            if self.left_to_chance(turns):
                self.add(("turns",), turns, "an event that always comes, or a day: it turns in every planting")

    def signal(self, path: Path, wanted: Ought | Never) -> None:
        known = {*self.faults.declared.get("signal", ())}
        at = (*path, "signal") if isinstance(wanted, Ought) or wanted.because or wanted.about else path
        self.faults.refer(self.name, at, wanted.signal, known, "a signal")
        if wanted.about:
            about = {*self.line.cast, *self.line.places}
            self.faults.refer(self.name, (*path, "about"), wanted.about, about, "one of the cast or of `places`")
        if not isinstance(wanted, Ought):
            return
        self.span((*path, "by"), wanted.by, "by")
        for index, event in enumerate(wanted.because):
            here = (*path, "because", index) if len(wanted.because) > 1 else (*path, "because")
            self.faults.refer(self.name, here, event, self.before, "an event of this storyline")
            if self.left_to_chance(event):
                self.add(here, event, "an event that always comes: what ought to be found cannot rest on chance")

    # --- helpers ---------------------------------------------------------------------------------------

    def left_to_chance(self, name: str) -> bool:
        event = self.before.get(name)
        if event is None:
            return False
        return (
            event.chance != "100%" or bool(event.unless) or bool(event.follows and self.left_to_chance(event.follows))
        )

    def add(self, path: Path, found: str, expected: str, near: str = "", code: str = "invalid") -> None:
        self.faults.add(self.name, path, found, expected, near, code)

    def cast(self, path: Path, role: str) -> None:
        self.faults.refer(self.name, path, role, self.line.cast, "one of the cast")

    def span(self, path: Path, text: str, kind: str) -> Moment | None:
        """Faults a phrase that cannot be read; answers a moment where that is what it is."""
        if not text:
            return None
        if not kind:
            try:
                return read_moment(text)
            except ValueError:
                what = "`that day`, `that moment`, `3 hours later`, `2 weeks earlier at 09:00`, `day 30 at 10:00`"
                self.add(path, text, what)
                return None
        read, what = SPANS[kind]
        try:
            read(text)
        except (ValueError, TypeError):
            self.add(path, text, what)
        return None

    def words(self, path: Path, text: str) -> bool:
        """Faults placeholders that nothing fills. True where nothing more can be said about the value."""
        for match in PLACEHOLDER.finditer(text):
            self.placeholder(path, match[0], match[1], match[2] or "")
        if "{" in PLACEHOLDER.sub("", text) or "}" in PLACEHOLDER.sub("", text):
            self.add(path, text, "each `{` with its `}` and a name between")
        return bool(PLACEHOLDER.search(text)) or text == AUTO

    def placeholder(self, path: Path, whole: str, name: str, part: str) -> None:
        events: Collection[str] = self.before
        if name in self.line.cast:
            if part and part not in WORDS_OF:
                self.add(path, whole, f"a part of a person, {one_of(WORDS_OF)}", nearest(part, WORDS_OF), "unknown")
        elif name in self.line.places or (name in (*PRONOUNS, "place") and not part):
            return
        elif name in events:
            fields = {*self.before[name].fields, *FREE_FALL}
            if part not in fields:
                self.add(path, whole, f"what {name} holds, {one_of(fields)}", nearest(part, fields), "unknown")
        else:
            known = {*self.line.cast, *self.line.places, *events, *PRONOUNS, "place"}
            self.add(
                path,
                whole,
                f"one of the cast, a place or an event before, {one_of(known)}",
                nearest(name, known),
                "unknown",
            )
