"""The rows and requests a measurement is made of: the same for the same seed, and such as the tables take."""

import datetime as dt
import random

import orjson
import pytest

from jishi.cli.bench import errands, floors
from jishi.cli.bench.bulk import COLUMNS, UNLED, matters, parts
from jishi.cli.bench.county import County, Worker, read_county
from jishi.kernel.numbers import parse_number
from jishi.matters.rules.stages import CLOSED_STAGES, LED_STAGES, Stage
from jishi.matters.rules.steps import STEPS

NOW = dt.datetime(2026, 11, 18, 2, 0, tzinfo=dt.UTC)
COUNTY = County(
    county_id=1,
    number_prefix="SF",
    center=(113.1, 27.9),
    leaves=[[unit, 2, 10, unit, None, None] for unit in range(20, 30)],
    lead_ids=[5, 6],
    centre_id=3,
    categories=[["01", "市容"]],
    workers=[Worker(7, 20, "t1"), Worker(8, 21, "t2")],
    dispatcher_id=9,
    dispatcher_token="t3",
    handler_id=10,
    handler_token="t4",
    session="s",
    desk="/desk/",
)


def rows(count=2_000, seed=1):
    return [dict(zip(COLUMNS, row, strict=True)) for row in matters(COUNTY, count, seed=seed, now=NOW)]


def test_the_same_seed_makes_the_same_rows_and_another_seed_others():
    assert rows() == rows()
    assert rows() != rows(seed=2)


def test_every_row_keeps_the_constraints_of_the_table():
    for row in rows():
        closed = row["stage"] in {stage.value for stage in CLOSED_STAGES}
        assert (row["closed_at"] is not None) == closed
        assert closed or (row["due_at"] and row["stage_due_at"] and row["alarm_at"])
        assert (row["lead_id"] is not None) == (row["stage"] not in UNLED)
        assert row["stage"] not in {stage.value for stage in LED_STAGES} or row["lead_id"] is not None
        assert (row["handled_at"] is None) == (row["handled_by_id"] is None)
        assert (row["verified_at"] is None) == (row["verified_by_id"] is None)
        assert row["verified_by_id"] is None or row["verified_by_id"] != row["handled_by_id"]
        assert not closed or (row["answered_at"] and row["reply_kind"] and row["verified_by_id"])
        assert Stage(row["stage"])
        assert parse_number(row["number"]) == row["number"]


def test_numbers_never_repeat_and_about_a_third_is_open():
    made = rows(20_000)
    assert len({row["number"] for row in made}) == len(made)
    assert 0.28 < sum(row["closed_at"] is None for row in made) / len(made) < 0.32


def test_each_led_matter_has_one_part():
    made = list(matters(COUNTY, 500, seed=1, now=NOW))
    led = [row[0] for row in made if row[COLUMNS.index("lead_id")] is not None]
    assert [part[0] for part in parts(made)] == led


def test_a_county_survives_its_journey_as_json():
    from dataclasses import asdict

    assert read_county(orjson.dumps(asdict(COUNTY))).workers == COUNTY.workers


def test_no_two_registrations_share_a_key():
    made = errands.registrations(COUNTY, "h", 200, random.Random(1))
    keys = {line for request in made for line in request.data.split(b"\r\n") if line.startswith(b"Idempotency-Key")}
    assert len(keys) == 200


def test_a_life_goes_by_the_step_table():
    way = [STEPS[name] for name, _, _ in errands.WAY]
    stage = Stage.REGISTERED
    for step in way:
        assert stage in step.sources
        stage = step.target or stage
    assert stage is Stage.CLOSED


def test_the_floor_writes_the_same_columns_with_its_own_unique_values():
    moment = dt.datetime(2026, 11, 18, 2, 0, tzinfo=dt.UTC)
    image = {table: [] for table in floors.TABLES} | {
        "matters_matter": [{"id": 4, "number": "SF1", "text": "it's 8:30", "urgent": False, "due_at": moment}],
        "matters_step": [{"id": 9, "matter_id": 4, "facts": {"a": "b:c"}, "note": None}],
    }
    lines = floors.pgbench_script(image).splitlines()
    assert lines[0] == "BEGIN;"
    assert lines[-1] == "COMMIT;"
    matter, step = lines[1:-1]
    assert matter.startswith("INSERT INTO matters_matter (number, text, urgent, due_at) VALUES (left(gen_random_uuid()")
    assert "it''s 8'||chr(58)||'30" in matter
    assert matter.endswith("RETURNING id AS matter_id \\gset")
    assert step.startswith("INSERT INTO matters_step (matter_id, facts, note) VALUES (:matter_id, ")
    assert step.endswith("::jsonb, NULL);")


@pytest.mark.parametrize(
    ("sql", "own"), [("SELECT 1 WHERE a = %s AND b LIKE '%%x'", "SELECT 1 WHERE a = ? AND b LIKE '%x'")]
)
def test_statements_are_given_the_marks_of_the_sqlite_driver(sql, own):
    assert floors.own_marks(sql) == own
