"""Suite `addresses`: finding one of a million addresses by whatever people type.

The search runs in a process of its own on the database under test (``python -m jishi.cli.bench.addresses``), which
prints what it measured as JSON. The floor is the bare driver with the very statements of each search.
"""

import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

import click
import orjson

from jishi.cli.bench.county import County, make_county
from jishi.cli.bench.databases import Database, Unavailable, database
from jishi.cli.bench.figures import Figure, Outcome, Skip, percentile
from jishi.cli.bench.server import cpu_seconds
from jishi.cli.bench.streets import ALIAS_COLUMNS, COLUMNS, GRAM_COLUMNS, Streets
from jishi.cli.ground import say_json, start

SUITE = "addresses"
ROWS, QUICK_ROWS = 1_000_000, 20_000
KINDS = ("sqlite", "postgresql")
BLOCK = 50_000


def measure(*, quick: bool, seed: int) -> Iterator[Outcome]:
    rows = QUICK_ROWS if quick else ROWS
    for kind in KINDS:
        case = f"{kind} {'20k' if quick else '1M'}"
        try:
            with database(kind) as made:
                yield from _measure_on(made, case, rows, 200 if quick else 1_500, seed)
        except Unavailable as error:
            yield Skip(SUITE, case, str(error))


def _measure_on(made: Database, case: str, rows: int, asked: int, seed: int) -> Iterator[Outcome]:
    county = make_county(made)
    streets = Streets(county.leaves, county.center, seed)
    began = time.perf_counter()
    _fill(made, streets, rows)
    yield Figure(SUITE, "fill_rows_per_s", case, streets.last_id / (time.perf_counter() - began), "1/s", True)
    found = _searched(made, streets.questions(asked), county)
    floor = found["floor_ms"]
    what = "sqlite3 module, the same statements" if made.kind == "sqlite" else "psycopg, the same statements"
    for share in (0.5, 0.95, 0.99):
        name = f"search_p{share * 100:.0f}_ms"
        yield Figure(SUITE, name, case, percentile(found["ms"], share), "ms", False, percentile(floor, share), what)
    yield Figure(SUITE, "search_cpu_ms", case, found["cpu_ms"][0], "ms", False)
    yield Figure(SUITE, "search_max_ms", case, max(found["ms"]), "ms", False)
    yield Figure(SUITE, "search_statements", case, max(found["statements"]), "", False)
    yield Figure(SUITE, "found_share", case, sum(map(bool, found["hits"])) / len(found["hits"]), "", True)


def _fill(made: Database, streets: Streets, count: int) -> None:
    """Write the rows with the bare driver, the indexes standing, and let the database take stock."""
    connection = made.connect()
    write = _copy if made.kind == "postgresql" else _insert_many
    rows = streets.rows(count)
    while block := list(islice(rows, BLOCK)):
        write(connection, "addresses_address", COLUMNS, block)
        write(connection, "addresses_alias", ALIAS_COLUMNS, streets.aliases)
        write(connection, "addresses_gram", GRAM_COLUMNS, streets.grams)
        streets.aliases.clear()
        streets.grams.clear()
    if made.kind == "postgresql":
        for table in ("addresses_address", "addresses_alias", "addresses_gram"):
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


def _searched(made: Database, questions: Sequence[str], county: County) -> dict[str, list[float]]:
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

    measured: dict[str, list[float]] = {"ms": [], "cpu_ms": [], "floor_ms": [], "statements": [], "hits": []}
    search(questions[0])  # what a process keeps for itself is there before
    backends = made.backends()
    began = _processor_time(backends)
    for question in questions:
        found, spent = _timed(lambda asked=question: search(asked))  # type: ignore[misc]
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
