"""The five places as their folders describe them. Nothing here touches a database."""

import csv
import shutil
from collections import Counter
from pathlib import Path

import pytest

from jishi.duties.rules.limits import LimitRule, pick_limit
from jishi.flows.place_reading import read_place
from jishi.organizations.rules.bodies import NO_REAL_NUMBER
from jishi.territory.rules.levels import ladder_of
from jishi.territory.rules.loading import LoadRefused

PLACES = Path(__file__).resolve().parents[2] / "places"
# towns, communities, of them 居委会, 村委会, quasi-units: the counts of the official file of 2023-06-30
COUNTS = {
    "lichuan": (15, 304, 42, 262, 0),
    "shifeng": (8, 68, 59, 9, 0),
    "shishou": (15, 203, 39, 153, 11),
    "zhijiang": (9, 222, 27, 194, 1),
    "jiangyin": (21, 282, 84, 193, 5),
}
# The names of the levels from the town down, as the seeds give them.
NAMES = {
    ("lichuan", "rural"): ("乡镇", "村", "村民小组", "党员中心户"),
    ("lichuan", "urban"): ("街道", "社区", "网格（小区）", "楼栋", "党员中心户"),
    ("shifeng", ""): ("镇街", "社区（村）", "网格", "楼栋"),
    ("shishou", "rural"): ("乡镇", "村", "村民小组", "党员联系（中心）户"),
    ("shishou", "urban"): ("街道", "社区", "网格（小区）", "楼栋（门栋）", "党员中心户"),
    ("zhijiang", ""): ("镇（街道）", "村（社区）", "小组（小区）", "湾落（楼栋）", "联户长"),
    ("jiangyin", ""): ("镇（街道）", "村（社区）", "网格（自然村、小区）", "微网格（党员中心户）"),
}
PREFIXES = {"lichuan": "LC", "shifeng": "SF", "shishou": "SS", "zhijiang": "ZJ", "jiangyin": "JY"}

FILES = {key: read_place(PLACES / key) for key in COUNTS}


def ladder(key):
    return ladder_of(FILES[key].content)


@pytest.mark.capability("C01")
@pytest.mark.parametrize("key", COUNTS)
def test_towns_and_communities_are_those_of_the_official_file(key):
    files = FILES[key]
    county = files.units[0].code
    towns = [unit for unit in files.units if unit.parent_code == county]
    communities = [unit for unit in files.units[1:] if unit.parent_code != county]
    kinds = Counter(unit.kind for unit in communities)
    assert (len(towns), len(communities), kinds["社区"], kinds["村"], kinds["类似村级单位"]) == COUNTS[key]


@pytest.mark.capability("C01")
@pytest.mark.parametrize(("key", "branch"), NAMES)
def test_the_levels_have_the_names_and_depths_of_the_seeds(key, branch):
    assert ladder(key).names(branch)[1:] == NAMES[key, branch]


@pytest.mark.capability("C01")
def test_disputes_in_zhijiang_are_settled_in_the_group():
    assert [level.name for level in ladder("zhijiang").handling("矛盾纠纷化解")] == ["小组（小区）"]
    assert ladder("zhijiang").members == "农户（居民）"


@pytest.mark.parametrize("key", COUNTS)
def test_every_place_has_its_number_prefix_and_all_sections(key):
    content = FILES[key].content
    assert content["number_prefix"] == PREFIXES[key]
    assert {"grades", "matters", "work_hours", "levels", "ladder", "center"} <= set(content)
    assert [level["depth"] for level in content["levels"]] == list(range(ladder(key).deepest + 1))


@pytest.mark.parametrize("key", COUNTS)
def test_each_town_has_a_centre_and_an_office_and_each_community_an_office(key):
    towns, communities, *_ = COUNTS[key]
    kinds = Counter(body.kind for body in FILES[key].organizations)
    assert (kinds["centre"], kinds["town_office"], kinds["community_office"]) == (towns + 1, towns, communities)
    assert kinds["department"] >= 20


@pytest.mark.parametrize("key", COUNTS)
def test_no_telephone_can_ring_anywhere(key):
    assert all(body.phone.startswith(NO_REAL_NUMBER) for body in FILES[key].organizations if body.phone)


@pytest.mark.capability("C68")
def test_the_three_lists_of_shifeng_have_81_26_and_11_items():
    counts = Counter(duty.list_name for duty in FILES["shifeng"].duties)
    del counts["派单目录"]
    assert counts == {"社区公共服务清单": 81, "群众自治事务清单": 26, "有偿服务清单": 11}


@pytest.mark.parametrize("key", COUNTS)
def test_every_second_level_class_has_an_item_in_the_dispatch_list(key):
    files = FILES[key]
    named = Counter(duty.category_code for duty in files.duties if duty.list_name == "派单目录")
    assert named == Counter({c.code: 1 for c in files.categories if c.parent_code})


@pytest.mark.capability("C36", "K23-I2")
@pytest.mark.parametrize("key", COUNTS)
def test_the_organisation_named_for_a_class_may_hold_its_grade(key):
    files = FILES[key]
    depths = {grade["key"]: grade["depths"] for grade in files.content["grades"]}
    units = {unit.code: unit for unit in files.units}
    places = {"town_office": 1, "community_office": 2, "centre": 0}

    def depth(duty):
        if duty.organization_kind:
            return places[duty.organization_kind]
        body = next(body for body in files.organizations if body.code == duty.organization_code)
        return 0 if not units[body.unit_code].parent_code else 1

    grades = {category.code: category.grade for category in files.categories}
    wrong = [
        duty.name
        for duty in files.duties
        if duty.list_name == "派单目录" and depth(duty) not in depths[grades[duty.category_code]]
    ]
    assert wrong == []


@pytest.mark.parametrize("key", COUNTS)
@pytest.mark.capability("C36")
def test_small_things_stay_below_and_hard_ones_reach_the_county(key):
    depths = {grade["key"]: grade["depths"] for grade in FILES[key].content["grades"]}
    assert min(depths["tiny"]) >= 2
    assert ladder(key).deepest in depths["tiny"] or ladder(key).deepest > 4
    assert 0 in depths["hard"]


@pytest.mark.parametrize("key", COUNTS)
def test_the_stages_of_a_matter_fit_into_its_overall_limit(key):
    files = FILES[key]
    limits = [
        LimitRule(e.clock, e.grade, e.category_code, e.urgent, e.amount, e.measure, e.source) for e in files.limits
    ]
    first, last = (part.split(":") for part in files.content["work_hours"][0])
    day = sum((int(b[:2]) * 60 + int(b[3:])) - (int(a[:2]) * 60 + int(a[3:])) for a, b in files.content["work_hours"])
    assert first < last
    minutes = {"working_hour": 60, "working_day": day, "running_hour": 60}
    for category in [c for c in files.categories if c.parent_code]:
        for urgent in (False, True):
            found = {
                clock: pick_limit(limits, clock=clock, grade=category.grade, category_code=category.code, urgent=urgent)
                for clock in ("dispatch", "sign", "handle", "verify", "close", "overall")
            }
            spent = {clock: limit.amount * minutes[limit.measure] for clock, limit in found.items()}
            assert sum(spent.values()) - spent["overall"] <= spent["overall"], category.name


def test_the_source_of_a_default_limit_names_the_place():
    assert any(limit.source == "石峰区默认时限" for limit in FILES["shifeng"].limits)


@pytest.fixture
def copy(tmp_path):
    """Shifeng's folder and the common one, to be spoilt."""
    for name in ("shifeng", "common"):
        shutil.copytree(PLACES / name, tmp_path / name)
    return tmp_path / "shifeng"


def spoil(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def line_of(path, text):
    return next(n for n, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1) if text in line)


SPOILT = [
    ("divisions.csv", "430204001003,东门", "43020400100X,东门", "应为12位"),
    ("divisions.csv", "430204001003,东门", "430204002003,东门", "不在上级"),
    ("divisions.csv", "430204001004,南峰", "430204001003,南峰", "重复"),
    ("divisions.csv", "430204,430204001,田心街道,430204001003", "430203,430204001,田心街道,430204001003", "不是本县"),
    ("organizations.csv", "ZJJ,石峰区住房", "CGJ,石峰区住房", "重复"),
    ("organizations.csv", "department,430204000000,,000-0003", "department,430204077000,,000-0003", "不存在"),
    ("organizations.csv", "住建局,department", "住建局,bureau", "不认识"),
    ("categories.csv", "0891,", "0791,", "开头"),
    ("duties.csv", "0891,STHJ", "0891,NOBODY", "不存在"),
    ("duties.csv", "社区公共服务清单,2,流动", "社区公共服务清单,1,流动", "重复"),
    ("place.yaml", "number_prefix: SF", "number_prefix: sf1", "大写字母"),
    ("place.yaml", "since: 2023-06-30", "since: 今年", "日期"),
    ("place.yaml", "center: [113.11, 27.88]", "center: [27.88, 113.11]", "center"),
    ("place.yaml", "area_km2: 166", "area_km2: 0", "area_km2"),
    ("place.yaml", 'county_code: "430204000000"', 'county_code: "430204001000"', "县级代码"),
    ("place.yaml", "members: 居民", "membres: 居民", "不认识"),
    ("place.yaml", "kinds: [楼栋]", "kinds: 楼栋", "列表"),
    ("../common/place.yaml", "reopen_days: 15", "reopen_days: 很久", "整数"),
    ("../common/place.yaml", '["08:30", "12:00"]', '["12:00", "08:30"]', "从早到晚"),
    ("../common/place.yaml", '["08:30", "12:00"]', '["8点半", "12:00"]', "08:30"),
    ("../common/place.yaml", "clock: dispatch, grade: tiny", "clock: fetch, grade: tiny", "只能是"),
    ("../common/place.yaml", "key: hard", "key: harder", "只能是"),
]


@pytest.mark.parametrize(("name", "old", "new", "words"), SPOILT)
def test_a_spoilt_line_is_refused_with_its_file_and_line(copy, name, old, new, words):
    path = (copy / name).resolve()
    spoil(path, old, new)
    with pytest.raises(LoadRefused) as refusal:
        read_place(copy)
    told = {(problem.file, problem.line) for problem in refusal.value.problems if words in problem.reason}
    assert (f"{path.parent.name}/{path.name}", line_of(path, new)) in told, refusal.value.message


def test_all_spoilt_lines_of_all_files_are_told_at_once(copy):
    spoil(copy / "divisions.csv", "430204001003,东门", "43020400100X,东门")
    spoil(copy / "organizations.csv", "住建局,department", "住建局,bureau")
    spoil(copy / "duties.csv", "0891,STHJ", "0891,NOBODY")
    with pytest.raises(LoadRefused) as refusal:
        read_place(copy)
    assert {problem.file.split("/")[1] for problem in refusal.value.problems} >= {
        "divisions.csv",
        "organizations.csv",
        "duties.csv",
    }


def test_a_limit_taken_away_is_missed(copy):
    spoil(
        copy.parent / "common" / "place.yaml",
        "clock: verify, grade: hard",
        "clock: verify, urgent: false, category: '0101', grade: hard",
    )
    with pytest.raises(LoadRefused, match="难事的核实时限"):
        read_place(copy)


def test_a_missing_file_is_told(copy):
    (copy / "divisions.csv").unlink()
    with pytest.raises(LoadRefused, match="没有这个文件"):
        read_place(copy)


def test_a_broken_yaml_is_told_with_its_line(copy):
    spoil(copy / "place.yaml", "members: 居民", "members: [居民")
    with pytest.raises(LoadRefused, match=r"shifeng/place\.yaml:\d+: 不是有效的YAML"):
        read_place(copy)


def test_a_place_extends_and_overrides_what_is_common(copy):
    spoil(
        copy / "place.yaml",
        "members: 居民",
        "members: 居民\nlimits:\n  - {clock: overall, grade: small, amount: 3, measure: working_day}",
    )
    with (copy / "categories.csv").open("a", encoding="utf-8", newline="") as file:
        csv.writer(file).writerow(["0101", "垃圾", "01", "small", "", "", ""])
    files = read_place(copy)
    found = [
        limit.amount
        for limit in files.limits
        if (limit.clock, limit.grade, limit.category_code) == ("overall", "small", "")
    ]
    assert found == [3]
    assert [category.name for category in files.categories if category.code == "0101"] == ["垃圾"]


def test_units_below_the_communities_can_be_given(copy):
    rows = ["code,name,kind,parent,longitude,latitude", "430204001003001,第一网格,网格,430204001003,113.1,27.9"]
    (copy / "units.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    assert read_place(copy).units[-1].name == "第一网格"
    (copy / "units.csv").write_text(rows[0] + "\n" + rows[1].replace("113.1", "东边") + "\n", encoding="utf-8")
    with pytest.raises(LoadRefused, match=r"shifeng/units\.csv:2: .*数字"):
        read_place(copy)
