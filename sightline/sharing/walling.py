"""Building the second wall (`wall.py`) in a PostgreSQL database, and saying how it stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connections, transaction

from sightline.definition.loader import load
from sightline.definition.types import Partnership
from sightline.ledger.triggers import append_only_models
from sightline.sharing import wall
from sightline.sharing.standing import MACHINE_ROLE, PAGES


@dataclass(frozen=True, slots=True)
class Wall:
    """`built`: the wall is there and whole. `current`: made of the rules of this definition. `behind`: whoever is signed in
    to the database now stands behind it. `says`: one sentence; `do`: what to do about it."""

    built: bool
    current: bool
    behind: bool
    says: str
    do: str = ""

    @property
    def stands(self) -> bool:
        return self.built and self.current and self.behind


NONE_ON_SQLITE = Wall(
    False, False, False, "SQLite has one wall, the gate; PostgreSQL has a second.", "Use PostgreSQL for real work."
)


def declared() -> Partnership:
    """The rules are in files alone: what workers add to a definition are never rules of sharing."""
    return load(settings.SIGHTLINE_PARTNERSHIP)


def examine(alias: str = "default") -> Wall:
    """How the wall stands in this database, and on which side of it we are."""
    connection = connections[alias]
    if connection.vendor != "postgresql":
        return NONE_ON_SQLITE
    with connection.cursor() as cursor:
        if not _roles_are_there(cursor):
            return Wall(False, False, False, "The database has no second wall.", "See `sightline wall --help`.")
        cursor.execute("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = session_user")
        behind = not cursor.fetchone()[0]
        there, mark = _whole(cursor), _mark(cursor)
    if not there:
        return Wall(
            False, False, behind, "The second wall is not built.", "As the owner of the tables: sightline init."
        )
    if mark != wall.fingerprint(declared()):
        says = "The second wall is made of other sharing rules than those in force."
        return Wall(True, False, behind, says, "As the owner of the tables: sightline init.")
    if not behind:
        says = "The second wall is built, but this user of the database passes it: a superuser, or one with BYPASSRLS."
        return Wall(True, True, False, says, "Sign in as the application's own user (`sightline wall --help`).")
    return Wall(
        True, True, True, f"The second wall stands: no row of {len(wall.WALLED)} tables shows without a reader."
    )


def build(alias: str = "default", partnership: Partnership | None = None) -> bool:
    """Builds the wall where its two roles are there (see `wall.roles`), anew where the rules are others than it is made of;
    and lets both roles use every table there is now. As the owner of the tables. Returns whether there is a wall now.
    """
    connection = connections[alias]
    if connection.vendor != "postgresql":
        return False
    with transaction.atomic(using=alias), connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
        if not _roles_are_there(cursor) or not tables.issuperset(wall.WALLED):
            return False
        _let_in(cursor, tables)
        partnership = partnership or declared()
        if not _whole(cursor) or _mark(cursor) != wall.fingerprint(partnership):
            _build(cursor, partnership)
    return True


def stand_aside(alias: str = "default") -> None:
    """For a migration, which must see every row: the owner of the tables is let through until `build`."""
    connection = connections[alias]
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        for table in _forced(cursor):
            cursor.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")


def build_after_migrate(*, using: str, **_: Any) -> None:
    build(using)


def stand_aside_to_migrate(*, using: str, **_: Any) -> None:
    stand_aside(using)


# --- how ------------------------------------------------------------------------------------------------------------


def _build(cursor: Any, partnership: Partnership) -> None:
    schema = wall.SCHEMA
    cursor.execute(
        f"DROP SCHEMA IF EXISTS {schema} CASCADE"
    )  # and with it the policies, for the length of a transaction
    cursor.execute(f"CREATE SCHEMA {schema}")
    cursor.execute(f"GRANT USAGE ON SCHEMA {schema} TO {PAGES}, {MACHINE_ROLE}")
    cursor.execute(wall.ddl(partnership))
    cursor.execute(f"GRANT CREATE ON SCHEMA {schema} TO {MACHINE_ROLE}")
    cursor.execute(
        "SELECT oid::regprocedure::text FROM pg_proc WHERE prosecdef AND pronamespace = %s::regnamespace", [schema]
    )
    for (function,) in cursor.fetchall():
        cursor.execute(f"ALTER FUNCTION {function} OWNER TO {MACHINE_ROLE}")
    cursor.execute(f"REVOKE CREATE ON SCHEMA {schema} FROM {MACHINE_ROLE}")
    for table in wall.WALLED:
        for statement in wall.policies(table):
            cursor.execute(statement)


def _let_in(cursor: Any, tables: set[str]) -> None:
    """Both roles read and write rows, and nothing else: what is only added to, they only add to."""
    both = f"{PAGES}, {MACHINE_ROLE}"
    cursor.execute(f"GRANT USAGE ON SCHEMA public TO {both}")
    cursor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {both}")
    cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {both}")
    for table in sorted({model._meta.db_table for model in append_only_models()} & tables):
        cursor.execute(f'REVOKE UPDATE, DELETE ON "{table}" FROM {both}')


def _roles_are_there(cursor: Any) -> bool:
    cursor.execute("SELECT count(*) FROM pg_roles WHERE rolname IN (%s, %s)", [PAGES, MACHINE_ROLE])
    return bool(cursor.fetchone()[0] == 2)


def _forced(cursor: Any) -> list[str]:
    cursor.execute(
        "SELECT relname FROM pg_class WHERE relname = ANY(%s) AND relnamespace = 'public'::regnamespace "
        "AND relrowsecurity AND relforcerowsecurity",
        [list(wall.WALLED)],
    )
    return [name for (name,) in cursor.fetchall()]


def _whole(cursor: Any) -> bool:
    """Every table stands behind it, the owner's own reading too, by our one policy and no other."""
    cursor.execute(
        "SELECT tablename FROM pg_policies WHERE schemaname = 'public' AND tablename = ANY(%s)", [list(wall.WALLED)]
    )
    guarded = [name for (name,) in cursor.fetchall()]
    return sorted(guarded) == sorted(wall.WALLED) == sorted(_forced(cursor))


def _mark(cursor: Any) -> str:
    cursor.execute("SELECT obj_description(to_regnamespace(%s), 'pg_namespace')", [wall.SCHEMA])
    return cursor.fetchone()[0] or ""
