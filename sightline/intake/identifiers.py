"""Numbers that name a person: how each is written, and whether its check digit holds.

A number that does not hold is kept as it was sent, because a person may still read it; it is not used for matching.
A check digit that holds is no proof that the number was ever issued.

Sources: NHS Data Dictionary, NHS number (modulus 11; 10 is never issued); DfE, unique pupil numbers: a guide for
schools and local authorities, 2019 (check letter, modulus 23). The list of local authorities in python-stdnum is
older than the newest authorities, so a UPN's authority is not looked up.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise

from stdnum.exceptions import ValidationError
from stdnum.gb import nhs, upn

_SPACES = re.compile(r"[\s\-\u2010-\u2015.]+")
_UPN = re.compile(r"[A-HJ-NP-RT-Z]\d{11}[A-HJ-NP-RT-Z\d]")


@lru_cache(maxsize=8192)
def nhs_number(text: str) -> tuple[str, bool]:
    """The number as ten digits and True; or the text as it was sent and False."""
    plain = _SPACES.sub("", text)
    if len(plain) == 10 and plain.isascii() and plain.isdigit():
        try:
            return nhs.validate(plain), not made_up(plain)
        except ValidationError:
            pass
    return text.strip(), False


def made_up(figures: str) -> bool:
    """Whether ten figures were typed because a form had to be filled in: one over and over, or up or down the keyboard in
    turn. The check digits of 9999999999, 9876543210 and 0123456789 hold; children who share such a number share nothing."""
    steps = {(int(b) - int(a)) % 10 for a, b in pairwise(figures)}
    return len(steps) == 1 and steps <= {0, 1, 9}


@lru_cache(maxsize=8192)
def pupil_number(text: str) -> tuple[str, bool]:
    """The UPN in capitals without spaces and True; or the text as it was sent and False."""
    plain = _SPACES.sub("", text).upper()
    if _UPN.fullmatch(plain) and upn.calc_check_digit(plain[1:]) == plain[0]:
        return plain, True
    return text.strip(), False


def permanent_upn(text: str) -> tuple[str, bool]:
    """As `pupil_number`; one that ends in a letter is temporary, and identifies nobody."""
    plain, holds = pupil_number(text)
    return plain, holds and plain[-1].isdigit()


CHECKS = {"nhs_number": nhs_number, "upn": pupil_number}
TITLES = {"nhs_number": "NHS number", "upn": "UPN"}
