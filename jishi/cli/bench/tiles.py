"""Suite `tiles`: a dispatcher pans and zooms over the whole county on the map, tile after tile, layer by layer."""

import random
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing import get_context
from typing import Any

from jishi.cli.bench.bars import at_most
from jishi.cli.bench.bulk import COUNTY_DEGREES, fill
from jishi.cli.bench.county import County, make_county
from jishi.cli.bench.databases import Database, Unavailable, database
from jishi.cli.bench.figures import Figure, Outcome, Skip, percentile, rounded
from jishi.cli.bench.floors import Statement, own_marks
from jishi.cli.bench.landscape import lay_out
from jishi.cli.bench.load import Request, one_by_one, request_bytes, run_load
from jishi.cli.bench.pages import statements_of
from jishi.cli.bench.server import Meter, Server
from jishi.kernel.tiles import Tile, tile_at

SUITE = "tiles"
KINDS = ("sqlite", "postgresql")
LAYERS = ("units", "grids", "stations", "buildings", "parts", "matters")
ASKED = ("buildings", "parts", "matters")  # of the database; the others are drawn from what a process keeps
BAR_MS = 50.0  # what 95 of 100 tiles must not exceed
ZOOMS = range(10, 19)
VIEW = 3  # tiles a screen is wide and high


@dataclass(frozen=True, slots=True)
class Size:
    """How much lies on the map, and how many screens are looked at in each layer."""

    houses: int
    parts: int
    matters: int
    screens: int

    def __str__(self) -> str:
        return f"{self.parts // 1000}k+{self.houses // 1000}k+{self.matters // 1000}k"


WHOLE, QUICK = Size(50_000, 200_000, 200_000, 54), Size(50_000, 200_000, 20_000, 9)


def measure(*, quick: bool, seed: int) -> Iterator[Outcome]:
    size = QUICK if quick else WHOLE
    with ExitStack() as stack:
        made: list[Database] = []
        for kind in KINDS:
            try:
                made.append(stack.enter_context(database(kind)))
            except Unavailable as error:
                yield Skip(SUITE, f"{kind} {size}", str(error))
        pool = stack.enter_context(get_context("spawn").Pool(len(made)))
        counties = pool.starmap(prepare, [(one, size, seed) for one in made])
        for one, county in zip(made, counties, strict=True):
            yield from _measure_on(one, county, size, seed)


def prepare(made: Database, size: Size, seed: int) -> County:
    """The county with everything on its map; each database is filled by a process of its own."""
    county = make_county(made, drawn=True)
    lay_out(made, county, houses=size.houses, parts=size.parts, seed=seed)
    fill(made, county, size.matters, seed=seed, now=datetime.now(UTC), open_share=1.0, point_share=1.0)
    return county


def screens(county: County, count: int, random_: random.Random) -> list[Tile]:
    """The tiles of so many screens, at every zoom in turn, each anywhere in the county."""
    found: list[Tile] = []
    for turn in range(count):
        z = ZOOMS[turn % len(ZOOMS)]
        longitude, latitude = (random_.gauss(each, COUNTY_DEGREES) for each in county.center)
        middle = tile_at(longitude, latitude, z)
        found += [Tile(z, middle.x + east - 1, middle.y + south - 1) for south in range(VIEW) for east in range(VIEW)]
    return found


def _measure_on(made: Database, county: County, size: Size, seed: int) -> Iterator[Outcome]:
    cookie = {"Cookie": f"sessionid={county.session}"}
    with Server(made.env, log=made.room / "server.log") as server:
        tiles = screens(county, size.screens, random.Random(seed))
        paths = {layer: [f"/map/tiles/{layer}/{tile.z}/{tile.x}/{tile.y}.pbf" for tile in tiles] for layer in LAYERS}
        caught = iter(statements_of(made, [path for layer in ASKED for path in paths[layer]], cookie).again)
        slowest = (0.0, "", 0.0)
        for layer in LAYERS:
            floor = _floor(made, [next(caught) for _ in tiles]) if layer in ASKED else []
            taken, figures = _layer(made, server, layer, paths[layer], cookie, floor, f"{made.kind} {size} {layer}")
            yield from figures
            least = percentile(floor, 0.95) if floor else 0.0
            slowest = max(slowest, (percentile(taken, 0.95), layer, least))
        p95, layer, least = slowest
        beside = f", bare driver {rounded(least)}" if least else ""
        said = f"{made.kind} {size}, p95 of the slowest layer ({layer}) in ms{beside}:"
        yield at_most(SUITE, said, p95, BAR_MS)


def _layer(
    made: Database,
    server: Server,
    layer: str,
    paths: Sequence[str],
    cookie: dict[str, str],
    floor: Sequence[float],
    case: str,
) -> tuple[list[float], list[Figure]]:
    """One reader asks for one tile after the other, the first of all with nothing kept: milliseconds, and figures."""
    asked = [Request(request_bytes("GET", path, host=server.host, headers=cookie.items()), layer) for path in paths]
    meter = Meter(server, made)
    weights: list[int] = []
    load = run_load(server.address, [one_by_one(asked)], each=lambda exchange: weights.append(len(exchange.body)))
    spent = meter.ms_since()
    driver = "sqlite3 module" if made.kind == "sqlite" else "psycopg"
    what = f"{driver}, the statements of the tiles" if floor else ""
    least = percentile(floor, 0.95) if floor else None
    return [seconds * 1000 for seconds in load.seconds()], [
        Figure(SUITE, "tile_p95_ms", case, load.percentile_ms(0.95), "ms", False, least, what),
        Figure(SUITE, "tile_p50_ms", case, load.percentile_ms(0.5), "ms", False),
        Figure(SUITE, "tile_max_ms", case, load.percentile_ms(1.0), "ms", False),
        Figure(SUITE, "tile_cpu_ms", case, spent / len(asked), "ms", False),
        Figure(SUITE, "tile_max_kb", case, max(weights) / 1000, "KB", False),
    ]


def _floor(made: Database, pages: Sequence[Sequence[Statement]]) -> list[float]:
    """What the bare driver takes for the statements of each tile, in milliseconds."""
    connection: Any = made.connect()
    cursor = connection.cursor()
    taken: list[float] = []
    for page in pages:
        prepared = [(own_marks(sql) if made.kind == "sqlite" else sql, params) for sql, params in page]
        began = time.perf_counter()
        for sql, params in prepared:
            cursor.execute(sql, params)
            cursor.fetchall()
        taken.append((time.perf_counter() - began) * 1000)
    connection.close()
    return taken
