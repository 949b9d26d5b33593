"""The scanner: values in, bundles in, hits out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sightline.sharing.release import shapes
from sightline.sharing.release.bundles import everything
from sightline.sharing.release.folding import Folded, folded
from sightline.sharing.release.matching import find
from sightline.sharing.release.records import across
from sightline.sharing.release.types import FUZZY, SURENESS, UNREADABLE, Artefact, Found, Hit, Piece, Unreadable, Value
from sightline.sharing.release.values import national, probes

ESCAPED = re.compile(r"\\[nrt]")
AROUND = 28  # characters of an excerpt on either side
MASK = "▇▇▇"


class Scanner:
    """Looks for values in whatever leaves.

    `values`: what must not leave, as `Value`s (or texts, whose kind is guessed). `surely`: values that are looked for
    exact and written otherwise, but not misspelt: the many that concern nobody near. `but`: numbers that are known to
    be somebody else's (an agency's own), so that one digit off a protected one is no hit.
    """

    def __init__(self, values: Iterable[Value | str], *, surely: Iterable[Value] = (), but: Iterable[str] = ()) -> None:
        near = [value if isinstance(value, Value) else Value.of(value) for value in values]
        self._near = probes(near)
        self._sure = probes(surely)
        self._others = {national(number) for number in but}
        self.empty = not near and not self._sure.as_given

    def scan(self, bundle: Any) -> list[Hit]:
        """All hits in a bundle: a text, an artefact, a record, or several of them. Empty: nothing of these values is
        there. What could not be looked into is a hit of its own (`unreadable`): it cannot be said to be clean."""
        hits: dict[tuple[str, str, str], Hit] = {}
        for piece in everything(bundle):
            if isinstance(piece, Unreadable):
                hits.setdefault((UNREADABLE, piece.where, ""), Hit("file", UNREADABLE, piece.where, piece.why))
                continue
            found = self._in(piece)
            spans = [(one.start, one.end) for one in found]
            for one in found:
                key = (one.kind, piece.where, one.value)
                if key not in hits or SURENESS[one.how] < SURENESS[hits[key].how]:
                    hits[key] = Hit(one.kind, one.how, piece.where, _excerpt(piece.text, one, spans), one.value)
        return list(hits.values())

    def found(self, text: str) -> list[Found]:
        """Where in one text values stand, in order."""
        return sorted(self._in(Piece("", text)), key=lambda one: (one.start, -one.end))

    def redacted(self, text: str, instead: str = "[protected]") -> str:
        """The text with every value taken out."""
        return _without(text, {(one.start, one.end) for one in self.found(text)}, instead)

    def veiled(
        self, texts: Sequence[str], instead: str = "[protected]", names: frozenset[str] = frozenset()
    ) -> list[str]:
        """The texts of one record with every value taken out, and whatever stands in a list of such things (`shapes`), so
        that the hole in a list tells nothing. `names`: of schools and their like, run together as in `Folded.canon`."""
        listed = shapes.lists(texts, self._near, names)
        veiled = []
        for text, others in zip(texts, listed, strict=True):
            spans = {(one.start, one.end) for one in self.found(text)}
            veiled.append(_without(text, _run_together(text, spans | others) if others else spans, instead))
        return veiled

    def _in(self, piece: Piece) -> list[Found]:
        if self.empty or not piece.text:
            return []
        if piece.listed:
            return list(across(piece, self._near))
        text = folded(piece.text)
        found = [*find(text, self._near), *find(text, self._sure, fuzzy=False)]
        if ESCAPED.search(piece.text):  # `\\n` as two letters: an end of a line in one program, part of a path in another
            meant = folded(ESCAPED.sub("  ", piece.text))
            seen = {(one.kind, one.start, one.end) for one in found}
            also = [*find(meant, self._near), *find(meant, self._sure, fuzzy=False)]
            found += [one for one in also if (one.kind, one.start, one.end) not in seen]
        if piece.cells:
            found += across(piece, self._near)
        if self._others:
            found = [one for one in found if not self._anothers(one, text)]
        return found

    def _anothers(self, one: Found, text: Folded) -> bool:
        return one.how == FUZZY and one.kind == "phone" and national(text.text[one.start : one.end]) in self._others


def _run_together(text: str, spans: Iterable[tuple[int, int]]) -> set[tuple[int, int]]:
    """A list as one span: how it is parted would tell which of its things was found, and which only looks like it."""
    found: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if found and not any(c.isalnum() for c in text[found[-1][1] : start]):
            begun, last = found.pop()
            start, end = begun, max(end, last)
        found.append((start, end))
    return set(found)


def _without(text: str, spans: Iterable[tuple[int, int]], instead: str) -> str:
    out, at = [], 0
    for start, end in sorted(spans):
        if start >= at:
            out += [text[at:start], instead]
        at = max(at, end)
    return "".join((*out, text[at:])) if out else text


def _excerpt(text: str, one: Found, spans: Sequence[tuple[int, int]]) -> str:
    """The words around a hit; it, whatever else was found, and every digit masked."""
    start, end = max(0, one.start - AROUND), min(len(text), one.end + AROUND)
    out, at = "", start
    for first, last in sorted(span for span in spans if span[1] > start and span[0] < end):
        if first >= at:
            out += _hushed(text[at:first]) + MASK
        at = max(at, last)
    out += _hushed(text[at:end]) if at < end else ""
    return " ".join(("…" * (start > 0) + out + "…" * (end < len(text))).split())


def _hushed(text: str) -> str:
    return "".join("•" if c.isdigit() else c for c in text)


__all__ = ["Artefact", "Mapping", "Scanner"]
