"""Whether two accounts are one person's: where two people are asked for, two accounts of one person are not enough.

Somebody who works by day in a team and by night on duty has two accounts, as they should: each has its own rights. They bear one
name, or one e-mail address. Two colleagues of one name are taken for one too: somebody else agrees, which costs a call.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from uuid import UUID

from sightline.agencies.models import Worker


def same_person(one: str, *others: str) -> bool:
    """Whether a worker, by id, is one of the others, or evidently the same person as one of them under another account.
    Machines, and ids that are nobody's, are the same as themselves alone."""
    if one in others:
        return True
    asked = [id for id in map(_id, (one, *others)) if id is not None]
    if _id(one) is None or len(asked) < 2:
        return False
    rows = {
        str(id): marks
        for id, *marks in Worker.objects.filter(id__in=asked).values_list("id", "name", "email", "agency_id")
    }
    mine = rows.get(one)
    return mine is not None and any(_alike(mine, rows[other]) for other in others if other in rows)


def _alike(one: Iterable[str], other: Iterable[str]) -> bool:
    (name, mail, agency), (name_too, mail_too, agency_too) = one, other
    if mail and mail.strip().casefold() == mail_too.strip().casefold():
        return True
    words = _words(name)
    # one word alone is no whole name: of two agencies it may well be two people
    return bool(words) and words == _words(name_too) and (len(words) > 1 or agency == agency_too)


def _words(name: str) -> frozenset[str]:
    """`Amir Khan`, `KHAN, Amir` and `Amir Khan (nights)` are one."""
    plain = unicodedata.normalize("NFKD", name.partition("(")[0]).casefold()
    return frozenset("".join(c if c.isalpha() else " " for c in plain if not unicodedata.combining(c)).split())


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
