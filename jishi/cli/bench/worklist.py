"""Suite `worklist`: the dispatcher's list among 200,000 and 2,000,000 matters, as JSON and as the page itself."""

import gzip
import random
import re
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from multiprocessing import get_context

from jishi.cli.bench.bulk import fill
from jishi.cli.bench.county import County, make_county
from jishi.cli.bench.databases import Database, Unavailable, database
from jishi.cli.bench.errands import MATTERS, Question, desk_page, get, json_list, questions
from jishi.cli.bench.figures import Figure, Outcome, Skip
from jishi.cli.bench.floors import Floor, reading_floor
from jishi.cli.bench.load import Load, Request, Script, WrongAnswer, one_by_one, run_load, together
from jishi.cli.bench.pages import statements_of
from jishi.cli.bench.server import THREADS, WORKERS, Meter, Server

SUITE = "worklist"
SIZES = {"200k": 200_000, "2M": 2_000_000}
MOST_QUICK = 200_000
KINDS = ("postgresql", "sqlite")
CONNECTIONS = WORKERS * THREADS
# Loaded when first needed, not with the page.
LATER = re.compile(r"maplibre|echarts|map\.")


@dataclass(frozen=True, slots=True)
class Kind:
    """One of the two ways to read the list."""

    name: str
    paths: tuple[str, ...]
    headers: dict[str, str]
    requests: tuple[Request, ...]


def measure(*, quick: bool, seed: int) -> Iterator[Outcome]:
    for size, rows in SIZES.items():
        if quick and rows > MOST_QUICK:
            yield from (Skip(SUITE, f"{size} {kind}", "not with --quick") for kind in KINDS)
            continue
        with ExitStack() as stack:
            made: list[Database] = []
            for kind in KINDS:
                try:
                    made.append(stack.enter_context(database(kind)))
                except Unavailable as error:
                    yield Skip(SUITE, f"{size} {kind}", str(error))
            pool = stack.enter_context(get_context("spawn").Pool(len(made)))
            counties = pool.starmap(prepare, [(one, rows, seed) for one in made])
            for one, county in zip(made, counties, strict=True):
                yield from _measure_on(one, county, f"{size} {one.kind}", quick, seed)


def prepare(made: Database, rows: int, seed: int) -> County:
    """The county with so many matters in one database; each database is filled by a process of its own."""
    county = make_county(made)
    fill(made, county, rows, seed=seed, now=datetime.now(UTC))
    return county


def _measure_on(made: Database, county: County, case: str, quick: bool, seed: int) -> Iterator[Outcome]:
    asked = questions(county, 50 if quick else 200, random.Random(seed))
    with Server(made.env, log=made.room / "server.log") as server:
        json_kind, html_kind = _kinds(county, server, asked)
        for kind in (json_kind, html_kind):
            yield from _rates(made, server, kind, case, quick)
        yield from _page(server, html_kind, case, quick)
        yield Figure(SUITE, "web_worker_rss_mb", case, max(server.workers_rss_mb()), "MB", False)


def _kinds(county: County, server: Server, asked: Sequence[Question]) -> tuple[Kind, Kind]:
    as_json = Kind(
        "json",
        tuple(f"{MATTERS}?{one.for_programs}" for one in asked),
        {"Authorization": f"Bearer {county.dispatcher_token}"},
        tuple(Request(json_list(county, server.host, one), "json") for one in asked),
    )
    as_html = Kind(
        "html",
        tuple(f"{county.desk}?{one.for_people}" for one in asked),
        {"Cookie": f"sessionid={county.session}"},
        tuple(Request(desk_page(county, server.host, one), "html") for one in asked),
    )
    return as_json, as_html


def _rates(made: Database, server: Server, kind: Kind, case: str, quick: bool) -> Iterator[Outcome]:
    """Ours and the bare driver in turns, and the number of statements a page sends."""
    caught = statements_of(made, kind.paths, kind.headers)
    rounds, seconds = (2, 1.0) if quick else (3, 8.0)
    ours: list[Load] = []
    floors: list[Floor] = []
    spent = 0.0
    for turn in range(rounds):
        run_load(server.address, _scripts(kind), seconds=0.3 if turn else 1.0)  # warm-up
        meter = Meter(server, made)
        ours.append(run_load(server.address, _scripts(kind), seconds=seconds))
        spent += meter.ms_since()
        floors.append(reading_floor(made, caught.again, seconds=max(0.5, seconds / 2), readers=WORKERS))
    floor = sum(found.per_second for found in floors) / len(floors)
    load = together(ours)
    yield Figure(SUITE, f"{kind.name}_per_s", case, load.per_second(), "1/s", True, floor, floors[0].what)
    yield Figure(SUITE, f"{kind.name}_p99_ms", case, load.percentile_ms(0.99), "ms", False)
    yield Figure(SUITE, f"{kind.name}_cpu_ms", case, spent / len(load.exchanges), "ms", False)
    yield Figure(SUITE, "queries", f"{case} {kind.name}", caught.most, "", False)


def _scripts(kind: Kind) -> list[Script]:
    """Every connection asks all questions in turn, each beginning with another."""
    return [one_by_one(_around(kind.requests, start * 31)) for start in range(CONNECTIONS)]


def _around(requests: Sequence[Request], start: int) -> Iterator[Request]:
    """All requests again and again, from one of them on."""
    while True:
        yield requests[start % len(requests)]
        start += 1


def _page(server: Server, kind: Kind, case: str, quick: bool) -> Iterator[Outcome]:
    """The page alone: how long the server takes for one reader, and what the browser must fetch at first."""
    script = one_by_one(islice(_around(kind.requests, 0), 60 if quick else 400))
    bodies: list[bytes] = []
    alone = run_load(server.address, [script], each=lambda exchange: bodies.append(exchange.body))
    yield Figure(SUITE, "html_p50_ms", f"{case} c1", alone.percentile_ms(0.5), "ms", False)
    yield Figure(SUITE, "html_kb_gz", case, _kilobytes(max(bodies, key=len)), "KB", False)
    try:
        total = _kilobytes(bodies[0]) + sum(map(_kilobytes, _fetched(server, _linked(bodies[0]))))
    except WrongAnswer:
        yield Skip(SUITE, f"{case} first_load_kb_gz", "the page names files that are not there; run `make run` once")
        return
    yield Figure(SUITE, "first_load_kb_gz", case, total, "KB", False)


def _kilobytes(body: bytes) -> float:
    return len(gzip.compress(body, 6)) / 1000


def _linked(page: bytes) -> list[str]:
    """Style sheets and scripts a page loads at once."""
    found = re.findall(r'<(?:script|link)[^>]+?(?:src|href)="([^"]+\.(?:css|js|mjs))"', page.decode())
    return [path for path in dict.fromkeys(found) if not LATER.search(path)]


def _fetched(server: Server, paths: Sequence[str]) -> list[bytes]:
    bodies: list[bytes] = []
    if paths:
        script = one_by_one(Request(get(path, server.host), "asset") for path in paths)
        run_load(server.address, [script], each=lambda exchange: bodies.append(exchange.body))
    return bodies
