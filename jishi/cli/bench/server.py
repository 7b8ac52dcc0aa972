"""The web server under test: `jishi serve` as a process of its own, on a free port of the loopback."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from jishi.cli.bench.databases import Database

HOST = "127.0.0.1"
PORTS = range(8400, 8500)
WORKERS, THREADS = 2, 4
PATIENCE = 60.0  # seconds until a server that does not answer is given up


def free_port() -> int:
    for port in PORTS:
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind((HOST, port))
            return port
    raise RuntimeError(f"no free port from {PORTS.start} to {PORTS.stop - 1}")


def program(*words: str) -> list[str]:
    """The command line of `jishi` with the interpreter that runs now."""
    return [sys.executable, "-m", "jishi.cli.main", *words]


def children_of(pid: int) -> list[int]:
    """The processes a process has started that still run, oldest first."""
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        found += [int(word) for word in task.read_text().split()]
    return sorted(found)


def rss_mb(pid: int) -> float:
    """Resident memory of a process in MB (10⁶ bytes)."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024 / 1e6
    raise RuntimeError(f"no VmRSS for process {pid}")


def age_seconds(pid: int) -> float:
    """How long a process has been running; 0 for one that has ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    up = float(Path("/proc/uptime").read_text().split()[0])
    return up - int(fields[19]) / os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid: int) -> float:
    """Processor time a process has used so far; 0 for one that has ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Server:
    """Started on entering, stopped on leaving. ``env`` is the whole environment of the server."""

    def __init__(self, env: dict[str, str], *, log: Path, with_worker: bool = False) -> None:
        self.env = env
        self.log = log
        self.with_worker = with_worker
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None
        self._out: IO[Any] | None = None

    @property
    def address(self) -> tuple[str, int]:
        return HOST, self.port

    @property
    def host(self) -> str:
        return f"{HOST}:{self.port}"

    def start(self) -> None:
        words = ["serve", "--port", str(self.port), "--workers", str(WORKERS), "--threads", str(THREADS)]
        self._out = self.log.open("ab")
        self.process = subprocess.Popen(
            program(*words, *(["--with-worker"] if self.with_worker else [])),
            env=self.env,
            stdout=self._out,
            stderr=self._out,
            start_new_session=True,
        )
        self._await_answer()

    def _await_answer(self) -> None:
        assert self.process is not None
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if self.process.poll() is not None:
                break
            with contextlib.suppress(OSError), socket.create_connection(self.address, timeout=5) as sock:
                sock.sendall(f"GET / HTTP/1.1\r\nHost: {self.host}\r\nConnection: close\r\n\r\n".encode())
                if sock.recv(12).startswith(b"HTTP/1."):
                    return
            time.sleep(0.1)
        said = self.log.read_text(errors="replace")[-2000:]
        self.stop()
        raise RuntimeError(f"the web server did not start:\n{said}")

    def workers(self) -> list[int]:
        """Process ids of the web workers."""
        if self.process is None:
            return []
        return [pid for pid in children_of(self.process.pid) if _is_web_worker(pid)]

    def workers_rss_mb(self) -> list[float]:
        return [rss_mb(pid) for pid in self.workers()]

    def cpu_seconds(self) -> float:
        """Processor time the web workers have used so far."""
        return sum(cpu_seconds(pid) for pid in self.workers())

    def kill_hard(self) -> None:
        """SIGKILL for the server and everything it started, as a power cut would."""
        if self.process is None:
            return
        os.kill(self.process.pid, signal.SIGSTOP)  # so that it starts no new worker meanwhile
        for pid in [*children_of(self.process.pid), self.process.pid]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()
        self._close()

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.kill_hard()
        self._close()

    def _close(self) -> None:
        self.process = None
        if self._out is not None:
            self._out.close()
            self._out = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def _is_web_worker(pid: int) -> bool:
    """A granian worker: a child that is not Python's resource tracker and not the companion `jishi worker`."""
    with contextlib.suppress(OSError):
        line = Path(f"/proc/{pid}/cmdline").read_bytes()
        return b"resource_tracker" not in line and b"\x00worker\x00" not in line
    return False


class Meter:
    """Processor time of the web workers and of their database connections between two readings.

    It says what a request costs even on a machine where other programs run.
    """

    def __init__(self, server: Server, made: Database) -> None:
        self.server = server
        self.backends = made.backends()
        self.began = self._now()

    def _now(self) -> float:
        return self.server.cpu_seconds() + sum(cpu_seconds(pid) for pid in self.backends)

    def ms_since(self) -> float:
        """Milliseconds used since the last reading."""
        now = self._now()
        used, self.began = now - self.began, now
        return used * 1000
