"""A value that is spread over the fields of one record, in whatever order."""

from __future__ import annotations

from collections.abc import Iterator

from sightline.sharing.release.folding import canonical, folded
from sightline.sharing.release.types import FUZZY, Found, Piece
from sightline.sharing.release.values import Probes

MOST_CELLS = 120
PREFIXES = ("", "0", "44", "440", "0044", "00440", "044", "0440")


def across(piece: Piece, probes: Probes) -> Iterator[Found]:
    """What two fields of a record say together: a house number and a street, the halves of a postcode or of a number."""
    if len(piece.cells) > MOST_CELLS:
        return
    cells = [(cell, "".join(folded(cell).words), "".join(canonical(cell))) for cell in piece.cells if cell.strip()]
    plain = {compact for _, compact, _ in cells}
    meant = {compact for _, _, compact in cells}
    meant |= {compact[:-1] for compact in meant if compact[:-1].isdigit()}  # 14a is of 14
    digits = {compact for compact in plain if compact.isdigit() and len(compact) < 10}
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
    for address, value in probes.emails:
        name, _, host = address.partition("@")
        if {name, host} <= {cell.strip().lower().strip("@") for cell, _, _ in cells}:
            yield Found(0, whole, "email", FUZZY, value)
    for kind, numbers in (("phone", probes.phones), ("uprn", probes.uprns), ("number", probes.numbers)):
        for number, value in numbers:
            if any(_in_two(prefix + number, digits) for prefix in PREFIXES):
                yield Found(0, whole, kind, FUZZY, value)


def _in_two(number: str, digits: set[str]) -> bool:
    """Whether two different ones of these are the number, one after the other."""
    return any(
        number[:n] in digits and number[n:] in digits and number[:n] != number[n:] for n in range(1, len(number))
    )
