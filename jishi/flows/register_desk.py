"""The worker's share of imports: a slice of time in every round, so that notices and deadlines do not wait for a file.

A run is claimed for some minutes, prolonged with every batch. What a killed worker leaves behind is taken up by the
next one when the claim has run out, behind the last batch that was finished.
"""

import datetime as dt
import os
import secrets
import socket
import time
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.utils import timezone
from django.utils.timezone import localdate

from jishi.accounts import queries as accounts
from jishi.accounts.rules.roles import Permission
from jishi.accounts.rules.viewer import Viewer
from jishi.flows.register_import import Clock, Step, work_on
from jishi.kernel.errors import DomainError
from jishi.registers.actions import imports
from jishi.registers.queries.imports import old_files
from jishi.registers.rules.imports import RunRow

LEASE = dt.timedelta(minutes=10)  # the longest a batch, or reading the file, may take
KEPT = dt.timedelta(days=7)  # how long the file of an import that is over is kept, for its refused rows
_SLICE_S = 2.0


class ImportDesk:
    """A sweep: works for two seconds on the run at hand; says whether there was one."""

    def __init__(self, clock: Clock = timezone.now, slice_s: float = _SLICE_S) -> None:
        # The run and how far it is; nobody else in this process works on it.
        self._steps: Iterator[Step] | None = None
        self._clock = clock
        self._slice_s = slice_s
        self._name = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(3)}"[:80]

    def __call__(self, now: dt.datetime) -> bool:
        steps = self._steps or self._claimed(now)
        if steps is None:
            return False
        self._steps = None  # given up if anything below fails
        until = time.monotonic() + self._slice_s
        for _ in steps:
            if time.monotonic() > until:
                self._steps = steps
                break
        return True

    def _claimed(self, now: dt.datetime) -> Iterator[Step] | None:
        run = imports.claim(worker=self._name, now=now, lease=LEASE)
        if run is None:
            return None
        by = accounts.viewer_of(run.created_by_id, localdate(now))
        if by is None or not by.may(Permission.IMPORT_REGISTER):
            nobody = Viewer(run.created_by_id, run.created_by)
            imports.finish(run=run, by=nobody, now=now, failed="导入人已不在岗，这次导入没有进行。")
            return None
        return self._minded(run, by)

    def _minded(self, run: RunRow, by: Viewer) -> Iterator[Step]:
        """The steps of a run; whatever ends it too early is told on its page, but for a database that is away."""
        try:
            yield from work_on(run, by, self._clock, LEASE)
        except DomainError:
            return
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            imports.finish(run=run, by=by, now=self._clock(), failed="程序出错，没有做完；请联系系统管理员。")
            raise


def keep_upload(pieces: Iterator[bytes], name: str) -> Path:
    """Put an uploaded file where only this program reads it; returns its path."""
    folder: Path = settings.IMPORTS_DIR
    folder.mkdir(parents=True, exist_ok=True)
    suffix = ".xlsx" if name.lower().endswith(".xlsx") else ".csv"
    path = folder / f"{secrets.token_hex(12)}{suffix}"
    path.touch(mode=0o600)
    with path.open("wb") as file:
        for piece in pieces:
            file.write(piece)
    return path


def forget_files(now: dt.datetime) -> int:
    """Remove uploaded files of imports that ended a week ago; what lay elsewhere stays. Returns how many."""
    removed = 0
    for run_id, path in old_files(now - KEPT):
        if Path(path).parent == settings.IMPORTS_DIR:
            Path(path).unlink(missing_ok=True)
            removed += 1
        imports.forget_file(run_id=run_id)
    return removed
