"""What every import of a file has in common while it is worked on."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

Clock = Callable[[], dt.datetime]
HELD = dt.timedelta(minutes=10)  # how long the command line keeps a file for itself without a sign of life
Progress = Callable[[str, int, int], None]  # told what is done, how many rows are done, how many there are


@dataclass(frozen=True, slots=True)
class Step:
    """How far a run is."""

    done_rows: int
    rows: int
