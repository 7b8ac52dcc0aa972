"""What a page asks of the database: its statements, caught by requesting it inside a process of its own.

Run as a program on the database under test (``python -m jishi.cli.bench.pages``): reads one JSON object with ``paths``
and ``headers`` from standard input and prints what it caught as JSON.
"""

import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import click
import orjson

from jishi.cli.bench.databases import Database
from jishi.cli.bench.floors import Statement
from jishi.cli.ground import say_json, start

# Statements that only frame a transaction read nothing.
FRAME = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "SET ")


@dataclass(frozen=True, slots=True)
class Caught:
    """The statements of each page when it is asked again at once, and the most any page sent when it was new."""

    again: list[list[Statement]]
    most: int


def statements_of(database: Database, paths: Sequence[str], headers: dict[str, str]) -> Caught:
    """The statements the pages send, with their parameters as both drivers take them."""
    asked = orjson.dumps({"paths": list(paths), "headers": headers})
    done = subprocess.run(
        [sys.executable, "-m", "jishi.cli.bench.pages"],
        env=database.env,
        input=asked,
        capture_output=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"the pages could not be read:\n{done.stderr.decode(errors='replace')[-3000:]}")
    found = orjson.loads(done.stdout.splitlines()[-1])
    return Caught([[(sql, params) for sql, params in page] for page in found["again"]], found["most"])


def _plain(value: Any) -> Any:
    """A parameter as JSON takes it; moments as both databases read them."""
    if isinstance(value, bool | int | float | str | None):
        return value
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return str(value)


def catch(paths: Sequence[str], headers: dict[str, str]) -> dict[str, Any]:
    """Request each path twice and note what it executes. What a process keeps for itself is there before."""
    from django.db import connection
    from django.test import Client

    client = Client(raise_request_exception=True)
    caught: list[tuple[str, Any]] = []

    def note(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if not sql.lstrip().startswith(FRAME):
            caught.append((sql, _plain(list(params or ()))))
        return execute(sql, params, many, context)

    def ask(path: str) -> list[tuple[str, Any]]:
        caught.clear()
        response = client.get(path, headers=headers)
        if response.status_code != 200:
            raise RuntimeError(f"{path}: status {response.status_code}: {response.content[:400]!r}")
        return list(caught)

    with connection.execute_wrapper(note):
        ask(paths[0])
        pairs = [(len(ask(path)), ask(path)) for path in paths]
    return {"most": max(first for first, _ in pairs), "again": [again for _, again in pairs]}


@click.command()
def main() -> None:
    start()
    asked = orjson.loads(sys.stdin.buffer.read())
    say_json(catch(asked["paths"], asked["headers"]))


if __name__ == "__main__":
    main()
