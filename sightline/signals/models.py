"""How signals are kept: what stands, as a projection that is rebuilt at will; what happened and was answered, for good."""

from __future__ import annotations

import uuid

from django.db import models

from sightline.ledger.models import AppendOnly


class Standing(models.Model):
    """One episode of one rule about one child (or place): ids, codes, counts and moments, no content.

    What follows from entries (`begins`, `until`, `cited` …) is computed anew whenever they change; the row stays the same one
    as long as it rests on the same entries, so that what was told and answered stays with it.
    """

    classification = dict.fromkeys(
        (
            *("id", "rule", "version", "identity", "place", "level", "sort", "since", "begins", "until"),
            *("ended_at", "ended_because", "cited", "window", "count", "days", "agencies", "kinds"),
            *("told_at", "told", "tells_at", "rests_until", "answered", "answered_at", "answered_by", "changed_at"),
        ),
        "internal",
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    rule = models.CharField(max_length=60)
    version = models.IntegerField()
    identity = models.ForeignKey(
        "identity.SourceIdentity", null=True, on_delete=models.CASCADE, related_name="+"
    )  # of the child, as the newest entry has them: a tie to the child, and who they are, follow from it
    place = models.CharField(max_length=64, blank=True, default="")  # keyed digest, for rules about places
    level = models.CharField(max_length=10)  # look | pressing | now
    sort = models.CharField(max_length=10)  # sign | offer | data
    since = models.DateTimeField()  # the first moment at which anybody could have seen it
    begins = models.DateTimeField()  # by when things happened …
    until = models.DateTimeField(null=True)  # … and when it ends, or ended, by time
    ended_at = models.DateTimeField(null=True)  # when we found that it stands no more
    ended_because = models.CharField(max_length=10, blank=True, default="")  # over | withdrawn
    cited = models.JSONField(default=list)  # first versions of the entries on which it rests, in the order of happening
    window = models.JSONField(default=list)  # those of its newest moment, to which the figures belong
    count = models.IntegerField()
    days = models.IntegerField()
    agencies = models.IntegerField()
    kinds = models.JSONField(default=list)  # [what it was to the child, how many]: harmed, missing, accused, told
    told_at = models.DateTimeField(null=True)
    told = models.JSONField(default=dict)  # the last telling: {to, way, how, level, cited, opens}
    tells_at = models.DateTimeField(null=True)  # somebody is to be told then, and not before
    rests_until = models.DateTimeField(null=True)
    answered = models.CharField(max_length=20, blank=True, default="")  # acted | covered | not-relevant | wrong
    answered_at = models.DateTimeField(null=True)
    answered_by = models.CharField(max_length=60, blank=True, default="")
    changed_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["identity"], name="standing_identity"),
            models.Index(fields=["rule", "ended_at"], name="standing_rule"),
            models.Index(fields=["place"], name="standing_place", condition=~models.Q(place="")),
            models.Index(fields=["sort", "ended_at", "-since"], name="standing_sort"),
        ]


class ToldTo(models.Model):
    """An inbox that was told of a signal that is kept: by which somebody's own are found."""

    classification = dict.fromkeys(("id", "signal", "holder"), "internal")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    signal = models.ForeignKey(Standing, on_delete=models.CASCADE, related_name="recipients")
    holder = models.CharField(
        max_length=150
    )  # worker:<id> | team:<id> | agency:<id> | role:<role>@<agency> | role:<role>

    class Meta:
        constraints = [models.UniqueConstraint(fields=["signal", "holder"], name="told_to_once")]
        indexes = [models.Index(fields=["holder"], name="told_to_holder")]


class Look(models.Model):
    """The next moment at which time alone may change something about somebody. Gone once it was looked at."""

    classification = dict.fromkeys(("id", "identity", "place", "at", "tries"), "internal")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    identity = models.ForeignKey("identity.SourceIdentity", null=True, on_delete=models.CASCADE, related_name="+")
    place = models.CharField(max_length=64, blank=True, default="")
    at = models.DateTimeField()
    tries = models.IntegerField(default=0)

    class Meta:
        indexes = [
            models.Index(fields=["at"], name="look_at"),
            models.Index(fields=["identity"], name="look_identity"),
            models.Index(fields=["place"], name="look_place", condition=~models.Q(place="")),
        ]


class Happened(AppendOnly):
    """Something that became of a signal. Ids and codes only."""

    classification = dict.fromkeys(("id", "signal", "rule", "version", "what", "at", "by", "detail"), "internal")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    signal = models.UUIDField()
    rule = models.CharField(max_length=60)
    version = models.IntegerField()
    # raised | grew | graver | ended | withdrawn | told | rose-again | answered | escalated | moved
    what = models.CharField(max_length=12)
    at = models.DateTimeField()
    by = models.CharField(max_length=60, blank=True)  # a worker, where one did it
    detail = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["signal", "at"], name="happened_signal"),
            models.Index(fields=["rule", "what", "at"], name="happened_rule"),
        ]


class Answer(AppendOnly):
    """What somebody answered: the words are sealed for the child whom it is about."""

    classification = dict.fromkeys(
        ("id", "signal", "rule", "answer", "done", "by", "agency", "role", "at"), "internal"
    ) | {"words": "sealed"}

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    signal = models.UUIDField()
    rule = models.CharField(max_length=60)
    answer = models.CharField(max_length=20)  # acted | covered | not-relevant | wrong
    done = models.JSONField(default=list)  # first versions of the records of what was done
    by = models.CharField(max_length=60)
    agency = models.CharField(max_length=60)
    role = models.CharField(max_length=60)
    at = models.DateTimeField()
    words = models.BinaryField()

    class Meta:
        indexes = [models.Index(fields=["signal", "at"], name="answer_signal")]


class Switch(AppendOnly):
    """A rule, or all of them (`*`), was switched off or on again: by whom, and why. The latest stands."""

    classification = dict.fromkeys(("id", "rule", "off", "by", "agency", "at", "because"), "internal")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    rule = models.CharField(max_length=60)
    off = models.BooleanField()
    by = models.CharField(max_length=60)
    agency = models.CharField(max_length=60, blank=True)
    at = models.DateTimeField()
    because = models.CharField(max_length=500, blank=True)

    class Meta:
        indexes = [models.Index(fields=["rule", "at"], name="switch_rule")]


from sightline.signals.governing.models import Draft, Explained, Fairness  # noqa: E402, F401  (Django finds an app's tables here)
