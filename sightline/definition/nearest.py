"""The nearest valid name, for a fault that helps."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(name: object, names: Iterable[str]) -> str:
    """The likeliest of `names` that somebody who wrote `name` meant; empty when nothing is near.

    Capital letters, spaces and underscores count for nothing: `Police Incident` is near `police-incident`.
    """
    plain = {_plain(n): n for n in sorted(names, reverse=True)}
    found = get_close_matches(_plain(str(name)), plain, n=1, cutoff=0.6)
    return plain[found[0]] if found else ""


def one_of(names: Iterable[str], most: int = 12) -> str:
    """`one of: a, b, c` for a fault's `expected`; long lists are cut."""
    listed = sorted(names)
    more = f" … ({len(listed)} in all)" if len(listed) > most else ""
    return "one of: " + ", ".join(listed[:most]) + more


def _plain(name: str) -> str:
    return name.strip().lower().replace("_", "-").replace(" ", "-")
