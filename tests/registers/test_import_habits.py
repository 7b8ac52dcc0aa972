"""A sheet as people fill it in: what is plainly meant is understood, what is lost is said."""

import datetime as dt

import pytest

from jishi.registers.models import HouseholdGrid, Resident
from tests.registers.lists import reasons, row, take_in, write

pytestmark = pytest.mark.django_db
C24 = pytest.mark.capability("C24")


@C24
def test_what_people_write_where_they_have_nothing_to_say_is_nothing(town, tmp_path):
    town.grid  # noqa: B018
    nothing = {"证件号码": "无", "联系电话": "/", "出生日期": "不详", "核实日期": "—"}
    run = take_in(write(tmp_path / "a.csv", row("甲", **nothing), row("乙", 户编号="2", 门牌="4栋101", **nothing)))
    assert (run.counts["new"], run.refused) == (2, 0)
    assert set(Resident.objects.values_list("document_number", "phone", "birth_date")) == {("", "", None)}


DAYS = (
    "1980.1.1",
    "1980/1/1",
    "1980年1月1日",
    "1980 年 1 月 1 日",
    "1980-01-01 0:00:00",
    "１９８０年１月１日",
    "19800101",
)


@C24
@pytest.mark.parametrize("written", DAYS)
def test_a_day_is_read_in_every_usual_spelling(town, tmp_path, written):
    town.grid  # noqa: B018
    run = take_in(write(tmp_path / "a.csv", row(证件号码="", 出生日期=written, 核实日期="2026年3月1日")))
    assert reasons(run) == {}
    assert Resident.objects.values_list("birth_date", "verified_on").get() == (dt.date(1980, 1, 1), dt.date(2026, 3, 1))


LOST = {
    "科学计数": {"证件号码": "4.30204E+17"},
    "末三位是000": {"证件号码": "430204198001011000"},
    "日期序号": {"证件号码": "", "出生日期": "29221"},
    "这是合计行": {"姓名": "合 计", "证件号码": "3人"},
}


@C24
@pytest.mark.parametrize("reason", LOST)
def test_what_a_program_for_tables_has_lost_is_not_guessed_back(town, tmp_path, reason):
    town.grid  # noqa: B018
    run = take_in(write(tmp_path / "a.csv", row(**LOST[reason])))
    assert reason in reasons(run)[2]
    assert Resident.objects.count() == 0
    assert run.refused == 1


@C24
def test_numbers_with_a_point_behind_them_and_words_such_as_男性_are_what_they_mean(town, tmp_path):
    town.grid  # noqa: B018
    take_in(write(tmp_path / "a.csv", row(联系电话="13800001234.0", 性别="男性")))
    assert Resident.objects.values_list("phone", "sex").get() == ("13800001234", "1")


@C24
@pytest.mark.parametrize("grid", ["第一网格", "一网格", "1网格", "第1网格", "网格1", "1"])
@pytest.mark.parametrize("community", ["响石社区", "响石", "响石居委会", "响石社区居民委员会"])
def test_a_grid_is_known_by_its_everyday_names(town, tmp_path, community, grid):
    town.grid, town.next_grid  # noqa: B018
    run = take_in(write(tmp_path / "a.csv", row(社区=community, 网格=grid)))
    assert reasons(run) == {}
    assert HouseholdGrid.objects.get().unit_id == town.grid.pk
