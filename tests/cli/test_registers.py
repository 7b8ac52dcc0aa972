"""`jishi registers`: the list in, the refused rows and the masked list out."""

import csv

import orjson
import pytest
from click.testing import CliRunner

from jishi.cli.main import main
from jishi.registers.models import Resident
from tests.registers.lists import row, write

pytestmark = [pytest.mark.django_db, pytest.mark.capability("C24")]


@pytest.fixture
def ready(cast):
    from tests.matters.town import forget, lay_down

    lay_down(cast)
    cast.grid  # noqa: B018
    yield cast
    forget()


def jishi(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, ["registers", *words])
    return done.exit_code, done.output


def test_tried_then_taken_in_with_the_refused_rows_in_a_file(ready, tmp_path):
    file = write(tmp_path / "a.csv", row(), row("坏人", 户编号="2", 证件号码="1"))
    refused = tmp_path / "refused.csv"
    code, said = jishi("import", str(file), "--dry-run", "--json")
    assert code == 1
    assert orjson.loads(said.splitlines()[-1])["refused"] == 1
    assert not Resident.objects.exists()
    code, said = jishi("import", str(file), "--refused", str(refused))
    assert code == 1
    assert "新登记人数 1" in said
    rows = list(csv.reader(refused.read_text("utf-8-sig").splitlines()))
    assert rows[0][-1] == "原因"
    assert rows[1][-3:-1] == ["3", "未导入"]


def test_a_mapping_file_names_the_columns(ready, tmp_path):
    file = tmp_path / "a.csv"
    file.write_text("谁,哪里,格\n张清晓,3栋502,430204003001001\n", encoding="utf-8")
    mapping = tmp_path / "m.yaml"
    mapping.write_text("name: 物业\nsource: housing\ncolumns: {name: 谁, door: 哪里, grid: 格}\n", encoding="utf-8")
    assert jishi("import", str(file), "--mapping", str(mapping), "--all-or-nothing")[0] == 0
    assert Resident.objects.get().source == "housing"
    mapping.write_text("columns: {name: 谁, wish: 哪里}\n", encoding="utf-8")
    code, said = jishi("import", str(file), "--mapping", str(mapping))
    assert (code, "没有“wish”这一项" in said) == (2, True)


def test_a_header_that_tells_no_name_is_answered_with_what_it_has(ready, tmp_path):
    file = tmp_path / "a.csv"
    file.write_text("谁,哪里,格\n张清晓,3栋502,430204003001001\n", encoding="utf-8")
    code, said = jishi("import", str(file))
    assert code == 2
    assert "请指明哪一列是姓名。文件里的列有：谁、哪里、格。请用 --mapping" in said


def test_a_list_of_the_own_area(ready, tmp_path):
    jishi("import", str(write(tmp_path / "a.csv", row(联系电话="13800001234"))))
    ready.person("zhou")
    out = tmp_path / "b.csv"
    code, said = jishi("export", str(out), "--by", "zhou")
    assert (code, said.strip()) == (0, "b.csv：1 人")
    assert "138****1234" in out.read_text("utf-8-sig")
    assert jishi("export", str(out), "--by", "nobody")[0] == 2
