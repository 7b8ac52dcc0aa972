"""The floors: what the bare database does with the same rows, so that a figure says how much the program costs.

The rows of one real registration are read back and written again and again by pgbench, or by the sqlite3 module in a
loop, into the same tables with the same indexes, one transaction a registration. Lists are read with the statements the
page itself sends.
"""

import datetime as dt
import glob
import multiprocessing
import re
import shutil
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
import psycopg

from jishi.cli.bench.databases import Database

# The tables one registration writes to, parents first, and in each the column that must differ from row to row.
TABLES = {
    "matters_matter": "number",
    "matters_reporter": "",
    "matters_step": "",
    "audit_entry": "stream",
    "notices_event": "",
    "once_reception": "key",
}
Image = dict[str, list[dict[str, Any]]]
Statement = tuple[str, list[Any]]


@dataclass(frozen=True, slots=True)
class Floor:
    per_second: float
    what: str


def last_ids(connection: Any) -> dict[str, int]:
    """The highest id of each table, to know afterwards which rows are new."""
    return {table: connection.execute(f"SELECT coalesce(max(id), 0) FROM {table}").fetchone()[0] for table in TABLES}


def rows_since(connection: Any, ids: Mapping[str, int]) -> Image:
    """The rows written since, as one dict a row, in the order of the tables."""
    image: Image = {}
    for table, last in ids.items():
        cursor = connection.execute(f"SELECT * FROM {table} WHERE id > {last} ORDER BY id")
        names = [column[0] for column in cursor.description]
        image[table] = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return image


def pgbench_program() -> str | None:
    """The path of pgbench, on the PATH or where Debian keeps it."""
    found = shutil.which("pgbench")
    return found or next(iter(sorted(glob.glob("/usr/lib/postgresql/*/bin/pgbench"), reverse=True)), None)


def _literal(value: Any) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, int | float):
        return repr(value)
    text = orjson.dumps(value).decode() if isinstance(value, dict | list) else str(value)
    # A colon before a letter would be a variable to pgbench.
    return "'" + text.replace("'", "''").replace(":", "'||chr(58)||'") + "'"


def pgbench_script(image: Image) -> str:
    """The registration of ``image`` as a pgbench script: the same statements, literal values, one transaction."""
    matter_id = image["matters_matter"][0]["id"]
    lines = ["BEGIN;"]
    for table, rows in image.items():
        for row in rows:
            values = {name: _literal(value) for name, value in row.items() if name != "id"}
            if values.get("matter_id") == str(matter_id):
                values["matter_id"] = ":matter_id"
            if TABLES[table]:
                values[TABLES[table]] = "left(gen_random_uuid()::text, 20)"
            typed = ", ".join(_cast(name, value, row[name]) for name, value in values.items())
            statement = f"INSERT INTO {table} ({', '.join(values)}) VALUES ({typed})"
            lines.append(statement + (" RETURNING id AS matter_id \\gset" if table == "matters_matter" else ";"))
    return "\n".join([*lines, "COMMIT;", ""])


def _cast(name: str, literal: str, value: Any) -> str:
    """Literals put together from pieces are text; moments and JSON need to be told so."""
    if isinstance(value, dt.datetime):
        return f"({literal})::timestamptz"
    return f"({literal})::jsonb" if isinstance(value, dict | list) else literal


def registering_floor(database: Database, image: Image, *, connections: int, seconds: float) -> Floor:
    """How many such registrations a second the bare database writes."""
    if database.kind == "sqlite":
        return Floor(_sqlite_loop(database, image, seconds), "sqlite3 module, one connection, the same rows")
    program = pgbench_program()
    if program is not None:
        return Floor(_pgbench(program, database, image, connections, seconds), "pgbench, the same rows")
    return Floor(_psycopg_loop(database, image, seconds), "psycopg, one connection, the same rows")


def _pgbench(program: str, database: Database, image: Image, connections: int, seconds: float) -> float:
    script = database.room / "register.pgbench"
    script.write_text(pgbench_script(image), encoding="utf-8")
    words = ["-n", "-c", str(connections), "-j", "2", "-T", str(max(1, round(seconds))), "-M", "prepared"]
    done = subprocess.run(
        [program, *words, "-f", str(script), database.url], capture_output=True, text=True, check=False
    )
    found = re.search(r"tps = ([0-9.]+)", done.stdout)
    if done.returncode or found is None:
        raise RuntimeError(f"pgbench failed:\n{done.stderr[-2000:]}")
    return float(found[1])


def _inserts(database: Database, image: Image) -> list[tuple[str, list[str], dict[str, Any]]]:
    """For each row: table, columns and values as the driver takes them."""
    found = []
    for table, rows in image.items():
        for row in rows:
            values = {
                name: orjson.dumps(value).decode() if isinstance(value, dict | list) else value
                for name, value in row.items()
                if name != "id"
            }
            found.append((table, list(values), values))
    return found


def _loop(database: Database, image: Image, seconds: float, begin: str) -> float:
    """Write the registration one after the other on one connection; returns how many a second."""
    matter_id = image["matters_matter"][0]["id"]
    plan = []
    for table, columns, values in _inserts(database, image):
        marks = ", ".join(database.mark for _ in columns)
        returning = " RETURNING id" if table == "matters_matter" else ""
        sql = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks}){returning}"
        plan.append((table, sql, columns, values))
    connection = database.connect()
    cursor = connection.cursor()
    done, began = 0, time.perf_counter()
    while time.perf_counter() - began < seconds:
        done += 1
        cursor.execute(begin)
        fresh_id = matter_id
        for table, sql, columns, values in plan:
            own = {"matter_id": fresh_id} if "matter_id" in values else {}
            if TABLES[table]:
                own[TABLES[table]] = f"floor-{began:.6f}-{done}"[-20:]
            cursor.execute(sql, [own.get(column, values[column]) for column in columns])
            if table == "matters_matter":
                fresh_id = cursor.fetchone()[0]
        cursor.execute("COMMIT")
    lasted = time.perf_counter() - began
    connection.close()
    return done / lasted


def _sqlite_loop(database: Database, image: Image, seconds: float) -> float:
    return _loop(database, image, seconds, "BEGIN IMMEDIATE")


def _psycopg_loop(database: Database, image: Image, seconds: float) -> float:
    return _loop(database, image, seconds, "BEGIN")


def reading_floor(database: Database, pages: Sequence[Sequence[Statement]], *, seconds: float, readers: int) -> Floor:
    """How many of these pages a second bare drivers read: ``readers`` processes, one connection each."""
    spawn = multiprocessing.get_context("spawn")
    with spawn.Pool(readers) as pool:
        rates = pool.starmap(_read_pages, [(database, pages, seconds, start) for start in range(readers)])
    driver = "psycopg" if database.kind == "postgresql" else "sqlite3 module"
    return Floor(sum(rates), f"{driver}, {readers} connections, the page's statements")


def _read_pages(database: Database, pages: Sequence[Sequence[Statement]], seconds: float, start: int) -> float:
    connection = database.connect()
    cursor = connection.cursor()
    prepared = [
        [(own_marks(sql) if database.kind == "sqlite" else sql, params) for sql, params in page] for page in pages
    ]
    done, began = 0, time.perf_counter()
    while time.perf_counter() - began < seconds:
        for sql, params in prepared[(start * 7 + done) % len(prepared)]:
            cursor.execute(sql, params)
            if cursor.description is not None:
                cursor.fetchall()
        done += 1
    rate = done / (time.perf_counter() - began)
    connection.close()
    return rate


def own_marks(sql: str) -> str:
    """Django's %s marks as the sqlite3 module writes them."""
    return sql.replace("%s", "?").replace("%%", "%")


def postgresql_version(database: Database) -> str:
    with psycopg.connect(database.url) as connection:
        found = connection.execute("SHOW server_version").fetchone()
    return str(found[0]).split()[0] if found else ""
