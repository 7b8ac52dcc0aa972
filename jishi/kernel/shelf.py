"""Values read rarely and used often: kept in the process, read anew when one shared question says they changed."""

import threading
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Generic, TypeVar

T = TypeVar("T")


class Kept(Generic[T]):
    """Keeps what ``load`` gave as long as its stamp stays the same."""

    def __init__(self, shelf: "Shelf", stamp: str, load: Callable[[], T]) -> None:
        self._shelf, self._stamp, self._load = shelf, stamp, load
        self._held: tuple[T, Hashable] | None = None
        self._loading = threading.Lock()

    def get(self) -> T:
        # The stamp is asked before the value is read: a change in between is noticed next time, never missed.
        stamp = self._shelf.stamps()[self._stamp]
        held = self._held
        if held is not None and held[1] == stamp:
            return held[0]
        with self._loading:  # of many threads that find it old, one reads
            held = self._held
            if held is None or held[1] != stamp:
                held = self._held = (self._load(), stamp)
            return held[0]

    def forget(self) -> None:
        """The next question reads anew."""
        self._held = None
        self._shelf.forget()


class Shelf:
    """Everything a process keeps. However much it is, one question tells what of it has changed.

    Parameters
    ----------
    ask
        Answers the stamps it is given, in their order. A stamp is a cheap question whose answer changes whenever the
        value would, such as a highest id.
    clock
        Running seconds (``time.monotonic``).
    seconds
        The question is asked at most this often, so another process' change is seen this much later.
    """

    def __init__(
        self,
        *,
        ask: Callable[[Sequence[str]], Sequence[Hashable]],
        clock: Callable[[], float],
        seconds: float = 3.0,
    ) -> None:
        self._ask, self._clock, self._seconds = ask, clock, seconds
        self._asked: list[str] = []
        self._answered: tuple[Mapping[str, Hashable], float] | None = None
        self._asking = threading.Lock()

    def keep(self, stamp: str, load: Callable[[], T]) -> Kept[T]:
        """A place on the shelf for the value ``load`` reads."""
        if stamp not in self._asked:
            self._asked.append(stamp)
            self.forget()
        return Kept(self, stamp, load)

    def stamps(self) -> Mapping[str, Hashable]:
        """Every stamp with its answer, not older than ``seconds``."""
        answered = self._answered
        if answered is not None and self._clock() < answered[1]:
            return answered[0]
        with self._asking:
            answered = self._answered
            now = self._clock()
            if answered is None or now >= answered[1]:
                answers = dict(zip(self._asked, self._ask(self._asked), strict=True))
                answered = self._answered = (answers, now + self._seconds)
            return answered[0]

    def forget(self) -> None:
        """The next question is asked anew."""
        self._answered = None
