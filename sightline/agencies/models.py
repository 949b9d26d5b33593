"""How agencies, workers and tokens are kept."""

from __future__ import annotations

import uuid

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models


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
