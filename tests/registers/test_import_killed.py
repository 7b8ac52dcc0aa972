"""`kill -9` in the middle of a batch: the next run goes on behind the last finished one, and nobody is there twice."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from jishi.cli.bench.databases import Database, database
from tests.registers.lists import row, write
from tests.registers.town import citizen_number

KIND = "sqlite" if settings.DATABASES["default"]["ENGINE"] == "jishi.orm.sqlite" else "postgresql"
ROOT = Path(__file__).resolve().parents[2]
PEOPLE = 40


@pytest.fixture
def made() -> Iterator[Database]:
    with database(KIND, suffix="_import") as fresh:
        env = fresh.env | {"DJANGO_SETTINGS_MODULE": "jishi_site.settings"}
        subprocess.run([sys.executable, "-m", "django", "migrate", "-v0"], env=env, cwd=ROOT, check=True)
        subprocess.run([sys.executable, "-m", "tests.registers.killed", "found"], env=env, cwd=ROOT, check=True)
        yield fresh


def run(made: Database, *words: str) -> int:
    env = made.env | {"DJANGO_SETTINGS_MODULE": "jishi_site.settings"}
    return subprocess.run([sys.executable, "-m", "tests.registers.killed", *words], env=env, cwd=ROOT).returncode


def count(made: Database, table: str) -> int:
    connection = made.connect()
    try:
        return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])
    finally:
        connection.close()


@pytest.mark.capability("C24")
def test_killed_and_gone_on_with(made, tmp_path):
    people = [
        row(
            f"人{n}",
            户编号=str(n),
            证件号码=citizen_number("19800101", n),
            门牌=f"{n}栋",
            联系电话="打不通" if n == 3 else "",
        )
        for n in range(PEOPLE)
    ]
    file = write(tmp_path / "名册.csv", *people)
    assert run(made, "take", str(file), "3") == -signal.SIGKILL
    assert count(made, "registers_resident") == 19, "two batches of ten, one of them with a refused row"
    assert run(made, "take", str(file), "0") == 0
    assert count(made, "registers_resident") == PEOPLE - 1
    assert count(made, "registers_membership") == PEOPLE - 1
    assert count(made, "registers_refusedrow") == 1
    assert count(made, "registers_importrun") == 1
