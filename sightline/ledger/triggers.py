"""Triggers that refuse UPDATE, DELETE (and TRUNCATE) on append-only tables, on both databases."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db import connections
from django.db.models import Model

from sightline.ledger.models import AppendOnly


def append_only_models() -> list[type[Model]]:
    return [model for model in apps.get_models() if issubclass(model, AppendOnly)]


def trigger_names(table: str) -> list[str]:
    return [f"{table}_no_{verb}" for verb in ("update", "delete")]


def install(alias: str = "default") -> None:
    """Installs the triggers on every append-only table that exists. Safe to call again."""
    connection = connections[alias]
    tables = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "CREATE OR REPLACE FUNCTION sightline_append_only() RETURNS trigger LANGUAGE plpgsql AS "
                "$$ BEGIN RAISE EXCEPTION 'append-only table %%', TG_TABLE_NAME; END $$".replace("%%", "%")
            )
        for model in append_only_models():
            table = model._meta.db_table
            if table not in tables:
                continue
            for verb in ("update", "delete"):
                name = f"{table}_no_{verb}"
                if connection.vendor == "postgresql":
                    cursor.execute(f'DROP TRIGGER IF EXISTS "{name}" ON "{table}"')
                    cursor.execute(
                        f'CREATE TRIGGER "{name}" BEFORE {verb.upper()} ON "{table}" '
                        "FOR EACH STATEMENT EXECUTE FUNCTION sightline_append_only()"
                    )
                else:
                    cursor.execute(
                        f'CREATE TRIGGER IF NOT EXISTS "{name}" BEFORE {verb.upper()} ON "{table}" '
                        f"BEGIN SELECT RAISE(ABORT, 'append-only table {table}'); END"
                    )
            if connection.vendor == "postgresql":
                cursor.execute(f'DROP TRIGGER IF EXISTS "{table}_no_truncate" ON "{table}"')
                cursor.execute(
                    f'CREATE TRIGGER "{table}_no_truncate" BEFORE TRUNCATE ON "{table}" '
                    "FOR EACH STATEMENT EXECUTE FUNCTION sightline_append_only()"
                )


def missing_triggers(alias: str = "default") -> list[str]:
    """Triggers that an append-only table should have and has not, or that are switched off."""
    connection = connections[alias]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled IN ('O', 'A')")
        else:
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        there = {name for (name,) in cursor.fetchall()}
    wanted = [name for model in append_only_models() for name in trigger_names(model._meta.db_table)]
    if connection.vendor == "postgresql":
        wanted += [f"{model._meta.db_table}_no_truncate" for model in append_only_models()]
    return sorted(set(wanted) - there)


def install_after_migrate(*, using: str, **_: Any) -> None:
    install(using)
