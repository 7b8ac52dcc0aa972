import json

import pytest
from click.testing import CliRunner

from jishi.cli.bench.command import SUITES, command
from jishi.cli.bench.databases import Unavailable, _named, database
from jishi.cli.bench.figures import Figure, Note, Skip


def test_list_names_every_suite_and_runs_none():
    ran = CliRunner().invoke(command, ["--list"])
    assert ran.exit_code == 0
    assert [line.split()[0] for line in ran.stdout.splitlines()] == list(SUITES)
    assert {"intake", "worklist", "reliability"} <= set(SUITES)


def test_list_as_json_names_the_same_suites():
    ran = CliRunner().invoke(command, ["--list", "--json"])
    assert [json.loads(line)["suite"] for line in ran.stdout.splitlines()] == list(SUITES)


def test_an_unknown_suite_is_refused_with_the_known_ones():
    ran = CliRunner().invoke(command, ["nothing"])
    assert ran.exit_code == 2
    assert "intake" in ran.stderr


def stand_in(*, quick, seed):
    yield Note("intake", "quick", str(quick))
    yield Figure("intake", "register_per_s", "sqlite c8", 10.0, "1/s", True, 40.0, "sqlite3")
    yield Skip("intake", "postgresql c8", "no server")


def test_json_has_one_object_a_line_and_the_seed_beside_it(monkeypatch):
    monkeypatch.setitem(SUITES, "intake", (stand_in, ""))
    ran = CliRunner().invoke(command, ["intake", "--quick", "--json", "--seed", "7"])
    assert ran.exit_code == 0
    lines = [json.loads(line) for line in ran.stdout.splitlines()]
    assert [line["metric"] for line in lines] == ["register_per_s", "skipped"]
    assert lines[0]["ratio"] == 0.25
    assert "seed:7, quick" in ran.stderr


def test_write_keeps_the_table_as_a_page(monkeypatch, tmp_path):
    monkeypatch.setitem(SUITES, "intake", (stand_in, ""))
    page = tmp_path / "benchmarks.md"
    assert CliRunner().invoke(command, ["intake", "--write", str(page)]).exit_code == 0
    assert "| intake | register_per_s | sqlite c8 | 10 | 1/s | 40 | 0.25 | sqlite3 |" in page.read_text()


def test_a_missing_database_server_is_said_and_not_raised_through(monkeypatch):
    monkeypatch.setenv("JISHI_BENCH_POSTGRES", "postgresql://127.0.0.1:1/postgres")
    with pytest.raises(Unavailable), database("postgresql"):
        pass


def test_another_database_of_the_same_server_is_named_in_its_url():
    assert _named("postgresql:///postgres", "x") == "postgresql:///x"
    assert (
        _named("postgresql://u:p@h:5433/postgres?sslmode=require", "x") == "postgresql://u:p@h:5433/x?sslmode=require"
    )
