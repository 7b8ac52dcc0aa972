"""A clock that can be set: lives of matters run side by side until the moment the demo is built for."""

import datetime as dt
import heapq
from collections.abc import Callable, Iterator
from itertools import count

# A life yields the moment at which it wants to go on. It goes on only if that moment comes before the end.
Life = Iterator[dt.datetime]


class Clock:
    """Runs lives in the order of their moments, and calls ``tick`` at every full hour in between."""

    def __init__(self, start: dt.datetime, tick: Callable[[dt.datetime], object]) -> None:
        self.now = start
        self._tick = tick
        self._next_tick = start.replace(minute=0, second=0, microsecond=0) + dt.timedelta(hours=1)
        self._order = count()
        self._waiting: list[tuple[dt.datetime, int, Life]] = []

    def begin(self, at: dt.datetime, life: Life) -> None:
        """Let a life begin at a moment, or now if that has passed."""
        heapq.heappush(self._waiting, (max(at, self.now), next(self._order), life))

    def run(self, until: dt.datetime) -> None:
        """Let everything happen that happens before ``until``; then it is ``until``."""
        while self._waiting and self._waiting[0][0] < until:
            moment, _, life = heapq.heappop(self._waiting)
            self._move(moment)
            following = next(life, None)
            if following is not None:
                # Nobody acts twice in the same second: histories read in order.
                self.begin(max(following, self.now + dt.timedelta(seconds=1)), life)
        self._move(until)

    def _move(self, moment: dt.datetime) -> None:
        while self._next_tick <= moment:
            self.now = self._next_tick
            self._next_tick += dt.timedelta(hours=1)
            self._tick(self.now)
        self.now = moment
