"""An import in a process (``python -m jishi.cli.bench.import_run SUBJECT FILE``), so that its memory is its own.

Prints as JSON how long it took from opening the file to the last commit, and what became of the rows.
"""

import resource
import sys
import time
from pathlib import Path

from jishi.cli.ground import say_json, start


def main(subject: str, file: str) -> None:
    start()
    from django.utils import timezone

    from jishi.accounts.rules.viewer import SYSTEM
    from jishi.flows import component_import, register_import
    from jishi.registers.queries import imports
    from jishi.registers.rules.imports import Subject

    about = Subject(subject)
    flow = component_import if about is Subject.PARTS else register_import
    began = time.perf_counter()
    run = flow.begun(
        file=Path(file), mapping=None, source_name="测速", dry=False, all_or_nothing=False, by=SYSTEM,
        now=timezone.now(),
    )  # fmt: skip
    flow.go_on(run, SYSTEM, timezone.now)
    lasted = time.perf_counter() - began
    done = imports.run(SYSTEM, run.id, about)
    used = resource.getrusage(resource.RUSAGE_SELF)
    say_json(
        {
            "seconds": lasted,
            "cpu_s": used.ru_utime + used.ru_stime,
            "rss_mb": used.ru_maxrss / 1024,
            "rows": done.rows,
            "counts": dict(done.counts),
        }
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
