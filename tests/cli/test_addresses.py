"""`jishi addresses`: a file is taken in, plates are printed."""

import pymupdf
import pytest
from click.testing import CliRunner

from jishi.addresses.models import Address
from jishi.cli.main import main
from tests.addresses.street import street
from tests.matters.town import forget, lay_down

pytestmark = pytest.mark.django_db


@pytest.fixture
def town(cast):
    lay_down(cast)
    yield cast
    forget()


def run(*words: str):
    return CliRunner().invoke(main, ["addresses", *words], catch_exceptions=False)


@pytest.mark.capability("C05")
def test_a_file_is_taken_in_and_bad_lines_are_named(town, tmp_path):
    path = tmp_path / "地址.csv"
    path.write_text(f"单元代码,路,门牌\n{town.grid.code},东门路,1号\n{town.grid.code},东门路,2号\n", encoding="gb18030")
    assert "新登记 3 条地址" in run("import", str(path)).output
    assert run("import", str(path), "--json").output.strip() == '{"new":0,"unchanged":2}'
    path.write_text("单元代码,路,门牌\n1,东门路,3号\n", encoding="utf-8")
    refused = run("import", str(path))
    assert refused.exit_code == 2
    assert "地址.csv:2" in refused.stderr
    assert Address.objects.count() == 3


@pytest.mark.capability("C05")
def test_the_plates_of_a_community_are_written_as_sheets(town, tmp_path):
    here = street(town)
    out = tmp_path / "plates.pdf"
    assert "3 块门牌，1 页" in run("plates", "--unit", town.community.code, "--out", str(out)).output
    with pymupdf.open(out) as sheets:
        assert "东门路12号" in sheets[0].get_text()
    assert here.house.is_live
    assert run("plates", "--unit", town.other_community.code, "--out", str(out)).exit_code == 2
    assert run("plates", "--unit", "1", "--out", str(out)).exit_code == 2
