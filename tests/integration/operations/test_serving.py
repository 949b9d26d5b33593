"""How many pages are served beside each other: never more than the database lets connect."""

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from sightline.commands.serve import threads_for


def connections() -> tuple[int, int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('max_connections'), current_setting('superuser_reserved_connections')")
        most, kept = cursor.fetchone()
    return int(most), int(kept)


def test_no_more_threads_than_connections(postgresql_database, capsys):
    most, kept = connections()
    there = most - kept - 5
    assert threads_for(4, 1) == 4 and capsys.readouterr().err == ""
    assert threads_for(500, 1) == there - 1
    assert capsys.readouterr().err == (
        f"PostgreSQL lets {most} connect at once (max_connections): each process serves with {there - 1} threads, not 500. "
        "Raise it for more.\n"
    )
    assert threads_for(500, 2) == there // 2 - 1
    with pytest.raises(ImproperlyConfigured, match="too few for 500 processes"):
        threads_for(1, 500)


def test_the_embedded_database_lets_every_thread_connect(sqlite_database):
    assert threads_for(500, 1) == 500
