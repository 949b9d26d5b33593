"""A value that is spread over the fields of one record, in whatever order."""

from __future__ import annotations

from collections.abc import Iterator

from sightline.sharing.release.folding import Folded, canonical, folded
from sightline.sharing.release.types import FUZZY, Found, Piece
from sightline.sharing.release.values import Probes, national

MOST_CELLS = 120


def across(piece: Piece, text: Folded, probes: Probes) -> Iterator[Found]:
    """What two fields of a record say together: a house number and a street, the halves of a postcode or of a number."""
    if len(piece.cells) > MOST_CELLS:
        return
    cells = [(cell, "".join(folded(cell).words), "".join(canonical(cell))) for cell in piece.cells if cell.strip()]
    plain = {compact for _, compact, _ in cells}
    meant = {compact for _, _, compact in cells}
    digits = [compact for compact in plain if compact.isdigit() and len(compact) < 10]
    whole = len(piece.text)
    for code, value in probes.postcodes:
        if {code[:-3], code[-3:]} <= plain:
            yield Found(0, whole, "postcode", FUZZY, value)
    for one in probes.premises:
        if (
            one.number
            and one.number in meant
            and any(one.street == cell or cell.endswith(one.street) for cell in meant)
        ):
            yield Found(0, whole, "address", FUZZY, one.value)
    for kind, numbers in (("phone", probes.phones), ("uprn", probes.uprns)):
        for number, value in numbers:
            if any(a != b and national(a + b) == number for a in digits for b in digits):
                yield Found(0, whole, kind, FUZZY, value)
