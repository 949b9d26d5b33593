"""How the front door's queue is kept: state that two people may want at once, and a projection of entries.

The facts stand in the chronology. `Item` and `ItemChild` can be thrown away and made again from it; what cannot is who
holds what (`holder`, `team`, `alone`), who decided first (`Decided`), and what one shift wrote to the next (`Note`).
"""

from __future__ import annotations

import uuid

from django.db import models

from sightline.front_door.portal_models import PortalMembership as PortalMembership
from sightline.front_door.portal_models import Submitted as Submitted
from sightline.front_door.portal_models import SubmittedAnswer as SubmittedAnswer
from sightline.front_door.quality_models import Quality as Quality
from sightline.front_door.step_models import Step as Step
from sightline.ledger.models import AppendOnly


class Item(models.Model):
    """One notice that waits at the front door. It stands there until its state is `accepted`."""

    classification = dict.fromkeys(
        (
            "id",
            "entry",
            "record",
            "agency",
            "handling",
            "pointer_only",
            "happened",
            "known_at",
            "urgent",
            "ages",
            "danger",
            "why",
            "before",
            "repeats",
            "due_at",
            "safe_until",
            "open_to",
            "state",
            "holder",
            "held_at",
            "team",
            "event",
            "heads",
            "alone",
            "generation",
            "version",
            "changed_at",
            "closed_at",
        ),
        "internal",
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    entry = models.UUIDField(unique=True)  # the first version of the notice
    # As on the entry, so that the gate is one condition of the database
    record = models.CharField(max_length=60)
    agency = models.CharField(max_length=60)
    handling = models.CharField(max_length=30)
    pointer_only = models.BooleanField(default=False)
    happened = models.DateTimeField()
    known_at = models.DateTimeField()
    urgent = models.BooleanField(default=False)
    ages = models.JSONField(default=list)  # of the youngest child on it, in bands: under-1, under-5, …
    danger = models.PositiveSmallIntegerField()  # the rank of the gravest reason; lower is graver
    why = models.JSONField(default=list)  # the reasons that hold, gravest first: ids of danger rules
    before = models.JSONField(default=dict)  # reason: how many went before
    repeats = models.PositiveSmallIntegerField(default=0)  # earlier notices about the children on it
    due_at = models.DateTimeField()  # by when somebody looks, or until when it is safe: whichever is sooner
    safe_until = models.DateTimeField(null=True)
    open_to = models.JSONField(default=list)  # [{state, holder, since, entry, told}]: who works with the child already
    state = models.CharField(max_length=12, default="open")  # open | decided | handed-over | accepted
    holder = models.CharField(max_length=60, blank=True, default="")  # the worker who has it
    held_at = models.DateTimeField(null=True)
    team = models.CharField(max_length=60, blank=True, default="")  # whom it was handed over to, with a note
    event = models.UUIDField()  # notices about one event share it
    # Stands in the list for its event: of the undecided the gravest, and of those that wait for acceptance the gravest.
    heads = models.BooleanField(default=True)
    alone = models.BooleanField(default=False)  # somebody said that it is another event: it is not gathered again
    generation = models.PositiveSmallIntegerField(default=1)  # grows when a decision is reconsidered
    version = models.PositiveIntegerField(default=1)  # grows with each change that somebody makes
    changed_at = models.DateTimeField()  # open pages look for what has changed since
    closed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["danger", "due_at", "id"],
                name="item_queue",
                condition=models.Q(closed_at=None, heads=True),
            ),
            models.Index(fields=["event"], name="item_event"),
            models.Index(fields=["changed_at"], name="item_changed"),
        ]


class ItemChild(models.Model):
    """A child whom the notice is about, as its sender knows them."""

    classification = dict.fromkeys(("id", "item", "identity"), "internal")

    id = models.BigAutoField(primary_key=True)
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="children")
    identity = models.ForeignKey("identity.SourceIdentity", on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["item", "identity"], name="item_child_once")]


class Decided(AppendOnly):
    """That an item was decided: once a generation, whoever tries at the same moment."""

    classification = dict.fromkeys(("id", "item", "generation", "entry", "by", "at"), "internal")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    item = models.UUIDField()
    generation = models.PositiveSmallIntegerField()
    entry = models.UUIDField()  # the decision
    by = models.CharField(max_length=60)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["item", "generation"], name="decided_once")]


class Note(AppendOnly):
    """What one shift or worker wrote for the next: about one item (sealed for the children on it), or about the shift."""

    classification = dict.fromkeys(("id", "item", "from_team", "to_team", "to_worker", "at", "by"), "internal") | {
        "words": "sealed"
    }

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    item = models.UUIDField(null=True, db_index=True)
    from_team = models.CharField(max_length=60, blank=True)
    to_team = models.CharField(max_length=60, blank=True)
    to_worker = models.CharField(max_length=60, blank=True)
    at = models.DateTimeField()
    by = models.CharField(max_length=60)
    words = models.BinaryField()

    class Meta:
        indexes = [models.Index(fields=["-at"], name="note_newest")]


class NoteRead(AppendOnly):
    """Somebody of the team that took over has read the shift's note. Once."""

    classification = dict.fromkeys(("id", "note", "at", "by"), "internal")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    note = models.OneToOneField(Note, on_delete=models.PROTECT, related_name="read")
    at = models.DateTimeField()
    by = models.CharField(max_length=60)


from sightline.front_door.told_models import (  # noqa: E402, F401  (Django finds an app's tables here)
    Awaited,
    ListDay,
    ListLine,
    ListSeat,
    ListTask,
    ListWords,
    Review,
    Telling,
)
