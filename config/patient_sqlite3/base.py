"""Django's SQLite backend, with another way of waiting to write.

One process writes at a time. SQLite's own way of waiting looks again ever more seldom, in the end ten times a second: a
page that must write its ledger record while a load goes on, bite after bite with a few milliseconds between, then misses
one gap after another (measured: up to 5 s). Here it looks every few milliseconds, and so gets the next gap.
"""

from __future__ import annotations

import time

from django.db.backends.sqlite3 import base
from django.db.utils import OperationalError

LOOK_AGAIN = 0.0015  # seconds; a load leaves at least twice as long between its bites


class DatabaseWrapper(base.DatabaseWrapper):
    def _start_transaction_under_autocommit(self) -> None:
        patience = self.settings_dict["OPTIONS"].get("timeout", 5.0)
        end = time.monotonic() + patience
        self.connection.execute("PRAGMA busy_timeout=0")  # BEGIN answers at once; all else waits as it did
        try:
            while True:
                try:
                    return super()._start_transaction_under_autocommit()  # type: ignore[misc]
                except OperationalError as error:
                    if "locked" not in str(error) or time.monotonic() > end:
                        raise
                    time.sleep(LOOK_AGAIN)
        finally:
            self.connection.execute(f"PRAGMA busy_timeout={int(patience * 1000)}")
