"""Changing units on the command line: what was done in a few lines, a refusal in one, JSON for programs."""

import json
from collections.abc import Callable

import pytest
from click.testing import CliRunner, Result

from jishi.accounts.queries import viewer_of
from jishi.audit.models import Entry
from jishi.cli.main import main
from jishi.territory import queries
from jishi.territory.models import Unit
from tests.cast import TODAY, Cast
from tests.matters.town import begin, forget, lay_down

pytestmark = pytest.mark.django_db
GRID, NEXT, COMMUNITY = "430204003001001", "430204003001002", "430204003001"


@pytest.fixture
def town(cast: Cast):
    lay_down(cast)
    yield cast
    forget()


@pytest.fixture
def place() -> Callable[..., Result]:
    def run(*words: str) -> Result:
        return CliRunner().invoke(main, ["place", *words], catch_exceptions=False)

    return run


@pytest.mark.capability("C03")
def test_a_grid_is_split_and_its_worker_and_matters_go_on(town: Cast, place):
    way = begin(town)
    done = place("split", GRID, "--into", f"{COMMUNITY}011：东网格", "--into", "：西网格", "--primary", "西网格")
    assert done.exit_code == 0, done.output
    assert done.stdout.startswith("拆分完成，")
    for said in ("东网格（430204003001011）", "西网格（430204003001012）", "调整1", "移交1"):
        assert said in done.stdout
    west = queries.by_code("430204003001012")
    assert way.row.area_3 == west.id
    assert [g.unit_id for g in viewer_of(town.person("li").pk, TODAY.replace(year=2100)).grants] == [west.id]
    assert set(Entry.objects.filter(stream=f"unit:{west.id}").values_list("actor", flat=True)) == {"系统管理员"}


def test_a_community_is_split_with_its_grids_shared_out(town: Cast, place):
    east, west = f"{COMMUNITY}：东社区：{GRID}", f"430204003009：西社区：{NEXT}"
    done = place("split", COMMUNITY, "--into", east, "--into", west, "--json")
    told = json.loads(done.stdout)
    assert (told["cause"], told["begun"], [unit["name"] for unit in told["units"]]) == ("拆分", 4, ["东社区", "西社区"])
    assert told["followed"]["bodies"] == 1
    assert [unit.name for unit in queries.children(queries.by_code("430204003009").id)] == ["第二网格"]


def test_grids_are_merged_moved_and_renamed_and_the_history_tells_it(town: Cast, place):
    assert place("merge", GRID, NEXT, "--into", ":大网格").exit_code == 0
    moved = place("move", f"{COMMUNITY}003", "--under", "430204001001", "--json")
    code = json.loads(moved.stdout)["units"][0]["code"]
    assert code == "430204001001002"
    assert "更名完成" in place("rename", code, "幸福网格").stdout
    told = place("history", GRID).stdout.splitlines()
    assert told[0].startswith(f"第一网格（{GRID}），2025-01-01至")
    assert [line.split("：")[0].split()[-1] for line in told[1:]] == ["合并", "合并", "划转", "更名"]
    assert "大网格（430204001001002）→ 幸福网格（430204001001002）" in told[-1]
    assert [step["cause"] for step in json.loads(place("history", code, "--json").stdout)] == [
        "合并",
        "合并",
        "划转",
        "更名",
    ]
    assert "没有变更" in place("history", "430204000000").stdout


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["rename", "430204009999", "甲"], "没有代码为“430204009999”的单元"),
        (["history", "430204009999"], "没有代码为“430204009999”的单元"),
        (["rename", GRID, "第一网格"], "新名称与原名称相同。"),
        (["split", GRID, "--into", ":甲"], "拆分后至少要有两个单元。"),
        (["split", GRID, "--into", "甲", "--into", ":乙"], "“甲”要写成“代码：名称”"),
        (["split", GRID, "--into", ":甲", "--into", ":乙", "--primary", "丙"], "“丙”不是拆分后的单元"),
        (["split", COMMUNITY, "--into", f"{COMMUNITY}：甲", "--into", "430204003009：乙"], "还有下级单元没有归属"),
        (["merge", GRID, "430204001001001", "--into", ":甲"], "只能合并同一上级之下的单元"),
        (["merge", GRID, "--into", ":甲"], "合并至少要有两个单元。"),
        (["move", COMMUNITY, "--under", "430204001000"], "乡级、村级单元须写明统计用区划代码。"),
        (["move", GRID, "--under", COMMUNITY], "它已经在这个上级之下。"),
        (["move", "430204000000", "--under", COMMUNITY], "县级单元不能划转。"),
        (["rename", COMMUNITY, "甲", "--kind", "街道"], "只能是"),
    ],
)
def test_a_refusal_is_one_sentence_and_changes_nothing(town: Cast, place, words: list[str], sentence: str):
    before = Unit.objects.count(), Entry.objects.count()
    done = place(*words)
    assert done.exit_code == 2
    assert sentence in done.stderr
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""
    assert (Unit.objects.count(), Entry.objects.count()) == before


def test_an_ended_code_is_refused_with_what_became_of_it(town: Cast, place):
    place("split", GRID, "--into", ":东网格", "--into", ":西网格")
    done = place("rename", GRID, "甲")
    assert done.exit_code == 2
    assert "现为：东网格（430204003001003）、西网格（430204003001004）" in done.stderr
