import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jishi.cli.bench.figures import Figure, Note, Skip, markdown, percentile, rounded, sentence

FIGURE = Figure("intake", "register_per_s", "postgresql c8", 261.04, "1/s", True, 1710.0, "pgbench, the same rows")
KEYS = ["suite", "metric", "case", "value", "unit", "floor", "floor_is", "ratio", "higher_is_better"]


def test_a_figure_is_one_line_of_json_with_the_keys_of_the_contract():
    line = json.loads(json.dumps(FIGURE.line()))
    assert list(line) == KEYS
    assert line == {
        "suite": "intake",
        "metric": "register_per_s",
        "case": "postgresql c8",
        "value": 261,
        "unit": "1/s",
        "floor": 1710,
        "floor_is": "pgbench, the same rows",
        "ratio": 0.153,
        "higher_is_better": True,
    }


def test_without_a_floor_there_is_no_ratio():
    line = Figure("intake", "register_p99_ms", "sqlite c8", 45.67, "ms", False).line()
    assert (line["value"], line["floor"], line["floor_is"], line["ratio"]) == (45.67, None, None, None)


def test_a_case_that_could_not_be_measured_says_why_under_the_same_keys():
    line = Skip("intake", "postgresql c8", "no server").line()
    assert [*KEYS, "reason"] == list(line)
    assert (line["value"], line["reason"]) == (None, "no server")


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, None),
        (math.inf, None),
        (0.0, 0),
        (3.0, 3),
        (0.15263, 0.153),
        (45.678, 45.68),
        (123.45, 123.5),
        (1710.04, 1710),
    ],
)
def test_a_value_keeps_the_digits_it_deserves(value, shown):
    assert rounded(value) == shown


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=200), st.floats(0.01, 1))
def test_a_percentile_is_the_smallest_sample_that_so_many_do_not_exceed(samples, share):
    found = percentile(samples, share)
    enough = [sample for sample in samples if sum(other <= sample for other in samples) >= share * len(samples) - 1e-9]
    assert found == min(enough)


def test_a_percentile_of_nothing_is_an_error():
    with pytest.raises(ValueError, match="no samples"):
        percentile([], 0.5)


def test_the_table_holds_each_figure_and_names_what_was_left_out():
    table = markdown([Note("intake", "seed", "1"), FIGURE, Skip("intake", "postgresql c32", "no server")])
    assert "| intake | register_per_s | postgresql c8 | 261.0 | 1/s | 1,710 | 0.153 | pgbench, the same rows |" in table
    assert "- intake, seed: 1" in table
    assert "- intake, postgresql c32: not measured, no server" in table


def test_a_terminal_shows_value_floor_and_ratio():
    assert "261" in sentence(FIGURE)
    assert "÷ 1,710 = 0.153" in sentence(FIGURE)
    assert "未测：no server" in sentence(Skip("intake", "x", "no server"))
