"""How messages are kept: ids, codes and counts. Nothing of what they are about stands here."""

from __future__ import annotations

import uuid

from django.db import models

from sightline.ledger.models import AppendOnly


class Outgoing(AppendOnly):
    """A message as it was sent, in the transaction of what caused it."""

    classification = dict.fromkeys(
        ("id", "kind", "to", "about", "says", "because", "by", "agency", "at", "due_at", "definition"), "internal"
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=60)
    to = models.CharField(max_length=150)  # worker:<id> | team:<id> | agency:<id> | role:<role>@<agency> | role:<role>
    about = models.JSONField(default=list)  # [what, id]: entry (first version) or identity
    says = models.JSONField(default=dict)  # codes, counts and moments of the sentence
    because = models.UUIDField(null=True)  # the row that caused it
    by = models.CharField(max_length=60)
    agency = models.CharField(max_length=60, blank=True)  # for which `by` acted
    at = models.DateTimeField()
    due_at = models.DateTimeField()  # by when one of those told says that it was read
    definition = models.CharField(max_length=64)

    class Meta:
        indexes = [
            models.Index(fields=["at", "id"], name="outgoing_at"),
            models.Index(fields=["because"], name="outgoing_because"),  # who was told of it already
        ]


class Waiting(models.Model):
    """What is still to be done about a message: deliver it, or tell somebody else. Gone once it is done."""

    classification = dict.fromkeys(("id", "message", "step", "run_at", "tries"), "internal")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    message = models.ForeignKey(Outgoing, on_delete=models.PROTECT, related_name="+")
    step = models.CharField(max_length=10)  # deliver | chase
    run_at = models.DateTimeField()
    tries = models.IntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["run_at"], name="waiting_next")]


class Delivered(AppendOnly):
    """A message in an inbox: whoever goes by this name finds it there."""

    classification = dict.fromkeys(("id", "message", "holder", "at", "why"), "internal")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    message = models.ForeignKey(Outgoing, on_delete=models.PROTECT, related_name="deliveries")
    holder = models.CharField(max_length=150)
    at = models.DateTimeField()
    why = models.CharField(max_length=20)  # told | nobody-answered | nobody-there | deputy | digest

    class Meta:
        constraints = [models.UniqueConstraint(fields=["message", "holder"], name="delivered_once")]
        indexes = [models.Index(fields=["holder", "at"], name="delivered_holder")]


class Acknowledged(AppendOnly):
    """Somebody of those who were told has read it, and it is with them."""

    classification = dict.fromkeys(("id", "message", "by", "agency", "at"), "internal")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    message = models.OneToOneField(Outgoing, on_delete=models.PROTECT, related_name="acknowledged")
    by = models.CharField(max_length=60)
    agency = models.CharField(max_length=60)
    at = models.DateTimeField()


class Ask(AppendOnly):
    """What somebody needs a second person for, now: who, of what, why (sealed), and until when it can be agreed to."""

    classification = dict.fromkeys(
        ("id", "what", "subject", "person", "by", "agency", "at", "until", "key"), "internal"
    ) | {"words": "sealed"}

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    what = models.CharField(max_length=20)  # record | location | take-over
    subject = models.UUIDField()  # the record's first version, the source identity, the location, or the restriction
    person = models.UUIDField()  # a source identity of the child
    by = models.CharField(max_length=60)
    agency = models.CharField(max_length=60)
    at = models.DateTimeField()
    until = models.DateTimeField()
    key = models.UUIDField()
    words = models.BinaryField()

    class Meta:
        indexes = [models.Index(fields=["until"], name="ask_until")]


class AskAnswer(AppendOnly):
    """What the second person said."""

    classification = dict.fromkeys(("id", "ask", "agreed", "by", "agency", "at", "key"), "internal") | {
        "words": "sealed"
    }

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    ask = models.OneToOneField(Ask, on_delete=models.PROTECT, related_name="answer")
    agreed = models.BooleanField()
    by = models.CharField(max_length=60)
    agency = models.CharField(max_length=60)
    at = models.DateTimeField()
    key = models.UUIDField()
    words = models.BinaryField()


class ToMail(models.Model):
    """Somebody is to be told by e-mail that a message waits for them. Gone once they were, or once it was read."""

    classification = dict.fromkeys(("id", "message", "worker", "run_at", "tries", "passed_on"), "internal")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    message = models.ForeignKey(Outgoing, on_delete=models.PROTECT, related_name="+")
    worker = models.CharField(max_length=60)
    run_at = models.DateTimeField()
    tries = models.IntegerField(default=0)
    passed_on = models.BooleanField(default=False)  # it failed for long: whoever is told next was told

    class Meta:
        constraints = [models.UniqueConstraint(fields=["message", "worker"], name="mailed_once")]
        indexes = [models.Index(fields=["run_at"], name="to_mail_next")]


class Mailed(AppendOnly):
    """An e-mail that left: to whom, when, and how many messages it told of. Never what stood in them."""

    classification = dict.fromkeys(("id", "worker", "at", "messages"), "internal")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    worker = models.CharField(max_length=60)
    at = models.DateTimeField()
    messages = models.JSONField(default=list)  # ids

    class Meta:
        indexes = [models.Index(fields=["worker", "at"], name="mailed_worker")]
