"""Suite `reliability`: registrations under `kill -9`. What was acknowledged must be there, and nothing twice."""

import contextlib
import http.client
import os
import random
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field

import orjson
import psycopg

from jishi.cli.bench.cluster import own_cluster
from jishi.cli.bench.county import County, make_county
from jishi.cli.bench.databases import Database, Unavailable, database
from jishi.cli.bench.errands import MATTERS, report
from jishi.cli.bench.figures import Figure, Outcome, Skip
from jishi.cli.bench.server import Server, age_seconds, program

SUITE = "reliability"
CLIENTS = 8
PATIENCE = 120.0  # seconds until a client gives a registration up
GROWN = 7.0  # seconds; the server takes a worker that dies sooner for one that cannot start, and gives up
Disturb = Callable[[], bool]  # whether it struck


@dataclass(frozen=True, slots=True)
class Post:
    """One registration as a client keeps it until it is acknowledged."""

    key: str
    token: str
    body: bytes


@dataclass(slots=True)
class Aftermath:
    """What was promised and what is there."""

    sent: int
    interruptions: int
    tries: int
    acknowledged: dict[str, str] = field(repr=False)  # key -> number
    lost: list[str] = field(default_factory=list)  # acknowledged numbers that are not in the database
    doubled: int = 0  # matters beyond one for each key
    findings: list[str] = field(default_factory=list)  # of `jishi check`


def posts(county: County, number: int, random_: random.Random) -> list[Post]:
    found = []
    for index in range(number):
        worker = random_.choice(county.workers)
        body = orjson.dumps(report(county, worker, random_))
        found.append(Post(f"kill-{random_.getrandbits(64):016x}-{index}", worker.token, body))
    return found


class Client:
    """Sends its registrations one after the other, each again and again under its key until it is acknowledged."""

    def __init__(self, address: tuple[str, int], mine: Sequence[Post]) -> None:
        self.address = address
        self.mine = mine
        self.connection: http.client.HTTPConnection | None = None
        self.tries = 0
        self.acknowledged: dict[str, str] = {}

    def run(self) -> None:
        for post in self.mine:
            self.acknowledged[post.key] = self._acknowledged(post)
        self._hang_up()

    def _acknowledged(self, post: Post) -> str:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            self.tries += 1
            try:
                status, body = self._sent(post)
            except (OSError, http.client.HTTPException):
                self._hang_up()
                time.sleep(0.05)
                continue
            if status < 300:
                return str(orjson.loads(body)["number"])
            if status < 500 and status != 429:
                raise RuntimeError(f"refused with status {status}: {body[:300]!r}")
            time.sleep(0.05)
        raise RuntimeError(f"{post.key} was not acknowledged within {PATIENCE:.0f} s")

    def _sent(self, post: Post) -> tuple[int, bytes]:
        if self.connection is None:
            self.connection = http.client.HTTPConnection(*self.address, timeout=20)
        headers = {
            "Authorization": f"Bearer {post.token}",
            "Content-Type": "application/json",
            "Idempotency-Key": post.key,
        }
        self.connection.request("POST", MATTERS, body=post.body, headers=headers)
        response = self.connection.getresponse()
        return response.status, response.read()

    def _hang_up(self) -> None:
        if self.connection is not None:
            self.connection.close()
            self.connection = None


@contextmanager
def disturbed(disturb: Disturb, strikes: int, done: Callable[[], float]) -> Iterator[list[float]]:
    """Strike ``strikes`` times while the body runs, spread over the work; gives how much was done at each strike.

    ``done`` tells the share of the work that is done, 0 to 1.
    """
    over = threading.Event()
    struck: list[float] = []

    def loop() -> None:
        while len(struck) < strikes and not over.wait(0.02):
            share = done()
            if share >= (len(struck) + 1) / (strikes + 1) and disturb():
                struck.append(share)

    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(loop)
        try:
            yield struck
        finally:
            over.set()
            running.result()


def hammer(
    made: Database, county: County, server: Server, disturb: Disturb, *, number: int, strikes: int, seed: int
) -> Aftermath:
    """Register ``number`` matters from 8 clients, strike so many times on the way, stop the server and count."""
    waiting = posts(county, number, random.Random(seed))
    clients = [Client(server.address, waiting[start::CLIENTS]) for start in range(CLIENTS)]
    before = _numbers(made)

    def done() -> float:
        return sum(len(client.acknowledged) for client in clients) / number

    with disturbed(disturb, strikes, done) as struck, ThreadPoolExecutor(CLIENTS) as pool:
        for running in [pool.submit(client.run) for client in clients]:
            running.result()
    server.stop()
    acknowledged = {key: given for client in clients for key, given in client.acknowledged.items()}
    there = _numbers(made) - before
    return Aftermath(
        sent=number,
        interruptions=len(struck),
        tries=sum(client.tries for client in clients),
        acknowledged=acknowledged,
        lost=sorted(set(acknowledged.values()) - there),
        doubled=len(there) - number,
        findings=check(made),
    )


def _numbers(made: Database) -> set[str]:
    connection = made.connect()
    try:
        return {row[0] for row in connection.execute("SELECT number FROM matters_matter").fetchall()}
    finally:
        connection.close()


def check(made: Database) -> list[str]:
    """What `jishi check` finds: broken invariants, breaks in the audit record."""
    done = subprocess.run(program("check", "--json"), env=made.env, capture_output=True, check=False)
    if done.returncode not in (0, 1):
        raise RuntimeError(f"`jishi check` failed:\n{done.stderr.decode(errors='replace')[-2000:]}")
    found: list[str] = []
    for line in done.stdout.splitlines():
        found += orjson.loads(line)["findings"]
    return found


def kill_one_worker(server: Server, random_: random.Random) -> Disturb:
    """`kill -9` of one web worker; the server starts another, which is left alone for a while."""
    first: set[int] = set()

    def strike() -> bool:
        running = server.workers()
        first.update(running if not first else ())
        workers = [pid for pid in running if pid in first or age_seconds(pid) > GROWN]
        if not workers:
            return False
        with contextlib.suppress(ProcessLookupError):
            os.kill(random_.choice(workers), signal.SIGKILL)
        return True

    return strike


def kill_server(server: Server) -> Disturb:
    """`kill -9` of the web server with all its workers, then a new start."""

    def strike() -> bool:
        server.kill_hard()
        server.start()
        return True

    return strike


def cut_connections(made: Database) -> Disturb:
    """PostgreSQL ends every connection of the program in the middle of whatever it does."""

    def strike() -> bool:
        with psycopg.connect(made.url, autocommit=True) as connection:
            cut = connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            ).fetchall()
        return bool(cut)

    return strike


def measure(*, quick: bool, seed: int) -> Iterator[Outcome]:
    for kind in ("sqlite", "postgresql"):
        try:
            with database(kind) as made:
                yield from _measure_on(made, quick, seed)
        except Unavailable as error:
            yield Skip(SUITE, kind, str(error))
    try:
        with own_cluster() as (cluster, made):
            county, server = make_county(made), Server(made.env, log=made.room / "server.log")

            def strike() -> bool:
                cluster.kill_hard()
                cluster.start()
                return True

            yield from _case("postgresql server killed", made, county, server, strike, quick, seed)
    except Unavailable as error:
        yield Skip(SUITE, "postgresql server killed", str(error))


def _measure_on(made: Database, quick: bool, seed: int) -> Iterator[Outcome]:
    county = make_county(made)
    server = Server(made.env, log=made.room / "server.log")
    strikes = {
        "web worker killed": kill_one_worker(server, random.Random(seed)),
        "web server killed": kill_server(server),
    }
    if made.kind == "postgresql":
        strikes["connections cut"] = cut_connections(made)
    for turn, (name, strike) in enumerate(strikes.items()):
        yield from _case(f"{made.kind} {name}", made, county, server, strike, quick, seed + turn)


def _case(
    case: str, made: Database, county: County, server: Server, strike: Disturb, quick: bool, seed: int
) -> Iterator[Outcome]:
    number, strikes = (100, 2) if quick else (1_000, 5)
    with server:
        after = hammer(made, county, server, strike, number=number, strikes=strikes, seed=seed)
    yield Figure(SUITE, "acknowledged", case, len(after.acknowledged), "", True, number, "registrations sent")
    yield Figure(SUITE, "lost", case, len(after.lost), "", False)
    yield Figure(SUITE, "doubled", case, after.doubled, "", False)
    yield Figure(SUITE, "check_findings", case, len(after.findings), "", False)
    yield Figure(SUITE, "interruptions", case, after.interruptions, "", True)
