"""How what was seen, what was noticed and what was made of it is kept. Ids, codes and keyed digests; words are sealed."""

from __future__ import annotations

import uuid

from django.db import models

from sightline.ledger.models import AppendOnly


class Followed(models.Model):
    """How far the ledger has been followed: the place of the last record that was looked at. One row."""

    classification = dict.fromkeys(("id", "place", "at"), "internal")

    id = models.PositiveSmallIntegerField(primary_key=True)
    place = models.BigIntegerField(default=-1)
    at = models.DateTimeField()

    ONE = 1


class Seen(models.Model):
    """Somebody was shown something of one source identity, in one response. A projection of the ledger's records.

    It can be thrown away and made anew by following the ledger from its beginning; `ties` then are those of that moment.
    """

    classification = dict.fromkeys(
        ("id", "identity", "person", "record", "at", "actor", "agency", "verb", "ties", "opened"), "internal"
    )

    id = models.BigAutoField(primary_key=True)
    identity = models.UUIDField()
    person = models.UUIDField()  # whom it was taken for then
    record = models.UUIDField()  # in the ledger
    at = models.DateTimeField()
    actor = models.CharField(max_length=60)
    agency = models.CharField(max_length=60)
    verb = models.CharField(max_length=60)
    ties = models.CharField(
        max_length=200, blank=True
    )  # codes that the reader held then; `agency:code` for the agency's

    opened = models.BooleanField(default=True)  # whose page it was; else something of theirs stood on another's

    class Meta:
        indexes = [
            models.Index(fields=["identity", "-at"], name="seen_identity"),
            models.Index(fields=["actor", "-at"], name="seen_actor"),
            models.Index(fields=["agency", "-at"], name="seen_agency"),
        ]


class Own(models.Model):
    """A detail of a worker's own family, as a keyed digest: it can be compared, and not be read."""

    classification = dict.fromkeys(("id", "worker", "kind", "at", "by"), "internal") | {"digest": "secret"}

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    worker = models.CharField(max_length=60)
    kind = models.CharField(max_length=20)  # family-name | postcode | address | phone
    digest = models.CharField(max_length=32)
    at = models.DateTimeField()
    by = models.CharField(max_length=60)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["worker", "kind", "digest"], name="own_once")]
        indexes = [models.Index(fields=["kind", "digest"], name="own_digest")]


class Flag(models.Model):
    """A child about whom people may be curious: from when until when, why (a code), by whom."""

    classification = dict.fromkeys(
        ("id", "identity", "because", "from_at", "until", "by", "ended_at", "ended_by"), "internal"
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    identity = models.UUIDField(db_index=True)
    because = models.CharField(max_length=40)
    from_at = models.DateTimeField()
    until = models.DateTimeField()
    by = models.CharField(max_length=60)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=60, blank=True)


class Unusual(AppendOnly):
    """Reading that was told of: which alert, whose, when, of how many; and who was told."""

    classification = dict.fromkeys(
        ("id", "alert", "actor", "agency", "person", "record", "at", "opened_at", "told", "detail"), "internal"
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    alert = models.CharField(max_length=60)
    actor = models.CharField(max_length=60)  # who read
    agency = models.CharField(max_length=60)  # for which agency
    person = models.UUIDField(null=True)  # whose record; none where it is about many
    record = models.UUIDField()  # the ledger's record after which it was noticed
    at = models.DateTimeField()  # when it was read
    opened_at = models.DateTimeField()
    told = models.JSONField(default=list)  # agencies whose information governance was told
    detail = models.JSONField(default=dict)  # counts and codes

    class Meta:
        indexes = [
            models.Index(fields=["-opened_at"], name="unusual_newest"),
            models.Index(fields=["actor", "alert", "-at"], name="unusual_again"),
        ]


class Reviewed(AppendOnly):
    """What somebody else made of it. Once."""

    classification = dict.fromkeys(("id", "unusual", "outcome", "at", "by", "key"), "internal") | {"comment": "sealed"}

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    unusual = models.OneToOneField(Unusual, on_delete=models.PROTECT, related_name="review")
    outcome = models.CharField(max_length=20)  # justified | training | breach
    at = models.DateTimeField()
    by = models.CharField(max_length=60)
    key = models.UUIDField()
    comment = models.BinaryField()  # sealed: it may name anybody
