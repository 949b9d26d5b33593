"""How agencies, workers and tokens are kept."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from sightline.ledger.models import AppendOnly
from sightline.vault.asking import Question
from sightline.vault.taking import columns_of, made_of


class Agency(models.Model):
    """An agency: from the definition, or declared by a feed (schools). The id is its slug."""

    classification = dict.fromkeys(("id", "kind", "title", "phone", "out_of_hours", "declared", "calendar"), "ordinary")

    id = models.SlugField(primary_key=True, max_length=60)
    kind = models.CharField(max_length=40)
    title = models.CharField(max_length=200)
    phone = models.CharField(max_length=40, blank=True)
    out_of_hours = models.CharField(max_length=40, blank=True)
    declared = models.BooleanField(default=True)  # in the definition
    calendar = models.JSONField(default=dict, blank=True)


class WorkerManager(BaseUserManager["Worker"]):
    def get(self, *args: Any, **named: Any) -> Worker:
        """With the agency, which whoever acts is asked for at once: each request begins with it."""
        if args or named.keys() != {"pk"} or not isinstance(named["pk"], uuid.UUID):
            return self.select_related("agency").get(*args, **named)
        for values in _WITH_AGENCY(named["pk"]):
            [found] = made_of(Worker, _OWN, [values[: len(_OWN)]])
            [found.agency] = made_of(Agency, _OF_AGENCY, [values[len(_OWN) :]])
            return found
        raise self.model.DoesNotExist

    def get_by_natural_key(self, username: str | None) -> Worker:
        return self.get(username=username)


class Worker(AbstractBaseUser):
    """Somebody who signs in, or a declared machine actor (which cannot)."""

    classification = {
        "id": "internal",
        "username": "ordinary",
        "name": "ordinary",
        "email": "sensitive",
        "agency": "ordinary",
        "team": "ordinary",
        "role": "ordinary",
        "phone": "ordinary",
        "is_active": "internal",
        "machine": "internal",
        "settings": "internal",
        "password": "secret",
        "last_login": "internal",
    }

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    username = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    email = models.EmailField(blank=True)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    team = models.CharField(max_length=60, blank=True)
    role = models.CharField(max_length=60)
    phone = models.CharField(max_length=40, blank=True)
    is_active = models.BooleanField(default=True)
    machine = models.BooleanField(default=False)
    settings = models.JSONField(default=dict, blank=True)

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]
    objects = WorkerManager()

    # No superuser and no staff: nothing outranks the gate. Django's own views ask these two.
    is_staff = False
    is_superuser = False

    def get_full_name(self) -> str:
        return self.name


_OWN, _OF_AGENCY = columns_of(Worker), columns_of(Agency)
_WITH_AGENCY = Question(
    lambda id: Worker._base_manager.filter(pk=id), *_OWN, *(f"agency__{name}" for name in _OF_AGENCY)
)


class Token(models.Model):
    """The key of an agency's own system for the API: only its keyed digest is kept."""

    classification = {
        "id": "internal",
        "agency": "ordinary",
        "label": "ordinary",
        "digest": "secret",
        "made_at": "internal",
        "revoked_at": "internal",
    }

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    label = models.CharField(max_length=120)
    digest = models.CharField(max_length=32, unique=True)
    made_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)


class Declared(models.Model):
    """A thing that workers have made part of the definition in force, besides what stands in files: a mapped feed.

    Never overwritten: what replaces it is a further row, and what is withdrawn keeps its row with the day and the reason.
    """

    classification = dict.fromkeys(
        ("id", "kind", "name", "body", "by", "approved_by", "at", "ended_at", "ended_by", "ended_approved_by"),
        "internal",
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=20)  # as in the definition: feed
    name = models.CharField(max_length=60)  # the thing's id
    body = models.JSONField()  # the thing, as in the bundle
    by = models.CharField(max_length=60)
    approved_by = models.CharField(max_length=60)  # somebody else
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=60, blank=True)
    ended_approved_by = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "name"], condition=models.Q(ended_at=None), name="declared_once")
        ]


class Published(AppendOnly):
    """A version of the definition that has been in force, whole: what an entry's hash leads back to, for ever."""

    classification = dict.fromkeys(("id", "hash", "bundle", "at", "by", "because"), "internal")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    hash = models.CharField(max_length=64, unique=True)
    bundle = models.BinaryField()  # canonical JSON, deflated (zlib)
    at = models.DateTimeField()
    by = models.CharField(max_length=60)
    because = models.CharField(max_length=60)  # the verb: declare-thing, end-declared


from sightline.agencies.registry.models import RegistryRow  # noqa: E402, F401  (Django finds an app's tables here)
