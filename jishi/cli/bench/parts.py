"""The suite `parts`: 200,000 components out of a file into an empty register, an unknown sub-class among them.

The floor is measured in the same run: the very rows the import wrote, once more into the same table with its indexes
and constraints, by COPY in one transaction (SQLite: executemany).
"""

import csv
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import orjson

from jishi.cli.bench.county import make_county
from jishi.cli.bench.databases import Database, Unavailable, database
from jishi.cli.bench.figures import Figure, Note, Outcome, Skip

SUITE = "parts"
ROWS, QUICK_ROWS, WARM_ROWS = 200_000, 5_000, 200
UNKNOWN = "9999"  # a sub-class that is not in the catalogue
BAD_EVERY = 1_000
HEADER = ("部件代码", "名称", "网格代码", "位置", "养护单位", "上次巡查日期")


def measure(*, quick: bool, seed: int) -> Iterator[Outcome]:
    rows = QUICK_ROWS if quick else ROWS
    for kind in ("postgresql", "sqlite"):
        try:
            with database(kind, suffix="_parts") as made:
                yield from _measure_on(made, rows, seed)
        except Unavailable as reason:
            yield Skip(SUITE, f"csv {kind}", str(reason))


def _measure_on(made: Database, rows: int, seed: int) -> Iterator[Outcome]:
    make_county(made)
    warm, file = made.room / "warm.csv", made.room / "parts.csv"
    _write(made, warm, WARM_ROWS, seed + 1)
    _write(made, file, rows, seed)
    _import(made, warm)
    _empty(made)
    done = _import(made, file)
    bad = rows // BAD_EVERY
    if done["counts"] != {"new": rows - bad, "already": 0, "refused": bad}:
        raise RuntimeError(f"not every row is where it belongs: {done['counts']}")
    yield Note(SUITE, made.kind, f"{rows:,} rows of 180 sub-classes, {bad} of an unknown one: each refused, no other")
    same = _same_rows(made)
    case, rate = f"csv {made.kind}", rows / done["seconds"]
    what = "COPY of the same rows, same table" if made.kind == "postgresql" else "executemany, same rows and table"
    yield Figure(SUITE, "rows_per_s", case, rate, "1/s", True, rows / same, what)
    yield Figure(SUITE, "peak_rss_mb", case, done["rss_mb"], "MB", False)
    yield Figure(SUITE, "cpu_us_per_row", case, done["cpu_s"] / rows * 1e6, "µs", False)


def _write(made: Database, path: Path, rows: int, seed: int) -> None:
    """So many components over all grids and sub-classes; every thousandth of a sub-class nobody knows."""
    connection = made.connect()
    county = connection.execute("SELECT code FROM territory_unit WHERE depth = 0").fetchone()[0][:6]
    grids = [row[0] for row in connection.execute("SELECT code FROM territory_unit WHERE depth = 3").fetchall()]
    kinds = [row[0] for row in connection.execute("SELECT code FROM parts_subclass ORDER BY code").fetchall()]
    connection.close()
    draw = Random(seed)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for number in range(1, rows + 1):
            kind = UNKNOWN if number % BAD_EVERY == 0 else draw.choice(kinds)
            day = f"2026-10-{draw.randint(1, 28):02d}"
            keeper = f"养护公司{draw.randint(1, 20)}"
            row = (f"{county}{kind}{number:06d}", f"{number}号", draw.choice(grids), f"{number % 90}栋旁", keeper, day)
            writer.writerow(row)


def _import(made: Database, file: Path) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "jishi.cli.bench.import_run", "parts", str(file)],
        env=made.env,
        capture_output=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"the import failed:\n{done.stderr.decode(errors='replace')[-3000:]}")
    found: dict[str, Any] = orjson.loads(done.stdout.splitlines()[-1])
    return found


def _empty(made: Database) -> None:
    connection = made.connect()
    for table in ("registers_refusedrow", "registers_importrun", "parts_component"):
        connection.execute(f"DELETE FROM {table}")
    connection.close()


def _same_rows(made: Database) -> float:
    """Seconds for writing what the import wrote once more, all in one transaction."""
    connection = made.connect()
    path = made.room / "components.copy"
    if made.kind == "postgresql":
        out = "COPY parts_component TO STDOUT"
        with path.open("wb") as file, connection.cursor() as cursor, cursor.copy(out) as copy:
            for block in copy:
                file.write(block)
        rows = []
    else:
        rows = connection.execute("SELECT * FROM parts_component").fetchall()
    _empty(made)
    began = time.perf_counter()
    connection.execute("BEGIN")
    if made.kind == "postgresql":
        with (
            path.open("rb") as file,
            connection.cursor() as cursor,
            cursor.copy("COPY parts_component FROM STDIN") as copy,
        ):
            while block := file.read(1 << 20):
                copy.write(block)
    else:
        connection.executemany(f"INSERT INTO parts_component VALUES ({', '.join('?' * len(rows[0]))})", rows)
    connection.execute("COMMIT")
    lasted = time.perf_counter() - began
    connection.close()
    return lasted
