"""A worker on its own, to be killed: ``python -m tests.reliability.night tell URL | work AHEAD [MARK]``.

``tell`` adds a hook and one event for it. ``work`` does what waits, with a clock that runs AHEAD minutes before; with
MARK the handler writes that file and then hangs, as if the machine stood still.
"""

import datetime as dt
import os
import sys
import threading
import time
from pathlib import Path
from typing import Any

KIND = "night.told"


def tell(url: str) -> None:
    from django.utils import timezone

    from jishi.notices.actions import tell as tell_of
    from jishi.notices.models import Hook

    Hook.objects.create(url=url, kinds=[KIND], secret="secret", created_at=timezone.now())
    tell_of(kind=KIND, subject="matter:1", facts={"number": "SF1"}, now=timezone.now())


def work(ahead: str, mark: str = "") -> None:
    from django.utils import timezone

    from jishi.flows import worker
    from jishi.notices.rules.messages import Spread

    def handle(event: Any, now: dt.datetime) -> Spread:
        if mark:
            Path(mark).touch()
            time.sleep(600)
        return Spread()

    worker.run(
        worker=f"night:{os.getpid()}",
        stop=threading.Event(),
        once=True,
        handlers={KIND: handle},
        sweeps=(),
        clock=lambda: timezone.now() + dt.timedelta(minutes=int(ahead)),
    )


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "jishi_site.settings"
    import django

    django.setup()
    {"tell": tell, "work": work}[sys.argv[1]](*sys.argv[2:])
