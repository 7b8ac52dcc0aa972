"""The suite `import`: a file of people with 30 columns into an empty register, beside the bare database.

Two floors, both measured in the same run. **The same rows**: every row the import wrote, into the same tables with all
their indexes and constraints, by COPY in one transaction (SQLite: executemany). **One bare table**: the 30 columns of
the file by COPY into a table of text without any index; nothing that keeps people, households and homes apart comes
near it. The floor of the workbook is python-calamine reading it, into nothing, and for the whole of it that and the
time a CSV with as many rows takes.
"""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from jishi.cli.bench.bars import at_least, at_most
from jishi.cli.bench.county import make_county
from jishi.cli.bench.databases import Database, Unavailable, database
from jishi.cli.bench.figures import Figure, Note, Outcome, Skip
from jishi.cli.bench.people_file import COLUMNS, write_csv, write_xlsx

SUITE = "import"
# Parents first, as the rows go in; SQLite empties them from behind.
TABLES = (
    "registers_dwelling", "registers_dwellinggrid", "registers_household", "registers_householdgrid",
    "registers_home", "registers_sourcehousehold", "registers_resident", "registers_membership", "registers_stay",
)  # fmt: skip
ROWS, QUICK_ROWS, WARM_ROWS = 1_000_000, 10_000, 500
WORKBOOK_ROWS, QUICK_WORKBOOK_ROWS = 200_000, 5_000
_BLOCK = 1 << 20
COPY_SHARE, MEMORY_MB = 0.40, 1536.0


def measure(*, quick: bool, seed: int) -> Iterator[Outcome]:
    rows = QUICK_ROWS if quick else ROWS
    book_rows = QUICK_WORKBOOK_ROWS if quick else WORKBOOK_ROWS
    for kind in ("postgresql", "sqlite"):
        try:
            with database(kind, suffix="_import") as made:
                yield from _measure_on(made, rows, book_rows, seed)
        except Unavailable as reason:
            yield Skip(SUITE, f"csv {kind}", str(reason))


def _measure_on(made: Database, rows: int, book_rows: int, seed: int) -> Iterator[Outcome]:
    make_county(made)
    grids = _grids(made)
    warm, file = made.room / "warm.csv", made.room / "people.csv"
    write_csv(warm, WARM_ROWS, grids, seed=seed + 1)
    write_csv(file, rows, grids, seed=seed)
    yield Note(SUITE, "file", f"{rows:,} rows × {len(COLUMNS)} columns, {file.stat().st_size / 1e6:.0f} MB, 1 % bad")
    _import(made, warm)
    _empty(made)
    done = _import(made, file)
    yield Note(SUITE, made.kind, f"{done['counts']}")
    written = _taken_out(made)
    _empty(made)
    same = _same_rows(made, written)
    case = f"csv {made.kind}"
    rate = done["rows"] / done["seconds"]
    what = "COPY of the same rows, same tables" if made.kind == "postgresql" else "executemany, same rows and tables"
    yield Figure(SUITE, "rows_per_s", case, rate, "1/s", True, rows / same, what)
    yield Figure(SUITE, "peak_rss_mb", case, done["rss_mb"], "MB", False)
    yield Figure(SUITE, "cpu_us_per_row", case, done["cpu_s"] / rows * 1e6, "µs", False)
    yield Figure(SUITE, "copy_floor_rows_per_s", f"{case}, same tables", rows / same, "1/s", True)
    yield at_most(SUITE, f"{case}: peak memory in MB", done["rss_mb"], MEMORY_MB)
    if made.kind == "postgresql":
        yield at_least(SUITE, f"{case}: share of a COPY of the same rows", same / done["seconds"], COPY_SHARE)
        flat = _one_table(made, file)
        yield at_least(SUITE, f"{case}: share of a COPY into one bare table", flat / done["seconds"], COPY_SHARE)
        yield Figure(SUITE, "copy_floor_rows_per_s", f"{case}, one bare table", rows / flat, "1/s", True)
        yield Figure(
            SUITE, "rows_per_s", f"{case}, beside a bare table", rate, "1/s", True, rows / flat,
            "COPY of the file into one table of text without index",
        )  # fmt: skip
        _empty(made)
        yield from _workbook(made, book_rows, grids, seed, rate)


def _workbook(made: Database, rows: int, grids: list[str], seed: int, csv_rate: float) -> Iterator[Outcome]:
    from python_calamine import CalamineWorkbook

    file = made.room / "people.xlsx"
    write_xlsx(file, rows, grids, seed=seed)
    done = _import(made, file)
    began = time.perf_counter()
    for _ in CalamineWorkbook.from_path(str(file)).get_sheet_by_index(0).iter_rows():
        pass
    parsing = time.perf_counter() - began
    rate = done["rows"] / done["seconds"]
    yield Figure(SUITE, "rows_per_s", "xlsx", rate, "1/s", True, rows / parsing, "python-calamine reading it")
    yield Figure(SUITE, "peak_rss_mb", "xlsx", done["rss_mb"], "MB", False)
    yield at_most(SUITE, "xlsx: peak memory in MB", done["rss_mb"], MEMORY_MB)
    csv_alone = rows / csv_rate
    yield Figure(
        SUITE, "seconds", "xlsx", done["seconds"], "s", False, parsing + csv_alone,
        "python-calamine reading it, and the same number of rows from a CSV",
    )  # fmt: skip
    yield Note(SUITE, "xlsx", f"{rows:,} rows")


def _grids(made: Database) -> list[str]:
    connection = made.connect()
    found = connection.execute("SELECT code FROM territory_unit WHERE depth = 3 ORDER BY code").fetchall()
    connection.close()
    return [row[0] for row in found]


def _import(made: Database, file: Path) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "jishi.cli.bench.import_run", "people", str(file)],
        env=made.env,
        capture_output=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"the import failed:\n{done.stderr.decode(errors='replace')[-3000:]}")
    found: dict[str, Any] = orjson.loads(done.stdout.splitlines()[-1])
    return found


def _empty(made: Database) -> None:
    """Remove what was imported, so that the next one begins where this one did."""
    connection = made.connect()
    tables = ("registers_refusedrow", "registers_importrun", *reversed(TABLES))
    if made.kind == "postgresql":
        connection.execute(f"TRUNCATE {', '.join(tables)}")
    else:
        for table in tables:
            connection.execute(f"DELETE FROM {table}")
    connection.close()


def _taken_out(made: Database) -> dict[str, Any]:
    """The rows of every table: PostgreSQL's in files as COPY writes them, SQLite's as a list."""
    connection = made.connect()
    found: dict[str, Any] = {}
    for table in TABLES:
        if made.kind == "sqlite":
            found[table] = connection.execute(f"SELECT * FROM {table} ORDER BY id").fetchall()
            continue
        path = made.room / f"{table}.copy"
        statement = f"COPY (SELECT * FROM {table} ORDER BY id) TO STDOUT"
        with path.open("wb") as file, connection.cursor() as cursor, cursor.copy(statement) as copy:
            for block in copy:
                file.write(block)
        found[table] = path
    connection.close()
    return found


def _same_rows(made: Database, written: dict[str, Any]) -> float:
    """Seconds for writing them again, all in one transaction."""
    connection = made.connect()
    began = time.perf_counter()
    connection.execute("BEGIN")
    for table, rows in written.items():
        if made.kind == "postgresql":
            _copy_file(connection, f"COPY {table} FROM STDIN", rows)
        elif rows:
            marks = ", ".join("?" * len(rows[0]))
            connection.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)
    connection.execute("COMMIT")
    lasted = time.perf_counter() - began
    connection.close()
    return lasted


def _one_table(made: Database, file: Path) -> float:
    """Seconds for the file as it is into a table without index."""
    connection = made.connect()
    connection.execute(f"CREATE TABLE bare ({', '.join(f'c{n} text' for n in range(len(COLUMNS)))})")
    began = time.perf_counter()
    _copy_file(connection, "COPY bare FROM STDIN (FORMAT csv, HEADER)", file)
    lasted = time.perf_counter() - began
    connection.execute("DROP TABLE bare")
    connection.close()
    return lasted


def _copy_file(connection: Any, statement: str, path: Path) -> None:
    with path.open("rb") as file, connection.cursor() as cursor, cursor.copy(statement) as copy:
        while block := file.read(_BLOCK):
            copy.write(block)
