"""Reading a partnership's declarations: every file, overlaid, shaped, checked; every fault at once.

    load("leeds")            the partnership, or `Unsound` with every fault
    read("leeds", root)      the partnership or None, and the faults
    forget()                 the next `load` reads the files again

`definitions/<partnership>/partnership.yaml` says what the partnership lies over (`over: england`); each thing is one
file named by its id in the folder of its kind. What each value may be stands in `types.py`, what it may refer to in
`check.py`, how an overlay changes its base in `overlay.py`.
"""

from __future__ import annotations

import gc
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sightline.definition.check import check_references
from sightline.definition.nearest import nearest, one_of
from sightline.definition.overlay import overlay, withdrawal
from sightline.definition.shape import shaped
from sightline.definition.types import ID, KINDS, Fault, Partnership, Thing
from sightline.definition.versions import fingerprint
from sightline.definition.yaml_lines import LARGEST, Node
from sightline.definition.yaml_lines import read as read_yaml

KNOWN_FORMATS = ("csv", "xlsx", "jsonl", "tables", "cin-census", "istv")
FOLDERS = {folder: kind for kind, (folder, _) in KINDS.items() if folder}
FIRST_KEYS = {kind: kind for kind in KINDS} | {
    "code-list": "codes",
    "reading-alert": "alert",
    "message-plan": "messaging",
    "day-list": "daylist",
    "item-review": "itemreview",
}


class Unsound(Exception):
    """The declarations have faults; `faults` holds all of them."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__(f"{len(faults)} fault(s):\n" + "\n".join(str(fault) for fault in faults))


ROOT = Path(__file__).resolve().parents[2] / "definitions"
_loaded: dict[tuple[str, str], Partnership] = {}


def default_root() -> Path:
    """Where declarations lie: `SIGHTLINE_DEFINITIONS`, or `definitions/` at the root of the repository."""
    named = os.environ.get("SIGHTLINE_DEFINITIONS")
    return Path(named) if named else ROOT


def load(partnership: str, root: Path | None = None) -> Partnership:
    """The partnership, read once in this process and then kept until `forget()`. Raises `Unsound` with all faults."""
    folder = root or default_root()
    key = (str(folder), partnership)
    if key not in _loaded:
        found, faults = read(partnership, folder)
        if found is None:
            raise Unsound(faults)
        _loaded[key] = found
    return _loaded[key]


def forget() -> None:
    """Reads anew at the next `load`: after files have changed."""
    _loaded.clear()


def names(root: Path | None = None) -> list[str]:
    """The partnerships that are declared, by id."""
    folder = root or default_root()
    return sorted(p.parent.name for p in folder.glob("*/partnership.yaml"))


def read(
    partnership: str, root: Path | None = None, formats: tuple[str, ...] = KNOWN_FORMATS
) -> tuple[Partnership | None, list[Fault]]:
    """Everything that the partnership declares, and every fault, in order of file and line.

    The partnership is None when there is any fault. `formats` are the feed formats that readers exist for.
    """
    with _uncollected():
        return _read(partnership, root or default_root(), formats)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Reading makes hundreds of thousands of nodes, and no circles: each search for these would go through all of them, and
    through whatever else the process holds."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _read(partnership: str, root: Path, formats: tuple[str, ...]) -> tuple[Partnership | None, list[Fault]]:
    draft = Draft(partnership, root)
    whole = draft.chain()
    for layer in draft.layers:
        draft.layer(layer)
    draft.join_parts()
    found = draft.whole() if whole else None  # without its base, it would lack all that it takes from there
    if found is not None:
        draft.faults += check_references(found, draft.declared, formats, draft.spoilt)
    faults = sorted(draft.faults, key=lambda f: (f.file, f.line, f.path))
    return (None if faults else found), faults


def _declares(name: str) -> bool:
    """Whether somebody means a file of this name to declare something, though it may end otherwise (`.yml`, `.YAML.txt`)."""
    return bool(re.search(r"\.ya?ml(\.txt)?$", name, re.IGNORECASE)) and not name.startswith(".")


@dataclass
class Draft:
    """One reading: the layers from the base upwards, and the things as nodes, merged so far."""

    partnership: str
    root: Path
    layers: list[str] = field(default_factory=list)
    infos: dict[str, Node] = field(default_factory=dict)
    things: dict[tuple[str, str], Node] = field(default_factory=dict)
    withdrawn: dict[str, tuple[str, str]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    declared: dict[str, set[str]] = field(default_factory=lambda: {kind: set() for kind in KINDS})
    spoilt: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def chain(self) -> bool:
        """Finds the layers by following `over:`; reads each `partnership.yaml`. False where one is not there."""
        name, asked = self.partnership, (f"{self.partnership}/partnership.yaml", 1)
        while name:
            file = f"{name}/partnership.yaml"
            if name in self.infos:
                self.fault(*asked, "over", name, "a base that does not lie over this one", code="cycle")
                return False
            if not (self.root / file).is_file():
                known = names(self.root)
                path = "over" if self.infos else ""
                self.fault(*asked, path, name, f"a partnership, {one_of(known)}", nearest(name, known), "unknown")
                return False
            node = self.file("partnership", name, file)
            if node is None:
                return False
            self.infos[name] = node
            self.layers.insert(0, name)
            over = node.value.get("over")
            asked = (file, over.line if over else 1)
            name = over.value if over and isinstance(over.value, str) else ""
        return True

    def layer(self, name: str) -> None:
        """Reads every file of one partnership and lays it over what is there."""
        for folder in sorted((self.root / name).iterdir()):
            if not folder.is_dir():
                if _declares(folder.name) and folder.name != "partnership.yaml":
                    expected = f"a file within the folder of its kind, one of {', '.join(sorted(FOLDERS))}"
                    self.fault(f"{name}/{folder.name}", 1, "", folder.name, expected)
                continue
            kind = FOLDERS.get(folder.name)
            for path in sorted(folder.iterdir()):
                file = f"{name}/{folder.name}/{path.name}"
                if path.is_dir():
                    if kind and any(_declares(below.name) for below in path.rglob("*")):
                        expected = f"files in {folder.name}/ itself: folders within it are not read"
                        self.fault(file, 1, "", f"{path.name}/", expected)
                elif path.suffix == ".yaml" and kind:
                    self.thing(kind, path.stem, file)
                elif _declares(path.name):
                    expected = (
                        f"a folder that is a kind, {one_of(FOLDERS)}" if not kind else "a name that ends in .yaml"
                    )
                    found = folder.name if not kind else path.name
                    near = nearest(folder.name, FOLDERS) if not kind else f"{path.name.partition('.')[0]}.yaml"
                    self.fault(file, 1, "", found, expected, near)

    def thing(self, kind: str, id: str, file: str) -> None:
        """Reads one file and lays it over the thing of the same id, if there is one."""
        self.declared[kind].add(id)
        node = self.file(kind, id, file)
        if node is None:
            return
        before = self.things.get((kind, id))
        gone = withdrawal(node)
        if gone is not None:
            self.withdraw(kind, id, node, gone)
        elif before is None:
            self.things[kind, id] = node
        else:
            self.things[kind, id] = overlay(before, node, KINDS[kind][1], self.faults)

    def join_parts(self) -> None:
        """A feed that is a part of another gives that one its tables and examples; each keeps its own file and line."""
        for (kind, id), node in sorted(self.things.items()):
            part_of = node.value.get("part-of")
            if kind != "feed" or part_of is None:
                continue
            whole = self.things.get(("feed", str(part_of.value)))
            if whole is None or "part-of" in whole.value:
                known = [name for k, name in self.things if k == "feed" and name != id]
                near = nearest(str(part_of.value), known)
                self.fault(part_of.file, part_of.line, "part-of", str(part_of.value), "a feed that is whole", near)
                continue
            del self.things[kind, id]
            self.declared[kind].discard(id)
            self.join_part(whole, node)

    def join_part(self, whole: Node, part: Node) -> None:
        tables = whole.value.setdefault("tables", Node({}, whole.file, whole.line))
        for name, table in (part.value["tables"].value if "tables" in part.value else {}).items():
            if name in tables.value:
                self.fault(table.file, table.line, f"tables.{name}", name, "each table once", "", "duplicate")
            tables.value.setdefault(name, table)
        if "examples" in part.value:
            examples = whole.value.setdefault("examples", Node([], whole.file, whole.line))
            whole.value["examples"] = Node(
                [*examples.value, *part.value["examples"].value], examples.file, examples.line
            )
        for key in part.value:
            if key not in ("part-of", "title", "source", "note", "tables", "examples"):
                spot = part.value[key]
                self.fault(spot.file, spot.line, key, key, "in a part only title, source, tables and examples")

    def withdraw(self, kind: str, id: str, node: Node, gone: Node) -> None:
        self.declared[kind].discard(id)
        if not isinstance(gone.value, str) or not gone.value.strip():
            self.fault(gone.file, gone.line, "withdrawn", "", "the reason why it is withdrawn")
        if len(node.value) > 1:
            other = next(key for key in node.value if key != "withdrawn")
            spot = node.value[other]
            self.fault(spot.file, spot.line, other, other, "nothing besides `withdrawn: reason`")
        if (kind, id) not in self.things:
            known = [name for k, name in self.things if k == kind]
            expected = (
                f"a {kind} that the base declares, {one_of(known)}" if known else f"a {kind} that the base declares"
            )
            self.fault(gone.file, gone.line, "withdrawn", id, expected, nearest(id, known), "unknown")
            return
        del self.things[kind, id]
        self.withdrawn[f"{kind}/{id}"] = (str(gone.value), f"{gone.file}:{gone.line}")

    def file(self, kind: str, id: str, file: str) -> Node | None:
        """One file as a node without its naming key, or None with faults. Reports the file's form, not its shape."""
        try:
            with (self.root / file).open("rb") as opened:
                document = read_yaml(opened.read(LARGEST + 1), file)
        except OSError as error:
            self.fault(file, 1, "", str(error.strerror), "a file that can be read")
            return None
        self.faults += document.faults
        node = document.node
        if node is None:
            return None
        if type(node.value) is not dict or not node.value:
            self.fault(file, 1, "", "no mapping", f"`{kind}: {id}` on the first line, then `key: value` lines")
            return None
        first = next(iter(node.value))
        named = node.value[first]
        said = FIRST_KEYS.get(first.rstrip(":"))
        if said is None:
            self.fault(file, named.line, first, first, f"`{kind}: {id}` as the first key", nearest(first, FIRST_KEYS))
            return None
        if said != kind:
            self.fault(file, named.line, first, first, f"`{kind}: {id}`: this folder holds that kind", kind)
            return None
        if named.value != id:
            self.fault(file, named.line, first, str(named.value), f"the file's own name, {id!r}", id, "name")
        if not re.match(ID, id):
            self.fault(file, 1, "", id, "a file named in lower-case letters and digits, words joined by hyphens")
        return Node({key: item for key, item in node.value.items() if key != first}, file, named.line)

    def whole(self) -> Partnership | None:
        """The partnership of all things, faulty ones mended, or None when it cannot say what it is."""
        top = self.infos.get(self.partnership)
        info = self.shape("partnership", self.partnership, top) if top else None
        kinds: dict[str, dict[str, Thing]] = {kind: {} for kind in KINDS if kind != "partnership"}
        for (kind, id), node in sorted(self.things.items()):
            thing = self.shape(kind, id, node)
            if thing is not None:
                kinds[kind][id] = thing
        if info is None or top is None:
            return None
        origins = {f"{name}#withdrawn": at for name, (_, at) in self.withdrawn.items()}
        self.places(f"partnership/{self.partnership}", top, origins)
        for (kind, id), node in sorted(self.things.items()):
            self.places(f"{kind}/{id}", node, origins)
        parts: dict[str, Any] = {
            "id": self.partnership,
            "hash": "",
            "info": info,
            "origins": origins,
            "withdrawn": {name: reason for name, (reason, _) in sorted(self.withdrawn.items())},
            **kinds,
        }
        draft = Partnership.model_construct(**parts)
        return draft.model_copy(update={"hash": fingerprint(draft)})

    def shape(self, kind: str, id: str, node: Node) -> Thing | None:
        outcome = shaped(KINDS[kind][1], node, id)
        self.faults += outcome.faults
        if outcome.spoilt:
            self.spoilt[f"{kind}/{id}"] = outcome.spoilt
        return outcome.thing

    @staticmethod
    def places(name: str, node: Node, origins: dict[str, str]) -> None:
        """Where each value of the thing stands: `record/ppn#fields.grade.of` at `england/records/ppn.yaml:12`."""
        origins[name] = f"{node.file}:{node.line}"
        below = [(f"{name}#", node.value)]  # 60,000 values: each name is made of the one above it
        while below:
            start, value = below.pop()
            for key, spot in value.items() if type(value) is dict else enumerate(value) if type(value) is list else ():
                path = f"{start}{key}"
                origins[path] = f"{spot.file}:{spot.line}"
                if type(spot.value) in (dict, list):
                    below.append((f"{path}.", spot.value))

    def fault(
        self, file: str, line: int, path: str, found: str, expected: str, near: str = "", code: str = "invalid"
    ) -> None:
        self.faults.append(
            Fault(file=file, line=line, path=path, found=found, expected=expected, nearest=near, code=code)
        )
