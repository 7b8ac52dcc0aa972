"""A value read rarely and used often: kept in the process, read anew when its stamp has changed."""

import threading
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class Kept(Generic[T]):
    """Keeps what ``load`` gave as long as ``stamp`` gives the same answer.

    Parameters
    ----------
    stamp
        A cheap question whose answer changes whenever the value would, such as a highest id.
    load
        Reads the value.
    clock
        Running seconds (``time.monotonic``).
    seconds
        The stamp is asked at most this often, so another process' change is seen this much later.
    """

    def __init__(
        self,
        *,
        stamp: Callable[[], Hashable],
        load: Callable[[], T],
        clock: Callable[[], float],
        seconds: float = 3.0,
    ) -> None:
        self._stamp, self._load, self._clock, self._seconds = stamp, load, clock, seconds
        self._held: tuple[T, Hashable, float] | None = None
        self._loading = threading.Lock()

    def get(self) -> T:
        held = self._held
        if held is not None and self._clock() < held[2]:
            return held[0]
        with self._loading:  # of many threads that find it old, one reads
            held = self._held
            now = self._clock()
            if held is not None and now < held[2]:
                return held[0]
            # The stamp is read before the value: a change in between is then noticed next time, never missed.
            stamp = self._stamp()
            value = held[0] if held is not None and held[1] == stamp else self._load()
            self._held = (value, stamp, now + self._seconds)
            return value

    def forget(self) -> None:
        """The next question reads anew."""
        self._held = None
