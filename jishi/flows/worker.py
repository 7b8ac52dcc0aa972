"""The worker beside the web server: spreads events, delivers messages, and sweeps at set times.

Any number of workers may run. Each round a worker

1. claims some events; for each, in one transaction, its handler says who is to be told, the notices and
   deliveries are written and the event is finished: all of it once or nothing;
2. claims some deliveries and sends them one by one;
3. runs the sweeps that are due (deadlines, the seal of the audit record, forgetting what served the moment).

A row that fails is noted and tried again later, and stops nobody. What a dead worker has claimed is free again
when its lease ends.
"""

import datetime as dt
import logging
import signal
import threading
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import FrameType

from django.conf import settings
from django.db import Error, connection, transaction
from django.utils import timezone

from jishi.audit import actions as audit
from jishi.notices import actions as notices
from jishi.notices.rules.messages import Spread
from jishi.notices.rules.work import Claim, ClaimedDelivery, ClaimedEvent, LostClaim
from jishi.once import actions as once_only

log = logging.getLogger(__name__)

Handler = Callable[[ClaimedEvent, dt.datetime], Spread]
Sweep = Callable[[dt.datetime], object]
Clock = Callable[[], dt.datetime]

EVENTS_A_ROUND = 50
EVENTS_LEASE = dt.timedelta(minutes=2)
DELIVERIES_A_ROUND = 10
DELIVERIES_LEASE = dt.timedelta(minutes=10)


class Every:
    """A sweep that is done at most once in ``period``, however often it is called; first at once."""

    def __init__(self, period: dt.timedelta, do: Sweep) -> None:
        self._period = period
        self._do = do
        self._next: dt.datetime | None = None

    def __call__(self, now: dt.datetime) -> None:
        if self._next is None or now >= self._next:
            self._next = now + self._period  # also after a failure: no sweep is tried again at every round
            self._do(now)


def house_sweeps() -> tuple[Every, ...]:
    """What every worker sweeps besides what it is given."""
    return (
        Every(dt.timedelta(minutes=1), lambda now: audit.seal(now=now)),
        Every(dt.timedelta(days=1), lambda now: once_only.forget(now=now, keep=settings.KEEP_KEYS)),
        Every(dt.timedelta(days=1), forget_messages),
    )


def forget_messages(now: dt.datetime) -> int:
    """Remove events, deliveries and notices that have served their time."""
    return notices.forget(messages=settings.KEEP_MESSAGES, notices=settings.KEEP_NOTICES, now=now)


def stop_on_signals(stop: threading.Event) -> None:
    """Let SIGTERM and SIGINT end the loop after the row at hand. For the main thread of a worker process."""

    def ask(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, ask)
    signal.signal(signal.SIGINT, ask)


def run(
    *,
    worker: str,
    stop: threading.Event,
    once: bool,
    handlers: Mapping[str, Handler],
    sweeps: Sequence[Sweep],
    clock: Clock = timezone.now,
    pause: float = 1.0,
) -> None:
    """Work until ``stop`` is set or, with ``once``, until nothing that is due is left.

    Parameters
    ----------
    worker
        A name no other running worker has, such as host and process id; at most 80 characters.
    handlers
        By kind of event: gives who is to be told. It runs in the transaction that finishes the event and
        may write what else follows from it. An event of a kind without handler only goes to the hooks that
        want it.
    sweeps
        Called with the time in every round; wrap them in ``Every``. They must bear being run by several
        workers. One that gives True has more to do: the next round follows at once.
    clock
        Tells the time.
    pause
        Seconds to wait when nothing was due.
    """
    loop = _Loop(worker, stop, handlers, (*house_sweeps(), *sweeps), clock)
    while not stop.is_set():
        busy = loop.round()
        if once and not busy:
            return
        if not busy:
            stop.wait(pause)


def _mend_connection(failure: Exception) -> None:
    """Drop the connection if it broke (the database was restarted); the next query makes a new one."""
    if isinstance(failure, Error):
        connection.close_if_unusable_or_obsolete()


class _Loop:
    def __init__(
        self,
        worker: str,
        stop: threading.Event,
        handlers: Mapping[str, Handler],
        sweeps: Sequence[Sweep],
        clock: Clock,
    ) -> None:
        self._worker = worker
        self._stop = stop
        self._handlers = handlers
        self._sweeps = sweeps
        self._clock = clock

    def round(self) -> bool:
        """One round of everything; whether any row was worked on."""
        counts = [self._guarded(self._spread_events), self._guarded(self._deliver)]
        for sweep in self._sweeps:
            if not self._stop.is_set():
                counts.append(self._guarded(partial(sweep, self._clock())) is True)
        return any(counts)

    def _guarded(self, work: Callable[[], object]) -> object:
        """Do it; an error is logged and the loop goes on, with a new connection if the old one broke."""
        try:
            return work()
        except Exception as failure:
            log.exception("the worker goes on after an error")
            _mend_connection(failure)
            return None

    def _spread_events(self) -> int:
        events = notices.claim_events(worker=self._worker, now=self._clock(), limit=EVENTS_A_ROUND, lease=EVENTS_LEASE)
        for event in events:
            self._do(event.claim, partial(self._spread, event))
        return len(events)

    def _spread(self, event: ClaimedEvent) -> None:
        now = self._clock()
        with transaction.atomic():
            handler = self._handlers.get(event.kind)
            notices.spread(event=event, to=handler(event, now) if handler else Spread(), now=now)

    def _deliver(self) -> int:
        deliveries = notices.claim_deliveries(
            worker=self._worker, now=self._clock(), limit=DELIVERIES_A_ROUND, lease=DELIVERIES_LEASE
        )
        for delivery in deliveries:
            self._do(delivery.claim, partial(self._send, delivery))
        return len(deliveries)

    def _send(self, delivery: ClaimedDelivery) -> None:
        notices.deliver(delivery=delivery, now=self._clock())

    def _do(self, claim: Claim, work: Callable[[], None]) -> None:
        """Work on one claimed row; whatever happens to it, the next one has its turn."""
        if self._stop.is_set():
            notices.release(claim=claim)
            return
        try:
            work()
        except LostClaim:
            log.warning("%s %s was taken over by another worker", claim.kind, claim.id)
        except Exception as failure:
            log.exception("%s %s failed", claim.kind, claim.id)
            _mend_connection(failure)
            error = f"{type(failure).__name__}: {failure}"
            self._guarded(lambda: notices.fail(claim=claim, error=error, now=self._clock()))
