"""Collecting faults of declared things, each at the file and line where the value stands."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from sightline.definition.nearest import nearest, one_of
from sightline.definition.types import Fault, Partnership
from sightline.definition.yaml_lines import Path, dotted


def place(origins: Mapping[str, str], name: str, path: Path = ()) -> tuple[str, int]:
    """The file and line of a path of a thing (`record/ppn`), or of the nearest place above it that is there."""
    for end in range(len(path), 0, -1):
        found = origins.get(f"{name}#{dotted(path[:end])}")
        if found:
            break
    else:
        found = origins.get(name, "")
    file, _, line = found.rpartition(":")
    return file, int(line or 0)


def below(paths: Iterable[str], path: str) -> bool:
    """Whether the path is one of the paths or lies below one."""
    return any(path == above or path.startswith(f"{above}.") for above in paths)


def uncited(faults: Faults, name: str, path: Path) -> bool:
    """Whether this partnership changes what stands at the path of a thing of its base, and the thing's source is still
    the base's: then nobody could say by whose decision it is so."""
    own = faults.partnership.id
    origins = faults.partnership.origins
    return place(origins, name, path)[0].startswith(f"{own}/") and not place(origins, name, ("source",))[0].startswith(
        f"{own}/"
    )


class Faults:
    """The faults found so far, and the ways to add one.

    `declared` holds the ids of each kind that have a file, sound or not: a thing that refers to one with faults of its
    own is not told off for it. `spoilt` holds, by full name, the paths of which a fault of shape is told already:
    what follows from those is not told again.
    """

    def __init__(
        self,
        partnership: Partnership,
        declared: Mapping[str, Collection[str]],
        spoilt: Mapping[str, Collection[str]] | None = None,
    ) -> None:
        self.partnership = partnership
        self.declared = declared
        self.spoilt = spoilt or {}
        self.found: list[Fault] = []
        self._missing_lists: set[str] = set()

    def add(self, name: str, path: Path, found: str, expected: str, near: str = "", code: str = "invalid") -> None:
        """A fault of the thing `name` (`record/ppn`) at `path`."""
        if below(self.spoilt.get(name, ()), dotted(path)):
            return
        file, line = place(self.partnership.origins, name, path)
        self.found.append(
            Fault(file=file, line=line, path=dotted(path), found=found, expected=expected, nearest=near, code=code)
        )

    def refer(self, name: str, path: Path, value: str, known: Collection[str], what: str) -> None:
        """Faults a value that isn't one of `known`; `what` says what is meant: `an agency`."""
        if value not in known:
            choice = f"{what}, {one_of(known)}" if known else f"{what}; none is declared"
            self.add(name, path, value, choice, nearest(value, known), "unknown")

    def thing(self, name: str, path: Path, value: str, kind: str, *besides: str) -> None:
        """Faults a value that isn't the id of a declared thing of the kind, or one of `besides`."""
        known = {*self.declared.get(kind, ()), *besides}
        self.refer(name, path, value, known, f"{'an' if kind[0] in 'aeiou' else 'a'} {kind}")

    def code(self, name: str, path: Path, value: str, of: str, *besides: str, ours: bool = False) -> None:
        """Faults a value that isn't a code of the list `of`. An open list takes any, unless the definition is to use
        its own codes (`ours`); a list that nobody declares is told once."""
        codes = self.partnership.codes.get(of)
        if codes is None:
            if of not in self.declared.get("codes", ()) and of not in self._missing_lists:
                self._missing_lists.add(of)
                known = self.declared.get("codes", ())
                self.add(
                    name, path, value, f"the code list `{of}`, which is not declared", nearest(of, known), "unknown"
                )
            return
        if ours or not codes.open:
            self.refer(name, path, value, {*codes.codes, *besides}, f"a code of {of}")
