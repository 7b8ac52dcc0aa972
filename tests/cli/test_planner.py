"""`jishi grids standing` and `jishi grids propose`."""

import orjson
import pytest
from click.testing import CliRunner

from jishi.cli.main import main
from jishi.planning.models import GridPlan
from tests.planning.conftest import street as street

pytestmark = [pytest.mark.django_db, pytest.mark.capability("C02")]


@pytest.fixture
def crowded(street):
    street.move_in(*street.build(7), *street.build(1, street.cast.next_grid))
    return street


def jishi(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, ["grids", *words])
    return done.exit_code, done.output


@pytest.mark.capability("K06-I3")
def test_every_community_is_told_with_its_grids_against_the_standard(crowded):
    code, said = jishi("standing")
    assert code == 0
    assert "响石社区       8 户  待处理2" in said
    assert "映峰社区" not in said
    assert "另有1个社区（村）未登记住户" in said
    assert "每格400户1200人，容许偏差10%" in said
    rows = orjson.loads(jishi("standing", "--json")[1])
    assert next(row for row in rows if row["name"] == "响石社区") == {
        "code": crowded.cast.community.code,
        "name": "响石社区",
        "households": 8,
        "people": 16,
        "elsewhere": 0,
        "plan": None,
        "within": 0,
        "allowed": 0,
        "proposed": 0,
        "off": 2,
        "empty": 0,
    }
    assert next(row for row in rows if row["name"] == "映峰社区")["empty"] == 1


def test_a_plan_is_asked_for_by_the_code_of_the_community(crowded):
    own = crowded.cast.community.code
    code, said = jishi("propose", own, "--households", "4", "--people", "12", "--mode", "draw", "--by", "zhou")
    assert code == 0
    assert "响石社区，重新划分，每格4户12人，容许偏差10%" in said
    assert GridPlan.objects.get().asked_by == "老周"
    code, said = jishi("propose", own)
    assert code == 2
    assert "已有一份方案没有定" in said


def test_all_that_need_one_get_a_plan_at_once(crowded):
    assert jishi("propose", "--all") == (0, "已为1个社区提出方案。\n")
    assert GridPlan.objects.get().asked_by == "系统"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "请写一个社区的区划代码，或写 --all"),
        (("430204003001", "--all"), "请写一个社区的区划代码，或写 --all"),
        (("--all", "--mode", "draw"), "不能另写方式和标准"),
        (("--all", "--households", "0"), "不能另写方式和标准"),
        (("430204003001", "--households", "0"), "每格户数须在1到5000之间"),
        (("430204003001", "--people", "0"), "每格人数须在1到20000之间"),
        (("430204003001", "--tolerance", "0"), "容许偏差须在1%到99%之间"),
        (("999999999999",), "没有代码为 999999999999 的社区"),
        (("430204003000",), "不是社区"),
        (("430204003001", "--households", "9999"), "每格户数须在1到5000之间"),
        (("430204001001", "--by", "zhou"), "不在您的辖区内"),
        (("430204003001", "--by", "li"), "您的岗位没有这项权限"),
    ],
)
def test_what_makes_no_sense_is_refused_in_one_sentence(crowded, words, said):
    crowded.cast.everybody()
    code, told = jishi("propose", *words)
    assert code == 2
    assert said in told
    assert not GridPlan.objects.exists()
