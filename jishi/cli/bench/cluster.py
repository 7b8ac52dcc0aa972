"""A PostgreSQL server of our own in a temporary folder, so that killing it disturbs nobody else."""

import contextlib
import glob
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg

from jishi.cli.bench.databases import Database, Unavailable
from jishi.cli.bench.server import children_of

PORT = 5432  # only names the socket file: the server listens on no network


def _program(name: str) -> str:
    found = shutil.which(name) or next(iter(sorted(glob.glob(f"/usr/lib/postgresql/*/bin/{name}"), reverse=True)), None)
    if found is None:
        raise Unavailable(f"{name} was not found")
    return found


def _account() -> pwd.struct_passwd | None:
    """PostgreSQL refuses to run as root: then the server runs as the account of the installed one."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        raise Unavailable("running as root and there is no account postgres") from None


class Cluster:
    """One server with an empty database; ``kill_hard`` and ``start`` as often as wanted."""

    def __init__(self, room: Path) -> None:
        self.room = room
        self.data = room / "data"
        self.account = _account()
        self.process: subprocess.Popen[bytes] | None = None
        self.log = (room / "log").open("ab")
        if self.account is not None:
            os.chown(room, self.account.pw_uid, self.account.pw_gid)
        self._run(_program("initdb"), "-D", str(self.data), "-A", "trust", "-U", "bench", "-E", "UTF8", "--no-locale")

    @property
    def url(self) -> str:
        return f"postgresql:///postgres?host={self.room}&port={PORT}&user=bench"

    def _run(self, *words: str) -> None:
        done = subprocess.run(
            words, user=self._user, group=self._group, cwd=self.room, capture_output=True, check=False
        )
        if done.returncode:
            raise Unavailable(f"{Path(words[0]).name} failed: {done.stderr.decode(errors='replace')[-300:]}")

    @property
    def _user(self) -> int | None:
        return self.account.pw_uid if self.account is not None else None

    @property
    def _group(self) -> int | None:
        return self.account.pw_gid if self.account is not None else None

    def start(self) -> None:
        words = ["-D", str(self.data), "-k", str(self.room), "-p", str(PORT), "-c", "listen_addresses="]
        self.process = subprocess.Popen(
            [_program("postgres"), *words],
            user=self._user,
            group=self._group,
            cwd=self.room,
            stdout=self.log,
            stderr=self.log,
        )
        end = time.monotonic() + 60
        while time.monotonic() < end:
            with contextlib.suppress(psycopg.Error), psycopg.connect(self.url, connect_timeout=5):
                return
            time.sleep(0.1)
        self.kill_hard()
        said = (self.room / "log").read_text(errors="replace").splitlines()[-3:]
        raise Unavailable(f"the temporary PostgreSQL server did not start: {' / '.join(said)}")

    def kill_hard(self) -> None:
        """SIGKILL for the server and all its processes: what is not on the disk is gone."""
        if self.process is None:
            return
        os.kill(self.process.pid, signal.SIGSTOP)  # so that it starts no new process meanwhile
        for pid in [*children_of(self.process.pid), self.process.pid]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()
        self.process = None


@contextlib.contextmanager
def own_cluster() -> Iterator[tuple[Cluster, Database]]:
    """A running server of our own and a database on it; raises ``Unavailable`` if none can be had."""
    room = Path(tempfile.mkdtemp(prefix="jishi-pg-"))
    var = Path(tempfile.mkdtemp(prefix="jishi-bench-"))
    try:
        cluster = Cluster(room)
        cluster.start()
        try:
            yield cluster, Database("postgresql", cluster.url, var)
        finally:
            cluster.kill_hard()
            cluster.log.close()
    finally:
        shutil.rmtree(room, ignore_errors=True)
        shutil.rmtree(var, ignore_errors=True)
