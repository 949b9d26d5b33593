"""Codes as the definition words them."""

from __future__ import annotations

from collections.abc import Iterable

from sightline.definition.types import Partnership


class CodeWords:
    """`codes("ethnicity", "MWBC")` gives a code's title; an unknown code stands as it came."""

    def __init__(self, partnership: Partnership) -> None:
        self._codes = partnership.codes

    def __call__(self, name: str, code: str) -> str:
        found = self._codes.get(name)
        if found is None or not code:
            return code
        if code in found.codes:
            return found.codes[code].title
        return next((c.title for c in found.codes.values() if code in c.old), code)

    def basis(self, codes: Iterable[str]) -> str:
        return "; ".join(self("lawful-basis", code) for code in codes)
