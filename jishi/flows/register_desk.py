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
from typing import TYPE_CHECKING

from django.db import InterfaceError, OperationalError
from django.utils import timezone
from django.utils.timezone import localdate

from jishi.accounts import queries as accounts
from jishi.accounts.rules.viewer import Viewer
from jishi.kernel.errors import DomainError
from jishi.registers.actions import imports
from jishi.registers.rules.imports import RunRow, Subject

if TYPE_CHECKING:
    from jishi.flows.import_steps import Clock, Step

LEASE = dt.timedelta(minutes=10)  # the longest a batch, or reading the file, may take
_SLICE_S = 2.0


class ImportDesk:
    """A sweep: works for two seconds on the run at hand; says whether there was one."""

    def __init__(self, clock: "Clock" = timezone.now, slice_s: float = _SLICE_S) -> None:
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

    def _claimed(self, now: dt.datetime) -> "Iterator[Step] | None":
        run = imports.claim(worker=self._name, now=now, lease=LEASE)
        if run is None:
            return None
        by = accounts.viewer_of(run.created_by_id, localdate(now))
        if by is None or not by.may(run.subject.permission):
            nobody = Viewer(run.created_by_id, run.created_by)
            imports.finish(run=run, by=nobody, now=now, failed="导入人已不在岗，这次导入没有进行。")
            return None
        return self._minded(run, by)

    def _minded(self, run: RunRow, by: Viewer) -> Iterator["Step"]:
        """The steps of a run; whatever ends it too early is told on its page, but for a database that is away."""
        # Web workers know of this desk too; the library that reads sheets is for the worker that has a sheet to read.
        if run.subject is Subject.PARTS:
            from jishi.flows.component_import import work_on
        else:
            from jishi.flows.register_import import work_on

        try:
            yield from work_on(run, by, self._clock, LEASE)
        except DomainError:
            return
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            imports.finish(run=run, by=by, now=self._clock(), failed="程序出错，没有做完；请联系系统管理员。")
            raise
