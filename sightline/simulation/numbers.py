"""Numbers that nobody real has: right by their check digits, from ranges kept for testing and drama."""

from __future__ import annotations

import random
from functools import lru_cache
from typing import TYPE_CHECKING

from stdnum.gb import upn

if TYPE_CHECKING:
    import numpy as np

NHS_RESERVED = 1000  # 999000xxxx are the planted families'
NHS_STRIDE = 618_033  # coprime with a million: every number is met once
MODULUS = 99_999_989  # prime: multiplying by a constant tells numbers apart and keeps them so
UNISSUED = "CIKMOV"  # letters that no inward postcode has


def nhs_number(six: int) -> str:
    """`999` and six digits with the check digit; empty where modulus 11 gives none."""
    nine = f"999{six:06}"
    check = -sum(int(digit) * weight for digit, weight in zip(nine, range(10, 1, -1), strict=True)) % 11
    return "" if check == 10 else f"{nine}{check}"


@lru_cache(maxsize=2)
def _valid(start: int) -> np.ndarray:
    """The six digits of every NHS number that may be handed out, each once, in an order that the start gives."""
    import numpy as np  # a tenth of a second, and few who read this module hand out a million

    six = (start + NHS_STRIDE * np.arange(1, 1_000_001, dtype=np.int64)) % 1_000_000
    digits = [9, 9, 9] + [six // 10**power % 10 for power in range(5, -1, -1)]
    check = -sum(digit * weight for digit, weight in zip(digits, range(10, 1, -1), strict=True)) % 11
    return six[(check != 10) & (six >= NHS_RESERVED)].astype(np.int32)


class Numbers:
    """Hands out national numbers, each once, in an order that the seed gives, from a place in that order on."""

    def __init__(self, seed: int, authority: str, nhs_from: int = 0, upn_from: int = 0) -> None:
        self._order = _valid(random.Random(f"numbers/{seed}").randrange(1_000_000))
        self.nhs_given, self.upn_given = nhs_from, upn_from
        self.authority = authority or "000"

    def nhs(self) -> str:
        """The next NHS number; empty when the range is used up (after some 900,000 people)."""
        at, self.nhs_given = self.nhs_given, self.nhs_given + 1
        return nhs_number(int(self._order[at])) if at < len(self._order) else ""

    def upn(self, entered: int) -> str:
        """The next pupil number of a child who entered school in that year."""
        self.upn_given += 1
        school, serial = divmod(self.upn_given, 1000)
        return pupil_number(self.authority, 2100 + school % 7900, entered, serial)


def pupil_number(authority: str, school: int, entered: int, serial: int) -> str:
    body = f"{authority}{school:04}{entered % 100:02}{serial:03}"
    return upn.calc_check_digit(body) + body


def local_id(prefix: str, n: int, stride: int, width: int = 8) -> str:
    """An agency's own number for its nth person: looks like no other's."""
    return f"{prefix}{(n * stride + stride // 3) % MODULUS:0{width}}"


def mobile(rng: random.Random) -> str:
    """From Ofcom's numbers for drama."""
    return f"07700 900{rng.randrange(1000):03}"


def postcode(rng: random.Random, district: str) -> str:
    """A district that is there, with an inward code that no address has."""
    return f"{district} {rng.randrange(1, 10)}{rng.choice(UNISSUED)}{rng.choice(UNISSUED)}"
