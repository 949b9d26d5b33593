"""What somebody searched for, kept out of addresses: sealed, theirs alone, under a random id that the address carries.

So no name stands in an address, a log or a browser's history, and going back still works. The last few are kept.
"""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from sightline.agencies.types import Actor
from sightline.intake.actions import save_draft
from sightline.intake.queries import draft
from sightline.vault.actions import CannotOpen

MOST = 12


def remember(actor: Actor, form: str, values: dict[str, str]) -> str:
    """Keeps these values; returns the id for the address."""
    kept = _kept(actor, form)
    key = next((key for key, there in kept.items() if there == values), str(uuid4()))
    kept.pop(key, None)
    recent = dict(list({**kept, key: values}.items())[-MOST:])
    save_draft(form=form, values=recent, by=actor)
    return key


def recall(actor: Actor, form: str, key: str) -> dict[str, str] | None:
    return _kept(actor, form).get(key) if key else None


def recent(actor: Actor, form: str) -> list[tuple[str, dict[str, str]]]:
    """Newest first."""
    return list(reversed(_kept(actor, form).items()))


def _kept(actor: Actor, form: str) -> dict[str, Any]:
    try:
        found = draft(actor, form)
    except CannotOpen:  # its key is gone: so is what was remembered, and nothing else
        return {}
    return found[0] if found else {}
