"""Reviewing police information, with what follows: the child's clocks."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from sightline.agencies.types import Actor
from sightline.chronology.queries import persons_on
from sightline.front_door import reviewing
from sightline.jobs.due import owe
from sightline.sharing.standing import trusted


@trusted("review-item")
@transaction.atomic
def review(*, item: UUID, harm: str, outcome: str, because: str, referral: UUID | None = None, by: Actor) -> UUID:
    """As `reviewing.review`; the child's clocks follow."""
    made = reviewing.review(item=item, harm=harm, outcome=outcome, because=because, referral=referral, by=by)
    owe("clocks", {"persons": [str(one) for one in persons_on(made)]})
    return made


@trusted("sign-off-item")
@transaction.atomic
def sign_off(*, item: UUID, words: str, agrees: bool = True, by: Actor) -> UUID | None:
    """As `reviewing.sign_off`; the child's clocks follow."""
    made = reviewing.sign_off(item=item, words=words, agrees=agrees, by=by)
    if made is not None:
        owe("clocks", {"persons": [str(one) for one in persons_on(made)]})
    return made
