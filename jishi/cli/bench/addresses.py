"""Suite `addresses`: finding one of a million addresses by whatever people type.

The search runs in a process of its own on the database under test (``python -m jishi.cli.bench.addresses``), which
prints what it measured as JSON. The floor is the bare driver with the very statements of each search.
"""

import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from itertools import islice
from multiprocessing import get_context
from typing import Any

import click
import orjson

from jishi.cli.bench.bars import at_most
from jishi.cli.bench.bulk import drop_indexes
from jishi.cli.bench.county import make_county
from jishi.cli.bench.databases import Database, Unavailable, database
from jishi.cli.bench.figures import Figure, Outcome, Skip, percentile, rounded
from jishi.cli.bench.server import cpu_seconds
from jishi.cli.bench.streets import ALIAS_COLUMNS, COLUMNS, GRAM_COLUMNS, Streets
from jishi.cli.ground import say_json, start

SUITE = "addresses"
ROWS = 1_000_000
BAR_MS = 50.0  # what 95 of 100 searches must not exceed
TABLES = ("addresses_address", "addresses_alias", "addresses_gram")
KINDS = ("sqlite", "postgresql")
BLOCK = 50_000


def measure(*, quick: bool, seed: int) -> Iterator[Outcome]:
    with ExitStack() as stack:
        made: list[Database] = []
        for kind in KINDS:
            try:
                made.append(stack.enter_context(database(kind)))
            except Unavailable as error:
                yield Skip(SUITE, f"{kind} 1M", str(error))
        pool = stack.enter_context(get_context("spawn").Pool(len(made)))
        streets = pool.starmap(prepare, [(one, seed) for one in made])
        for one, known in zip(made, streets, strict=True):
            yield from _measure_on(one, known.questions(200 if quick else 1_500))


def prepare(made: Database, seed: int) -> Streets:
    """A county with a million addresses; each database is filled by a process of its own."""
    county = make_county(made)
    streets = Streets(county.leaves, county.center, seed)
    _fill(made, streets, ROWS)
    return streets


def _measure_on(made: Database, questions: Sequence[str]) -> Iterator[Outcome]:
    case = f"{made.kind} 1M"
    found = _searched(made, questions)
    floor = found["floor_ms"]
    what = "sqlite3 module, the same statements" if made.kind == "sqlite" else "psycopg, the same statements"
    for share in (0.5, 0.95, 0.99):
        name = f"search_p{share * 100:.0f}_ms"
        yield Figure(SUITE, name, case, percentile(found["ms"], share), "ms", False, percentile(floor, share), what)
    yield Figure(SUITE, "search_cpu_p95_ms", case, percentile(found["own_cpu_ms"], 0.95), "ms", False)
    yield Figure(SUITE, "search_cpu_ms", case, found["cpu_ms"][0], "ms", False)
    yield Figure(SUITE, "search_max_ms", case, max(found["ms"]), "ms", False)
    yield Figure(SUITE, "search_statements", case, max(found["statements"]), "", False)
    yield Figure(SUITE, "found_share", case, sum(map(bool, found["hits"])) / len(found["hits"]), "", True)
    said = f"{case}, p95 of {len(questions)} searches in ms, bare driver {rounded(percentile(floor, 0.95))}:"
    yield at_most(SUITE, said, percentile(found["ms"], 0.95), BAR_MS)


def _fill(made: Database, streets: Streets, count: int) -> None:
    """Write the rows with the bare driver, make the indexes anew, and let the database take stock."""
    connection = made.connect()
    write = _copy if made.kind == "postgresql" else _insert_many
    kept = drop_indexes(connection, made.kind, TABLES)
    rows = streets.rows(count)
    while block := list(islice(rows, BLOCK)):
        write(connection, "addresses_address", COLUMNS, block)
        write(connection, "addresses_alias", ALIAS_COLUMNS, streets.aliases)
        write(connection, "addresses_gram", GRAM_COLUMNS, streets.grams)
        streets.aliases.clear()
        streets.grams.clear()
    for statement in kept:
        connection.execute(statement)
    if made.kind == "postgresql":
        for table in TABLES:
            connection.execute(f"VACUUM ANALYZE {table}")
    else:
        connection.execute("ANALYZE")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def _copy(connection: Any, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _insert_many(connection: Any, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    marks = ", ".join("?" for _ in columns)
    connection.execute("BEGIN IMMEDIATE")
    connection.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", rows)
    connection.execute("COMMIT")


def _searched(made: Database, questions: Sequence[str]) -> dict[str, list[float]]:
    """Milliseconds, statements and hits of every search, and milliseconds of the bare driver."""
    asked = orjson.dumps({"questions": questions, "kind": made.kind, "url": made.url, "room": str(made.room)})
    done = subprocess.run(
        [sys.executable, "-m", "jishi.cli.bench.addresses"],
        env=made.env,
        input=asked,
        capture_output=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"the searches failed:\n{done.stderr.decode(errors='replace')[-3000:]}")
    found: dict[str, list[float]] = orjson.loads(done.stdout.splitlines()[-1])
    return found


def _timed(act: Callable[[], Any]) -> tuple[Any, float]:
    began = time.perf_counter()
    answer = act()
    return answer, (time.perf_counter() - began) * 1000


def search_all(questions: Sequence[str], made: Database) -> dict[str, list[float]]:
    """Every question once, ours and then the bare driver with what ours asked."""
    from django.db import connection

    from jishi.addresses.queries import search

    caught: list[tuple[str, Any]] = []

    def note(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        caught.append((sql, params))
        return execute(sql, params, many, context)

    measured: dict[str, list[float]] = {
        name: [] for name in ("ms", "own_cpu_ms", "cpu_ms", "floor_ms", "statements", "hits")
    }
    search(questions[0])  # what a process keeps for itself is there before
    backends = made.backends()
    began = _processor_time(backends)
    for question in questions:
        worked = time.process_time()
        found, spent = _timed(lambda asked=question: search(asked))  # type: ignore[misc]
        measured["own_cpu_ms"].append((time.process_time() - worked) * 1000)
        measured["ms"].append(spent)
        measured["hits"].append(len(found.rows))
    measured["cpu_ms"].append((_processor_time(backends) - began) * 1000 / len(questions))
    bare = made.connect().cursor()
    for question in questions:
        caught.clear()
        with connection.execute_wrapper(note):
            search(question)
        statements = [(_as_driven(sql, made.kind), list(params or ())) for sql, params in caught]
        _, floor = _timed(lambda all_=statements: [bare.execute(*one).fetchall() for one in all_])  # type: ignore[misc]
        measured["floor_ms"].append(floor)
        measured["statements"].append(len(statements))
    return measured


def _processor_time(backends: Sequence[int]) -> float:
    """Seconds of processor time of this process and of the database's own that serve it."""
    return time.process_time() + sum(cpu_seconds(pid) for pid in backends)


def _as_driven(sql: str, kind: str) -> str:
    return sql if kind == "postgresql" else sql.replace("%s", "?")


@click.command()
def main() -> None:
    start()
    asked = orjson.loads(sys.stdin.buffer.read())
    from pathlib import Path

    say_json(search_all(asked["questions"], Database(asked["kind"], asked["url"], Path(asked["room"]))))


if __name__ == "__main__":
    main()
