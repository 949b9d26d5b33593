"""Django's SQLite backend, with another way of waiting to write.

One connection writes at a time. SQLite's own way of waiting looks again ever more seldom, in the end ten times a second:
a page that must write its ledger record while a load goes on, bite after bite with a few milliseconds between, then
misses one gap after another (measured: up to 5 s). Here whoever waits looks every few milliseconds, and so gets the next
gap; of a process's threads one looks while the others stand behind it, so that waiting costs next to nothing.
"""

from __future__ import annotations

import sqlite3
import threading
import time

from django.db.backends.sqlite3 import base
from django.db.utils import OperationalError

LOOK_AGAIN = 0.0015  # seconds; a load leaves twice as long between its bites

_first_in_line = threading.Lock()


class DatabaseWrapper(base.DatabaseWrapper):
    def _start_transaction_under_autocommit(self) -> None:
        options = self.settings_dict["OPTIONS"]
        patience, kind = options.get("timeout", 5.0), options.get("transaction_mode") or "DEFERRED"
        end = time.monotonic() + patience
        if not _first_in_line.acquire(timeout=patience):
            raise OperationalError("database is locked")
        try:
            self.connection.execute("PRAGMA busy_timeout=0")  # BEGIN answers at once; all else waits as it did
            while True:
                try:
                    self.connection.execute(f"BEGIN {kind}")
                    return
                except sqlite3.OperationalError as error:
                    if "locked" not in str(error) or time.monotonic() > end:
                        raise OperationalError(*error.args) from error
                time.sleep(LOOK_AGAIN)
        finally:
            self.connection.execute(f"PRAGMA busy_timeout={int(patience * 1000)}")
            _first_in_line.release()
