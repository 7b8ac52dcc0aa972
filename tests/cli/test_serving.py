"""The server and the worker beside it as real processes."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

JISHI = [sys.executable, "-m", "jishi.cli.main"]
PATIENCE = 60  # seconds until a process must have started or ended


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def children(pid: int) -> list[int]:
    """Processes started by any thread of this one."""
    lists = [path.read_text() for path in Path(f"/proc/{pid}/task").glob("*/children")]
    return sorted(int(child) for child in " ".join(lists).split())


def waited_for(condition) -> bool:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.1)
    return False


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/login/", timeout=5) as answer:
            return answer.status == 200
    except OSError:
        return False


@pytest.fixture(scope="module")
def surroundings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A deployment of its own with an empty database; without `jishi migrate`, which also packs the static files."""
    own = {key: value for key, value in os.environ.items() if key != "JISHI_DATABASE_URL"}
    own |= {
        "JISHI_VAR_DIR": str(tmp_path_factory.mktemp("deployment")),
        "DJANGO_SETTINGS_MODULE": "jishi_site.settings",
    }
    subprocess.run([sys.executable, "-m", "django", "migrate", "--verbosity=0"], env=own, check=True)
    return own


@pytest.fixture
def server(surroundings: dict[str, str]) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    port = free_port()
    words = [*JISHI, "serve", "--port", str(port), "--workers", "1", "--with-worker"]
    process = subprocess.Popen(words, env=surroundings)
    try:
        assert waited_for(lambda: answers(port))
        yield process, port
    finally:
        process.kill()
        process.wait()


def command_line(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def alive(pid: int) -> bool:
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_what_the_server_started_ends_with_it(server, how: signal.Signals):
    process, port = server
    begun = children(process.pid)
    assert len(begun) >= 2
    process.send_signal(how)
    assert waited_for(lambda: process.poll() is not None)
    assert waited_for(lambda: not any(alive(child) for child in begun))
    assert not answers(port)


def test_a_worker_that_dies_is_started_again(server):
    process, _ = server
    worker = next(child for child in children(process.pid) if b"--with-parent" in command_line(child))
    os.kill(worker, signal.SIGKILL)
    assert waited_for(
        lambda: any(child != worker and b"--with-parent" in command_line(child) for child in children(process.pid))
    )


def test_a_taken_port_is_refused_in_a_sentence(surroundings: dict[str, str]):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = subprocess.run(
            [*JISHI, "serve", "--port", str(port), "--workers", "1"],
            env=surroundings,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
    assert done.returncode == 2
    assert f"127.0.0.1:{port}" in done.stderr
    assert "Traceback" not in done.stderr
