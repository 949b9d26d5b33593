"""How the governance of rules is kept: drafts and who agreed to them, figures by group, and what explains them.

What is switched off stands in `signals.models.Switch`.
"""

from __future__ import annotations

import uuid

from django.db import models

from sightline.ledger.models import AppendOnly


class Draft(models.Model):
    """A rule, or a change of one, that is being made: its declaration, the last trial of it, and what became of it."""

    classification = dict.fromkeys(
        (
            *("id", "rule", "version", "text", "state", "lock", "by", "made_at", "saved_at", "asked_by", "asked_at"),
            *("decided_by", "decided_at", "declared", "tried", "tried_at", "tried_text"),
        ),
        "internal",
    ) | {"why": "ordinary", "note": "ordinary"}

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    rule = models.CharField(max_length=60)
    version = models.PositiveSmallIntegerField()
    text = models.JSONField(default=str)  # the declaration, as it would stand in a file: one text
    why = models.CharField(max_length=1000, blank=True)  # what the change is for
    state = models.CharField(max_length=10, default="drafted")  # drafted | submitted | approved | ended | dropped
    lock = models.PositiveIntegerField(
        default=1
    )  # counts what was changed, so that nobody decides on what they didn't read
    by = models.CharField(max_length=60)
    made_at = models.DateTimeField()
    saved_at = models.DateTimeField()
    asked_by = models.CharField(max_length=60, blank=True)
    asked_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=60, blank=True)
    decided_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=1000, blank=True)  # the second person's words
    declared = models.UUIDField(null=True)  # `agencies.Declared`, once it is in force
    tried = models.JSONField(default=dict, blank=True)  # `trying.Trial`: counts, and ids of entries; no words, no names
    tried_at = models.DateTimeField(null=True)
    tried_text = models.CharField(max_length=64, blank=True)  # fingerprint of the declaration that was tried

    class Meta:
        indexes = [models.Index(fields=["rule", "made_at"], name="draft_of_rule")]


class Fairness(AppendOnly):
    """A rule's figures for one finished period, as they may be shown: what is too small was put together before it was
    kept, so that nobody finds it here either. Never counted anew: two counts of one period could be subtracted.
    """

    classification = dict.fromkeys(
        ("id", "rule", "version", "breakdown", "begins", "ends", "made_at", "by", "figures", "definition"), "internal"
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    rule = models.CharField(max_length=60)
    version = models.PositiveSmallIntegerField()
    breakdown = models.CharField(max_length=40, blank=True)  # by what; empty: of all children together
    begins = models.DateField()
    ends = models.DateField()  # the first day that no longer belongs to it
    made_at = models.DateTimeField()
    by = models.CharField(max_length=60)
    definition = models.CharField(max_length=64)
    figures = models.JSONField()  # `fairness.Table.as_dict`, empty where there were too few; `counting.Whole` of all

    class Meta:
        constraints = [models.UniqueConstraint(fields=["rule", "breakdown", "begins"], name="fairness_once")]


class Explained(AppendOnly):
    """Why a group's rate under a rule is what it is, in the words of whoever answers for it; until when that is enough."""

    classification = dict.fromkeys(
        ("id", "rule", "breakdown", "group", "times", "at", "by", "agreed_by", "until"), "internal"
    ) | {"because": "ordinary"}

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    rule = models.CharField(max_length=60)
    breakdown = models.CharField(max_length=40)
    group = models.CharField(max_length=200)  # several that are put together: with + between
    times = models.FloatField()  # the rate that is explained; one that is much higher is not
    because = models.CharField(max_length=1000)  # about a group's figures; of no person
    at = models.DateTimeField()
    by = models.CharField(max_length=60)
    agreed_by = models.CharField(max_length=60, blank=True)
    until = models.DateField()
