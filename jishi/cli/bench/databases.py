"""Databases for a measurement: made for it, removed after it, durable as in service."""

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

import psycopg

POSTGRES = "JISHI_BENCH_POSTGRES"  # any database of the server to measure on, as a URL
LOCAL = "postgresql:///postgres"


class Unavailable(Exception):
    """A database that cannot be measured on here; says why."""


class Cursor(Protocol):
    """What the two drivers have in common."""

    def execute(self, sql: str, params: Any = ...) -> Any: ...
    def fetchall(self) -> list[Any]: ...
    def fetchone(self) -> Any: ...


@dataclass(frozen=True, slots=True)
class Database:
    """One database of its own. ``room`` is a folder that goes with it."""

    kind: str  # "sqlite" or "postgresql"
    url: str
    room: Path

    @property
    def env(self) -> dict[str, str]:
        """The environment in which `jishi` works on this database and nowhere else."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("JISHI_")}
        places = os.environ.get("JISHI_PLACES_DIR")
        return kept | {
            "JISHI_DATABASE_URL": self.url,
            "JISHI_VAR_DIR": str(self.room),
            "JISHI_PLACE": "shifeng",
            **({"JISHI_PLACES_DIR": places} if places else {}),
        }

    def connect(self) -> Any:
        """A bare connection of the driver, in autocommit, as durable as the program's own."""
        if self.kind == "postgresql":
            return psycopg.connect(self.url, autocommit=True)
        connection = sqlite3.connect(self.url.removeprefix("sqlite:///"), isolation_level=None, timeout=30)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA cache_size=-32000")
        return connection

    def backends(self) -> list[int]:
        """Process ids of the database's own processes that serve the program; none for SQLite."""
        if self.kind == "sqlite":
            return []
        with psycopg.connect(self.url) as connection:
            found = connection.execute(
                "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            ).fetchall()
        return [row[0] for row in found]

    @property
    def mark(self) -> str:
        """How the driver writes a parameter."""
        return "%s" if self.kind == "postgresql" else "?"


@contextmanager
def database(kind: str, suffix: str = "") -> Iterator[Database]:
    """An empty database of this kind; raises ``Unavailable`` if there is no server for it."""
    with _room() as room:
        if kind == "sqlite":
            yield Database(kind, f"sqlite:///{room / 'bench.sqlite3'}", room)
            return
        name = f"jishi_bench_{os.getpid()}{suffix}"
        server = os.environ.get(POSTGRES, LOCAL)
        _make(server, name)
        try:
            yield Database(kind, _named(server, name), room)
        finally:
            with psycopg.connect(server, autocommit=True) as connection:
                connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'.encode())


@contextmanager
def _room() -> Iterator[Path]:
    room = Path(tempfile.mkdtemp(prefix="jishi-bench-"))
    try:
        yield room
    finally:
        shutil.rmtree(room, ignore_errors=True)


def _make(server: str, name: str) -> None:
    try:
        with psycopg.connect(server, autocommit=True, connect_timeout=5) as connection:
            connection.execute(f'CREATE DATABASE "{name}"'.encode())
            connection.execute(f'ALTER DATABASE "{name}" SET synchronous_commit = on'.encode())
    except psycopg.Error as error:
        raise Unavailable(str(error).strip().splitlines()[0]) from error


def _named(server: str, name: str) -> str:
    """The URL of another database on the same server. (`urlunsplit` would drop an empty host.)"""
    parts = urlsplit(server)
    return f"{parts.scheme}://{parts.netloc}/{name}" + (f"?{parts.query}" if parts.query else "")
