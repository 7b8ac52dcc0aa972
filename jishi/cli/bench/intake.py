"""Suite `intake`: registering matters, and taking them through their whole life, over the API."""

import random
from collections.abc import Iterator

from jishi.cli.bench.county import County, make_county
from jishi.cli.bench.databases import Database, Unavailable, database
from jishi.cli.bench.errands import WAY, lifecycles, registrations
from jishi.cli.bench.figures import Figure, Outcome, Skip
from jishi.cli.bench.floors import Floor, Image, last_ids, registering_floor, rows_since
from jishi.cli.bench.load import Load, one_by_one, run_load, together
from jishi.cli.bench.server import Meter, Server

SUITE = "intake"
CASES = (("sqlite", (8,)), ("postgresql", (8, 32)))
ENOUGH = 2_500  # prepared requests a second of load
STEPS_A_LIFE = 1 + len(WAY)


def measure(*, quick: bool, seed: int) -> Iterator[Outcome]:
    for kind, connections in CASES:
        try:
            with database(kind) as made:
                yield from _measure_on(made, connections, quick, seed)
        except Unavailable as error:
            for number in connections:
                yield Skip(SUITE, f"{kind} c{number}", str(error))


def _measure_on(made: Database, cases: tuple[int, ...], quick: bool, seed: int) -> Iterator[Outcome]:
    county = make_county(made)
    random_ = random.Random(seed)
    with Server(made.env, log=made.room / "server.log") as server:
        image = _one_registration(made, county, server, random_)
        for connections in cases:
            yield from _measure_case(made, county, server, image, connections, quick, random_)


def _one_registration(made: Database, county: County, server: Server, random_: random.Random) -> Image:
    """The rows that one registration writes, found by registering one."""
    connection = made.connect()
    try:
        before = last_ids(connection)
        run_load(server.address, [one_by_one(registrations(county, server.host, 1, random_))])
        return rows_since(connection, before)
    finally:
        connection.close()


def _measure_case(
    made: Database,
    county: County,
    server: Server,
    image: Image,
    connections: int,
    quick: bool,
    random_: random.Random,
) -> Iterator[Outcome]:
    """Ours and the floor in turns, then whole lives, then the memory the workers came to."""
    case = f"{made.kind} c{connections}"
    rounds, seconds = (2, 1.5) if quick else (4, 6.0)
    ours: list[Load] = []
    floors: list[Floor] = []
    spent = 0.0
    for turn in range(rounds):
        _register(county, server, connections, 0.2 if turn else 1.0, random_)  # warm-up
        meter = Meter(server, made)
        ours.append(_register(county, server, connections, seconds, random_))
        spent += meter.ms_since()
        floors.append(registering_floor(made, image, connections=connections, seconds=max(1.0, seconds / 2)))
    load = together(ours)
    floor = sum(found.per_second for found in floors) / len(floors)
    yield Figure(SUITE, "register_per_s", case, load.per_second(), "1/s", True, floor, floors[0].what)
    p50, p99 = load.percentile_ms(0.5), load.percentile_ms(0.99)
    yield Figure(SUITE, "register_p50_ms", case, p50, "ms", False)
    yield Figure(SUITE, "register_p99_ms", case, p99, "ms", False, p50, "the median of the same run")
    yield Figure(SUITE, "register_cpu_ms", case, spent / len(load.exchanges), "ms", False)
    yield from _lives(made, county, server, case, connections, quick, random_)
    yield Figure(SUITE, "web_worker_rss_mb", case, max(server.workers_rss_mb()), "MB", False)


def _lives(
    made: Database,
    county: County,
    server: Server,
    case: str,
    connections: int,
    quick: bool,
    random_: random.Random,
) -> Iterator[Outcome]:
    """Matters from registration to closure, one after the other on every connection."""
    scripts = [lifecycles(county, server.host, random_) for _ in range(connections)]
    meter = Meter(server, made)
    lives = run_load(server.address, scripts, seconds=2.0 if quick else 12.0)
    spent = meter.ms_since()
    yield Figure(SUITE, "lifecycle_per_s", case, lives.per_second("close"), "1/s", True)
    yield Figure(SUITE, "lifecycle_step_p50_ms", case, lives.percentile_ms(0.5), "ms", False)
    yield Figure(SUITE, "lifecycle_cpu_ms", case, spent / len(lives.exchanges) * STEPS_A_LIFE, "ms", False)


def _register(county: County, server: Server, connections: int, seconds: float, random_: random.Random) -> Load:
    each = round(ENOUGH * seconds / connections)
    scripts = [one_by_one(registrations(county, server.host, each, random_)) for _ in range(connections)]
    return run_load(server.address, scripts, seconds=seconds)
