"""`kill -9` of the worker between claiming and finishing: the next one does the work, and does it once."""

import contextlib
import http.server
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from jishi.cli.bench.databases import Database, database

KIND = "sqlite" if settings.DATABASES["default"]["ENGINE"] == "jishi.orm.sqlite" else "postgresql"
ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60


class Sink(http.server.ThreadingHTTPServer):
    """The receiving program: it never answers the first message, and takes every later one."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Receiver)
        self.first = threading.Event()
        self.over = threading.Event()
        self.keys: list[str] = []
        self.url = f"http://127.0.0.1:{self.server_port}/hook"


class Receiver(http.server.BaseHTTPRequestHandler):
    server: Sink

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.server.keys.append(self.headers["Idempotency-Key"])
        if len(self.server.keys) == 1:
            self.server.first.set()
            self.server.over.wait()
        with contextlib.suppress(OSError):  # whoever sent the first message is dead by now
            self.send_response(200)
            self.end_headers()

    def log_message(self, *_: object) -> None:
        """Silence."""


@pytest.fixture
def sink() -> Iterator[Sink]:
    made = Sink()
    thread = threading.Thread(target=made.serve_forever)
    thread.start()
    yield made
    made.over.set()
    made.shutdown()
    thread.join()
    made.server_close()


@pytest.fixture
def made() -> Iterator[Database]:
    with database(KIND, suffix="_worker") as fresh:
        env = fresh.env | {"DJANGO_SETTINGS_MODULE": "jishi_site.settings"}
        subprocess.run([sys.executable, "-m", "django", "migrate", "-v0"], env=env, cwd=ROOT, check=True)
        yield fresh


def night(made: Database, *words: str) -> "subprocess.Popen[bytes]":
    env = made.env | {"JISHI_ALLOW_LOCAL_HOOKS": "1"}
    return subprocess.Popen([sys.executable, "-m", "tests.reliability.night", *words], env=env, cwd=ROOT)


def finish(made: Database, *words: str) -> None:
    assert night(made, *words).wait(PATIENCE) == 0


def kill(process: "subprocess.Popen[bytes]") -> None:
    os.kill(process.pid, signal.SIGKILL)
    process.wait()


def row(made: Database, sql: str) -> tuple[object, ...]:
    connection = made.connect()
    try:
        return tuple(connection.execute(sql).fetchone())
    finally:
        connection.close()


@pytest.mark.capability("C96")
def test_a_message_on_its_way_when_the_worker_died_is_sent_again_under_its_number(made, sink):
    finish(made, "tell", sink.url)
    dying = night(made, "work", "0")
    assert sink.first.wait(PATIENCE)
    kill(dying)
    finish(made, "work", "0")
    assert len(sink.keys) == 1, "while the claim lasts nobody else sends"
    finish(made, "work", "11")
    assert len(sink.keys) == 2
    assert sink.keys[0] == sink.keys[1]
    finish(made, "work", "30")
    assert len(sink.keys) == 2, "what was accepted is not sent again"
    assert row(made, "SELECT count(*), max(tries) FROM notices_delivery WHERE done_at IS NOT NULL") == (1, 2)


@pytest.mark.capability("C96")
def test_an_event_in_the_hands_of_a_worker_that_died_is_spread_by_the_next_once(made, sink, tmp_path):
    sink.keys.append("nothing is held back")
    finish(made, "tell", sink.url)
    mark = tmp_path / "claimed"
    dying = night(made, "work", "0", str(mark))
    while not mark.exists():
        assert dying.poll() is None
    kill(dying)
    finish(made, "work", "0")
    assert row(made, "SELECT count(*) FROM notices_delivery") == (0,)
    finish(made, "work", "3")
    finish(made, "work", "30")
    assert row(made, "SELECT count(*) FROM notices_delivery WHERE done_at IS NOT NULL") == (1,)
    assert row(made, "SELECT count(*), max(tries) FROM notices_event WHERE done_at IS NOT NULL") == (1, 2)
    assert len(sink.keys) == 2
