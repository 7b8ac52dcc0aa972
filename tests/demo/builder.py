"""Builds a little demo in the database of JISHI_VAR_DIR and prints its fingerprint: a program of its own."""

import datetime as dt
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))


def main(moment: str) -> None:
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from jishi.accounts.queries import anybody
    from jishi.demo.build import build
    from jishi.demo.digest import database_digest

    def tell(what: str, done: int, total: int) -> None:
        print(what, done, flush=True)

    print("empty" if not anybody() else "inhabited", flush=True)
    built = build(now=dt.datetime.fromisoformat(moment), matters=40, days=50, progress=tell)
    print("stumbled", len(built.stumbled))
    print("digest", database_digest())


if __name__ == "__main__":
    main(sys.argv[1])
