"""What somebody still has to do about a notice: state that two people may want to change at once.

The facts stand in the chronology: what was asked, answered, handed over, accepted, called, held, flagged and given. A
step says who must act, by when, and whether somebody has.
"""

from __future__ import annotations

import uuid

from django.db import models


class Step(models.Model):
    """Something that somebody has to do: answer a check, accept a hand-over, take part in a discussion, answer a
    disagreement, give what is missing, tell whoever told us."""

    classification = dict.fromkeys(
        (
            "id",
            "kind",
            "notice",
            "entry",
            "to",
            "code",
            "level",
            "by",
            "team",
            "agency",
            "urgent",
            "at",
            "due_at",
            "told_at",
            "scheduled",
            "state",
            "done_at",
            "done_by",
            "done_entry",
        ),
        "internal",
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=20)  # check | hand-over | discussion | part | flag | disagreement | feedback
    notice = models.UUIDField(db_index=True)  # the first version of what reached the front door
    entry = models.UUIDField(db_index=True)  # the entry that made it necessary (first version)
    to = models.CharField(max_length=150)  # who must act: worker:<id> | team:<id> | agency:<id> | role:<role>@<agency>
    code = models.CharField(max_length=60, blank=True, default="")  # the check, the route, what is missing
    level = models.PositiveSmallIntegerField(default=0)  # of a ladder; of a hand-over: 1 where its team is a guess
    by = models.CharField(max_length=60)  # who made it necessary
    team = models.CharField(max_length=60, blank=True, default="")  # in which team
    agency = models.CharField(max_length=60)  # for which agency
    urgent = models.BooleanField(default=False)
    at = models.DateTimeField()
    due_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True)  # when somebody was last told that it is late
    scheduled = models.BooleanField(default=False)  # whether the worker knows when to look at it
    state = models.CharField(max_length=12, default="open")  # open | done | could-not | ended
    done_at = models.DateTimeField(null=True)
    done_by = models.CharField(max_length=60, blank=True, default="")
    done_entry = models.UUIDField(null=True, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "entry", "to", "code"], name="step_once")]
        indexes = [
            models.Index(fields=["to", "due_at"], name="step_to", condition=models.Q(state="open")),
            models.Index(fields=["at"], name="step_unscheduled", condition=models.Q(scheduled=False)),
        ]
