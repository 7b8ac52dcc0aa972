"""Filling the table of matters with 200,000 or 2,000,000 rows such as three or thirty years leave behind.

Rows are written by COPY or executemany past the actions, with every constraint of the table in force: they serve to
read lists, so they have no history. The indexes are made anew afterwards, which is faster than growing them.
"""

import datetime as dt
import random
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import islice
from typing import Any

from jishi.cli.bench.county import County
from jishi.cli.bench.databases import Database
from jishi.cli.bench.words import invent
from jishi.kernel.numbers import RANDOM_RANGE, make_number

OPEN_SHARE = 0.30
POINT_SHARE = 0.50  # how many bear a point on the map
GRID_DEGREES = 0.004  # about how far from the middle of its grid a matter lies
COUNTY_DEGREES = 0.045  # and the grids from the middle of the county
# How the open ones are spread over the stages.
OPEN_STAGES = {
    "registered": 14,
    "dispatched": 16,
    "returned": 2,
    "arbitration": 1,
    "accepted": 12,
    "handling": 38,
    "verifying": 12,
    "verified": 5,
}
CLOSED_STAGES = {"closed": 60, "followed_up": 40}
UNLED = frozenset({"registered", "returned", "arbitration"})
HANDLED = frozenset({"verifying", "verified", "closed", "followed_up"})
VERIFIED = frozenset({"verified", "closed", "followed_up"})
GRADES = ("tiny", "small", "small", "small", "big", "hard")
CHANNELS = ("grid", "grid", "resident", "resident", "phone", "desk", "quick", "visit")
STRIDE = 38_170_931  # prime to RANDOM_RANGE, so that numbers look drawn and never repeat
BLOCK = 5_000

COLUMNS = (
    "id", "number", "channel", "title", "text", "category_code", "category_name", "grade", "grade_reason", "urgent",
    "unit_id", "area_1", "area_2", "area_3", "area_4", "area_5", "place", "stage", "version", "responsible_id",
    "lead_id", "returns", "reopened", "registered_at", "registered_by_id", "handled_at", "handled_by_id",
    "verified_at", "verified_by_id", "answered_at", "reply_kind", "closed_at", "clock_started_at", "due_at",
    "due_reason", "stage_since", "stage_due_at", "adjustments", "alarm_at", "escalation", "longitude", "latitude",
)  # fmt: skip
PART_COLUMNS = ("matter_id", "organization_id", "role", "task", "assigned_at", "done_note")
DUE_REASON = "按“小事”限7个工作日办结，自登记起计，遇法定节假日顺延"

Row = tuple[Any, ...]


@cache
def _middle_of(center: tuple[float, float], leaf: int) -> tuple[float, float]:
    around = random.Random(leaf)
    east, north = (around.gauss(middle, COUNTY_DEGREES) for middle in center)
    return east, north


def spot_in(county: County, leaf: int, random_: random.Random) -> tuple[float, float]:
    """A point in a grid: the same grid lies always in the same place. Not the ground of its shape, but as dense."""
    east, north = _middle_of((county.center[0], county.center[1]), leaf)
    return round(random_.gauss(east, GRID_DEGREES), 6), round(random_.gauss(north, GRID_DEGREES), 6)


def matters(
    county: County,
    count: int,
    *,
    seed: int,
    now: dt.datetime,
    open_share: float = OPEN_SHARE,
    point_share: float = POINT_SHARE,
) -> Iterator[Row]:
    """``count`` rows of ``COLUMNS``; moments are text in UTC, as both databases read them."""
    random_ = random.Random(seed)
    spots = random.Random(seed + 1)
    texts = [invent(random_) for _ in range(2_000)]
    stages = random_.choices(list(OPEN_STAGES), list(OPEN_STAGES.values()), k=10_007)
    closed = random_.choices(list(CLOSED_STAGES), list(CLOSED_STAGES.values()), k=10_007)
    today = now.astimezone(dt.UTC).replace(tzinfo=None, microsecond=0)
    for index in range(1, count + 1):
        is_open = random_.random() < open_share
        stage = stages[index % 10_007] if is_open else closed[index % 10_007]
        # Open ones are up to 30 days old; the closed ones go back two years.
        age = int(random_.random() * (30 if is_open else 730) * 86_400)
        began = today - dt.timedelta(seconds=age)
        row = _matter(county, index, stage, is_open, began, random_, texts[random_.randrange(2_000)])
        unit_id = row[COLUMNS.index("unit_id")]
        yield row + (spot_in(county, unit_id, spots) if spots.random() < point_share else (None, None))


def _matter(
    county: County,
    index: int,
    stage: str,
    is_open: bool,
    began: dt.datetime,
    random_: random.Random,
    said: tuple[str, str, str],
) -> Row:
    """One row but for its point. Every fifth open matter or so is overdue."""
    title, text, place = said
    category = county.categories[index % len(county.categories)] if county.categories else ["", ""]
    leaf = county.leaves[random_.randrange(len(county.leaves))]
    lead = None if stage in UNLED else county.lead_ids[random_.randrange(len(county.lead_ids))]
    due = began + dt.timedelta(hours=random_.randrange(24, 37 * 24))
    ended = None if is_open else began + dt.timedelta(hours=random_.randrange(4, 200))
    worked = str(ended or began) if stage in HANDLED else None
    checked = str(ended or began) if stage in VERIFIED else None
    overdue = is_open and random_.random() < 0.2
    return (
        index,
        make_number(county.number_prefix, began.date(), index * STRIDE % RANDOM_RANGE),
        CHANNELS[index % len(CHANNELS)],
        title,
        text,
        category[0],
        category[1],
        GRADES[index % len(GRADES)],
        "按类别通常定级",
        int(index % 40 == 0),
        *leaf,
        place,
        stage,
        {"registered": 1, "dispatched": 2}.get(stage, 5),
        lead or county.centre_id,
        lead,
        int(stage in {"returned", "arbitration"}),
        0,
        str(began),
        county.workers[index % len(county.workers)].person_id,
        worked,
        county.handler_id if worked else None,
        checked,
        county.workers[0].person_id if checked else None,
        str(ended) if ended else None,
        "done" if ended else None,
        str(ended) if ended else None,
        str(began),
        str(due),
        DUE_REASON,
        str(ended or began),
        str(due),
        0,
        str(due) if is_open else None,
        2 if overdue else 0,
    )


def parts(rows: Iterable[Row]) -> Iterator[Row]:
    """The lead's part of every matter that was sent to somebody."""
    at = {name: position for position, name in enumerate(COLUMNS)}
    for row in rows:
        if row[at["lead_id"]] is not None:
            yield row[at["id"]], row[at["lead_id"]], "lead", "", row[at["registered_at"]], ""


def fill(database: Database, county: County, count: int, *, seed: int, now: dt.datetime, **shares: float) -> None:
    """Write ``count`` matters and the parts of their leads, then let the database take stock.

    ``shares`` are those of ``matters``.
    """
    connection = database.connect()
    write = _copy if database.kind == "postgresql" else _insert_many
    try:
        if database.kind == "postgresql":
            connection.execute("SET TimeZone = 'UTC'")
        kept = drop_indexes(connection, database.kind, ("matters_matter", "matters_part"))
        rows = matters(county, count, seed=seed, now=now, **shares)
        while block := list(islice(rows, BLOCK * 20)):
            write(connection, "matters_matter", COLUMNS, block)
            write(connection, "matters_part", PART_COLUMNS, parts(block))
        for statement in kept:
            connection.execute(statement)
        _take_stock(connection, database.kind)
    finally:
        connection.close()


def drop_indexes(connection: Any, kind: str, tables: Sequence[str]) -> list[str]:
    """Drop the plain indexes of these tables; returns the statements that make them again."""
    names = ", ".join(f"'{table}'" for table in tables)  # of this program, not of anybody who asks
    if kind == "postgresql":
        found = connection.execute(
            f"SELECT indexname, indexdef FROM pg_indexes WHERE tablename IN ({names})"
            " AND indexname NOT IN (SELECT conname FROM pg_constraint)"
        ).fetchall()
    else:
        found = connection.execute(
            f"SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name IN ({names})"
        ).fetchall()
    for name, _ in found:
        connection.execute(f'DROP INDEX "{name}"')
    return [sql for _, sql in found]


def _copy(connection: Any, table: str, columns: tuple[str, ...], rows: Iterable[Row]) -> None:
    statement = f"COPY {table} ({', '.join(columns)}) FROM STDIN"
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write("\t".join("\\N" if value is None else str(value) for value in row) + "\n")


def _insert_many(connection: Any, table: str, columns: tuple[str, ...], rows: Iterable[Row]) -> None:
    marks = ", ".join("?" for _ in columns)
    connection.execute("BEGIN IMMEDIATE")
    connection.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", rows)
    connection.execute("COMMIT")


def _take_stock(connection: Any, kind: str) -> None:
    """What autovacuum, or the worker's nightly round, has done by the time anybody measures."""
    if kind == "postgresql":
        connection.execute("SELECT setval(pg_get_serial_sequence('matters_matter', 'id'), max(id)) FROM matters_matter")
        connection.execute("VACUUM ANALYZE matters_matter")
        connection.execute("VACUUM ANALYZE matters_part")
    else:
        connection.execute("ANALYZE")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
