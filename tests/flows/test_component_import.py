"""A file of components: every row in exactly its class, or told with its line and reason."""

import csv
import json

import pytest
from click.testing import CliRunner
from django.db import IntegrityError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jishi.cli.main import main
from jishi.flows import component_import
from jishi.flows.component_import import Outcome, import_components
from jishi.flows.importing.component_layouts import read_component_layout
from jishi.kernel.errors import Forbidden, Invalid
from jishi.kernel.geo import gcj02_to_wgs84
from jishi.parts import queries
from jishi.parts.models import Component
from jishi.territory.models import Boundary
from jishi.territory.queries import forget_cache
from tests.cast import NOW
from tests.parts.conftest import town as town
from tests.parts.square import CATALOGUE, IN_GRID, IN_NEXT_GRID, IN_OTHER_GRID, OUTSIDE, code_of

pytestmark = [pytest.mark.django_db, pytest.mark.capability("C06")]
HEADER = ("部件代码", "小类", "经度", "纬度", "养护单位", "位置描述")
KNOWN = [entry.code for entry in CATALOGUE]
UNKNOWN = ["0102", "0199", "2101", "9999"]


def row(code, point=IN_GRID, keeper="", place="", subclass=""):
    return (code, subclass, *(point or ("", "")), keeper, place)


@pytest.fixture
def sheet(tmp_path):
    def write(*rows, header=HEADER, name="部件.csv"):
        path = tmp_path / name
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([header, *rows])
        return path

    return write


def outcomes(report):
    return [row.outcome.value for row in report.rows]


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(KNOWN + UNKNOWN), min_size=1, max_size=60))
@pytest.mark.capability("K29-I5")
def test_every_row_lands_in_exactly_its_class_or_is_refused_with_its_line(town, sheet, drawn):
    """The property of the 200,000: whatever the mixture, nothing is lost, moved to another class or let through."""
    Component.objects.all().delete()
    path = sheet(*(row(code_of(kind, serial)) for serial, kind in enumerate(drawn, start=1)))
    report = import_components(path=path, now=NOW)
    refused = {2 + at: kind for at, kind in enumerate(drawn) if kind in UNKNOWN}
    assert {one.line: one.reason for one in report.refused} == {
        line: f"目录中没有小类{kind}" for line, kind in refused.items()
    }
    assert queries.figures() == {kind: drawn.count(kind) for kind in KNOWN if kind in drawn}
    assert report.counts["accepted"] + report.counts["refused"] == len(drawn) == len(report.rows)


def test_importing_again_adds_nothing_and_a_change_of_the_file_is_told(town, sheet):
    rows = [row(code_of(serial=n), place=f"{n}号") for n in (1, 2, 3)]
    path = sheet(*rows)
    assert import_components(path=path, now=NOW).counts["accepted"] == 3
    assert outcomes(import_components(path=path, now=NOW)) == ["already"] * 3
    changed = sheet(rows[0], row(code_of(serial=2), place="搬走了"), row(code_of(serial=4)))
    report = import_components(path=changed, now=NOW)
    assert outcomes(report) == ["already", "refused", "accepted"]
    assert "登记簿中已有这个代码" in report.refused[0].reason
    assert Component.objects.count() == 4


def test_a_row_is_refused_with_everything_that_is_wrong_with_it(town, sheet):
    good = code_of(serial=1)
    rows = [
        (row(""), "部件代码为空"),
        (row("43020401180001"), "有14位"),
        (row(code_of(serial=2), OUTSIDE), "坐标不在本县范围内"),
        (row(code_of(serial=3), ("东经113", "27")), "不是经度和纬度"),
        (row(code_of(serial=4), ("nan", "27")), "不是经度和纬度"),
        (row(code_of(serial=5), None), "没有写明所在网格或社区"),
        (row(code_of(serial=6), subclass="井盖"), "小类“井盖”与部件代码不符，代码中是0118路灯"),
        (row(code_of(serial=7), place="地" * 121), "位置最多120个字"),
        (row(code_of(serial=8), keeper="单" * 81), "单位名称最多80个字"),
        (row("4302049901000001", OUTSIDE), "目录中没有小类9901；坐标不在本县范围内"),
        (row(good), "部件代码与第2行相同"),
        (row(code_of(serial=9), keeper="\ufffd"), "无法识别的字符"),
    ]
    report = import_components(path=sheet(row(good), *(cells for cells, _ in rows)), now=NOW)
    told = [one.reason for one in report.refused]
    assert len(told) == len(rows)
    assert [(said, told) for (_, said), told in zip(rows, told, strict=True) if said not in told] == []
    assert [one.code for one in Component.objects.all()] == [good]


def test_the_grid_is_the_one_around_the_point_within_the_unit_that_is_named(town, sheet):
    header = ("部件代码", "所在网格", "经度", "纬度")
    grid, community = town.grid, town.community
    cases = [
        ("", IN_GRID, grid.pk),
        ("", IN_OTHER_GRID, town.other_grid.pk),
        (community.code, IN_NEXT_GRID, town.next_grid.pk),
        (community.name, None, community.pk),
        ("响石岭街道 响石社区 第一网格", None, grid.pk),
        (grid.code, IN_NEXT_GRID, grid.pk),
    ]
    rows = [(code_of(serial=n), name, *(at or ("", ""))) for n, (name, at, _) in enumerate(cases, start=1)]
    wrong = [(code_of(serial=77), "第一网格", "", ""), (code_of(serial=78), "第九网格", "", "")]
    report = import_components(path=sheet(*rows, *wrong, header=header), now=NOW)
    units = list(Component.objects.order_by("code").values_list("unit_id", flat=True))
    assert units == [unit_id for _, _, unit_id in cases]
    assert [one.reason for one in report.refused] == [
        "名为“第一网格”的网格、社区不止一个，请写代码",
        "名为“第九网格”的网格、社区不存在",
    ]


def test_a_sketch_of_the_county_keeps_nobody_out_who_names_the_grid(town, sheet):
    Boundary.objects.update(is_sketch=True)
    forget_cache()
    header = ("部件代码", "所在网格", "经度", "纬度")
    rows = [(code_of(serial=1), town.grid.code, *OUTSIDE), (code_of(serial=2), "", *OUTSIDE)]
    report = import_components(path=sheet(*rows, header=header), now=NOW)
    assert outcomes(report) == ["accepted", "refused"]
    assert "示意轮廓" in report.refused[0].reason


def test_bodies_of_the_county_are_known_by_code_and_name_and_others_stay_a_name(town, sheet):
    rows = [row(code_of(serial=n), keeper=name) for n, name in enumerate(("CGJ", "区城市管理局", "某物业"), start=1)]
    import_components(path=sheet(*rows), now=NOW)
    own = town.city_management.pk
    kept = list(Component.objects.order_by("code").values_list("keeper_id", "keeper_name"))
    assert kept == [(own, ""), (own, ""), (None, "某物业")]


def test_a_dry_run_writes_nothing_and_says_the_same(town, sheet):
    path = sheet(row(code_of()), row(code_of("9999")))
    report = import_components(path=path, now=NOW, dry_run=True)
    assert outcomes(report) == ["ready", "refused"]
    assert Component.objects.count() == 0


@pytest.mark.parametrize("bad", [True, False])
def test_all_or_nothing(town, sheet, bad):
    rows = [row(code_of(serial=n)) for n in (1, 2)] + ([row(code_of("9999"))] if bad else [])
    report = import_components(path=sheet(*rows), now=NOW, all_or_nothing=True)
    assert outcomes(report) == (["ready", "ready", "refused"] if bad else ["accepted", "accepted"])
    assert Component.objects.count() == (0 if bad else 2)


@pytest.mark.parametrize("all_or_nothing", [True, False])
def test_what_the_database_refuses_stays_out_alone_or_with_everything(town, sheet, monkeypatch, all_or_nothing):
    """As if somebody had given the same code between the check and the write."""
    culprit = code_of(serial=3)
    real = component_import.add_components

    def refusing(*, given, **more):
        if any(one.code == culprit for one in given):
            raise IntegrityError("taken")
        return real(given=given, **more)

    monkeypatch.setattr(component_import, "add_components", refusing)
    path = sheet(*(row(code_of(serial=n)) for n in range(1, 7)))
    if all_or_nothing:
        with pytest.raises(Invalid, match="一行也没有写入"):
            import_components(path=path, now=NOW, all_or_nothing=True)
        assert Component.objects.count() == 0
        return
    report = import_components(path=path, now=NOW)
    assert [one.code for one in report.refused] == [culprit]
    assert Component.objects.count() == 5


def test_a_run_that_was_killed_goes_on_where_it_stopped(town, sheet, monkeypatch):
    monkeypatch.setattr(component_import, "BATCH", 2)
    path = sheet(*(row(code_of(serial=n)) for n in range(1, 6)))

    def killed(what, done, total):
        if (what, done) == ("写入", 2):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_components(path=path, now=NOW, progress=killed)
    assert Component.objects.count() == 2
    told = []
    report = import_components(path=path, now=NOW, progress=lambda *said: told.append(said))
    assert outcomes(report) == ["already"] * 2 + ["accepted"] * 3
    assert told[-1] == ("写入", 3, 3)


def test_refused_rows_are_written_to_be_put_right(town, sheet, tmp_path):
    refused = tmp_path / "待改.csv"
    import_components(path=sheet(row(code_of()), row(code_of("9999"), place="门口")), now=NOW, refused_to=refused)
    lines = list(csv.reader(refused.read_text(encoding="utf-8-sig").splitlines()))
    assert lines[0] == [*HEADER, "行号", "原因"]
    assert lines[1][0] == code_of("9999")
    assert lines[1][-2:] == ["3", "目录中没有小类9999"]


def test_coordinates_of_map_services_are_put_right(town, sheet, tmp_path):
    mapping = tmp_path / "own.yaml"
    mapping.write_text("name: own\ncoordinates: gcj02\ncolumns: {code: 编号, longitude: X, latitude: Y}\n")
    path = sheet((code_of(), *IN_GRID), header=("编号", "X", "Y"))
    import_components(path=path, now=NOW, mapping=mapping)
    kept = Component.objects.get()
    assert (kept.longitude, kept.latitude) == gcj02_to_wgs84(*IN_GRID)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[]", "缺少 columns"),
        ("columns: {name: 名称}", "缺少 code"),
        ("columns: {code: 编号, colour: 颜色}", "没有“colour”这一项"),
        ("columns: {code: 编号}\ncoordinates: bd09", "只能是"),
        ("columns: [", "无法读取"),
    ],
)
def test_a_mapping_that_cannot_be_used_says_why(tmp_path, text, said):
    path = tmp_path / "own.yaml"
    path.write_text(text)
    with pytest.raises(Invalid, match=said):
        read_component_layout(path)


def test_a_file_that_cannot_be_used_at_all_is_refused(town, sheet):
    with pytest.raises(Invalid, match="部件代码"):
        import_components(path=sheet(("1", "2"), header=("名称", "地址")), now=NOW)
    with pytest.raises(Invalid, match="没有名为"):
        import_components(path=sheet(row(code_of())), now=NOW, mapping="nowhere")
    with pytest.raises(Forbidden):
        import_components(path=sheet(row(code_of())), now=NOW, by=town.li)


def test_the_command_reports_each_row_and_fails_where_one_was_refused(town, sheet, tmp_path):
    path = sheet(row(code_of()), row(code_of("9999")))
    told = CliRunner().invoke(main, ["parts", "import", str(path), "--by", "zhao", "--json"])
    lines = [json.loads(line) for line in told.stdout.splitlines()]
    assert told.exit_code == 1
    assert [line["outcome"] for line in lines[:-1]] == ["accepted", "refused"]
    assert lines[-1]["refused"] == 1
    again = CliRunner().invoke(main, ["parts", "import", str(path)])
    assert "第 3 行（4302049999000001）：目录中没有小类9999" in again.output
    assert "此前已导入 1 行" in again.output
    counted = CliRunner().invoke(main, ["parts", "count"])
    assert "公用设施 0118 路灯：1" in counted.output
    assert Outcome.ALREADY.label == "此前已导入"
