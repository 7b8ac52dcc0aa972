"""What the figures were measured on: without this line they say little."""

import os
import platform
import sqlite3
import subprocess
from datetime import date
from importlib.metadata import version
from pathlib import Path

import psycopg

from jishi.cli.bench.databases import LOCAL, POSTGRES

PACKAGES = ("django", "granian", "psycopg", "orjson")


def processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def memory_gb() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9


def postgresql() -> str:
    """Version and durability of the server that is measured on; a sentence if there is none."""
    try:
        with psycopg.connect(os.environ.get(POSTGRES, LOCAL), connect_timeout=5) as connection:
            names = ("server_version", "fsync", "synchronous_commit", "shared_buffers")
            found = [(name, connection.execute(f"SHOW {name}".encode()).fetchone()) for name in names]
        said = {name: str(row[0]) if row else "" for name, row in found}
        settings = ", ".join(f"{name} {said[name]}" for name in names[1:])
        return f"PostgreSQL {said['server_version'].split()[0]} ({settings})"
    except psycopg.Error:
        return "no PostgreSQL"


def revision() -> str:
    """The commit measured, where the program lies in its repository."""
    here = Path(__file__).resolve().parent
    words = ["git", "-C", str(here), "rev-parse", "--short", "HEAD"]
    try:
        done = subprocess.run(words, capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def line() -> str:
    """Cores, model, versions, date."""
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    commit = revision()
    return "; ".join(
        (
            f"{os.cpu_count()} × {processor()}, {memory_gb():.0f} GB",
            f"load before: {os.getloadavg()[0]:.2f}",
            f"Python {platform.python_version()}, {packages}",
            f"SQLite {sqlite3.sqlite_version} (WAL, synchronous FULL), {postgresql()}",
            f"{date.today().isoformat()}" + (f", commit {commit}" if commit else ""),
        )
    )
