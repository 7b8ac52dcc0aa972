"""A file of components: every row in exactly its class, or told with its line and reason."""

import csv
import json

import pytest
from click.testing import CliRunner
from django.db import IntegrityError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jishi.accounts.rules.viewer import SYSTEM
from jishi.cli.main import main
from jishi.flows import component_import
from jishi.flows.importing.component_layouts import read_component_layout
from jishi.kernel.errors import DomainError, Forbidden, Invalid
from jishi.kernel.geo import gcj02_to_wgs84
from jishi.parts import queries
from jishi.parts.models import Component
from jishi.registers.models import ImportRun
from jishi.registers.queries import imports
from jishi.registers.rules.imports import RunRow, Subject
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


def begin(path, *, by=SYSTEM, dry=False, all_or_nothing=False, mapping=None, source_name="普查"):
    return component_import.begun(
        file=path, mapping=mapping, source_name=source_name, dry=dry, all_or_nothing=all_or_nothing, by=by, now=NOW
    )


def take_in(path, **more) -> RunRow:
    """Import a file; the run as it stands afterwards."""
    run, by = begin(path, **more), more.get("by", SYSTEM)
    component_import.go_on(run, by, lambda: NOW)
    return imports.run(by, run.id, Subject.PARTS)


def refused(run):
    return {line: reason for line, _, reason in imports.refusals(run.id)}


def counts(run):
    return tuple(run.counts.get(name, 0) for name in ("new", "already", "refused"))


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(KNOWN + UNKNOWN), min_size=1, max_size=60))
@pytest.mark.capability("K29-I5")
def test_every_row_lands_in_exactly_its_class_or_is_refused_with_its_line(town, sheet, drawn):
    """The property of the 200,000: whatever the mixture, nothing is lost, moved to another class or let through."""
    Component.objects.all().delete()
    path = sheet(*(row(code_of(kind, serial)) for serial, kind in enumerate(drawn, start=1)))
    run = take_in(path)
    wrong = {2 + at: f"目录中没有小类{kind}" for at, kind in enumerate(drawn) if kind in UNKNOWN}
    assert refused(run) == wrong
    assert queries.figures(SYSTEM) == {kind: drawn.count(kind) for kind in KNOWN if kind in drawn}
    assert counts(run) == (len(drawn) - len(wrong), 0, len(wrong))


def test_importing_again_adds_nothing_and_a_change_of_the_file_is_told(town, sheet):
    rows = [row(code_of(serial=n), place=f"{n}号") for n in (1, 2, 3)]
    path = sheet(*rows)
    assert counts(take_in(path)) == (3, 0, 0)
    assert counts(take_in(path)) == (0, 3, 0)
    changed = sheet(rows[0], row(code_of(serial=2), place="搬走了"), row(code_of(serial=4)))
    run = take_in(changed)
    assert counts(run) == (1, 1, 1)
    assert refused(run) == {3: "登记簿中已有这个代码，内容与本行不同"}
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
        (row(code_of(serial=8), keeper="单" * 81), "养护单位名称最多80个字"),
        (row("4302049901000001", OUTSIDE), "目录中没有小类9901；坐标不在本县范围内"),
        (row(good), "部件代码与第2行相同"),
        (row(code_of(serial=9), keeper="\ufffd"), "无法识别的字符"),
    ]
    told = list(refused(take_in(sheet(row(good), *(cells for cells, _ in rows)))).values())
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
    run = take_in(sheet(*rows, *wrong, header=header))
    units = list(Component.objects.order_by("code").values_list("unit_id", flat=True))
    assert units == [unit_id for _, _, unit_id in cases]
    assert list(refused(run).values()) == [
        "名为“第一网格”的网格、社区不止一个，请写代码",
        "名为“第九网格”的网格、社区不存在",
    ]


def test_a_sketch_of_the_county_keeps_nobody_out_who_names_the_grid(town, sheet):
    Boundary.objects.update(is_sketch=True)
    forget_cache()
    header = ("部件代码", "所在网格", "经度", "纬度")
    rows = [(code_of(serial=1), town.grid.code, *OUTSIDE), (code_of(serial=2), "", *OUTSIDE)]
    run = take_in(sheet(*rows, header=header))
    assert counts(run) == (1, 0, 1)
    assert "示意轮廓" in refused(run)[3]


def test_bodies_of_the_county_are_known_by_code_and_name_and_others_stay_a_name(town, sheet):
    rows = [row(code_of(serial=n), keeper=name) for n, name in enumerate(("CGJ", "区城市管理局", "某物业"), start=1)]
    take_in(sheet(*rows))
    own = town.city_management.pk
    kept = list(Component.objects.order_by("code").values_list("keeper_id", "keeper_name"))
    assert kept == [(own, ""), (own, ""), (None, "某物业")]


def test_a_trial_writes_nothing_and_says_the_same(town, sheet):
    path = sheet(row(code_of()), row(code_of("9999")))
    run = take_in(path, dry=True)
    assert (run.state, counts(run), refused(run)) == ("checked", (1, 0, 1), {3: "目录中没有小类9999"})
    assert Component.objects.count() == 0


@pytest.mark.parametrize("bad", [True, False])
def test_all_or_nothing(town, sheet, bad):
    rows = [row(code_of(serial=n)) for n in (1, 2)] + ([row(code_of("9999"))] if bad else [])
    run = begin(sheet(*rows), all_or_nothing=True)
    if bad:
        with pytest.raises(Invalid, match="一行也没有导入"):
            component_import.go_on(run, SYSTEM, lambda: NOW)
    else:
        component_import.go_on(run, SYSTEM, lambda: NOW)
    assert ImportRun.objects.get().state == ("failed" if bad else "done")
    assert Component.objects.count() == (0 if bad else 2)


def test_a_batch_that_somebody_came_before_is_looked_at_once_more(town, sheet, monkeypatch):
    """The batch fails as a whole, is rolled back, and looked at once more as the register stands then."""
    real = component_import.add_components

    def beaten(**_):
        monkeypatch.setattr(component_import, "add_components", real)
        raise IntegrityError("taken")

    monkeypatch.setattr(component_import, "add_components", beaten)
    run = take_in(sheet(*(row(code_of(serial=n)) for n in range(1, 7))))
    assert (run.state, counts(run)) == ("done", (6, 0, 0))
    assert Component.objects.count() == 6


def test_a_run_that_was_killed_goes_on_where_it_stopped(town, sheet, monkeypatch):
    monkeypatch.setattr(component_import, "BATCH", 2)
    path = sheet(*(row(code_of(serial=n)) for n in range(1, 6)), row(code_of(serial=1), place="又一次"))

    def killed(what, done, total):
        if (what, done) == ("导入", 2):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        component_import.go_on(begin(path), SYSTEM, lambda: NOW, killed)
    assert Component.objects.count() == 2
    run = begin(path)
    assert (run.id, run.done, run.done_rows) == (ImportRun.objects.get().pk, 1, 2)
    told = []
    component_import.go_on(run, SYSTEM, lambda: NOW, lambda *said: told.append(said))
    run = imports.run(SYSTEM, run.id, Subject.PARTS)
    assert (run.state, counts(run), told[-1]) == ("done", (5, 0, 1), ("导入", 6, 6))
    assert refused(run) == {7: "部件代码与第2行相同"}


def test_refused_rows_are_written_to_be_put_right(town, sheet, tmp_path):
    again = tmp_path / "待改.csv"
    path = sheet(row(code_of()), row(code_of("9999"), place="=1+1"))
    told = CliRunner().invoke(main, ["parts", "import", str(path), "--refused-to", str(again)])
    assert told.exit_code == 1
    lines = list(csv.reader(again.read_text(encoding="utf-8-sig").splitlines()))
    assert lines[0] == [*HEADER, "行号", "结果", "原因"]
    assert lines[1] == ["4302049999000001", "", *map(str, IN_GRID), "", "'=1+1", "3", "未导入", "目录中没有小类9999"]
    again.write_text(
        again.read_text(encoding="utf-8-sig")
        .replace("0204999900", "0204011800", 1)
        .replace("0118000001", "0118000009"),
        encoding="utf-8",
    )
    assert counts(take_in(again, source_name="改正")) == (1, 0, 0)
    assert Component.objects.get(code=code_of(serial=9)).place == "=1+1"


def test_coordinates_of_map_services_are_put_right(town, sheet, tmp_path):
    mapping = tmp_path / "own.yaml"
    mapping.write_text("name: own\ncoordinates: gcj02\ncolumns: {code: 编号, longitude: X, latitude: Y}\n")
    path = sheet((code_of(), *IN_GRID), header=("编号", "X", "Y"))
    take_in(path, mapping=mapping)
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


@pytest.mark.parametrize(
    ("header", "said"),
    [
        (("名称", "地址"), "没有找到表头"),
        (("名称", "经度", "纬度"), "哪一列是部件代码"),
        (("部件代码", "名称", "位置"), "部件在哪里"),
        (("部件代码", "经度", "名称"), "经度和纬度"),
    ],
)
def test_a_file_that_cannot_be_used_at_all_is_refused(town, sheet, header, said):
    with pytest.raises(DomainError, match=said):
        begin(sheet(header, header=header))
    assert ImportRun.objects.count() == 0


def test_a_mapping_nobody_knows_and_somebody_who_may_not(town, sheet):
    with pytest.raises(Invalid, match="没有名为"):
        begin(sheet(row(code_of())), mapping="nowhere")
    with pytest.raises(Forbidden):
        begin(sheet(row(code_of())), by=town.li)


def test_what_a_source_calls_its_columns_is_remembered_apart_from_lists_of_people(town, sheet, tmp_path):
    mapping = tmp_path / "own.yaml"
    mapping.write_text("name: own\ncoordinates: gcj02\ncolumns: {code: 编号, longitude: X, latitude: Y}\n")
    header = ("编号", "X", "Y")
    take_in(sheet((code_of(), *IN_GRID), header=header), mapping=mapping)
    assert counts(take_in(sheet((code_of(serial=2), *IN_GRID), header=header))) == (1, 0, 0)
    assert Component.objects.get(code=code_of(serial=2)).longitude == gcj02_to_wgs84(*IN_GRID)[0]
    assert imports.mapping_of("普查") == {}
    assert imports.mapping_of("普查", Subject.PARTS)["code"] == "编号"


def test_the_command_says_what_became_of_the_rows_and_fails_where_one_was_refused(town, sheet, tmp_path):
    path = sheet(row(code_of()), row(code_of("9999")))
    told = CliRunner().invoke(main, ["parts", "import", str(path), "--by", "zhao", "--json"])
    lines = [json.loads(line) for line in told.stdout.splitlines()]
    assert told.exit_code == 1
    assert lines[0] == {"line": 3, "reason": "目录中没有小类9999"}
    assert (lines[-1]["state"], lines[-1]["new"], lines[-1]["refused"]) == ("done", 1, 1)
    again = CliRunner().invoke(main, ["parts", "import", str(path)])
    assert "第 3 行：目录中没有小类9999" in again.output
    assert "导入 2 行；新登记部件 0，此前已导入 1，未导入 1" in again.output
    counted = CliRunner().invoke(main, ["parts", "count"])
    assert "公用设施 0118 路灯：1" in counted.output


def test_the_command_takes_out_what_the_person_may_see(town, sheet, tmp_path):
    take_in(sheet(row(code_of()), row(code_of(serial=2), IN_OTHER_GRID), row(code_of("0101"))))
    out = tmp_path / "部件.csv"
    for options, codes in (
        (["--by", "wang"], [code_of("0101"), code_of(), code_of(serial=2)]),
        (["--by", "li", "--class", "0118"], [code_of()]),
        (["--by", "wang", "--unit", town.other_town.code], [code_of(serial=2)]),
    ):
        told = CliRunner().invoke(main, ["parts", "export", str(out), *options])
        assert f"{len(codes)} 个部件" in told.output
        with out.open(encoding="utf-8-sig", newline="") as file:
            assert [line["部件代码"] for line in csv.DictReader(file)] == codes
    assert CliRunner().invoke(main, ["parts", "export", str(out), "--by", "wang", "--class", "1"]).exit_code == 2
    assert CliRunner().invoke(main, ["parts", "export", str(out), "--by", "wang", "--unit", "9"]).exit_code == 2
