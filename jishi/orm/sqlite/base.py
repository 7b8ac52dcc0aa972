"""Django's SQLite backend with one addition: writers queue instead of polling.

SQLite lets one writer in at a time and makes the others sleep and retry, which lets an unlucky one wait half a
second while others pass it. Here every write transaction first takes its place in a queue:

1. Within a process the threads queue on a lock.
2. Between processes two file locks make a turnstile. A writer first holds ``turn`` and then waits for ``write``;
   once it has ``write`` it gives ``turn`` back. Whoever has just finished must therefore queue at ``turn`` behind
   the process that is already waiting for ``write``, so no process can pass another twice.
3. The kernel drops file locks when a process dies, so a killed writer blocks nobody.

Reads never queue: in WAL mode they do not wait for writers.
"""

import fcntl
import os
import threading
from pathlib import Path
from typing import Any

from django.db.backends.sqlite3 import base as sqlite


class Turnstile:
    """One queue of writers for one database file, shared by threads and processes."""

    def __init__(self, database: str) -> None:
        self.threads = threading.Lock()
        self.turn = self._open(f"{database}.turn")
        self.write = self._open(f"{database}.write")

    @staticmethod
    def _open(path: str) -> int:
        return os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)

    def enter(self) -> None:
        self.threads.acquire()
        try:
            fcntl.flock(self.turn, fcntl.LOCK_EX)
            fcntl.flock(self.write, fcntl.LOCK_EX)
        except BaseException:
            self.threads.release()
            raise
        finally:
            fcntl.flock(self.turn, fcntl.LOCK_UN)

    def leave(self) -> None:
        fcntl.flock(self.write, fcntl.LOCK_UN)
        self.threads.release()


_turnstiles: dict[tuple[int, str], Turnstile] = {}
_opening = threading.Lock()


def turnstile(database: str) -> Turnstile:
    """The queue of one database file; a forked child opens its own, as file locks belong to an opening."""
    with _opening:
        key = (os.getpid(), database)
        if key not in _turnstiles:
            _turnstiles[key] = Turnstile(database)
        return _turnstiles[key]


class DatabaseWrapper(sqlite.DatabaseWrapper):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._inside: Turnstile | None = None

    def _queue(self) -> Turnstile | None:
        name = str(self.settings_dict["NAME"])
        if not name or ":memory:" in name or "mode=memory" in name:
            return None
        return turnstile(str(Path(name).resolve()))

    def _start_transaction_under_autocommit(self) -> None:
        queue = self._queue()
        if queue is not None and self._inside is None:
            queue.enter()
            self._inside = queue
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]
        except BaseException:
            self._leave()
            raise

    def _leave(self) -> None:
        if self._inside is not None:
            self._inside.leave()
            self._inside = None

    def commit(self) -> None:
        super().commit()
        self._leave()  # after a commit that failed Django rolls back, and leaves there

    def rollback(self) -> None:
        try:
            super().rollback()
        finally:
            self._leave()

    def _close(self) -> None:
        try:
            super()._close()  # type: ignore[misc]
        finally:
            self._leave()
