"""An import on its own, to be killed: ``python -m tests.registers.killed found | take FILE BATCH``.

``found`` makes the little county. ``take`` imports in batches of ten; in batch number BATCH (from 1) the process kills
itself as the power cut would, when people are written and the transaction is still open.
"""

import os
import signal
import sys
from pathlib import Path
from typing import Any


def found() -> None:
    from tests.cast import Cast

    assert Cast().grid.pk


def take(file: str, batch: str) -> None:
    from jishi.flows import register_import
    from tests.registers.lists import take_in

    register_import.BATCH = 10
    notes = register_import.note_refusals
    calls = 0

    def die(**given: Any) -> None:
        nonlocal calls
        calls += 1
        notes(**given)
        if calls == int(batch):
            os.kill(os.getpid(), signal.SIGKILL)

    register_import.note_refusals = die
    take_in(Path(file))


if __name__ == "__main__":
    import django

    django.setup()
    {"found": found, "take": take}[sys.argv[1]](*sys.argv[2:])
