"""Django's PostgreSQL backend, with the second wall: before a statement the database is told as whom this thread reads.

Only where the wall was built (`sightline wall`) and we are signed in as the application's own user. As the owner of the
tables, or as a superuser, nothing is said and nothing differs from Django's own backend.

What was said last is remembered with the connection, so it is said again only when it changes. A setting made inside a
transaction that is rolled back is undone by the database: what was said is then forgotten, and said again. A new
connection has been told nothing, and is shown nothing.
"""

from __future__ import annotations

from typing import Any

import psycopg
from django.db.backends.postgresql import base

from sightline.sharing.standing import MACHINE_ROLE, NOBODY, Standing, standing

# The user does not own the tables, has no way round the wall of its own, and may put it aside by taking the machine's role.
_WALLED = (
    "SELECT EXISTS (SELECT FROM pg_roles me, pg_roles machine, pg_class c WHERE me.rolname = session_user "
    "AND machine.rolname = %s AND c.relname = 'chronology_entry' AND c.relkind = 'r' AND NOT me.rolsuper "
    "AND NOT me.rolbypassrls AND NOT pg_has_role(me.oid, c.relowner, 'USAGE') AND pg_has_role(me.oid, machine.oid, 'MEMBER'))"
)
# Compiling a question whose cost is guessed high took 0.4 s of 0.58 s: ours are many, short and by index.
_PLAIN = "SET jit = off"
_TELL = "SELECT set_config('role', %s, false), set_config('sightline.reader', %s, false)"


class DatabaseWrapper(base.DatabaseWrapper):
    walled = False
    _told: Standing | None = NOBODY
    _told_inside = False  # a transaction, which may yet be rolled back

    def init_connection_state(self) -> None:
        super().init_connection_state()
        self.connection.execute(_PLAIN)
        found = self.connection.execute(_WALLED, [MACHINE_ROLE]).fetchone()
        if not self.get_autocommit():
            self.connection.commit()
        self.walled = bool(found and found[0])
        self._told, self._told_inside = NOBODY, False

    def create_cursor(self, name: str | None = None) -> Any:
        if self.walled:
            self._tell()
        return super().create_cursor(name)

    def _tell(self) -> None:
        now = standing()
        if now == self._told:
            return
        state = self.connection.info.transaction_status
        if state == psycopg.pq.TransactionStatus.INERROR:
            return  # nothing can be said or asked before the rollback
        self.connection.execute(_TELL, [MACHINE_ROLE if now.machine else "none", now.reader])
        self._told = now
        self._told_inside = state == psycopg.pq.TransactionStatus.INTRANS or not self.get_autocommit()

    def _forget(self) -> None:
        if self._told_inside:
            self._told, self._told_inside = None, False

    def _commit(self) -> Any:
        if self.connection.info.transaction_status == psycopg.pq.TransactionStatus.INERROR:
            self._forget()  # the database rolls back what has failed, whatever it is asked
        try:
            done = super()._commit()  # type: ignore[misc]  # of a base that the stubs leave out
        except BaseException:
            self._forget()
            raise
        self._told_inside = False
        return done

    def _rollback(self) -> Any:
        try:
            return super()._rollback()  # type: ignore[misc]
        finally:
            self._forget()

    def _savepoint_rollback(self, sid: str) -> None:
        super()._savepoint_rollback(sid)  # type: ignore[misc]
        if self._told_inside:
            self._told = None  # said before the savepoint, or after it: it is said again
