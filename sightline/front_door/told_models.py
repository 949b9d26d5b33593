"""How it is kept whom we told, what we wait for, and what a day's list holds: state that must be locked, by ids and codes.

What was told and done stands in the chronology (`encompass-notice`, `daily-risk-meeting` …), so that clocks and signals read
it there. Words that are no entry (what an agency brings to a list, what somebody is to do) are sealed for the children.
"""

from __future__ import annotations

import uuid

from django.db import models

from sightline.ledger.models import AppendOnly


class Telling(models.Model):
    """One child, on one incident, at one place: whether the place was told, has read it, and did something."""

    classification = dict.fromkeys(
        (
            "id",
            "plan",
            "incident",
            "identity",
            "recipient",
            "route",
            "state",
            "run_at",
            "due_at",
            "told_at",
            "told_to",
            "entry",
            "message",
            "deputies_at",
            "deputies_message",
            "chased_at",
            "read_at",
            "read_by",
            "asked_at",
            "support",
            "closed_at",
            "closed_because",
        ),
        "internal",
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    plan = models.CharField(max_length=60)  # which telling of the definition
    incident = models.UUIDField()  # the first version of the record that caused it
    identity = models.UUIDField()  # the child's source identity on it
    recipient = models.CharField(max_length=80)  # agency:<id>, or `person`: somebody must find out and ring
    route = models.CharField(max_length=12)
    state = models.CharField(max_length=10, default="planned")  # planned | told | read | done | wrong | over
    run_at = models.DateTimeField()  # when it is told
    due_at = models.DateTimeField()  # before the child's day begins
    told_at = models.DateTimeField(null=True)
    told_to = models.JSONField(default=list)  # roles or names of inboxes
    entry = models.UUIDField(null=True)  # the entry that says so
    message = models.UUIDField(null=True)
    deputies_at = models.DateTimeField(null=True)
    deputies_message = models.UUIDField(null=True)
    chased_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)
    read_by = models.CharField(max_length=60, blank=True, default="")
    asked_at = models.DateTimeField(null=True)
    support = models.UUIDField(null=True)  # the entry that says what was done
    closed_at = models.DateTimeField(null=True)
    closed_because = models.CharField(max_length=20, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["plan", "incident", "identity", "recipient"], name="telling_once"),
        ]
        indexes = [
            models.Index(fields=["recipient", "-run_at"], name="telling_recipient"),
            models.Index(fields=["incident"], name="telling_incident"),
            models.Index(fields=["identity"], name="telling_identity"),
            models.Index(fields=["due_at"], name="telling_open", condition=models.Q(closed_at=None)),
        ]


class Awaited(models.Model):
    """Something that should follow a record, until it has come or somebody has said why it does not."""

    classification = dict.fromkeys(
        (
            "id",
            "expected",
            "first",
            "agency",
            "started_at",
            "due_at",
            "run_at",
            "state",
            "times",
            "told_at",
            "closed_at",
        ),
        "internal",
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    expected = models.CharField(max_length=60)
    first = models.UUIDField()
    agency = models.CharField(max_length=60)
    started_at = models.DateTimeField()
    due_at = models.DateTimeField()
    run_at = models.DateTimeField()  # when it is looked at next
    state = models.CharField(max_length=10, default="waiting")  # waiting | missing | came | explained
    times = models.PositiveSmallIntegerField(default=0)  # how often somebody was told
    told_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["expected", "first"], name="awaited_once")]
        indexes = [
            models.Index(fields=["expected", "state", "due_at"], name="awaited_state"),
            models.Index(fields=["run_at"], name="awaited_next", condition=models.Q(closed_at=None)),
            models.Index(
                fields=["run_at"],
                name="awaited_came_soon",
                condition=models.Q(state="came", closed_at__lt=models.F("run_at")),
            ),
        ]


class ListDay(models.Model):
    """A list as it was built for one sitting: what arrived from `since` until `until`."""

    classification = dict.fromkeys(("id", "day_list", "day", "since", "until", "built_at", "definition"), "internal")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    day_list = models.CharField(max_length=60)
    day = models.DateField()
    since = models.DateTimeField()
    until = models.DateTimeField()
    built_at = models.DateTimeField()
    definition = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["day_list", "day"], name="list_day_once")]


class ListLine(models.Model):
    """What stands on a list, and why: a record, or a child."""

    classification = dict.fromkeys(
        (
            "id",
            "day",
            "subject",
            "entries",
            "identities",
            "why",
            "added_at",
            "heard",
            "entry",
            "heard_at",
            "heard_by",
            "version",
        ),
        "internal",
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    day = models.ForeignKey(ListDay, on_delete=models.PROTECT, related_name="lines")
    subject = models.UUIDField()  # the record's first version; for a list of children, the child's source identity
    entries = models.JSONField(default=list)  # first versions of the records that bring it here
    identities = models.JSONField(default=list)  # the source identities whom it is about
    why = models.JSONField(default=list)  # places in the declaration's `takes`
    added_at = models.DateTimeField()
    heard = models.CharField(
        max_length=40, blank=True, default=""
    )  # a code of its decisions; `heard` where it decides none
    entry = models.UUIDField(null=True)  # the entry that says so
    heard_at = models.DateTimeField(null=True)
    heard_by = models.CharField(max_length=60, blank=True, default="")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["day", "subject"], name="list_line_once")]


class ListWords(AppendOnly):
    """What an agency brings to a line. Sealed for whoever the line is about."""

    classification = dict.fromkeys(("id", "line", "agency", "by", "at"), "internal") | {"words": "sealed"}

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    line = models.ForeignKey(ListLine, on_delete=models.PROTECT, related_name="brought")
    agency = models.CharField(max_length=60)
    by = models.CharField(max_length=60)
    at = models.DateTimeField()
    words = models.BinaryField()


class ListTask(models.Model):
    """What somebody does, by when: part of a plan for safety, or a tasking."""

    classification = dict.fromkeys(
        ("id", "line", "agency", "owner", "due", "plan", "by", "at", "done_at", "done_by"), "internal"
    ) | {"words": "sealed"}

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    line = models.ForeignKey(ListLine, on_delete=models.PROTECT, related_name="tasks")
    agency = models.CharField(max_length=60)
    owner = models.CharField(max_length=120)  # a worker's id, or a name outside
    due = models.DateField()
    plan = models.BooleanField(default=False)  # part of the plan for safety
    by = models.CharField(max_length=60)
    at = models.DateTimeField()
    words = models.BinaryField()
    done_at = models.DateTimeField(null=True)
    done_by = models.CharField(max_length=60, blank=True, default="")


class ListSeat(models.Model):
    """Whether an agency that is expected was there."""

    classification = dict.fromkeys(("id", "day", "agency", "here", "by", "at"), "internal")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    day = models.ForeignKey(ListDay, on_delete=models.PROTECT, related_name="seats")
    agency = models.CharField(max_length=60)
    here = models.BooleanField()
    by = models.CharField(max_length=60)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["day", "agency"], name="list_seat_once")]


class Review(models.Model):
    """An item of police information that a worker and a manager look at, each once."""

    classification = dict.fromkeys(
        (
            "id",
            "review",
            "first",
            "identity",
            "agency",
            "known_at",
            "worker",
            "allocated_at",
            "worker_due",
            "manager_due",
            "worker_at",
            "worker_by",
            "manager_at",
            "manager_by",
            "harm",
            "outcome",
            "referral",
            "entry",
            "closed_at",
            "version",
        ),
        "internal",
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    review = models.CharField(max_length=60)
    first = models.UUIDField()
    identity = models.UUIDField()  # the child on it
    agency = models.CharField(max_length=60)
    known_at = models.DateTimeField()
    worker = models.CharField(max_length=80, blank=True, default="")  # worker:<id> or team:<id>; empty: nobody yet
    allocated_at = models.DateTimeField(null=True)
    worker_due = models.DateTimeField()
    manager_due = models.DateTimeField()
    worker_at = models.DateTimeField(null=True)
    worker_by = models.CharField(max_length=60, blank=True, default="")
    manager_at = models.DateTimeField(null=True)
    manager_by = models.CharField(max_length=60, blank=True, default="")
    harm = models.CharField(max_length=10, blank=True, default="")  # yes | no
    outcome = models.CharField(max_length=40, blank=True, default="")
    referral = models.UUIDField(null=True)
    entry = models.UUIDField(null=True)
    closed_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["review", "first", "identity"], name="review_once")]
        indexes = [models.Index(fields=["review", "known_at"], name="review_open", condition=models.Q(closed_at=None))]


class Away(models.Model):
    """The last absence of a child who is missing or was: moments alone, by which a list is put in order. A projection of their
    entries (`away`). `since` is empty where somebody was only looked for."""

    classification = dict.fromkeys(
        ("id", "identity", "latest", "since", "until", "held_at", "offered_at", "declined"), "internal"
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    identity = models.ForeignKey("identity.SourceIdentity", on_delete=models.CASCADE, related_name="+")
    latest = models.DateTimeField()  # when the last of what tells of it happened
    since = models.DateTimeField(null=True)
    until = models.DateTimeField(null=True)
    held_at = models.DateTimeField(null=True)
    offered_at = models.DateTimeField(null=True)
    declined = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["identity"], name="away_once")]
        indexes = [models.Index(fields=["latest"], name="away_latest")]
