"""PostgreSQL as the application signs in to it in earnest: not as the owner of the tables, and so behind the second wall."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

import psycopg

from config.walled_postgresql.base import DatabaseWrapper  # noqa: F401  the engine by which it signs in
from sightline.sharing import wall
from sightline.sharing.walling import build
from tests.support.databases import Database, connected

LOGIN, PASSWORD = "sightline_application", secrets.token_hex(12)


class Walled(Database):
    """A copy, and the application's own user of it."""

    @property
    def settings(self) -> dict[str, object]:
        return {**super().settings, "ENGINE": "config.walled_postgresql"}


@contextmanager
def behind_the_wall(database: Database, partnership=None) -> Iterator[Walled]:
    """Builds the wall as the owner of the tables (Django must be connected as that), then signs in as the application."""
    as_application = make_roles(database)
    assert build(partnership=partnership)
    with connected(as_application):
        yield as_application


def make_roles(database: Database) -> Walled:
    """The roles, by the very statements that an administrator is given; once for each server."""
    with psycopg.connect(database.url, autocommit=True) as connection:
        owner = urlsplit(database.url).username or ""
        if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [LOGIN]).fetchone():
            connection.execute(wall.roles(LOGIN, owner))
        connection.execute(f"ALTER ROLE {LOGIN} PASSWORD '{PASSWORD}'")
    parts = urlsplit(database.url)
    return Walled("postgresql", urlunsplit(parts._replace(netloc=f"{LOGIN}:{PASSWORD}@{parts.hostname}:{parts.port}")))
