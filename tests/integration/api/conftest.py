"""A partnership and tokens of two of its agencies. One database for the tests of a module: they add to it."""

import json
from dataclasses import dataclass

import pytest
from django.test import Client

from sightline.agencies.actions import make_token, take_from_definition
from sightline.agencies.queries import machine


@dataclass
class Door:
    """The machine door, as one agency's system sees it."""

    token: str

    def post(self, body, *, key="", token=None, **headers):
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {self.token if token is None else token}", **headers}
        if key:
            headers["Idempotency-Key"] = key
        return Client().post("/api/v1/notifications", raw, content_type="application/json", headers=headers)

    def get(self, path):
        return Client().get(f"/api/v1/{path}", headers={"Authorization": f"Bearer {self.token}"})


def doors():
    take_from_definition(by=machine("feed-machine"))
    by = machine("set-up-machine")
    return [
        Door(make_token(agency=agency, label="test", by=by))
        for agency in ("west-yorkshire-police", "leeds-teaching-hospitals")
    ]


@pytest.fixture(scope="module")
def both(shared_database):
    return doors()


@pytest.fixture
def police(both):
    return both[0]


@pytest.fixture
def hospital(both):
    return both[1]
