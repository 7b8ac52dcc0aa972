"""Buildings and components to draw a map of: as many as a large county has, the same for the same seed."""

import random
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from jishi.addresses.rules.codes import RANDOM_RANGE, make_code
from jishi.cli.bench.bulk import Row, spot_in
from jishi.cli.bench.county import County
from jishi.cli.bench.databases import Database

BUILDING_COLUMNS = (
    "level", "name", "key", "full_name", "path", "code", "unit_id", "longitude", "latitude", "valid_from",
)  # fmt: skip
COMPONENT_COLUMNS = (
    "code", "subclass_id", "name", "unit_id", "place", "longitude", "latitude", "authority_name", "owner_name",
    "keeper_name", "condition", "source", "recorded_at", "recorded_by", "fingerprint", "valid_from",
)  # fmt: skip
SINCE = "2026-01-01"
STEP = 16_807  # numbers drawn one after the other by this step give every code once
BLOCK = 50_000


def buildings(county: County, count: int, seed: int) -> Iterator[Row]:
    """Rows of ``BUILDING_COLUMNS``."""
    random_ = random.Random(seed)
    for index in range(1, count + 1):
        leaf = county.leaves[index % len(county.leaves)][0]
        assert leaf is not None
        name = f"{index // len(county.leaves) + 1}栋"
        code = make_code(index * STEP % RANDOM_RANGE)
        spot = spot_in(county, leaf, random_)
        yield "building", name, name[:-1], f"测速路{leaf}号{name}", f"/{index}/", code, leaf, *spot, SINCE


def components(county: County, subclasses: list[str], count: int, seed: int) -> Iterator[Row]:
    """Rows of ``COMPONENT_COLUMNS``; every hundredth is faulty."""
    random_ = random.Random(seed)
    for index in range(1, count + 1):
        leaf = county.leaves[index % len(county.leaves)][0]
        assert leaf is not None
        subclass = subclasses[index % len(subclasses)]
        longitude, latitude = spot_in(county, leaf, random_)
        condition = "faulty" if index % 100 == 0 else "sound"
        yield (
            f"430204{subclass}{index:06d}", subclass, "", leaf, "", longitude, latitude, "", "", "", condition,
            "测速", f"{SINCE} 00:00:00", "测速", "", SINCE,
        )  # fmt: skip


def lay_out(made: Database, county: County, *, houses: int, parts: int, seed: int) -> None:
    """Write so many buildings and components with the bare driver, and let the database take stock."""
    connection = made.connect()
    subclasses = [row[0] for row in connection.execute("SELECT code FROM parts_subclass ORDER BY code").fetchall()]
    write(made, connection, "addresses_address", BUILDING_COLUMNS, buildings(county, houses, seed))
    write(made, connection, "parts_component", COMPONENT_COLUMNS, components(county, subclasses, parts, seed))
    for table in ("addresses_address", "parts_component"):
        connection.execute(f"VACUUM ANALYZE {table}" if made.kind == "postgresql" else f"ANALYZE {table}")
    connection.close()


def write(made: Database, connection: Any, table: str, columns: tuple[str, ...], rows: Iterable[Row]) -> None:
    """Rows into a table, with its constraints in force."""
    names = ", ".join(columns)
    rows = iter(rows)
    while block := list(islice(rows, BLOCK)):
        if made.kind == "postgresql":
            with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                for row in block:
                    copy.write_row(row)
            continue
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(f"INSERT INTO {table} ({names}) VALUES ({', '.join('?' for _ in columns)})", block)
        connection.execute("COMMIT")
