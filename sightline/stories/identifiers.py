"""Numbers for people who do not exist: always the same for the same story and person, and valid. Pure."""

from __future__ import annotations

import hashlib

from stdnum.gb import upn

AUTHORITY = "383"  # Leeds, in the list of authorities that check a pupil number


def _number(story: str, person: str, kind: str, below: int) -> int:
    found = hashlib.sha256(f"{kind}|{story}|{person}".encode()).digest()
    return int.from_bytes(found[:8], "big") % below


def nhs_number(story: str, person: str) -> str:
    """From the 999 range, which is never issued, with a right check digit."""
    serial = _number(story, person, "nhs", 1_000_000)
    while True:
        nine = f"999{serial:06d}"
        check = 11 - sum(int(digit) * weight for digit, weight in zip(nine, range(10, 1, -1), strict=True)) % 11
        if check != 10:
            return f"{nine}{0 if check == 11 else check}"
        serial = (serial + 1) % 1_000_000


def pupil_number(story: str, person: str) -> str:
    """A permanent one, with a right check letter, from a school number that no school has."""
    serial = _number(story, person, "upn", 100_000)
    twelve = f"{AUTHORITY}0000{serial:05d}"
    return upn.calc_check_digit(twelve) + twelve
