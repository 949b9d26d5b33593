"""How identities are kept."""

from __future__ import annotations

import uuid

from django.db import models

from sightline.ledger.models import AppendOnly


class SourceIdentity(models.Model):
    """Somebody as one sender knows them. `person` is the current link, kept here for speed; `Link` is its history."""

    classification = dict.fromkeys(
        ("id", "agency", "local", "key", "person", "origin", "guard", "details", "made_at", "unborn"), "internal"
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    agency = models.CharField(max_length=60)
    local = models.CharField(max_length=32, null=True)  # keyed digest of the sender's own id for them
    key = models.UUIDField()  # the subject's key in the vault
    person = models.UUIDField()
    origin = models.UUIDField(
        default=uuid.uuid4, editable=False
    )  # the person it is while joined with nobody; its own alone
    guard = models.CharField(
        max_length=10, blank=True, default=""
    )  # protected | sealed: who may decide about its matches
    details = models.CharField(max_length=32, blank=True)  # keyed digest: has anything changed?
    made_at = models.DateTimeField()
    unborn = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agency", "local"], name="identity_local")]
        indexes = [models.Index(fields=["person"], name="identity_person")]


class Version(AppendOnly):
    """What the sender held of them, from when. Sealed."""

    classification = dict.fromkeys(("id", "identity", "known_at", "recorded_at", "item"), "internal") | {
        "body": "sealed"
    }

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    identity = models.ForeignKey(SourceIdentity, on_delete=models.PROTECT, related_name="+")
    known_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    item = models.UUIDField(null=True)
    body = models.BinaryField()

    class Meta:
        indexes = [models.Index(fields=["identity", "known_at"], name="version_known")]


class Alike(models.Model):
    """What matching compares of one source identity, sealed for it. A projection: `indexing.rebuild` makes it anew."""

    classification = {"id": "internal", "identity": "internal", "body": "sealed"}

    id = models.BigAutoField(primary_key=True)  # small, and in the order of arrival: `Key` names it in millions of rows
    identity = models.OneToOneField(SourceIdentity, on_delete=models.CASCADE, related_name="+")
    body = models.BinaryField()


class Key(models.Model):
    """A keyed digest (64 bits of it) by which somebody is found or matched. A projection, as `Alike` is.

    Two numbers a row and no other index: on SQLite a table without row ids, which migration 0003 makes by hand (Django
    has no word for it: a later change of this table must be made by hand too). There is no way from an identity to its
    keys, for none is needed: they follow from its likeness.
    """

    classification = {"key": "internal", "alike": "internal"}

    pk = models.CompositePrimaryKey("key", "alike")
    key = models.BigIntegerField()
    alike = models.ForeignKey(  # without a constraint, which would cost more than the row
        Alike, on_delete=models.DO_NOTHING, related_name="+", db_column="alike", db_constraint=False, db_index=False
    )


class Link(AppendOnly):
    """From this moment this source identity belongs to this person: why, and who decided. The latest one stands."""

    classification = dict.fromkeys(("id", "identity", "person", "at", "by", "reason", "evidence"), "internal")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    identity = models.ForeignKey(SourceIdentity, on_delete=models.PROTECT, related_name="+", db_index=False)
    person = models.UUIDField()
    at = models.DateTimeField()
    by = models.CharField(max_length=60)
    reason = models.CharField(max_length=40)  # first-seen | identifiers-agree | decided | separated
    evidence = models.JSONField(default=list)  # codes: nhs-number, birth-date, name

    class Meta:
        indexes = [
            models.Index(fields=["identity", "at"], name="link_at"),
            models.Index(fields=["person"], name="link_person"),
        ]


class Possible(models.Model):
    """A pair: two source identities that are, may be or are not one person, and who says so. What stands of them decides
    who is whom (`linking.relink`).
    """

    classification = dict.fromkeys(
        (
            *("id", "one", "other", "agree", "differ", "state", "at", "decided_at", "decided_by", "bits", "parts"),
            *("model", "why", "guard", "proposed", "proposed_by", "proposed_at", "asked_at", "asked_of"),
        ),
        "internal",
    ) | {"because": "sealed"}

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    one = models.ForeignKey(SourceIdentity, on_delete=models.PROTECT, related_name="+")
    other = models.ForeignKey(SourceIdentity, on_delete=models.PROTECT, related_name="+")
    agree = models.JSONField(default=list)
    differ = models.JSONField(default=list)
    # waiting | unsure | half (the first of two has said) | same, different (decided by a person) | joined (by itself)
    # sealed: one was sealed because of the other, by two holders (`Sealing`); nobody is joined by it
    state = models.CharField(max_length=10, default="waiting")
    at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=60, blank=True)
    because = models.BinaryField(null=True)  # somebody's words about the two: sealed for both
    bits = models.FloatField(null=True)  # the weight of it all, by the model
    parts = models.JSONField(default=list)  # [comparison, level, bits, bits for how rare it is]: codes and numbers only
    model = models.CharField(max_length=40, blank=True, default="")
    why = models.JSONField(default=list)  # reason codes of the band
    guard = models.CharField(max_length=10, blank=True, default="")  # the stricter of the two sides
    proposed = models.CharField(max_length=10, blank=True, default="")  # what the first of two workers said
    proposed_by = models.CharField(max_length=60, blank=True, default="")
    proposed_at = models.DateTimeField(null=True)
    asked_at = models.DateTimeField(null=True)
    asked_of = models.CharField(max_length=60, blank=True, default="")  # the agency that was asked

    class Meta:
        constraints = [models.UniqueConstraint(fields=["one", "other"], name="possible_once")]
        indexes = [models.Index(fields=["state", "at"], name="possible_waiting")]


class Guarding(AppendOnly):
    """From this moment a source identity is guarded: how, by whom, and because of which entry or in whose words."""

    classification = dict.fromkeys(("id", "identity", "kind", "at", "by", "entry"), "internal") | {"because": "sealed"}

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    identity = models.ForeignKey(SourceIdentity, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10)  # protected | sealed | sealed-too, opened (by two holders)
    at = models.DateTimeField()
    by = models.CharField(max_length=60)
    entry = models.UUIDField(null=True)
    because = models.BinaryField(null=True)


class Sealing(AppendOnly):
    """Two holders of sealed records said that what stands beside somebody sealed is of the same earlier life, or took it back.

    `marked`: who was sealed by it, and how each was guarded before. `pairs`: how every pair around them stood: state, guard,
    reasons, when it was decided and by whom. `turned`: the pairs that it decided. Ids and codes only: why is kept with
    whoever was sealed (`Guarding`), and erased with them.
    """

    classification = dict.fromkeys(
        ("id", "pair", "step", "at", "by", "first_by", "marked", "pairs", "turned"), "internal"
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    pair = models.ForeignKey(Possible, on_delete=models.PROTECT, related_name="+")
    step = models.CharField(max_length=10)  # sealed | opened
    at = models.DateTimeField(db_index=True)
    by = models.CharField(max_length=60)  # the second of the two
    first_by = models.CharField(max_length=60)
    marked = models.JSONField(default=list)
    pairs = models.JSONField(default=list)
    turned = models.JSONField(default=list)


class Relation(AppendOnly):
    """One sender says that somebody is somebody's parent, sibling, …"""

    classification = dict.fromkeys(("id", "subject", "relation", "object", "agency", "known_at"), "internal")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject = models.ForeignKey(SourceIdentity, on_delete=models.PROTECT, related_name="+")
    relation = models.CharField(max_length=40)
    object = models.ForeignKey(SourceIdentity, on_delete=models.PROTECT, related_name="+")
    agency = models.CharField(max_length=60)
    known_at = models.DateTimeField()


class Measured(AppendOnly):
    """How well matching did on a day: counts of pairs, of everybody and by group. No identity stands in it."""

    classification = dict.fromkeys(("id", "at", "by", "model", "against", "counts", "gaps"), "internal")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    at = models.DateTimeField(db_index=True)
    by = models.CharField(max_length=60)
    model = models.CharField(max_length=40)  # in force on that day
    against = models.CharField(max_length=10)  # truth | decisions
    counts = models.JSONField()  # `measuring.Counted`
    gaps = models.JSONField(default=list)  # [by, group, share, points, of]


class Halting(AppendOnly):
    """From this moment joining by itself is stopped, or goes on. The latest stands; without one it goes on."""

    classification = dict.fromkeys(("id", "at", "by", "step", "model", "gaps"), "internal") | {"because": "ordinary"}

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    at = models.DateTimeField(db_index=True)
    by = models.CharField(max_length=60)
    step = models.CharField(max_length=10)  # stopped | resumed
    model = models.CharField(max_length=40)
    gaps = models.JSONField(default=list)  # of what it was stopped, or in spite of what it goes on
    because = models.CharField(max_length=400, blank=True)  # about matching; of no person


from sightline.identity.linkage.models import PublishedModel, TrainedModel  # noqa: E402, F401  (Django finds an app's tables here)
from sightline.identity.locations.models import (  # noqa: E402, F401
    LocationEnded,
    LocationOf,
    ProtectedLocation,
    SafeContact,
    StopAnswered,
    StoppedRelease,
)
