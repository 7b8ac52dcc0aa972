"""Files are read so that every complaint names its file and line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jishi.territory.rules.divisions import COLUMNS, committee_name, community_name, unit_rows
from jishi.territory.rules.loading import Counts, LoadRefused, Problem, refuse_if_any
from jishi.territory.rules.sources import Section, read_csv, read_yaml
from jishi.territory.rules.tree import UnitEntry


def csv_of(text, columns=("a", "b")):
    problems = []
    return read_csv("f.csv", text if isinstance(text, bytes) else text.encode(), columns, problems), problems


def test_rows_know_their_lines_even_after_a_cell_with_line_breaks():
    rows, problems = csv_of('a,b\n"x\ny",1\n\n z ,2\n')
    assert [(row.line, row["a"], row["b"]) for row in rows] == [(2, "x\ny", "1"), (5, "z", "2")]
    assert problems == []


BAD_CSV = {
    "缺少列": ("a\n1\n", 1),
    "有3列": ("a,b\n1,2\n1,2,3\n", 3),
    "UTF-8": ("a,b\n一,".encode() + "二".encode("gb18030") + b"\n", 2),
    "不是有效的CSV": ('a,b\n1,"2"x\n', 2),
}


@pytest.mark.parametrize("words", BAD_CSV)
def test_a_broken_file_is_told_with_its_line(words):
    text, line = BAD_CSV[words]
    _, problems = csv_of(text)
    assert [(p.line, words in p.reason) for p in problems] == [(line, True)]


def test_a_byte_order_mark_is_no_part_of_a_heading():
    rows, problems = csv_of("\ufeffa,b\n1,2\n")
    assert (len(rows), problems) == (1, [])


@given(st.binary(max_size=200))
def test_no_bytes_break_the_readers(data):
    csv_of(data)
    read_yaml("f.yaml", data, [])


def yaml_of(text):
    problems = []
    document = read_yaml("p.yaml", text.encode(), problems)
    return Section(document, document.content, (), problems)


BAD_YAML = {
    "不是有效的YAML": ("a: 1\nb: [1, 2\nc: 3\n", 3),
    "写了两次": ("a: 1\nb: 2\na: 3\n", 3),
    "结构": ("- 1\n", 1),
}


@pytest.mark.parametrize("words", BAD_YAML)
def test_a_broken_yaml_is_told_with_its_line(words):
    text, line = BAD_YAML[words]
    assert [(p.line, words in p.reason) for p in yaml_of(text).problems] == [(line, True)]


def test_values_of_a_wrong_kind_are_told_with_their_lines_and_all_at_once():
    place = yaml_of(
        "name: 3\nnumber: x\nflag: 1\nlist: a\nempty: []\ntexts: [a, 2]\ninner: 4\nmany: [1]\nodd: 1\nk: z\n"
    )
    place.text("name"), place.number("number"), place.flag("flag"), place.entries("list"), place.entries("empty")
    place.texts("texts"), place.inner("inner"), place.sections("many"), place.text("k", choices=("a", "b"))
    place.text("missing")
    place.only("name", "number", "flag", "list", "empty", "texts", "inner", "many", "k")
    assert sorted(p.line for p in place.problems) == [1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]


def test_a_number_too_small_and_an_empty_text_are_told():
    place = yaml_of("n: 0\nt: ''\n")
    place.number("n", least=1), place.text("t")
    assert [p.line for p in place.problems] == [1, 2]


def test_a_refusal_says_that_nothing_was_loaded_and_names_every_line():
    problems = [Problem("b.csv", 3, "坏"), Problem("a.csv", 12, "错"), Problem("a.csv", 2, "错")]
    with pytest.raises(LoadRefused, match="全部内容都没有装载") as refusal:
        refuse_if_any(problems)
    assert refusal.value.message.splitlines()[1:] == ["a.csv:2: 错", "a.csv:12: 错", "b.csv:3: 坏"]
    refuse_if_any([])


def test_counts_add_up():
    assert Counts(1).plus(new=2, ended=1) == Counts(3, 0, 0, 1)
    assert not Counts(unchanged=5).anything_happened


NAMES = {
    ("东门社区居委会", "社区"): ("东门社区", "东门社区居委会"),
    ("桥南居委会", "社区"): ("桥南社区", "桥南居委会"),
    ("云峰阁社区", "社区"): ("云峰阁社区", "云峰阁社区居委会"),
    ("白马村委会", "村"): ("白马村", "白马村委会"),
    ("滕家河村村民委员会", "村"): ("滕家河村", "滕家河村村民委员会"),
    ("长堰村民委员会", "村"): ("长堰村", "长堰村民委员会"),
    ("茅太新村", "村"): ("茅太新村", "茅太新村委会"),
    ("药林场分场", "类似村级单位"): ("药林场分场", "药林场分场"),
}


@pytest.mark.parametrize(("official", "kind"), NAMES)
def test_the_area_is_named_from_its_committee(official, kind):
    assert (community_name(official, kind), committee_name(official, kind)) == NAMES[official, kind]


COUNTY = UnitEntry("430204000000", "石峰区", "区", "")
GOOD = "430204,430204001,田心街道,430204001003,东门社区居委会"
BAD_DIVISIONS = {
    "430203,430203001,甲街道,430203001003,乙社区居委会": "不是本县",
    "430204,43020400,甲街道,430204001003,乙社区居委会": "应为9位",
    "430204,430204001,甲街道,43020400100X,乙社区居委会": "应为12位",
    "430204,430204001,甲街道,430204002003,乙社区居委会": "不在上级",
    "430204,430204001,甲街道,430204001000,乙社区居委会": "不能是000",
    "430204,430204000,甲街道,430204000001,乙社区居委会": "不能是000",
    "430204,430204700,甲街道,430204700001,乙社区居委会": "超出",
    "430204,430204001,,430204001003,乙社区居委会": "不能为空",
    "430204,430204001,别的街道,430204001004,乙社区居委会": "这里叫",
}


@pytest.mark.parametrize("line", BAD_DIVISIONS)
def test_a_bad_division_line_is_named_and_left_out(line):
    problems = []
    rows = read_csv("d.csv", "\n".join([",".join(COLUMNS), GOOD, line]).encode(), COLUMNS, problems)
    units, committees = unit_rows(rows, county=COUNTY, problems=problems)
    assert [(p.line, BAD_DIVISIONS[line] in p.reason) for p in problems] == [(3, True)], problems
    assert [unit.name for unit in units] == ["石峰区", "田心街道", "东门社区"]
    assert committees == {"430204001003": "东门社区居委会"}


def test_quasi_units_are_units():
    problems = []
    text = ",".join(COLUMNS) + "\n430204,430204400,高新区,430204400502,林场分场\n"
    units, _ = unit_rows(read_csv("d.csv", text.encode(), COLUMNS, problems), county=COUNTY, problems=problems)
    assert ([(u.kind, u.name) for u in units[1:]], problems) == (
        [("类似乡级单位", "高新区"), ("类似村级单位", "林场分场")],
        [],
    )
