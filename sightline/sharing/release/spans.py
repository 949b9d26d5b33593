"""Where in a text something stands: what every way of finding needs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sightline.sharing.release.folding import Folded
from sightline.sharing.release.types import EXACT, NORMALISED, Found

if TYPE_CHECKING:
    from sightline.sharing.release.values import Probes

LEAST_LOOKS = 8  # letters, below which what looks like a word is chance
AROUND = 160  # characters: how near support must stand


def found(text: Folded, start: int, end: int, kind: str, how: str, value: str, probes: Probes) -> Found:
    """What stands from one offset of the folded text to another, as offsets of the text as given."""
    start, end = text.given(start, end)
    if how == NORMALISED and text.text[start:end].strip() in probes.as_given:
        how = EXACT
    return Found(start, end, kind, how, value)


def every(wanted: str, within: str) -> Iterator[int]:
    """Each place where one text stands within another."""
    at = within.find(wanted)
    while at >= 0:
        yield at
        at = within.find(wanted, at + 1)
